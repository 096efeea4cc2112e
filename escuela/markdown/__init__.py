"""The School's Markdown: CommonMark with tables, footnotes, figures, callouts, and players of sound and video.

Rendered text is always cleaned with one allow-list, whoever wrote it; raw HTML is nothing but one more source of tags.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path

from flask_babel import force_locale
from markupsafe import Markup

from escuela.columns import Localized, Words
from escuela.markdown.clean import clean, clean_inline
from escuela.markdown.faults import faults
from escuela.markdown.home import Home, Medium
from escuela.markdown.html import Page
from escuela.markdown.parser import LESSON, SHORT
from escuela.web import language as reader_language

__all__ = [
    "Home",
    "Medium",
    "block",
    "faults",
    "inline",
    "lesson",
    "markdown",
    "markdown_inline",
    "recipe",
    "rehearsing",
]


_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


@contextmanager
def rehearsing() -> Iterator[None]:
    """Inside, lessons are not rendered: what is written will be taken back, and nobody reads it."""
    token = _rehearsing.set(True)
    try:
        yield
    finally:
        _rehearsing.reset(token)


def lesson(text: str, home: Home, language: str) -> str:
    """A lesson as HTML; the words that we add (Transcript, Note 1) are in the lesson's own language."""
    if _rehearsing.get():
        return ""
    with force_locale(language):
        return clean(LESSON.render(text, {"page": Page(home)}), home)


@lru_cache(maxsize=2048)
def block(text: str, language: str) -> Markup:
    """A text inside a page, such as instructions: its headings begin at level 3, and nothing in it has an id."""
    home = Home()
    with force_locale(language):
        return Markup(clean(SHORT.render(text, {"page": Page(home, anchors=False, first_level=3)}), home))  # noqa: S704 - cleaned


@lru_cache(maxsize=4096)
def inline(text: str) -> Markup:
    """One line, such as a question: emphasis, code and links."""
    return Markup(clean_inline(SHORT.renderInline(text, {"page": Page(Home(), anchors=False)})))  # noqa: S704 - cleaned


def markdown(text: Localized | str | None) -> Markup:
    """Template filter: a text of several paragraphs in the reader's language, marked where it is in another one."""
    words = _words(text)
    html = block(words.text, words.language)
    return Markup('<div lang="{}">{}</div>').format(words.language, html) if words.fell_back else html


def markdown_inline(text: Localized | str | None) -> Markup:
    """Template filter: a line in the reader's language, marked where it is in another one."""
    words = _words(text)
    html = inline(words.text)
    return Markup('<span lang="{}">{}</span>').format(words.language, html) if words.fell_back else html


@cache
def recipe() -> str:
    """Of the code that renders: when it changes, lessons that are already loaded are rendered again."""
    parts = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()


def _words(text: Localized | str | None) -> Words:
    mine = reader_language()
    return text.words(mine) if isinstance(text, Localized) else Words(text or "", mine, fell_back=False)
