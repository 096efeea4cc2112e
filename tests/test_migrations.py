"""Migrations run on a School that is in use: what people did before is there afterwards."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text

from escuela.assessments.quizzes.models import Attempt
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
    (
        "INSERT INTO activities (id, edition_id, module_id, kind, slug, position, title, summary, required, strict)"
        " VALUES (2, 1, 1, 'quiz', 'q', 2, '[]', '[]', true, false)"
    ),
    "INSERT INTO quizzes (id, pass_mark, attempts_allowed, shuffle) VALUES (2, 60, 3, true)",
    (
        "INSERT INTO questions (id, quiz_id, slug, position, kind, text, points, feedback) VALUES"
        """ (7, 2, 'p1', 1, 'single', '[["es", "¿Qué?"]]', 2, '[]'),"""
        """ (8, 2, 'p2', 2, 'true_false', '[["es", "¿Sí?"]]', 1, '[]')"""
    ),
    (
        """INSERT INTO options (id, question_id, key, position, text, "right", feedback) VALUES"""
        """ (1, 7, 'a', 1, '[["es", "Una"]]', false, '[]'),"""
        """ (2, 7, 'b', 2, '[["es", "Otra"]]', true, '[["es", "Sí."]]'),"""
        """ (3, 8, 'true', 1, '[]', true, '[]'), (4, 8, 'false', 2, '[]', false, '[]')"""
    ),
    (
        "INSERT INTO attempts (id, quiz_id, enrolment_id, number, seed, started_at, submitted_at, points,"
        " points_possible, passed) VALUES (5, 2, 1, 1, 9, '2025-01-02 10:00:00', '2025-01-02 11:00:00', 2, 3, true)"
    ),
    (
        "INSERT INTO answers (attempt_id, question_id, chosen, saved_at, points) VALUES"
        """ (5, 7, '["b"]', '2025-01-02 10:30:00', 2)"""
    ),
    "INSERT INTO lessons_done (lesson_id, enrolment_id, done_at) VALUES (1, 1, '2025-01-02 10:00:00')",
)


@pytest.mark.committed
def test_a_school_in_use_comes_through_every_migration_with_all_that_people_did(own_school: Flask) -> None:
    with own_school.app_context():
        db.session.remove()
        db.drop_all()
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE alembic_version"))
        upgrade(revision="0001")
        for statement in ROWS:
            db.session.execute(text(statement))
        db.session.commit()
        db.session.remove()
        upgrade()
        done = text("SELECT count(*) FROM lessons_done JOIN enrolments ON enrolments.id = enrolment_id")
        assert db.session.scalar(done) == 1
        attempt = db.session.scalars(select(Attempt)).one()
        assert (attempt.points, attempt.points_possible, attempt.passed, attempt.percent) == (200, 300, True, 66)
        lines = [(line.version.asked.slug, line.given, line.points, line.saves) for line in attempt.answers]
        assert lines == [("p1", {"": ["b"]}, 200, 1), ("p2", {}, 0, 0)]
        first, second = (question.asked for question in attempt.quiz.questions)
        assert [(option.key, option.right, option.feedback) for option in first.options] == [
            ("a", False, {}),
            ("b", True, {"es": "Sí."}),
        ]
        assert (first.text, first.points, second.kind) == ({"es": "¿Qué?"}, 2, "true_false")
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(text("PRAGMA foreign_keys")) == 1, "rows are watched again"
