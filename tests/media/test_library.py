"""The media library: files come in small and safe, are found where they are used, and leave only when unused."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from escuela import storage
from escuela.authoring.models import ActivityDraft
from escuela.content.media import PICTURE
from escuela.editions.models import LessonText, Media
from escuela.extensions import db
from escuela.people.models import Change, User
from tests.cast import Cast
from tests.conftest import NOW, Client
from tests.posted import inputs

As = Callable[[User | None], Client]
HERE = "/ediciones/novena/escribir/medios"
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nEl agua sube.\n"
WEBM = b"\x1aE\xdf\xa3" + b"\0" * 64


def picture(kind: str = "PNG", size: tuple[int, int] = (1500, 90), *, noise: bool = True, **saved: Any) -> bytes:
    found = Image.effect_noise(size, 90).convert("RGB") if noise else Image.new("RGB", size, "#0f3f4b")
    target = io.BytesIO()
    found.save(target, kind, **saved)
    return target.getvalue()


def pdf(words: str = "") -> bytes:
    return f"%PDF-1.7\n1 0 obj<</Title({words})>>endobj\n%%EOF\n".encode()


def send(client: Client, content: bytes, name: str, **more: Any) -> Any:
    typed = {"module": "modulo-1", "file": (io.BytesIO(content), name)} | more
    return client.post(HERE, data=typed, content_type="multipart/form-data")


def rows() -> list[Media]:
    return list(db.session.scalars(select(Media).order_by(Media.id)))


@pytest.mark.parametrize(
    ("kind", "name"), [("PNG", "Mapa de Riesgo (1).PNG"), ("JPEG", "foto.jpeg"), ("GIF", "x.gif"), ("WEBP", "x.webp")]
)
def test_a_picture_becomes_as_small_as_screens_need(kind: str, name: str, cast: Cast, as_: As) -> None:
    assert send(as_(cast.gabriela), picture(kind), name).status_code == 303
    [row] = rows()
    assert row.media_type == "image/webp"
    assert row.size <= PICTURE
    assert max(row.width or 0, row.height or 0) <= 1280
    assert row.path.startswith("modulo-1/")
    with storage.read(row.key) as stream, Image.open(stream) as kept:
        assert kept.size == (row.width, row.height)


def test_a_drawing_stays_sharp_and_a_name_becomes_one_that_addresses_can_have(cast: Cast, as_: As) -> None:
    send(as_(cast.gabriela), picture(size=(1000, 500), noise=False), "Mapa de Riesgo (1).PNG")
    [row] = rows()
    assert row.path == "modulo-1/mapa-de-riesgo-1.webp"
    with storage.read(row.key) as stream, Image.open(stream) as kept:
        assert kept.convert("RGB").getpixel((10, 10)) == (15, 63, 75)


def test_where_and_when_a_picture_was_taken_is_not_kept_and_it_stands_upright(cast: Cast, as_: As) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright
    exif[0x010F] = "Camara de Lucia"
    send(as_(cast.gabriela), picture("JPEG", (400, 200), exif=exif), "foto.jpg")
    [row] = rows()
    assert (row.width, row.height) == (200, 400)
    with storage.read(row.key) as stream:
        assert b"Camara" not in stream.read()


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"MZ\x90", "programa.exe", "Lessons do not use files of this kind."),
        (b"hola", "foto.png", "This picture cannot be read."),
        (b"", "acta.pdf", "The file is empty"),
        (b"no es un PDF", "acta.pdf", "This is not application/pdf"),
        (b'<svg viewBox="0 0 1 1"><script>x</script></svg>', "mapa.svg", "A drawing holds no scripts"),
        (b"hola", "sin-nombre", "Lessons do not use files of this kind."),
    ],
)
def test_what_no_lesson_can_show_is_refused_with_a_sentence(
    content: bytes, name: str, sentence: str, cast: Cast, as_: As
) -> None:
    page = send(as_(cast.gabriela), content, name)
    assert page.status_code == 422
    assert sentence in page.text
    assert rows() == []


def test_several_files_come_in_together_or_not_at_all(cast: Cast, as_: As) -> None:
    good, bad = (io.BytesIO(pdf("acta")), "acta.pdf"), (io.BytesIO(b"MZ"), "malo.exe")
    typed = {"module": "modulo-1", "file": [good, bad]}
    page = as_(cast.gabriela).post(HERE, data=typed, content_type="multipart/form-data")
    assert page.status_code == 422
    assert rows() == []


def test_the_same_content_is_kept_once_and_another_of_the_same_name_gets_its_own(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    for content in (pdf("una"), pdf("una"), pdf("otra")):
        assert send(client, content, "acta.pdf").status_code == 303
    assert [row.path for row in rows()] == ["modulo-1/acta.pdf", "modulo-1/acta-2.pdf"]


def test_the_editor_gets_the_markdown_of_a_picture_once_it_says_what_it_shows(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    refused = send(client, picture(size=(90, 90), noise=False), "mapa.png", alt="  ")
    assert refused.status_code == 409
    assert refused.json == {"message": "Say what the picture shows, for who cannot see it."}
    assert rows() == []
    said = send(client, picture(size=(90, 90), noise=False), "mapa.png", alt="Mapa [1] del arroyo").json
    assert said == {
        "name": "mapa.webp",
        "address": "/ediciones/novena/media/modulo-1/mapa.webp",
        "markdown": "![Mapa (1) del arroyo](media/mapa.webp)",
    }


def test_a_recording_says_what_it_wants_until_it_has_captions(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    send(client, WEBM, "recorrido.webm")
    [video] = rows()
    assert "No captions in Spanish" in client.get(HERE).text
    for name, content in (("lo-que-sea.vtt", VTT), ("texto.txt", b"Estamos en la cuenca alta.")):
        typed = {"language": "es", "file": (io.BytesIO(content), name)}
        answer = client.post(f"{HERE}/{video.id}/acompanar", data=typed, content_type="multipart/form-data")
        assert answer.status_code == 303
    assert {row.path for row in rows()} == {f"modulo-1/recorrido{end}" for end in (".webm", ".es.vtt", ".es.txt")}
    page = client.get(HERE).text
    assert "No captions in Spanish" not in page
    assert "No captions in Portuguese" in page
    assert "captions: media/recorrido.es.vtt" in page
    [captions] = [row for row in rows() if row.path.endswith(".vtt")]
    assert client.post(f"{HERE}/{captions.id}/quitar").status_code == 404, "captions go with their recording"
    assert "Estamos en la cuenca alta." in page


def test_the_same_words_are_the_transcript_in_both_languages(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    send(client, WEBM, "recorrido.webm")
    [video] = rows()
    for language in ("es", "pt"):
        typed = {"language": language, "file": (io.BytesIO(b"(Solo se oye agua.)"), "agua.txt")}
        client.post(f"{HERE}/{video.id}/acompanar", data=typed, content_type="multipart/form-data")
    assert {row.path for row in rows()} == {f"modulo-1/recorrido{end}" for end in (".webm", ".es.txt", ".pt.txt")}
    page = client.get(HERE).text
    assert "No transcript in" not in page
    assert "No captions in Portuguese" in page


def test_a_recording_has_its_transcript_where_a_text_shows_it(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    send(client, WEBM, "recorrido.webm")
    page = client.get(HERE).text
    assert "No transcript in Spanish" in page
    text = db.session.get_one(LessonText, (cast.lesson.id, "es"))
    text.source = "::: video media/recorrido.webm\ntitle: Agua\nlength: 1 minuto\n\nSe oye agua.\n:::"
    db.session.commit()
    page = client.get(HERE).text
    assert "No transcript in Spanish" not in page
    assert "No transcript in Portuguese" in page


def test_a_file_of_what_is_put_away_stays_and_comes_back_with_it(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    send(client, pdf("acta"), "acta.pdf")
    [row] = rows()
    db.session.get_one(LessonText, (cast.lesson.id, "es")).source = "Lea [el acta](media/acta.pdf)."
    db.session.commit()
    page = f"/ediciones/novena/escribir/actividades/{cast.lesson.slug}/archivar"
    assert client.post(page, data=dict(inputs(client.get(page).text))).status_code == 303
    assert "Take it out for good" not in client.get(HERE).text
    assert client.post(f"{HERE}/{row.id}/quitar").status_code == 409
    assert len(rows()) == 1


def test_a_file_that_is_used_says_where_and_cannot_be_taken_out(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    send(client, pdf("acta"), "acta.pdf")
    [row] = rows()
    text = db.session.get_one(LessonText, (cast.lesson.id, "es"))
    text.source = "Lea [el acta](media/acta.pdf)."
    db.session.commit()
    page = client.get(HERE).text
    assert f"/ediciones/novena/escribir/actividades/{cast.lesson.slug}" in page
    assert "Take it out for good" not in page
    refused = client.post(f"{HERE}/{row.id}/quitar")
    assert refused.status_code == 409
    assert f"acta.pdf is used in {cast.lesson.title['es']}: take it out" in refused.text
    text.source = "Nada."
    db.session.commit()
    out = f"{HERE}/{row.id}/quitar"
    assert [client.post(out).status_code for _ in range(2)] == [303, 404]
    assert rows() == []
    verbs = list(db.session.scalars(select(Change.verb).order_by(Change.id)))
    assert verbs == ["media-added", "media-removed"]


@pytest.mark.parametrize("of", ["lesson", None])
def test_a_file_that_only_a_draft_shows_is_in_use(of: str | None, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    send(client, pdf("acta"), "acta.pdf")
    [row] = rows()
    facts = {"edition_id": cast.edition.id, "module_id": cast.lesson.module_id, "kind": "lesson"}
    fields = {"title-es": ["Lo que dice el acta"], "body-es": ["Lea [el acta](media/acta.pdf)."]}
    saved = {"fields": fields, "saved_at": NOW, "saved_by_id": cast.gabriela.id}
    draft = ActivityDraft(**facts, **saved, activity_id=cast.lesson.id if of else None)
    db.session.add(draft)
    db.session.commit()
    page = client.get(HERE).text
    assert "In a draft of: Lo que dice el acta" in page
    assert "Take it out for good" not in page
    assert "No file is like that." in client.get(f"{HERE}?mostrar=unused").text
    refused = client.post(f"{HERE}/{row.id}/quitar")
    assert refused.status_code == 409
    assert "acta.pdf is used in Lo que dice el acta" in refused.text
    db.session.delete(draft)
    db.session.commit()
    assert client.post(f"{HERE}/{row.id}/quitar").status_code == 303


@pytest.mark.parametrize(("who", "status"), [("renata", 403), ("lucia", 403), ("rocio", 404), ("thiago", 404)])
def test_only_who_coordinates_the_edition_opens_its_library(who: str, status: int, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who))
    assert client.get(HERE).status_code == status
    assert send(client, pdf(), "acta.pdf").status_code == status


def test_a_file_of_another_edition_cannot_be_reached_from_here(cast: Cast, as_: As) -> None:
    send(as_(cast.gabriela), pdf("acta"), "acta.pdf")
    [row] = rows()
    row.edition_id = cast.other.id
    db.session.commit()
    assert as_(cast.gabriela).post(f"{HERE}/{row.id}/quitar").status_code == 404
    assert send(as_(cast.gabriela), pdf(), "acta.pdf", module="no-hay").status_code == 404


def test_the_library_costs_the_same_whatever_it_holds(
    cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.gabriela), []
    for number in (1, 3):
        for each in range(number):
            send(client, pdf(str((number, each))), "acta.pdf")
        with count_queries() as ran:
            assert client.get(HERE).status_code == 200
        counts.append(len(ran))
    assert counts[0] == counts[1]
