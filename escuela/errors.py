"""What the user can fix is a DomainError; everything else has a page that says what happened and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, current_app, flash, g, jsonify, render_template, request
from flask_babel import lazy_gettext as _l
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from werkzeug.exceptions import Conflict, HTTPException, InternalServerError, ServiceUnavailable

from escuela.extensions import db, reading

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_babel.speaklater import LazyString

SAYINGS: dict[int, tuple[LazyString, LazyString]] = {
    400: (_l("The request could not be read"), _l("Go back, reload the page and try again.")),
    401: (_l("Sign in first"), _l("This page is for people of the School. Sign in and you will come back to it.")),
    403: (_l("This part is not open to you"), _l("Ask the person who coordinates your edition.")),
    404: (_l("There is nothing here"), _l("The address may have changed, or it belongs to somebody else's work.")),
    405: (_l("The request could not be read"), _l("Go back, reload the page and try again.")),
    409: (_l("That could not be done"), _l("Go back and look at how things stand now.")),
    413: (_l("That is too big"), _l("Send fewer or smaller files; the limit is on the page of the assignment.")),
    429: (_l("Too many attempts"), _l("Wait a few minutes and try again.")),
    500: (_l("Something failed on our side"), _l("What was saved is still saved. Try again in a moment.")),
    503: (_l("The School is very busy right now"), _l("Nothing was lost. Wait a few seconds and try again.")),
}


class DomainError(Exception):
    """A refusal that the user can act on. `sentence` is in their language: what happened, why, and the way out."""

    def __init__(self, sentence: LazyString | str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def wants_json() -> bool:
    """Whether a script of ours asked, and not a person's navigation."""
    return request.accept_mimetypes.best == "application/json"


def page(status: int, sentence: LazyString | str | None = None) -> ResponseReturnValue:
    """An error page: the saying of its status, or `sentence` when there is a better one."""
    title, advice = SAYINGS.get(status, SAYINGS[500 if status >= 500 else 400])
    if wants_json():
        return jsonify(message=str(sentence or advice)), status
    return render_template("layouts/error.html", status=status, title=title, advice=sentence or advice), status


def _forget() -> None:
    """Take back what was written. The page that says why only reads: it waits for nobody's write lock."""
    db.session.rollback()
    reading.set(True)


def init_app(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> ResponseReturnValue:
        _forget()
        return page(409, error.sentence)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> ResponseReturnValue:
        """The form is older than its token. Give back what was typed with a fresh one; never what another site sent."""
        _forget()
        if request.headers.get("Sec-Fetch-Site") == "cross-site":
            return page(400)
        if wants_json():
            return jsonify(message=str(_l("Your page is old. Reload it; what was saved is still saved."))), 400
        typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _NEVER_SENT_BACK]
        if request.files:
            flash(_l("Choose your files again: a browser does not keep them."), "warn")
        return render_template("layouts/stale_form.html", typed=typed, action=request.full_path.rstrip("?")), 400

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.response is not None:  # a redirect, or a view's own answer
            return error.response
        original = error.original_exception if isinstance(error, InternalServerError) else None
        if isinstance(original, OperationalError | IntegrityError):  # not in a view but at the commit
            return _refused_by_database(original)
        _forget()
        return page(error.code or 500)

    app.register_error_handler(OperationalError, _refused_by_database)
    app.register_error_handler(IntegrityError, _refused_by_database)


def _refused_by_database(error: DBAPIError) -> ResponseReturnValue:
    """It is locked or gone; or two did the same at once and it took the first."""
    current_app.logger.warning("database: %s", error.orig, exc_info=error)
    _forget()
    if isinstance(error, IntegrityError):
        return page(Conflict.code)
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 - whoever it is: asking the database would fail again
    return page(ServiceUnavailable.code)


_NEVER_SENT_BACK = {"csrf_token", "password", "password_confirm", "new_password", "new_password_confirm"}
