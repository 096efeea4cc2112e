"""Certificates: the data of an award, frozen, public by code, with the PDF that was drawn of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.certificates.award import Award, AwardColumn
from escuela.columns import Pk, StoredKey
from escuela.editions.models import Edition
from escuela.extensions import Model
from escuela.people.models import User

VALID, REPLACED, REVOKED = STATES = ("valid", "replaced", "revoked")
ISSUED, KEPT, REFUSED = OUTCOMES = ("issued", "kept", "refused")
"""Of one person in one issuing: a new certificate, the valid one they had already, or none, with the reason."""


class Certificate(Model):
    """Issued once and never changed but for its state: a correction is a new row that replaces this one."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "version"),
        CheckConstraint("state IN ('valid', 'replaced', 'revoked')", name="state"),
        CheckConstraint(
            "state = 'valid' OR (ended_at IS NOT NULL AND ended_by_id IS NOT NULL AND ended_reason IS NOT NULL)",
            name="ended",
        ),
        CheckConstraint("(pdf_key IS NULL) = (pdf_sha256 IS NULL)", name="pdf"),
        CheckConstraint("(pdf_key IS NULL) = (drawn_at IS NULL)", name="drawn"),
        Index(
            "uq_certificates_valid",
            "enrolment_id",
            unique=True,
            sqlite_where=text("state = 'valid'"),
            postgresql_where=text("state = 'valid'"),
        ),
    )

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(10), default=VALID)
    language: Mapped[str] = mapped_column(String(2))
    award: Mapped[Award] = mapped_column(AwardColumn)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    draw_at: Mapped[datetime | None] = mapped_column(index=True)
    """When a worker may draw it: at once; after the turn of who took it; later after a failure. None: no more."""
    drawing_failure: Mapped[str | None] = mapped_column(Text)
    pdf_key: Mapped[StoredKey | None]
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    drawn_at: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship()
    replaced_by: Mapped[Certificate | None] = relationship(remote_side="Certificate.id")


class Issuing(Model):
    """One time that somebody issued certificates of an edition, with what came of it for each person."""

    __tablename__ = "issuings"

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    edition: Mapped[Edition] = relationship()
    issued_by: Mapped[User] = relationship()
    results: Mapped[list[IssuingResult]] = relationship(back_populates="issuing", order_by="IssuingResult.enrolment_id")


class IssuingResult(Model):
    __tablename__ = "issuing_results"
    __table_args__ = (
        CheckConstraint("outcome IN ('issued', 'kept', 'refused')", name="outcome"),
        CheckConstraint("(outcome = 'refused') = (certificate_id IS NULL)", name="certificate"),
        CheckConstraint("(outcome = 'refused') = (refusal IS NOT NULL)", name="refusal"),
    )

    issuing_id: Mapped[int] = mapped_column(ForeignKey("issuings.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10))
    certificate_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    refusal: Mapped[str | None] = mapped_column(Text)
    """A sentence in the language of who issued."""

    issuing: Mapped[Issuing] = relationship(back_populates="results")
    enrolment: Mapped[Enrolment] = relationship()
    certificate: Mapped[Certificate | None] = relationship()
