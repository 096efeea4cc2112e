"""The coordinator's desk of a jury: the ranking, one work with its scores, by what is scored, the history."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.assessments.assignments.models import Work
from escuela.assessments.assignments.queries import not_of
from escuela.editions.models import Edition
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number
from escuela.jury import outcome, queries, services
from escuela.jury.forms import CriterionForm, DecisionForm, ReasonForm, RulesForm, criterion_of, rules_of
from escuela.jury.models import Jury, JuryCriterion, JuryDecision
from escuela.jury.policies import KIND_WORDS, Line, line, scoring
from escuela.jury.views import HOME, bp
from escuela.people.history import history_of
from escuela.people.models import Change

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PER_PAGE = 50
HISTORY = 30
"""Lines of the history on one page."""
OPEN = ("juror", "work")
"""What the history says of a sheet before every sheet of its work is given."""

web.TABS.append(web.Tab(62, _l("Jury"), "jury.board", coordinates))
web.TABS.append(web.Tab(10, _l("Ranking"), "jury.board", coordinates, below="jury.board"))
web.TABS.append(web.Tab(20, _l("Jurors"), "jury.jurors", coordinates, below="jury.board"))
web.TABS.append(web.Tab(30, _l("Criteria"), "jury.criteria", coordinates, below="jury.board"))
web.TABS.append(web.Tab(40, _l("History"), "jury.history", coordinates, below="jury.board"))


def coordinated(slug: str) -> Edition:
    """An edition, for who coordinates it: 404 for who is not in it, 403 for who is and does not coordinate it."""
    edition = get_or_404(taught_editions(me()).where(Edition.slug == slug).options(joinedload(Edition.staff)))
    require(coordinates(me(), edition))
    return edition


def jury_of(slug: str) -> Jury:
    """The jury of an edition, for who coordinates it."""
    return get_or_404(queries.jury_of(coordinated(slug)))


# --- the ranking


@bp.get(HOME)
def board(edition: str) -> ResponseReturnValue:
    found = coordinated(edition)
    jury = db.session.scalars(queries.jury_of(found)).first()
    if jury is None:
        work = db.session.scalars(queries.final_work(found)).first()
        return render_template("jury/begin.html", edition=found, assignment=work)
    return _board(jury)


def _board(jury: Jury, refusal: DomainError | None = None) -> str:
    slug, lines = jury.assignment.edition.slug, queries.ranking(jury)
    pages = max(1, -(-len(lines) // PER_PAGE))
    number = min(page_number(), pages)
    awards = db.session.scalars(queries.awards_of(jury)).all()
    return render_template(
        "jury/board.html",
        edition=jury.assignment.edition,
        jury=jury,
        lines=lines[(number - 1) * PER_PAGE : number * PER_PAGE],
        total=len(lines),
        whole=sum(each.whole for each in lines),
        unassigned=sum(len(each.entry.sheets) < jury.wanted and each.entry.final is None for each in lines),
        open=[each for each in lines if each.open],
        conflicts=[each for each in lines if each.conflicts],
        awards=awards,
        teams=queries.teams(each.work for each in awards),
        awarded={each.work_id: each for each in awards if each.revoked_at is None},
        waiting=sum(each.revoked_at is None and each.announced_at is None for each in awards),
        kinds=KIND_WORDS,
        page=number,
        pages=pages,
        href=lambda to: url_for(".board", edition=slug, page=to),
        refusal=refusal,
    )


@bp.post(HOME)
def convene(edition: str) -> ResponseReturnValue:
    assignment = get_or_404(queries.final_work(coordinated(edition)))
    services.convene(assignment, by=me())
    flash(_("The jury is ready, with the School's three criteria. Add who will score."), "good")
    return redirect(url_for(".jurors", edition=edition), 303)


@bp.get(f"{HOME}/csv")
def sheet(edition: str) -> ResponseReturnValue:
    """The whole ranking, for a spreadsheet."""
    jury = jury_of(edition)
    awards = {
        each.work_id: str(KIND_WORDS[each.kind])
        for each in db.session.scalars(queries.awards_of(jury))
        if each.revoked_at is None
    }
    text = StringIO()
    text.write("\ufeff")  # Excel reads UTF-8 only so; semicolons where a comma is for decimals
    writer = csv.writer(text, delimiter="," if web.language() == "en" else ";")
    heads = [_("Place"), _("Tied with"), _("Participant"), _("Local government"), _("Country"), _("Score"), _("Mean")]
    heads += [
        _("Spread"),
        _("Disagreement"),
        _("Final score decided"),
        _("Scores given"),
        _("Scores missing"),
        _("Award"),
    ]
    writer.writerow(heads)
    for each in queries.ranking(jury):
        writer.writerow(map(_harmless, _cells(each, awards.get(each.entry.work, ""))))
    answer = Response(text.getvalue(), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{edition}-{_('jury')}.csv")
    return answer


def _cells(row: Line, award: str) -> list[object]:
    entry = row.entry
    facts = [row.rank or "", row.tied or "", entry.people, entry.place, web.country_name(entry.country)]
    figures = [_number(row.score), _number(row.mean), _number(row.spread), _("Yes") if row.apart else ""]
    return [*facts, *figures, _number(entry.final), len(entry.totals), row.missing or "", award]


def _number(hundredths: int | None) -> str:
    return "" if hundredths is None else str(format_decimal(hundredths / 100))


def _harmless(value: object) -> str:
    """A spreadsheet runs what begins with one of these signs."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# --- one work


def work_of(jury: Jury, number: int) -> Work:
    """A work that the jury judges, with whose it is: nobody decides on their own."""
    found = get_or_404(queries.judged(jury).where(Work.id == number).options(*queries.named()))
    require_apart(found)
    return found


def require_apart(work: Work) -> None:
    """Of who coordinates and takes part as well: only works in which they have no part."""
    apart = select(Work.id).join(Work.assignment).where(Work.id == work.id, not_of(me()))
    require(db.session.scalar(apart) is not None)


@bp.get(f"{HOME}/trabajos/<int:work>")
def work(edition: str, work: int) -> ResponseReturnValue:
    """Its scores, once all are given; what was decided and what it may be awarded with."""
    jury = jury_of(edition)
    return _work(jury, work_of(jury, work))


@bp.post(f"{HOME}/trabajos/<int:work>/decidir")
def decide(edition: str, work: int) -> ResponseReturnValue:
    jury, form = jury_of(edition), DecisionForm()
    found = work_of(jury, work)
    if form.validate_on_submit():
        try:
            outcome.decide(jury, found, form.hundredths, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The final score is decided."), "good")
            return redirect(url_for(".work", edition=edition, work=work), 303)
    return _work(jury, found, form=form), 422


@bp.route(f"{HOME}/trabajos/<int:work>/reconsiderar", methods=["GET", "POST"])
def reconsider(edition: str, work: int) -> ResponseReturnValue:
    """Take a decision back, with a reason."""
    jury, form = jury_of(edition), ReasonForm()
    row = get_or_404(select(JuryDecision).where(JuryDecision.jury_id == jury.id, JuryDecision.work_id == work))
    require_apart(row.work)
    if form.validate_on_submit():
        try:
            outcome.take_back(row, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The disagreement is open again."), "good")
            return redirect(url_for(".work", edition=edition, work=work), 303)
    page = render_template("jury/reconsider.html", edition=jury.assignment.edition, jury=jury, row=row, form=form)
    return page, 422 if form.errors else 200


def _work(jury: Jury, work: Work, form: DecisionForm | None = None) -> str:
    entry = next(each for each in queries.entries(jury) if each.work == work.id)
    found = line(entry, jury, queries.barred(jury).get(work.id, ()))
    return render_template(
        "jury/work.html",
        edition=jury.assignment.edition,
        jury=jury,
        work=work,
        line=found,
        sheets=queries.sheets_of(jury, [work.id])[work.id],
        decision=db.session.get(JuryDecision, work.id),
        scoring=scoring(jury),
        form=form or DecisionForm(formdata=None),
    )


# --- the end of scoring


@bp.post(f"{HOME}/cerrar")
def close(edition: str) -> ResponseReturnValue:
    jury = jury_of(edition)
    try:
        outcome.close(jury, leave_out=request.form.get("rest") == "out", by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _board(jury_of(edition), refusal), 409
    flash(_("Scoring is closed. Now works can be awarded; nobody is told until you publish."), "good")
    return redirect(url_for(".board", edition=edition), 303)


@bp.route(f"{HOME}/reabrir", methods=["GET", "POST"])
def reopen(edition: str) -> ResponseReturnValue:
    jury, form = jury_of(edition), ReasonForm()
    if form.validate_on_submit():
        try:
            outcome.reopen(jury, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("Scores can be given and corrected again."), "good")
            return redirect(url_for(".board", edition=edition), 303)
    page = render_template("jury/reopen.html", edition=jury.assignment.edition, jury=jury, form=form)
    return page, 422 if form.errors else 200


# --- by what is scored


@bp.route(f"{HOME}/criterios", methods=["GET", "POST"])
def criteria(edition: str) -> ResponseReturnValue:
    """The criteria; how many score each work, on which scale, and how many are awarded."""
    jury = jury_of(edition)
    form = RulesForm(data=rules_of(jury))
    if form.validate_on_submit():
        try:
            services.change_rules(jury, form.rules(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The jury is saved."), "good")
            return redirect(url_for(".criteria", edition=edition), 303)
    weights = sum(each.weight for each in jury.criteria)
    page = render_template(
        "jury/criteria.html",
        edition=jury.assignment.edition,
        jury=jury,
        form=form,
        shares={each.id: round(100 * each.weight / weights) for each in jury.criteria},
        locked=services.locked(jury),
    )
    return page, 422 if form.errors else 200


@bp.route(f"{HOME}/criterios/nuevo", methods=["GET", "POST"])
def new_criterion(edition: str) -> ResponseReturnValue:
    return _criterion(jury_of(edition), None)


@bp.route(f"{HOME}/criterios/<int:criterion>", methods=["GET", "POST"])
def criterion(edition: str, criterion: int) -> ResponseReturnValue:
    jury = jury_of(edition)
    return _criterion(jury, _criterion_row(jury, criterion))


def _criterion(jury: Jury, row: JuryCriterion | None) -> ResponseReturnValue:
    edition, form = jury.assignment.edition, CriterionForm(data=criterion_of(row))
    form.speak(edition)
    if form.validate_on_submit():
        try:
            services.keep_criterion(jury, row, form.criterion(), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("The criterion was saved."), "good")
            return redirect(url_for(".criteria", edition=edition.slug), 303)
    locked = services.locked(jury)
    page = render_template("jury/criterion.html", edition=edition, jury=jury, criterion=row, form=form, locked=locked)
    return page, 422 if form.errors else 200


@bp.post(f"{HOME}/criterios/<int:criterion>/quitar")
def remove_criterion(edition: str, criterion: int) -> ResponseReturnValue:
    services.remove_criterion(_criterion_row(jury_of(edition), criterion), by=me())
    flash(_("The criterion is removed."), "good")
    return redirect(url_for(".criteria", edition=edition), 303)


def _criterion_row(jury: Jury, number: int) -> JuryCriterion:
    return get_or_404(select(JuryCriterion).where(JuryCriterion.jury_id == jury.id, JuryCriterion.id == number))


@bp.get(f"{HOME}/historia")
def history(edition: str) -> ResponseReturnValue:
    jury = jury_of(edition)
    page = db.paginate(history_of(jury), page=page_number(), per_page=HISTORY, max_per_page=HISTORY, error_out=False)
    sealed = queries.sealed(jury)
    return render_template(
        "jury/history.html",
        edition=jury.assignment.edition,
        jury=jury,
        changes=[_blind(each) if each.subject in sealed else each for each in page.items],
        page=page,
        href=lambda to: url_for(".history", edition=edition, page=to),
    )


def _blind(change: Change) -> Change:
    """A line as it may be read while the work lacks scores: who did what to which work, and no figures."""
    before, after = ({name: each[name] for name in OPEN if name in each} for each in (change.before, change.after))
    told = {"id": change.id, "at": change.at, "by_name": change.by_name, "subject": change.subject, "verb": change.verb}
    return Change(**told, before=before, after=after)
