"""An edition as a whole: made, described, copied, checked, moved through its life, and seen with other eyes."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from escuela import clock, web
from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.columns import Localized
from escuela.content.rows import text_of
from escuela.content.text import EditionText
from escuela.editions.models import DRAFT, Edition
from escuela.editions.policies import coordinates
from escuela.extensions import db
from escuela.people.history import Difference, compared, digest_of, history_of
from escuela.publishing import services
from escuela.publishing.dates import planned, replanned
from escuela.publishing.forms import CopyForm, EditionForm, StepForm, dates_form
from escuela.publishing.readiness import findings
from escuela.publishing.setup import ROLES
from escuela.publishing.words import STATES, STEPS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("publishing", __name__, url_prefix="/ediciones")
web.TABS.append(web.Tab(30, _l("The edition"), "publishing.settings", coordinates, below="authoring.outline"))
web.TABS.append(web.Tab(40, _l("Ready to open?"), "publishing.ready", coordinates, below="authoring.outline"))

SHOWN = 20
"""Lines of the history on the page."""


def _coordinated(slug: str) -> Edition:
    edition = get_or_404(
        taught_editions(me())
        .where(Edition.slug == slug)
        .options(selectinload(Edition.staff), selectinload(Edition.items))
    )
    require(coordinates(me(), edition))
    return edition


# --- made and described


@bp.route("/nueva", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """A new edition. Only who coordinates them all makes one."""
    require(me().is_coordinator)
    form = EditionForm(zone=me().zone, languages=["es", "pt"], year=_today().year)
    form.speak_as_chosen()
    if form.validate_on_submit():
        edition = services.make(form.applied_to(_blank()), by=me())
        flash(_("The edition is made. Nobody but who works in it sees it until you publish it."), "good")
        return redirect(url_for("authoring.outline", edition=edition.slug), 303)
    return render_template("publishing/create.html", form=form), 422 if form.errors else 200


def _today() -> date:
    return clock.now().astimezone(clock.zone(me().zone)).date()


def _blank() -> EditionText:
    nothing = Localized()
    day = _today()
    return EditionText(
        slug="",
        number=1,
        year=day.year,
        title=nothing,
        theme=nothing,
        summary=nothing,
        notice=nothing,
        mode="virtual",
        host_city=None,
        host_country=None,
        starts_on=day,
        ends_on=day,
        zone=me().zone,
        hours=1,
        languages=("es",),
        status=DRAFT,
        attendance=0,
        signatories=(),
        frameworks=(),
        modules=(),
        sessions=(),
    )


@bp.route("/<edition>/escribir/edicion", methods=["GET", "POST"])
def settings(edition: str) -> ResponseReturnValue:
    row = _coordinated(edition)
    if request.method == "POST":
        db.session.refresh(row, with_for_update=True)
    text, now = text_of(row), services.facts_of(row)
    form = EditionForm.of(text)
    form.speak_as_chosen()
    form.based_on.data = form.based_on.data or digest_of(now)
    effects, differing = list[str](), list[Difference]()
    if form.validate_on_submit():
        wanted = form.applied_to(text)
        effects = [str(each) for each in services.effects(row, wanted)]
        shown = sha256("\n".join(effects).encode()).hexdigest()[:16] if effects else ""
        form.based_on.data = request.form.get("over") or form.based_on.data
        if form.based_on.data != digest_of(now):
            differing = compared(now, services.facts_typed(wanted))
        if not differing and (form.seen.data or "") == shown:
            services.change(row, wanted, by=me())
            flash(_("The edition is saved."), "good")
            return redirect(url_for(".settings", edition=row.slug), 303)
        form.seen.data = shown
    rows = db.session.scalars(history_of(row).limit(SHOWN)).all()
    page = render_template(
        "publishing/settings.html",
        edition=row,
        form=form,
        effects=effects,
        differing=differing,
        now=digest_of(now),
        last=next((each for each in rows if each.verb == "edition-changed"), None),
        changes=rows,
        may_copy=me().is_coordinator,
    )
    return page, 409 if differing else 422 if form.errors or effects else 200


# --- copied


@bp.route("/<edition>/escribir/copia", methods=["GET", "POST"])
def copy(edition: str) -> ResponseReturnValue:
    """Two steps in one address: the first day; then every date, moved with it, to be looked at and saved."""
    row = _coordinated(edition)
    require(me().is_coordinator)
    form = CopyForm()
    form.number.data = form.number.data if request.method == "POST" else row.number + 1
    if not form.validate_on_submit():
        return render_template("publishing/copy.html", edition=row, form=form), 422 if form.errors else 200
    text = text_of(row)
    moved = services.begun_again(text, form.starts_on.data or text.starts_on, form.number.data or text.number)
    plan, before = planned(moved), {each.key: each.moment for each in planned(text)}
    dates = dates_form(plan)(data={each.key: each.moment for each in plan})
    for each in plan:
        dates[each.key].zone = each.moment.zone
    if "save" in request.form and dates.validate():
        checked = replanned(moved, {each.key: dates[each.key].data for each in plan})
        new = services.make(checked, by=me(), verb="edition-copied", **{"from": row.slug})
        flash(_("The copy is made. Nobody but who works in it sees it until you publish it."), "good")
        return redirect(url_for(".ready", edition=new.slug), 303)
    page = render_template(
        "publishing/copy_dates.html", edition=row, form=form, dates=dates, plan=plan, before=before, copy=moved
    )
    return page, 422 if dates.errors else 200


# --- ready, and the life of an edition


@bp.get("/<edition>/escribir/lista")
def ready(edition: str) -> ResponseReturnValue:
    row = _coordinated(edition)
    found = findings(row)
    return render_template(
        "publishing/ready.html",
        edition=row,
        breaking=[each for each in found if each.breaks],
        others=[each for each in found if not each.breaks],
        steps=[(to, STEPS[to], (row.status, to) in services.BACK) for to in services.NEXT[row.status]],
        state=STATES[row.status],
        checked=services.CHECKED,
        form=StepForm(),
    )


@bp.post("/<edition>/escribir/estado")
def step(edition: str) -> ResponseReturnValue:
    row, form = _coordinated(edition), StepForm()
    if not form.validate_on_submit() or form.to.data not in STEPS:
        abort(400)
    services.step(row, form.to.data, reason=form.reason.data or "", by=me())
    flash(_("The edition is now: %(state)s.", state=STATES[row.status]), "good")
    return redirect(url_for(".ready", edition=row.slug), 303)


# --- seen with other eyes


@bp.post("/<edition>/escribir/ver")
def see(edition: str) -> ResponseReturnValue:
    """Put the lens on, change it, or take it off (with no role)."""
    role, worn = request.form.get("role", ""), me().lens
    me().lens = None
    row = _coordinated(edition)
    if not role:
        session.pop("lens", None)
        return redirect(url_for("authoring.outline", edition=row.slug), 303)
    if role not in ROLES:
        abort(400)
    language = worn.language if worn else me().language
    session["lens"] = {"edition": row.id, "role": role, "language": language}
    return redirect(url_for("learning.edition", edition=row.slug), 303)
