"""Works in the states that come of more time, of a second go and of writing together."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments import leniency, services, shared
from escuela.assessments.assignments.models import APPROVED, Assignment, Work
from escuela.demo.cast import ZONE
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
        "Inventario del barrio del arroyo: ocho registros de tres áreas del municipio.\n\n"
        "Hallazgo: las planillas de Obras no dicen de qué año son.\n\n"
        "El vacío más urgente: cuántas personas con movilidad reducida viven en cada cuadra."
    ),
    (
        "Inventario del barrio del arroyo: once registros de tres áreas y de los bomberos voluntarios.\n\n"
        "Hallazgo: las planillas de Obras no dicen de qué año son; las de los bomberos sí, desde 2015.\n\n"
        "El vacío más urgente: cuántas personas con movilidad reducida viven en cada cuadra. Lo cubriría Desarrollo "
        "Social, con los equipos de salud, antes de agosto."
    ),
)


def make(edition: Edition, enrolled: dict[str, Enrolment], *, tutor: User) -> None:
    first, second, third = (_assignment(edition, position) for position in (1, 2, 3))
    _more_time(second, enrolled["martin"], tutor)
    _again(first, enrolled["rosa"], tutor)
    _together(third, enrolled["lucia"])
    shared.keep(_assignment(edition, 5), name="Tres criterios de la Escuela", by=tutor)


def _assignment(edition: Edition, position: int) -> Assignment:
    inside = edition.modules[position - 1].activities
    return next(each for each in inside if isinstance(each, Assignment))


def _more_time(assignment: Assignment, who: Enrolment, tutor: User) -> None:
    """Somebody who was ill has a week more than everybody."""
    limit = due(assignment)
    if limit is None:
        return
    day = (limit.at.astimezone(clock.zone(ZONE)) + 7 * DAY).date()
    until = Moment(clock.instant(datetime.combine(day, time(23, 59)), ZONE), ZONE)
    leniency.extend(assignment, who, until, reason="Licencia médica de una semana.", by=tutor)


def _again(assignment: Assignment, who: Enrolment, tutor: User) -> None:
    """An approved work, opened again for a better one; its two versions can be compared."""
    work = db.session.scalars(
        select(Work).where(Work.assignment_id == assignment.id, Work.enrolment_id == who.id, Work.state == APPROVED)
    ).one()
    work.submissions[0].text = work.draft = FIRST
    with clock.stopped(clock.now() - 2 * DAY):
        leniency.reopen(work, reason="Quiere sumar los datos que los bomberos le dieron este mes.", by=tutor)
    with clock.stopped(clock.now() - DAY):
        services.save_draft(work, SECOND, began_from=work.draft_mark)
        services.submit(work, by=who.user)


def _together(assignment: Assignment, first: Enrolment) -> None:
    """A draft of two colleagues of one city."""
    limit = due(assignment)
    at = clock.now() if limit is None else min(clock.now(), limit.at - DAY)
    with clock.stopped(at - timedelta(hours=5)):
        work = services.begin(assignment, first)
        services.save_draft(work, TOGETHER.partition("\n\nNivel 2")[0], began_from=work.draft_mark)
    with clock.stopped(at - timedelta(hours=2)):
        services.save_draft(work, TOGETHER, MAP, began_from=work.draft_mark)
