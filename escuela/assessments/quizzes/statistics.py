"""What the attempts say about a quiz and its questions. Pure: marked attempts in, figures out.

Counted of each person's first attempt that is wholly marked, so that nobody counts twice.

- facility: the mean share of its points that a question earned, 0 to 1.
- discrimination: Pearson's correlation between the points of a question and the points of the rest of the attempt
  (corrected item-total correlation); None where one of the two does not vary.
- reliability: Cronbach's alpha, k / (k - 1) * (1 - sum of the questions' variances / variance of the totals), with the
  variances of the population (L. J. Cronbach, Psychometrika 16, 1951); only where everybody had the same questions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median, pvariance

from escuela.assessments.quizzes.asked import CHOICES, ESSAY, UNIT
from escuela.assessments.quizzes.marking import HUNDREDTHS
from escuela.assessments.quizzes.models import Answer, Attempt

TENTHS = 10
"""Bars of the distribution: 0 to 9 percent, 10 to 19 ..., the last one with 100."""
FREQUENT = 6
"""Answers that are told of each part."""


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    question_id: int
    position: int
    """Of the question in the quiz, which attempts may shuffle."""
    asked: int
    """How many attempts had it."""
    answered: int
    facility: float
    discrimination: float | None
    seconds: float | None
    """Median between the last save of an answer and the save before it in the same attempt."""
    chosen: Mapping[str, int] = field(default_factory=dict)
    """Of a choice, how many chose each option; of words and numbers, the most frequent answers; of a question in parts
    the most frequent of each, as `part:value`."""


@dataclass(frozen=True, slots=True)
class QuizFigures:
    people: int
    mean: float | None
    """Percent."""
    median: float | None
    minutes: float | None
    """Median from beginning to handing in."""
    passed: int
    distribution: Sequence[int]
    reliability: float | None
    questions: Sequence[QuestionFigures]


def figures(attempts: Iterable[Attempt]) -> QuizFigures:
    first = _first_of_each(attempts)
    percents = [attempt.percent for attempt in first]
    bars = Counter(min(percent // TENTHS, 9) for percent in percents)
    return QuizFigures(
        people=len(first),
        mean=fmean(percents) if percents else None,
        median=median(percents) if percents else None,
        minutes=median(_minutes(attempt) for attempt in first) if first else None,
        passed=sum(bool(attempt.passed) for attempt in first),
        distribution=[bars[place] for place in range(TENTHS)],
        reliability=reliability([_row(attempt) for attempt in first]),
        questions=_of_questions(first),
    )


def _first_of_each(attempts: Iterable[Attempt]) -> list[Attempt]:
    found: dict[int, Attempt] = {}
    for attempt in sorted(attempts, key=lambda each: each.number):
        if attempt.points is not None:
            found.setdefault(attempt.enrolment_id, attempt)
    return list(found.values())


def _minutes(attempt: Attempt) -> float:
    return ((attempt.submitted_at or attempt.started_at) - attempt.started_at).total_seconds() / 60


def _row(attempt: Attempt) -> dict[int, int]:
    return {answer.question_id: answer.points or 0 for answer in attempt.answers}


def reliability(rows: Sequence[Mapping[int, int]]) -> float | None:
    """Cronbach's alpha of rows of points by question; None where it says nothing."""
    keys = set(rows[0]) if rows else set()
    if len(rows) < 2 or len(keys) < 2 or any(set(row) != keys for row in rows):
        return None
    total = pvariance([sum(row.values()) for row in rows])
    if not total:
        return None
    single = sum(pvariance([row[key] for row in rows]) for key in keys)
    return len(keys) / (len(keys) - 1) * (1 - single / total)


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Pearson's; None where one of them does not vary."""
    spread = (pvariance(one) * pvariance(other)) ** 0.5 if len(one) > 1 else 0
    if not spread:
        return None
    middle, off = fmean(one), fmean(other)
    return fmean((a - middle) * (b - off) for a, b in zip(one, other, strict=True)) / spread


def _of_questions(attempts: Sequence[Attempt]) -> list[QuestionFigures]:
    lines: dict[int, list[tuple[Answer, Attempt]]] = {}
    for attempt in attempts:
        for answer in attempt.answers:
            lines.setdefault(answer.question_id, []).append((answer, attempt))
    return [_of_question(question_id, found) for question_id, found in lines.items()]


def _of_question(question_id: int, lines: Sequence[tuple[Answer, Attempt]]) -> QuestionFigures:
    points = [float(answer.points or 0) for answer, _attempt in lines]
    rest = [float((attempt.points or 0) - (answer.points or 0)) for answer, attempt in lines]
    possible = [answer.version.asked.points * HUNDREDTHS for answer, _attempt in lines]
    times = [seconds for answer, attempt in lines if (seconds := _seconds(answer, attempt)) is not None]
    return QuestionFigures(
        question_id=question_id,
        position=lines[0][0].question.position,
        asked=len(lines),
        answered=sum(bool(answer.given) for answer, _attempt in lines),
        facility=fmean(got / most for got, most in zip(points, possible, strict=True)),
        discrimination=correlation(points, rest),
        seconds=median(times) if times else None,
        chosen=_chosen([answer for answer, _attempt in lines]),
    )


def _seconds(answer: Answer, attempt: Attempt) -> float | None:
    if answer.saved_at is None:
        return None
    others = [each.saved_at for each in attempt.answers if each.saved_at and each.saved_at < answer.saved_at]
    return (answer.saved_at - max([attempt.started_at, *others])).total_seconds()


def _chosen(answers: Sequence[Answer]) -> dict[str, int]:
    asked = answers[0].version.asked
    if asked.kind == ESSAY:
        return {}
    said = [(part, value) for answer in answers for part, values in answer.given.items() for value in values]
    found = Counter(f"{part}:{value}" if part else value for part, value in said if part != UNIT)
    if asked.kind in CHOICES:
        return {option.key: 0 for option in asked.options} | found
    return dict(found.most_common(FREQUENT * len(asked.parts)))
