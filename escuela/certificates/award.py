"""An award: everything that a certificate says, as plain data that no later change of a name or an edition reaches."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from escuela.columns import Localized


@dataclass(frozen=True, slots=True)
class Signatory:
    name: str
    office: str


@dataclass(frozen=True, slots=True)
class FrameworkLine:
    """A framework and the codes of its items: `FrameworkLine("sendai", "Sendai", ("P1", "P2"))`."""

    framework_id: str
    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Award:
    """Texts that only the sheet shows are in `language`, the person's. What the verification page shows too is localized."""

    language: str
    name: str
    government: str
    country: str
    """ISO 3166-1 alpha-2, as `host_country`."""
    number: int
    title: Localized
    modules: int
    final_work: str | None
    hours: int
    starts_on: date
    ends_on: date
    mode: str
    host_city: str | None
    host_country: str | None
    frameworks: tuple[FrameworkLine, ...]
    signatories: tuple[Signatory, ...]
    issued_on: date
    """On the calendar of the edition's zone."""
    version: int

    def as_record(self) -> dict[str, Any]:
        """Plain JSON. The order of languages in the title is kept as a list of pairs."""
        dates = {name: getattr(self, name).isoformat() for name in _DATES}
        return asdict(self) | dates | {"title": list(self.title.items())}

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Award:
        return cls(
            **{name: record[name] for name in _PLAIN},
            **{name: date.fromisoformat(record[name]) for name in _DATES},
            title=Localized(record["title"]),
            frameworks=tuple(
                FrameworkLine(line["framework_id"], line["name"], tuple(line["codes"])) for line in record["frameworks"]
            ),
            signatories=tuple(Signatory(**each) for each in record["signatories"]),
        )


_DATES = ("starts_on", "ends_on", "issued_on")
_PLAIN = tuple({field.name for field in fields(Award)} - {*_DATES, "title", "frameworks", "signatories"})


class AwardColumn(TypeDecorator[Award]):
    """An Award as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Award | None, _dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else value.as_record()

    def process_result_value(self, value: dict[str, Any] | None, _dialect: Dialect) -> Award | None:
        return None if value is None else Award.from_record(value)
