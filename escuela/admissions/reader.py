"""What every page of an edition asks of its reader, asked of the database once in a request."""

from __future__ import annotations

from flask import g

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import MY_ENROLMENT
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import User

PARTICIPANT = "participant"


def enrolment_of(user: User | None, edition: Edition) -> Enrolment | None:
    """The person's active enrolment in an edition, if any."""
    if user is None:
        return None
    if user.lens is not None:
        return _looking_on(user, edition) if user.lens.role == PARTICIPANT else None
    kept: dict[int, Enrolment | None] = g.setdefault("enrolments", {})
    if edition.id not in kept:
        kept[edition.id] = db.session.scalar(MY_ENROLMENT, {"user": user.id, "edition": edition.id})
    return kept[edition.id]


def _looking_on(user: User, edition: Edition) -> Enrolment | None:
    """An enrolment for the eyes of who prepares the edition: of no row, so that nothing was ever done in it."""
    if user.lens is None or user.lens.edition_id != edition.id:
        return None
    return Enrolment(id=0, edition_id=edition.id, user_id=user.id, status=ACTIVE)
