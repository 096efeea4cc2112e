"""Read a lesson, and say that it is done."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.editions import policies
from escuela.editions.policies import Planned
from escuela.editions.services import ClosedError, both_zones, ensure_open
from escuela.extensions import db
from escuela.learning.models import LessonDone


def ensure_readable(lesson: Planned) -> None:
    """Go on only if participants may read it by now. Raises ClosedError naming the opening instant in both zones."""
    now = clock.now()
    if policies.can_read(lesson, now):
        return
    opening = policies.opens(lesson)
    if opening is None or opening.at <= now:
        raise ClosedError(_l("This edition has not started yet; its lessons open when it does."))
    raise ClosedError(_l("This lesson opens on %(when)s", when=both_zones(opening)))


def finish(lesson: Planned, *, enrolment: Enrolment) -> None:
    """Mark a lesson as done; twice is once. Raises ClosedError where the edition has not begun or is over."""
    ensure_open(lesson)
    key = {"enrolment_id": enrolment.id, "lesson_id": lesson.id}
    if db.session.get(LessonDone, key):
        return
    try:
        with db.session.begin_nested():
            db.session.add(LessonDone(**key, done_at=clock.now()))
    except IntegrityError:  # the other click of a double one was faster
        pass
