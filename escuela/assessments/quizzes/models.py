"""Quizzes: questions with options, attempts whose answers are saved one by one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.columns import Localized, Pk, Slug
from escuela.editions.models import Activity
from escuela.extensions import Model

SINGLE, MULTIPLE, TRUE_FALSE = QUESTION_KINDS = ("single", "multiple", "true_false")


class Quiz(Activity):
    """Machine-marked questions."""

    __tablename__ = "quizzes"
    __table_args__ = (
        CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark"),
        CheckConstraint("attempts_allowed >= 0", name="attempts_allowed"),
    )
    __mapper_args__ = {"polymorphic_identity": "quiz"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    pass_mark: Mapped[int] = mapped_column(default=60)
    """Percent of the points."""
    attempts_allowed: Mapped[int] = mapped_column(default=3)
    """0: as many as wanted."""
    shuffle: Mapped[bool] = mapped_column(default=True)

    questions: Mapped[list[Question]] = relationship(
        back_populates="quiz", order_by="Question.position", cascade="all, delete-orphan"
    )


class Question(Model):
    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("quiz_id", "slug"),
        CheckConstraint("kind IN ('single', 'multiple', 'true_false')", name="kind"),
        CheckConstraint("points > 0", name="points"),
    )

    id: Mapped[Pk]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"))
    slug: Mapped[Slug]
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    text: Mapped[Localized]
    points: Mapped[int] = mapped_column(default=1)
    feedback: Mapped[Localized]

    quiz: Mapped[Quiz] = relationship(back_populates="questions")
    options: Mapped[list[Option]] = relationship(
        back_populates="question", order_by="Option.position", cascade="all, delete-orphan"
    )


class Option(Model):
    """`key` is what answers hold (`a`, `b`, `true` ...); it stays when the words are corrected."""

    __tablename__ = "options"
    __table_args__ = (UniqueConstraint("question_id", "key"),)

    id: Mapped[Pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(10))
    position: Mapped[int]
    text: Mapped[Localized]
    right: Mapped[bool] = mapped_column(default=False)
    feedback: Mapped[Localized]

    question: Mapped[Question] = relationship(back_populates="options")


class Attempt(Model):
    """One go at a quiz; open until `submitted_at`, and at most one is open. Marks are frozen when it is handed in."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("quiz_id", "enrolment_id", "number"),
        Index(
            "uq_attempts_open",
            "quiz_id",
            "enrolment_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        CheckConstraint("(submitted_at IS NULL) = (points IS NULL)", name="marked"),
    )

    id: Mapped[Pk]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    number: Mapped[int]
    seed: Mapped[int]
    """What the options are shuffled with: the same order at every reload."""
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    points: Mapped[int | None]
    points_possible: Mapped[int | None]
    passed: Mapped[bool | None]

    quiz: Mapped[Quiz] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    answers: Mapped[list[Answer]] = relationship(back_populates="attempt", cascade="all, delete-orphan")

    @property
    def percent(self) -> int:
        """Of the points, once marked; rounded down, so that what reads as the pass mark has reached it."""
        return (self.points or 0) * 100 // self.points_possible if self.points_possible else 0


class Answer(Model):
    """What was chosen for one question, last saved at `saved_at`; `points` once the attempt is handed in."""

    __tablename__ = "answers"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    chosen: Mapped[list[str]] = mapped_column(JSON)
    """Keys of options."""
    saved_at: Mapped[datetime]
    points: Mapped[int | None]

    attempt: Mapped[Attempt] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()
