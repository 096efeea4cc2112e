"""Questions that a quiz draws from the bank by chance, when an attempt begins."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from random import Random

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from escuela.assessments.quizzes.bank_models import BankEntry, BankTag
from escuela.assessments.quizzes.folders import BETWEEN
from escuela.assessments.quizzes.models import Question, QuestionBank, Quiz, QuizDraw
from escuela.assessments.quizzes.text import DrawText
from escuela.errors import DomainError
from escuela.extensions import db


def within(folder: str) -> ColumnElement[bool]:
    """Whether an entry is in that folder, or in one inside it."""
    inside = BankEntry.folder.startswith(f"{folder}{BETWEEN}", autoescape=True)
    return or_(BankEntry.folder == folder, inside)


def tagged(tag: str) -> ColumnElement[bool]:
    return BankEntry.tags.any(BankTag.tag == tag)


def _rows(draw: QuizDraw | DrawText) -> Select[int, str]:
    rows = (
        select(Question.id, Question.slug)
        .join(BankEntry, BankEntry.id == Question.id)
        .join(QuestionBank, QuestionBank.id == Question.bank_id)
        .where(QuestionBank.slug == draw.bank, Question.removed_at.is_(None))
        .order_by(Question.id)
    )
    if draw.folder:
        rows = rows.where(within(draw.folder))
    return rows.where(tagged(draw.tag)) if draw.tag else rows


def pool(draw: QuizDraw | DrawText, *, but: Collection[str] = ()) -> list[int]:
    """What there is to draw from, but for the questions of those slugs."""
    return [key for key, slug in db.session.execute(_rows(draw)).all() if slug not in but]


def shortage(draw: QuizDraw | DrawText, found: int) -> LazyString:
    """The sentence for who can put it right."""
    return _l(
        "It draws %(count)d questions from «%(where)s», where the bank has %(found)d: add some, or draw fewer.",
        count=draw.count,
        where=_where(draw),
        found=found,
    )


def _where(draw: QuizDraw | DrawText) -> str:
    return ", ".join(filter(None, (draw.folder, draw.tag)))


def drawn(quiz: Quiz, own: Sequence[Question], seed: int) -> list[Question]:
    """The questions that an attempt with that seed gets beside the quiz's own: none twice, nor one that was copied.

    Raises DomainError where the bank has too few.
    """
    slugs, taken = {question.slug for question in own}, {question.source_id for question in own}
    keys: list[int] = []
    for draw in quiz.draws:
        found = [key for key in pool(draw, but=slugs) if key not in taken and key not in keys]
        if len(found) < draw.count:
            raise DomainError(
                _l("The bank has too few questions for this quiz. Tell the person who coordinates your edition.")
            )
        keys += _for_everybody(draw, found) if draw.same else _sample(found, draw.count, seed * 101 + draw.position)
    if not keys:
        return []
    rows = select(Question).where(Question.id.in_(keys)).options(joinedload(Question.newest, innerjoin=True))
    by_id = {question.id: question for question in db.session.scalars(rows)}
    return [by_id[key] for key in keys]


def _for_everybody(draw: QuizDraw, found: Sequence[int]) -> list[int]:
    """Those chosen for the first attempt, as long as they are in the bank; another one for each that is not."""
    still = [key for key in draw.chosen if key in found]
    others = [key for key in found if key not in still]
    chosen = [*still, *_sample(others, draw.count - len(still), draw.quiz_id * 101 + draw.position)]
    if chosen != draw.chosen:
        draw.chosen = chosen
    return chosen


def _sample(keys: Sequence[int], count: int, seed: int) -> list[int]:
    return Random(seed).sample(keys, count)  # noqa: S311 - a draw is no secret
