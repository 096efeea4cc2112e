"""Invite people and keep where they work."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_security.utils import hash_password
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue
from escuela.people.models import LocalGovernment, Membership, Role, User
from escuela.people.queries import by_address, current_membership

INVITATION = timedelta(days=7)
"""How long the link of an invitation works; after that one recovers the password."""
PAUSE = timedelta(minutes=10)
"""The least time between two invitations to the same person."""


def recipient(user: User, address: str | None = None) -> Recipient:
    """The person as the outbox knows them; at another address than their own when it is being changed."""
    return Recipient(address=address or user.email, language=user.language, name=user.name, zone=user.zone)


# --- invitations


def welcome(email: str, name: str, language: str, zone: str) -> tuple[User, bool]:
    """The person of an address, made with a password that nobody knows if there was none; and whether it was made.

    Writes no mail. Raises DomainError for an address that cannot be one.
    """
    try:
        address = validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise DomainError(_l("Write an e-mail address such as nombre@municipio.gub.uy.")) from None
    known = db.session.scalars(by_address(address)).one_or_none()
    if known is not None:
        return known, False
    user = User(
        email=address,
        name=" ".join(name.split()),
        language=language,
        zone=zone,
        password=hash_password(secrets.token_urlsafe(32)),
        fs_uniquifier=uuid.uuid4().hex,
        active=True,
    )
    try:
        with db.session.begin_nested():
            db.session.add(user)
    except IntegrityError:  # somebody invited the same address at the same time
        return db.session.scalars(by_address(address)).one(), False
    return user, True


def invite(email: str, name: str, language: str, zone: str, *, by: User | None) -> User:
    """Make an account and mail the link that sets its password; a person who has one already gets no second mail."""
    user, new = welcome(email, name, language, zone)
    if new:
        _mail_invitation(user, by)
    return user


def invite_again(user: User, *, by: User) -> None:
    """Mail the invitation once more. Raises DomainError when there is no need, or when one has just gone out."""
    if user.login_count:
        raise DomainError(_l("%(name)s has signed in already and needs no invitation.", name=user.name))
    db.session.refresh(user, with_for_update=True)
    if user.invited_at and clock.now() - user.invited_at < PAUSE:
        raise DomainError(
            _l(
                "An invitation went out less than 10 minutes ago. Ask %(name)s to look among unwanted mail.",
                name=user.name,
            )
        )
    _mail_invitation(user, by)


def _mail_invitation(user: User, by: User | None) -> None:
    invitation = issue_invitation(user)
    enqueue("people/invitation", recipient(user), invitation=invitation, by=by.name if by else "")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the link of an invitation carries, and the instant until which it works."""

    token: str
    until: datetime


def issue_invitation(user: User) -> Invitation:
    """An invitation from now on; who calls says it to the person."""
    user.invited_at = clock.now()
    return Invitation(str(_invitations().dumps(user.fs_uniquifier)), user.invited_at + INVITATION)


def invited_person(token: str) -> User | None:
    """The person of an invitation; None when it is too old, not whole, or its person has set a password since."""
    try:
        uniquifier = _invitations().loads(token, max_age=int(INVITATION.total_seconds()))
    except BadSignature:
        return None
    return db.session.scalars(select(User).where(User.fs_uniquifier == uniquifier, User.active)).one_or_none()


class _Signer(TimestampSigner):
    """Signs by the School's clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _invitations() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="invitation", signer=_Signer)


def give_role(user: User, name: str) -> None:
    """Make somebody administrator or coordinator of every edition; harmless when they are already."""
    role = db.session.scalars(select(Role).where(Role.name == name)).one_or_none() or Role(name=name)
    if role not in user.roles:
        user.roles.append(role)
    db.session.flush()


# --- local governments and who works for them


def record_government(government: LocalGovernment, **values: Any) -> LocalGovernment:
    """Keep a new local government, or correct one. Raises DomainError if its place has another of that name."""
    try:
        with db.session.begin_nested():
            for name, value in values.items():
                setattr(government, name, value)
            db.session.add(government)
    except IntegrityError:
        raise DomainError(_l("There is already a local government of that name there.")) from None
    return government


def join(
    user: User, government: LocalGovernment, *, position: str, from_on: date, focal_point: bool = False
) -> Membership:
    """Somebody works for a local government from a day on. Raises DomainError if they already do."""
    if db.session.scalars(current_membership(user, government)).one_or_none():
        raise DomainError(_l("%(name)s works there already.", name=user.name))
    membership = Membership(user_id=user.id, local_government_id=government.id)
    return record_membership(membership, position=position, from_on=from_on, to_on=None, focal_point=focal_point)


def record_membership(membership: Membership, **values: Any) -> Membership:
    """Keep or correct a membership; `to_on` is its last day. Raises DomainError if two of them would hold at once."""
    try:
        with db.session.begin_nested():
            for name, value in values.items():
                setattr(membership, name, value)
            db.session.add(membership)
    except IntegrityError:
        raise DomainError(_l("This person works there already.")) from None
    return membership
