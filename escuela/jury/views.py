"""The desk of a juror: which works there are to score, and one of them beside its criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import user_loaded_from_cookie, user_logged_in

from escuela import clock, web
from escuela.access import get_or_404, me
from escuela.assessments.assignments import renditions
from escuela.assessments.assignments.judgement import tidy
from escuela.assessments.assignments.models import WorkFile
from escuela.assessments.assignments.sending import page_sent, sent
from escuela.editions.models import Edition
from escuela.errors import DomainError, wants_json
from escuela.extensions import db
from escuela.jury import queries, services, sheets
from escuela.jury.forms import ReasonForm
from escuela.jury.models import Juror, Jury, JuryDecision, Scoresheet
from escuela.jury.policies import can_score, scoring
from escuela.people.models import User

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("jury", __name__)
HOME = "/ediciones/<edition>/jurado"
PAGE = f"{HOME}/mesa"

KNOWN, OPENED = "juror", "juries"
"""In the session: the id of who signed in, if they are in a jury, so that no page has to ask for it; the editions whose
desk was opened."""


def _know(_app: Flask, user: User) -> None:
    """Ask once, at the sign-in: whoever is appointed later finds the desk by the mail."""
    if db.session.scalars(queries.juries_of(user).limit(1)).first() is not None:
        session[KNOWN] = user.id


user_logged_in.connect(_know)
user_loaded_from_cookie.connect(_know)


def _is_juror(user: User | None) -> bool:
    return user is not None and user.lens is None and session.get(KNOWN) == user.id


def _is_open(user: User | None, edition: Edition) -> bool:
    return user is not None and user.lens is None and edition.slug in session.get(OPENED, ())


web.NAVIGATION.append(web.Entry(35, _l("Jury"), "jury.desks", _is_juror))
web.TABS.append(web.Tab(49, _l("Score final works"), "jury.desk", _is_open))


def desk_of(user: User) -> str | None:
    """Where a juror begins."""
    slug = db.session.scalars(queries.juries_of(user).limit(1)).first()
    return url_for("jury.desk", edition=slug) if slug else None


web.DESKS.append(desk_of)


@bp.get("/jurado")
def desks() -> ResponseReturnValue:
    """The desk of the jury that one is in, or of each; nothing for who is in none."""
    slugs = list(db.session.scalars(queries.juries_of(me())))
    if not slugs:
        abort(404)
    if len(slugs) == 1:
        return redirect(url_for(".desk", edition=slugs[0]), 303)
    jurors = [get_or_404(queries.juror_of(me(), slug)) for slug in slugs]
    return render_template("jury/desks.html", juries=[juror.jury for juror in jurors])


@bp.get(PAGE)
def desk(edition: str) -> ResponseReturnValue:
    juror = _juror(edition)
    session[KNOWN] = me().id
    session[OPENED] = sorted({edition, *session.get(OPENED, ())})
    rows = db.session.scalars(queries.mine(juror)).all()
    waiting = [row for row in rows if row.given_at is None]
    return render_template(
        "jury/desk.html",
        edition=juror.jury.assignment.edition,
        jury=juror.jury,
        teams=queries.teams(row.work for row in rows),
        rows=[*waiting, *(row for row in rows if row.given_at is not None)],
        given=len(rows) - len(waiting),
        following=waiting[0] if waiting else None,
        open=scoring(juror.jury),
    )


@bp.route(f"{PAGE}/<int:work>", methods=["GET", "POST"])
def score(edition: str, work: int) -> ResponseReturnValue:
    """One work beside its criteria. POST keeps what was scored so far; with `give` it is given."""
    row = _sheet(edition, work)
    if request.method == "GET":
        return _page(row)
    try:
        if row.given_at is None:
            sheets.save(row, points_of(row.juror.jury), _comment(), began_from=request.form.get("began_from"))
        if "give" in request.form:
            sheets.give(row)
    except DomainError as refusal:
        if wants_json():
            raise
        return _page(row, refusal=refusal, typed=points_of(row.juror.jury)), 422
    if wants_json():
        return jsonify(message=_saved(), began_from=sheets.mark(row))
    if row.given_at is None:
        flash(_saved(), "good")
        return redirect(url_for(".score", edition=edition, work=work), 303)
    flash(_("Your scores are given. Thank you."), "good")
    following = _following(row)
    if following is None:
        return redirect(url_for(".desk", edition=edition), 303)
    return redirect(url_for(".score", edition=edition, work=following.work_id), 303)


@bp.post(f"{PAGE}/<int:work>/corregir")
def correct(edition: str, work: int) -> ResponseReturnValue:
    """Change scores that were given, with a reason."""
    row, form = _sheet(edition, work), ReasonForm()
    if not form.validate_on_submit():
        return _page(row, correction=form, typed=points_of(row.juror.jury)), 422
    try:
        sheets.correct(row, points_of(row.juror.jury), _comment(), reason=str(form.reason.data))
    except DomainError as refusal:
        typed = points_of(row.juror.jury)
        db.session.rollback()
        return _page(row, refusal=refusal, correction=form, typed=typed), 422
    flash(_("Your scores are corrected. The history keeps what they were."), "good")
    return redirect(url_for(".score", edition=edition, work=work), 303)


@bp.post(f"{PAGE}/<int:work>/devolver")
def recuse(edition: str, work: int) -> ResponseReturnValue:
    """Give a work back, with a reason."""
    row, form = _sheet(edition, work), ReasonForm(prefix="aside-")
    if not form.validate_on_submit():
        return _page(row, aside=form), 422
    sheets.set_aside(row, reason=str(form.reason.data), by=me())
    flash(_("You gave the work back. Who coordinates will assign it to somebody else."), "good")
    return redirect(url_for(".desk", edition=edition), 303)


@bp.get(f"{PAGE}/<int:work>/archivos/<int:file>")
def file(edition: str, work: int, file: int) -> ResponseReturnValue:
    """A file of the work, always to be saved and never shown from our address: what people send is not ours to run."""
    return sent(_file(edition, work, file))


@bp.get(f"{PAGE}/<int:work>/archivos/<int:file>/paginas/<int:page>.png")
def page_of_file(edition: str, work: int, file: int, page: int) -> ResponseReturnValue:
    """A page of it as a picture that we drew, with nothing that its tutors wrote on it."""
    return page_sent(_file(edition, work, file), page)


def _file(edition: str, work: int, number: int) -> WorkFile:
    return get_or_404(queries.visible_files(_sheet(edition, work)).where(WorkFile.id == number))


def _juror(edition: str) -> Juror:
    return get_or_404(queries.juror_of(me(), edition))


def _sheet(edition: str, work: int) -> Scoresheet:
    """What is assigned to the reader, and no other work."""
    return get_or_404(queries.mine(_juror(edition)).where(Scoresheet.work_id == work))


def _saved() -> str:
    zone = me().zone
    return _("Saved at %(hour)s, %(zone)s.", hour=web.hour(clock.now(), zone), zone=web.place_of(zone))


def _comment() -> str:
    return tidy(request.form.get("comment")).strip()


def points_of(jury: Jury) -> dict[int, int | None]:
    """What was typed for each criterion; None for what is no number."""
    found: dict[int, int | None] = {}
    for criterion in jury.criteria:
        raw = request.form.get(f"criterion-{criterion.id}", "").strip()
        found[criterion.id] = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 4 else None
    return found


def _following(row: Scoresheet) -> Scoresheet | None:
    """The next that waits for this juror, after this one and then from the beginning."""
    rows = list(db.session.scalars(queries.mine(row.juror)))
    place = next((place for place, each in enumerate(rows) if each.id == row.id), 0)
    return next((each for each in [*rows[place + 1 :], *rows[:place]] if each.given_at is None), None)


def _page(
    row: Scoresheet,
    *,
    refusal: DomainError | None = None,
    correction: ReasonForm | None = None,
    aside: ReasonForm | None = None,
    typed: dict[int, int | None] | None = None,
) -> str:
    jury, rows = row.juror.jury, list(db.session.scalars(queries.mine(row.juror)))
    place = next((place for place, each in enumerate(rows) if each.id == row.id), 0)
    decision = db.session.get(JuryDecision, row.work_id)
    return render_template(
        "jury/score.html",
        edition=jury.assignment.edition,
        jury=jury,
        row=row,
        work=row.work,
        team=queries.teams([row.work]).get(row.work_id),
        version=db.session.scalars(queries.newest(row.work)).one(),
        pages_of=renditions.pages_of,
        kinds=renditions.KINDS,
        most_pages=renditions.MOST_PAGES,
        chosen={each.criterion_id: each.points for each in row.scores} if typed is None else typed,
        comment=row.comment if typed is None else _comment(),
        began_from=sheets.mark(row),
        others=queries.shown_to(row),
        decision=decision,
        writable=can_score(row),
        correctable=row.given_at is not None and scoring(jury) and decision is None,
        previous=rows[place - 1] if place else None,
        following=rows[place + 1] if place + 1 < len(rows) else None,
        place=place + 1,
        of=len(rows),
        refusal=refusal,
        correcting=correction is not None,
        correction=correction or ReasonForm(formdata=None),
        form=aside or ReasonForm(formdata=None, prefix="aside-"),
        most=sheets.COMMENT,
        own=services.own_sentence(row.work, row.juror) if queries.is_own(row.work, row.juror) else None,
    )


from escuela.jury import award_views, desk_views, people_views  # noqa: E402, F401 - they hang on the same blueprint
