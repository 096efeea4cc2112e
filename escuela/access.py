"""The doorman: everybody signs in, except where a view says `@public`; nobody loads what they may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import Flask, abort, current_app, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import Select

from escuela.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from escuela.people.models import User

V = TypeVar("V", bound=Callable[..., Any])
T = TypeVar("T")


def public(view: V) -> V:
    """Mark a view that visitors may open."""
    view.public = True  # type: ignore[attr-defined]
    return view


def is_public(endpoint: str | None) -> bool:
    """Whether the doorman lets a visitor in."""
    if endpoint is None:  # nothing there: let it become a 404
        return True
    return getattr(current_app.view_functions[endpoint], "public", False)


def me() -> User:
    """The person who is signed in. Only for views behind the doorman."""
    return cast("User", current_user._get_current_object())  # noqa: SLF001 - the documented way out of the proxy


def me_or_none() -> User | None:
    """The person who is signed in; None for a visitor, and where nobody asks: in a job."""
    user = current_user._get_current_object()  # noqa: SLF001 - as in `me`: once, since every page asks many times
    return cast("User", user) if user is not None and user.is_authenticated else None


def get_or_404(rows: Select[T], **values: object) -> T:
    """The one row of `rows` (a `visible_*` select, narrowed), or 404: a stranger learns nothing.

    `values` are those of its bind parameters, where it has any.
    """
    found = db.session.scalars(rows, values).unique().one_or_none()
    if found is None:
        abort(404)
    return found


def require(allowed: bool) -> None:  # noqa: FBT001 - reads as a sentence: require(can_review(me(), work))
    """Go on only if the policy said yes; else 403."""
    if not allowed:
        abort(403)


def init_app(app: Flask) -> None:
    @app.before_request
    def doorman() -> ResponseReturnValue | None:
        if is_public(request.endpoint) or current_user.is_authenticated:
            return None
        if request.method not in {"GET", "HEAD"}:
            abort(401)
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")), 303)
