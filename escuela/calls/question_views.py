"""Where a coordinator writes what a call asks and what applications are scored by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from escuela.access import get_or_404, me
from escuela.calls import questions as asking
from escuela.calls import services, usual
from escuela.calls.desk_views import HERE, call_of
from escuela.calls.forms import CriterionForm, QuestionForm, RulesForm, criterion_of, question_of, rules_of
from escuela.calls.models import SHORT, Call, CallCriterion, CallQuestion
from escuela.calls.views import bp, conditions
from escuela.calls.words import KINDS
from escuela.errors import DomainError
from escuela.gate import row_number

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.get(f"{HERE}/preguntas")
def questions(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    asked = {each.slug for each in call.questions}
    return render_template(
        "calls/questions.html",
        edition=call.edition,
        call=call,
        kinds=KINDS,
        conditions=conditions(call),
        usual=[each for each in usual.QUESTIONS if each.slug not in asked],
    )


@bp.post(f"{HERE}/preguntas/habitual")
def add_usual(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    row = asking.add_usual(call, request.form.get("slug", ""), by=me())
    flash(_("The question is at the end of the list."), "good")
    return _back(call, "questions", row)


@bp.route(f"{HERE}/preguntas/nueva", methods=["GET", "POST"])
def new_question(edition: str) -> ResponseReturnValue:
    call = call_of(edition)
    kind = request.args.get("tipo", SHORT)
    form = QuestionForm(data={"kind": kind if kind in KINDS else SHORT, "required": True})
    return _question(call, form, None)


@bp.route(f"{HERE}/preguntas/<int:question>", methods=["GET", "POST"])
def question(edition: str, question: int) -> ResponseReturnValue:
    call = call_of(edition)
    row = _row(call, question)
    return _question(call, QuestionForm(data=question_of(row)), row)


def _question(call: Call, form: QuestionForm, row: CallQuestion | None) -> ResponseReturnValue:
    form.speak(call.edition)
    form.offer([each for each in call.questions if row is None or each.position < row.position], row)
    only_options = "options-do" in request.form
    if not only_options and form.validate_on_submit():
        try:
            if row is None:
                row = asking.add(call, form.question(), by=me())
            else:
                asking.change(row, form.question(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The question was saved."), "good")
            return _back(call, "questions", row)
    page = render_template(
        "calls/question.html",
        edition=call.edition,
        call=call,
        question=row,
        form=form,
        answered=services.answered(row) if row else 0,
        writing=len(services.writing(call)) if call.published_at else 0,
        edits_options=only_options,
    )
    return page, 422 if form.errors else 200


@bp.post(f"{HERE}/preguntas/<int:question>/mover")
def move_question(edition: str, question: int) -> ResponseReturnValue:
    call = call_of(edition)
    row = _row(call, question)
    asking.move(row, _place(row.position), by=me())
    return _back(call, "questions", row)


@bp.post(f"{HERE}/preguntas/<int:question>/quitar")
def remove_question(edition: str, question: int) -> ResponseReturnValue:
    call = call_of(edition)
    row = _row(call, question)
    asking.remove(row, by=me())
    flash(_("The question is removed."), "good")
    return redirect(url_for(".questions", edition=edition), 303)


# --- criteria


@bp.route(f"{HERE}/criterios", methods=["GET", "POST"])
def criteria(edition: str) -> ResponseReturnValue:
    """The criteria, and by which scale and by how many each application is scored."""
    call = call_of(edition)
    form = RulesForm(data=rules_of(call))
    if form.validate_on_submit():
        try:
            services.change_rules(call, form.rules(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The call was saved."), "good")
            return redirect(url_for(".criteria", edition=edition), 303)
    total = sum(each.weight for each in call.criteria)
    page = render_template(
        "calls/criteria.html",
        edition=call.edition,
        call=call,
        form=form,
        shares={each.id: round(100 * each.weight / total) for each in call.criteria},
        locked=services.locked(call),
    )
    return page, 422 if form.errors else 200


@bp.route(f"{HERE}/criterios/nuevo", methods=["GET", "POST"])
def new_criterion(edition: str) -> ResponseReturnValue:
    return _criterion(call_of(edition), None)


@bp.route(f"{HERE}/criterios/<int:criterion>", methods=["GET", "POST"])
def criterion(edition: str, criterion: int) -> ResponseReturnValue:
    call = call_of(edition)
    return _criterion(call, _criterion_row(call, criterion))


def _criterion(call: Call, row: CallCriterion | None) -> ResponseReturnValue:
    form = CriterionForm(data=criterion_of(row))
    form.speak(call.edition)
    if form.validate_on_submit():
        try:
            if row is None:
                row = services.add_criterion(call, form.criterion(), by=me())
            else:
                services.change_criterion(row, form.criterion(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The criterion was saved."), "good")
            return _back(call, "criteria", row)
    page = render_template(
        "calls/criterion.html",
        edition=call.edition,
        call=call,
        criterion=row,
        form=form,
        locked=services.locked(call),
    )
    return page, 422 if form.errors else 200


@bp.post(f"{HERE}/criterios/<int:criterion>/mover")
def move_criterion(edition: str, criterion: int) -> ResponseReturnValue:
    call = call_of(edition)
    row = _criterion_row(call, criterion)
    services.move_criterion(row, _place(row.position), by=me())
    return _back(call, "criteria", row)


@bp.post(f"{HERE}/criterios/<int:criterion>/quitar")
def remove_criterion(edition: str, criterion: int) -> ResponseReturnValue:
    call = call_of(edition)
    services.remove_criterion(_criterion_row(call, criterion), by=me())
    flash(_("The criterion is removed."), "good")
    return redirect(url_for(".criteria", edition=edition), 303)


def _criterion_row(call: Call, number: int) -> CallCriterion:
    return get_or_404(select(CallCriterion).where(CallCriterion.call_id == call.id, CallCriterion.id == number))


def _row(call: Call, number: int) -> CallQuestion:
    return get_or_404(select(CallQuestion).where(CallQuestion.call_id == call.id, CallQuestion.id == number))


def _place(present: int) -> int:
    """Where a row goes: a number of the list, or one up or down."""
    wanted = request.form.get("place", "")
    if wanted in {"up", "down"}:
        return present + (1 if wanted == "down" else -1)
    try:
        return row_number(wanted)
    except ValueError:
        return present


def _back(call: Call, endpoint: str, row: CallQuestion | CallCriterion) -> ResponseReturnValue:
    """To the list, at the row."""
    return redirect(url_for(f".{endpoint}", edition=call.edition.slug, _anchor=f"fila-{row.id}"), 303)
