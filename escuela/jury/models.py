"""The jury of an edition's final work: who scores, by what, what they gave, what was decided and who was awarded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.models import Assignment, Work
from escuela.columns import Localized, Pk, Slug
from escuela.extensions import Model
from escuela.people.models import LocalGovernment, User

VISIT, ASSISTANCE, EXCHANGE = KINDS = ("technical_visit", "technical_assistance", "exchange")


class Jury(Model):
    """The jury of one final work. Scores are given and corrected until `closed_at`; awards are made from then on."""

    __tablename__ = "juries"
    __table_args__ = (
        CheckConstraint("wanted BETWEEN 2 AND 20", name="wanted"),
        CheckConstraint("scale BETWEEN 1 AND 100", name="scale"),
        CheckConstraint("gap > 0", name="gap"),
        CheckConstraint("awards_most BETWEEN 0 AND 50", name="awards_most"),
        CheckConstraint("published_at IS NULL OR closed_at IS NOT NULL", name="published"),
    )

    id: Mapped[Pk]
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), unique=True)
    convened_at: Mapped[datetime]
    convened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    wanted: Mapped[int] = mapped_column(default=2)
    """How many jurors score each work; it is ranked once as many gave their scores."""
    scale: Mapped[int] = mapped_column(default=10)
    """The most points of a criterion; the least is 0."""
    gap: Mapped[int] = mapped_column(default=200)
    """Hundredths of a point: totals of one work that lie further apart are a disagreement."""
    awards_most: Mapped[int] = mapped_column(default=3)
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    """When its awards were first announced; nobody but who coordinates knows of any before."""

    assignment: Mapped[Assignment] = relationship()
    criteria: Mapped[list[JuryCriterion]] = relationship(
        back_populates="jury", order_by="JuryCriterion.position", cascade="all, delete-orphan"
    )


class JuryCriterion(Model):
    """What jurors score, from 0 to the scale of the jury."""

    __tablename__ = "jury_criteria"
    __table_args__ = (UniqueConstraint("jury_id", "slug"), CheckConstraint("weight > 0", name="weight"))

    id: Mapped[Pk]
    jury_id: Mapped[int] = mapped_column(ForeignKey("juries.id", ondelete="CASCADE"))
    slug: Mapped[Slug]
    position: Mapped[int]
    title: Mapped[Localized]
    text: Mapped[Localized]
    weight: Mapped[int] = mapped_column(default=1)
    """Beside the others': 2, 1, 1 and 50, 25, 25 mean the same."""

    jury: Mapped[Jury] = relationship(back_populates="criteria")


class Juror(Model):
    """A person scores final works: whoever is appointed, with or without another part in the edition."""

    __tablename__ = "jurors"
    __table_args__ = (UniqueConstraint("jury_id", "user_id"),)

    id: Mapped[Pk]
    jury_id: Mapped[int] = mapped_column(ForeignKey("juries.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    appointed_at: Mapped[datetime]
    appointed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    jury: Mapped[Jury] = relationship()
    user: Mapped[User] = relationship(foreign_keys=user_id)


class Scoresheet(Model):
    """One juror's scores of one work: theirs alone until every sheet of the work is given.

    `total` is the weighted mean of the scores in hundredths of a point; `version` is the one of the work that they are
    of. A sheet of somebody who should not score the work is set aside, with the reason, and counts for nothing.
    """

    __tablename__ = "scoresheets"
    __table_args__ = (
        UniqueConstraint("work_id", "juror_id"),
        CheckConstraint("(given_at IS NULL) = (total IS NULL)", name="given"),
        CheckConstraint("(given_at IS NULL) = (version IS NULL)", name="version"),
        CheckConstraint("given_at IS NULL OR recused_at IS NULL", name="recused"),
        CheckConstraint("(recused_at IS NULL) = (recused_reason IS NULL)", name="reason"),
    )

    id: Mapped[Pk]
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"))
    juror_id: Mapped[int] = mapped_column(ForeignKey("jurors.id"), index=True)
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    comment: Mapped[str] = mapped_column(Text, default="")
    """For who coordinates and the other jurors of the work, never for the participant."""
    saved_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    total: Mapped[int | None]
    version: Mapped[int | None]
    recused_at: Mapped[datetime | None]
    recused_reason: Mapped[str | None] = mapped_column(Text)

    work: Mapped[Work] = relationship()
    juror: Mapped[Juror] = relationship()
    scores: Mapped[list[JuryScore]] = relationship(back_populates="sheet", cascade="all, delete-orphan")


class JuryScore(Model):
    """Points for one criterion, from 0 to the scale of the jury."""

    __tablename__ = "jury_scores"
    __table_args__ = (CheckConstraint("points >= 0", name="points"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("scoresheets.id", ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("jury_criteria.id"), primary_key=True)
    points: Mapped[int]

    sheet: Mapped[Scoresheet] = relationship(back_populates="scores")
    criterion: Mapped[JuryCriterion] = relationship()


class JuryDecision(Model):
    """The final score of a work on which the jurors disagree, in hundredths of a point, and why it is that."""

    __tablename__ = "jury_decisions"
    __table_args__ = (CheckConstraint("final >= 0", name="final"),)

    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"), primary_key=True)
    jury_id: Mapped[int] = mapped_column(ForeignKey("juries.id"), index=True)
    final: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    jury: Mapped[Jury] = relationship()
    work: Mapped[Work] = relationship()
    decided_by: Mapped[User] = relationship()


class Award(Model):
    """A work was awarded, for its local government. It is never deleted: it is revoked, with a reason."""

    __tablename__ = "awards"
    __table_args__ = (
        CheckConstraint("kind IN ('technical_visit', 'technical_assistance', 'exchange')", name="kind"),
        CheckConstraint("rank > 0", name="rank"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked"),
        Index(
            "uq_awards_standing",
            "work_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    jury_id: Mapped[int] = mapped_column(ForeignKey("juries.id"), index=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("works.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    local_government_id: Mapped[int] = mapped_column(ForeignKey("local_governments.id"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    rank: Mapped[int]
    """Of the work in the ranking, as it was then."""
    reason: Mapped[str] = mapped_column(Text)
    """What the jury says of the work: who is awarded and their local government read it."""
    awarded_at: Mapped[datetime]
    awarded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    announced_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_reason: Mapped[str | None] = mapped_column(Text)

    jury: Mapped[Jury] = relationship()
    work: Mapped[Work] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    local_government: Mapped[LocalGovernment] = relationship()
