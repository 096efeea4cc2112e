"""The editor of an activity of any kind: drafts that keep themselves, effects before saving, versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from escuela import markdown, web
from escuela.access import get_or_404, me
from escuela.authoring import effects, queries, services, versions
from escuela.authoring.forms import RestoreForm, fingerprint
from escuela.authoring.models import ActivityDraft, ActivityVersion
from escuela.authoring.views import bp, coordinated, titled
from escuela.columns import LANGUAGES
from escuela.content.rows import home_of
from escuela.editions.forms import ActivityForm
from escuela.editions.kinds import EDITORS, KINDS
from escuela.editions.models import Activity, Edition, Module
from escuela.editions.text import ActivityText
from escuela.errors import DomainError, wants_json
from escuela.extensions import db
from escuela.people import places

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

NOT_TYPED = {"csrf_token", "began_from", "based_on", "seen", "over", "save", "keep", "look"}
DRAFT_MOST = 1_000_000
"""Characters of a draft."""
PREVIEW_MOST = 60_000
FAULTS_SHOWN = 20


class Desk:
    """One activity on the desk of its author: the row if it has one, its draft if there is one, and its form."""

    def __init__(
        self, edition: Edition, module: Module, kind: str, row: Activity | None, draft: ActivityDraft | None
    ) -> None:
        if kind not in EDITORS:
            abort(404)
        self.edition, self.module, self.kind, self.row, self.draft = edition, module, kind, row, draft
        self.editor = EDITORS[kind]
        self.before = versions.text_of(row) if row is not None else None
        self.standing = versions.standing(row) if row is not None else None

    @property
    def number(self) -> int:
        """The version that it stands at; 0 for what is new."""
        return self.standing.number if self.standing else 0

    @property
    def based_on(self) -> int:
        """The version that the page in hand began from."""
        sent = request.form.get("based_on", type=int)
        return sent if sent is not None else self.draft.based_on if self.draft else self.number

    def form(self, typed: MultiDict[str, str] | None = None) -> ActivityForm:
        """What was typed just now, else the draft, else what is saved."""
        if typed is None and self.draft is not None and self.draft.fields:
            typed = MultiDict((name, value) for name, values in self.draft.fields.items() for value in values)
        form = self.editor.form.from_text(self.before, typed) if self.before else self.editor.form(typed)
        form.home = home_of(self.module)
        form.speak(self.edition)
        return form

    def text(self, form: ActivityForm) -> ActivityText:
        if self.row is not None:
            return form.text(self.row.slug, self.row.position)
        return form.text(services.free_slug(self.edition, self.kind, form.title.data), 1)

    @property
    def address(self) -> str:
        if self.row is not None:
            return url_for("authoring.edit", edition=self.edition.slug, activity=self.row.slug)
        return url_for("authoring.compose", edition=self.edition.slug, draft=self.draft.id if self.draft else 0)


@bp.route("/modulos/<module>/nueva/<kind>", methods=["GET", "POST"])
def new(edition: str, module: str, kind: str) -> ResponseReturnValue:
    """A draft of a new activity: nothing of it reaches the edition before it is saved."""
    row = coordinated(edition)
    here = get_or_404(queries.module_of(row, module))
    if kind not in EDITORS or here.archived_at is not None:
        abort(404)
    if request.method == "GET":
        return render_template("authoring/new.html", edition=row, module=here, kind=KINDS[kind])
    draft = services.begin(here, kind, by=me())
    return redirect(url_for(".compose", edition=row.slug, draft=draft.id), 303)


@bp.route("/borradores/<int:draft>", methods=["GET", "POST"])
def compose(edition: str, draft: int) -> ResponseReturnValue:
    row = coordinated(edition)
    found = get_or_404(queries.draft_of(row, draft))
    return _work(Desk(row, found.module, found.kind, None, found))


@bp.route("/actividades/<activity>", methods=["GET", "POST"])
def edit(edition: str, activity: str) -> ResponseReturnValue:
    row = coordinated(edition)
    thing = get_or_404(queries.activity_of(row, activity))
    draft = db.session.scalars(select(ActivityDraft).where(ActivityDraft.activity_id == thing.id)).one_or_none()
    return _work(Desk(row, thing.module, thing.kind, thing, draft))


def _work(desk: Desk) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(desk, desk.form())
    if wants_json():
        return _keep(desk)
    form = desk.form(request.form)
    if form.rearranged or "look" in request.form:
        return _page(desk, form, unsaved=True)
    if "save" not in request.form and "over" not in request.form:
        return _keep(desk)
    if not form.validate():
        return _page(desk, form, unsaved=True), 422
    return _save(desk, form)


# --- the draft


def _keep(desk: Desk) -> ResponseReturnValue:
    """Keep the draft: what a script does while one types, and the button without a script."""
    typed = {name: values for name, values in request.form.lists() if name not in NOT_TYPED}
    if sum(len(value) for values in typed.values() for value in values) > DRAFT_MOST:
        raise DomainError(_("This is too long to be kept: divide it into several activities."))
    draft = desk.draft
    if draft is None:
        draft = services.begin_over(desk.row, desk.based_on, by=me()) if desk.row is not None else abort(404)
    services.keep_draft(draft, typed, over=request.form.get("began_from", ""), by=me())
    if wants_json():
        return jsonify(message=_kept(draft), began_from=services.mark_of(draft))
    flash(_kept(draft), "good")
    return redirect(desk.address, 303)


def _kept(draft: ActivityDraft) -> str:
    zone = me().zone
    return _("Draft saved at %(hour)s, %(zone)s.", hour=web.hour(draft.saved_at, zone), zone=web.place_of(zone))


@bp.post("/borradores/<int:draft>/descartar")
def discard(edition: str, draft: int) -> ResponseReturnValue:
    row = coordinated(edition)
    found = get_or_404(select(ActivityDraft).where(ActivityDraft.edition_id == row.id, ActivityDraft.id == draft))
    services.discard(found)
    flash(_("The draft is gone; what was saved stays."), "good")
    return redirect(url_for(".outline", edition=row.slug), 303)


# --- saving for good


def _save(desk: Desk, form: ActivityForm) -> ResponseReturnValue:
    """After its effects were seen, and unless somebody else saved meanwhile."""
    text, over = desk.text(form), request.form.get("over", type=int)
    if over is None:
        over = desk.based_on
    if desk.row is not None and over != desk.number:
        return _page(desk, form, unsaved=True, mine=versions.printed(text, desk.edition.languages)), 409
    told = [str(each) for each in effects.of_saving(desk.row, text)]
    try:
        row = services.save(desk.module, text, by=me(), row=desk.row, over=over if desk.row is not None else None)
        if desk.draft is not None:
            services.discard(desk.draft)
    except services.MeanwhileError:
        db.session.rollback()
        return _page(desk, form, unsaved=True, mine=versions.printed(text, desk.edition.languages)), 409
    except DomainError as refusal:
        db.session.rollback()
        return _page(desk, form, unsaved=True, refusal=refusal), 422
    if request.form.get("seen", "") != fingerprint(told):
        db.session.rollback()
        return _page(desk, form, unsaved=True, told=told), 422
    flash(_("«%(title)s» is saved.", title=titled(row.title)), "good")
    return redirect(url_for(".outline", edition=desk.edition.slug, _anchor=f"a-{row.slug}"), 303)


def _page(
    desk: Desk,
    form: ActivityForm,
    *,
    unsaved: bool = False,
    told: Sequence[str] = (),
    mine: dict[str, str] | None = None,
    refusal: DomainError | None = None,
) -> str:
    form.looked = "look" in request.form
    return render_template(
        "authoring/editor.html",
        edition=desk.edition,
        module=desk.module,
        row=desk.row,
        draft=desk.draft,
        kind=KINDS[desk.kind],
        form=form,
        editor=desk.editor,
        unsaved=unsaved,
        effects=told,
        mark=fingerprint(told),
        began_from=request.form.get("began_from", services.mark_of(desk.draft)),
        based_on=desk.based_on,
        over=request.form.get("over", type=int),
        newer=desk.standing if desk.row is not None and desk.based_on != desk.number else None,
        differing=versions.compared(desk.standing.files, mine) if mine is not None and desk.standing else [],
        refusal=refusal,
        kept=_kept(desk.draft) if desk.draft is not None and desk.draft.fields else "",
        address=desk.address,
        zones=places.zones(web.language()),
    )


@bp.post("/vista/<module>")
def preview(edition: str, module: str) -> ResponseReturnValue:
    """A text as participants will read it, and what is wrong with it: a piece of a page, for the script."""
    row = coordinated(edition)
    home, language = home_of(get_or_404(queries.module_of(row, module))), request.form.get("language", "")
    if language not in LANGUAGES:
        abort(400)
    source = request.form.get("source", "").replace("\r\n", "\n")[:PREVIEW_MOST]
    return render_template(
        "authoring/_preview.html",
        html=Markup(markdown.lesson(source, home, language)),  # noqa: S704 - cleaned by the allow-list
        faults=[(line + 1, sentence) for line, sentence in markdown.faults(source, home)][:FAULTS_SHOWN],
    )


# --- versions


@bp.get("/actividades/<activity>/versiones")
def history(edition: str, activity: str) -> ResponseReturnValue:
    return _history(coordinated(edition), activity)


def _history(edition: Edition, activity: str, **given: Any) -> str:
    row = get_or_404(queries.activity_of(edition, activity))
    found, now = versions.versions_of(row), versions.standing(row)
    files = {version.number: version.files for version in found} | {now.number: now.files}
    new = request.args.get("a", now.number, type=int)
    old = request.args.get("de", new - 1, type=int)
    return render_template(
        "authoring/versions.html",
        edition=edition,
        activity=row,
        kind=KINDS[row.kind],
        versions=found,
        now=now,
        old=old,
        new=new,
        pages=versions.compared(files[old], files[new]) if old in files and new in files else [],
        **given,
    )


@bp.post("/actividades/<activity>/versiones/<int:number>")
def restore(edition: str, activity: str, number: int) -> ResponseReturnValue:
    """Bring a version back as a new one, after its effects were seen."""
    row = coordinated(edition)
    thing, form = get_or_404(queries.activity_of(row, activity)), RestoreForm()
    of_this = select(ActivityVersion).where(ActivityVersion.activity_id == thing.id)
    version = get_or_404(of_this.where(ActivityVersion.number == number))
    told = []
    try:
        text = versions.text_in(version, thing)
        told = [str(each) for each in effects.of_saving(thing, text)]
        services.save(thing.module, text, by=me(), row=thing, over=form.over.data)
    except DomainError as refusal:
        db.session.rollback()
        return _history(row, activity, refusal=refusal), 409
    if form.seen.data != fingerprint(told):
        db.session.rollback()
        form.seen.data = fingerprint(told)
        return _history(row, activity, effects=told, form=form, bringing=number), 422
    flash(_("The activity says again what version %(number)d said.", number=number), "good")
    return redirect(url_for(".history", edition=row.slug, activity=thing.slug), 303)
