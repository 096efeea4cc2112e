"""More time and more attempts for one person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes import queries
from escuela.assessments.quizzes.models import Allowance, Attempt, Quiz
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import record
from escuela.people.models import User

MINUTES, ATTEMPTS = 600, 20
"""The most that one person may have more than others."""


def allow(quiz: Quiz, enrolment: Enrolment, *, minutes: int, attempts: int, reason: str, by: User) -> Allowance | None:
    """Give a person that much more than everybody, instead of what they had; none for nothing at all.

    An attempt that is open gets the time too. Raises DomainError without a reason and for more than MINUTES, ATTEMPTS.
    """
    if not reason.strip():
        raise DomainError(_l("Write why this person gets more than the others."))
    if not (0 <= minutes <= MINUTES and 0 <= attempts <= ATTEMPTS):
        raise DomainError(
            _l("At most %(minutes)d minutes and %(attempts)d attempts more.", minutes=MINUTES, attempts=ATTEMPTS)
        )
    db.session.refresh(enrolment, ["status"], with_for_update={"key_share": True})
    row = db.session.scalar(queries.allowance(quiz, enrolment.id))
    before = {"minutes": row.minutes if row else 0, "attempts": row.attempts if row else 0}
    given = {"minutes": minutes, "attempts": attempts, "reason": reason.strip(), "granted_by_id": by.id}
    row = _write(row, quiz, enrolment, {**given, "granted_at": clock.now()})
    _stretch(quiz, enrolment, minutes)
    after = {"minutes": minutes, "attempts": attempts}
    record(enrolment, "quiz.allowed", within=quiz.edition, by=by, reason=reason.strip(), before=before, after=after)
    db.session.flush()
    return row


def _write(row: Allowance | None, quiz: Quiz, enrolment: Enrolment, given: dict[str, Any]) -> Allowance | None:
    if not given["minutes"] and not given["attempts"]:
        if row is not None:
            db.session.delete(row)
        return None
    if row is None:
        row = Allowance(quiz=quiz, enrolment=enrolment, **given)
        db.session.add(row)
    for name, value in given.items():
        setattr(row, name, value)
    return row


def _stretch(quiz: Quiz, enrolment: Enrolment, minutes: int) -> None:
    """The open attempt ends when it would have ended had it begun with this."""
    if not quiz.minutes:
        return
    mine = select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.enrolment_id == enrolment.id)
    attempt = db.session.scalar(mine.where(Attempt.submitted_at.is_(None)).with_for_update())
    if attempt is not None:
        attempt.ends_at = attempt.started_at + timedelta(minutes=quiz.minutes + minutes)
