"""What saving a quiz in the browser does to the attempts that were made at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import case, func, select

from escuela.assessments.quizzes import drawing
from escuela.assessments.quizzes.forms import QuizForm
from escuela.assessments.quizzes.models import Attempt, Quiz
from escuela.assessments.quizzes.text import QuizText, current, draw_text, marking
from escuela.editions.kinds import Editor, register_editor
from escuela.extensions import db
from escuela.markdown.home import words_alone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask_babel.speaklater import LazyString

    from escuela.assessments.quizzes.asked import QuestionText
    from escuela.columns import Localized
    from escuela.editions.text import ActivityText


def effects(row: Quiz | None, text: ActivityText) -> list[LazyString]:
    """What `_protect` of the text refuses is not told here."""
    if row is None or not row.id or not isinstance(text, QuizText):
        return []
    made = _count(Attempt.quiz_id == row.id)
    return [*_questions(row, text, made), *_attempts(row, text), *_deadline(row, text)] if made else []


def _count(*which: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(Attempt).where(*which)) or 0


def _questions(row: Quiz, text: QuizText, made: int) -> Iterator[LazyString]:
    before = {question.slug: current(question) for question in row.questions}
    after = {question.slug: question for question in text.questions}
    both = [(before[slug], after[slug]) for slug in before if slug in after]
    if any(marking(old) != marking(new) for old, new in both):
        yield lazy_ngettext(
            "What is right, or how much it counts, changes: the %(num)d attempt that was made keeps its points until "
            "you count it again from the page of the quiz.",
            "What is right, or how much it counts, changes: the %(num)d attempts that were made keep their points "
            "until you count them again from the page of the quiz.",
            made,
        )
    if set(before) != set(after) or {draw_text(each) for each in row.draws} != set(text.draws):
        yield lazy_ngettext(
            "Questions are added or taken out: the %(num)d attempt that was made keeps those that it has.",
            "Questions are added or taken out: the %(num)d attempts that were made keep those that they have.",
            made,
        )
    if any(_said(old) != _said(new) for old, new in both):
        yield lazy_ngettext(
            "The words of a question or of its options change: the %(num)d attempt that was made keeps those that "
            "it was answered with.",
            "The words of a question or of its options change: the %(num)d attempts that were made keep those that "
            "they were answered with.",
            made,
        )


def _said(question: QuestionText) -> list[Localized]:
    return [words_alone(each) for each in question.texts()]


def _attempts(row: Quiz, text: QuizText) -> Iterator[LazyString]:
    """Who has fewer or more attempts left, among those who have not passed."""
    if text.attempts == row.attempts_allowed:
        return
    passed = func.sum(case((Attempt.passed.is_(True), 1), else_=0))
    tries = (
        select(Attempt.enrolment_id, func.count(), passed)
        .where(Attempt.quiz_id == row.id)
        .group_by(Attempt.enrolment_id)
    )
    made = [number for _enrolment, number, passed_too in db.session.execute(tries) if not passed_too]
    was, now = row.attempts_allowed or 10**6, text.attempts or 10**6
    if lost := sum(now <= number < was for number in made):
        yield lazy_ngettext(
            "%(num)d person who has not passed has no attempt left after this; what they handed in stays.",
            "%(num)d people who have not passed have no attempt left after this; what they handed in stays.",
            lost,
        )
    if won := sum(was <= number < now for number in made):
        yield lazy_ngettext(
            "%(num)d person who had no attempt left can try again.",
            "%(num)d people who had no attempt left can try again.",
            won,
        )


def _deadline(row: Quiz, text: QuizText) -> Iterator[LazyString]:
    new = text.due.at if text.due else None
    if row.due_at is not None and (new is None or new > row.due_at):
        late = [Attempt.quiz_id == row.id, Attempt.submitted_at >= row.due_at]
        if count := _count(*late, *([Attempt.submitted_at < new] if new else [])):
            yield lazy_ngettext(
                "%(num)d attempt that was late is in time then.",
                "%(num)d attempts that were late are in time then.",
                count,
            )
    if text.strict and not row.strict:
        yield _l("From now on nothing is accepted after it is due: what is still open then is handed in as it stands.")


def lacks(text: ActivityText) -> Iterable[LazyString]:
    if not isinstance(text, QuizText):
        return
    if not text.questions and not text.draws:
        yield _l("It has no questions.")
    slugs = {question.slug for question in text.questions}
    for draw in text.draws:
        if (found := len(drawing.pool(draw, but=slugs))) < draw.count:
            yield drawing.shortage(draw, found)


register_editor(Editor("quiz", QuizForm, "assessments/quizzes/editor.html", effects, lacks))
