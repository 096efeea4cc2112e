"""The form of a session."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, ValidationError
from wtforms.validators import NumberRange

from escuela import clock
from escuela.editions.forms import FrameworksField, LocalizedField, MomentField, WritingForm
from escuela.editions.models import Edition, Module
from escuela.editions.policies import Moment
from escuela.editions.text import codes_of
from escuela.forms import Form, LineField, LongField, Required
from escuela.frameworks.catalogue import codes
from escuela.people.models import User
from escuela.tutoring.models import TutoringSession
from escuela.tutoring.services import Plan
from escuela.web import day, plain

LINK, MINUTES = 500, (5, 24 * 60)
A_WEEK = timedelta(days=7)


def _or_none(raw: Any) -> int | None:
    return int(raw) if raw not in {None, "", "None"} else None


class SessionForm(WritingForm):
    """A tutoring session; its hour is on the clock of its zone."""

    title = LocalizedField(_l("Title"), most=200)
    summary = LocalizedField(_l("What it is about"), most=600, long=True)
    starts = MomentField(_l("Begins"), required=True)
    minutes = IntegerField(
        _l("Minutes"),
        validators=[Required, NumberRange(*MINUTES, message=_l("From %(min)d to %(max)d minutes."))],
        default=60,
    )
    link = LineField(_l("Link of the video call"), required=False, most=LINK)
    tutor_id = SelectField(_l("Who leads it"), coerce=_or_none)
    module_id = SelectField(_l("Module"), coerce=_or_none)
    frameworks = FrameworksField()
    tell = BooleanField(_l("If its day, hour or link changes, tell the participants by mail"), default=True)

    session: TutoringSession | None = None
    edition: Edition

    @classmethod
    def of(cls, edition: Edition, session: TutoringSession | None = None, formdata: Any = None) -> Self:
        """The form of a session that is there, or of a new one; what was typed takes its place."""
        form = cls(formdata, data=_data(session) if session else {})
        form.edition, form.session = edition, session
        form.speak(edition)
        form.offer(edition)
        return form

    @classmethod
    def like(cls, session: TutoringSession) -> Self:
        """The form of a new session that is as another one, a week later."""
        later = Moment(_a_week_later(session), session.zone)
        form = cls(None, data={**_data(session), "starts": later})
        form.edition = session.edition
        form.speak(session.edition)
        form.offer(session.edition)
        return form

    def offer(self, edition: Edition) -> None:
        """What the two lists hold, after an empty choice; what is chosen already stays among it."""
        tutors: dict[int, User] = {row.user_id: row.user for row in edition.staff}
        modules: dict[int, Module] = {row.id: row for row in edition.modules if row.archived_at is None}
        if self.session and self.session.tutor:
            tutors.setdefault(self.session.tutor.id, self.session.tutor)
        if self.session and self.session.module:
            modules.setdefault(self.session.module.id, self.session.module)
        people = sorted(tutors.values(), key=lambda person: person.name)
        self.tutor_id.choices = [("", _l("Nobody yet")), *((tutor.id, tutor.name) for tutor in people)]
        self.module_id.choices = [
            ("", _l("The whole edition")),
            *((key, plain(each.title)) for key, each in modules.items()),
        ]

    def validate_link(self, field: LineField) -> None:
        if not field.data or (self.session and field.data == self.session.link):
            return
        try:
            parts = urlsplit(field.data)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme != "https" or not parts.hostname or any(letter.isspace() for letter in field.data):
            raise ValidationError(_l("Paste the whole address of the call, beginning with https://."))

    def validate_starts(self, field: MomentField) -> None:
        """On a day of the edition, as everything that it holds."""
        if field.data is None or (self.session and field.data.at == self.session.starts_at):
            return
        there = clock.zone(self.edition.zone)
        first = datetime.combine(self.edition.starts_on, time(), there)
        last = datetime.combine(self.edition.ends_on + timedelta(days=1), time(), there)
        if not first <= field.data.at < last:
            sentence = _(
                "The edition goes from %(first)s to %(last)s: choose one of its days.",
                first=day(self.edition.starts_on),
                last=day(self.edition.ends_on),
            )
            raise ValidationError(sentence)

    def plan(self) -> Plan:
        typed = self.data
        return Plan(
            title=typed["title"],
            summary=typed["summary"],
            starts_at=typed["starts"].at,
            zone=typed["starts"].zone,
            minutes=typed["minutes"],
            link=typed["link"] or None,
            tutor_id=typed["tutor_id"],
            module_id=typed["module_id"],
            frameworks=tuple(code for code in codes() if code in (typed["frameworks"] or ())),
        )


class CancelForm(Form):
    """Why a session does not take place."""

    reason = LongField(_l("Reason"), most=1000)
    tell = BooleanField(_l("Tell the participants by mail"), default=True)


def _data(session: TutoringSession) -> dict[str, Any]:
    return {
        "title": session.title,
        "summary": session.summary,
        "starts": Moment(session.starts_at, session.zone),
        "minutes": session.minutes,
        "link": session.link,
        "tutor_id": session.tutor_id,
        "module_id": session.module_id,
        "frameworks": codes_of(session),
        "tell": True,
    }


def _a_week_later(session: TutoringSession) -> datetime:
    """At the same hour of its zone, whatever the clocks do meanwhile; where they skip it, a week of hours later."""
    local = session.starts_at.astimezone(clock.zone(session.zone)).replace(tzinfo=None)
    try:
        return clock.instant(local + A_WEEK, session.zone)
    except clock.SkippedTimeError:
        return session.starts_at + A_WEEK
