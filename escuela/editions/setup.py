"""What the room tells the rest of the School at the start."""

from __future__ import annotations

from flask import Flask

from escuela.editions import lesson_editor  # noqa: F401 - registers how lessons are written


def init_app(_app: Flask) -> None:
    """Nothing more."""
