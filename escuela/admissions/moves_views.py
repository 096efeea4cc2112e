"""One person's enrolment: where it stands, what became of it and why, and the forms that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from wtforms import Form

from escuela.access import get_or_404, me, require
from escuela.admissions import moves
from escuela.admissions.forms import ChangeGovernmentForm, HandOverForm, ReasonForm, ReinstateForm, TransferForm
from escuela.admissions.models import Enrolment
from escuela.admissions.queries import came_from, roll, transfer_targets, with_ties
from escuela.admissions.views import bp, coordinated, find_edition, find_enrolment
from escuela.editions.models import ARCHIVED, CLOSED
from escuela.editions.policies import can_review, coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import history_of
from escuela.people.queries import all_governments, current_membership

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

HISTORY = 100
"""Most lines of a history that its page shows."""


@bp.get("/personas/<int:enrolment>")
def enrolment(edition: str, enrolment: int) -> ResponseReturnValue:
    row = find_edition(edition)
    require(can_review(me(), row))
    which = get_or_404(roll(row).options(*with_ties()).where(Enrolment.id == enrolment))
    return render_template(
        "admissions/enrolment.html",
        edition=row,
        enrolment=which,
        came_from=db.session.scalars(came_from(which)).all(),
        changes=db.session.scalars(history_of(which).limit(HISTORY)).all(),
        may_change=coordinates(me(), row),
        over=row.status in {CLOSED, ARCHIVED},
    )


@bp.route("/personas/<int:enrolment>/baja", methods=["GET", "POST"])
def withdraw(edition: str, enrolment: int) -> ResponseReturnValue:
    row, form = coordinated(edition), ReasonForm()
    which = find_enrolment(row, enrolment)
    if form.validate_on_submit():
        moves.withdraw(which, reason=str(form.reason.data), by=me())
        name = which.user.name
        return _done(which, _("%(name)s is no longer enrolled. You can reinstate this person at any time.", name=name))
    return _form("withdraw", which, form)


@bp.route("/personas/<int:enrolment>/reincorporar", methods=["GET", "POST"])
def reinstate(edition: str, enrolment: int) -> ResponseReturnValue:
    row, form = coordinated(edition), ReinstateForm()
    which = find_enrolment(row, enrolment)
    form.returns.label.text = _("Works for %(government)s again from today on", government=which.local_government.name)
    job = moves.left_job(which)
    if form.validate_on_submit():
        try:
            moves.reinstate(which, returns=form.returns.data, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            return _refused("reinstate", which, form, refusal, job=job)
        return _done(which, _("%(name)s is enrolled again, with everything that was done.", name=which.user.name))
    return _form("reinstate", which, form, job=job)


@bp.route("/personas/<int:enrolment>/traslado", methods=["GET", "POST"])
def transfer(edition: str, enrolment: int) -> ResponseReturnValue:
    row, form = coordinated(edition), TransferForm()
    which = find_enrolment(row, enrolment)
    editions = {each.slug: each for each in db.session.scalars(transfer_targets(me(), which))}
    form.offer(editions.values())
    if form.validate_on_submit():
        target = editions[form.edition.data]
        try:
            moves.transfer(which, target, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            return _refused("transfer", which, form, refusal, editions=editions)
        values = {"name": which.user.name, "number": target.number, "email": which.user.email}
        return _done(which, _("%(name)s goes on in edition %(number)d. We wrote to %(email)s.", **values))
    return _form("transfer", which, form, editions=editions)


@bp.route("/personas/<int:enrolment>/gobierno", methods=["GET", "POST"])
def change_government(edition: str, enrolment: int) -> ResponseReturnValue:
    row = coordinated(edition)
    form = ChangeGovernmentForm(local_government=request.args.get("gobierno", type=int))
    which = find_enrolment(row, enrolment)
    before = which.local_government
    governments = {each.id: each for each in db.session.scalars(all_governments()) if each.id != before.id}
    if request.method == "POST" and form.local_government.data == before.id:  # a double click
        return _done(which, _("%(name)s takes part for %(government)s.", name=which.user.name, government=before.name))
    form.local_government.offer(governments.values())
    form.leaves.label.text = _left_words(which)
    if form.validate_on_submit():
        government = governments[form.local_government.data]
        try:
            moves.change_government(
                which,
                government,
                position=str(form.position.data),
                leaves=form.leaves.data,
                reason=str(form.reason.data),
                by=me(),
            )
        except DomainError as refusal:
            return _refused("change_government", which, form, refusal, before=before)
        values = {"name": which.user.name, "government": government.name, "email": which.user.email}
        return _done(which, _("%(name)s takes part for %(government)s from now on. We wrote to %(email)s.", **values))
    return _form("change_government", which, form, before=before)


@bp.route("/personas/<int:enrolment>/relevo", methods=["GET", "POST"])
def hand_over(edition: str, enrolment: int) -> ResponseReturnValue:
    row = coordinated(edition)
    which = find_enrolment(row, enrolment)
    job = db.session.scalars(current_membership(which.user, which.local_government)).one_or_none()
    form = HandOverForm(focal_point=job is not None and job.focal_point, language=which.user.language)
    form.leaves.label.text = _left_words(which)
    if form.validate_on_submit():
        try:
            done = moves.hand_over(
                which,
                form.newcomer(which.local_government.zone),
                position=str(form.position.data),
                focal_point=form.focal_point.data,
                leaves=form.leaves.data,
                reason=str(form.reason.data),
                by=me(),
            )
        except DomainError as refusal:
            return _refused("hand_over", which, form, refusal)
        if done.user.name != form.name.data:
            flash(
                _("That address had an account already, with the name «%(name)s»: it stays.", name=done.user.name),
                "info",
            )
        values = {"name": which.user.name, "successor": done.user.name}
        return _done(which, _("%(successor)s has the place of %(name)s. We wrote to both.", **values))
    return _form("hand_over", which, form)


def _left_words(which: Enrolment) -> str:
    values = {"name": which.user.name, "government": which.local_government.name}
    return _("%(name)s no longer works for %(government)s: end that job today", **values)


def _done(which: Enrolment, words: str) -> ResponseReturnValue:
    flash(words, "good")
    return redirect(url_for(".enrolment", edition=which.edition.slug, enrolment=which.id), 303)


def _refused(verb: str, which: Enrolment, form: Form, refusal: DomainError, **values: Any) -> ResponseReturnValue:
    """The form again with the reason and what was typed; nothing of the attempt stays."""
    form.form_errors.append(str(refusal.sentence))
    db.session.rollback()
    return _form(verb, which, form, **values)


def _form(verb: str, which: Enrolment, form: Form, **values: Any) -> ResponseReturnValue:
    page = render_template(f"admissions/{verb}.html", edition=which.edition, enrolment=which, form=form, **values)
    return page, 422 if form.errors else 200
