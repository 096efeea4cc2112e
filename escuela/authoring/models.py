"""What is being written in the browser, and every version of what was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.columns import Pk
from escuela.editions.models import Activity, Edition, Module
from escuela.extensions import Model
from escuela.people.models import User


class ActivityDraft(Model):
    """The fields of an editor as they were typed, valid or not: saved while typing, gone once saved for good.

    Without `activity_id` it is an activity that nobody but its authors sees yet.
    """

    __tablename__ = "activity_drafts"

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id", ondelete="CASCADE"), index=True)
    module_id: Mapped[int] = mapped_column(ForeignKey("modules.id", ondelete="CASCADE"), index=True)
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By name of field: the list of what was typed or chosen."""
    based_on: Mapped[int] = mapped_column(default=0)
    """The version of the activity that it began from; a newer one means that somebody else saved meanwhile."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    edition: Mapped[Edition] = relationship()
    module: Mapped[Module] = relationship()
    activity: Mapped[Activity | None] = relationship()
    saved_by: Mapped[User] = relationship()


class ActivityVersion(Model):
    """An activity as it was saved: the files that exporting it would have written."""

    __tablename__ = "activity_versions"
    __table_args__ = (UniqueConstraint("activity_id", "number"),)

    id: Mapped[Pk]
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"))
    number: Mapped[int]
    files: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By language for a lesson (`es`, `pt`); `""` for a kind whose one file holds every language."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    activity: Mapped[Activity] = relationship()
    saved_by: Mapped[User | None] = relationship()
