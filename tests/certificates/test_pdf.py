"""The sheet itself: drawn for real, read back with other people's tools."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from escuela.certificates import codes, pdf
from escuela.certificates.award import Award, FrameworkLine, Signatory
from escuela.columns import Localized
from tests.certificates.test_names import LONGEST

CODE = "EDR-2PX8-HW3C"


def award(**given: object) -> Award:
    plain = Award(
        language="es",
        name="Rocío Algarrobo Lapacho",
        government="Municipalidad de San Fernando del Valle de Catamarca",
        country="AR",
        number=8,
        title=Localized(
            es="Ciudades cuidadoras, seguras y resilientes", pt="Cidades cuidadoras, seguras e resilientes"
        ),
        modules=8,
        final_work="Agua en la sequía: un plan por barrio",
        hours=40,
        starts_on=date(2025, 8, 1),
        ends_on=date(2025, 10, 3),
        mode="hybrid",
        host_city="Niterói",
        host_country="BR",
        frameworks=(FrameworkLine("sendai", "Sendai", ("P1", "P2")), FrameworkLine("ods", "ODS", ("11.b",))),
        signatories=(
            Signatory("Ana Jacarandá Ombú", "Secretaría Técnica Permanente, Mercociudades"),
            Signatory("João Pitanga Ipê", "Dirección Regional, R-Cities"),
        ),
        issued_on=date(2025, 10, 20),
        version=1,
    )
    return replace(plain, **given)


def read(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def text(content: bytes) -> str:
    return " ".join(read(content).pages[0].extract_text().split())


def fonts(content: bytes) -> Iterator[tuple[str, bool]]:
    """Of each font: its name without the subset's tag, and whether it is embedded."""
    for font in read(content).pages[0]["/Resources"]["/Font"].values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        yield inner["/BaseFont"].split("+")[-1], "/FontFile2" in inner["/FontDescriptor"].get_object()


def test_the_sheet_is_one_a4_page_that_says_who_what_and_when(app: Flask) -> None:
    drawn = pdf.draw(award(), CODE)
    page = read(drawn).pages[0]
    assert len(read(drawn).pages) == 1
    assert [round(float(side)) for side in page.mediabox[2:]] == [842, 595]
    for said in (
        "Rocío Algarrobo Lapacho",
        "Municipalidad de San Fernando del Valle de Catamarca Argentina",
        "Agua en la sequía: un plan por barrio",
        "40",
        "3 de octubre de 2025",
        "Niterói, Brasil",
        "Sendai, P1, P2",
        "Ana Jacarandá Ombú",
        "João Pitanga Ipê",
        CODE,
    ):
        assert said in text(drawn)


def test_it_is_tagged_titled_and_in_the_persons_language(app: Flask) -> None:
    drawn = read(pdf.draw(award(language="pt"), CODE))
    root = drawn.trailer["/Root"]
    assert root["/Lang"] == "pt"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "Rocío Algarrobo Lapacho" in drawn.metadata.title
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert "Cidades cuidadoras, seguras e resilientes" in text(pdf.draw(award(language="pt"), CODE))


def test_every_letter_is_drawn_with_fonts_from_the_packages(app: Flask) -> None:
    found = list(fonts(pdf.draw(award(), CODE)))
    assert len(found) == 5
    assert all(name.startswith("Escuela-") and embedded for name, embedded in found), found


def test_a_name_beyond_our_subset_is_drawn_with_the_full_fonts(app: Flask) -> None:
    drawn = pdf.draw(award(name="Łucja Дуб Ombú"), CODE)
    assert "Łucja Дуб Ombú" in text(drawn)
    assert all(name.startswith("Escuela-") and embedded for name, embedded in fonts(drawn))


def test_a_text_that_no_font_has_is_not_drawn_with_a_font_of_the_machine(app: Flask) -> None:
    with pytest.raises(pdf.DrawingError, match="no font has"):
        pdf.draw(award(government="北京市"), CODE)


def test_the_same_award_gives_the_same_bytes(app: Flask) -> None:
    first = pdf.draw(award(), CODE)
    pdf.draw(award(name="Łucja Дуб"), "EDR-3333-3333")
    assert hashlib.sha256(pdf.draw(award(), CODE)).digest() == hashlib.sha256(first).digest()


def test_the_longest_name_with_long_texts_fits_on_the_sheet(app: Flask) -> None:
    drawn = pdf.draw(
        award(
            name=LONGEST,
            title=Localized(es="Construcción de sociedades resilientes en el marco de la integración regional"),
            final_work="Una estrategia de resiliencia para un problema de su ciudad, con acciones e impactos claros",
            frameworks=tuple(
                FrameworkLine(name, "Agenda de Acción de Addis Abeba", ("11.1", "11.2", "11.b", "13.1", "17.9", "3.d"))
                for name in ("sendai", "ods", "paris", "aaaa", "nua", "mcr")
            ),
        ),
        CODE,
    )
    assert LONGEST in text(drawn)


@pytest.mark.parametrize("given", [{"final_work": "Un plan por barrio " * 40}, {"host_city": "Niterói " * 120}])
def test_texts_that_do_not_fit_are_refused_rather_than_printed_over_each_other(
    app: Flask, given: dict[str, str]
) -> None:
    with pytest.raises(pdf.DrawingError, match="2 pages"):
        pdf.draw(award(**given), CODE)


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=file:///etc/passwd>",
        "<link rel=attachment href=file:///etc/passwd>",
        "<style>@import 'http://example.org/x.css'</style>",
        "{{ 7 * 7 }} & Co",
    ],
)
def test_a_hostile_text_is_only_text(app: Flask, hostile: str) -> None:
    drawn = pdf.draw(award(government=hostile), CODE)
    assert hostile.replace(" ", "") in text(drawn).replace(" ", "")
    assert not read(drawn).attachments


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://127.0.0.1/", "data:text/css,a", "sheet:../../../etc/passwd"]
)
def test_the_shelf_hands_out_nothing_but_its_own(address: str) -> None:
    with pytest.raises(ValueError, match="not on the shelf"):
        pdf._Shelf(full=False).fetch(address)


def test_a_missing_font_stops_the_drawing(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    shutil.copy(pdf.STATIC / "css" / "certificate.css", tmp_path / "css")
    monkeypatch.setattr(pdf, "STATIC", tmp_path)
    monkeypatch.setattr(pdf, "_press", lambda *, full: pdf._Press(full=full))
    with pytest.raises(pdf.DrawingError, match=r"escuela\.fonts"):
        pdf.draw(award(), CODE)


def photographed(drawing: str) -> Image.Image:
    """The QR of the sheet as a camera sees it: `h` runs are dark, eight pixels a module, a quiet zone around."""
    size = int(re.search(r'viewBox="0 0 (\d+)', drawing)[1])
    image = Image.new("1", (size + 8, size + 8), 1)
    x, y = 0, -1
    for move, right, down in re.findall(r"([Mmh])(-?\d+)(?: (-?[\d.]+))?", re.search(r' d="([^"]+)"', drawing)[1]):
        if move == "h":
            image.paste(0, (x + 4, y + 4, x + int(right) + 4, y + 5))
        elif down != "0":
            y += 1
        x += int(right)
    return image.resize((image.width * 8, image.height * 8))


def test_the_qr_on_the_sheet_leads_to_the_verification_page(app: Flask) -> None:
    address = pdf.verification_address(CODE)
    assert address == "HTTP://127.0.0.1:5000/V/EDR-2PX8-HW3C"
    assert [found.text for found in zxingcpp.read_barcodes(photographed(pdf._qr(address)))] == [address]


def test_a_sample_says_that_it_is_one(app: Flask) -> None:
    assert "A sample. It certifies nothing." in text(pdf.draw(award(language="en"), codes.SAMPLE))
    assert "sample" not in text(pdf.draw(award(language="en"), CODE))


def test_an_award_survives_its_record() -> None:
    assert Award.from_record(award().as_record()) == award()
