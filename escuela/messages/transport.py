"""How a message leaves: files in the instance folder while developing, SMTP in production."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, fields
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import unquote, urlsplit

from flask import current_app

from escuela import clock
from escuela.config import Settings
from escuela.messages.models import Message

TIMEOUT = 20  # seconds


@dataclass(frozen=True, slots=True)
class Letter:
    """What leaves: a message, apart from its row, so that no transaction is open while it goes."""

    id: int
    kind: str
    address: str
    language: str
    subject: str
    text: str
    html: str

    @classmethod
    def of(cls, message: Message) -> Letter:
        return cls(**{field.name: getattr(message, field.name) for field in fields(cls)})


class RefusedError(Exception):
    """The mail server would not take the message."""


def send(letter: Letter) -> None:
    """Deliver one letter. Raises OSError (no connection) or RefusedError."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        mail = _compose(letter, settings)
    except (ValueError, IndexError, MessageError) as wrong:  # an address or a subject that cannot be a header
        raise RefusedError(str(wrong)) from wrong
    address = urlsplit(settings.mail_url)
    if address.scheme == "outbox":
        _write(mail, settings.instance / "outbox", letter)
        return
    try:
        with _connect(settings.mail_url) as server:
            server.send_message(mail)
    except smtplib.SMTPException as refusal:
        raise RefusedError(str(refusal)) from refusal


def _compose(letter: Letter, settings: Settings) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = letter.subject
    mail["From"] = settings.mail_from
    mail["To"] = Address(addr_spec=letter.address)  # one address: it cannot bring others along
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = make_msgid(f"escuela-{letter.id}", urlsplit(settings.public_url).hostname)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    mail["Content-Language"] = letter.language  # last: a Content- header given before goes into the first part
    return mail


def _write(mail: EmailMessage, folder: Path, letter: Letter) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{clock.now():%Y%m%d-%H%M%S}-{letter.id}-{letter.kind.replace('/', '-')}.eml"
    (folder / name).write_bytes(mail.as_bytes())


def _connect(mail_url: str) -> smtplib.SMTP:
    parts = urlsplit(mail_url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=TIMEOUT)
        if parts.username:
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
