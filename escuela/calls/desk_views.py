"""Where a coordinator writes the call of an edition, publishes it and moves its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from escuela import clock, web
from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.calls import services
from escuela.calls.forms import (
    DeadlineForm,
    ReasonForm,
    RepliesForm,
    TextsForm,
    texts_of,
    usual_texts,
)
from escuela.calls.models import Call
from escuela.calls.policies import Stage, stage
from escuela.calls.readiness import lacks
from escuela.calls.views import WHOLE, bp, face
from escuela.calls.words import STAGES
from escuela.editions.models import Edition
from escuela.editions.policies import Moment, coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number
from escuela.people.history import history_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

HERE = "/ediciones/<edition>/convocatoria"
HISTORY = 30
"""Lines of the history on one page."""

web.TABS.append(web.Tab(65, _l("Call"), "calls.manage", coordinates))
web.TABS.append(web.Tab(10, _l("The call"), "calls.manage", coordinates, below="calls.manage"))


def coordinated(slug: str) -> Edition:
    """An edition, for who coordinates it: 404 for who is not in it, 403 for who is and does not coordinate it."""
    edition = get_or_404(taught_editions(me()).where(Edition.slug == slug).options(joinedload(Edition.staff)))
    require(coordinates(me(), edition))
    return edition


def call_of(slug: str) -> Call:
    """The call of an edition, for who coordinates it."""
    edition = coordinated(slug)
    call = get_or_404(select(Call).where(Call.edition_id == edition.id).options(*WHOLE[1:]))
    set_committed_value(call, "edition", edition)  # with who works in it, which the tabs ask
    return call


@bp.get(HERE)
def manage(edition: str) -> ResponseReturnValue:
    """Where the call stands, what it lacks, and the way to each of its parts."""
    row = coordinated(edition)
    call = db.session.scalars(select(Call).where(Call.edition_id == row.id).options(*WHOLE[1:])).one_or_none()
    if call is None:
        return render_template("calls/none.html", edition=row)
    return _manage(call)


def _manage(call: Call, refusal: DomainError | None = None) -> str:
    now = clock.now()
    found = lacks(call, now)
    at = stage(call, now)
    return render_template(
        "calls/manage.html",
        edition=call.edition,
        call=call,
        stage=at,
        stages=STAGES,
        serious=[lack for lack in found if lack.serious],
        lacks=[lack for lack in found if not lack.serious],
        writing=len(services.writing(call)) if at is not Stage.HIDDEN else 0,
        locked=services.locked(call),
        latest=db.session.scalars(history_of(call).limit(3)).all(),
        refusal=refusal,
    )


@bp.route(f"{HERE}/nueva", methods=["GET", "POST"])
def create(edition: str) -> ResponseReturnValue:
    """The call of an edition that has none: it begins with what the School usually says and asks."""
    row = coordinated(edition)
    form = TextsForm(data=usual_texts(row))
    form.speak(row)
    if form.validate_on_submit():
        try:
            services.create(row, form.texts(), form.new_hours(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(
                _("The call is begun, with the School's usual questions and criteria. Nobody else sees it yet."), "good"
            )
            return redirect(url_for(".manage", edition=row.slug), 303)
    return render_template("calls/texts.html", edition=row, call=None, form=form), 422 if form.errors else 200


@bp.route(f"{HERE}/textos", methods=["GET", "POST"])
def texts(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    form = TextsForm(data=texts_of(call))
    form.speak(call.edition)
    form.show_hours(call)
    if form.validate_on_submit():
        try:
            services.change(call, form.texts(), form.hours(call), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The call was saved."), "good")
            return redirect(url_for(".manage", edition=edition), 303)
    return (
        render_template("calls/texts.html", edition=call.edition, call=call, form=form),
        422 if form.errors else 200,
    )


@bp.route(f"{HERE}/respuestas", methods=["GET", "POST"])
def replies(edition: str) -> ResponseReturnValue:
    """What the mails of the result say beside what they always say."""
    call = call_of(edition)
    form = RepliesForm(obj=call)
    form.speak(call.edition)
    if form.validate_on_submit():
        try:
            services.change_replies(call, form.replies(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The call was saved."), "good")
            return redirect(url_for(".manage", edition=edition), 303)
    return (
        render_template("calls/replies.html", edition=call.edition, call=call, form=form),
        422 if form.errors else 200,
    )


@bp.get(f"{HERE}/vista")
def preview(edition: str) -> ResponseReturnValue:
    """The public page as it will look while the call is open."""
    call = call_of(edition)
    at = stage(call, clock.now())
    shown = face(call, Stage.OPEN if at is Stage.HIDDEN else at)
    return render_template("calls/call.html", preview=True, manages=True, **shown)


@bp.post(f"{HERE}/publicar")
def publish(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    try:
        services.publish(call, by=me())
    except DomainError as refusal:
        return _manage(call, refusal), 409
    flash(_("The call is published: everybody can read it."), "good")
    return redirect(url_for(".manage", edition=edition), 303)


# --- the deadline


@bp.get(f"{HERE}/plazo")
def deadline(edition: str) -> ResponseReturnValue:
    return _deadline(call_of(edition))


@bp.post(f"{HERE}/plazo/extender")
def extend(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    form = _until(call)
    if form.validate():
        return _moved(call, form, lambda at, reason: services.extend(call, at, reason=reason, by=me()))
    return _deadline(call, extension=form), 422


@bp.post(f"{HERE}/plazo/cerrar")
def close(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    form = ReasonForm(prefix="now")
    if form.validate():
        return _moved(call, form, lambda _at, reason: services.close_now(call, reason=reason, by=me()))
    return _deadline(call, closing=form), 422


@bp.post(f"{HERE}/plazo/reabrir")
def reopen(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    form = _until(call)
    if form.validate():
        return _moved(call, form, lambda at, reason: services.reopen(call, at, reason=reason, by=me()))
    return _deadline(call, extension=form), 422


def _until(call: Call) -> DeadlineForm:
    form = DeadlineForm()
    form.until.zone = call.zone
    return form


def _moved(call: Call, form: Any, verb: Any) -> ResponseReturnValue:
    """Move the deadline and say how many were told; a refusal stands above what was typed."""
    until: Moment | None = form.data.get("until")
    try:
        told = verb(until.at if until else None, form.data["reason"])
    except DomainError as refusal:
        form.form_errors.append(str(refusal.sentence))
        named = {"closing": form} if until is None else {"extension": form}
        return _deadline(call, **named), 409
    flash(
        ngettext(
            "Done. We wrote to %(num)d person with a draft.", "Done. We wrote to %(num)d people with a draft.", told
        )
        if told
        else _("Done. Nobody has a draft, so we wrote to nobody."),
        "good",
    )
    return redirect(url_for(".manage", edition=call.edition.slug), 303)


def _deadline(call: Call, *, extension: DeadlineForm | None = None, closing: ReasonForm | None = None) -> str:
    now = clock.now()
    return render_template(
        "calls/deadline.html",
        edition=call.edition,
        call=call,
        stage=stage(call, now),
        stages=STAGES,
        extension=extension or _until(call),
        closing=closing or ReasonForm(prefix="now"),
        writing=len(services.writing(call)),
        locked=services.locked(call),
    )


# --- the history


@bp.get(f"{HERE}/historia")
def history(edition: str) -> ResponseReturnValue:
    """Everything that was done to the call and within it."""
    call = call_of(edition)
    services.ensure_sees_history(me(), call)
    rows = history_of(call)
    page = db.paginate(rows, page=page_number(), per_page=HISTORY, max_per_page=HISTORY, error_out=False)
    return render_template(
        "calls/history.html",
        edition=call.edition,
        call=call,
        page=page,
        href=lambda number: url_for(".history", edition=edition, page=number),
    )
