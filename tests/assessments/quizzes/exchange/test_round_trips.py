"""What is written for other systems and read again is the same question, for whatever the format can say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.exchange import gift_writing, qti_writing, read, words
from escuela.assessments.quizzes.exchange.report import Entry
from escuela.columns import Localized
from tests.assessments.quizzes.exchange import drawn
from tests.assessments.quizzes.exchange.drawn import picture


def through_gift(question: QuestionText) -> QuestionText | None:
    export = gift_writing.write([Entry(question)], "es")
    assert (export.remarks, export.left_out) == ((), ())
    [line] = read("x.gift", export.data, "es").lines
    assert line.remarks == ()
    return line.question


def through_qti(question: QuestionText) -> QuestionText | None:
    export = qti_writing.write([Entry(question)], "es", {})
    assert (export.remarks, export.left_out) == ((), ())
    [line] = read("x.zip", export.data, "es").lines
    assert [str(each) for each in line.remarks if "TeX" not in str(each)] == [], "drawn signs may look like a formula"
    return line.question


@settings(max_examples=50, deadline=None)
@given(drawn.choosing() | drawn.true_false() | drawn.short() | drawn.number() | drawn.pairs() | drawn.essay())
def test_gift_holds_a_question_of_most_kinds(question: QuestionText) -> None:
    assert through_gift(question) == question


@settings(max_examples=30, deadline=None)
@given(drawn.gaps(most=1))
def test_gift_holds_a_missing_word(question: QuestionText) -> None:
    [gap] = question.gaps
    if gap.options and not any(not option.right for option in gap.options):
        return
    shares = tuple(replace(each, share=100) for each in gap.accepted)
    question = replace(question, gaps=(replace(gap, accepted=shares),))
    assert through_gift(question) == question


@settings(max_examples=50, deadline=None)
@given(
    drawn.choosing()
    | drawn.true_false()
    | drawn.short(feedback=False)
    | drawn.number(feedback=False)
    | drawn.pairs(drawn.SIGNS)
    | drawn.essay()
    | drawn.ordering()
    | drawn.gaps(),
    st.integers(1, 100),
)
def test_qti_holds_a_question_of_every_kind(question: QuestionText, points: int) -> None:
    question = replace(question, points=points)
    assert through_qti(question) == question


@settings(max_examples=30, deadline=None)
@given(drawn.short(feedback=False), st.booleans(), st.booleans())
def test_qti_holds_whether_accents_and_capitals_count(question: QuestionText, accents: bool, case: bool) -> None:
    question = replace(question, accents=accents, case=case)
    assert through_qti(question) == question


@settings(max_examples=30, deadline=None)
@given(drawn.choosing() | drawn.pairs(drawn.SIGNS))
def test_qti_holds_all_or_nothing(question: QuestionText) -> None:
    question = replace(question, partial=False)
    assert through_qti(question) == question


@settings(max_examples=30, deadline=None)
@given(drawn.number(feedback=False), drawn.UNITS)
def test_qti_holds_the_unit_of_a_number(question: QuestionText, units: tuple) -> None:
    question = replace(question, units=units)
    assert through_qti(question) == question


@settings(max_examples=30, deadline=None)
@given(drawn.texts())
def test_words_are_the_same_words_as_html(text: Localized) -> None:
    assert words.from_nodes(words.to_nodes(text["es"]), lambda _name: None).text == text["es"]


MARKDOWN = (
    "Uno **dos** y *tres* con `código`.\n\n- a\n- b\n\n1. uno\n2. dos",
    "| a | b |\n| --- | --- |\n| 1 | 2 |",
    "> Una cita\n>\n> de dos párrafos\n\n## Título\n\nfin",
    "Un renglón\\\ny otro, con [un enlace](https://example.org/a?b=c).",
    "H<sub>2</sub>O y 10<sup>3</sup>",
    "```\nif a < b:\n    c\n```",
)


@pytest.mark.parametrize("text", MARKDOWN)
def test_marks_of_the_school_are_the_same_marks_after_qti(text: str) -> None:
    assert words.from_nodes(words.to_nodes(text), lambda _name: None).text == text


def test_folders_tags_and_the_order_of_questions_come_back_from_gift() -> None:
    one = QuestionText("una", "essay", Localized(es="Una"))
    entries = [Entry(one, ("Agua", "Mar/río"), ("costa", "riesgo")), Entry(replace(one, slug="otra"), (), ())]
    report = read("x", gift_writing.write(entries, "es").data, "es")
    assert [(line.name, line.folder, line.tags) for line in report.lines] == [
        ("una", ("Agua", "Mar/río"), ("costa", "riesgo")),
        ("otra", (), ()),
    ]


def test_pictures_and_tags_come_back_from_qti() -> None:
    question = QuestionText("mapa", "essay", Localized(es="Mire:\n\n![Un mapa](media/mapa.png)"))
    export = qti_writing.write([Entry(question, tags=("agua",))], "es", {"mapa.png": picture(), "otra.png": b"x"})
    report = read("x", export.data, "es")
    [line] = report.lines
    assert (line.question, line.tags, report.pictures) == (question, ("agua",), {"mapa.png": picture()})


def test_the_same_questions_give_the_same_bytes() -> None:
    entries = [Entry(QuestionText("una", "essay", Localized(es="Una")))]
    assert qti_writing.write(entries, "es", {}) == qti_writing.write(entries, "es", {})


def test_what_a_format_cannot_say_is_named() -> None:
    order = QuestionText("orden", "ordering", Localized(es="Ordene", pt="Ordene"), points=3)
    export = gift_writing.write([Entry(order), Entry(replace(order, slug="e", kind="essay"))], "pt")
    assert [(slug, str(sentence)) for slug, sentence in export.left_out] == [
        ("orden", "GIFT has no questions that put in order.")
    ]
    assert [(slug, str(sentence)) for slug, sentence in export.remarks] == [
        ("e", "GIFT holds no points: give them again in the other system."),
        ("e", "GIFT holds one language: the others are left out."),
    ]
