"""Tutoring sessions of an edition or of one module, and who attended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.columns import Localized, Pk, Slug, Zone
from escuela.editions.models import Edition, Module
from escuela.extensions import Model
from escuela.frameworks.models import FrameworkItem, alignment_table
from escuela.people.models import User

PRESENT, ABSENT = "present", "absent"

session_items = alignment_table("tutoring_sessions")


class TutoringSession(Model):
    __tablename__ = "tutoring_sessions"
    __table_args__ = (
        UniqueConstraint("edition_id", "slug"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("cancelled_at IS NULL OR attendance_taken_at IS NULL", name="cancelled"),
    )

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    module_id: Mapped[int | None] = mapped_column(ForeignKey("modules.id"))
    slug: Mapped[Slug]
    title: Mapped[Localized]
    summary: Mapped[Localized]
    starts_at: Mapped[datetime]
    zone: Mapped[Zone]
    minutes: Mapped[int]
    link: Mapped[str | None] = mapped_column(String(500))
    tutor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    attendance_taken_at: Mapped[datetime | None]
    """When attendance was last saved; a session counts for certificates from then on."""

    cancelled_at: Mapped[datetime | None]
    """Since when it does not take place: it stays in the list, so that who knew of it reads it there."""

    edition: Mapped[Edition] = relationship()
    module: Mapped[Module | None] = relationship()
    tutor: Mapped[User | None] = relationship()
    items: Mapped[list[FrameworkItem]] = relationship(secondary=session_items, order_by=FrameworkItem.position)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


class Attendance(Model):
    __tablename__ = "attendances"
    __table_args__ = (CheckConstraint("state IN ('present', 'absent')", name="state"),)

    session_id: Mapped[int] = mapped_column(ForeignKey("tutoring_sessions.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    session: Mapped[TutoringSession] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
