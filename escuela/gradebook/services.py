"""Changing one mark of the gradebook: another mark, an excuse, and back to what the activity gave.

The attempt or the review that gave a mark stays as it is, and so does what a certificate asks for. Every verb is
harmless when it is sent twice; with `seen`, the stamp of what its page showed (empty where nothing was changed yet),
it overwrites nobody's newer change.
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


def give(
    enrolment: Enrolment, activity: Activity, points: Points, *, reason: str, by: User, seen: str | None = None
) -> Override:
    """Let this mark count instead of what the activity gave, if it gave any. Raises DomainError; see `_refuse`."""
    return _change(enrolment, activity, MARK, points, reason, by, seen)


def excuse(enrolment: Enrolment, activity: Activity, *, reason: str, by: User, seen: str | None = None) -> Override:
    """Let the activity not count for this person. Raises DomainError; see `_refuse`."""
    return _change(enrolment, activity, EXCUSE, None, reason, by, seen)


def take_back(
    enrolment: Enrolment, activity: Activity, *, reason: str, by: User, seen: str | None = None
) -> Override | None:
    """Let what the activity gave count again. Raises DomainError; see `_refuse`."""
    there = _find(enrolment, activity)
    if there is None or there.verdict == NONE:
        return there
    return _change(enrolment, activity, NONE, None, reason, by, seen)


def _change(
    enrolment: Enrolment,
    activity: Activity,
    verdict: str,
    points: Points | None,
    reason: str,
    by: User,
    seen: str | None,
) -> Override:
    """The one door; see `_refuse` for what it raises."""
    db.session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    row = _find(enrolment, activity) or Override(enrolment=enrolment, activity=activity, verdict=NONE)
    if row.id and (row.verdict, row.points, row.reason) == (verdict, points, reason):  # a double click
        return row
    _refuse(row, seen)
    before = _stands(row)
    row.verdict = verdict
    row.earned, row.possible = points or (None, None)
    row.reason, row.set_at, row.set_by = reason, clock.now(), by
    db.session.add(row)
    db.session.flush()
    after = {"person": enrolment.user.name, "activity": _called(activity), "mark": _stands(row)}
    record(row, f"mark.{verdict}", within=enrolment.edition, by=by, reason=reason, before={"mark": before}, after=after)
    return row


def _refuse(row: Override, seen: str | None) -> None:
    """Raises DomainError in an archived edition, for who is no longer enrolled, and over a change that was not seen."""
    who = row.enrolment
    if who.edition.status == ARCHIVED:
        raise DomainError(_l("This edition is archived: nothing in it changes any more."))
    if not who.active:
        raise DomainError(_l("%(name)s is no longer enrolled. Reinstate the person first.", name=who.user.name))
    if row.id and seen is not None and seen != row.stamp:
        name = row.set_by.name
        raise DomainError(_l("%(name)s changed it meanwhile. Read how it stands now, then decide.", name=name))


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
