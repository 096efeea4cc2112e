"""Write a call, publish it, move its deadline. Everything that changes is in the history of the call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from escuela import clock
from escuela.calls import readiness, usual
from escuela.calls.models import Call, CallCriterion, CallQuestion
from escuela.calls.policies import Stage, closing, opening, stage
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.editions.policies import Moment
from escuela.editions.services import both_zones
from escuela.editions.slugs import slug_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue
from escuela.people.history import announced, record
from escuela.people.models import User

LOCKS: list[Callable[[Call], LazyString | None]] = []
"""Why the criteria and the scale of a call do not change any more, or None. Rooms that score register theirs."""
ANSWERED: list[Callable[[CallQuestion], int]] = []
"""How many applications that were handed in answer a question. The room of applications registers it."""
WRITING: list[Callable[[Call], Iterable[Recipient]]] = []
"""Everybody with a draft that is not handed in. The room of applications registers it."""

BLINDS: list[Callable[[User, Call], None]] = []
"""Raise DomainError for a person who must not see yet what others did with applications. Rooms that score register."""


def ensure_sees_history(user: User, call: Call) -> None:
    """Raises DomainError where what the history tells would sway what this person has still to do."""
    for blind in BLINDS:
        blind(user, call)


def locked(call: Call) -> LazyString | None:
    """Why criteria and scale rest, if they do."""
    return next((sentence for lock in LOCKS if (sentence := lock(call)) is not None), None)


def answered(question: CallQuestion) -> int:
    """How many applications that were handed in answer it."""
    return sum(count(question) for count in ANSWERED)


def writing(call: Call) -> list[Recipient]:
    """Everybody with a draft that is not handed in, once."""
    return list({each.address: each for source in WRITING for each in source(call)}.values())


def lock(call: Call) -> None:
    """Wait for whoever changes the call, and read it anew with all that is in it."""
    db.session.execute(select(Call.id).where(Call.id == call.id).with_for_update())
    db.session.refresh(call)  # apart: PostgreSQL locks no outer join, which the call may have been loaded with


# --- the call itself


@dataclass(frozen=True, slots=True)
class Texts:
    """What a call says."""

    title: Localized
    summary: Localized
    text: Localized
    eligibility: Localized
    places: int


@dataclass(frozen=True, slots=True)
class Hours:
    """From when until when, on the clock of a zone."""

    opens_at: datetime
    closes_at: datetime
    zone: str


def create(edition: Edition, texts: Texts, hours: Hours, *, by: User) -> Call:
    """The call of an edition, with the School's usual questions and criteria. Raises DomainError where there is one."""
    db.session.execute(select(Edition.id).where(Edition.id == edition.id).with_for_update())
    if db.session.scalar(select(Call.id).where(Call.edition_id == edition.id)) is not None:
        raise DomainError(_l("This edition has a call already: open it and change it."))
    call = Call(
        edition=edition,
        **asdict(texts) | _plain(texts),
        **asdict(hours),
        accepted_note=usual.ACCEPTED,
        waitlisted_note=usual.WAITLISTED,
        rejected_note=usual.REJECTED,
    )
    call.criteria = [
        CallCriterion(slug=each.slug, position=place, title=each.title, text=each.text, weight=each.weight)
        for place, each in enumerate(usual.CRITERIA, 1)
    ]
    call.questions = [
        usual_question(each, place) for place, each in enumerate((q for q in usual.QUESTIONS if q.always), 1)
    ]
    db.session.add(call)
    db.session.flush()
    record(call, "call.created", within=call, by=by, after=_facts(call, [*asdict(texts), "opens_at", "closes_at"]))
    return call


def _plain(texts: Texts) -> dict[str, Any]:
    """The texts themselves: `asdict` copies them into plain dictionaries."""
    return {name: getattr(texts, name) for name in ("title", "summary", "text", "eligibility")}


def usual_question(found: usual.UsualQuestion, place: int) -> CallQuestion:
    return CallQuestion(
        slug=found.slug,
        position=place,
        kind=found.kind,
        text=found.text,
        help=found.help,
        required=found.required,
        options=[{"key": key, "text": dict(text)} for key, text in found.options],
    )


def change(call: Call, texts: Texts, hours: Hours | None, *, by: User) -> None:
    """Say something else. Raises DomainError where published hours would move: a deadline has its own verbs."""
    lock(call)
    values = asdict(texts) | _plain(texts)
    if hours is not None:
        if call.published_at is not None:
            _refuse_moved_hours(call, hours)
        values |= asdict(hours)
    _set(call, "call.changed", values, by=by)


def _refuse_moved_hours(call: Call, hours: Hours) -> None:
    if (hours.closes_at, hours.zone) != (call.closes_at, call.zone):
        raise DomainError(_l("The call is published: extend or close it on the page of its deadline, with a reason."))
    if hours.opens_at >= call.closes_at:
        raise DomainError(_l("It closes before it opens: choose an earlier opening."))
    if hours.opens_at != call.opens_at and stage(call, clock.now()) is not Stage.ANNOUNCED:
        raise DomainError(
            _l("The call opened on %(when)s It cannot open at another time.", when=both_zones(opening(call)))
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """How applications are scored."""

    evaluations: int
    scale: int
    gap: int


def change_rules(call: Call, rules: Rules, *, by: User) -> None:
    """Raises DomainError when the scale would change after somebody scored by it."""
    lock(call)
    if rules.scale != call.scale:
        ensure_unlocked(call)
    _set(call, "call.rules_changed", asdict(rules), by=by)


@dataclass(frozen=True, slots=True)
class Replies:
    """What the mails of the result say, and how long the accepted have to answer."""

    accepted_note: Localized
    waitlisted_note: Localized
    rejected_note: Localized
    reply_days: int


def change_replies(call: Call, replies: Replies, *, by: User) -> None:
    """Raises DomainError when the result was published: the mails are out."""
    lock(call)
    if call.announced_at is not None:
        raise DomainError(_l("The result is published: these mails have been sent."))
    values = {name: getattr(replies, name) for name in Replies.__slots__}
    _set(call, "call.replies_changed", values, by=by)


def _set(call: Call, verb: str, values: dict[str, Any], *, by: User) -> None:
    before = _facts(call, values)
    for name, value in values.items():
        setattr(call, name, value)
    db.session.flush()
    after = _facts(call, values)
    if before != after:
        record(call, verb, within=call, by=by, before=before, after=after)


def _facts(call: Call, names: Iterable[str]) -> dict[str, Any]:
    """Columns of a call as plain JSON; an instant carries the zone that it is announced in."""
    found: dict[str, Any] = {}
    for name in names:
        value = getattr(call, name)
        if isinstance(value, datetime):
            found[name] = announced(value, call.zone)
        elif name != "zone":
            found[name] = dict(value) if isinstance(value, Localized) else value
    return found


def publish(call: Call, *, by: User) -> None:
    """Show it to everybody. Harmless when it is published; raises DomainError naming what would break."""
    lock(call)
    if call.published_at is not None:
        return
    serious = [lack for lack in readiness.lacks(call, clock.now()) if lack.serious]
    if serious:
        what = " ".join(str(lack.sentence) for lack in serious)
        raise DomainError(_l("The call is not published yet. %(what)s", what=what))
    call.published_at = clock.now()
    db.session.flush()
    record(call, "call.published", within=call, by=by, after=_facts(call, ["opens_at", "closes_at"]))


# --- criteria


@dataclass(frozen=True, slots=True)
class CriterionText:
    title: Localized
    text: Localized
    weight: int


def ensure_unlocked(call: Call) -> None:
    """Go on only if nobody scored yet. Raises DomainError with the reason."""
    if (sentence := locked(call)) is not None:
        raise DomainError(sentence)


def add_criterion(call: Call, text: CriterionText, *, by: User) -> CallCriterion:
    lock(call)
    ensure_unlocked(call)
    slug = slug_of(text.title.words("es").text, {each.slug for each in call.criteria}, otherwise="criterio")
    row = CallCriterion(
        slug=slug, position=len(call.criteria) + 1, title=text.title, text=text.text, weight=text.weight
    )
    call.criteria.append(row)
    db.session.flush()
    record(row, "criterion.added", within=call, by=by, after=_criterion(row))
    return row


def change_criterion(row: CallCriterion, text: CriterionText, *, by: User) -> None:
    lock(row.call)
    ensure_unlocked(row.call)
    before = _criterion(row)
    row.title, row.text, row.weight = text.title, text.text, text.weight
    db.session.flush()
    after = _criterion(row)
    if before != after:
        line = record(row, "criterion.changed", within=row.call, by=by, before=before, after=after)
        line.after = {"criterion": named(row.title)} | line.after  # whose history it is, where its title stayed


def move_criterion(row: CallCriterion, place: int, *, by: User) -> None:
    """To a place of the list, the first being 1."""
    call = row.call
    lock(call)
    ensure_unlocked(call)
    before = row.position
    renumber(moved(call.criteria, row, place))
    db.session.flush()
    if row.position != before:
        record(
            row,
            "criterion.moved",
            within=call,
            by=by,
            before={"position": before},
            after={"position": row.position, "criterion": named(row.title)},
        )


def remove_criterion(row: CallCriterion, *, by: User) -> None:
    call = row.call
    lock(call)
    ensure_unlocked(call)
    if call.published_at is not None and len(call.criteria) == 1:
        raise DomainError(_l("A published call has at least one criterion. Add another one before you remove this."))
    record(row, "criterion.removed", within=call, by=by, before=_criterion(row))
    call.criteria.remove(row)
    renumber(call.criteria)
    db.session.flush()


def _criterion(row: CallCriterion) -> dict[str, Any]:
    return {"criterion": dict(row.title), "text": dict(row.text), "weight": row.weight}


def named(text: Localized) -> str:
    """What a line of the history calls a thing: its first text."""
    return next(iter(text.values()), "")


def moved(rows: list[Any], row: Any, place: int) -> list[Any]:
    """The rows with one of them at another place; past an end, at that end."""
    others = [each for each in rows if each is not row]
    index = min(max(place - 1, 0), len(others))
    return [*others[:index], row, *others[index:]]


def renumber(rows: Iterable[Any]) -> None:
    for place, each in enumerate(rows, 1):
        each.position = place


# --- the deadline


def extend(call: Call, until: datetime, *, reason: str, by: User) -> int:
    """Close later. Tells everybody with a draft; returns how many. Raises DomainError where that cannot be."""
    lock(call)
    if until == call.closes_at:  # the same form twice
        return 0
    if stage(call, clock.now()) not in {Stage.ANNOUNCED, Stage.OPEN}:
        raise DomainError(_not_open(call))
    if until < call.closes_at:
        raise DomainError(
            _l("That is before the present deadline, %(when)s Choose a later instant.", when=both_zones(closing(call)))
        )
    return _close_at(call, until, "call.extended", reason=reason, by=by)


def close_now(call: Call, *, reason: str, by: User) -> int:
    """Close at this instant; as `extend`."""
    lock(call)
    if stage(call, clock.now()) is not Stage.OPEN:
        raise DomainError(_not_open(call))
    at = max(clock.now().replace(microsecond=0), call.opens_at + timedelta(seconds=1))
    return _close_at(call, at, "call.closed", reason=reason, by=by)


def reopen(call: Call, until: datetime, *, reason: str, by: User) -> int:
    """Accept applications again until an instant; as `extend`."""
    lock(call)
    if until == call.closes_at and stage(call, clock.now()) is Stage.OPEN:  # the same form twice
        return 0
    if stage(call, clock.now()) is Stage.RESULT:
        raise DomainError(_l("The result is published: the call cannot open again. Write a call for the next edition."))
    if stage(call, clock.now()) is not Stage.CLOSED:
        raise DomainError(_l("The call has not closed: extend it if it has to close later."))
    if until <= clock.now():
        raise DomainError(_l("That instant has passed. Choose one that is still to come."))
    return _close_at(call, until, "call.reopened", reason=reason, by=by)


def _not_open(call: Call) -> LazyString:
    now = clock.now()
    if stage(call, now) is Stage.HIDDEN:
        return _l("The call is not published yet: change its dates with its texts.")
    if stage(call, now) is Stage.ANNOUNCED:
        return _l("The call has not opened yet: it does on %(when)s", when=both_zones(opening(call)))
    return _l("The call closed on %(when)s Open it again if you have to.", when=both_zones(closing(call)))


def _close_at(call: Call, at: datetime, verb: str, *, reason: str, by: User) -> int:
    """Move the deadline, note it, and write once to each person with a draft."""
    was = closing(call)
    call.closes_at = at
    db.session.flush()
    change = record(
        call,
        verb,
        within=call,
        by=by,
        reason=reason,
        before={"closes_at": announced(was.at, was.zone)},
        after={"closes_at": announced(at, call.zone)},
    )
    db.session.flush()
    people = writing(call)
    for person in people:
        enqueue(
            "calls/deadline",
            person,
            once=f"deadline:{change.id}:{person.address}"[:200],
            call=call,
            edition=call.edition,
            what=verb.removeprefix("call."),
            was=was,
            closes=Moment(at, call.zone),
        )
    return len(people)
