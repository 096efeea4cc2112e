"""What changed from one text to another: by lines, and inside those that were reworded by words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 2
"""Lines shown before and after each change."""
SAME, ADDED, TAKEN, SKIPPED = "same", "added", "taken", "skipped"
LINES_MOST, WORDS_MOST = 4_000, 4_000
"""What is compared bit by bit in a moment; past it a text is shown whole, as it was and as it is."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a text that stayed, came, went, or is left out because nothing changed near it."""

    how: str
    words: str


def pieces(before: str, after: str, *, around: int = AROUND) -> Iterator[Piece]:
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if before != after and len(old) + len(new) > LINES_MOST:
        yield from _whole(before, after)
        return
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for number, (how, a, b, c, d) in enumerate(steps):
        if how == "equal":
            head, tail = 0 if number == 0 else around, 0 if number == len(steps) - 1 else around
            yield from _unchanged(old[a:b], head, tail)
        elif how == "replace":
            yield from _reworded("".join(old[a:b]), "".join(new[c:d]))
        else:
            yield Piece(TAKEN, "".join(old[a:b])) if how == "delete" else Piece(ADDED, "".join(new[c:d]))


def _unchanged(lines: Sequence[str], head: int, tail: int) -> Iterator[Piece]:
    if len(lines) <= head + tail + 1:
        yield Piece(SAME, "".join(lines))
        return
    if head:
        yield Piece(SAME, "".join(lines[:head]))
    yield Piece(SKIPPED, str(len(lines) - head - tail))
    if tail:
        yield Piece(SAME, "".join(lines[-tail:]))


def _reworded(before: str, after: str) -> Iterator[Piece]:
    old, new = re.findall(r"\s+|[^\s]+", before), re.findall(r"\s+|[^\s]+", after)
    if len(old) + len(new) > WORDS_MOST:
        yield from _whole(before, after)
        return
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            yield Piece(SAME, "".join(old[a:b]))
            continue
        if b > a:
            yield Piece(TAKEN, "".join(old[a:b]))
        if d > c:
            yield Piece(ADDED, "".join(new[c:d]))


def _whole(before: str, after: str) -> Iterator[Piece]:
    if before:
        yield Piece(TAKEN, before)
    if after:
        yield Piece(ADDED, after)
