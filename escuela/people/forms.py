"""Forms of people: signing in (over Flask-Security's), one's account, local governments, memberships."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_security.change_email import ChangeEmailForm
from flask_security.forms import ChangePasswordForm, ForgotPasswordForm, LoginForm, ResetPasswordForm, VerifyForm
from markupsafe import Markup
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput

from escuela.forms import DayField, Form, LineField, Required
from escuela.people import places
from escuela.people.models import LocalGovernment
from escuela.people.sentences import SENTENCES
from escuela.web import LANGUAGE_NAMES, country_name, language

TIERS = {
    "municipal": _l("Municipality"),
    "intermediate": _l("Department, province or region"),
    "associated_state": _l("Associated State"),
}
BANDS = {
    "small": _l("Under 50,000 people"),
    "medium": _l("50,000 to 249,999 people"),
    "large": _l("250,000 to 999,999 people"),
    "metropolis": _l("1,000,000 people or more"),
}

NAMES = {code: Markup('<span lang="{}">{}</span>').format(code, name) for code, name in LANGUAGE_NAMES.items()}


def in_words(names: Mapping[str, LazyString]) -> Callable[[], dict[str, str]]:
    """Choices whose names are read when the form is shown, in the reader's language."""
    return lambda: {value: str(name) for value, name in names.items()}


def to_choose(choices: Callable[[], Mapping[Any, Any]]) -> Callable[[], dict[Any, Any]]:
    """The same choices with nothing chosen: a first one by default would be taken for an answer."""
    return lambda: {"": gettext("Choose one"), **choices()}


# --- signing in

LABELS = {
    "email": _l("E-mail"),
    "password": _l("Password"),
    "password_confirm": _l("The same password again"),
    "new_password": _l("New password"),
    "new_password_confirm": _l("The new password again"),
    "remember": _l("Stay signed in on this device"),
}


class _OurLabels:
    """Flask-Security's fields under the School's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self._fields.items():  # type: ignore[attr-defined]
            field.label.text = LABELS.get(name, field.label.text)


class SignIn(_OurLabels, LoginForm):
    """E-mail and password."""


class Recover(_OurLabels, ForgotPasswordForm):
    """Asks for the link that sets a new password."""

    def validate(self, **kwargs: Any) -> bool:
        """Say so where it cannot be an address; whether an address has an account is nobody's business."""
        found = super().validate(**kwargs)
        try:
            validate_email(self.email.data or "", check_deliverability=False)
        except EmailNotValidError:
            self.form_errors.append(str(SENTENCES["INVALID_EMAIL_ADDRESS"][0]))
        return found


class SetPassword(_OurLabels, ResetPasswordForm):
    """The first password, or a new one after the old was forgotten."""


class ChangePassword(_OurLabels, ChangePasswordForm):
    """A new password for somebody who knows the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.label.text = _l("Present password")
        self.password.flags.required = True


class ChangeEmail(_OurLabels, ChangeEmailForm):
    """The address that one signs in with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email.label.text = _l("New e-mail")


class Verify(_OurLabels, VerifyForm):
    """The password once more, before something delicate."""


SIGN_IN_FORMS = {
    "login_form": SignIn,
    "forgot_password_form": Recover,
    "reset_password_form": SetPassword,
    "change_password_form": ChangePassword,
    "change_email_form": ChangeEmail,
    "verify_form": Verify,
}

# --- the account


def _zones(_form: Form, field: SelectField) -> dict[str, Any]:
    """Zones by country. One of long ago that is no longer listed stays choosable for who has it."""
    listed, present = places.zones(language()), field.object_data
    if any(present in zones for zones in listed.values()):
        return dict(listed)
    return {present or "": present or gettext("Choose one"), **listed}


class ZoneField(SelectField):
    """An IANA zone, by its country and city."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=_zones, validators=[Required], **kwargs)  # type: ignore[arg-type]  # new in 3.3


class LanguageField(RadioField):
    """A language of the School, each under its own name."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=NAMES, validators=[Required], **kwargs)


class AccountForm(Form):
    """What one says of oneself."""

    name = LineField(_l("Full name, as a certificate prints it"), render_kw={"autocomplete": "name"})
    language = LanguageField(_l("Language of screens, mails and certificate"))
    zone = ZoneField(_l("My time zone"))


# --- local governments


class GovernmentForm(Form):
    """A local government. Its country is that of its subdivision, so the two cannot disagree."""

    name = LineField(_l("Name"))
    subdivision = SelectField(
        _l("Country and subdivision"),
        choices=to_choose(lambda: places.subdivisions(language())),
        validators=[Required],
    )
    tier = SelectField(_l("Tier"), choices=to_choose(in_words(TIERS)), validators=[Required])
    population_band = SelectField(_l("Population"), choices=to_choose(in_words(BANDS)), validators=[Required])
    statistics_code = LineField(_l("National statistics code"), required=False, most=20)
    zone = ZoneField(_l("Time zone"))
    languages = SelectMultipleField(
        _l("Languages it works in"),
        choices=lambda: places.languages(language()),
        validators=[Required],
        option_widget=CheckboxInput(),
    )

    def values(self) -> dict[str, Any]:
        """The columns of a LocalGovernment."""
        data = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return data | {
            "country": data["subdivision"].partition("-")[0],
            "statistics_code": data["statistics_code"] or None,
        }


def _number(value: Any) -> int | None:
    return int(value) if value else None


class GovernmentField(SelectField):
    """One of the local governments, by country."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label or _l("Local government"), coerce=_number, validators=[Required], **kwargs)

    def offer(self, governments: Iterable[LocalGovernment]) -> None:
        choices: dict[Any, Any] = {"": gettext("Choose one")}
        for each in governments:
            choices.setdefault(country_name(each.country), {})[each.id] = each.name
        self.choices = choices


class MembershipForm(Form):
    """What somebody does in a local government, and since when."""

    position = LineField(_l("Position"))
    from_on = DayField(_l("First day"), validators=[Required])
    to_on = DayField(_l("Last day"), validators=[Optional()])
    focal_point = BooleanField(_l("Is the focal point of the local government"))

    def validate_to_on(self, field: DayField) -> None:
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise ValidationError(_l("The last day is before the first."))


class NewMembershipForm(MembershipForm):
    """The same, saying of which local government."""

    local_government_id = GovernmentField()
