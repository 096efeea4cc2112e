"""Which editions a person may see."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, false, or_, select, true

from escuela.editions.models import ARCHIVED, DRAFT, PUBLISHED, Edition, EditionStaff, Module
from escuela.people.models import User


def visible_editions(user: User | None) -> Select[Edition]:
    """The catalogue for everybody; drafts and archived editions for those who work in them."""
    listed = Edition.status.not_in([DRAFT, ARCHIVED])
    if user is None:
        return select(Edition).where(listed)
    if user.is_coordinator:
        return select(Edition).where(true())
    mine = select(EditionStaff.edition_id).where(EditionStaff.user_id == user.id)
    return select(Edition).where(or_(listed, Edition.id.in_(mine)))


def staffed_editions(user: User, role: str) -> Select[Edition]:
    """Editions in which the person has that role; for who coordinates them all, every edition."""
    if user.is_coordinator:
        return select(Edition)
    mine = select(EditionStaff.edition_id).where(EditionStaff.user_id == user.id, EditionStaff.role == role)
    return select(Edition).where(Edition.id.in_(mine))


def open_modules(edition: Edition, at: datetime) -> Select[Module]:
    """Modules whose inside participants may see at an instant."""
    if edition.status in {DRAFT, PUBLISHED} and not edition.seen_early:
        return select(Module).where(false())
    begun = true() if edition.seen_early else or_(Module.opens_at.is_(None), Module.opens_at <= at)
    return select(Module).where(Module.edition_id == edition.id, begun, Module.archived_at.is_(None))
