"""What the gradebook of a big edition costs: 2,000 participants by 40 activities, page by page, and its sheets.

    python -m benchmarks.gradebook [--participants 2000] [--modules 8] [--database URL]

in an EMPTY database, of its own where none is named. Every module has three lessons, a quiz and an assignment; every
second participant has marks in all of them, and one in fifty has a mark that was changed or an excuse. The table is
asked for as a coordinator's browser does. Prints Markdown, and stops where the table takes too many queries.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from benchmarks.course import SLUG
from benchmarks.pages import environ, signed_in
from benchmarks.selection import expect, measured
from benchmarks.world import SEED, NotEmptyError, Size, fill
from escuela import clock, create_app
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes.models import Quiz
from escuela.config import Settings
from escuela.editions.kinds import NOT_BEGUN
from escuela.extensions import db
from escuela.gradebook.models import EXCUSE, MARK, Override
from escuela.people.models import User

QUERIES = 12
"""The most that the table may take."""
CHANGED = 50
"""One of so many participants has something changed."""
TABLE = f"/ediciones/{SLUG}/calificaciones"


def change(by: User) -> int:
    """Marks and excuses in turn; returns how many."""
    quiz_id = db.session.scalars(select(Quiz.id).order_by(Quiz.id)).first()
    people = db.session.scalars(select(Enrolment.id).where(Enrolment.id % CHANGED == 0)).all()
    common = {"activity_id": quiz_id, "reason": "Se cortó la luz.", "set_at": clock.now(), "set_by_id": by.id}
    rows = [
        common | {"enrolment_id": each, "verdict": MARK, "earned": 850, "possible": 1000}
        if place % 2
        else common | {"enrolment_id": each, "verdict": EXCUSE, "earned": None, "possible": None}
        for place, each in enumerate(people)
    ]
    if rows:
        db.session.execute(insert(Override), rows)
    return len(rows)


def figures(database: str, instance: Path, participants: int = 2000, modules: int = 8) -> str:
    """Everything that is measured, as Markdown. Raises SystemExit where the table takes more queries than it may."""
    settings = {**environ(database, instance), "ENVIRONMENT": "development"}  # cookies without TLS
    app = create_app(Settings.from_environment(settings))
    made = fill(app, Size(participants, governments=100, modules=modules), SEED)
    with app.app_context():
        login = made.logins["coordinator"]
        changed = change(db.session.scalars(select(User).where(User.email == login)).one())
        db.session.commit()
        client = signed_in(app, login.partition("@")[0])
        marks = made.counts["attempts"] + made.counts["reviews"]
        said = (
            f"{participants} participants by {5 * modules} activities: {marks} attempts and reviews, {changed} changed."
        )
        lines = [said, "", *_table(client)]
        db.session.remove()
        db.engine.dispose()
    return "\n".join(lines)


def _table(client: FlaskClient) -> list[str]:
    lines = ["| the gradebook | queries | KB | time |", "|---|---|---|---|"]
    for title, address in (
        ("as it opens", TABLE),
        ("page 10", f"{TABLE}?pagina=10"),
        ("one module", f"{TABLE}?modulo=3"),
        ("one country, with something not begun", f"{TABLE}?pais=BR&estado={NOT_BEGUN}"),
        ("marks that were changed", f"{TABLE}?estado={MARK}"),
        ("everybody as CSV", f"{TABLE}.csv"),
        ("everybody as XLSX", f"{TABLE}.xlsx"),
    ):
        ran, weight, seconds = measured(client, address)
        lines.append(f"| {title} | {ran} | {weight:.1f} | {seconds * 1000:.0f} ms |")
        expect(ran <= QUERIES, f"{title}: {ran} queries")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--participants", type=int, default=2000)
    parser.add_argument("--modules", type=int, default=8)
    parser.add_argument("--database", metavar="URL", default="")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'gradebook.sqlite'}"
        try:
            print(figures(url, Path(folder), asked.participants, asked.modules))
        except NotEmptyError:
            parser.error("this database holds rows: name an empty one")


if __name__ == "__main__":
    main()
