"""Works: a participant's own, and those that wait for a tutor."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, cast, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import earlier, visible_activities
from escuela.assessments.assignments.models import (
    APPROVED,
    CHANGES_REQUESTED,
    DRAFT,
    SUBMITTED,
    Assignment,
    Criterion,
    Level,
    Mark,
    Review,
    Submission,
    SubmissionFile,
    Work,
    WorkFile,
)
from escuela.assessments.assignments.review_models import Reply
from escuela.editions import kinds
from escuela.editions.models import TUTOR, Activity, Edition, EditionStaff
from escuela.people.models import User


def visible_assignments(user: User, edition_slug: str) -> Select[Assignment]:
    """Assignments of an edition for the people in it, with the rubric."""
    inside = visible_activities(user, edition_slug).with_only_columns(Activity.id)
    return (
        select(Assignment)
        .where(Assignment.id.in_(inside))
        .options(
            joinedload(Assignment.edition).selectinload(Edition.staff),
            joinedload(Assignment.module),
            selectinload(Assignment.items),
            selectinload(Assignment.criteria).selectinload(Criterion.levels),
        )
    )


def participant() -> ORMOption:
    """Whose work it is. Roles of people who are only named on a page are not asked for, here and below."""
    return joinedload(Work.enrolment).options(
        joinedload(Enrolment.user).lazyload(User.roles),
        joinedload(Enrolment.local_government),
        joinedload(Enrolment.successor).joinedload(Enrolment.user).lazyload(User.roles),
    )


def _versions() -> tuple[ORMOption, ...]:
    """Every version of a work with its files and reviews, for a page that shows them all."""
    reviews = selectinload(Work.submissions).selectinload(Submission.reviews)
    return (
        selectinload(Work.submissions).selectinload(Submission.files).joinedload(WorkFile.rendition),
        reviews.joinedload(Review.reviewer).lazyload(User.roles),
        reviews.selectinload(Review.marks).joinedload(Mark.level),
        reviews.selectinload(Review.remarks),
        reviews.selectinload(Review.replies).joinedload(Reply.author).lazyload(User.roles),
        selectinload(Work.files),
        joinedload(Work.claimed_by).lazyload(User.roles),
    )


def my_work(assignment: Assignment, enrolment: Enrolment) -> Select[Work]:
    """The person's work on an assignment, at most one, with all its versions."""
    return (
        select(Work).where(Work.assignment_id == assignment.id, Work.enrolment_id == enrolment.id).options(*_versions())
    )


def earlier_works(enrolment: Enrolment) -> Select[Work]:
    """What was handed in before this enrolment, for its person to read: see `admissions.queries.earlier`."""
    assignment = joinedload(Work.assignment)
    return (
        select(Work)
        .join(Work.assignment)
        .where(Work.enrolment_id.in_(earlier(enrolment)), Work.state != DRAFT)
        .options(
            assignment.joinedload(Assignment.edition),
            assignment.joinedload(Assignment.module),
            assignment.selectinload(Assignment.criteria).selectinload(Criterion.levels),
            participant(),
            *_versions(),
        )
        .order_by(Assignment.edition_id.desc(), Work.submitted_at, Work.id)
    )


def earlier_files(enrolment: Enrolment) -> Select[WorkFile]:
    """Files of those works, of the versions that were handed in."""
    works = select(Work.id).where(Work.enrolment_id.in_(earlier(enrolment)))
    return select(WorkFile).where(WorkFile.work_id.in_(works), WorkFile.id.in_(select(SubmissionFile.file_id)))


def reviewed_editions(user: User) -> Select[Edition]:
    """Editions whose works the person may review."""
    if user.is_coordinator:
        return select(Edition)
    if user.lens is not None:
        seen = user.lens.edition_id if user.lens.role == TUTOR else None
        return select(Edition).where(Edition.id == seen)
    return select(Edition).where(Edition.id.in_(select(EditionStaff.edition_id).where(EditionStaff.user_id == user.id)))


REVIEWS_SOMEWHERE = select(exists().where(EditionStaff.user_id == bindparam("user")))
"""Whether `user` has a queue: tutors, and who coordinates. Every page asks: built once."""


def reviewable_works(user: User) -> Select[Work]:
    """Works handed in, at least once, in the editions that the person reviews: nobody reviews their own."""
    editions = reviewed_editions(user).with_only_columns(Edition.id)
    return (
        select(Work)
        .join(Assignment, Work.assignment_id == Assignment.id)
        .where(Work.state != DRAFT, Assignment.edition_id.in_(editions))
        .where(Work.enrolment.has(Enrolment.user_id != user.id))
    )


def on_the_desk(user: User, edition_slug: str, work_id: int) -> Select[Work]:
    """One reviewable work of an edition, with everything that its review needs."""
    assignment = joinedload(Work.assignment)
    return (
        reviewable_works(user)
        .where(Work.id == work_id, Assignment.edition.has(Edition.slug == edition_slug))
        .options(
            assignment.joinedload(Assignment.edition).selectinload(Edition.staff),
            assignment.selectinload(Assignment.items),
            assignment.selectinload(Assignment.criteria).selectinload(Criterion.levels),
            participant(),
            *_versions(),
        )
    )


def visible_files(user: User, assignment: Assignment) -> Select[WorkFile]:
    """Files of an assignment: one's own, and for who reviews those that were handed in."""
    handed_in = select(SubmissionFile.file_id)
    works = reviewable_works(user).with_only_columns(Work.id)
    mine = select(Work.id).join(Work.enrolment).where(Enrolment.user_id == user.id, Enrolment.status == ACTIVE)
    return (
        select(WorkFile)
        .join(WorkFile.work)
        .where(Work.assignment_id == assignment.id)
        .where(or_(Work.id.in_(mine), Work.id.in_(works) & WorkFile.id.in_(handed_in)))
    )


def progress(edition_id: int) -> Select[Any]:
    """See `Kind.progress`."""
    released = (
        select(func.max(Review.released_at))
        .join(Review.submission)
        .where(Submission.work_id == Work.id)
        .scalar_subquery()
    )
    state = case(
        (Work.state == APPROVED, kinds.DONE),
        (Work.state == SUBMITTED, kinds.WAITING),
        (Work.state == CHANGES_REQUESTED, kinds.RETURNED),
        else_=kinds.PART,
    )
    at = case(
        (Work.state == SUBMITTED, Work.submitted_at),
        (Work.state == DRAFT, Work.draft_saved_at),
        else_=func.coalesce(released, Work.submitted_at),
    )
    has_files = exists().where(WorkFile.work_id == Work.id, WorkFile.removed_at.is_(None))
    return (
        select(Work.enrolment_id, Work.assignment_id.label("activity_id"), state.label("state"), at.label("at"))
        .join(Activity, Activity.id == Work.assignment_id)
        .where(Activity.edition_id == edition_id, or_(Work.state != DRAFT, Work.draft != "", has_files))
    )


def grades(edition_id: int) -> Select[*tuple[Any, ...]]:
    """See `Kind.grades`: the released review of the newest version that has one, of the most that its rubric gives."""
    newest_first = (Submission.version.desc(), Review.id.desc())
    place = func.row_number().over(partition_by=Submission.work_id, order_by=newest_first)
    reviews = (
        select(Work.enrolment_id, Work.assignment_id, Review.id, Review.released_at, place.label("place"))
        .select_from(Review)
        .join(Review.submission)
        .join(Submission.work)
        .join(Activity, Activity.id == Work.assignment_id)
        .where(Activity.edition_id == edition_id, Review.released_at.is_not(None))
        .subquery()
    )
    best = (
        select(Criterion.assignment_id, func.max(Level.points).label("points"))
        .join(Criterion.levels)
        .join(Activity, Activity.id == Criterion.assignment_id)
        .where(Activity.edition_id == edition_id)
        .group_by(Criterion.id, Criterion.assignment_id)
        .subquery()
    )
    most = (
        select(best.c.assignment_id, func.sum(best.c.points).label("points")).group_by(best.c.assignment_id).subquery()
    )
    row = reviews.c
    return (
        select(
            row.enrolment_id,
            row.assignment_id.label("activity_id"),
            cast(func.sum(Level.points) * 100, Integer).label("earned"),
            cast(most.c.points * 100, Integer).label("possible"),
            row.released_at.label("at"),
        )
        .select_from(reviews)
        .join(Mark, Mark.review_id == row.id)
        .join(Level, Level.id == Mark.level_id)
        .join(most, most.c.assignment_id == row.assignment_id)
        .where(row.place == 1, most.c.points > 0)
        .group_by(row.enrolment_id, row.assignment_id, most.c.points, row.released_at)
    )
