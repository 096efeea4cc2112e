"""How awards are said, for the room's templates."""

from __future__ import annotations

from flask import Flask

from escuela.certificates.words import FILTERS


def init_app(app: Flask) -> None:
    for function in FILTERS:
        app.add_template_filter(function)
