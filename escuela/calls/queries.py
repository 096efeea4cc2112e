"""Which calls a person sees."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from escuela.calls.models import Call
from escuela.editions.models import COORDINATOR, Edition, EditionStaff
from escuela.people.models import User

REMEMBERED = timedelta(days=90)
"""How long the first page tells of a call that closed and has no result."""


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


def open_calls(at: datetime) -> Select[Call]:
    """Calls that accept applications at an instant, the one that closes first before the others."""
    return (
        select(Call)
        .where(Call.published_at.is_not(None), Call.announced_at.is_(None), Call.opens_at <= at, Call.closes_at > at)
        .options(joinedload(Call.edition))
        .order_by(Call.closes_at, Call.id)
    )


def featured_calls(at: datetime) -> Select[Call]:
    """Calls without a result, for the first page: open ones that close first, then those to come, then the closed."""
    past, coming = Call.closes_at <= at, Call.opens_at > at
    return (
        select(Call)
        .where(Call.published_at.is_not(None), Call.announced_at.is_(None), Call.closes_at > at - REMEMBERED)
        .options(joinedload(Call.edition))
        .order_by(past, coming, Call.closes_at, Call.id)
    )
