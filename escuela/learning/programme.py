"""What an edition holds, as its pages read it: modules, activities, sessions.

Every page of an edition needs all of its activities and a few columns of each: they are read as plain facts, for a
third of what it takes to load their rows as entities of their kinds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.orm import defer

from escuela.assessments.assignments.models import Assignment
from escuela.columns import Localized
from escuela.editions.models import Activity, Edition, Lesson, Module
from escuela.extensions import db
from escuela.tutoring.models import TutoringSession


@dataclass(slots=True, eq=False)
class ModuleFacts:
    edition: Edition
    id: int
    position: int
    title: Localized
    summary: Localized
    hours: int
    opens_at: datetime | None = None
    opens_zone: str | None = None
    activities: list[ActivityFacts] = field(default_factory=list)
    """In order."""


@dataclass(slots=True, eq=False)
class ActivityFacts:
    """An activity of any kind; what only one kind has is None for the others."""

    module: ModuleFacts
    id: int
    kind: str
    slug: str
    position: int
    title: Localized
    required: bool
    opens_at: datetime | None = None
    opens_zone: str | None = None
    due_at: datetime | None = None
    due_zone: str | None = None
    strict: bool = False
    late_days: int | None = None
    minutes: int | None = None
    """Of reading."""
    final_work: bool | None = None

    @property
    def edition(self) -> Edition:
        return self.module.edition


@dataclass(frozen=True)
class Programme:
    """What an edition holds, loaded once: its modules in order, each with its activities, and its sessions by time."""

    edition: Edition
    modules: tuple[ModuleFacts, ...]
    sessions: tuple[TutoringSession, ...] = ()

    @cached_property
    def activities(self) -> list[ActivityFacts]:
        """All of them, in the order in which they are taken."""
        return [activity for module in self.modules for activity in module.activities]

    @cached_property
    def asked(self) -> dict[int, frozenset[int]]:
        """By the id of each module that holds anything: the ids of its required activities."""
        return {
            module.id: frozenset(each.id for each in module.activities if each.required)
            for module in self.modules
            if module.activities
        }


def programmes(editions: Iterable[Edition]) -> list[Programme]:
    """What each edition holds, in two queries."""
    editions = list(editions)
    if not editions:
        return []
    modules, sessions = modules_of(editions), defaultdict(list)
    for session in db.session.scalars(_SESSIONS, {"editions": [edition.id for edition in editions]}):
        sessions[session.edition_id].append(session)
    return [Programme(edition, tuple(modules[edition.id]), tuple(sessions[edition.id])) for edition in editions]


def modules_of(editions: Iterable[Edition]) -> dict[int, list[ModuleFacts]]:
    """The modules of each edition in order, by its id, in one query."""
    known = {edition.id: edition for edition in editions}
    found: dict[int, list[ModuleFacts]] = {edition_id: [] for edition_id in known}
    for edition_id, *columns in db.session.execute(_MODULES, {"editions": list(known)}):
        modules = found[edition_id]
        if not modules or modules[-1].id != columns[0]:
            modules.append(ModuleFacts(known[edition_id], *columns[:_OF_MODULE]))
        if columns[_OF_MODULE] is not None:
            modules[-1].activities.append(ActivityFacts(modules[-1], *columns[_OF_MODULE:]))
    return found


# Statements of the most visited pages, built once: building them costs more than running them. The tables' own
# columns, for there is nothing in them that an entity would have to be asked for.

_module, _activity = Module.__table__.c, Activity.__table__.c
_lessons, _assignments = Lesson.__table__, Assignment.__table__
_OF_MODULE = 7
_MODULES = (
    select(
        _module.edition_id,
        *(_module[name] for name in ("id", "position", "title", "summary", "hours", "opens_at", "opens_zone")),
        *(_activity[name] for name in ("id", "kind", "slug", "position", "title", "required")),
        *(_activity[name] for name in ("opens_at", "opens_zone", "due_at", "due_zone", "strict", "late_days")),
        _lessons.c.minutes,
        _assignments.c.final_work,
    )
    .select_from(Module.__table__)
    .outerjoin(Activity.__table__, (_activity.module_id == _module.id) & _activity.archived_at.is_(None))
    .outerjoin(_lessons, _lessons.c.id == _activity.id)
    .outerjoin(_assignments, _assignments.c.id == _activity.id)
    .where(_module.edition_id.in_(bindparam("editions", expanding=True)), _module.archived_at.is_(None))
    .order_by(_module.edition_id, _module.position, _module.id, _activity.position)
)
_SESSIONS = (
    select(TutoringSession)
    .options(defer(TutoringSession.summary))
    .where(
        TutoringSession.edition_id.in_(bindparam("editions", expanding=True)), TutoringSession.cancelled_at.is_(None)
    )
    .order_by(TutoringSession.starts_at)
)
