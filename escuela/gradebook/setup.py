"""How changes of marks are said, and how points are written."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from escuela.gradebook.models import EXCUSE, MARK, NONE
from escuela.gradebook.sheets import in_points
from escuela.people import history

VERBS = {
    f"mark.{MARK}": _l("changed a mark"),
    f"mark.{EXCUSE}": _l("excused from an activity"),
    f"mark.{NONE}": _l("took the change of a mark back"),
}
FIELDS = {"mark": _l("Mark"), "activity": _l("Activity")}
VALUES = {f"mark:{EXCUSE}": _l("excused, does not count"), f"mark:{NONE}": _l("no mark")}


def init_app(app: Flask) -> None:
    app.add_template_filter(in_points)
    history.VERBS.update(VERBS)
    history.FIELDS.update(FIELDS)
    history.VALUES.update(VALUES)
