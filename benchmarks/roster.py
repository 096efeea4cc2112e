"""What a list of 2,000 people costs: its dry run, line by line, and enrolling them.

    python -m benchmarks.roster [--lines 2000] [--database URL]

in an EMPTY database, of its own where none is named. Half of the people have accounts and a tenth are enrolled already;
the list is written as CSV and as XLSX. A second one has a fault on every line and no government that is known by its
name, the worst there is. The dry run is the whole page, as a coordinator's browser asks for it. Prints Markdown.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from sqlalchemy import insert

from benchmarks import words
from benchmarks.pages import counting, environ, signed_in
from benchmarks.world import SEED, NotEmptyError, Size, fill
from escuela import create_app
from escuela.admissions import importing
from escuela.admissions.heads import TEMPLATE
from escuela.admissions.models import Enrolment, RosterImport
from escuela.clock import now
from escuela.config import Settings
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import LocalGovernment, User

LIMIT = 3.0
"""Seconds that a dry run may take."""
GOVERNMENTS = 400
Rows = list[Sequence[str]]


def heads() -> list[str]:
    return [names["es"] for names in TEMPLATE.values()]


def good(random: Random, governments: Sequence[tuple[str, str]], count: int) -> Rows:
    """People of governments that the registry has, with and without their accents."""
    rows: Rows = []
    for number in range(count):
        name, country = random.choice(governments)
        shown = name.upper() if number % 3 else name
        rows.append((f"lista{number}@example.org", words.full_name(random), shown, country, "Técnica", "es", "no"))
    return rows


def bad(random: Random, count: int) -> Rows:
    """Everything that can be wrong: of each line the address, the language and a government that nobody knows."""
    return [
        (f"lista{number} en example", words.full_name(random), words.full_name(random), "", "", "latín", "quizás")
        for number in range(count)
    ]


def as_csv(rows: Rows) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows([heads(), *rows])
    return text.getvalue().encode("cp1252", "replace")


def as_xlsx(rows: Rows) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Personas")
    for row in [heads(), *rows]:
        sheet.append(list(row))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def people(rows: Rows, edition_id: int, government_id: int) -> None:
    """An account for every second line, and an enrolment for every tenth."""
    accounts = [
        {
            "email": row[0],
            "name": row[1],
            "password": "-",
            "fs_uniquifier": f"roster-{row[0]}",
            "active": True,
            "language": "es",
            "zone": "America/Montevideo",
        }
        for row in rows[::2]
    ]
    ids = db.session.scalars(insert(User).returning(User.id), accounts).all()
    enrolled = [
        {
            "edition_id": edition_id,
            "user_id": user_id,
            "local_government_id": government_id,
            "status": "active",
            "enrolled_at": now(),
        }
        for user_id in ids[::5]
    ]
    db.session.execute(insert(Enrolment), enrolled)
    db.session.commit()


@contextmanager
def timed(found: list[float]) -> Iterator[None]:
    began = time.perf_counter()
    yield
    found.append(time.perf_counter() - began)


def send(browser: FlaskClient, slug: str, content: bytes, name: str) -> str:
    """Send a list; the address of its dry run."""
    token = (
        browser.get(f"/ediciones/{slug}/personas/lista")
        .text.partition('name="csrf_token" value="')[2]
        .partition('"')[0]
    )
    data = {"csrf_token": token, "file": (BytesIO(content), name)}
    answer = browser.post(f"/ediciones/{slug}/personas/lista", data=data, content_type="multipart/form-data")
    if answer.status_code != 303:
        raise RuntimeError(answer.text)
    return str(answer.location)


def dry_run(browser: FlaskClient, slug: str, content: bytes, name: str) -> str:
    """One line of the table: seconds to send, seconds and queries of the page."""
    sending: list[float] = []
    trying: list[float] = []
    with timed(sending):
        address = send(browser, slug, content, name)
    browser.get(address)
    with counting() as ran, timed(trying):
        page = browser.get(address)
    size = len(page.data) / 1000
    verdict = "yes" if trying[0] <= LIMIT else "NO"
    seconds = [f"{took[0]:.2f} s" for took in (sending, trying)]
    cells = [name, f"{len(content) / 1000:.0f}", *seconds, len(ran), f"{size:.0f}", verdict]
    return "| " + " | ".join(map(str, cells)) + " |"


def confirm(app: Flask) -> str:
    """Enrol the last good list, without the page."""
    seconds: list[float] = []
    with app.app_context(), app.test_request_context():
        received = db.session.get_one(RosterImport, 1)
        by = db.session.get_one(User, received.uploaded_by_id)
        plan = importing.try_out(received).plan
        with counting() as ran, timed(seconds):
            count = importing.confirm(received, mark=plan.mark, by=by)
            db.session.commit()
    return (
        f"Enrolling {count} people, with accounts, jobs, history and mail: {seconds[0]:.1f} s, {len(ran)} statements."
    )


def figures(database: str, instance: Path, lines: int = 2000) -> str:
    settings = {**environ(database, instance), "ENVIRONMENT": "development"}  # cookies without TLS
    app = create_app(Settings.from_environment(settings))
    fill(app, Size(participants=20, governments=GOVERNMENTS, modules=1), SEED)
    random = Random(SEED)
    with app.app_context():
        edition = db.session.query(Edition).one()
        slug, edition_id = edition.slug, edition.id
        rows = db.session.query(LocalGovernment).all()
        rows_of_good = good(random, [(row.name, row.country) for row in rows], lines)
        people(rows_of_good, edition_id, rows[0].id)
    browser = signed_in(app, "coordinacion")
    table = [
        f"| a list of {lines} | KB | sending | dry run | queries | KB of HTML | within {LIMIT:.0f} s |",
        "|---|---|---|---|---|---|---|",
        dry_run(browser, slug, as_csv(rows_of_good), "good.csv"),
        dry_run(browser, slug, as_xlsx(rows_of_good), "good.xlsx"),
        dry_run(browser, slug, as_csv(bad(random, lines)), "bad.csv"),
    ]
    return "\n".join([*table, "", confirm(app)])


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the dry run of a list of people.")
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--database", metavar="URL", default="")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'roster.sqlite'}"
        try:
            print(figures(url, Path(folder), asked.lines))
        except NotEmptyError:
            raise SystemExit("The database is not empty: nothing was changed.") from None


if __name__ == "__main__":
    main()
