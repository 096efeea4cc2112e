"""What is sent to us: how large it may be, in which form, and which signs of it are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask_security.utils import hash_data
from sqlalchemy import select

from escuela import create_app
from escuela.extensions import db
from escuela.gate import BODY
from escuela.people.models import LocalGovernment, User
from escuela.tutoring.models import TutoringSession
from tests.assessments.assignments.documents import PDF
from tests.cast import Cast
from tests.conftest import Client, settings_for

As = Callable[[User | None], Client]
LARGE = b"".join(
    (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n\r\n',
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n\r\n',
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="mapa.pdf"\r\n\r\n',
        PDF + bytes(BODY),
        b"\r\n--x--\r\n",
    )
)
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("address", ["/ingresar", "/contrasena/recuperar", "/idioma", "/cuenta", "/gobiernos/nuevo"])
def test_a_form_has_an_end(cast: Cast, as_: As, address: str) -> None:
    body = b"name=" + b"x" * BODY
    visitor = None if address in {"/ingresar", "/contrasena/recuperar", "/idioma"} else cast.elena
    assert as_(visitor).post(address, data=body, content_type=FORM).status_code == 413


def test_a_file_may_be_larger_than_a_form_and_only_where_files_are_taken(cast: Cast, as_: As) -> None:
    page = f"/ediciones/{cast.edition.slug}/tareas/{cast.assignment.slug}"
    for address, status in ((f"{page}/archivos", 303), (f"{page}/borrador", 413), ("/cuenta", 413)):
        answer = as_(cast.lucia).post(address, data=LARGE, content_type="multipart/form-data; boundary=x")
        assert answer.status_code == status, address


@pytest.mark.parametrize("body", ["[1]", "{}", '"x"', "[" * 100_000])
def test_nothing_here_reads_json(cast: Cast, as_: As, body: str) -> None:
    for address in ("/ingresar", "/contrasena/recuperar", "/cuenta", "/contrasena/cambiar"):
        answer = as_(cast.lucia).post(address, data=body, content_type="application/json")
        assert answer.status_code == 415, address


@pytest.mark.parametrize(
    "content_type", ["multipart/form-data", "multipart/form-data; boundary=x", FORM, "text/plain", "a"]
)
def test_a_body_that_cannot_be_read_is_no_failure_of_ours(cast: Cast, as_: As, content_type: str) -> None:
    body = b"\xff\xfe--x\r\nContent-Disposition: form-data; name=\"\xff\"; filename*=zz''%FF\r\n\r\n"
    assert as_(cast.lucia).post("/cuenta", data=body, content_type=content_type).status_code == 422


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Lucía\0 Ceibo", "Lucía Ceibo"),
        ("\u202eLucía\u2069 Ceibo\ufeff", "Lucía Ceibo"),
        ("Lucía\r\nBcc:\u2028Ceibo\x1f", "Lucía Bcc: Ceibo"),
        ("\ufdfa" * 200, "\ufdfa" * 200),  # folded it is eighteen times as long
    ],
)
def test_a_name_is_kept_as_it_can_be_read(cast: Cast, as_: As, typed: str, kept: str) -> None:
    fields = {"name": typed, "language": "es", "zone": "America/Montevideo"}
    assert as_(cast.lucia).post("/cuenta", data=fields).status_code == 303
    assert cast.lucia.name == kept


@pytest.mark.parametrize("typed", ["\0", "\u200b", "\u202e\u2069 \x01"])
def test_a_name_that_shows_nothing_is_no_name(cast: Cast, as_: As, typed: str) -> None:
    fields = {"name": typed, "language": "es", "zone": "America/Montevideo"}
    assert as_(cast.lucia).post("/cuenta", data=fields).status_code == 422


def test_the_name_of_a_government_may_come_apart_into_many_letters(cast: Cast, as_: As) -> None:
    fields = {
        "name": "\ufdfa" * 200,
        "subdivision": "UY-CA",
        "tier": "municipal",
        "population_band": "small",
        "zone": "America/Montevideo",
        "languages": "es",
    }
    assert as_(cast.elena).post("/gobiernos/nuevo", data=fields).status_code == 303
    assert db.session.scalar(select(LocalGovernment).where(LocalGovernment.name == fields["name"]))


def test_a_reason_keeps_its_lines_and_no_nul(cast: Cast, as_: As) -> None:
    address = f"/ediciones/{cast.edition.slug}/personas/{cast.lucias.id}/baja"
    assert as_(cast.gabriela).post(address, data={"reason": "uno\n\0dos\t\u202e"}).status_code == 303
    assert cast.lucias.withdrawn_reason == "uno\ndos\t"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0000-00-00", "1899-12-31", "2200-01-01", "٣"])
def test_a_day_of_other_times_is_no_day(cast: Cast, as_: As, day: str) -> None:
    session = {"title_es": "x", "day": day, "hour": "00:00", "zone": "Asia/Tokyo", "minutes": "60"}
    answer = as_(cast.gabriela).post(f"/ediciones/{cast.edition.slug}/tutorias/nueva", data=session)
    assert answer.status_code == 422
    assert db.session.scalars(select(TutoringSession)).all() == [cast.session]
    membership = {"local_government_id": cast.canelones.id, "position": "x", "from_on": day}
    assert as_(cast.elena).post(f"/personas/{cast.rocio.id}/cargos/nuevo", data=membership).status_code == 422


@pytest.mark.parametrize("number", ["99999999999999999999", "9" * 5000, "-1", "x", "\0", "2147483648"])
def test_a_number_of_a_form_that_is_no_number_of_ours_chooses_nothing(cast: Cast, as_: As, number: str) -> None:
    edition = f"/ediciones/{cast.edition.slug}"
    assert as_(cast.gabriela).post(f"{edition}/certificados", data={"enrolment": number}).status_code == 422
    person = {"email": "n@example.org", "name": "N", "language": "es", "position": "x", "local_government": number}
    assert as_(cast.gabriela).post(f"{edition}/personas/inscribir", data=person).status_code == 422


def test_another_editions_things_cannot_be_chosen(cast: Cast, as_: As) -> None:
    session = {"title_es": "x", "day": "2026-11-03", "hour": "10:00", "zone": "America/Montevideo", "minutes": "60"}
    for foreign in ({"tutor_id": cast.thiago.id}, {"module_id": cast.module.id + 1}):
        answer = as_(cast.gabriela).post(f"/ediciones/{cast.edition.slug}/tutorias/nueva", data=session | foreign)
        assert answer.status_code == 422, foreign


def test_a_field_that_no_form_has_changes_nothing(cast: Cast, as_: As) -> None:
    before = cast.lucia.email, cast.lucia.fs_uniquifier, cast.lucia.password
    fields = {"name": "Lucía Ceibo", "language": "es", "zone": "America/Montevideo", "email": "otra@example.org"}
    fields |= {"active": "", "roles": "1", "id": "99", "password": "x", "fs_uniquifier": "x"}
    assert as_(cast.lucia).post("/cuenta", data=fields).status_code == 303
    assert (cast.lucia.email, cast.lucia.fs_uniquifier, cast.lucia.password) == before
    assert cast.lucia.active
    assert not cast.lucia.roles


def test_the_limit_of_wrong_passwords_believes_no_address_that_a_browser_claims(app: Flask, client: Client) -> None:
    for number in range(11):
        sent = {"email": "nadie@example.org", "password": "x"}
        answer = client.post("/ingresar", data=sent, headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert answer.status_code == 429


def test_a_recovery_costs_the_same_whoever_asks(app: Flask) -> None:
    """The token of a mail is hashed as the password that Flask-Security hashes for nobody."""
    with app.app_context():
        assert hash_data("x").startswith("$argon2")


@pytest.mark.parametrize(("proxies", "promised"), [(0, False), (1, True)])
def test_only_a_proxy_that_we_know_says_that_the_way_is_encrypted(tmp_path: Path, proxies: int, promised: bool) -> None:
    school = create_app(settings_for(tmp_path, f"sqlite:///{tmp_path / 'x.sqlite'}", proxies=proxies))
    answer = school.test_client().get("/favicon.ico", headers={"X-Forwarded-Proto": "https"})
    assert ("Strict-Transport-Security" in answer.headers) is promised
