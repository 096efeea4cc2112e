"""The gate: what no browser sends to us is turned away before anybody reads it.

Numbers that no row can have, letters that no database keeps, bodies larger than the largest of our forms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, request
from werkzeug.routing import IntegerConverter

LARGEST = 2**31 - 1
"""What an integer column holds; past it PostgreSQL and SQLite each fail in their own way."""
BODY = 2_000_000
"""Most bytes of a form without files: Werkzeug bounds the fields of a multipart one only."""

V = TypeVar("V", bound=Callable[..., Any])


class RowNumber(IntegerConverter):
    """`<int:…>` of an address: another number than a row can have is no address of ours."""

    regex = r"[0-9]{1,10}"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max": LARGEST, **kwargs})


def row_number(raw: str) -> int:
    """For `type=` of arguments and form fields. Raises ValueError."""
    number = int(raw)
    if not 0 <= number <= LARGEST:
        raise ValueError(raw)
    return number


def page_number(name: str = "page") -> int:
    """Which page of a list the address asks for; the first where that makes no sense."""
    return max(1, request.args.get(name, 1, type=row_number))


def takes_files(view: V) -> V:
    """Mark a view whose body may be as large as an upload."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def takes_editions(view: V) -> V:
    """Mark a view whose body may be as large as an edition in a zip."""
    view.takes_editions = True  # type: ignore[attr-defined]
    return view


def _turn_away() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_editions", False):
        request.max_content_length = current_app.config["SETTINGS"].edition_mb * 1_000_000 + BODY
    elif not getattr(view, "takes_files", False):
        request.max_content_length = BODY
    words = [request.path, *request.args, *(value for values in request.args.listvalues() for value in values)]
    if any("\0" in word for word in words):
        abort(400)
    if request.is_json:  # no page of ours reads it; Flask-Security's would, whatever it holds
        abort(415)


def init_app(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    app.before_request(_turn_away)
