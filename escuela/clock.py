"""The School's clock. Instants are aware UTC; a deadline is an instant and the IANA zone that it was announced in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_stopped_at: ContextVar[datetime | None] = ContextVar("stopped_at", default=None)


def now() -> datetime:
    """The present instant, aware UTC."""
    return _stopped_at.get() or datetime.now(UTC)


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Everything inside happens at `at`: tests, and worlds with a past."""
    token = _stopped_at.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _stopped_at.reset(token)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Names of places such as America/Montevideo; fixed offsets (`Etc/GMT+3`, `EST`) are not places."""
    return frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ValueError for anything else."""
    try:
        if name in zone_names():
            return ZoneInfo(name)
    except ZoneInfoNotFoundError:  # listed by one source of zones and absent from the other
        pass
    msg = f"{name} is not an IANA time zone such as America/Montevideo"
    raise ValueError(msg)


class SkippedTimeError(ValueError):
    """A clock time that never happens in its zone: the clocks jump over it."""


class StrangeOffsetError(ValueError):
    """An offset that a zone's clocks do not have at a time."""


def instant(local: datetime, zone_name: str, offset: timedelta | None = None) -> datetime:
    """The instant of a clock time (naive) in a zone.

    A time that happens twice is its first one, unless `offset` says which; raises StrangeOffsetError for an offset
    that the zone does not have then. Raises SkippedTimeError for one that the zone's clocks skip and
    ValueError for a name that is no zone.
    """
    there = zone(zone_name)
    found = local.replace(tzinfo=there).astimezone(UTC)
    if found.astimezone(there).replace(tzinfo=None) != local:
        msg = f"{local:%Y-%m-%d %H:%M} does not exist in {zone_name}: the clocks jump over it that day"
        raise SkippedTimeError(msg)
    if offset is None:
        return found
    both = (local.replace(tzinfo=there, fold=fold) for fold in (0, 1))
    for each in both:
        if each.utcoffset() == offset:
            return each.astimezone(UTC)
    msg = f"{local:%Y-%m-%d %H:%M} is not at that offset in {zone_name}"
    raise StrangeOffsetError(msg)


def of_two(at: datetime, zone_name: str) -> int:
    """Which of two equal times an instant is on the clock of a zone that goes back then, 1 or 2; else 0."""
    local = at.astimezone(zone(zone_name))
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.fold + 1 if twice else 0


def written(at: datetime, zone_name: str) -> str:
    """An instant on the clock of its zone, to the minute; a time that happens twice there says its offset.

    `2021-11-30 10:00 America/Montevideo`, `2027-04-03 23:30 -04:00 America/Santiago`.
    """
    local = at.astimezone(zone(zone_name))
    offset = f" {local.isoformat(timespec='minutes')[16:]}" if of_two(at, zone_name) else ""
    return f"{local:%Y-%m-%d %H:%M}{offset} {zone_name}"
