"""Which calls a person sees."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from escuela.calls.models import Call
from escuela.editions.models import COORDINATOR, Edition, EditionStaff
from escuela.people.models import User


def public_calls() -> Select[Call]:
    """Calls that anybody may read, the one that closes last first."""
    return select(Call).where(Call.published_at.is_not(None)).order_by(Call.closes_at.desc(), Call.id)


def coordinated_calls(user: User) -> Select[Call]:
    """Calls of the editions that a person coordinates, drafts too."""
    calls = select(Call).join(Call.edition)
    if user.is_coordinator:
        return calls
    own = select(EditionStaff.edition_id).where(EditionStaff.user_id == user.id, EditionStaff.role == COORDINATOR)
    return calls.where(Call.edition_id.in_(own))


def visible_calls(user: User | None) -> Select[Call]:
    """Calls that a person, or a visitor, may read."""
    if user is None:
        return public_calls()
    own = coordinated_calls(user).with_only_columns(Call.id).order_by(None)
    return select(Call).where(or_(Call.published_at.is_not(None), Call.id.in_(own)))


def coordinated_editions(user: User) -> Select[Edition]:
    """Editions that a person coordinates."""
    if user.is_coordinator:
        return select(Edition)
    own = select(EditionStaff.edition_id).where(EditionStaff.user_id == user.id, EditionStaff.role == COORDINATOR)
    return select(Edition).where(Edition.id.in_(own))
