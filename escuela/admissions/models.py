"""Enrolment: a person admitted to an edition on behalf of one local government."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.columns import Pk
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

    edition: Mapped[Edition] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)
    local_government: Mapped[LocalGovernment] = relationship()
