"""Words of the history for what is written."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from escuela.authoring import queries
from escuela.media import library
from escuela.people import history

VERBS = {
    "module-created": _l("made a module"),
    "module-changed": _l("changed a module"),
    "activity-created": _l("made an activity"),
    "activity-changed": _l("changed an activity"),
    "order-changed": _l("changed the order"),
    "archived": _l("put away"),
    "restored": _l("brought back"),
    "removed": _l("took out for good"),
}
FIELDS = {"version": _l("Version"), "opens": _l("Opens")}


def init_app(_app: Flask) -> None:
    history.VERBS.update(VERBS)
    history.FIELDS.update(FIELDS)
    if queries.drafted not in library.DRAFTS:
        library.DRAFTS.append(queries.drafted)
