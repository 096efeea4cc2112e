"""The pages of the question bank, and taking questions from it into a quiz."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from escuela import storage, web
from escuela.access import get_or_404, me, require
from escuela.assessments.quizzes import bank, bank_exchange, queries
from escuela.assessments.quizzes.asked import KINDS
from escuela.assessments.quizzes.bank import Filters
from escuela.assessments.quizzes.bank_forms import BankForm, EntryForm
from escuela.assessments.quizzes.bank_models import BankEntry, BankPicture
from escuela.assessments.quizzes.folders import path_of, tag_of
from escuela.assessments.quizzes.forms import FRESH
from escuela.assessments.quizzes.models import SCHOOL, Question, QuestionBank, Quiz
from escuela.assessments.quizzes.question_forms import KIND_WORDS
from escuela.editions.models import Edition
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number, takes_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from escuela.people.models import User

bp = Blueprint("bank", __name__, url_prefix="/banco-de-preguntas")
PER_PAGE = 25
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A drawing may style itself; opened by its address it can do nothing else."""


def _coordinates_all(user: User | None) -> bool:
    return user is not None and user.is_coordinator


web.NAVIGATION.append(web.Entry(40, _l("Question bank"), "bank.school", _coordinates_all))


@bp.get("")
def school() -> ResponseReturnValue:
    """The banks that there are; the School's own, as long as there is no other."""
    get_or_404(bank.visible_banks(me()).where(QuestionBank.slug == SCHOOL))
    banks = bank.banks_of(me())
    if len(banks) == 1:
        return redirect(url_for(".questions", slug=SCHOOL), 303)
    return render_template("assessments/quizzes/banks.html", banks=banks, opens=bank.opens(me()))


@bp.route("/nuevo", methods=["GET", "POST"])
def new_bank() -> ResponseReturnValue:
    get_or_404(bank.visible_banks(me()).limit(1))
    require(bank.opens(me()))
    form = BankForm()
    if form.validate_on_submit():
        found = bank.open_bank(form.title.data, by=me())
        flash(_("The bank is open."), "good")
        return redirect(url_for(".questions", slug=found.slug), 303)
    page = render_template("assessments/quizzes/bank_new.html", form=form)
    return (page, 422) if request.method == "POST" else page


def visible(slug: str) -> QuestionBank:
    return get_or_404(bank.visible_banks(me()).where(QuestionBank.slug == slug))


def kept(slug: str) -> QuestionBank:
    """A bank for who may change it."""
    found = visible(slug)
    require(bank.keeps(me()))
    return found


@bp.get("/<slug>")
def questions(slug: str) -> ResponseReturnValue:
    found = visible(slug)
    return render_template(
        "assessments/quizzes/bank.html",
        keeps=bank.keeps(me()),
        opens=bank.opens(me()),
        **_listed(found, ".questions"),
    )


@bp.route("/<slug>/nombre", methods=["GET", "POST"])
def rename(slug: str) -> ResponseReturnValue:
    found = visible(slug)
    require(bank.opens(me()))
    form = BankForm(data={"title": found.title})
    if form.validate_on_submit():
        bank.rename(found, form.title.data, by=me())
        flash(_("Saved."), "good")
        return redirect(url_for(".questions", slug=slug), 303)
    page = render_template("assessments/quizzes/bank_name.html", bank=found, form=form)
    return (page, 422) if request.method == "POST" else page


def asked_for() -> Filters:
    """What the address narrows the list by."""
    typed = {name: request.args.get(name, "")[:200].strip() for name in ("q", "tipo", "falta", "item")}
    return Filters(
        words=typed["q"],
        folder=path_of(request.args.get("carpeta", "")),
        tag=tag_of(request.args.get("etiqueta", "")),
        kind=typed["tipo"] if typed["tipo"] in KINDS else "",
        lacks=typed["falta"],
        item=typed["item"],
        retired=request.args.get("retiradas") == "si",
    )


def address_of(filters: Filters) -> dict[str, Any]:
    """The filters as an address has them."""
    return {
        "q": filters.words or None,
        "carpeta": filters.folder or None,
        "etiqueta": filters.tag or None,
        "tipo": filters.kind or None,
        "falta": filters.lacks or None,
        "item": filters.item or None,
        "retiradas": "si" if filters.retired else None,
    }


def _listed(found: QuestionBank, endpoint: str, **where: Any) -> dict[str, Any]:
    """A page of the bank's questions, and what it can be narrowed by."""
    filters, where = asked_for(), where or {"slug": found.slug}
    rows = bank.narrowed(bank.entries(found), filters)
    page = db.paginate(rows, page=page_number(), per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
    kept_filters = address_of(filters)
    return {
        "bank": found,
        "banks": bank.banks_of(me()),
        "page": page,
        "filters": filters,
        "folders": bank.folders(found),
        "tags": bank.tags(found),
        "items": bank.items(found),
        "kinds": KIND_WORDS,
        "difficulty": bank.difficulty([entry.id for entry in page.items]) if page.items else {},
        "narrowing": kept_filters,
        "all": url_for(endpoint, **where),
        "href": lambda number: url_for(endpoint, **where, **kept_filters, page=number),
    }


# --- one question


def _entry(found: QuestionBank, question: str) -> BankEntry:
    return get_or_404(bank.entries(found).where(Question.slug == question))


@bp.get("/<slug>/preguntas/<question>")
def one(slug: str, question: str) -> ResponseReturnValue:
    """A question with what is right in it, how it did, where it is used, and what it said before."""
    found = visible(slug)
    entry = _entry(found, question)
    return render_template(
        "assessments/quizzes/bank_question.html",
        bank=found,
        entry=entry,
        asked=entry.question.asked,
        kinds=KIND_WORDS,
        keeps=bank.keeps(me()),
        difficulty=bank.difficulty([entry.id]).get(entry.id),
        copied=db.session.scalars(bank.copied_into(entry, me())).all(),
        drawn=db.session.scalars(bank.drawn_by(entry, found, me())).all(),
    )


def _fresh(kind: str) -> dict[str, Any]:
    fresh: Callable[[], dict[str, Any]] = FRESH[kind]
    return fresh()


@bp.route("/<slug>/nueva/<kind>", methods=["GET", "POST"])
@takes_files
def new(slug: str, kind: str) -> ResponseReturnValue:
    found = kept(slug)
    if kind not in FRESH:
        abort(404)
    form = EntryForm(data={**_fresh(kind), "folder": path_of(request.args.get("carpeta", ""))})
    form.use(_spoken(found, *({web.language()} & set(found.languages))))
    if request.method == "GET" or form.rearranged or not form.validate_on_submit():
        return _editor(found, None, form)
    entry = bank.add(found, form.question("question", None), form.place(), by=me())
    flash(_("The question is in the bank."), "good")
    return redirect(url_for(".one", slug=found.slug, question=entry.question.slug), 303)


@bp.route("/<slug>/preguntas/<question>/editar", methods=["GET", "POST"])
@takes_files
def edit(slug: str, question: str) -> ResponseReturnValue:
    found = kept(slug)
    entry = _entry(found, question)
    form, asked = EntryForm.of(entry), entry.question.asked
    form.use(_spoken(found, *asked.text))
    if request.method == "GET" or form.rearranged or not form.validate_on_submit():
        return _editor(found, entry, form)
    bank.change(entry, found, form.question(asked.slug, asked), form.place(), by=me())
    flash(_("Saved. Quizzes that copied it before keep their copy."), "good")
    return redirect(url_for(".one", slug=found.slug, question=asked.slug), 303)


def _spoken(found: QuestionBank, *first: str) -> list[str]:
    """The languages of its texts: those that are there already come first."""
    return list(dict.fromkeys([*first, *found.languages]))


def _editor(found: QuestionBank, entry: BankEntry | None, form: EntryForm) -> ResponseReturnValue:
    if form.show.data:
        form.take_picture(partial(bank_exchange.keep_picture, found))
    page = render_template(
        "assessments/quizzes/bank_editor.html",
        bank=found,
        entry=entry,
        form=form,
        kinds=KIND_WORDS,
        folders=bank.folders(found),
        tags=bank.tags(found),
    )
    return (page, 422) if form.errors else page


@bp.post("/<slug>/preguntas/<question>/retirar")
def retire(slug: str, question: str) -> ResponseReturnValue:
    found = kept(slug)
    entry = _entry(found, question)
    bank.retire(entry, found, by=me())
    away = entry.question.removed_at is not None
    flash(_("The question is retired: nobody finds or draws it.") if away else _("The question is back."), "good")
    return redirect(url_for(".one", slug=found.slug, question=question), 303)


@bp.get("/<slug>/imagenes/<name>")
def picture(slug: str, name: str) -> ResponseReturnValue:
    """A picture of a question, for everybody who is signed in: its name, which nobody guesses, came with a question."""
    rows = select(BankPicture).join(QuestionBank, QuestionBank.id == BankPicture.bank_id)
    found = get_or_404(rows.where(QuestionBank.slug == slug, BankPicture.name == name))
    with storage.read(found.key) as stream:
        answer = Response(stream.read(), mimetype=found.media_type)
    answer.set_etag(found.sha256)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer.make_conditional(request.environ)


# --- into a quiz


@bp.route("/<slug>/tomar/<edition>/<activity>", methods=["GET", "POST"])
def take(slug: str, edition: str, activity: str) -> ResponseReturnValue:
    """Choose questions and copy them into a quiz."""
    found, quiz = visible(slug), _coordinated(edition, activity)
    refusal = ""
    if request.method == "POST":
        chosen = [each for each in request.form.getlist("question") if each.isdecimal()][:PER_PAGE]
        rows = bank.entries(found).where(BankEntry.id.in_(map(int, chosen)), Question.removed_at.is_(None))
        try:
            count = bank.take(quiz, db.session.scalars(rows).all(), by=me())
        except DomainError as refused:
            refusal = str(refused.sentence)
            db.session.rollback()
            found, quiz = visible(slug), _coordinated(edition, activity)
        else:
            flash(
                ngettext("%(num)d question is in the quiz now.", "%(num)d questions are in the quiz now.", count),
                "good",
            )
            return redirect(url_for("quizzes.overview", edition=edition, activity=activity), 303)
    page = render_template(
        "assessments/quizzes/bank_take.html",
        edition=quiz.edition,
        quiz=quiz,
        refusal=refusal,
        chosen=request.form.getlist("question"),
        here={question.source_id for question in quiz.questions},
        **_listed(found, ".take", slug=slug, edition=edition, activity=activity),
    )
    return (page, 422) if refusal else page


def _coordinated(edition: str, activity: str) -> Quiz:
    quiz = get_or_404(
        queries.visible_quizzes(me(), edition)
        .where(Quiz.slug == activity)
        .options(
            joinedload(Quiz.edition).selectinload(Edition.staff),
            selectinload(Quiz.every_question).joinedload(Question.newest),
        )
    )
    require(coordinates(me(), quiz.edition))
    return quiz
