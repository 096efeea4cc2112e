"""Forms of admissions: enrol, withdraw, join the team."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField

from escuela.admissions.services import Newcomer
from escuela.editions.models import COORDINATOR, TUTOR
from escuela.forms import AddressField, Form, LineField, LongField, Required
from escuela.people.forms import GovernmentField, LanguageField, ZoneField, in_words

ROLES = {TUTOR: _l("Tutor"), COORDINATOR: _l("Coordinator")}


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


class WithdrawForm(Form):
    """Why an enrolment ends."""

    reason = LongField(_l("Reason"), most=1000)
