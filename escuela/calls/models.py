"""The open invitation to apply to an edition: until when, for whom, what it asks, what applications are scored by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.columns import Localized, Pk, Slug, Zone
from escuela.editions.models import Edition
from escuela.extensions import Model

SHORT, LONG, SINGLE, MULTIPLE, NUMBER, DATE, FILE, CONSENT = QUESTION_KINDS = (
    "short",
    "long",
    "single",
    "multiple",
    "number",
    "date",
    "file",
    "consent",
)


class Call(Model):
    """The call of an edition: at most one. Nobody but who works in the edition sees it before `published_at`.

    `closes_at` is the first instant at which nothing is accepted; `zone` is the one both instants are announced in.
    """

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("closes_at > opens_at", name="hours"),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint("evaluations BETWEEN 1 AND 20", name="evaluations"),
        CheckConstraint("scale BETWEEN 1 AND 100", name="scale"),
        CheckConstraint("(announced_at IS NULL) = (reply_by_at IS NULL)", name="announced"),
    )

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), unique=True)
    title: Mapped[Localized]
    summary: Mapped[Localized]
    """Two or three sentences, for the first page."""
    text: Mapped[Localized]
    """Markdown: what is offered, to whom, how people are chosen."""
    eligibility: Mapped[Localized]
    """Markdown: who may apply."""
    places: Mapped[int]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    zone: Mapped[Zone]
    evaluations: Mapped[int] = mapped_column(default=2)
    """How many evaluators score each application."""
    scale: Mapped[int] = mapped_column(default=10)
    """The most points of a criterion; the least is 0."""
    gap: Mapped[int] = mapped_column(default=200)
    """Hundredths of a point: totals of one application that lie further apart are a disagreement."""
    reply_days: Mapped[int] = mapped_column(default=7)
    """How long the accepted have to confirm, in days, to 23:59 of the last on the clock of `zone`."""
    accepted_note: Mapped[Localized] = mapped_column(default=Localized)
    waitlisted_note: Mapped[Localized] = mapped_column(default=Localized)
    rejected_note: Mapped[Localized] = mapped_column(default=Localized)
    """A paragraph of who coordinates, in the mail of each outcome."""
    published_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    """When the result was published; decisions are private until then."""
    reply_by_at: Mapped[datetime | None]
    """Until when those accepted with the result confirm."""

    edition: Mapped[Edition] = relationship()
    questions: Mapped[list[CallQuestion]] = relationship(
        back_populates="call", order_by="CallQuestion.position", cascade="all, delete-orphan"
    )
    criteria: Mapped[list[CallCriterion]] = relationship(
        back_populates="call", order_by="CallCriterion.position", cascade="all, delete-orphan"
    )


class CallQuestion(Model):
    """Something that a call asks beyond who one is; a required document is a question whose answer is a file (PDF)."""

    __tablename__ = "call_questions"
    __table_args__ = (
        UniqueConstraint("call_id", "slug"),
        CheckConstraint(
            "kind IN ('short', 'long', 'single', 'multiple', 'number', 'date', 'file', 'consent')", name="kind"
        ),
        CheckConstraint("(shown_if IS NULL) = (shown_value IS NULL)", name="shown"),
    )

    id: Mapped[Pk]
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    slug: Mapped[Slug]
    """What answers are kept under."""
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[Localized]
    help: Mapped[Localized]
    required: Mapped[bool] = mapped_column(default=True)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Of single and multiple: {"key": str, "text": {"es": str, ...}}."""
    shown_if: Mapped[str | None] = mapped_column(String(80))
    """Slug of an earlier question of the call: this one is asked only when that one is answered `shown_value`."""
    shown_value: Mapped[str | None] = mapped_column(String(80))
    """The key of an option; `yes` for a consent that was given."""

    call: Mapped[Call] = relationship(back_populates="questions")


class CallCriterion(Model):
    """What evaluators score, from 0 to the call's scale."""

    __tablename__ = "call_criteria"
    __table_args__ = (UniqueConstraint("call_id", "slug"), CheckConstraint("weight > 0", name="weight"))

    id: Mapped[Pk]
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    slug: Mapped[Slug]
    position: Mapped[int]
    title: Mapped[Localized]
    text: Mapped[Localized]
    weight: Mapped[int] = mapped_column(default=1)
    """Beside the others': 40, 30, 30 and 4, 3, 3 mean the same."""

    call: Mapped[Call] = relationship(back_populates="criteria")
