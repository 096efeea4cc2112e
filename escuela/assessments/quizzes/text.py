"""How a quiz is written in `courses/`, and how that reaches its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, true
from sqlalchemy.orm import selectinload

from escuela import printer
from escuela.assessments.quizzes.models import QUESTION_KINDS, SINGLE, TRUE_FALSE, Attempt, Option, Question, Quiz
from escuela.columns import Localized
from escuela.editions.kinds import Format, register_format
from escuela.editions.text import (
    ActivityFiles,
    ActivityText,
    facts_of_activity,
    proofread,
    read_activity,
    read_strict,
    text_of_activity,
)
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.markdown import Home
from escuela.section import Section

KEY = re.compile(r"[a-z0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class OptionText:
    key: str
    text: Localized
    right: bool
    feedback: Localized


@dataclass(frozen=True, slots=True)
class QuestionText:
    slug: str
    kind: str
    text: Localized
    points: int
    feedback: Localized
    options: tuple[OptionText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizText(ActivityText):
    pass_mark: int
    attempts: int
    shuffle: bool
    questions: tuple[QuestionText, ...]


def _read(files: ActivityFiles) -> QuizText | None:
    section = files.proof.yaml(files.plain)
    if section is None:
        return None
    found = QuizText(
        **read_activity(section, files, "quiz"),
        strict=read_strict(section),
        pass_mark=section.whole("pass_mark", least=0, most=100, default=60),
        attempts=section.whole("attempts", least=0, most=100, default=3),
        shuffle=section.boolean("shuffle", default=True),
        questions=_questions(section, files.home),
    )
    section.close()
    return found


def _questions(quiz: Section, home: Home) -> tuple[QuestionText, ...]:
    slugs: dict[str, int] = {}
    found = []
    for section in quiz.sections("questions", required=True):
        question = _question(section, home)
        if question.slug in slugs:
            sentence = _l(
                "The question `%(slug)s` stands in line %(line)d too: rename one.",
                slug=question.slug,
                line=slugs[question.slug],
            )
            section.fault(sentence, "slug")
        slugs.setdefault(question.slug, section.line)
        found.append(question)
    return tuple(found)


def _question(section: Section, home: Home) -> QuestionText:
    kind = section.one_of("kind", QUESTION_KINDS)
    found = QuestionText(
        slug=section.slug(),
        kind=kind,
        text=_line(section, "text", home),
        points=section.whole("points", least=1, most=100, default=1),
        feedback=_line(section, "feedback", home, required=False),
        options=tuple(
            _option(key, option, kind, home) for key, option in section.named("options", required=True).items()
        ),
    )
    section.close()
    _judge(section, found)
    return found


def _option(key: str, section: Section, kind: str, home: Home) -> OptionText:
    given = kind == TRUE_FALSE
    if not KEY.fullmatch(key):
        section.fault(
            _l("`%(key)s` cannot name an option: use one to ten letters a-z or digits, such as `a`.", key=key)
        )
    if given and "text" in section:
        section.fault(_l("The words of true and false come from the platform: take `text` out."), "text")
    found = OptionText(
        key=key,
        text=_line(section, "text", home, required=not given),
        right=section.boolean("right", default=False),
        feedback=_line(section, "feedback", home, required=False),
    )
    section.close()
    return found


def _judge(section: Section, question: QuestionText) -> None:
    """A question that nobody could answer, or everybody."""
    keys, right = [option.key for option in question.options], [option for option in question.options if option.right]
    if not keys:
        return
    if question.kind == TRUE_FALSE and set(keys) != {"true", "false"}:
        section.fault(_l("A true_false question has the options `true` and `false` and no others."), "options")
    elif len(keys) < 2:
        section.fault(_l("A question has at least two options: write another one."), "options")
    if not right:
        section.fault(_l("This question has no right answer: write `right: true` in an option."), "options")
    elif question.kind in {SINGLE, TRUE_FALSE} and len(right) > 1:
        wrong = ", ".join(f"`{option.key}`" for option in right)
        sentence = _l(
            "A %(kind)s question has one right answer; here %(wrong)s are right.", kind=question.kind, wrong=wrong
        )
        section.fault(sentence, "options")


def _line(section: Section, key: str, home: Home, *, required: bool = True) -> Localized:
    return proofread(section, key, section.localized(key, required=required, most=2000), home)


def _write(row: Quiz, text: QuizText, home: Home) -> None:
    if row.id is not None:
        _protect(row, text)
    row.pass_mark, row.attempts_allowed, row.shuffle = text.pass_mark, text.attempts, text.shuffle
    kept = {question.slug: question for question in row.questions}
    row.questions = [
        _write_question(kept.get(question.slug) or Question(slug=question.slug), question, place, home)
        for place, question in enumerate(text.questions, 1)
    ]


def _write_question(row: Question, text: QuestionText, place: int, home: Home) -> Question:
    row.position, row.kind, row.points = place, text.kind, text.points
    row.text, row.feedback = home.addressed(text.text), home.addressed(text.feedback)
    kept = {option.key: option for option in row.options}
    row.options = [
        _write_option(kept.get(option.key) or Option(key=option.key), option, position, home)
        for position, option in enumerate(text.options, 1)
    ]
    return row


def _write_option(row: Option, text: OptionText, place: int, home: Home) -> Option:
    row.position, row.right = place, text.right
    row.text, row.feedback = home.addressed(text.text), home.addressed(text.feedback)
    return row


def _protect(row: Quiz, text: QuizText) -> None:
    """Attempts were answered and marked as the quiz was: its words may change, and what decides about marks may not."""
    if db.session.scalar(select(Attempt.id).where(Attempt.quiz_id == row.id).limit(1)) is None:
        return
    before, after = _marking(row.questions), _marking(text.questions)
    for slug in {**before, **after}:
        if before.get(slug) != after.get(slug):
            raise DomainError(
                _l(
                    "%(quiz)s: people have begun this quiz, so its question %(question)s cannot be added, taken out or "
                    "marked in another way. Correct its words only, or write a new quiz.",
                    quiz=row.slug,
                    question=slug,
                )
            )
    if row.pass_mark != text.pass_mark:
        raise DomainError(_l("%(quiz)s: people have begun this quiz, so its pass mark stays.", quiz=row.slug))
    _protect_from_lateness(row, text)


def _marking(questions: tuple[QuestionText, ...] | list[Question]) -> Mapping[str, object]:
    """What decides about marks: kinds, points, options, which are right."""
    return {
        question.slug: (question.kind, question.points, {option.key: option.right for option in question.options})
        for question in questions
    }


def _protect_from_lateness(row: Quiz, text: QuizText) -> None:
    if text.due is None:
        return
    was_in_time = Attempt.submitted_at < row.due_at if row.due_at else true()
    late = select(Attempt.id).where(Attempt.quiz_id == row.id, Attempt.submitted_at >= text.due.at, was_in_time)
    if db.session.scalar(late.limit(1)) is not None:
        raise DomainError(_l("%(quiz)s: the new due_at would make late what people handed in in time.", quiz=row.slug))


def _text(row: Quiz, home: Home) -> QuizText:
    return QuizText(
        **text_of_activity(row),
        pass_mark=row.pass_mark,
        attempts=row.attempts_allowed,
        shuffle=row.shuffle,
        questions=tuple(_text_of_question(question, home) for question in row.questions),
    )


def _text_of_question(row: Question, home: Home) -> QuestionText:
    return QuestionText(
        slug=row.slug,
        kind=row.kind,
        text=home.written(row.text),
        points=row.points,
        feedback=home.written(row.feedback),
        options=tuple(
            OptionText(option.key, home.written(option.text), option.right, home.written(option.feedback))
            for option in row.options
        ),
    )


def _files(text: QuizText, languages: Sequence[str]) -> dict[str, str]:
    facts = facts_of_activity(text, languages)
    own = {"pass_mark": text.pass_mark, "attempts": text.attempts, "shuffle": text.shuffle}
    questions = [_facts_of_question(question, languages) for question in text.questions]
    head = {"title": facts.pop("title"), "summary": facts.pop("summary")}
    return {"": printer.document({**head, **own, **facts, "questions": questions})}


def _facts_of_question(question: QuestionText, languages: Sequence[str]) -> dict[str, Any]:
    return {
        "slug": question.slug,
        "kind": question.kind,
        "text": printer.spoken(question.text, languages),
        "points": question.points,
        "options": {option.key: _facts_of_option(option, languages) for option in question.options},
        "feedback": printer.spoken(question.feedback, languages),
    }


def _facts_of_option(option: OptionText, languages: Sequence[str]) -> dict[str, Any]:
    facts = {
        "text": printer.spoken(option.text, languages),
        "right": True if option.right else None,
        "feedback": printer.spoken(option.feedback, languages),
    }
    return {key: value for key, value in facts.items() if value is not None}


def _loads() -> list[Any]:
    return [selectinload(Quiz.questions).selectinload(Question.options)]


register_format(
    Format(
        "quiz", Quiz, prefix="quiz-", suffix=".yaml", read=_read, write=_write, text=_text, files=_files, loads=_loads
    )
)
