import smtplib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from escuela import cli, clock
from escuela.extensions import db
from escuela.messages import services, transport
from escuela.messages.models import Message
from escuela.messages.services import WAITS, Recipient, deliver_due_messages, enqueue, link_to
from escuela.people.models import User
from tests.cast import Cast
from tests.conftest import NOW, Client, settings_for

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
ANA = Recipient("ana@example.org", "es", "Ana Jacarandá Ombú", "America/Montevideo")


def write(to: Recipient = ANA, **given: str | None) -> Message:
    message = enqueue("people/password_changed", to, **given)
    assert message is not None
    db.session.commit()
    return message


@pytest.fixture
def outbox(app: Flask) -> Iterator[Path]:
    folder: Path = app.config["SETTINGS"].instance / "outbox"
    for old in folder.glob("*.eml"):
        old.unlink()
    return folder


def read(path: Path) -> EmailMessage:
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


# --- writing


def test_a_mail_is_written_in_the_language_of_its_reader_with_one_button_and_no_picture() -> None:
    message = write()
    assert (message.language, message.written_at, message.due_at) == ("es", NOW, NOW)
    assert "Ana Jacarandá Ombú" in message.text
    assert "http://127.0.0.1:5000/contrasena/recuperar" in message.text
    assert 'lang="es"' in message.html
    assert "<img" not in message.html
    assert len(message.html.encode()) < 20_000


def test_a_name_in_a_mail_is_text_and_never_markup() -> None:
    message = write(Recipient("ana@example.org", "es", "<b>Ana</b>", "America/Montevideo"))
    assert "<b>Ana</b>" in message.text
    assert "&lt;b&gt;Ana&lt;/b&gt;" in message.html


def test_one_occasion_is_written_once() -> None:
    assert enqueue("people/password_changed", ANA, once="occasion:1") is not None
    assert enqueue("people/password_changed", ANA, once="occasion:1") is None
    assert enqueue("people/password_changed", ANA, once="occasion:2") is not None
    assert len(db.session.scalars(select(Message)).all()) == 2


def test_a_change_that_is_taken_back_sends_nothing() -> None:
    enqueue("people/password_changed", ANA)
    db.session.rollback()
    assert deliver_due_messages() == 0


def test_a_link_is_to_our_own_address_in_a_job_too() -> None:
    assert link_to("people.account") == "http://127.0.0.1:5000/cuenta"


# --- delivering


def test_the_outbox_of_development_is_files_that_a_mail_program_opens(outbox: Path) -> None:
    message = write()
    assert deliver_due_messages() == 1
    assert (message.sent_at, message.tries, message.failure) == (NOW, 1, None)
    [path] = outbox.glob("*.eml")
    mail = read(path)
    assert (mail["To"], mail["Content-Language"], mail["Auto-Submitted"]) == (
        "ana@example.org",
        "es",
        "auto-generated",
    )
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert deliver_due_messages() == 0
    assert len(list(outbox.glob("*.eml"))) == 1


@pytest.mark.parametrize(
    "broken", [ConnectionRefusedError("nobody listens"), transport.RefusedError("550 no such user")]
)
def test_while_the_mail_server_is_down_a_mail_waits_longer_each_time_and_is_given_up_at_last(
    monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    def fail(_letter: transport.Letter) -> None:
        raise broken

    monkeypatch.setattr(transport, "send", fail)
    message, now = write(), NOW
    for number, wait in enumerate(WAITS, start=1):
        with clock.stopped(now):
            assert deliver_due_messages() == 0
            assert (message.tries, message.due_at, message.claimed_at) == (number, now + wait, None)
            assert str(broken) in (message.failure or "")
        with clock.stopped(now + wait - timedelta(seconds=1)):
            deliver_due_messages()
            assert message.tries == number, "not before its time"
        now += wait
    with clock.stopped(now):
        deliver_due_messages()
    with clock.stopped(now + timedelta(days=30)):
        deliver_due_messages()
    assert message.tries == len(WAITS) + 1
    assert message.sent_at is None


def test_when_the_mail_server_is_back_the_mail_goes_out(monkeypatch: pytest.MonkeyPatch, outbox: Path) -> None:
    message = write()
    with monkeypatch.context() as down:
        down.setattr(transport, "send", lambda _letter: (_ for _ in ()).throw(TimeoutError("no answer")))
        deliver_due_messages()
    with clock.stopped(NOW + WAITS[0]):
        assert deliver_due_messages() == 1
    assert (message.failure, message.tries) == (None, 2)
    assert len(list(outbox.glob("*.eml"))) == 1


def test_one_mail_that_fails_never_holds_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = write(Recipient("bad@example.org", "es", "Mala", ANA.zone)), write()

    def send(letter: transport.Letter) -> None:
        if letter.address == "bad@example.org":
            raise OSError

    monkeypatch.setattr(transport, "send", send)
    assert deliver_due_messages() == 1
    assert (bad.sent_at, good.sent_at) == (None, NOW)


def test_a_mail_whose_worker_died_is_taken_over_after_ten_minutes(outbox: Path) -> None:
    message = write()
    message.claimed_at = NOW
    db.session.commit()
    assert deliver_due_messages() == 0
    with clock.stopped(NOW + timedelta(minutes=11)):
        assert deliver_due_messages() == 1


class Server:
    """A mail server that notes what it is given."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []

    def send_message(self, mail: EmailMessage) -> None:
        self.received.append(mail)


@contextmanager
def mail_server(monkeypatch: pytest.MonkeyPatch, app: Flask) -> Iterator[Server]:
    server = Server()

    @contextmanager
    def connect(_url: str) -> Iterator[Server]:
        yield server

    settings = app.config["SETTINGS"]
    monkeypatch.setitem(
        app.config,
        "SETTINGS",
        settings_for(settings.instance, settings.database_url, mail_url="smtp://mail.example.org"),
    )
    monkeypatch.setattr(transport, "_connect", connect)
    yield server


def test_production_hands_mails_to_the_smtp_server(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    write()
    with mail_server(monkeypatch, app) as server:
        assert deliver_due_messages() == 1
    [mail] = server.received
    assert mail["To"] == "ana@example.org"


def test_what_the_smtp_server_refuses_waits_with_its_reason(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    message = write()
    with mail_server(monkeypatch, app) as server:
        refusal = smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"mailbox full")})
        monkeypatch.setattr(server, "send_message", lambda _mail: (_ for _ in ()).throw(refusal))
        assert deliver_due_messages() == 0
    assert "mailbox full" in (message.failure or "")


def test_a_port_where_nobody_listens_is_a_mail_that_waits(monkeypatch: pytest.MonkeyPatch, app: Flask) -> None:
    settings = app.config["SETTINGS"]
    silent = settings_for(settings.instance, settings.database_url, mail_url="smtp://127.0.0.1:1")
    monkeypatch.setitem(app.config, "SETTINGS", silent)
    message = write()
    assert deliver_due_messages() == 0
    assert "ConnectionRefusedError" in (message.failure or "")


# --- nobody adds a header or a reader


def test_a_name_cannot_add_a_header_or_a_reader(outbox: Path) -> None:
    write(Recipient("ana@example.org", "es", "Ana\r\nBcc: todos@example.org", ANA.zone))
    deliver_due_messages()
    [path] = outbox.glob("*.eml")
    mail = read(path)
    assert mail["Bcc"] is None
    assert mail["To"] == "ana@example.org"


def test_a_subject_is_one_line_of_at_most_300_characters(cast: Cast) -> None:
    cast.edition.title = type(cast.edition.title)(es="Uno\r\nBcc: todos@example.org " + "x" * 400)
    message = enqueue(
        "admissions/enrolled", ANA, edition=cast.edition, government="Canelones\nCc: x@example.org", invitation=None
    )
    assert message is not None
    assert "\n" not in message.subject
    assert "\r" not in message.subject
    assert len(message.subject) <= 300


@pytest.mark.parametrize(
    "address",
    ["ana@example.org, otra@example.org", "ana@example.org\r\nBcc: otra@example.org", "<ana@example.org>", "ana", ""],
)
def test_an_address_that_is_not_exactly_one_is_never_sent_to(outbox: Path, address: str) -> None:
    message = write(Recipient(address, "es", "Ana", ANA.zone))
    good = write()
    assert deliver_due_messages() == 1
    assert message.sent_at is None
    assert "RefusedError" in (message.failure or "")
    assert good.sent_at is not None
    assert len(list(outbox.glob("*.eml"))) == 1


def test_a_subject_with_lines_in_the_database_is_refused_and_holds_nobody(outbox: Path) -> None:
    message = write()
    message.subject = "Hola\r\nBcc: todos@example.org"
    db.session.commit()
    assert deliver_due_messages() == 0
    assert "RefusedError" in (message.failure or "")


# --- several workers


def together(app: Flask, workers: int) -> None:
    """Deliver in several threads that start at once."""
    start, wrong = Barrier(workers), []

    def work() -> None:
        try:
            with app.app_context():
                start.wait()
                deliver_due_messages()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            wrong.append(error)

    threads = [Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.committed
def test_of_several_workers_one_sends_each_mail(own_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    monkeypatch.setattr(transport, "send", lambda letter: sent.append(letter.id))
    with own_school.app_context():
        for number in range(12):
            enqueue("people/password_changed", ANA, once=f"mail:{number}")
        db.session.commit()
    together(own_school, workers=4)
    assert sorted(sent) == sorted(set(sent))
    assert len(sent) == 12
    with own_school.app_context():
        assert {message.tries for message in db.session.scalars(select(Message))} == {1}


@pytest.mark.committed
def test_while_the_mail_server_is_slow_others_can_write(own_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a transaction left open during a delivery would lock everybody out."""

    def send(_letter: transport.Letter) -> None:
        def another() -> None:
            with own_school.app_context():
                enqueue("people/password_changed", ANA, once="meanwhile")
                db.session.commit()

        thread = Thread(target=another)
        thread.start()
        thread.join(timeout=8)  # less than SQLite's patience
        assert not thread.is_alive()

    monkeypatch.setattr(transport, "send", send)
    with own_school.app_context():
        enqueue("people/password_changed", ANA)
        db.session.commit()
        assert deliver_due_messages() == 1
        assert len(db.session.scalars(select(Message)).all()) == 2


# --- the page


def failed(address: str = "ana@example.org", tries: int = 7) -> Message:
    message = write(Recipient(address, "es", "Ana", ANA.zone))
    message.tries, message.failure = tries, "ConnectionRefusedError: nobody listens"
    db.session.commit()
    return message


def test_administrators_see_what_could_not_be_delivered_and_try_again(as_: As, cast: Cast, outbox: Path) -> None:
    message, client = failed(), as_(cast.admin)
    failed("bruno@example.org", tries=2)
    page = client.get("/mensajes").text
    assert "ConnectionRefusedError: nobody listens" in page
    assert "Given up" in page
    assert "Will be tried again" in page
    assert client.post(f"/mensajes/{message.id}/reintentar").location == "/mensajes"
    assert deliver_due_messages() == 2
    assert "Every mail has gone out" in client.get("/mensajes").text


def test_what_was_sent_is_not_sent_again(as_: As, cast: Cast, outbox: Path) -> None:
    message = write()
    deliver_due_messages()
    assert as_(cast.admin).post(f"/mensajes/{message.id}/reintentar").status_code == 404
    assert as_(cast.admin).post("/mensajes/99999/reintentar").status_code == 404


def test_the_outbox_is_for_administrators(as_: As, cast: Cast) -> None:
    message = failed()
    for person in (cast.lucia, cast.renata, cast.gabriela, cast.elena):
        assert as_(person).get("/mensajes").status_code == 403
        assert as_(person).post(f"/mensajes/{message.id}/reintentar").status_code == 403
    assert as_(None).get("/mensajes").location == "/ingresar?next=/mensajes"
    assert as_(None).post(f"/mensajes/{message.id}/reintentar").status_code == 401
    assert message.tries == 7


@pytest.mark.parametrize("rows", [1, 3])
def test_the_outbox_asks_the_same_questions_for_one_and_for_three(
    as_: As, cast: Cast, count_queries: Count, rows: int
) -> None:
    for _ in range(rows):
        failed()
    client = as_(cast.admin)
    with count_queries() as ran:
        assert client.get("/mensajes").status_code == 200
    assert len([each for each in ran if "FROM messages" in each]) == 3


def test_the_waits_are_what_the_page_says() -> None:
    assert len(services.WAITS) + 1 == 7
    assert sum(services.WAITS, timedelta()) == timedelta(hours=17, minutes=21)


def test_links_of_mails_lead_to_the_port_that_is_served_unless_an_address_is_set(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"])
    monkeypatch.setenv("PUBLIC_URL", "https://escuela.example.org")
    before = link_to("learning.editions")
    cli.link_here(app, "127.0.0.1", 5101)
    assert link_to("learning.editions") == before
    monkeypatch.delenv("PUBLIC_URL")
    cli.link_here(app, "::", 5101)
    assert link_to("learning.editions").startswith("http://127.0.0.1:5101/")
