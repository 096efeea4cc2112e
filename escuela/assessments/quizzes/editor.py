"""What saving a quiz in the browser does to the attempts that were made at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import case, func, select

from escuela.assessments.quizzes.forms import QuizForm
from escuela.assessments.quizzes.models import Attempt, Question, Quiz
from escuela.assessments.quizzes.text import QuestionText, QuizText
from escuela.editions.kinds import Editor, register_editor
from escuela.extensions import db
from escuela.markdown.home import words_alone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask_babel.speaklater import LazyString

    from escuela.columns import Localized
    from escuela.editions.text import ActivityText


def effects(row: Quiz | None, text: ActivityText) -> list[LazyString]:
    """What `_protect` of the text refuses is not told here."""
    if row is None or not row.id or not isinstance(text, QuizText):
        return []
    made = _count(Attempt.quiz_id == row.id)
    return [*_words(row, text, made), *_attempts(row, text), *_deadline(row, text)] if made else []


def _count(*which: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(Attempt).where(*which)) or 0


def _words(row: Quiz, text: QuizText, made: int) -> Iterator[LazyString]:
    before = {question.slug: question for question in row.questions}
    changed = any(
        _said(old) != _said(question) for question in text.questions if (old := before.get(question.slug)) is not None
    )
    if not changed:
        return
    yield lazy_ngettext(
        "The words of a question or of its options change: the %(num)d attempt that was made keeps its answers and "
        "its points. Correct only how it is said.",
        "The words of a question or of its options change: the %(num)d attempts that were made keep their answers "
        "and their points. Correct only how it is said.",
        made,
    )
    if open_now := _count(Attempt.quiz_id == row.id, Attempt.submitted_at.is_(None)):
        yield lazy_ngettext(
            "%(num)d person is answering it at this moment and finds the change when the page is loaded again.",
            "%(num)d people are answering it at this moment and find the change when the page is loaded again.",
            open_now,
        )


def _said(question: Question | QuestionText) -> list[Localized]:
    return [words_alone(each) for each in (question.text, *(option.text for option in question.options))]


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
    if isinstance(text, QuizText) and not text.questions:
        yield _l("It has no questions.")


register_editor(Editor("quiz", QuizForm, "assessments/quizzes/editor.html", effects, lacks))
