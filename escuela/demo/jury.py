"""Juries in every state, made by the verbs that people use, each at the instant at which they would have used it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.admissions.services import Newcomer
from escuela.assessments.assignments.models import Work
from escuela.demo.cast import ZONE
from escuela.demo.reviews import with_plan
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.jury import outcome, queries, services, sheets
from escuela.jury.models import ASSISTANCE, EXCHANGE, VISIT, Juror, Jury, Scoresheet
from escuela.people.models import User

DAY = timedelta(days=1)
JURORS = (
    ("alba", "Alba Palosanto Urunday", ZONE, "es"),
    ("otavio", "Otávio Cambará Jacarandá", "America/Sao_Paulo", "pt"),
    ("delia", "Delia Notro Radal", "America/Santiago", "es"),
)
"""They score final works and have no other part in an edition."""
REMARKS = {
    "es": {
        True: "Dice quién responde por cada acción y desde cuándo. El costo está acotado a un ejercicio.",
        False: "El problema está bien contado, pero faltan plazos y de dónde sale el dinero.",
    },
    "pt": {
        True: "Diz quem responde por cada ação e a partir de quando. O custo cabe em um exercício.",
        False: "O problema está bem contado, mas faltam prazos e de onde vem o dinheiro.",
    },
}


Scores = Mapping[str, tuple[int, ...]]
"""What each juror gives a work, by their key: some points are a sheet that is begun, none one that is assigned."""


def convened(edition: Edition, at: datetime, *, by: User) -> tuple[Jury, dict[str, Juror]]:
    """The jury of an edition's final work, with its three people."""
    with clock.stopped(at):
        jury = services.convene(db.session.scalars(queries.final_work(edition)).one(), by=by)
        jurors = {
            key: services.appoint(jury, Newcomer(f"{key}@example.org", name, language, zone), by=by)
            for key, name, zone, language in JURORS
        }
    for juror in jurors.values():
        juror.user.password, juror.user.invited_at = by.password, None
    return jury, jurors


def work_of(jury: Jury, who: Enrolment) -> Work:
    rows = select(Work).where(Work.assignment_id == jury.assignment_id, Work.enrolment_id == who.id)
    return db.session.scalars(rows).one()


def scored(work: Work, jurors: Mapping[str, Juror], scores: Scores, at: datetime, *, by: User) -> None:
    """Each juror has the work and scores it, a few hours apart."""
    with clock.stopped(at):
        for key in scores:
            services.assign(jurors[key], [work], by=by)
    for number, (key, points) in enumerate(scores.items(), 1):
        rows = select(Scoresheet).where(Scoresheet.work_id == work.id, Scoresheet.juror_id == jurors[key].id)
        sheet = db.session.scalars(rows).one()
        if not points:
            continue
        with clock.stopped(at + timedelta(hours=5 * number)):
            named = {each.id: value for each, value in zip(sheet.juror.jury.criteria, points, strict=False)}
            sheets.save(sheet, named, REMARKS[sheet.juror.user.language][sum(points) > 7 * len(points)])
            if len(points) == len(sheet.juror.jury.criteria):
                sheets.give(sheet)


def under_way(edition: Edition, enrolled: Mapping[str, Enrolment], at: datetime, *, by: User) -> None:
    """Two works handed in early: the jurors disagree on one, the other lacks scores and a juror."""
    jury, jurors = convened(edition, at, by=by)
    silvia, caio = (work_of(jury, enrolled[key]) for key in ("silvia", "caio"))
    with_plan(caio)
    scored(silvia, jurors, {"alba": (9, 9, 10), "otavio": (6, 5, 6)}, at + DAY, by=by)
    scored(caio, jurors, {"alba": (8, 7), "delia": ()}, at + DAY, by=by)


def published(edition: Edition, enrolled: Mapping[str, Enrolment], at: datetime, *, by: User) -> None:
    """Closed, with a tie, a disagreement decided, a juror who gave a work back, two awards and one revoked."""
    jury, jurors = convened(edition, at, by=by)
    works = {key: work_of(jury, enrolment) for key, enrolment in enrolled.items()}
    given: dict[str, Scores] = {
        "rocio": {"alba": (9, 10, 9), "otavio": (9, 9, 8)},
        "davi": {"alba": (9, 8, 8), "delia": (8, 8, 8)},
        "aurora": {"otavio": (9, 9, 8), "alba": (8, 7, 8), "delia": ()},
        "noemi": {"otavio": (9, 8, 9), "delia": (6, 6, 5)},
    }
    for key, scores in given.items():
        scored(works[key], jurors, scores, at + DAY, by=by)
    with clock.stopped(at + 2 * DAY):
        rows = select(Scoresheet).where(
            Scoresheet.work_id == works["aurora"].id, Scoresheet.juror_id == jurors["delia"].id
        )
        reason = "Trabajamos juntas en un plan de la ciudad."
        sheets.set_aside(db.session.scalars(rows).one(), reason=reason, by=jurors["delia"].user)
    with clock.stopped(at + 3 * DAY):
        reason = "Leímos el trabajo juntos: las acciones son claras y el presupuesto no está asegurado."
        outcome.decide(jury, works["noemi"], 700, reason=reason, by=by)
        outcome.close(jury, leave_out=False, by=by)
    with clock.stopped(at + 4 * DAY):
        for key, kind, reason in (
            ("rocio", VISIT, "Cada acción tiene responsable y fecha, y el barrio participó del diagnóstico."),
            ("davi", ASSISTANCE, "O alerta precoce parte do que a Defesa Civil já tem e pode começar neste ano."),
            ("aurora", EXCHANGE, "La restauración de quebradas interesa a otras ciudades con laderas habitadas."),
        ):
            outcome.award(jury, works[key], kind, reason=reason, by=by)
        outcome.publish(jury, outcome.fingerprint(outcome.to_announce(jury)), by=by)
    with clock.stopped(at + 30 * DAY):
        row = next(each for each in db.session.scalars(queries.awards_of(jury)) if each.kind == EXCHANGE)
        outcome.revoke(row, reason="La ciudad renunció al intercambio por un cambio de autoridades.", by=by)
