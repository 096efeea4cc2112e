"""Texts made to take long: each is refused with a sentence where its budget ends, and nothing is read beyond it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from escuela import source
from escuela.config import ROOT
from escuela.content.check import read_edition
from escuela.markdown import Home, faults, lesson, rehearsing
from escuela.section import LONG
from tests.content.folder import FILES, Folder

MARKUP = {
    "pictures without end": "![" * 24_000,
    "tags without end": "<div>" * 9_000,
    "tags left open before many paragraphs": "<b>" * 250 + "\n\na" * 10_000,
    "emphasis without end": "*a_ " * 12_000,
    "rows of a table": "|a|b|\n|-|-|\n" + "|a|b|\n" * 7_000,
    "one paragraph": "palabra " * 2_000,
    "a text over the longest": "palabra\n\n" * 6_000,
}
HONEST = (
    "## Un título\n\n"
    + "Un **dato** sirve para *decidir* y [la norma](https://example.org/norma) lo dice así. " * 30
    + "\n\n"
)


@pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP)
def test_markup_that_takes_long_is_a_fault_and_is_shown_as_it_was_typed(app: Flask, text: str) -> None:
    with app.test_request_context(), force_locale("en"):
        found = [str(sentence) for _line, sentence in faults(text, Home())]
        lesson(text[:LONG], Home(), "es")
    assert any("too m" in sentence or "characters" in sentence for sentence in found), found


def test_a_long_lesson_that_people_wrote_has_no_fault(app: Flask) -> None:
    text = (HONEST * 17)[:49_000]
    with app.test_request_context():
        assert list(faults(text, Home())) == []
        assert "<strong>dato</strong>" in lesson(text, Home(), "es")


def test_a_paragraph_that_is_too_long_is_told_with_its_line(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        found = [(line, str(words)) for line, words in faults("Uno.\n\n" + "a" * 10_001, Home())]
    assert found == [(2, "This paragraph has 10001 characters: divide it at 10000.")]


def test_a_rehearsal_renders_no_lesson(app: Flask) -> None:
    with app.test_request_context():
        with rehearsing():
            assert lesson("Un dato.", Home(), "es") == ""
        assert lesson("Un dato.", Home(), "es") == "<p>Un dato.</p>\n"


def read(path: Path) -> list[str]:
    with force_locale("en"):
        _text, found = read_edition(path)
        return [fault.sentence for fault in found]


def test_a_file_with_very_many_faults_tells_a_thousand(folder: Folder) -> None:
    folder.put("edition.yaml", FILES["edition.yaml"] + "".join(f"k{number}: 1\n" for number in range(4_000)))  # type: ignore[operator]
    found = read(folder.path)
    assert len(found) == source.FAULTS_MOST + 1
    assert "There are more faults than are told at once: correct these first." in found


def test_yaml_over_its_bounds_is_not_read(folder: Folder) -> None:
    folder.put("edition.yaml", FILES["edition.yaml"] + "".join(f"k{number}: 1\n" for number in range(20_000)))  # type: ignore[operator]
    assert read(folder.path) == [
        "The YAML of this edition is too large to be read up to here: put fewer and shorter things in it."
    ]


@pytest.mark.parametrize("slug", sorted(path.parent.name for path in (ROOT / "courses").glob("*/edition.yaml")))
def test_editions_that_people_wrote_are_far_below_the_bounds_of_yaml(
    slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "SIGNS_MOST", source.SIGNS_MOST // 5)
    monkeypatch.setattr(source, "YAML_MOST", source.YAML_MOST // 5)
    assert read(ROOT / "courses" / slug) == []


def test_many_lessons_share_what_may_be_spent_on_markup(folder: Folder) -> None:
    dense = "\n\n".join(["*a* " * 75 + "."] * 160)
    for number in range(10, 50):
        head = f"---\ntitle: A{number}\nsummary: b\nminutes: 1\n---\n"
        folder.put(f"02-riesgo/{number}-a{number}.md", head + dense)
    assert "This text holds too much markup to be read: take out links, emphasis and signs." in read(folder.path)
