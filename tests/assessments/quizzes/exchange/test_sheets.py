"""Tables of questions: the template, what people make of it, and what is wrong in a row."""

from __future__ import annotations

import pytest

from escuela.assessments.quizzes.exchange import Line, read, template, template_csv
from escuela.errors import DomainError
from tests.admissions.lists import text, workbook

HEADS = [
    "Tipo",
    "Pregunta",
    "Correcta",
    "Opción 1",
    "Opción 2",
    "Opción 3",
    "Retroalimentación 2",
    "Puntos",
    "Etiquetas",
]
ROW = ["única", "¿Sí?", "2", "no", "sí", "", "Bien", "3", "a; b"]


def lines(*rows: list, heads: list[str] | None = None) -> list[Line]:
    return list(read("x.csv", text([heads or HEADS, *rows]).encode("utf-8-sig"), "es").lines)


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_the_template_is_read_whole(language: str) -> None:
    for data in (template(language), template_csv(language)):
        report = read("plantilla", data, language)
        kinds = [line.question.kind for line in report.lines if line.question]
        assert kinds == [
            *("single", "multiple", "true_false", "short", "number"),
            *("matching", "ordering", "gaps", "classify", "essay"),
        ]
        assert [line.remarks for line in report.lines] == [()] * 10
        assert report.lines[-1].folder != ()


@pytest.mark.parametrize(
    "data",
    [
        text([HEADS, ROW]).encode("utf-8-sig"),
        text([HEADS, ROW], ",").encode(),
        text([HEADS, ROW]).encode("cp1252"),
        text([HEADS, ROW], "\t").encode("utf-16"),
        b"sep=;\r\n" + text([HEADS, ROW]).encode(),
        workbook([["Mis preguntas"], [], HEADS, ["única", "¿Sí?", 2.0, "no", "sí", None, "Bien", 3, "a; b"]]),
    ],
)
def test_a_row_is_a_question_in_every_shape_of_a_table(data: bytes) -> None:
    [line] = read("x", data, "es").lines
    assert line.question
    assert (line.question.kind, line.question.points, line.tags) == ("single", 3, ("a", "b"))
    assert [(each.text["es"], each.right, each.feedback["es"]) for each in line.question.options] == [
        ("no", False, ""),
        ("sí", True, "Bien"),
    ]


def test_letters_name_options_and_lines_of_a_cell_stay() -> None:
    first, second = lines(["múltiple", "Uno\n\ndos", "A, c", "x", "y", "z"], ["multiple", "¿?", "1;2", "x", "y", "z"])
    assert first.question
    assert first.question.text["es"] == "Uno\n\ndos"
    assert [each.right for each in first.question.options] == [True, False, True]
    assert (first.place, second.place) == (2, 3)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (["otra", "¿?"], "`otra` is no type of question."),
        (["única", "¿?", "4", "a", "b"], "An option that is said to be right is empty."),
        (["única", "¿?", "mal", "a", "b"], "`mal` names no option: write its number or letter."),
        (["única", "¿?", "", "a", "b"], "It has no right answer."),
        (["única", "", "1", "a", "b"], "It has no text."),
        (["verdadero/falso", "¿?", "quizá"], "It does not say whether it is true or false."),
        (["número", "¿?", "", "dos"], "`dos` is no number."),
        (["emparejar", "¿?", "", "a", "b"], "A pair of it has no `->`."),
        (["completar", "Un texto", "", "a"], "Its gaps cannot be placed in its text."),
        (["única", "¿?", "1", "a", "b", "", "", "1,5"], "`1,5` is no whole number from 1 to 100."),
        (["única", "x" * 11_000, "1", "a", "b"], "A text in it has more than 10000 characters."),
    ],
)
def test_what_is_wrong_in_a_row_is_said_in_its_line(row: list[str], sentence: str) -> None:
    [line] = lines(row)
    assert (line.question, [str(each) for each in line.remarks]) == (None, [sentence])


def test_a_table_of_something_else_is_refused() -> None:
    with pytest.raises(DomainError, match="no columns for the type"):
        read("x.xlsx", workbook([["Nombre", "Correo"], ["Ana", "a@b.co"]]), "es")
