"""Taking a quiz: begin, answer, hand in. Each locks what two clicks or two tabs would race for."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes import marking, policies, queries
from escuela.assessments.quizzes.models import MULTIPLE, Answer, Attempt, Question, Quiz
from escuela.assessments.quizzes.policies import Standing
from escuela.editions.policies import Door, door
from escuela.editions.services import ensure_open
from escuela.errors import DomainError
from escuela.extensions import db


def start(quiz: Quiz, *, enrolment: Enrolment) -> Attempt:
    """Begin an attempt, or go on with the open one: two clicks begin one. Locks the enrolment.

    Raises ClosedError, and DomainError when no attempt is left.
    """
    db.session.refresh(enrolment, ["status"], with_for_update={"key_share": True})
    mine = select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.enrolment_id == enrolment.id)
    standing = Standing(quiz, db.session.scalars(mine.order_by(Attempt.number)).all())
    if standing.open_attempt is not None:
        return standing.open_attempt
    ensure_open(quiz)
    if not standing.may_begin:
        raise DomainError(_l("You have used all your attempts at this quiz. Your results are still here to read."))
    if db.session.scalar(select(Question.id).where(Question.quiz_id == quiz.id).limit(1)) is None:
        raise DomainError(_l("This quiz has no questions yet. Tell the person who coordinates your edition."))
    attempt = Attempt(
        quiz=quiz,
        enrolment=enrolment,
        number=len(standing.attempts) + 1,
        seed=secrets.randbelow(2**31),
        started_at=clock.now(),
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def save_answers(attempt: Attempt, *, chosen: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Keep what was chosen, keys of options by question slug; other questions stay as they are. The last save wins.

    Returns everything that the attempt now holds. Locks the attempt. Raises ClosedError, and DomainError for an attempt
    that was handed in and for questions, options or numbers of options that the quiz does not have.
    """
    _lock(attempt)
    if attempt.submitted_at is not None:
        raise DomainError(
            _l("This attempt was handed in and cannot change any more. Reload the page to see its result.")
        )
    ensure_open(attempt.quiz)
    stored: dict[str, list[str]] = {}
    rows = db.session.execute(queries.keys(attempt)).unique().all()
    if chosen.keys() - {question.slug for question, _answer in rows}:
        raise _changed()
    for question, answer in rows:
        if question.slug in chosen:
            stored[question.slug] = _keys(question, chosen[question.slug])
            _keep(attempt, question, answer, stored[question.slug])
        elif answer is not None:
            stored[question.slug] = answer.chosen
    db.session.flush()
    return stored


def _keys(question: Question, chosen: Sequence[str]) -> list[str]:
    """The keys in the question's own order, each once."""
    keys = [option.key for option in question.options if option.key in chosen]
    if set(chosen) - set(keys):
        raise _changed()
    if len(keys) > 1 and question.kind != MULTIPLE:
        raise DomainError(_l("This question takes one option only. Choose one and save again."))
    return keys


def _keep(attempt: Attempt, question: Question, answer: Answer | None, keys: list[str]) -> None:
    if answer is not None:
        answer.chosen, answer.saved_at = keys, clock.now()
    elif keys:
        db.session.add(Answer(attempt_id=attempt.id, question_id=question.id, chosen=keys, saved_at=clock.now()))


def hand_in(attempt: Attempt) -> Attempt:
    """Mark the attempt as it stands and freeze it; once more changes nothing. Locks the attempt.

    One that was left open until its quiz closed counts as handed in at the closing instant.
    """
    _lock(attempt)
    if attempt.submitted_at is not None:
        return attempt
    rows = db.session.execute(queries.keys(attempt)).unique().all()
    chosen = {question.id: answer.chosen for question, answer in rows if answer}
    mark = marking.mark_attempt([_item(question) for question, _answer in rows], chosen, attempt.quiz.pass_mark)
    attempt.submitted_at = policies.handed_in_at(attempt, clock.now())
    attempt.points, attempt.points_possible, attempt.passed = mark.points, mark.possible, mark.passed
    for question, answer in rows:
        if answer is not None:
            answer.points = mark.by_item[question.id]
    db.session.flush()
    return attempt


def _item(question: Question) -> marking.Item:
    return marking.Item(question.id, question.points, frozenset(o.key for o in question.options if o.right))


def close_overdue_attempts() -> int:
    """Job: hand in, as they stand, the attempts that are open in quizzes that have closed; returns how many."""
    now = clock.now()
    candidates = db.session.scalars(queries.perhaps_overdue(now)).all()
    overdue = [attempt for attempt in candidates if door(attempt.quiz, now) is Door.CLOSED]
    for attempt in overdue:
        hand_in(attempt)
    return len(overdue)


def _lock(attempt: Attempt) -> None:
    """Hold the attempt's row until the end of the transaction, and see it as it is now."""
    db.session.refresh(attempt, ["submitted_at", "points", "points_possible", "passed"], with_for_update=True)


def _changed() -> DomainError:
    return DomainError(_l("The quiz changed since you opened this page. Reload it; what was saved is still saved."))
