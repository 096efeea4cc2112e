"""The ranking of a call, its balance, its waiting list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.applications.models import SUBMITTED, Application
from escuela.applications.queries import found_by
from escuela.calls.models import Call
from escuela.editions.models import COORDINATOR, EditionStaff
from escuela.evaluations.queries import ranking
from escuela.extensions import db
from escuela.people.models import COORDINATOR as ALL_EDITIONS
from escuela.people.models import LocalGovernment, Role, User
from escuela.selection.models import (
    ACCEPTED,
    CONFIRMED,
    DECLINED,
    LAPSED,
    REMOVED,
    WAITLISTED,
    Decision,
    DecisionBatch,
)

COUNTRY = func.coalesce(LocalGovernment.country, Application.proposed_country)
BAND = func.coalesce(LocalGovernment.population_band, Application.proposed_band)
UNDECIDED = "none"
GONE = "gone"
"""Declined, not answered, or taken off the waiting list: the place is somebody else's."""
SORTS = ("mean", "spread", "name", "place", "country", "number")


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the ranking is shown; empty for all of it."""

    words: str = ""
    country: str = ""
    band: str = ""
    gender: str = ""
    outcome: str = ""
    """An outcome, or `none` for what is not decided."""
    apart: bool = False
    """Only those whose evaluators disagree."""
    missing: bool = False
    """Only those that lack scores."""


class Line(NamedTuple):
    """One application of the ranking; means and spreads in hundredths of a point."""

    application: Application
    rank: int
    given: int
    missing: int
    mean: float | None
    spread: int | None
    decision: Decision | None
    corrected: bool
    """Handed in again after somebody scored it, since the call was opened again: that score is of other words."""


def ranked(call: Call, filters: Filters | None = None, sort: str = "mean") -> Select[*tuple[Any, ...]]:
    """Rows (application, rank, given, missing, mean, spread, decision, corrected); ranks count the whole call."""
    scores = ranking(call)
    placed = select(
        scores,
        func.row_number().over(order_by=(scores.c.mean.desc().nulls_last(), scores.c.application_id)).label("rank"),
    ).subquery("placed")
    corrected = func.coalesce(Application.submitted_at > placed.c.scored_at, false())
    figures = (placed.c.rank, placed.c.given, placed.c.missing, placed.c.mean, placed.c.spread)
    rows = (
        select(Application, *figures, Decision, corrected)
        .join(placed, placed.c.application_id == Application.id)
        .outerjoin(Application.local_government)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .options(contains_eager(Application.local_government))
    )
    order: dict[str, list[Any]] = {
        "mean": [placed.c.rank],
        "spread": [placed.c.spread.desc().nulls_last(), placed.c.rank],
        "name": [Application.folded_name, placed.c.rank],
        "place": [func.coalesce(LocalGovernment.folded_name, Application.proposed_name), placed.c.rank],
        "country": [COUNTRY, placed.c.rank],
        "number": [Application.number],
    }
    return _narrowed(rows, call, placed, filters or Filters()).order_by(*order[sort if sort in SORTS else "mean"])


def _narrowed(rows: Select[*tuple[Any, ...]], call: Call, placed: Any, filters: Filters) -> Select[*tuple[Any, ...]]:
    rows = rows.where(*found_by(call, filters.words))
    for column, value in ((COUNTRY, filters.country), (BAND, filters.band), (Application.gender, filters.gender)):
        if value:
            rows = rows.where(column == value)
    if filters.outcome:
        wanted = Decision.outcome.is_(None) if filters.outcome == UNDECIDED else Decision.outcome == filters.outcome
        rows = rows.where(wanted)
    if filters.apart:
        rows = rows.where(placed.c.spread > call.gap)
    return rows.where(placed.c.missing > 0) if filters.missing else rows


def counted(call: Call, filters: Filters) -> tuple[int, int]:
    """How many applications the filters show, and how many of the whole call have all their scores."""
    shown = ranked(call, filters).order_by(None).with_only_columns(Application.id, maintain_column_froms=True)
    scores = ranking(call)
    whole = select(func.count()).where(scores.c.missing <= 0).select_from(scores).scalar_subquery()
    total, scored = db.session.execute(select(func.count(), whole).select_from(shown.subquery())).one()
    return int(total), int(scored)


def line(row: Row[*tuple[Any, ...]]) -> Line:
    application, rank, given, missing, mean, spread, decision, corrected = row
    known = None if mean is None else float(mean)
    return Line(application, rank, given, max(0, missing), known, spread, decision, bool(corrected))


# --- balance


@dataclass(slots=True)
class Share:
    """Of one country, size or gender: how many applied and how many are accepted."""

    applied: int = 0
    accepted: int = 0


@dataclass(slots=True)
class Balance:
    """Who is accepted, beside who applied."""

    applied: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    country: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    band: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    gender: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    governments: int = 0
    """Different local governments of the accepted."""
    crowded: list[tuple[str, int]] = field(default_factory=list)
    """Those with more than one accepted, and how many."""

    @property
    def accepted(self) -> int:
        return self.outcomes.get(ACCEPTED, 0)

    @property
    def undecided(self) -> int:
        return self.applied - sum(self.outcomes.values())


def balance(call: Call) -> Balance:
    """In two queries whatever applied."""
    found = Balance()
    gone = Decision.reply.in_([DECLINED, LAPSED, REMOVED])
    outcome_now = case((gone, GONE), else_=Decision.outcome)
    counted = (
        select(COUNTRY, BAND, Application.gender, outcome_now, func.count(Application.id))
        .outerjoin(Application.local_government)
        .outerjoin(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == call.id, Application.state == SUBMITTED)
        .group_by(COUNTRY, BAND, Application.gender, outcome_now)
    )
    for country, band, gender, outcome, number in db.session.execute(counted):
        found.applied += number
        if outcome:
            found.outcomes[outcome] += number
        for shares, key in ((found.country, country), (found.band, band), (found.gender, gender)):
            shares[key or ""].applied += number
            shares[key or ""].accepted += number if outcome == ACCEPTED else 0
    name = func.coalesce(LocalGovernment.name, Application.proposed_name)
    governments = (
        select(name, func.count(Application.id))
        .outerjoin(Application.local_government)
        .join(Decision, Decision.application_id == Application.id)
        .where(Application.call_id == call.id, Application.state == SUBMITTED, outcome_now == ACCEPTED)
        .group_by(Application.local_government_id, name)
        .order_by(func.count(Application.id).desc(), name)
    )
    rows = [(str(each), int(number)) for each, number in db.session.execute(governments)]
    found.governments, found.crowded = len(rows), [row for row in rows if row[1] > 1]
    return found


# --- decisions


def decided(call: Call) -> Select[Decision]:
    """Decisions on the applications that stand, with the applications."""
    return (
        select(Decision)
        .join(Decision.application)
        .outerjoin(Application.local_government)
        .where(Decision.call_id == call.id, Application.state == SUBMITTED)
        .options(contains_eager(Decision.application).contains_eager(Application.local_government))
        .order_by(Decision.application_id)
    )


def waiting(call: Call) -> Select[Decision]:
    """Who still waits, in the order of the list."""
    rows = decided(call).where(Decision.outcome == WAITLISTED, Decision.reply.is_(None))
    return rows.order_by(None).order_by(Decision.place, Application.id)


def left_the_list(call: Call) -> Select[Decision]:
    """Who was on the waiting list and said no, or was taken off it."""
    rows = decided(call).where(Decision.outcome == WAITLISTED, Decision.reply.is_not(None))
    return rows.order_by(None).order_by(Decision.replied_at, Application.id)


def undecided(call: Call) -> Select[Application]:
    has = select(Decision.application_id).where(Decision.call_id == call.id)
    return (
        select(Application)
        .where(Application.call_id == call.id, Application.state == SUBMITTED, Application.id.not_in(has))
        .order_by(Application.number)
    )


def undecided_of_each_language(call: Call) -> Select[Application]:
    """The first of those undecided in each language: they read the mail of who is not selected."""
    first = undecided(call).order_by(None).with_only_columns(func.min(Application.id)).group_by(Application.language)
    return select(Application).where(Application.id.in_(first)).options(joinedload(Application.local_government))


def unplaced(call: Call) -> Select[Application]:
    """Accepted applications of local governments that nobody has confirmed yet: they could not be enrolled."""
    return (
        select(Application)
        .join(Decision, Decision.application_id == Application.id)
        .where(
            Application.call_id == call.id,
            Application.state == SUBMITTED,
            Application.local_government_id.is_(None),
            Decision.outcome == ACCEPTED,
        )
    )


def last_batch(call: Call) -> Select[DecisionBatch]:
    """The newest decisions taken in one go that were not undone."""
    rows = select(DecisionBatch).where(DecisionBatch.call_id == call.id, DecisionBatch.undone_at.is_(None))
    return rows.order_by(DecisionBatch.id.desc()).limit(1)


def taken(call: Call) -> int:
    """Places that somebody has or may still take: accepted, not refused, not withdrawn since."""
    there = or_(Enrolment.id.is_(None), Enrolment.status == ACTIVE)
    holds = or_(Decision.reply.is_(None), and_(Decision.reply == CONFIRMED, there))
    rows = (
        select(func.count(Decision.application_id))
        .join(Decision.application)
        .outerjoin(Enrolment, Enrolment.id == Decision.enrolment_id)
        .where(Decision.call_id == call.id, Decision.outcome == ACCEPTED, Application.state == SUBMITTED, holds)
    )
    return int(db.session.scalar(rows) or 0)


def ids(call: Call, filters: Filters) -> list[int]:
    """Every application that the filters show, in the order of the ranking."""
    rows = ranked(call, filters).with_only_columns(Application.id, maintain_column_froms=True)
    return list(db.session.scalars(rows))


def coordinators(call: Call) -> Select[User]:
    """Who coordinates the edition of a call in particular; where nobody does, those who coordinate all of them."""
    here = select(EditionStaff.user_id).where(
        EditionStaff.edition_id == call.edition_id, EditionStaff.role == COORDINATOR
    )
    everywhere = select(User.id).join(User.roles).where(Role.name == ALL_EDITIONS)
    rows = select(User).where(User.active, or_(User.id.in_(here), ~here.exists() & User.id.in_(everywhere)))
    return rows.order_by(User.id)


def names(applications: Iterable[int], most: int = 5) -> list[str]:
    rows = select(Application.name).where(Application.id.in_(list(applications)[:most]))
    return list(db.session.scalars(rows))
