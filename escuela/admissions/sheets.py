"""A list of people as a file: CSV of any spreadsheet, or XLSX, read into numbered lines of clean cells.

A file is what somebody sends: nothing of it is run, and how much is unpacked is bounded before it is.
"""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import chain, islice, repeat
from typing import Any
from xml.etree.ElementTree import ParseError

from flask_babel import lazy_gettext as _l
from openpyxl import load_workbook

from escuela.errors import DomainError
from escuela.forms import legible

BYTES = 5_000_000
"""Most bytes of a file."""
LINES, COLUMNS, LETTERS = 5_000, 60, 1_000
"""Most lines, columns and characters of a cell that are read; a longer cell is cut and then refused for its length."""
UNPACKED, MEMBERS = 30_000_000, 500
"""Most bytes and files inside an XLSX, by its own table of contents, past which Python reads nothing."""
ROWS = 100_000
"""Most rows of a workbook that are walked through, empty ones and those that a file leaves out too."""
ABOVE = 20
"""Most lines above the heads: a title, a logo, a date."""
SEPARATORS = ";,\t|"

_TOO_BIG = _l("This file is far too big once it is unpacked. Copy the list into a new sheet and send that.")
_OLD_EXCEL, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"
_NO_ZIP = (zipfile.BadZipFile, zlib.error)
_SEP = re.compile(r'^"?sep=(.)"?\s*$', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is what the spreadsheet shows beside it."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """Empty past the end, as in a spreadsheet."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


class UnreadableError(DomainError):
    """The file is no list that can be read: the sentence says which kind of file it seems to be and what to do."""


def read(content: bytes, *, clean: Callable[[Any], str] | None = None) -> list[Line]:
    """The lines of a file that have something in them. Raises UnreadableError.

    `clean` makes words of a cell's value, where cells of one short line are not what is wanted.
    """
    if len(content) > BYTES:
        raise UnreadableError(_l("The file is bigger than %(most)d MB. Divide the list.", most=BYTES // 1_000_000))
    if content.startswith(_OLD_EXCEL):
        raise UnreadableError(
            _l("This is an old Excel file, or one with a password. Save it as .xlsx without a password, or as CSV.")
        )
    rows = _of_workbook(content) if content.startswith(_ZIP) else _of_text(content)
    lines = list(islice(_lines(rows, clean or _clean), LINES + ABOVE + 1))
    if not lines:
        raise UnreadableError(_l("The file is empty. Check it and send it again."))
    if len(lines) > LINES + ABOVE:
        raise UnreadableError(_l("The list has more than %(most)d lines. Divide it.", most=LINES))
    return lines


def _lines(rows: Iterable[Sequence[Any]], clean: Callable[[Any], str]) -> Iterator[Line]:
    for number, row in enumerate(rows, 1):
        cells = [clean(value) for value in row[:COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield Line(number, tuple(cells))


def _clean(value: Any) -> str:
    """A cell as it was meant: one line, without signs that show nothing, a number as it is written."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        value = value.isoformat()[:10]
    words = " ".join((legible(str(value)[:LETTERS]) or "").split())
    return words[1:] if len(words) > 1 and words[0] == "'" and words[1] in "=+-@'" else words


# --- text


def _of_text(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\0" in text or text.lstrip()[:1] == "<" or text.startswith(("%PDF", "{\\rtf")):
        raise UnreadableError(_l("This is neither a CSV nor an XLSX file. Save the list as one of them and send it."))
    first, _end, rest = text.partition("\n")
    if said := _SEP.match(first.strip("\r")):  # Excel obeys this line and does not count it
        return _records(rest, said[1])
    return _records(text, _separator(text))


def _decoded(content: bytes) -> str:
    """By its mark; else UTF-8 if it can be that, else as Excel writes it on a Windows of Latin America."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    beginning = content[:400]
    if beginning[1::2].count(0) > len(beginning) // 4:
        return content.decode("utf-16-le", "replace")
    if beginning[::2].count(0) > len(beginning) // 4:
        return content.decode("utf-16-be", "replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _separator(text: str) -> str:
    """The one that divides the first lines into the same number of columns, and into most."""

    def figure(separator: str) -> tuple[int, int]:
        widths = [len(row) for row in islice(_records(text, separator), ABOVE) if any(row)]
        found = max(set(widths), key=lambda width: (width > 1, widths.count(width), width), default=1)
        return (widths.count(found), found) if found > 1 else (0, 0)

    return max(SEPARATORS, key=figure)


def _records(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=separator)
    except csv.Error:
        raise UnreadableError(
            _l("A quotation mark opens in the list and never closes. Check it in a spreadsheet and save it again.")
        ) from None


# --- workbooks


def _of_workbook(content: bytes) -> Iterator[Sequence[Any]]:
    """Values, never formulas, of the first sheet that shows and holds something."""
    _ensure_harmless(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        left = iter(range(ROWS))
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what the file claims of its size is often wrong
            rows = _at_most(left, sheet.iter_rows(max_col=COLUMNS, values_only=True))
            for above, row in enumerate(rows):
                if any(value is not None for value in row):
                    yield from chain(repeat((), above), [row], rows)
                    return
    except (LookupError, ValueError, TypeError, AttributeError, EOFError, OSError, ParseError, *_NO_ZIP):
        raise UnreadableError(
            _l("This file cannot be read as XLSX. Open it in a spreadsheet, save it as .xlsx or CSV and send that.")
        ) from None


def _at_most(left: Iterator[int], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Rows, as many as are left for all the sheets of a workbook. A row may say that it is the millionth."""
    for row in rows:
        if next(left, None) is None:
            raise UnreadableError(_TOO_BIG)
        yield row


def _ensure_harmless(content: bytes) -> None:
    """Of a zip: few files, not large once unpacked, each what the table of contents says, none with entities."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if "xl/workbook.xml" not in names:
                raise UnreadableError(
                    _l("This is neither a CSV nor an XLSX file. Save the list as one of them and send it.")
                )
            if len(members) > MEMBERS or sum(member.file_size for member in members) > UNPACKED:
                raise UnreadableError(_TOO_BIG)
            for member in members:
                if member.filename.endswith((".xml", ".rels")) and _has_entities(archive.read(member)):
                    raise UnreadableError(_l("This file holds what no spreadsheet writes. Save the list as CSV."))
    except (NotImplementedError, RuntimeError, OSError, EOFError, ValueError, *_NO_ZIP):
        raise UnreadableError(
            _l("This file did not arrive whole, or it has a password. Open it, save it again and send that.")
        ) from None


def _has_entities(xml: bytes) -> bool:
    """Whether it declares any, in whichever encoding."""
    return any(mark in xml or mark in xml.replace(b"\0", b"") for mark in (b"<!DOCTYPE", b"<!ENTITY"))
