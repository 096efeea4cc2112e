"""The order of modules and activities, copies of them, and what is put away, brought back or taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from escuela import clock
from escuela.authoring import effects, services, versions
from escuela.authoring.models import ActivityDraft, ActivityVersion
from escuela.columns import Localized
from escuela.editions.kinds import EDITORS
from escuela.editions.models import Activity, Edition, Media, Module
from escuela.editions.policies import Moment
from escuela.editions.slugs import slug_of
from escuela.editions.text import ActivityText
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.media.library import USED, words_of
from escuela.people.history import record
from escuela.people.models import User

MODULE, ACTIVITY = "m:", "a:"
COPY = {"es": "copia", "pt": "cópia", "en": "copy"}
TITLE = 200

# --- order


def order_of(edition: Edition) -> list[str]:
    """What is in use, in order: `m:datos`, `a:que-es-un-dato`, ..."""
    found = []
    for module in _modules(edition):
        found.append(MODULE + module.slug)
        found += [ACTIVITY + row.slug for row in _in_use(module)]
    return found


def mark_of(order: Sequence[str]) -> str:
    """A short sign of an order, which is sent back with a change of it."""
    return sha256(" ".join(order).encode()).hexdigest()[:16]


def _modules(edition: Edition) -> Sequence[Module]:
    rows = select(Module).where(Module.edition_id == edition.id, Module.archived_at.is_(None))
    return db.session.scalars(rows.order_by(Module.position, Module.id).options(selectinload(Module.activities))).all()


def _in_use(module: Module) -> list[Activity]:
    return sorted((row for row in module.activities if row.archived_at is None), key=lambda row: (row.position, row.id))


def moved(order: Sequence[str], what: str, step: int) -> list[str]:
    """The order with a module one up or down, with all that is in it, or an activity, also into the next module."""
    if what.startswith(MODULE):
        blocks: list[list[str]] = []
        for each in order:
            if each.startswith(MODULE):
                blocks.append([])
            blocks[-1].append(each)
        place = next(number for number, block in enumerate(blocks) if block[0] == what)
        blocks.insert(min(max(0, place + step), len(blocks) - 1), blocks.pop(place))
        return [each for block in blocks for each in block]
    found = list(order)
    place = found.index(what)
    if 1 <= place + step < len(found):
        found.insert(place + step, found.pop(place))
    return found


def effects_of(edition: Edition, order: Sequence[str], seen: str) -> list[tuple[Activity, LazyString]]:
    """What an order would do to who takes part, activity by activity; refuses what `reorder` refuses."""
    _refuse(edition, order, seen)
    modules, activities = _things(edition)
    here, told = modules[order[0]], list[tuple[Activity, LazyString]]()
    for each in order:
        if each in modules:
            here = modules[each]
        elif activities[each].module_id != here.id:
            told += [(activities[each], sentence) for sentence in effects.of_moving(activities[each], here)]
    return told


def reorder(edition: Edition, order: Sequence[str], seen: str, *, by: User) -> None:
    """Bring modules and activities into an order that holds all of them once.

    Raises DomainError where somebody changed it since `seen`, or where something would stand in no module.
    """
    before = _refuse(edition, order, seen)
    if list(order) == before:
        return
    modules, activities = _things(edition)
    here, place, number = modules[order[0]], 0, 0
    for each in order:
        if each in modules:
            here, place, number = modules[each], 0, number + 1
            here.position = number
        else:
            place += 1
            _put(activities[each], here, place, by=by)
    services.touch(edition)
    record(edition, "order-changed", within=edition, by=by)


def _refuse(edition: Edition, order: Sequence[str], seen: str) -> list[str]:
    """The order as it is, which nobody else changes from here on. Raises DomainError for one that cannot follow it."""
    services.lock(edition)
    before = order_of(edition)
    if mark_of(before) != seen:
        raise services.MeanwhileError(
            _l("Somebody changed the order meanwhile, so yours was not saved. Look at it as it is now and move again.")
        )
    if sorted(order) != sorted(before) or not order or not order[0].startswith(MODULE):
        raise DomainError(_l("That order cannot be: every activity stands in a module."))
    return before


def _things(edition: Edition) -> tuple[dict[str, Module], dict[str, Activity]]:
    modules = {MODULE + each.slug: each for each in _modules(edition)}
    return modules, {ACTIVITY + row.slug: row for module in modules.values() for row in _in_use(module)}


def _put(row: Activity, module: Module, place: int, *, by: User) -> None:
    """In its place; into another module it takes along the files that it shows, and those of its draft."""
    if row.module_id == module.id:
        row.position = place
        return
    old = row.module
    text = replace(versions.text_of(row), place=place)
    drafts = db.session.scalars(select(ActivityDraft).where(ActivityDraft.activity_id == row.id)).all()
    typed = [words for draft in drafts for values in draft.fields.values() for words in values]
    shown = {match[1] for words in (*words_of(text), *typed) for match in USED.finditer(words)}
    names = _keep_files(old, module, shown)
    services.write(row, _reworded(text, lambda words: _renamed(words, names)), module)
    for draft in drafts:
        draft.module_id = module.id
        draft.fields = {field: [_renamed(words, names) for words in values] for field, values in draft.fields.items()}
    titles = {"module": dict(old.title)}, {"module": dict(module.title)}
    record(row, "activity-moved", within=module.edition, by=by, before=titles[0], after=titles[1])


# --- files of a module


def _renamed(words: str, names: Mapping[str, str]) -> str:
    """The words with every file that they show under the name it has now."""
    return USED.sub(lambda match: f"media/{names.get(match[1], match[1])}", words)


def _keep_files(old: Module, new: Module, wanted: set[str] | None = None) -> dict[str, str]:
    """Files of a module, those wanted or all, in the library of another one: the same bytes, by the name they get."""
    rows = db.session.scalars(select(Media).where(Media.edition_id == old.edition_id)).all()
    there = {row.path.partition("/")[2]: row for row in rows if row.path.startswith(f"{new.slug}/")}
    found = {}
    for row in rows:
        folder, _slash, name = row.path.partition("/")
        if folder != old.slug or (wanted is not None and name not in wanted):
            continue
        found[name] = name
        if name in there and there[name].sha256 == row.sha256:
            continue
        if name in there:
            stem, _dot, suffix = name.rpartition(".")
            stems = {other.removesuffix(f".{suffix}") for other in there}
            found[name] = f"{slug_of(stem, stems, otherwise='archivo')}.{suffix}"
        facts = {key: getattr(row, key) for key in ("key", "media_type", "size", "sha256", "width", "height")}
        there[found[name]] = Media(edition_id=row.edition_id, path=f"{new.slug}/{found[name]}", **facts)
        db.session.add(there[found[name]])
    db.session.flush()
    return found


def _reworded(thing: Any, change: Callable[[str], str]) -> Any:
    """A text with all its words changed, however deep and in every language."""
    if isinstance(thing, Localized):
        return Localized({language: change(words) for language, words in thing.items()})
    if isinstance(thing, tuple) and not hasattr(thing, "_fields"):
        return tuple(_reworded(each, change) for each in thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{each.name: _reworded(getattr(thing, each.name), change) for each in fields(thing)})
    return thing


# --- copies


def duplicate(row: Activity, *, by: User) -> Activity:
    """The activity again, at the end of its module; nothing of what people did."""
    text = versions.text_of(row)
    return services.save(row.module, _copy(replace(text, title=_copied(text.title))), by=by)


def _copy(text: ActivityText) -> ActivityText:
    editor = EDITORS.get(text.kind)
    found: ActivityText = editor.copy(text) if editor else text
    return found


def _copied(title: Localized) -> Localized:
    return Localized({code: f"{words[: TITLE - 20]} ({COPY.get(code, COPY['en'])})" for code, words in title.items()})


def duplicate_module(module: Module, *, by: User) -> Module:
    """The module again, at the end, with its files and activities; nothing of what people did, and no sessions."""
    values = {
        "title": _copied(module.title),
        "summary": module.summary,
        "hours": module.hours,
        "opens": Moment(module.opens_at, module.opens_zone) if module.opens_at and module.opens_zone else None,
        "frameworks": [item.id for item in module.items],
    }
    new = services.write_module(module.edition, None, values, by=by)
    _keep_files(module, new)
    for row in _in_use(module):
        services.save(new, _copy(versions.text_of(row)), by=by)
    return new


# --- put away, brought back, taken out


def archive(thing: Module | Activity, *, by: User) -> None:
    """Put away: participants see it no more, what they did stays. A module goes with all that is in it."""
    services.lock(thing.edition)
    db.session.refresh(thing)
    if thing.archived_at is not None:
        return
    now = clock.now()
    for row in (thing, *(_in_use(thing) if isinstance(thing, Module) else ())):
        row.archived_at = now
    services.touch(thing.edition)
    record(thing, "archived", within=thing.edition, by=by, before={"title": dict(thing.title)})


def restore(thing: Module | Activity, *, by: User) -> None:
    """Bring back, at the end; a module with what was put away with it."""
    services.lock(thing.edition)
    db.session.refresh(thing)
    if thing.archived_at is None:
        return
    if isinstance(thing, Activity):
        if thing.module.archived_at is not None:
            raise DomainError(_l("Its module is put away: bring that back first."))
        thing.position = services.next_place(thing.module)
    else:
        thing.position = services.next_place(thing.edition)
        for row in thing.activities:
            if row.archived_at == thing.archived_at:
                row.archived_at = None
    thing.archived_at = None
    services.touch(thing.edition)
    record(thing, "restored", within=thing.edition, by=by, after={"title": dict(thing.title)})


def may_go(thing: Module | Activity) -> bool:
    """Whether nobody has worked on it, so that it can be taken out for good."""
    rows = list(thing.activities) if isinstance(thing, Module) else [thing]
    return not rows or not effects.worked_on(rows)


def remove(thing: Module | Activity, *, by: User) -> None:
    """Take out for good what nobody has worked on. Raises DomainError where somebody has."""
    edition = thing.edition
    services.lock(edition)
    refusal = DomainError(
        _l("People have worked on it, or sessions are planned for it: it cannot be taken out. Put it away instead.")
    )
    if not may_go(thing):
        raise refusal
    record(thing, "removed", within=edition, by=by, before={"title": dict(thing.title)})
    rows = list(thing.activities) if isinstance(thing, Module) else [thing]
    numbers = [row.id for row in rows]
    try:
        with db.session.begin_nested():
            db.session.execute(delete(ActivityDraft).where(ActivityDraft.activity_id.in_(numbers)))
            db.session.execute(delete(ActivityVersion).where(ActivityVersion.activity_id.in_(numbers)))
            if isinstance(thing, Module):
                db.session.execute(delete(ActivityDraft).where(ActivityDraft.module_id == thing.id))
                folder = Media.path.startswith(f"{thing.slug}/", autoescape=True)
                db.session.execute(delete(Media).where(Media.edition_id == edition.id, folder))
            db.session.expire(thing)
            db.session.delete(thing)
    except IntegrityError:
        raise refusal from None
    services.touch(edition)


def linked_from(thing: Module | Activity, texts: Sequence[ActivityText]) -> list[Localized]:
    """Titles of the texts that link to it, or to something in it: those links would lead nowhere."""
    slugs = {row.slug for row in (_in_use(thing) if isinstance(thing, Module) else [thing])}
    link = re.compile(rf"lesson:({'|'.join(map(re.escape, sorted(slugs)))})(?![\w-])")
    return [
        text.title
        for text in texts
        if slugs and text.slug not in slugs and any(link.search(words) for words in words_of(text))
    ]
