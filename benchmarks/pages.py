"""What a page costs: its time beside a bare Flask view that sends as many bytes, its queries, its weight.

    python -m benchmarks.pages --database URL

on a database that `benchmarks.world` filled. A page and its bare view take turns, each served by a gunicorn worker of
its own, so that whatever else the machine does falls on both alike; medians are compared. Prints Markdown.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from benchmarks import words
from benchmarks.course import SLUG
from benchmarks.serving import fetch, served
from escuela import create_app
from escuela.config import Settings
from escuela.extensions import db
from escuela.people.models import User

ROUNDS = 100
SECRET = "0" * 40  # of servers that nobody else reaches


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    address: str
    login: str


HOME = Page("Participant home", "/ahora", "participante2")
READER = Page("Reader", f"/ediciones/{SLUG}/lecciones/leccion-1-2", "participante2")
BOARD = Page("Edition board", f"/ediciones/{SLUG}/tablero", "coordinacion")
PAGES = (HOME, READER, BOARD)


@dataclass(frozen=True, slots=True)
class Cost:
    page: Page
    queries: int
    size: int
    seconds: float
    bare_seconds: float

    @property
    def ratio(self) -> float:
        return self.seconds / self.bare_seconds


def environ(database: str, instance: Path) -> dict[str, str]:
    """Settings of a School as it runs in production."""
    return {
        "ENVIRONMENT": "production",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": database,
        "PUBLIC_URL": "http://localhost",
        "MAIL_URL": "outbox:",
        "INSTANCE": str(instance),
        "LOG_LEVEL": "ERROR",
    }


def signed_in(app: Flask, login: str) -> FlaskClient:
    with app.app_context():
        known_as = db.session.scalar(select(User.fs_uniquifier).where(User.email == words.address(login)))
    if known_as is None:
        raise SystemExit("This database was not filled by benchmarks.world.")
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update({"_user_id": known_as, "_fresh": True})
    return browser


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements that run inside."""
    ran: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            ran.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def queries(browser: FlaskClient, address: str) -> int:
    """Of a page that was opened before: what a process does once is not counted."""
    browser.get(address)
    with counting() as ran:
        browser.get(address)
    return len(ran)


def measure(app: Flask, school: int, bare: int, page: Page, rounds: int) -> Cost:
    """`school` and `bare` are the ports where both are served."""
    browser = signed_in(app, page.login)
    cookie = browser.get_cookie("session")
    header = f"session={cookie.value}" if cookie else ""
    size = len(fetch(school, page.address, header)[1])
    times, bare_times = [], []
    for _ in range(rounds):
        times.append(fetch(school, page.address, header)[0])
        bare_times.append(fetch(bare, f"/{size}")[0])
    return Cost(page, queries(browser, page.address), size, median(times), median(bare_times))


def weight(app: Flask, page: Page) -> dict[str, int]:
    """Bytes of a first visit as they are sent: the page, and every file that it or its style sheet names, by kind."""
    browser = signed_in(app, page.login)
    found = {"HTML": len(_sent(browser, page.address))}
    html = browser.get(page.address).text
    style = next(iter(re.findall(r'href="(/[^"]+\.css)"', html)))
    files = {*re.findall(r'(?:href|src)="(/recursos/[^"]+)"', html)}
    files |= {*re.findall(r'url\("(/recursos/[^"]+)"\)', browser.get(style).text)}
    for file in sorted(files):
        kind = {"css": "CSS", "js": "JS", "woff2": "fonts"}.get(file.rpartition(".")[2], "pictures")
        found[kind] = found.get(kind, 0) + len(_sent(browser, file))
    return found


def _sent(browser: FlaskClient, address: str) -> bytes:
    answer = browser.get(address, headers={"Accept-Encoding": "br, gzip"})
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return answer.data


def costs(database: str, rounds: int = ROUNDS) -> tuple[list[Cost], dict[str, int]]:
    """What the pages cost on a filled database, and what a lesson weighs."""
    with ExitStack() as stack:
        instance = Path(stack.enter_context(TemporaryDirectory()))
        settings = environ(database, instance)
        app = create_app(Settings.from_environment(settings))
        school = stack.enter_context(served("wsgi:app", settings))
        bare = stack.enter_context(served("benchmarks.serving:bare", {}))
        return [measure(app, school, bare, page, rounds) for page in PAGES], weight(app, READER)


def as_markdown(found: list[Cost], lesson: dict[str, int]) -> str:
    lines = [
        "| page | queries | KB of HTML | time | bare view | ratio |",
        "|---|---|---|---|---|---|",
        *(
            f"| {cost.page.title} | {cost.queries} | {cost.size / 1000:.1f} | {cost.seconds * 1000:.1f} ms "
            f"| {cost.bare_seconds * 1000:.1f} ms | {cost.ratio:.1f} |"
            for cost in found
        ),
        "",
        "| a lesson, compressed | KB |",
        "|---|---|",
        *(f"| {kind} | {size / 1000:.1f} |" for kind, size in lesson.items()),
        f"| **first load** | **{sum(lesson.values()) / 1000:.1f}** |",
        f"| **repeat load** | **{lesson['HTML'] / 1000:.1f}** |",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the pages of a database that benchmarks.world filled.")
    parser.add_argument("--database", required=True, metavar="URL")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    print(as_markdown(*costs(asked.database, asked.rounds)))


if __name__ == "__main__":
    main()
