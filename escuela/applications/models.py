"""What people ask of a call: their application while it is typed and as it was handed in, its documents, its links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.calls.models import Call
from escuela.columns import Name, Pk, Slug, StoredKey, Zone
from escuela.extensions import Model
from escuela.people.models import LocalGovernment, Named, User

DRAFT, SUBMITTED, WITHDRAWN = STATES = ("draft", "submitted", "withdrawn")
GENDERS = ("woman", "man", "other", "undisclosed")


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
    def reference(self) -> str:
        """The number as people quote it: ER9-0148."""
        return f"ER{self.call.edition.number}-{self.number:04d}" if self.number is not None else ""

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
    key: Mapped[StoredKey]
    uploaded_at: Mapped[datetime]

    application: Mapped[Application] = relationship(back_populates="files")


class ApplicationLink(Model):
    """A mailed link that proves an address: it works once, until `until`. Only its hash is kept."""

    __tablename__ = "application_links"

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
