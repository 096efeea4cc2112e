"""What is wrong with a text before anybody reads it: the faults that a writer can put right."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it.token import Token

from escuela.markdown.home import ABROAD, LESSON, MEDIA, Home
from escuela.markdown.parser import CALLOUTS, OPEN, PLAYERS, SHORT, words_of
from escuela.markdown.parser import LESSON as WITH_NOTES
from escuela.section import meant

Found = tuple[int, str]
"""A line, counted from 0, and a sentence."""


def faults(text: str, home: Home, *, short: bool = False) -> Iterator[Found]:
    """The faults of a lesson, or of a `short` text such as instructions: it has no footnotes and no players."""
    env: dict[str, dict[str, dict[str, int]]] = {}
    lines, level = text.split("\n"), 1
    for token in (SHORT if short else WITH_NOTES).parse(text, env):
        line = token.map[0] if token.map else 0
        if token.type == "heading_open":
            yield from _heading(int(token.tag[1]), level, line)
            level = int(token.tag[1])
        elif token.type == OPEN:
            yield from _block(token, lines, home, short=short)
        elif token.type == "inline":
            yield from _inline(token, line, home)
    for label, used in env.get("footnotes", {}).get("refs", {}).items():
        if used < 0:
            yield _place_of_note(label[1:], lines), f"Nothing refers to the footnote [^{label[1:]}]: take it out."


def _heading(level: int, before: int, line: int) -> Iterator[Found]:
    if level == 1:
        yield line, "A heading of level 1 stands in the text: begin at `##`; the title is the page's only level 1."
    elif level > before + 1:
        yield line, f"A heading of level {level} follows one of level {before}: write `{'#' * (before + 1)}`."


def _block(token: Token, lines: list[str], home: Home, *, short: bool) -> Iterator[Found]:
    line, end = token.map or (0, 0)
    name, rest = words_of(token.info)
    if end >= len(lines) or not lines[end].strip(" >").startswith(":::"):
        yield line, f"The block `::: {name}` is never closed: write `:::` below it."
    if name in PLAYERS and short:
        yield line, f"Only a lesson holds {name}: write it there and link to it, `[...](lesson:...)`."
    elif name in PLAYERS:
        yield from _player(name, rest, token, lines[line:end], home)


def _player(name: str, source: str, token: Token, lines: list[str], home: Home) -> Iterator[Found]:
    line, facts = (token.map or [0])[0], token.meta["facts"]
    yield from _file(source, name, line, home)
    needed = ("title", "length", "captions") if name == "video" else ("title", "length")
    for key in needed:
        if not facts.get(key, (0, ""))[1]:
            yield line, f"This {name} has no `{key}`: write `{key}: ...` in a line below `::: {name}`."
    if "captions" in facts and facts["captions"][1]:
        yield from _file(facts["captions"][1], "text/vtt", facts["captions"][0], home)
    if not any(text.strip() for text in lines[1 + len(facts) :]):
        yield line, f"This {name} has no transcript: write it below the facts, after an empty line."


def _inline(inline: Token, line: int, home: Home) -> Iterator[Found]:
    for child in inline.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        elif child.type == "image":
            yield from _picture(child, line, home)
        elif child.type == "link_open":
            yield from _link(str(child.attrGet("href") or ""), line, home)
        elif child.type == "text":
            yield from _left_over(child.content, line)


def _picture(image: Token, line: int, home: Home) -> Iterator[Found]:
    if not image.content.strip():
        yield line, "This picture has no text for who cannot see it: write it in the brackets, `![what it shows](...)`."
    yield from _file(str(image.attrGet("src") or ""), "image", line, home)


def _file(target: str, wanted: str, line: int, home: Home) -> Iterator[Found]:
    """`wanted` is how the media type must begin."""
    medium = home.medium(target)
    if not target.startswith(MEDIA):
        yield line, f"`{target}` is no file of this module: put it in media/ and write `media/...`."
    elif medium is None:
        yield line, f"`{target}` is missing.{meant(target, [MEDIA + name for name in home.media])}"
    elif not medium.media_type.startswith(wanted):
        yield line, f"`{target}` is {medium.media_type}; here goes a file of type {wanted}."


def _link(target: str, line: int, home: Home) -> Iterator[Found]:
    if target.startswith(LESSON):
        slug = target.removeprefix(LESSON)
        if slug not in home.lessons:
            yield line, f"`{target}` leads to no lesson of this edition.{meant(slug, home.lessons)}"
    elif target.startswith(MEDIA):
        yield from _file(target, "", line, home)
    elif not target.startswith("#") and not target.lower().startswith(ABROAD):
        yield line, f"The link `{target}` leads nowhere: write https://..., `media/...` or `lesson:...`."


def _left_over(text: str, line: int) -> Iterator[Found]:
    """What was meant as something and stayed text."""
    for label in re.findall(r"\[\^([^\]\s]+)\]", text):
        yield line, f"The footnote [^{label}] has no text: in a lesson, write `[^{label}]: Source, year.` below."
    if text.startswith(":::"):
        name = words_of(text.lstrip(":"))[0]
        known = (*CALLOUTS, *PLAYERS)
        advice = "an empty line goes before it" if name in {"", *known} else f"`{name}` is none of {', '.join(known)}"
        yield line, f"This `:::` begins or closes nothing: {advice}."


def _place_of_note(label: str, lines: list[str]) -> int:
    return next((n for n, line in enumerate(lines) if line.lstrip().startswith(f"[^{label}]:")), 0)
