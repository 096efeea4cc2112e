"""What who writes an edition sees of it: everything, what is put away too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from escuela.admissions.queries import taught_editions
from escuela.authoring.models import ActivityDraft
from escuela.columns import Localized
from escuela.content.rows import text_of
from escuela.editions.kinds import KINDS
from escuela.editions.models import Activity, Edition, Module
from escuela.extensions import db
from escuela.media.library import Draft
from escuela.people.models import User
from escuela.web import language


@dataclass(slots=True)
class Line:
    """An activity of the outline."""

    activity: Activity
    lacks: list[str]
    """The edition's languages that something of it is not in."""
    begun: int
    """Participants who have something in it."""
    draft: ActivityDraft | None


@dataclass(slots=True)
class Part:
    """A module of the outline."""

    module: Module
    lacks: list[str]
    lines: list[Line] = field(default_factory=list)
    away: list[Line] = field(default_factory=list)
    """Its activities that are put away."""
    drafts: list[ActivityDraft] = field(default_factory=list)
    """Activities that are being written and are nowhere else yet."""


def edition_of(user: User, slug: str) -> Select[Edition]:
    return taught_editions(user).where(Edition.slug == slug).options(selectinload(Edition.staff))


def outline(edition: Edition) -> tuple[list[Part], list[Part]]:
    """The modules in use and those put away, in as many queries whatever there is."""
    text = text_of(edition)
    lacking = {module.slug: lacks(edition, module.title, module.summary) for module in text.modules}
    missing = {each.slug: lacks(edition, *texts(each)) for module in text.modules for each in module.activities}
    begun = begun_in(edition)
    writing = select(ActivityDraft).where(ActivityDraft.edition_id == edition.id).order_by(ActivityDraft.id)
    drafts = db.session.scalars(writing.options(joinedload(ActivityDraft.saved_by))).unique().all()
    of_activity = {draft.activity_id: draft for draft in drafts if draft.activity_id}
    rows = select(Module).where(Module.edition_id == edition.id).order_by(Module.position, Module.id)
    parts = {row.id: Part(row, lacking.get(row.slug, [])) for row in db.session.scalars(rows)}
    activities = select(Activity).where(Activity.edition_id == edition.id).order_by(Activity.position, Activity.id)
    for row in db.session.scalars(activities):
        line = Line(row, missing.get(row.slug, []), begun.get(row.id, 0), of_activity.get(row.id))
        away = row.archived_at is not None and parts[row.module_id].module.archived_at is None
        (parts[row.module_id].away if away else parts[row.module_id].lines).append(line)
    for draft in drafts:
        if draft.activity_id is None:
            parts[draft.module_id].drafts.append(draft)
    used = [part for part in parts.values() if part.module.archived_at is None]
    return used, [part for part in parts.values() if part.module.archived_at is not None]


def begun_in(edition: Edition) -> dict[int, int]:
    """By id of activity: how many people have something in it."""
    found: dict[int, int] = defaultdict(int)
    for part in (part for kind in KINDS.values() for part in kind.told):
        _person, of_activity, _state, _at = part(edition.id).subquery().c
        counted = select(of_activity, func.count()).group_by(of_activity)
        for activity, number in db.session.execute(counted):
            found[activity] += number
    return found


def lacks(edition: Edition, *found: Localized) -> list[str]:
    """The edition's languages that some of these texts are not in; what nobody wrote lacks none."""
    return [
        language
        for language in edition.languages
        if any(text and not (text.get(language) or "").strip() for text in found)
    ]


def texts(thing: Any) -> Iterator[Localized]:
    """Every localized text in a text, however deep."""
    if isinstance(thing, Localized):
        yield thing
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from texts(getattr(thing, each.name))
    elif isinstance(thing, tuple):
        for each in thing:
            yield from texts(each)


def module_of(edition: Edition, slug: str) -> Select[Module]:
    return select(Module).where(Module.edition_id == edition.id, Module.slug == slug)


def activity_of(edition: Edition, slug: str) -> Select[Activity]:
    return select(Activity).where(Activity.edition_id == edition.id, Activity.slug == slug)


def draft_of(edition: Edition, number: int) -> Select[ActivityDraft]:
    """What is being written and is nowhere else yet."""
    return select(ActivityDraft).where(
        ActivityDraft.edition_id == edition.id, ActivityDraft.id == number, ActivityDraft.activity_id.is_(None)
    )


def drafted(edition: Edition) -> Iterator[Draft]:
    """What is being written, for the library: its files are in use."""
    rows = select(ActivityDraft).where(ActivityDraft.edition_id == edition.id).order_by(ActivityDraft.id)
    for row in db.session.scalars(rows.options(joinedload(ActivityDraft.module), joinedload(ActivityDraft.activity))):
        words = tuple(value for values in row.fields.values() for value in values)
        typed = (row.fields.get(f"title-{code}", [""])[0] for code in edition.languages)
        title = next(filter(None, typed), "") or (row.activity.title.words(language()).text if row.activity else "")
        yield Draft(row.module.slug, title or str(KINDS[row.kind].title), words)
