"""Works in the states that come of more time or too little, of a second go, of writing together and of a bad line."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta

from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments import leniency, services, shared, uploads
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import APPROVED, Assignment, Work
from escuela.demo.cast import WORDS, ZONE
from escuela.editions.models import Edition
from escuela.editions.policies import Moment, due
from escuela.extensions import db
from escuela.people.models import User

DAY = timedelta(days=1)
TOGETHER = (
    "Amenaza: crecida del arroyo Carrasco, en el puente viejo. Viven allí unas 120 familias y hay una escuela.\n\n"
    "Nivel 1: 1,20 m en la regla del puente, o aviso nacional amarillo. Decide la guardia; suplente, la jefatura.\n\n"
    "Nivel 2: 1,80 m, o una subida de 40 cm en una hora. Se abre el gimnasio y salen primero quienes tardan más."
)
MAP = "https://mapas.example.org/canelones/arroyo-carrasco"
FIRST, SECOND = (
    (
        "Una ordenanza que abre los datos de obras existe desde 2019, pero nadie los actualiza.\n\n"
        "Quién decide: la dirección de sistemas, sola.\n\n"
        "Propuesta: publicar los datos cada mes."
    ),
    (
        "Una ordenanza que abre los datos de obras existe desde 2019, pero nadie los actualiza desde 2022.\n\n"
        "Quién decide: una mesa de tres direcciones (sistemas, obras y participación), con acta pública.\n\n"
        "Propuesta: publicar los datos cada mes, con una persona responsable y su suplente."
    ),
)
TOGETHER_IN_PORTUGUESE = (
    "Ameaça: cheia do arroio na ponte da rua principal, onde moram cerca de 90 famílias.\n\n"
    "Nível 1: 1,10 m na régua. Decide o plantão da Defesa Civil; na falta dele, a coordenação.\n\n"
    "Nível 2: 1,60 m. Abre-se a escola e saem primeiro as pessoas que precisam de ajuda."
)
MAP_IN_PORTUGUESE = "https://mapas.example.org/livramento/arroio"
BEGUN = (
    "Medida: una hora de datos abiertos por mes, en la que cada dirección publica lo que tiene.\n\n"
    "Empieza en marzo. Falta escribir con qué presupuesto."
)
SENT = ("plano-del-barrio.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 2500)


def make(edition: Edition, enrolled: dict[str, Enrolment], *, tutor: User, other: User) -> None:
    first, second, third, fourth = (_assignment(edition, position) for position in (1, 2, 3, 4))
    _more_time(second, enrolled["martin"], tutor)
    _again(second, enrolled["silvia"], tutor)
    _together(third, enrolled["lucia"])
    _late(first, enrolled["ramon"])
    _opened(first, enrolled["maria"], tutor)
    _handed_in_together(third, enrolled["maria"], enrolled["jussara"], other)
    _begun(fourth, enrolled["rosa"])
    _half_sent(first, enrolled["martin"])
    shared.keep(_assignment(edition, 5), name="Tres criterios de la Escuela", by=tutor)


def _assignment(edition: Edition, position: int) -> Assignment:
    inside = edition.modules[position - 1].activities
    return next(each for each in inside if isinstance(each, Assignment))


def _approved(assignment: Assignment, who: Enrolment) -> Work:
    rows = select(Work).where(Work.assignment_id == assignment.id, Work.enrolment_id == who.id)
    return db.session.scalars(rows.where(Work.state == APPROVED)).one()


def _more_time(assignment: Assignment, who: Enrolment, tutor: User) -> None:
    """Somebody who was ill has a week more than everybody."""
    limit = due(assignment)
    if limit is None:
        return
    day = (limit.at.astimezone(clock.zone(ZONE)) + 7 * DAY).date()
    until = Moment(clock.instant(datetime.combine(day, time(23, 59)), ZONE), ZONE)
    leniency.extend(assignment, who, until, reason="Licencia médica de una semana.", by=tutor)


def _again(assignment: Assignment, who: Enrolment, tutor: User) -> None:
    """An approved work, opened again for a better one that is approved too; its two versions can be compared."""
    work = _approved(assignment, who)
    work.submissions[0].text = work.draft = FIRST
    with clock.stopped(clock.now() - 2 * DAY):
        leniency.reopen(work, reason="Quiere sumar la mesa que se creó este mes.", by=tutor)
    with clock.stopped(clock.now() - DAY):
        services.save_draft(work, SECOND, began_from=work.draft_mark)
        services.submit(work, by=who.user)
    levels = {each.id: each.levels[-1].id for each in assignment.criteria}
    with clock.stopped(clock.now() - DAY / 2):
        services.claim(work, by=tutor)
        services.approve(work, Judgement(levels=levels, comment=WORDS[who.user.language].praise), by=tutor)


def _together(assignment: Assignment, first: Enrolment) -> None:
    """A draft of two colleagues of one city."""
    limit = due(assignment)
    at = clock.now() if limit is None else min(clock.now(), limit.at - DAY)
    with clock.stopped(at - timedelta(hours=5)):
        work = services.begin(assignment, first)
        services.save_draft(work, TOGETHER.partition("\n\nNivel 2")[0], began_from=work.draft_mark)
    with clock.stopped(at - timedelta(hours=2)):
        services.save_draft(work, TOGETHER, MAP, began_from=work.draft_mark)


def _late(assignment: Assignment, who: Enrolment) -> None:
    """Two hours too late, and approved a day after: it lost a tenth of its points."""
    work, limit = _approved(assignment, who), due(assignment)
    if limit is None:
        return
    work.submitted_at = work.submissions[0].submitted_at = limit.at + timedelta(hours=2)
    for review in work.submissions[0].reviews:
        review.saved_at = review.released_at = limit.at + DAY


def _opened(assignment: Assignment, who: Enrolment, tutor: User) -> None:
    """An approved work that was opened again, and waits for its person."""
    with clock.stopped(clock.now() - timedelta(hours=20)):
        reason = "Quer incluir o cadastro das famílias que ficou pronto nesta semana."
        leniency.reopen(_approved(assignment, who), reason=reason, by=tutor)


def _handed_in_together(assignment: Assignment, first: Enrolment, second: Enrolment, reviewer: User) -> None:
    """One of a city wrote, her colleague added the link and handed it in for both; a tutor has it."""
    with clock.stopped(clock.now() - 2 * DAY):
        work = services.begin(assignment, first)
        services.save_draft(work, TOGETHER_IN_PORTUGUESE, began_from=work.draft_mark)
    with clock.stopped(clock.now() - DAY):
        services.save_draft(work, TOGETHER_IN_PORTUGUESE, MAP_IN_PORTUGUESE, began_from=work.draft_mark)
        services.submit(work, by=second.user)
    with clock.stopped(clock.now() - timedelta(hours=1)):
        services.claim(work, by=reviewer)


def _begun(assignment: Assignment, who: Enrolment) -> None:
    with clock.stopped(clock.now() - timedelta(hours=3)):
        work = services.begin(assignment, who)
        services.save_draft(work, BEGUN, began_from=work.draft_mark)


def _half_sent(assignment: Assignment, who: Enrolment) -> None:
    """A plan of which a first piece arrived before the line was cut."""
    name, content = SENT
    with clock.stopped(clock.now() - timedelta(minutes=20)):
        work = services.begin(assignment, who)
        print_of = hashlib.sha256(content).hexdigest()
        upload = uploads.begin(work, name=name, size=len(content), sha256=print_of, by=who.user)
        uploads.add(upload, content[: uploads.PIECE], start=0)
