"""The media library of an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import FileStorage

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.columns import LANGUAGES
from escuela.content.media import TYPES
from escuela.editions.models import Edition, Media, Module
from escuela.editions.policies import coordinates
from escuela.errors import DomainError, wants_json
from escuela.extensions import db
from escuela.gate import takes_files
from escuela.media import services
from escuela.media.library import RECORDED, Entry, library_of
from escuela.media.snippets import snippet

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("media", __name__, url_prefix="/ediciones/<edition>/escribir/medios")
web.TABS.append(web.Tab(20, _l("Media"), "media.library", coordinates, below="authoring.outline"))

SHOWN = {
    "": _l("All"),
    "image": _l("Pictures"),
    "recorded": _l("Video and audio"),
    "documents": _l("Documents"),
    "unused": _l("Unused"),
    "wanting": _l("Without captions or transcript"),
}
MOST_FILES = 20
"""In one go."""


def _coordinated(slug: str) -> Edition:
    edition = get_or_404(taught_editions(me()).where(Edition.slug == slug).options(selectinload(Edition.staff)))
    require(coordinates(me(), edition))
    return edition


def _module(edition: Edition, slug: str | None) -> Module:
    rows = select(Module).where(Module.edition_id == edition.id, Module.archived_at.is_(None))
    return get_or_404(rows.where(Module.slug == slug))


@bp.get("")
def library(edition: str) -> ResponseReturnValue:
    return _page(_coordinated(edition))


def _page(edition: Edition, *, faults: tuple[str, ...] = ()) -> ResponseReturnValue:
    found = library_of(edition)
    shown = request.args.get("mostrar", "")
    modules = select(Module).where(Module.edition_id == edition.id, Module.archived_at.is_(None))
    page = render_template(
        "media/library.html",
        edition=edition,
        entries=[each for each in found.entries if _is(each, shown)],
        counts={key: sum(_is(each, key) for each in found.entries) for key in SHOWN},
        shown=shown if shown in SHOWN else "",
        filters=SHOWN,
        modules=db.session.scalars(modules.order_by(Module.position)).all(),
        snippet=snippet,
        faults=faults,
        accept=",".join([*TYPES, ".jpeg", ".gif"]),
        most_mb=current_app.config["SETTINGS"].upload_mb,
        most_files=MOST_FILES,
        chosen=request.form.get("module") or request.args.get("modulo"),
    )
    return page, 422 if faults else 200


def _is(entry: Entry, what: str) -> bool:
    match what:
        case "image":
            return entry.sort == "image"
        case "recorded":
            return entry.sort in RECORDED
        case "documents":
            return entry.sort in {"text", "application"}
        case "unused":
            return not entry.needed
        case "wanting":
            return bool(entry.wanting)
    return True


@bp.post("")
@takes_files
def upload(edition: str) -> ResponseReturnValue:
    """Files into the library of a module: all of them or none. To a script, how a picture is written in a lesson."""
    row = _coordinated(edition)
    module = _module(row, request.form.get("module"))
    files = [file for file in request.files.getlist("file") if file.filename]
    if wants_json():
        return _for_the_editor(row, module, files)
    if not files or len(files) > MOST_FILES:
        sentence = _("Choose up to %(most)d files.", most=MOST_FILES)
        return _page(row, faults=(sentence,))
    faults, added = [], 0
    for file in files:
        try:
            services.add(row, module, str(file.filename), file.stream, by=me())
            added += 1
        except DomainError as refusal:
            faults.append(f"{file.filename}: {refusal.sentence}")
    if faults:
        db.session.rollback()
        return _page(_coordinated(edition), faults=tuple(faults))
    flash(ngettext("%(num)d file is in the library.", "%(num)d files are in the library.", added), "good")
    return redirect(url_for(".library", edition=row.slug), 303)


def _for_the_editor(edition: Edition, module: Module, files: list[FileStorage]) -> ResponseReturnValue:
    alt = " ".join(request.form.get("alt", "").split())
    if len(files) != 1:
        raise DomainError(_("Choose one file."))
    medium = services.add(edition, module, str(files[0].filename), files[0].stream, by=me())
    if medium.media_type.startswith("image/") and not alt:
        raise DomainError(_("Say what the picture shows, for who cannot see it."))
    entry = library_of(edition).entry(medium.id) or abort(404)
    address = url_for("content.media", edition=edition.slug, path=medium.path)
    return jsonify(name=entry.name, address=address, markdown=snippet(entry, alt=alt))


@bp.post("/<int:medium>/acompanar")
@takes_files
def accompany(edition: str, medium: int) -> ResponseReturnValue:
    """Captions or a transcript of a recording."""
    row = _coordinated(edition)
    recording = _medium(row, medium)
    file, language = request.files.get("file"), request.form.get("language", "")
    if file is None or not file.filename or language not in LANGUAGES:
        return _page(row, faults=(_("Choose a file and its language."),))
    try:
        services.accompany(recording, language, str(file.filename), file.stream, by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _page(_coordinated(edition), faults=(str(refusal.sentence),))
    flash(_("The file is beside its recording."), "good")
    return redirect(url_for(".library", edition=row.slug, _anchor=f"medio-{medium}"), 303)


@bp.post("/<int:medium>/quitar")
def remove(edition: str, medium: int) -> ResponseReturnValue:
    row = _coordinated(edition)
    services.remove(library_of(row).entry(medium) or abort(404), by=me())
    flash(_("The file is no longer in the library."), "good")
    return redirect(url_for(".library", edition=row.slug), 303)


def _medium(edition: Edition, number: int) -> Media:
    return get_or_404(select(Media).where(Media.edition_id == edition.id, Media.id == number))
