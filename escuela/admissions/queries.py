"""Enrolments, and what being enrolled lets a person see."""

from __future__ import annotations

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.orm import contains_eager

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.editions.models import DRAFT, TUTOR, Activity, Edition, EditionStaff
from escuela.people.models import LocalGovernment, User

# Statements of every page, built once: building them costs more than running them.

MY_ENROLMENT: Select[Enrolment] = select(Enrolment).where(
    Enrolment.user_id == bindparam("user"), Enrolment.edition_id == bindparam("edition"), Enrolment.status == ACTIVE
)
"""The active enrolment of `user` in `edition`, at most one."""


def my_enrolments(user: User) -> Select[Enrolment]:
    """Active enrolments of a person, the newest edition first."""
    return (
        select(Enrolment)
        .join(Enrolment.edition)
        .where(Enrolment.user_id == user.id, Enrolment.status == ACTIVE)
        .order_by(Edition.starts_on.desc(), Edition.id.desc())
    )


def visible_enrolments(user: User) -> Select[Enrolment]:
    """One's own, and those of the editions in which one is a tutor or a coordinator."""
    if user.lens is not None:
        seen = user.lens.edition_id if user.lens.role == TUTOR else None
        return select(Enrolment).where(Enrolment.edition_id == seen)
    if user.is_coordinator:
        return select(Enrolment)
    staffed = select(EditionStaff.edition_id).where(EditionStaff.user_id == user.id)
    return select(Enrolment).where(or_(Enrolment.user_id == user.id, Enrolment.edition_id.in_(staffed)))


def taught_editions(user: User) -> Select[Edition]:
    """Editions whose inside a person may see: enrolled and past draft, or working in it."""
    if user.lens is not None:
        return select(Edition).where(Edition.id == user.lens.edition_id)
    return select(Edition) if user.is_coordinator else taught_to(user.id)


def taught_to(user_id: int | BindParameter[int]) -> Select[Edition]:
    """The same for somebody who does not coordinate them all."""
    enrolled = select(Enrolment.edition_id).where(Enrolment.user_id == user_id, Enrolment.status == ACTIVE)
    staffed = select(EditionStaff.edition_id).where(EditionStaff.user_id == user_id)
    return select(Edition).where(or_(Edition.id.in_(staffed), Edition.id.in_(enrolled) & (Edition.status != DRAFT)))


def visible_activities(user: User, edition_slug: str) -> Select[Activity]:
    """Activities of an edition for the people in it, its participants and who works in it: all but the archived."""
    inside = taught_editions(user).where(Edition.slug == edition_slug).with_only_columns(Edition.id)
    return select(Activity).where(Activity.edition_id.in_(inside), Activity.archived_at.is_(None))


def roll(edition: Edition) -> Select[Enrolment]:
    """Everybody who was ever enrolled in an edition, by local government and name."""
    return (
        select(Enrolment)
        .join(Enrolment.user)
        .join(Enrolment.local_government)
        .where(Enrolment.edition_id == edition.id)
        .options(contains_eager(Enrolment.user).lazyload(User.roles), contains_eager(Enrolment.local_government))
        .order_by(LocalGovernment.folded_name, LocalGovernment.id, User.folded_name, Enrolment.id)
    )


def team(edition: Edition) -> Select[EditionStaff]:
    """Who works in an edition: coordinators first, then tutors, by name."""
    return (
        select(EditionStaff)
        .join(EditionStaff.user)
        .where(EditionStaff.edition_id == edition.id)
        .options(contains_eager(EditionStaff.user).lazyload(User.roles))
        .order_by(EditionStaff.role, User.folded_name)
    )
