"""How a message leaves: files in the instance folder while developing, SMTP in production."""

from __future__ import annotations

import smtplib
import ssl
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


class RefusedError(Exception):
    """The mail server would not take the message."""


def send(message: Message) -> None:
    """Deliver one message. Raises OSError (no connection) or RefusedError."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        mail = _compose(message, settings)
    except (ValueError, IndexError, MessageError) as wrong:  # an address or a subject that cannot be a header
        raise RefusedError(str(wrong)) from wrong
    address = urlsplit(settings.mail_url)
    if address.scheme == "outbox":
        _write(mail, settings.instance / "outbox", message)
        return
    try:
        with _connect(settings.mail_url) as server:
            server.send_message(mail)
    except smtplib.SMTPException as refusal:
        raise RefusedError(str(refusal)) from refusal


def _compose(message: Message, settings: Settings) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = settings.mail_from
    mail["To"] = Address(addr_spec=message.address)  # one address: it cannot bring others along
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = make_msgid(f"escuela-{message.id}", urlsplit(settings.public_url).hostname)
    mail["Content-Language"] = message.language
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _write(mail: EmailMessage, folder: Path, message: Message) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{clock.now():%Y%m%d-%H%M%S}-{message.id}-{message.kind.replace('/', '-')}.eml"
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
