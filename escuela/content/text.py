"""An edition as it was read from its folder: plain values that the database is brought into step with."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import IO, Any

from escuela import clock, markdown
from escuela.columns import Localized
from escuela.editions.policies import Moment
from escuela.editions.text import ActivityText
from escuela.markdown import Medium
from escuela.tutoring.text import SessionText


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaText(Medium):
    """A file in the media/ of a module. Where it lies is no part of what it is."""

    name: str
    sha256: str
    read: Callable[[], IO[bytes]] = field(repr=False, compare=False)
    """Opens its bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleText:
    slug: str
    place: int
    title: Localized
    summary: Localized
    hours: int
    opens: Moment | None
    frameworks: tuple[str, ...]
    activities: tuple[ActivityText, ...]
    sessions: tuple[SessionText, ...]
    media: tuple[MediaText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionText:
    """An edition, whole. Values are compared and replaced (`dataclasses.replace`), never changed."""

    slug: str
    number: int
    year: int
    title: Localized
    theme: Localized
    summary: Localized
    notice: Localized
    mode: str
    host_city: str | None
    host_country: str | None
    starts_on: date
    ends_on: date
    zone: str
    hours: int
    languages: tuple[str, ...]
    status: str
    attendance: int
    signatories: tuple[dict[str, Any], ...]
    frameworks: tuple[str, ...]
    modules: tuple[ModuleText, ...]
    sessions: tuple[SessionText, ...]
    """Of the edition as a whole; modules have their own."""

    @property
    def digest(self) -> str:
        """Of everything that loading would write: where the database has it, there is nothing to do."""
        return hashlib.sha256(f"{markdown.recipe()}{self!r}".encode()).hexdigest()

    def aligned(self) -> Iterator[str]:
        """Every framework item that something here is aligned with."""
        yield from self.frameworks
        for module in self.modules:
            yield from module.frameworks
            for activity in module.activities:
                yield from activity.frameworks
            for session in module.sessions:
                yield from session.frameworks
        for session in self.sessions:
            yield from session.frameworks

    def begun_on(self, day: date) -> EditionText:
        """The same edition begun on another day: every day and instant moves with it, at its own hour of the clock."""
        by = day - self.starts_on
        return replace(
            self,
            starts_on=day,
            ends_on=self.ends_on + by,
            sessions=_moved_sessions(self.sessions, by),
            modules=tuple(
                replace(
                    module,
                    opens=_moved(module.opens, by),
                    sessions=_moved_sessions(module.sessions, by),
                    activities=tuple(
                        replace(activity, opens=_moved(activity.opens, by), due=_moved(activity.due, by))
                        for activity in module.activities
                    ),
                )
                for module in self.modules
            ),
        )


def _moved_sessions(sessions: tuple[SessionText, ...], by: timedelta) -> tuple[SessionText, ...]:
    return tuple(replace(session, starts=_moved(session.starts, by) or session.starts) for session in sessions)


def _moved(moment: Moment | None, by: timedelta) -> Moment | None:
    """The same hour of the same zone's clock, some days later; an hour that its clocks skip becomes the next one."""
    if moment is None:
        return None
    local = moment.at.astimezone(clock.zone(moment.zone)).replace(tzinfo=None) + by
    try:
        return Moment(clock.instant(local, moment.zone), moment.zone)
    except clock.SkippedTimeError:
        return Moment(clock.instant(local + timedelta(hours=1), moment.zone), moment.zone)
