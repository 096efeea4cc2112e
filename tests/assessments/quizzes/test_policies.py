from __future__ import annotations

from datetime import UTC, datetime

import pytest

from escuela.assessments.quizzes.asked import OptionText, QuestionText, TargetText
from escuela.assessments.quizzes.models import Allowance, Answer, Attempt, Quiz
from escuela.assessments.quizzes.paper import Line
from escuela.assessments.quizzes.policies import Standing
from escuela.columns import Localized

OPEN, FAILED, PASSED = "open", "failed", "passed"
NOON = datetime(2026, 10, 20, 15, tzinfo=UTC)


def standing(allowed: int, *states: str) -> Standing:
    attempts = [
        Attempt(
            number=number,
            submitted_at=None if state == OPEN else NOON,
            passed=None if state == OPEN else state == PASSED,
        )
        for number, state in enumerate(states, start=1)
    ]
    return Standing(Quiz(attempts_allowed=allowed, scoring="best", reveals="passed"), attempts)


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
    assert (found.left, found.may_begin, found.sees_right_answers(NOON)) == (left, may_begin, sees_right_answers)


def line(seed: int, kind: str, number: int = 1, *, shuffle: bool = True) -> Line:
    options = tuple(OptionText(key, Localized(es=key)) for key in "abcdefgh")
    targets = tuple(TargetText(key, Localized(es=key)) for key in "abcdefgh")
    asked = QuestionText("p", kind, Localized(es="?"), options=options, targets=targets)
    return Line(1, asked, Answer(question_id=number), Attempt(seed=seed, quiz=Quiz(shuffle=shuffle)), {})


def order(seed: int, kind: str, number: int = 1, *, shuffle: bool = True) -> str:
    return "".join(option.key for option in line(seed, kind, number, shuffle=shuffle).options)


def test_options_are_shuffled_alike_at_every_look_and_differently_for_each_attempt_and_question() -> None:
    assert order(7, "single") == order(7, "single") != "abcdefgh"
    assert order(7, "single") != order(8, "single")
    assert order(7, "single") != order(7, "single", 2)
    assert sorted(order(7, "multiple")) == list("abcdefgh")


def test_true_and_false_keep_their_places_and_so_does_a_quiz_that_is_not_shuffled() -> None:
    assert order(7, "true_false") == "abcdefgh"
    assert order(7, "single", shuffle=False) == "abcdefgh"


def test_what_the_order_would_tell_is_always_shuffled() -> None:
    assert order(7, "ordering", shuffle=False) != "abcdefgh"
    assert [target.key for target in line(7, "matching", shuffle=False).targets] != list("abcdefgh")


@pytest.mark.parametrize(
    ("scoring", "results", "percent", "passed"),
    [
        ("best", [(80, True), (40, False)], 80, True),
        ("last", [(80, True), (40, False)], 40, False),
        ("last", [(40, False), (80, True)], 80, True),
        ("mean", [(80, True), (40, False)], 60, True),
        ("mean", [(80, True), (39, False)], 59, False),
        ("mean", [], None, False),
    ],
)
def test_the_attempt_that_counts_is_the_one_that_the_quiz_says(
    scoring: str, results: list[tuple[int, bool]], percent: int | None, passed: bool
) -> None:
    attempts = [
        Attempt(number=number, submitted_at=NOON, points=points, points_possible=100, passed=each)
        for number, (points, each) in enumerate(results, 1)
    ]
    found = Standing(Quiz(attempts_allowed=3, scoring=scoring, pass_mark=60, reveals="passed"), attempts)
    assert (found.percent, found.passed) == (percent, passed)


def test_what_one_person_is_allowed_adds_to_what_everybody_has() -> None:
    more = Allowance(minutes=10, attempts=1)
    assert Standing(Quiz(attempts_allowed=2, minutes=20), [], more).allowed == 3
    assert Standing(Quiz(attempts_allowed=2, minutes=20), [], more).minutes == 30
    assert Standing(Quiz(attempts_allowed=0, minutes=0), [], more).allowed == 0
    assert Standing(Quiz(attempts_allowed=0, minutes=0), [], more).minutes == 0


def test_a_percentage_is_rounded_down_so_that_it_never_reads_as_the_pass_mark_below_it() -> None:
    assert Attempt(points=2, points_possible=3).percent == 66
    assert Attempt(points=599, points_possible=1000).percent == 59
    assert Attempt(points=0, points_possible=0).percent == 0
