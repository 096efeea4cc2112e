"""What is printed reads back as what it was, and printing that gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from escuela import printer
from escuela.assessments.assignments.text import AssignmentText
from escuela.assessments.quizzes.text import QuizText
from escuela.columns import LANGUAGES, Localized
from escuela.config import ROOT
from escuela.content.check import read_edition
from escuela.content.printing import files_of, read_printed
from escuela.content.text import EditionText
from escuela.editions.kinds import FORMATS
from escuela.editions.policies import Moment
from escuela.editions.text import LessonSource
from escuela.markdown import Home
from escuela.source import Proof
from tests.content.folder import Folder

COURSES = [path for path in sorted((ROOT / "courses").iterdir()) if path.is_dir()]
HARD = (
    *("a: b", "a #b", "#", " x", "x\n", "x\n\ny", "---", "- a", "? a", "a:", ":a", "'", '"', 'it\'s "so"', "\\", "\\n"),
    *("yes", "No", "null", "~", "true", "12", "-1.5", "1e3", "0x1F", "0o17", "4:20", "2021-11-30", "2021-11-30 10:00"),
    *("😀 ¿qué?", "a\tb", "\ta", "a\n\tb", "a\n  b\n c", "a\n   \nb", "x" * 500, "palabra " * 60, "a  b " * 60),
    *("{es: x}", "[a, b]", "&a", "*a", "!a", "|", ">-", "%a", "@a", "`a`", "<<", "=", "...", "a\u2028b", "a\u0085b"),
    *("\ufeffa", "a\u200bb", "\x07", "a\xa0b", "á" * 300, "a, b", "fin de línea \nsigue", "a\r\nb\rc", "\\u0041"),
)
TEXTS = st.one_of(
    st.sampled_from(HARD),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.text("a: #-'\"\n\t \\{}[],?!|>%@&*~=.\u2028é😀", max_size=200),
    st.lists(st.sampled_from([*HARD, "palabra", "\n", " "]), max_size=40).map("".join),
)


def written(text: EditionText, folder: Path) -> Path:
    """The files of an edition, on disk."""
    for name, content in files_of(text).items():
        path = folder / text.slug / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            with content.read() as stream:
                path.write_bytes(stream.read())
    return folder / text.slug


def read(folder: Path) -> EditionText:
    text, faults = read_edition(folder)
    assert faults == []
    assert text is not None
    return text


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("course", COURSES, ids=lambda path: path.name)
def test_a_printed_edition_reads_as_what_it_was(app: Flask, tmp_path: Path, course: Path) -> None:
    text = read(course)
    first = written(text, tmp_path / "first")
    again = read(first)
    assert again == text
    assert contents(written(again, tmp_path / "second")) == contents(first)


def test_every_file_is_utf8_with_unix_ends_and_a_last_line(folder: Folder, tmp_path: Path) -> None:
    for name, content in contents(written(read(folder.path), tmp_path / "out")).items():
        if name.endswith((".md", ".yaml")):
            assert content.decode().endswith("\n")
            assert not content.endswith(b"\n\n")
            assert b"\r" not in content
            assert all(line == line.rstrip() for line in content.decode().split("\n")), name


def test_it_is_printed_as_a_person_would_write_it(folder: Folder) -> None:
    files = files_of(read(folder.path))
    edition, quiz, lesson = (
        bytes(files[name]).decode()  # type: ignore[arg-type]
        for name in ("edition.yaml", "01-datos/02-quiz-datos.yaml", "01-datos/01-que-es-un-dato.md")
    )
    assert edition.startswith(
        "number: 9\nyear: 2026\ntitle:\n  es: Ciudades que cuidan\n  pt: Cidades que cuidam\n  en: Caring cities\n"
        "theme: Cuidados\n"
    )
    assert "modules: [01-datos, 02-riesgo]\nsessions:\n  - slug: apertura\n    title: Apertura\n" in edition
    assert "    starts_at: 2026-10-02 10:00 America/Montevideo\n" in edition
    assert "due_at: 2026-11-01 23:59 America/Montevideo\n" in quiz
    assert "    options:\n      a:\n        text: Una parte\n        right: true\n        feedback: Eso es.\n" in quiz
    assert lesson.startswith("---\ntitle: Qué es un dato\nsummary: Lo que sirve para decidir.\nminutes: 12\n")


@settings(deadline=None, max_examples=400)
@given(texts=st.lists(TEXTS.filter(lambda text: printer.tidy(text) != ""), min_size=3, max_size=3))
def test_any_text_reads_back(texts: list[str]) -> None:
    with TemporaryDirectory() as name:
        path, facts = (
            Path(name) / "facts.yaml",
            {"one": texts[0], "inner": {"two": texts[1]}, "list": [{"t": texts[2]}]},
        )
        tidied = printer.document(_tidied(facts))
        path.write_text(tidied, encoding="utf-8", newline="")
        proof = Proof()
        section = proof.yaml(path)
        assert section is not None, (tidied, proof.faults)
        inner = section.section("inner")
        assert inner is not None
        found = [section.text("one", most=9**9), inner.text("two", most=9**9)]
        found += [each.text("t", most=9**9) for each in section.sections("list")]
        assert (found, proof.faults) == ([printer.tidy(text) for text in texts], []), tidied


def _tidied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tidied(each) for key, each in value.items()}
    return printer.tidy(value) if isinstance(value, str) else [_tidied(each) for each in value]


@settings(deadline=None, max_examples=60)
@given(texts=st.lists(TEXTS, min_size=9, max_size=9), body=TEXTS)
def test_an_edition_of_any_words_reads_back_and_prints_the_same(app: Flask, texts: list[str], body: str) -> None:
    words = iter(printer.tidy(text) or "palabra" for text in texts * 40)
    with TemporaryDirectory() as name:
        folder = Folder(Path(name) / "courses")
        text = _spoiled(read(folder.path), words, printer.tidy_body(body).strip() and body)
        first = written(text, Path(name) / "first")
        again, _faults = read_edition(first)  # of the Markdown and of lengths: not of what is YAML
        assert again is not None
        assert files_of(again) == files_of(text)
        assert again.title == text.title
        assert _said(again) == _said(text)


def _spoiled(text: EditionText, words: Iterable[str], body: str) -> EditionText:
    """The same edition, every text in it another one."""
    take = iter(words)

    def said() -> Localized:
        return Localized({language: next(take) for language in LANGUAGES})

    def spoil(activity: Any) -> Any:
        activity = replace(activity, title=said(), summary=said())
        if isinstance(activity, LessonSource) and body:
            return replace(activity, body=Localized(dict.fromkeys(LANGUAGES, body)))
        if isinstance(activity, QuizText):
            first, *rest = activity.questions
            options = tuple(replace(option, text=said(), feedback=said()) for option in first.options)
            return replace(activity, questions=(replace(first, text=said(), options=options), *rest))
        if isinstance(activity, AssignmentText):
            first, *rest = activity.criteria
            return replace(activity, instructions=said(), criteria=(replace(first, title=said(), text=said()), *rest))
        return activity

    modules = tuple(
        replace(module, title=said(), activities=tuple(spoil(each) for each in module.activities))
        for module in text.modules
    )
    sessions = tuple(replace(session, title=said(), summary=said()) for session in text.sessions)
    return replace(text, title=said(), notice=said(), modules=modules, sessions=sessions)


def _said(text: EditionText) -> list[Any]:
    return [
        (activity.title, activity.summary, getattr(activity, "questions", None), getattr(activity, "criteria", None))
        for module in text.modules
        for activity in module.activities
    ]


def test_a_title_in_a_language_without_a_page_stands_in_the_first_file(folder: Folder, tmp_path: Path) -> None:
    folder.change("02-riesgo/01-riesgo.md", "title: Riesgo", "title: {es: Riesgo, en: Risk}")
    text = read(folder.path)
    out = written(text, tmp_path / "out")
    assert read(out) == text
    assert "title:\n  es: Riesgo\n  en: Risk\n" in (out / "02-riesgo/01-riesgo.md").read_text(encoding="utf-8")


def test_an_edition_whose_first_language_is_another_one(folder: Folder, tmp_path: Path) -> None:
    text = read(folder.path)
    turned = replace(text, languages=("pt", "es"))
    out = written(turned, tmp_path / "out")
    assert (out / "01-datos/01-que-es-un-dato.es.md").exists()
    edition = (out / "edition.yaml").read_text(encoding="utf-8")
    assert "title:\n  pt: Cidades que cuidam\n  es: Ciudades que cuidan\n" in edition
    assert "theme:\n  es: Cuidados\n" in edition


def test_a_moment_keeps_its_zone(app: Flask) -> None:
    moment = Moment(datetime(2026, 10, 5, 11, 0, tzinfo=UTC), "America/Bogota")
    assert printer.instant(moment) == "2026-10-05 06:00 America/Bogota"


def test_places_that_do_not_tell_activities_apart_are_numbered_anew(folder: Folder) -> None:
    text = read(folder.path)
    first, *rest = text.modules
    same = tuple(replace(activity, place=7) for activity in first.activities)
    names = list(files_of(replace(text, modules=(replace(first, activities=same), *rest))))
    assert [name for name in names if name.startswith("01-datos/0") and "media" not in name] == [
        "01-datos/01-que-es-un-dato.md",
        "01-datos/01-que-es-un-dato.pt.md",
        "01-datos/02-quiz-datos.yaml",
        "01-datos/03-assignment-inventario.yaml",
    ]


def test_an_activity_is_read_back_from_the_files_that_were_printed_of_it(folder: Folder) -> None:
    text = read(folder.path)
    home = Home(
        media={medium.name: medium for medium in text.modules[0].media},
        lessons={"riesgo": "/x", "que-es-un-dato": "/y"},
    )
    for activity in text.modules[0].activities:
        files = FORMATS[activity.kind].files(activity, text.languages)
        found, faults = read_printed(
            activity.kind, activity.slug, activity.place, files, languages=text.languages, home=home
        )
        assert (found, faults) == (activity, [])


TWICE = [datetime(2027, 4, 4, 2, 30, tzinfo=UTC), datetime(2027, 4, 4, 3, 30, tzinfo=UTC)]
"""23:30 in Santiago, before and after the clocks go back."""


@pytest.mark.parametrize(("at", "offset"), [(TWICE[0], "-03:00"), (TWICE[1], "-04:00")])
def test_a_time_that_happens_twice_is_written_with_its_offset_and_read_back(
    folder: Folder, at: datetime, offset: str
) -> None:
    written = printer.instant(Moment(at, "America/Santiago"))
    assert written == f"2027-04-03 23:30 {offset} America/Santiago"
    folder.change("edition.yaml", "ends_on: 2026-12-10", "ends_on: 2027-12-10")
    folder.change("01-datos/module.yaml", "2026-10-05 08:00 America/Montevideo", written)
    module = read(folder.path).modules[0]
    assert module.opens == Moment(at, "America/Santiago")


def test_an_offset_that_the_zone_does_not_have_is_a_fault(folder: Folder) -> None:
    folder.change("01-datos/module.yaml", "08:00 America/Montevideo", "08:00 -05:00 America/Montevideo")
    with force_locale("en"):
        _text, faults = read_edition(folder.path)
        assert [fault.sentence for fault in faults] == [
            "`opens_at`: the clocks of America/Montevideo are not at -05:00 then: correct it or take it out."
        ]
