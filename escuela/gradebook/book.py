"""The gradebook of an edition: every participant by every activity, marks and states, by local government.

A handful of reads make a page, whatever the size of the edition: its activities, one light row for each participant
with what their marks come to, the states and the marks of who is on the page, the averages of everybody found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Float, cast, func, select

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.editions.kinds import DONE, NOT_BEGUN, PART, RETURNED, WAITING
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.gradebook import queries
from escuela.gradebook.models import EXCUSE, MARK, NONE, Override, Points
from escuela.gradebook.policies import average, total, whole
from escuela.learning.completion import states_of
from escuela.learning.listed import ByGovernment
from escuela.learning.programme import ActivityFacts, ModuleFacts, modules_of
from escuela.learning.progress import progress
from escuela.people.models import LocalGovernment, User, folded

FILTERS = (WAITING, RETURNED, PART, DONE, NOT_BEGUN, MARK, EXCUSE)
"""What may be asked of at least one activity: a state of `kinds`, or a verdict of an override."""
PAGE = 100
"""About how many people a page holds: it ends with a whole local government."""


class Cell(NamedTuple):
    """One person in one activity: a state of `kinds`, the mark that stands, and whether somebody changed it."""

    state: str = NOT_BEGUN
    mark: Points | None = None
    verdict: str = NONE


class Person(NamedTuple):
    """A participant, and what their marks come to."""

    enrolment_id: int
    name: str
    government_id: int
    government: str
    country: str
    marks: int
    """How many activities have a mark."""
    total: Points | None
    searched: str
    """Both names, folded."""


class Row(NamedTuple):
    person: Person
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one local government."""

    name: str
    country: str
    rows: list[Row]

    @property
    def marks(self) -> int:
        return sum(row.person.marks for row in self.rows)

    @property
    def average(self) -> int | None:
        """Percent: the mean of what its people's marks come to."""
        return average([row.person.total for row in self.rows])

    @property
    def averages(self) -> list[int | None]:
        """The same of each activity."""
        return [average([cell.mark for cell in cells]) for cells in zip(*(row.cells for row in self.rows), strict=True)]


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for. `module` is a place, `state` one of FILTERS; an empty filter lets everything through."""

    search: str = ""
    country: str = ""
    government: int | None = None
    module: int | None = None
    state: str = ""

    def find(self, people: Iterable[Person], standing: Collection[int] | None) -> list[Person]:
        """`standing`: the enrolments that are in the state; None where none is asked for."""
        words = folded(self.search).split()
        return [
            person
            for person in people
            if (not self.country or person.country == self.country)
            and (self.government is None or person.government_id == self.government)
            and (standing is None or person.enrolment_id in standing)
            and all(word in person.searched for word in words)
        ]


class Book(ByGovernment[Person]):
    """The gradebook as filters leave it. Marks and states count of the activities that are shown."""

    per_page = PAGE

    def __init__(self, edition: Edition, filters: Filters) -> None:
        self.edition = edition
        self.modules = [module for module in modules_of([edition])[edition.id] if module.activities]
        asked = [module for module in self.modules if module.position == filters.module]
        self.shown = asked or self.modules
        self.activities = [activity for module in self.shown for activity in module.activities]
        self._ids = [activity.id for activity in self.activities]
        self.everybody = list(self._people())
        self.found = filters.find(self.everybody, self._standing(filters.state) if filters.state else None)

    @property
    def marks(self) -> int:
        """How many marks the people found have."""
        return sum(person.marks for person in self.found)

    @property
    def average(self) -> int | None:
        """Percent: the mean of what the marks of the people found come to."""
        return average([person.total for person in self.found])

    def groups(self, people: Sequence[Person]) -> list[Group]:
        """Rows with every cell, by local government, in the order of `people`."""
        rows = groupby(self.rows(people), lambda row: row.person.government_id)
        of_each = [list(group) for _, group in rows]
        return [Group(rows[0].person.government, rows[0].person.country, rows) for rows in of_each]

    def rows(self, people: Sequence[Person]) -> list[Row]:
        """`people`: those found, or some of them."""
        narrowed = self._narrowed(people)
        states, marks = self._states(narrowed), self._marks(narrowed)
        return [
            Row(
                person,
                [
                    _cell(states.get((person.enrolment_id, each)), marks.get((person.enrolment_id, each)))
                    for each in self._ids
                ],
            )
            for person in people
        ]

    def averages(self) -> list[tuple[int | None, int]]:
        """For each activity: the mean, in percent, of the marks of the people found, and how many there are."""
        row = queries.marks(self.edition.id).c
        mean = func.avg(cast(row.earned, Float) / row.possible)
        found = (
            select(row.activity_id, mean, func.count(row.earned))
            .join(Enrolment, Enrolment.id == row.enrolment_id)
            .where(Enrolment.status == ACTIVE)
            .group_by(row.activity_id)
        )
        narrowed = self._narrowed(self.found)
        if narrowed is not None:
            found = found.where(row.enrolment_id.in_(narrowed))
        known = {number: (mean, count) for number, mean, count in db.session.execute(found) if count}
        return [(whole(known[each][0]), known[each][1]) if each in known else (None, 0) for each in self._ids]

    def _narrowed(self, people: Sequence[Person]) -> list[int] | None:
        """The enrolments of `people`; None when they are everybody, which needs no list."""
        return None if len(people) == len(self.everybody) else [person.enrolment_id for person in people]

    def _people(self) -> Iterator[Person]:
        """Everybody enrolled, by local government and name as people sort them."""
        row = queries.marks(self.edition.id).c
        sums = (
            select(
                row.enrolment_id,
                func.count(row.earned).label("marks"),
                func.sum(row.earned).label("earned"),
                func.sum(row.possible).label("possible"),
            )
            .where(row.activity_id.in_(self._ids))
            .group_by(row.enrolment_id)
            .subquery()
        )
        people = (
            select(
                Enrolment.id,
                User.name,
                LocalGovernment.id,
                LocalGovernment.name,
                LocalGovernment.country,
                func.coalesce(sums.c.marks, 0),
                sums.c.earned,
                sums.c.possible,
                User.folded_name + " " + LocalGovernment.folded_name,
            )
            .join(Enrolment.user)
            .join(Enrolment.local_government)
            .outerjoin(sums, sums.c.enrolment_id == Enrolment.id)
            .where(Enrolment.edition_id == self.edition.id, Enrolment.status == ACTIVE)
            .order_by(LocalGovernment.folded_name, LocalGovernment.id, User.folded_name, User.id)
        )
        for *facts, earned, possible, searched in db.session.execute(people):
            yield Person._make((*facts, Points(earned, possible) if possible else None, searched))

    def _standing(self, state: str) -> set[int]:
        """The enrolments for which at least one of the activities shown is in a state, or was changed so."""
        if state in {MARK, EXCUSE}:
            changed = select(Override.enrolment_id).where(Override.activity_id.in_(self._ids))
            return set(db.session.scalars(changed.where(Override.verdict == state)))
        row = progress(self.edition.id).c
        begun = select(row.enrolment_id).where(row.activity_id.in_(self._ids)).group_by(row.enrolment_id)
        if state == NOT_BEGUN:
            everything = set(db.session.scalars(begun.having(func.count() == len(self._ids))))
            return {person.enrolment_id for person in self.everybody} - everything
        return set(db.session.scalars(begun.where(row.state == state)))

    def _states(self, enrolments: Collection[int] | None) -> dict[tuple[int, int], str]:
        """By enrolment and activity, of these enrolments or of all."""
        row = progress(self.edition.id).c
        found = select(row.enrolment_id, row.activity_id, row.state)
        if enrolments is not None:
            found = found.where(row.enrolment_id.in_(enrolments))
        return {(person, activity): state for person, activity, state in db.session.execute(found)}

    def _marks(self, enrolments: Collection[int] | None) -> dict[tuple[int, int], tuple[Points | None, str]]:
        """What stands and its verdict, by enrolment and activity."""
        row = queries.marks(self.edition.id).c
        found = select(row.enrolment_id, row.activity_id, row.earned, row.possible, row.verdict)
        if enrolments is not None:
            found = found.where(row.enrolment_id.in_(enrolments))
        return {
            (person, activity): (Points(earned, possible) if possible else None, verdict)
            for person, activity, earned, possible, verdict in db.session.execute(found)
        }


def _cell(state: str | None, stands: tuple[Points | None, str] | None) -> Cell:
    return Cell(state or NOT_BEGUN, *(stands or ()))


# --- one person


@dataclass(frozen=True, slots=True)
class Entry:
    """One activity of one person: as the gradebook has it, and as it came about."""

    activity: ActivityFacts
    cell: Cell
    given: Points | None
    """What the activity itself gave."""
    override: Override | None
    """What somebody said of it last, which may be that it stands as it was given."""


@dataclass(frozen=True, slots=True)
class Record:
    """All the marks of one person, module by module."""

    parts: list[tuple[ModuleFacts, list[Entry]]]
    overrides: list[Override]

    @property
    def entries(self) -> list[Entry]:
        return [entry for _module, entries in self.parts for entry in entries]

    @property
    def total(self) -> Points | None:
        return total(entry.cell.mark for entry in self.entries)

    @property
    def marks(self) -> int:
        return sum(entry.cell.mark is not None for entry in self.entries)

    @property
    def excused(self) -> int:
        return sum(entry.cell.verdict == EXCUSE for entry in self.entries)


def record_of(edition: Edition, enrolment_id: int) -> Record:
    """In four queries."""
    begun, _longer = states_of([edition.id], [enrolment_id])
    states = begun.get(enrolment_id, {})
    row = queries.given(edition.id).c
    mine = select(row.activity_id, row.earned, row.possible).where(row.enrolment_id == enrolment_id)
    given = {activity_id: Points(earned, possible) for activity_id, earned, possible in db.session.execute(mine)}
    overrides = list(db.session.scalars(queries.overrides_of(enrolment_id)))
    changed = {each.activity_id: each for each in overrides}

    def entry(activity: ActivityFacts) -> Entry:
        mark, override = given.get(activity.id), changed.get(activity.id)
        state = states.get(activity.id, NOT_BEGUN)
        if override is None or override.verdict == NONE:
            return Entry(activity, Cell(state, mark), mark, override)
        return Entry(activity, Cell(state, override.points, override.verdict), mark, override)

    modules = [module for module in modules_of([edition])[edition.id] if module.activities]
    return Record([(module, [entry(each) for each in module.activities]) for module in modules], overrides)
