"""The typefaces of the School: subsets with the letters of Spanish, Portuguese, English and Guaraní.

`python -m escuela.fonts` makes them in `static/fonts/`, which git ignores, from the full fonts that packages carry:
.woff2 for the web and .ttf for the PDF. "Source" is a reserved font name of their licence (SIL OFL 1.1), so what is
modified is called "Escuela", and the licence texts lie beside it.
"""

import unicodedata
from functools import cache
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont

FOLDER = Path(__file__).parents[1] / "static" / "fonts"

UNICODES = frozenset(
    [
        *range(0x20, 0x7F),  # ASCII
        *range(0xA0, 0x100),  # Latin-1: Spanish, Portuguese
        *(0x128, 0x129, 0x168, 0x169, 0x1EBC, 0x1EBD, 0x1EF8, 0x1EF9, 0x303, 0x2BC),  # Guaraní: Ĩ Ũ Ẽ Ỹ, g̃, puso
        *(0x152, 0x153),  # Œ œ
        *range(0x2010, 0x2016),  # hyphens and dashes
        *(0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2039, 0x203A, 0x2032, 0x2033),  # quotes and primes
        *(0x2020, 0x2021, 0x2022, 0x2026, 0x2030, 0x2044, 0x20AC, 0x2116, 0x2122),  # † ‡ • … ‰ ⁄ € № ™
        *range(0x2190, 0x2194),  # arrows
        *(0x2212, 0x2260, 0x2264, 0x2265, 0x2713, 0x25B2, 0x25BC),  # − ≠ ≤ ≥ ✓ ▲ ▼
    ]
)
# pnum: the figures of running text; ordn: 1.º; frac: ½; the others place accents and pair letters.
LAYOUT_FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "case", "ordn", "frac", "pnum"]
KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # copyright, names, version, licence; no trademark


class Face(NamedTuple):
    """One of our font files and where its letters come from."""

    package: str
    file: str
    family: str
    style: str


FACES = {
    "escuela-sans-400": Face("font_source_sans_pro", "SourceSansPro-Regular", "Escuela Sans", "Regular"),
    "escuela-sans-600": Face("font_source_sans_pro", "SourceSansPro-Semibold", "Escuela Sans", "Semibold"),
    "escuela-serif-400": Face("font_source_serif_pro", "SourceSerifPro-Regular", "Escuela Serif", "Regular"),
    "escuela-serif-400i": Face("font_source_serif_pro", "SourceSerifPro-It", "Escuela Serif", "Italic"),
    "escuela-serif-600": Face("font_source_serif_pro", "SourceSerifPro-Semibold", "Escuela Serif", "Semibold"),
}


def full_font(name: str) -> Path:
    """The complete TTF that the face `name` was cut from: for a text that is not `covered`."""
    face = FACES[name]
    return _package_folder(face.package) / f"{face.file}.ttf"


def covered(text: str, name: str = "escuela-serif-600") -> bool:
    """Whether the face `name` draws every letter of `text`.

    The upright faces have the same letters. The italic lacks the Guaraní tildes and the arrows, as does its full TTF.
    """
    return all(ord(letter) in _letters(name) for letter in unicodedata.normalize("NFC", text))


def make(folder: Path = FOLDER) -> None:
    """Writes every face and the licences: the same bytes each time, and never half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, face in FACES.items():
        with _cut(name) as font:
            _rename(font, face)
            _write(folder / f"{name}.ttf", _file_bytes(font, None))
            _write(folder / f"{name}.woff2", _file_bytes(font, "woff2"))
    for package in {face.package for face in FACES.values()}:
        _write(folder / f"OFL-{package}.txt", (_package_folder(package) / "LICENSE.txt").read_bytes())


def _cut(name: str) -> TTFont:
    options = subset.Options()
    options.hinting = True  # municipal Windows laptops at 96 dpi
    options.layout_features = LAYOUT_FEATURES
    options.name_IDs = KEPT_NAMES
    font = subset.load_font(full_font(name), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    font["head"].modified = font["head"].created  # no trace of when it was made
    return font


def _rename(font: TTFont, face: Face) -> None:
    full = f"{face.family} {face.style}"
    postscript = f"{face.family.replace(' ', '')}-{face.style}"
    names = {1: face.family, 2: face.style, 3: f"{full} subset", 4: full, 6: postscript}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)  # Windows, Unicode, English
        font["name"].removeNames(nameID=name_id, platformID=1)


def _file_bytes(font: TTFont, flavor: str | None) -> bytes:
    font.flavor = flavor
    content = BytesIO()
    font.save(content)
    return content.getvalue()


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _package_folder(package: str) -> Path:
    return Path(str(resources.files(package))) / "files"


@cache
def _letters(name: str) -> frozenset[int]:
    with TTFont(full_font(name), lazy=True) as font:
        return UNICODES & font.getBestCmap().keys()


if __name__ == "__main__":
    make()
