"""How what happens to a session is called in histories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

VERBS: dict[str, LazyString] = {
    "session.announced": _l("announced the session"),
    "session.changed": _l("changed the session"),
    "session.cancelled": _l("cancelled the session"),
    "session.resumed": _l("announced the cancelled session again"),
    "session.erased": _l("took the session out"),
}
FIELDS: dict[str, LazyString] = {
    "starts_at": _l("Begins"),
    "minutes": _l("Minutes"),
    "link": _l("Link"),
    "tutor": _l("Who leads it"),
    "module": _l("Module"),
    "frameworks": _l("Frameworks"),
}
