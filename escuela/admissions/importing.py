"""Lists of people: received, read as somebody says, tried, and enrolled all at once or not at all."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_security.utils import hash_password
from sqlalchemy import Select, func, insert, select, tuple_, update
from sqlalchemy.orm import lazyload

from escuela import clock, storage
from escuela.admissions import roster, sheets
from escuela.admissions.heads import FIELDS, Table, guessed, table_of
from escuela.admissions.models import ACTIVE, Enrolment, RosterImport
from escuela.admissions.roster import Entry, Plan, Registry
from escuela.admissions.services import refuse_if_over, today
from escuela.editions.models import Edition
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue_all
from escuela.people.history import record
from escuela.people.models import LocalGovernment, Membership, User
from escuela.people.services import issue_invitation, recipient

NAME = 120
"""Most letters kept of a file's name."""


class ChangedError(DomainError):
    """What the list would do is no longer what was shown."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A list and what it would do."""

    table: Table
    plan: Plan
    registry: Registry


def lists_of(edition: Edition) -> Select[RosterImport]:
    """The lists of an edition, the newest first."""
    return select(RosterImport).where(RosterImport.edition_id == edition.id).order_by(RosterImport.id.desc())


def receive(edition: Edition, content: bytes, *, name: str, by: User) -> RosterImport:
    """Keep a list and guess its columns, as the person said of the last one with the same heads. Nobody is enrolled.

    Raises DomainError when it cannot be read or the edition is over.
    """
    refuse_if_over(edition)
    table = table_of(sheets.read(content))
    stored = storage.put(BytesIO(content), most=sheets.BYTES)
    received = RosterImport(
        edition_id=edition.id,
        name=" ".join(name.split())[-NAME:] or "lista",
        key=stored.key,
        size=stored.size,
        uploaded_at=clock.now(),
        uploaded_by_id=by.id,
        columns={"heads": list(table.heads), "fields": _remembered(table, by) or guessed(table), "governments": {}},
    )
    db.session.add(received)
    db.session.flush()
    return received


REMEMBERED = 20
"""How many of a person's lists are looked through for the same heads."""


def _remembered(table: Table, by: User) -> dict[str, int] | None:
    last = select(RosterImport.columns).where(RosterImport.uploaded_by_id == by.id).order_by(RosterImport.id.desc())
    for columns in db.session.scalars(last.limit(REMEMBERED)):
        if columns.get("heads") == list(table.heads):
            return dict(columns["fields"])
    return None


def read_as(received: RosterImport, fields: Mapping[str, int]) -> None:
    """Say which column holds what. Raises DomainError for one that would hold two things, or a list that is done."""
    _ensure_open(received)
    known = {name: column for name, column in fields.items() if name in FIELDS}
    if len(set(known.values())) < len(known):
        raise DomainError(_l("Two of them are the same column: choose another one for one of them."))
    received.columns = {**received.columns, "fields": known}
    db.session.flush()


def resolve(received: RosterImport, meant: Mapping[str, int]) -> None:
    """Say which governments are meant by names that none has: `meant` is by `roster.unknown_key`."""
    _ensure_open(received)
    received.columns = {**received.columns, "governments": {**received.columns["governments"], **meant}}
    db.session.flush()


def _ensure_open(received: RosterImport) -> None:
    if received.confirmed_at is not None:
        raise DomainError(_l("This list is enrolled already. Send it again if it has changed."))


def try_out(received: RosterImport) -> Trial:
    """What the list would do now. Raises DomainError where its file is no longer kept."""
    try:
        with storage.read(received.key) as file:
            table = table_of(sheets.read(file.read()))
    except FileNotFoundError:
        raise DomainError(_l("The file of this list is no longer kept. Send it again.")) from None
    fields = received.columns["fields"]
    registry = Registry.of(received.edition, roster.addresses(table, fields))
    plan = roster.dry_run(table, fields, received.columns["governments"], registry, received.edition)
    return Trial(table, plan, registry)


def confirm(received: RosterImport, *, mark: str, by: User) -> int:
    """Enrol everybody of the list, and say how many. `mark` is that of the plan that was shown.

    Raises ChangedError when the list would do something else by now. Sent twice, the second time does nothing.
    """
    db.session.execute(select(Edition.id).where(Edition.id == received.edition_id).with_for_update())
    db.session.execute(select(RosterImport.id).where(RosterImport.id == received.id).with_for_update())
    db.session.refresh(received)
    if received.confirmed_at is not None:
        return received.enrolled or 0
    refuse_if_over(received.edition)
    trial = try_out(received)
    if trial.plan.mark != mark:
        raise ChangedError(_l("Something changed since you looked at this list. Look at it again, then confirm."))
    if not trial.plan.ready:
        raise DomainError(_l("There is nothing to enrol yet. Look at what the list says, below."))
    _enrol(received, trial, by)
    received.confirmed_at, received.enrolled = clock.now(), len(trial.plan.entries)
    after = {"list": received.name, "people": received.enrolled}
    record(received, "roster.confirmed", within=received.edition, by=by, after=after)
    db.session.flush()
    return received.enrolled


def _enrol(received: RosterImport, trial: Trial, by: User) -> None:
    """Accounts, jobs, enrolments, history and mail: a handful of statements for each, however many people."""
    entries, governments = trial.plan.entries, trial.registry.by_id
    people = _people_of(entries)
    _employ(entries, people, governments)
    values = [
        {
            "edition_id": received.edition_id,
            "user_id": people[entry.email].id,
            "local_government_id": entry.government_id,
            "status": ACTIVE,
            "enrolled_at": clock.now(),
            "enrolled_by_id": by.id,
        }
        for entry in entries
    ]
    db.session.execute(insert(Enrolment), values)
    there = select(Enrolment).where(Enrolment.edition_id == received.edition_id)
    enrolments = {each.user_id: each for each in db.session.scalars(there)}
    letters: list[tuple[Recipient, str, Mapping[str, Any]]] = []
    for entry in entries:
        user, government = people[entry.email], governments[entry.government_id].name
        enrolment = enrolments[user.id]
        after = {"person": user.name, "local_government": government, "list": received.name}
        record(enrolment, "enrolment.enrolled", within=received, by=by, after=after)
        invitation = None if user.login_count else issue_invitation(user)
        words = {"edition": received.edition, "invitation": invitation, "government": government}
        letters.append((recipient(user), f"enrolled:{enrolment.id}", words))
    enqueue_all("admissions/enrolled", letters)


def _people_of(entries: Sequence[Entry]) -> dict[str, User]:
    """The users of a list by address, those without account made with one password that nobody knows."""
    unknown = hash_password(secrets.token_urlsafe(32))
    newcomers = [
        {
            "email": entry.email,
            "name": entry.name,
            "language": entry.language,
            "zone": entry.zone,
            "password": unknown,
            "fs_uniquifier": uuid.uuid4().hex,
            "active": True,
        }
        for entry in entries
        if entry.user_id is None
    ]
    if newcomers:
        db.session.execute(insert(User), newcomers)
    addresses = [entry.email for entry in entries]
    users = select(User).where(func.lower(User.email).in_(addresses)).options(lazyload(User.roles))
    return {user.email.lower(): user for user in db.session.scalars(users)}


def _employ(entries: Iterable[Entry], people: Mapping[str, User], governments: Mapping[int, LocalGovernment]) -> None:
    jobs = [
        {
            "user_id": people[entry.email].id,
            "local_government_id": entry.government_id,
            "position": entry.position,
            "from_on": today(governments[entry.government_id]),
            "focal_point": entry.focal_point,
        }
        for entry in entries
        if entry.joins
    ]
    if jobs:
        db.session.execute(insert(Membership), jobs)
    there = [
        (people[entry.email].id, entry.government_id) for entry in entries if entry.focal_point and not entry.joins
    ]
    if there:
        theirs = tuple_(Membership.user_id, Membership.local_government_id).in_(there)
        db.session.execute(update(Membership).where(theirs, Membership.to_on.is_(None)).values(focal_point=True))
