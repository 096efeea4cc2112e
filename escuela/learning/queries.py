"""What the pages of this room read."""

from __future__ import annotations

from sqlalchemy import Select, and_, bindparam, case, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, lazyload, load_only, selectinload

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import my_enrolments, taught_editions
from escuela.editions.models import (
    ARCHIVED,
    COORDINATOR,
    DRAFT,
    RUNNING,
    Edition,
    EditionStaff,
    LessonText,
    Module,
    module_items,
)
from escuela.editions.queries import staffed_editions, visible_editions
from escuela.frameworks.models import FrameworkItem
from escuela.people.models import LocalGovernment, User


def catalogue(user: User | None) -> Select[Edition]:
    """The editions that a person may see, the newest first."""
    return visible_editions(user).order_by(Edition.starts_on.desc(), Edition.id.desc())


def face(user: User | None, slug: str) -> Select[Edition]:
    """One edition of the catalogue, or one that the person is in, with who works in it and its frameworks."""
    sources = [visible_editions(user), *([taught_editions(user)] if user else [])]
    seen = or_(*(Edition.id.in_(rows.with_only_columns(Edition.id)) for rows in sources))
    return (
        select(Edition)
        .where(seen, Edition.slug == slug)
        .options(joinedload(Edition.staff), selectinload(Edition.items))
    )


def items_of_modules(edition: Edition) -> Select[int, FrameworkItem]:
    """What the modules of an edition are aligned to: rows (module id, item)."""
    return (
        select(module_items.c.owner_id, FrameworkItem)
        .join(FrameworkItem, FrameworkItem.id == module_items.c.item_id)
        .join(Module, Module.id == module_items.c.owner_id)
        .where(Module.edition_id == edition.id)
        .order_by(FrameworkItem.position)
    )


def inside(user: User, slug: str) -> Select[Edition]:
    """One edition for the people in it, with who works in it."""
    return taught_editions(user).where(Edition.slug == slug).options(joinedload(Edition.staff))


def _teams() -> Select[Enrolment]:
    mine = aliased(Enrolment)
    together = and_(mine.edition_id == Enrolment.edition_id, mine.local_government_id == Enrolment.local_government_id)
    return (
        select(Enrolment)
        .join(mine, together)
        .join(Enrolment.edition)
        .join(Enrolment.user)
        .where(mine.user_id == bindparam("user"), mine.status == ACTIVE, Enrolment.status == ACTIVE)
        .where(Edition.status.not_in([DRAFT, ARCHIVED]))
        .order_by(Edition.starts_on.desc(), Edition.id.desc(), User.name)
        .options(
            contains_eager(Enrolment.edition),
            contains_eager(Enrolment.user).options(load_only(User.name), lazyload(User.roles)),
            joinedload(Enrolment.local_government).load_only(LocalGovernment.name),
        )
    )


TEAMS = _teams()
"""Active enrolments of `user`, the newest edition first, and their colleagues' of the same local government."""


def lesson_text(lesson_id: int, wanted: str, otherwise: str) -> Select[LessonText]:
    """A lesson's text in the language wanted, else in the edition's own, else in whichever there is."""
    preference = case((LessonText.language == wanted, 0), (LessonText.language == otherwise, 1), else_=2)
    return (
        select(LessonText).where(LessonText.lesson_id == lesson_id).order_by(preference, LessonText.language).limit(1)
    )


def takes_part(user: User) -> Select[int]:
    """One row if the person is a participant of any edition."""
    return my_enrolments(user).with_only_columns(Enrolment.id).order_by(None).limit(1)


def my_edition_ids(user: User) -> Select[int]:
    """The editions that a person is a participant of."""
    return my_enrolments(user).with_only_columns(Enrolment.edition_id).order_by(None)


def works_as(user: User) -> Select[str]:
    """The roles that a person has in editions."""
    return select(EditionStaff.role).where(EditionStaff.user_id == user.id).distinct()


def running_coordinated(user: User) -> Select[Edition]:
    """Running editions that the person coordinates, the newest first."""
    return staffed_editions(user, COORDINATOR).where(Edition.status == RUNNING).order_by(Edition.starts_on.desc())
