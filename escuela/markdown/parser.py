"""The grammar: CommonMark, tables, footnotes, and what the School adds to them."""

from __future__ import annotations

from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.footnote import footnote_plugin

from escuela.markdown.bounds import bounded
from escuela.markdown.html import Html

CALLOUTS = ("key", "case", "do", "warning")
PLAYERS = ("video", "audio")
FACTS = ("captions", "title", "length")
PARAGRAPH = ["paragraph_open", "inline", "paragraph_close"]
OPEN, CLOSE = "container_block_open", "container_block_close"


def words_of(info: str) -> tuple[str, str]:
    """What stands behind `:::`: the name of the block, and its title or file."""
    name, _, rest = info.strip().partition(" ")
    return name, rest.strip()


def parser(*, footnotes: bool) -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True}).enable("table")
    container_plugin(md, "block", validate=lambda info, *_: words_of(info)[0] in (*CALLOUTS, *PLAYERS))
    if footnotes:
        footnote_plugin(md, inline=False)
    md.core.ruler.after("block", "players", _players)
    md.core.ruler.after("inline", "figures", _figures)
    bounded(md)
    md.renderer = Html(md)
    return md


def _players(state: StateCore) -> None:
    """The first paragraph of a player is its facts: they leave the text and go with the token, each with its line."""
    taken: set[int] = set()
    for place, token in enumerate(state.tokens):
        if token.type != OPEN or words_of(token.info)[0] not in PLAYERS:
            continue
        first = state.tokens[place + 1 : place + 4]
        facts = _facts(first[1]) if [part.type for part in first] == PARAGRAPH else {}
        token.meta = {"facts": facts}
        _closing(state.tokens, place).meta = {"player": True}
        if facts:
            taken |= {id(part) for part in first}
    state.tokens = [token for token in state.tokens if id(token) not in taken]


def _facts(paragraph: Token) -> dict[str, tuple[int, str]]:
    """`key: value` lines, each with its line; nothing if one of them is something else."""
    begins = paragraph.map[0] if paragraph.map else 0
    found: dict[str, tuple[int, str]] = {}
    for line, text in enumerate(paragraph.content.split("\n"), begins):
        key, colon, value = text.partition(":")
        if not colon or key.strip() not in FACTS:
            return {}
        found[key.strip()] = line, value.strip()
    return found


def _closing(tokens: list[Token], place: int) -> Token:
    level = tokens[place].level
    return next(token for token in islice(tokens, place + 1, None) if token.type == CLOSE and token.level == level)


def _figures(state: StateCore) -> None:
    """A picture alone in its paragraph is a figure; its title is the caption."""
    for opening, text, closing in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if opening.type != "paragraph_open" or opening.hidden or not text.children or len(text.children) != 1:
            continue
        image = text.children[0]
        if image.type == "image":
            opening.type, opening.tag = "figure_open", "figure"
            closing.type, closing.tag = "figure_close", "figure"
            closing.meta = {"caption": str(image.attrs.pop("title", ""))}


LESSON, SHORT = parser(footnotes=True), parser(footnotes=False)
