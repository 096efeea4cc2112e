"""The pages of a quiz for who takes it: what it is, an attempt, handing in, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import func, select

from escuela import clock
from escuela.access import get_or_404, me
from escuela.admissions.reader import enrolment_of
from escuela.assessments.quizzes import paper as papers
from escuela.assessments.quizzes import policies, queries, services
from escuela.assessments.quizzes.asked import WHOLE, Given
from escuela.assessments.quizzes.marking import HUNDREDTHS
from escuela.assessments.quizzes.models import Attempt, Question, Quiz
from escuela.assessments.quizzes.paper import Paper, paper
from escuela.assessments.quizzes.policies import Standing
from escuela.editions.policies import closes, door, due
from escuela.editions.services import ClosedError, ensure_open
from escuela.errors import wants_json
from escuela.extensions import db
from escuela.web import hour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from escuela.admissions.models import Enrolment

bp = Blueprint("quizzes", __name__, url_prefix="/ediciones/<edition>/cuestionarios/<activity>")


@bp.app_template_filter("in_points")
def in_points(hundredths: int | None) -> str:
    """Hundredths of a point as a person reads them: 1.5."""
    return format_decimal((hundredths or 0) / HUNDREDTHS, "#,##0.##")


@bp.app_template_filter("figure")
def figure(value: float) -> str:
    """A coefficient with two decimals."""
    return format_decimal(value, "0.00")


bp.add_app_template_filter(papers.pieces, "pieces")


@bp.get("")
def overview(edition: str, activity: str) -> ResponseReturnValue:
    """What the quiz is and where I stand; for who teaches, its questions with the right answers marked."""
    quiz = _quiz(edition, activity)
    enrolment = _enrolment(quiz)
    if enrolment is None:
        return desk_views.preview(quiz)
    count = db.session.scalar(select(func.count()).where(Question.quiz_id == quiz.id, Question.removed_at.is_(None)))
    attempts = db.session.scalars(queries.my_attempts(me(), edition, activity)).all()
    standing = Standing(quiz, attempts, db.session.scalar(queries.allowance(quiz, enrolment.id)))
    return render_template(
        "assessments/quizzes/overview.html",
        edition=quiz.edition,
        quiz=quiz,
        count=(count or 0) + sum(draw.count for draw in quiz.draws),
        standing=standing,
        ends=policies.counts_to(standing.open_attempt) if standing.open_attempt else None,
        **_times(quiz),
    )


@bp.post("/intentos")
def start(edition: str, activity: str) -> ResponseReturnValue:
    quiz = _quiz(edition, activity)
    enrolment = _enrolment(quiz) or abort(403)
    return _to_attempt(services.start(quiz, enrolment=enrolment))


@bp.get("/intentos/<int:number>")
def attempt(edition: str, activity: str, number: int) -> ResponseReturnValue:
    """The questions while the attempt is open, then the result."""
    standing, mine = _attempt(edition, activity, number)
    if mine.submitted_at is None:
        return _sheet(standing, mine)
    return render_template(
        "assessments/quizzes/result.html",
        edition=mine.quiz.edition,
        quiz=mine.quiz,
        standing=standing,
        paper=_paper(mine),
        told=standing.sees_right_answers(clock.now()),
        **_times(mine.quiz),
    )


def _sheet(standing: Standing, mine: Attempt, typed: Mapping[str, Given] | None = None, refusal: str = "") -> str:
    """The page of an open attempt: all of its questions, or the one that is asked for."""
    found, now = paper(mine, db.session.scalars(queries.lines(mine)), typed), clock.now()
    place = min(max(request.values.get("p", 1, type=int), 1), len(found.lines)) if mine.quiz.one_by_one else None
    return render_template(
        "assessments/quizzes/attempt.html",
        edition=mine.quiz.edition,
        quiz=mine.quiz,
        standing=standing,
        paper=found,
        place=place,
        lines=found.lines if place is None else found.lines[place - 1 : place],
        refusal=refusal,
        left=policies.seconds_left(mine, now),
        ends=policies.counts_to(mine),
        over=policies.time_is_up(mine, now),
        **_times(mine.quiz),
    )


@bp.post("/intentos/<int:number>/respuestas")
def save(edition: str, activity: str, number: int) -> ResponseReturnValue:
    """Save the questions that the form names: one from our script, all from the page; `review` leads to handing in.

    A script that names none asks how many seconds are left.
    """
    mine = _held(edition, activity, number)
    given, seen = _typed()
    try:
        rows = services.save_answers(mine, given=given, seen=seen)
    except services.OverwriteError as refusal:
        return _overwriting(edition, activity, number, given, refusal)
    message = _("Saved at %(hour)s", hour=hour(clock.now()))
    if wants_json():
        stored = {row.question.slug: row.given for row in rows if row.saves}
        seen = {row.question.slug: row.saves for row in rows}
        return jsonify(stored=stored, seen=seen, message=message, left=policies.seconds_left(mine, clock.now()))
    if "review" in request.form:
        return redirect(url_for(".review", edition=edition, activity=activity, number=number), 303)
    flash(message, "good")
    return _to_attempt(mine, request.form.get("go", type=int) or request.form.get("p", type=int))


def _typed() -> tuple[dict[str, Given], dict[str, int]]:
    """What the form says of each question that it names: the parts of its answer, and the save that it has seen."""
    slugs = request.form.getlist("question")
    named: dict[str, Given] = {slug: {} for slug in slugs}
    for name, values in request.form.lists():
        slug, colon, part = name.removeprefix("given-").partition(":")
        if name.startswith("given-") and slug in named:
            named[slug][part if colon else WHOLE] = values
    seen = {slug: request.form.get(f"seen-{slug}", type=int) for slug in named}
    return named, {slug: count for slug, count in seen.items() if count is not None}


def _overwriting(
    edition: str, activity: str, number: int, given: dict[str, Given], refusal: services.OverwriteError
) -> ResponseReturnValue:
    """Another window was faster: the page again with what was typed here, which the next save keeps."""
    if wants_json():
        kept = {slug: row.given for slug, row in refusal.stored.items()}
        seen = {slug: row.saves for slug, row in refusal.stored.items()}
        return jsonify(message=str(refusal.sentence), conflict=True, stored=kept, seen=seen), 409
    sentence = str(refusal.sentence)
    db.session.rollback()
    standing, mine = _attempt(edition, activity, number)
    return _sheet(standing, mine, given, sentence), 422


@bp.get("/intentos/<int:number>/entrega")
def review(edition: str, activity: str, number: int) -> ResponseReturnValue:
    """The last look before handing in: what is missing, and that it cannot be undone."""
    standing, mine = _attempt(edition, activity, number)
    if not policies.accepts_answers(mine, clock.now()):
        return _to_attempt(mine)
    return render_template(
        "assessments/quizzes/review.html",
        edition=mine.quiz.edition,
        quiz=mine.quiz,
        standing=standing,
        paper=_paper(mine),
    )


@bp.post("/intentos/<int:number>/entrega")
def hand_in(edition: str, activity: str, number: int) -> ResponseReturnValue:
    """`over` says that the clock of the page ran out: where ours did not, the attempt goes on."""
    mine = _held(edition, activity, number)
    if "over" in request.form and policies.seconds_left(mine, clock.now()):
        return _to_attempt(mine)
    return _to_attempt(services.hand_in(mine))


def _quiz(edition: str, activity: str) -> Quiz:
    return get_or_404(queries.visible_quizzes(me(), edition).where(Quiz.slug == activity))


def _enrolment(quiz: Quiz) -> Enrolment | None:
    return enrolment_of(me(), quiz.edition)


def _attempt(edition: str, activity: str, number: int) -> tuple[Standing, Attempt]:
    """Where I stand, and the attempt with that number; 404 unless it is mine."""
    attempts = db.session.scalars(queries.my_attempts(me(), edition, activity)).all()
    mine = next((each for each in attempts if each.number == number), None) or abort(404)
    more = db.session.scalar(queries.allowance(mine.quiz, mine.enrolment_id))
    return Standing(mine.quiz, attempts, more), mine


def _held(edition: str, activity: str, number: int) -> Attempt:
    """My attempt with that number, locked until the request ends."""
    mine = queries.my_attempts(me(), edition, activity).where(Attempt.number == number)
    return get_or_404(mine.with_for_update(of=Attempt))


def _paper(mine: Attempt) -> Paper:
    return paper(mine, db.session.scalars(queries.lines(mine)))


def _to_attempt(mine: Attempt, place: int | None = None) -> ResponseReturnValue:
    quiz = mine.quiz
    edition, shown = quiz.edition.slug, place if quiz.one_by_one else None
    return redirect(url_for(".attempt", edition=edition, activity=quiz.slug, number=mine.number, p=shown), 303)


def _times(quiz: Quiz) -> dict[str, Any]:
    """For the templates: until when the quiz takes answers, and `closed`: why it takes none now."""
    try:
        ensure_open(quiz)
        closed = None
    except ClosedError as refusal:
        closed = refusal.sentence
    return {"due": due(quiz), "closes": closes(quiz), "door": door(quiz, clock.now()), "closed": closed}


from escuela.assessments.quizzes import desk_views  # noqa: E402 - the pages for who teaches, of the same blueprint
