"""Write an edition in the browser: its modules and activities, their order, what is put away, every version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _ln
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.authoring import queries
from escuela.authoring.models import ActivityDraft, ActivityVersion
from escuela.columns import Localized
from escuela.content.printing import read_printed
from escuela.content.rows import home_of
from escuela.editions.kinds import EDITORS, FORMATS
from escuela.editions.models import RUNNING, Activity, Edition, Media, Module
from escuela.editions.policies import Moment
from escuela.editions.slugs import slug_of
from escuela.editions.text import ActivityText, align, write_activity
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.models import FrameworkItem
from escuela.people.history import record
from escuela.people.models import User

COPY = Localized(es="copia", pt="cópia", en="copy")


def lock(edition: Edition) -> None:
    """One author at a time."""
    db.session.execute(select(Edition.id).where(Edition.id == edition.id).with_for_update())


def _touched(edition: Edition) -> None:
    edition.edited_at = clock.now()
    db.session.flush()


def _items(codes: Sequence[str]) -> list[FrameworkItem]:
    return list(db.session.scalars(select(FrameworkItem).where(FrameworkItem.id.in_(codes))))


# --- modules


def write_module(edition: Edition, row: Module | None, values: Mapping[str, Any], *, by: User) -> Module:
    """A module as its form says it; a new one goes to the end and gets its slug from its title."""
    lock(edition)
    before = _facts_of_module(row) if row else {}
    title: Localized = values["title"]
    if row is None:
        taken = set(db.session.scalars(select(Module.slug).where(Module.edition_id == edition.id)))
        slug = slug_of(title[edition.languages[0]], taken, otherwise="modulo")
        row = Module(edition_id=edition.id, slug=slug, position=_last_place(edition) + 1)
    opens: Moment | None = values["opens"]
    row.title, row.summary, row.hours = title, values["summary"], values["hours"]
    row.opens_at, row.opens_zone = (opens.at, opens.zone) if opens else (None, None)
    align(row, _items(values["frameworks"]))
    db.session.add(row)
    _touched(edition)
    after = _facts_of_module(row)
    if before != after:
        record(row, "module-changed" if before else "module-created", within=edition, by=by, before=before, after=after)
    return row


def _facts_of_module(row: Module) -> dict[str, Any]:
    return {
        "title": dict(row.title),
        "summary": dict(row.summary),
        "hours": row.hours,
        "opens": row.opens_at.isoformat() if row.opens_at else None,
        "frameworks": [item.id for item in row.items],
    }


def _last_place(edition: Edition) -> int:
    places = db.session.scalars(select(Module.position).where(Module.edition_id == edition.id)).all()
    return max(places, default=0)


def duplicate_module(module: Module, *, by: User) -> Module:
    """The module again, behind it, with its files and activities; nothing of what people did."""
    edition = module.edition
    values = {
        "title": _copied(module.title),
        "summary": module.summary,
        "hours": module.hours,
        "opens": Moment(module.opens_at, module.opens_zone) if module.opens_at and module.opens_zone else None,
        "frameworks": [item.id for item in module.items],
    }
    new = write_module(edition, None, values, by=by)
    _copy_media(module, new, None)
    for row in module.activities:
        if row.archived_at is None:
            text = FORMATS[row.kind].text(row, home_of(module))
            save(new, replace(text, slug=free_slug(edition, row.kind, text.title)), by=by)
    return new


def _copied(title: Localized) -> Localized:
    return Localized({language: f"{text} ({COPY[language]})"[:200] for language, text in title.items()})


def _copy_media(old: Module, new: Module, names: set[str] | None) -> None:
    """Files of a module, all or those named, for another one: the same bytes under another address."""
    rows = select(Media).where(Media.edition_id == old.edition_id)
    there = {row.path: row for row in db.session.scalars(rows)}
    for path, row in there.items():
        folder, _slash, name = path.partition("/")
        if folder != old.slug or (names is not None and name not in names) or f"{new.slug}/{name}" in there:
            continue
        facts = {key: getattr(row, key) for key in ("key", "media_type", "size", "sha256", "width", "height")}
        db.session.add(Media(edition_id=row.edition_id, path=f"{new.slug}/{name}", **facts))
    db.session.flush()


# --- activities


def free_slug(edition: Edition, kind: str, title: Localized) -> str:
    """A slug that no activity of the edition has, with its kind's prefix; a lesson's is no other kind's."""
    taken = set(db.session.scalars(select(Activity.slug).where(Activity.edition_id == edition.id)))
    prefix = FORMATS[kind].prefix
    words = title[edition.languages[0]]
    others = tuple(form.prefix for form in FORMATS.values() if form.prefix and form.kind != kind)
    plain = slug_of(words, set(), otherwise=kind)
    if not prefix and plain.startswith(others):
        words = f"leccion {words}"
    return slug_of(f"{prefix} {words}", taken, otherwise=kind)


def save(module: Module, text: ActivityText, *, by: User, row: Activity | None = None) -> Activity:
    """Write an activity and keep the version. A new one goes to the end of its module.

    Raises DomainError, with nothing written, where that would take away or falsify what people did.
    """
    edition = module.edition
    lock(edition)
    form, home = FORMATS[text.kind], home_of(module)
    new = row is None
    row = row or form.model()
    if new:
        places = db.session.scalars(select(Activity.position).where(Activity.module_id == module.id)).all()
        text = replace(text, place=max(places, default=0) + 1)
    before = None if new else form.text(row, home)
    with db.session.no_autoflush:
        form.write(row, text, home)
        write_activity(row, text, _items(text.frameworks))
        row.edition_id, row.module_id = edition.id, module.id
    db.session.add(row)
    db.session.flush()
    if before == text:
        return row
    number = keep(row, text, edition, before, by=by)
    _touched(edition)
    verb = "activity-created" if new else "activity-changed"
    facts = {"title": dict(text.title), "version": number}
    was = {} if before is None else {"title": dict(before.title), "version": number - 1}
    record(row, verb, within=edition, by=by, before=was, after=facts)
    return row


def keep(row: Activity, text: ActivityText, edition: Edition, before: ActivityText | None, *, by: User) -> int:
    """Keep a version as the files that exporting it writes. What was loaded from files becomes the first one."""
    form, last = FORMATS[row.kind], queries.last_version(row)
    if before is not None and not last:
        last = 1
        first = ActivityVersion(
            activity_id=row.id,
            number=last,
            files=form.files(before, edition.languages),
            saved_at=edition.edited_at or clock.now(),
        )
        db.session.add(first)
    version = ActivityVersion(
        activity_id=row.id,
        number=last + 1,
        files=form.files(text, edition.languages),
        saved_at=clock.now(),
        saved_by_id=by.id,
    )
    db.session.add(version)
    db.session.flush()
    return version.number


def text_in(version: ActivityVersion, row: Activity) -> ActivityText:
    """What a version said, in the place where the activity is now. Raises DomainError where it can no longer be."""
    module = row.module
    text, faults = read_printed(
        row.kind,
        row.slug,
        row.position,
        version.files,
        languages=module.edition.languages,
        home=home_of(module),
    )
    if text is None or faults:
        what = " ".join(str(fault.sentence) for fault in faults[:3])
        raise DomainError(_l("This version cannot be brought back as it was: %(what)s", what=what))
    return text


def effects(row: Activity | None, text: ActivityText) -> list[str]:
    """What saving does to who takes part, in sentences: what every kind has in common, then its own."""
    if row is None or row.edition.status != RUNNING:
        return []
    begun, done = (found.get(row.id, 0) for found in (queries.begun_in(row.edition), queries.done_in(row.edition)))
    found: list[LazyString] = []
    if text.required and not row.required:
        found.append(_l("A certificate asks for it from now on, also of who has not begun it."))
    if not text.required and row.required:
        found.append(_l("A certificate no longer asks for it."))
    if text.due and (row.due_at is None or text.due.at < row.due_at) and text.due.at < clock.now():
        found.append(_l("Its due instant has passed already: what comes from now on is late."))
    if text.opens and text.opens.at > clock.now() and begun:
        found.append(
            _ln(
                "It closes again until it opens: %(num)d participant has begun it.",
                "It closes again until it opens: %(num)d participants have begun it.",
                begun,
            )
        )
    editor = EDITORS.get(text.kind)
    found += editor.effects(row, text) if editor else []
    if done and FORMATS[row.kind].text(row, home_of(row.module)) != text:
        found.append(
            _ln(
                "%(num)d participant has done it already: it stays done, and nobody is told of the change.",
                "%(num)d participants have done it already: it stays done, and nobody is told of the change.",
                done,
            )
        )
    return [str(sentence) for sentence in found]


def duplicate(row: Activity, *, by: User) -> Activity:
    """The activity again, at the end of its module; nothing of what people did."""
    text = FORMATS[row.kind].text(row, home_of(row.module))
    title = _copied(text.title)
    return save(row.module, replace(text, slug=free_slug(row.edition, row.kind, title), title=title), by=by)


# --- order


def order_of(edition: Edition) -> list[str]:
    """What is in use, in order: `m:datos`, `a:que-es-un-dato`, ..."""
    found = []
    for module in _modules(edition):
        found.append(f"m:{module.slug}")
        found += [f"a:{row.slug}" for row in _in_use(module)]
    return found


def seen(order: Sequence[str]) -> str:
    """A short sign of an order, sent back with a change of it."""
    return sha256(" ".join(order).encode()).hexdigest()[:16]


def _modules(edition: Edition) -> list[Module]:
    return sorted((each for each in edition.modules if each.archived_at is None), key=lambda each: each.position)


def _in_use(module: Module) -> list[Activity]:
    return sorted((each for each in module.activities if each.archived_at is None), key=lambda each: each.position)


def moved(order: Sequence[str], what: str, step: int) -> list[str]:
    """The order with a module one up or down, with all that is in it, or an activity, also into the next module."""
    if what.startswith("m:"):
        blocks: list[list[str]] = []
        for each in order:
            if each.startswith("m:"):
                blocks.append([])
            blocks[-1].append(each)
        place = next(number for number, block in enumerate(blocks) if block[0] == what)
        to = min(max(0, place + step), len(blocks) - 1)
        blocks.insert(to, blocks.pop(place))
        return [each for block in blocks for each in block]
    found = list(order)
    place = found.index(what)
    if 1 <= place + step < len(found):
        found.insert(place + step, found.pop(place))
    return found


def reorder(edition: Edition, order: Sequence[str], mark: str, *, by: User) -> None:
    """Bring modules and activities into an order that holds all of them once.

    Raises DomainError where somebody changed it since `mark`, or where something would be in no module.
    """
    lock(edition)
    db.session.refresh(edition, ["modules"])
    before = order_of(edition)
    if seen(before) != mark:
        raise DomainError(_l("Somebody changed the order meanwhile. Look at it as it is now, and move again."))
    if sorted(order) != sorted(before) or not order or not order[0].startswith("m:"):
        raise DomainError(_l("That order cannot be: every activity stands in a module."))
    if list(order) == before:
        return
    modules = {f"m:{each.slug}": each for each in _modules(edition)}
    activities = {f"a:{row.slug}": row for module in modules.values() for row in _in_use(module)}
    here, place, number = modules[order[0]], 0, 0
    for each in order:
        if each in modules:
            here, place, number = modules[each], 0, number + 1
            here.position = number
        else:
            place += 1
            _put(activities[each], here, place)
    _touched(edition)
    record(edition, "order-changed", within=edition, by=by)


def _put(row: Activity, module: Module, place: int) -> None:
    """In its place; in another module it takes the files that it shows along."""
    if row.module_id == module.id:
        row.position = place
        return
    old, form = row.module, FORMATS[row.kind]
    text = form.text(row, home_of(old))
    _copy_media(old, module, None)
    row.module = module
    row.position = place
    db.session.flush()
    form.write(row, replace(text, place=place), home_of(module))


# --- put away, brought back, taken out


def archive(thing: Module | Activity, *, by: User) -> None:
    """Put away: participants see it no more, what they did stays. A module goes with all that is in it."""
    edition = thing.edition
    lock(edition)
    if thing.archived_at is not None:
        return
    now = clock.now()
    rows = [thing, *(_in_use(thing) if isinstance(thing, Module) else [])]
    for row in rows:
        row.archived_at = now
    _touched(edition)
    record(thing, "archived", within=edition, by=by, before={"title": dict(thing.title)})


def restore(thing: Module | Activity, *, by: User) -> None:
    """Bring back, at the end; a module with what was put away with it."""
    edition = thing.edition
    lock(edition)
    if thing.archived_at is None:
        return
    if isinstance(thing, Activity):
        if thing.module.archived_at is not None:
            raise DomainError(_l("Its module is put away: bring that back first."))
        thing.position = max((row.position for row in thing.module.activities), default=0) + 1
    else:
        thing.position = _last_place(edition) + 1
        for row in thing.activities:
            if row.archived_at == thing.archived_at:
                row.archived_at = None
    thing.archived_at = None
    _touched(edition)
    record(thing, "restored", within=edition, by=by, after={"title": dict(thing.title)})


def remove(thing: Module | Activity, *, by: User) -> None:
    """Take out for good what nobody has worked on. Raises DomainError where somebody has."""
    edition = thing.edition
    lock(edition)
    record(thing, "removed", within=edition, by=by, before={"title": dict(thing.title)})
    drafts = (
        ActivityDraft.activity_id == thing.id if isinstance(thing, Activity) else ActivityDraft.module_id == thing.id
    )
    try:
        with db.session.begin_nested():
            db.session.execute(delete(ActivityDraft).where(drafts))
            if isinstance(thing, Activity):
                db.session.execute(delete(ActivityVersion).where(ActivityVersion.activity_id == thing.id))
            else:
                own = [row.id for row in thing.activities]
                db.session.execute(delete(ActivityVersion).where(ActivityVersion.activity_id.in_(own)))
            db.session.expire(thing)
            db.session.delete(thing)
    except IntegrityError:
        raise DomainError(
            _l("People have worked on it, or sessions are planned for it: it cannot be taken out. Put it away instead.")
        ) from None
    _touched(edition)


# --- drafts


def begin(module: Module, kind: str, *, by: User) -> ActivityDraft:
    """A new activity that nobody but its authors sees."""
    draft = ActivityDraft(
        edition_id=module.edition_id,
        module_id=module.id,
        kind=kind,
        fields={},
        saved_at=clock.now(),
        saved_by_id=by.id,
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def keep_draft(draft: ActivityDraft, fields: Mapping[str, list[str]], *, by: User) -> None:
    draft.fields, draft.saved_at, draft.saved_by_id = dict(fields), clock.now(), by.id
    db.session.flush()


def draft_for(row: Activity, *, by: User) -> ActivityDraft:
    """The draft of changes to an activity, begun if there is none."""
    found = db.session.scalars(select(ActivityDraft).where(ActivityDraft.activity_id == row.id)).one_or_none()
    if found is not None:
        return found
    draft = ActivityDraft(
        edition_id=row.edition_id,
        module_id=row.module_id,
        activity_id=row.id,
        kind=row.kind,
        fields={},
        based_on=queries.last_version(row),
        saved_at=clock.now(),
        saved_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(draft)
    except IntegrityError:  # another window of the same person
        return db.session.scalars(select(ActivityDraft).where(ActivityDraft.activity_id == row.id)).one()
    return draft


def discard(draft: ActivityDraft) -> None:
    db.session.delete(draft)
    db.session.flush()
