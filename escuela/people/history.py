"""The history: who changed what, when and why, with what it was before and after. Written with the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel.speaklater import LazyString
from sqlalchemy import Select, or_, select

from escuela import clock
from escuela.extensions import Model, db
from escuela.people.models import Change, User

VERBS: dict[str, LazyString] = {}
"""What each verb is called, such as «extended the deadline»: each room adds its own."""
FIELDS: dict[str, LazyString] = {}
"""What the names in `before` and `after` are called: each room adds its own."""


def subject_of(thing: Model) -> str:
    """How the history names a row: `application:12`."""
    return f"{type(thing).__name__.lower()}:{thing.id}"  # type: ignore[attr-defined]


def record(
    thing: Model,
    verb: str,
    *,
    within: Model,
    by: User | str | None,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Change:
    """Write one line. `by` is the person, an applicant's address, or None for what the School does by itself.

    `before` and `after` hold plain JSON; names whose values are the same in both are left out.
    """
    was, became = dict(before or {}), dict(after or {})
    for name in [name for name in was if name in became and was[name] == became[name]]:
        del was[name], became[name]
    change = Change(
        at=clock.now(),
        by_id=by.id if isinstance(by, User) else None,
        by_name=by.name if isinstance(by, User) else by or "",
        subject=subject_of(thing),
        within=subject_of(within),
        verb=verb,
        reason=reason,
        before=was,
        after=became,
    )
    db.session.add(change)
    return change


def history_of(thing: Model) -> Select[Change]:
    """Everything that was done to a thing and to what belongs to it, the newest first."""
    name = subject_of(thing)
    return select(Change).where(or_(Change.subject == name, Change.within == name)).order_by(Change.id.desc())


def in_words(names: Mapping[str, LazyString], name: str) -> str:
    """The words for a verb or a field; the name itself where nobody has given it words."""
    return str(names.get(name, name))
