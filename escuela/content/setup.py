"""What this room gives to every template: Markdown, rendered and cleaned."""

from __future__ import annotations

from flask import Flask

from escuela import markdown


def init_app(app: Flask) -> None:
    app.add_template_filter(markdown.markdown)
    app.add_template_filter(markdown.markdown_inline)
