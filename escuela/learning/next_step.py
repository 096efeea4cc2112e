"""The one next step of a participant, in whichever of their editions it is, and what comes after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela import clock
from escuela.editions import policies
from escuela.editions.kinds import DONE, PART, RETURNED, WAITING
from escuela.editions.models import CLOSED, Edition
from escuela.editions.policies import Door, Moment
from escuela.learning.completion import Standing, Target
from escuela.learning.outline import Part, Row, rows_of
from escuela.learning.programme import Programme
from escuela.tutoring.models import TutoringSession

SOON = timedelta(hours=24)
"""From how long before its start a session may be the next step."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An edition that somebody takes: what it holds and where they stand in it."""

    programme: Programme
    standing: Standing
    parts: list[Part]

    @property
    def edition(self) -> Edition:
        return self.programme.edition


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do or to wait for: an activity, a session, or neither and then `heading` says what."""

    edition: Edition
    reason: LazyString
    action: LazyString
    """What its button says."""
    target: Target
    row: Row | None = None
    session: TutoringSession | None = None
    heading: LazyString | None = None
    until: Moment | None = None
    """The instant after which it is late, or no longer accepted when it is late already."""
    opens: Moment | None = None
    """When it can begin, while it cannot."""

    @property
    def order(self) -> datetime:
        """What several steps are ordered by: when each is due, starts or opens."""
        if self.session:
            return self.session.starts_at
        due = self.row.due if self.row else None
        found = due or self.opens or self.until or policies.ends(self.edition)
        return found.at


def next_step(taken: Sequence[Taken], at: datetime) -> Step | None:
    """The one thing to do now; None for somebody who takes no edition.

    First a work that came back; then what comes first of the activities that are open and the sessions about to start;
    when there is nothing to do, what is being waited for; at the end the certificate. Editions that have ended count
    only where there is no other.
    """
    live = [each for each in taken if each.edition.status != CLOSED] or taken
    for stage in STAGES:
        found = [step for each in live for find in stage if (step := find(each, at))]
        if found:
            return min(found, key=lambda step: step.order)
    return None


def after_that(taken: Sequence[Taken], first: Step | None, at: datetime, most: int = 5) -> list[Step]:
    """What comes after the next step, in order of time."""
    steps = [step for each in taken if each.edition.status != CLOSED for step in _ahead(each, at)]
    rest = [step for step in steps if first is None or (step.row, step.session) != (first.row, first.session)]
    return sorted(rest, key=lambda step: step.order)[:most]


def _ahead(taken: Taken, at: datetime) -> Iterator[Step]:
    for row in rows_of(taken.parts):
        if row.activity.required and row.state != DONE and row.door is not Door.CLOSED:
            yield _activity(taken, row)
    for session in taken.programme.sessions:
        if session.ends_at > at:
            yield _session(taken, session)


# --- stages: each finds its step in one edition, or None --------------------------------------------------------------


def _returned(taken: Taken, _at: datetime) -> Step | None:
    return _first(taken, lambda row: row.doable and row.state == RETURNED)


def _open(taken: Taken, _at: datetime) -> Step | None:
    return _first(taken, lambda row: row.doable)


def _starting(taken: Taken, at: datetime) -> Step | None:
    return next(
        (_session(taken, each) for each in taken.programme.sessions if each.starts_at - SOON <= at < each.ends_at), None
    )


def _reviewed(taken: Taken, _at: datetime) -> Step | None:
    return _first(taken, lambda row: row.state == WAITING)


def _opening(taken: Taken, _at: datetime) -> Step | None:
    return _first(taken, lambda row: row.activity.required and row.door is Door.NOT_YET)


def _announced(taken: Taken, at: datetime) -> Step | None:
    return next((_session(taken, each) for each in taken.programme.sessions if at < each.ends_at), None)


def _earned(taken: Taken, _at: datetime) -> Step | None:
    if not taken.standing.complete:
        return None
    return Step(
        taken.edition,
        heading=_l("You have completed this edition"),
        reason=_l("Everything that the certificate asks for is done. When it is issued you find it here."),
        action=_l("My certificates"),
        target=Target("certificates.mine", {}),
    )


def _nothing(taken: Taken, _at: datetime) -> Step:
    ended = taken.edition.status == CLOSED
    return Step(
        taken.edition,
        heading=_l("This edition has ended") if ended else _l("You are up to date"),
        reason=_l("The checklist says what was missing for the certificate.")
        if ended
        else _l("Nothing is waiting for you. The checklist says what is still missing for the certificate."),
        action=_l("See the checklist"),
        target=Target("learning.checklist", {"edition": taken.edition.slug}),
    )


Finder = Callable[[Taken, datetime], Step | None]
STAGES: tuple[tuple[Finder, ...], ...] = (
    (_returned,),
    (_open, _starting),
    (_reviewed,),
    (_opening,),
    (_announced,),
    (_earned,),
    (_nothing,),
)


# --- steps ------------------------------------------------------------------------------------------------------------


def _first(taken: Taken, wanted: Callable[[Row], bool]) -> Step | None:
    return next((_activity(taken, row) for row in rows_of(taken.parts) if wanted(row)), None)


def _activity(taken: Taken, row: Row) -> Step:
    reason, action = _saying(row)
    return Step(
        taken.edition,
        row=row,
        reason=reason,
        action=action,
        target=row.target,
        until=_until(row),
        opens=(row.opens or starts(taken.edition)) if row.door is Door.NOT_YET else None,
    )


def _until(row: Row) -> Moment | None:
    """When it is due; once that has passed, or where none was set, when it closes. None for what was handed in."""
    if row.state == WAITING:
        return None
    if row.due and row.door is not Door.LATE:
        return row.due
    return policies.closes(row.activity)


def _saying(row: Row) -> tuple[LazyString, LazyString]:
    """Why this is the step, and what its button says."""
    if row.state == RETURNED:
        return _l("Your tutor read it and asks for changes."), _l("Read the review")
    if row.state == WAITING:
        return _l("You handed it in; a tutor is going to read it."), _l("See what you handed in")
    if row.door is Door.NOT_YET:
        return _l("Nothing to do before it opens."), _l("See the edition")
    if row.days_late:
        return _l("Its date has passed; it is still accepted."), _l("Do it now")
    if row.state == PART:
        return _l("You have begun it; what you saved is kept."), _l("Go on")
    return _l("It is the next one in the order of the edition."), _l("Start")


def _session(taken: Taken, session: TutoringSession) -> Step:
    return Step(
        taken.edition,
        session=session,
        reason=_l("A live session of your edition."),
        action=_l("See the sessions"),
        target=Target("tutoring.sessions", {"edition": taken.edition.slug, "_anchor": f"session-{session.id}"}),
    )


def starts(edition: Edition) -> Moment:
    """The beginning of an edition: midnight before its first day, on the clock of its zone."""
    return Moment(datetime.combine(edition.starts_on, time(), clock.zone(edition.zone)), edition.zone)
