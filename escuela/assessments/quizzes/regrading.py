"""Counting attempts again with a corrected question: its effect is shown first, and what was stays on record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.assessments.quizzes import marking, queries
from escuela.assessments.quizzes.models import Answer, Attempt, Question, Quiz, Regrade
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import record
from escuela.people.models import User

Result = tuple[int | None, int | None, bool | None]
"""Hundredths of the question, hundredths of the attempt, whether it passes."""


@dataclass(frozen=True, slots=True)
class Again:
    """One attempt, as it stands and as it would."""

    answer: Answer
    before: Result
    after: Result
    possible: int

    @property
    def attempt(self) -> Attempt:
        return self.answer.attempt


class MeanwhileError(DomainError):
    """The effect is no longer what was shown."""


def preview(question: Question, quiz: Quiz) -> list[Again]:
    """Handed-in attempts at a quiz that a question's current version would mark in another way. Writes nothing."""
    found = (_again(answer, question) for answer in db.session.scalars(queries.answered_with(question, quiz)))
    return [again for again in found if again.before != again.after or again.possible != again.attempt.points_possible]


def _again(answer: Answer, question: Question) -> Again:
    """An essay that somebody read keeps its points, and at most the new ones."""
    attempt, asked = answer.attempt, question.asked
    possible = (attempt.points_possible or 0) + (asked.points - answer.version.asked.points) * marking.HUNDREDTHS
    read = answer.reviewed_at is not None and answer.points is not None
    earned = (
        min(answer.points or 0, asked.points * marking.HUNDREDTHS) if read else marking.mark_answer(asked, answer.given)
    )
    others = [each.points for each in attempt.answers if each.question_id != question.id]
    before = (answer.points, attempt.points, attempt.passed)
    if earned is None or None in others:
        return Again(answer, before, (earned, None, None), possible)
    total = earned + sum(filter(None, others))
    return Again(answer, before, (earned, total, marking.reaches(total, possible, attempt.quiz.pass_mark)), possible)


def fingerprint(found: Sequence[Again]) -> str:
    """Of an effect as it was shown: who confirms it confirms this one."""
    told = [(each.attempt.id, each.before, each.after, each.possible) for each in found]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def apply(question: Question, quiz: Quiz, *, seen: str, reason: str, by: User) -> Regrade:
    """Count the attempts again, exactly as it was shown. Locks them.

    Raises MeanwhileError where the effect has changed since, and DomainError without a reason or with nothing to do.
    """
    if not reason.strip():
        raise DomainError(_l("Write why: the people concerned may ask."))
    ids = select(Answer.attempt_id).where(Answer.question_id == question.id)
    mine = select(Attempt.id).where(Attempt.quiz_id == quiz.id, Attempt.id.in_(ids))
    db.session.execute(mine.order_by(Attempt.id).with_for_update())
    found = preview(question, quiz)
    if fingerprint(found) != seen:
        raise MeanwhileError(
            _l("Somebody handed in or counted again meanwhile. Look at the new effect and confirm it.")
        )
    if not found:
        raise DomainError(_l("Nothing would change: there is nothing to count again."))
    for again in found:
        _count(again, question)
    made = Regrade(
        quiz_id=quiz.id,
        question_id=question.id,
        reason=reason.strip(),
        made_at=clock.now(),
        made_by_id=by.id,
        before={str(each.attempt.id): list(each.before) for each in found},
        after={str(each.attempt.id): list(each.after) for each in found},
    )
    db.session.add(made)
    counted = {"attempts": len(found), "question": question.slug}
    record(quiz, "quiz.regraded", within=quiz.edition, by=by, reason=reason.strip(), after=counted)
    db.session.flush()
    return made


def _count(again: Again, question: Question) -> None:
    answer, attempt = again.answer, again.attempt
    answer.version, (answer.points, attempt.points, attempt.passed) = question.newest, again.after
    attempt.points_possible = again.possible
