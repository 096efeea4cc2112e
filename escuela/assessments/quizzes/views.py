"""The pages of a quiz: what it is, an attempt, handing in, the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from escuela import clock
from escuela.access import get_or_404, me, require
from escuela.admissions.reader import enrolment_of
from escuela.assessments.quizzes import policies, queries, services
from escuela.assessments.quizzes.models import Attempt, Question, Quiz
from escuela.assessments.quizzes.paper import Paper, paper
from escuela.assessments.quizzes.policies import Standing
from escuela.editions.policies import can_review, closes, door, due
from escuela.editions.services import ClosedError, ensure_open
from escuela.errors import wants_json
from escuela.extensions import db
from escuela.web import hour

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from escuela.admissions.models import Enrolment

bp = Blueprint("quizzes", __name__, url_prefix="/ediciones/<edition>/cuestionarios/<activity>")


@bp.get("")
def overview(edition: str, activity: str) -> ResponseReturnValue:
    """What the quiz is and where I stand; for who teaches, its questions with the right answers marked."""
    quiz = _quiz(edition, activity)
    enrolment = _enrolment(quiz)
    if enrolment is None:
        return _preview(quiz)
    count = db.session.scalar(select(func.count()).where(Question.quiz_id == quiz.id))
    attempts = db.session.scalars(queries.my_attempts(me(), edition, activity)).all()
    return render_template(
        "assessments/quizzes/overview.html",
        edition=quiz.edition,
        quiz=quiz,
        count=count,
        standing=Standing(quiz, attempts),
        **_times(quiz),
    )


def _preview(quiz: Quiz) -> str:
    require(can_review(me(), quiz.edition))
    questions = select(Question).where(Question.quiz_id == quiz.id).order_by(Question.position)
    return render_template(
        "assessments/quizzes/preview.html",
        edition=quiz.edition,
        quiz=quiz,
        due=due(quiz),
        questions=db.session.scalars(questions.options(selectinload(Question.options))).all(),
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
    page = "attempt" if mine.submitted_at is None else "result"
    return render_template(
        f"assessments/quizzes/{page}.html",
        edition=mine.quiz.edition,
        quiz=mine.quiz,
        standing=standing,
        paper=_paper(mine),
        **_times(mine.quiz),
    )


@bp.post("/intentos/<int:number>/respuestas")
def save(edition: str, activity: str, number: int) -> ResponseReturnValue:
    """Save the questions that the form names: one from our script, all from the page; `review` leads to handing in."""
    _standing, mine = _attempt(edition, activity, number)
    chosen = {slug: request.form.getlist(f"chosen-{slug}") for slug in request.form.getlist("question")}
    stored = services.save_answers(mine, chosen=chosen)
    message = _("Saved at %(hour)s", hour=hour(clock.now()))
    if wants_json():
        return jsonify(stored=stored, message=message)
    if "review" in request.form:
        return redirect(url_for(".review", edition=edition, activity=activity, number=number), 303)
    flash(message, "good")
    return _to_attempt(mine)


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
    _standing, mine = _attempt(edition, activity, number)
    return _to_attempt(services.hand_in(mine))


def _quiz(edition: str, activity: str) -> Quiz:
    return get_or_404(queries.visible_quizzes(me(), edition).where(Quiz.slug == activity))


def _enrolment(quiz: Quiz) -> Enrolment | None:
    return enrolment_of(me(), quiz.edition)


def _attempt(edition: str, activity: str, number: int) -> tuple[Standing, Attempt]:
    """Where I stand, and the attempt with that number; 404 unless it is mine."""
    attempts = db.session.scalars(queries.my_attempts(me(), edition, activity)).all()
    mine = next((each for each in attempts if each.number == number), None) or abort(404)
    return Standing(mine.quiz, attempts), mine


def _paper(mine: Attempt) -> Paper:
    return paper(mine, db.session.execute(queries.sheet(mine)))


def _to_attempt(mine: Attempt) -> ResponseReturnValue:
    quiz = mine.quiz
    return redirect(url_for(".attempt", edition=quiz.edition.slug, activity=quiz.slug, number=mine.number), 303)


def _times(quiz: Quiz) -> dict[str, Any]:
    """For the templates: until when the quiz takes answers, and `closed`: why it takes none now."""
    try:
        ensure_open(quiz)
        closed = None
    except ClosedError as refusal:
        closed = refusal.sentence
    return {"due": due(quiz), "closes": closes(quiz), "door": door(quiz, clock.now()), "closed": closed}
