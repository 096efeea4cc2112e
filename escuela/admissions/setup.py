"""How enrolments are said, for histories; which local governments who coordinates an edition follows."""

from __future__ import annotations

from flask import Flask

from escuela.admissions import words
from escuela.admissions.queries import coordinated_governments
from escuela.people import history
from escuela.people.queries import FOLLOWED

FOLLOWED.append(coordinated_governments)


def init_app(_app: Flask) -> None:
    history.VERBS.update(words.VERBS)
    history.FIELDS.update(words.FIELDS)
    history.VALUES.update(words.VALUES)
