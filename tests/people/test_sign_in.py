from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask_babel import force_locale
from flask_security.utils import hash_password, verify_password
from sqlalchemy import select

from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people import services
from escuela.people.models import User
from escuela.people.sentences import SENTENCES
from escuela.people.setup import security
from tests.cast import Cast
from tests.conftest import NOW, Client

PASSWORD = "un arroyo que crece en marzo"
NEXT_PASSWORD = "dos puentes y una plaza seca"

As = Callable[[User | None], Client]


@pytest.fixture
def lucia(cast: Cast) -> User:
    cast.lucia.password = hash_password(PASSWORD)
    db.session.commit()
    return cast.lucia


def sign_in(client: Client, password: str = PASSWORD, email: str = "lucia@example.org", **more: str):
    return client.post("/ingresar", data={"email": email, "password": password, **more})


def who(client: Client) -> str | None:
    with client.session_transaction() as session:
        return session.get("_user_id")


def mails() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.id)))


# --- in and out


def test_the_right_password_signs_in_and_is_remembered_as_a_visit(client: Client, lucia: User) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert who(client) == lucia.fs_uniquifier
    assert (lucia.login_count, lucia.current_login_at) == (1, NOW)


def test_capitals_in_the_address_do_not_matter(client: Client, lucia: User) -> None:
    assert sign_in(client, email="Lucia@Example.org").status_code == 303


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("lucia@example.org", "otra cosa distinta"),
        ("nadie@example.org", PASSWORD),
        ("no es un correo", PASSWORD),
        ("", ""),
        ("lucia@example.org", ""),
    ],
)
def test_a_wrong_pair_is_told_in_one_sentence_that_does_not_say_which_was_wrong(
    client: Client, lucia: User, email: str, password: str
) -> None:
    answer = sign_in(client, password, email)
    assert answer.status_code == 422
    assert who(client) is None
    assert str(SENTENCES["GENERIC_AUTHN_FAILED"][0]) in answer.text
    assert f'value="{email}"' in answer.text
    assert "not present" not in answer.text


def test_somebody_whose_account_is_closed_does_not_get_in(client: Client, lucia: User) -> None:
    lucia.active = False
    db.session.commit()
    assert sign_in(client).status_code == 422
    assert who(client) is None


def test_an_account_without_a_usable_password_does_not_get_in(client: Client, cast: Cast) -> None:
    person, _new = services.welcome("nuevo@example.org", "Nuevo Ombú", "es", "America/Montevideo")
    db.session.commit()
    assert sign_in(client, person.password, "nuevo@example.org").status_code == 422


def test_one_comes_back_to_the_page_that_asked_to_sign_in(client: Client, lucia: User) -> None:
    asked = client.get("/cuenta")
    assert asked.location == "/ingresar?next=/cuenta"
    assert 'value="/cuenta"' in client.get(asked.location).text
    assert sign_in(client, next="/cuenta").location == "/cuenta"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "///evil.example", "\\\\evil.example", "javascript:alert(1)"],
)
def test_signing_in_never_leads_to_another_site(client: Client, lucia: User, elsewhere: str) -> None:
    answer = sign_in(client, next=elsewhere)
    location = urljoin("http://localhost/ingresar", answer.headers.get("Location", "/"))
    assert urlsplit(location)[:2] == ("http", "localhost")


def test_who_is_signed_in_and_opens_the_sign_in_page_goes_home(as_: As, cast: Cast) -> None:
    assert as_(cast.lucia).get("/ingresar").location == "/"


def test_signing_out_is_a_post(as_: As, cast: Cast) -> None:
    client = as_(cast.lucia)
    assert client.get("/salir").status_code == 405
    assert who(client) == cast.lucia.fs_uniquifier
    assert client.post("/salir").status_code == 303
    assert who(client) is None


def test_there_is_no_registration_and_no_token_that_signs_in(app: Flask, client: Client, lucia: User) -> None:
    ours = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert ours == {
        f"security.{name}"
        for name in (
            "login",
            "logout",
            "verify",
            "forgot_password",
            "reset_password",
            "change_password",
            "change_email",
            "change_email_confirm",
        )
    }
    token = lucia.get_auth_token()
    assert client.get(f"/cuenta?auth_token={token}").status_code == 303
    answer = client.post("/ingresar", json={"email": lucia.email, "password": PASSWORD})
    assert answer.mimetype == "text/html"


# --- attempts are counted


def test_after_ten_wrong_passwords_an_account_has_to_wait(client: Client, lucia: User) -> None:
    for _ in range(10):
        assert sign_in(client, "no es esta").status_code == 422
    refused = sign_in(client)
    assert refused.status_code == 429
    assert "Too many attempts" in refused.text
    assert sign_in(client, email="nadie@example.org").status_code == 422, "another account is not touched"


def test_a_room_full_of_people_may_sign_in_from_one_address(client: Client, lucia: User) -> None:
    for _ in range(12):
        assert sign_in(client).status_code == 303
        client.post("/salir")


def test_only_so_many_recovery_mails_are_written_in_an_hour(client: Client, lucia: User) -> None:
    for _ in range(5):
        assert client.post("/contrasena/recuperar", data={"email": lucia.email}).status_code == 303
    assert client.post("/contrasena/recuperar", data={"email": lucia.email}).status_code == 429
    assert len(mails()) == 5


# --- a forgotten password


def reset_link(message: Message) -> str:
    [link] = [line for line in message.text.splitlines() if "/contrasena/recuperar/" in line]
    return link.removeprefix("http://127.0.0.1:5000")


def test_a_forgotten_password_is_replaced_with_the_link_of_a_mail(client: Client, lucia: User) -> None:
    before = lucia.fs_uniquifier
    answer = client.post("/contrasena/recuperar", data={"email": "lucia@example.org"})
    assert (answer.status_code, answer.location) == (303, "/contrasena/recuperar")
    [mail] = mails()
    assert (mail.kind, mail.address, mail.language) == ("people/password_recovery", "lucia@example.org", "en")
    page = client.get(reset_link(mail))
    assert "Lucía Ceibo Coronilla" in page.text
    saved = client.post(reset_link(mail), data={"password": NEXT_PASSWORD, "password_confirm": NEXT_PASSWORD})
    assert (saved.status_code, saved.location) == (303, "/ingresar")
    assert verify_password(NEXT_PASSWORD, lucia.password)
    assert lucia.password.startswith("$argon2id$")
    assert lucia.fs_uniquifier != before, "every device has to sign in again"
    assert mails()[-1].kind == "people/password_changed"
    assert client.get(reset_link(mail)).location == "/contrasena/recuperar", "the link works once"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client, lucia: User) -> None:
    known = client.post("/contrasena/recuperar", data={"email": "lucia@example.org"})
    known_page = client.read("/contrasena/recuperar").replace("lucia", "nadie")
    unknown = client.post("/contrasena/recuperar", data={"email": "nadie@example.org"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert client.read("/contrasena/recuperar") == known_page
    assert [mail.address for mail in mails()] == ["lucia@example.org"]


@pytest.mark.parametrize("typed", ["", "lucia", "lucia@", "a@b@c"])
def test_what_cannot_be_an_address_is_said_so(client: Client, typed: str) -> None:
    answer = client.post("/contrasena/recuperar", data={"email": typed})
    assert answer.status_code == 422
    assert str(SENTENCES["INVALID_EMAIL_ADDRESS"][0]) in answer.text


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("corta", "corta", "Use at least 12 characters"),
        (NEXT_PASSWORD, "otra frase distinta", "The two passwords are not the same"),
        ("", "", "Write the password"),
    ],
)
def test_a_password_that_will_not_do_is_explained(
    client: Client, lucia: User, first: str, second: str, sentence: str
) -> None:
    client.post("/contrasena/recuperar", data={"email": lucia.email})
    answer = client.post(reset_link(mails()[0]), data={"password": first, "password_confirm": second})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert verify_password(PASSWORD, lucia.password)


def test_a_link_that_is_not_whole_leads_to_asking_for_another(client: Client) -> None:
    answer = client.get("/contrasena/recuperar/inventado")
    assert answer.location == "/contrasena/recuperar"
    assert "already used" in client.get(answer.location).text


def test_the_mail_names_our_own_address_whatever_the_request_claims(client: Client, lucia: User) -> None:
    client.post("/contrasena/recuperar", data={"email": lucia.email}, headers={"Host": "evil.example"})
    [mail] = mails()
    assert "evil.example" not in mail.text + mail.html
    assert "http://127.0.0.1:5000/contrasena/recuperar/" in mail.text


def test_a_mail_is_in_the_language_of_who_gets_it_not_of_who_asks(client: Client, cast: Cast) -> None:
    client.set_cookie("language", "en")
    client.post("/contrasena/recuperar", data={"email": cast.thiago.email})
    [mail] = mails()
    assert mail.language == "pt"
    assert 'lang="pt"' in mail.html


# --- a change of password


def test_the_password_is_changed_by_who_knows_the_present_one(client: Client, lucia: User) -> None:
    sign_in(client)
    before = lucia.fs_uniquifier
    fields = {"password": PASSWORD, "new_password": NEXT_PASSWORD, "new_password_confirm": NEXT_PASSWORD}
    answer = client.post("/contrasena/cambiar", data=fields)
    assert (answer.status_code, answer.location) == (303, "/cuenta")
    assert verify_password(NEXT_PASSWORD, lucia.password)
    assert who(client) == lucia.fs_uniquifier != before, "this device stays signed in, the others do not"
    assert [mail.kind for mail in mails()] == ["people/password_changed"]


def test_without_the_present_password_it_stays(client: Client, lucia: User) -> None:
    sign_in(client)
    fields = {"password": "no es esta", "new_password": NEXT_PASSWORD, "new_password_confirm": NEXT_PASSWORD}
    answer = client.post("/contrasena/cambiar", data=fields)
    assert answer.status_code == 422
    assert "not your present password" in answer.text
    assert verify_password(PASSWORD, lucia.password)


@pytest.mark.parametrize("address", ["/contrasena/cambiar", "/correo/cambiar", "/ingresar/confirmar"])
def test_what_changes_an_account_is_for_who_is_signed_in(client: Client, address: str) -> None:
    assert client.get(address).location == f"/ingresar?next={address}"
    assert client.post(address).status_code == 401


# --- a change of e-mail


def confirmation_link() -> str:
    [link] = [line for line in mails()[0].text.splitlines() if "/correo/cambiar/" in line]
    return link.removeprefix("http://127.0.0.1:5000")


def test_the_address_changes_when_its_owner_confirms_at_the_new_one(client: Client, lucia: User) -> None:
    sign_in(client)
    assert client.post("/correo/cambiar", data={"email": "lucia@casa.example.org"}).status_code == 303
    assert lucia.email == "lucia@example.org", "not yet"
    [mail] = mails()
    assert (mail.kind, mail.address) == ("people/email_confirmation", "lucia@casa.example.org")

    assert client.get(confirmation_link()).status_code == 200
    assert lucia.email == "lucia@example.org", "opening a link writes nothing: mail scanners open links too"

    answer = client.post(confirmation_link())
    assert (answer.status_code, answer.location) == (303, "/cuenta")
    assert lucia.email == "lucia@casa.example.org"
    assert (mails()[-1].kind, mails()[-1].address) == ("people/email_changed", "lucia@example.org")
    assert client.post(confirmation_link()).location == "/correo/cambiar", "the link works once"


def test_an_address_that_has_an_account_is_neither_told_nor_taken(client: Client, lucia: User) -> None:
    sign_in(client)
    answer = client.post("/correo/cambiar", data={"email": "martin@example.org"})
    assert answer.status_code == 303
    assert mails() == []


def test_an_address_taken_in_the_meantime_is_not_taken_twice(client: Client, lucia: User, cast: Cast) -> None:
    sign_in(client)
    client.post("/correo/cambiar", data={"email": "libre@example.org"})
    cast.martin.email = "libre@example.org"
    db.session.commit()
    assert client.post(confirmation_link()).location == "/correo/cambiar"
    assert lucia.email == "lucia@example.org"


def test_a_wrong_new_address_is_explained(client: Client, lucia: User) -> None:
    sign_in(client)
    answer = client.post("/correo/cambiar", data={"email": "sin arroba"})
    assert answer.status_code == 422
    assert "sin arroba" in answer.text


def test_a_day_after_signing_in_the_password_is_asked_again(client: Client, lucia: User) -> None:
    sign_in(client)
    with client.session_transaction() as session:
        session["fs_paa"] -= timedelta(days=2).total_seconds()
    asked = client.get("/correo/cambiar")
    assert asked.location == "/ingresar/confirmar?next=/correo/cambiar"
    assert client.post(asked.location, data={"password": "no es esta"}).status_code == 422
    answer = client.post(asked.location, data={"password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/correo/cambiar")
    assert client.get("/correo/cambiar").status_code == 200


# --- in three languages


@pytest.mark.parametrize(("language", "expected"), [("es", "Contraseña inválida"), ("pt", "Senha inválida")])
def test_what_we_do_not_say_ourselves_flask_security_says_in_our_languages(language: str, expected: str) -> None:
    with force_locale(language):
        assert security.i18n_domain.gettext("Invalid password") == expected


@pytest.mark.parametrize("language", ["es", "pt"])
def test_every_sentence_of_sign_in_is_said_in_the_language_of_the_reader(language: str) -> None:
    values = {"email": "ana@example.org", "within": "1", "length": 12}
    said = {}
    for reader in ("en", language):
        with force_locale(reader):
            said[reader] = {security.i18n_domain.gettext(words, **values) for words, _ in SENTENCES.values()}
    assert said["en"] & said[language] == set()


@pytest.mark.parametrize("address", ["/ingresar", "/contrasena/recuperar"])
@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_the_pages_are_in_the_language_of_the_visitor(client: Client, address: str, language: str) -> None:
    client.set_cookie("language", language)
    assert f'<html lang="{language}">' in client.get(address).text
