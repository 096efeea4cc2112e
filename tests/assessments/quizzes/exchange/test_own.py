"""Questions in the School's own text: what the bank writes comes back, and every question has its line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escuela import source
from escuela.assessments.quizzes.asked import AcceptedText, GapText, OptionText, QuestionText
from escuela.assessments.quizzes.exchange import own, read
from escuela.assessments.quizzes.exchange.report import Entry, Report
from escuela.columns import Localized
from escuela.errors import DomainError
from tests.assessments.quizzes.exchange import drawn
from tests.assessments.quizzes.exchange.drawn import picture

ESSAY = QuestionText("una", "essay", Localized(es="Una", pt="Uma"))
TEXT = """language: es
questions:
  - slug: una
    kind: essay
    text: Cuente una inundación.
  - slug: dos
    kind: single
    text: "¿Qué mide un pluviómetro?"
    pionts: 3
    options:
      a:
        text: La lluvia
      b:
        text: El viento
  - tres
  - kind: oral
"""


def back(*entries: Entry, language: str = "es", pictures: dict[str, bytes] | None = None) -> Report:
    export = own.write(entries, language, pictures or {})
    assert (export.remarks, export.left_out) == ((), ())
    return read("x", export.data, "en")


EVERY = (
    drawn.choosing()
    | drawn.true_false()
    | drawn.short()
    | drawn.number()
    | drawn.pairs(drawn.SIGNS)
    | drawn.ordering()
    | drawn.gaps()
    | drawn.essay()
)


@settings(max_examples=100, deadline=None)
@given(EVERY, st.integers(1, 100), st.booleans())
def test_a_question_of_every_kind_comes_back_as_it_was(question: QuestionText, points: int, partial: bool) -> None:
    partial = partial and question.kind in {"multiple", "matching", "ordering", "gaps", "classify"}
    question = replace(question, points=points, partial=partial)
    [line] = back(Entry(question)).lines
    assert line.question == question, [str(each) for each in line.remarks]


def test_place_and_languages_come_back() -> None:
    other = QuestionText("outra", "essay", Localized(pt="Outra"))
    report = back(Entry(ESSAY, ("Agua", "Lluvia"), ("básica",), ("sendai",)), Entry(other))
    assert [(line.question, line.folder, line.tags, line.items) for line in report.lines] == [
        (ESSAY, ("Agua", "Lluvia"), ("básica",), ("sendai",)),
        (other, (), (), ()),
    ]


def test_what_is_said_of_a_gap_and_of_an_answer_that_earns_nothing_comes_back() -> None:
    gaps = (
        GapText(
            "a",
            (
                OptionText("a", Localized(es="sube"), True, Localized(es="Así es")),
                OptionText("b", Localized(es="baja")),
            ),
        ),
        GapText("b", accepted=(AcceptedText("mar"), AcceptedText("lago", 0, feedback=Localized(es="Es más grande")))),
    )
    question = QuestionText("rio", "gaps", Localized(es="El río [[a]] y va al [[b]]."), gaps=gaps)
    [line] = back(Entry(question)).lines
    assert line.question == question


def test_pictures_come_along_in_a_zip() -> None:
    shown = replace(ESSAY, text=Localized(es="Mire: ![Un mapa](media/mapa.png)"))
    report = back(Entry(shown), pictures={"mapa.png": picture(), "otra.png": b"x"})
    [line] = report.lines
    assert (line.question, report.pictures) == (shown, {"mapa.png": picture()})


def test_many_questions_go_out_as_several_texts_and_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SIGNS_MOST", 60)
    questions = [
        replace(ESSAY, slug=f"pregunta-{number}", text=Localized(es=f"Pregunta {number}")) for number in range(20)
    ]
    report = back(*map(Entry, questions))
    assert [line.question for line in report.lines] == questions
    names = [line.where for line in report.lines]
    assert names == sorted(names)
    assert (names[0], len(set(names)) > 2) == ("questions-01.yaml", True)
    with pytest.raises(DomainError, match="several files"):
        read("x.yaml", ("questions:\n" + "  - kind: essay\n" * 40).encode(), "es")
    with pytest.raises(DomainError, match="several files"):
        back(*map(Entry, questions * 5))


def test_each_question_has_its_line_and_what_is_wrong_in_it() -> None:
    report = read("x.yaml", TEXT.encode(), "es")
    assert [(line.place, line.question is not None) for line in report.lines] == [(3, True), (6, False), (16, False)]
    [wrong] = report.lines[1].remarks
    assert "`pionts` means nothing here." in str(wrong)
    assert "Did you mean `points`?" in str(wrong)
    assert "This question has no right answer" in str(wrong)
    assert "`kind: oral` cannot be" in str(report.lines[2].remarks[0])
    assert "In `questions` stands a text" in str(report.remarks[0]), "what is no question is told of the file"


def test_the_file_of_a_quiz_gives_its_questions() -> None:
    text = "title: Repaso\npass_mark: 60\nquestions:\n  - slug: una\n    kind: essay\n    text: {es: Una, pt: Uma}\n"
    report = read("quiz-repaso.yaml", text.encode(), "pt")
    assert report.lines[0].question is not None
    assert [str(each) for each in report.remarks] == ["Only its questions are taken; left out: title, pass_mark."]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("questions:\n  - a: [\n", "Line 3: This is not YAML"),
        ("questions:\n\t- a\n", "Line 2: A tab stands where the line begins"),
        ("questions:\n", "There is no question in this file."),
        ("questions:\n" + "  - a: 1\n" * 20_000, "more than is read at once"),
    ],
)
def test_what_is_no_text_of_questions_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        read("x.yaml", text.encode(), "es")
