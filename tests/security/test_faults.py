"""The database locked or gone, two at once, the disk full, another site's form: a sentence, and nothing half done."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from escuela import clock
from escuela.assessments.assignments.models import WorkFile
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import User
from escuela.tutoring.models import TutoringSession
from tests.assessments.assignments.documents import PDF
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
ACCOUNT = {"name": "Otro Nombre", "language": "pt", "zone": "America/Lima"}
SESSION = {
    "title-es": "x",
    "summary-es": "x",
    "starts": "2026-11-03T10:00",
    "starts-zone": "America/Montevideo",
    "minutes": "60",
}


@pytest.fixture
def school(own_school: Flask) -> Flask:
    """With its cast, answering errors as in production."""
    own_school.config.update(PROPAGATE_EXCEPTIONS=False)
    with own_school.app_context(), clock.stopped(NOW):
        Cast.gather()
        db.session.remove()
    return own_school


def browser(app: Flask, email: str) -> FlaskClient:
    """Signed in as somebody."""
    client = app.test_client()
    with app.app_context():
        name = db.session.scalars(select(User.fs_uniquifier).where(User.email == email)).one()
    with client.session_transaction() as session:
        session.update({"_user_id": name, "_fresh": True})
    return client


@pytest.mark.committed
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_who_writes_while_the_database_is_locked_is_asked_to_wait_a_moment(
    request: pytest.FixtureRequest, school: Flask, tmp_path: Path, accept: str
) -> None:
    if request.config.getoption("--database") == "postgresql":
        pytest.skip("nobody locks the whole of it")
    lucia = browser(school, "lucia@example.org")
    with school.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    other = sqlite3.connect(tmp_path / "school.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        answer = lucia.post("/cuenta", data=ACCOUNT, headers={"Accept": accept})
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert answer.status_code == 503
    assert "No se perdió nada" in (answer.json["message"] if answer.json else answer.text)
    assert "Content-Security-Policy" in answer.headers
    assert lucia.post("/cuenta", data=ACCOUNT).status_code == 303


@pytest.mark.committed
@pytest.mark.parametrize("address", ["/", "/cuenta", "/ediciones", "/nada"])
def test_a_database_that_is_gone_leaves_a_page_that_says_so(school: Flask, address: str) -> None:
    lucia = browser(school, "lucia@example.org")

    def gone(*_connecting: Any) -> None:
        raise OperationalError("connect", {}, OSError("connection refused"))

    with school.app_context():
        db.engine.dispose()
        event.listen(db.engine, "do_connect", gone)
    for method in ("GET", "POST"):
        answer = lucia.open(address, method=method, data=ACCOUNT)
        assert answer.status_code in {503, 404, 405}, method
        assert "<h1>" in answer.text
        assert "Content-Security-Policy" in answer.headers
    with school.app_context():
        event.remove(db.engine, "do_connect", gone)
    assert lucia.get(address).status_code < 500


@pytest.mark.committed
def test_two_who_announce_a_session_of_the_same_day_are_told_apart(school: Flask) -> None:
    browsers = [browser(school, "gabriela@example.org"), browser(school, "elena@example.org")]
    start, statuses = Barrier(2), []

    def announce(client: FlaskClient) -> None:
        with clock.stopped(NOW):
            start.wait(timeout=10)
            statuses.append(client.post("/ediciones/novena/tutorias/nueva", data=SESSION).status_code)

    threads = [Thread(target=announce, args=(client,)) for client in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(statuses) in ([303, 303], [303, 409])
    with school.app_context():
        slugs = db.session.scalars(
            select(TutoringSession.slug).where(TutoringSession.slug.startswith("2026-11-03"))
        ).all()
        assert len(set(slugs)) == statuses.count(303)


def test_a_full_disk_keeps_no_half_of_a_file(
    app: Flask, cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr(os, "fsync", full)
    page = f"/ediciones/{cast.edition.slug}/tareas/{cast.assignment.slug}"
    before = set(app.config["SETTINGS"].uploads.rglob("*.*"))
    answer = as_(cast.lucia).post(f"{page}/archivos", data={"file": (BytesIO(PDF), "mapa.pdf")})
    assert answer.status_code == 500
    assert "Something failed on our side" in answer.text
    assert db.session.scalars(select(WorkFile)).all() == []
    assert set(app.config["SETTINGS"].uploads.rglob("*.part")) <= before


def test_what_another_site_sends_is_not_offered_to_be_sent_again(
    app: Flask, cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    for user in (cast.lucia, None):
        answer = as_(user).post("/cuenta", data=ACCOUNT, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 400
        assert "Otro Nombre" not in answer.text
    assert "Set-Cookie" not in answer.headers, "and nobody is signed out by it"
    assert cast.lucia.name == "Lucía Ceibo Coronilla"


@pytest.mark.parametrize("address", ["/cuenta", "/correo/cambiar", "/salir", "/ediciones/novena/tutorias/nueva"])
def test_the_token_of_another_session_is_worth_nothing(
    app: Flask, cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    stolen = as_(cast.rocio).get("/cuenta").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert stolen
    for sent in ({"data": ACCOUNT | {"csrf_token": stolen}}, {"headers": {"X-CSRFToken": stolen}}):
        assert as_(cast.gabriela).post(address, **sent).status_code == 400
        multipart = as_(cast.gabriela).post(address, **sent, content_type="multipart/form-data")
        assert multipart.status_code == 400
    assert cast.gabriela.name == "Gabriela Timbó Palo"
    assert db.session.scalars(select(Message)).all() == []
