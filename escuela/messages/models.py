"""Mail that waits to be delivered. A message is written with the change that causes it and sent after the commit."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from escuela.columns import Pk
from escuela.extensions import Model


class Message(Model):
    """One mail to one address. `once` names the occasion: a second message of the same occasion is never written."""

    __tablename__ = "messages"
    __table_args__ = (Index("ix_messages_waiting", "sent_at", "due_at"),)

    id: Mapped[Pk]
    kind: Mapped[str] = mapped_column(String(60))
    once: Mapped[str | None] = mapped_column(String(200), unique=True)
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(2))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When to try (again): later after each failure."""
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(Text)
