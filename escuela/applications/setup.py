"""What the rest of the School is told of applications: who writes to a call, how it is answered; two filters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation

from flask import Flask
from flask_babel import format_decimal

from escuela.applications import queries
from escuela.applications.services import recipient
from escuela.calls import services as calls
from escuela.calls.models import Call
from escuela.columns import Localized
from escuela.extensions import db
from escuela.messages.services import Recipient
from escuela.people import history
from escuela.web import day


def written_day(iso: str) -> str:
    """A day of an answer, as the reader writes days; in a draft it may be anything."""
    try:
        return day(date.fromisoformat(iso))
    except ValueError:
        return iso


def written_number(plain: str) -> str:
    """A number of an answer, as the reader writes numbers; in a draft it may be anything."""
    try:
        return str(format_decimal(Decimal(plain)))
    except InvalidOperation:
        return plain


def as_localized(text: dict[str, str]) -> Localized:
    """Words that a question keeps in its JSON."""
    return Localized(text)


def writing(call: Call) -> Iterable[Recipient]:
    """Everybody who has a draft of a call and never handed it in."""
    return [recipient(each) for each in db.session.scalars(queries.writing(call))]


def init_app(app: Flask) -> None:
    app.add_template_filter(as_localized)
    app.add_template_filter(written_day)
    app.add_template_filter(written_number)
    history.NAMES["application"] = queries.titles
    if writing not in calls.WRITING:  # a process may make the School more than once
        calls.WRITING.append(writing)
        calls.ANSWERED.append(queries.answered)
