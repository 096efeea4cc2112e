"""Decide, publish once, offer free places, take the answers of the chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update

from escuela import clock
from escuela.admissions import services as admissions
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.applications.models import SUBMITTED, Application
from escuela.applications.services import recipient
from escuela.calls.models import Call
from escuela.calls.policies import Stage, stage
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue, enqueue_all
from escuela.people import services as people
from escuela.people.history import announced, record, record_all
from escuela.people.models import User
from escuela.selection import queries
from escuela.selection.models import (
    ACCEPTED,
    CONFIRMED,
    DECLINED,
    LAPSED,
    OUTCOMES,
    REJECTED,
    REMOVED,
    WAITLISTED,
    Decision,
    DecisionBatch,
)
from escuela.selection.policies import reply_by, waits

CHUNK = 1000
"""Rows of one statement: databases bound how many values it may hold."""
REMINDER = timedelta(days=2)
"""How long before the date to answer somebody who has not is reminded."""
State = tuple[str, int | None] | None
"""What is decided of an application: outcome and place in the waiting list; None for nothing."""


def _lock(call: Call) -> None:
    """One who decides at a time."""
    db.session.execute(select(Call.id).where(Call.id == call.id).with_for_update())
    db.session.refresh(call, ["announced_at", "reply_by_at", "closes_at"])


def _states(applications: Sequence[int]) -> dict[int, State]:
    found: dict[int, State] = dict.fromkeys(applications)
    for chunk in _chunks(applications):
        rows = select(Decision.application_id, Decision.outcome, Decision.place)
        for number, outcome, place in db.session.execute(rows.where(Decision.application_id.in_(chunk))):
            found[number] = (outcome, place)
    return found


def _chunks(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK))


# --- deciding


def decide(
    call: Call, applications: Sequence[int], outcome: str | None, *, by: User, seen: Mapping[int, str] | None = None
) -> DecisionBatch | None:
    """Decide on many in one go, or take decisions back (None); returns what can be undone, None if nothing changed.

    Those that go to the waiting list stand behind who is there, in the order given. `seen` is what whoever decides saw
    of each. Raises DomainError, and writes nothing, where the result is published, the call is open, or somebody else
    decided otherwise meanwhile.
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise ValueError(outcome)
    _lock(call)
    _ensure_deciding(call)
    standing = _standing(call, applications)
    before = _states(standing)
    _ensure_as_seen(before, seen or {}, outcome)
    place = _last_place(call)
    after: dict[int, State] = {}
    for number in standing:
        if (before[number] or ("", None))[0] == (outcome or ""):
            continue
        place += outcome == WAITLISTED
        after[number] = None if outcome is None else (outcome, place if outcome == WAITLISTED else None)
    if not after:
        return None
    _write(call, after, by=by)
    return _batch(call, {number: before[number] for number in after}, after, by=by)


def _ensure_deciding(call: Call) -> None:
    found = stage(call, clock.now())
    if found is Stage.RESULT:
        raise DomainError(_l("The result is published: decisions stay. Offer free places to the waiting list."))
    if found is not Stage.CLOSED:
        raise DomainError(_l("The call has not closed: applicants can still correct what they sent."))


def _standing(call: Call, applications: Sequence[int]) -> list[int]:
    """Those of the call that were handed in and not withdrawn, in the order given."""
    there: set[int] = set()
    for chunk in _chunks(applications):
        rows = select(Application.id).where(
            Application.call_id == call.id, Application.state == SUBMITTED, Application.id.in_(chunk)
        )
        there |= set(db.session.scalars(rows))
    return [number for number in dict.fromkeys(applications) if number in there]


def _ensure_as_seen(before: Mapping[int, State], seen: Mapping[int, str], outcome: str | None) -> None:
    otherwise = [
        number
        for number, was in seen.items()
        if number in before and (before[number] or ("", None))[0] not in {was, outcome or ""}
    ]
    if otherwise:
        names = ", ".join(queries.names(otherwise))
        raise DomainError(
            _l("Somebody decided otherwise meanwhile on %(names)s. Look at the list as it is now.", names=names)
        )


def _last_place(call: Call) -> int:
    return db.session.scalar(select(func.max(Decision.place)).where(Decision.call_id == call.id)) or 0


def _write(call: Call, after: Mapping[int, State], *, by: User) -> None:
    """Bring the decisions into this state, in as many statements whatever their number."""
    now, numbers = clock.now(), list(after)
    for chunk in _chunks(numbers):
        db.session.execute(
            delete(Decision).where(Decision.application_id.in_(chunk)).execution_options(synchronize_session=False)
        )
    rows = [
        {
            "application_id": number,
            "call_id": call.id,
            "outcome": state[0],
            "place": state[1],
            "decided_at": now,
            "decided_by_id": by.id,
        }
        for number, state in after.items()
        if state is not None
    ]
    if rows:
        db.session.execute(insert(Decision), rows)
    db.session.expire_all()


def _batch(
    call: Call, before: Mapping[int, State], after: Mapping[int, State], *, by: User, verb: str = "decision.made"
) -> DecisionBatch:
    batch = DecisionBatch(
        call_id=call.id,
        made_at=clock.now(),
        made_by_id=by.id,
        before={str(number): state for number, state in before.items()},
        after={str(number): state for number, state in after.items()},
    )
    db.session.add(batch)
    db.session.flush()
    _note(call, before, after, verb, by)
    return batch


def _note(call: Call, before: Mapping[int, State], after: Mapping[int, State], verb: str, by: User) -> None:
    things: dict[int, Application] = {}
    for chunk in _chunks(list(after)):
        things |= {row.id: row for row in db.session.scalars(select(Application).where(Application.id.in_(chunk)))}
    lines = [(things[number], _plain(before[number]), _plain(after[number])) for number in after]
    record_all(verb, lines, within=call, by=by)


def _plain(state: State) -> dict[str, Any]:
    if state is None:
        return {"outcome": ""}
    return {"outcome": state[0]} | ({"place": state[1]} if state[1] else {})


def undo(batch: DecisionBatch, *, by: User) -> int:
    """Take back what was decided in one go; returns of how many. Raises DomainError where it changed since."""
    call = db.session.get_one(Call, batch.call_id)
    _lock(call)
    _ensure_deciding(call)
    db.session.refresh(batch)
    if batch.undone_at is not None:
        return 0
    before, after = (
        {int(number): _state(state) for number, state in states.items()} for states in (batch.before, batch.after)
    )
    numbers = list(after)
    if _states(numbers) != after:
        raise DomainError(_l("These decisions have changed since: decide again on the list."))
    _write(call, before, by=by)
    batch.undone_at = clock.now()
    db.session.flush()
    _note(call, after, before, "decision.undone", by)
    return len(numbers)


def _state(kept: Sequence[Any] | None) -> State:
    return None if kept is None else (str(kept[0]), kept[1])


def move(decision: Decision, step: int, *, by: User) -> None:
    """One up (-1) or down (1) in the waiting list. Harmless at its ends."""
    call = db.session.get_one(Call, decision.call_id)
    _lock(call)
    rows = list(db.session.scalars(queries.waiting(call)))
    place = next((place for place, row in enumerate(rows) if row.application_id == decision.application_id), None)
    if place is None:
        raise DomainError(_l("This application is not in the waiting list any more."))
    if not 0 <= place + step < len(rows):
        return
    other = rows[place + step]
    before = {"place": place + 1}
    decision.place, other.place = other.place, decision.place
    db.session.flush()
    record(decision.application, "decision.moved", within=call, by=by, before=before, after={"place": place + step + 1})


# --- publishing


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would do."""

    counts: Mapping[str, int]
    undecided: int
    unplaced: Sequence[Application]
    reply_by_at: datetime
    samples: Mapping[tuple[str, str], Application]
    """By outcome and language: one who would get that mail. Whoever is undecided would be told of no selection."""
    fingerprint: str
    """Of every decision and every word of the mails: other ones have to be looked at again."""


def preview(call: Call) -> Preview:
    rows = list(db.session.scalars(queries.decided(call)))
    counts = {outcome: sum(row.outcome == outcome for row in rows) for outcome in OUTCOMES}
    undecided = db.session.scalar(select(func.count()).select_from(queries.undecided(call).subquery())) or 0
    samples: dict[tuple[str, str], Application] = {}
    for row in rows:
        samples.setdefault((row.outcome, row.application.language), row.application)
    for application in db.session.scalars(queries.undecided_of_each_language(call)) if undecided else ():
        samples.setdefault((REJECTED, application.language), application)
    said = (call.accepted_note, call.waitlisted_note, call.rejected_note, call.reply_days, call.title)
    until = reply_by(call, clock.now())
    whole = (said, [(row.application_id, row.outcome, row.place) for row in rows], undecided, until.isoformat())
    print_ = sha256(repr(whole).encode()).hexdigest()[:20]
    unplaced = db.session.scalars(queries.unplaced(call)).all()
    return Preview(counts, undecided, unplaced, until, samples, print_)


def publish(call: Call, fingerprint: str, *, reject_rest: bool, by: User) -> int:
    """Tell everybody, once; returns how many mails were written. A second time is harmless and writes none.

    Raises DomainError where something changed since the preview, something is undecided, or somebody accepted could
    not be enrolled.
    """
    _lock(call)
    if call.announced_at is not None:
        return 0
    _ensure_deciding(call)
    found = preview(call)
    if found.fingerprint != fingerprint:
        raise DomainError(_l("Something changed since you looked at the mails. Look at them again, then publish."))
    if found.unplaced:
        names = ", ".join(each.place_name for each in found.unplaced[:5])
        raise DomainError(_l("Confirm first the local governments that were proposed: %(names)s.", names=names))
    if found.undecided and not reject_rest:
        raise DomainError(_l("Some applications are undecided: decide on them, or say that they are not selected."))
    if found.undecided:
        rest = [row.id for row in db.session.scalars(queries.undecided(call))]
        decide(call, rest, REJECTED, by=by)
    now = clock.now()
    call.announced_at, call.reply_by_at = now, found.reply_by_at
    mine = update(Decision).where(Decision.call_id == call.id).execution_options(synchronize_session=False)
    db.session.execute(mine.values(announced_at=now))
    db.session.execute(mine.where(Decision.outcome == ACCEPTED).values(reply_by_at=found.reply_by_at))
    db.session.flush()
    db.session.expire_all()
    rows = list(db.session.scalars(queries.decided(call)))
    sent = sum(_mail_all(call, outcome, [row for row in rows if row.outcome == outcome]) for outcome in OUTCOMES)
    after = {"mails": sent, "reply_by_at": announced(found.reply_by_at, call.zone)}
    record(call, "result.published", within=call, by=by, after=after)
    return sent


def _mail_all(call: Call, outcome: str, rows: Sequence[Decision]) -> int:
    mails: list[tuple[Recipient, str, Mapping[str, Any]]] = [
        (recipient(row.application), f"result:{row.application_id}", mail_values(call, row.application, row))
        for row in rows
    ]
    return enqueue_all(f"selection/{outcome}", mails)


def mail_values(call: Call, application: Application, decision: Decision | None) -> dict[str, Any]:
    """What the mails of the result say of one application; before publishing, without a decision, as a preview."""
    until = decision.reply_by_at if decision else reply_by(call, clock.now())
    return {
        "call": call,
        "edition": call.edition,
        "application": application,
        "reply_by_at": until,
        "token": token_of(application),
    }


# --- free places


def free(call: Call) -> int:
    """Places that nobody has, once the result is published."""
    return max(0, call.places - queries.taken(call)) if call.announced_at is not None else 0


def offer(decision: Decision, *, by: User) -> None:
    """Give a free place to somebody of the waiting list, and tell them. Raises DomainError where none is free.

    Twice is harmless.
    """
    call = db.session.get_one(Call, decision.call_id)
    _lock(call)
    db.session.refresh(decision)
    if decision.outcome == ACCEPTED:
        return
    if not waits(decision) or decision.application.state != SUBMITTED:
        raise DomainError(_l("This application is not in the waiting list any more."))
    if not free(call):
        raise DomainError(_l("No place is free."))
    if decision.application.local_government_id is None:
        names = decision.application.place_name
        raise DomainError(_l("Confirm first the local governments that were proposed: %(names)s.", names=names))
    was = {"outcome": WAITLISTED, "place": decision.place}
    now = clock.now()
    decision.outcome, decision.place = ACCEPTED, None
    decision.decided_at, decision.decided_by_id = now, by.id
    decision.announced_at, decision.reply_by_at = now, reply_by(call, now)
    db.session.flush()
    application = decision.application
    record(application, "decision.offered", within=call, by=by, before=was, after={"outcome": ACCEPTED})
    values = mail_values(call, application, decision) | {"moved_up": True}
    enqueue("selection/accepted", recipient(application), once=f"offer:{application.id}", **values)


def leave(decision: Decision, *, reason: str | None = None) -> None:
    """Say that one waits no longer: the next moves up. Twice is harmless. Raises DomainError for who does not wait."""
    _leave(decision, DECLINED, "waiting.left", by=decision.application.email, reason=reason)


def take_off(decision: Decision, *, reason: str, by: User) -> None:
    """Take somebody off the waiting list: the next moves up. Twice is harmless. Raises DomainError as `leave` does."""
    _leave(decision, REMOVED, "waiting.removed", by=by, reason=reason)


def _leave(decision: Decision, reply: str, verb: str, *, by: User | str, reason: str | None) -> None:
    call = db.session.get_one(Call, decision.call_id)
    _lock(call)
    db.session.refresh(decision)
    if decision.outcome == WAITLISTED and decision.reply in {DECLINED, REMOVED}:
        return
    if not waits(decision) or decision.application.state != SUBMITTED:
        raise DomainError(_l("This application is not in the waiting list any more."))
    decision.reply, decision.replied_at = reply, clock.now()
    db.session.flush()
    before, after = {"place": decision.place}, {"reply": reply}
    record(decision.application, verb, within=call, by=by, reason=reason, before=before, after=after)


# --- what the chosen answer


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="selection-reply")


def token_of(application: Application) -> str:
    """What the link of the mail carries: it opens the answer of this application and nothing else."""
    return str(_signer().dumps(application.id))


def application_of(token: str) -> int | None:
    """The application of a link; None for one that we did not write."""
    try:
        return int(_signer().loads(token))
    except (BadSignature, ValueError, TypeError):
        return None


def _lock_decision(decision: Decision) -> None:
    lock = select(Decision.application_id).where(Decision.application_id == decision.application_id)
    db.session.execute(lock.with_for_update())
    db.session.refresh(decision)


def confirm(decision: Decision, *, by: User | None = None, reason: str | None = None) -> Enrolment:
    """Say yes: the person becomes a user with an enrolment and a membership. `by` answers for somebody who called.

    Twice is harmless. Raises DomainError after the date, after a no, or where the person cannot be enrolled.
    """
    _lock_decision(decision)
    if decision.reply == CONFIRMED and decision.enrolment is not None:
        return decision.enrolment
    _ensure_answerable(decision, late=by is not None)
    application = decision.application
    edition, government = application.call.edition, application.local_government
    if government is None:
        raise DomainError(
            _l("Confirm first the local governments that were proposed: %(names)s.", names=application.place_name)
        )
    newcomer = admissions.Newcomer(application.email, application.name, application.language, application.zone)
    enrolment = _enrolled_already(application) or admissions.enrol(
        edition, newcomer, government, position=application.position, focal_point=False, by=by
    )
    decision.reply, decision.replied_at, decision.enrolment_id = CONFIRMED, clock.now(), enrolment.id
    application.user_id = enrolment.user_id
    db.session.flush()
    _note_reply(decision, CONFIRMED, by, reason)
    return enrolment


def _enrolled_already(application: Application) -> Enrolment | None:
    """The person may have been enrolled by hand meanwhile: that enrolment then stands for the answer."""
    rows = (
        select(Enrolment)
        .join(Enrolment.user)
        .where(
            Enrolment.edition_id == application.call.edition_id,
            Enrolment.status == ACTIVE,
            func.lower(User.email) == application.email,
        )
    )
    return db.session.scalars(rows).one_or_none()


def decline(decision: Decision, *, by: User | None = None, reason: str | None = None) -> None:
    """Say no: the place is free. Twice is harmless. Raises DomainError after the date, or after a yes."""
    _lock_decision(decision)
    if decision.reply == DECLINED:
        return
    _ensure_answerable(decision, late=by is not None)
    decision.reply, decision.replied_at = DECLINED, clock.now()
    db.session.flush()
    _note_reply(decision, DECLINED, by, reason)


def _ensure_answerable(decision: Decision, *, late: bool) -> None:
    if decision.outcome != ACCEPTED or decision.announced_at is None or decision.application.state != SUBMITTED:
        raise DomainError(_l("There is no place to confirm."))
    if decision.reply == CONFIRMED:
        raise DomainError(_l("You confirmed your place already. To leave it, write to who coordinates the edition."))
    if decision.reply == DECLINED:
        raise DomainError(_l("You declined the place. If that was a mistake, write to who coordinates the edition."))
    past = decision.reply_by_at is not None and clock.now() > decision.reply_by_at
    if (decision.reply == LAPSED or past) and not late:
        raise DomainError(_l("The date to confirm has passed. Write to who coordinates the edition."))


def _note_reply(decision: Decision, reply: str, by: User | None, reason: str | None) -> None:
    application = decision.application
    record(
        application,
        "reply.given",
        within=application.call,
        by=by or application.email,
        reason=reason,
        after={"reply": reply},
    )


def extend_reply(decision: Decision, until: datetime, *, reason: str, by: User) -> None:
    """Give somebody more time to answer, also once it had passed. Raises DomainError for an instant that has passed."""
    _lock_decision(decision)
    if decision.outcome != ACCEPTED or decision.announced_at is None or decision.reply in {CONFIRMED, DECLINED}:
        raise DomainError(_l("There is no place to confirm."))
    if until <= clock.now():
        raise DomainError(_l("That instant has passed. Choose one that is still to come."))
    call = decision.application.call
    if decision.reply == LAPSED and not free(call):
        raise DomainError(_l("No place is free."))
    was = decision.reply_by_at
    decision.reply, decision.replied_at, decision.reply_by_at = None, None, until
    db.session.flush()
    before = {"reply_by_at": announced(was, call.zone)} if was else {}
    after = {"reply_by_at": announced(until, call.zone)}
    record(decision.application, "reply.extended", within=call, by=by, reason=reason, before=before, after=after)


def remind_replies() -> int:
    """Remind those who have not answered, once, when the date is two days away or less; returns how many. A job.

    Nobody is reminded within a day of the mail that offered the place. Another date has a reminder of its own.
    """
    now = clock.now()
    rows = _unanswered(Decision.reply_by_at > now, Decision.reply_by_at <= now + REMINDER)
    mails: list[tuple[Recipient, str, Mapping[str, Any]]] = []
    for row in db.session.scalars(rows.where(Decision.announced_at <= now - timedelta(days=1))):
        values = mail_values(row.application.call, row.application, row)
        mails.append((recipient(row.application), _occasion("reply-reminder", row), values))
    return enqueue_all("selection/reminder", mails)


def lapse_replies() -> int:
    """Free the places of those whose date passed without an answer, and tell them and who coordinates, once.

    Returns how many. A job.
    """
    rows = _unanswered(Decision.reply_by_at < clock.now()).with_for_update(skip_locked=True, of=Decision)
    found = db.session.scalars(rows).all()
    for decision in found:
        decision.reply, decision.replied_at = LAPSED, clock.now()
        call = decision.application.call
        record(decision.application, "reply.given", within=call, by=None, after={"reply": LAPSED})
    db.session.flush()
    for decision in found:
        _tell_lapsed(decision)
    return len(found)


def _unanswered(*when: ColumnElement[bool]) -> Select[Decision]:
    """Places that were offered and nobody answered for; an application that was withdrawn since is left alone."""
    rows = select(Decision).join(Decision.application)
    offered = (Decision.outcome == ACCEPTED, Decision.announced_at.is_not(None), Decision.reply.is_(None))
    return rows.where(*offered, Application.state == SUBMITTED, *when)


def _occasion(name: str, decision: Decision) -> str:
    """One of each name for a person and a date to answer by."""
    until = f"{decision.reply_by_at:%Y-%m-%dT%H:%M}" if decision.reply_by_at else ""
    return f"{name}:{decision.application_id}:{until}"


def _tell_lapsed(decision: Decision) -> None:
    application = decision.application
    call, once = application.call, _occasion("lapsed", decision)
    values = mail_values(call, application, decision)
    enqueue("selection/lapsed", recipient(application), once=once, **values)
    following = db.session.scalars(queries.waiting(call).limit(1)).first()
    for user in db.session.scalars(queries.coordinators(call)):
        more = values | {"following": following}
        enqueue("selection/lapsed_desk", people.recipient(user), once=f"{once}:{user.id}", **more)
