"""One's account, the local governments and who works for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security.recoverable import generate_reset_password_token

from escuela import clock, web
from escuela.access import get_or_404, me, public, require
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number
from escuela.people import places, queries, services
from escuela.people.forms import BANDS, TIERS, AccountForm, GovernmentForm, MembershipForm, NewMembershipForm
from escuela.people.models import LocalGovernment, Membership, User
from escuela.people.policies import can_follow, can_manage_people
from escuela.web import language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("people", __name__)
web.NAVIGATION.append(web.Entry(60, _l("Local governments"), "people.governments", can_manage_people))
web.NAVIGATION.append(web.Entry(90, _l("Sign in"), "security.login", lambda user: user is None))

PER_PAGE = 50


@bp.route("/cuenta", methods=["GET", "POST"])
def account() -> ResponseReturnValue:
    user = me()
    form = AccountForm(obj=user)
    if form.validate_on_submit():
        form.populate_obj(user)
        flash(_("Your account is saved."), "good")
        return redirect(url_for(".account"), 303)
    memberships = db.session.scalars(queries.memberships(user)).all()
    return render_template("people/account.html", form=form, memberships=memberships), _status(form)


@bp.get("/invitacion/<token>")
@public
def invitation(token: str) -> ResponseReturnValue:
    """The link of an invitation: on to the page that sets the first password."""
    person = services.invited_person(token)
    if person is None:
        flash(
            _("This invitation is older than 7 days or was already used. Ask here for a link to your account."), "warn"
        )
        return redirect(url_for("security.forgot_password"), 303)
    token = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
    return redirect(url_for("security.reset_password", token=token), 303)


# --- local governments


@bp.get("/gobiernos")
def governments() -> ResponseReturnValue:
    require(can_manage_people(me()))
    country, words = request.args.get("pais", ""), request.args.get("nombre", "")
    rows = queries.named(queries.visible_governments(me()), LocalGovernment, words)
    if country in places.COUNTRIES:
        rows = rows.where(LocalGovernment.country == country)
    return render_template(
        "people/governments.html",
        page=db.paginate(rows, page=page_number(), per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False),
        href=lambda number: url_for(".governments", pais=country or None, nombre=words or None, page=number),
        countries=places.countries(language()),
        country=country,
        words=words,
        subdivision_name=places.subdivision_name,
        tiers=TIERS,
        bands=BANDS,
    )


@bp.route("/gobiernos/nuevo", methods=["GET", "POST"])
def new_government() -> ResponseReturnValue:
    require(can_manage_people(me()))
    return _keep_government(LocalGovernment(), GovernmentForm())


@bp.get("/gobiernos/<int:government>")
def government(government: int) -> ResponseReturnValue:
    """What the School keeps of a local government; rooms to the right show theirs on it."""
    row = get_or_404(queries.visible_governments(me()).where(LocalGovernment.id == government))
    members = db.session.scalars(queries.members(row)).all()
    require(can_follow(me(), members) or _follows(row))
    return render_template(
        "people/of_government.html",
        government=row,
        members=members,
        subdivision_name=places.subdivision_name,
        tiers=TIERS,
        bands=BANDS,
    )


def _follows(row: LocalGovernment) -> bool:
    """By what the reader does elsewhere."""
    return db.session.scalar(queries.followed_governments(me()).where(LocalGovernment.id == row.id)) is not None


@bp.route("/gobiernos/<int:government>/editar", methods=["GET", "POST"])
def edit_government(government: int) -> ResponseReturnValue:
    require(can_manage_people(me()))
    row = get_or_404(queries.visible_governments(me()).where(LocalGovernment.id == government))
    return _keep_government(row, GovernmentForm(obj=row))


def _keep_government(row: LocalGovernment, form: GovernmentForm) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            services.record_government(row, **form.values())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("%(name)s is saved.", name=row.name), "good")
            return redirect(url_for(".governments"), 303)
    return render_template("people/government.html", form=form, government=row, new=row.id is None), _status(form)


# --- people and where they work


@bp.get("/personas/<int:person>")
def person(person: int) -> ResponseReturnValue:
    somebody = _managed(person)
    return render_template(
        "people/person.html",
        person=somebody,
        edit=lambda each: url_for(".edit_membership", person=somebody.id, membership=each.id),
    )


@bp.post("/personas/<int:person>/invitacion")
def invite_again(person: int) -> ResponseReturnValue:
    somebody = _managed(person)
    services.invite_again(somebody, by=me())
    flash(_("We wrote to %(name)s again.", name=somebody.name), "good")
    return redirect(url_for(".person", person=somebody.id), 303)


@bp.route("/personas/<int:person>/cargos/nuevo", methods=["GET", "POST"])
def new_membership(person: int) -> ResponseReturnValue:
    somebody, form = _managed(person), NewMembershipForm(from_on=clock.now().date())
    form.local_government_id.offer(db.session.scalars(queries.all_governments()))
    return _keep_membership(Membership(user_id=somebody.id), form, somebody, _("Add a local government"))


@bp.route("/personas/<int:person>/cargos/<int:membership>", methods=["GET", "POST"])
def edit_membership(person: int, membership: int) -> ResponseReturnValue:
    somebody = _managed(person)
    row = get_or_404(queries.memberships(somebody).where(Membership.id == membership))
    return _keep_membership(row, MembershipForm(obj=row), somebody, row.local_government.name)


def _keep_membership(row: Membership, form: MembershipForm, somebody: User, title: str) -> ResponseReturnValue:
    if form.validate_on_submit():
        values = {name: value for name, value in form.data.items() if name != "csrf_token"}
        try:
            services.record_membership(row, **values)
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("What %(name)s does is saved.", name=somebody.name), "good")
            return redirect(url_for(".person", person=somebody.id), 303)
    return render_template("people/membership.html", form=form, person=somebody, title=title), _status(form)


def _managed(person: int) -> User:
    """A person, for who keeps where people work."""
    require(can_manage_people(me()))
    return get_or_404(queries.visible_people(me()).where(User.id == person))


def _status(form: AccountForm | GovernmentForm | MembershipForm) -> int:
    return 422 if form.errors else 200
