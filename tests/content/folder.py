"""A small edition as a folder, without a fault, for tests to spoil."""

from __future__ import annotations

from pathlib import Path

EDITION = """\
number: 9
year: 2026
title: {es: Ciudades que cuidan, pt: Cidades que cuidam, en: Caring cities}
theme: Cuidados
summary: Una edición para probar.
notice: Contenido de prueba.
mode: hybrid
host: {city: Canelones, country: UY}
starts_on: 2026-10-01
ends_on: 2026-12-10
zone: America/Montevideo
hours: 40
languages: [es, pt]
status: running
frameworks: [sendai.p1, ods.11.5]
certificate:
  attendance: 60
  signatories:
    - {name: Ana Jacarandá Ombú, office: {es: Secretaría Técnica, pt: Secretaria Técnica}}
    - {name: João Pitanga Ipê, office: Dirección Regional}
modules: [01-datos, 02-riesgo]
sessions:
  - slug: apertura
    title: Apertura
    summary: Presentación de las personas.
    starts_at: 2026-10-02 10:00 America/Montevideo
    minutes: 90
    link: https://example.org/sala
    frameworks: [mcr.e06]
"""

MODULE = """\
title: {es: Datos, pt: Dados}
summary: De la anécdota al dato.
hours: 8
opens_at: 2026-10-05 08:00 America/Montevideo
frameworks: [mcr.e02]
sessions:
  - slug: tutoria-datos
    title: Tutoría de datos
    summary: Traiga su planilla.
    starts_at: 2026-10-15 18:00 America/Montevideo
    minutes: 60
"""

LESSON = """\
---
title: Qué es un dato
summary: Lo que sirve para decidir.
minutes: 12
frameworks: [ods.11.3]
---
## Un dato

Un dato sirve para decidir[^undrr]. Siga en [riesgo](lesson:riesgo) o lea [la planilla](media/planilla.csv).

![Mapa con tres manzanas](media/mapa.svg "Superficie, enero")

::: do En su ciudad
Pida una planilla.
:::

::: audio media/voz.mp3
title: Una entrevista
length: 6:05

(Transcripción.) Hola.
:::

[^undrr]: UNDRR, 2015.
"""

LESSON_PT = """\
---
title: O que é um dado
summary: O que serve para decidir.
---
## Um dado

Um dado serve para decidir.
"""

QUIZ = """\
title: {es: Cuestionario de datos, pt: Questionário de dados}
summary: Tres preguntas.
attempts: 2
due_at: 2026-11-01 23:59 America/Montevideo
frameworks: [mcr.e02]
questions:
  - slug: muestra
    kind: single
    text: {es: ¿Qué es una *muestra*?, pt: O que é uma *amostra*?}
    options:
      a: {text: Una parte, right: true, feedback: Eso es.}
      b: {text: Todo}
  - slug: usos
    kind: multiple
    points: 2
    text: ¿Para qué sirve?
    options:
      a: {text: Decidir, right: true}
      b: {text: Comparar, right: true}
      c: {text: Adornar}
  - slug: sesgo
    kind: true_false
    text: Una muestra puede tener sesgo.
    options:
      true: {right: true, feedback: Siempre puede.}
      false: {feedback: Puede.}
"""

ASSIGNMENT = """\
title: Inventario
summary: Sus planillas.
instructions:
  es: |-
    Haga una lista.

    1. Lea [la lección](lesson:que-es-un-dato).
final_work: true
due_at: 2026-12-01 23:59 America/Montevideo
strict: true
files: {most: 2, kinds: [pdf, xlsx]}
frameworks: [mcr.e04]
rubric:
  - slug: acciones
    title: Acciones claras
    levels:
      - {title: Falta, points: 0, text: No hay.}
      - {title: Incompleto, points: 1}
      - {title: Sólido, points: 2}
  - slug: enfoque
    title: Enfoque
    levels:
      - {title: Falta, points: 0}
      - {title: Sólido, points: 2}
"""

MAP = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480"><path d="M0 0h9"/></svg>\n'

VOICE = b"ID3\x04\0\0\0\0\0\0" + 5 * (b"\xff\xfb\x90\x64" + bytes(413))
"""Silence: a tag that holds nothing, and frames of 128 kbit/s at 44.1 kHz."""

FILES: dict[str, str | bytes] = {
    "edition.yaml": EDITION,
    "01-datos/module.yaml": MODULE,
    "01-datos/01-que-es-un-dato.md": LESSON,
    "01-datos/01-que-es-un-dato.pt.md": LESSON_PT,
    "01-datos/02-quiz-datos.yaml": QUIZ,
    "01-datos/03-assignment-inventario.yaml": ASSIGNMENT,
    "01-datos/media/mapa.svg": MAP,
    "01-datos/media/voz.mp3": VOICE,
    "01-datos/media/planilla.csv": "barrio,casos\n",
    "02-riesgo/module.yaml": "title: Riesgo\nsummary: Qué puede pasar.\nhours: 4\n",
    "02-riesgo/01-riesgo.md": "---\ntitle: Riesgo\nsummary: Qué puede pasar.\nminutes: 9\n---\nHay riesgo.\n",
}


class Folder:
    """The files of an edition on disk, and ways to spoil them."""

    def __init__(self, parent: Path, slug: str = "ciudades") -> None:
        self.path = parent / slug
        for name, content in FILES.items():
            self.put(name, content)

    def put(self, name: str, content: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8", errors="replace")

    def change(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert old in text, f"{old!r} is not in {name}"
        self.put(name, text.replace(old, new, 1))

    def remove(self, name: str) -> None:
        (self.path / name).unlink()

    def line(self, name: str, words: str, nth: int = 1) -> int:
        """The line of a file that holds these words, the nth of such."""
        lines = enumerate(self.read(name).split("\n"), 1)
        return [number for number, line in lines if words in line][nth - 1]
