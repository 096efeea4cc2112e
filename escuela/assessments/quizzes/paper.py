"""A quiz as the page of one attempt: questions numbered, options in this attempt's order, what was answered."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from escuela.assessments.quizzes.models import TRUE_FALSE, Answer, Attempt, Option, Question


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the page."""

    number: int
    question: Question
    options: Sequence[Option]
    answer: Answer | None

    @property
    def chosen(self) -> Sequence[str]:
        return self.answer.chosen if self.answer else ()

    @property
    def points(self) -> int:
        """What it earned; only after handing in."""
        return (self.answer and self.answer.points) or 0


@dataclass(frozen=True, slots=True)
class Paper:
    attempt: Attempt
    lines: Sequence[Line]

    @property
    def missing(self) -> Sequence[Line]:
        return [line for line in self.lines if not line.chosen]

    @property
    def answered(self) -> int:
        return len(self.lines) - len(self.missing)

    @property
    def saved_at(self) -> datetime | None:
        """When an answer was last saved."""
        return max((line.answer.saved_at for line in self.lines if line.answer), default=None)


def paper(attempt: Attempt, rows: Iterable[tuple[Question, Answer | None]]) -> Paper:
    """The page of an attempt, of the rows of `queries.sheet`."""
    lines = [
        Line(number, question, shuffled(attempt, question), answer)
        for number, (question, answer) in enumerate(rows, start=1)
    ]
    return Paper(attempt, lines)


def shuffled(attempt: Attempt, question: Question) -> Sequence[Option]:
    """The options in the order of this attempt, the same at every reload. True and false stay as they are."""
    if not attempt.quiz.shuffle or question.kind == TRUE_FALSE:
        return question.options
    order = random.Random(f"{attempt.seed} {question.id}")  # noqa: S311 - an order is no secret
    return order.sample(question.options, len(question.options))
