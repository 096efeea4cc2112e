"""What the rest of the School is told of assignments."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _l

from escuela.assessments.assignments import editor, queries  # noqa: F401 - the editor registers itself
from escuela.editions.kinds import Kind, register


def init_app(_app: Flask) -> None:
    register(
        Kind(
            name="assignment",
            title=_l("Assignment"),
            icon="file",
            endpoint="assignments.work",
            progress=queries.progress,
            grades=queries.grades,
        )
    )
