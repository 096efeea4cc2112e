"""Files of an edition for the people in it; editions as zips, out and in, for who coordinates them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.exceptions import RequestEntityTooLarge

from escuela import clock, storage
from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.content import arrival, zips
from escuela.content.changes import ADDED, CHANGED, TAKEN, changes
from escuela.content.load import EditedError, Outcome
from escuela.content.printing import files_of
from escuela.content.rows import text_of
from escuela.editions.models import COORDINATOR, Edition, EditionStaff, Media, Module
from escuela.editions.policies import can_review, coordinates
from escuela.editions.queries import open_modules
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import takes_editions

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from flask_babel.speaklater import LazyString

INLINE = ("image/", "audio/", "video/", "text/vtt")
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A drawing may style itself; opened by its address it can do nothing else."""

SHOWN = 200
"""Faults and changes on a page: who has more corrects these first."""

HOWS = {ADDED: (_l("New"), "good"), CHANGED: (_l("Changed"), "info"), TAKEN: (_l("Taken away"), "warn")}
LOADED = {
    Outcome.NEW: _l("The edition is loaded. Read it through before you open it."),
    Outcome.UPDATED: _l("The edition is loaded: it says now what the zip says."),
    Outcome.UNCHANGED: _l("Nothing changed: the edition said this already."),
}

bp = Blueprint("content", __name__)


@bp.get("/ediciones/<edition>/media/<path:path>")
def media(edition: str, path: str) -> ResponseReturnValue:
    """A file of an edition, in whole or by ranges, so that a recording can be wound."""
    inside = get_or_404(taught_editions(me()).where(Edition.slug == edition))
    found = get_or_404(select(Media).where(Media.edition_id == inside.id, Media.path == path))
    if not can_review(me(), inside):
        slug, _, _ = path.partition("/")
        get_or_404(open_modules(inside, clock.now()).where(Module.slug == slug))
    answer = Response(mimetype=found.media_type)
    answer.set_etag(found.sha256)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Security-Policy"] = SANDBOX
    if not found.media_type.startswith(INLINE):
        answer.headers.set("Content-Disposition", "attachment", filename=found.path.rpartition("/")[2])
    answer.content_length = found.size
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=found.size)
    if answer.status_code != 304 and request.method == "GET":
        part = answer.content_range
        _send(answer, storage.read(found.key), part.start or 0, part.stop or found.size)
    return answer


def _send(answer: Response, stream: IO[bytes], start: int, stop: int) -> None:
    """Give an answer its body: the bytes from `start` up to `stop`, read while they are sent."""

    def chunks() -> Iterator[bytes]:
        stream.seek(start)
        left = stop - start
        while left > 0 and (chunk := stream.read(min(left, storage.CHUNK))):
            left -= len(chunk)
            yield chunk

    answer.response = chunks()
    answer.call_on_close(stream.close)


# --- editions as zips


@bp.get("/ediciones/<edition>/escribir/descargar")
def download(edition: str) -> ResponseReturnValue:
    """The edition as text and media, the same bytes for the same content."""
    inside = get_or_404(taught_editions(me()).where(Edition.slug == edition).options(selectinload(Edition.staff)))
    require(coordinates(me(), inside))
    target = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed when the answer has been sent
    try:
        zips.pack(inside.slug, files_of(text_of(inside)), target)
    except BaseException:
        target.close()
        raise
    answer = Response(mimetype="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{inside.slug}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.content_length = target.tell()
    _send(answer, target, 0, answer.content_length)
    return answer


@bp.get("/ediciones/subir")
def upload() -> ResponseReturnValue:
    require(_coordinates_any())
    return _form()


@bp.post("/ediciones/subir")
@takes_editions
def check_upload() -> ResponseReturnValue:
    """Check a zip and show what loading it would do. Nothing is loaded yet."""
    require(_coordinates_any())
    file = request.files.get("file")
    if file is None or not file.filename:
        return _form(refusal=_("Choose the zip of an edition."))
    try:
        return _checked(arrival.keep(file.stream, file.filename, by=me()))
    except DomainError as refusal:
        db.session.rollback()
        return _form(refusal=refusal.sentence)


@bp.post("/ediciones/subir/cargar")
def load() -> ResponseReturnValue:
    """Load a zip that was checked: all of it or nothing."""
    require(_coordinates_any())
    ticket = request.form.get("ticket", "")
    try:
        with arrival.opened(ticket, by=me()) as arrived:
            _refuse_unless_own(arrived.slug)
            result = arrival.load(arrived, replace=request.form.get("replace") == "yes", by=me())
            db.session.flush()
    except EditedError:
        db.session.rollback()
        return _checked(ticket, unconfirmed=True)
    except DomainError as refusal:
        db.session.rollback()
        return _form(refusal=refusal.sentence)
    flash(LOADED[result.outcome], "good")
    return redirect(url_for("authoring.outline", edition=result.slug), 303)


def _coordinates_any() -> bool:
    mine = select(EditionStaff.edition_id).where(EditionStaff.user_id == me().id, EditionStaff.role == COORDINATOR)
    return me().is_coordinator or db.session.scalars(mine.limit(1)).first() is not None


def _refuse_unless_own(slug: str) -> None:
    """Who coordinates an edition sends that one only; who coordinates them all, any, and new ones."""
    edition = db.session.scalars(select(Edition).where(Edition.slug == slug)).one_or_none()
    if not me().is_coordinator and (edition is None or not coordinates(me(), edition)):
        raise DomainError(_l("You do not coordinate an edition %(slug)s: send the zip of one that you do.", slug=slug))


def _checked(ticket: str, *, unconfirmed: bool = False) -> ResponseReturnValue:
    with arrival.opened(ticket, by=me()) as arrived:
        _refuse_unless_own(arrived.slug)
        if arrived.text is None or arrived.faults:
            return _form(faulty=arrived)
        found = changes(arrived.text)
    page = render_template(
        "content/changes.html",
        found=found,
        ticket=ticket,
        shown=SHOWN,
        hows=HOWS,
        refused=found.outcome is Outcome.REFUSED,
        same=found.outcome is Outcome.UNCHANGED,
        unconfirmed=unconfirmed,
    )
    return page, 422 if unconfirmed else 200


def _form(
    *, refusal: LazyString | str = "", faulty: arrival.Arrival | None = None, status: int = 422
) -> ResponseReturnValue:
    page = render_template(
        "content/upload.html",
        refusal=refusal,
        faulty=faulty,
        shown=SHOWN,
        most_mb=current_app.config["SETTINGS"].edition_mb,
    )
    return page, status if refusal or faulty else 200


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    most = current_app.config["SETTINGS"].edition_mb
    return _form(refusal=_("This zip is over %(most)d MB: make its sound and video smaller.", most=most), status=413)
