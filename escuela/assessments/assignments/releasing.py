"""Tell the participant what was decided: at once, when somebody says so, or at an instant; never twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments import policies, queries, receipts, remarks
from escuela.assessments.assignments.models import (
    Assignment,
    Criterion,
    Mark,
    Review,
    Submission,
    Work,
)
from escuela.editions.models import Edition
from escuela.editions.policies import Moment, coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import enqueue
from escuela.people.history import FIELDS, VERBS, announced, record, record_all
from escuela.people.models import User
from escuela.people.services import recipient

VERBS |= {
    "review.taken_back": _l("took the decision on a work back"),
    "review.released": _l("released the review of a work"),
    "review.planned": _l("said when the review of a work is released"),
}
FIELDS |= {"release": _l("Released"), "outcome": _l("Decision")}
BATCH = 200


def decide(review: Review, outcome: str, *, hold: bool) -> Review:
    """The review is final. It is told at once, or held until it is released."""
    remarks.drop_empty(review)
    review.outcome = outcome
    if hold:
        review.held_at = clock.now()
        db.session.flush()
    else:
        _tell([review])
    return review


def held_reviews(user: User, edition: Edition) -> Select[Review]:
    """Decided and not released yet, those that the person may release, by assignment: of one's own work none."""
    found = _held().where(Assignment.edition_id == edition.id, queries.not_of(user))
    if not coordinates(user, edition):
        found = found.where(Review.reviewer_id == user.id)
    return found.order_by(Assignment.module_id, Assignment.position, Assignment.id, Review.held_at, Review.id)


def _held() -> Select[Review]:
    work = joinedload(Review.submission).joinedload(Submission.work)
    person = work.joinedload(Work.enrolment)
    return (
        select(Review)
        .join(Review.submission)
        .join(Submission.work)
        .join(Work.assignment)
        .where(Review.held_at.is_not(None), Review.released_at.is_(None))
        .options(
            work.joinedload(Work.assignment).joinedload(Assignment.edition),
            person.joinedload(Enrolment.user).lazyload(User.roles),
            person.joinedload(Enrolment.local_government),
            work.joinedload(Work.local_government),
            joinedload(Review.reviewer).lazyload(User.roles),
        )
    )


def with_points() -> tuple[ORMOption, ...]:
    """What a list needs to say how many points each gives."""
    work = joinedload(Review.submission).joinedload(Submission.work)
    rubric = work.joinedload(Work.assignment)
    return (
        selectinload(Review.marks).joinedload(Mark.level),
        work.joinedload(Work.local_government),
        work.selectinload(Work.submissions).load_only(Submission.version, Submission.work_id, Submission.submitted_at),
        rubric.selectinload(Assignment.criteria).selectinload(Criterion.levels),
    )


def _locked(reviews: Select[Review]) -> Sequence[Review]:
    """Hold the rows: of two who release at the same moment, the second finds nothing left."""
    return db.session.scalars(
        reviews.with_for_update(of=Review, skip_locked=True).execution_options(populate_existing=True)
    ).all()


def release(reviews: Select[Review], *, by: User) -> int:
    """Tell the participants of these held reviews now. Says how many were told."""
    found = _locked(reviews)
    for edition, those in _by_edition(found):
        told = [(each.submission.work, dict[str, Any](), {"outcome": each.outcome}) for each in those]
        record_all("review.released", told, within=edition, by=by)
    return _tell(found)


def plan(reviews: Select[Review], moment: Moment | None, *, by: User) -> int:
    """Release these held reviews at an instant; None: not before somebody says so. Says how many."""
    if moment is not None and moment.at <= clock.now():
        raise DomainError(_l("That instant has passed. Choose a later one, or release them now."))
    found = _locked(reviews)
    for edition, those in _by_edition(found):
        after = {"release": announced(moment.at, moment.zone) if moment else None}
        before = {each.id: _planned(each, edition) for each in those}
        lines = [(each.submission.work, {"release": before[each.id]}, after) for each in those]
        record_all("review.planned", lines, within=edition, by=by)
    for each in found:
        each.release_at = moment.at if moment else None
    db.session.flush()
    return len(found)


def _planned(review: Review, edition: Edition) -> dict[str, str] | None:
    return announced(review.release_at, edition.zone) if review.release_at else None


def take_back(work: Work, *, by: User) -> None:
    """The decision is a draft again, with who decides it. Raises DomainError once it was released."""
    db.session.execute(select(Work.id).where(Work.id == work.id).with_for_update())
    review = policies.held(work)
    if review is not None:
        db.session.execute(select(Review.id).where(Review.id == review.id).with_for_update())
        db.session.refresh(review, ["outcome", "held_at", "release_at", "released_at"])
    if review is None or not review.is_held:
        raise DomainError(_l("This review is not held any more. Look at how the work stands now."))
    edition = work.assignment.edition
    record(work, "review.taken_back", within=edition, by=by, before={"outcome": review.outcome})
    review.outcome = review.held_at = review.release_at = None
    work.claimed_by, work.claimed_at, review.reviewer = by, clock.now(), by
    db.session.flush()


def release_due_reviews() -> int:
    """The job: what is planned for an instant that has come."""
    due = _held().where(Review.release_at <= clock.now()).order_by(Review.release_at, Review.id).limit(BATCH)
    return _tell(_locked(due))


def _tell(reviews: Sequence[Review]) -> int:
    """The works change their state, and one mail goes to each of their people. Says how many reviews were told."""
    for review in reviews:
        work = review.submission.work
        review.released_at = clock.now()
        work.state, work.claimed_by, work.claimed_at = review.outcome or "", None, None
    db.session.flush()
    receipts.tell_all("reviewed", [(each.submission.work, f"review-{each.id}", _said(each)) for each in reviews])
    for review in reviews:
        _tell_heir(review)
    return len(reviews)


def _tell_heir(review: Review) -> None:
    """Mail the review of a work to who goes on in the place of its writer. Of a team's they are, and have it anyhow."""
    work = review.submission.work
    heir = work.enrolment.heir
    if heir is not None and work.local_government_id is None:
        to, once = recipient(heir.user), f"review-{review.id}:heir"
        enqueue("assessments/assignments/reviewed_before", to, once=once, review=review, work=work)


def _said(review: Review) -> dict[str, object]:
    work = review.submission.work
    return {"review": review, "closes": policies.closes(work.assignment, work)}


def _by_edition(reviews: Iterable[Review]) -> list[tuple[Edition, list[Review]]]:
    found: dict[int, list[Review]] = {}
    for each in reviews:
        found.setdefault(each.submission.work.assignment.edition_id, []).append(each)
    return [(those[0].submission.work.assignment.edition, those) for those in found.values()]
