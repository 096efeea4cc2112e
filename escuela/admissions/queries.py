"""Enrolments, and what being enrolled lets a person see."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, exists, false, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased, contains_eager, joinedload, with_expression
from sqlalchemy.orm.interfaces import ORMOption

from escuela.admissions.models import ACTIVE, WITHDRAWN, Enrolment
from escuela.editions.models import ARCHIVED, CLOSED, COORDINATOR, DRAFT, TUTOR, Activity, Edition, EditionStaff
from escuela.editions.queries import staffed_editions
from escuela.people.models import LocalGovernment, User

# Statements of every page, built once: building them costs more than running them.

_before = aliased(Enrolment)
MY_ENROLMENT: Select[Enrolment] = (
    select(Enrolment)
    .where(
        Enrolment.user_id == bindparam("user"), Enrolment.edition_id == bindparam("edition"), Enrolment.status == ACTIVE
    )
    .options(with_expression(Enrolment.continues, exists().where(_before.transferred_to_id == Enrolment.id)))
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


def coordinated_governments(user: User) -> Select[int]:
    """Ids of the local governments of the editions that one coordinates, of whoever was ever enrolled in them."""
    mine = (EditionStaff.user_id == user.id) & (EditionStaff.role == COORDINATOR)
    here = true() if user.lens is None else false()
    rows = select(Enrolment.local_government_id).join(EditionStaff, EditionStaff.edition_id == Enrolment.edition_id)
    return rows.where(mine, here)


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


def gone(edition: Edition) -> Select[int]:
    """How many people are no longer enrolled in an edition."""
    return select(func.count(Enrolment.id)).where(Enrolment.edition_id == edition.id, Enrolment.status == WITHDRAWN)


def with_ties() -> tuple[ORMOption, ...]:
    """Of enrolments that a page lists: where the person went, whose place they took, who took theirs."""
    named = joinedload(Enrolment.user).lazyload(User.roles)
    return (
        joinedload(Enrolment.transferred_to).joinedload(Enrolment.edition),
        joinedload(Enrolment.succeeds).options(named),
        joinedload(Enrolment.successor).options(named),
    )


def came_from(enrolment: Enrolment) -> Select[Enrolment]:
    """The person's enrolments in other editions from which they were transferred into this one."""
    rows = select(Enrolment).where(Enrolment.transferred_to_id == enrolment.id).options(joinedload(Enrolment.edition))
    return rows.order_by(Enrolment.id)


def earlier(enrolment: Enrolment) -> Select[int]:
    """Ids of the enrolments whose works are for the eyes of this one's person, as far back as they go.

    They are the person's own before a transfer, and those of who held the place before for the same local government.
    """
    found = (
        select(Enrolment.id, Enrolment.succeeds_id).where(Enrolment.id == enrolment.id).cte("earlier", recursive=True)
    )
    before = select(Enrolment.id, Enrolment.succeeds_id).join(
        found, or_(Enrolment.id == found.c.succeeds_id, Enrolment.transferred_to_id == found.c.id)
    )
    found = found.union(before)
    ours = or_(Enrolment.user_id == enrolment.user_id, Enrolment.local_government_id == enrolment.local_government_id)
    return select(Enrolment.id).where(Enrolment.id.in_(select(found.c.id)), Enrolment.id != enrolment.id, ours)


def handed_over() -> ColumnElement[bool]:
    """Whether an enrolment ended and somebody goes on in its place, for the same government: see `Enrolment.heir`."""
    after = (Enrolment.succeeds_id, Enrolment.local_government_id)
    taken = Enrolment.succeeds_id.is_not(None)
    found = select(*after).where(Enrolment.status == ACTIVE, taken).cte("handed_over", recursive=True)
    further = (
        select(Enrolment.succeeds_id, found.c.local_government_id)
        .join(found, Enrolment.id == found.c.succeeds_id)
        .where(Enrolment.status == WITHDRAWN, taken)
    )
    found = found.union(further)
    place = tuple_(Enrolment.id, Enrolment.local_government_id)
    return (Enrolment.status == WITHDRAWN) & place.in_(select(found.c.succeeds_id, found.c.local_government_id))


def transfer_targets(user: User, enrolment: Enrolment) -> Select[Edition]:
    """Editions to which the person can be transferred by `user`: others, not over, that they coordinate."""
    return (
        staffed_editions(user, COORDINATOR)
        .where(Edition.id != enrolment.edition_id, Edition.status.not_in([CLOSED, ARCHIVED]))
        .where(Edition.starts_on >= enrolment.edition.starts_on)
        .order_by(Edition.starts_on, Edition.id)
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
