"""How tutoring sessions are written in `courses/`, and how that reaches their rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from escuela import printer
from escuela.columns import Localized
from escuela.editions.models import Module
from escuela.editions.policies import Moment
from escuela.editions.text import align, codes_of, frameworks, moment
from escuela.errors import DomainError
from escuela.frameworks.models import FrameworkItem
from escuela.section import ANY_ZONE, Section
from escuela.tutoring.models import TutoringSession

PLANNED_HERE = re.compile(r"\d{4}-\d\d-\d\d(-\d+)?")
"""Slugs of sessions that were announced on the platform: a text that does not have them does not take them away."""
NEVER = Moment(datetime(2000, 1, 1, tzinfo=UTC), ANY_ZONE)
"""Stands where no instant could be read: a fault says so."""


@dataclass(frozen=True, slots=True)
class SessionText:
    slug: str
    title: Localized
    summary: Localized
    starts: Moment
    minutes: int
    link: str | None
    frameworks: tuple[str, ...]


def read_sessions(owner: Section) -> list[tuple[Section, SessionText]]:
    """The `sessions` of an edition or a module, each with its place in the file."""
    return [(section, _read(section)) for section in owner.sections("sessions")]


def _read(section: Section) -> SessionText:
    link = section.text("link", default="", most=500)
    if link and not link.startswith(("https://", "http://")):
        section.fault(_l("`%(fact)s` is no address of the web: write https://...", fact=f"link: {link}"), "link")
    found = SessionText(
        slug=section.slug(),
        title=section.localized("title", most=200),
        summary=section.localized("summary", most=600),
        starts=moment(section, "starts_at", required=True) or NEVER,
        minutes=section.whole("minutes", least=5, most=24 * 60),
        link=link or None,
        frameworks=frameworks(section),
    )
    section.close()
    return found


def text_of_session(row: TutoringSession) -> SessionText:
    """The text of a session, such that writing it would change nothing."""
    return SessionText(
        slug=row.slug,
        title=row.title,
        summary=row.summary,
        starts=Moment(row.starts_at, row.zone),
        minutes=row.minutes,
        link=row.link,
        frameworks=codes_of(row),
    )


def facts_of_session(text: SessionText, languages: Sequence[str]) -> dict[str, Any]:
    """A session as it is printed in the file of its edition or module."""
    return {
        "slug": text.slug,
        "title": printer.spoken(text.title, languages),
        "summary": printer.spoken(text.summary, languages),
        "starts_at": printer.instant(text.starts),
        "minutes": text.minutes,
        "link": text.link or None,
        "frameworks": text.frameworks or None,
    }


def write_session(
    row: TutoringSession, text: SessionText, module: Module | None, items: Sequence[FrameworkItem]
) -> None:
    """Bring a session into step with its text. Raises DomainError where attendance of another hour has been taken."""
    if row.attendance_taken_at is not None and row.starts_at != text.starts.at:
        raise DomainError(
            _l("%(session)s: attendance of this session has been taken, so its starts_at stays.", session=row.slug)
        )
    row.slug, row.module, row.cancelled_at = text.slug, module, None
    row.title, row.summary = text.title, text.summary
    row.starts_at, row.zone = text.starts.at, text.starts.zone
    row.minutes, row.link = text.minutes, text.link
    align(row, items)
