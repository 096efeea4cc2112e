from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escuela.assessments.assignments import filetypes
from tests.assessments.assignments import documents


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (documents.PDF, "pdf"),
        (b"\xef\xbb\xbf\r\n" + documents.PDF, "pdf"),
        (documents.DOCX, "docx"),
        (documents.XLSX, "xlsx"),
        (documents.ODT, "odt"),
        (documents.PNG, "png"),
        (documents.JPG, "jpg"),
        (documents.ODT_TEMPLATE, None),
        (documents.MACROS, None),
        (documents.ZIP, None),
        (documents.HTML, None),
        (documents.EXE, None),
        (b"<p>%PDF-1.7", None),
        (b"", None),
        (documents.bomb(), None),
        (documents.DOCX[:-10], None),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: str | None) -> None:
    assert filetypes.recognise(BytesIO(content)) == kind


def test_the_stream_is_left_at_its_beginning() -> None:
    stream = BytesIO(documents.DOCX)
    filetypes.recognise(stream)
    assert stream.tell() == 0


@given(st.binary(max_size=400))
def test_no_bytes_however_strange_break_the_judge(noise: bytes) -> None:
    for content in (noise, b"PK\x03\x04" + noise, documents.DOCX[:40] + noise, documents.DOCX + b"PK\x05\x06" + noise):
        assert filetypes.recognise(BytesIO(content)) in {None, *filetypes.MEDIA_TYPES}


@pytest.mark.parametrize(
    ("name", "kind", "answer"),
    [
        ("plan.pdf", "pdf", True),
        ("PLAN.PDF", "pdf", True),
        ("foto.jpeg", "jpg", True),
        ("foto.jpg", "jpg", True),
        ("plan.pdf", "docx", False),
        ("plan.pdf.exe", "pdf", False),
        ("plan", "pdf", False),
        ("pdf", "pdf", False),
    ],
)
def test_the_ending_of_a_name_must_say_the_same(name: str, kind: str, answer: bool) -> None:
    assert filetypes.agrees(name, kind) is answer


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("informe final.pdf", "informe final.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Documentos\\Río Negro.pdf", "Río Negro.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("plan\u202efdp.exe", "planfdp.exe"),
        ("  .plan   2.pdf. ", "plan 2.pdf"),
        ("Ri\u0301o.pdf", "Río.pdf"),
        ("...", ""),
        ("x" * 300 + ".docx", "x" * 115 + ".docx"),
        ("x." + "y" * 300, "." + "y" * 119),
    ],
)
def test_a_name_is_kept_without_folders_control_characters_or_excess(name: str, clean: str) -> None:
    assert filetypes.clean_name(name) == clean


@given(st.text(max_size=400))
def test_a_clean_name_fits_and_names_no_folder(name: str) -> None:
    clean = filetypes.clean_name(name)
    assert len(clean) <= filetypes.NAME_MOST
    assert "/" not in clean
    assert "\\" not in clean
