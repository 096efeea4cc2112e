"""Migrations run on a School that is in use: what people did before is there afterwards."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from escuela.extensions import db

ROWS = (
    (
        "INSERT INTO users (id, email, password, active, fs_uniquifier, language, zone, name, folded_name) VALUES "
        "(1, 'a@example.org', '-', true, 'one', 'es', 'America/Montevideo', 'Ana', 'ana')"
    ),
    (
        "INSERT INTO local_governments (id, name, folded_name, country, subdivision, tier, population_band, zone,"
        " languages) VALUES"
        " (1, 'Canelones', 'canelones', 'UY', 'UY-CA', 'municipal', 'large', 'America/Montevideo', '[]')"
    ),
    (
        "INSERT INTO editions (id, slug, number, year, title, theme, summary, notice, mode, starts_on, ends_on, zone,"
        " hours, languages, status, attendance, signatories) VALUES"
        " (1, 'una', 1, 2025, '[]', '[]', '[]', '[]', 'virtual', "
        "'2025-01-01', '2025-02-01', 'America/Montevideo', 4, '[]', 'closed', 0, '[]')"
    ),
    (
        "INSERT INTO enrolments (id, edition_id, user_id, local_government_id, status, enrolled_at) VALUES "
        "(1, 1, 1, 1, 'active', '2025-01-01 10:00:00')"
    ),
    "INSERT INTO modules (id, edition_id, slug, position, title, summary, hours) VALUES (1, 1, 'm', 1, '[]', '[]', 4)",
    (
        "INSERT INTO activities (id, edition_id, module_id, kind, slug, position, title, summary, required, strict)"
        " VALUES (1, 1, 1, 'lesson', 'l', 1, '[]', '[]', true, false)"
    ),
    "INSERT INTO lessons (id, minutes) VALUES (1, 5)",
    "INSERT INTO lessons_done (lesson_id, enrolment_id, done_at) VALUES (1, 1, '2025-01-02 10:00:00')",
)


@pytest.mark.committed
def test_a_school_in_use_comes_through_every_migration_with_all_that_people_did(own_school: Flask) -> None:
    with own_school.app_context():
        db.session.remove()
        downgrade(revision="0001")
        for statement in ROWS:
            db.session.execute(text(statement))
        db.session.commit()
        db.session.remove()
        upgrade()
        done = text("SELECT count(*) FROM lessons_done JOIN enrolments ON enrolments.id = enrolment_id")
        assert db.session.scalar(done) == 1
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA foreign_keys")) == 1, "rows are watched again"
