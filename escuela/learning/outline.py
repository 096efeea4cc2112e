"""An edition as one person finds it at an instant: each module, each activity, its state and its door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from flask_babel.speaklater import LazyString

from escuela.editions import policies
from escuela.editions.kinds import DONE, KINDS, NOT_BEGUN, PART, RETURNED, WAITING, Kind
from escuela.editions.policies import Door, Moment
from escuela.learning.completion import Standing, Target, days_late
from escuela.learning.programme import ActivityFacts, ModuleFacts, Programme

RINGS = 8
"""How many contour lines the drawing of the hill has."""

SIGNS: dict[str, tuple[LazyString, str]] = {
    DONE: (_l("Done"), "good"),
    WAITING: (_l("Waiting for review"), "review"),
    RETURNED: (_l("Changes requested"), "warn"),
    PART: (_l("In progress"), "info"),
    NOT_BEGUN: (_l("To do"), ""),
}


@dataclass(frozen=True)
class Row:
    """One activity at the instant `at`."""

    activity: ActivityFacts
    kind: Kind
    state: str
    at: datetime
    days_late: int

    @cached_property
    def door(self) -> Door:
        return policies.door(self.activity, self.at)

    @property
    def number(self) -> str:
        """«5.3»: the third activity of the fifth module."""
        return f"{self.activity.module.position}.{self.activity.position}"

    @property
    def target(self) -> Target:
        return Target(self.kind.endpoint, {"edition": self.activity.edition.slug, "activity": self.activity.slug})

    @property
    def opens(self) -> Moment | None:
        """When it opens, while it is not open."""
        return policies.opens(self.activity) if self.door is Door.NOT_YET else None

    @property
    def due(self) -> Moment | None:
        return policies.due(self.activity)

    @property
    def final_work(self) -> bool:
        return bool(self.activity.final_work)

    @property
    def doable(self) -> bool:
        """Whether the participant can and must do something about it now."""
        return (
            self.activity.required and self.state in {NOT_BEGUN, PART, RETURNED} and self.door in {Door.OPEN, Door.LATE}
        )

    @property
    def sign(self) -> tuple[LazyString, str]:
        """The words and the tone of its state."""
        if self.days_late and self.door is not Door.CLOSED:
            return lazy_ngettext("%(num)d day late", "%(num)d days late", self.days_late), "warn"
        if self.state == NOT_BEGUN and self.door is Door.NOT_YET:
            return _l("Not open yet"), ""
        if self.state in {NOT_BEGUN, PART} and self.door is Door.CLOSED:
            return _l("Not done"), ""
        if self.state == NOT_BEGUN and not self.activity.required:
            return _l("Optional"), ""
        return SIGNS[self.state]


@dataclass(frozen=True, slots=True)
class Part:
    """One module. `here` is the first with something to do."""

    module: ModuleFacts
    rows: tuple[Row, ...]
    finished: bool
    here: bool

    @property
    def done(self) -> int:
        return sum(row.state == DONE for row in self.rows if row.activity.required)

    @property
    def required(self) -> int:
        return sum(row.activity.required for row in self.rows)

    @property
    def opens(self) -> Moment | None:
        """When it opens, while none of it is open and that instant is announced."""
        if any(row.door is not Door.NOT_YET for row in self.rows):
            return None
        return next((row.opens for row in self.rows if row.opens), None)

    @property
    def sign(self) -> tuple[LazyString, str]:
        if self.finished:
            return _l("Completed"), "good"
        if all(row.door is Door.NOT_YET for row in self.rows):
            return _l("Not open yet"), ""
        begun = any(row.state != NOT_BEGUN for row in self.rows)
        return _l("%(done)d of %(required)d", done=self.done, required=self.required), "info" if begun else ""


def outline(programme: Programme, standing: Standing | None, at: datetime) -> list[Part]:
    """Every module in order; without a standing (visitors, tutors) nothing is begun and nothing is late."""
    rows = [tuple(_row(activity, standing, at) for activity in module.activities) for module in programme.modules]
    here = next((place for place, each in enumerate(rows) if any(row.doable for row in each)), None)
    finished = standing.finished if standing else frozenset()
    return [
        Part(module, each, finished=module.id in finished, here=place == here)
        for place, (module, each) in enumerate(zip(programme.modules, rows, strict=True))
    ]


def _row(activity: ActivityFacts, standing: Standing | None, at: datetime) -> Row:
    state = standing.state(activity) if standing else NOT_BEGUN
    own = standing.own(activity) if standing else activity
    late = days_late(own, state, at) if standing else 0
    return Row(own, KINDS[activity.kind], state, at, late)


def rows_of(parts: Sequence[Part]) -> Iterator[Row]:
    for part in parts:
        yield from part.rows


def most_late(parts: Sequence[Part]) -> int:
    """Days of what is late for longest."""
    return max((row.days_late for row in rows_of(parts)), default=0)


def hours_done(parts: Sequence[Part]) -> int:
    """Hours of the modules finished."""
    return sum(part.module.hours for part in parts if part.finished)


def rings(parts: Sequence[Part]) -> list[tuple[int, str]]:
    """The hill's contour lines from the foot up: which of its RINGS, from 0, and `done`, `here` or nothing.

    The last module is the summit. With fewer modules than lines some lines are left out; with more, one line stands
    for several modules.
    """
    each = -(-len(parts) // RINGS) or 1
    groups = [parts[i : i + each] for i in range(0, len(parts), each)]
    drawn = []
    for number, group in enumerate(groups, 1):
        done, here = all(part.finished for part in group), any(part.here for part in group)
        drawn.append((round(number * RINGS / len(groups)) - 1, "done" if done else "here" if here else ""))
    return drawn


def final_work_due(parts: Sequence[Part]) -> Moment | None:
    """When the final work is due, if there is one and that is announced."""
    return next((row.due for row in rows_of(parts) if row.final_work and row.due), None)
