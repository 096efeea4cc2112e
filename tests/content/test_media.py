"""Files of an edition: for the people in it, whole and by ranges, and never more than they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escuela import clock
from escuela.content.load import load_path
from escuela.extensions import db
from tests.cast import Cast
from tests.conftest import Client
from tests.content.folder import FILES, Folder

ADDRESS = "/ediciones/novena/media/datos"
VOICE = FILES["01-datos/media/voz.mp3"]


@pytest.fixture
def loaded(tmp_path, cast: Cast) -> Cast:
    """The text of the cast's edition is loaded over it: it keeps its people."""
    folder = Folder(tmp_path, "novena")
    for name in ("lesson", "quiz", "assignment", "session"):
        db.session.delete(getattr(cast, name))
    db.session.commit()
    folder.put("01-datos/media/guia.pdf", b"%PDF-1.7\n%%EOF\n")
    (result,) = load_path(folder.path)
    assert result.loaded, result
    return cast


@pytest.mark.parametrize("person", ["lucia", "renata", "gabriela", "elena", "admin"])
def test_people_of_the_edition_see_its_files(loaded: Cast, as_, person: str) -> None:
    answer = as_(getattr(loaded, person)).get(f"{ADDRESS}/mapa.svg")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert answer.text == FILES["01-datos/media/mapa.svg"]


@pytest.mark.parametrize("person", ["rocio", "thiago"])
def test_strangers_find_nothing(loaded: Cast, as_, person: str) -> None:
    assert as_(getattr(loaded, person)).get(f"{ADDRESS}/mapa.svg").status_code == 404


def test_a_visitor_signs_in_first(loaded: Cast, client: Client) -> None:
    answer = client.get(f"{ADDRESS}/mapa.svg")
    assert answer.status_code == 303
    assert answer.location.startswith("/ingresar")
    assert client.post(f"{ADDRESS}/mapa.svg").status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        f"{ADDRESS}/nada.svg",
        "/ediciones/nada/media/datos/mapa.svg",
        "/ediciones/octava/media/datos/mapa.svg",
        f"{ADDRESS}/../../../etc/passwd",
        f"{ADDRESS}/%2e%2e/mapa.svg",
    ],
)
def test_there_is_nothing_at_another_address(loaded: Cast, as_, address: str) -> None:
    assert as_(loaded.lucia).get(address).status_code == 404


def test_a_drawing_can_do_nothing_even_when_it_is_opened_alone(loaded: Cast, as_) -> None:
    headers = as_(loaded.lucia).get(f"{ADDRESS}/mapa.svg").headers
    assert headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Disposition" not in headers


@pytest.mark.parametrize(("name", "media_type"), [("guia.pdf", "application/pdf"), ("planilla.csv", "text/csv")])
def test_what_is_no_picture_sound_or_video_is_a_download(loaded: Cast, as_, name: str, media_type: str) -> None:
    answer = as_(loaded.lucia).get(f"{ADDRESS}/{name}")
    assert answer.mimetype == media_type
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_recording_is_sent_by_ranges(loaded: Cast, as_) -> None:
    address = f"{ADDRESS}/voz.mp3"
    whole = as_(loaded.lucia).get(address)
    assert whole.data == VOICE
    assert (whole.headers["Accept-Ranges"], whole.content_length) == ("bytes", len(VOICE))
    part = as_(loaded.lucia).get(address, headers={"Range": "bytes=2-9"})
    assert (part.status_code, part.data) == (206, VOICE[2:10])
    assert part.headers["Content-Range"] == f"bytes 2-9/{len(VOICE)}"
    assert as_(loaded.lucia).get(address, headers={"Range": "bytes=99999-"}).status_code == 416
    assert as_(loaded.lucia).head(address).content_length == len(VOICE)


def test_an_unchanged_file_is_not_sent_again(loaded: Cast, as_) -> None:
    first = as_(loaded.lucia).get(f"{ADDRESS}/voz.mp3")
    assert first.headers["Cache-Control"] == "private, max-age=3600"
    again = as_(loaded.lucia).get(f"{ADDRESS}/voz.mp3", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_participants_find_nothing_of_a_module_that_is_not_open(loaded: Cast, as_) -> None:
    module = next(module for module in loaded.edition.modules if module.slug == "datos")
    module.opens_at, module.opens_zone = clock.now() + timedelta(seconds=1), "America/Montevideo"
    db.session.commit()
    assert as_(loaded.lucia).get(f"{ADDRESS}/mapa.svg").status_code == 404
    assert as_(loaded.renata).get(f"{ADDRESS}/mapa.svg").status_code == 200
    with clock.stopped(module.opens_at):
        assert as_(loaded.lucia).get(f"{ADDRESS}/mapa.svg").status_code == 200


def test_a_file_costs_the_person_the_edition_its_door_and_itself(loaded: Cast, as_, count_queries) -> None:
    client = as_(loaded.lucia)
    with count_queries() as ran:
        client.get(f"{ADDRESS}/voz.mp3")
    assert len(ran) == 5
