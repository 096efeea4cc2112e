"""How what happens to a quiz is called in histories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

VERBS: dict[str, LazyString] = {
    "quiz.regraded": _l("counted attempts again"),
    "quiz.allowed": _l("gave the person more in a quiz"),
}
FIELDS: dict[str, LazyString] = {
    "minutes": _l("Minutes more"),
    "attempts": _l("Attempts"),
    "question": _l("Question"),
}
