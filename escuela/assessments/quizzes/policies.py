"""Where a participant stands with a quiz, and what they may do next. Pure: rows in, answers out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from escuela.assessments.quizzes.models import Attempt, Quiz
from escuela.editions.policies import Door, closes, door


@dataclass(frozen=True, slots=True)
class Standing:
    """A participant's attempts at a quiz, in order, and what follows from them."""

    quiz: Quiz
    attempts: Sequence[Attempt]

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.submitted_at is None), None)

    @property
    def left(self) -> int | None:
        """Attempts not begun yet; None where they have no limit."""
        return max(0, self.quiz.attempts_allowed - len(self.attempts)) if self.quiz.attempts_allowed else None

    @property
    def passed(self) -> bool:
        return any(attempt.passed for attempt in self.attempts)

    @property
    def may_begin(self) -> bool:
        """Whether their number of attempts allows a new one. Whether the quiz is open is another question."""
        return self.open_attempt is None and self.left != 0

    @property
    def sees_right_answers(self) -> bool:
        """After handing in everybody reads about what they chose; the rest is told once no attempt can gain from it."""
        return self.open_attempt is None and (self.passed or self.left == 0)


def accepts_answers(attempt: Attempt, at: datetime) -> bool:
    return attempt.submitted_at is None and door(attempt.quiz, at) in {Door.OPEN, Door.LATE}


def handed_in_at(attempt: Attempt, at: datetime) -> datetime:
    """The instant that counts for an attempt handed in at `at`: the closing one, if it was left open until then."""
    return min(at, closes(attempt.quiz).at)
