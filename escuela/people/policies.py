"""Who may look after people and local governments."""

from __future__ import annotations

from escuela.people.models import User


def can_manage_people(user: User | None) -> bool:
    """Keeps local governments and where people work: who coordinates every edition."""
    return user is not None and user.is_coordinator
