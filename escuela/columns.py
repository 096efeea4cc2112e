"""Column types of the School: an instant is aware UTC, a text in several languages is one value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

LANGUAGES = ("es", "pt", "en")


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC. A naive one is refused, so that no clock time without a zone reaches the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"an instant needs a time zone: {value!r}"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(NamedTuple):
    """A text found for a reader: the words, the language they are in, and whether the reader asked for another one."""

    text: str
    language: str
    fell_back: bool


class Localized(dict[str, str]):
    """One text in some of the School's languages, `{"es": ..., "pt": ...}`; the first is the one to fall back to."""

    def words(self, language: str) -> Words:
        """The text in `language`, else in the first language that has it."""
        if self.get(language):
            return Words(self[language], language, fell_back=False)
        for other, text in self.items():
            if text:
                return Words(text, other, fell_back=True)
        return Words("", language, fell_back=False)

    def __missing__(self, language: str) -> str:
        return self.words(language).text


class LocalizedText(TypeDecorator[Localized]):
    """JSON of a Localized. The order of languages is kept as a list of pairs: PostgreSQL's and SQLite's JSON alike."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Mapping[str, str] | None, _dialect: Dialect) -> list[list[str]] | None:
        return None if value is None else [[language, text] for language, text in value.items()]

    def compare_values(self, x: Mapping[str, str] | None, y: Mapping[str, str] | None) -> bool:
        """The order counts: it says which language to fall back to."""
        return x == y and list(x or ()) == list(y or ())

    def process_result_value(self, value: Iterable[tuple[str, str]] | None, _dialect: Dialect) -> Localized | None:
        return None if value is None else Localized(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Localized | None] | None:
        """A page reads a hundred of them, mostly those of the page before: SQLite's are decoded once."""
        if dialect.name != "sqlite":  # PostgreSQL's driver decodes JSON itself
            return super().result_processor(dialect, coltype)
        return lambda text: None if text in {None, "null"} else Localized(_decoded(text))


@lru_cache(maxsize=4096)
def _decoded(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((language, words) for language, words in json.loads(text))


Pk = Annotated[int, mapped_column(primary_key=True)]
Slug = Annotated[str, mapped_column(String(80))]
Zone = Annotated[str, mapped_column(String(64))]
Name = Annotated[str, mapped_column(String(200))]
StoredKey = Annotated[str, mapped_column(String(80), info={"stored": True})]
"""Where storage keeps a file. A file that no such column names is removed after a day (see `jobs`)."""

TYPE_MAP: dict[Any, Any] = {datetime: Instant, Localized: LocalizedText, list[str]: JSON, dict[str, Any]: JSON}
