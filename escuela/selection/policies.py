"""What a decision means now. Pure: rows in, answers out."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from flask_babel import lazy_gettext as _l

from escuela import clock
from escuela.calls.models import Call
from escuela.selection.models import ACCEPTED, CONFIRMED, DECLINED, LAPSED, REJECTED, REMOVED, WAITLISTED, Decision

OUTCOME_WORDS = {
    ACCEPTED: _l("Accepted"),
    WAITLISTED: _l("Waiting list"),
    REJECTED: _l("Not selected"),
}
REPLY_WORDS = {
    CONFIRMED: _l("Confirmed"),
    DECLINED: _l("Declined"),
    LAPSED: _l("Did not answer"),
    REMOVED: _l("Taken off the list"),
}
SIZES = {"small": _l("Small"), "medium": _l("Medium"), "large": _l("Large"), "metropolis": _l("Metropolis")}
"""Cities by population, in one word; the registry tells the numbers."""
TONES = {ACCEPTED: "good", WAITLISTED: "warn", REJECTED: ""}


def reply_by(call: Call, at: datetime) -> datetime:
    """Until when somebody told at an instant confirms: 23:59 of the last day, on the clock of the call's zone."""
    there = clock.zone(call.zone)
    day = at.astimezone(there).date() + timedelta(days=call.reply_days)
    return clock.instant(datetime.combine(day, time(23, 59)), call.zone)


def awaits_reply(decision: Decision, at: datetime) -> bool:
    """Whether the person may still say yes or no."""
    return (
        decision.outcome == ACCEPTED
        and decision.announced_at is not None
        and decision.reply is None
        and decision.reply_by_at is not None
        and at <= decision.reply_by_at
    )


def waits(decision: Decision) -> bool:
    """Whether the person has been told that they are on the waiting list, and still is."""
    return decision.outcome == WAITLISTED and decision.announced_at is not None and decision.reply is None
