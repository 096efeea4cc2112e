from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escuela.assessments.quizzes.marking import Item, mark_answer, mark_attempt

KEYS = st.sampled_from("abcdef")
RIGHT = st.frozensets(KEYS, min_size=1)
ITEMS = st.lists(
    st.builds(Item, id=st.integers(0, 50), points=st.integers(1, 20), right=RIGHT), unique_by=lambda i: i.id
)
CHOSEN = st.dictionaries(st.integers(0, 60), st.lists(KEYS))
PERCENT = st.integers(0, 100)


@given(right=RIGHT, points=st.integers(1, 20), data=st.data())
def test_exactly_the_right_options_earn_all_the_points_in_any_order(right: frozenset[str], points: int, data) -> None:
    said = data.draw(st.permutations(sorted(right) * 2))
    assert mark_answer(Item(1, points, right), said) == points


@given(right=RIGHT, chosen=st.frozensets(KEYS), points=st.integers(1, 20))
def test_any_other_set_of_options_earns_nothing(right: frozenset[str], chosen: frozenset[str], points: int) -> None:
    assert mark_answer(Item(1, points, right), chosen) == (points if chosen == right else 0)


def test_nothing_chosen_is_not_right_even_where_no_option_is() -> None:
    assert mark_answer(Item(1, 5, frozenset()), []) == 0


@given(items=ITEMS, chosen=CHOSEN, pass_mark=PERCENT)
def test_the_points_are_those_of_the_items_and_never_more_than_possible(items, chosen, pass_mark) -> None:
    mark = mark_attempt(items, chosen, pass_mark)
    assert set(mark.by_item) == {item.id for item in items}
    assert mark.points == sum(mark.by_item.values())
    assert 0 <= mark.points <= mark.possible == sum(item.points for item in items)


@given(items=ITEMS, chosen=CHOSEN, pass_mark=PERCENT)
def test_the_pass_mark_is_reached_exactly_not_nearly(items, chosen, pass_mark) -> None:
    mark = mark_attempt(items, chosen, pass_mark)
    assert mark.passed == (bool(items) and mark.points * 100 >= pass_mark * mark.possible)


@given(items=ITEMS.filter(bool), pass_mark=PERCENT)
def test_everything_right_always_passes(items, pass_mark) -> None:
    assert mark_attempt(items, {item.id: item.right for item in items}, pass_mark).passed


@given(items=ITEMS, chosen=CHOSEN, pass_mark=PERCENT, data=st.data())
def test_answering_one_more_item_rightly_never_costs_anything(items, chosen, pass_mark, data) -> None:
    before = mark_attempt(items, chosen, pass_mark)
    for item in items[:1]:
        after = mark_attempt(items, chosen | {item.id: item.right}, pass_mark)
        assert after.points >= before.points
        assert after.passed >= before.passed


def test_nothing_is_passed_where_there_is_nothing_to_earn() -> None:
    assert not mark_attempt([], {}, 0).passed


def test_sixty_percent_of_ten_points_is_six() -> None:
    items = [Item(number, 1, frozenset("a")) for number in range(10)]
    assert mark_attempt(items, dict.fromkeys(range(6), "a"), 60).passed
    assert not mark_attempt(items, dict.fromkeys(range(5), "a"), 60).passed
