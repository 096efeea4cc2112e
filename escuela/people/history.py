"""The history: who changed what, when and why, with what it was before and after. Written with the change itself."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString
from sqlalchemy import Select, insert, or_, select

from escuela import clock
from escuela.columns import LANGUAGES
from escuela.extensions import Model, db
from escuela.people.models import Change, User
from escuela.web import day, day_and_hour, language_name, reader_zone

VERBS: dict[str, LazyString] = {}
"""What each verb is called, such as «extended the deadline»: each room adds its own."""
FIELDS: dict[str, LazyString] = {}
"""What the names in `before` and `after` are called: each room adds its own."""
VALUES: dict[str, LazyString] = {}
"""What values that are codes are called, by name and value: `state:accepted`."""

NAMES: dict[str, Callable[[Collection[int]], Mapping[int, str]]] = {}
"""By kind of thing, what those of these numbers are called: a history of many things says whose each line is."""

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


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


def record_all(
    verb: str, lines: Iterable[tuple[Model, Mapping[str, Any], Mapping[str, Any]]], *, within: Model, by: User | None
) -> None:
    """One line for each thing, with what it was before and after, in one statement."""
    rows = [
        {
            "at": clock.now(),
            "by_id": by.id if by else None,
            "by_name": by.name if by else "",
            "subject": subject_of(thing),
            "within": subject_of(within),
            "verb": verb,
            "reason": None,
            "before": dict(before),
            "after": dict(after),
        }
        for thing, before, after in lines
    ]
    if rows:
        db.session.execute(insert(Change), rows)


def history_of(thing: Model) -> Select[Change]:
    """Everything that was done to a thing and to what belongs to it, the newest first."""
    name = subject_of(thing)
    return select(Change).where(or_(Change.subject == name, Change.within == name)).order_by(Change.id.desc())


def in_words(names: Mapping[str, LazyString], name: str) -> str:
    """The words for a verb or a field; the name itself where nobody has given it words."""
    return str(names.get(name, name))


# --- as it is shown


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed, in the reader's words; empty where there was nothing."""

    title: str
    before: str
    after: str


def announced(at: datetime, zone: str) -> dict[str, str]:
    """An instant and the zone it was announced in, for `before` and `after`: it is shown on the clock of that zone."""
    return {"at": at.isoformat(timespec="seconds"), "zone": zone}


def subjects(changes: Iterable[Change]) -> dict[int, str]:
    """Template filter: by line of the history, what it is about; of those whose room gives them names."""
    lines: dict[int, tuple[str, int]] = {}
    numbers: dict[str, set[int]] = defaultdict(set)
    for change in changes:
        kind, _colon, number = change.subject.partition(":")
        lines[change.id] = kind, int(number)
        numbers[kind].add(int(number))
    names = {kind: NAMES[kind](those) for kind, those in numbers.items() if kind in NAMES}
    return {line: names[kind][number] for line, (kind, number) in lines.items() if number in names.get(kind, {})}


def verb_of(change: Change) -> str:
    """Template filter: what was done."""
    return in_words(VERBS, change.verb)


def differences(change: Change) -> list[Difference]:
    """Template filter: what a line of the history says was before and after; of a text, each language that changed."""
    return compared(change.before, change.after)


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Two states of a thing, as plain JSON, where they are not the same."""
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return [found for name in names for found in _compared(name, before.get(name), after.get(name))]


def digest_of(facts: Mapping[str, Any]) -> str:
    """A short sign of a state of a thing, which a form sends back to tell what it began from."""
    return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _compared(name: str, before: Any, after: Any) -> Iterator[Difference]:
    title = in_words(FIELDS, name)
    if not _is_text(before) and not _is_text(after):
        found = Difference(title, said(name, before), said(name, after))
        if found.before or found.after:
            yield found
        return
    was, became = before or {}, after or {}
    for code in dict.fromkeys([*was, *became]):
        if was.get(code) != became.get(code):
            of_language = _("%(title)s (%(language)s)", title=title, language=language_name(code))
            yield Difference(of_language, was.get(code) or "", became.get(code) or "")


def _is_text(value: Any) -> bool:
    return isinstance(value, dict) and bool(value) and set(value) <= set(LANGUAGES)


def said(name: str, value: Any) -> str:
    """A value of the history as a person reads it: an instant names its zone, a code has words."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return _said_together(value)
    if isinstance(value, float):
        return str(format_decimal(value))
    if isinstance(value, list):
        return ", ".join(said(name, each) for each in value)
    if (words := VALUES.get(f"{name}:{value}")) is not None:
        return str(words)
    return _dated(value) if isinstance(value, str) else "" if value is None else str(value)


def _said_together(value: dict[str, Any]) -> str:
    if set(value) == {"at", "zone"}:
        return day_and_hour(datetime.fromisoformat(value["at"]), value["zone"])
    if _is_text(value):
        return str(next(iter(value.values())))
    return "; ".join(f"{in_words(FIELDS, name)}: {said(name, each)}" for name, each in value.items())


def _dated(value: str) -> str:
    try:
        if _INSTANT.match(value) and (at := datetime.fromisoformat(value)).tzinfo is not None:
            return day_and_hour(at, reader_zone() or "America/Montevideo")
        if _DAY.fullmatch(value):
            return day(date.fromisoformat(value))
    except ValueError:  # it only looks like a date
        pass
    return value
