"""What the things of an edition are called."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from escuela.editions.models import ARCHIVED, CLOSED, DRAFT, PUBLISHED, RUNNING
from escuela.people.history import FIELDS, VERBS

MODES = {"virtual": _l("Online"), "on_site": _l("On site"), "hybrid": _l("Online and on site")}
STEPS = {
    DRAFT: _l("Back to draft"),
    PUBLISHED: _l("Publish"),
    RUNNING: _l("Open to participants"),
    CLOSED: _l("Close"),
    ARCHIVED: _l("Archive"),
}
"""What leads to each status."""
STATES = {
    DRAFT: _l("Draft"),
    PUBLISHED: _l("Published"),
    RUNNING: _l("Running"),
    CLOSED: _l("Closed"),
    ARCHIVED: _l("Archived"),
}

VERBS |= {
    "edition-created": _l("made the edition"),
    "edition-copied": _l("copied the edition"),
    "edition-changed": _l("changed the edition"),
    "edition-status": _l("moved the edition on"),
}
FIELDS |= {
    "status": _l("Status"),
    "title": _l("Title"),
    "theme": _l("Theme"),
    "summary": _l("Summary"),
    "notice": _l("Notice"),
    "number": _l("Number"),
    "year": _l("Year"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "zone": _l("Time zone"),
    "hours": _l("Hours"),
    "mode": _l("Mode"),
    "host_city": _l("Host city"),
    "host_country": _l("Host country"),
    "attendance": _l("Attendance, in percent"),
    "languages": _l("Languages"),
    "signatories": _l("Signatories"),
    "frameworks": _l("Frameworks"),
    "from": _l("Copied from"),
}
