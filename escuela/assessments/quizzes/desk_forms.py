"""What who teaches fills in about attempts: points of an essay, why something is counted again, more time."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DecimalField, IntegerField, SelectField, ValidationError
from wtforms.validators import NumberRange

from escuela.assessments.quizzes.allowing import ATTEMPTS, MINUTES
from escuela.assessments.quizzes.marking import HUNDREDTHS
from escuela.forms import Form, LongField, Required

REASON, COMMENT = 1000, 5000


class PointsField(DecimalField):
    """A number that may have a comma before its decimals."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([str(value).strip().replace(",", ".") for value in valuelist])


class EssayForm(Form):
    points = PointsField(_l("Points"), places=2, validators=[Required])
    comment = LongField(_l("What the participant reads"), required=False, most=COMMENT)

    most = 1
    """Points of the question: set by the page."""

    def validate_points(self, field: Any) -> None:
        if field.data is None or not field.data.is_finite() or not 0 <= field.data <= self.most:
            raise ValidationError(_("Give from 0 to %(most)d points.", most=self.most))

    @property
    def hundredths(self) -> int:
        return round(self.points.data * HUNDREDTHS) if self.points.data is not None else 0


class RegradeForm(Form):
    reason = LongField(_l("Reason"), most=REASON)


class AllowanceForm(Form):
    person = SelectField(_l("Person"), coerce=int, validators=[Required])
    minutes = IntegerField(
        _l("Minutes more"), default=0, validators=[Required, NumberRange(0, MINUTES, _l("From %(min)d to %(max)d."))]
    )
    attempts = IntegerField(
        _l("Attempts more"), default=0, validators=[Required, NumberRange(0, ATTEMPTS, _l("From %(min)d to %(max)d."))]
    )
    reason = LongField(_l("Reason"), most=REASON)
