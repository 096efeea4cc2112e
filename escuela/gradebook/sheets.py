"""The gradebook as a spreadsheet, with words for states and numbers for marks: CSV and XLSX hold the same lines."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache, lru_cache
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
from escuela.gradebook.models import EXCUSE, MARK, Points
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
    marked, values = set(marked_kinds()), _words()
    columns = [(activity, activity.kind in marked) for activity in book.activities]
    titles = [head for activity, has_mark in columns for head in _heads(activity, has_mark=has_mark)]
    who = [_("Participant"), _("Local government"), _("Country")]
    yield [*who, *titles, _("Marks"), _("Points"), _("Points possible"), _("Percent"), _("As of")]
    printed = printed_at(book, at)
    for person, cells in book.rows(book.found):
        line: list[Value] = [person.name, person.government, web.country_name(person.country)]
        for cell, (_activity, has_mark) in zip(cells, columns, strict=True):
            line += values(cell, has_mark)
        yield [*line, person.marks, *_total(person.total), printed]


def _heads(activity: ActivityFacts, *, has_mark: bool) -> list[str]:
    title = f"{activity.module.position}.{activity.position} {web.plain(activity.title)}"
    return [title, *([_("%(title)s: points", title=title), _("%(title)s: of", title=title)] if has_mark else [])]


def _words() -> Callable[[Cell, bool], tuple[Value, ...]]:
    """What a cell says: its state, and of what can have a mark the points. Of a hundred thousand few are different."""

    @cache
    def values(cell: Cell, has_mark: bool) -> tuple[Value, ...]:  # noqa: FBT001 - the key of a cache
        state = ", ".join(str(words) for words in (STATES[cell.state], VERDICTS.get(cell.verdict)) if words)
        if not has_mark:
            return (state,)
        return (state, cell.mark.earned / 100, cell.mark.possible / 100) if cell.mark else (state, None, None)

    return values


def _total(total: Points | None) -> tuple[Value, ...]:
    """Earned, possible, percent."""
    return (total.earned / 100, total.possible / 100, round(100 * total.ratio, 2)) if total else (None, None, None)


def as_csv(rows: Iterable[list[Value]]) -> str:
    """As spreadsheets expect it: the byte order mark of UTF-8; semicolons where a comma is for decimals."""
    text = StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter="," if web.language() == "en" else ";")
    number = cache(lambda value: str(format_decimal(value, "0.##")))
    writer.writerows([number(each) if isinstance(each, float) else _harmless(each) for each in row] for row in rows)
    return text.getvalue()


def as_xlsx(rows: Iterable[list[Value]], title: str) -> bytes:
    """One sheet with its heads and names held in place."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "B2"
    for column, width in enumerate((34, 44, 16), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(rows):
        values = [_harmless(value) for value in row]
        sheet.append(values if number else [_head(sheet, value) for value in values])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _head(sheet: Any, value: Value) -> Any:
    cell = WriteOnlyCell(sheet, value)
    cell.font = Font(bold=True)
    return cell


@lru_cache(maxsize=10_000, typed=True)
def _harmless(value: Value) -> Value:
    """A text that a spreadsheet would run as a formula begins with an apostrophe instead."""
    if not isinstance(value, str):
        return value
    text = ILLEGIBLE.sub("", value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
