"""Make, change and copy an edition, and move it through its life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from escuela import clock, web
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.content.load import apply
from escuela.content.text import EditionText
from escuela.editions.models import (
    ARCHIVED,
    CLOSED,
    COORDINATOR,
    DRAFT,
    PUBLISHED,
    RUNNING,
    Activity,
    Edition,
    EditionStaff,
)
from escuela.editions.slugs import slug_of
from escuela.editions.text import align
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.models import FrameworkItem
from escuela.people.history import record
from escuela.people.models import User
from escuela.publishing.readiness import findings
from escuela.tutoring.text import SessionText

NEXT = {
    DRAFT: (PUBLISHED,),
    PUBLISHED: (RUNNING, DRAFT),
    RUNNING: (CLOSED,),
    CLOSED: (RUNNING, ARCHIVED),
    ARCHIVED: (CLOSED,),
}
"""The steps that lead on from each status; a step back asks for a reason."""
BACK = {(PUBLISHED, DRAFT), (CLOSED, RUNNING), (ARCHIVED, CLOSED)}
CHECKED = {PUBLISHED, RUNNING}
"""Statuses that an edition reaches only if nothing in it would break."""


def make(text: EditionText, *, by: User, verb: str = "edition-created", **facts: Any) -> Edition:
    """A new edition with this text, in draft, at an address made from year and title; who makes it coordinates it."""
    taken = set(db.session.scalars(select(Edition.slug)))
    first = text.title[text.languages[0]]
    slug = slug_of(f"{text.year} {first}", taken, otherwise=f"{text.year}")
    apply(replace(text, slug=slug, status=DRAFT))
    edition = db.session.scalars(select(Edition).where(Edition.slug == slug)).one()
    edition.status, edition.digest, edition.edited_at = DRAFT, None, clock.now()
    edition.staff.append(EditionStaff(user_id=by.id, role=COORDINATOR))
    db.session.flush()
    record(edition, verb, within=edition, by=by, after={"title": first, **facts})
    return edition


def begun_again(text: EditionText, day: date, number: int) -> EditionText:
    """The same edition begun on another day under another number: every date moves by as many days.

    Its sessions have no link yet: the old ones lead to the room of other people.
    """
    moved = text.begun_on(day)
    modules = tuple(replace(module, sessions=_unlinked(module.sessions)) for module in moved.modules)
    sessions = _unlinked(moved.sessions)
    return replace(moved, number=number, year=moved.starts_on.year, status=DRAFT, modules=modules, sessions=sessions)


def _unlinked(sessions: tuple[SessionText, ...]) -> tuple[SessionText, ...]:
    return tuple(replace(session, link=None) for session in sessions)


def change(edition: Edition, text: EditionText, *, by: User) -> None:
    """Write what an edition says of itself; its modules are not touched."""
    db.session.refresh(edition, with_for_update=True)
    before = facts_of(edition)
    for name in FACTS:
        setattr(edition, name, getattr(text, name))
    edition.languages, edition.signatories = list(text.languages), list(text.signatories)
    wanted = select(FrameworkItem).where(FrameworkItem.id.in_(text.frameworks))
    align(edition, db.session.scalars(wanted).all())
    after = facts_of(edition)
    if before != after:
        edition.edited_at = clock.now()
        db.session.flush()
        record(edition, "edition-changed", within=edition, by=by, before=before, after=after)


FACTS = (
    "number",
    "year",
    "title",
    "theme",
    "summary",
    "notice",
    "mode",
    "host_city",
    "host_country",
    "starts_on",
    "ends_on",
    "zone",
    "hours",
    "attendance",
)


def facts_of(edition: Edition) -> dict[str, Any]:
    """What an edition says of itself, as plain JSON."""
    return _plain(edition) | {"frameworks": sorted(item.id for item in edition.items)}


def facts_typed(text: EditionText) -> dict[str, Any]:
    """The same, as a text says it."""
    return _plain(text) | {"frameworks": sorted(text.frameworks)}


def _plain(thing: Edition | EditionText) -> dict[str, Any]:
    found = {name: getattr(thing, name) for name in FACTS}
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}
    return {
        **{name: dict(value) if isinstance(value, dict) else value for name, value in plain.items()},
        "languages": list(thing.languages),
        "signatories": [dict(each) for each in thing.signatories],
    }


def effects(edition: Edition, text: EditionText) -> list[LazyString]:
    """What saving would do to who takes part already, in sentences."""
    enrolled = select(func.count(Enrolment.id)).where(Enrolment.edition_id == edition.id, Enrolment.status == ACTIVE)
    people = db.session.scalar(enrolled) or 0
    if not people:
        return []
    found: list[LazyString] = []
    if text.attendance != edition.attendance:
        found.append(
            lazy_ngettext(
                "%(num)d participant will need %(new)d %% of the sessions for a certificate instead of %(old)d %%.",
                "%(num)d participants will need %(new)d %% of the sessions for a certificate instead of %(old)d %%.",
                people,
                new=text.attendance,
                old=edition.attendance,
            )
        )
    if text.ends_on < edition.ends_on:
        later = select(func.count(Activity.id)).where(
            Activity.edition_id == edition.id,
            Activity.archived_at.is_(None),
            Activity.due_at > _end_of(text),
        )
        found.append(_l("Works are accepted until an earlier day: %(day)s.", day=web.day(text.ends_on)))
        due = db.session.scalar(later) or 0
        if due:
            found.append(
                lazy_ngettext(
                    "%(num)d activity is due after that day.", "%(num)d activities are due after that day.", due
                )
            )
    gone = [language for language in edition.languages if language not in text.languages]
    if gone:
        found.append(_l("Texts are no longer asked for in a language that participants may be reading."))
    if text.zone != edition.zone:
        found.append(_l("The end of the edition is told on the clock of another zone."))
    if text.hours != edition.hours:
        found.append(_l("Certificates will say %(new)d hours instead of %(old)d.", new=text.hours, old=edition.hours))
    return found


def _end_of(text: EditionText) -> datetime:
    return datetime.combine(text.ends_on + timedelta(days=1), time(), clock.zone(text.zone))


def step(edition: Edition, to: str, *, reason: str, by: User) -> None:
    """Move an edition on. Raises DomainError where the step does not follow, lacks its reason or would break it.

    Harmless where it is there already.
    """
    db.session.refresh(edition, with_for_update=True)
    here = edition.status
    if to == here:
        return
    if to not in NEXT[here]:
        raise DomainError(_l("Somebody has moved this edition on meanwhile: look at how it stands now."))
    if (here, to) in BACK and not reason.strip():
        raise DomainError(_l("Write the reason: a step back is kept in the history with it."))
    if to in CHECKED and any(finding.breaks for finding in findings(edition)):
        raise DomainError(_l("Something in it would break for participants: see the list of what is missing."))
    edition.status = to
    db.session.flush()
    before, after = {"status": here}, {"status": to}
    record(edition, "edition-status", within=edition, by=by, reason=reason.strip() or None, before=before, after=after)
