"""How sessions are said, for histories."""

from __future__ import annotations

from flask import Flask

from escuela.people import history
from escuela.tutoring import words


def init_app(_app: Flask) -> None:
    history.VERBS.update(words.VERBS)
    history.FIELDS.update(words.FIELDS)
