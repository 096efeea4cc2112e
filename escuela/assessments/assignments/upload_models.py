"""A file on its way: what has arrived of it, piece by piece, until it is whole."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.assessments.assignments.models import Work
from escuela.columns import Pk, StoredKey
from escuela.extensions import Model


class Upload(Model):
    """A file that somebody is sending. Its SHA-256, told before it comes, is how the same file is known again."""

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("work_id", "by_id", "sha256"), CheckConstraint("size > 0", name="size"))

    id: Mapped[Pk]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    touched_at: Mapped[datetime]
    """When it was begun, or a piece arrived."""

    work: Mapped[Work] = relationship()
    pieces: Mapped[list[UploadPiece]] = relationship(
        back_populates="upload", order_by="UploadPiece.start", cascade="all, delete-orphan"
    )

    @property
    def received(self) -> int:
        """From which byte on it goes on."""
        return sum(piece.size for piece in self.pieces)

    @property
    def percent(self) -> int:
        return self.received * 100 // self.size


class UploadPiece(Model):
    __tablename__ = "upload_pieces"
    __table_args__ = (UniqueConstraint("upload_id", "start"),)

    id: Mapped[Pk]
    upload_id: Mapped[int] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"))
    start: Mapped[int]
    size: Mapped[int]
    key: Mapped[StoredKey]

    upload: Mapped[Upload] = relationship(back_populates="pieces")
