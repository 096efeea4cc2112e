"""An edition of the School: its modules, and in each module its activities in order."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.columns import Localized, Pk, Slug, StoredKey, Zone
from escuela.extensions import Model
from escuela.frameworks.models import FrameworkItem, alignment_table
from escuela.people.models import User

STATUSES = ("draft", "published", "running", "closed", "archived")
DRAFT, PUBLISHED, RUNNING, CLOSED, ARCHIVED = STATUSES
TUTOR, COORDINATOR = "tutor", "coordinator"

edition_items = alignment_table("editions")
module_items = alignment_table("modules")
activity_items = alignment_table("activities")


class Edition(Model):
    """One run of the School. A closed one stays in the catalogue; an archived one leaves it, its certificates stay."""

    __tablename__ = "editions"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'running', 'closed', 'archived')", name="status"),
        CheckConstraint("mode IN ('on_site', 'virtual', 'hybrid')", name="mode"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        CheckConstraint("hours > 0", name="hours"),
        CheckConstraint("attendance BETWEEN 0 AND 100", name="attendance"),
    )

    id: Mapped[Pk]
    slug: Mapped[Slug] = mapped_column(unique=True)
    number: Mapped[int]
    year: Mapped[int]
    title: Mapped[Localized]
    theme: Mapped[Localized]
    summary: Mapped[Localized]
    notice: Mapped[Localized]
    """Shown on every page of the edition; empty for most. Demonstration content says here that it is."""
    mode: Mapped[str] = mapped_column(String(10))
    host_city: Mapped[str | None] = mapped_column(String(120))
    host_country: Mapped[str | None] = mapped_column(String(2))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[Zone]
    hours: Mapped[int]
    languages: Mapped[list[str]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(String(10), default=DRAFT)
    attendance: Mapped[int] = mapped_column(default=0)
    """Percent of the tutoring sessions held that a certificate asks for; 0: none."""
    signatories: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Two people: {"name": str, "office": {"es": str, ...}}."""
    digest: Mapped[str | None] = mapped_column(String(64))
    """Of the text that it was loaded from."""
    edited_at: Mapped[datetime | None]
    """When its content was last changed in the browser; none since the text was loaded."""

    seen_early = False
    """Everything in it is open, as of this request: who prepares it looks at what participants will see."""

    items: Mapped[list[FrameworkItem]] = relationship(secondary=edition_items, order_by=FrameworkItem.position)
    modules: Mapped[list[Module]] = relationship(
        back_populates="edition", order_by="Module.position", cascade="all, delete-orphan"
    )
    staff: Mapped[list[EditionStaff]] = relationship(back_populates="edition", cascade="all, delete-orphan")


class EditionStaff(Model):
    """A person is a tutor or a coordinator of one edition."""

    __tablename__ = "edition_staff"
    __table_args__ = (
        UniqueConstraint("edition_id", "user_id", "role"),
        CheckConstraint("role IN ('tutor', 'coordinator')", name="role"),
    )

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))

    edition: Mapped[Edition] = relationship(back_populates="staff")
    user: Mapped[User] = relationship()


class Module(Model):
    """A part of an edition, with its own hours; closed until `opens_at`, an instant announced in `opens_zone`."""

    __tablename__ = "modules"
    __table_args__ = (
        UniqueConstraint("edition_id", "slug"),
        CheckConstraint("(opens_at IS NULL) = (opens_zone IS NULL)", name="opens_zone"),
    )

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    slug: Mapped[Slug]
    position: Mapped[int]
    title: Mapped[Localized]
    summary: Mapped[Localized]
    hours: Mapped[int]
    opens_at: Mapped[datetime | None]
    opens_zone: Mapped[Zone | None]
    archived_at: Mapped[datetime | None]
    """Put away with all that is in it: only who writes the edition sees it, what people did stays."""

    edition: Mapped[Edition] = relationship(back_populates="modules")
    items: Mapped[list[FrameworkItem]] = relationship(secondary=module_items, order_by=FrameworkItem.position)
    activities: Mapped[list[Activity]] = relationship(
        back_populates="module", order_by="Activity.position", cascade="all, delete-orphan"
    )


class Activity(Model):
    """One thing to do in a module. Its kind (lesson, quiz, assignment) is a subclass in the room that knows it."""

    __tablename__ = "activities"
    __table_args__: Any = (
        UniqueConstraint("edition_id", "slug"),
        CheckConstraint("(opens_at IS NULL) = (opens_zone IS NULL)", name="opens_zone"),
        CheckConstraint("(due_at IS NULL) = (due_zone IS NULL)", name="due_zone"),
        CheckConstraint("NOT strict OR due_at IS NOT NULL", name="strict"),
        CheckConstraint("late_days IS NULL OR (late_days BETWEEN 1 AND 365 AND NOT strict)", name="late_days"),
    )
    __mapper_args__ = {"polymorphic_on": "kind"}  # noqa: RUF012 - SQLAlchemy reads it as it is

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    """The module's edition again: what makes a slug unique in its edition."""
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    slug: Mapped[Slug]
    position: Mapped[int]
    """Its place in the module."""
    title: Mapped[Localized]
    summary: Mapped[Localized]
    required: Mapped[bool] = mapped_column(default=True)
    opens_at: Mapped[datetime | None]
    opens_zone: Mapped[Zone | None]
    due_at: Mapped[datetime | None]
    due_zone: Mapped[Zone | None]
    strict: Mapped[bool] = mapped_column(default=False)
    """Nothing is accepted after `due_at`; otherwise it is late, and accepted until the edition ends."""
    late_days: Mapped[int | None]
    """What is late is accepted for so many days only."""
    archived_at: Mapped[datetime | None]
    """Put away, by itself or with its module, at the same instant."""

    edition: Mapped[Edition] = relationship()
    module: Mapped[Module] = relationship(back_populates="activities")
    items: Mapped[list[FrameworkItem]] = relationship(secondary=activity_items, order_by=FrameworkItem.position)


class Lesson(Activity):
    """Something to read, in one or more languages."""

    __tablename__ = "lessons"
    __mapper_args__ = {"polymorphic_identity": "lesson"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    minutes: Mapped[int]

    texts: Mapped[list[LessonText]] = relationship(back_populates="lesson", cascade="all, delete-orphan")


class LessonText(Model):
    """A lesson in one language: the Markdown that was written and the sanitized HTML made of it."""

    __tablename__ = "lesson_texts"

    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    source: Mapped[str] = mapped_column(Text, deferred=True)
    html: Mapped[str] = mapped_column(Text)

    lesson: Mapped[Lesson] = relationship(back_populates="texts")


class Media(Model):
    """A file of an edition's content (picture, sound, video, captions, document), addressed by module and name."""

    __tablename__ = "media"
    __table_args__ = (UniqueConstraint("edition_id", "path"),)

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(200))
    """`<module slug>/<file name>`."""
    key: Mapped[StoredKey]
    """Where storage keeps it."""
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    """Pixels of a picture, where they are known."""
