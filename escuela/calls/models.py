"""The open invitation to apply to an edition, what it asks, and what people answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.columns import Localized, Name, Pk, Slug, Zone
from escuela.editions.models import Edition
from escuela.extensions import Model
from escuela.people.models import LocalGovernment, Named, User

DRAFT, SUBMITTED, WITHDRAWN = STATES = ("draft", "submitted", "withdrawn")
GENDERS = ("woman", "man", "other", "undisclosed")
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


class Application(Named, Model):
    """One person's request, by e-mail address: an account comes with acceptance.

    `draft` is what was typed, valid or not, saved as it is typed. Handing in checks it and writes the columns from
    `name` to `answers`, which evaluators read; correcting is changing the draft and handing in again. What was
    handed in last stands until then.
    """

    __tablename__ = "applications"
    __table_args__ = (
        UniqueConstraint("call_id", "email"),
        UniqueConstraint("call_id", "number"),
        CheckConstraint("state IN ('draft', 'submitted', 'withdrawn')", name="state"),
        CheckConstraint("gender IN ('woman', 'man', 'other', 'undisclosed')", name="gender"),
        CheckConstraint("(number IS NULL) = (submitted_at IS NULL)", name="number"),
        CheckConstraint("state <> 'submitted' OR submitted_at IS NOT NULL", name="submitted"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn"),
        CheckConstraint("local_government_id IS NULL OR proposed_name IS NULL", name="government"),
        CheckConstraint(
            "submitted_at IS NULL OR local_government_id IS NOT NULL OR proposed_name IS NOT NULL", name="backed"
        ),
        CheckConstraint("(proposed_name IS NULL) = (proposed_country IS NULL)", name="proposed_country"),
        CheckConstraint("(proposed_name IS NULL) = (proposed_band IS NULL)", name="proposed_band"),
        Index("ix_applications_state", "call_id", "state"),
    )

    id: Mapped[Pk]
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"))
    email: Mapped[str] = mapped_column(String(254))
    """In lower case; proved by a link that was mailed to it, or by an account."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    language: Mapped[str] = mapped_column(String(2))
    zone: Mapped[Zone]
    state: Mapped[str] = mapped_column(String(10), default=DRAFT)
    draft: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """By name of field; those of questions are `q-<slug>`."""
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    number: Mapped[int | None]
    """Told in the acknowledgement; counts from 1 in each call."""
    submitted_at: Mapped[datetime | None]
    """Last handed in."""
    withdrawn_at: Mapped[datetime | None]
    name: Mapped[Name] = mapped_column(default="")
    gender: Mapped[str | None] = mapped_column(String(12))
    position: Mapped[Name] = mapped_column(default="")
    local_government_id: Mapped[int | None] = mapped_column(ForeignKey("local_governments.id"), index=True)
    proposed_name: Mapped[Name | None]
    """A local government that the registry does not have yet: a coordinator confirms it or says which one it is."""
    proposed_country: Mapped[str | None] = mapped_column(String(2))
    proposed_subdivision: Mapped[str | None] = mapped_column(String(6))
    proposed_band: Mapped[str | None] = mapped_column(String(20))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """By slug of question: text, key, list of keys, number as text, ISO date, id of an ApplicationFile, "yes"."""

    call: Mapped[Call] = relationship()
    user: Mapped[User | None] = relationship()
    local_government: Mapped[LocalGovernment | None] = relationship()
    files: Mapped[list[ApplicationFile]] = relationship(back_populates="application", order_by="ApplicationFile.id")

    @property
    def place_name(self) -> str:
        """The local government's name, as the registry has it or as it was proposed."""
        return self.local_government.name if self.local_government else self.proposed_name or ""

    @property
    def country(self) -> str:
        return self.local_government.country if self.local_government else self.proposed_country or ""

    @property
    def band(self) -> str:
        return self.local_government.population_band if self.local_government else self.proposed_band or ""


class ApplicationFile(Model):
    """A document that was received whole. It is kept as long as the application, even when another replaced it."""

    __tablename__ = "application_files"

    id: Mapped[Pk]
    application_id: Mapped[int] = mapped_column(ForeignKey("applications.id"), index=True)
    question: Mapped[Slug]
    name: Mapped[Name]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(80))
    uploaded_at: Mapped[datetime]

    application: Mapped[Application] = relationship(back_populates="files")


class CallLink(Model):
    """A mailed link that proves an address: it works once, until `until`. Only its hash is kept."""

    __tablename__ = "call_links"

    id: Mapped[Pk]
    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    zone: Mapped[Zone]
    sent_at: Mapped[datetime]
    until: Mapped[datetime]
    used_at: Mapped[datetime | None]

    call: Mapped[Call] = relationship()
