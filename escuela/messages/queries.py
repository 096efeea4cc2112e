"""How the outbox stands."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from escuela.messages.models import Message


def counts() -> Select[int, int, int]:
    """How many messages wait for their first try, failed at least once and are not sent, and were sent."""
    unsent = Message.sent_at.is_(None)
    return select(
        func.count().filter(unsent, Message.failure.is_(None)).label("waiting"),
        func.count().filter(unsent, Message.failure.is_not(None)).label("failed"),
        func.count().filter(Message.sent_at.is_not(None)).label("sent"),
    ).select_from(Message)


def troubled() -> Select[Message]:
    """What could not be delivered yet, the newest first."""
    failed = (Message.sent_at.is_(None), Message.failure.is_not(None))
    return select(Message).where(*failed).order_by(Message.written_at.desc(), Message.id.desc())
