"""The kind of activity that this room brings: a lesson, done when its reader says so."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, literal, select

from escuela.editions.kinds import DONE, Kind, register
from escuela.editions.models import Lesson
from escuela.learning.models import LessonDone


def init_app(_app: Flask) -> None:
    register(Kind("lesson", _l("Lesson"), "file", "learning.lesson", _progress))


def _progress(edition_id: int) -> Select[int, int, str, datetime]:
    return (
        select(LessonDone.enrolment_id, LessonDone.lesson_id, literal(DONE), LessonDone.done_at)
        .join(Lesson, Lesson.id == LessonDone.lesson_id)
        .where(Lesson.edition_id == edition_id)
    )
