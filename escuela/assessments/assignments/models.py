"""Assignments: work that a tutor reviews against a rubric, handed in as often as it takes."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.columns import Localized, Pk, Slug, StoredKey, Zone
from escuela.editions.models import Activity
from escuela.extensions import Model
from escuela.people.models import LocalGovernment, User

if TYPE_CHECKING:
    from escuela.assessments.assignments.review_models import Allocation, Remark, Rendition, Reply

DRAFT, SUBMITTED, CHANGES_REQUESTED, APPROVED = STATES = ("draft", "submitted", "changes_requested", "approved")
POINTS, PASS = GRADINGS = ("points", "pass")
LINK = 500
"""Most characters of the address of a work."""


class Assignment(Activity):
    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("files_most BETWEEN 0 AND 20", name="files_most"),
        CheckConstraint("late_deduction BETWEEN 0 AND 100", name="late_deduction"),
        CheckConstraint("grading IN ('points', 'pass')", name="grading"),
        CheckConstraint("points_most IS NULL OR (points_most > 0 AND grading = 'points')", name="points_most"),
    )
    __mapper_args__ = {"polymorphic_identity": "assignment"}  # noqa: RUF012

    id: Mapped[int] = mapped_column(ForeignKey("activities.id", ondelete="CASCADE"), primary_key=True)
    instructions: Mapped[Localized]
    """Markdown."""
    final_work: Mapped[bool] = mapped_column(default=False)
    files_most: Mapped[int] = mapped_column(default=3)
    file_kinds: Mapped[list[str]] = mapped_column(JSON)
    takes_link: Mapped[bool] = mapped_column(default=False, server_default=false())
    by_team: Mapped[bool] = mapped_column(default=False, server_default=false())
    """One work for all who take part for the same local government."""
    late_deduction: Mapped[int] = mapped_column(default=0, server_default="0")
    """Percent of its points that a work loses whose first version was late."""
    grading: Mapped[str] = mapped_column(String(10), default=POINTS, server_default=POINTS)
    points_most: Mapped[int | None]
    """Where there is no rubric to give them: the tutor writes 0 to so many."""

    criteria: Mapped[list[Criterion]] = relationship(
        back_populates="assignment", order_by="Criterion.position", cascade="all, delete-orphan"
    )

    @property
    def points(self) -> int:
        """The most that a review gives; 0 where it only says whether the work is approved."""
        if self.grading == PASS:
            return 0
        return self.points_most or sum(criterion.points for criterion in self.criteria)


class Criterion(Model):
    """One row of the rubric."""

    __tablename__ = "criteria"
    __table_args__ = (
        UniqueConstraint("assignment_id", "slug"),
        CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),
    )

    id: Mapped[Pk]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id", ondelete="CASCADE"))
    slug: Mapped[Slug]
    position: Mapped[int]
    title: Mapped[Localized]
    text: Mapped[Localized]
    weight: Mapped[int] = mapped_column(default=1, server_default="1")
    """How many times the points of its levels count."""

    assignment: Mapped[Assignment] = relationship(back_populates="criteria")
    levels: Mapped[list[Level]] = relationship(
        back_populates="criterion", order_by="Level.position", cascade="all, delete-orphan"
    )

    @property
    def points(self) -> int:
        """The most that it gives."""
        return self.weight * max((level.points for level in self.levels), default=0)


class Level(Model):
    """One step of a criterion, with its points."""

    __tablename__ = "levels"
    __table_args__ = (UniqueConstraint("criterion_id", "position"), CheckConstraint("points >= 0", name="points"))

    id: Mapped[Pk]
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[Localized]
    text: Mapped[Localized]
    points: Mapped[int]

    criterion: Mapped[Criterion] = relationship(back_populates="levels")


class SharedRubric(Model):
    """A rubric kept under a name, for the assignments of any edition to begin from."""

    __tablename__ = "shared_rubrics"

    id: Mapped[Pk]
    name: Mapped[str] = mapped_column(String(120), unique=True)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """As the text format writes them."""
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    saved_by: Mapped[User] = relationship()


class Work(Model):
    """A work on an assignment through all its versions: the draft, where it stands, who has it.

    Of one person, or of a local government: then of all who take part for it, and `enrolment` is who began it.
    """

    __tablename__ = "works"
    __table_args__ = (
        Index(
            "uq_works_person",
            "assignment_id",
            "enrolment_id",
            unique=True,
            sqlite_where=text("local_government_id IS NULL"),
            postgresql_where=text("local_government_id IS NULL"),
        ),
        UniqueConstraint("assignment_id", "local_government_id"),
        CheckConstraint("(due_at IS NULL) = (due_zone IS NULL)", name="due_zone"),
        CheckConstraint("state IN ('draft', 'submitted', 'changes_requested', 'approved')", name="state"),
        CheckConstraint("(claimed_at IS NULL) = (claimed_by_id IS NULL)", name="claim"),
        Index("ix_works_waiting", "state", "submitted_at"),
    )

    id: Mapped[Pk]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), index=True)
    local_government_id: Mapped[int | None] = mapped_column(ForeignKey("local_governments.id"), index=True)
    """Of a team."""
    state: Mapped[str] = mapped_column(String(20), default=DRAFT)
    draft: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(String(LINK), default="", server_default="")
    """As it was typed: it is looked at when the draft is handed in."""
    draft_saved_at: Mapped[datetime | None]
    """When its text or its files last changed."""
    submitted_at: Mapped[datetime | None]
    """Of the newest version."""
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    due_zone: Mapped[Zone | None]
    """Until when its people were given, beyond what holds for everybody; the history says by whom, when and why."""

    assignment: Mapped[Assignment] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    local_government: Mapped[LocalGovernment | None] = relationship()
    claimed_by: Mapped[User | None] = relationship()
    submissions: Mapped[list[Submission]] = relationship(back_populates="work", order_by="Submission.version")
    files: Mapped[list[WorkFile]] = relationship(back_populates="work", order_by="WorkFile.id")
    allocation: Mapped[Allocation | None] = relationship("Allocation", back_populates="work", uselist=False)

    @property
    def government(self) -> LocalGovernment:
        """Whose it is: a team's stays with its local government, whoever began it goes where."""
        return self.local_government or self.enrolment.local_government

    @property
    def owner(self) -> str:
        """Whose it is, as lists name it: a person, or the local government of a team."""
        return self.local_government.name if self.local_government else self.enrolment.user.name

    @property
    def newest(self) -> Submission | None:
        """The version that is reviewed."""
        return self.submissions[-1] if self.submissions else None

    @property
    def draft_files(self) -> list[WorkFile]:
        return [file for file in self.files if file.removed_at is None]

    @property
    def draft_mark(self) -> str:
        """Names the text of the draft: a page that began from another one would overwrite it."""
        return mark_of(self.draft, self.link)


def mark_of(text: str, link: str = "") -> str:
    return hashlib.sha256(f"{text}\0{link}".encode() if link else text.encode()).hexdigest()[:12]


class Submission(Model):
    """One version, as handed in: it never changes."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("work_id", "version"),)

    id: Mapped[Pk]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"))
    version: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(LINK), default="", server_default="")
    submitted_at: Mapped[datetime]
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    work: Mapped[Work] = relationship(back_populates="submissions")
    submitted_by: Mapped[User] = relationship()
    members: Mapped[list[Enrolment]] = relationship(secondary="submission_members", order_by="Enrolment.id")
    """Of a team: all who were of it when it was handed in."""
    files: Mapped[list[WorkFile]] = relationship(secondary="submission_files", order_by="WorkFile.id", viewonly=False)
    reviews: Mapped[list[Review]] = relationship(back_populates="submission", order_by="Review.id")

    @property
    def review(self) -> Review | None:
        """The one that was released."""
        return next((review for review in self.reviews if review.released_at), None)

    @property
    def review_draft(self) -> Review | None:
        return next((review for review in self.reviews if review.released_at is None), None)


class WorkFile(Model):
    """A file that was received whole: its receipt. `removed_at` takes it out of the draft, not out of a version."""

    __tablename__ = "work_files"

    id: Mapped[Pk]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10))
    """By content: pdf, docx ..."""
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    key: Mapped[StoredKey]
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    removed_at: Mapped[datetime | None]

    work: Mapped[Work] = relationship(back_populates="files")
    rendition: Mapped[Rendition | None] = relationship("Rendition", back_populates="file", uselist=False)


class SubmissionFile(Model):
    __tablename__ = "submission_files"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("work_files.id"), primary_key=True)


class SubmissionMember(Model):
    """Somebody of the team that handed a version in: they stay with the work, whatever becomes of their place."""

    __tablename__ = "submission_members"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True, index=True)


class Review(Model):
    """A tutor's review of one version: a draft until `released_at`, then it never changes.

    One that is decided and `held_at` is seen by tutors alone until it is released.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("outcome IN ('changes_requested', 'approved')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (released_at IS NULL AND held_at IS NULL)", name="released"),
        CheckConstraint("release_at IS NULL OR held_at IS NOT NULL", name="planned"),
        Index(
            "uq_reviews_draft",
            "submission_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    comment: Mapped[str] = mapped_column(Text, default="")
    private_note: Mapped[str] = mapped_column(Text, default="")
    """Only tutors and coordinators see it."""
    saved_at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(20))
    held_at: Mapped[datetime | None]
    """When it was decided, if it was not released at once."""
    release_at: Mapped[datetime | None]
    """When a held one is to be released; without an instant by a person."""
    released_at: Mapped[datetime | None]
    points_given: Mapped[int | None]
    """Where there is no rubric."""

    submission: Mapped[Submission] = relationship(back_populates="reviews")
    reviewer: Mapped[User] = relationship()
    marks: Mapped[list[Mark]] = relationship(back_populates="review", cascade="all, delete-orphan")
    remarks: Mapped[list[Remark]] = relationship(
        "Remark", back_populates="review", order_by="Remark.id", cascade="all, delete-orphan"
    )
    replies: Mapped[list[Reply]] = relationship("Reply", back_populates="review", order_by="Reply.id")

    @property
    def points(self) -> int:
        """Before anything is taken off for being late."""
        if self.points_given is not None:
            return self.points_given
        return sum(mark.criterion.weight * mark.level.points for mark in self.marks if mark.level)

    @property
    def is_held(self) -> bool:
        """Decided, and not told to the participant yet."""
        return self.held_at is not None and self.released_at is None


class Mark(Model):
    """The level chosen for one criterion, and a comment on it."""

    __tablename__ = "marks"

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criteria.id"), primary_key=True)
    level_id: Mapped[int | None] = mapped_column(ForeignKey("levels.id"))
    comment: Mapped[str] = mapped_column(Text, default="")

    review: Mapped[Review] = relationship(back_populates="marks")
    criterion: Mapped[Criterion] = relationship()
    level: Mapped[Level | None] = relationship()


from escuela.assessments.assignments import review_models  # noqa: E402, F401 - its tables are of this room
