"""The catalogue of frameworks as the project ships it, read from `catalogue.yaml`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from escuela.columns import LANGUAGES, Localized

FILE = Path(__file__).with_name("catalogue.yaml")
_COLUMNS = {"id", "framework", "parent", "code", "kind", "title", "short", "links"}


@dataclass(frozen=True, slots=True)
class Item:
    """A framework (no `parent`; `short` is its name on a chip) or something in one; `framework` is its root's id."""

    id: str
    framework: str
    parent: str | None
    code: str
    kind: str
    title: Localized
    short: Localized
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Link:
    item: str
    other: str
    basis: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items in the order of the file: a parent before what it holds."""

    items: tuple[Item, ...]
    links: tuple[Link, ...]

    @property
    def frameworks(self) -> list[Item]:
        return [item for item in self.items if item.parent is None]


@cache
def digest() -> str:
    """Of the file: what tells, without reading it, whether the database has this catalogue."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()


@cache
def catalogue() -> Catalogue:
    """Read once for each process, in about half a second."""
    raw = YAML(typ="safe").load(FILE)
    return Catalogue(
        items=tuple(_item(row) for row in raw["items"]),
        links=tuple(Link(row["from"], row["to"], row["basis"]) for row in raw["link_details"]),
    )


@cache
def codes() -> tuple[str, ...]:
    """Every id that content may be aligned with, in the order of the catalogue."""
    return tuple(item.id for item in catalogue().items)


def _item(row: dict[str, Any]) -> Item:
    return Item(
        id=row["id"],
        framework=row["id"].split(".")[0],
        parent=row["parent"],
        code=str(row["code"]),
        kind=row["kind"],
        title=_localized(row["title"]),
        short=_localized(row.get("short", {})),
        facts={key: value for key, value in row.items() if key not in _COLUMNS and value is not None},
    )


def _localized(texts: dict[str, str]) -> Localized:
    return Localized({language: texts[language] for language in LANGUAGES if language in texts})
