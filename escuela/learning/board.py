"""The edition board: every participant by every activity, grouped by local government.

Whatever the size of the edition, a handful of reads make it: its activities, one row for each participant with what
they did summed up, the states of the participants on one page, the totals of everybody found. Filtering and grouping
two thousand light rows is done here: a search that minds no accents is then the same on both databases.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Select, Subquery, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.assessments.assignments.models import DRAFT, Work
from escuela.assessments.assignments.queries import whose
from escuela.editions.kinds import DONE, NOT_BEGUN, PART, RETURNED, WAITING
from escuela.editions.models import Activity, Edition, Module
from escuela.editions.policies import Moment, Planned, moved
from escuela.extensions import db
from escuela.learning.completion import days_late
from escuela.learning.listed import ByGovernment
from escuela.learning.progress import extensions, progress
from escuela.people.models import LocalGovernment, User, folded
from escuela.tutoring.models import PRESENT, Attendance, TutoringSession

LATE = "late"
"""Overdue, as `completion.days_late` has it: what the board says instead of the state."""
STATES = (NOT_BEGUN, PART, WAITING, RETURNED, DONE)
FILTERS = (LATE, WAITING, DONE, NOT_BEGUN)
PAGE = 200
"""About how many people a page holds: it ends with a whole local government."""


class Cell(NamedTuple):
    """Where one person stands in one activity: a state of `kinds`, or LATE and by how many days, begun ones counted."""

    state: str
    days: int = 0


class Person(NamedTuple):
    """A participant, and what they did summed up. `last` is the instant of the newest thing on their record."""

    enrolment_id: int
    name: str
    government_id: int
    government: str
    country: str
    done: int
    """Required activities done."""
    waiting: int
    begun: int
    late: int
    """Required activities overdue with nothing handed in."""
    present: int
    """Tutoring sessions attended."""
    last: datetime | None
    searched: str
    """Both names, folded."""


class Row(NamedTuple):
    person: Person
    cells: list[Cell]
    late: Cell
    """What is late for longest; NOT_BEGUN when nothing is."""


@dataclass(frozen=True, slots=True)
class Group:
    """The people of one local government."""

    name: str
    country: str
    rows: list[Row]
    done: int
    """Percent of their required activities."""
    late: int
    """How many of them are late."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the coordinator looks for. `state` is one of FILTERS; an empty filter lets everybody through."""

    search: str = ""
    country: str = ""
    government: int | None = None
    state: str = ""

    def find(self, people: Iterable[Person], required: int) -> list[Person]:
        words = folded(self.search).split()
        return [
            person
            for person in people
            if (not self.country or person.country == self.country)
            and (self.government is None or person.government_id == self.government)
            and (not self.state or _stands(person, self.state, required))
            and all(word in person.searched for word in words)
        ]


def _stands(person: Person, state: str, required: int) -> bool:
    return {
        LATE: person.late > 0,
        WAITING: person.waiting > 0,
        DONE: person.done == required,
        NOT_BEGUN: person.begun == 0,
    }[state]


class Board(ByGovernment[Person]):
    """An edition at an instant. Reads its activities and its people at once, the states of who is shown when asked."""

    per_page = PAGE

    def __init__(self, edition: Edition, filters: Filters, at: datetime) -> None:
        self.edition, self.at = edition, at
        self.activities = db.session.scalars(activities_of(edition.id)).all()
        self.required = sum(activity.required for activity in self.activities)
        self.cells = {(each.id, state): _cell(each, state, at) for each in self.activities for state in STATES}
        self.everybody = _people(edition.id, self.activities, at)
        self.found = filters.find(self.everybody, self.required)
        self.sessions = db.session.scalar(_sessions_held(edition.id)) or 0

    @property
    def late(self) -> int:
        """How many of the people found are late."""
        return sum(person.late > 0 for person in self.found)

    def groups(self, people: Sequence[Person]) -> list[Group]:
        """Rows with every cell, by local government, in the order of `people`."""
        rows = self.rows(people)
        return [self._group(list(group)) for _, group in groupby(rows, lambda row: row.person.government_id)]

    def rows(self, people: Sequence[Person]) -> list[Row]:
        states = _states(self.edition.id, self._narrowed(people))
        longer = _extensions(self.edition.id)
        return [
            self._row(person, states.get(person.enrolment_id, {}), longer.get(person.enrolment_id)) for person in people
        ]

    def totals(self) -> list[int]:
        """For each activity, how many of the people found have done it."""
        done = dict(db.session.execute(_done(self.edition.id, self._narrowed(self.found))).all())
        return [done.get(activity.id, 0) for activity in self.activities]

    def _narrowed(self, people: Sequence[Person]) -> list[int] | None:
        """The enrolments of `people`; None when they are everybody, which needs no list."""
        return None if len(people) == len(self.everybody) else [person.enrolment_id for person in people]

    def _row(self, person: Person, states: dict[int, str], longer: dict[int, Moment] | None) -> Row:
        cells = [self.cells[each.id, states.get(each.id, NOT_BEGUN)] for each in self.activities]
        if longer:
            cells = [
                _cell(moved(each, longer.get(each.id)), states.get(each.id, NOT_BEGUN), self.at)
                for each in self.activities
            ]
        days = max((cell.days for cell in cells), default=0)
        return Row(person, cells, Cell(LATE, days) if days else Cell(NOT_BEGUN))

    def _group(self, rows: list[Row]) -> Group:
        people = [row.person for row in rows]
        possible = len(people) * self.required
        return Group(
            people[0].government,
            people[0].country,
            rows,
            done=100 * sum(person.done for person in people) // possible if possible else 0,
            late=sum(person.late > 0 for person in people),
        )


def activities_of(edition_id: int) -> Select[Activity]:
    """The activities of an edition in its order, each with its module."""
    return (
        select(Activity)
        .join(Activity.module)
        .options(contains_eager(Activity.module))
        .where(Activity.edition_id == edition_id, Activity.archived_at.is_(None))
        .order_by(Module.position, Activity.position)
    )


def _cell(activity: Planned, state: str, at: datetime) -> Cell:
    days = days_late(activity, state, at)
    return Cell(LATE, days) if days else Cell(state)


def _people(edition_id: int, activities: Sequence[Activity], at: datetime) -> list[Person]:
    """Everybody enrolled, by local government and name as people sort them."""
    overdue = [activity.id for activity in activities if days_late(activity, NOT_BEGUN, at)]
    sums, attended = _sums(edition_id, activities, overdue), _attended(edition_id)
    excused = _excused(edition_id, overdue, at)
    people = (
        select(
            Enrolment.id,
            User.name,
            LocalGovernment.id,
            LocalGovernment.name,
            LocalGovernment.country,
            func.coalesce(sums.c.done, 0),
            func.coalesce(sums.c.waiting, 0),
            func.coalesce(sums.c.begun, 0),
            len(overdue) - func.coalesce(sums.c.handed_in, 0) - func.coalesce(excused.c.number, 0),
            func.coalesce(attended.c.present, 0),
            sums.c.last,
            User.folded_name + " " + LocalGovernment.folded_name,
        )
        .join(Enrolment.user)
        .join(Enrolment.local_government)
        .outerjoin(sums, sums.c.enrolment_id == Enrolment.id)
        .outerjoin(attended, attended.c.enrolment_id == Enrolment.id)
        .outerjoin(excused, excused.c.enrolment_id == Enrolment.id)
        .where(Enrolment.edition_id == edition_id, Enrolment.status == ACTIVE)
        .order_by(LocalGovernment.folded_name, LocalGovernment.id, User.folded_name, User.id)
    )
    return [Person(*columns) for columns in db.session.execute(people)]


def _sums(edition_id: int, activities: Sequence[Activity], overdue: Sequence[int]) -> Subquery:
    """What each person has done, waits for, began and handed in of what is overdue, and when they did the last."""
    row = progress(edition_id).c
    required = row.activity_id.in_([activity.id for activity in activities if activity.required])
    handed_in = and_(row.activity_id.in_(overdue), row.state != PART)
    return (
        select(
            row.enrolment_id,
            func.count().filter(required, row.state == DONE).label("done"),
            func.count().filter(row.state == WAITING).label("waiting"),
            func.count().label("begun"),
            func.count().filter(handed_in).label("handed_in"),
            func.max(row.at).label("last"),
        )
        .group_by(row.enrolment_id)
        .subquery()
    )


def _attended(edition_id: int) -> Subquery:
    """At how many sessions each person was present."""
    return (
        select(Attendance.enrolment_id, func.count().label("present"))
        .join(Attendance.session)
        .where(
            TutoringSession.edition_id == edition_id,
            Attendance.state == PRESENT,
            TutoringSession.attendance_taken_at.is_not(None),
        )
        .group_by(Attendance.enrolment_id)
        .subquery()
    )


def _excused(edition_id: int, overdue: Sequence[int], at: datetime) -> Subquery:
    """How many of the overdue activities each person has longer for, with nothing handed in yet."""
    told, given = progress(edition_id), extensions(edition_id)
    row, longer = told.c, given.c
    same = (row.enrolment_id == longer.enrolment_id) & (row.activity_id == longer.activity_id)
    return (
        select(longer.enrolment_id, func.count().label("number"))
        .select_from(given)
        .outerjoin(told, same)
        .where(longer.activity_id.in_(overdue), longer.due_at > at, or_(row.state.is_(None), row.state == PART))
        .group_by(longer.enrolment_id)
        .subquery()
    )


def _extensions(edition_id: int) -> dict[int, dict[int, Moment]]:
    """Until when who was given longer, by enrolment and activity: few rows."""
    found: dict[int, dict[int, Moment]] = {}
    for enrolment_id, activity_id, due_at, due_zone in db.session.execute(select(extensions(edition_id))):
        found.setdefault(enrolment_id, {})[activity_id] = Moment(due_at, due_zone)
    return found


def _states(edition_id: int, enrolments: Collection[int] | None) -> dict[int, dict[int, str]]:
    """State by enrolment and activity, of these enrolments or of all."""
    row = progress(edition_id).c
    found = select(row.enrolment_id, row.activity_id, row.state)
    if enrolments is not None:
        found = found.where(row.enrolment_id.in_(enrolments))
    states: dict[int, dict[int, str]] = {}
    for enrolment_id, activity_id, state in db.session.execute(found):
        states.setdefault(enrolment_id, {})[activity_id] = state
    return states


def _done(edition_id: int, enrolments: Collection[int] | None) -> Select[int, int]:
    """(activity, how many active participants have done it)."""
    row = progress(edition_id).c
    found = (
        select(row.activity_id, func.count())
        .join(Enrolment, Enrolment.id == row.enrolment_id)
        .where(row.state == DONE, Enrolment.status == ACTIVE)
        .group_by(row.activity_id)
    )
    return found if enrolments is None else found.where(row.enrolment_id.in_(enrolments))


def _sessions_held(edition_id: int) -> Select[int]:
    """How many tutoring sessions have their attendance taken."""
    return select(func.count(TutoringSession.id)).where(
        TutoringSession.edition_id == edition_id, TutoringSession.attendance_taken_at.is_not(None)
    )


def handed_in_works(enrolment: Enrolment) -> Select[int, int]:
    """What a participant has handed in, alone or with a team: rows (assignment id, work id)."""
    held = whose()
    rows = select(Work.assignment_id, Work.id).join(held, held.c.work_id == Work.id)
    return rows.where(held.c.enrolment_id == enrolment.id, Work.state != DRAFT)
