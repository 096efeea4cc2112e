"""Write a PNG of every page to screens/, as each kind of person sees it, in each language, on a phone and on a desk.

`python -m tests.screens [WORD ...]` takes only those whose file name holds every word, such as `lucia`, `-pt-`, `-360`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from escuela.config import ROOT
from escuela.demo import NEXT_SLUG, PAST_SLUG, RUNNING_SLUG
from tests.live import DESK, PHONE, School, Visitor, browser, school

RUNNING, PAST, NEXT = f"/ediciones/{RUNNING_SLUG}", f"/ediciones/{PAST_SLUG}", f"/ediciones/{NEXT_SLUG}"
SIZES = {"360": PHONE, "1280": DESK}
LANGUAGES = ("es", "pt", "en")

# Who sees which pages: the first is the person (None: a visitor), then names and addresses.
PAGES: dict[str | None, dict[str, str]] = {
    None: {
        "home": "/",
        "catalogue": "/ediciones",
        "edition-public": RUNNING,
        "edition-past": PAST,
        "edition-next": NEXT,
        "sign-in": "/ingresar",
        "recover": "/contrasena/recuperar",
        "verify": "/verificar",
        "verify-unknown": "/verificar?codigo=EDR-AAAA-AAAA",
        "not-found": "/nada",
    },
    "lucia": {
        "now": "/ahora",
        "edition": RUNNING,
        "lesson": f"{RUNNING}/lecciones/que-es-un-dato",
        "quiz-done": f"{RUNNING}/cuestionarios/quiz-datos",
        "quiz-result": f"{RUNNING}/cuestionarios/quiz-datos/intentos/1",
        "quiz-next": f"{RUNNING}/cuestionarios/quiz-gobernanza",
        "work-approved": f"{RUNNING}/tareas/assignment-inventario",
        "work-empty": f"{RUNNING}/tareas/assignment-mapa-de-actores",
        "sessions": f"{RUNNING}/tutorias",
        "checklist": f"{RUNNING}/certificado",
        "certificates-none": "/certificados",
        "account": "/cuenta",
        "password": "/contrasena/cambiar",
    },
    "martin": {
        "now-returned": "/ahora",
        "quiz-attempt": f"{RUNNING}/cuestionarios/quiz-datos/intentos/2",
        "work-returned": f"{RUNNING}/tareas/assignment-inventario",
        "edition-late": RUNNING,
    },
    "maria": {"now-pt": "/ahora", "lesson-pt": f"{RUNNING}/lecciones/que-es-un-dato"},
    "silvia": {"now-complete": "/ahora", "checklist-complete": f"{RUNNING}/certificado"},
    "rocio": {"now-past": "/ahora", "certificates": "/certificados"},
    "rosa": {"edition-not-open": NEXT},
    "renata": {"queue": "/cola", "desk": "", "attendance": "", "board-tutor": f"{RUNNING}/tablero"},
    "gabriela": {
        "board": f"{RUNNING}/tablero",
        "board-none": f"{RUNNING}/tablero?q=zzz",
        "people": f"{RUNNING}/personas",
        "certificates-edition": f"{RUNNING}/certificados",
        "sessions-staff": f"{RUNNING}/tutorias",
        "session-new": f"{RUNNING}/tutorias/nueva",
    },
    "elena": {
        "governments": "/gobiernos",
        "government-new": "/gobiernos/nuevo",
        "certificates-past": f"{PAST}/certificados",
    },
    "aldo": {"outbox": "/mensajes"},
}


def take(found: School, folder: Path, words: list[str]) -> Iterator[Path]:
    """Take the pictures one by one; those whose file name holds every word, such as `lucia`, `-pt-` or `-360`."""
    with browser() as chromium:
        for person, pages in PAGES.items():
            for width, size in SIZES.items():
                for language in LANGUAGES:
                    files = {name: folder / f"{person or 'visitor'}-{name}-{language}-{width}.png" for name in pages}
                    wanted = {name: file for name, file in files.items() if all(word in file.name for word in words)}
                    if wanted:
                        yield from _visit(Visitor(chromium, found, size), person, language, wanted)


def _visit(visitor: Visitor, person: str | None, language: str, wanted: dict[str, Path]) -> Iterator[Path]:
    if person:
        visitor.signs_in(person)
    speak(visitor.page, language)
    for name, file in wanted.items():
        reach(visitor.page, name, PAGES[person][name])
        visitor.page.screenshot(path=file, full_page=True)
        yield file
    visitor.leaves()


def speak(page: Page, language: str) -> None:
    page.goto("/verificar")
    page.click(f".languages button[value={language}]")


def reach(page: Page, name: str, path: str) -> None:
    """Go to a page; the two whose address is only known by looking are reached by clicking."""
    if name == "desk":
        page.goto("/cola")
        page.locator("form[action$=reclamar] button").last.click()
    elif name == "attendance":
        page.goto(f"{RUNNING}/tutorias")
        page.locator("a[href$=asistencia]").first.click()
    else:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status < 500, path


def main() -> None:
    folder = ROOT / "screens"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, school(Path(scratch)) as found:
        count = sum(1 for _file in take(found, folder, sys.argv[1:]))
    print(f"{count} pictures in {folder.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
