"""Plan a session, change it, record who attended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.editions.policies import Moment
from escuela.editions.services import both_zones
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import User
from escuela.tutoring import policies, queries
from escuela.tutoring.models import ABSENT, PRESENT, Attendance, TutoringSession


@dataclass(frozen=True, slots=True)
class Plan:
    """What is announced of a session."""

    title: Localized
    summary: Localized
    starts_at: datetime
    zone: str
    minutes: int
    link: str | None
    tutor_id: int | None
    module_id: int | None


def announce(edition: Edition, plan: Plan) -> TutoringSession:
    """Add a session to an edition, under an address made of its day."""
    day = f"{plan.starts_at.astimezone(clock.zone(plan.zone)):%Y-%m-%d}"
    slugs = select(TutoringSession.slug).where(TutoringSession.edition_id == edition.id)
    taken = set(db.session.scalars(slugs.where(TutoringSession.slug.startswith(day))))
    names = (day, *(f"{day}-{number}" for number in range(2, len(taken) + 2)))
    session = TutoringSession(edition=edition, slug=next(name for name in names if name not in taken))
    db.session.add(session)
    return _set(session, plan)


def change(session: TutoringSession, plan: Plan) -> TutoringSession:
    """Announce a session anew. One whose attendance was taken has happened and cannot move into the future."""
    if session.attendance_taken_at is not None and plan.starts_at > clock.now():
        raise DomainError(_l("The attendance of this session was taken, so it cannot move into the future."))
    return _set(session, plan)


def _set(session: TutoringSession, plan: Plan) -> TutoringSession:
    session.title, session.summary = plan.title, plan.summary
    session.starts_at, session.zone, session.minutes = plan.starts_at, plan.zone, plan.minutes
    session.link, session.tutor_id, session.module_id = plan.link, plan.tutor_id, plan.module_id
    db.session.flush()
    return session


def take_attendance(session: TutoringSession, *, present: Collection[int], by: User) -> int:
    """Record every participant as present, where `present` has their enrolment's id, or absent; again to correct it.

    Refuses before the session begins. Locks the session. Returns how many were present.
    """
    now = clock.now()
    if not policies.can_take_attendance(session, now):
        begins = both_zones(Moment(session.starts_at, session.zone))
        raise DomainError(_l("The session has not begun: it does on %(when)s", when=begins))
    db.session.refresh(session, ["attendance_taken_at"], with_for_update=True)
    recorded = select(Attendance).where(Attendance.session_id == session.id)
    rows = {row.enrolment_id: row for row in db.session.scalars(recorded)}
    enrolments = db.session.scalars(queries.participants(session.edition)).all()
    for enrolment in enrolments:
        state = PRESENT if enrolment.id in present else ABSENT
        row = rows.get(enrolment.id) or Attendance(session_id=session.id, enrolment_id=enrolment.id)
        if row.state != state:
            row.state, row.recorded_at, row.recorded_by_id = state, now, by.id
            db.session.add(row)
    session.attendance_taken_at = now
    db.session.flush()
    return sum(enrolment.id in present for enrolment in enrolments)
