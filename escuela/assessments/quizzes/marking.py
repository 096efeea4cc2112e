"""What an answer and an attempt are worth. Pure: keys of options and points in, points out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A question as marking sees it: an id of the caller's, its points, the keys of its right options."""

    id: int
    points: int
    right: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """What an attempt earned: in all, of how many, for each item by its id, and whether that reaches the pass mark."""

    points: int
    possible: int
    by_item: Mapping[int, int]
    passed: bool


def mark_answer(item: Item, chosen: Collection[str]) -> int:
    """All of the item's points for exactly the right options, else none; none where no option is right."""
    return item.points if item.right and frozenset(chosen) == item.right else 0


def mark_attempt(items: Sequence[Item], chosen: Mapping[int, Collection[str]], pass_mark: int) -> Mark:
    """Mark what was chosen for each item, by the item's id. `pass_mark` is the percent of the points to reach.

    Counted in whole numbers, so that 60 % of 10 points is 6 and nothing near it. Nothing can be passed where there is
    nothing to earn.
    """
    by_item = {item.id: mark_answer(item, chosen.get(item.id, ())) for item in items}
    points, possible = sum(by_item.values()), sum(item.points for item in items)
    return Mark(points, possible, by_item, passed=possible > 0 and points * 100 >= pass_mark * possible)
