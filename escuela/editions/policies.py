"""Who may do what in an edition, and when an activity accepts work. Pure: rows in, answers out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from escuela import clock
from escuela.editions.models import ARCHIVED, CLOSED, COORDINATOR, DRAFT, PUBLISHED, TUTOR, Edition
from escuela.people.models import User


def has_role(user: User | None, edition: Edition, role: str) -> bool:
    if user is not None and user.lens is not None:
        return user.lens.edition_id == edition.id and user.lens.role == role
    return user is not None and any(row.user_id == user.id and row.role == role for row in edition.staff)


def coordinates(user: User | None, edition: Edition) -> bool:
    """Runs this edition: its coordinators, and who coordinates them all."""
    return user is not None and (user.is_coordinator or has_role(user, edition, COORDINATOR))


def can_review(user: User | None, edition: Edition) -> bool:
    """Reviews works and takes attendance: tutors of the edition and who coordinates it."""
    return has_role(user, edition, TUTOR) or coordinates(user, edition)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant and the IANA zone that it was announced in."""

    at: datetime
    zone: str


class Door(StrEnum):
    NOT_YET = "not_yet"
    OPEN = "open"
    LATE = "late"
    """Past its due instant and still accepted."""
    CLOSED = "closed"


class Opening(Protocol):
    """What may open at an instant of its own."""

    @property
    def opens_at(self) -> datetime | None: ...
    @property
    def opens_zone(self) -> str | None: ...


class Planned(Opening, Protocol):
    """What an activity's hours are told by: its row, or as much of it as a page has read."""

    @property
    def id(self) -> int: ...
    @property
    def required(self) -> bool: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def due_zone(self) -> str | None: ...
    @property
    def strict(self) -> bool: ...
    @property
    def late_days(self) -> int | None: ...
    @property
    def module(self) -> Opening: ...
    @property
    def edition(self) -> Edition: ...


def opens(activity: Planned) -> Moment | None:
    """When an activity opens: its own instant, else its module's, else None (with the edition)."""
    things: tuple[Opening, ...] = (activity, activity.module)
    for thing in things:
        if thing.opens_at is not None and thing.opens_zone is not None:
            return Moment(thing.opens_at, thing.opens_zone)
    return None


def due(activity: Planned) -> Moment | None:
    if activity.due_at is None or activity.due_zone is None:
        return None
    return Moment(activity.due_at, activity.due_zone)


@dataclass(frozen=True, slots=True)
class Hours:
    """An activity's hours as they are for somebody whose due instant was moved."""

    id: int
    required: bool
    opens_at: datetime | None
    opens_zone: str | None
    due_at: datetime | None
    due_zone: str | None
    strict: bool
    late_days: int | None
    module: Opening
    edition: Edition


def moved(activity: Planned, to: Moment | None) -> Planned:
    """An activity for somebody who was given until `to`: due, late and closed by that instant, if it is the later."""
    if to is None or not is_later(activity, to):
        return activity
    return Hours(
        id=activity.id,
        required=activity.required,
        opens_at=activity.opens_at,
        opens_zone=activity.opens_zone,
        due_at=to.at,
        due_zone=to.zone,
        strict=activity.strict,
        late_days=activity.late_days,
        module=activity.module,
        edition=activity.edition,
    )


def is_later(activity: Planned, to: Moment) -> bool:
    """Whether that is after it is due for everybody; what is never due cannot be due later."""
    return activity.due_at is not None and to.at > activity.due_at


def begins(edition: Edition) -> Moment:
    """The start of an edition's first day, on the clock of its zone."""
    return Moment(datetime.combine(edition.starts_on, time(), clock.zone(edition.zone)), edition.zone)


def ends(edition: Edition) -> Moment:
    """The end of an edition: 23:59 of its last day on the clock of its zone, as it is announced."""
    return Moment(datetime.combine(edition.ends_on, time(23, 59), clock.zone(edition.zone)), edition.zone)


def closes(activity: Planned) -> Moment:
    """The instant from which nothing more is accepted.

    The due one if it is strict; so many days later, at the same hour of its clock, where that is said; and always,
    but for a strict one, the end of the edition.
    """
    limit = due(activity)
    if limit is not None and activity.strict:
        return limit
    end = ends(activity.edition)
    if limit is None or activity.late_days is None:
        return end
    last = limit.at.astimezone(clock.zone(limit.zone)) + timedelta(days=activity.late_days)
    return Moment(last.astimezone(UTC), limit.zone) if last < end.at else end


def door(activity: Planned, at: datetime) -> Door:
    """Whether an activity accepts work at an instant. Lessons are read on after an edition ends; see `can_read`."""
    opening, limit = opens(activity), due(activity)
    if activity.edition.seen_early:
        return Door.OPEN
    if activity.edition.status in {DRAFT, PUBLISHED} or (opening and at < opening.at):
        return Door.NOT_YET
    if activity.edition.status in {CLOSED, ARCHIVED} or at >= closes(activity).at:
        return Door.CLOSED
    return Door.LATE if limit and at >= limit.at else Door.OPEN


def can_read(activity: Planned, at: datetime) -> bool:
    """Whether a participant may read it: from its opening on, for ever."""
    return door(activity, at) is not Door.NOT_YET


def is_public(edition: Edition) -> bool:
    """Drafts and archived editions are not in the catalogue."""
    return edition.status not in {DRAFT, ARCHIVED}
