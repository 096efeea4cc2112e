"""When a work accepts a new version, and what a tutor may still do with it. Pure: rows in, answers out."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from escuela.assessments.assignments.models import APPROVED, CHANGES_REQUESTED, SUBMITTED, Assignment, Review, Work
from escuela.editions import policies as editions
from escuela.editions.models import RUNNING
from escuela.editions.policies import Door, Moment, Planned
from escuela.people.models import User


def extension(work: Work | None) -> Moment | None:
    """Until when the people of a work were given."""
    if work is None or work.due_at is None or work.due_zone is None:
        return None
    return Moment(work.due_at, work.due_zone)


def hours(assignment: Assignment, work: Work | None) -> Planned:
    """The hours of an assignment for the people of a work."""
    return editions.moved(assignment, extension(work))


def due(assignment: Assignment, work: Work | None) -> Moment | None:
    return editions.due(hours(assignment, work))


def door(assignment: Assignment, work: Work | None, at: datetime) -> Door:
    return editions.door(hours(assignment, work), at)


def closes(assignment: Assignment, work: Work | None) -> Moment:
    """The instant from which nothing is accepted: for who was asked for changes the end of the edition, always."""
    if work is not None and work.state == CHANGES_REQUESTED:
        return editions.ends(assignment.edition)
    return editions.closes(hours(assignment, work))


def was_late(work: Work) -> bool:
    """Whether its first version came after it was due for its people; corrections are never late."""
    limit = due(work.assignment, work)
    return limit is not None and bool(work.submissions) and work.submissions[0].submitted_at >= limit.at


def points_lost(work: Work, points: int) -> Decimal:
    """What is taken off the points of a review because the work was late."""
    lost = work.assignment.late_deduction if was_late(work) else 0
    return Decimal(points * lost) / 100


def points(work: Work, review: Review) -> Decimal:
    """What a review gives in the end: the one number that pages, lists and averages show."""
    return review.points - points_lost(work, review.points)


def in_review(work: Work) -> bool:
    """Whether a tutor has the version that was handed in: until the review arrives, no other one replaces it."""
    return work.state == SUBMITTED and work.claimed_by_id is not None


def can_write(assignment: Assignment, work: Work | None, at: datetime) -> bool:
    """Whether the participant may change the draft and hand it in."""
    if work is not None and (work.state == APPROVED or in_review(work)):
        return False
    if work is not None and work.state == CHANGES_REQUESTED:
        return assignment.edition.status == RUNNING and at < closes(assignment, work).at
    return door(assignment, work, at) in {Door.OPEN, Door.LATE}


def is_reviewing(user: User, work: Work) -> bool:
    """Whether the work waits for a review and this person has it."""
    return work.state == SUBMITTED and work.claimed_by_id == user.id and held(work) is None


def draft_of(work: Work) -> Review | None:
    """The review that is being written. One that was begun on an earlier version, and left, goes on with the newest."""
    for version in reversed(work.submissions):
        if version.review_draft or version.review:
            return version.review_draft
    return None


def held(work: Work) -> Review | None:
    """The review of the newest version that is decided and not released yet."""
    draft = work.newest.review_draft if work.newest else None
    return draft if draft is not None and draft.is_held else None


def can_release(user: User, review: Review) -> bool:
    """Tell the participant, plan when, or take the decision back: who reviewed it, and who coordinates."""
    edition = review.submission.work.assignment.edition
    return review.reviewer_id == user.id or editions.coordinates(user, edition)
