"""The outline of an edition: its modules and activities, in order, with what is missing and what is put away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.authoring import arrange, effects, queries, services
from escuela.authoring.forms import ModuleForm, fingerprint
from escuela.columns import Localized
from escuela.content.rows import text_of
from escuela.editions.kinds import EDITORS, KINDS
from escuela.editions.models import Activity, Edition, Module
from escuela.editions.policies import coordinates
from escuela.errors import DomainError, wants_json
from escuela.extensions import db
from escuela.people import places
from escuela.people.history import Difference, compared, digest_of, history_of

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

bp = Blueprint("authoring", __name__, url_prefix="/ediciones/<edition>/escribir")
web.TABS.append(web.Tab(45, _l("Write"), "authoring.outline", coordinates))
web.TABS.append(web.Tab(10, _l("Modules"), "authoring.outline", coordinates, below="authoring.outline"))


def coordinated(slug: str) -> Edition:
    """The edition for who writes it; 404 for who may not see it, 403 for who is in it otherwise."""
    edition = get_or_404(queries.edition_of(me(), slug))
    require(coordinates(me(), edition))
    return edition


def titled(title: Localized) -> str:
    return title.words(web.language()).text


@bp.get("")
def outline(edition: str) -> ResponseReturnValue:
    return _outline(coordinated(edition))


def _outline(edition: Edition, refusal: DomainError | None = None, told: Sequence[str] = ()) -> str:
    used, away = queries.outline(edition)
    return render_template(
        "authoring/outline.html",
        edition=edition,
        parts=used,
        away=away,
        kinds=[KINDS[name] for name in EDITORS],
        kind_of=KINDS,
        mark=arrange.mark_of(arrange.order_of(edition)),
        total=sum(part.module.hours for part in used),
        refusal=refusal,
        effects=told,
        shown=fingerprint(told),
        asked={name: request.form[name] for name in ("order", "move", "seen") if name in request.form},
    )


# --- a module


@bp.route("/modulos/nuevo", methods=["GET", "POST"])
def new_module(edition: str) -> ResponseReturnValue:
    return _module(coordinated(edition), None)


@bp.route("/modulos/<module>", methods=["GET", "POST"])
def module(edition: str, module: str) -> ResponseReturnValue:
    row = coordinated(edition)
    return _module(row, get_or_404(queries.module_of(row, module)))


def _module(edition: Edition, row: Module | None) -> ResponseReturnValue:
    if row is not None and request.method == "POST":
        services.lock(edition)
        db.session.refresh(row)
    form, told, differing = ModuleForm.of(row), list[str](), list[Difference]()
    form.speak(edition)
    if form.validate_on_submit():
        told = [str(each) for each in effects.of_opening(row, form.opens.data)] if row else []
        differing = _meanwhile(row, form) if row else []
        if not differing and form.seen.data == fingerprint(told):
            saved = services.write_module(edition, row, form.values(), by=me())
            flash(_("«%(title)s» is saved.", title=titled(saved.title)), "good")
            return redirect(url_for(".outline", edition=edition.slug, _anchor=f"m-{saved.slug}"), 303)
        form.seen.data = "" if differing else fingerprint(told)
    page = render_template(
        "authoring/module.html",
        edition=edition,
        module=row,
        form=form,
        effects=told,
        differing=differing,
        now=digest_of(services.facts_of_module(row)) if row else "",
        last=db.session.scalars(history_of(row).limit(1)).first() if differing and row else None,
        zones=places.zones(web.language()),
    )
    return page, 409 if differing else 422 if form.errors or told else 200


def _meanwhile(row: Module, form: ModuleForm) -> list[Difference]:
    """What saving would take back of what somebody saved since the page was made; nothing where both say the same."""
    now = services.facts_of_module(row)
    over = request.form.get("over") or form.based_on.data
    if over == digest_of(now):
        form.based_on.data = over
        return []
    return compared(now, services.facts_typed(form.values()))


# --- order


@bp.post("/orden")
def order(edition: str) -> ResponseReturnValue:
    """A whole order from the script, or one thing one step up or down, once its effects were shown.

    What was seen comes along.
    """
    row = coordinated(edition)
    move, seen = request.form.get("move", ""), request.form.get("seen", "")
    wanted = _moved(row, move) if move else request.form.get("order", "").split()
    try:
        told = [f"«{titled(thing.title)}»: {effect}" for thing, effect in arrange.effects_of(row, wanted, seen)]
        if told and request.form.get("shown", "") != fingerprint(told):
            return _ask(row, told), 422
        arrange.reorder(row, wanted, seen, by=me())
    except DomainError as refusal:
        db.session.rollback()
        if wants_json():
            return jsonify(message=str(refusal.sentence)), 409
        return _outline(coordinated(edition), refusal), 409
    if wants_json():
        return jsonify(message=_("The order is saved."), seen=arrange.mark_of(arrange.order_of(row)))
    anchor = move.rpartition(":")[0].replace(":", "-", 1) if move else None
    return redirect(url_for(".outline", edition=row.slug, _anchor=anchor), 303)


def _moved(edition: Edition, move: str) -> list[str]:
    """The order that `a:que-es-un-dato:up` asks for; none for what is no longer there."""
    what, _colon, way = move.rpartition(":")
    if way not in {"up", "down"}:
        abort(400)
    now = arrange.order_of(edition)
    return arrange.moved(now, what, -1 if way == "up" else 1) if what in now else []


def _ask(edition: Edition, told: list[str]) -> str | Response:
    """The effects of an order, before any of it is saved."""
    if wants_json():
        return jsonify(effects=told, shown=fingerprint(told))
    return _outline(edition, told=told)


# --- copies, and what is put away


@bp.get("/<any(modulos, actividades):sort>/<slug>/<any(archivar, quitar):verb>")
def confirm(edition: str, sort: str, slug: str, verb: str) -> ResponseReturnValue:
    """What it would do, before it is done."""
    row = coordinated(edition)
    return _confirm(row, _thing(row, sort, slug), sort, verb)


def _confirm(edition: Edition, thing: Module | Activity, sort: str, verb: str, *, changed: bool = False) -> str:
    told, linked = _told_of(edition, thing)
    return render_template(
        "authoring/confirm.html",
        edition=edition,
        thing=thing,
        sort=sort,
        verb=verb,
        effects=told,
        linked=linked,
        seen=fingerprint([*told, *linked]),
        may_go=arrange.may_go(thing),
        changed=changed,
    )


def _told_of(edition: Edition, thing: Module | Activity) -> tuple[list[str], list[str]]:
    """What putting it away does, and the titles of the texts whose links to it would lead nowhere."""
    texts = [each for part in text_of(edition).modules for each in part.activities]
    linked = [titled(title) for title in arrange.linked_from(thing, texts)]
    return [str(each) for each in effects.of_archiving(thing)], linked


@bp.post("/<any(modulos, actividades):sort>/<slug>/<any(duplicar, archivar, recuperar, quitar):verb>")
def change(edition: str, sort: str, slug: str, verb: str) -> ResponseReturnValue:
    """Duplicate, put away, bring back or take out a module or an activity."""
    row = coordinated(edition)
    thing = _thing(row, sort, slug)
    title, anchor = titled(thing.title), None
    if verb == "duplicar":
        new = (
            arrange.duplicate_module(thing, by=me()) if isinstance(thing, Module) else arrange.duplicate(thing, by=me())
        )
        anchor = _anchor(new)
        flash(_("There is a copy at the end: «%(title)s».", title=titled(new.title)), "good")
    elif verb == "archivar":
        services.lock(row)
        told, linked = _told_of(row, thing)
        if thing.archived_at is None and request.form.get("seen", "") != fingerprint([*told, *linked]):
            return _confirm(row, thing, sort, verb, changed=True), 422
        arrange.archive(thing, by=me())
        flash(_("«%(title)s» is put away. It can be brought back from here.", title=title), "good")
    elif verb == "recuperar":
        arrange.restore(thing, by=me())
        anchor = _anchor(thing)
        flash(_("«%(title)s» is back, at the end.", title=title), "good")
    else:
        arrange.remove(thing, by=me())
        flash(_("«%(title)s» is taken out for good.", title=title), "good")
    return redirect(url_for(".outline", edition=row.slug, _anchor=anchor), 303)


def _thing(edition: Edition, sort: str, slug: str) -> Module | Activity:
    if sort == "modulos":
        return get_or_404(queries.module_of(edition, slug))
    return get_or_404(queries.activity_of(edition, slug))


def _anchor(thing: Module | Activity) -> str:
    return f"{'m' if isinstance(thing, Module) else 'a'}-{thing.slug}"


from escuela.authoring import editor_views  # noqa: E402, F401 - it hangs on the same blueprint
