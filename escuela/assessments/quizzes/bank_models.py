"""The question bank of a programme: questions that belong to no quiz, in folders, with tags and framework items."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.assessments.quizzes.models import Question, QuestionBank
from escuela.columns import Name, Pk, StoredKey
from escuela.extensions import Model
from escuela.frameworks.models import FrameworkItem, alignment_table

entry_items = alignment_table("bank_entries")


class BankEntry(Model):
    """The place of a question in its bank, and what it is found by; `kind`, `words` and `lacks` follow its text."""

    __tablename__ = "bank_entries"

    id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"), primary_key=True)
    folder: Mapped[str] = mapped_column(String(260), default="", index=True)
    """Up to three names with ` / ` between them; empty: in none."""
    kind: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(Text, deferred=True)
    """All of its words, folded."""
    lacks: Mapped[str] = mapped_column(String(20), default="")
    """Languages of the bank that some of its words are missing in, with a space before each."""
    digest: Mapped[str] = mapped_column(String(64), index=True)
    """What it asked when it came in (see `exchange.digest`): the same file brings it once, corrected since or not."""

    question: Mapped[Question] = relationship(lazy="joined", innerjoin=True)
    items: Mapped[list[FrameworkItem]] = relationship(secondary=entry_items, order_by=FrameworkItem.position)
    tags: Mapped[list[BankTag]] = relationship(order_by="BankTag.tag", cascade="all, delete-orphan")

    @property
    def names(self) -> list[str]:
        """Of its tags."""
        return [each.tag for each in self.tags]

    @property
    def lacking(self) -> list[str]:
        return self.lacks.split()


class BankTag(Model):
    __tablename__ = "bank_tags"

    entry_id: Mapped[int] = mapped_column(ForeignKey("bank_entries.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)


class BankPicture(Model):
    """A picture that questions of a bank show. Its name begins with its fingerprint: nobody guesses it."""

    __tablename__ = "bank_pictures"
    __table_args__ = (UniqueConstraint("bank_id", "name"),)

    id: Mapped[Pk]
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_banks.id"))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[StoredKey]


class BankImport(Model):
    """A file of questions that somebody looks at before it is taken in: one at a time for each person."""

    __tablename__ = "bank_imports"

    id: Mapped[Pk]
    bank_id: Mapped[int] = mapped_column(ForeignKey("question_banks.id"))
    name: Mapped[Name]
    language: Mapped[str] = mapped_column(String(2))
    folder: Mapped[str] = mapped_column(String(260))
    key: Mapped[StoredKey]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)

    bank: Mapped[QuestionBank] = relationship()
