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
from escuela.demo import FAR_SLUG, NEXT_SLUG, PAST_SLUG, RUNNING_SLUG
from tests.live import DESK, PHONE, School, Visitor, browser, school

RUNNING, PAST, NEXT = f"/ediciones/{RUNNING_SLUG}", f"/ediciones/{PAST_SLUG}", f"/ediciones/{NEXT_SLUG}"
FAR, OPEN = f"/ediciones/{FAR_SLUG}", f"/convocatorias/{FAR_SLUG}"
SCORED, CLOSED = f"{NEXT}/convocatoria", f"/convocatorias/{NEXT_SLUG}"
LOST = {"not-found": "/nada", "verify-unknown": "/verificar?codigo=EDR-AAAA-AAAA"}
WRITE = f"{RUNNING}/escribir"
SIZES = {"360": PHONE, "1280": DESK}
LANGUAGES = ("es", "pt", "en")

Way = str | tuple[str, ...]
"""An address; or a page and what is clicked on it and on the next, for addresses that are only known by looking."""

# Who sees which pages: the person (None: a visitor), then the name of each and the way to it.
PAGES: dict[str | None, dict[str, Way]] = {
    None: {
        "home": "/",
        "catalogue": "/ediciones",
        "edition-public": RUNNING,
        "edition-past": PAST,
        "edition-next": NEXT,
        "calls": "/convocatorias",
        "call-open": OPEN,
        "call-closed": CLOSED,
        "apply": f"{OPEN}/postular",
        "sign-in": "/ingresar",
        "recover": "/contrasena/recuperar",
        "verify": "/verificar",
        **LOST,
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
        "work-team": f"{RUNNING}/tareas/assignment-protocolo",
        "sessions": f"{RUNNING}/tutorias",
        "checklist": f"{RUNNING}/certificado",
        "marks": f"{RUNNING}/mis-calificaciones",
        "certificates-none": "/certificados",
        "account": "/cuenta",
        "password": "/contrasena/cambiar",
        "e-mail": "/correo/cambiar",
    },
    "martin": {
        "now-returned": "/ahora",
        "quiz-attempt": f"{RUNNING}/cuestionarios/quiz-datos/intentos/2",
        "quiz-review": f"{RUNNING}/cuestionarios/quiz-datos/intentos/2/entrega",
        "work-returned": f"{RUNNING}/tareas/assignment-inventario",
        "edition-late": RUNNING,
        "marks-changed": f"{RUNNING}/mis-calificaciones",
        "work-more-time": f"{RUNNING}/tareas/assignment-mapa-de-actores",
    },
    "maria": {
        "now-pt": "/ahora",
        "lesson-pt": f"{RUNNING}/lecciones/que-es-un-dato",
        "marks-excused": f"{RUNNING}/mis-calificaciones",
    },
    "silvia": {
        "now-complete": "/ahora",
        "checklist-complete": f"{RUNNING}/certificado",
        "work-versions": f"{RUNNING}/tareas/assignment-mapa-de-actores",
        "work-compared": f"{RUNNING}/tareas/assignment-mapa-de-actores/cambios",
        "work-points": f"{RUNNING}/tareas/assignment-medida",
        "quiz-kinds-result": f"{RUNNING}/cuestionarios/quiz-repaso/intentos/1",
    },
    "jussara": {
        "quiz-kinds": f"{RUNNING}/cuestionarios/quiz-repaso",
        "quiz-kinds-attempt": f"{RUNNING}/cuestionarios/quiz-repaso/intentos/1",
    },
    "rocio": {
        "now-past": "/ahora",
        "certificates": "/certificados",
        "verify-valid": ("/certificados", "main a[href*='/v/']"),
        "edition-awards": PAST,
        "government-awards": ("/cuenta", "main a[href^='/gobiernos/']"),
    },
    "rosa": {"edition-not-open": NEXT},
    "ramon": {
        "quiz-one-by-one": f"{RUNNING}/cuestionarios/quiz-alerta/intentos/1?p=2",
        "quiz-ran-out": f"{RUNNING}/cuestionarios/quiz-repaso/intentos/1",
    },
    "renata": {
        "queue": "/cola",
        "desk": ("/cola", "main form[action$=reclamar] .button--primary"),
        "desk-held": ("/cola?estado=held", "main tbody a.button"),
        "allocation": f"{RUNNING}/reparto",
        "reviews-held": f"{RUNNING}/devoluciones",
        "phrases": "/cola/frases",
        "attendance": (f"{RUNNING}/tutorias", "a[href$=asistencia]"),
        "board-tutor": f"{RUNNING}/tablero",
        "gradebook-tutor": f"{RUNNING}/calificaciones",
        "quiz-preview": f"{RUNNING}/cuestionarios/quiz-datos",
        "deadlines": f"{RUNNING}/tareas/assignment-mapa-de-actores/plazos",
        "more-time": (f"{RUNNING}/tareas/assignment-mapa-de-actores/plazos", "main tr:has(.state--info) .button"),
        "quiz-kinds-preview": f"{RUNNING}/cuestionarios/quiz-repaso",
        "quiz-essays": f"{RUNNING}/cuestionarios/quiz-repaso/ensayos",
        "quiz-figures": f"{RUNNING}/cuestionarios/quiz-repaso/estadisticas",
        "quiz-allowances": f"{RUNNING}/cuestionarios/quiz-repaso/permisos",
    },
    "gabriela": {
        "board": f"{RUNNING}/tablero",
        "rubrics": f"{RUNNING}/rubricas",
        "board-none": f"{RUNNING}/tablero?q=zzz",
        "participant": (f"{RUNNING}/tablero", f"main a[href^='{RUNNING}/tablero/']"),
        "gradebook": f"{RUNNING}/calificaciones",
        "gradebook-module": f"{RUNNING}/calificaciones?modulo=1&estado=mark",
        "marks-of": (f"{RUNNING}/calificaciones?q=tala", "main tbody th a"),
        "mark-change": (f"{RUNNING}/calificaciones?q=tala", "main tbody th a", "main td a[href$=quiz-datos]"),
        "people": f"{RUNNING}/personas",
        "enrol": f"{RUNNING}/personas/inscribir",
        "appoint": f"{RUNNING}/personas/equipo/nuevo",
        "enrolment": (f"{RUNNING}/personas", "main th a"),
        "withdraw": (f"{RUNNING}/personas", "main th a", "a[href$=baja]"),
        "roster": f"{RUNNING}/personas/lista",
        "outline": WRITE,
        "module": f"{WRITE}/modulos/datos",
        "lesson-editor": f"{WRITE}/actividades/que-es-un-dato",
        "quiz-editor": f"{WRITE}/actividades/quiz-datos",
        "quiz-kinds-editor": f"{WRITE}/actividades/quiz-repaso",
        "quiz-count-again": f"{RUNNING}/cuestionarios/quiz-repaso/recalcular/eslabon",
        "bank": "/banco-de-preguntas/escuela",
        "bank-question": ("/banco-de-preguntas/escuela", "main tbody th a"),
        "bank-editor": "/banco-de-preguntas/escuela/nueva/gaps",
        "bank-import": "/banco-de-preguntas/escuela/importar",
        "bank-take": f"/banco-de-preguntas/escuela/tomar{RUNNING.removeprefix('/ediciones')}/quiz-datos",
        "assignment-editor": f"{WRITE}/actividades/assignment-inventario",
        "versions": f"{WRITE}/actividades/que-es-un-dato/versiones",
        "put-away": f"{WRITE}/actividades/que-es-un-dato/archivar",
        "media": f"{WRITE}/medios",
        "settings": f"{WRITE}/edicion",
        "ready": f"{WRITE}/lista",
        "call-published": f"{RUNNING}/convocatoria",
        "selection-published": f"{RUNNING}/convocatoria/seleccion",
        "government-of-edition": f"{RUNNING}/gobiernos/nuevo",
        "jury": f"{RUNNING}/jurado",
        "jury-work": (f"{RUNNING}/jurado", "main tbody th a"),
        "jury-people": f"{RUNNING}/jurado/integrantes",
        "jury-appoint": f"{RUNNING}/jurado/integrantes/nuevo",
        "jury-divide": f"{RUNNING}/jurado/integrantes/repartir",
        "jury-criteria": f"{RUNNING}/jurado/criterios",
        "jury-history": f"{RUNNING}/jurado/historia",
        "certificates-edition": f"{RUNNING}/certificados",
        "sessions-staff": f"{RUNNING}/tutorias",
        "session-new": f"{RUNNING}/tutorias/nueva",
        "session-edit": (f"{RUNNING}/tutorias", "a[href$=editar]"),
    },
    "elena": {
        "governments": "/gobiernos",
        "government-new": "/gobiernos/nuevo",
        "government-edit": ("/gobiernos", "a[href$=editar]"),
        "person": (f"{RUNNING}/personas", "main a[href^='/personas/']"),
        "bank-new": "/banco-de-preguntas/nuevo",
        "bank-name": "/banco-de-preguntas/escuela/nombre",
        "edition-new": "/ediciones/nueva",
        "edition-upload": "/ediciones/subir",
        "edition-copy": f"{RUNNING}/escribir/copia",
        "call-scored": SCORED,
        "call-texts": f"{SCORED}/textos",
        "questions": f"{SCORED}/preguntas",
        "question": (f"{SCORED}/preguntas", "main a[href*='/preguntas/']"),
        "criteria": f"{SCORED}/criterios",
        "deadline": f"{FAR}/convocatoria/plazo",
        "call-history": f"{SCORED}/historia",
        "applications": f"{SCORED}/postulaciones",
        "application": (f"{SCORED}/postulaciones", "main table a[href*='/postulaciones/']"),
        "evaluators": f"{SCORED}/evaluadores",
        "divide": f"{SCORED}/evaluadores/repartir",
        "selection": f"{SCORED}/seleccion",
        "publish": f"{SCORED}/seleccion/publicar",
        "jury-published": f"{PAST}/jurado",
        "jury-decided": (f"{PAST}/jurado", "main tbody tr:last-child th a"),
        "jury-award": (f"{PAST}/jurado", "main tbody a[href$=premiar]"),
        "award-revoke": (f"{PAST}/jurado", "main a[href$=revocar]"),
        "government": ("/gobiernos?nombre=Catamarca", "a[href$=editar]", "main h1 + .button"),
        "certificates-past": f"{PAST}/certificados",
        "certificate-correct": (f"{PAST}/certificados", "a[href$=corregir]"),
        "certificate-revoke": (f"{PAST}/certificados", "a[href$=revocar]"),
    },
    "nadia": {
        "evaluation": f"{NEXT}/evaluacion",
        "score": (f"{NEXT}/evaluacion", "main a[href*='/evaluacion/']"),
    },
    "alba": {
        "juries": "/jurado",
        "jury-desk": f"{RUNNING}/jurado/mesa",
        "jury-score": (f"{RUNNING}/jurado/mesa", "main header .button--primary"),
        "jury-given": (f"{RUNNING}/jurado/mesa", "main tbody tr:last-child th a"),
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
        reach(visitor.page, PAGES[person][name])
        visitor.page.screenshot(path=file, full_page=True)
        yield file
    visitor.leaves()


def speak(page: Page, language: str) -> None:
    page.goto("/verificar")
    page.click(f".languages button[value={language}]")


def reach(page: Page, way: Way) -> None:
    """Go to a page."""
    address, *clicks = (way,) if isinstance(way, str) else way
    answer = page.goto(address)
    assert answer is not None
    assert answer.status < 400 or address in LOST.values(), f"{address}: {answer.status}"
    for clicked in clicks:
        before = page.url
        page.locator(clicked).locator("visible=true").first.click()
        page.wait_for_url(lambda url, before=before: url != before)


def main() -> None:
    folder = ROOT / "screens"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, school(Path(scratch)) as found:
        count = sum(1 for _file in take(found, folder, sys.argv[1:]))
    print(f"{count} pictures in {folder.relative_to(ROOT)}/")


if __name__ == "__main__":
    main()
