"""What works give to the gradebook: what `policies.points` says of one review, of everybody in one SELECT."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from escuela.assessments.assignments.models import PASS, Assignment, Criterion, Level, Mark, Review, Submission, Work
from escuela.assessments.assignments.queries import inside, whose

_first = aliased(Submission)


def grades(edition_id: int) -> Select[*tuple[Any, ...]]:
    """See `Kind.grades`: the released review of the newest version that has one, for each of the people of the work.

    Without a row: works that are approved without points, and reviews in which nothing was marked.
    """
    reviews, marks, most, held = _newest(edition_id), _marked(), _most(edition_id), whose(edition_id)
    points = func.coalesce(reviews.c.points_given, marks.c.points)
    possible = case(
        (Assignment.grading == PASS, 0), else_=func.coalesce(func.nullif(Assignment.points_most, 0), most.c.points)
    )
    kept = 100 - case((_late(), Assignment.late_deduction), else_=0)
    return (
        select(
            held.c.enrolment_id,
            Work.assignment_id.label("activity_id"),
            cast(points * kept, Integer).label("earned"),
            cast(possible * 100, Integer).label("possible"),
            reviews.c.released_at.label("at"),
        )
        .select_from(Work)
        .join(Assignment, Assignment.id == Work.assignment_id)
        .join(reviews, reviews.c.work_id == Work.id)
        .join(held, held.c.work_id == Work.id)
        .join(_first, (_first.work_id == Work.id) & (_first.version == 1))
        .outerjoin(marks, marks.c.review_id == reviews.c.id)
        .outerjoin(most, most.c.assignment_id == Work.assignment_id)
        .where(reviews.c.place == 1, points.is_not(None), possible > 0)
    )


def _late() -> ColumnElement[bool]:
    """As `policies.was_late`: an extension counts where it is the later of the two."""
    at = _first.submitted_at
    return (at >= Assignment.due_at) & or_(Work.due_at.is_(None), at >= Work.due_at)


def _newest(edition_id: int) -> Subquery:
    """Released reviews, that of the newest version in place 1."""
    newest_first = (Submission.version.desc(), Review.id.desc())
    place = func.row_number().over(partition_by=Submission.work_id, order_by=newest_first)
    return (
        select(Submission.work_id, Review.id, Review.points_given, Review.released_at, place.label("place"))
        .join(Review.submission)
        .join(Submission.work)
        .where(Work.assignment_id.in_(inside(edition_id)), Review.released_at.is_not(None))
        .subquery()
    )


def _marked() -> Subquery:
    """What the levels of each review come to."""
    return (
        select(Mark.review_id, func.sum(Criterion.weight * Level.points).label("points"))
        .join(Mark.level)
        .join(Mark.criterion)
        .group_by(Mark.review_id)
        .subquery()
    )


def _most(edition_id: int) -> Subquery:
    """The most that each rubric gives."""
    best = (
        select(Criterion.assignment_id, (Criterion.weight * func.max(Level.points)).label("points"))
        .join(Criterion.levels)
        .where(Criterion.assignment_id.in_(inside(edition_id)))
        .group_by(Criterion.id, Criterion.assignment_id, Criterion.weight)
        .subquery()
    )
    return (
        select(best.c.assignment_id, func.sum(best.c.points).label("points")).group_by(best.c.assignment_id).subquery()
    )
