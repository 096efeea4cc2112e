"""The comments that a tutor keeps to use again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from escuela import clock
from escuela.assessments.assignments.judgement import NOTE, tidy
from escuela.assessments.assignments.review_models import Phrase
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import User

MOST = 100


def phrases_of(user: User) -> Select[Phrase]:
    """One's own, in the order in which they were kept: the first nine have a key each."""
    return select(Phrase).where(Phrase.owner_id == user.id).order_by(Phrase.id)


def keep(text: str, *, by: User) -> Phrase:
    """Keep a comment. The same words once more are the phrase that is there."""
    text = _checked(text)
    found = db.session.scalar(phrases_of(by).where(Phrase.text == text).limit(1))
    if found is not None:
        return found
    if (db.session.scalar(select(func.count()).where(Phrase.owner_id == by.id)) or 0) >= MOST:
        raise DomainError(_l("You keep %(most)d phrases already. Take one out first.", most=MOST))
    phrase = Phrase(owner_id=by.id, text=text, kept_at=clock.now())
    db.session.add(phrase)
    db.session.flush()
    return phrase


def reword(phrase: Phrase, text: str) -> None:
    phrase.text = _checked(text)
    db.session.flush()


def _checked(text: str) -> str:
    text = tidy(text).strip()
    if not text:
        raise DomainError(_l("Write the comment first."))
    if len(text) > NOTE:
        raise DomainError(_l("At most %(most)d characters.", most=NOTE))
    return text
