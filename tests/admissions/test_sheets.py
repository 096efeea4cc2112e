"""Every shape in which spreadsheets write a list is read; what is no list is refused with a sentence."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escuela.admissions import sheets
from escuela.admissions.heads import TEMPLATE, guessed, letter, table_of
from escuela.admissions.sheets import UnreadableError, read
from tests.admissions.lists import ANA, HEADS, JOAO, text, with_member, workbook

ROWS = [HEADS, ANA, JOAO]
NBSP = "\u00a0"
ANA_SPACED = (f"{NBSP}ana@example.org ", f"Ana{NBSP}Jacarandá  Ombú", *ANA[2:])
SHAPES = {
    "semicolons, UTF-8": text(ROWS).encode(),
    "UTF-8 with its mark": text(ROWS).encode("utf-8-sig"),
    "Windows of Latin America": text(ROWS).encode("cp1252"),
    "UTF-16 with its mark": text(ROWS, "\t").encode("utf-16"),
    "UTF-16, the other way round": "\ufeff".encode("utf-16-be") + text(ROWS, "\t").encode("utf-16-be"),
    "UTF-16 without its mark": text(ROWS).encode("utf-16-le"),
    "commas": text(ROWS, ",").encode(),
    "tabs": text(ROWS, "\t").encode(),
    "lines of Unix": text(ROWS, end="\n").encode(),
    "lines of old Macs": text(ROWS, end="\r").encode(),
    "the separator said first": b"sep=;\r\n" + text(ROWS).encode(),
    "the separator said first, after the mark": b"\xef\xbb\xbfsep=|\r\n" + text(ROWS, "|").encode(),
    "empty columns and lines at the end": (text([[*row, "", ""] for row in ROWS]) + ";;;;;;\r\n" * 40).encode(),
    "spaces that do not break": text([HEADS, ANA_SPACED, JOAO]).encode(),
    "signs that show nothing": text([HEADS, ["\u200b" + ANA[0], *ANA[1:]], JOAO]).encode(),
    "everything in quotes": "\n".join(";".join(f'"{cell}"' for cell in row) for row in ROWS).encode(),
    "XLSX": workbook(ROWS),
    "XLSX with empty lines and columns at the end": workbook([*ROWS, *[["", None, " "]] * 50]),
    "XLSX after an empty sheet": workbook(ROWS, sheets=("Vacía", "Personas")),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_the_same_list(shape: str) -> None:
    table = table_of(read(SHAPES[shape]))
    assert table.headed
    assert table.heads[:5] == HEADS
    assert [tuple(line.cell(column) for column in range(5)) for line in table.lines] == [ANA, JOAO]
    assert guessed(table) == {"email": 0, "name": 1, "government": 2, "country": 3, "position": 4}


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        (text(ROWS).encode(), [2, 3]),
        (b"sep=;\r\n" + text(ROWS).encode(), [2, 3]),
        (text([["Escuela de Resiliencia"], [], *ROWS]).encode(), [4, 5]),
        (text([HEADS, ANA, [], JOAO]).encode(), [2, 4]),
        (text([HEADS, [*ANA[:4], "Dos\nlíneas"], JOAO]).encode(), [2, 3]),
        (workbook([["Lista de la novena edición"], [], *ROWS], merged="A1:E1"), [4, 5]),
        (workbook([HEADS, ANA, [], [], JOAO]), [2, 5]),
    ],
)
def test_lines_have_the_numbers_that_a_spreadsheet_shows(content: bytes, numbers: list[int]) -> None:
    assert [line.number for line in table_of(read(content)).lines] == numbers


def test_cells_of_a_workbook_are_what_they_show() -> None:
    rows = [
        ["Nombre", "Correo", "Teléfono", "Desde", "Fórmula"],
        ["Ana", "a@b.co", 98123456.0, date(2026, 3, 1), "=1+1"],
    ]
    [line] = table_of(read(workbook(rows))).lines
    assert line.cells == ("Ana", "a@b.co", "98123456", "2026-03-01"), "a formula nobody has calculated is empty"


def test_a_list_without_heads_has_columns_with_letters() -> None:
    table = table_of(read(text([ANA, JOAO]).encode()))
    assert (table.headed, table.heads) == (False, ("A", "B", "C", "D", "E"))
    assert guessed(table) == {"email": 0}
    assert len(table.lines) == 2
    assert [letter(column) for column in (0, 25, 26, 59)] == ["A", "Z", "AA", "BH"]


def test_heads_that_nobody_knows_stand_above_the_first_address() -> None:
    table = table_of(read(text([["Liste"], ["Anschrift", "Wer"], ["a@b.co", "Ana"]]).encode()))
    assert table.heads == ("Anschrift", "Wer")
    assert guessed(table) == {"email": 0}


@pytest.mark.parametrize(
    ("heads", "field"),
    [
        ("E-MAIL:", "email"),
        ("Correo electronico (institucional)", "email"),
        ("Endereço de e-mail", "email"),
        ("NOME COMPLETO", "name"),
        ("Prefeitura", "government"),
        ("Função", "position"),
        ("Fuso horário", "zone"),
        ("Punto focal", "focal_point"),
    ],
)
def test_heads_are_known_in_three_languages_with_or_without_accents(heads: str, field: str) -> None:
    assert field in guessed(table_of(read(text([[heads, "Otra cosa", "País"], ["x", "y", "z"]]).encode())))


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_our_own_list_is_read_back(language: str) -> None:
    heads = [names[language] for names in TEMPLATE.values()]
    assert list(guessed(table_of(read(text([heads, ANA]).encode())))) == list(TEMPLATE)


def _spoilt(content: bytes, name: str) -> bytes:
    """The same zip, with what a file of it is compressed to no longer what any program compresses to."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        begins = archive.getinfo(name).header_offset + 30 + len(name)
    return content[:begins] + b"\xff\xff" + content[begins + 2 :]


BOMB = with_member(workbook(ROWS), "xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 40_000_000 + b"</worksheet>")
SHEET = "xl/worksheets/sheet1.xml"
FAR = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="%d"><c r="A1">'
FAR += b"<v>1</v></c></row></sheetData></worksheet>"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf  \r\n;;;\r\n", "is empty"),
        (workbook([[]]), "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
        (b"%PDF-1.7\n%...", "neither a CSV nor an XLSX"),
        (b"<html><table><tr><td>a@b.co</td></tr></table></html>", "neither a CSV nor an XLSX"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "neither a CSV nor an XLSX"),
        (with_member(b"PK\x05\x06" + b"\0" * 18, "word/document.xml", b"<x/>"), "neither a CSV nor an XLSX"),
        (workbook(ROWS)[:-200], "did not arrive whole"),
        (BOMB, "far too big once it is unpacked"),
        (with_member(workbook(ROWS), "xl/worksheets/sheet1.xml", LAUGHS), "what no spreadsheet writes"),
        (with_member(workbook(ROWS), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"), "cannot be read"),
        (with_member(workbook(ROWS), "xl/workbook.xml", b"<nothing/>"), "."),
        (with_member(workbook(ROWS), SHEET, b"<?xml version='1.0' encoding='klingon'?><worksheet/>"), "cannot be read"),
        (with_member(workbook(ROWS), SHEET, FAR % 99_999_999), "far too big"),
        (_spoilt(workbook(ROWS), "xl/workbook.xml"), "did not arrive whole"),
        (text([HEADS, *[ANA] * (sheets.LINES + 50)]).encode(), "more than 5000 lines"),
        (b"a;b\r\n" + b'"' + b"x" * 200_000, "quotation mark"),
        (b"x" * (sheets.BYTES + 1), "bigger than 5 MB"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableError, match=sentence):
        read(content)


def test_rows_that_sheets_leave_out_are_counted_for_all_of_them_together() -> None:
    half = FAR % (sheets.ROWS // 2)
    content = with_member(workbook(ROWS, sheets=("Una", "Dos", "Tres")), SHEET, half.replace(b"<v>1</v>", b""))
    assert len(read(content)) == len(ROWS), "a far row with nothing in it, before the list"
    content = with_member(content, "xl/worksheets/sheet2.xml", half.replace(b"<v>1</v>", b""))
    with pytest.raises(UnreadableError, match="far too big"):
        read(content)


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_read_or_refused(content: bytes) -> None:
    for sent in (content, b"PK\x03\x04" + content):
        try:
            lines = read(sent)
        except UnreadableError:
            continue
        guessed(table_of(lines))


def test_a_workbook_with_broken_bytes_inside_is_refused() -> None:
    content = bytearray(workbook(ROWS))
    content[46] = 0  # in the compressed bytes of its first file
    with pytest.raises(UnreadableError, match="did not arrive whole"):
        read(bytes(content))
