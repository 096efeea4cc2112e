"""The one rule of completion: what an edition asks for, where each enrolment stands, what is still missing.

The participant's checklist, the coordinator's preview and the job that issues certificates call this and nothing else.
`judge` is the rule, pure; below it is what reads its rows, in four queries whatever the number of enrolments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Integer, Select, bindparam, func, select, union_all
from sqlalchemy.orm import contains_eager, defer, with_polymorphic

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.assessments.assignments.models import Assignment
from escuela.editions import policies
from escuela.editions.kinds import DONE, PART, TODO, kind_of
from escuela.editions.models import Activity, Edition, Lesson, Module
from escuela.extensions import db
from escuela.learning.progress import progress
from escuela.tutoring.models import PRESENT, Attendance, TutoringSession

States = Mapping[int, tuple[str, datetime]]
"""By activity id: where a participant stands in it, as in `editions.kinds`, and since when; nothing where not begun."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What an edition holds, loaded once: its modules in order, each with its activities, and its sessions by time."""

    edition: Edition
    modules: tuple[Module, ...]
    sessions: tuple[TutoringSession, ...]

    @property
    def activities(self) -> list[Activity]:
        """All of them, in the order in which they are taken."""
        return [activity for module in self.modules for activity in module.activities]


@dataclass(frozen=True, slots=True)
class Record:
    """What one enrolment has to show for itself. `attended` counts sessions whose attendance was taken."""

    active: bool
    states: States
    attended: int


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


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one enrolment stands in its edition."""

    conditions: tuple[Condition, ...]
    states: States
    done: int
    """Required activities done, the final work among them, of `required`."""
    required: int
    finished: frozenset[int]
    """Ids of the modules with every required activity done."""
    modules: int

    @property
    def modules_done(self) -> int:
        return len(self.finished)

    @property
    def complete(self) -> bool:
        """Whether a certificate is due."""
        return all(condition.met for condition in self.conditions)

    def state(self, activity: Activity) -> str:
        return self.states.get(activity.id, (TODO, None))[0]


# --- the rule ---------------------------------------------------------------------------------------------------------


def judge(programme: Programme, record: Record) -> Standing:
    """Complete is: an active enrolment, every required activity done, the final work approved, sessions attended."""
    done = {activity_id for activity_id, (state, _at) in record.states.items() if state == DONE}
    required = [activity for activity in programme.activities if activity.required]
    finished = (
        module.id
        for module in programme.modules
        if module.activities and all(each.id in done for each in module.activities if each.required)
    )
    ordinary = [activity for activity in required if not is_final_work(activity)]
    final_works = [activity for activity in required if is_final_work(activity)]
    conditions = [_enrolled(programme, record), _activities(programme, ordinary, done)]
    if final_works:
        conditions.append(_final_work(programme, final_works, done))
    if programme.edition.attendance:
        conditions.append(_attendance(programme, record))
    return Standing(
        conditions=tuple(conditions),
        states=record.states,
        done=sum(activity.id in done for activity in required),
        required=len(required),
        finished=frozenset(finished),
        modules=len(programme.modules),
    )


def is_final_work(activity: Activity) -> bool:
    return isinstance(activity, Assignment) and activity.final_work


def _enrolled(programme: Programme, record: Record) -> Condition:
    sentence = _l("Active enrolment") if record.active else _l("The enrolment was withdrawn")
    return Condition("enrolment", record.active, sentence, int(record.active), 1, _edition_page(programme))


def _activities(programme: Programme, asked: list[Activity], done: set[int]) -> Condition:
    missing = [activity for activity in asked if activity.id not in done]
    count = len(asked) - len(missing)
    sentence = _l("Lessons, quizzes and assignments done: %(done)d of %(needed)d", done=count, needed=len(asked))
    target = _page_of(programme, missing[0]) if missing else _edition_page(programme)
    return Condition("activities", not missing, sentence, count, len(asked), target, tuple(each.id for each in missing))


def _final_work(programme: Programme, asked: list[Activity], done: set[int]) -> Condition:
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


def _page_of(programme: Programme, activity: Activity) -> Target:
    return Target(kind_of(activity).endpoint, {"edition": programme.edition.slug, "activity": activity.slug})


def _edition_page(programme: Programme) -> Target:
    return Target("learning.edition", {"edition": programme.edition.slug})


def days_late(activity: Activity, state: str, at: datetime) -> int:
    """Days, begun ones counted, since a required activity was due with nothing handed in; 0 when it is not late."""
    due = policies.due(activity)
    if not activity.required or state not in {TODO, PART} or due is None or at < due.at:
        return 0
    return (at - due.at) // timedelta(days=1) + 1


# --- its rows ---------------------------------------------------------------------------------------------------------


def programmes(editions: Iterable[Edition]) -> list[Programme]:
    """What each edition holds, in two queries."""
    editions = list(editions)
    if not editions:
        return []
    ids = [edition.id for edition in editions]
    modules, sessions = modules_of(ids), defaultdict(list)
    for session in db.session.scalars(_SESSIONS, {"editions": ids}):
        sessions[session.edition_id].append(session)
    return [
        Programme(edition, tuple(modules.get(edition.id, ())), tuple(sessions.get(edition.id, ())))
        for edition in editions
    ]


def modules_of(edition_ids: Sequence[int]) -> dict[int, list[Module]]:
    """The modules of each edition in order, with their activities in order, in one query."""
    found: dict[int, list[Module]] = defaultdict(list)
    for module in db.session.scalars(_MODULES, {"editions": edition_ids}).unique():
        found[module.edition_id].append(module)
    return found


def judged(courses: Sequence[Programme], enrolments: Iterable[Enrolment]) -> dict[int, Standing]:
    """The standing of each enrolment, by its id, in two queries. Each one's edition is among `courses`."""
    enrolments = list(enrolments)
    ids = [enrolment.id for enrolment in enrolments]
    states = states_of([programme.edition.id for programme in courses], ids)
    attended: dict[int, int] = {}
    if ids and any(programme.edition.attendance for programme in courses):
        attended = dict(db.session.execute(_ATTENDED, {"enrolments": ids}).all())
    by_edition = {programme.edition.id: programme for programme in courses}
    return {
        each.id: judge(
            by_edition[each.edition_id],
            Record(each.status == ACTIVE, states.get(each.id, {}), attended.get(each.id, 0)),
        )
        for each in enrolments
    }


def states_of(edition_ids: Sequence[int], enrolment_ids: Sequence[int]) -> dict[int, States]:
    """What each enrolment has begun, by its id, in one query."""
    found: dict[int, dict[int, tuple[str, datetime]]] = defaultdict(dict)
    if edition_ids and enrolment_ids:
        values = {f"edition_{place}": edition_id for place, edition_id in enumerate(edition_ids)}
        rows = db.session.execute(_progress(len(edition_ids)), values | {"enrolments": enrolment_ids})
        for enrolment_id, activity_id, state, at in rows:
            found[enrolment_id][activity_id] = (state, at)
    return dict(found)


# Statements of the most visited pages, built once: building them costs more than running them.

_ACTIVITY = with_polymorphic(Activity, [Lesson, Assignment])
_MODULES: Select[Module] = (
    select(Module)
    .outerjoin(Module.activities.of_type(_ACTIVITY))
    .options(
        contains_eager(Module.activities.of_type(_ACTIVITY)).options(
            defer(_ACTIVITY.summary), defer(_ACTIVITY.Assignment.instructions), defer(_ACTIVITY.Assignment.file_kinds)
        )
    )
    .where(Module.edition_id.in_(bindparam("editions", expanding=True)))
    .order_by(Module.position, _ACTIVITY.position)
)
_SESSIONS = (
    select(TutoringSession)
    .options(defer(TutoringSession.summary))
    .where(TutoringSession.edition_id.in_(bindparam("editions", expanding=True)))
    .order_by(TutoringSession.starts_at)
)
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


@cache
def _progress(editions: int) -> Select[*tuple[Any, ...]]:
    """The progress of some enrolments in as many editions: `edition_0`, `edition_1` ... and `enrolments`."""
    places = (bindparam(f"edition_{place}", type_=Integer) for place in range(editions))
    every = union_all(*(select(*progress(cast("int", place)).c) for place in places)).subquery()
    enrolment_id, activity_id, state, at = every.c
    return select(enrolment_id, activity_id, state, at).where(enrolment_id.in_(bindparam("enrolments", expanding=True)))


def standings(edition: Edition, enrolments: Iterable[Enrolment]) -> dict[int, Standing]:
    """The standing of enrolments of one edition, by their ids: four queries however many they are."""
    return judged(programmes([edition]), enrolments)


def standing(enrolment: Enrolment) -> Standing:
    return standings(enrolment.edition, [enrolment])[enrolment.id]
