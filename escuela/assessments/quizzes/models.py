"""Quizzes: questions in versions, attempts that keep the versions they saw, answers saved one by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, and_, text, true
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes.asked import Asked, QuestionText
from escuela.columns import Localized, Pk, Slug
from escuela.editions.models import Activity
from escuela.extensions import Model
from escuela.people.models import User

BEST, LAST, MEAN = SCORINGS = ("best", "last", "mean")
WHEN_PASSED, AT_ONCE, WHEN_CLOSED, NEVER = REVEALS = ("passed", "submitted", "closed", "never")

SCHOOL = "escuela"
"""The slug of the School's own bank, which the migration makes."""


class Quiz(Activity):
    """Questions that are marked by machine, but for essays, which a tutor reads."""

    __tablename__ = "quizzes"
    __table_args__ = (
        CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark"),
        CheckConstraint("attempts_allowed >= 0", name="attempts_allowed"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("grace BETWEEN 0 AND 600", name="grace"),
        CheckConstraint("scoring IN ('best', 'last', 'mean')", name="scoring"),
        CheckConstraint("reveals IN ('passed', 'submitted', 'closed', 'never')", name="reveals"),
    )
    __mapper_args__ = {"polymorphic_identity": "quiz"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    pass_mark: Mapped[int] = mapped_column(default=60)
    """Percent of the points."""
    attempts_allowed: Mapped[int] = mapped_column(default=3)
    """0: as many as wanted."""
    shuffle: Mapped[bool] = mapped_column(default=True)
    """Options stand in an order of each attempt's own."""
    shuffle_questions: Mapped[bool] = mapped_column(default=False)
    one_by_one: Mapped[bool] = mapped_column(default=False)
    """A page for each question."""
    minutes: Mapped[int] = mapped_column(default=0)
    """How long an attempt may take; 0: until the quiz closes."""
    grace: Mapped[int] = mapped_column(default=30)
    """Seconds after the minutes in which what was on its way is still taken."""
    scoring: Mapped[str] = mapped_column(String(10), default=BEST)
    """Which attempt counts."""
    reveals: Mapped[str] = mapped_column(String(10), default=WHEN_PASSED)
    """When the right answers are told; `passed`: once passed, or when no attempt is left."""

    every_question: Mapped[list[Question]] = relationship(
        back_populates="quiz", order_by="Question.position", cascade="all, delete-orphan"
    )
    """With those that were taken out, which attempts still show."""
    draws: Mapped[list[QuizDraw]] = relationship(order_by="QuizDraw.position", cascade="all, delete-orphan")

    @property
    def questions(self) -> list[Question]:
        return [question for question in self.every_question if question.removed_at is None]


class QuestionBank(Model):
    """The questions of a programme that belong to no quiz; see `bank_models`."""

    __tablename__ = "question_banks"

    id: Mapped[Pk]
    slug: Mapped[Slug] = mapped_column(unique=True)
    title: Mapped[Localized]
    languages: Mapped[list[str]] = mapped_column(JSON)
    """Those that each of its questions should be in."""


class Question(Model):
    """A question of a quiz or of a bank: its place, and its newest version."""

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("quiz_id", "slug"),
        UniqueConstraint("bank_id", "slug"),
        CheckConstraint("(quiz_id IS NULL) <> (bank_id IS NULL)", name="one_home"),
    )

    id: Mapped[Pk]
    quiz_id: Mapped[int | None] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"))
    bank_id: Mapped[int | None] = mapped_column(ForeignKey("question_banks.id"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey("questions.id", ondelete="SET NULL"), index=True)
    """The question of a bank that it was copied from."""
    slug: Mapped[Slug]
    position: Mapped[int]
    removed_at: Mapped[datetime | None]
    """No attempt gets it any more; those that did keep it."""

    quiz: Mapped[Quiz | None] = relationship(back_populates="every_question")
    versions: Mapped[list[QuestionVersion]] = relationship(
        back_populates="question", order_by="QuestionVersion.number", cascade="all, delete-orphan"
    )
    newest: Mapped[QuestionVersion] = relationship(
        primaryjoin=lambda: and_(
            Question.id == foreign(QuestionVersion.question_id), QuestionVersion.current == true()
        ),
        uselist=False,
        viewonly=True,
    )

    @property
    def asked(self) -> QuestionText:
        return self.newest.asked


class QuestionVersion(Model):
    """A question as it was asked: from the first attempt that saw it on, it never changes."""

    __tablename__ = "question_versions"
    __table_args__ = (
        UniqueConstraint("question_id", "number"),
        Index(
            "uq_question_versions_current",
            "question_id",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: Mapped[Pk]
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id", ondelete="CASCADE"))
    number: Mapped[int]
    current: Mapped[bool] = mapped_column(default=True)
    asked: Mapped[QuestionText] = mapped_column(Asked)
    saved_at: Mapped[datetime]

    question: Mapped[Question] = relationship(back_populates="versions")


class QuizDraw(Model):
    """So many questions of a bank, by chance: from a folder and what is in it, with a tag, or both."""

    __tablename__ = "quiz_draws"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 100", name="count"),
        CheckConstraint("folder <> '' OR tag <> ''", name="selection"),
    )

    id: Mapped[Pk]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    bank: Mapped[Slug]
    """The slug of one that may not be here: an edition is loaded all the same, and not ready to open."""
    folder: Mapped[str] = mapped_column(String(260), default="")
    tag: Mapped[str] = mapped_column(String(80), default="")
    count: Mapped[int]
    same: Mapped[bool] = mapped_column(default=False)
    """Everybody gets the same ones."""
    chosen: Mapped[list[int]] = mapped_column(JSON, default=list)
    """Those that everybody gets, once the first attempt has them: what the bank takes in later changes nothing."""


class Allowance(Model):
    """More time and more attempts for one person: they add up to what the quiz gives everybody."""

    __tablename__ = "allowances"
    __table_args__ = (
        UniqueConstraint("quiz_id", "enrolment_id"),
        CheckConstraint("minutes >= 0 AND attempts >= 0", name="more"),
    )

    id: Mapped[Pk]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    minutes: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    quiz: Mapped[Quiz] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    granted_by: Mapped[User] = relationship()


class Attempt(Model):
    """One go at a quiz; open until `submitted_at`, and at most one is open. Marks are frozen when it is handed in.

    Points are hundredths of a point. They and `passed` are there once it is handed in and no answer waits for a tutor.
    """

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
        CheckConstraint("submitted_at IS NOT NULL OR points IS NULL", name="marked"),
        CheckConstraint("(points IS NULL) = (passed IS NULL)", name="passed"),
    )

    id: Mapped[Pk]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    number: Mapped[int]
    seed: Mapped[int]
    """What is shuffled with: the same order at every reload."""
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None] = mapped_column(index=True)
    """When its minutes are over, extra time and all; None where it has no limit of its own."""
    submitted_at: Mapped[datetime | None]
    points: Mapped[int | None]
    points_possible: Mapped[int | None]
    passed: Mapped[bool | None]

    quiz: Mapped[Quiz] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    answers: Mapped[list[Answer]] = relationship(
        back_populates="attempt", order_by="Answer.position", cascade="all, delete-orphan"
    )

    @property
    def percent(self) -> int:
        """Of the points, once marked; rounded down, so that what reads as the pass mark has reached it."""
        return (self.points or 0) * 100 // self.points_possible if self.points_possible else 0

    @property
    def waits(self) -> bool:
        """Whether it was handed in and a tutor has yet to read an essay of it."""
        return self.submitted_at is not None and self.points is None


class Answer(Model):
    """The line of one question in an attempt: made with it, in the version that it saw. `points` are hundredths."""

    __tablename__ = "answers"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("question_versions.id"), index=True)
    position: Mapped[int]
    given: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
    """See `asked.Given`; empty while nothing was answered."""
    saves: Mapped[int] = mapped_column(default=0)
    """How often it was saved: a page that knows another number would overwrite what it has not seen."""
    saved_at: Mapped[datetime | None]
    points: Mapped[int | None]
    comment: Mapped[str] = mapped_column(Text, default="")
    """What a tutor says of an essay."""
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    attempt: Mapped[Attempt] = relationship(back_populates="answers")
    question: Mapped[Question] = relationship()
    version: Mapped[QuestionVersion] = relationship()
    reviewed_by: Mapped[User | None] = relationship()


class Regrade(Model):
    """Attempts that were marked again with a corrected question: what each had before, and what it has since."""

    __tablename__ = "regrades"

    id: Mapped[Pk]
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quizzes.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    """By id of an attempt as text: [hundredths of the question, hundredths of the attempt, passed]."""
    after: Mapped[dict[str, Any]] = mapped_column(JSON)

    question: Mapped[Question] = relationship()
    made_by: Mapped[User] = relationship()
