"""Enrol people on behalf of their local governments, and say who teaches and coordinates an edition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.admissions.models import ACTIVE, WITHDRAWN, Enrolment
from escuela.editions.models import ARCHIVED, CLOSED, Edition, EditionStaff
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import enqueue
from escuela.people import services as people
from escuela.people.history import record
from escuela.people.models import LocalGovernment, User
from escuela.people.queries import current_membership


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who is enrolled or joins the team. Name, language and zone are used only where the address has no account yet."""

    email: str
    name: str
    language: str
    zone: str


def enrol(
    edition: Edition,
    newcomer: Newcomer,
    government: LocalGovernment,
    *,
    position: str,
    focal_point: bool,
    by: User | None,
) -> Enrolment:
    """Enrol a person on behalf of a local government, with an account and a membership where these are missing.

    `by` is who enrols them; None where they took the place themselves.
    One mail tells the person, with the link to choose a password if they never signed in. Raises DomainError when the
    edition is over, or the person is or was enrolled in it.
    """
    refuse_if_over(edition)
    user, _new = people.welcome(newcomer.email, newcomer.name, newcomer.language, newcomer.zone)
    enrolment = place(edition, user, government, by=by)
    employ(user, government, position=position, focal_point=focal_point)
    after = {"person": user.name, "local_government": government.name}
    record(
        enrolment,
        "enrolment.enrolled" if by else "enrolment.confirmed",
        within=edition,
        by=by or user,
        after=after,
    )
    tell(user, "admissions/enrolled", f"enrolled:{enrolment.id}", edition, government=government.name)
    return enrolment


def place(edition: Edition, user: User, government: LocalGovernment, *, by: User | None) -> Enrolment:
    """A new enrolment and nothing else. Raises DomainError where the person is or was enrolled in the edition."""
    enrolment = Enrolment(
        edition_id=edition.id,
        user_id=user.id,
        local_government_id=government.id,
        status=ACTIVE,
        enrolled_at=clock.now(),
        enrolled_by_id=by.id if by else None,
    )
    try:
        with db.session.begin_nested():
            db.session.add(enrolment)
    except IntegrityError:
        raise already(edition, user) from None
    return enrolment


def employ(user: User, government: LocalGovernment, *, position: str, focal_point: bool = False) -> None:
    """The person works for a local government from today on.

    Whoever does already keeps the position, and becomes its focal point where that is said.
    """
    job = db.session.scalars(current_membership(user, government)).one_or_none()
    if job is None:
        people.join(user, government, position=position, from_on=today(government), focal_point=focal_point)
    elif focal_point:
        job.focal_point = True


def refuse_if_over(edition: Edition) -> None:
    """Raises DomainError: whoever comes or goes after the end would change what the edition was."""
    if edition.status in {CLOSED, ARCHIVED}:
        raise DomainError(_l("This edition is over: nobody can join it any more."))


def already(edition: Edition, user: User) -> DomainError:
    where = (Enrolment.edition_id == edition.id, Enrolment.user_id == user.id)
    there = db.session.scalars(select(Enrolment).where(*where)).one()
    values = {"name": user.name, "government": there.local_government.name}
    if there.status == WITHDRAWN:
        return DomainError(
            _l("%(name)s was enrolled for %(government)s and withdrew. Choose «Reinstate» in the list.", **values)
        )
    return DomainError(_l("%(name)s is enrolled already, for %(government)s.", **values))


def today(government: LocalGovernment) -> date:
    return clock.now().astimezone(clock.zone(government.zone)).date()


def tell(user: User, kind: str, once: str, edition: Edition, **values: Any) -> None:
    """One mail. Who never signed in gets the invitation with it."""
    invitation = None if user.login_count else people.issue_invitation(user)
    enqueue(kind, people.recipient(user), once=once, edition=edition, invitation=invitation, **values)


def appoint(edition: Edition, newcomer: Newcomer, role: str) -> EditionStaff:
    """Make somebody tutor or coordinator of an edition, with an account where it is missing, and tell them by mail.

    Raises DomainError when they are already.
    """
    user, _new = people.welcome(newcomer.email, newcomer.name, newcomer.language, newcomer.zone)
    member = EditionStaff(edition_id=edition.id, user_id=user.id, role=role)
    try:
        with db.session.begin_nested():
            db.session.add(member)
    except IntegrityError:
        raise DomainError(_l("%(name)s is on the team already, in that role.", name=user.name)) from None
    tell(user, "admissions/appointed", f"appointed:{member.id}", edition, role=role)
    return member


def dismiss(member: EditionStaff, *, by: User) -> None:
    """Take somebody off the team; what they reviewed stays theirs. Raises DomainError for oneself."""
    if member.user_id == by.id:
        raise DomainError(_l("You cannot take yourself off the team. Ask another person who coordinates."))
    db.session.delete(member)
    db.session.flush()
