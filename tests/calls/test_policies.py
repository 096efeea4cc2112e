"""Where a call stands, and what it asks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escuela import clock
from escuela.calls.policies import Stage, accepts, asked, stage
from tests import factories
from tests.cast import Cast

SECOND = timedelta(seconds=1)


def test_a_call_accepts_from_its_opening_until_the_instant_before_its_closing(cast: Cast) -> None:
    call = factories.call(cast.edition)
    assert stage(call, call.opens_at - SECOND) is Stage.ANNOUNCED
    assert accepts(call, call.opens_at)
    assert accepts(call, call.closes_at - SECOND)
    assert stage(call, call.closes_at) is Stage.CLOSED
    assert not accepts(call, call.closes_at)


def test_a_call_is_hidden_until_it_is_published_and_tells_its_result_when_that_is(cast: Cast) -> None:
    call = factories.call(cast.edition, published_at=None)
    assert stage(call, clock.now()) is Stage.HIDDEN
    call.published_at = clock.now()
    call.announced_at = call.reply_by_at = clock.now()
    assert stage(call, clock.now()) is Stage.RESULT


@pytest.mark.parametrize(
    ("kind", "answer", "value", "shown"),
    [
        ("single", "a", "a", True),
        ("single", "b", "a", False),
        ("single", None, "a", False),
        ("multiple", ["b", "a"], "a", True),
        ("multiple", ["b"], "a", False),
        ("consent", "yes", "yes", True),
        ("consent", None, "yes", False),
    ],
)
def test_a_question_is_asked_when_the_answer_that_it_waits_for_is_given(
    cast: Cast, kind: str, answer: object, value: str, shown: bool
) -> None:
    call = factories.call(cast.edition)
    factories.call_question(call, kind)
    factories.call_question(call, shown_if="p1", shown_value=value)
    assert ("p2" in {each.slug for each in asked(call, {"p1": answer})}) is shown


def test_a_question_that_depends_on_one_that_is_not_asked_is_not_asked_either(cast: Cast) -> None:
    call = factories.call(cast.edition)
    factories.call_question(call, "single")
    factories.call_question(call, "single", shown_if="p1", shown_value="a")
    factories.call_question(call, shown_if="p2", shown_value="a")
    assert [each.slug for each in asked(call, {"p1": "b", "p2": "a"})] == ["p1"]
