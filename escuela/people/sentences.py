"""What sign-in says, in the School's voice. Flask-Security's own es and pt texts say tú, or have not been written."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

SENTENCES: dict[str, tuple[LazyString, str]] = {
    "API_ERROR": (_l("That link was already used, or it is not whole. Ask for a new one here."), "error"),
    "CHANGE_EMAIL_CONFIRMED": (_l("Your e-mail is changed. From now on, sign in with the new one."), "success"),
    "CHANGE_EMAIL_EXPIRED": (_l("That link is older than %(within)s. Ask for a new one here."), "error"),
    "CHANGE_EMAIL_SENT": (
        _l("We wrote to %(email)s. Your e-mail changes when you open the link in that mail."),
        "success",
    ),
    "DISABLED_ACCOUNT": (_l("This account is closed. Write to the person who coordinates your edition."), "error"),
    "EMAIL_NOT_PROVIDED": (_l("Write your e-mail."), "error"),
    "GENERIC_AUTHN_FAILED": (
        _l("The e-mail and the password do not match. Check both, or choose «I forgot my password»."),
        "error",
    ),
    "INVALID_EMAIL_ADDRESS": (_l("Write an e-mail address such as nombre@municipio.gub.uy."), "error"),
    "INVALID_PASSWORD": (_l("That is not your present password."), "error"),
    "INVALID_REDIRECT": (_l("That address is outside the School."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (
        _l("That link was already used, or it is not whole. Ask for a new one here."),
        "error",
    ),
    "PASSWORD_CHANGE": (_l("Your password is changed. Your other devices have to sign in again."), "success"),
    "PASSWORD_INVALID_LENGTH": (
        _l("Use at least %(length)s characters. A phrase of several words is easy to remember."),
        "error",
    ),
    "PASSWORD_IS_THE_SAME": (_l("The new password is the same as the present one."), "error"),
    "PASSWORD_NOT_PROVIDED": (_l("Write the password."), "error"),
    "PASSWORD_RESET_EXPIRED": (_l("That link is older than %(within)s. Ask for a new one here."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (_l("Your password is saved. Sign in with it."), "success"),
    "PASSWORD_RESET_REQUEST": (
        _l("If %(email)s has an account, a mail with a link is on its way. Look among unwanted mail too."),
        "info",
    ),
    "REAUTHENTICATION_REQUIRED": (_l("You signed in a while ago. Write your password again to go on."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. You can go on."), "success"),
    "RETYPE_PASSWORD_MISMATCH": (_l("The two passwords are not the same."), "error"),
    "UNAUTHENTICATED": (_l("Sign in first."), "info"),
}
"""By Flask-Security's name of the message: the sentence and the category of its flash."""
