"""What every page of an edition asks of its reader, asked of the database once in a request."""

from __future__ import annotations

from flask import g

from escuela.admissions.models import Enrolment
from escuela.admissions.queries import MY_ENROLMENT
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import User


def enrolment_of(user: User | None, edition: Edition) -> Enrolment | None:
    """The person's active enrolment in an edition, if any."""
    if user is None:
        return None
    kept: dict[int, Enrolment | None] = g.setdefault("enrolments", {})
    if edition.id not in kept:
        kept[edition.id] = db.session.scalar(MY_ENROLMENT, {"user": user.id, "edition": edition.id})
    return kept[edition.id]
