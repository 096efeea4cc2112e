"""The one rule of completion: what an edition asks for, where each enrolment stands, what is still missing.

The participant's checklist, the coordinator's preview and the job that issues certificates call this and nothing else.
`judge` is the rule, pure; below it is what reads its rows, in four queries whatever the number of enrolments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import CompoundSelect, Integer, Select, String, bindparam, cast, func, null, select, union_all

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.columns import Instant
from escuela.editions.kinds import DONE, KINDS, NOT_BEGUN, PART
from escuela.editions.models import Edition
from escuela.editions.policies import Moment, Planned, is_later
from escuela.extensions import db
from escuela.learning.programme import ActivityFacts, Programme, programmes
from escuela.tutoring.models import PRESENT, Attendance, TutoringSession

States = Mapping[int, str]
"""By activity id: where a participant stands in it, as in `editions.kinds`; nothing where not begun."""
Extensions = Mapping[int, Moment]
"""By activity id: until when a participant was given, where that is longer than others have."""


class Enrolled(Protocol):
    """An enrolment: its row, or as much of it as a page has read."""

    @property
    def id(self) -> int: ...
    @property
    def edition_id(self) -> int: ...
    @property
    def status(self) -> str: ...


@dataclass(frozen=True)
class Record:
    """What one enrolment has to show for itself. `attended` counts sessions whose attendance was taken."""

    active: bool
    states: States
    attended: int
    extensions: Extensions = field(default_factory=dict)

    @cached_property
    def done(self) -> frozenset[int]:
        """Ids of the activities done."""
        return frozenset(activity_id for activity_id, state in self.states.items() if state == DONE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where something can be done about it: `url_for(target.endpoint, **target.values)`."""

    endpoint: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that a certificate asks for. `key` is enrolment, activities, final_work or attendance."""

    key: str
    met: bool
    sentence: LazyString
    done: int
    needed: int
    target: Target
    missing: tuple[int, ...] = ()
    """Ids of the activities that it still waits for, in order."""


@dataclass(frozen=True)
class Standing:
    """Where one enrolment stands in its edition. Each answer is found when it is first asked for."""

    programme: Programme
    record: Record

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(judge(self.programme, self.record))

    @property
    def complete(self) -> bool:
        """Whether a certificate is due."""
        return all(condition.met for condition in self.conditions)

    @cached_property
    def finished(self) -> frozenset[int]:
        """Ids of the modules with every required activity done."""
        done = self.record.done
        return frozenset(module_id for module_id, asked in self.programme.asked.items() if asked <= done)

    @property
    def done(self) -> int:
        """Required activities done, the final work among them, of `required`."""
        return sum(len(asked & self.record.done) for asked in self.programme.asked.values())

    @property
    def required(self) -> int:
        return sum(len(asked) for asked in self.programme.asked.values())

    @property
    def modules_done(self) -> int:
        return len(self.finished)

    @property
    def modules(self) -> int:
        return len(self.programme.modules)

    @property
    def states(self) -> States:
        return self.record.states

    def state(self, activity: Planned) -> str:
        return self.record.states.get(activity.id, NOT_BEGUN)

    def own(self, activity: ActivityFacts) -> ActivityFacts:
        """The activity with the hours that it has for this person."""
        to = self.record.extensions.get(activity.id)
        if to is None or not is_later(activity, to):
            return activity
        return replace(activity, due_at=to.at, due_zone=to.zone)


# --- the rule ---------------------------------------------------------------------------------------------------------


def judge(programme: Programme, record: Record) -> Iterator[Condition]:
    """Complete is: an active enrolment, every required activity done, the final work approved, sessions attended."""
    required = [activity for activity in programme.activities if activity.required]
    final_works = [activity for activity in required if activity.final_work]
    yield _enrolled(programme, record)
    yield _activities(programme, [activity for activity in required if not activity.final_work], record.done)
    if final_works:
        yield _final_work(programme, final_works, record.done)
    if programme.edition.attendance:
        yield _attendance(programme, record)


def _enrolled(programme: Programme, record: Record) -> Condition:
    sentence = _l("Active enrolment") if record.active else _l("The enrolment was withdrawn")
    return Condition("enrolment", record.active, sentence, int(record.active), 1, _edition_page(programme))


def _activities(programme: Programme, asked: list[ActivityFacts], done: frozenset[int]) -> Condition:
    missing = [activity for activity in asked if activity.id not in done]
    count = len(asked) - len(missing)
    sentence = _l("Lessons, quizzes and assignments done: %(done)d of %(needed)d", done=count, needed=len(asked))
    target = _page_of(programme, missing[0]) if missing else _edition_page(programme)
    return Condition("activities", not missing, sentence, count, len(asked), target, tuple(each.id for each in missing))


def _final_work(programme: Programme, asked: list[ActivityFacts], done: frozenset[int]) -> Condition:
    missing = [activity for activity in asked if activity.id not in done]
    sentence = _l("Final work not approved yet") if missing else _l("Final work approved")
    target = _page_of(programme, (missing or asked)[0])
    count = len(asked) - len(missing)
    return Condition("final_work", not missing, sentence, count, len(asked), target, tuple(each.id for each in missing))


def _attendance(programme: Programme, record: Record) -> Condition:
    """Of the sessions whose attendance was taken; before the first, of those announced: nobody qualifies early."""
    percent = programme.edition.attendance
    held = sum(session.attendance_taken_at is not None for session in programme.sessions)
    needed = -(-percent * (held or len(programme.sessions)) // 100)  # rounded up
    if held:
        sentence = _l(
            "Sessions attended: %(attended)d of %(held)d held; needed: %(needed)d (%(percent)d%%)",
            attended=record.attended,
            held=held,
            needed=needed,
            percent=percent,
        )
    else:
        sentence = _l("Attendance at %(percent)d%% of the sessions; none has been held yet", percent=percent)
    met = record.attended >= needed
    target = Target("tutoring.sessions", {"edition": programme.edition.slug})
    return Condition("attendance", met, sentence, record.attended, needed, target)


def _page_of(programme: Programme, activity: ActivityFacts) -> Target:
    return Target(KINDS[activity.kind].endpoint, {"edition": programme.edition.slug, "activity": activity.slug})


def _edition_page(programme: Programme) -> Target:
    return Target("learning.edition", {"edition": programme.edition.slug})


def days_late(activity: Planned, state: str, at: datetime) -> int:
    """Days, begun ones counted, since a required activity was due with nothing handed in; 0 when it is not late."""
    due_at = activity.due_at if activity.required and state in {NOT_BEGUN, PART} else None
    return 0 if due_at is None or at < due_at else (at - due_at) // timedelta(days=1) + 1


# --- its rows ---------------------------------------------------------------------------------------------------------


def judged(courses: Sequence[Programme], enrolments: Iterable[Enrolled]) -> dict[int, Standing]:
    """The standing of each enrolment, by its id, in two queries. Each one's edition is among `courses`."""
    enrolments = list(enrolments)
    ids = [enrolment.id for enrolment in enrolments]
    states, extensions = states_of([programme.edition.id for programme in courses], ids)
    attended: dict[int, int] = {}
    if ids and any(programme.edition.attendance for programme in courses):
        attended = dict(db.session.execute(_ATTENDED, {"enrolments": ids}).all())
    by_edition = {programme.edition.id: programme for programme in courses}
    return {
        each.id: Standing(
            by_edition[each.edition_id],
            Record(
                each.status == ACTIVE, states.get(each.id, {}), attended.get(each.id, 0), extensions.get(each.id, {})
            ),
        )
        for each in enrolments
    }


def states_of(
    edition_ids: Sequence[int], enrolment_ids: Sequence[int]
) -> tuple[dict[int, States], dict[int, Extensions]]:
    """What each enrolment has begun and until when it was given longer, by its id, in one query."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    longer: dict[int, dict[int, Moment]] = defaultdict(dict)
    if edition_ids and enrolment_ids:
        values = {f"edition_{place}": edition_id for place, edition_id in enumerate(edition_ids)}
        rows = db.session.execute(_states(len(edition_ids)), values | {"enrolments": enrolment_ids})
        for enrolment_id, activity_id, state, due_at, due_zone in rows:
            if state is None:
                longer[enrolment_id][activity_id] = Moment(due_at, due_zone)
            else:
                found[enrolment_id][activity_id] = state
    return dict(found), dict(longer)


# Built once, as those of `programme`.

_ATTENDED = (
    select(Attendance.enrolment_id, func.count())
    .join(Attendance.session)
    .where(
        Attendance.enrolment_id.in_(bindparam("enrolments", expanding=True)),
        Attendance.state == PRESENT,
        TutoringSession.attendance_taken_at.is_not(None),
    )
    .group_by(Attendance.enrolment_id)
)


_NO_INSTANT, _NO_ZONE = cast(null(), Instant), cast(null(), String)


@cache
def _states(editions: int) -> CompoundSelect[*tuple[Any, ...]]:
    """The states of some enrolments in as many editions: `edition_0`, `edition_1` ... and `enrolments`.

    And, with no state, until when they were given longer.
    """
    places: list[Any] = [bindparam(f"edition_{place}", type_=Integer) for place in range(editions)]
    states = (_of_some(part(place)) for place in places for kind in KINDS.values() for part in kind.told)
    longer = (
        _of_some(part(place), longer=True) for place in places for kind in KINDS.values() for part in kind.extended
    )
    return union_all(*states, *longer)


def _of_some(rows: Select[*tuple[Any, ...]], *, longer: bool = False) -> Select[*tuple[Any, ...]]:
    """Narrowed inside each part, so that neither database puts together the progress of a whole edition for it."""
    enrolment_id, activity_id, *rest = rows.selected_columns
    columns = [null(), *rest] if longer else [rest[0], _NO_INSTANT, _NO_ZONE]
    some = enrolment_id.in_(bindparam("enrolments", expanding=True))
    return rows.with_only_columns(enrolment_id, activity_id, *columns).where(some)


def standings(edition: Edition, enrolments: Iterable[Enrolled]) -> dict[int, Standing]:
    """The standing of enrolments of one edition, by their ids: four queries however many they are."""
    return judged(programmes([edition]), enrolments)


def standing(enrolment: Enrolment) -> Standing:
    return standings(enrolment.edition, [enrolment])[enrolment.id]
