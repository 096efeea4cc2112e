"""Changing one mark of the gradebook: another mark, an excuse, and back to what the activity gave.

The attempt or the review that gave a mark stays as it is, and so does what a certificate asks for. Every verb is
harmless when it is sent twice.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.editions.kinds import kind_of
from escuela.editions.models import ARCHIVED, Activity
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gradebook.models import EXCUSE, MARK, NONE, Override, Points
from escuela.people.history import record
from escuela.people.models import User


def give(enrolment: Enrolment, activity: Activity, points: Points, *, reason: str, by: User) -> Override:
    """Let this mark count instead of what the activity gave, if it gave any. Raises DomainError; see `_change`."""
    return _change(enrolment, activity, MARK, points, reason, by)


def excuse(enrolment: Enrolment, activity: Activity, *, reason: str, by: User) -> Override:
    """Let the activity not count for this person. Raises DomainError; see `_change`."""
    return _change(enrolment, activity, EXCUSE, None, reason, by)


def take_back(enrolment: Enrolment, activity: Activity, *, reason: str, by: User) -> Override | None:
    """Let what the activity gave count again. Raises DomainError; see `_change`."""
    there = _find(enrolment, activity)
    return there if there is None or there.verdict == NONE else _change(enrolment, activity, NONE, None, reason, by)


def _change(
    enrolment: Enrolment, activity: Activity, verdict: str, points: Points | None, reason: str, by: User
) -> Override:
    """The one door. Raises DomainError in an archived edition, and for who is no longer enrolled."""
    db.session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    if enrolment.edition.status == ARCHIVED:
        raise DomainError(_l("This edition is archived: nothing in it changes any more."))
    if not enrolment.active:
        raise DomainError(_l("%(name)s is no longer enrolled. Reinstate the person first.", name=enrolment.user.name))
    row = _find(enrolment, activity) or Override(enrolment=enrolment, activity=activity, verdict=NONE)
    before = _stands(row)
    if row.id and (row.verdict, row.points, row.reason) == (verdict, points, reason):  # a double click
        return row
    row.verdict = verdict
    row.earned, row.possible = points or (None, None)
    row.reason, row.set_at, row.set_by = reason, clock.now(), by
    db.session.add(row)
    db.session.flush()
    after = {"person": enrolment.user.name, "activity": _called(activity), "mark": _stands(row)}
    record(row, f"mark.{verdict}", within=enrolment.edition, by=by, reason=reason, before={"mark": before}, after=after)
    return row


def _called(activity: Activity) -> str:
    title = activity.title.words(activity.edition.languages[0]).text
    return f"{activity.module.position}.{activity.position} {title}"


def _find(enrolment: Enrolment, activity: Activity) -> Override | None:
    rows = select(Override).where(Override.enrolment_id == enrolment.id, Override.activity_id == activity.id)
    return db.session.scalar(rows.execution_options(populate_existing=True))


def _stands(row: Override) -> str:
    """What the gradebook shows by this row, for the history: `8.5/10`, `excuse`, or `none` where there is no mark."""
    if row.verdict == EXCUSE:
        return EXCUSE
    points = row.points or given_to(row.enrolment, row.activity)
    return points.plainly if points else NONE


def given_to(enrolment: Enrolment, activity: Activity) -> Points | None:
    """What an activity itself gave a participant."""
    grades = kind_of(activity).grades
    if grades is None:
        return None
    row = grades(activity.edition_id).subquery().c
    mark = select(row.earned, row.possible).where(row.enrolment_id == enrolment.id, row.activity_id == activity.id)
    found = db.session.execute(mark).one_or_none()
    return Points(*found) if found else None
