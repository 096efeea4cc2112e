"""What is decided on the applications of a call, and what the chosen answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.applications.models import Application
from escuela.columns import Pk
from escuela.extensions import Model

ACCEPTED, WAITLISTED, REJECTED = OUTCOMES = ("accepted", "waitlisted", "rejected")
CONFIRMED, DECLINED, LAPSED, REMOVED = REPLIES = ("confirmed", "declined", "lapsed", "removed")


class Decision(Model):
    """What was decided on an application: private until `announced_at`; the accepted then answer by `reply_by_at`.

    Whoever is on the waiting list may decline too, or be removed, and keeps the place in it that they had.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("outcome IN ('accepted', 'waitlisted', 'rejected')", name="outcome"),
        CheckConstraint("(outcome = 'waitlisted') = (place IS NOT NULL)", name="place"),
        CheckConstraint("reply IN ('confirmed', 'declined', 'lapsed', 'removed')", name="reply"),
        CheckConstraint("(reply IS NULL) = (replied_at IS NULL)", name="replied"),
        CheckConstraint("reply IS NULL OR announced_at IS NOT NULL", name="answered"),
        CheckConstraint(
            "reply IS NULL OR (outcome = 'accepted' AND reply <> 'removed')"
            " OR (outcome = 'waitlisted' AND reply IN ('declined', 'removed'))",
            name="answers",
        ),
        Index("ix_decisions_outcome", "call_id", "outcome"),
    )

    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    place: Mapped[int | None]
    """In the waiting list, from 1."""
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    announced_at: Mapped[datetime | None]
    reply_by_at: Mapped[datetime | None]
    reply: Mapped[str | None] = mapped_column(String(10))
    replied_at: Mapped[datetime | None]
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolments.id"), unique=True)

    application: Mapped[Application] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()


class DecisionBatch(Model):
    """Decisions taken in one go, so that they can be undone in one go."""

    __tablename__ = "decision_batches"

    id: Mapped[Pk]
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By id of application as text: [outcome, place], or null where nothing had been decided."""
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    undone_at: Mapped[datetime | None]
