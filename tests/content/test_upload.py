"""Editions as zips in the browser: out for who coordinates one, in for who coordinates them all."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from escuela import clock, storage
from escuela.admissions.models import Enrolment
from escuela.content import zips
from escuela.content.load import load_path
from escuela.content.printing import files_of
from escuela.content.rows import text_of
from escuela.editions.models import Activity, Edition, EditionStaff, Lesson, Media
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.people.models import Change, User
from tests.cast import Cast
from tests.conftest import NOW, Client
from tests.content.folder import Folder
from tests.content.test_printing import contents, read
from tests.content.test_zips import Part, edition, zipped

As = Callable[[User | None], Client]
UP, IN = "/ediciones/subir", "/ediciones/subir/cargar"
OUT = "/ediciones/ciudades/escribir/descargar"


def send(client: Client, content: bytes, name: str = "ciudades.zip") -> Any:
    return client.post(UP, data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")


def ticket(page: Any) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', page.text)
    assert found is not None, page.text
    return found[1]


def packed(folder: Folder) -> bytes:
    target = io.BytesIO()
    zips.pack(folder.path.name, files_of(read(folder.path)), target)
    return target.getvalue()


def ciudades() -> Edition | None:
    db.session.expire_all()
    return db.session.scalars(select(Edition).where(Edition.slug == "ciudades")).one_or_none()


def arrivals(app: Flask) -> list[Path]:
    return list((Path(app.config["SETTINGS"].instance) / "arrivals").glob("*"))


@pytest.fixture
def loaded(folder: Folder, cast: Cast) -> Folder:
    load_path(folder.path)
    row = ciudades()
    assert row is not None
    row.staff.append(EditionStaff(user_id=cast.gabriela.id, role="coordinator"))
    row.staff.append(EditionStaff(user_id=cast.renata.id, role="tutor"))
    db.session.commit()
    return folder


# --- out


def test_a_download_is_what_an_upload_takes_the_same_bytes_each_time(loaded: Folder, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    first, second = client.get(OUT), client.get(OUT)
    assert first.status_code == 200
    assert first.data == second.data == packed(loaded)
    assert first.headers["Content-Disposition"] == "attachment; filename=ciudades.zip"
    assert first.headers["Content-Length"] == str(len(first.data))
    assert "no-store" in first.headers["Cache-Control"]


def test_a_download_is_for_who_coordinates_the_edition(loaded: Folder, cast: Cast, as_: As) -> None:
    assert as_(cast.elena).get(OUT).status_code == 200
    assert as_(cast.renata).get(OUT).status_code == 403
    for stranger in (cast.lucia, cast.thiago):
        assert as_(stranger).get(OUT).status_code == 404
    assert as_(cast.gabriela).get("/ediciones/octava/escribir/descargar").status_code == 404
    assert as_(cast.elena).get("/ediciones/nada/escribir/descargar").status_code == 404
    assert as_(None).get(OUT).status_code == 303


# --- in


def test_an_upload_is_for_who_coordinates_an_edition(cast: Cast, as_: As) -> None:
    for person in (cast.lucia, cast.renata):
        assert as_(person).get(UP).status_code == 403
        assert send(as_(person), b"x").status_code == 403
        assert as_(person).post(IN, data={"ticket": "x"}).status_code == 403
    assert as_(cast.elena).get(UP).status_code == 200
    assert as_(None).post(UP).status_code == 401


def test_a_new_edition_is_shown_confirmed_and_loaded(app: Flask, folder: Folder, cast: Cast, as_: As) -> None:
    client = as_(cast.elena)
    page = send(client, packed(folder))
    assert page.status_code == 200
    assert "It makes a new edition" in page.text
    assert "<dt>activities</dt><dd>4</dd>" in page.text
    assert ciudades() is None
    done = client.post(IN, data={"ticket": ticket(page)})
    assert (done.status_code, done.location.endswith("/ediciones/ciudades/escribir")) == (303, True)
    row = ciudades()
    assert row is not None
    assert files_of(text_of(row)) == files_of(read(folder.path))
    assert db.session.scalars(select(Change.verb).where(Change.within == f"edition:{row.id}")).all() == [
        "edition-loaded"
    ]
    assert arrivals(app) == []
    again = client.post(IN, data={"ticket": ticket(page)})
    assert again.status_code == 303
    assert "said this already" in client.get(again.location).text


def test_faults_are_listed_with_file_and_line_and_nothing_is_loaded(folder: Folder, cast: Cast, as_: As) -> None:
    content = packed(folder)
    folder.change("edition.yaml", "hours: 40", "hours: muchas")
    parts = [Part(f"ciudades/{name}", data) for name, data in contents(folder.path).items()]
    page = send(as_(cast.elena), zipped(*parts, Part("ciudades/01-datos/99.xyz")))
    assert page.status_code == 422
    assert "2 faults in ciudades" in page.text
    assert "<code>edition.yaml</code>" in page.text
    assert "<code>hours: muchas</code> cannot be: write a whole number from 1 to 2000." in page.text
    assert "<code>01-datos/99.xyz</code>" in page.text
    assert ciudades() is None
    assert send(as_(cast.elena), content).status_code == 200


def test_what_a_fault_quotes_is_never_markup(folder: Folder, cast: Cast, as_: As) -> None:
    folder.change("edition.yaml", "hours: 40", "hours: <b>x</b> [y](https://example.org)")
    parts = [Part(f"ciudades/{name}", data) for name, data in contents(folder.path).items()]
    page = send(as_(cast.elena), zipped(*parts))
    assert "<code>hours: &lt;b&gt;x&lt;/b&gt; [y](https://example.org)</code>" in page.text


def test_faults_are_in_the_language_of_the_reader(folder: Folder, cast: Cast, as_: As) -> None:
    folder.change("edition.yaml", "hours: 40", "hours: muchas")
    parts = [Part(f"ciudades/{name}", data) for name, data in contents(folder.path).items()]
    cast.elena.language = "es"
    db.session.commit()
    page = send(as_(cast.elena), zipped(*parts))
    assert page.status_code == 422
    assert '<html lang="es"' in page.text
    assert "hours: muchas" in page.text


def test_a_hostile_zip_is_refused_on_the_page(app: Flask, cast: Cast, as_: As) -> None:
    page = send(as_(cast.elena), zipped(*edition(Part("ciudades/../../evil.md"))))
    assert page.status_code == 422
    assert "leads outside the edition" in page.text
    assert arrivals(app) == []
    nothing = as_(cast.elena).post(UP, data={}, content_type="multipart/form-data")
    assert nothing.status_code == 422
    assert "Choose the zip of an edition." in nothing.text


def test_a_zip_that_is_too_large_is_refused_before_it_is_read(app: Flask, cast: Cast, as_: As) -> None:
    most = app.config["SETTINGS"].edition_mb * 1_000_000
    page = as_(cast.elena).post(
        UP,
        data=b"--x\r\n",
        environ_overrides={"CONTENT_LENGTH": str(most * 2)},
        content_type="multipart/form-data; boundary=x",
    )
    assert page.status_code == 413
    assert "This zip is over 200 MB" in page.text


def test_what_would_change_is_listed(loaded: Folder, cast: Cast, as_: As) -> None:
    loaded.change("02-riesgo/01-riesgo.md", "Hay riesgo.", "Hay riesgos.")
    loaded.remove("01-datos/02-quiz-datos.yaml")
    loaded.put("02-riesgo/02-mas.md", "---\ntitle: Más\nsummary: Más.\nminutes: 3\n---\nMás.\n")
    loaded.put("01-datos/media/nueva.csv", "a,b\n")
    page = send(as_(cast.elena), packed(loaded))
    assert page.status_code == 200
    assert "It changes an edition that is here" in page.text
    assert "4 changes" in page.text
    lines = re.findall(
        r'<h3 class="breaks">(?:<span lang="es">)?(.*?)(?:</span>)?</h3>.*?<span class="state[^>]*>(.*?)</span>',
        page.text,
    )
    assert sorted(lines) == [
        ("Cuestionario de datos", "Taken away"),
        ("Más", "New"),
        ("Riesgo", "Changed"),
        ("datos/nueva.csv", "New"),
    ]
    assert "What people did in this edition stays as it is." in page.text
    assert db.session.scalar(select(func.count()).select_from(Activity).where(Activity.slug == "mas")) == 0


def test_what_people_did_refuses_a_zip_with_the_reason(loaded: Folder, cast: Cast, as_: As) -> None:
    row, lesson = ciudades(), db.session.scalars(select(Lesson).where(Lesson.slug == "riesgo")).one()
    assert row is not None
    enrolment = Enrolment(edition=row, user=cast.lucia, local_government=cast.canelones, enrolled_at=NOW)
    db.session.add(enrolment)
    db.session.flush()
    db.session.add(LessonDone(enrolment_id=enrolment.id, lesson_id=lesson.id, done_at=NOW))
    db.session.commit()
    loaded.remove("02-riesgo/01-riesgo.md")
    loaded.put("02-riesgo/01-otra.md", "---\ntitle: Otra\nsummary: Otra.\nminutes: 3\n---\nOtra.\n")
    loaded.change("01-datos/01-que-es-un-dato.md", "[riesgo](lesson:riesgo)", "riesgo")
    page = send(as_(cast.elena), packed(loaded))
    assert page.status_code == 200
    assert "riesgo cannot be taken away: people have worked on it." in page.text
    assert 'name="ticket"' not in page.text
    assert db.session.scalars(select(Activity.slug).where(Activity.slug == "otra")).all() == []


def test_what_was_changed_in_the_browser_is_replaced_only_when_asked(loaded: Folder, cast: Cast, as_: As) -> None:
    row = ciudades()
    assert row is not None
    row.hours, row.edited_at = 44, clock.now()
    db.session.commit()
    client = as_(cast.elena)
    page = send(client, packed(loaded))
    assert "This edition was changed in the browser on" in page.text
    refused = client.post(IN, data={"ticket": ticket(page)})
    assert refused.status_code == 422
    assert "Say first that the zip replaces what was changed in the browser." in refused.text
    row = ciudades()
    assert row is not None
    assert row.hours == 44
    assert client.post(IN, data={"ticket": ticket(refused), "replace": "yes"}).status_code == 303
    row = ciudades()
    assert row is not None
    assert (row.hours, row.edited_at) == (40, None)


def test_the_download_of_what_was_changed_is_the_edition_already(loaded: Folder, cast: Cast, as_: As) -> None:
    row = ciudades()
    assert row is not None
    row.hours, row.edited_at = 44, clock.now()
    db.session.commit()
    client = as_(cast.elena)
    page = send(client, client.get(OUT).data)
    assert "The edition says this already" in page.text


def test_a_ticket_is_for_who_sent_the_zip_and_for_some_hours(folder: Folder, cast: Cast, as_: As) -> None:
    other = cast.admin if cast.admin.is_coordinator else None
    given = ticket(send(as_(cast.elena), packed(folder)))
    if other is not None:
        assert as_(other).post(IN, data={"ticket": given}).status_code == 422
    for wrong in ("", "x", given[:-2]):
        page = as_(cast.elena).post(IN, data={"ticket": wrong})
        assert page.status_code == 422
        assert "This zip is no longer here: send it again." in page.text
    with clock.stopped(NOW + timedelta(hours=5)):
        assert as_(cast.elena).post(IN, data={"ticket": given}).status_code == 422
    assert ciudades() is None


def test_a_check_stores_no_media(folder: Folder, cast: Cast, as_: As) -> None:
    page = send(as_(cast.elena), packed(folder))
    assert page.status_code == 200
    before = set(storage.keys(older_than=timedelta(days=-4000)))
    assert db.session.scalars(select(Media)).all() == []
    assert send(as_(cast.elena), packed(folder)).status_code == 200
    assert len(set(storage.keys(older_than=timedelta(days=-4000))) - before) == 1  # the zip itself


def test_the_list_of_editions_leads_who_coordinates_them_all_to_a_new_one(cast: Cast, as_: As) -> None:
    doors = ("/ediciones/nueva", UP)
    assert all(f'href="{door}"' in as_(cast.elena).get("/ediciones").text for door in doors)
    assert not any(f'href="{door}"' in as_(cast.gabriela).get("/ediciones").text for door in doors)


def test_who_coordinates_an_edition_uploads_that_one_and_no_other(
    as_: As, cast: Cast, loaded: Folder, tmp_path: Path
) -> None:
    client = as_(cast.gabriela)
    loaded.change("02-riesgo/module.yaml", "hours: 4", "hours: 5")
    page = send(client, packed(loaded))
    assert client.post(IN, data={"ticket": ticket(page), "replace": "yes"}).status_code == 303
    page = send(client, packed(Folder(tmp_path / "others", "otra")))
    assert page.status_code == 422
    assert "You do not coordinate an edition otra" in page.text
    assert UP in client.get("/ediciones/ciudades/escribir").text
