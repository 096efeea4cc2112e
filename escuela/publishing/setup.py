"""The lens: who prepares an edition looks at it as who takes part in it or as who tutors, and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, g, request, session
from flask_babel import lazy_gettext as _l

from escuela import errors
from escuela.access import me_or_none
from escuela.columns import LANGUAGES
from escuela.editions.models import TUTOR, Edition
from escuela.editions.policies import coordinates
from escuela.extensions import db
from escuela.people.models import Lens

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ROLES = {"participant": _l("a participant"), TUTOR: _l("a tutor")}
ALLOWED = {"publishing.see", "web.choose_language", "security.logout"}
"""What can be sent while looking on."""


def init_app(app: Flask) -> None:
    app.before_request(_put_on)
    app.context_processor(lambda: {"lens": g.get("lens"), "lens_roles": ROLES})


def _put_on() -> ResponseReturnValue | None:
    """Look through the lens that the session holds, for this request; whoever no longer coordinates loses it."""
    worn: dict[str, Any] | None = session.get("lens")
    user = me_or_none() if worn else None
    if worn is None or user is None:
        return None
    edition = db.session.get(Edition, worn["edition"])
    if edition is None or worn["role"] not in ROLES or not coordinates(user, edition):
        session.pop("lens")
        return None
    language = worn["language"] if worn["language"] in LANGUAGES else user.language
    g.lens = user.lens = Lens(edition.id, worn["role"], language)
    g.lens_edition = edition
    edition.seen_early = True
    if request.method in {"GET", "HEAD"} or request.endpoint in ALLOWED:
        return None
    return errors.page(
        409,
        _l("You are only looking: nothing was sent. Leave the view with the button above to work as yourself again."),
    )
