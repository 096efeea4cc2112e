"""Who may look after people and local governments."""

from __future__ import annotations

from collections.abc import Iterable

from escuela.people.models import Membership, User


def can_manage_people(user: User | None) -> bool:
    """Keeps local governments and where people work: who coordinates every edition."""
    return user is not None and user.is_coordinator


def can_follow(user: User, members: Iterable[Membership]) -> bool:
    """Sees what the School keeps of a local government: its focal points, and who coordinates every edition.

    `members` are those who work there now.
    """
    return user.is_coordinator or any(each.user_id == user.id and each.focal_point for each in members)
