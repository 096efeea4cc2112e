"""How calls are said, for templates and histories."""

from __future__ import annotations

from flask import Flask

from escuela.calls import words
from escuela.people import history


def init_app(app: Flask) -> None:
    app.add_template_filter(words.left)
    history.VERBS.update(words.VERBS)
    history.FIELDS.update(words.FIELDS)
    history.VALUES.update(words.VALUES)
