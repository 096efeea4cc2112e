"""A School that is really served, with its demo world, and a Chromium to visit it: for browser tests and pictures."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from werkzeug.serving import make_server

from escuela import create_app, demo
from escuela.certificates.drawing import draw_due_certificates
from escuela.config import ROOT, Settings
from escuela.content.load import load_path
from escuela.extensions import db
from escuela.frameworks.services import load_catalogue
from tests import chromium

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class School:
    """The served application and its address."""

    app: Flask
    address: str


@contextmanager
def school(folder: Path) -> Iterator[School]:
    """Serve a School on a free port, its database and files in `folder`; in an empty one, make the demo world first."""
    database = folder / "school.sqlite"
    made = database.exists()
    settings = Settings.from_environment(
        {},
        environment="test",
        instance=folder,
        database_url=f"sqlite:///{database}",
        secret_key="b" * 40,
        jobs="outside",
        log_level="WARNING",
    )
    app = create_app(settings)
    app.config.update(TESTING=False)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    if not made:
        with app.app_context():
            upgrade()
            load_catalogue()
            load_path(ROOT / "courses")
            demo.make()
            db.session.commit()
            draw_due_certificates()
            db.session.remove()
            db.engine.dispose()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield School(app, f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.LAUNCH_ARGS)
        try:
            yield found
        finally:
            found.close()


class Visitor:
    """Somebody in front of a browser of their own."""

    def __init__(self, chromium: Browser, school: School, size: dict[str, int] = DESK, **options: object) -> None:
        usual = {"locale": "es-UY", "timezone_id": "America/Montevideo", "reduced_motion": "reduce"}
        options = {**usual, **options}
        self.context: BrowserContext = chromium.new_context(base_url=school.address, viewport=size, **options)  # type: ignore[arg-type]
        self.context.set_default_timeout(20_000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        """Errors that a script or the policy of the page causes; not that a page is a 404, or that the line was cut."""
        own_status = message.location["url"] == self.page.url and "Failed to load resource" in message.text
        if message.type == "error" and not own_status and "net::ERR" not in message.text:
            self.faults.append(message.text)

    def goes(self, path: str) -> Visitor:
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, f"{path}: {answer.status}"
        return self

    def signs_in(self, key: str) -> Visitor:
        self.goes("/ingresar")
        self.page.fill("input[name=email]", f"{key}@example.org")
        self.page.fill("input[name=password]", demo.PASSWORD)
        self.page.click("form[action*=ingresar] button[type=submit], main form .button--primary")
        expect(self.page.locator("details.menu")).to_be_visible()
        return self

    def finds_no_barrier(self) -> Visitor:
        """Axe has nothing to say of this page, it does not scroll sideways and no script of ours failed.

        Axe sees the page at its whole height: a bar that sticks to an edge lies over another field at each scroll.
        """
        self.page.wait_for_load_state()  # a click only waits until the next page has begun
        size = self.page.viewport_size
        assert size is not None
        whole = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], whole)})
        self._asks_axe({"type": "tag", "values": RULES})
        self.page.emulate_media(color_scheme="dark")
        self._asks_axe(["color-contrast"])  # nothing but the colours differs in the dark
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(size)
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide at {self.page.viewport_size}"
        assert self.faults == [], f"{self.page.url}: {self.faults}"
        return self

    def _asks_axe(self, rules: object) -> None:
        results = Axe().run(self.page, options={"runOnly": rules, "resultTypes": ["violations"]})
        scheme = self.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
        assert results.violations_count == 0, f"{self.page.url} ({scheme})\n{results.generate_report()}"

    def leaves(self) -> None:
        self.context.close()
