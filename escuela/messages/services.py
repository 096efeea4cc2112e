"""Write mail with the change that causes it; deliver it afterwards, and try again while the mail server is down."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale
from sqlalchemy import ColumnElement, CursorResult, Select, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.extensions import db
from escuela.messages import transport
from escuela.messages.models import Message

log = logging.getLogger(__name__)

BATCH = 50
SUBJECT = 300
"""Most characters of a subject."""
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

    The first line of the text template is the subject. Templates get `to`, `values` and `link_to`, and nothing of the
    request that caused the mail: a job or a command may write it too.
    `once` names the occasion: where a message of that occasion exists already, nothing is written and None is returned.
    """
    message = Message(**_written(kind, to, once, values))
    try:
        with db.session.begin_nested():
            db.session.add(message)
    except IntegrityError:
        if once is None:
            raise
        return None
    return message


def enqueue_all(kind: str, mails: Iterable[tuple[Recipient, str, Mapping[str, Any]]]) -> int:
    """Write a mail of one kind to many: to whom, the occasion and the values of each. Says how many were written.

    Mails whose occasion has one already are left out, as in `enqueue`; a few statements serve them all.
    """
    asked = list(mails)
    known = set(
        db.session.scalars(select(Message.once).where(Message.once.in_([once for _to, once, _values in asked])))
    )
    found = [_written(kind, to, once, values) for to, once, values in asked if once not in known]
    try:
        with db.session.begin_nested():
            if found:
                db.session.execute(insert(Message), found)
    except IntegrityError:  # another request writes of the same occasions: one by one then
        return sum(enqueue(kind, to, once=once, **values) is not None for to, once, values in asked)
    return len(found)


def _written(kind: str, to: Recipient, once: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a message."""
    with force_locale(to.language):
        first, _, text = _render(f"{kind}.txt", to=to, **values).strip().partition("\n")
        subject = " ".join(first.split())[:SUBJECT]
        html = _render(f"{kind}.html", to=to, subject=subject, **values)
    now = clock.now()
    return {
        "kind": kind,
        "once": once,
        "address": to.address,
        "language": to.language,
        "subject": subject,
        "text": text.strip() + "\n",
        "html": html,
        "written_at": now,
        "due_at": now,
    }


def link_to(endpoint: str, **values: Any) -> str:
    """The full address of a page at PUBLIC_URL: never at the host that a request claims to be for."""
    public = urlsplit(current_app.config["SETTINGS"].public_url)
    pages = current_app.url_map.bind(public.netloc, script_name=public.path or "/", url_scheme=public.scheme)
    return pages.build(endpoint, values, force_external=True)


def _render(name: str, **values: Any) -> str:
    room, file = name.rsplit("/", 1)
    template = current_app.jinja_env.get_template(f"{room}/mail/{file}")
    return template.render(link_to=link_to, public_url=current_app.config["SETTINGS"].public_url, **values)


def deliver_due_messages() -> int:
    """Send what is due. Each message is claimed first, so two workers never send one; returns how many went out."""
    sent = 0
    for message_id in db.session.scalars(_due().limit(BATCH)).all():
        if _claim(message_id):
            sent += _deliver(message_id)
    return sent


def _due() -> Select[int]:
    return select(Message.id).where(*_ready()).order_by(Message.due_at, Message.id)


def _ready() -> tuple[ColumnElement[bool], ...]:
    """Not sent, time to try, tries left, and in no worker's hands."""
    now = clock.now()
    free = or_(Message.claimed_at.is_(None), Message.claimed_at < now - CLAIM)
    return Message.sent_at.is_(None), Message.due_at <= now, Message.tries <= len(WAITS), free


def _claim(message_id: int) -> bool:
    """Take a message: of several workers that read the same list, one."""
    claimed = db.session.execute(
        update(Message)
        .where(Message.id == message_id, *_ready())
        .values(claimed_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return cast("CursorResult[Any]", claimed).rowcount == 1


def _deliver(message_id: int) -> bool:
    message = db.session.get_one(Message, message_id)
    letter = transport.Letter.of(message)
    db.session.rollback()  # nothing is locked while the mail server takes its time
    failure = _send(letter)
    if failure is None:
        message.sent_at = clock.now()
    elif message.tries < len(WAITS):
        message.due_at = clock.now() + WAITS[message.tries]
    message.failure = failure
    message.tries += 1
    message.claimed_at = None
    db.session.commit()
    return failure is None


def _send(letter: transport.Letter) -> str | None:
    """None when it went out, else why not."""
    try:
        transport.send(letter)
    except (OSError, transport.RefusedError) as failure:
        log.warning("mail %d to wait: %s", letter.id, failure)
        return f"{type(failure).__name__}: {failure}"
    return None


def try_again(message: Message) -> None:
    """Give a message that was given up, or that waits, all its tries again from now on."""
    message.tries, message.due_at = 0, clock.now()
