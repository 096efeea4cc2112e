"""Marks, and what a coordinator says of one instead of what the activity gave."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.admissions.models import Enrolment
from escuela.columns import Pk
from escuela.editions.models import Activity
from escuela.extensions import Model
from escuela.people.models import User

MARK, EXCUSE, NONE = VERDICTS = ("mark", "excuse", "none")
"""Another mark; no mark, and it does not count; as the activity gave it."""


class Points(NamedTuple):
    """A mark, in hundredths of a point: what was earned of what was possible."""

    earned: int
    possible: int

    @property
    def ratio(self) -> float:
        return self.earned / self.possible

    @property
    def percent(self) -> int:
        """Rounded down, so that what reads as a pass mark has reached it."""
        return 100 * self.earned // self.possible

    @property
    def plainly(self) -> str:
        """In digits that no language writes otherwise: `8.5/10`."""
        return "/".join(f"{each / 100:.2f}".rstrip("0").rstrip(".") for each in self)


class Override(Model):
    """One cell of the gradebook that somebody changed. Taken back it stays, with NONE: its history hangs on it.

    What it stands over, an attempt or a review, never changes, nor does what a certificate asks for.
    """

    __tablename__ = "grade_overrides"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "activity_id"),
        CheckConstraint("verdict IN ('mark', 'excuse', 'none')", name="verdict"),
        CheckConstraint("(verdict = 'mark') = (earned IS NOT NULL)", name="earned"),
        CheckConstraint("(verdict = 'mark') = (possible IS NOT NULL)", name="possible"),
        CheckConstraint("possible > 0 AND earned BETWEEN 0 AND possible", name="points"),
    )

    id: Mapped[Pk]
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(10))
    earned: Mapped[int | None]
    possible: Mapped[int | None]
    """Hundredths of a point."""
    reason: Mapped[str] = mapped_column(Text)
    """The participant reads it."""
    set_at: Mapped[datetime]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    enrolment: Mapped[Enrolment] = relationship()
    activity: Mapped[Activity] = relationship()
    set_by: Mapped[User] = relationship()

    @property
    def stamp(self) -> str:
        """Names its last change: a page that began from another would overwrite it."""
        return self.set_at.isoformat()

    @property
    def points(self) -> Points | None:
        """The mark that it gives, if it gives one."""
        return None if self.earned is None or self.possible is None else Points(self.earned, self.possible)
