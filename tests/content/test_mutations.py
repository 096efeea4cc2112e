"""Whatever somebody saves, checking it tells faults: it never falls over."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escuela import markdown
from escuela.content.check import read_edition
from escuela.source import Fault
from tests.content.folder import FILES, Folder

NAMES = sorted(FILES)
PIECES = [
    *":-#&*!|>'\"%@`{}[],?~\t\x00\u2028\ufeff",
    *["\n", "\n\n", "---\n", "...\n", "<<: ", "!!binary ", "&a ", "*a", "null", "true", "0x1F", "1e999", "9" * 400],
    *[
        "[^x]",
        "[^x]: y",
        "::: video x",
        ":::",
        "::: key",
        "![](",
        "](lesson:",
        "<script>",
        "| a |\n|---|",
        "# ",
        "####### ",
    ],
    *["2026-10-01 10:00 America/Lima", "9999-12-31 23:59 America/Lima", "0001-01-01", "٣", "🙂", "\ud7ff"],
]
splices = st.lists(
    st.tuples(st.integers(0, 3000), st.integers(0, 40), st.one_of(st.sampled_from(PIECES), st.text(max_size=8))),
    min_size=1,
    max_size=6,
)


def spliced(content: bytes, changes: list[tuple[int, int, str]]) -> bytes:
    for place, length, piece in changes:
        at = place % (len(content) + 1)
        content = content[:at] + piece.encode("utf-8", "surrogatepass") + content[at + length :]
    return content


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), changes=splices)
def test_checking_a_mutilated_edition_never_raises(
    folder: Folder, name: str, changes: list[tuple[int, int, str]]
) -> None:
    whole = FILES[name] if isinstance(FILES[name], bytes) else FILES[name].encode()
    folder.put(name, spliced(whole, changes))
    try:
        _text, faults = read_edition(folder.path)
    finally:
        folder.put(name, whole)
    for fault in faults:
        assert isinstance(fault, Fault)
        assert fault.line >= 1
        assert fault.path.is_relative_to(folder.path)
        assert "\n" not in fault.sentence


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=12)), max_size=12))
def test_any_text_can_be_rendered(folder: Folder, pieces: list[str]) -> None:
    text = "".join(pieces)
    list(markdown.faults(text, markdown.Home()))
    for html in (markdown.lesson(text, markdown.Home(), "en"), markdown.block(text, "en"), markdown.inline(text)):
        assert "<script" not in html


def test_names_that_no_edition_has(folder: Folder, tmp_path: Path) -> None:
    for name in ("01-.md", "-.md", "01-x.pt.md.md", "01-módulo.md", "𝟘𝟙-x.md", "01-x.PT.md", "01-quiz-.yaml"):
        folder.put(f"02-riesgo/{name}", "x")
    _text, faults = read_edition(folder.path)
    assert {fault.path.parent.name for fault in faults} == {"02-riesgo"}
    assert len(faults) >= 7
