"""Drawing a certificate: one A4 sheet as PDF/UA-1. The only importer of WeasyPrint.

Plain data in, bytes out. Users fill escaped text slots; no address that a text may hold is ever fetched.
"""

from __future__ import annotations

import logging
from functools import cache
from threading import Lock
from urllib.parse import urlsplit

import segno
from flask import current_app
from flask_babel import force_locale
from markupsafe import Markup
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from escuela.certificates import codes
from escuela.certificates.award import Award
from escuela.certificates.names import fit_name, unknown_letters
from escuela.config import ROOT
from escuela.fonts import FACES, covered, full_font

STATIC = ROOT / "static"
SCHEME = "sheet:"
VARIANT = "pdf/ua-1"  # tagged, for who reads with ears
INK = "#0f3f4b"
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)  # seven lines for each sheet
_pen = Lock()  # Pango's fonts are shared by the whole process, and a job and a preview may draw at once


class DrawingError(Exception):
    """The sheet could not be drawn; nothing that the person can help."""


def draw(award: Award, code: str) -> bytes:
    """The certificate; the same bytes for the same award and code.

    Raises UnprintableNameError, or DrawingError when a letter, a font or the place on the sheet is missing.
    """
    sheet = _sheet(award, code)
    text = sheet.replace("\n", " ")
    if unknown := unknown_letters(text):
        raise DrawingError(f"no font has {unknown}")
    try:
        with _pen:
            return _print(sheet, _press(full=not covered(text)))
    except FatalURLFetchingError as error:  # a BaseException: it would end the worker
        raise DrawingError(f"{error}; `python -m escuela.fonts` makes the fonts") from error


class _Shelf(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
    """Our own fonts and drawings, under a scheme of our own. Every other address is an error that stops the drawing."""

    def __init__(self, *, full: bool) -> None:
        super().__init__(fail_on_errors=True)
        self.things = {f"{SCHEME}fonts/{face}": STATIC / "fonts" / f"{face}.ttf" for face in FACES}
        if full:
            self.things = {f"{SCHEME}fonts/{face}": full_font(face) for face in FACES}
        self.things |= {f"{SCHEME}{name}": STATIC / "img" / f"{name}.svg" for name in ("mark", "certificate-contours")}

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:  # noqa: ARG002 - WeasyPrint passes it
        if url not in self.things:
            raise ValueError(f"not on the shelf: {url[:80]}")
        kind = "image/svg+xml" if self.things[url].suffix == ".svg" else "font/ttf"
        return URLFetcherResponse(url, self.things[url].read_bytes(), {"Content-Type": kind})


class _Press:
    """What every sheet shares: the shelf, the fonts, the style sheet, the pictures once decoded."""

    def __init__(self, *, full: bool) -> None:
        self.shelf = _Shelf(full=full)
        self.fonts = FontConfiguration()
        style = (STATIC / "css" / "certificate.css").read_text(encoding="utf-8")
        self.style = CSS(string=style, font_config=self.fonts, url_fetcher=self.shelf)
        self.pictures: dict[str, object] = {}


@cache
def _press(*, full: bool) -> _Press:
    """`full`: with all the letters of the packages' fonts, for a text that ours do not cover."""
    return _Press(full=full)


def _print(sheet: str, press: _Press) -> bytes:
    document = HTML(string=sheet, url_fetcher=press.shelf).render(
        stylesheets=[press.style], font_config=press.fonts, cache=press.pictures, pdf_variant=VARIANT
    )
    if len(document.pages) != 1:
        raise DrawingError(f"{len(document.pages)} pages: the texts are too long for one sheet")
    pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf


def _sheet(award: Award, code: str) -> str:
    """The HTML, in the award's language. Rendered without the context of a request: there may be none."""
    template = current_app.jinja_env.get_template("certificates/sheet.html")
    with force_locale(award.language):
        return template.render(
            award=award,
            code=code,
            sample=code == codes.SAMPLE,
            name=fit_name(award.name),
            qr=_qr(verification_address(code)),
            host=urlsplit(current_app.config["SETTINGS"].public_url).netloc,
        )


def verification_address(code: str) -> str:
    """What the QR holds: in capitals, which take less room there; the path of a School in a folder stays as it is."""
    parts = urlsplit(current_app.config["SETTINGS"].public_url)
    return f"{parts.scheme}://{parts.netloc}".upper() + f"{parts.path}/V/{code}"


def _qr(address: str) -> Markup:
    drawing = segno.make(address, error="m", micro=False, boost_error=False)
    inline: str = drawing.svg_inline(border=0, dark=INK, omitsize=True, title=address)
    return Markup(inline)  # noqa: S704 - segno's own drawing of our own address
