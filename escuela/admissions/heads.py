"""Which column of a list holds what: guessed from what its heads say in Spanish, Portuguese or English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from escuela.admissions.sheets import ABOVE, Line
from escuela.people.models import folded

FIELDS = {
    "email": _l("E-mail"),
    "name": _l("Full name"),
    "surname": _l("Surname, where it has a column of its own"),
    "government": _l("Local government"),
    "country": _l("Country"),
    "position": _l("Position"),
    "language": _l("Language"),
    "zone": _l("Time zone"),
    "focal_point": _l("Focal point"),
}
"""What a line may say, in the order in which pages show it."""
NEEDED = ("email", "name", "government")
TEMPLATE = {
    "email": {"es": "Correo electrónico", "pt": "E-mail", "en": "E-mail"},
    "name": {"es": "Nombre completo", "pt": "Nome completo", "en": "Full name"},
    "government": {"es": "Gobierno local", "pt": "Governo local", "en": "Local government"},
    "country": {"es": "País", "pt": "País", "en": "Country"},
    "position": {"es": "Cargo", "pt": "Cargo", "en": "Position"},
    "language": {"es": "Idioma", "pt": "Idioma", "en": "Language"},
    "focal_point": {"es": "Referente", "pt": "Ponto focal", "en": "Focal point"},
}
"""The columns of the list that we offer to fill in. Their heads are part of the format: `WORDS` has them all."""
_SAID = {
    "email": (
        "e mail; email; mail; correo; correo electronico; direccion de correo; direccion de correo electronico;"
        " endereco de e mail; endereco eletronico; correio eletronico; e mail address; email address; address"
    ),
    "name": (
        "nombre; nombre completo; nombre y apellido; nombre y apellidos; nombres y apellidos; apellido y nombre;"
        " apellidos y nombres; nombres; participante; persona; nome; nome completo; nome e sobrenome; name;"
        " full name; first name; participant; person"
    ),
    "surname": "apellido; apellidos; sobrenome; sobrenomes; surname; last name; family name",
    "government": (
        "gobierno local; gobierno; municipio; municipalidad; intendencia; ciudad; alcaldia; institucion; organismo;"
        " governo local; governo; prefeitura; cidade; instituicao; local government; government; municipality; city;"
        " institution; organisation; organization"
    ),
    "country": "pais; country",
    "position": "cargo; puesto; funcion; funcao; position; job; job title; title; role; rol",
    "language": "idioma; lengua; lingua; language",
    "zone": "zona horaria; huso horario; fuso horario; fuso; zona; time zone; timezone",
    "focal_point": (
        "referente; punto focal; es referente; ponto focal; e ponto focal; focal point; is focal point; focal"
    ),
}
WORDS: Mapping[str, Sequence[str]] = {field: words.split("; ") for field, words in _SAID.items()}
"""What heads say, in Spanish, Portuguese and English, as `plainly` writes it."""
_KNOWN = {word: field for field, words in WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Table:
    """The list inside a file: what its columns are called, and its lines below the heads."""

    heads: tuple[str, ...]
    lines: list[Line]
    headed: bool
    """Whether the file has a line of heads; where it has none its columns are called A, B, C."""


def table_of(lines: list[Line]) -> Table:
    """Divide a file. The heads are the line, of the first ones, that says most, else the one above the first address.

    What stands above them are titles, which are left out.
    """
    place = max(range(min(ABOVE, len(lines))), key=lambda at: (_says(lines[at]), -at))
    if _says(lines[place]) < 2 and (data := _first_data(lines)) is not None:
        if not data:
            width = max(len(line.cells) for line in lines)
            return Table(tuple(letter(column) for column in range(width)), lines, headed=False)
        place = data - 1
    width = max(len(line.cells) for line in lines[place:])
    heads = tuple(lines[place].cell(column) or letter(column) for column in range(width))
    return Table(heads, lines[place + 1 :], headed=True)


def _says(line: Line) -> int:
    """How many fields its cells name."""
    return len({field for cell in line.cells if (field := _field(cell))})


def _first_data(lines: list[Line]) -> int | None:
    """The first line that has an address in it."""
    return next((at for at, line in enumerate(lines[:ABOVE]) if any("@" in cell for cell in line.cells)), None)


def _field(head: str) -> str | None:
    """What a head names: all of it, or its beginning before what explains it, as in «Correo (institucional)»."""
    words = plainly(head)
    return _KNOWN.get(words) or _KNOWN.get(plainly(head.partition("(")[0]))


def plainly(words: str) -> str:
    """Folded, with letters and figures only: `E-mail:` and `e mail` are the same."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in folded(words)).split())


def letter(column: int) -> str:
    """What a spreadsheet calls a column: A, B ... Z, AA."""
    first, last = divmod(column, 26)
    return (letter(first - 1) if first else "") + chr(ord("A") + last)


def guessed(table: Table) -> dict[str, int]:
    """By field the first column that says so; without heads, the column of the addresses."""
    found: dict[str, int] = {}
    for column, head in enumerate(table.heads):
        field = _field(head) if table.headed else None
        if field:
            found.setdefault(field, column)
    if "email" not in found:
        counts = [sum("@" in line.cell(column) for line in table.lines[:50]) for column in range(len(table.heads))]
        if any(counts) and (column := counts.index(max(counts))) not in found.values():
            found["email"] = column
    return found
