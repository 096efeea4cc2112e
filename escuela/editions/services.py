"""Refusals that every kind of activity shares."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from escuela import clock
from escuela.editions import policies
from escuela.editions.models import PUBLISHED, Activity
from escuela.editions.policies import Door, Moment
from escuela.errors import DomainError
from escuela.web import day_and_hour, own_time


class ClosedError(DomainError):
    """The activity does not accept work at this instant."""


def both_zones(moment: Moment) -> str:
    """An instant in the zone it was announced in and, where it differs, in the reader's own."""
    return f"{day_and_hour(moment.at, moment.zone)}. {own_time(moment.at, moment.zone)}".strip()


def ensure_open(activity: Activity) -> None:
    """Go on only if the activity accepts work now. Raises ClosedError naming the instant in both zones."""
    now = clock.now()
    found = policies.door(activity, now)
    if found is Door.NOT_YET:
        opening = policies.opens(activity)
        if opening is None or now >= opening.at or activity.edition.status == PUBLISHED:
            raise ClosedError(_l("This edition has not started yet. Nothing was saved."))
        raise ClosedError(_l("This is not open yet. It opens on %(when)s", when=both_zones(opening)))
    if found is Door.CLOSED:
        closing = policies.closes(activity)
        raise ClosedError(
            _l("This closed on %(when)s What you had saved is still here to read.", when=both_zones(closing))
        )
