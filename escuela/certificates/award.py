"""An award: everything that a certificate says, as plain data that no later change of a name or an edition reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.frameworks.models import Framework, FrameworkItem

LONG_TITLE = 32
"""Most letters of a framework's title that leave place for codes on its line; the others go by their short name."""
CODES = 6
"""Most codes of one framework that the sheet names."""


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
    """Texts that only the sheet shows are in `language`, the person's; the title is shown to who verifies, too."""

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
        values: dict[str, Any] = record | {name: date.fromisoformat(record[name]) for name in _DATES}
        values["title"] = Localized(record["title"])
        values["signatories"] = tuple(Signatory(**each) for each in record["signatories"])
        values["frameworks"] = tuple(
            FrameworkLine(each["framework_id"], each["name"], tuple(each["codes"])) for each in record["frameworks"]
        )
        return cls(**values)


_DATES = ("starts_on", "ends_on", "issued_on")


class AwardColumn(TypeDecorator[Award]):
    """An Award as JSON."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Award | None, _dialect: Dialect) -> dict[str, Any] | None:
        return None if value is None else value.as_record()

    def process_result_value(self, value: dict[str, Any] | None, _dialect: Dialect) -> Award | None:
        return None if value is None else Award.from_record(value)


def award_of(enrolment: Enrolment, final_work: Localized | None, *, version: int = 1) -> Award:
    """What a certificate of this enrolment says if it is issued now. `final_work`: the title of the approved one."""
    edition, person, government = enrolment.edition, enrolment.user, enrolment.local_government
    language = person.language
    return Award(
        language=language,
        name=" ".join(person.name.split()),
        government=government.name,
        country=government.country,
        number=edition.number,
        title=edition.title,
        modules=len(edition.modules),
        final_work=final_work[language] if final_work else None,
        hours=edition.hours,
        starts_on=edition.starts_on,
        ends_on=edition.ends_on,
        mode=edition.mode,
        host_city=edition.host_city,
        host_country=edition.host_country,
        frameworks=tuple(_framework_lines(edition.items, language)),
        signatories=tuple(
            Signatory(each["name"], Localized(each["office"]).words(language).text) for each in edition.signatories
        ),
        issued_on=today(edition),
        version=version,
    )


def today(edition: Edition) -> date:
    """The day it is in the edition's zone."""
    return clock.now().astimezone(clock.zone(edition.zone)).date()


def _framework_lines(items: list[FrameworkItem], language: str) -> Iterator[FrameworkLine]:
    ordered = sorted(items, key=lambda item: (item.framework.position, item.position))
    for framework, of_it in groupby(ordered, key=lambda item: item.framework):
        codes = [item.code for item in of_it if item.parent_id is not None]
        shown = codes if len(codes) <= CODES else [*codes[:CODES], "…"]
        yield FrameworkLine(framework.id, _framework_name(framework, language), tuple(shown))


def _framework_name(framework: Framework, language: str) -> str:
    title = framework.title[language]
    return title if len(title) <= LONG_TITLE else framework.short[language]
