"""How folders and tags of the bank are written: one way only, so that the same words are the same place."""

from __future__ import annotations

from collections.abc import Iterable

FOLDER_NAMES, NAME_MOST, TAG_MOST = 3, 80, 80
"""Names in the path of a folder, and letters of each; letters of a tag."""
FOLDER_MOST, BETWEEN = 260, " / "
TAGS = 20
"""The most that a question has."""


def path_of(typed: str) -> str:
    """`Agua/Inundaciones ` as `Agua / Inundaciones`; names after the third are left out."""
    return path(" ".join(name.split()) for name in typed.split("/"))


def path(names: Iterable[str]) -> str:
    """The path of a folder within folders. A name that holds a bar would be two."""
    clean = (name.replace("/", "-")[:NAME_MOST].strip() for name in names)
    return BETWEEN.join([name for name in clean if name][:FOLDER_NAMES])


def tag_of(typed: str) -> str:
    return " ".join(typed.lower().split())[:TAG_MOST]


def tags_of(typed: Iterable[str]) -> list[str]:
    return sorted({tag for each in typed if (tag := tag_of(each))})[:TAGS]
