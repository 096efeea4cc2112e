"""What is wrong with a text before anybody reads it: the faults that a writer can put right."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _l
from markdown_it.token import Token

from escuela.markdown import bounds
from escuela.markdown.home import ABROAD, BANK, LESSON, MEDIA, Home
from escuela.markdown.parser import CALLOUTS, OPEN, PLAYERS, SHORT, words_of
from escuela.markdown.parser import LESSON as WITH_NOTES
from escuela.section import LONG, Sentence, joined, meant

Found: TypeAlias = tuple[int, Sentence]
"""A line, counted from 0, and a sentence."""
SUGGESTED = 20
"""Faults of a text that come with what was probably meant, which takes long to find."""


class _Near:
    """Finds what was probably meant, for the first faults of a text."""

    def __init__(self) -> None:
        self.left = SUGGESTED

    def meant(self, word: str, among: Collection[str]) -> Sentence:
        self.left -= 1
        return meant(word, among) if self.left >= 0 else ""


def faults(
    text: str, home: Home, *, short: bool = False, spend: Callable[[int], bool] | None = None
) -> Iterator[Found]:
    """The faults of a lesson, or of a `short` text such as instructions: it has no footnotes and no players.

    `spend` is asked before markup is read, with how much work that is: a no stops the reading.
    """
    if len(text) > LONG:
        yield 0, _l("This text has %(number)d characters: write at most %(most)d.", number=len(text), most=LONG)
        return
    env: dict[str, Any] = {bounds.SPEND: spend} if spend else {}
    lines, level, near = text.split("\n"), 1, _Near()
    tokens = (SHORT if short else WITH_NOTES).parse(text, env)
    if bounds.TAGS in env:
        yield 0, _l("This text holds too many HTML tags: write it in Markdown.")
    if bounds.MARKUP in env:
        yield 0, _l("This text holds too much markup to be read: take out links, emphasis and signs.")
    for token in tokens:
        line = token.map[0] if token.map else 0
        if token.type == "heading_open":
            yield from _heading(int(token.tag[1]), level, line)
            level = int(token.tag[1])
        elif token.type == OPEN:
            yield from _block(token, lines, home, near, short=short)
        elif token.type == "inline":
            yield from _inline(token, line, home, near)
        elif token.type == bounds.PLAIN and bounds.MARKUP not in env:
            yield line, _too_long(token)
    yield from _unused_notes(env.get("footnotes", {}).get("refs", {}), lines)


def _too_long(paragraph: Token) -> Sentence:
    number = len(paragraph.content)
    if number > bounds.PARAGRAPH_MOST:
        most = bounds.PARAGRAPH_MOST
        return _l("This paragraph has %(number)d characters: divide it at %(most)d.", number=number, most=most)
    return _l("This paragraph holds too much markup to be read: divide it with an empty line.")


def _unused_notes(used: Mapping[str, int], lines: list[str]) -> Iterator[Found]:
    places: dict[str, int] = {}
    for number, line in enumerate(lines):
        if found := re.match(r"\s*\[\^([^\]\s]+)\]:", line):
            places.setdefault(found[1], number)
    for label, times in used.items():
        if times < 0:
            note = f"[^{label[1:]}]"
            yield (
                places.get(label[1:], 0),
                _l("Nothing refers to the footnote %(note)s: take it out.", note=note),
            )


def _heading(level: int, before: int, line: int) -> Iterator[Found]:
    if level == 1:
        yield line, _l("A heading of level 1 stands in the text: begin at `##`; the title is the page's only level 1.")
    elif level > before + 1:
        yield (
            line,
            _l(
                "A heading of level %(level)d follows one of level %(before)d: write `%(marks)s`.",
                level=level,
                before=before,
                marks="#" * (before + 1),
            ),
        )


def _block(token: Token, lines: list[str], home: Home, near: _Near, *, short: bool) -> Iterator[Found]:
    line, end = token.map or (0, 0)
    name, rest = words_of(token.info)
    if end >= len(lines) or not lines[end].strip(" >").startswith(":::"):
        yield line, _l("The block `%(block)s` is never closed: write `:::` below it.", block=f"::: {name}")
    if name in PLAYERS and short:
        yield line, _only_in_a_lesson(name)
    elif name in PLAYERS:
        yield from _player(name, rest, token, lines[line:end], home, near)


def _player(name: str, source: str, token: Token, lines: list[str], home: Home, near: _Near) -> Iterator[Found]:
    line, facts = (token.map or [0])[0], token.meta["facts"]
    yield from _file(source, name, line, home, near)
    needed = ("title", "length", "captions") if name == "video" else ("title", "length")
    for key in needed:
        if not facts.get(key, (0, ""))[1]:
            yield line, _lacking(name, key)
    if "captions" in facts and facts["captions"][1]:
        yield from _file(facts["captions"][1], "text/vtt", facts["captions"][0], home, near)
    if not any(text.strip() for text in lines[1 + len(facts) :]):
        yield line, _without_transcript(name)


def _only_in_a_lesson(name: str) -> Sentence:
    if name == "video":
        return _l("Only a lesson holds video: write it there and link to it, `[...](lesson:...)`.")
    return _l("Only a lesson holds audio: write it there and link to it, `[...](lesson:...)`.")


def _lacking(name: str, key: str) -> Sentence:
    if name == "video":
        return _l("This video has no `%(key)s`: write `%(key)s: ...` in a line below `::: video`.", key=key)
    return _l("This audio has no `%(key)s`: write `%(key)s: ...` in a line below `::: audio`.", key=key)


def _without_transcript(name: str) -> Sentence:
    if name == "video":
        return _l("This video has no transcript: write it below the facts, after an empty line.")
    return _l("This audio has no transcript: write it below the facts, after an empty line.")


def _inline(inline: Token, line: int, home: Home, near: _Near) -> Iterator[Found]:
    for child in inline.children or []:
        if child.type in {"softbreak", "hardbreak"}:
            line += 1
        elif child.type == "image":
            yield from _picture(child, line, home, near)
        elif child.type == "link_open":
            yield from _link(str(child.attrGet("href") or ""), line, home, near)
        elif child.type == "text":
            yield from _left_over(child.content, line)


def _picture(image: Token, line: int, home: Home, near: _Near) -> Iterator[Found]:
    if not image.content.strip():
        yield (
            line,
            _l("This picture has no text for who cannot see it: write it in the brackets, `![what it shows](...)`."),
        )
    yield from _file(str(image.attrGet("src") or ""), "image", line, home, near)


def _file(target: str, wanted: str, line: int, home: Home, near: _Near) -> Iterator[Found]:
    """`wanted` is how the media type must begin."""
    medium = home.medium(target)
    if target.startswith(BANK) and wanted == "image" and home.source(target):
        return  # what the bank holds is pictures, and a question takes them along
    if not target.startswith(MEDIA):
        yield (
            line,
            _l("`%(target)s` is no file of this module: put it in media/ and write `media/...`.", target=target),
        )
    elif medium is None:
        meant_one = near.meant(target, [MEDIA + name for name in home.media])
        yield line, joined(_l("`%(target)s` is missing.", target=target), meant_one)
    elif not medium.media_type.startswith(wanted):
        yield (
            line,
            _l(
                "`%(target)s` is %(type)s; here goes a file of type %(wanted)s.",
                target=target,
                type=medium.media_type,
                wanted=wanted,
            ),
        )


def _link(target: str, line: int, home: Home, near: _Near) -> Iterator[Found]:
    if target.startswith(LESSON):
        slug = target.removeprefix(LESSON)
        if slug not in home.lessons:
            sentence = _l("`%(target)s` leads to no lesson of this edition.", target=target)
            yield line, joined(sentence, near.meant(slug, home.lessons))
    elif target.startswith(MEDIA):
        yield from _file(target, "", line, home, near)
    elif not target.startswith("#") and not target.lower().startswith(ABROAD):
        yield (
            line,
            _l("The link `%(target)s` leads nowhere: write https://..., `media/...` or `lesson:...`.", target=target),
        )


def _left_over(text: str, line: int) -> Iterator[Found]:
    """What was meant as something and stayed text."""
    for label in re.findall(r"\[\^([^\]\s]+)\]", text):
        note = f"[^{label}]"
        yield (
            line,
            _l("The footnote %(note)s has no text: in a lesson, write `%(note)s: Source, year.` below.", note=note),
        )
    if text.startswith(":::"):
        name = words_of(text.lstrip(":"))[0]
        known = (*CALLOUTS, *PLAYERS)
        if name in {"", *known}:
            yield line, _l("This `:::` begins or closes nothing: an empty line goes before it.")
        else:
            yield (
                line,
                _l(
                    "This `:::` begins or closes nothing: `%(name)s` is none of %(known)s.",
                    name=name,
                    known=", ".join(known),
                ),
            )
