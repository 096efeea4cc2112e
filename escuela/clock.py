"""The School's clock. Instants are aware UTC; a deadline is an instant and the IANA zone that it was announced in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
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


def instant(local: datetime, zone_name: str) -> datetime:
    """The instant of a clock time (naive) in a zone.

    A time that happens twice is its first one. Raises SkippedTimeError for one that the zone's clocks skip and
    ValueError for a name that is no zone.
    """
    there = zone(zone_name)
    found = local.replace(tzinfo=there).astimezone(UTC)
    if found.astimezone(there).replace(tzinfo=None) != local:
        msg = f"{local:%Y-%m-%d %H:%M} does not exist in {zone_name}: the clocks jump over it that day"
        raise SkippedTimeError(msg)
    return found
