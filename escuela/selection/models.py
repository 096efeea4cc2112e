"""Who evaluates the applications of a call, what they score, what is decided, and what the chosen answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.calls.models import Application, Call, CallCriterion
from escuela.columns import Pk
from escuela.extensions import Model
from escuela.people.models import User

ACCEPTED, WAITLISTED, REJECTED = OUTCOMES = ("accepted", "waitlisted", "rejected")
CONFIRMED, DECLINED, LAPSED = REPLIES = ("confirmed", "declined", "lapsed")


class Evaluator(Model):
    """A person scores applications of one call."""

    __tablename__ = "evaluators"
    __table_args__ = (UniqueConstraint("call_id", "user_id"),)

    id: Mapped[Pk]
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    appointed_at: Mapped[datetime]
    appointed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    call: Mapped[Call] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)


class Evaluation(Model):
    """One evaluator's scores of one application: theirs alone until `given_at`, then they do not change.

    `total` is the weighted mean of the scores in hundredths of a point, frozen when they are given.
    """

    __tablename__ = "evaluations"
    __table_args__ = (
        UniqueConstraint("application_id", "evaluator_id"),
        CheckConstraint("(given_at IS NULL) = (total IS NULL)", name="given"),
        CheckConstraint("given_at IS NULL OR recused_at IS NULL", name="recused"),
    )

    id: Mapped[Pk]
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"))
    evaluator_id: Mapped[int] = mapped_column(ForeignKey("evaluators.id"), index=True)
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    comment: Mapped[str] = mapped_column(Text, default="")
    """For who coordinates and the other evaluators, never for the applicant."""
    saved_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
    total: Mapped[int | None]
    recused_at: Mapped[datetime | None]
    recused_reason: Mapped[str | None] = mapped_column(Text)

    application: Mapped[Application] = relationship()
    evaluator: Mapped[Evaluator] = relationship()
    scores: Mapped[list[Score]] = relationship(back_populates="evaluation", cascade="all, delete-orphan")


class Score(Model):
    """Points for one criterion, from 0 to the call's scale."""

    __tablename__ = "scores"
    __table_args__ = (CheckConstraint("points >= 0", name="points"),)

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluations.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("call_criteria.id"), primary_key=True)
    points: Mapped[int]

    evaluation: Mapped[Evaluation] = relationship(back_populates="scores")
    criterion: Mapped[CallCriterion] = relationship()


class Decision(Model):
    """What was decided on an application: private until `announced_at`; the accepted then answer by `reply_by_at`."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("outcome IN ('accepted', 'waitlisted', 'rejected')", name="outcome"),
        CheckConstraint("(outcome = 'waitlisted') = (place IS NOT NULL)", name="place"),
        CheckConstraint("reply IN ('confirmed', 'declined', 'lapsed')", name="reply"),
        CheckConstraint("(reply IS NULL) = (replied_at IS NULL)", name="replied"),
        CheckConstraint("reply IS NULL OR (outcome = 'accepted' AND announced_at IS NOT NULL)", name="answered"),
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
