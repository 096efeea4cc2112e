"""Enrolment: a person admitted to an edition on behalf of one local government."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.columns import Name, Pk
from escuela.editions.models import Edition
from escuela.extensions import Model
from escuela.people.models import LocalGovernment, User

ACTIVE, WITHDRAWN = "active", "withdrawn"


class Enrolment(Model):
    """Whatever a participant does in an edition hangs on this row. Withdrawing keeps it, with who, when and why."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("edition_id", "user_id"),
        CheckConstraint("status IN ('active', 'withdrawn')", name="status"),
        CheckConstraint("(status = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
    )

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    local_government_id: Mapped[int] = mapped_column(ForeignKey("local_governments.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    enrolled_at: Mapped[datetime]
    enrolled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    transferred_to_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"))
    """The enrolment of the same person in a later edition, for which this one ended."""
    succeeds_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"), unique=True)
    """The enrolment of the colleague whose place this person took, for the same government in the same edition."""

    edition: Mapped[Edition] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)
    local_government: Mapped[LocalGovernment] = relationship()
    transferred_to: Mapped[Enrolment | None] = relationship(remote_side="Enrolment.id", foreign_keys=transferred_to_id)
    succeeds: Mapped[Enrolment | None] = relationship(remote_side="Enrolment.id", foreign_keys=succeeds_id)


class RosterImport(Model):
    """A list of people that was uploaded: nothing of it is written until it is confirmed, and then all or nothing."""

    __tablename__ = "roster_imports"

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    name: Mapped[Name]
    key: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """By field (email, name, government ...): the number of the file's column, from 0."""
    confirmed_at: Mapped[datetime | None]
    enrolled: Mapped[int | None]
    """How many people it enrolled."""

    edition: Mapped[Edition] = relationship()
    uploaded_by: Mapped[User] = relationship()
