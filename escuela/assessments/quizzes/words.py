"""How what happens to a quiz is called in histories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

VERBS: dict[str, LazyString] = {
    "quiz.regraded": _l("counted attempts again"),
    "quiz.allowed": _l("gave the person more in a quiz"),
    "quiz.took": _l("took questions from the bank"),
    "bank.opened": _l("opened the question bank"),
    "bank.renamed": _l("renamed the question bank"),
    "question.added": _l("wrote the question"),
    "question.changed": _l("changed the question"),
    "questions.imported": _l("imported questions"),
    "question.retired": _l("retired the question"),
    "question.restored": _l("brought the question back"),
}
FIELDS: dict[str, LazyString] = {
    "minutes": _l("Minutes more"),
    "attempts": _l("Attempts"),
    "question": _l("Question"),
    "questions": _l("Questions"),
    "folder": _l("Folder"),
    "tags": _l("Tags"),
}
