"""Forms of applications: the address that asks for a link, why one withdraws, which local government it is."""

from __future__ import annotations

from email_validator import validate_email
from flask_babel import lazy_gettext as _l

from escuela.forms import AddressField, Form, LongField
from escuela.people.forms import GovernmentField


class StartForm(Form):
    """The address that applies."""

    email = AddressField(_l("E-mail"))

    @property
    def address(self) -> str:
        """The address as we keep it; only of a form that is valid."""
        return validate_email(str(self.email.data), check_deliverability=False).normalized.lower()


class WithdrawForm(Form):
    """Why an application is withdrawn, if one wants to say."""

    reason = LongField(_l("Reason"), required=False, most=1000)


class MergeForm(Form):
    """Which one of the registry a proposed local government is."""

    local_government = GovernmentField()
