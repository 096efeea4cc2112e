"""How what a call holds is said: kinds of question, stages, how long is left, lines of its history."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from babel.dates import format_timedelta
from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela import clock
from escuela.calls.models import CONSENT, DATE, FILE, LONG, MULTIPLE, NUMBER, SHORT, SINGLE
from escuela.calls.policies import Stage

KINDS: dict[str, LazyString] = {
    SHORT: _l("Short text"),
    LONG: _l("Long text"),
    SINGLE: _l("One of several options"),
    MULTIPLE: _l("Any of several options"),
    NUMBER: _l("Number"),
    DATE: _l("Date"),
    FILE: _l("Document (PDF)"),
    CONSENT: _l("Box to tick"),
}
STAGES: dict[Stage, tuple[LazyString, str]] = {
    Stage.HIDDEN: (_l("Being written"), "warn"),
    Stage.ANNOUNCED: (_l("Not open yet"), "info"),
    Stage.OPEN: (_l("Call open"), "good"),
    Stage.CLOSED: (_l("Call closed"), ""),
    Stage.RESULT: (_l("Result published"), "info"),
}
"""With the tone of each."""
VERBS: dict[str, LazyString] = {
    "call.created": _l("began the call"),
    "call.changed": _l("changed the call"),
    "call.rules_changed": _l("changed how applications are scored"),
    "call.replies_changed": _l("changed what is said with the result"),
    "call.published": _l("published the call"),
    "call.extended": _l("extended the deadline"),
    "call.closed": _l("closed the call early"),
    "call.reopened": _l("opened the call again"),
    "question.added": _l("added a question"),
    "question.changed": _l("changed a question"),
    "question.moved": _l("moved a question"),
    "question.removed": _l("removed a question"),
    "criterion.added": _l("added a criterion"),
    "criterion.changed": _l("changed a criterion"),
    "criterion.moved": _l("moved a criterion"),
    "criterion.removed": _l("removed a criterion"),
}
FIELDS: dict[str, LazyString] = {
    "title": _l("Title"),
    "summary": _l("Summary"),
    "text": _l("Text"),
    "eligibility": _l("Who may apply"),
    "places": _l("Places"),
    "opens_at": _l("Opens"),
    "closes_at": _l("Closes"),
    "published_at": _l("Published"),
    "evaluations": _l("Evaluations of each application"),
    "scale": _l("Most points of a criterion"),
    "gap": _l("Difference that is a disagreement, in hundredths of a point"),
    "reply_days": _l("Days to confirm"),
    "accepted_note": _l("To who is accepted"),
    "waitlisted_note": _l("To who waits"),
    "rejected_note": _l("To who is not accepted"),
    "question": _l("Question"),
    "kind": _l("Kind of answer"),
    "help": _l("Help"),
    "required": _l("Required"),
    "options": _l("Options"),
    "shown_if": _l("Asked only after the question"),
    "shown_value": _l("when its answer is"),
    "position": _l("Place in the list"),
    "criterion": _l("Criterion"),
    "weight": _l("Weight"),
}
VALUES: dict[str, LazyString] = {f"kind:{kind}": words for kind, words in KINDS.items()}
VALUES["shown_value:yes"] = _l("Yes")

Unit: TypeAlias = Literal["day", "hour", "minute"]
NEVER_LARGER = 10**6
"""How many of a unit are told as one of the next."""


class Left(NamedTuple):
    """How long until an instant: a number and a unit, perhaps two. `words` is the whole sentence."""

    words: str
    one: str
    many: str
    """The sentence for a script to fill in, by whether its first number is one."""


def left(at: datetime) -> Left | None:
    """Template filter: «3 days and 4 hours left»; None once it has passed. Always beside the full date."""
    minutes = int((at - clock.now()).total_seconds() // 60)
    if at <= clock.now():
        return None
    first, time = _amount(max(1, minutes), str(get_locale() or "es"))
    return Left(_left(first, time), _left(1, "{}"), _left(2, "{}"))


def _left(first: int, time: str) -> str:
    return ngettext("%(time)s left", "%(time)s left", first, time=time)


@lru_cache(maxsize=500)
def _amount(minutes: int, locale: str) -> tuple[int, str]:
    """The two largest units of a time; days and hours, hours and minutes, or minutes."""
    days, hours = minutes // 1440, minutes // 60 % 24
    parts: tuple[tuple[int, Unit], tuple[int, Unit]]
    parts = ((days, "day"), (hours, "hour")) if days else ((hours, "hour"), (minutes % 60, "minute"))
    said = [(number, _counted(number, unit, locale)) for number, unit in parts if number]
    return said[0][0], format_list([words for _number, words in said], locale=locale)


def _counted(number: int, unit: Unit, locale: str) -> str:
    """«9 dias»; Babel's `format_unit` has no Portuguese word for a day."""
    time = timedelta(**{f"{unit}s": number})
    return format_timedelta(time, granularity=unit, threshold=NEVER_LARGER, locale=locale)
