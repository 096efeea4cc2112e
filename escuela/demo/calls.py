"""Calls in every state, made by the verbs that people use, each at the instant at which they would have used it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select

from escuela import clock
from escuela.admissions.services import Newcomer
from escuela.applications import services as applications
from escuela.applications.models import Application
from escuela.calls import services as calls
from escuela.calls import usual
from escuela.calls.models import Call
from escuela.demo.applicants import MOTIVES, REMARKS, Applicant
from escuela.demo.cast import ZONE
from escuela.editions.models import Edition
from escuela.evaluations import services as evaluations
from escuela.evaluations.models import Evaluation
from escuela.extensions import db
from escuela.people.models import LocalGovernment, User
from escuela.selection import services as selection
from escuela.selection.models import Decision

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def at_hour(day: datetime, hour: int, minute: int = 0) -> datetime:
    """An hour of a day on the clock of Montevideo."""
    local = datetime.combine(day.astimezone(clock.zone(ZONE)).date(), time(hour, minute))
    return clock.instant(local, ZONE)


def published(edition: Edition, *, by: User, opens: datetime, closes: datetime, places: int) -> Call:
    """A call with the School's usual questions and criteria, published a day before it opens."""
    with clock.stopped(opens - DAY):
        texts = calls.Texts(usual.title(edition), usual.SUMMARY, usual.TEXT, usual.ELIGIBILITY, places)
        call = calls.create(edition, texts, calls.Hours(opens, closes, ZONE), by=by)
        calls.publish(call, by=by)
    return call


def begun(call: Call, who: Applicant, place: LocalGovernment, at: datetime, *, whole: bool = True) -> Application:
    """An application as it is written; without its letter and its motive unless it is `whole`."""
    language = place.languages[0]
    problem, motive = MOTIVES[language][len(who.name) % len(MOTIVES[language])]
    with clock.stopped(at):
        found = applications.begin(call, f"{who.key}@example.org", language, place.zone)
        typed: dict[str, Any] = {
            "name": who.name,
            "gender": who.gender,
            "position": who.position,
            "government": str(place.id),
            "q-problema": problem,
        }
        if whole:
            typed |= {"q-motivacion": motive, "q-redes": ["mercociudades"], "q-tiempo": "yes", "q-datos": "yes"}
        applications.save(found, typed, "{}")
        if whole:
            question = next(each for each in call.questions if each.kind == "file")
            applications.attach(found, question, BytesIO(letter(who.name, place.name)), name="carta-de-aval.pdf")
    return found


def handed_in(
    call: Call, people: Iterable[Applicant], places: Mapping[str, LocalGovernment], first: datetime
) -> list[Application]:
    """Whole applications, one every few hours."""
    found = []
    for number, who in enumerate(people):
        at = first + number * 7 * HOUR
        application = begun(call, who, places[who.place], at)
        with clock.stopped(at + HOUR):
            applications.hand_in(application, language=application.language, zone=application.zone)
        found.append(application)
    return found


def proposed(call: Call, at: datetime) -> Application:
    """Somebody of a local government that the registry does not have yet."""
    problem, motive = MOTIVES["es"][1]
    with clock.stopped(at):
        found = applications.begin(call, "lorena@example.org", "es", "America/Asuncion")
        typed = {
            "name": "Lorena Yvyrá Pytá",
            "gender": "woman",
            "position": "Gestión ambiental",
            "government": "new",
            "proposed_name": "Municipalidad de Encarnación",
            "proposed_subdivision": "PY-7",
            "proposed_band": "medium",
            "q-problema": problem,
            "q-motivacion": motive,
            "q-redes": [],
            "q-tiempo": "yes",
            "q-datos": "yes",
        }
        applications.save(found, typed, "{}")
        question = next(each for each in call.questions if each.kind == "file")
        applications.attach(found, question, BytesIO(letter(found.email, "Encarnación")), name="nota.pdf")
        applications.hand_in(found, language="es", zone=found.zone)
    return found


def letter(person: str, place: str) -> bytes:
    """A letter of one page, as small as a PDF can be."""
    lines = ["Carta de aval (de demostracion)", place, f"Respaldamos la postulacion de {person}."]
    plain = [line.encode("ascii", "replace").decode().replace("(", "").replace(")", "") for line in lines]
    drawn = "BT /F1 14 Tf 72 760 Td 20 TL " + " ".join(f"({line}) Tj T*" for line in plain) + " ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            "/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    content, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{each}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    return (content + end + trailer).encode("ascii")


# --- scores and the result


EVALUATORS = (
    ("nadia", "Nadia Quebracho Sauce", "America/Asuncion", "es"),
    ("bruno", "Bruno Ipê Caroba", "America/Sao_Paulo", "pt"),
    ("mirta", "Mirta Guayabo Blanquillo", "America/Montevideo", "es"),
)
"""They score and have no other part in the School."""


def scored(call: Call, strengths: Mapping[str, int], at: datetime, *, by: User, whole: bool) -> None:
    """Evaluators appointed, applications divided, scores given; unless `whole`, some are left to give."""
    with clock.stopped(at):
        for key, name, zone, language in EVALUATORS:
            newcomer = Newcomer(f"{key}@example.org", name, language, zone)
            evaluator = evaluations.appoint(call, newcomer, by=by)
            evaluator.user.password, evaluator.user.invited_at = by.password, None
            evaluator.user.login_count, evaluator.user.current_login_at = 2, at
        evaluations.assign_evenly(call, by=by)
    rows = db.session.scalars(
        select(Evaluation).join(Evaluation.application).where(Application.call_id == call.id).order_by(Evaluation.id)
    ).all()
    for number, row in enumerate(rows):
        if not whole and number % 7 == 6:
            continue
        with clock.stopped(at + (number + 1) * HOUR):
            _score(row, strengths[row.application.email.partition("@")[0]], number, give=whole or number % 9 != 5)


def _score(row: Evaluation, strength: int, number: int, *, give: bool) -> None:
    """Points around what the application is worth; now and then two evaluators see it very differently."""
    apart = -3 if number % 11 == 4 else 0
    criteria = row.application.call.criteria
    points = {
        criterion.id: max(1, min(10, strength + apart + (number + place * 2) % 3 - 1))
        for place, criterion in enumerate(criteria)
    }
    kept: dict[int, int | None] = {**points} if give else dict(list(points.items())[:2])
    evaluations.save(row, kept, REMARKS[number % len(REMARKS)])
    if give:
        evaluations.give(row)


def decided(call: Call, outcomes: Mapping[str, list[Application]], at: datetime, *, by: User) -> None:
    """The result, looked at and published."""
    with clock.stopped(at):
        for outcome, rows in outcomes.items():
            selection.decide(call, [row.id for row in rows], outcome, by=by)
        selection.publish(call, selection.preview(call).fingerprint, reject_rest=False, by=by)


def decision_of(application: Application) -> Decision:
    return db.session.get_one(Decision, application.id)
