"""What a change of an edition would do to who takes part in it, in sentences shown before it is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from escuela import clock
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.authoring.versions import printed, text_of
from escuela.editions.kinds import DONE, EDITORS, KINDS
from escuela.editions.models import RUNNING, Activity, Edition, Module
from escuela.editions.policies import Moment, begins, opens
from escuela.editions.services import both_zones
from escuela.editions.text import ActivityText
from escuela.extensions import db


def states_of(row: Activity) -> Counter[str]:
    """How many of those who take part now are in each state of an activity; who has not begun is in none."""
    taking = select(Enrolment.id).where(Enrolment.edition_id == row.edition_id, Enrolment.status == ACTIVE)
    found: Counter[str] = Counter()
    for part in KINDS[row.kind].told:
        person, activity, state, _at = part(row.edition_id).subquery().c
        counted = select(state, func.count()).where(activity == row.id, person.in_(taking)).group_by(state)
        found.update(dict(db.session.execute(counted).all()))
    return found


def worked_on(rows: list[Activity]) -> int:
    """How many people have something in any of these, who left the edition too."""
    people = set[int]()
    for kind in {row.kind for row in rows}:
        numbers = [row.id for row in rows if row.kind == kind]
        for part in KINDS[kind].told:
            person, activity, _state, _at = part(rows[0].edition_id).subquery().c
            people |= set(db.session.scalars(select(person).where(activity.in_(numbers))))
    return len(people)


def _taking_part(edition: Edition) -> int:
    rows = select(func.count(Enrolment.id)).where(Enrolment.edition_id == edition.id, Enrolment.status == ACTIVE)
    return db.session.scalar(rows) or 0


# --- an activity


def of_saving(row: Activity | None, text: ActivityText) -> list[LazyString]:
    """What saving an activity does: what every kind has in common, and what its own kind tells."""
    if row is None:
        return []
    common = list(_common(row, text)) if row.edition.status == RUNNING and row.archived_at is None else []
    editor = EDITORS.get(row.kind)
    return [*common, *(editor.effects(row, text) if editor else [])]


def _common(row: Activity, text: ActivityText) -> Iterator[LazyString]:
    states, everybody = states_of(row), _taking_part(row.edition)
    begun, done = states.total(), states[DONE]
    yield from _requirement(row, text, everybody - done)
    yield from _deadline(row, text, everybody - done)
    now = text.opens or _opening_of(row.module)
    yield from _closed_again(opens(row), now, begun)
    if done and printed(text, row.edition.languages) != printed(text_of(row), row.edition.languages):
        yield lazy_ngettext(
            "%(num)d participant has done it already: it stays done, and nobody is told of the change.",
            "%(num)d participants have done it already: it stays done, and nobody is told of the change.",
            done,
        )


def _requirement(row: Activity, text: ActivityText, without: int) -> Iterator[LazyString]:
    if text.required and not row.required and without:
        yield lazy_ngettext(
            "A certificate asks for it from now on: %(num)d participant has not done it.",
            "A certificate asks for it from now on: %(num)d participants have not done it.",
            without,
        )
    if row.required and not text.required:
        yield _l("A certificate no longer asks for it.")


def _deadline(row: Activity, text: ActivityText, without: int) -> Iterator[LazyString]:
    if text.due is None or not without or (row.due_at is not None and row.due_at <= text.due.at):
        return
    if text.due.at <= clock.now():
        yield lazy_ngettext(
            "Its due instant has passed already: %(num)d participant has not done it and is late at once.",
            "Its due instant has passed already: %(num)d participants have not done it and are late at once.",
            without,
        )
    else:
        yield lazy_ngettext(
            "It is due earlier than was said: %(num)d participant has not done it. New instant: %(when)s",
            "It is due earlier than was said: %(num)d participants have not done it. New instant: %(when)s",
            without,
            when=both_zones(text.due),
        )


def _closed_again(before: Moment | None, after: Moment | None, begun: int) -> Iterator[LazyString]:
    now = clock.now()
    if after is None or after.at <= now or (before is not None and before.at > now):
        return
    if begun:
        yield lazy_ngettext(
            "It is open now and closes again until %(when)s %(num)d participant has something in it, which is kept.",
            "It is open now and closes again until %(when)s %(num)d participants have something in it, which is kept.",
            begun,
            when=both_zones(after),
        )
    else:
        yield _l("It is open now and closes again until %(when)s", when=both_zones(after))


def _opening_of(module: Module) -> Moment | None:
    return Moment(module.opens_at, module.opens_zone) if module.opens_at and module.opens_zone else None


# --- a module, and what is put away


def of_opening(module: Module, after: Moment | None) -> list[LazyString]:
    """What it does that a module opens at another instant."""
    edition = module.edition
    if edition.status != RUNNING or clock.now() < begins(edition).at:
        return []
    inside = [row for row in module.activities if row.archived_at is None and row.opens_at is None]
    return list(_closed_again(_opening_of(module), after, worked_on(inside) if inside else 0))


def of_moving(row: Activity, to: Module) -> list[LazyString]:
    """What it does that an activity comes to stand in another module."""
    if row.opens_at is not None or row.edition.status != RUNNING:
        return []
    return list(_closed_again(opens(row), _opening_of(to), states_of(row).total()))


def of_archiving(thing: Module | Activity) -> list[LazyString]:
    """What putting away does; it can be brought back."""
    rows = [row for row in thing.activities if row.archived_at is None] if isinstance(thing, Module) else [thing]
    people = worked_on(rows) if rows else 0
    found: list[LazyString] = [_l("Participants no longer see it.")]
    if people:
        found.append(
            lazy_ngettext(
                "%(num)d participant has something in it: that is kept, hidden, and comes back with it.",
                "%(num)d participants have something in it: that is kept, hidden, and comes back with it.",
                people,
            )
        )
    if required := sum(row.required for row in rows):
        found.append(
            lazy_ngettext(
                "A certificate no longer asks for %(num)d activity.",
                "A certificate no longer asks for %(num)d activities.",
                required,
            )
        )
    return found
