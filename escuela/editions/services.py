"""Refusals that every kind of activity shares."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela import clock
from escuela.editions import policies
from escuela.editions.policies import Door, Moment, Planned
from escuela.errors import DomainError
from escuela.web import day_and_hour, own_time


class ClosedError(DomainError):
    """The activity does not accept work at this instant."""


def both_zones(moment: Moment) -> str:
    """An instant in the zone it was announced in and, where it differs, in the reader's own."""
    return f"{day_and_hour(moment.at, moment.zone)}. {own_time(moment.at, moment.zone)}".strip()


def ensure_open(activity: Planned) -> None:
    """Go on only if the activity accepts work now. Raises ClosedError naming the instant in both zones."""
    now = clock.now()
    found = policies.door(activity, now)
    if found is Door.NOT_YET:
        raise ClosedError(_not_yet(activity, now))
    if found is Door.CLOSED:
        raise ClosedError(_over(activity, now))


def _not_yet(activity: Planned, now: datetime) -> LazyString:
    opening = max(filter(None, (policies.opens(activity), policies.begins(activity.edition))), key=attrgetter("at"))
    if now >= opening.at:  # the day has come, and who coordinates has not started it
        return _l("This edition has not started yet. Ask the person who coordinates it.")
    return _l("This is not open yet. It opens on %(when)s", when=both_zones(opening))


def _over(activity: Planned, now: datetime) -> LazyString:
    closing = policies.closes(activity)
    if now < closing.at:  # ended by hand, before its day
        return _l("This edition has ended. What was saved is still here to read.")
    return _l("This closed on %(when)s What was saved is still here to read.", when=both_zones(closing))
