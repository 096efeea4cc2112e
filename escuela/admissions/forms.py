"""Forms of admissions: enrol, what becomes of an enrolment, a list of people, the team."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField

from escuela.admissions.services import Newcomer
from escuela.editions.models import COORDINATOR, TUTOR, Edition
from escuela.forms import AddressField, Form, LineField, LongField, Required
from escuela.people.forms import GovernmentField, LanguageField, ZoneField, in_words
from escuela.web import period, plain

ROLES = {TUTOR: _l("Tutor"), COORDINATOR: _l("Coordinator")}
REASON = 1000


class EnrolForm(Form):
    """Somebody who takes part on behalf of a local government."""

    local_government = GovernmentField(_l("Local government"))
    email = AddressField(_l("E-mail"))
    name = LineField(_l("Full name, as a certificate prints it"))
    language = LanguageField(_l("Language of screens, mails and certificate"), default="es")
    position = LineField(_l("Position"))
    focal_point = BooleanField(_l("Is the focal point of the local government"))

    def newcomer(self, zone: str) -> Newcomer:
        return Newcomer(str(self.email.data), str(self.name.data), self.language.data, zone)


class AppointForm(Form):
    """Somebody who teaches in the edition or runs it."""

    email = AddressField(_l("E-mail"))
    name = LineField(_l("Full name"))
    language = LanguageField(_l("Language of screens and mails"), default="es")
    zone = ZoneField(_l("Time zone"))
    role = RadioField(_l("Role"), choices=in_words(ROLES), default=TUTOR, validators=[Required])

    def newcomer(self) -> Newcomer:
        return Newcomer(str(self.email.data), str(self.name.data), self.language.data, self.zone.data)


class ReasonForm(Form):
    """Why an enrolment ends, or begins again."""

    reason = LongField(_l("Reason"), most=REASON)


class ReinstateForm(ReasonForm):
    """Whether the job that ended begins again."""

    returns = BooleanField(default=True)


class TransferForm(ReasonForm):
    """To which edition."""

    edition = SelectField(_l("Edition"), validators=[Required])

    def offer(self, editions: Iterable[Edition]) -> None:
        self.edition.choices = {"": gettext("Choose one")} | {
            each.slug: gettext(
                "Edition %(number)d, %(title)s (%(period)s)",
                number=each.number,
                title=plain(each.title),
                period=period(each.starts_on, each.ends_on),
            )
            for each in editions
        }


class ChangeGovernmentForm(ReasonForm):
    """On whose behalf the person takes part from now on."""

    local_government = GovernmentField(_l("Local government"))
    position = LineField(_l("Position there"))
    leaves = BooleanField()


class HandOverForm(ReasonForm):
    """The colleague who takes the place."""

    email = AddressField(_l("E-mail of the colleague"))
    name = LineField(_l("Full name, as a certificate prints it"))
    language = LanguageField(_l("Language of screens, mails and certificate"), default="es")
    position = LineField(_l("Position"))
    focal_point = BooleanField(_l("Is the focal point of the local government"))
    leaves = BooleanField()

    def newcomer(self, zone: str) -> Newcomer:
        return Newcomer(str(self.email.data), str(self.name.data), self.language.data, zone)
