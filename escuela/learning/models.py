"""What a participant did that no other room records: the lessons they marked as done."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from escuela.extensions import Model


class LessonDone(Model):
    __tablename__ = "lessons_done"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), primary_key=True, index=True)
    done_at: Mapped[datetime]
