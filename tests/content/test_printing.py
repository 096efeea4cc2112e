"""An edition printed and read again is the same edition, and printing it again gives the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escuela import printing
from escuela.columns import Localized
from escuela.config import ROOT
from escuela.content.check import read_edition
from escuela.content.printing import printed
from escuela.content.text import EditionText
from escuela.source import Proof


def write(text: EditionText, folder: Path) -> Path:
    """The edition's folder below `folder`."""
    home = folder / text.slug
    for file in printed(text):
        path = home / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with file.read() as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
    return home


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("slug", [path.name for path in sorted((ROOT / "courses").iterdir()) if path.is_dir()])
def test_an_edition_is_the_same_after_printing_and_its_bytes_after_printing_again(slug: str, tmp_path: Path) -> None:
    text, _faults = read_edition(ROOT / "courses" / slug)
    assert text is not None
    once = write(text, tmp_path / "once")
    again, faults = read_edition(once)
    assert faults == []
    assert again == text
    assert contents(write(again, tmp_path / "twice")) == contents(once)


HARD = st.text(
    st.one_of(
        st.sampled_from(": #-'\"[]{},&*!|>%@`\t\n  ~?=\\/áñ¿«😀\u2028\u0085\xa0"),
        st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00"),
    ),
    max_size=200,
)


@given(HARD)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
def test_any_text_survives_a_file(tmp_path: Path, words: str) -> None:
    words = words.strip()
    path = tmp_path / "file.yaml"
    path.write_text(printing.yaml({"texts": {"es": words, "pt": "x"}, "last": True}), encoding="utf-8", newline="\n")
    proof = Proof()
    section = proof.yaml(path)
    assert proof.faults == []
    assert section is not None
    found = section.localized("texts", required=False, most=500) if words else Localized(es="", pt="x")
    assert found == {"es": words, "pt": "x"}


@pytest.mark.parametrize(
    "words", ["null", "true", "2021-11-30", "4:20", "0x1F", "- a", "a: b", "a #b", "~", "---", "'"]
)
def test_words_that_look_like_something_else_stay_words(tmp_path: Path, words: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(printing.yaml({"text": words}), encoding="utf-8")
    section = Proof().yaml(path)
    assert section is not None
    assert section.text("text") == words
