"""The desk of an evaluator: what there is to score, and one application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from escuela import clock, web
from escuela.access import get_or_404, me
from escuela.applications.models import SUBMITTED
from escuela.applications.policies import GENDER_WORDS
from escuela.applications.queries import read
from escuela.calls.policies import closing
from escuela.editions.models import Edition
from escuela.errors import DomainError, wants_json
from escuela.errors import page as error_page
from escuela.evaluations import queries, services
from escuela.evaluations.forms import ReasonForm
from escuela.evaluations.models import Evaluation, Evaluator
from escuela.evaluations.policies import can_score, scoring
from escuela.extensions import db
from escuela.people.forms import BANDS
from escuela.people.models import User

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("evaluations", __name__)
PAGE = "/ediciones/<edition>/evaluacion"


OPENED = "evaluates"
"""In the session: slugs of the editions whose desk was opened, so that no other page has to ask for it."""


def _shown(_user: User | None, edition: Edition) -> bool:
    return edition.slug in session.get(OPENED, ())


web.TABS.append(web.Tab(48, _l("Evaluate"), "evaluations.desk", _shown))


def desk_of(user: User) -> str | None:
    """Where a person who evaluates begins."""
    slugs = list(db.session.scalars(queries.evaluates(user)))
    return url_for("evaluations.desk", edition=slugs[0]) if slugs else None


web.DESKS.append(desk_of)


@bp.get(PAGE)
def desk(edition: str) -> ResponseReturnValue:
    evaluator = _evaluator(edition)
    session[OPENED] = sorted({edition, *session.get(OPENED, ())})
    rows = [row for row in db.session.scalars(queries.mine(evaluator)) if row.application.state == SUBMITTED]
    waiting = [row for row in rows if row.given_at is None]
    return render_template(
        "evaluations/desk.html",
        edition=evaluator.call.edition,
        call=evaluator.call,
        closes=closing(evaluator.call),
        rows=sorted(rows, key=lambda row: row.given_at is not None),
        given=len(rows) - len(waiting),
        following=waiting[0] if waiting else None,
        open=scoring(evaluator.call, clock.now()),
        criteria=len(evaluator.call.criteria),
    )


@bp.route(f"{PAGE}/<int:application>", methods=["GET", "POST"])
def score(edition: str, application: int) -> ResponseReturnValue:
    """One application beside its criteria. POST keeps what was scored so far; with `give` for good."""
    row = _evaluation(edition, application)
    if request.method == "GET":
        return _page(row)
    try:
        if row.given_at is None:
            services.save(row, _points(row), request.form.get("comment", "").replace("\r\n", "\n").strip())
        if "give" in request.form:
            services.give(row)
    except DomainError as refusal:
        if wants_json():
            raise
        return _page(row, refusal=refusal), 422
    if wants_json():
        return jsonify(message=_saved(), began_from=str(row.saved_at))
    if row.given_at is None:
        flash(_saved(), "good")
        return redirect(url_for(".score", edition=edition, application=application), 303)
    flash(_("Your scores are given. Thank you."), "good")
    following = _following(row)
    if following is None:
        return redirect(url_for(".desk", edition=edition), 303)
    return redirect(url_for(".score", edition=edition, application=following.application_id), 303)


def _saved() -> str:
    zone = me().zone
    return _("Saved at %(hour)s, %(zone)s.", hour=web.hour(clock.now(), zone), zone=web.place_of(zone))


def _points(row: Evaluation) -> dict[int, int | None]:
    found: dict[int, int | None] = {}
    for criterion in row.application.call.criteria:
        raw = request.form.get(f"criterion-{criterion.id}", "").strip()
        found[criterion.id] = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else None
    return found


def _following(row: Evaluation) -> Evaluation | None:
    """The next that waits for this evaluator, after this one and then from the beginning."""
    rows = [
        each
        for each in db.session.scalars(queries.mine(row.evaluator))
        if each.given_at is None and each.application.state == SUBMITTED and each.id != row.id
    ]
    number = row.application.number or 0
    return next((each for each in rows if (each.application.number or 0) > number), rows[0] if rows else None)


def _page(row: Evaluation, *, refusal: DomainError | None = None, reason: ReasonForm | None = None) -> str:
    application = row.application
    call = application.call
    all_mine = list(db.session.scalars(queries.mine(row.evaluator)))
    place = next((place for place, each in enumerate(all_mine) if each.id == row.id), 0)
    return render_template(
        "evaluations/score.html",
        edition=call.edition,
        call=call,
        row=row,
        application=application,
        found=read(application),
        chosen={each.criterion_id: each.points for each in row.scores},
        others=db.session.scalars(queries.given_by_others(row)).all(),
        writable=can_score(row, clock.now()),
        early=not scoring(call, clock.now()) and call.announced_at is None,
        closes=closing(call),
        previous=all_mine[place - 1] if place else None,
        following=all_mine[place + 1] if place + 1 < len(all_mine) else None,
        place=place + 1,
        of=len(all_mine),
        refusal=refusal,
        form=reason or ReasonForm(formdata=None),
        genders=GENDER_WORDS,
        bands=BANDS,
    )


@bp.post(f"{PAGE}/<int:application>/devolver")
def recuse(edition: str, application: int) -> ResponseReturnValue:
    """Give an application back, for a conflict of interest."""
    row, form = _evaluation(edition, application), ReasonForm()
    if not form.validate_on_submit():
        return _page(row, reason=form), 422
    services.recuse(row, reason=str(form.reason.data))
    flash(_("You gave the application back. Who coordinates will assign it to somebody else."), "good")
    return redirect(url_for(".desk", edition=edition), 303)


@bp.app_errorhandler(services.OwesScoresError)
def owes_scores(error: services.OwesScoresError) -> ResponseReturnValue:
    """In the place of what others gave: what to do first, and the way there."""
    if wants_json():
        return error_page(409, error.sentence)
    db.session.rollback()
    return render_template("evaluations/owed.html", edition=error.call.edition, sentence=error.sentence), 409


def _evaluator(edition: str) -> Evaluator:
    return get_or_404(queries.evaluator_of(me(), edition))


def _evaluation(edition: str, application: int) -> Evaluation:
    """What is assigned to the reader, and no other application."""
    return get_or_404(queries.mine(_evaluator(edition)).where(Evaluation.application_id == application))


from escuela.evaluations import desk_views  # noqa: E402, F401 - it hangs on the same blueprint
