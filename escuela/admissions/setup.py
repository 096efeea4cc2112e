"""How enrolments are said, for histories."""

from __future__ import annotations

from flask import Flask

from escuela.admissions import words
from escuela.people import history


def init_app(_app: Flask) -> None:
    history.VERBS.update(words.VERBS)
    history.FIELDS.update(words.FIELDS)
    history.VALUES.update(words.VALUES)
