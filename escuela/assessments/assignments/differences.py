"""What changed between two versions of a text, word by word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

SAME, ADDED, REMOVED = "same", "added", "removed"
_WORDS = re.compile(r"\s+|[^\s]+")


class Piece(NamedTuple):
    kind: str
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in order: what stayed, what went out, what came in. Neighbours of a kind are joined."""
    joined: list[Piece] = []
    for piece in _compared(_WORDS.findall(before), _WORDS.findall(after)):
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined


def _compared(before: list[str], after: list[str]) -> Iterator[Piece]:
    for tag, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        if tag == "equal":
            yield Piece(SAME, "".join(after[c:d]))
        else:
            yield Piece(REMOVED, "".join(before[a:b]))
            yield Piece(ADDED, "".join(after[c:d]))
