"""What the pages of this room read."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, case, or_, select
from sqlalchemy.orm import aliased, defer, joinedload, selectinload

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import my_enrolments, taught_editions, taught_to
from escuela.editions.models import (
    ARCHIVED,
    COORDINATOR,
    DRAFT,
    RUNNING,
    Edition,
    EditionStaff,
    LessonText,
    Module,
    activity_items,
    module_items,
)
from escuela.editions.queries import staffed_editions, visible_editions
from escuela.extensions import db
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
        .where(Module.edition_id == edition.id, Module.archived_at.is_(None))
        .order_by(FrameworkItem.position)
    )


def _inside(rows: Select[Edition]) -> Select[Edition]:
    own = joinedload(Edition.staff.and_(EditionStaff.user_id == bindparam("reader")))
    return rows.where(Edition.slug == bindparam("slug")).options(own)


INSIDE = {True: _inside(select(Edition)), False: _inside(taught_to(bindparam("reader")))}
"""By whether the reader coordinates every edition: the edition `slug` for the people in it; of who works in it, with
the roles of `reader` alone."""


class Member(NamedTuple):
    """An active enrolment in a local government's team, the reader's own among them."""

    edition: Edition
    id: int
    edition_id: int
    status: str
    user_id: int
    name: str
    government: str


def _teams() -> Select[*tuple[Any, ...]]:
    mine = aliased(Enrolment)
    together = and_(mine.edition_id == Enrolment.edition_id, mine.local_government_id == Enrolment.local_government_id)
    return (
        select(Edition, Enrolment.id, Enrolment.edition_id, Enrolment.status, User.id, User.name, LocalGovernment.name)
        .join_from(mine, Enrolment, together)
        .join(Enrolment.edition)
        .join(Enrolment.user)
        .join(Enrolment.local_government)
        .where(mine.user_id == bindparam("user"), mine.status == ACTIVE, Enrolment.status == ACTIVE)
        .where(Edition.status.not_in([DRAFT, ARCHIVED]))
        .order_by(Edition.starts_on.desc(), Edition.id.desc(), User.name)
        .options(defer(Edition.theme), defer(Edition.summary), defer(Edition.notice), defer(Edition.signatories))
    )


_TEAMS = _teams()  # built once, as those of `programme`


def teams(user: User) -> list[Member]:
    """The person's active enrolments, the newest edition first, with their colleagues' of the same local government."""
    return [Member(*row) for row in db.session.execute(_TEAMS, {"user": user.id})]


def _lesson_text() -> Select[str, str]:
    preference = case(
        (LessonText.language == bindparam("wanted"), 0), (LessonText.language == bindparam("otherwise"), 1), else_=2
    )
    return (
        select(LessonText.language, LessonText.html)
        .where(LessonText.lesson_id == bindparam("lesson"))
        .order_by(preference, LessonText.language)
        .limit(1)
    )


LESSON_TEXT = _lesson_text()
"""The language and the HTML of a `lesson`: in the language `wanted`, else `otherwise`, else in whichever there is."""
LESSON_ITEMS: Select[FrameworkItem] = (
    select(FrameworkItem)
    .join(activity_items, activity_items.c.item_id == FrameworkItem.id)
    .where(activity_items.c.owner_id == bindparam("lesson"))
    .order_by(FrameworkItem.position)
)
"""What a `lesson` is aligned to."""


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
