"""The people of an edition: who takes part, for which local government, and who teaches and coordinates."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.admissions import services
from escuela.admissions.forms import ROLES, AppointForm, EnrolForm, WithdrawForm
from escuela.admissions.models import Enrolment
from escuela.admissions.queries import roll, taught_editions, team
from escuela.editions.models import Edition, EditionStaff
from escuela.editions.policies import can_review, coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number
from escuela.people.forms import GovernmentForm
from escuela.people.models import LocalGovernment, User
from escuela.people.queries import all_governments, named
from escuela.people.services import invite_again as send_invitation
from escuela.people.services import record_government

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("admissions", __name__, url_prefix="/ediciones/<edition>")
web.TABS.append(web.Tab(60, _l("People"), "admissions.people", can_review))

PER_PAGE = 100


@bp.get("/personas")
def people(edition: str) -> ResponseReturnValue:
    row = _edition(edition)
    require(can_review(me(), row))
    words = request.args.get("nombre", "")
    found = named(roll(row), User, words)
    page = db.paginate(found, page=page_number(), per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
    return render_template(
        "admissions/people.html",
        edition=row,
        page=page,
        groups=[(government, list(those)) for government, those in groupby(page.items, _government)],
        href=lambda number: url_for(".people", edition=row.slug, nombre=words or None, page=number),
        words=words,
        team=db.session.scalars(team(row)).all(),
        roles=ROLES,
        may_change=coordinates(me(), row),
    )


def _government(enrolment: Enrolment) -> LocalGovernment:
    return enrolment.local_government


@bp.route("/personas/inscribir", methods=["GET", "POST"])
def enrol(edition: str) -> ResponseReturnValue:
    row, form = _coordinated(edition), EnrolForm(local_government=request.args.get("gobierno", type=int))
    governments = {each.id: each for each in db.session.scalars(all_governments())}
    form.local_government.offer(governments.values())
    if form.validate_on_submit():
        government = governments[form.local_government.data]
        try:
            done = services.enrol(
                row,
                form.newcomer(government.zone),
                government,
                position=str(form.position.data),
                focal_point=form.focal_point.data,
                by=me(),
            )
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            return _enrolled(row, done.user, str(form.name.data))
    return render_template("admissions/enrol.html", edition=row, form=form), 422 if form.errors else 200


def _enrolled(edition: Edition, user: User, typed: str) -> ResponseReturnValue:
    flash(_("%(name)s is enrolled. We wrote to %(email)s.", name=user.name, email=user.email), "good")
    if user.name != typed:
        flash(_("That address had an account already, with the name «%(name)s»: it stays.", name=user.name), "info")
    return redirect(url_for(".people", edition=edition.slug), 303)


@bp.route("/gobiernos/nuevo", methods=["GET", "POST"])
def new_government(edition: str) -> ResponseReturnValue:
    """A local government that is not in the registry yet; the way leads back to enrolling somebody for it."""
    row, form = _coordinated(edition), GovernmentForm()
    if form.validate_on_submit():
        government = LocalGovernment()
        try:
            record_government(government, **form.values())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("%(name)s is saved.", name=government.name), "good")
            return redirect(url_for(".enrol", edition=row.slug, gobierno=government.id), 303)
    return render_template("admissions/government.html", edition=row, form=form), 422 if form.errors else 200


@bp.route("/personas/<int:enrolment>/baja", methods=["GET", "POST"])
def withdraw(edition: str, enrolment: int) -> ResponseReturnValue:
    row, form = _coordinated(edition), WithdrawForm()
    which = _enrolment(row, enrolment)
    if form.validate_on_submit():
        services.withdraw(which, reason=str(form.reason.data), by=me())
        flash(
            _("%(name)s is no longer enrolled. You can reinstate this person in the list.", name=which.user.name),
            "good",
        )
        return redirect(url_for(".people", edition=row.slug), 303)
    return (
        render_template("admissions/withdraw.html", edition=row, form=form, enrolment=which),
        422 if form.errors else 200,
    )


@bp.post("/personas/<int:enrolment>/reincorporar")
def reinstate(edition: str, enrolment: int) -> ResponseReturnValue:
    row = _coordinated(edition)
    which = _enrolment(row, enrolment)
    services.reinstate(which)
    flash(_("%(name)s is enrolled again, with everything that was done.", name=which.user.name), "good")
    return redirect(url_for(".people", edition=row.slug), 303)


@bp.post("/personas/<int:enrolment>/invitacion")
def invite_again(edition: str, enrolment: int) -> ResponseReturnValue:
    row = _coordinated(edition)
    return _invite_again(row, _enrolment(row, enrolment).user)


@bp.route("/personas/equipo/nuevo", methods=["GET", "POST"])
def appoint(edition: str) -> ResponseReturnValue:
    row = _coordinated(edition)
    form = AppointForm(zone=row.zone)
    if form.validate_on_submit():
        try:
            member = services.appoint(row, form.newcomer(), form.role.data)
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(
                _("%(name)s is on the team. We wrote to %(email)s.", name=member.user.name, email=member.user.email),
                "good",
            )
            return redirect(url_for(".people", edition=row.slug), 303)
    return render_template("admissions/appoint.html", edition=row, form=form), 422 if form.errors else 200


@bp.post("/personas/equipo/<int:member>/quitar")
def dismiss(edition: str, member: int) -> ResponseReturnValue:
    row = _coordinated(edition)
    who = get_or_404(team(row).where(EditionStaff.id == member))
    services.dismiss(who, by=me())
    flash(_("%(name)s is no longer on the team.", name=who.user.name), "good")
    return redirect(url_for(".people", edition=row.slug), 303)


@bp.post("/personas/equipo/<int:member>/invitacion")
def invite_member_again(edition: str, member: int) -> ResponseReturnValue:
    row = _coordinated(edition)
    return _invite_again(row, get_or_404(team(row).where(EditionStaff.id == member)).user)


def _invite_again(edition: Edition, person: User) -> ResponseReturnValue:
    send_invitation(person, by=me())
    flash(_("We wrote to %(name)s again.", name=person.name), "good")
    return redirect(url_for(".people", edition=edition.slug), 303)


def _edition(slug: str) -> Edition:
    return get_or_404(taught_editions(me()).where(Edition.slug == slug).options(joinedload(Edition.staff)))


def _coordinated(slug: str) -> Edition:
    edition = _edition(slug)
    require(coordinates(me(), edition))
    return edition


def _enrolment(edition: Edition, number: int) -> Enrolment:
    return get_or_404(roll(edition).where(Enrolment.id == number))
