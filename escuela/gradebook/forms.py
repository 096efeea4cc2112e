"""Forms of the gradebook: another mark or an excuse, and going back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, RadioField
from wtforms.widgets import TextInput

from escuela.forms import Form, LongField, Required
from escuela.gradebook.models import EXCUSE, MARK, Points
from escuela.gradebook.sheets import in_points
from escuela.people.forms import in_words

REASON = 1000
MOST = 10_000
"""Points of one activity."""


VERDICTS = {MARK: _l("Another mark"), EXCUSE: _l("Excused: it does not count")}


class PointsField(Field):
    """Points with at most two decimals, written with a comma or a point; its data are hundredths."""

    widget = TextInput()
    data: int | None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return in_points(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = valuelist[0].strip().replace(",", ".") if valuelist else ""
        self.data = None
        if not typed:
            return
        try:
            hundredths = Decimal(typed) * 100
        except ArithmeticError:
            hundredths = Decimal("NaN")
        if not hundredths.is_finite() or not 0 <= hundredths <= MOST * 100 or hundredths % 1:
            raise ValueError(gettext("Write a number from 0 to %(most)d, with two decimals at most.", most=MOST))
        self.data = int(hundredths)


class OverrideForm(Form):
    """What the gradebook shows instead of what the activity gave."""

    seen = HiddenField()
    verdict = RadioField(
        _l("What the gradebook shows"),
        choices=in_words(VERDICTS),
        default=MARK,
        validators=[Required],
    )
    earned = PointsField(_l("Points earned"))
    possible = PointsField(_l("Points possible"))
    reason = LongField(_l("Reason"), most=REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earned.flags.required = self.possible.flags.required = True  # of a mark; see `validate`

    @property
    def points(self) -> Points | None:
        """The mark, unless it is an excuse."""
        if self.verdict.data != MARK or self.earned.data is None or self.possible.data is None:
            return None
        return Points(self.earned.data, self.possible.data)

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if self.verdict.data != MARK:
            self.earned.errors = self.possible.errors = ()
            return not self.errors
        for field in (self.earned, self.possible):
            if field.data is None and not field.errors:
                field.errors = [gettext("Fill this in.")]
        if self.points is not None and self.points.possible == 0:
            self.possible.errors = [gettext("At least something must be possible.")]
        elif self.points is not None and self.points.earned > self.points.possible:
            self.earned.errors = [gettext("No more than the points possible.")]
        return fine and not self.errors


class TakeBackForm(Form):
    """Why what the activity gave counts again."""

    seen = HiddenField()
    why = LongField(_l("Reason"), most=REASON)
