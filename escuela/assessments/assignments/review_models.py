"""What reviewing keeps beside a review: who is to do it, comments on places, a tutor's phrases, questions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.assessments.assignments.models import Review, Work, WorkFile
from escuela.columns import Pk, StoredKey
from escuela.extensions import Model
from escuela.people.models import LocalGovernment, User


class Allocation(Model):
    """Who is to review a work, through all its versions. Who has it at this moment is the work's own claim."""

    __tablename__ = "allocations"

    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"), primary_key=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    allocated_at: Mapped[datetime]
    allocated_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    work: Mapped[Work] = relationship(back_populates="allocation")
    reviewer: Mapped[User] = relationship(foreign_keys=reviewer_id)


class Charge(Model):
    """Who is to review what the people of a local government hand in, in one edition, where nobody said otherwise."""

    __tablename__ = "review_charges"
    __table_args__ = (UniqueConstraint("edition_id", "local_government_id"),)

    id: Mapped[Pk]
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    local_government_id: Mapped[int] = mapped_column(ForeignKey("local_governments.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    local_government: Mapped[LocalGovernment] = relationship()
    reviewer: Mapped[User] = relationship(foreign_keys=reviewer_id)


class Remark(Model):
    """A comment on a passage of the text, on a page of a file, or on a spot of that page.

    Offsets count characters of the version's text. The words are kept with them, so that the comment can be read, and
    its passage found again, in another version.
    """

    __tablename__ = "remarks"
    __table_args__ = (
        CheckConstraint("(start IS NULL) = (stop IS NULL) AND (start IS NULL) = (quote IS NULL)", name="passage"),
        CheckConstraint("start >= 0 AND stop > start", name="offsets"),
        CheckConstraint("(start IS NULL) != (file_id IS NULL)", name="anchor"),
        CheckConstraint("(file_id IS NULL) = (page IS NULL) AND page > 0", name="page"),
        CheckConstraint("(x IS NULL) = (y IS NULL) AND (x IS NULL OR page IS NOT NULL)", name="spot"),
        CheckConstraint("x BETWEEN 0 AND 1000 AND y BETWEEN 0 AND 1000", name="thousandths"),
    )

    id: Mapped[Pk]
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    start: Mapped[int | None]
    stop: Mapped[int | None]
    quote: Mapped[str | None] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("work_files.id"))
    page: Mapped[int | None]
    """From 1; of a picture it is 1."""
    x: Mapped[int | None]
    """Thousandths of the width of the page, from the left; `y` of its height, from above."""
    y: Mapped[int | None]

    review: Mapped[Review] = relationship(back_populates="remarks")
    file: Mapped[WorkFile | None] = relationship()


class Phrase(Model):
    """A comment that a tutor keeps to use again."""

    __tablename__ = "phrases"

    id: Mapped[Pk]
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime]


class Reply(Model):
    """One message about a review that was released: a question of the participant, an answer of a tutor."""

    __tablename__ = "review_replies"

    id: Mapped[Pk]
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asks: Mapped[bool]
    """Written by who was reviewed; else by who reviews."""
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]

    review: Mapped[Review] = relationship(back_populates="replies")
    author: Mapped[User] = relationship()


class Rendition(Model):
    """How a file is read on the desk: how many pages it has, and the PDF that it was converted to."""

    __tablename__ = "renditions"
    __table_args__ = (
        CheckConstraint("state IN ('made', 'failed', 'no_converter')", name="state"),
        CheckConstraint("(state = 'made') = (pages > 0)", name="pages"),
    )

    file_id: Mapped[int] = mapped_column(ForeignKey("work_files.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    pages: Mapped[int]
    key: Mapped[StoredKey | None]
    """Of the PDF, where the file itself is none."""
    made_at: Mapped[datetime]

    file: Mapped[WorkFile] = relationship(back_populates="rendition")
