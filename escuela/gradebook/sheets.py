"""The gradebook as a spreadsheet, with words for states and numbers for marks: CSV and XLSX hold the same lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from escuela import clock, web
from escuela.editions.kinds import DONE, NOT_BEGUN, PART, RETURNED, WAITING
from escuela.forms import ILLEGIBLE
from escuela.gradebook.book import Book, Cell
from escuela.gradebook.models import EXCUSE, MARK
from escuela.gradebook.policies import marked_kinds
from escuela.learning.programme import ActivityFacts

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    DONE: _l("done"),
    PART: _l("begun"),
    WAITING: _l("in review"),
    RETURNED: _l("changes requested"),
    NOT_BEGUN: _l("not begun"),
}
VERDICTS = {MARK: _l("mark changed"), EXCUSE: _l("excused")}

Value = str | int | float | None


def in_points(hundredths: int) -> str:
    """«8», «8,5»: hundredths of a point as the reader writes numbers."""
    return str(format_decimal(hundredths / 100, "#,##0.##"))


def printed_at(book: Book, at: datetime) -> str:
    """When a sheet was made, on the clock of the edition."""
    return f"{at.astimezone(clock.zone(book.edition.zone)):%Y-%m-%d %H:%M} {book.edition.zone}"


def lines(book: Book, at: datetime) -> Iterator[list[Value]]:
    """The heads, then everybody found. Points and percent are numbers."""
    marked = set(marked_kinds())
    columns = [(each, each.kind in marked) for each in book.activities]
    heads: list[Value] = [_("Participant"), _("Local government"), _("Country")]
    for activity, has_mark in columns:
        heads += _heads(activity, has_mark=has_mark)
    yield [*heads, _("Marks"), _("Points"), _("Points possible"), _("Percent"), _("As of")]
    printed = printed_at(book, at)
    for person, cells in book.rows(book.found):
        line: list[Value] = [person.name, person.government, web.country_name(person.country)]
        for cell, (_activity, has_mark) in zip(cells, columns, strict=True):
            line += _values(cell, has_mark=has_mark)
        earned, possible, percent = (
            (person.total.earned / 100, person.total.possible / 100, round(100 * person.total.ratio, 2))
            if person.total
            else (None, None, None)
        )
        yield [*line, person.marks, earned, possible, percent, printed]


def _heads(activity: ActivityFacts, *, has_mark: bool) -> list[Value]:
    title = f"{activity.module.position}.{activity.position} {web.plain(activity.title)}"
    return [title, *([_("%(title)s: points", title=title), _("%(title)s: of", title=title)] if has_mark else [])]


def _values(cell: Cell, *, has_mark: bool) -> list[Value]:
    state = str(STATES[cell.state])
    if cell.verdict in VERDICTS:
        state = f"{state}, {VERDICTS[cell.verdict]}"
    if not has_mark:
        return [state]
    return [state, *(each / 100 for each in cell.mark)] if cell.mark else [state, None, None]


def as_csv(rows: Iterable[list[Value]]) -> str:
    """As spreadsheets expect it: the byte order mark of UTF-8; semicolons where a comma is for decimals."""
    text = StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter="," if web.language() == "en" else ";")
    writer.writerows([_written(value) for value in row] for row in rows)
    return text.getvalue()


def _written(value: Value) -> str:
    if isinstance(value, float):
        return str(format_decimal(value, "0.##"))
    return "" if value is None else str(_harmless(value))


def as_xlsx(rows: Iterable[list[Value]], title: str) -> bytes:
    """One sheet with its heads and names held in place."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    for column, width in enumerate((34, 44, 16), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(rows):
        sheet.append([_in_cell(sheet, value, head=number == 0) for value in row])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _in_cell(sheet: Any, value: Value, *, head: bool) -> Any:
    """A text is said to be a text, whatever it begins with."""
    cell = WriteOnlyCell(sheet, _harmless(value))
    if isinstance(value, str):
        cell.data_type = "s"
    if head:
        cell.font = Font(bold=True)
    return cell


def _harmless(value: Value) -> Value:
    """A text that a spreadsheet would run as a formula begins with an apostrophe instead."""
    if not isinstance(value, str):
        return value
    text = ILLEGIBLE.sub("", value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
