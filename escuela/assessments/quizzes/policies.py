"""Where a participant stands with a quiz, and what they may do next. Pure: rows in, answers out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from escuela.assessments.quizzes.marking import reaches
from escuela.assessments.quizzes.models import (
    AT_ONCE,
    BEST,
    LAST,
    NEVER,
    WHEN_CLOSED,
    Allowance,
    Attempt,
    Quiz,
)
from escuela.editions.policies import Door, closes, door


@dataclass(frozen=True, slots=True)
class Standing:
    """A participant's attempts at a quiz, in order, and what follows from them."""

    quiz: Quiz
    attempts: Sequence[Attempt]
    more: Allowance | None = None

    @property
    def allowed(self) -> int:
        """Attempts in all; 0: as many as wanted."""
        return self.quiz.attempts_allowed and self.quiz.attempts_allowed + (self.more.attempts if self.more else 0)

    @property
    def minutes(self) -> int:
        return self.quiz.minutes and self.quiz.minutes + (self.more.minutes if self.more else 0)

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.submitted_at is None), None)

    @property
    def left(self) -> int | None:
        """Attempts not begun yet; None where they have no limit."""
        return max(0, self.allowed - len(self.attempts)) if self.allowed else None

    @property
    def marked(self) -> list[Attempt]:
        return [attempt for attempt in self.attempts if attempt.passed is not None]

    @property
    def percent(self) -> int | None:
        """What counts, of the attempts that are marked; None where none is."""
        if not self.marked:
            return None
        if self.quiz.scoring == BEST:
            return max(attempt.percent for attempt in self.marked)
        if self.quiz.scoring == LAST:
            return self.marked[-1].percent
        return self._sum("points") * 100 // (self._sum("points_possible") or 1)

    @property
    def passed(self) -> bool:
        """By the attempt that counts; see `queries.progress`, which says the same of everybody."""
        if self.quiz.scoring == BEST:
            return any(attempt.passed for attempt in self.marked)
        if self.quiz.scoring == LAST:
            return bool(self.marked and self.marked[-1].passed)
        return reaches(self._sum("points"), self._sum("points_possible"), self.quiz.pass_mark)

    def _sum(self, what: str) -> int:
        return sum(getattr(attempt, what) or 0 for attempt in self.marked)

    @property
    def may_begin(self) -> bool:
        """Whether their number of attempts allows a new one. Whether the quiz is open is another question."""
        return self.open_attempt is None and self.left != 0

    def sees_right_answers(self, at: datetime) -> bool:
        """After handing in everybody reads about what they chose; when the rest is told, the quiz says.

        The rest: what was right, what is said of the other options, and what is said of the whole question, which may
        explain its answer. While an attempt is open never: what it asks may be what the others asked.
        """
        if self.open_attempt is not None or self.quiz.reveals == NEVER:
            return False
        if self.quiz.reveals == AT_ONCE:
            return True
        if self.quiz.reveals == WHEN_CLOSED:
            return door(self.quiz, at) is Door.CLOSED
        return self.passed or self.left == 0


def ends(attempt: Attempt) -> datetime | None:
    """The instant from which an attempt takes nothing more for its minutes, with the grace that the quiz gives."""
    return attempt.ends_at + timedelta(seconds=attempt.quiz.grace) if attempt.ends_at is not None else None


def counts_to(attempt: Attempt) -> datetime | None:
    """What the clock of an attempt counts to: the end of its minutes, or of its quiz where that is sooner."""
    return min(attempt.ends_at, closes(attempt.quiz).at) if attempt.ends_at is not None else None


def seconds_left(attempt: Attempt, at: datetime) -> int | None:
    """Whole seconds, the last one counted whole; None where nothing counts them."""
    end = counts_to(attempt)
    return max(0, math.ceil((end - at) / timedelta(seconds=1))) if end is not None else None


def time_is_up(attempt: Attempt, at: datetime) -> bool:
    end = ends(attempt)
    return end is not None and at >= end


def accepts_answers(attempt: Attempt, at: datetime) -> bool:
    inside = attempt.submitted_at is None and not time_is_up(attempt, at)
    return inside and door(attempt.quiz, at) in {Door.OPEN, Door.LATE}


def handed_in_at(attempt: Attempt, at: datetime) -> datetime:
    """The instant that counts for an attempt handed in at `at`: the closing one, if it was left open until then."""
    return min(at, closes(attempt.quiz).at, attempt.ends_at or at)
