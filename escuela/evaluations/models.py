"""Who evaluates the applications of a call, and what they score."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.applications.models import Application
from escuela.calls.models import Call, CallCriterion
from escuela.columns import Pk
from escuela.extensions import Model
from escuela.people.models import User


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
