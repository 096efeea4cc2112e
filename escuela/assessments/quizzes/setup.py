"""What the rest of the School needs to know of quizzes."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes import editor  # noqa: F401 - it registers itself
from escuela.assessments.quizzes.queries import grades, progress
from escuela.editions.kinds import Kind, register


def init_app(_app: Flask) -> None:
    register(Kind("quiz", _l("Quiz"), "edit", "quizzes.overview", progress, grades))
