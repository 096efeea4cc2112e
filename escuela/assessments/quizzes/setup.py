"""What the rest of the School needs to know of quizzes."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes import (
    bank_exchange_views,  # noqa: F401 - more pages of the bank
    bank_views,
    editor,  # noqa: F401 - it registers itself
    words,
)
from escuela.assessments.quizzes.queries import grades, progress
from escuela.editions.kinds import Kind, register
from escuela.people import history


def init_app(app: Flask) -> None:
    app.register_blueprint(bank_views.bp)
    register(Kind("quiz", _l("Quiz"), "edit", "quizzes.overview", progress, grades=grades))
    history.VERBS.update(words.VERBS)
    history.FIELDS.update(words.FIELDS)
