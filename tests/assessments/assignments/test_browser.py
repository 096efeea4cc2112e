"""A file over a bad line in a real browser: cut in the middle it waits, goes on by itself, and arrives whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from escuela import create_app
from escuela.assessments.assignments.models import WorkFile
from escuela.assessments.assignments.uploads import PIECE
from escuela.extensions import db
from tests.assessments.assignments import documents
from tests.cast import Cast
from tests.conftest import settings_for

pytestmark = pytest.mark.browser
PAGE = "/ediciones/novena/tareas/assignment-mapa"
CONTENT = documents.PDF + bytes(range(256)) * (7 * PIECE // 256)


@dataclass
class Line:
    """The way of the pieces: open for so many, then cut, until it is mended."""

    page: Page
    left: int = 100
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/envios**", self._pass)

    def _pass(self, route: Route) -> None:
        piece = route.request.method == "PUT"
        if self.left <= 0:
            route.abort("internetdisconnected")
            return
        if piece:
            self.left -= 1
            self.sent.append(route.request.url.partition("desde=")[2])
        route.continue_()

    def mended(self) -> None:
        self.left = 100
        self.page.evaluate("dispatchEvent(new Event('online'))")


@dataclass
class School:
    app: Flask
    address: str
    cookie: str

    def files(self) -> list[tuple[str, str]]:
        with self.app.app_context():
            found = [(file.name, file.sha256) for file in db.session.scalars(select(WorkFile))]
            db.session.remove()
            return found


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    app = create_app(settings_for(tmp_path, f"sqlite:///{tmp_path / 'school.sqlite'}", log_level="WARNING"))
    app.config["RATELIMIT_ENABLED"] = False
    with app.app_context():
        upgrade()
        cast = Cast.gather()
        cast.lucia.language, cast.edition.ends_on = "en", cast.edition.ends_on.replace(year=2100)
        db.session.commit()
        session = {"_user_id": cast.lucia.fs_uniquifier, "_fresh": True}
        db.session.remove()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield School(app, f"http://127.0.0.1:{server.port}", signer.dumps(session))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def page(school: School, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(base_url=school.address)
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": "session", "value": school.cookie, "url": school.address}])
    page = context.new_page()
    page.goto(PAGE)
    yield page
    context.close()


def choose(page: Page, content: bytes = CONTENT, name: str = "plan.pdf") -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})


def arrives(school: School, page: Page) -> None:
    expect(page.locator("[data-note]")).to_have_text("plan.pdf was received whole.")
    expect(page.locator("[data-files]")).to_contain_text("plan.pdf")
    assert school.files() == [("plan.pdf", hashlib.sha256(CONTENT).hexdigest())]
    expect(page.locator("[data-files]")).not_to_contain_text("has arrived")


def test_a_line_that_is_cut_in_the_middle_is_waited_for_and_the_file_goes_on(school: School, page: Page) -> None:
    line = Line(page, left=3)
    choose(page)
    expect(page.locator("[data-note]")).to_contain_text("No connection. What has arrived is kept (42 %)")
    assert school.files() == []
    page.locator("#text").fill("Mientras tanto escribo.")
    line.mended()
    arrives(school, page)
    assert line.sent == [str(number * PIECE) for number in range(8)], "no piece was sent twice"
    expect(page.locator("#text")).to_have_value("Mientras tanto escribo.")


def test_without_any_network_it_waits_and_goes_on_when_it_is_back(school: School, page: Page) -> None:
    page.context.set_offline(True)
    choose(page)
    expect(page.locator("[data-note]")).to_contain_text("No connection.")
    page.context.set_offline(False)
    arrives(school, page)


def test_after_a_reload_the_same_file_goes_on_where_it_stopped(school: School, page: Page) -> None:
    line = Line(page, left=5)
    choose(page)
    expect(page.locator("[data-note]")).to_contain_text("No connection.")
    page.reload()
    expect(page.locator("[data-files]")).to_contain_text("71 % of «plan.pdf» has arrived. Choose the same file again")
    line.left, line.sent = 100, []
    choose(page)
    arrives(school, page)
    assert line.sent == [str(number * PIECE) for number in range(5, 8)]


def test_nothing_is_handed_in_while_a_file_is_on_its_way(school: School, page: Page) -> None:
    line = Line(page, left=3)
    choose(page)
    expect(page.locator("[data-note]")).to_contain_text("No connection.")
    page.locator("#text").fill("Va con el plano.")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("[data-note]")).to_contain_text("still on its way")
    line.mended()
    arrives(school, page)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_role("heading", name="What you have handed in")).to_be_visible()


def test_a_refused_file_says_why_and_the_next_one_is_taken(school: School, page: Page) -> None:
    choose(page, documents.HTML)
    expect(page.locator("[data-note]")).to_contain_text("What is inside plan.pdf is not one of these")
    choose(page)
    arrives(school, page)


def test_without_scripts_the_form_takes_the_file(school: School, chromium: Browser) -> None:
    context = chromium.new_context(base_url=school.address, java_script_enabled=False)
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": "session", "value": school.cookie, "url": school.address}])
    page = context.new_page()
    page.goto(PAGE)
    choose(page)
    page.get_by_role("button", name="Send the file").click()
    expect(page.get_by_role("status").first).to_contain_text("plan.pdf was received whole.")
    assert school.files() == [("plan.pdf", hashlib.sha256(CONTENT).hexdigest())]
    context.close()
