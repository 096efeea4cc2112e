"""Every state that a work can be in, as a search: what the demo world must have one of."""

from __future__ import annotations

from sqlalchemy import ColumnElement, String, cast, exists, func, select

from escuela.assessments.assignments import policies
from escuela.assessments.assignments.models import (
    APPROVED,
    CHANGES_REQUESTED,
    DRAFT,
    PASS,
    SUBMITTED,
    Assignment,
    Review,
    Submission,
    SubmissionMember,
    Work,
)
from escuela.assessments.assignments.queues import is_held
from escuela.assessments.assignments.upload_models import Upload
from escuela.extensions import db
from escuela.people.models import Change

VERSIONS = select(func.count()).where(Submission.work_id == Work.id).scalar_subquery()
TEAM = Work.local_government_id.is_not(None)
NAMED = (
    select(func.count())
    .where(SubmissionMember.submission_id == Submission.id, Submission.work_id == Work.id)
    .scalar_subquery()
)
OPENED = exists().where(Change.verb == "work.reopened", Change.subject == "work:" + cast(Work.id, String))
STATES: dict[str, ColumnElement[bool]] = {
    "a draft": (Work.state == DRAFT) & (Work.draft != "") & ~TEAM,
    "submitted": (Work.state == SUBMITTED) & Work.claimed_by_id.is_(None) & (VERSIONS == 1),
    "claimed": (Work.state == SUBMITTED) & Work.claimed_by_id.is_not(None),
    "changes requested": (Work.state == CHANGES_REQUESTED) & ~OPENED,
    "resubmitted": (Work.state == SUBMITTED) & (VERSIONS > 1),
    "decided and held": is_held,
    "approved": Work.state == APPROVED,
    "approved with points and no rubric": exists().where(
        Review.submission_id == Submission.id, Submission.work_id == Work.id, Review.points_given.is_not(None)
    ),
    "approved without points": (Work.state == APPROVED) & (Assignment.grading == PASS),
    "extended": Work.due_at.is_not(None),
    "reopened": (Work.state == CHANGES_REQUESTED) & OPENED,
    "a team's draft": TEAM & (Work.state == DRAFT) & (Work.draft != ""),
    "handed in by a team of two": TEAM & (NAMED > 1),
    "handed in with a link": exists().where(Submission.work_id == Work.id, Submission.link != ""),
    "a file on its way": exists().where(Upload.work_id == Work.id),
}


def missing() -> list[str]:
    """States of which there is no work."""
    works = select(Work.id).join(Work.assignment)
    found = [name for name, holds in STATES.items() if db.session.scalar(works.where(holds).limit(1)) is None]
    reviews = db.session.scalars(select(Review).where(Review.released_at.is_not(None)))
    late = any(policies.points_lost(each.submission.work, each.points) for each in reviews)
    return found if late else [*found, "less for what was late"]
