"""The people of an edition: who takes part, for which local government, and who teaches and coordinates."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.admissions import services
from escuela.admissions.forms import ROLES, AppointForm, EnrolForm
from escuela.admissions.importing import lists_of, resolve
from escuela.admissions.models import ACTIVE, WITHDRAWN, Enrolment, RosterImport
from escuela.admissions.queries import gone, roll, taught_editions, team, with_ties
from escuela.editions.models import ARCHIVED, CLOSED, Edition, EditionStaff
from escuela.editions.policies import can_review, coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.forms import LINE
from escuela.gate import page_number, row_number
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
TAKING_PART, GONE, EVERYBODY = "activas", "bajas", "todas"
SHOWN = {TAKING_PART: _l("Taking part"), GONE: _l("No longer enrolled"), EVERYBODY: _l("Everybody")}


@bp.get("/personas")
def people(edition: str) -> ResponseReturnValue:
    row = find_edition(edition)
    require(can_review(me(), row))
    words, which = request.args.get("nombre", ""), request.args.get("estado", "")
    which = which if which in SHOWN else TAKING_PART
    found = named(roll(row), User, words).options(*with_ties())
    if which != EVERYBODY:
        found = found.where(Enrolment.status == (ACTIVE if which == TAKING_PART else WITHDRAWN))
    page = db.paginate(found, page=page_number(), per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
    filters: dict[str, Any] = {"nombre": words or None, "estado": which if which != TAKING_PART else None}
    return render_template(
        "admissions/people.html",
        edition=row,
        page=page,
        groups=[(government, list(those)) for government, those in groupby(page.items, _government)],
        href=lambda number: url_for(".people", edition=row.slug, **filters, page=number),
        words=words,
        which=which,
        shown=SHOWN,
        gone=db.session.scalar(gone(row)),
        team=db.session.scalars(team(row)).all(),
        roles=ROLES,
        may_change=coordinates(me(), row),
        over=row.status in {CLOSED, ARCHIVED},
    )


def _government(enrolment: Enrolment) -> LocalGovernment:
    return enrolment.local_government


@bp.route("/personas/inscribir", methods=["GET", "POST"])
def enrol(edition: str) -> ResponseReturnValue:
    row, form = coordinated(edition), EnrolForm(local_government=request.args.get("gobierno", type=int))
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
    """A local government that is not in the registry yet; the way leads back to where it was missing."""
    row, form = coordinated(edition), GovernmentForm()
    if form.validate_on_submit():
        government = LocalGovernment()
        try:
            record_government(government, **form.values())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("%(name)s is saved.", name=government.name), "good")
            return redirect(_back_with(row, government), 303)
    elif request.method == "GET":
        form.name.data = request.args.get("nombre", "")[:LINE]
    return render_template("admissions/government.html", edition=row, form=form), 422 if form.errors else 200


def _back_with(edition: Edition, government: LocalGovernment) -> str:
    """Where the new local government was missing: a list of people, somebody's change, or enrolling."""
    if number := request.args.get("lista", type=row_number):
        received = get_or_404(lists_of(edition).where(RosterImport.id == number))
        resolve(received, {request.args.get("clave", "")[: LINE + 3]: government.id})
        return url_for(".roster_check", edition=edition.slug, number=number)
    if number := request.args.get("persona", type=row_number):
        return url_for(".change_government", edition=edition.slug, enrolment=number, gobierno=government.id)
    return url_for(".enrol", edition=edition.slug, gobierno=government.id)


@bp.post("/personas/<int:enrolment>/invitacion")
def invite_again(edition: str, enrolment: int) -> ResponseReturnValue:
    row = coordinated(edition)
    return _invite_again(row, find_enrolment(row, enrolment).user)


@bp.route("/personas/equipo/nuevo", methods=["GET", "POST"])
def appoint(edition: str) -> ResponseReturnValue:
    row = coordinated(edition)
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
    row = coordinated(edition)
    who = get_or_404(team(row).where(EditionStaff.id == member))
    services.dismiss(who, by=me())
    flash(_("%(name)s is no longer on the team.", name=who.user.name), "good")
    return redirect(url_for(".people", edition=row.slug), 303)


@bp.post("/personas/equipo/<int:member>/invitacion")
def invite_member_again(edition: str, member: int) -> ResponseReturnValue:
    row = coordinated(edition)
    return _invite_again(row, get_or_404(team(row).where(EditionStaff.id == member)).user)


def _invite_again(edition: Edition, person: User) -> ResponseReturnValue:
    send_invitation(person, by=me())
    flash(_("We wrote to %(name)s again.", name=person.name), "good")
    return redirect(url_for(".people", edition=edition.slug), 303)


def find_edition(slug: str) -> Edition:
    return get_or_404(taught_editions(me()).where(Edition.slug == slug).options(joinedload(Edition.staff)))


def coordinated(slug: str) -> Edition:
    edition = find_edition(slug)
    require(coordinates(me(), edition))
    return edition


def find_enrolment(edition: Edition, number: int) -> Enrolment:
    return get_or_404(roll(edition).where(Enrolment.id == number))


from escuela.admissions import moves_views, roster_views  # noqa: E402, F401 - they hang on the same blueprint
