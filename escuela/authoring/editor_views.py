"""The editor of an activity of any kind: drafts that keep themselves, effects before saving, versions."""

from __future__ import annotations

from difflib import SequenceMatcher
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from escuela import clock, markdown, web
from escuela.access import get_or_404, me
from escuela.authoring import queries, services
from escuela.authoring.models import ActivityDraft, ActivityVersion
from escuela.authoring.views import bp, coordinated
from escuela.columns import LANGUAGES
from escuela.content.rows import home_of
from escuela.editions.forms import ActivityForm
from escuela.editions.kinds import EDITORS, FORMATS, KINDS
from escuela.editions.models import Activity, Edition, Module
from escuela.editions.text import ActivityText
from escuela.errors import DomainError, wants_json
from escuela.extensions import db
from escuela.people import places

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

NOT_FIELDS = {"csrf_token", "began_from", "seen", "based_on", "save"}


class Desk:
    """One activity on the desk of its author: the row, if it has one, its draft, if there is one, and its form."""

    def __init__(
        self, edition: Edition, module: Module, kind: str, row: Activity | None, draft: ActivityDraft | None
    ) -> None:
        self.edition, self.module, self.kind, self.row, self.draft = edition, module, kind, row, draft
        self.editor = EDITORS[kind]
        self.home = home_of(module)
        self.before: ActivityText | None = FORMATS[kind].text(row, self.home) if row is not None else None

    def form(self, typed: MultiDict[str, str] | None = None) -> ActivityForm:
        """What was typed just now, else the draft, else what is saved."""
        kept = (
            MultiDict([(name, value) for name, values in self.draft.fields.items() for value in values])
            if (self.draft and self.draft.fields)
            else None
        )
        formdata = typed if typed is not None else kept
        form = (
            self.editor.form.from_text(self.before, formdata) if self.before is not None else self.editor.form(formdata)
        )
        form.home = self.home
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


@bp.post("/modulos/<module>/nueva/<kind>")
def new(edition: str, module: str, kind: str) -> ResponseReturnValue:
    """A draft of a new activity: nothing of it reaches the edition before it is saved."""
    row = coordinated(edition)
    if kind not in EDITORS:
        abort(404)
    draft = services.begin(get_or_404(queries.module_of(row, module)), kind, by=me())
    return redirect(url_for(".compose", edition=edition, draft=draft.id), 303)


@bp.route("/borradores/<int:draft>", methods=["GET", "POST"])
def compose(edition: str, draft: int) -> ResponseReturnValue:
    row = coordinated(edition)
    found = get_or_404(queries.draft_of(row, draft))
    return _work(Desk(row, found.module, found.kind, None, found))


@bp.route("/actividades/<activity>", methods=["GET", "POST"])
def edit(edition: str, activity: str) -> ResponseReturnValue:
    row = coordinated(edition)
    thing = get_or_404(queries.activity_of(row, activity))
    if thing.kind not in EDITORS:
        abort(404)
    draft = db.session.scalars(select(ActivityDraft).where(ActivityDraft.activity_id == thing.id)).one_or_none()
    return _work(Desk(row, thing.module, thing.kind, thing, draft))


def _work(desk: Desk) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(desk, desk.form())
    if wants_json() or "save" not in request.form:
        return _keep(desk)
    form = desk.form(request.form)
    if form.rearranged:
        return _page(desk, form)
    if not form.validate_on_submit():
        return _page(desk, form), 422
    return _save(desk, form)


def _fields() -> dict[str, list[str]]:
    return {name: values for name, values in request.form.lists() if name not in NOT_FIELDS}


def _draft(desk: Desk) -> ActivityDraft:
    """What was typed, kept."""
    draft = desk.draft
    if draft is None:
        draft = services.draft_for(desk.row, by=me()) if desk.row is not None else abort(404)
    services.keep_draft(draft, _fields(), by=me())
    desk.draft = draft
    return draft


def _keep(desk: Desk) -> ResponseReturnValue:
    """Save the draft: what a script does while one types, and the button without a script."""
    draft = _draft(desk)
    zone = me().zone
    message = _("Draft saved at %(hour)s, %(zone)s.", hour=web.hour(draft.saved_at, zone), zone=web.place_of(zone))
    if wants_json():
        return jsonify(message=message, began_from=draft.saved_at.isoformat())
    form = desk.form(request.form)
    if form.rearranged:
        return _page(desk, form)
    flash(message, "good")
    return redirect(desk.address, 303)


def _save(desk: Desk, form: ActivityForm) -> ResponseReturnValue:
    """For good: after its effects were seen, and unless somebody else saved meanwhile."""
    text = desk.text(form)
    told = services.effects(desk.row, text)
    newer = _newer(desk)
    mark = sha256("\n".join([*told, str(newer and newer.id)]).encode()).hexdigest()[:16] if told or newer else ""
    if request.form.get("seen", "") != mark:
        return _page(desk, form, effects=told, mark=mark, newer=newer), 422
    try:
        with db.session.begin_nested():
            row = services.save(desk.module, text, by=me(), row=desk.row)
    except DomainError as refusal:
        db.session.expire_all()
        form.form_errors.append(str(refusal.sentence))
        return _page(desk, form), 422
    if desk.draft is not None:
        services.discard(desk.draft)
    flash(_("%(title)s is saved.", title=row.title.words(web.language()).text), "good")
    return redirect(url_for(".outline", edition=desk.edition.slug, _anchor=f"a-{row.slug}"), 303)


def _newer(desk: Desk) -> ActivityVersion | None:
    """The version that somebody else saved since this page, or this draft, was begun."""
    if desk.row is None:
        return None
    begun = request.form.get("based_on", type=int)
    based_on = desk.draft.based_on if begun is None and desk.draft else begun or 0
    last = db.session.scalars(queries.versions(desk.row).limit(1)).first()
    return last if last is not None and last.number > based_on and last.saved_by_id != me().id else None


def _page(
    desk: Desk,
    form: ActivityForm,
    *,
    effects: list[str] | None = None,
    mark: str = "",
    newer: ActivityVersion | None = None,
) -> str:
    values: dict[str, Any] = {}
    current_app.update_template_context(values)
    fields: Any = vars(current_app.jinja_env.get_template(desk.editor.template).make_module(values))["fields"]
    return render_template(
        "authoring/editor.html",
        edition=desk.edition,
        module=desk.module,
        row=desk.row,
        draft=desk.draft,
        kind=KINDS[desk.kind],
        form=form,
        fields=fields,
        effects=effects or [],
        mark=mark,
        newer=newer,
        based_on=queries.last_version(desk.row) if desk.row is not None else 0,
        address=desk.address,
        zones=places.zones(web.language()),
        held=desk.row is not None and desk.row.archived_at is not None,
    )


@bp.post("/borradores/<int:draft>/descartar")
def discard(edition: str, draft: int) -> ResponseReturnValue:
    row = coordinated(edition)
    found = get_or_404(select(ActivityDraft).where(ActivityDraft.edition_id == row.id, ActivityDraft.id == draft))
    services.discard(found)
    flash(_("The draft is gone; what is saved stays."), "good")
    return redirect(url_for(".outline", edition=edition), 303)


@bp.post("/vista/<module>")
def preview(edition: str, module: str) -> ResponseReturnValue:
    """A text as participants will read it, and what is wrong with it."""
    row = coordinated(edition)
    home = home_of(get_or_404(queries.module_of(row, module)))
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(400)
    source = request.form.get("source", "").replace("\r\n", "\n")[:60_000]
    found = [
        _("Line %(line)d: %(what)s", line=line + 1, what=sentence)
        for line, sentence in list(markdown.faults(source, home))[:20]
    ]
    html = Markup(markdown.lesson(source, home, language))  # noqa: S704 - sanitized by the allow-list
    return render_template("authoring/_preview.html", html=html, faults=found)


# --- versions


@bp.get("/actividades/<activity>/versiones")
def versions(edition: str, activity: str) -> ResponseReturnValue:
    row = coordinated(edition)
    thing = get_or_404(queries.activity_of(row, activity))
    found = db.session.scalars(queries.versions(thing)).all()
    by_number = {version.number: version for version in found}
    new = by_number.get(request.args.get("a", 0, type=int)) or (found[0] if found else None)
    old = by_number.get(request.args.get("de", 0, type=int))
    if old is None and new is not None:
        old = by_number.get(new.number - 1)
    return render_template(
        "authoring/versions.html",
        edition=row,
        activity=thing,
        versions=found,
        old=old,
        new=new,
        pages=_compared(old, new) if old and new else [],
        kind=KINDS[thing.kind],
        now=clock.now(),
    )


def _compared(old: ActivityVersion, new: ActivityVersion) -> list[dict[str, Any]]:
    """Each file of the two versions: lines that stayed, went and came."""
    pages = []
    for name in sorted({*old.files, *new.files}):
        before, after = (version.files.get(name, "").splitlines() for version in (old, new))
        lines: list[tuple[str, str]] = []
        for sort, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if sort == "equal":
                lines += [("same", line) for line in before[a:b]]
            else:
                lines += [("gone", line) for line in before[a:b]] + [("come", line) for line in after[c:d]]
        pages.append({"language": name, "lines": _near(lines), "changed": before != after})
    return pages


def _near(lines: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Changes with three lines around them; what is further away is left out."""
    near = {
        place for number, (sort, _line) in enumerate(lines) if sort != "same" for place in range(number - 3, number + 4)
    }
    found: list[tuple[str, str]] = []
    for number, line in enumerate(lines):
        if number in near:
            found.append(line)
        elif not found or found[-1][0] != "skip":
            found.append(("skip", "…"))
    return found


@bp.post("/actividades/<activity>/versiones/<int:number>")
def restore(edition: str, activity: str, number: int) -> ResponseReturnValue:
    """Bring a version back as a new one, after its effects were seen."""
    row = coordinated(edition)
    thing = get_or_404(queries.activity_of(row, activity))
    version = get_or_404(queries.versions(thing).where(ActivityVersion.number == number))
    text = services.text_in(version, thing)
    told = services.effects(thing, text)
    mark = sha256("\n".join(told).encode()).hexdigest()[:16] if told else ""
    if request.form.get("seen", "") != mark:
        page = render_template(
            "authoring/restore.html", edition=row, activity=thing, version=version, effects=told, mark=mark
        )
        return page, 422
    services.save(thing.module, text, by=me(), row=thing)
    flash(_("The activity says again what version %(number)d said.", number=number), "good")
    return redirect(url_for(".versions", edition=edition, activity=activity), 303)
