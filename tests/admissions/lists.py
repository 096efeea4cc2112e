"""Lists of people as programs write them: real bytes, for tests."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO, StringIO

from openpyxl import Workbook

HEADS = ("Correo electrónico", "Nombre completo", "Gobierno local", "País", "Cargo")
ANA = ("ana@example.org", "Ana Jacarandá Ombú", "Intendencia de Canelones", "Uruguay", "Directora")
JOAO = ("joao@example.org", "João Ipê Angelim", "Municipalidad de San Fernando del Valle de Catamarca", "AR", "")
Rows = Sequence[Sequence[object]]


def text(rows: Rows, separator: str = ";", *, end: str = "\r\n") -> str:
    stream = StringIO(newline="")
    csv.writer(stream, delimiter=separator, lineterminator=end).writerows(rows)
    return stream.getvalue()


def workbook(rows: Rows, *, sheets: Iterable[str] = ("Hoja1",), merged: str = "") -> bytes:
    """The rows on the last of the sheets."""
    book = Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
    for row in rows:
        sheet.append(list(row))
    if merged:
        sheet.merge_cells(merged)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def with_member(content: bytes, name: str, data: bytes) -> bytes:
    """The same zip with one file replaced or added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, data)
    return out.getvalue()
