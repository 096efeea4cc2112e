"""The coordinator's pages of who scores, and what each scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from escuela.access import get_or_404, me
from escuela.assessments.assignments.models import Work
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number, row_number
from escuela.jury import queries, services, sheets
from escuela.jury.desk_views import PER_PAGE, jury_of, require_apart
from escuela.jury.forms import JurorForm, ReasonForm
from escuela.jury.models import Juror, Jury, Scoresheet
from escuela.jury.policies import scoring
from escuela.jury.views import HOME, bp
from escuela.people.models import User

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = f"{HOME}/integrantes"
MOST = 2000
"""Works assigned by hand in one go."""


@bp.get(PAGE)
def jurors(edition: str) -> ResponseReturnValue:
    jury = jury_of(edition)
    lacking = request.args.get("mostrar") == "faltan"
    whole = queries.entries(jury)
    lack = [each for each in whole if each.final is None and len(each.sheets) < jury.wanted]
    rows = lack if lacking else whole
    pages = max(1, -(-len(rows) // PER_PAGE))
    number = min(page_number(), pages)
    return render_template(
        "jury/jurors.html",
        edition=jury.assignment.edition,
        jury=jury,
        workloads=queries.workloads(jury),
        rows=rows[(number - 1) * PER_PAGE : number * PER_PAGE],
        bars=queries.barred(jury),
        works=len(whole),
        lack=len(lack),
        lacking=lacking,
        scoring=scoring(jury),
        page=number,
        pages=pages,
        href=lambda to: url_for(".jurors", edition=edition, mostrar="faltan" if lacking else None, page=to),
    )


@bp.route(f"{PAGE}/nuevo", methods=["GET", "POST"])
def appoint(edition: str) -> ResponseReturnValue:
    jury = jury_of(edition)
    form = JurorForm(zone=jury.assignment.edition.zone)
    if form.validate_on_submit():
        try:
            row = services.appoint(jury, form.newcomer(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            name, email = row.user.name, row.user.email
            flash(_("%(name)s is in the jury. We wrote to %(email)s.", name=name, email=email), "good")
            return redirect(url_for(".jurors", edition=edition), 303)
    page = render_template("jury/appoint.html", edition=jury.assignment.edition, jury=jury, form=form)
    return page, 422 if form.errors else 200


@bp.post(f"{PAGE}/<int:juror>/quitar")
def dismiss(edition: str, juror: int) -> ResponseReturnValue:
    row = _juror(jury_of(edition), juror)
    name = row.user.name
    back = services.dismiss(row, by=me())
    sentence = ngettext(
        "%(name)s is no longer in the jury; %(num)d work waits for somebody else.",
        "%(name)s is no longer in the jury; %(num)d works wait for somebody else.",
        back,
        name=name,
    )
    flash(sentence, "good")
    return redirect(url_for(".jurors", edition=edition), 303)


@bp.post(f"{PAGE}/<int:juror>/recordar")
def remind(edition: str, juror: int) -> ResponseReturnValue:
    jury = jury_of(edition)
    row = _juror(jury, juror)
    load = next(each for each in queries.workloads(jury) if each.juror.id == row.id)
    owed = load.assigned - load.given
    if not owed:
        raise DomainError(_("%(name)s owes nothing.", name=row.user.name))
    if services.remind(row, owed):
        flash(_("We wrote to %(name)s.", name=row.user.name), "good")
    else:
        flash(_("%(name)s had a reminder today already.", name=row.user.name), "info")
    return redirect(url_for(".jurors", edition=edition), 303)


@bp.route(f"{PAGE}/repartir", methods=["GET", "POST"])
def divide(edition: str) -> ResponseReturnValue:
    """Evenly: first what it would do, then done."""
    jury = jury_of(edition)
    if request.method == "POST":
        done = services.assign_evenly(jury, by=me())
        flash(ngettext("%(num)d sheet was assigned.", "%(num)d sheets were assigned.", len(done.pairs)), "good")
        return redirect(url_for(".jurors", edition=edition), 303)
    plan = services.plan(jury)
    return render_template(
        "jury/divide.html",
        edition=jury.assignment.edition,
        jury=jury,
        plan=plan,
        workloads=queries.workloads(jury),
        short=[each for each in queries.entries(jury) if each.work in plan.short],
    )


@bp.post(f"{PAGE}/asignar")
def assign(edition: str) -> ResponseReturnValue:
    """The ticked works to one juror."""
    jury = jury_of(edition)
    who = _juror(jury, _number(request.form.get("juror", "")))
    ticked = [_number(raw) for raw in request.form.getlist("work")][:MOST]
    if not ticked:
        raise DomainError(_("Tick at least one work."))
    rows = queries.judged(jury).where(Work.id.in_(ticked)).options(*queries.named()).order_by(Work.id)
    new = services.assign(who, db.session.scalars(rows).all(), by=me())
    sentence = ngettext(
        "%(num)d work is new to %(name)s.", "%(num)d works are new to %(name)s.", new, name=who.user.name
    )
    flash(sentence, "good")
    shown = "faltan" if request.form.get("back") else None
    return redirect(url_for(".jurors", edition=edition, mostrar=shown), 303)


def _number(raw: str) -> int:
    try:
        return row_number(raw)
    except ValueError:
        abort(404)


@bp.post(f"{HOME}/planillas/<int:sheet>/quitar")
def unassign(edition: str, sheet: int) -> ResponseReturnValue:
    row = _sheet(jury_of(edition), sheet)
    name = services.of(row.work)
    services.unassign(row, by=me())
    flash(_("The work of %(work)s waits for somebody else.", work=name), "good")
    return redirect(url_for(".jurors", edition=edition), 303)


@bp.route(f"{HOME}/planillas/<int:sheet>/apartar", methods=["GET", "POST"])
def set_aside(edition: str, sheet: int) -> ResponseReturnValue:
    """Scores of somebody who should not judge this work, with the reason."""
    jury, form = jury_of(edition), ReasonForm()
    row = _sheet(jury, sheet)
    if form.validate_on_submit():
        try:
            sheets.set_aside(row, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("These scores count no more. Assign the work to somebody else."), "good")
            return redirect(url_for(".work", edition=edition, work=row.work_id), 303)
    name = services.made_by([row.work])[row.work_id]
    page = render_template(
        "jury/set_aside.html", edition=jury.assignment.edition, jury=jury, row=row, name=name, form=form
    )
    return page, 422 if form.errors else 200


def _juror(jury: Jury, number: int) -> Juror:
    rows = select(Juror).where(Juror.jury_id == jury.id, Juror.id == number)
    return get_or_404(rows.options(joinedload(Juror.user).lazyload(User.roles)))


def _sheet(jury: Jury, number: int) -> Scoresheet:
    rows = select(Scoresheet).join(Scoresheet.juror)
    found = get_or_404(rows.where(Juror.jury_id == jury.id, Scoresheet.id == number))
    require_apart(found.work)
    return found
