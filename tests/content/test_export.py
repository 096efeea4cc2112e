"""What is exported is loaded elsewhere, and exported from there again: the same bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

from escuela import clock, demo
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes.models import Attempt
from escuela.config import ROOT
from escuela.content.export import export
from escuela.content.load import Outcome, apply, load_path
from escuela.content.rows import text_of
from escuela.editions.models import Activity, Edition, Lesson, Media, Module
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import User
from tests.assessments.assignments import states
from tests.conftest import NOW
from tests.content.folder import Folder
from tests.content.test_printing import contents, read


@pytest.fixture
def flask(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def edition(slug: str = "ciudades") -> Edition:
    db.session.expire_all()
    return db.session.scalars(select(Edition).where(Edition.slug == slug)).one()


@pytest.fixture
def loaded(folder: Folder) -> Folder:
    (result,) = load_path(folder.path)
    assert result.outcome is Outcome.NEW
    return folder


@pytest.mark.committed
def test_everything_goes_out_comes_into_an_empty_database_and_goes_out_the_same(
    own_school: Flask, tmp_path: Path
) -> None:
    """The editions of courses/ and those of the demo world, media and all."""
    with own_school.app_context(), clock.stopped(NOW):
        load_path(ROOT / "courses")
        demo.make()
        db.session.commit()
        worked = select(User.email).join(Attempt.enrolment).join(Enrolment.user).where(User.login_count == 0)
        assert db.session.scalars(worked).all() == [], "who worked in it has signed in"
        assert states.missing() == [], "the demo world has every state of a work"
        for slug in (slugs := _slugs()):
            export(edition(slug), tmp_path / "first")
        db.session.remove()
        db.drop_all()
        db.create_all()
        assert [result.outcome for result in load_path(tmp_path / "first")] == [Outcome.NEW] * len(slugs)
        for slug in _slugs():
            export(edition(slug), tmp_path / "second")
        db.session.remove()
    assert len(slugs) > 4
    assert contents(tmp_path / "second") == contents(tmp_path / "first")


def _slugs() -> list[str]:
    return sorted(db.session.scalars(select(Edition.slug)))


def test_what_is_archived_is_left_out_and_loading_leaves_it_alone(loaded: Folder, tmp_path: Path) -> None:
    archived = db.session.scalars(select(Activity).where(Activity.slug == "quiz-datos")).one()
    module = db.session.scalars(select(Module).where(Module.slug == "riesgo")).one()
    archived.archived_at = module.archived_at = clock.now()
    for activity in module.activities:
        activity.archived_at = module.archived_at
    db.session.flush()
    out = export(edition(), tmp_path)
    assert not (out / "01-datos/02-quiz-datos.yaml").exists()
    assert not (out / "02-riesgo").exists()
    (out / "01-datos/01-que-es-un-dato.md").write_text(
        (out / "01-datos/01-que-es-un-dato.md")
        .read_text(encoding="utf-8")
        .replace("[riesgo](lesson:riesgo)", "riesgo"),
        encoding="utf-8",
    )
    assert apply(read(out)).outcome is Outcome.UPDATED
    slugs = set(db.session.scalars(select(Activity.slug)))
    assert slugs == {"que-es-un-dato", "quiz-datos", "assignment-inventario", "riesgo"}
    assert apply(read(loaded.path)).outcome is Outcome.UPDATED
    assert db.session.scalars(select(Activity).where(Activity.archived_at.is_not(None))).all() == []
    assert db.session.scalars(select(Module).where(Module.archived_at.is_not(None))).all() == []


def test_a_module_that_leaves_the_text_with_something_archived_in_it_is_put_away(loaded: Folder) -> None:
    lesson = db.session.scalars(select(Lesson).where(Lesson.slug == "riesgo")).one()
    lesson.archived_at = clock.now()
    db.session.flush()
    loaded.change("edition.yaml", "[01-datos, 02-riesgo]", "[01-datos]")
    loaded.change("01-datos/01-que-es-un-dato.md", "[riesgo](lesson:riesgo)", "riesgo")
    for name in ("02-riesgo/module.yaml", "02-riesgo/01-riesgo.md"):
        loaded.remove(name)
    (loaded.path / "02-riesgo").rmdir()
    assert apply(read(loaded.path)).outcome is Outcome.UPDATED
    module = db.session.scalars(select(Module).where(Module.slug == "riesgo")).one()
    assert module.archived_at is not None


def test_text_does_not_take_back_what_was_changed_in_the_browser(flask: FlaskCliRunner, loaded: Folder) -> None:
    row = edition()
    row.hours, row.edited_at = 44, clock.now()
    db.session.commit()
    refused = flask.invoke(args=["courses", "load", str(loaded.path)])
    assert refused.exit_code == 1
    assert "ciudades: refused. It was changed in the browser since it was loaded. Export it first" in refused.output
    assert edition().hours == 44
    replaced = flask.invoke(args=["courses", "load", str(loaded.path), "--replace"])
    assert (replaced.exit_code, replaced.output) == (0, "ciudades: updated\n")
    assert (edition().hours, edition().edited_at) == (40, None)


def test_the_text_of_what_was_changed_in_the_browser_is_loaded_without_asking(loaded: Folder, tmp_path: Path) -> None:
    row = edition()
    row.hours, row.edited_at = 44, clock.now()
    db.session.commit()
    out = export(edition(), tmp_path)
    (result,) = load_path(out)
    assert result.outcome is Outcome.UNCHANGED
    assert edition().edited_at is None
    (result,) = load_path(out)
    assert result.outcome is Outcome.UNCHANGED


def test_an_edition_read_from_rows_begins_on_another_day_with_its_media(loaded: Folder, tmp_path: Path) -> None:
    moved = text_of(edition()).begun_on(date(2027, 3, 1))
    apply(replace(moved, slug="otra", year=2027))
    out = export(edition("otra"), tmp_path)
    again = read(out)
    assert again.starts_on == date(2027, 3, 1)
    assert again.modules[0].opens is not None
    assert f"{again.modules[0].opens.at:%Y-%m-%d %H:%M}" == "2027-03-05 11:00"
    assert (out / "01-datos/media/voz.mp3").read_bytes() == (loaded.path / "01-datos/media/voz.mp3").read_bytes()


def test_the_command_writes_a_folder_of_the_editions_name(
    flask: FlaskCliRunner, loaded: Folder, tmp_path: Path
) -> None:
    target = tmp_path / "out" / "ciudades"
    answer = flask.invoke(args=["courses", "export", "ciudades", str(tmp_path / "out")])
    assert (answer.exit_code, answer.output) == (0, f"{target} is written.\n")
    again = flask.invoke(args=["courses", "export", "ciudades", str(target)])
    assert again.exit_code == 1
    assert f"{target} holds an edition: add --replace to write over it." in again.output
    (target / "edition.yaml").write_text("old: true\n", encoding="utf-8")
    over = flask.invoke(args=["courses", "export", "ciudades", str(target), "--replace"])
    assert over.exit_code == 0
    assert read(target) == text_of(edition())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["ciudades"]


def test_export_never_writes_over_what_is_no_edition(flask: FlaskCliRunner, loaded: Folder, tmp_path: Path) -> None:
    target = tmp_path / "ciudades"
    target.mkdir()
    (target / "tesis.odt").write_text("mi tesis", encoding="utf-8")
    answer = flask.invoke(args=["courses", "export", "ciudades", str(target), "--replace"])
    assert answer.exit_code == 1
    assert "holds no edition" in answer.output
    assert [path.name for path in target.iterdir()] == ["tesis.odt"]


def test_export_of_an_unknown_edition_names_those_known(flask: FlaskCliRunner, loaded: Folder, tmp_path: Path) -> None:
    answer = flask.invoke(args=["courses", "export", "cuidades", str(tmp_path)])
    assert answer.exit_code == 1
    assert "There is no edition cuidades. There are: ciudades." in answer.output


def test_an_export_that_fails_leaves_nothing(loaded: Folder, tmp_path: Path) -> None:
    medium = db.session.scalars(select(Media).where(Media.path == "datos/voz.mp3")).one()
    medium.key = "0" * 40
    db.session.flush()
    with pytest.raises(DomainError, match=r"voz\.mp3"):
        export(edition(), tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_export_with_faults_is_written_and_says_them(flask: FlaskCliRunner, loaded: Folder, tmp_path: Path) -> None:
    lesson = db.session.scalars(select(Lesson).where(Lesson.slug == "riesgo")).one()
    lesson.archived_at = clock.now()
    db.session.commit()
    answer = flask.invoke(args=["courses", "export", "ciudades", str(tmp_path)])
    assert answer.exit_code == 0
    assert "`lesson:riesgo` leads to no lesson of this edition." in answer.output
    assert "refused until these faults are put right" in answer.output


def test_captions_and_transcripts_go_with_their_recording(folder: Folder, tmp_path: Path) -> None:
    folder.put("01-datos/media/voz.es.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\nEl agua sube.\n")
    folder.put("01-datos/media/voz.es.txt", "El agua sube.\n")
    (result,) = load_path(folder.path)
    assert result.outcome is Outcome.NEW
    out = export(edition(), tmp_path)
    assert (out / "01-datos/media/voz.es.vtt").read_bytes() == (folder.path / "01-datos/media/voz.es.vtt").read_bytes()
    assert (out / "01-datos/media/voz.es.txt").read_bytes() == (folder.path / "01-datos/media/voz.es.txt").read_bytes()
