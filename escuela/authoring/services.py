"""Write modules and activities in the browser; what is being written is kept as a draft until it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.authoring import versions
from escuela.authoring.models import ActivityDraft
from escuela.columns import Localized
from escuela.content.printing import MOST
from escuela.content.rows import home_of
from escuela.editions.kinds import FORMATS
from escuela.editions.models import Activity, Edition, Media, Module
from escuela.editions.policies import Moment
from escuela.editions.slugs import slug_of
from escuela.editions.text import ActivityText, align, write_activity
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.models import FrameworkItem
from escuela.people.history import announced, record
from escuela.people.models import User

PAGES = {"nuevo"}
"""What an address says in the place of a module's slug."""


class MeanwhileError(DomainError):
    """Somebody else saved since this was begun."""


def lock(edition: Edition) -> None:
    """One author at a time; what is read from here on is what there is."""
    db.session.refresh(edition, with_for_update=True)


def touch(edition: Edition) -> None:
    """Its content was changed in the browser."""
    edition.edited_at = clock.now()
    db.session.flush()


def taken_slugs(edition: Edition) -> set[str]:
    """Of modules, activities and folders of media: one name is used once, so that an address and a link mean one."""
    modules = select(Module.slug).where(Module.edition_id == edition.id)
    activities = select(Activity.slug).where(Activity.edition_id == edition.id)
    folders = {
        path.partition("/")[0] for path in db.session.scalars(select(Media.path).where(Media.edition_id == edition.id))
    }
    return PAGES | folders | set(db.session.scalars(modules.union_all(activities)))


def _items(codes: Sequence[str]) -> list[FrameworkItem]:
    return list(db.session.scalars(select(FrameworkItem).where(FrameworkItem.id.in_(codes))))


# --- modules


def write_module(edition: Edition, row: Module | None, values: Mapping[str, Any], *, by: User) -> Module:
    """A module as its form says it; a new one goes to the end and gets its slug from its title."""
    lock(edition)
    before = facts_of_module(row) if row else {}
    title: Localized = values["title"]
    items = _items(values["frameworks"])
    if row is None:
        slug = slug_of(title[edition.languages[0]], taken_slugs(edition), otherwise="modulo")
        row = Module(edition_id=edition.id, slug=slug, position=next_place(edition))
    opens: Moment | None = values["opens"]
    row.title, row.summary, row.hours = title, values["summary"], values["hours"]
    row.opens_at, row.opens_zone = (opens.at, opens.zone) if opens else (None, None)
    align(row, items)
    db.session.add(row)
    db.session.flush()
    after = facts_of_module(row)
    if before != after:
        touch(edition)
        record(row, "module-changed" if before else "module-created", within=edition, by=by, before=before, after=after)
    return row


def facts_of_module(row: Module) -> dict[str, Any]:
    """What a module says of itself, as plain JSON."""
    return {
        "title": dict(row.title),
        "summary": dict(row.summary),
        "hours": row.hours,
        "opens": announced(row.opens_at, row.opens_zone) if row.opens_at and row.opens_zone else None,
        "frameworks": sorted(item.id for item in row.items),
    }


def facts_typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same, as a form says it."""
    opens: Moment | None = values["opens"]
    return {
        "title": dict(values["title"]),
        "summary": dict(values["summary"]),
        "hours": values["hours"],
        "opens": announced(opens.at, opens.zone) if opens else None,
        "frameworks": sorted(item.id for item in _items(values["frameworks"])),
    }


def next_place(among: Edition | Module) -> int:
    """Behind all modules of an edition, all activities of a module. Raises DomainError where the format has no more."""
    if isinstance(among, Edition):
        rows = select(Module.position, Module.archived_at).where(Module.edition_id == among.id)
    else:
        rows = select(Activity.position, Activity.archived_at).where(Activity.module_id == among.id)
    found = db.session.execute(rows).all()
    if sum(away is None for _place, away in found) >= MOST:
        raise DomainError(_l("There is room for %(most)d here: begin another one, or put some away.", most=MOST))
    return max((place for place, _away in found), default=0) + 1


# --- activities


def free_slug(edition: Edition, kind: str, title: Localized) -> str:
    """A slug that nothing in the edition has, with its kind's prefix; a lesson's is no other kind's."""
    prefix, words = FORMATS[kind].prefix, title[edition.languages[0]]
    others = tuple(each.prefix for each in FORMATS.values() if each.prefix and each.kind != kind)
    if not prefix and slug_of(words, (), otherwise=kind).startswith(others):
        words = f"leccion {words}"
    return slug_of(f"{prefix} {words}", taken_slugs(edition), otherwise=kind)


def save(
    module: Module, text: ActivityText, *, by: User, row: Activity | None = None, over: int | None = None
) -> Activity:
    """Write an activity and keep its version. A new one goes to the end of its module and gets its slug.

    `over` is the version that it was written over. Raises MeanwhileError where that is no longer how it stands, and
    DomainError, with nothing written, where the text would take away or falsify what people did.
    """
    edition = module.edition
    lock(edition)
    if row is None:
        before, place = None, next_place(module)
        text = replace(text, slug=free_slug(edition, text.kind, text.title), place=place)
        row = FORMATS[text.kind].model()
    else:
        db.session.refresh(row)
        before = versions.standing(row)
        text = replace(text, slug=row.slug, place=row.position)
        if over is not None and over != before.number:
            raise MeanwhileError(_l("Somebody saved this meanwhile: look at what changed, then save yours over it."))
    files = versions.printed(text, edition.languages)
    if before is not None and before.files == files:
        return row
    facts = facts_of(row) if before else {}
    write(row, text, module)
    number = versions.keep(row, files, before, by=by)
    touch(edition)
    was = {**facts, "version": before.number} if before else {}
    verb = "activity-changed" if before else "activity-created"
    record(row, verb, within=edition, by=by, before=was, after={**facts_of(row), "version": number})
    return row


def write(row: Activity, text: ActivityText, module: Module) -> None:
    """Bring a row into step with its text, in a module."""
    with db.session.begin_nested(), db.session.no_autoflush:
        FORMATS[text.kind].write(row, text, home_of(module))
        write_activity(row, text, _items(text.frameworks))
        row.edition, row.module = module.edition, module
        db.session.add(row)
        db.session.flush()


def facts_of(row: Activity) -> dict[str, Any]:
    """What every activity says of itself, for the history."""
    return {
        "title": dict(row.title),
        "summary": dict(row.summary),
        "required": row.required,
        "opens": announced(row.opens_at, row.opens_zone) if row.opens_at and row.opens_zone else None,
        "due": announced(row.due_at, row.due_zone) if row.due_at and row.due_zone else None,
        "frameworks": [item.id for item in row.items],
    }


# --- drafts


def begin(module: Module, kind: str, *, by: User) -> ActivityDraft:
    """A new activity that nobody but its authors sees; one that they began here and never touched is used first."""
    next_place(module)
    mine = select(ActivityDraft).where(
        ActivityDraft.module_id == module.id,
        ActivityDraft.activity_id.is_(None),
        ActivityDraft.kind == kind,
        ActivityDraft.saved_by_id == by.id,
    )
    for there in db.session.scalars(mine.order_by(ActivityDraft.id)):
        if not there.fields:
            return there
    draft = ActivityDraft(edition_id=module.edition_id, module_id=module.id, kind=kind, fields={}, based_on=0)
    draft.saved_at, draft.saved_by_id = clock.now(), by.id
    db.session.add(draft)
    db.session.flush()
    return draft


def begin_over(row: Activity, based_on: int, *, by: User) -> ActivityDraft:
    """The draft of changes to an activity, from the version that its author saw."""
    draft = ActivityDraft(
        edition_id=row.edition_id,
        module_id=row.module_id,
        activity_id=row.id,
        kind=row.kind,
        fields={},
        based_on=based_on,
        saved_at=clock.now(),
        saved_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:
        raise MeanwhileError(_l("Somebody began to write here too: reload the page to see what.")) from None
    return draft


def keep_draft(draft: ActivityDraft, fields: Mapping[str, list[str]], *, over: str, by: User) -> None:
    """Keep what was typed. `over` is the mark of what the page began from; raises MeanwhileError over another's."""
    db.session.refresh(draft, with_for_update=True)
    if over != mark_of(draft) and draft.fields and draft.saved_by_id != by.id:
        name = draft.saved_by.name
        raise MeanwhileError(_l("%(name)s is writing here too. Yours is not saved: agree on who goes on.", name=name))
    draft.fields, draft.saved_at, draft.saved_by_id = dict(fields), clock.now(), by.id
    db.session.flush()


def mark_of(draft: ActivityDraft | None) -> str:
    """What tells one state of a draft from another."""
    return draft.saved_at.isoformat() if draft is not None and draft.fields else ""


def discard(draft: ActivityDraft) -> None:
    db.session.delete(draft)
    db.session.flush()
