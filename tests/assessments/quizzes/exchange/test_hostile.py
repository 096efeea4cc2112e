"""Whatever is sent: a report, or one sentence. Nothing else is ever raised, and nothing takes long."""

from __future__ import annotations

import io
import time
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escuela.assessments.quizzes import exchange
from escuela.assessments.quizzes.asked import OptionText, QuestionText
from escuela.assessments.quizzes.exchange import gift_writing, own, qti_writing, words
from escuela.assessments.quizzes.exchange.report import MOST, Entry, Report
from escuela.assessments.quizzes.exchange.tree import read_html
from escuela.columns import Localized
from escuela.errors import DomainError
from tests.assessments.quizzes.exchange import test_moodle, test_qti
from tests.assessments.quizzes.exchange.drawn import picture

ESSAY = QuestionText("una", "essay", Localized(es="Mire ![x](media/x.png)"))
CHOICE = QuestionText(
    "dos",
    "single",
    Localized(es="¿Sí?"),
    options=(OptionText("a", Localized(es="Sí"), right=True), OptionText("b", Localized(es="No"))),
)
FILES = [
    "$CATEGORY: a/b\n::N:: [html]¿<b>Q</b>? {=a#b ~%50%c ####d}\n\nN {#3:2}\n\nP {=a -> b =c -> d}\n".encode(),
    test_moodle.quiz(
        test_moodle.asked("cloze", text="<p>a {1:SA:=b~%50%c#d} {2:NM:=3:0.1}</p>"),
        test_moodle.asked("multichoice", test_moodle.answer("a", "100") + test_moodle.answer("b", "-50")),
        test_moodle.asked("essay", text='<img src="@@PLUGINFILE@@/x.png">', files=test_moodle.file("x.png", picture())),
        test_moodle.asked("numerical", test_moodle.answer("2", "100", more="<tolerance>0.1</tolerance>")),
    ),
    test_qti.CHOICE,
    test_qti.item(
        test_qti.declared("9.8", base="float"), '<p>g <textEntryInteraction responseIdentifier="RESPONSE"/></p>'
    ),
    test_qti.item(
        test_qti.declared("C R|D T", cardinality="multiple", base="directedPair"), test_qti.matching("1"), test_qti.MAP
    ),
    qti_writing.write([Entry(ESSAY)], "es", {"x.png": picture()}).data,
    own.write([Entry(ESSAY, ("Agua",), ("a",)), Entry(CHOICE)], "pt", {}).data,
    own.write([Entry(ESSAY)], "es", {"x.png": picture()}).data,
    exchange.template_csv("es"),
    exchange.template("es"),
]


def attempted(data: bytes) -> Report | None:
    try:
        found = exchange.read("x", data, "es")
    except DomainError:
        return None
    assert all(line.question or line.remarks for line in found.lines)
    return found


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_a_report_or_a_sentence(data: bytes) -> None:
    attempted(data)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200))
def test_arbitrary_text_is_a_report_or_a_sentence(text: str) -> None:
    attempted(text.encode("utf-8", "replace"))
    attempted(b"{" + text.encode("utf-8", "replace") + b"}")


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(FILES), st.data())
def test_a_file_that_was_changed_anywhere_is_a_report_or_a_sentence(original: bytes, data: st.DataObject) -> None:
    content = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        length = data.draw(st.integers(0, 12))
        content[at : at + length] = data.draw(
            st.binary(max_size=6)
            | st.sampled_from([b"<", b">", b"{", b"}", b"~", b"=", b"#", b"", b"<p>", b"</p>", b"1e99", b"-1", b"NaN"])
        )
    attempted(bytes(content))


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(FILES[1:5]), st.data())
def test_values_of_any_kind_anywhere_in_xml_are_a_report_or_a_sentence(original: bytes, data: st.DataObject) -> None:
    """One word of the file is another one: wrong numbers, names that are nowhere, empty things."""
    pieces = original.decode().split('"') if data.draw(st.booleans()) else original.decode().split(">")
    joint = '"' if '"'.join(pieces) == original.decode() and len(pieces) % 2 else ">"
    if joint.join(pieces) != original.decode():
        joint = '"'
    place = data.draw(st.integers(0, len(pieces) - 1))
    pieces[place] = data.draw(
        st.sampled_from(["", "1e999", "-5", "NaN", "x" * 300, "true", "A B C", "ordered"]) | st.text(max_size=8)
    )
    attempted(joint.join(pieces).encode("utf-8", "replace"))


ENTITIES = [
    '<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><quiz>&b;</quiz>',
    '<!DOCTYPE quiz SYSTEM "http://example.org/x.dtd"><quiz/>',
    '<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question>&x;</question></quiz>',
]


@pytest.mark.parametrize("text", ENTITIES)
def test_entities_and_document_types_are_refused(text: str) -> None:
    for data in (text.encode(), text.encode("utf-16")):
        with pytest.raises(DomainError, match="declares a document type"):
            exchange.read("x.xml", data, "es")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "x is empty"),
        (b" " * 20_000_001, "bigger than 20 MB"),
        (b"PK\x03\x04" + b"0" * 100, "This zip is damaged"),
        (b"\x1f\x8b" + b"0" * 100, "backup of a course"),
        (b"<html/>", "holds no questions"),
        (b"<manifest/>", "send the whole zip"),
        (b"<questestinterop/>", "QTI 1.2"),
        (b"<quiz><question></quiz>", "damaged in line 1"),
        (b"<quiz/>", "no question in this file"),
        (b"hola", "no file of questions"),
        (b"<a>" * 200, "too many pieces"),
        (b"<quiz>" + b"<a/>" * 400_000 + b"</quiz>", "too many pieces"),
    ],
)
def test_what_is_no_file_of_questions_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        exchange.read("x", data, "es")


def test_more_questions_than_one_file_may_hold_are_refused() -> None:
    with pytest.raises(DomainError, match="more than 2000 questions"):
        exchange.read("x", b"a {}\n\n" * (MOST + 1), "es")


def zipped(**members: bytes) -> bytes:
    found = io.BytesIO()
    with ZipFile(found, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return found.getvalue()


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"a.xml": b"x"}, "no imsmanifest.xml"),
        ({"../imsmanifest.xml": b"x"}, "no ordinary zip"),
        ({"/etc/passwd": b"x"}, "no ordinary zip"),
        ({"imsmanifest.xml": b"x", "bomb.xml": b"0" * 5_000_000}, "far too big once it is expanded"),
        ({str(number): b"" for number in range(5_001)}, "too many files"),
        ({"imsmanifest.xml": b"<manifest/>"}, "no question in this file"),
    ],
)
def test_hostile_packages_are_refused(members: dict[str, bytes], sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        exchange.read("x.zip", zipped(**members), "es")


SOUPS = [
    "<b>" * 60_000,
    "<p><b>" * 40_000 + "</p>" * 40_000,
    "<!--" * 60_000,
    "<a " * 60_000,
    '<a href="' * 40_000,
    "<ul><li>" * 30_000,
    "&" * 200_000,
    "**_" * 60_000,
]


@pytest.mark.parametrize("soup", SOUPS, ids=lambda soup: soup[:12])
def test_tags_without_end_take_no_long_time(soup: str) -> None:
    began = time.perf_counter()
    attempted(test_moodle.quiz(test_moodle.asked("essay", text=soup)))
    words.from_html(soup[:10_000], lambda _name: None)
    assert time.perf_counter() - began < 60


def test_a_long_text_of_gift_signs_takes_no_long_time() -> None:
    began = time.perf_counter()
    for sign in ("{", "}", "~", "=", "::", "\\", "#", "%50%", "$CATEGORY:"):
        attempted(b"{}" + sign.encode() * 100_000)
    assert time.perf_counter() - began < 60


@settings(deadline=None)
@given(st.text(max_size=200))
def test_html_is_read_whatever_it_is(text: str) -> None:
    words.from_html(text, lambda _name: "x.png")
    assert read_html("<p>" + text) is not None


def test_a_gift_file_of_two_thousand_questions_is_read_in_seconds() -> None:
    entries = [
        Entry(QuestionText(f"q-{number}", "essay", Localized(es=f"Pregunta {number}"))) for number in range(MOST)
    ]
    began = time.perf_counter()
    found = exchange.read("x", gift_writing.write(entries, "es").data, "es")
    assert len(found.lines) == MOST
    assert time.perf_counter() - began < 60
