"""Words of the history for decisions and answers."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from escuela.people import history
from escuela.selection.policies import OUTCOME_WORDS, REPLY_WORDS

VERBS = {
    "decision.made": _l("decided"),
    "decision.undone": _l("undid a decision"),
    "decision.moved": _l("moved in the waiting list"),
    "decision.offered": _l("offered a free place"),
    "waiting.left": _l("left the waiting list"),
    "waiting.removed": _l("took somebody off the waiting list"),
    "result.published": _l("published the result"),
    "reply.given": _l("answered the offer of a place"),
    "reply.extended": _l("gave more time to answer"),
}
FIELDS = {
    "outcome": _l("Decision"),
    "place": _l("Place in the waiting list"),
    "mails": _l("Mails"),
    "reply": _l("Answer"),
    "reply_by_at": _l("Answer until"),
}


def init_app(_app: Flask) -> None:
    history.VERBS.update(VERBS)
    history.FIELDS.update(FIELDS)
    for name, words in (("outcome", OUTCOME_WORDS), ("reply", REPLY_WORDS)):
        history.VALUES.update({f"{name}:{value}": sentence for value, sentence in words.items()})
    history.VALUES["outcome:"] = _l("Undecided")
