"""An answer as it comes from a page: cleaned, and refused where its question cannot have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import (
    CHOICES,
    CLASSIFY,
    ESSAY,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    UNIT,
    Given,
    QuestionText,
)
from escuela.errors import DomainError

LINE, ESSAY_MOST = 500, 20_000
"""Most characters of a line that is typed, and of an essay."""


def clean(question: QuestionText, given: Mapping[str, Sequence[str]]) -> Given:
    """What was answered, part by part, without what was left empty.

    Raises DomainError for parts and options that the question does not have, and for what is too long.
    """
    if set(given) - set(question.parts):
        raise changed()
    found = {part: _part(question, part, given[part]) for part in question.parts if part in given}
    return {part: values for part, values in found.items() if values}


def _part(question: QuestionText, part: str, values: Sequence[str]) -> list[str]:
    allowed = _allowed(question, part)
    if allowed is None:
        return _typed(question, values)
    chosen = [value for value in dict.fromkeys(values) if value]
    if set(chosen) - set(allowed) or len(chosen) < len([value for value in set(values) if value]):
        raise changed()
    if "" in values and question.kind in CHOICES:
        raise changed()
    if len(chosen) > 1 and question.kind != MULTIPLE:
        raise DomainError(_l("This question takes one option only. Choose one and save again."))
    return [value for value in allowed if value in chosen]


def _allowed(question: QuestionText, part: str) -> Collection[str] | None:
    """The keys that a part is chosen from, in their order; None where it is typed."""
    if question.kind in CHOICES:
        return [option.key for option in question.options]
    if question.kind in {MATCHING, CLASSIFY}:
        return [target.key for target in question.targets]
    if question.kind == ORDERING:
        return [str(place) for place in range(1, len(question.options) + 1)]
    if question.kind == NUMBER and part == UNIT:
        return [unit.name for unit in question.units]
    gap = next((gap for gap in question.gaps if gap.key == part), None)
    return [option.key for option in gap.options] if gap and gap.options else None


def _typed(question: QuestionText, values: Sequence[str]) -> list[str]:
    text = "".join(values[:1]).replace("\x00", "").replace("\r\n", "\n")
    most = ESSAY_MOST if question.kind == ESSAY else LINE
    if len(text) > most:
        raise DomainError(_l("An answer has at most %(most)d characters. Shorten it and save again.", most=most))
    return [text] if text.strip() else []


def complete(question: QuestionText, given: Given) -> bool:
    """Whether every part of it was answered."""
    return all(given.get(part) for part in question.parts)


def changed() -> DomainError:
    return DomainError(_l("The quiz changed since you opened this page. Reload it; what was saved is still saved."))
