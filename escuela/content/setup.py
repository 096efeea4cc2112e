"""What this room gives to every template: Markdown, rendered and cleaned; what a fault quotes, as code."""

from __future__ import annotations

import re

from flask import Flask
from markupsafe import Markup, escape

from escuela import markdown


def init_app(app: Flask) -> None:
    app.add_template_filter(markdown.markdown)
    app.add_template_filter(markdown.markdown_inline)
    app.add_template_filter(quoting)


def quoting(sentence: str) -> Markup:
    """What stands between backticks in a fault's sentence is shown as code; it is somebody's file, never markup."""
    parts = re.split(r"`([^`]+)`", str(sentence))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )
