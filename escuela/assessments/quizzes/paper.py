"""A quiz as the page of one attempt: questions numbered, options in this attempt's order, what was answered."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from markupsafe import Markup

from escuela.assessments.quizzes.answers import complete
from escuela.assessments.quizzes.asked import (
    ORDERING,
    TRUE_FALSE,
    WHOLE,
    AcceptedText,
    GapText,
    Given,
    OptionText,
    QuestionText,
    TargetText,
)
from escuela.assessments.quizzes.marking import HUNDREDTHS, accepting, nearest, share_of, typed
from escuela.assessments.quizzes.models import Answer, Attempt
from escuela.columns import Localized

T = TypeVar("T", OptionText, TargetText)
GAP = re.compile(r"\[\[([a-z0-9]{1,10})\]\]")


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the page."""

    number: int
    question: QuestionText
    answer: Answer
    attempt: Attempt
    given: Given
    """What stands in the page: what is saved, or what was typed and refused."""

    @property
    def slug(self) -> str:
        return self.answer.question.slug

    @property
    def options(self) -> Sequence[OptionText]:
        """In the order of this attempt, the same at every reload. True and false stay as they are."""
        own = self.attempt.quiz.shuffle and self.question.kind != TRUE_FALSE
        return (
            self._shuffled(self.question.options, "")
            if own or self.question.kind == ORDERING
            else self.question.options
        )

    @property
    def targets(self) -> Sequence[TargetText]:
        """Never in the order of the options, which would tell."""
        return self._shuffled(self.question.targets, "targets")

    def gap_options(self, gap: GapText) -> Sequence[OptionText]:
        return self._shuffled(gap.options, gap.key)

    def _shuffled(self, things: Sequence[T], salt: str) -> Sequence[T]:
        order = random.Random(f"{self.attempt.seed} {self.answer.question_id} {salt}".rstrip())  # noqa: S311 - no secret
        return order.sample(things, len(things))

    @property
    def chosen(self) -> Sequence[str]:
        return self.given.get(WHOLE, ())

    def said(self, part: str = WHOLE) -> str:
        return typed(self.given, part)

    @property
    def answered(self) -> bool:
        return bool(self.given)

    @property
    def complete(self) -> bool:
        return complete(self.question, self.given)

    @property
    def points(self) -> int:
        """Hundredths that it earned; only after handing in."""
        return self.answer.points or 0

    @property
    def verdict(self) -> str:
        """How it stands after handing in: `empty`, `waits`, `right`, `partly` or `wrong`."""
        if not self.answered:
            return "empty"
        if self.answer.points is None:
            return "waits"
        if self.points >= self.question.points * HUNDREDTHS:
            return "right"
        return "partly" if self.points else "wrong"

    def is_right(self, part: str) -> bool:
        """Of a question with several parts: whether this one is."""
        alone = {each: values for each, values in self.given.items() if each == part}
        share = share_of(replace(self.question, partial=True), alone)
        return share is not None and share * len(self.question.parts) >= 1

    @property
    def recognised(self) -> AcceptedText | None:
        """The accepted answer that the typed words or number are, with what is said about it."""
        if self.question.kind == "number":
            return nearest(self.question, self.given)
        return accepting(self.question, self.question.accepted, self.said())

    def told_of(self, gap: GapText) -> Localized:
        """What is said to who filled a gap so."""
        said = self.said(gap.key)
        if gap.options:
            return next((each.feedback for each in gap.options if each.key == said), Localized())
        found = accepting(self.question, gap.accepted, said) if said else None
        return found.feedback if found else Localized()


def pieces(html: Markup, question: QuestionText) -> Iterator[tuple[Markup, GapText | None]]:
    """Template filter: a rendered text with gaps, piece by piece: some HTML, and the gap that follows it."""
    gaps = {gap.key: gap for gap in question.gaps}
    last = 0
    for match in GAP.finditer(html):
        if match[1] in gaps:
            yield Markup(html[last : match.start()]), gaps.pop(match[1])  # noqa: S704 - a piece of what was cleaned
            last = match.end()
    yield Markup(html[last:]), None  # noqa: S704 - as above


@dataclass(frozen=True, slots=True)
class Paper:
    attempt: Attempt
    lines: Sequence[Line]

    @property
    def missing(self) -> Sequence[Line]:
        return [line for line in self.lines if not line.complete]

    @property
    def answered(self) -> int:
        return sum(line.answered for line in self.lines)

    @property
    def saved_at(self) -> datetime | None:
        """When an answer was last saved."""
        return max((line.answer.saved_at for line in self.lines if line.answer.saved_at), default=None)


def paper(attempt: Attempt, rows: Iterable[Answer], typed_anew: Mapping[str, Given] | None = None) -> Paper:
    """The page of an attempt, of the rows of `queries.lines`; `typed_anew` stands in for what is saved, by slug."""
    anew = typed_anew or {}
    lines = [
        Line(number, row.version.asked, row, attempt, anew.get(row.question.slug, row.given))
        for number, row in enumerate(rows, start=1)
    ]
    return Paper(attempt, lines)
