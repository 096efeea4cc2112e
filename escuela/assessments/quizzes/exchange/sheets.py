"""Questions as a table, one a row: CSV of any spreadsheet, or XLSX. The columns stand in the README of this folder."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from flask_babel import lazy_gettext as _l
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from escuela.admissions import sheets
from escuela.admissions.sheets import Line
from escuela.assessments.quizzes.asked import KINDS, QuestionText
from escuela.assessments.quizzes.exchange.report import SHEET, Draft, Intake, Report
from escuela.assessments.quizzes.exchange.sheet_rows import Row
from escuela.errors import DomainError
from escuela.forms import legible

OPTIONS = 12
"""Columns of options in the template; more are read."""
LETTERS = 12_000
HEADS: Mapping[str, tuple[str, ...]] = {
    "kind": ("tipo", "type", "kind"),
    "name": ("nombre", "nome", "name"),
    "text": ("pregunta", "texto", "question", "text"),
    "right": ("correcta", "correctas", "correta", "corretas", "right", "correct"),
    "points": ("puntos", "pontos", "points"),
    "feedback": ("retroalimentación", "retroalimentacion", "comentario", "comentário", "feedback"),
    "tolerance": ("tolerancia", "tolerância", "tolerance"),
    "units": ("unidad", "unidade", "unidades", "unit", "units"),
    "partial": ("parcial", "partial"),
    "case": ("mayúsculas", "mayusculas", "maiúsculas", "case"),
    "accents": ("acentos", "tildes", "accents"),
    "words": ("palabras", "palavras", "words"),
    "folder": ("carpeta", "pasta", "folder"),
    "tags": ("etiquetas", "tags"),
}
KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "single": ("única", "unica", "opción única", "opção única", "single"),
    "multiple": ("múltiple", "multiple", "múltipla", "opción múltiple", "múltipla escolha", "multiple choice"),
    "true_false": ("verdadero/falso", "verdadeiro/falso", "verdadero o falso", "v/f", "true/false"),
    "short": ("texto corto", "texto curto", "short", "respuesta corta", "resposta curta"),
    "number": ("número", "numero", "number", "numérica"),
    "matching": ("emparejar", "relacionar", "matching", "associar"),
    "ordering": ("ordenar", "ordering"),
    "gaps": ("completar", "huecos", "lacunas", "gaps"),
    "classify": ("clasificar", "classificar", "classify"),
    "essay": ("ensayo", "ensaio", "abierta", "aberta", "dissertativa", "essay"),
}
_OPTION = re.compile(r"(?:opción|opcion|opção|opcao|option) ?([0-9]{1,2})")
_NOTE = re.compile(r"(?:retroalimentación|retroalimentacion|comentario|comentário|feedback) ?([0-9]{1,2})")
NAMES = {
    "es": ("tipo", "nombre", "pregunta", "correcta", "puntos", "retroalimentación", "tolerancia", "unidad", "parcial"),
    "pt": ("tipo", "nome", "pergunta", "correta", "pontos", "comentário", "tolerância", "unidade", "parcial"),
    "en": ("type", "name", "question", "right", "points", "feedback", "tolerance", "unit", "partial"),
}
MORE = {
    "es": ("mayúsculas", "acentos", "palabras", "carpeta", "etiquetas"),
    "pt": ("maiúsculas", "acentos", "palavras", "pasta", "etiquetas"),
    "en": ("case", "accents", "words", "folder", "tags"),
}
OPTION = {"es": "opción", "pt": "opção", "en": "option"}


@dataclass(frozen=True, slots=True)
class Table:
    columns: Mapping[str, int]
    options: Sequence[int]
    notes: Mapping[int, int]
    """Column of the feedback of an option, by the number of the option from 0."""
    lines: Sequence[Line]


def is_table(data: bytes) -> bool:
    """Whether a file has heads that questions have."""
    try:
        return _table(sheets.read(data, clean=_clean)) is not None
    except DomainError:
        return False


def read(data: bytes, language: str) -> Report:
    """A report of the rows. Raises DomainError."""
    table = _table(sheets.read(data, clean=_clean))
    if table is None:
        raise DomainError(
            _l("The table has no columns for the type and the text of a question: begin with the template.")
        )
    intake = Intake(SHEET, language)
    for line in table.lines:
        row = Row(
            {name: line.cell(column) for name, column in table.columns.items()},
            [line.cell(column) for column in table.options],
            {number: line.cell(column) for number, column in table.notes.items()},
        )
        intake.take(
            _builder(row),
            row.says("name") or row.says("text")[:60],
            place=line.number,
            folder=row.says("folder").split("/"),
            tags=re.split(r"[,;\n]", row.says("tags")),
        )
    return intake.report()


def _builder(row: Row) -> Callable[[Draft], QuestionText]:
    def build(draft: Draft) -> QuestionText:
        return row.question(draft, kind_of(row.says("kind")))

    return build


def kind_of(said: str) -> str:
    """A kind by its name here or the words for it; empty where it is none."""
    plain = " ".join(said.split()).casefold()
    return next((kind for kind in KINDS if plain == kind or plain in KIND_WORDS[kind]), "")


def _clean(value: Any) -> str:
    """A cell as it was meant, with its lines; a number as it is written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime | date):
        value = value.isoformat()[:10]
    words = (legible(str(value)[: LETTERS + 1]) or "").replace("\r\n", "\n").replace("\r", "\n").strip()
    return words[1:] if len(words) > 1 and words[0] == "'" and words[1] in "=+-@'" else words


def _table(lines: Sequence[Line]) -> Table | None:
    """The first line that names at least the type and the text, and what follows it."""
    for at, line in enumerate(lines[: sheets.ABOVE]):
        heads = [" ".join(cell.split()).casefold() for cell in line.cells]
        columns = {
            name: next(place for place, head in enumerate(heads) if head in known)
            for name, known in _heads().items()
            if any(head in known for head in heads)
        }
        if {"kind", "text"} <= set(columns):
            options = _numbered(_OPTION, heads)
            numbers = sorted(options)
            notes = {numbers.index(each): place for each, place in _numbered(_NOTE, heads).items() if each in options}
            return Table(columns, [options[each] for each in numbers], notes, lines[at + 1 :])
    return None


def _heads() -> Mapping[str, tuple[str, ...]]:
    return {**HEADS, "text": (*HEADS["text"], "pergunta")}


def _numbered(pattern: re.Pattern[str], heads: Sequence[str]) -> dict[int, int]:
    return {int(found[1]): place for place, head in enumerate(heads) if (found := pattern.fullmatch(head))}


# --- the template


def template(language: str = "es") -> bytes:
    """A workbook with the columns and an example of each kind, to be filled in and sent back."""
    book = Workbook()
    sheet = book.active
    for row in _template_rows(language):
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column in sheet.columns:
        sheet.column_dimensions[column[0].column_letter].width = 24
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.alignment, cell.number_format = Alignment(wrap_text=True, vertical="top"), "@"
    sheet.freeze_panes = "A2"
    found = BytesIO()
    book.save(found)
    return found.getvalue()


def template_csv(language: str = "es") -> bytes:
    """The same as CSV, as Excel opens it: semicolons and a mark of UTF-8."""
    stream = StringIO(newline="")
    csv.writer(stream, delimiter=";").writerows(_template_rows(language))
    return stream.getvalue().encode("utf-8-sig")


def _template_rows(language: str) -> Iterator[list[str]]:
    said = language if language in NAMES else "en"
    names, more = NAMES[said], MORE[said]
    options = [f"{OPTION[said]} {number}" for number in range(1, OPTIONS + 1)]
    yield [*names[:4], *options, *names[4:], *more]
    for kind, text, right, given, extra in EXAMPLES[said]:
        cells = [*given, *[""] * (OPTIONS - len(given))]
        tail = [extra.get(each, "") for each in (*NAMES["en"][4:], *MORE["en"])]
        yield [KIND_WORDS[kind][0] if said != "pt" else _in_portuguese(kind), "", text, right, *cells, *tail]


def _in_portuguese(kind: str) -> str:
    return {
        **{each: words[0] for each, words in KIND_WORDS.items()},
        "multiple": "múltipla",
        "true_false": "verdadeiro/falso",
        "short": "texto curto",
        "matching": "relacionar",
        "gaps": "lacunas",
        "classify": "classificar",
        "essay": "ensaio",
    }[kind]


_Example = tuple[str, str, str, Sequence[str], Mapping[str, str]]
EXAMPLES: Mapping[str, Sequence[_Example]] = {
    "es": (
        ("single", "¿Qué mide un pluviómetro?", "2", ("El viento", "La lluvia", "La presión"), {"points": "1"}),
        ("multiple", "¿Cuáles son amenazas?", "1; 3", ("Inundación", "Alerta", "Sequía"), {"partial": "sí"}),
        ("true_false", "Un mapa de riesgo se revisa cada cierto tiempo.", "verdadero", (), {}),
        ("short", "¿Cómo se llama el marco de 2015?", "", ("Sendai", "%50%Marco de Sendai 2015"), {}),
        ("number", "¿Cuántos metros hay en 2 km?", "", ("2000",), {"tolerance": "0", "unit": "m; km=1000"}),
        ("matching", "Una cada concepto.", "", ("Amenaza -> Crecida", "Exposición -> Barrio", "* -> Plan"), {}),
        ("ordering", "Ordene las etapas.", "", ("Diagnóstico", "Plan", "Obra"), {}),
        ("gaps", "El río [[1]] y la ciudad se [[2]].", "", ("crece | sube", "*adapta | *prepara | olvida"), {}),
        ("classify", "Clasifique.", "", ("Dique -> Obra", "Norma -> Gestión", "Muro -> Obra"), {}),
        (
            "essay",
            "Describa un riesgo de su ciudad.",
            "",
            (),
            {"words": "300", "folder": "Riesgo", "tags": "diagnóstico"},
        ),
    ),
    "pt": (
        ("single", "O que mede um pluviômetro?", "2", ("O vento", "A chuva", "A pressão"), {"points": "1"}),
        ("multiple", "Quais são ameaças?", "1; 3", ("Inundação", "Alerta", "Seca"), {"partial": "sim"}),
        ("true_false", "Um mapa de risco é revisto de tempos em tempos.", "verdadeiro", (), {}),
        ("short", "Como se chama o marco de 2015?", "", ("Sendai", "%50%Marco de Sendai 2015"), {}),
        ("number", "Quantos metros há em 2 km?", "", ("2000",), {"tolerance": "0", "unit": "m; km=1000"}),
        ("matching", "Relacione cada conceito.", "", ("Ameaça -> Cheia", "Exposição -> Bairro", "* -> Plano"), {}),
        ("ordering", "Ordene as etapas.", "", ("Diagnóstico", "Plano", "Obra"), {}),
        ("gaps", "O rio [[1]] e a cidade se [[2]].", "", ("cresce | sobe", "*adapta | *prepara | esquece"), {}),
        ("classify", "Classifique.", "", ("Dique -> Obra", "Norma -> Gestão", "Muro -> Obra"), {}),
        (
            "essay",
            "Descreva um risco da sua cidade.",
            "",
            (),
            {"words": "300", "folder": "Risco", "tags": "diagnóstico"},
        ),
    ),
    "en": (
        ("single", "What does a rain gauge measure?", "2", ("Wind", "Rain", "Pressure"), {"points": "1"}),
        ("multiple", "Which are hazards?", "1; 3", ("Flood", "Warning", "Drought"), {"partial": "yes"}),
        ("true_false", "A risk map is revised from time to time.", "true", (), {}),
        ("short", "What is the framework of 2015 called?", "", ("Sendai", "%50%Sendai Framework 2015"), {}),
        ("number", "How many metres are 2 km?", "", ("2000",), {"tolerance": "0", "unit": "m; km=1000"}),
        ("matching", "Match each concept.", "", ("Hazard -> Flood", "Exposure -> District", "* -> Plan"), {}),
        ("ordering", "Put the stages in order.", "", ("Diagnosis", "Plan", "Works"), {}),
        ("gaps", "The river [[1]] and the city [[2]].", "", ("rises | swells", "*adapts | *prepares | forgets"), {}),
        ("classify", "Classify.", "", ("Dyke -> Works", "Rule -> Management", "Wall -> Works"), {}),
        ("essay", "Describe a risk of your city.", "", (), {"words": "300", "folder": "Risk", "tags": "diagnosis"}),
    ),
}
