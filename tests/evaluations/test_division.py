"""Dividing applications evenly, and what scores amount to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from escuela.calls.models import CallCriterion
from escuela.evaluations import services
from escuela.evaluations.models import Evaluation
from escuela.evaluations.policies import Share, divided, total
from escuela.extensions import db
from tests import factories
from tests.cast import Cast

WEIGHTED = st.lists(st.tuples(st.integers(1, 100), st.integers(0, 100)), min_size=1, max_size=8)


@given(WEIGHTED)
def test_a_total_is_the_weighted_mean_to_the_nearest_hundredth(pairs: list[tuple[int, int]]) -> None:
    criteria = [CallCriterion(id=number, weight=weight) for number, (weight, _points) in enumerate(pairs)]
    points = {number: points for number, (_weight, points) in enumerate(pairs)}
    exact = sum(weight * points for weight, points in pairs) / sum(weight for weight, _points in pairs)
    found = total(points, criteria)
    assert abs(found / 100 - exact) <= 0.005 + 1e-9
    assert min(points.values()) * 100 <= found <= max(points.values()) * 100


def test_a_half_is_rounded_up() -> None:
    criteria = [CallCriterion(id=1, weight=1), CallCriterion(id=2, weight=199)]
    assert total({1: 1, 2: 0}, criteria) == 1


SHARES = st.builds(
    Share,
    st.dictionaries(st.integers(1, 8), st.just(0), min_size=1),
    st.dictionaries(st.integers(1, 60), st.integers(1, 3)),
    st.dictionaries(st.integers(1, 60), st.frozensets(st.integers(1, 8), max_size=3)),
)


@given(SHARES)
def test_nobody_gets_what_they_must_not_and_nothing_is_given_twice(share: Share) -> None:
    plan = divided(share)
    assert len(set(plan.pairs)) == len(plan.pairs)
    for application, evaluator in plan.pairs:
        assert evaluator not in share.barred.get(application, frozenset())
    for application, wanted in share.wanting.items():
        got = sum(each == application for each, _ in plan.pairs)
        assert got + plan.short.get(application, 0) == wanted
        free = set(share.loads) - share.barred.get(application, frozenset())
        assert got == min(wanted, len(free)), "who is free is never passed over"


@given(st.integers(1, 12), st.integers(1, 200), st.integers(1, 3))
def test_where_nobody_is_barred_loads_differ_by_one_at_most(evaluators: int, applications: int, each: int) -> None:
    plan = divided(Share(dict.fromkeys(range(evaluators), 0), dict.fromkeys(range(applications), each), {}))
    loads = [sum(who == number for _, who in plan.pairs) for number in range(evaluators)]
    assert max(loads) - min(loads) <= 1


def test_five_hundred_applications_are_divided_in_as_many_queries_as_three(
    cast: Cast, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    call = factories.call(cast.edition, closes_at=factories.at("2026-10-19 12:00 America/Montevideo"))
    for person in (cast.renata, cast.thiago, cast.rocio):
        factories.evaluator(person, call)
    counts = []
    for number in (3, 60):
        for _ in range(number):
            factories.application(call, cast.canelones)
        with count_queries() as ran:
            services.assign_evenly(call, by=cast.gabriela)
        counts.append(len(ran))
    assert counts[0] == counts[1]
    assert db.session.scalar(select(func.count(Evaluation.id))) == 63 * 2
