"""Does a name fit on the sheet? Measured with the font's own widths, so that nobody is cut off or printed over."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from flask_babel import lazy_gettext as _l
from fontTools.ttLib import TTFont

from escuela.errors import DomainError
from escuela.fonts import full_font

LINE = 174 / 25.4 * 72
"""Points between the margins of the sheet's left side; `static/css/certificate.css` has the same 174 mm."""
FACE = "escuela-serif-600"
UPRIGHT_FACES = (FACE, "escuela-serif-400", "escuela-sans-400", "escuela-sans-600")
ON_ONE_LINE, ON_TWO_LINES = (36, 32, 28), (32, 28, 24, 21)
"""Sizes in points that `certificate.css` has a class for, the one to prefer first."""
PARTICLES = {"de", "da", "do", "das", "dos", "del", "la", "las", "los", "y", "e", "van", "von"}


class UnprintableNameError(DomainError):
    """The name is too long for the sheet, or has letters that its font has not."""


@dataclass(frozen=True, slots=True)
class Fitted:
    size: int
    lines: tuple[str, ...]


def fit_name(name: str) -> Fitted:
    """The largest size at which a name fits on one line, else on two. Raises UnprintableNameError."""
    if unknown := unknown_letters(name):
        raise UnprintableNameError(
            _l(
                "“%(name)s” has signs that the certificate cannot print: %(signs)s. Write the name without them.",
                name=name,
                signs=", ".join(f"{sign if sign.isprintable() else ''} U+{ord(sign):04X}".strip() for sign in unknown),
            )
        )
    words = name.split()
    for sizes, lines in ((ON_ONE_LINE, (" ".join(words),)), (ON_TWO_LINES, _two_lines(words))):
        for size in sizes:
            if all(width(line, size) <= LINE for line in lines):
                return Fitted(size, lines)
    raise UnprintableNameError(
        _l(
            "“%(name)s” does not fit on a certificate, not even on two lines. Agree on a shorter form with the person.",
            name=name,
        )
    )


def width(text: str, size: float) -> float:
    """Points that a text takes in the face of names."""
    advances, units = _metrics()
    return sum(advances.get(letter, units) for letter in text) / units * size


def unknown_letters(text: str) -> list[str]:
    """Letters that not even the full fonts have."""
    return sorted({letter for letter in unicodedata.normalize("NFC", text) if letter not in _letters()})


def _two_lines(words: list[str]) -> tuple[str, ...]:
    """The most even cut; the first line never ends on a particle. A single word stays whole."""
    cuts = {_before_particles(words, place) for place in range(1, len(words))}
    pairs = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in sorted(cuts)]
    return min(pairs, key=lambda pair: max(width(line, 1) for line in pair), default=tuple(words))


def _before_particles(words: list[str], cut: int) -> int:
    while cut > 1 and words[cut - 1].lower() in PARTICLES:
        cut -= 1
    return cut


@cache
def _metrics() -> tuple[dict[str, int], int]:
    with TTFont(full_font(FACE), lazy=True) as font:
        advances = font["hmtx"]
        return {chr(code): advances[glyph][0] for code, glyph in font.getBestCmap().items()}, font["head"].unitsPerEm


@cache
def _letters() -> frozenset[str]:
    letters: set[str] = set(_metrics()[0])
    for face in UPRIGHT_FACES:
        with TTFont(full_font(face), lazy=True) as font:
            letters &= {chr(code) for code in font.getBestCmap()}
    return frozenset(letters)
