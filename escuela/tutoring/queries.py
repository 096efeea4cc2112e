"""Sessions of an edition, and who attended them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import joinedload, selectinload

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import taught_editions
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import LocalGovernment, User
from escuela.tutoring.models import PRESENT, Attendance, TutoringSession


def visible_sessions(user: User, edition_slug: str) -> Select[TutoringSession]:
    """Sessions of an edition for the people in it, in order of time, with what a list shows."""
    inside = taught_editions(user).where(Edition.slug == edition_slug).with_only_columns(Edition.id)
    return (
        select(TutoringSession)
        .where(TutoringSession.edition_id.in_(inside))
        .order_by(TutoringSession.starts_at, TutoringSession.id)
        .options(
            joinedload(TutoringSession.edition).selectinload(Edition.staff),
            joinedload(TutoringSession.module),
            joinedload(TutoringSession.tutor).lazyload(User.roles),
            selectinload(TutoringSession.items),
        )
    )


def own_attendance(enrolment: Enrolment) -> Select[int, str]:
    """Rows (session id, state) of one participant, of sessions whose attendance was taken."""
    return select(Attendance.session_id, Attendance.state).where(Attendance.enrolment_id == enrolment.id)


def present_counts(edition: Edition) -> Select[int, int]:
    """Rows (session id, how many attended) of an edition; people who withdrew are left out."""
    return (
        select(Attendance.session_id, func.count())
        .join(Attendance.session)
        .join(Attendance.enrolment)
        .where(TutoringSession.edition_id == edition.id, Attendance.state == PRESENT, Enrolment.status == ACTIVE)
        .group_by(Attendance.session_id)
    )


def present_in(session: TutoringSession) -> Select[int]:
    """Enrolments recorded as present in a session."""
    return select(Attendance.enrolment_id).where(Attendance.session_id == session.id, Attendance.state == PRESENT)


def participants(edition: Edition) -> Select[Enrolment]:
    """Active enrolments, by local government and name."""
    return (
        select(Enrolment)
        .join(Enrolment.user)
        .join(Enrolment.local_government)
        .where(Enrolment.edition_id == edition.id, Enrolment.status == ACTIVE)
        .order_by(LocalGovernment.name, LocalGovernment.id, User.name, Enrolment.id)
        .options(joinedload(Enrolment.user).lazyload(User.roles), joinedload(Enrolment.local_government))
    )


def attendance_counts(edition: Edition) -> Mapping[int, tuple[int, int]]:
    """For each active enrolment: how many sessions it attended, of how many whose attendance was taken."""
    taken = TutoringSession.attendance_taken_at.is_not(None)
    held = db.session.scalar(
        select(func.count()).select_from(TutoringSession).where(TutoringSession.edition_id == edition.id, taken)
    )
    rows = db.session.execute(
        select(Enrolment.id, func.count(case((taken & (Attendance.state == PRESENT), 1))))
        .outerjoin(Attendance, Attendance.enrolment_id == Enrolment.id)
        .outerjoin(TutoringSession, TutoringSession.id == Attendance.session_id)
        .where(Enrolment.edition_id == edition.id, Enrolment.status == ACTIVE)
        .group_by(Enrolment.id)
    )
    return {enrolment_id: (attended, held or 0) for enrolment_id, attended in rows}
