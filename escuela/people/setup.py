"""Sign-in: Flask-Security over our User and Role, with our words, our outbox, and one commit at the edge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

from babel.support import Translations
from flask import Flask, Response, make_response, redirect, render_template, request
from flask_babel import get_locale
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security.babel import FsDomain
from flask_security.core import Security
from flask_security.datastore import SQLAlchemyUserDatastore
from flask_security.mail_util import MailUtil
from flask_security.signals import change_email_confirmed
from flask_wtf import FlaskForm
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from escuela import clock
from escuela.access import public
from escuela.extensions import db, limiter
from escuela.messages.services import enqueue
from escuela.people import history
from escuela.people.forms import SIGN_IN_FORMS
from escuela.people.models import Role, User
from escuela.people.sentences import SENTENCES
from escuela.people.services import recipient

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LINK = timedelta(days=1)
"""How long the link of a mail works that changes a password or an address."""
VISITORS = ("login", "logout", "forgot_password", "reset_password", "change_email_confirm")
"""What Flask-Security offers to somebody who is not signed in; the rest is behind the doorman like every page."""
CATALOGUES = {"es": "es_ES", "pt": "pt_BR"}
"""Flask-Security's own catalogue for each of our languages."""

SETTINGS: dict[str, Any] = {
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": True,  # argon2 salts by itself: passwords outlive a new SECRET_KEY
    "HASHING_SCHEMES": ["argon2"],  # of tokens too: a recovery then takes as long for who has no account
    "DEPRECATED_HASHING_SCHEMES": [],
    "PASSWORD_LENGTH_MIN": 12,
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "CHANGE_EMAIL": True,
    "TRACKABLE": True,
    "RETURN_GENERIC_RESPONSES": True,  # nobody learns who has an account
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "API_ENABLED_METHODS": ["session"],
    "DATETIME_FACTORY": clock.now,
    "RESET_PASSWORD_WITHIN": LINK,
    "CHANGE_EMAIL_WITHIN": LINK,
    "LOGIN_URL": "/ingresar",
    "VERIFY_URL": "/ingresar/confirmar",
    "LOGOUT_URL": "/salir",
    "RESET_URL": "/contrasena/recuperar",
    "CHANGE_URL": "/contrasena/cambiar",
    "CHANGE_EMAIL_URL": "/correo/cambiar",
    "POST_CHANGE_VIEW": "people.account",
    "POST_CHANGE_EMAIL_VIEW": "people.account",
    "LOGIN_USER_TEMPLATE": "people/login.html",
    "FORGOT_PASSWORD_TEMPLATE": "people/recover.html",
    "RESET_PASSWORD_TEMPLATE": "people/set_password.html",
    "CHANGE_PASSWORD_TEMPLATE": "people/change_password.html",
    "CHANGE_EMAIL_TEMPLATE": "people/change_email.html",
    "VERIFY_TEMPLATE": "people/verify.html",
    "EMAIL_PLAINTEXT": False,  # the outbox renders, in the recipient's language
    "EMAIL_HTML": False,
    "EMAIL_TEMPLATE_PASSWORD_RESET": "people/password_recovery",
    "EMAIL_TEMPLATE_PASSWORD_RESET_NOTICE": "people/password_changed",
    "EMAIL_TEMPLATE_PASSWORD_CHANGE_NOTICE": "people/password_changed",
    "CHANGE_EMAIL_EMAIL_TEMPLATE": "people/email_confirmation",
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
}


class Store(SQLAlchemyUserDatastore):
    """Our people, for Flask-Security."""

    def commit(self) -> None:
        """The edge commits, once."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - its signature
        """Every page asks who reads: that statement is built once."""
        if "fs_uniquifier" in kwargs:
            return db.session.scalar(_KNOWN_AS, kwargs)
        return super().find_user(case_insensitive, **kwargs)


_KNOWN_AS = select(User).where(User.fs_uniquifier == bindparam("fs_uniquifier")).options(joinedload(User.roles))


class Outbox(MailUtil):
    """Flask-Security's mails go where all our mails go. `template` is the kind of the message."""

    def send_mail(  # type: ignore[override]  # what it has rendered, subject and bodies, is not used
        self, template: str, _subject: str, address: str, *_rendered: Any, **context: Any
    ) -> None:
        token = context.get("token") or context.get("reset_token")
        enqueue(template, recipient(context["user"], address), token=token, until=clock.now() + LINK)


class Sentences(FsDomain):
    """Our sentences, already in the reader's language, and Flask-Security's own for what we do not say ourselves."""

    def get_translations(self) -> Any:
        language = str(get_locale())
        if language not in self.cache:
            [folder] = self.translation_directories
            self.cache[language] = Translations.load(folder, [CATALOGUES.get(language, language)], self.domain[0])
        return self.cache[language]

    def gettext(self, string: Any, **variables: Any) -> str:
        return str(super().gettext(str(string), **variables))  # type: ignore[no-untyped-call]


security = Security(mail_util_cls=Outbox)


def render(template: str, **context: Any) -> ResponseReturnValue:
    """A page of Flask-Security by the rules of the house: 422 when the form is wrong, 303 when it went through."""
    wrong = any(form.errors for form in context.values() if isinstance(form, FlaskForm))
    if request.method == "POST" and not wrong:
        return redirect(request.path, 303)
    return make_response(render_template(template, **context), 422 if wrong else 200)


def init_app(app: Flask) -> None:
    app.config.update({f"SECURITY_{name}": value for name, value in SETTINGS.items()})
    app.config.update({f"SECURITY_MSG_{name}": sentence for name, sentence in SENTENCES.items()})
    security.init_app(
        app,
        Store(db, User, Role),
        register_blueprint=True,
        render_template=render,
        **SIGN_IN_FORMS,
    )
    security.i18n_domain = Sentences(app)  # type: ignore[no-untyped-call]
    security.want_json(lambda _request: False)
    security.login_manager.request_loader(None)  # a session, and no token in an address
    app.after_request(_see_other)
    change_email_confirmed.connect(_tell_the_old_address, app)
    _open_and_limit(app)
    app.add_template_filter(history.verb_of)
    app.add_template_filter(history.subjects)
    app.add_template_filter(history.differences)


def _open_and_limit(app: Flask) -> None:
    views: dict[str, Any] = app.view_functions
    for name in VISITORS:
        public(views[f"security.{name}"])
    guess = limiter.limit("10 per 10 minutes", key_func=_account, methods=["POST"], deduct_when=_was_refused)
    crowd = limiter.limit("100 per 10 minutes", methods=["POST"], deduct_when=_was_refused)
    for name in ("login", "verify", "change_password"):
        views[f"security.{name}"] = crowd(guess(views[f"security.{name}"]))
    mails = limiter.limit("5 per hour", key_func=_account, methods=["POST"])
    many = limiter.limit("50 per hour", methods=["POST"])
    for name in ("forgot_password", "change_email"):
        views[f"security.{name}"] = many(mails(views[f"security.{name}"]))
    confirm = "security.change_email_confirm"
    views[confirm] = _by_button(views[confirm])
    app.add_url_rule("/correo/cambiar/<token>", endpoint=confirm, methods=["POST"])


def _account() -> str:
    """Whose password is tried, from where: the person who is signed in, or the address that was typed."""
    typed = request.form.get("email", "").strip().casefold()
    return f"{current_user.get_id() if current_user.is_authenticated else typed} {get_remote_address()}"


def _was_refused(response: Response) -> bool:
    return response.status_code == 422


def _by_button(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Change the address when the person presses, not when a mail scanner opens the link: a GET never writes."""

    @wraps(view)
    def confirm(token: str) -> ResponseReturnValue:
        return view(token) if request.method == "POST" else render_template("people/confirm_email.html")

    return confirm


def _see_other(response: Response) -> Response:
    if request.method == "POST" and response.status_code == 302:
        response.status_code = 303
    return response


def _tell_the_old_address(_app: Flask, user: User, old_email: str, **_rest: Any) -> None:
    enqueue("people/email_changed", recipient(user, old_email))
