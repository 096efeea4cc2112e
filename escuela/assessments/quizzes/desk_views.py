"""The pages of a quiz for who teaches: its questions, essays to read, figures, counting again, more time."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from escuela import clock, web
from escuela.access import get_or_404, me, require
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.assessments.quizzes import allowing, queries, regrading, services, statistics
from escuela.assessments.quizzes.asked import CHOICES, GAPS, QuestionText
from escuela.assessments.quizzes.desk_forms import AllowanceForm, EssayForm, RegradeForm
from escuela.assessments.quizzes.models import Answer, Attempt, Question, Quiz
from escuela.assessments.quizzes.paper import GAP, Line
from escuela.assessments.quizzes.question_forms import KIND_WORDS
from escuela.assessments.quizzes.text import marking
from escuela.assessments.quizzes.views import bp
from escuela.editions.models import Edition
from escuela.editions.policies import can_review, coordinates, due
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import User
from escuela.web import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from flask.typing import ResponseReturnValue

    from escuela.assessments.quizzes.statistics import QuizFigures


def preview(quiz: Quiz) -> str:
    """The questions with what is right in them, and what there is to do about attempts."""
    require(can_review(me(), quiz.edition))
    rows = select(Question).where(Question.quiz_id == quiz.id).order_by(Question.position)
    questions = db.session.scalars(rows.options(joinedload(Question.newest))).all()
    regrades = db.session.scalars(queries.regrades(quiz)).all()
    return render_template(
        "assessments/quizzes/preview.html",
        edition=quiz.edition,
        quiz=quiz,
        due=due(quiz),
        questions=[question for question in questions if question.removed_at is None],
        draws=quiz.draws,
        writes=coordinates(me(), quiz.edition),
        waiting=_count(queries.essays(quiz)),
        corrected=_corrected(quiz) if coordinates(me(), quiz.edition) else [],
        regrades=regrades,
        recounted={str(each.id): each for each in db.session.scalars(queries.recounted(regrades))} if regrades else {},
        allowances=_count(queries.allowances(quiz)),
    )


def _count(rows: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0


def _corrected(quiz: Quiz) -> list[Question]:
    """Questions that somebody handed in under a version that was marked in another way."""
    used = select(Answer.version_id).join(Answer.attempt).where(Attempt.submitted_at.is_not(None))
    rows = queries.counted(quiz).options(joinedload(Question.versions))
    seen = set(db.session.scalars(used.where(Attempt.quiz_id == quiz.id).distinct()))
    return [
        question
        for question in db.session.scalars(rows).unique()
        if any(
            version.id in seen and marking(version.asked) != marking(question.asked) for version in question.versions
        )
    ]


def _reviewed(edition: str, activity: str) -> Quiz:
    """A quiz for who reviews in its edition."""
    quiz = get_or_404(
        queries.visible_quizzes(me(), edition)
        .where(Quiz.slug == activity)
        .options(joinedload(Quiz.edition).selectinload(Edition.staff))
    )
    require(can_review(me(), quiz.edition))
    return quiz


# --- essays


@bp.route("/ensayos", methods=["GET", "POST"])
def essays(edition: str, activity: str) -> ResponseReturnValue:
    """One essay after the other, the oldest first."""
    quiz = _reviewed(edition, activity)
    rows = queries.essays(quiz)
    if request.method == "POST":
        return _read_essay(quiz)
    first = db.session.scalars(rows.limit(1)).one_or_none()
    return _essay(quiz, first, EssayForm(None))


def _read_essay(quiz: Quiz) -> ResponseReturnValue:
    rows = queries.essays(quiz).where(
        Answer.attempt_id == request.form.get("attempt", type=int),
        Answer.question_id == request.form.get("question", type=int),
    )
    answer = db.session.scalars(rows).one_or_none()
    if answer is None:
        flash(_("This answer was read by somebody meanwhile. Go on with the next one."), "warn")
        return redirect(url_for(".essays", edition=quiz.edition.slug, activity=quiz.slug), 303)
    form = EssayForm()
    form.most = answer.version.asked.points
    if not form.validate_on_submit():
        return _essay(quiz, answer, form), 422
    comment = (form.comment.data or "").strip()
    attempt = services.review(answer, points=form.hundredths, comment=comment, by_id=me().id)
    name = attempt.enrolment.user.name
    flash(
        _("Saved. %(name)s has the result by mail.", name=name) if attempt.points is not None else _("Saved."), "good"
    )
    return redirect(url_for(".essays", edition=quiz.edition.slug, activity=quiz.slug), 303)


def _essay(quiz: Quiz, answer: Answer | None, form: EssayForm) -> str:
    return render_template(
        "assessments/quizzes/essays.html",
        edition=quiz.edition,
        quiz=quiz,
        answer=answer,
        line=Line(answer.position, answer.version.asked, answer, answer.attempt, answer.given) if answer else None,
        waiting=_count(queries.essays(quiz)),
        form=form,
    )


# --- figures


@bp.get("/estadisticas")
def figures(edition: str, activity: str) -> ResponseReturnValue:
    quiz = _reviewed(edition, activity)
    found = statistics.figures(db.session.scalars(queries.handed_in(quiz)))
    return render_template(
        "assessments/quizzes/figures.html",
        edition=quiz.edition,
        quiz=quiz,
        figures=found,
        questions=_by_id(quiz),
        words=_words,
        said=_said,
        kinds=KIND_WORDS,
        tallest=max(found.distribution, default=0),
    )


def _by_id(quiz: Quiz) -> dict[int, Question]:
    """Its questions, and those of the bank that an attempt drew."""
    drawn = select(Answer.question_id).join(Answer.attempt).where(Attempt.quiz_id == quiz.id)
    rows = select(Question).where(or_(Question.quiz_id == quiz.id, Question.id.in_(drawn)))
    found = db.session.scalars(rows.options(joinedload(Question.newest)).order_by(Question.position))
    return {question.id: question for question in found}


@bp.get("/estadisticas.csv")
def figures_csv(edition: str, activity: str) -> Response:
    quiz = _reviewed(edition, activity)
    found = statistics.figures(db.session.scalars(queries.handed_in(quiz)))
    text = StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter="," if web.language() == "en" else ";")
    there = clock.now().astimezone(clock.zone(quiz.edition.zone))
    writer.writerows(_lines(found, _by_id(quiz), f"{there:%Y-%m-%d %H:%M} {quiz.edition.zone}"))
    answer = Response(text.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{quiz.slug}-{there:%Y-%m-%d}.csv"'
    return answer


def _lines(found: QuizFigures, questions: dict[int, Question], printed: str) -> Iterator[Sequence[object]]:
    yield [
        _("Question"),
        _("Answers"),
        _("Attempts"),
        _("Answered it"),
        _("Facility"),
        _("Discriminating power"),
        _("Seconds"),
        _("Chosen"),
        _("Made at"),
    ]
    for each in sorted(found.questions, key=lambda one: one.position):
        asked = questions[each.question_id].asked
        chosen = sorted(each.chosen.items(), key=lambda one: -one[1])
        yield [
            _cell(_words(asked)),
            str(KIND_WORDS[asked.kind]),
            each.asked,
            each.answered,
            _number(each.facility),
            _number(each.discrimination),
            _number(each.seconds, places=0),
            "; ".join(f"{count}: {_said(asked, key)}" for key, count in chosen),
            printed,
        ]
    yield []
    yield [_("People with a result"), found.people]
    yield [_("Passed at the first go"), found.passed]
    yield [_("Median"), _number(found.median, places=1)]
    yield [_("Minutes"), _number(found.minutes, places=1)]
    yield [_("Reliability"), _number(found.reliability)]
    for tenth, count in enumerate(found.distribution):
        yield [f"{tenth * 10}–{100 if tenth == statistics.TENTHS - 1 else tenth * 10 + 9} %", count]


def _words(asked: QuestionText) -> str:
    """What a question asks, on one line; a gap as dots."""
    return GAP.sub("…", " ".join(plain(asked.text).split()))


def _said(asked: QuestionText, key: str) -> str:
    """An answer of `QuestionFigures.chosen` in words; the right option of a choice has a mark."""
    option = {each.key: each for each in asked.options}
    if asked.kind in CHOICES and key in option:
        words = plain(option[key].text) or (_("True") if key == "true" else _("False"))
        return f"{words} ✓" if option[key].right else words
    part, _colon, value = key.partition(":")
    if asked.kind == GAPS:
        places = {gap.key: place for place, gap in enumerate(asked.gaps, 1)}
        shown = {each.key: plain(each.text) for gap in asked.gaps if gap.key == part for each in gap.options}
        return f"{_('Gap %(number)d', number=places.get(part, 0))} → {shown.get(value, value)}"
    if part in option and asked.options:
        goals = {target.key: plain(target.text) for target in asked.targets}
        return f"{plain(option[part].text)} → {goals.get(value, value)}"
    return key


def _cell(words: str) -> str:
    """No formula for whoever opens it in a spreadsheet."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words


def _number(value: float | None, places: int = 2) -> str:
    return "" if value is None else str(format_decimal(value, f"0.{'0' * places}" if places else "0"))


# --- counting again


@bp.route("/recalcular/<question>", methods=["GET", "POST"])
def regrade(edition: str, activity: str, question: str) -> ResponseReturnValue:
    """What a corrected question does to attempts that were handed in; then, with a reason, it does."""
    quiz = _reviewed(edition, activity)
    require(coordinates(me(), quiz.edition))
    rows = queries.counted(quiz).where(Question.slug == question).limit(1)
    row = get_or_404(rows)
    form = RegradeForm()
    refusal = None
    if form.validate_on_submit():
        try:
            made = regrading.apply(row, quiz, seen=request.form.get("seen", ""), reason=form.reason.data or "", by=me())
        except DomainError as refused:
            refusal = str(refused.sentence)
            db.session.rollback()
            row = get_or_404(rows)
        else:
            count = len(made.after)
            flash(ngettext("%(num)d attempt was counted again.", "%(num)d attempts were counted again.", count), "good")
            return redirect(url_for(".overview", edition=edition, activity=activity), 303)
    found = regrading.preview(row, quiz)
    page = render_template(
        "assessments/quizzes/regrade.html",
        edition=quiz.edition,
        quiz=quiz,
        question=row,
        found=found,
        won=sum(bool(each.after[2]) and not each.before[2] for each in found),
        lost=sum(bool(each.before[2]) and not each.after[2] for each in found),
        seen=regrading.fingerprint(found),
        form=form,
        refusal=refusal,
    )
    return (page, 422) if request.method == "POST" else page


# --- more time, more attempts


@bp.route("/permisos", methods=["GET", "POST"])
def allowances(edition: str, activity: str) -> ResponseReturnValue:
    """Who has more than the others, and a form to give it: nobody gives it to themselves."""
    quiz = _reviewed(edition, activity)
    people = (
        select(Enrolment)
        .join(Enrolment.user)
        .where(Enrolment.edition_id == quiz.edition_id, Enrolment.status == ACTIVE, Enrolment.user_id != me().id)
        .options(joinedload(Enrolment.user).lazyload(User.roles), joinedload(Enrolment.local_government))
        .order_by(User.folded_name)
    )
    enrolments = {row.id: row for row in db.session.scalars(people)}
    form = AllowanceForm()
    form.person.choices = [(key, f"{row.user.name} ({row.local_government.name})") for key, row in enrolments.items()]
    if form.validate_on_submit():
        who = enrolments[form.person.data]
        allowing.allow(
            quiz,
            who,
            minutes=form.minutes.data or 0,
            attempts=form.attempts.data or 0,
            reason=form.reason.data or "",
            by=me(),
        )
        flash(_("Saved for %(name)s.", name=who.user.name), "good")
        return redirect(url_for(".allowances", edition=edition, activity=activity), 303)
    page = render_template(
        "assessments/quizzes/allowances.html",
        edition=quiz.edition,
        quiz=quiz,
        form=form,
        rows=db.session.scalars(queries.allowances(quiz)).all(),
    )
    return (page, 422) if request.method == "POST" else page
