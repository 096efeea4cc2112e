"""Who has how long for an assignment; more time for one, an approved work opened again: pages of who reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import roll
from escuela.assessments.assignments import leniency, policies, queries
from escuela.assessments.assignments.forms import ExtensionForm, WhyForm
from escuela.assessments.assignments.models import APPROVED, Assignment, Work
from escuela.assessments.assignments.views import PAGE, bp, found_assignment
from escuela.editions.models import ARCHIVED, CLOSED
from escuela.editions.policies import can_review, closes, due, ends
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number
from escuela.people import places
from escuela.people.history import FIELDS, VALUES, VERBS, history_of

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

ONE = f"{PAGE}/plazos/<int:enrolment>"
PAGE_SIZE = 200

VERBS.update(
    {
        "work.extended": _l("gave more time"),
        "work.extension_withdrawn": _l("took the extra time back"),
        "work.reopened": _l("opened an approved work again"),
    }
)
FIELDS.setdefault("due", _l("Due"))
FIELDS.setdefault("state", _l("State"))
VALUES.update({"state:approved": _l("Approved"), "state:changes_requested": _l("Changes requested")})


@bp.get(f"{PAGE}/plazos")
def deadlines(edition: str, activity: str) -> ResponseReturnValue:
    """Everybody with the instant at which it is due for them; those with more time say so.

    `granted` are those whom the reader may give something.
    """
    assignment = _reviewed(edition, activity)
    page = page_number("pagina")
    people = roll(assignment.edition).where(Enrolment.status == ACTIVE)
    found = db.session.scalars(people.limit(PAGE_SIZE + 1).offset((page - 1) * PAGE_SIZE)).all()
    keys, apart = [each.id for each in found], queries.apart_from(me(), assignment)
    granted = set(db.session.scalars(select(Enrolment.id).where(Enrolment.id.in_(keys), apart)))
    held = dict(db.session.execute(queries.works_of(assignment, found)).all())
    return render_template(
        "assessments/assignments/deadlines.html",
        edition=assignment.edition,
        assignment=assignment,
        people=[(each, held.get(each.id), policies.due(assignment, held.get(each.id))) for each in found[:PAGE_SIZE]],
        granted=granted,
        limit=due(assignment),
        closing=closes(assignment),
        page=page,
        more=len(found) > PAGE_SIZE,
    )


@bp.get(ONE)
def leniency_for(edition: str, activity: str, enrolment: int) -> ResponseReturnValue:
    assignment = _reviewed(edition, activity)
    return _page(assignment, _enrolled(assignment, enrolment))


@bp.post(f"{ONE}/ampliar")
def extend(edition: str, activity: str, enrolment: int) -> ResponseReturnValue:
    assignment = _reviewed(edition, activity)
    who, form = _enrolled(assignment, enrolment), ExtensionForm()
    form.use([], assignment.edition.zone)
    if not form.validate():
        return _page(assignment, who, extension=form), 422
    until = form.until.data
    try:
        leniency.extend(assignment, who, until, reason=str(form.reason.data), by=me())
    except DomainError as refusal:
        return _refused(assignment, who, refusal, extension=form)
    when = web.day_and_hour(until.at, until.zone)
    flash(_("%(name)s has until %(when)s. We wrote to them.", name=_named(assignment, who), when=when), "good")
    return _back(assignment, who)


@bp.post(f"{ONE}/quitar")
def withdraw_extension(edition: str, activity: str, enrolment: int) -> ResponseReturnValue:
    assignment = _reviewed(edition, activity)
    who, form = _enrolled(assignment, enrolment), WhyForm(prefix="quitar")
    work = _work(assignment, who)
    if not form.validate() or work is None:
        return _page(assignment, who, withdrawal=form), 422
    try:
        leniency.withdraw_extension(work, reason=str(form.reason.data), by=me())
    except DomainError as refusal:
        return _refused(assignment, who, refusal, withdrawal=form)
    flash(_("What holds for everybody holds for %(name)s again.", name=_named(assignment, who)), "good")
    return _back(assignment, who)


@bp.post(f"{ONE}/reabrir")
def reopen(edition: str, activity: str, enrolment: int) -> ResponseReturnValue:
    assignment = _reviewed(edition, activity)
    who, form = _enrolled(assignment, enrolment), WhyForm(prefix="reabrir")
    work = _work(assignment, who)
    if not form.validate() or work is None:
        return _page(assignment, who, reopening=form), 422
    try:
        leniency.reopen(work, reason=str(form.reason.data), by=me())
    except DomainError as refusal:
        return _refused(assignment, who, refusal, reopening=form)
    flash(_("The work is open again, and %(name)s knows why.", name=_named(assignment, who)), "good")
    return _back(assignment, who)


def _reviewed(edition: str, activity: str) -> Assignment:
    assignment = found_assignment(edition, activity)
    require(can_review(me(), assignment.edition))
    return assignment


def _enrolled(assignment: Assignment, enrolment: int) -> Enrolment:
    """Somebody of the edition; nobody grants anything to themselves, nor to their own team."""
    return get_or_404(roll(assignment.edition).where(Enrolment.id == enrolment, queries.apart_from(me(), assignment)))


def _work(assignment: Assignment, who: Enrolment) -> Work | None:
    return db.session.scalar(queries.my_work(assignment, who))


def _named(assignment: Assignment, who: Enrolment) -> str:
    return who.local_government.name if assignment.by_team else who.user.name


def _back(assignment: Assignment, who: Enrolment) -> ResponseReturnValue:
    page: dict[str, Any] = {"edition": assignment.edition.slug, "activity": assignment.slug, "enrolment": who.id}
    return redirect(url_for("assignments.leniency_for", **page), 303)


def _refused(assignment: Assignment, who: Enrolment, refusal: DomainError, **forms: Any) -> ResponseReturnValue:
    db.session.rollback()
    return _page(assignment, who, refusal=refusal, **forms), 422


def _page(assignment: Assignment, who: Enrolment, *, refusal: DomainError | None = None, **forms: Any) -> str:
    work = _work(assignment, who)
    extension = ExtensionForm(None)
    extension.use([], assignment.edition.zone)
    shown = {
        "extension": extension,
        "withdrawal": WhyForm(None, prefix="quitar"),
        "reopening": WhyForm(None, prefix="reabrir"),
        **forms,
    }
    return render_template(
        "assessments/assignments/leniency.html",
        edition=assignment.edition,
        assignment=assignment,
        who=who,
        named=_named(assignment, who),
        work=work,
        team=db.session.scalars(queries.members(work) if work else queries.teammates(who)).all()
        if assignment.by_team
        else [],
        limit=due(assignment),
        given=policies.extension(work),
        end=ends(assignment.edition),
        over=assignment.edition.status in {CLOSED, ARCHIVED},
        approved=work is not None and work.state == APPROVED,
        desk=work.id if work and work.submissions else None,
        changes=db.session.scalars(history_of(work)).all() if work else [],
        refusal=refusal,
        zones=places.zones(web.language()),
        **shown,
    )
