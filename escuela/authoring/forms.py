"""What one says of a module."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import NumberRange

from escuela.editions.forms import FrameworksField, LocalizedField, MomentField, WritingForm
from escuela.editions.models import Module
from escuela.editions.text import moment_of
from escuela.forms import Required

MOST = 1000
"""Hours of the longest module."""


class ModuleForm(WritingForm):
    """A part of an edition."""

    title = LocalizedField(_l("Title"), most=200)
    summary = LocalizedField(_l("Summary"), most=1000, long=True)
    hours = IntegerField(
        _l("Hours"),
        default=4,
        validators=[
            Required,
            NumberRange(1, 1000, _l("Write a whole number from %(min)d to %(max)d.", min=1, max=1000)),
        ],
    )
    opens = MomentField(_l("Opens"))
    frameworks = FrameworksField()

    @classmethod
    def of(cls, row: Module | None) -> ModuleForm:
        if row is None:
            return cls()
        return cls(
            data={
                "title": row.title,
                "summary": row.summary,
                "hours": row.hours,
                "opens": moment_of(row.opens_at, row.opens_zone),
                "frameworks": [item.id for item in row.items],
            }
        )

    def values(self) -> dict[str, Any]:
        return {name: self[name].data for name in ("title", "summary", "hours", "opens")} | {
            "frameworks": list(self.frameworks.data or [])
        }
