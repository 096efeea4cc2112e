"""When a session can be joined and its attendance taken. Pure: rows in, answers out."""

from __future__ import annotations

from datetime import datetime, timedelta

from escuela.tutoring.models import TutoringSession

EARLY = timedelta(hours=1)
"""How long before the beginning the button to join appears."""


def is_over(session: TutoringSession, at: datetime) -> bool:
    return at >= session.ends_at


def can_join(session: TutoringSession, at: datetime) -> bool:
    if session.cancelled_at is not None:
        return False
    return session.link is not None and session.starts_at - EARLY <= at < session.ends_at


def can_take_attendance(session: TutoringSession, at: datetime) -> bool:
    """From the beginning on, for ever: corrections are welcome."""
    return at >= session.starts_at and session.cancelled_at is None
