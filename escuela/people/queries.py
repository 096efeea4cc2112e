"""Which people and local governments a person may see, and how they are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from escuela.people.models import LocalGovernment, Membership, Named, User, folded

Rows = TypeVar("Rows", bound=Select[Any])
WORDS = 20
"""Most words of a search: each is a condition, and SQLite refuses a thousand of them."""
FOLLOWED: list[Callable[[User], Select[int]]] = []
"""Ids of local governments that a person follows by what they do elsewhere: each room to the right adds its own."""


def visible_people(user: User) -> Select[User]:
    """Everybody for who coordinates; else oneself."""
    people = select(User).options(selectinload(User.memberships).joinedload(Membership.local_government))
    return people if user.is_coordinator else people.where(User.id == user.id)


def visible_governments(user: User) -> Select[LocalGovernment]:
    """All of them, by name, for who coordinates; else those that one works for, or follows."""
    governments = select(LocalGovernment).order_by(LocalGovernment.folded_name, LocalGovernment.id)
    if user.is_coordinator:
        return governments
    mine = select(Membership.local_government_id).where(Membership.user_id == user.id, Membership.to_on.is_(None))
    return governments.where(or_(LocalGovernment.id.in_(mine), _is_followed(user)))


def followed_governments(user: User) -> Select[LocalGovernment]:
    """Those whose page one may open without working there; see FOLLOWED."""
    return select(LocalGovernment).where(_is_followed(user))


def _is_followed(user: User) -> ColumnElement[bool]:
    return or_(false(), *(LocalGovernment.id.in_(of(user)) for of in FOLLOWED))


def members(government: LocalGovernment) -> Select[Membership]:
    """Who works for a local government now: its focal points first, then by name."""
    return (
        select(Membership)
        .join(Membership.user)
        .where(Membership.local_government_id == government.id, Membership.to_on.is_(None))
        .options(contains_eager(Membership.user).lazyload(User.roles))
        .order_by(Membership.focal_point.desc(), User.folded_name, Membership.id)
    )


def all_governments() -> Select[LocalGovernment]:
    """Every local government by country and name: what one chooses from when enrolling somebody."""
    return select(LocalGovernment).order_by(LocalGovernment.country, LocalGovernment.folded_name)


def named(rows: Rows, of: type[Named], words: str) -> Rows:
    """Rows whose name has all the words, with or without their accents; of endless words, those at the beginning."""
    for word in folded(words).split()[:WORDS]:
        rows = rows.where(of.folded_name.contains(word, autoescape=True))
    return rows


def by_address(email: str) -> Select[User]:
    return select(User).where(func.lower(User.email) == email.lower())


def memberships(user: User) -> Select[Membership]:
    """Where a person works and worked, the newest first."""
    return (
        select(Membership)
        .where(Membership.user_id == user.id)
        .options(joinedload(Membership.local_government))
        .order_by(Membership.from_on.desc(), Membership.id.desc())
    )


def current_membership(user: User, government: LocalGovernment) -> Select[Membership]:
    return select(Membership).where(
        Membership.user_id == user.id, Membership.local_government_id == government.id, Membership.to_on.is_(None)
    )
