"""One application and one real database for the run; each test inside a transaction that is taken back.

`--database postgresql` runs the same tests on a PostgreSQL that is started for them. What a test or a request
commits is a savepoint inside the test's own transaction, so nothing leaks and nothing is mocked. Factories commit: a
refused request rolls back, and would take rows away that were only flushed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale
from flask_migrate import upgrade
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import Engine, event

from escuela import clock, create_app
from escuela.config import Settings
from escuela.extensions import db, limiter
from escuela.people.models import User
from tests import chromium as found_chromium
from tests.cast import Cast
from tests.postgres import postgres_server

settings.register_profile("school", deadline=None)  # a busy machine is slow, not wrong
settings.load_profile("school")

NOW = datetime(2026, 10, 20, 15, 0, tzinfo=UTC)
"""Every test happens on Tuesday 20 October 2026 at noon in Montevideo, unless it moves the clock."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite", help="what the tests run on")


class Client(FlaskClient):
    """A browser: each request has a context of its own, as in production, so nobody's sign-in leaks into another's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"  # as the messages are written: no test hangs on a translation

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)  # read to the end, so that a download's file is closed here and now
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        db.session.expire_all()
        return response

    def read(self, path: str) -> str:
        """A page without its token, which holds the second in which it was made: to compare with another."""
        return re.sub(r'name="csrf_token"[^>]* value="[^"]*"', "", self.get(path).text)

    def sign_in(self, user: User | None) -> Client:
        """Be this person; None is a visitor."""
        with self.session_transaction() as session:
            session.clear()
            if user is not None:
                session.update({"_user_id": user.fs_uniquifier, "_fresh": True})
        return self


@pytest.fixture(scope="session")
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with _school(request, tmp_path_factory.mktemp("school")) as app:
        app.test_client_class = Client
        yield app


@pytest.fixture
def own_school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An empty School of the test's own, in which commits are commits: for tests marked `committed`."""
    with _school(request, tmp_path) as app:
        yield app


@contextmanager
def _school(request: pytest.FixtureRequest, folder: Path) -> Iterator[Flask]:
    with ExitStack() as stack:
        if request.config.getoption("--database") == "postgresql":
            url = stack.enter_context(postgres_server())
        else:
            url = f"sqlite:///{folder / 'school.sqlite'}"
        app = create_app(settings_for(folder, url))
        app.config.update(WTF_CSRF_ENABLED=False)
        app.extensions["security"].pwd_context.update(argon2__time_cost=1, argon2__memory_cost=64)
        with app.app_context():
            upgrade()
        yield app
        with app.app_context():
            db.engine.dispose()


def settings_for(folder: Path, url: str, **given: Any) -> Settings:
    return Settings.from_environment(
        {}, environment="test", instance=folder, database_url=url, secret_key="s" * 40, jobs="outside", **given
    )


@pytest.fixture(autouse=True)
def _isolated(request: pytest.FixtureRequest) -> Iterator[None]:
    """The outer transaction of a test. Tests that need real commits (threads, browser) are marked `committed`."""
    if request.node.get_closest_marker("committed") or request.node.get_closest_marker("browser"):
        yield
        return
    app: Flask = request.getfixturevalue("app")
    with app.app_context(), clock.stopped(NOW), force_locale("en"):
        limiter.reset()  # each test starts with all its attempts
        engines = db.engines
        real = engines[None]
        connection = real.connect()
        outer = connection.begin()
        engines[None] = connection  # type: ignore[index,unused-ignore]
        db.session.remove()
        db.session.configure(join_transaction_mode="create_savepoint")
        try:
            yield
        finally:
            db.session.remove()
            engines[None] = real
            outer.rollback()
            connection.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all browser tests; each opens a context of its own."""
    if reason := found_chromium.available():
        pytest.skip(reason)
    expect.set_options(timeout=15_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=found_chromium.executable(), args=found_chromium.LAUNCH_ARGS
        )
        yield running
        running.close()


@pytest.fixture
def client(app: Flask) -> Client:
    client = app.test_client()
    assert isinstance(client, Client)
    return client


@pytest.fixture
def cast() -> Cast:
    """The people of `tests/cast.py` and their two editions."""
    return Cast.gather()


@pytest.fixture
def as_(client: Client) -> Callable[[User | None], Client]:
    """`as_(cast.lucia).get(...)`: the same browser, signed in as somebody."""
    return client.sign_in


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that run inside, without transaction control."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_queries() as ran: ...; assert len(ran) == 7`."""
    return counting
