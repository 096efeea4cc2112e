"""Certificates: the data of an award, frozen, public by code, with the PDF that was drawn of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.columns import Pk
from escuela.extensions import Model

VALID, REPLACED, REVOKED = STATES = ("valid", "replaced", "revoked")


class Certificate(Model):
    """Issued once and never changed but for its state: a correction is a new row that replaces this one."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("state IN ('valid', 'replaced', 'revoked')", name="state"),
        CheckConstraint("(pdf_key IS NULL) = (pdf_sha256 IS NULL)", name="pdf"),
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
    award: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What the sheet says: name, local government, edition, hours, dates, frameworks, signatories, final work."""
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    pdf_key: Mapped[str | None] = mapped_column(String(80))
    pdf_sha256: Mapped[str | None] = mapped_column(String(64))
    drawn_at: Mapped[datetime | None]
    drawing_failure: Mapped[str | None] = mapped_column(Text)

    enrolment: Mapped[Enrolment] = relationship()
    replaced_by: Mapped[Certificate | None] = relationship(remote_side="Certificate.id")
