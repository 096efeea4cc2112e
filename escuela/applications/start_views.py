"""Where an application begins: the address, the link that proves it, all that one applied to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address

from escuela import clock
from escuela.access import get_or_404, me, me_or_none, public
from escuela.applications import policies, queries, services
from escuela.applications.forms import StartForm
from escuela.applications.views import CALL, FORM, bp, held, hold, the_call
from escuela.calls.policies import accepts, stage
from escuela.extensions import db, limiter
from escuela.gate import row_number
from escuela.web import language, reader_zone

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

GONE = 410


def _address() -> str:
    """Whom a mail would go to: nobody is written to without end, from wherever it is asked."""
    typed = request.form.get("email", "").strip().casefold()
    return f"{request.view_args} {typed or get_remote_address()}"


def _as_oneself() -> bool:
    """Whether who is signed in applies with their own address: no mail goes out."""
    return "mine" in request.form and me_or_none() is not None


mails = limiter.limit("5 per hour", key_func=_address, methods=["POST"], exempt_when=_as_oneself)
many = limiter.shared_limit("50 per hour", scope="application links", methods=["POST"])


@bp.route(f"{CALL}/postular", methods=["GET", "POST"])
@public
@many
@mails
def start(edition: str) -> ResponseReturnValue:
    """Ask for the link that proves an address. The answer is the same whatever we know of the address."""
    call, form = the_call(edition), StartForm()
    user, application = me_or_none(), held(call)
    if user is not None and request.method == "POST" and _as_oneself():
        session.pop("application", None)
        services.begin(call, user.email, user.language, reader_zone() or call.zone, user=user)
        return redirect(url_for(".form", edition=edition), 303)
    if form.validate_on_submit():
        link = services.request_link(call, form.address, language(), reader_zone() or call.zone)
        return redirect(url_for(".start", edition=edition, hasta=int(link.until.timestamp()) // 60), 303)
    if user is not None and application is not None and request.method == "GET" and not request.args:
        return redirect(url_for(".form", edition=edition), 303)
    return (
        render_template(
            "applications/start.html",
            call=call,
            stage=stage(call, clock.now()),
            form=form,
            application=application,
            until=_until(),
            hours=int(services.LINK.total_seconds() // 3600),
        ),
        422 if form.errors else 200,
    )


def _until() -> datetime | None:
    """Until when the link works that was just mailed, as the address of the page says."""
    minutes = request.args.get("hasta", type=row_number)
    at = datetime.fromtimestamp(minutes * 60, UTC) if minutes is not None else None
    return at if at is not None and timedelta() < at - clock.now() <= services.LINK else None


@bp.route(f"{CALL}/postular/<token>", methods=["GET", "POST"])
@public
def link(edition: str, token: str) -> ResponseReturnValue:
    """The mailed link: a button, so that what scans mail does not use it up."""
    call = the_call(edition)
    found = db.session.scalars(queries.link_of(token)).one_or_none()
    found = found if found is not None and found.call_id == call.id else None
    works = found is not None and policies.works(found, clock.now())
    if found is not None and works and request.method == "POST":
        application = services.use_link(found, me_or_none())
        db.session.flush()
        hold(application)
        return redirect(url_for(".form", edition=edition), 303)
    page = render_template("applications/link.html", call=call, link=found, works=works, token=token)
    return page, 200 if works else GONE


@bp.post(f"{CALL}/postular/<token>/otro")
@public
@many
@mails
def renew(edition: str, token: str) -> ResponseReturnValue:
    """Another link to the address of one that no longer works."""
    call = the_call(edition)
    old = get_or_404(queries.link_of(token))
    if old.call_id != call.id:
        abort(404)
    new = services.request_link(call, old.email, old.language, old.zone)
    return redirect(url_for(".start", edition=edition, hasta=int(new.until.timestamp()) // 60), 303)


@bp.post(f"{FORM}/cerrar")
@public
def leave(edition: str) -> ResponseReturnValue:
    """Leave no way in on this device."""
    session.pop("application", None)
    flash(_("This device no longer opens your application. Your draft is kept: ask for a link to go on."), "good")
    return redirect(url_for(".start", edition=edition), 303)


@bp.get("/postulaciones")
def mine() -> ResponseReturnValue:
    """Everything that who is signed in applied to."""
    rows = db.session.scalars(queries.my_applications(me())).all()
    return render_template("applications/mine.html", applications=rows, now=clock.now(), accepts=accepts)
