"""The coordinator's pages: who evaluates, what each has, and dividing the applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from escuela import clock, web
from escuela.access import get_or_404, me
from escuela.applications.models import SUBMITTED, Application
from escuela.calls.models import Call
from escuela.calls.policies import Stage, closing, stage
from escuela.calls.queries import coordinated_calls
from escuela.editions.models import Edition
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.evaluations import queries, services
from escuela.evaluations.forms import EvaluatorForm, ReasonForm
from escuela.evaluations.models import Evaluation, Evaluator
from escuela.evaluations.views import bp
from escuela.extensions import db
from escuela.gate import page_number, row_number
from escuela.people.models import User

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = "/ediciones/<edition>/convocatoria/evaluadores"
PER_PAGE = 50
MOST = 5000
"""Applications assigned by hand in one go."""

web.TABS.append(web.Tab(30, _l("Evaluators"), "evaluations.evaluators", coordinates, below="calls.manage"))


def _call(edition: str) -> Call:
    whole = joinedload(Call.edition).joinedload(Edition.staff)
    return get_or_404(coordinated_calls(me()).where(Edition.slug == edition).options(whole))


@bp.get(PAGE)
def evaluators(edition: str) -> ResponseReturnValue:
    return _page(_call(edition))


def _page(call: Call) -> str:
    lacking = request.args.get("mostrar") == "faltan"
    rows = queries.assignable(call, lacking=lacking)
    total = queries.progress(call)
    number = page_number()
    shown = db.session.execute(rows.limit(PER_PAGE).offset((number - 1) * PER_PAGE)).all()
    count = total["lacking"] if lacking else total["handed_in"]
    conflicts = queries.barred(call) if shown else {}
    return render_template(
        "evaluations/evaluators.html",
        edition=call.edition,
        call=call,
        closes=closing(call),
        closed=stage(call, clock.now()) in {Stage.CLOSED, Stage.RESULT},
        result=stage(call, clock.now()) is Stage.RESULT,
        workloads=queries.workloads(call),
        progress=total,
        rows=shown,
        evaluations=queries.evaluations_of([row[0] for row in shown]),
        conflicts=conflicts,
        lacking=lacking,
        page=number,
        pages=max(1, -(-count // PER_PAGE)),
        href=lambda to: url_for(
            ".evaluators", edition=call.edition.slug, mostrar="faltan" if lacking else None, page=to
        ),
    )


@bp.route(f"{PAGE}/nueva", methods=["GET", "POST"])
def appoint(edition: str) -> ResponseReturnValue:
    call = _call(edition)
    form = EvaluatorForm(zone=call.edition.zone)
    if form.validate_on_submit():
        try:
            row = services.appoint(call, form.newcomer(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            name, email = row.user.name, row.user.email
            flash(_("%(name)s evaluates this call. We wrote to %(email)s.", name=name, email=email), "good")
            return redirect(url_for(".evaluators", edition=edition), 303)
    page = render_template("evaluations/appoint.html", edition=call.edition, call=call, form=form)
    return page, 422 if form.errors else 200


@bp.post(f"{PAGE}/<int:evaluator>/quitar")
def dismiss(edition: str, evaluator: int) -> ResponseReturnValue:
    row = _evaluator(_call(edition), evaluator)
    name = row.user.name
    back = services.dismiss(row, by=me())
    sentence = ngettext(
        "%(name)s no longer evaluates; %(num)d application waits for somebody else.",
        "%(name)s no longer evaluates; %(num)d applications wait for somebody else.",
        back,
        name=name,
    )
    flash(sentence, "good")
    return redirect(url_for(".evaluators", edition=edition), 303)


@bp.post(f"{PAGE}/<int:evaluator>/recordar")
def remind(edition: str, evaluator: int) -> ResponseReturnValue:
    call = _call(edition)
    row = _evaluator(call, evaluator)
    load = next(each for each in queries.workloads(call) if each.evaluator.id == row.id)
    owed = load.assigned - load.given
    if not owed:
        raise DomainError(_("%(name)s owes nothing.", name=row.user.name))
    if services.remind(row, owed):
        flash(_("We wrote to %(name)s.", name=row.user.name), "good")
    else:
        flash(_("%(name)s had a reminder today already.", name=row.user.name), "info")
    return redirect(url_for(".evaluators", edition=edition), 303)


@bp.route(f"{PAGE}/repartir", methods=["GET", "POST"])
def divide(edition: str) -> ResponseReturnValue:
    """Evenly: first what it would do, then done."""
    call = _call(edition)
    if request.method == "POST":
        done = services.assign_evenly(call, by=me())
        sentence = ngettext("%(num)d evaluation was assigned.", "%(num)d evaluations were assigned.", len(done.pairs))
        flash(sentence, "good")
        return redirect(url_for(".evaluators", edition=edition), 303)
    plan = services.plan(call)
    loads = {each.evaluator.id: each.assigned for each in queries.workloads(call)}
    for _application, who in plan.pairs:
        loads[who] += 1
    short = select(Application).where(Application.id.in_(list(plan.short)[:200])).order_by(Application.number)
    return render_template(
        "evaluations/divide.html",
        edition=call.edition,
        call=call,
        plan=plan,
        workloads=queries.workloads(call),
        loads=loads,
        short=db.session.scalars(short).all(),
    )


@bp.post(f"{PAGE}/asignar")
def assign(edition: str) -> ResponseReturnValue:
    """The ticked applications to one evaluator."""
    call = _call(edition)
    who = _evaluator(call, _number(request.form.get("evaluator", "")))
    ticked = [_number(raw) for raw in request.form.getlist("application")][:MOST]
    if not ticked:
        raise DomainError(_("Tick at least one application."))
    rows = select(Application).where(
        Application.call_id == call.id, Application.id.in_(ticked), Application.state == SUBMITTED
    )
    new = services.assign(who, db.session.scalars(rows).all(), by=me())
    sentence = ngettext(
        "%(num)d application is new to %(name)s.", "%(num)d applications are new to %(name)s.", new, name=who.user.name
    )
    flash(sentence, "good")
    shown = "faltan" if request.form.get("back") else None
    return redirect(url_for(".evaluators", edition=edition, mostrar=shown), 303)


def _number(raw: str) -> int:
    try:
        return row_number(raw)
    except ValueError:
        abort(404)


@bp.post(f"{PAGE}/evaluaciones/<int:evaluation>/quitar")
def unassign(edition: str, evaluation: int) -> ResponseReturnValue:
    row = _evaluation(_call(edition), evaluation)
    name = row.application.name
    services.unassign(row, by=me())
    flash(_("The application of %(name)s waits for somebody else.", name=name), "good")
    return redirect(url_for(".evaluators", edition=edition), 303)


@bp.route(f"{PAGE}/evaluaciones/<int:evaluation>/abrir", methods=["GET", "POST"])
def reopen(edition: str, evaluation: int) -> ResponseReturnValue:
    call = _call(edition)
    row, form = _evaluation(call, evaluation), ReasonForm()
    if form.validate_on_submit():
        try:
            services.reopen(row, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("%(name)s can change these scores now.", name=row.evaluator.user.name), "good")
            return redirect(url_for(".evaluators", edition=edition), 303)
    page = render_template("evaluations/reopen.html", edition=call.edition, call=call, row=row, form=form)
    return page, 422 if form.errors else 200


def _evaluator(call: Call, number: int) -> Evaluator:
    rows = select(Evaluator).where(Evaluator.call_id == call.id, Evaluator.id == number)
    return get_or_404(rows.options(joinedload(Evaluator.user).lazyload(User.roles)))


def _evaluation(call: Call, number: int) -> Evaluation:
    rows = select(Evaluation).join(Evaluation.application)
    return get_or_404(rows.where(Application.call_id == call.id, Evaluation.id == number))
