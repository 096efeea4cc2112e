"""What choosing among 5,000 applications costs: the selection screen, and deciding on 500 in one go.

    python -m benchmarks.selection [--applications 5000] [--evaluators 12] [--database URL]

in an EMPTY database, of its own where none is named. Every application has two evaluations with the four usual
criteria. The screen is asked for as a coordinator's browser does, first as it opens, then filtered and sorted; the
decision is one request for 500. Prints Markdown.
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from sqlalchemy import insert, select

from benchmarks import words
from benchmarks.pages import counting, environ, signed_in
from benchmarks.world import SEED, NotEmptyError, Size, fill
from escuela import clock, create_app
from escuela.applications.models import GENDERS, Application
from escuela.calls import services as calls
from escuela.calls import usual
from escuela.calls.models import Call
from escuela.config import Settings
from escuela.editions.models import Edition
from escuela.evaluations import services as evaluations
from escuela.evaluations.models import Evaluation, Evaluator, Score
from escuela.evaluations.policies import total
from escuela.extensions import db
from escuela.people.models import LocalGovernment, User, folded
from escuela.selection import queries
from escuela.selection.models import ACCEPTED

QUERIES, KILOBYTES = 12, 400
"""The most that the screen may take."""
DECIDED = 500
GOVERNMENTS = 400


def call_of(edition: Edition, by: User) -> Call:
    """A call with the usual criteria that closed yesterday."""
    now = clock.now()
    with clock.stopped(now - timedelta(days=40)):
        texts = calls.Texts(usual.title(edition), usual.SUMMARY, usual.TEXT, usual.ELIGIBILITY, 25)
        hours = calls.Hours(now - timedelta(days=30), now - timedelta(days=1), edition.zone)
        call = calls.create(edition, texts, hours, by=by)
        calls.publish(call, by=by)
    return call


def apply(call: Call, count: int, random: Random) -> None:
    """Applications handed in, of every government of the world."""
    places = db.session.scalars(select(LocalGovernment.id)).all()
    now = clock.now()
    rows = []
    for number in range(1, count + 1):
        name = words.full_name(random)
        rows.append(
            {
                "call_id": call.id,
                "email": f"postulante{number}@example.org",
                "language": random.choice(("es", "pt")),
                "zone": call.zone,
                "state": "submitted",
                "draft": {},
                "started_at": now - timedelta(days=9),
                "saved_at": now - timedelta(days=8),
                "number": number,
                "submitted_at": now - timedelta(days=8),
                "name": name,
                "folded_name": folded(name),
                "gender": random.choice(GENDERS),
                "position": "Planificación",
                "local_government_id": random.choice(places),
                "answers": {"problema": words.full_name(random) * 20},
            }
        )
    db.session.execute(insert(Application), rows)


def score(call: Call, count: int, random: Random, by: User) -> float:
    """Evaluators with scores for every application; returns the seconds that dividing them took."""
    people = db.session.scalars(select(User).order_by(User.id).limit(count)).all()
    db.session.add_all([Evaluator(call=call, user=person, appointed_at=clock.now()) for person in people])
    db.session.flush()
    begun = time.perf_counter()
    evaluations.assign_evenly(call, by=by)
    divided = time.perf_counter() - begun
    rows, points, now = [], [], clock.now()
    for number in db.session.scalars(select(Evaluation.id)):
        given = {criterion.id: random.randint(0, call.scale) for criterion in call.criteria}
        points += [{"evaluation_id": number, "criterion_id": each, "points": value} for each, value in given.items()]
        rows.append({"id": number, "given_at": now, "saved_at": now, "total": total(given, call.criteria)})
    db.session.execute(insert(Score), points)
    db.session.bulk_update_mappings(Evaluation, rows)  # type: ignore[arg-type]
    return divided


def expect(fact: object, otherwise: str) -> None:
    if not fact:
        raise SystemExit(otherwise)


def measured(client: FlaskClient, address: str) -> tuple[int, float, float]:
    """Queries, kilobytes of HTML and seconds of the second visit of three, the quickest."""
    client.get(address)
    seconds = []
    for _ in range(3):
        begun = time.perf_counter()
        with counting() as ran:
            answer = client.get(address)
        seconds.append(time.perf_counter() - begun)
    expect(answer.status_code == 200, f"{address}: {answer.status_code}")
    return len(ran), len(answer.data) / 1000, min(seconds)


def figures(database: str, instance: Path, applications: int = 5000, evaluators: int = 12) -> str:
    """Everything that is measured, as Markdown. Raises SystemExit where it is not as good as it has to be."""
    settings = {**environ(database, instance), "ENVIRONMENT": "development"}  # cookies without TLS
    app = create_app(Settings.from_environment(settings))
    app.config["WTF_CSRF_ENABLED"] = False
    made, random = fill(app, Size(participants=50, governments=GOVERNMENTS, modules=1), SEED), Random(SEED)
    with app.app_context():
        login = made.logins["coordinator"]
        coordinator = db.session.scalars(select(User).where(User.email == login)).one()
        call = call_of(db.session.scalars(select(Edition)).one(), coordinator)
        apply(call, applications, random)
        divided = score(call, evaluators, random, coordinator)
        db.session.commit()
        client = signed_in(app, login.partition("@")[0])
        said = [f"{applications} applications, {evaluators} evaluators; divided evenly in {divided:.2f} s."]
        said += ["", *screens(call, client), "", decision(call, client)]
        db.session.remove()
        db.engine.dispose()
    return "\n".join(said)


def screens(call: Call, client: FlaskClient) -> list[str]:
    here = f"/ediciones/{call.edition.slug}/convocatoria/seleccion"
    table = ["| the selection screen | queries | KB of HTML | time |", "|---|---|---|---|"]
    for title, query in (
        ("as it opens", ""),
        ("page 60", "?page=60"),
        ("of one country, by name", "?pais=BR&orden=name"),
        ("where evaluators disagree, by spread", "?diferencia=si&orden=spread"),
    ):
        ran, weight, seconds = measured(client, here + query)
        table.append(f"| {title} | {ran} | {weight:.1f} | {seconds * 1000:.0f} ms |")
        expect(ran <= QUERIES, f"the screen takes {ran} queries")
        expect(weight < KILOBYTES, f"the screen weighs {weight:.0f} KB")
    return table


def decision(call: Call, client: FlaskClient) -> str:
    ids = queries.ids(call, queries.Filters())[:DECIDED]
    body = {"application": [f"{each}:" for each in ids], "outcome": ACCEPTED}
    begun = time.perf_counter()
    with counting() as ran:
        answer = client.post(f"/ediciones/{call.edition.slug}/convocatoria/seleccion/decidir", data=body)
    took = time.perf_counter() - begun
    expect(answer.status_code == 303, answer.text)
    return f"Deciding on {DECIDED} in one request: {len(ran)} queries, {took * 1000:.0f} ms."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--applications", type=int, default=5000)
    parser.add_argument("--evaluators", type=int, default=12)
    parser.add_argument("--database", metavar="URL", default="")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'selection.sqlite'}"
        try:
            print(figures(url, Path(folder), asked.applications, asked.evaluators))
        except NotEmptyError:
            parser.error("this database holds rows: name an empty one")


if __name__ == "__main__":
    main()
