"""Enrolment: a person admitted to an edition on behalf of one local government."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from escuela.columns import Name, Pk, StoredKey
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
    transferred_to_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"), index=True)
    """The enrolment of the same person in a later edition, for which this one ended."""
    succeeds_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"), unique=True)
    """The enrolment of the colleague whose place this person took, for the same government in the same edition."""

    edition: Mapped[Edition] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)
    local_government: Mapped[LocalGovernment] = relationship()
    transferred_to: Mapped[Enrolment | None] = relationship(remote_side="Enrolment.id", foreign_keys=transferred_to_id)
    succeeds: Mapped[Enrolment | None] = relationship(
        remote_side="Enrolment.id", foreign_keys=succeeds_id, back_populates="successor"
    )
    successor: Mapped[Enrolment | None] = relationship(
        foreign_keys=succeeds_id, back_populates="succeeds", uselist=False
    )
    """The enrolment of the colleague who took this one's place."""
    continues: Mapped[bool] = query_expression()
    """Whether the person was transferred into it from another edition; known only of the row that `reader` reads."""

    @property
    def active(self) -> bool:
        return self.status == ACTIVE

    @property
    def heir(self) -> Enrolment | None:
        """Who goes on in the place of a person who left it, for the same government; see `queries.handed_over`."""
        if self.active:
            return None
        after = self.successor
        while after is not None and not after.active:
            after = after.successor
        return after if after is not None and after.local_government_id == self.local_government_id else None


class RosterImport(Model):
    """A list of people that was uploaded: nothing of it is written until it is confirmed, and then all or nothing."""

    __tablename__ = "roster_imports"

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    name: Mapped[Name]
    key: Mapped[StoredKey]
    size: Mapped[int]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    columns: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """How it is read: `fields`, by field (email, name, government ...) the number of the file's column, from 0;
    `heads`, what its columns are called; `governments`, by a name that is not in the registry the id it stands for."""
    confirmed_at: Mapped[datetime | None]
    enrolled: Mapped[int | None]
    """How many people it enrolled."""

    edition: Mapped[Edition] = relationship()
    uploaded_by: Mapped[User] = relationship()
