"""Files of questions into the bank and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from escuela import web
from escuela.access import get_or_404, me
from escuela.assessments.quizzes import bank, bank_exchange
from escuela.assessments.quizzes.bank_exchange import COMES, FORMATS, SKIPPED, THERE
from escuela.assessments.quizzes.bank_forms import ImportForm
from escuela.assessments.quizzes.bank_models import BankImport
from escuela.assessments.quizzes.bank_views import address_of, asked_for, bp, kept, visible
from escuela.assessments.quizzes.folders import path_of
from escuela.assessments.quizzes.models import QuestionBank
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import takes_files

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from escuela.assessments.quizzes.exchange import Export


@bp.route("/<slug>/importar", methods=["GET", "POST"])
@takes_files
def look(slug: str) -> ResponseReturnValue:
    """Choose a file: it is kept to be looked at, and nothing of it is in the bank yet."""
    found, form = kept(slug), ImportForm(language=web.language(), folder=path_of(request.args.get("carpeta", "")))
    refusal = ""
    if form.validate_on_submit():
        file, folder = form.file.data, path_of(form.folder.data or "")
        try:
            row = bank_exchange.look(
                found, file.filename, file.stream, language=form.language.data, folder=folder, by=me()
            )
        except DomainError as refused:
            db.session.rollback()
            found, refusal = kept(slug), str(refused.sentence)
        else:
            return redirect(url_for(".report", slug=found.slug, file=row.id), 303)
    folders = bank.folders(found)
    page = render_template(
        "assessments/quizzes/bank_import.html", bank=found, form=form, refusal=refusal, folders=folders
    )
    return (page, 422) if request.method == "POST" else page


def _mine(found: QuestionBank, file: int) -> BankImport:
    rows = select(BankImport).where(BankImport.bank_id == found.id, BankImport.made_by_id == me().id)
    return get_or_404(rows.where(BankImport.id == file))


@bp.get("/<slug>/importar/<int:file>")
def report(slug: str, file: int) -> ResponseReturnValue:
    """A line for each question of the file: what becomes of it, and why."""
    found = kept(slug)
    row = _mine(found, file)
    read = bank_exchange.report_of(row)
    fates = bank_exchange.fates(found.id, read)
    return render_template(
        "assessments/quizzes/bank_report.html",
        bank=found,
        row=row,
        remarks=read.remarks,
        fates=fates,
        counts={what: sum(fate.what == what for fate in fates) for what in (COMES, THERE, SKIPPED)},
    )


@bp.post("/<slug>/importar/<int:file>")
def take_in(slug: str, file: int) -> ResponseReturnValue:
    found = kept(slug)
    row = _mine(found, file)
    folder = row.folder
    if "leave" in request.form:
        db.session.delete(row)
        flash(_("The file is gone; nothing of it came in."), "good")
        return redirect(url_for(".questions", slug=found.slug), 303)
    count = bank_exchange.take_in(row, by=me())
    flash(ngettext("%(num)d question came in.", "%(num)d questions came in.", count), "good")
    return redirect(url_for(".questions", slug=found.slug, carpeta=folder or None), 303)


@bp.get("/<slug>/exportar/<form>")
def export(slug: str, form: str) -> ResponseReturnValue:
    """What the list shows, as a file; first what the file cannot hold, where there is something."""
    if form not in FORMATS:
        abort(404)
    found, filters = visible(slug), asked_for()
    entries = db.session.scalars(bank.narrowed(bank.entries(found), filters)).all()
    written = bank_exchange.write(found, entries, form, web.language())
    if (written.left_out or written.remarks) and request.args.get("descargar") != "si":
        titles = {entry.question.slug: entry.question.asked.text for entry in entries}
        return render_template(
            "assessments/quizzes/bank_export.html",
            bank=found,
            written=written,
            titles=titles,
            href=url_for(".export", slug=found.slug, form=form, **address_of(filters), descargar="si"),
        )
    return _file(found, written, form)


def _file(found: QuestionBank, written: Export, form: str) -> Response:
    suffix, media_type = bank_exchange.kind_of(written, form)
    answer = Response(written.data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.slug}{suffix}"'
    return answer
