"""Why somebody answers for another, and until when somebody may answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from escuela.editions.forms import MomentField, WritingForm
from escuela.forms import Form, LongField, Required
from escuela.people.forms import in_words
from escuela.selection.models import CONFIRMED, DECLINED

REASON = 1000


class AnswerForm(Form):
    """What somebody said by telephone or mail."""

    reply = RadioField(
        _l("What the person said"),
        choices=in_words({CONFIRMED: _l("Yes, I take the place"), DECLINED: _l("No, I cannot take part")}),
        validators=[Required],
    )
    reason = LongField(_l("How you know"), most=REASON)


class ExtendForm(WritingForm):
    """More time to answer."""

    until = MomentField(_l("Answer until"), required=True)
    reason = LongField(_l("Reason"), most=REASON)


class TakeOffForm(Form):
    """Why somebody waits no longer."""

    reason = LongField(_l("Reason"), most=REASON)


class DeclineForm(Form):
    """Why a place, of the edition or of the waiting list, is not taken, if the person wants to say it."""

    reason = LongField(_l("Why not?"), required=False, most=REASON)
