"""`flask courses check`: every fault, with its file and line, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask_babel import force_locale, lazy_gettext

from escuela.config import ROOT
from escuela.content.check import editions_in, read_edition
from escuela.section import joined
from escuela.source import Fault
from tests.content.folder import FILES, QUIZ, VOICE, Folder

E, M = "edition.yaml", "01-datos/module.yaml"
L, PT = "01-datos/01-que-es-un-dato.md", "01-datos/01-que-es-un-dato.pt.md"
Q, A = "01-datos/02-quiz-datos.yaml", "01-datos/03-assignment-inventario.yaml"
QUESTIONS = QUIZ.partition("questions:\n")[2]
TWO_LEVELS = "{title: Falta, points: 0}\n      - {title: Sólido, points: 2}"


@dataclass(frozen=True)
class Spoiled:
    """In a file, `old` became `new`; the fault stands in the nth line that holds `at`, its sentence holds `says`."""

    file: str
    old: str
    new: str
    at: str
    says: str
    nth: int = 1


VALUES = {
    "missing key": Spoiled(E, "number: 9\n", "", "year: 2026", "`number` is missing"),
    "unknown key": Spoiled(E, "theme: Cui", "themes: Cui", "themes:", "Did you mean `theme`?"),
    "key twice": Spoiled(E, "hours: 40", "hours: 40\nhours: 41", "hours: 41", "stands here and in line 12"),
    "empty value": Spoiled(E, "theme: Cuidados", "theme:", "theme:", "`theme` is empty"),
    "no number": Spoiled(E, "hours: 40", "hours: many", "hours:", "write a whole number from 1 to 2000"),
    "too large a number": Spoiled(M, "hours: 8", "hours: 8000", "hours:", "write a whole number from 1 to 1000"),
    "list for a text": Spoiled(E, "theme: Cuidados", "theme: [a]", "theme:", "holds a list"),
    "text for a list": Spoiled(E, "languages: [es, pt]", "languages: es", "languages:", "write a list"),
    "text for a mapping": Spoiled(
        E, "{city: Canelones, country: UY}", "Canelones", "host:", "write `key: value` lines"
    ),
    "unknown word": Spoiled(E, "mode: hybrid", "mode: hibrid", "mode:", "Did you mean `hybrid`?"),
    "neither true nor false": Spoiled(Q, "attempts: 2", "shuffle: yes", "shuffle:", "write true or false"),
    "too long a text": Spoiled(M, "De la anécdota al dato.", "x" * 1001, "summary:", "write at most 1000"),
    "comma between braces": Spoiled(M, "es: Datos,", "es: Datos, mapas,", "mapas", "goes in quotes"),
    "no slug": Spoiled(E, "slug: apertura", "slug: La apertura", "slug:", "use lower-case letters"),
}
LANGUAGES = {
    "unknown language of a text": Spoiled(M, "pt: Dados", "fr: Données", "fr:", "`fr` means nothing here"),
    "first language missing": Spoiled(M, "es: Datos, ", "", "title:", "not in `es`, the edition's first language"),
    "unknown language": Spoiled(E, "[es, pt]", "[es, guarani]", "languages:", "is no language"),
    "language twice": Spoiled(E, "[es, pt]", "[es, es]", "languages:", "stands twice"),
    "no language": Spoiled(E, "[es, pt]", "[]", "languages:", "write at least one"),
}
MOMENTS = {
    "not a day": Spoiled(E, "2026-10-01", "1 October", "starts_on:", "write it as 2021-11-30"),
    "a day that is none": Spoiled(E, "2026-12-10", "2026-02-30", "ends_on:", "is no day"),
    "ends before it starts": Spoiled(E, "ends_on: 2026-12", "ends_on: 2026-09", "ends_on:", "comes before"),
    "another year": Spoiled(E, "year: 2026", "year: 2025", "year:", "is not the year"),
    "no zone": Spoiled(Q, "23:59 America/Montevideo", "23:59", "due_at:", "has no zone: write it as"),
    "no hour": Spoiled(Q, " 23:59 America/Montevideo", "", "due_at:", "is no instant"),
    "an hour that is none": Spoiled(Q, "23:59", "24:59", "due_at:", "24:59 is no hour"),
    "unknown zone": Spoiled(Q, "Montevideo", "Montevidio", "due_at:", "Did you mean `America/Montevideo`?"),
    "an offset": Spoiled(Q, "America/Montevideo", "GMT-3", "due_at:", "is not an IANA time zone"),
    "skipped hour": Spoiled(
        Q, "11-01 23:59 America/Montevideo", "10-04 02:30 Australia/Sydney", "due_at:", "the clocks jump over it"
    ),
    "outside the edition": Spoiled(Q, "2026-11-01", "2025-11-01", "due_at:", "outside the days of the edition"),
    "session outside": Spoiled(M, "2026-10-15", "2027-10-15", "starts_at:", "outside the days of the edition"),
    "due before it opens": Spoiled(
        Q, "due_at:", "opens_at: 2026-11-05 10:00 America/Lima\ndue_at:", "due_at:", "due before it opens"
    ),
    "strict about nothing": Spoiled(
        Q, "due_at: 2026-11-01 23:59 America/Montevideo", "strict: true", "strict:", "no `due_at` to be strict about"
    ),
}
EDITION = {
    "unknown item": Spoiled(E, "ods.11.5]", "ods.11.55]", "frameworks:", "`ods.11.55` is no item of the catalogue"),
    "item twice": Spoiled(E, "ods.11.5]", "sendai.p1]", "frameworks:", "stands twice"),
    "unknown item of a lesson": Spoiled(L, "ods.11.3", "ods.18", "frameworks:", "flask frameworks list"),
    "no country": Spoiled(E, "country: UY", "country: UX", "host:", "no ISO 3166-1 code"),
    "host of a virtual edition": Spoiled(E, "mode: hybrid", "mode: virtual", "host:", "has no host"),
    "no host": Spoiled(E, "host: {city: Canelones, country: UY}\n", "", "number:", "`host` is missing"),
    "one signatory": Spoiled(
        E, "    - {name: João Pitanga Ipê, office: Dirección Regional}\n", "", "signatories:", "Two people sign"
    ),
    "no module": Spoiled(E, "02-riesgo]", "02-riesgo, Clima]", "modules:", "`Clima` is no module"),
    "missing module": Spoiled(E, "02-riesgo]", "02-riesgo, 03-clima]", "modules:", "The folder 03-clima is missing"),
    "unlisted module": Spoiled(E, "[01-datos, 02-riesgo]", "[01-datos]", "modules:", "02-riesgo is not in `modules`"),
    "modules out of order": Spoiled(
        E, "01-datos, 02-riesgo", "02-riesgo, 01-datos", "modules:", "01-datos stands after 02-riesgo"
    ),
    "session twice": Spoiled(M, "slug: tutoria-datos", "slug: apertura", "slug:", "stands in ciudades/edition.yaml"),
    "no address": Spoiled(E, "https://example.org/sala", "la sala", "link:", "write https://..."),
}
LESSONS = {
    "no front matter": Spoiled(L, "---\ntitle", "title", "title", "There is no front matter"),
    "no text": Spoiled(PT, "\n## Um dado\n\nUm dado serve para decidir.\n", "\n", "", "There is no text", nth=5),
    "heading of level 1": Spoiled(L, "## Un dato", "# Un dato", "# Un dato", "begin at `##`"),
    "too deep a heading": Spoiled(L, "## Un dato", "#### Un dato", "#### Un", "write `##`"),
    "picture without text": Spoiled(L, "[Mapa con tres manzanas]", "[]", "![](", "no text for who cannot see it"),
    "picture missing": Spoiled(L, "media/mapa.svg", "media/mappa.svg", "mappa", "Did you mean `media/mapa.svg`?"),
    "picture from abroad": Spoiled(L, "media/mapa.svg", "https://example.org/m.png", "m.png", "put it in media/"),
    "sound for a picture": Spoiled(L, "(media/mapa.svg", "(media/voz.mp3", "![Mapa", "goes a file of type image"),
    "download missing": Spoiled(L, "media/planilla.csv", "media/otra.csv", "otra.csv", "is missing"),
    "no such lesson": Spoiled(L, "lesson:riesgo", "lesson:riesgos", "Siga", "Did you mean `riesgo`?"),
    "relative link": Spoiled(L, "lesson:riesgo", "../02-riesgo/01-riesgo.md", "Siga", "leads nowhere"),
    "footnote without text": Spoiled(L, "[^undrr]:", "[^otra]:", "Un dato sirve", "[^undrr] has no text"),
    "footnote without use": Spoiled(L, "decidir[^undrr]", "decidir", "[^undrr]:", "Nothing refers to"),
    "block never closed": Spoiled(L, "Hola.\n:::", "Hola.", "::: audio", "is never closed"),
    "unknown block": Spoiled(L, "::: do En", "::: note En", "::: note", "`note` is none of key, case"),
    "player without title": Spoiled(L, "title: Una entrevista\n", "", "::: audio", "has no `title`"),
    "player without transcript": Spoiled(L, "(Transcripción.) Hola.\n", "", "::: audio", "has no transcript"),
    "player of nothing": Spoiled(L, "media/voz.mp3", "media/voces.mp3", "::: audio", "is missing"),
    "title in two files": Spoiled(L, "title: Qué es un dato", "title: {es: Dato, pt: Dado}", "", "keep it here only"),
    "facts in a translation": Spoiled(PT, "title:", "minutes: 9\ntitle:", "minutes:", "`minutes` means nothing here"),
}
QUIZZES = {
    "no questions": Spoiled(Q, "questions:\n" + QUESTIONS, "questions: []\n", "questions:", "`questions` is empty"),
    "question twice": Spoiled(Q, "slug: usos", "slug: muestra", "slug: muestra", "`muestra` stands in line", nth=2),
    "no right answer": Spoiled(Q, "Una parte, right: true", "Una parte", "options:", "has no right answer"),
    "two right answers": Spoiled(Q, "{text: Todo}", "{text: Todo, right: true}", "options:", "here `a`, `b` are right"),
    "one option": Spoiled(Q, "      b: {text: Todo}\n", "", "options:", "at least two options"),
    "third of true and false": Spoiled(
        Q, "{feedback: Puede.}", "{feedback: Puede.}\n      no: {right: false}", "options:", "and no others", nth=3
    ),
    "words of true and false": Spoiled(Q, "true: {right", "true: {text: Sí, right", "text: Sí", "from the platform"),
    "key of an option": Spoiled(Q, "b: {text: Todo}", "B-1: {text: Todo}", "B-1", "cannot name an option"),
    "mark above all": Spoiled(Q, "attempts: 2", "pass_mark: 101", "pass_mark:", "from 0 to 100"),
    "picture of a question": Spoiled(Q, "¿Para qué sirve?", "'![](media/mapa.svg)'", "![]", "no text for who cannot"),
}
ASSIGNMENTS = {
    "levels that do not rise": Spoiled(A, "Sólido, points: 2", "Sólido, points: 1", "Sólido", "lowest to the highest"),
    "one level": Spoiled(A, TWO_LEVELS, TWO_LEVELS.split("\n", maxsplit=1)[0], "levels:", "this one has 1", nth=2),
    "no rubric": Spoiled(A, "rubric:", "rubrica:", "rubrica:", "Did you mean `rubric`?"),
    "criterion twice": Spoiled(A, "slug: enfoque", "slug: acciones", "slug: acciones", "`acciones` stands in", nth=2),
    "unknown kind of file": Spoiled(A, "xlsx]", "exe]", "files:", "`exe` is no kind of file"),
    "no kind of file": Spoiled(A, "[pdf, xlsx]", "[]", "files:", "names no kind of file"),
    "footnote in instructions": Spoiled(A, "una lista.", "una lista[^x].", "lista[^x]", "in a lesson"),
    "player in instructions": Spoiled(A, "Haga", "::: audio media/voz.mp3", ":::", "Only a lesson holds audio"),
    "link of instructions": Spoiled(A, "lesson:que-es-un-dato", "lesson:dato", "lesson:dato", "leads to no lesson"),
}
YAML = {
    "tab": Spoiled(E, "  attendance", "\tattendance", "\tattendance", "indent with spaces"),
    "colon": Spoiled(E, "theme: Cuidados", "theme: Cuidados: otros", "theme:", "in quotes"),
    "alias": Spoiled(E, "theme: Cuidados", "theme: &a [*a]", "theme:", "Anchors and aliases"),
    "two documents": Spoiled(E, "year: 2026", "---\nyear: 2026", "---", "one file holds one document"),
    "control character": Spoiled(E, "theme: Cuidados", "theme: Cui\x07dados", "theme:", "invisible control character"),
    "nested without end": Spoiled(E, "theme: Cuidados", "theme: " + "[" * 3000, "number:", "nested too deeply"),
    "no mapping": Spoiled(
        "02-riesgo/module.yaml", FILES["02-riesgo/module.yaml"], "- a\n", "- a", "Here stands a list"
    ),
    "nothing": Spoiled("02-riesgo/module.yaml", FILES["02-riesgo/module.yaml"], "", "", "There are no facts here"),
}
CASES = VALUES | LANGUAGES | MOMENTS | EDITION | LESSONS | QUIZZES | ASSIGNMENTS | YAML


def test_a_sound_edition_has_no_faults(folder: Folder) -> None:
    text, faults = read_edition(folder.path)
    assert faults == []
    assert text is not None
    assert [module.slug for module in text.modules] == ["datos", "riesgo"]
    slugs = [activity.slug for activity in text.modules[0].activities]
    assert slugs == ["que-es-un-dato", "quiz-datos", "assignment-inventario"]


def test_the_editions_of_the_project_have_no_faults(folder: Folder) -> None:
    editions = editions_in(ROOT / "courses")
    assert len(editions) == 3
    assert [fault for edition in editions for fault in read_edition(edition)[1]] == []


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_fault_is_told_with_its_file_and_line(folder: Folder, case: Spoiled) -> None:
    folder.change(case.file, case.old, case.new)
    _text, faults = read_edition(folder.path)
    where = (PT, 2) if case is LESSONS["title in two files"] else (case.file, folder.line(case.file, case.at, case.nth))
    found = [(str(fault.path.relative_to(folder.path)), fault.line) for fault in faults if case.says in fault.sentence]
    assert found == [where], [str(fault) for fault in faults]


FILES_THAT_SHOULD_NOT_BE = {
    "README.md": ("", "no part of an edition"),
    "01-datos/notes.txt": ("", "has no meaning"),
    "01-datos/1-dato.md": ("", "has no meaning"),
    "01-datos/04-examen.yaml": ("", "begins with 04-quiz- or 04-assignment-"),
    "01-datos/04-quiz-otro.yml": ("", "has no meaning"),
    "01-datos/04-Otro.md": (FILES["02-riesgo/01-riesgo.md"], "is no slug"),
    "02-riesgo/02-que-es-un-dato.md": (FILES["02-riesgo/01-riesgo.md"], "belongs to 01-datos/01-que-es-un-dato.md"),
    "02-riesgo/02-otro.pt.md": (FILES[PT], "02-otro.md is missing"),
    "02-riesgo/01-riesgo.es.md": (FILES[PT], "call this 01-riesgo.md"),
    "02-riesgo/01-riesgo.fr.md": (FILES[PT], "`fr` is no language of the School"),
    "01-datos/02-quiz-datos.pt.yaml": ("title: a\n", "holds every language in one file"),
    "01-datos/more/x.md": ("", "no folder but media/"),
    "01-datos/media/más.svg": (FILES["01-datos/media/mapa.svg"], "Name this file with letters a-z"),
    "01-datos/media/run.exe": (b"MZ", "This is no file for media/"),
    "01-datos/media/foto.jpeg": (b"\xff\xd8\xff", "Did you mean `.jpg`?"),
    "01-datos/media/foto.png": (b"GIF89a", "This is not image/png"),
    "01-datos/media/cortado.pdf": (b"%PDF-1.7\n%%EOF" + bytes(1024), "This is not application/pdf"),
    "01-datos/media/falso.pdf": (b"%!PS\n%PDF-1.7\n%%EOF\n", "This is not application/pdf"),
    "01-datos/media/etiqueta.mp3": (b"ID3" + bytes(2000), "This is not audio/mpeg"),
    "01-datos/media/larga.mp3": (b"ID3\4\0\0\0\0\x7f\x7f" + bytes(99), "This is not audio/mpeg"),
    "01-datos/media/danada.mp3": (b"ID3\4\0\0\xff\xff\xff\xff" + bytes(99), "This is not audio/mpeg"),
    "01-datos/media/corta.mp3": (b"\xff\xfb\x90\x64" + bytes(99), "This is not audio/mpeg"),
    "01-datos/media/rara.mp3": (b"\xff\xfb\xf0\x64" + bytes(999), "This is not audio/mpeg"),
    "01-datos/media/rota.png": (b"\x89PNG\r\n\x1a\nrota", "This picture cannot be read"),
    "01-datos/media/grande.svg": (b"<svg>" + bytes(61_000), "This weighs 61 KB; a file of this type may weigh 60 KB"),
    "01-datos/media/sin.svg": ("<svg></svg>", "write viewBox"),
    "01-datos/media/in/x.svg": ("<svg></svg>", "media/ holds files and no folders"),
    "01-datos/media/script.svg": ('<svg viewBox="0 0 9 9">\n<script/></svg>', "take `<script` out"),
    "01-datos/media/event.svg": ('<svg viewBox="0 0 9 9" onload="x"/>', "take `onload=` out"),
    "01-datos/media/outside.svg": ('<svg viewBox="0 0 9 9"><image href="https://x/y"/></svg>', "names no other files"),
}


@pytest.mark.parametrize("name", FILES_THAT_SHOULD_NOT_BE)
def test_a_file_that_should_not_be_there_is_a_fault(folder: Folder, name: str) -> None:
    content, says = FILES_THAT_SHOULD_NOT_BE[name]
    folder.put(name, content)
    _text, faults = read_edition(folder.path)
    assert len(faults) == 1, [str(fault) for fault in faults]
    assert says in faults[0].sentence
    assert str(faults[0].path).startswith(str(folder.path / name.rsplit("/", 1)[0] if "/" in name else folder.path))


FRAME = VOICE[10:427]


@pytest.mark.parametrize(
    "content",
    [
        FRAME,
        b"ID3\4\0\0\0\0\1\0" + bytes(128) + FRAME,
        b"ID3\3\0\0\0\0\0\5" + bytes(35) + FRAME,
        2 * VOICE[:10] + FRAME,
    ],
)
def test_a_recording_is_known_behind_its_tags(folder: Folder, content: bytes) -> None:
    folder.put("01-datos/media/voz.mp3", content)
    assert read_edition(folder.path)[1] == []


def test_an_edition_is_not_called_like_a_page_of_the_school(folder: Folder) -> None:
    path = folder.path.rename(folder.path.with_name("subir"))
    _text, faults = read_edition(path)
    assert ["A page of the School" in fault.sentence for fault in faults] == [True]


def test_two_lessons_in_one_place_are_a_fault(folder: Folder) -> None:
    folder.put("01-datos/01-otra.md", FILES["02-riesgo/01-riesgo.md"])
    _text, faults = read_edition(folder.path)
    assert [fault.sentence.partition(":")[0] for fault in faults] == ["01-otra.md stands in place 01 too"]


def test_an_edition_has_one_final_work(folder: Folder) -> None:
    folder.put("02-riesgo/02-assignment-otro.yaml", FILES[A])
    _text, faults = read_edition(folder.path)
    assert [(fault.path.name, fault.line) for fault in faults] == [("02-assignment-otro.yaml", 8)]
    assert "01-datos/03-assignment-inventario.yaml is it" in faults[0].sentence


def test_attendance_cannot_be_asked_where_there_are_no_sessions(folder: Folder) -> None:
    for name in (E, M):
        folder.put(name, folder.read(name).partition("sessions:")[0])
    _text, faults = read_edition(folder.path)
    assert [fault.line for fault in faults] == [folder.line(E, "certificate:")]


def test_missing_files_are_faults(folder: Folder) -> None:
    folder.remove(M)
    folder.remove(L)
    _text, faults = read_edition(folder.path)
    assert [(fault.path.name, fault.sentence) for fault in faults] == [
        ("01-que-es-un-dato.pt.md", "01-que-es-un-dato.md is missing: it holds the text in `es` and the facts."),
        (
            "03-assignment-inventario.yaml",
            "`lesson:que-es-un-dato` leads to no lesson of this edition.",
        ),
        ("module.yaml", "This file is missing."),
    ]


def test_a_video_has_captions(folder: Folder) -> None:
    folder.put("01-datos/media/paseo.mp4", b"\0\0\0\x18ftypmp42" + bytes(99))
    folder.change(L, "::: audio media/voz.mp3", "::: video media/paseo.mp4")
    _text, faults = read_edition(folder.path)
    assert [(fault.line, fault.sentence.partition(":")[0]) for fault in faults] == [
        (folder.line(L, "::: video"), "This video has no `captions`")
    ]
    folder.change(L, "title: Una entrevista", "captions: media/mapa.svg\ntitle: Una entrevista")
    _text, faults = read_edition(folder.path)
    assert [fault.line for fault in faults] == [folder.line(L, "captions:")]
    assert "here goes a file of type text/vtt" in faults[0].sentence


@pytest.mark.parametrize("content", [b"title: caf\xe9\n", b"\xff\xfe"])
def test_a_file_that_is_not_utf8_is_a_fault_in_its_line(folder: Folder, content: bytes) -> None:
    folder.put(M, b"summary: x\n" + content)
    _text, faults = read_edition(folder.path)
    assert [(fault.path.name, fault.line, fault.sentence) for fault in faults] == [
        ("module.yaml", 2, "This is not UTF-8: save the file as UTF-8.")
    ]


def test_a_huge_file_is_a_fault_and_is_not_read(folder: Folder) -> None:
    folder.put(M, "x" * 600_000)
    _text, faults = read_edition(folder.path)
    assert [fault.sentence for fault in faults] == [
        "This file is over 500 KB: divide it; pictures and sound go in media/."
    ]


def test_one_run_tells_every_fault_in_order(folder: Folder) -> None:
    folder.change(E, "mode: hybrid", "mode: other")
    folder.change(E, "hours: 40", "hours: -1")
    folder.change(M, "mcr.e02", "mcr.e99")
    folder.change(Q, "attempts: 2", "attempts: two")
    folder.change(Q, "Una parte, right: true", "Una parte")
    folder.change(L, "minutes: 12", "minutes: 0")
    _text, faults = read_edition(folder.path)
    assert len(faults) == 6
    assert faults == sorted(faults)


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(folder: Folder) -> None:
    for name in (E, M, L, Q):
        folder.put(name, b"\xef\xbb\xbf" + folder.read(name).replace("\n", "\r\n").encode())
    assert read_edition(folder.path)[1] == []


def test_a_path_is_an_edition_or_a_folder_of_editions(folder: Folder, tmp_path: Path) -> None:
    other = Folder(folder.path.parent, "otra")
    assert editions_in(folder.path.parent) == [folder.path, other.path]
    assert editions_in(folder.path) == [folder.path]
    folder.remove(E)
    assert editions_in(folder.path) == [folder.path]
    assert [fault.sentence for fault in read_edition(folder.path)[1]] == ["This file is missing."]
    assert [str(fault) for fault in read_edition(tmp_path / "nothing")[1]] == [
        f"{tmp_path / 'nothing' / 'edition.yaml'}:1: This file is missing."
    ]


def test_a_fault_is_in_the_language_of_who_reads_it(folder: Folder) -> None:
    """The sentence is found when it is read, and not when the fault is noted."""
    fault = Fault(folder.path, 1, joined(lazy_gettext("Editions"), "x\ny"))
    with force_locale("es"):
        assert fault.sentence == "Ediciones x y"
    with force_locale("en"):
        assert fault.sentence == "Editions x y"
