"""What scores amount to, for any scores there may be."""

from __future__ import annotations

from fractions import Fraction
from statistics import mean as exact

from hypothesis import given
from hypothesis import strategies as st

from escuela.jury.models import Jury, JuryCriterion
from escuela.jury.policies import Entry, Given, divided, line, mean, ranked, spread, total

TOTALS = st.lists(st.integers(0, 10_000), min_size=1, max_size=20)


def entry(work: int, *totals: int | None, final: int | None = None, place: str = "Canelones") -> Entry:
    sheets = tuple(Given(number, number, f"Jurado {number}", each, each and 1) for number, each in enumerate(totals, 1))
    return Entry(work, "Ana", None, 1, place, "UY", 1, final, None, sheets)


def jury(**given: int) -> Jury:
    return Jury(**{"wanted": 2, "scale": 10, "gap": 200, **given})


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 1000)), min_size=1, max_size=12))
def test_a_total_is_the_weighted_mean_rounded_to_the_nearest_hundredth(pairs: list[tuple[int, int]]) -> None:
    criteria = [JuryCriterion(id=number, weight=weight) for number, (_points, weight) in enumerate(pairs)]
    found = total({number: points for number, (points, _weight) in enumerate(pairs)}, criteria)
    wanted = Fraction(sum(100 * points * weight for points, weight in pairs), sum(weight for _points, weight in pairs))
    assert abs(found - wanted) <= Fraction(1, 2)


@given(TOTALS)
def test_the_mean_lies_between_the_lowest_and_the_highest_and_the_spread_is_what_is_between_them(
    totals: list[int],
) -> None:
    assert min(totals) <= mean(totals) <= max(totals)
    assert abs(mean(totals) - exact(totals)) <= 0.5
    assert spread(totals) == max(totals) - min(totals) == spread(totals[::-1])


@given(st.lists(st.lists(st.integers(0, 1000), min_size=2, max_size=4), max_size=30))
def test_a_place_is_one_more_than_how_many_have_a_better_score(works: list[list[int]]) -> None:
    lines = ranked(line(entry(number, *totals), jury()) for number, totals in enumerate(works))
    for each in lines:
        assert each.rank == 1 + sum(other.score > each.score for other in lines)
        assert each.tied == sum(other.score == each.score for other in lines) - 1
    assert [each.rank for each in lines] == sorted(each.rank for each in lines)


@given(
    st.dictionaries(st.integers(1, 40), st.integers(1, 3), max_size=30),
    st.dictionaries(st.integers(1, 9), st.integers(0, 5), max_size=6),
    st.dictionaries(st.integers(1, 40), st.frozensets(st.integers(1, 9)), max_size=30),
)
def test_works_are_divided_among_those_who_may_have_them_and_never_twice(
    wanting: dict[int, int], loads: dict[int, int], barred: dict[int, frozenset[int]]
) -> None:
    pairs = divided(wanting, loads, barred)
    assert len(set(pairs)) == len(pairs)
    assert all(who not in barred.get(work, frozenset()) for work, who in pairs)
    for work, lack in wanting.items():
        may = len(loads.keys() - barred.get(work, frozenset()))
        assert sum(each == work for each, _who in pairs) == min(lack, may)


def test_an_even_division_is_even() -> None:
    pairs = divided(dict.fromkeys(range(1, 11), 2), {1: 0, 2: 0, 3: 0, 4: 0}, {})
    assert sorted(sum(who == each for _work, who in pairs) for each in (1, 2, 3, 4)) == [5, 5, 5, 5]


def test_a_work_has_a_place_once_all_that_were_assigned_are_given_and_they_are_enough() -> None:
    assert line(entry(1, 800), jury()).missing == 1
    assert line(entry(1, 800, 900, None), jury()).missing == 1
    found = line(entry(1, 800, 905), jury())
    assert (found.missing, found.mean, found.spread, found.score, found.apart) == (0, 853, 105, 853, False)


def test_a_decision_counts_instead_of_the_mean_and_only_more_than_the_gap_is_a_disagreement() -> None:
    assert not line(entry(1, 600, 800), jury()).apart
    assert line(entry(1, 600, 801), jury()).open
    found = line(entry(1, 600, 900, final=850), jury())
    assert (found.mean, found.score, found.apart, found.open) == (750, 850, True, False)


def test_ties_share_a_place_and_works_without_scores_come_last() -> None:
    works = [entry(1, 700, 700), entry(2, 900, 900), entry(3, 700, None), entry(4, 600, 800), entry(5, 500, 500)]
    lines = ranked(line(each, jury()) for each in works)
    assert [(each.entry.work, each.rank, each.tied) for each in lines] == [
        (2, 1, 0),
        (1, 2, 1),
        (4, 2, 1),
        (5, 4, 0),
        (3, None, 0),
    ]
