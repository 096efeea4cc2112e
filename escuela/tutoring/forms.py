"""The form of a session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, TimeField, ValidationError
from wtforms.validators import NumberRange

from escuela import clock
from escuela.columns import Localized
from escuela.editions.models import Module
from escuela.forms import DayField, Form, LineField, LongField, Required
from escuela.people.forms import ZoneField
from escuela.people.models import User
from escuela.tutoring.models import TutoringSession
from escuela.tutoring.services import Plan
from escuela.web import place_of, plain

LINK, MINUTES = 500, (10, 600)


def _or_none(raw: Any) -> int | None:
    return int(raw) if raw not in {None, "", "None"} else None


class SessionForm(Form):
    """A tutoring session; the hour is on the clock of its zone."""

    title_es = LineField(_l("Title in Spanish"), required=False)
    title_pt = LineField(_l("Title in Portuguese"), required=False)
    summary_es = LongField(_l("What it is about, in Spanish"), required=False, most=2000)
    summary_pt = LongField(_l("What it is about, in Portuguese"), required=False, most=2000)
    day = DayField(_l("Day"), validators=[Required])
    hour = TimeField(_l("Hour"), validators=[Required])
    zone = ZoneField(_l("Hour of which place"))
    minutes = IntegerField(
        _l("Minutes"),
        validators=[Required, NumberRange(*MINUTES, message=_l("From %(min)d to %(max)d minutes."))],
    )
    link = LineField(_l("Link of the video call"), required=False, most=LINK)
    tutor_id = SelectField(_l("Who leads it"), coerce=_or_none)
    module_id = SelectField(_l("Module"), coerce=_or_none)

    def offer(self, tutors: Iterable[User], modules: Iterable[Module]) -> None:
        """What the two lists hold, after an empty choice."""
        self.tutor_id.choices = [("", _l("Nobody yet")), *((tutor.id, tutor.name) for tutor in tutors)]
        self.module_id.choices = [("", _l("The whole edition")), *((each.id, plain(each.title)) for each in modules)]

    def show(self, session: TutoringSession) -> None:
        """Begin from a session that is there."""
        local = session.starts_at.astimezone(clock.zone(session.zone))
        self.process(
            obj=session,
            day=local.date(),
            hour=local.time(),
            title_es=session.title.get("es"),
            title_pt=session.title.get("pt"),
            summary_es=session.summary.get("es"),
            summary_pt=session.summary.get("pt"),
        )

    def validate_title_es(self, field: LineField) -> None:
        if not field.data and not self.title_pt.data:
            raise ValidationError(_l("Write the title in Spanish, in Portuguese or in both."))

    def validate_link(self, field: LineField) -> None:
        if not field.data:
            return
        try:
            parts = urlsplit(field.data)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme != "https" or not parts.hostname or any(letter.isspace() for letter in field.data):
            raise ValidationError(_l("Paste the whole address of the call, beginning with https://."))

    def validate_hour(self, field: TimeField) -> None:
        if not self.day.data or not field.data or self.zone.data not in clock.zone_names():
            return
        try:
            clock.instant(datetime.combine(self.day.data, field.data), self.zone.data)
        except clock.SkippedTimeError:
            sentence = _l(
                "That hour does not exist on that day, %(zone)s: the clocks jump over it. Choose another one.",
                zone=place_of(self.zone.data),
            )
            raise ValidationError(sentence) from None

    def plan(self, session: TutoringSession | None = None) -> Plan:
        """What was typed. Texts of a session in other languages stay."""
        typed = self.data
        return Plan(
            title=_texts(session.title if session else {}, es=typed["title_es"], pt=typed["title_pt"]),
            summary=_texts(session.summary if session else {}, es=typed["summary_es"], pt=typed["summary_pt"]),
            starts_at=clock.instant(datetime.combine(typed["day"], typed["hour"]), typed["zone"]),
            zone=typed["zone"],
            minutes=typed["minutes"],
            link=typed["link"] or None,
            tutor_id=typed["tutor_id"],
            module_id=typed["module_id"],
        )


def _texts(before: dict[str, str], **typed: str | None) -> Localized:
    return Localized({language: text for language, text in ({**before, **typed}).items() if text})
