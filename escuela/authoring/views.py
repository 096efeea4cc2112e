"""The outline of an edition: its modules and activities, in order, with what is missing and what is put away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.authoring import queries, services
from escuela.authoring.forms import ModuleForm
from escuela.editions.kinds import EDITORS, KINDS
from escuela.editions.models import Activity, Edition, Module
from escuela.editions.policies import coordinates
from escuela.people import places

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("authoring", __name__, url_prefix="/ediciones/<edition>/escribir")
web.TABS.append(web.Tab(75, _l("Write"), "authoring.outline", coordinates))
web.TABS.append(web.Tab(10, _l("Modules"), "authoring.outline", coordinates, below="authoring.outline"))


def coordinated(slug: str) -> Edition:
    """The edition for who writes it; 404 for who may not see it, 403 for who is in it otherwise."""
    edition = get_or_404(queries.edition_of(me(), slug))
    require(coordinates(me(), edition))
    return edition


@bp.get("")
def outline(edition: str) -> ResponseReturnValue:
    row = coordinated(edition)
    used, away = queries.outline(row)
    return render_template(
        "authoring/outline.html",
        edition=row,
        parts=used,
        away=away,
        kinds=[KINDS[name] for name in EDITORS],
        kind_of=KINDS,
        mark=services.seen(services.order_of(row)),
        total=sum(part.module.hours for part in used),
    )


@bp.route("/modulos/nuevo", methods=["GET", "POST"])
def new_module(edition: str) -> ResponseReturnValue:
    return _module(coordinated(edition), None)


@bp.route("/modulos/<module>", methods=["GET", "POST"])
def module(edition: str, module: str) -> ResponseReturnValue:
    row = coordinated(edition)
    return _module(row, get_or_404(queries.module_of(row, module)))


def _module(edition: Edition, row: Module | None) -> ResponseReturnValue:
    form = ModuleForm.of(row)
    form.speak(edition)
    if form.validate_on_submit():
        saved = services.write_module(edition, row, form.values(), by=me())
        flash(_("%(title)s is saved.", title=saved.title.words(web.language()).text), "good")
        return redirect(url_for(".outline", edition=edition.slug, _anchor=f"m-{saved.slug}"), 303)
    page = render_template(
        "authoring/module.html", edition=edition, module=row, form=form, zones=places.zones(web.language())
    )
    return page, 422 if form.errors else 200


@bp.post("/orden")
def order(edition: str) -> ResponseReturnValue:
    """A whole order from the script, or one thing one step up or down."""
    row = coordinated(edition)
    wanted, move = request.form.get("order", "").split(), request.form.get("move", "")
    if move:
        what, _colon, way = move.rpartition(":")
        now = services.order_of(row)
        if what not in now or way not in {"up", "down"}:
            abort(400)
        wanted = services.moved(now, what, -1 if way == "up" else 1)
    services.reorder(row, wanted, request.form.get("seen", ""), by=me())
    return redirect(url_for(".outline", edition=edition, _anchor=_anchor(move)), 303)


def _anchor(move: str) -> str | None:
    sort, _colon, rest = move.partition(":")
    return f"{sort}-{rest.rpartition(':')[0]}" if rest else None


@bp.post("/<any(modulos, actividades):sort>/<slug>/<any(duplicar, archivar, recuperar, quitar):verb>")
def change(edition: str, sort: str, slug: str, verb: str) -> ResponseReturnValue:
    """Duplicate, put away, bring back or take out a module or an activity."""
    row = coordinated(edition)
    rows: Select[Any] = queries.module_of(row, slug) if sort == "modulos" else queries.activity_of(row, slug)
    thing: Module | Activity = get_or_404(rows)
    title = thing.title.words(web.language()).text
    if verb == "duplicar":
        new = (
            services.duplicate_module(thing, by=me())
            if isinstance(thing, Module)
            else services.duplicate(thing, by=me())
        )
        flash(_("There is a copy: %(title)s.", title=new.title.words(web.language()).text), "good")
    elif verb == "archivar":
        services.archive(thing, by=me())
        flash(
            _("%(title)s is put away: participants no longer see it. You can bring it back below.", title=title), "good"
        )
    elif verb == "recuperar":
        services.restore(thing, by=me())
        flash(_("%(title)s is back, at the end.", title=title), "good")
    else:
        services.remove(thing, by=me())
        flash(_("%(title)s is taken out for good.", title=title), "good")
    return redirect(url_for(".outline", edition=edition), 303)


from escuela.authoring import editor_views  # noqa: E402, F401 - it hangs on the same blueprint
