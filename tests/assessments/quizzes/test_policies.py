from __future__ import annotations

from datetime import UTC, datetime

import pytest

from escuela.assessments.quizzes.models import Attempt, Option, Question, Quiz
from escuela.assessments.quizzes.paper import shuffled
from escuela.assessments.quizzes.policies import Standing

OPEN, FAILED, PASSED = "open", "failed", "passed"
NOON = datetime(2026, 10, 20, 15, tzinfo=UTC)


def standing(allowed: int, *states: str) -> Standing:
    attempts = [
        Attempt(number=number, submitted_at=None if state == OPEN else NOON, passed=state == PASSED)
        for number, state in enumerate(states, start=1)
    ]
    return Standing(Quiz(attempts_allowed=allowed), attempts)


@pytest.mark.parametrize(
    ("found", "left", "may_begin", "sees_right_answers"),
    [
        (standing(2), 2, True, False),
        (standing(2, OPEN), 1, False, False),
        (standing(2, FAILED), 1, True, False),
        (standing(2, FAILED, OPEN), 0, False, False),
        (standing(2, FAILED, FAILED), 0, False, True),
        (standing(2, PASSED), 1, True, True),
        (standing(2, PASSED, OPEN), 0, False, False),
        (standing(2, PASSED, FAILED), 0, False, True),
        (standing(1, FAILED, FAILED), 0, False, True),  # allowed fewer since
        (standing(0, FAILED, FAILED, FAILED), None, True, False),
        (standing(0, FAILED, PASSED), None, True, True),
    ],
)
def test_what_follows_from_the_attempts_so_far(
    found: Standing, left: int | None, may_begin: bool, sees_right_answers: bool
) -> None:
    assert (found.left, found.may_begin, found.sees_right_answers) == (left, may_begin, sees_right_answers)


def question(kind: str, number: int = 1) -> Question:
    return Question(id=number, kind=kind, options=[Option(key=key, position=i) for i, key in enumerate("abcdefgh")])


def order(seed: int, of: Question, *, shuffle: bool = True) -> str:
    return "".join(option.key for option in shuffled(Attempt(seed=seed, quiz=Quiz(shuffle=shuffle)), of))


def test_options_are_shuffled_alike_at_every_look_and_differently_for_each_attempt_and_question() -> None:
    assert order(7, question("single")) == order(7, question("single")) != "abcdefgh"
    assert order(7, question("single")) != order(8, question("single"))
    assert order(7, question("single")) != order(7, question("single", 2))
    assert sorted(order(7, question("multiple"))) == list("abcdefgh")


def test_true_and_false_keep_their_places_and_so_does_a_quiz_that_is_not_shuffled() -> None:
    assert order(7, question("true_false")) == "abcdefgh"
    assert order(7, question("single"), shuffle=False) == "abcdefgh"


def test_a_percentage_is_rounded_down_so_that_it_never_reads_as_the_pass_mark_below_it() -> None:
    assert Attempt(points=2, points_possible=3).percent == 66
    assert Attempt(points=599, points_possible=1000).percent == 59
    assert Attempt(points=0, points_possible=0).percent == 0
