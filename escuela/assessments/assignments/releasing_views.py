"""The page of the reviews that are decided and not released: one by one, all of an assignment, or at an instant."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.assessments.assignments import queries, releasing
from escuela.assessments.assignments.models import Assignment, Review
from escuela.assessments.assignments.views import bp
from escuela.editions.forms import MomentField, WritingForm
from escuela.editions.models import Edition
from escuela.editions.policies import can_review
from escuela.errors import DomainError
from escuela.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = "/ediciones/<edition>/devoluciones"


class InstantForm(WritingForm):
    """When held reviews are released, on the clock of the edition."""

    at = MomentField(_l("Release them at"), required=True)


@bp.get(PAGE)
def held(edition: str) -> ResponseReturnValue:
    return _page(_edition(edition))


@bp.post(f"{PAGE}/<int:review>/publicar")
def release_one(edition: str, review: int) -> ResponseReturnValue:
    found = _edition(edition)
    return _released(found, releasing.held_reviews(me(), found).where(Review.id == review))


@bp.post(f"{PAGE}/tareas/<int:assignment>/publicar")
def release_all(edition: str, assignment: int) -> ResponseReturnValue:
    """All of one assignment that the person may release."""
    found = _edition(edition)
    return _released(found, releasing.held_reviews(me(), found).where(Assignment.id == assignment))


@bp.post(f"{PAGE}/tareas/<int:assignment>/programar")
def plan_release(edition: str, assignment: int) -> ResponseReturnValue:
    """At an instant; with `no_instant` when somebody says so."""
    found, form = _edition(edition), InstantForm()
    form.speak(found)
    never = "no_instant" in request.form
    if not never and not form.validate():
        return _page(found, form=form, of=assignment), 422
    reviews = releasing.held_reviews(me(), found).where(Assignment.id == assignment)
    try:
        count = releasing.plan(reviews, None if never else form.at.data, by=me())
    except DomainError as refusal:
        db.session.rollback()
        form.at.errors = [str(refusal.sentence)]
        return _page(_edition(edition), form=form, of=assignment), 422
    if never:
        flash(_("They are released when somebody says so."), "good")
    else:
        at = web.day_and_hour(form.at.data.at, form.at.data.zone)
        flash(ngettext("%(num)d review goes out on %(at)s.", "%(num)d reviews go out on %(at)s.", count, at=at), "good")
    return redirect(url_for("assignments.held", edition=edition), 303)


def _edition(slug: str) -> Edition:
    found = get_or_404(taught_editions(me()).where(Edition.slug == slug).options(selectinload(Edition.staff)))
    require(can_review(me(), found))
    return found


def _released(edition: Edition, reviews: Select[Review]) -> ResponseReturnValue:
    count = releasing.release(reviews, by=me())
    if count:
        flash(ngettext("Released, with %(num)d mail.", "Released, with %(num)d mails.", count), "good")
    else:
        flash(_("Nothing was left to release: somebody did it already, or the decision was taken back."), "warn")
    return redirect(url_for("assignments.held", edition=edition.slug), 303)


def _page(edition: Edition, *, form: InstantForm | None = None, of: int | None = None) -> str:
    """`form` is what was typed for the assignment `of`."""
    reviews = db.session.scalars(releasing.held_reviews(me(), edition).options(*releasing.with_points())).all()
    forms = {}
    groups = []
    for assignment, those in groupby(reviews, lambda review: review.submission.work.assignment):
        groups.append((assignment, list(those)))
        forms[assignment.id] = form if form and assignment.id == of else InstantForm(formdata=None)
        forms[assignment.id].speak(edition)
    return render_template(
        "assessments/assignments/held.html",
        edition=edition,
        groups=groups,
        teams=queries.teams_of([each.submission.work for each in reviews]),
        forms=forms,
        wrong=form is not None,
    )
