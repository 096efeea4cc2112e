"""Many people at once: the list to fill in, sending it, what it would do line by line, and enrolling them."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from sqlalchemy.orm import joinedload

from escuela import web
from escuela.access import get_or_404, me
from escuela.admissions import importing
from escuela.admissions.heads import FIELDS, NEEDED, TEMPLATE, letter
from escuela.admissions.models import RosterImport
from escuela.admissions.roster import FAULT, NOTE, SKIP, Plan, Remark
from escuela.admissions.sheets import BYTES, LINES
from escuela.admissions.views import bp, coordinated
from escuela.editions.models import ARCHIVED, CLOSED, Edition
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number, row_number, takes_files
from escuela.people.models import User
from escuela.people.queries import all_governments

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

LISTS = 10
"""How many of the last lists the page names."""
PER_PAGE = 200
UNKNOWN, CHOOSABLE = 50, 10
"""Most unknown names that can be resolved on a page, and most for which the whole registry is offered."""
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WEIGHTS = {
    FAULT: (_l("To correct"), "bad"),
    SKIP: (_l("Left out"), "info"),
    NOTE: (_l("To know"), "warn"),
}


@bp.get("/personas/lista")
def roster(edition: str) -> ResponseReturnValue:
    return _roster(coordinated(edition))


@bp.post("/personas/lista")
@takes_files
def send_roster(edition: str) -> ResponseReturnValue:
    row = coordinated(edition)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _roster(row, _("Choose the file of the list first.")), 422
    try:
        received = importing.receive(row, sent.stream.read(BYTES + 1), name=sent.filename, by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _roster(row, str(refusal.sentence)), 422
    return _to(received)


def _roster(edition: Edition, refusal: str = "") -> str:
    last = importing.lists_of(edition).options(joinedload(RosterImport.uploaded_by).lazyload(User.roles))
    return render_template(
        "admissions/roster.html",
        edition=edition,
        refusal=refusal,
        lists=db.session.scalars(last.limit(LISTS)).all(),
        over=edition.status in {CLOSED, ARCHIVED},
        most_mb=BYTES // 1_000_000,
        most_lines=LINES,
    )


@bp.get("/personas/lista/plantilla.csv")
def roster_csv(edition: str) -> ResponseReturnValue:
    """The heads alone, as Excel in Spanish and in Portuguese opens them by itself: semicolons, UTF-8 with its mark."""
    coordinated(edition)
    return _download(_sheet([_heads()], ";"), "text/csv", "lista-de-personas.csv")


@bp.get("/personas/lista/plantilla.xlsx")
def roster_xlsx(edition: str) -> ResponseReturnValue:
    """The heads, and on a sheet of its own every local government as the registry calls it."""
    coordinated(edition)
    book = Workbook()
    people, names = book.active, book.create_sheet(_("Local governments"))
    people.title = _("People")
    _fill(people, [_heads()])
    registry = db.session.scalars(all_governments())
    _fill(
        names,
        [[_("Local government"), _("Country")], *([each.name, web.country_name(each.country)] for each in registry)],
    )
    content = BytesIO()
    book.save(content)
    return _download(content.getvalue(), SHEET_TYPE, "lista-de-personas.xlsx")


def _fill(sheet: Any, rows: Iterable[list[str]]) -> None:
    for row in rows:
        sheet.append([_harmless(cell) for cell in row])
    for column, cell in enumerate(sheet[1], 1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = 32
    sheet.freeze_panes = "A2"


def _heads() -> list[str]:
    return [names[web.language()] for names in TEMPLATE.values()]


@bp.get("/personas/lista/<int:number>")
def roster_check(edition: str, number: int) -> ResponseReturnValue:
    """The dry run: what the list would do, and every line that is not right."""
    return _check(_received(coordinated(edition), number))


@bp.post("/personas/lista/<int:number>/columnas")
def roster_columns(edition: str, number: int) -> ResponseReturnValue:
    received = _received(coordinated(edition), number)
    asked = {name: request.form.get(name, type=row_number) for name in FIELDS}
    width = len(received.columns["heads"])
    try:
        importing.read_as(
            received, {name: column for name, column in asked.items() if column is not None and column < width}
        )
    except DomainError as refusal:
        db.session.rollback()
        return _check(received, str(refusal.sentence)), 422
    flash(_("The list is read anew."), "good")
    return _to(received)


@bp.post("/personas/lista/<int:number>/gobiernos")
def roster_governments(edition: str, number: int) -> ResponseReturnValue:
    """Which governments are meant by names that none has; the form names each by its place among the unknown."""
    received = _received(coordinated(edition), number)
    asked = zip(request.form.getlist("key"), request.form.getlist("government"), strict=False)
    known = {each.id for each in db.session.scalars(all_governments())}
    meant = {key: int(chosen) for key, chosen in asked if chosen.isdecimal() and int(chosen) in known}
    importing.resolve(received, meant)
    flash(_("The list is read anew."), "good")
    return _to(received)


@bp.post("/personas/lista/<int:number>/confirmar")
def confirm_roster(edition: str, number: int) -> ResponseReturnValue:
    row = coordinated(edition)
    received = _received(row, number)
    try:
        count = importing.confirm(received, mark=request.form.get("mark", ""), by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _check(received, str(refusal.sentence)), 422
    flash(_("%(count)d people are enrolled. We wrote to each of them.", count=count), "good")
    return redirect(url_for(".people", edition=row.slug), 303)


@bp.get("/personas/lista/<int:number>/lineas.csv")
def roster_faults(edition: str, number: int) -> ResponseReturnValue:
    """Every line about which something is said, with what is said."""
    row = coordinated(edition)
    plan = importing.try_out(_received(row, number)).plan
    heads = [_("Line"), _("E-mail"), _("What"), _("Why")]
    lines = [[str(each.number), each.who, str(WEIGHTS[each.weight][0]), str(each.sentence)] for each in _in_order(plan)]
    separator = "," if web.language() == "en" else ";"
    return _download(_sheet([heads, *lines], separator), "text/csv", f"lista-{number}-{row.slug}.csv")


def _received(edition: Edition, number: int) -> RosterImport:
    who = joinedload(RosterImport.uploaded_by).lazyload(User.roles)
    return get_or_404(importing.lists_of(edition).options(who).where(RosterImport.id == number))


def _to(received: RosterImport) -> ResponseReturnValue:
    return redirect(url_for(".roster_check", edition=received.edition.slug, number=received.id), 303)


def _in_order(plan: Plan) -> list[Remark]:
    """What must be corrected first, then by line."""
    weights = list(WEIGHTS)
    return sorted(plan.remarks, key=lambda remark: (weights.index(remark.weight), remark.number))


def _check(received: RosterImport, refusal: str = "") -> str:
    edition = received.edition
    if received.confirmed_at is not None:
        return render_template("admissions/roster_done.html", edition=edition, received=received)
    try:
        trial = importing.try_out(received)
    except DomainError as gone:
        return _roster(edition, str(gone.sentence))
    remarks, page = _in_order(trial.plan), page_number()
    pages = max(1, -(-len(remarks) // PER_PAGE))
    page = min(page, pages)
    unknown = list(trial.plan.unknown.values())
    return render_template(
        "admissions/roster_check.html",
        edition=edition,
        received=received,
        refusal=refusal,
        plan=trial.plan,
        remarks=remarks[(page - 1) * PER_PAGE : page * PER_PAGE],
        weights=WEIGHTS,
        page=page,
        pages=pages,
        href=lambda number: url_for(".roster_check", edition=edition.slug, number=received.id, page=number),
        unknown=unknown[:UNKNOWN],
        unknown_more=max(0, len(unknown) - UNKNOWN),
        registry=trial.registry.governments if len(unknown) <= CHOOSABLE else [],
        fields=FIELDS,
        needed=NEEDED,
        columns=[
            (column, letter(column), head, _sample(trial.table.lines, column))
            for column, head in enumerate(trial.table.heads)
        ],
        chosen=received.columns["fields"],
        headed=trial.table.headed,
        over=edition.status in {CLOSED, ARCHIVED},
    )


def _sample(lines: Iterable[Any], column: int) -> str:
    """The first thing that stands in a column."""
    return next((cell[:40] for line in lines if (cell := line.cell(column))), "")


def _sheet(rows: Iterable[list[str]], separator: str) -> bytes:
    text = StringIO()
    csv.writer(text, delimiter=separator).writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _harmless(cell: str) -> str:
    """What a spreadsheet would run as a formula begins with an apostrophe instead."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _download(content: bytes, media_type: str, name: str) -> Response:
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
