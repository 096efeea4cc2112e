"""The reason for which a certificate is corrected or revoked."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from escuela.forms import Form, LongField


class ReasonForm(Form):
    reason = LongField(_l("Reason"), most=1000)


class AgainForm(Form):
    """Nothing to fill in: only the decision."""
