from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from escuela import clock
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people import services
from escuela.people.models import User
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PASSWORD = "dos puentes y una plaza seca"


def mails() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def invite(cast: Cast, email: str = "ana@example.org", **given: str) -> User:
    values = {"name": "Ana Jacarandá Ombú", "language": "pt", "zone": "America/Sao_Paulo"} | given
    person = services.invite(email, **values, by=cast.gabriela)
    db.session.commit()
    return person


def link(message: Message) -> str:
    [line] = [line for line in message.text.splitlines() if "/invitacion/" in line]
    return line.removeprefix("http://127.0.0.1:5000")


def test_who_is_invited_chooses_a_password_and_signs_in(client: Client, cast: Cast) -> None:
    person = invite(cast)
    [mail] = mails()
    assert (mail.kind, mail.address, mail.language) == ("people/invitation", "ana@example.org", "pt")
    assert "Gabriela Timbó Palo" in mail.text
    form = client.get(link(mail)).location
    assert "Ana Jacarandá Ombú" in client.get(form).text
    client.post(form, data={"password": PASSWORD, "password_confirm": PASSWORD})
    answer = client.post("/ingresar", data={"email": "ana@example.org", "password": PASSWORD})
    assert answer.status_code == 303
    assert person.login_count == 1


def test_an_invitation_used_or_too_old_leads_to_asking_for_a_link(client: Client, cast: Cast) -> None:
    invite(cast)
    [mail] = mails()
    with clock.stopped(NOW + timedelta(days=6, hours=23)):
        form = client.get(link(mail)).location
        assert form.startswith("/contrasena/recuperar/")
    with clock.stopped(NOW + timedelta(days=7, minutes=1)):
        assert client.get(link(mail)).location == "/contrasena/recuperar"
    client.post(form, data={"password": PASSWORD, "password_confirm": PASSWORD})
    assert client.get(link(mail)).location == "/contrasena/recuperar"
    assert client.get("/invitacion/inventada").location == "/contrasena/recuperar"


def test_the_address_is_kept_in_small_letters_and_the_name_in_one_line(cast: Cast) -> None:
    person = invite(cast, " Ana@Example.ORG ".strip(), name="Ana\r\nBcc:  todos@example.org")
    assert (person.email, person.name) == ("ana@example.org", "Ana Bcc: todos@example.org")


def test_inviting_somebody_who_is_there_gives_that_person_and_writes_no_mail(cast: Cast) -> None:
    assert invite(cast, "LUCIA@example.org", name="Otro Nombre") == cast.lucia
    assert cast.lucia.name == "Lucía Ceibo Coronilla"
    assert mails() == []


def test_inviting_twice_writes_once(cast: Cast) -> None:
    assert invite(cast) == invite(cast)
    assert len(mails()) == 1


@pytest.mark.parametrize("address", ["", "ana", "ana@", "ana@example.org, otro@example.org", "a@b\r\nBcc: c@d.org"])
def test_what_is_no_address_is_refused(cast: Cast, address: str) -> None:
    with pytest.raises(DomainError):
        invite(cast, address)
    assert db.session.scalar(select(func.count()).select_from(User)) == 8


def test_an_invitation_is_sent_again_but_not_within_ten_minutes(as_: As, cast: Cast) -> None:
    person = invite(cast)
    client, address = as_(cast.elena), f"/personas/{person.id}/invitacion"
    assert client.post(address).status_code == 409
    with clock.stopped(NOW + timedelta(minutes=11)):
        assert client.post(address).status_code == 303
        assert client.post(address).status_code == 409
    assert len(mails()) == 2
    assert link(mails()[0]) != link(mails()[1])


def test_who_has_signed_in_needs_no_invitation(as_: As, cast: Cast) -> None:
    cast.lucia.login_count = 1
    db.session.commit()
    assert as_(cast.elena).post(f"/personas/{cast.lucia.id}/invitacion").status_code == 409
    assert mails() == []


# --- the first people, from the command line


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["people", *arguments])


def test_a_new_school_makes_its_administrator_and_prints_the_link(app: Flask, client: Client) -> None:
    ran = run(app, "admin", "Ana@example.org", "Ana Jacarandá Ombú")
    address, sentence = ran.output.splitlines()
    assert sentence == "Ana Jacarandá Ombú <ana@example.org> is admin."
    person = db.session.scalars(select(User)).one()
    assert person.is_admin
    assert client.get(address).location.startswith("/contrasena/recuperar/")
    assert mails() == []


def test_somebody_who_is_there_gets_the_role_and_keeps_the_password(app: Flask, cast: Cast) -> None:
    cast.gabriela.login_count = 3
    db.session.commit()
    ran = run(app, "coordinator", "gabriela@example.org", "Gabriela Timbó Palo")
    assert ran.output == "Gabriela Timbó Palo <gabriela@example.org> is coordinator; the account was there already.\n"
    db.session.expire_all()
    assert cast.gabriela.is_coordinator
    assert not cast.gabriela.is_admin
    run(app, "coordinator", "gabriela@example.org", "Gabriela Timbó Palo")
    db.session.expire_all()
    assert [role.name for role in cast.gabriela.roles] == ["coordinator"]


@pytest.mark.parametrize(("email", "name"), [("ana", "Ana"), ("ana@example.org", "  ")])
def test_nobody_is_made_of_an_address_or_a_name_that_cannot_be(app: Flask, email: str, name: str) -> None:
    ran = run(app, "admin", email, name)
    assert ran.exit_code == 2
    assert db.session.scalars(select(User)).all() == []
