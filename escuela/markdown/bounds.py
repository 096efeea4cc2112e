"""How much markup a text may hold: what takes long to read, however short it is, is shown as it was typed."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore

PARAGRAPH_MOST = 10_000
"""Characters of a paragraph; the longest that people wrote has 500."""
SIGNS_MOST = 600
"""Signs of markup in a paragraph: how long it takes grows with their square."""
LINE, CELL, SIGN = 1_000, 2_000, 500
"""The work of a line, of a paragraph or the cell of a table, of a sign: about 20 million are a second."""
WORK_MOST = 20_000_000
"""Work on one text."""
TAGS_MOST, OPEN_MOST = 300, 200_000
"""HTML tags in a text; tags multiplied by lines, since a tag left open is opened again in each paragraph."""

PLAIN = "text"
"""The type of a paragraph that is shown as it was typed; only inside paragraphs are there others of this type."""
MARKUP, TAGS = "markup", "tags"
"""In the environment of a text: whether its markup was more than it may be; whether its tags were."""
SPEND = "spend"
"""In the environment of a text: takes an amount of work, and answers whether that much is left for several texts."""

_SIGN = re.compile(r"[\[\]*_`<&\\]")
_TAG = re.compile(r"</?[A-Za-z]")


def bounded(md: MarkdownIt) -> None:
    """A plugin: what is over the bounds is neither read as markup nor as HTML."""
    md.core.ruler.before("block", "tags", _tags)
    md.core.ruler.before("inline", "bounds", _paragraphs)


def _tags(state: StateCore) -> None:
    if not _spends(state)(LINE * state.src.count("\n")):
        state.env[MARKUP] = True
        state.src = ""
    tags = len(_TAG.findall(state.src))
    if tags > TAGS_MOST or tags * state.src.count("\n") > OPEN_MOST:
        state.env[TAGS] = True
        state.src = state.src.replace("<", "&lt;")


def _paragraphs(state: StateCore) -> None:
    left, spend = WORK_MOST - LINE * state.src.count("\n"), _spends(state)
    for token in state.tokens:
        if token.type != "inline":
            continue
        signs = len(_SIGN.findall(token.content))
        work = CELL + signs * (SIGN + signs)
        if len(token.content) > PARAGRAPH_MOST or signs > SIGNS_MOST:
            token.type = PLAIN
            continue
        left -= work
        if left < 0 or not spend(work):
            state.env[MARKUP] = True
            token.type = PLAIN


def _spends(state: StateCore) -> Callable[[int], bool]:
    spend: Callable[[int], bool] = state.env.get(SPEND, lambda _work: True)
    return spend
