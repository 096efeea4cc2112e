"""Finding a name although it is typed without accents, with mistakes or in part. Pure: words in, figures out."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TypeVar

from escuela.people.models import Named, folded

CLOSE = 0.75
"""From here on a name is worth showing."""
WORDS = 8
"""Most words of a search."""
COMMON = frozenset(
    [
        "alcaldia",
        "autonomo",
        "ayuntamiento",
        "cabildo",
        "camara",
        "canton",
        "ciudad",
        "comuna",
        "da",
        "das",
        "de",
        "del",
        "departamental",
        "departamento",
        "distrital",
        "do",
        "dos",
        "e",
        "el",
        "estado",
        "gad",
        "gobernacion",
        "gobierno",
        "governo",
        "intendencia",
        "la",
        "las",
        "local",
        "los",
        "municipal",
        "municipalidad",
        "municipalidade",
        "municipio",
        "partido",
        "prefeitura",
        "provincia",
        "provincial",
        "secretaria",
        "y",
    ]
)
"""Words that say which kind of government it is, not which one."""

N = TypeVar("N", bound=Named)


def closeness(typed: str, name: str) -> float:
    """From 0 to 1: how well each telling word of what was typed is found in a name."""
    words, there = _telling(typed)[:WORDS], _words(name)
    if not words or not there:
        return 0.0
    return sum(max(_alike(word, other) for other in there) for word in words) / len(words)


def nearest(rows: Iterable[N], typed: str, most: int) -> list[N]:
    """The rows whose name comes close to what was typed, the closest first."""
    found = [(closeness(typed, row.name), row) for row in rows]
    found = [(figure, row) for figure, row in found if figure >= CLOSE]
    found.sort(key=lambda pair: (-pair[0], len(pair[1].name), folded(pair[1].name)))
    return [row for _figure, row in found[:most]]


def twins(rows: Iterable[N], name: str, most: int) -> list[N]:
    """The rows that may be the same thing as a name: one says what the other says, perhaps with more words."""
    found = [(max(closeness(name, row.name), closeness(row.name, name)), row) for row in rows]
    found = [(figure, row) for figure, row in found if figure >= CLOSE]
    found.sort(key=lambda pair: (-pair[0], folded(pair[1].name)))
    return [row for _figure, row in found[:most]]


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    return tuple("".join(letter if letter.isalnum() else " " for letter in folded(name)).split())


def _telling(name: str) -> tuple[str, ...]:
    """Words without the common ones; all of them where there are no others."""
    words = _words(name)
    return tuple(word for word in words if word not in COMMON) or words


def _alike(typed: str, word: str) -> float:
    if word.startswith(typed):
        return 1.0 if word == typed else 0.98
    if len(typed) > 3 and typed in word:
        return 0.9
    pair = SequenceMatcher(None, typed, word[: len(typed) + 1], autojunk=False)
    return pair.ratio() if pair.real_quick_ratio() >= CLOSE and pair.quick_ratio() >= CLOSE else 0.0
