"""The two commands."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select

from escuela.editions.models import Edition
from escuela.extensions import db
from tests.content.folder import Folder


@pytest.fixture
def flask(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def editions() -> int:
    return db.session.scalar(select(func.count()).select_from(Edition)) or 0


def test_check_reports_faults_and_changes_nothing(flask: FlaskCliRunner, folder: Folder) -> None:
    sound = flask.invoke(args=["courses", "check", str(folder.path)])
    assert (sound.exit_code, sound.output) == (0, "No faults in ciudades.\n")
    folder.change("edition.yaml", "hours: 40", "hours: no")
    folder.change("01-datos/module.yaml", "mcr.e02", "mcr.e22")
    faulty = flask.invoke(args=["courses", "check", str(folder.path.parent)])
    assert faulty.exit_code == 1
    unknown = "`mcr.e22` is no item of the catalogue (see `flask frameworks list`). Did you mean `mcr.e02`?"
    assert faulty.output.splitlines() == [
        f"{folder.path}/01-datos/module.yaml:5: {unknown}",
        f"{folder.path}/edition.yaml:12: `hours: no` cannot be: write a whole number from 1 to 2000.",
        "2 faults.",
    ]
    assert editions() == 0


def test_load_says_what_became_of_each_edition(flask: FlaskCliRunner, folder: Folder) -> None:
    other = Folder(folder.path.parent, "otra")
    other.change("edition.yaml", "hours: 40", "hours: no")
    first = flask.invoke(args=["courses", "load", str(folder.path.parent)])
    assert first.exit_code == 1
    assert first.output.splitlines() == [
        "ciudades: new",
        f"{other.path}/edition.yaml:12: `hours: no` cannot be: write a whole number from 1 to 2000.",
        "otra: has faults",
    ]
    again = flask.invoke(args=["courses", "load", str(folder.path)])
    assert (again.exit_code, again.output) == (0, "ciudades: unchanged\n")
    assert editions() == 1


def test_a_path_that_is_not_there_is_said(flask: FlaskCliRunner, folder: Folder) -> None:
    answer = flask.invoke(args=["courses", "load", str(folder.path / "nothing")])
    assert answer.exit_code == 2
    assert "does not exist" in answer.output
