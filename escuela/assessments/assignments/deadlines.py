"""Until when a work is to be reviewed: five working days after it was handed in, whichever its edition. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from escuela import clock
from escuela.editions.policies import Moment

DAYS = 5
"""Monday to Friday. Holidays count: those of twelve countries are nobody's to keep."""
DAY = timedelta(days=1)
SATURDAY = 5


def review_due(handed_in: datetime, zone: str) -> Moment:
    """23:59 of the fifth working day after the day it was handed in, on the clock of the edition's zone."""
    there = clock.zone(zone)
    last = _working_days_after(handed_in.astimezone(there).date())
    return Moment(datetime.combine(last, time(23, 59), there), zone)


def _working_days_after(day: date) -> date:
    left = DAYS
    while left:
        day += DAY
        left -= day.weekday() < SATURDAY
    return day


def handed_in_for_today(now: datetime, zone: str) -> tuple[datetime, datetime]:
    """What was handed in from the first of these instants and before the second is to be reviewed today.

    What was handed in before the first is overdue. On a Saturday or a Sunday nothing is due and both are the same.
    """
    today = now.astimezone(clock.zone(zone)).date()

    def first(fits: Callable[[date], bool]) -> datetime:
        day = today - 2 * DAYS * DAY
        while not fits(_working_days_after(day)):
            day += DAY
        return datetime.combine(day, time(), clock.zone(zone))

    return first(lambda due: due >= today), first(lambda due: due > today)
