"""Write mail with the change that causes it; deliver it afterwards, and try again while the mail server is down."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from flask import current_app, render_template
from flask_babel import force_locale
from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.extensions import db
from escuela.messages import transport
from escuela.messages.models import Message

log = logging.getLogger(__name__)

BATCH = 50
CLAIM = timedelta(minutes=10)
"""How long a worker has for the message it took; after that another may take it."""
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720)]
"""How long to wait after each failure. After the last one the message stays, unsent, with what went wrong."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who a mail is for. The room knows addresses, languages and zones, not people."""

    address: str
    language: str
    name: str
    zone: str


def enqueue(kind: str, to: Recipient, *, once: str | None = None, **values: Any) -> Message | None:
    """Write a mail of templates/<room>/mail/<name> (`kind` is `<room>/<name>`) in the recipient's language.

    `once` names the occasion: where a message of that occasion exists already, nothing is written and None is returned.
    """
    with force_locale(to.language):
        shared = {"to": to, "public_url": current_app.config["SETTINGS"].public_url, **values}
        room, name = kind.split("/")
        subject, _, text = render_template(f"{room}/mail/{name}.txt", **shared).partition("\n")
        html = render_template(f"{room}/mail/{name}.html", subject=subject.strip(), **shared)
    now = clock.now()
    message = Message(
        kind=kind,
        once=once,
        address=to.address,
        language=to.language,
        subject=subject.strip(),
        text=text.strip() + "\n",
        html=html,
        written_at=now,
        due_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:
        return None
    return message


def deliver_due_messages() -> int:
    """Send what is due. Each message is claimed first, so two workers never send one; returns how many went out."""
    sent = 0
    for message_id in db.session.scalars(_due().limit(BATCH)).all():
        if _claim(message_id):
            sent += _deliver(message_id)
    return sent


def _due() -> Any:
    now = clock.now()
    free = or_(Message.claimed_at.is_(None), Message.claimed_at < now - CLAIM)
    return (
        select(Message.id)
        .where(Message.sent_at.is_(None), Message.due_at <= now, Message.tries <= len(WAITS), free)
        .order_by(Message.due_at)
    )


def _claim(message_id: int) -> bool:
    now = clock.now()
    claimed = db.session.execute(
        update(Message)
        .where(Message.id == message_id, Message.sent_at.is_(None))
        .where(or_(Message.claimed_at.is_(None), Message.claimed_at < now - CLAIM))
        .values(claimed_at=now)
    )
    db.session.commit()
    return cast("CursorResult[Any]", claimed).rowcount == 1


def _deliver(message_id: int) -> bool:
    message = db.session.get_one(Message, message_id)
    try:
        transport.send(message)
    except (OSError, transport.RefusedError) as failure:
        message.failure = f"{type(failure).__name__}: {failure}"
        if message.tries < len(WAITS):
            message.due_at = clock.now() + WAITS[message.tries]
        log.warning("mail %d to wait: %s", message.id, message.failure)
    else:
        message.sent_at, message.failure = clock.now(), None
    message.tries += 1
    message.claimed_at = None
    db.session.commit()
    return message.sent_at is not None
