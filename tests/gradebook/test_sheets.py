"""The gradebook as a spreadsheet: the same lines in both kinds of file, harmless whatever people are called."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from escuela.extensions import db
from escuela.gradebook import services
from escuela.gradebook.models import Points
from tests import factories
from tests.gradebook.conftest import TABLE, attempt, reviewed

CSV, XLSX = f"{TABLE}.csv", f"{TABLE}.xlsx"
FORMULAS = ["=1+1", "+5411", "-2", "@cmd", '=HYPERLINK("http://example.org")']


def lines(answer, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=delimiter))


def cells(answer) -> list[list[object]]:
    sheet = load_workbook(BytesIO(answer.data)).active
    return [[cell.value for cell in row] for row in sheet.rows]


@pytest.fixture
def marked(cast):
    attempt(cast.quiz, cast.lucias, 7)
    reviewed(cast.assignment, cast.lucias, 2, 1)
    services.give(cast.lucias, cast.quiz, Points(850, 1000), reason="Corregido.", by=cast.gabriela)
    services.excuse(cast.martins, cast.quiz, reason="Licencia.", by=cast.gabriela)
    db.session.commit()
    return cast


def test_the_csv_has_words_for_states_numbers_for_marks_and_its_date(marked, as_):
    answer = as_(marked.gabriela).get(CSV)
    assert (answer.mimetype, answer.data[:3]) == ("text/csv", b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calificaciones-novena-2026-10-20.csv"'
    head, lucia, martin = lines(answer)
    lesson, quiz, work = (f"1.{each.position} {each.title['en']}" for each in marked.module.activities)
    of_each = [lesson, *(f"{title}{part}" for title in (quiz, work) for part in ("", ": points", ": of"))]
    assert head[:3] == ["Participant", "Local government", "Country"]
    assert head[3:] == [*of_each, "Marks", "Points", "Points possible", "Percent", "As of"]
    printed = "2026-10-20 12:00 America/Montevideo"
    states = ["not begun", "done, mark changed", "8.5", "10", "done", "3", "4"]
    who = ["Lucía Ceibo Coronilla", "Intendencia de Canelones", "Uruguay"]
    assert lucia == [*who, *states, "2", "11.5", "14", "82.14", printed]
    excused = ["not begun", "not begun, excused", "", "", "not begun", "", ""]
    assert martin[3:] == [*excused, "0", "", "", "", printed]


def test_both_kinds_of_file_hold_the_same_lines(marked, as_):
    browser = as_(marked.gabriela)
    answer = browser.get(XLSX)
    assert answer.mimetype == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calificaciones-novena-2026-10-20.xlsx"'
    written = [["" if value is None else str(value) for value in row] for row in cells(answer)]
    assert written == lines(browser.get(CSV))
    assert cells(answer)[1][5] == 8.5  # a number, to count with


def test_numbers_and_separators_are_those_of_the_reader(marked, as_):
    marked.renata.language = "pt"
    db.session.commit()
    lucia = lines(as_(marked.renata).get(CSV), ";")[1]
    assert (lucia[5], lucia[-2]) == ("8,5", "82,14")


@pytest.mark.parametrize("name", FORMULAS)
def test_what_looks_like_a_formula_stays_a_text_in_both(name, marked, as_):
    marked.lucia.name = marked.canelones.name = name
    marked.quiz.title = factories.words(name)
    db.session.commit()
    browser = as_(marked.gabriela)
    assert [f"'{name}", f"'{name}"] in [line[:2] for line in lines(browser.get(CSV))]
    sheet = load_workbook(BytesIO(browser.get(XLSX).data)).active
    assert all(cell.data_type != "f" for row in sheet.rows for cell in row)
    assert not [cell.value for row in sheet.rows for cell in row if str(cell.value).startswith(tuple("=+-@"))]


def test_signs_that_no_sheet_holds_are_left_out(marked, as_):
    marked.lucia.name = "Lucía\x07 Ceibo\ufffe"
    db.session.commit()
    assert as_(marked.gabriela).get(XLSX).status_code == 200
    assert "Lucía Ceibo" in lines(as_(marked.gabriela).get(CSV))[1][0]


def test_sheets_obey_the_filters_and_have_no_pages(marked, as_):
    elsewhere = factories.quiz(factories.module(marked.edition))
    ana = factories.enrolment(factories.user("Ana Ipê"), marked.edition, marked.catamarca)
    attempt(elsewhere, ana, 5)
    found = lines(as_(marked.gabriela).get(CSV, query_string={"gobierno": marked.catamarca.id, "modulo": 2}))
    assert [line[0] for line in found] == ["Participant", "Ana Ipê"]
    assert found[1][3:10] == ["begun", "5", "10", "1", "5", "10", "50"]
    assert len(cells(as_(marked.gabriela).get(XLSX, query_string={"q": "nobody"}))) == 1
