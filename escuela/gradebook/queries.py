"""Marks: what activities gave, what stands in the gradebook, what was changed."""

from __future__ import annotations

from sqlalchemy import Select, Subquery, and_, literal, select, union_all
from sqlalchemy.orm import joinedload

from escuela.editions.kinds import KINDS
from escuela.editions.models import Activity
from escuela.gradebook.models import NONE, Override
from escuela.people.history import subject_of
from escuela.people.models import Change, User


def given(edition_id: int) -> Subquery:
    """What the activities of an edition gave: rows (enrolment_id, activity_id, earned, possible, at) of every kind."""
    return union_all(*(kind.grades(edition_id) for kind in KINDS.values() if kind.grades)).subquery("given")


def marks(edition_id: int) -> Subquery:
    """What stands in the gradebook: rows (enrolment_id, activity_id, earned, possible, verdict), one for each pair.

    The mark of an activity with NONE, or the override in its place; an excuse has no points. Withdrawn enrolments and
    archived activities are among them.
    """
    row = given(edition_id).c
    changed = and_(
        Override.enrolment_id == row.enrolment_id, Override.activity_id == row.activity_id, Override.verdict != NONE
    )
    untouched = (
        select(row.enrolment_id, row.activity_id, row.earned, row.possible, literal(NONE).label("verdict"))
        .outerjoin(Override, changed)
        .where(Override.id.is_(None))
    )
    instead = (
        select(Override.enrolment_id, Override.activity_id, Override.earned, Override.possible, Override.verdict)
        .join(Override.activity)
        .where(Activity.edition_id == edition_id, Override.verdict != NONE)
    )
    return union_all(untouched, instead).subquery("marks")


def overrides_of(enrolment_id: int) -> Select[Override]:
    """Everything that was ever changed in somebody's marks, with who did it last."""
    return (
        select(Override)
        .where(Override.enrolment_id == enrolment_id)
        .options(joinedload(Override.set_by).lazyload(User.roles))
        .order_by(Override.id)
    )


def history_of_marks(overrides: list[Override]) -> Select[Change]:
    """What happened to them, the newest first."""
    names = [subject_of(each) for each in overrides]
    return select(Change).where(Change.subject.in_(names)).order_by(Change.id.desc())
