"""Taking a quiz: begin, answer, hand in. Each locks what two clicks or two tabs would race for."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes import answers, drawing, marking, policies, queries
from escuela.assessments.quizzes.asked import Given
from escuela.assessments.quizzes.models import Answer, Attempt, Question, Quiz
from escuela.assessments.quizzes.policies import Standing
from escuela.editions.policies import Door, door
from escuela.editions.services import ClosedError, ensure_open
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue


class OverwriteError(DomainError):
    """Answers were saved from another window since this page was opened. `stored` is what is kept, by question."""

    def __init__(self, stored: Mapping[str, Answer]) -> None:
        super().__init__(
            _l(
                "This was also answered in another window or device. What is saved is what was chosen there; "
                "save again to keep what you have here."
            )
        )
        self.stored = stored


def start(quiz: Quiz, *, enrolment: Enrolment) -> Attempt:
    """Begin an attempt, or go on with the open one: two clicks begin one. Locks the enrolment.

    Raises ClosedError, and DomainError when no attempt is left.
    """
    db.session.refresh(enrolment, ["status"], with_for_update={"key_share": True})
    mine = select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.enrolment_id == enrolment.id)
    more = db.session.scalar(queries.allowance(quiz, enrolment.id))
    standing = Standing(quiz, db.session.scalars(mine.order_by(Attempt.number)).all(), more)
    if standing.open_attempt is not None and not policies.time_is_up(standing.open_attempt, clock.now()):
        return standing.open_attempt
    ensure_open(quiz)
    if standing.open_attempt is not None:  # its minutes are over, and the job has not come by yet
        hand_in(standing.open_attempt)
    if not standing.may_begin:
        raise DomainError(_l("You have used all your attempts. Your results are still here to read."))
    seed = secrets.randbelow(2**31)
    own = db.session.scalars(queries.asked(quiz)).all()
    questions = [*own, *drawing.drawn(quiz, own, seed)]
    if not questions:
        raise DomainError(_l("This quiz has no questions yet. Tell the person who coordinates your edition."))
    now = clock.now()
    attempt = Attempt(
        quiz=quiz,
        enrolment=enrolment,
        number=len(standing.attempts) + 1,
        seed=seed,
        started_at=now,
        ends_at=now + timedelta(minutes=standing.minutes) if standing.minutes else None,
    )
    attempt.answers = lines_of(questions, attempt.seed, shuffled=quiz.shuffle_questions)
    db.session.add(attempt)
    db.session.flush()
    return attempt


def lines_of(questions: Sequence[Question], seed: int, *, shuffled: bool) -> list[Answer]:
    """An empty line for each question, in the version that stands now."""
    order = list(questions)
    if shuffled:
        Random(seed).shuffle(order)  # noqa: S311 - an order is no secret
    return [
        Answer(question=question, version=question.newest, position=place, given={})
        for place, question in enumerate(order, 1)
    ]


def save_answers(
    attempt: Attempt, *, given: Mapping[str, Mapping[str, Sequence[str]]], seen: Mapping[str, int] | None = None
) -> list[Answer]:
    """Keep what was answered, by question slug; other questions stay as they are. Returns the lines of the attempt.

    `seen` holds the `saves` that the page knew of each: raises OverwriteError, and keeps nothing, where another window
    has saved something else since. Raises ClosedError, and DomainError for an attempt that takes no more and for what
    a question cannot have as an answer. The caller has locked the attempt.
    """
    _ensure_accepts(attempt)
    rows = list(db.session.scalars(queries.lines(attempt)))
    by_slug = {row.question.slug: row for row in rows}
    if given.keys() - by_slug.keys():
        raise answers.changed()
    cleaned = {slug: answers.clean(by_slug[slug].version.asked, parts) for slug, parts in given.items()}
    known = seen or {}
    differs = {slug: by_slug[slug] for slug, answer in cleaned.items() if by_slug[slug].given != answer}
    if newer := {slug: row for slug, row in differs.items() if known.get(slug, row.saves) != row.saves}:
        raise OverwriteError(newer)
    for slug, answer in cleaned.items():
        _keep(by_slug[slug], answer, clock.now())
    db.session.flush()
    return rows


def _keep(row: Answer, answer: Given, now: datetime) -> None:
    """What is saved again as it was is no other save, and was never saved while it is empty."""
    if row.given != answer:
        row.given, row.saves = answer, row.saves + 1
    if answer or row.saves:
        row.saved_at = now


def _ensure_accepts(attempt: Attempt) -> None:
    if attempt.submitted_at is not None:
        raise DomainError(
            _l("This attempt was handed in and cannot change any more. Reload the page to see its result.")
        )
    ensure_open(attempt.quiz)
    if policies.time_is_up(attempt, clock.now()):
        raise ClosedError(_l("The time of this attempt is over. What was saved until then is handed in."))


def hand_in(attempt: Attempt) -> Attempt:
    """Mark the attempt as it stands and freeze it; once more changes nothing. Locks the attempt.

    One that was left open until its quiz closed, or its minutes were over, counts as handed in at that instant.
    """
    lock(attempt)
    if attempt.submitted_at is None:
        attempt.submitted_at = policies.handed_in_at(attempt, clock.now())
        _mark(attempt)
    return attempt


def _mark(attempt: Attempt) -> None:
    """Count what every line earns; what a tutor has read keeps the tutor's points."""
    rows = db.session.scalars(queries.lines(attempt)).all()
    mark = marking.mark_attempt(
        {row.question_id: row.version.asked for row in rows},
        {row.question_id: row.given for row in rows},
        attempt.quiz.pass_mark,
        reviewed={row.question_id: row.points for row in rows if row.reviewed_at and row.points is not None},
    )
    attempt.points, attempt.points_possible, attempt.passed = mark.points, mark.possible, mark.passed
    for row in rows:
        row.points = mark.by_question[row.question_id]
    db.session.flush()


def review(answer: Answer, *, points: int, comment: str, by_id: int) -> Attempt:
    """Give an essay its hundredths of a point and a comment. With the last one the attempt has its result, by mail.

    Raises DomainError for points that the question does not have, and where somebody was faster. Locks the attempt.
    """
    attempt = answer.attempt
    lock(attempt)
    db.session.refresh(answer, ["points", "reviewed_at"])
    if attempt.submitted_at is None or answer.reviewed_at is not None:
        raise DomainError(_l("This answer was read by somebody meanwhile. Go on with the next one."))
    if not 0 <= points <= answer.version.asked.points * marking.HUNDREDTHS:
        raise DomainError(_l("Give from 0 to %(most)d points.", most=answer.version.asked.points))
    answer.points, answer.comment, answer.reviewed_at, answer.reviewed_by_id = points, comment, clock.now(), by_id
    db.session.flush()
    _mark(attempt)
    if attempt.points is not None:
        _tell(attempt)
    return attempt


def _tell(attempt: Attempt) -> None:
    user = attempt.enrolment.user
    enqueue(
        "assessments/quizzes/marked",
        Recipient(user.email, user.language, user.name, user.zone),
        once=f"attempt-{attempt.id}",
        attempt=attempt,
    )


def close_overdue_attempts() -> int:
    """Job: hand in, as they stand, the attempts whose minutes are over and those of quizzes that have closed."""
    now = clock.now()
    candidates = db.session.scalars(queries.perhaps_overdue(now)).all()
    overdue = [each for each in candidates if policies.time_is_up(each, now) or door(each.quiz, now) is Door.CLOSED]
    for attempt in overdue:
        hand_in(attempt)
    return len(overdue)


def lock(attempt: Attempt) -> None:
    """Hold the attempt's row until the end of the transaction, and see it as it is now."""
    names = ["submitted_at", "points", "points_possible", "passed", "ends_at"]
    db.session.refresh(attempt, names, with_for_update=True)
