"""How a quiz is written in `courses/`, and how that reaches its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select, true
from sqlalchemy.orm import selectinload

from escuela import clock, printer
from escuela.assessments.quizzes import question_text
from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.folders import FOLDER_MOST, FOLDER_NAMES, TAG_MOST, path_of, tag_of
from escuela.assessments.quizzes.models import (
    BEST,
    REVEALS,
    SCHOOL,
    SCORINGS,
    WHEN_PASSED,
    Answer,
    Attempt,
    Question,
    QuestionVersion,
    Quiz,
    QuizDraw,
)
from escuela.columns import Localized
from escuela.editions.kinds import Format, register_format
from escuela.editions.text import (
    ActivityFiles,
    ActivityText,
    facts_of_activity,
    read_activity,
    read_strict,
    text_of_activity,
)
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.markdown import Home
from escuela.section import Section

MINUTES, GRACE = 600, 600
"""The longest limit of an attempt, in minutes, and the longest grace, in seconds."""


@dataclass(frozen=True, slots=True)
class DrawText:
    """So many questions by chance from a folder of a bank, with a tag, or both; `same`: for everybody the same ones."""

    folder: str
    tag: str
    count: int
    same: bool = False
    bank: str = SCHOOL


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizText(ActivityText):
    pass_mark: int
    attempts: int
    shuffle: bool
    shuffle_questions: bool = False
    one_by_one: bool = False
    minutes: int = 0
    grace: int = 30
    scoring: str = BEST
    reveals: str = WHEN_PASSED
    questions: tuple[QuestionText, ...]
    draws: tuple[DrawText, ...] = ()


_SAME = ("pass_mark", "shuffle", "shuffle_questions", "one_by_one", "minutes", "grace", "scoring", "reveals")
"""Rules that the text and the row call the same."""


def _read(files: ActivityFiles) -> QuizText | None:
    section = files.proof.yaml(files.plain)
    if section is None:
        return None
    found = QuizText(
        **read_activity(section, files, "quiz"),
        strict=read_strict(section),
        pass_mark=section.whole("pass_mark", least=0, most=100, default=60),
        attempts=section.whole("attempts", least=0, most=100, default=3),
        minutes=section.whole("minutes", least=0, most=MINUTES, default=0),
        grace=section.whole("grace", least=0, most=GRACE, default=30),
        scoring=section.one_of("scoring", SCORINGS, default=BEST),
        reveals=section.one_of("reveals", REVEALS, default=WHEN_PASSED),
        shuffle=section.boolean("shuffle", default=True),
        shuffle_questions=section.boolean("shuffle_questions", default=False),
        one_by_one=section.boolean("one_by_one", default=False),
        questions=_questions(section, files.home),
        draws=tuple(_draw(each) for each in section.sections("draws")),
    )
    section.close()
    return found


def _questions(quiz: Section, home: Home) -> tuple[QuestionText, ...]:
    slugs: dict[str, int] = {}
    found = []
    for section in quiz.sections("questions", required="draws" not in quiz):
        question = question_text.read(section, home)
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


def _draw(section: Section) -> DrawText:
    typed = section.text("folder", default="", most=FOLDER_MOST)
    found = DrawText(
        folder=path_of(typed),
        tag=tag_of(section.text("tag", default="", most=TAG_MOST)),
        count=section.whole("count", least=1, most=100),
        same=section.boolean("same", default=False),
        bank=section.text("bank", default=SCHOOL, most=80),
    )
    section.close()
    if not found.folder and not found.tag:
        section.fault(_l("Say where these questions are drawn from: write `folder`, `tag` or both."))
    if typed.count("/") >= FOLDER_NAMES:
        section.fault(_l("A folder of the bank has up to three names, such as Agua / Inundaciones."), "folder")
    return found


def _write(row: Quiz, text: QuizText, home: Home) -> None:
    if row.id is not None:
        _protect(row, text)
    row.attempts_allowed = text.attempts
    for name in _SAME:
        setattr(row, name, getattr(text, name))
    _write_questions(row, text.questions, home)
    _write_draws(row, text.draws)


def _write_draws(row: Quiz, draws: Sequence[DrawText]) -> None:
    """One that stays as it was keeps what it has drawn for everybody."""
    kept = list(row.draws)
    for place, text in enumerate(draws, 1):
        draw = next((each for each in kept if draw_text(each) == text), None)
        if draw is None:
            draw = QuizDraw(**asdict(text), chosen=[])
            row.draws.append(draw)
        else:
            kept.remove(draw)
        draw.position = place
    for draw in kept:
        row.draws.remove(draw)
    row.draws.sort(key=lambda each: each.position)


def draw_text(row: QuizDraw) -> DrawText:
    return DrawText(row.folder, row.tag, row.count, row.same, row.bank)


def _write_questions(row: Quiz, questions: Sequence[QuestionText], home: Home) -> None:
    """What left the text is taken out for good where no attempt has it, and set aside where one has."""
    kept, seen = {question.slug: question for question in row.every_question}, _seen(row)
    for place, asked in enumerate(questions, 1):
        question = kept.pop(asked.slug, None)
        if question is None:
            question = Question(slug=asked.slug)
            row.every_question.append(question)
        question.position, question.removed_at = place, None
        write_version(question, asked.with_texts(home.addressed), seen)
    for question in kept.values():
        if any(version.id in seen for version in question.versions):
            question.removed_at = question.removed_at or clock.now()
        else:
            row.every_question.remove(question)
    row.every_question.sort(key=lambda each: (each.removed_at is not None, each.position))


def _seen(row: Quiz) -> set[int]:
    """Versions of its questions that an attempt has."""
    versions = select(QuestionVersion.id).join(QuestionVersion.question).where(Question.quiz_id == row.id)
    return set(db.session.scalars(versions.where(exists().where(Answer.version_id == QuestionVersion.id))))


def write_version(row: Question, asked: QuestionText, seen: set[int]) -> None:
    """A version that somebody saw stays as it was, and another one follows it."""
    newest = next((version for version in row.versions if version.current), None)
    if newest is not None and newest.asked == asked:
        return
    if newest is not None and newest.id not in seen:
        newest.asked, newest.saved_at = asked, clock.now()
        return
    if newest is not None:
        newest.current = False
        db.session.flush()  # one is current at a time
    number = newest.number + 1 if newest else 1
    row.versions.append(QuestionVersion(number=number, asked=asked, saved_at=clock.now()))


def _protect(row: Quiz, text: QuizText) -> None:
    """Attempts keep the questions that they saw; what was said of them all stays: the pass mark, what was in time."""
    if db.session.scalar(select(Attempt.id).where(Attempt.quiz_id == row.id).limit(1)) is None:
        return
    if row.pass_mark != text.pass_mark:
        raise DomainError(_l("%(quiz)s: people have begun this quiz, so its pass mark stays.", quiz=row.slug))
    if row.scoring != text.scoring:
        raise DomainError(
            _l("%(quiz)s: people have begun this quiz, so which attempt counts stays as it was said.", quiz=row.slug)
        )
    _protect_from_lateness(row, text)


def _protect_from_lateness(row: Quiz, text: QuizText) -> None:
    if text.due is None:
        return
    was_in_time = Attempt.submitted_at < row.due_at if row.due_at else true()
    late = select(Attempt.id).where(Attempt.quiz_id == row.id, Attempt.submitted_at >= text.due.at, was_in_time)
    if db.session.scalar(late.limit(1)) is not None:
        raise DomainError(_l("%(quiz)s: the new due_at would make late what people handed in in time.", quiz=row.slug))


def marking(question: QuestionText) -> QuestionText:
    """What of a question decides about marks: all but its words."""
    return question.with_texts(lambda _words: Localized())


def _text(row: Quiz, home: Home) -> QuizText:
    return QuizText(
        **text_of_activity(row),
        attempts=row.attempts_allowed,
        **{name: getattr(row, name) for name in _SAME},
        questions=tuple(current(question).with_texts(home.written) for question in row.questions),
        draws=tuple(draw_text(each) for each in row.draws),
    )


def current(question: Question) -> QuestionText:
    """What a question asks now, of all its versions as they are loaded."""
    return next(version.asked for version in reversed(question.versions) if version.current)


def _files(text: QuizText, languages: Sequence[str]) -> dict[str, str]:
    facts = facts_of_activity(text, languages)
    own = {
        "pass_mark": text.pass_mark,
        "attempts": text.attempts,
        "minutes": text.minutes or None,
        "grace": text.grace if text.grace != 30 else None,
        "scoring": text.scoring if text.scoring != BEST else None,
        "reveals": text.reveals if text.reveals != WHEN_PASSED else None,
        "shuffle": text.shuffle,
        "shuffle_questions": text.shuffle_questions or None,
        "one_by_one": text.one_by_one or None,
    }
    questions = [question_text.facts(question, languages) for question in text.questions]
    head = {"title": facts.pop("title"), "summary": facts.pop("summary")}
    draws = [_facts_of_draw(each) for each in text.draws]
    asked = {"questions": questions if questions or not draws else None, "draws": draws or None}
    return {"": printer.document({**head, **own, **facts, **asked})}


def _facts_of_draw(draw: DrawText) -> dict[str, Any]:
    return {
        "bank": draw.bank if draw.bank != SCHOOL else None,
        "folder": draw.folder or None,
        "tag": draw.tag or None,
        "count": draw.count,
        "same": draw.same or None,
    }


def _loads() -> list[Any]:
    return [selectinload(Quiz.every_question).selectinload(Question.versions), selectinload(Quiz.draws)]


register_format(
    Format(
        "quiz", Quiz, prefix="quiz-", suffix=".yaml", read=_read, write=_write, text=_text, files=_files, loads=_loads
    )
)
