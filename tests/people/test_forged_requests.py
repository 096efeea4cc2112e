import re

import pytest
from flask import Flask
from flask_security.utils import hash_password, verify_password

from escuela.extensions import db
from tests.cast import Cast
from tests.conftest import Client

PASSWORD = "un arroyo que crece en marzo"


@pytest.fixture(autouse=True)
def _guarded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_form_with_its_token_goes_through(client: Client, cast: Cast) -> None:
    cast.lucia.password = hash_password(PASSWORD)
    db.session.commit()
    fields = {"email": cast.lucia.email, "password": PASSWORD, "csrf_token": token(client.get("/ingresar").text)}
    assert client.post("/ingresar", data=fields).location == "/"
    page = client.get("/cuenta").text
    fields = {"name": "Lucía Ceibo", "language": "es", "zone": "America/Montevideo", "csrf_token": token(page)}
    assert client.post("/cuenta", data=fields).status_code == 303
    assert client.post("/salir", data={"csrf_token": token(page)}).status_code == 303


@pytest.mark.parametrize("stale", [{}, {"csrf_token": "de-ayer"}])
def test_without_its_token_a_form_comes_back_with_what_was_typed(
    client: Client, cast: Cast, stale: dict[str, str]
) -> None:
    client.sign_in(cast.lucia)
    answer = client.post("/cuenta", data={"name": "Lucía Ceibo", "language": "pt", "zone": "America/Lima", **stale})
    assert answer.status_code == 400
    assert "Lucía Ceibo" in answer.text
    assert "Send it once more" in answer.text
    assert cast.lucia.language == "en"
    typed = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', answer.text))
    again = client.post("/cuenta", data=typed)
    assert again.status_code == 303
    assert (cast.lucia.language, cast.lucia.zone) == ("pt", "America/Lima")


def test_a_password_is_never_sent_back(client: Client, cast: Cast) -> None:
    answer = client.post("/ingresar", data={"email": cast.lucia.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert cast.lucia.email in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/salir", {}),
        ("/contrasena/cambiar", {"password": PASSWORD, "new_password": "x" * 12, "new_password_confirm": "x" * 12}),
        ("/correo/cambiar", {"email": "otra@example.org"}),
        ("/contrasena/recuperar", {"email": "lucia@example.org"}),
        ("/correo/cambiar/cualquiera", {}),
    ],
)
def test_another_site_changes_nothing(client: Client, cast: Cast, address: str, fields: dict[str, str]) -> None:
    cast.lucia.password = hash_password(PASSWORD)
    db.session.commit()
    client.sign_in(cast.lucia)
    assert client.post(address, data=fields).status_code == 400
    assert verify_password(PASSWORD, cast.lucia.password)
    assert client.get("/cuenta").status_code == 200, "still signed in"
