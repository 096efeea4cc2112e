"""Who evaluates, and why somebody does not."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from escuela.admissions.services import Newcomer
from escuela.forms import AddressField, Form, LineField, LongField
from escuela.people.forms import LanguageField, ZoneField

REASON = 1000


class EvaluatorForm(Form):
    """Somebody who will score applications."""

    email = AddressField(_l("E-mail"))
    name = LineField(_l("Full name"))
    language = LanguageField(_l("Language of screens and mails"), default="es")
    zone = ZoneField(_l("Time zone"))

    def newcomer(self) -> Newcomer:
        return Newcomer(str(self.email.data), str(self.name.data), self.language.data, self.zone.data)


class ReasonForm(Form):
    """Why an application is given back, or scores are opened again."""

    reason = LongField(_l("Reason"), most=REASON)
