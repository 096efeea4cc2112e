"""Questions about a review that was released, and their answers: a short thread, one mail for each message."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from escuela import clock
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.assessments.assignments.judgement import NOTE, tidy
from escuela.assessments.assignments.models import Assignment, Review, Submission, Work
from escuela.assessments.assignments.queries import members, reviewable_works, whose
from escuela.assessments.assignments.review_models import Reply
from escuela.editions.models import ARCHIVED, COORDINATOR, Edition, EditionStaff
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue
from escuela.people.models import User

MOST = 50
"""Most messages about one review."""


def _released() -> Select[Review]:
    work = joinedload(Review.submission).joinedload(Submission.work)
    edition = work.joinedload(Work.assignment).joinedload(Assignment.edition)
    return (
        select(Review)
        .join(Review.submission)
        .join(Submission.work)
        .join(Work.assignment)
        .where(Review.released_at.is_not(None))
        .options(
            edition.selectinload(Edition.staff).joinedload(EditionStaff.user).lazyload(User.roles),
            work.joinedload(Work.enrolment).joinedload(Enrolment.user).lazyload(User.roles),
            joinedload(Review.reviewer).lazyload(User.roles),
            selectinload(Review.replies),
        )
    )


def reviews_of(user: User, assignment: Assignment) -> Select[Review]:
    """Released reviews of one's own work on an assignment, or of one's team's."""
    mine = select(Enrolment.id).where(Enrolment.user_id == user.id, Enrolment.status == ACTIVE)
    held = whose(assignment.edition_id).c
    works = select(held.work_id).where(held.enrolment_id.in_(mine))
    return _released().where(Work.assignment_id == assignment.id, Work.id.in_(works))


def reviews_by_staff(user: User, work: Work) -> Select[Review]:
    """Released reviews of a work that the person reviews."""
    return _released().where(Work.id == work.id, Work.id.in_(reviewable_works(user).with_only_columns(Work.id)))


def ask(review: Review, text: str, *, by: User) -> Reply:
    """A question of the participant, mailed to who reviewed; where they left the edition, to who coordinates it."""
    reply = _written(review, text, by, asks=True)
    for user in _answering(review):
        _mail("question", user, reply)
    return reply


def answer(review: Review, text: str, *, by: User) -> Reply:
    """An answer of a tutor, mailed to the participant, or to everybody of the team."""
    reply = _written(review, text, by, asks=False)
    for enrolment in db.session.scalars(members(review.submission.work)):
        _mail("answer", enrolment.user, reply)
    return reply


def _written(review: Review, text: str, by: User, *, asks: bool) -> Reply:
    if review.submission.work.assignment.edition.status == ARCHIVED:
        raise DomainError(_l("This edition is archived: nothing in it changes any more."))
    text = tidy(text).strip()
    if not text:
        raise DomainError(_l("Write your message first."))
    if len(text) > NOTE:
        raise DomainError(_l("At most %(most)d characters.", most=NOTE))
    last = review.replies[-1] if review.replies else None
    if last is not None and (last.author_id, last.text) == (by.id, text):  # a double click
        return last
    if len(review.replies) >= MOST:
        raise DomainError(_l("This conversation is long enough. Book a tutoring session to go on."))
    reply = Reply(review=review, author=by, asks=asks, text=text, written_at=clock.now())
    db.session.add(reply)
    db.session.flush()
    return reply


def _answering(review: Review) -> list[User]:
    staff = review.submission.work.assignment.edition.staff
    if any(row.user_id == review.reviewer_id for row in staff):
        return [review.reviewer]
    return [row.user for row in staff if row.role == COORDINATOR] or [review.reviewer]


def _mail(kind: str, user: User, reply: Reply) -> None:
    to = Recipient(user.email, user.language, user.name, user.zone)
    work = reply.review.submission.work
    enqueue(f"assessments/assignments/{kind}", to, once=f"reply-{reply.id}-{user.id}", reply=reply, work=work)
