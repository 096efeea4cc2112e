"""What loading a text would do, found out by doing it and taking it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.orm import with_polymorphic

from escuela import markdown
from escuela.columns import Localized
from escuela.content.load import Outcome, apply
from escuela.content.printing import files_of
from escuela.content.rows import text_of
from escuela.content.text import EditionText, ModuleText
from escuela.editions.kinds import EDITORS, FORMATS, KINDS
from escuela.editions.models import Activity, Edition
from escuela.editions.text import ActivityText
from escuela.errors import DomainError
from escuela.extensions import db

ADDED, CHANGED, TAKEN = "added", "changed", "taken"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that would be another one after loading."""

    how: str
    what: LazyString
    title: Localized | str


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that loading a text would do, or why it would be refused."""

    text: EditionText
    edition: Edition | None
    outcome: Outcome
    edited_at: datetime | None
    """When it was changed in the browser since it was loaded, and the text says something else."""
    lines: tuple[Line, ...]
    effects: tuple[tuple[Localized, LazyString], ...]
    """By the title of an activity: what would come of what participants did."""
    refusal: LazyString | str = ""

    @property
    def activities(self) -> int:
        return sum(len(module.activities) for module in self.text.modules)

    @property
    def sessions(self) -> int:
        return len(self.text.sessions) + sum(len(module.sessions) for module in self.text.modules)

    @property
    def files(self) -> int:
        return sum(len(module.media) for module in self.text.modules)


def changes(text: EditionText) -> Changes:
    """What loading a text without faults would do now. Nothing of it stays written."""
    edition = db.session.scalars(select(Edition).where(Edition.slug == text.slug)).one_or_none()
    before = text_of(edition) if edition is not None else None
    edited_at = edition.edited_at if edition is not None else None
    effects = tuple(_effects(edition, before, text)) if edition is not None and before is not None else ()
    outcome, refusal = _rehearsed(text)
    if outcome is Outcome.UNCHANGED:
        edited_at = None
    lines = tuple(_lines(before, text)) if before is not None else ()
    return Changes(text, edition, outcome, edited_at, lines, effects, refusal)


def _rehearsed(text: EditionText) -> tuple[Outcome, LazyString | str]:
    savepoint = db.session.begin_nested()
    try:
        with markdown.rehearsing():
            return apply(text, replace=True, store=lambda _medium: "").outcome, ""
    except DomainError as refusal:
        return Outcome.REFUSED, refusal.sentence
    finally:
        savepoint.rollback()


def _effects(edition: Edition, before: EditionText, after: EditionText) -> Iterator[tuple[Localized, LazyString]]:
    was, becomes = _activities(before), _activities(after)
    changed = [slug for slug in becomes if slug in was and _printed(was[slug]) != _printed(becomes[slug])]
    every = with_polymorphic(Activity, "*")
    rows = select(every).where(every.edition_id == edition.id, every.slug.in_(changed)).order_by(every.id)
    for row in db.session.scalars(rows).unique():
        text = becomes[row.slug][2]
        if row.kind == text.kind and row.kind in EDITORS:
            for sentence in EDITORS[row.kind].effects(row, text):
                yield text.title, sentence


# --- what is in one text and not, or not so, in the other


def _lines(before: EditionText, after: EditionText) -> Iterator[Line]:
    was, becomes = files_of(before)["edition.yaml"], files_of(replace(after, status=before.status))["edition.yaml"]
    if was != becomes:
        yield Line(CHANGED, _l("What the edition says of itself, and its sessions"), after.title)
    yield from _compared(_l("Module"), _modules(before), _modules(after))
    yield from _compared(None, _activities(before), _activities(after))
    yield from _compared(_l("File"), _media(before), _media(after))


def _compared(what: LazyString | None, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Line]:
    for slug, found in after.items():
        if slug not in before:
            yield _line(ADDED, what, slug, found)
        elif _printed(before[slug]) != _printed(found):
            yield _line(CHANGED, what, slug, found)
    for slug, found in before.items():
        if slug not in after:
            yield _line(TAKEN, what, slug, found)


def _line(how: str, what: LazyString | None, slug: str, found: Any) -> Line:
    if isinstance(found, tuple):
        return Line(how, KINDS[found[2].kind].title, found[2].title)
    if isinstance(found, ModuleText):
        return Line(how, _l("Module"), found.title)
    return Line(how, what or _l("File"), slug)


def _modules(text: EditionText) -> dict[str, ModuleText]:
    return {module.slug: replace(module, activities=(), media=()) for module in text.modules}


def _activities(text: EditionText) -> dict[str, tuple[tuple[str, ...], str, ActivityText]]:
    """By slug: the languages of the edition, the slug of its module, the activity."""
    return {
        activity.slug: (text.languages, module.slug, activity)
        for module in text.modules
        for activity in module.activities
    }


def _media(text: EditionText) -> dict[str, str]:
    return {f"{module.slug}/{medium.name}": medium.sha256 for module in text.modules for medium in module.media}


def _printed(found: Any) -> Any:
    """What tells whether a thing is another one: an activity is what its files and its place say."""
    if not isinstance(found, tuple):
        return found
    languages, module, activity = found
    return module, activity.place, activity.kind, FORMATS[activity.kind].files(activity, languages)
