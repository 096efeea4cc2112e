"""What one says of a module, and what comes along with a step that is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField
from wtforms.validators import NumberRange

from escuela.authoring import services
from escuela.editions.forms import FrameworksField, LocalizedField, MomentField, WritingForm
from escuela.editions.models import Module
from escuela.editions.text import codes_of, moment_of
from escuela.forms import Form, Required
from escuela.people.history import digest_of


def fingerprint(sentences: Sequence[str]) -> str:
    """What tells that these effects were shown; empty for none."""
    return sha256("\n".join(sentences).encode()).hexdigest()[:16] if sentences else ""


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
    seen = HiddenField(default="")
    """The effects that were shown before saving, by their fingerprint."""
    based_on = HiddenField(default="")
    """What the module said when the page was made, by its digest."""

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
                "frameworks": list(codes_of(row)),
                "based_on": digest_of(services.facts_of_module(row)),
            }
        )

    def values(self) -> dict[str, Any]:
        names = ("title", "summary", "hours", "opens")
        return {name: self[name].data for name in names} | {"frameworks": list(self.frameworks.data or [])}


class RestoreForm(Form):
    """Bringing a version back: what it is brought back over, and the effects that were shown."""

    over = IntegerField()
    seen = HiddenField(default="")
