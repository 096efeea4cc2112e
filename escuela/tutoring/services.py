"""Plan a session, change it, cancel it, record who attended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.columns import Localized
from escuela.editions.models import PUBLISHED, RUNNING, Edition
from escuela.editions.policies import Moment
from escuela.editions.services import both_zones
from escuela.editions.text import align, codes_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.models import FrameworkItem
from escuela.messages.services import enqueue_all
from escuela.people.history import record
from escuela.people.models import Change, User
from escuela.people.services import recipient
from escuela.tutoring import policies, queries
from escuela.tutoring.models import ABSENT, PRESENT, Attendance, TutoringSession

TOLD = {PUBLISHED, RUNNING}
"""States of an edition in which participants know of its sessions."""


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
    frameworks: tuple[str, ...] = ()


def announce(edition: Edition, plan: Plan, *, by: User) -> TutoringSession:
    """Add a session to an edition, under an address made of its day."""
    day = f"{plan.starts_at.astimezone(clock.zone(plan.zone)):%Y-%m-%d}"
    slugs = select(TutoringSession.slug).where(TutoringSession.edition_id == edition.id)
    taken = set(db.session.scalars(slugs.where(TutoringSession.slug.startswith(day))))
    names = (day, *(f"{day}-{number}" for number in range(2, len(taken) + 2)))
    session = TutoringSession(edition=edition, slug=next(name for name in names if name not in taken))
    db.session.add(session)
    _set(session, plan)
    record(session, "session.announced", within=edition, by=by, after=_facts(session))
    return session


def change(session: TutoringSession, plan: Plan, *, by: User, tell: bool = False) -> int:
    """Announce a session anew. One whose attendance was taken has happened and cannot move into the future.

    Those who take part are told where its hour or link is another one, if `tell` says so; returns how many are.
    """
    _lock(session)
    if session.attendance_taken_at is not None and plan.starts_at > clock.now():
        raise DomainError(_l("The attendance of this session was taken, so it cannot move into the future."))
    before, was = _facts(session), Moment(session.starts_at, session.zone)
    _set(session, plan)
    after = _facts(session)
    if before == after:
        return 0
    session.edition.edited_at = clock.now()
    written = record(session, "session.changed", within=session.edition, by=by, before=before, after=after)
    db.session.flush()
    moved = any(before[name] != after[name] for name in ("starts_at", "minutes", "link"))
    if not (tell and moved and session.cancelled_at is None):
        return 0
    return _tell("tutoring/changed", session, written, was=was if was.at != session.starts_at else None)


def cancel(session: TutoringSession, *, reason: str, by: User, tell: bool = True) -> int:
    """It does not take place: it stays in the list, told as cancelled. Returns how many people are told by mail.

    Refuses where attendance was taken. Again it does nothing.
    """
    _lock(session)
    if session.attendance_taken_at is not None:
        raise DomainError(_l("The attendance of this session was taken: it took place and cannot be cancelled."))
    if session.cancelled_at is not None:
        return 0
    session.cancelled_at = session.edition.edited_at = clock.now()
    written = record(session, "session.cancelled", within=session.edition, by=by, reason=reason)
    db.session.flush()
    return _tell("tutoring/cancelled", session, written, reason=reason) if tell else 0


def resume(session: TutoringSession, *, by: User) -> int:
    """A cancelled session takes place after all, as it was planned; who was told of one is told of the other."""
    _lock(session)
    if session.cancelled_at is None:
        return 0
    session.cancelled_at, session.edition.edited_at = None, clock.now()
    written = record(session, "session.resumed", within=session.edition, by=by)
    db.session.flush()
    return _tell("tutoring/resumed", session, written)


def erase(session: TutoringSession, *, by: User) -> None:
    """Take out a session that was planned by mistake, as if it had never been. Refuses where attendance was taken."""
    _lock(session)
    refusal = DomainError(_l("The attendance of this session was taken, so it stays. Nobody's attendance is erased."))
    if session.attendance_taken_at is not None:
        raise refusal
    session.edition.edited_at = clock.now()
    record(session, "session.erased", within=session.edition, by=by, before=_facts(session))
    try:
        with db.session.begin_nested():
            db.session.delete(session)
    except IntegrityError:
        raise refusal from None


def _lock(session: TutoringSession) -> None:
    db.session.refresh(session, ["attendance_taken_at", "cancelled_at"], with_for_update=True)


def _set(session: TutoringSession, plan: Plan) -> None:
    session.title, session.summary = plan.title, plan.summary
    session.starts_at, session.zone, session.minutes = plan.starts_at, plan.zone, plan.minutes
    session.link, session.tutor_id, session.module_id = plan.link, plan.tutor_id, plan.module_id
    align(session, db.session.scalars(select(FrameworkItem).where(FrameworkItem.id.in_(plan.frameworks))).all())
    db.session.flush()
    db.session.expire(session, ["tutor", "module", "items"])


def _facts(session: TutoringSession) -> dict[str, Any]:
    return {
        "title": dict(session.title),
        "summary": dict(session.summary),
        "starts_at": session.starts_at.isoformat(),
        "zone": session.zone,
        "minutes": session.minutes,
        "link": session.link,
        "tutor": session.tutor.name if session.tutor else None,
        "module": dict(session.module.title) if session.module else None,
        "frameworks": list(codes_of(session)),
    }


def _tell(mail: str, session: TutoringSession, written: Change, **values: Any) -> int:
    """Write to everybody who takes part and to who leads it, once for this change; none of a session that is over."""
    if session.edition.status not in TOLD or policies.is_over(session, clock.now()):
        return 0
    people = {
        enrolment.user_id: enrolment.user for enrolment in db.session.scalars(queries.participants(session.edition))
    }
    if session.tutor is not None:
        people[session.tutor.id] = session.tutor
    about = {"session": session, "edition": session.edition, **values}
    return enqueue_all(mail, ((recipient(user), f"session:{written.id}:{user.id}", about) for user in people.values()))


def take_attendance(session: TutoringSession, *, present: Collection[int], by: User) -> int:
    """Record every participant as present, where `present` has their enrolment's id, or absent; again to correct it.

    Refuses before the session begins and of one that was cancelled. Locks the session. Returns how many were present.
    """
    now = clock.now()
    db.session.refresh(session, ["attendance_taken_at", "cancelled_at"], with_for_update=True)
    if session.cancelled_at is not None:
        raise DomainError(_l("This session was cancelled: nobody attended it."))
    if not policies.can_take_attendance(session, now):
        begins = both_zones(Moment(session.starts_at, session.zone))
        raise DomainError(_l("The session has not begun: it does on %(when)s", when=begins))
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
