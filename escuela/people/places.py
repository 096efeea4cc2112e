"""Countries, their subdivisions and the zones of their clocks, named in the reader's language and in its order."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import pycountry
from babel import Locale
from babel.dates import get_timezone_location

from escuela import clock
from escuela.people.models import folded

COUNTRIES = ("AR", "BO", "BR", "CL", "CO", "EC", "HN", "MX", "PE", "PY", "UY", "VE")
"""Where the School's local governments are (ISO 3166-1)."""
LANGUAGES = ("es", "pt", "gn", "qu", "ay", "en")
"""Languages that local governments work in (ISO 639-1)."""

Names = dict[str, str]


@lru_cache
def countries(language: str) -> Names:
    names = Locale.parse(language).territories
    return _in_order({code: names[code] for code in COUNTRIES})


@lru_cache
def subdivisions(language: str) -> dict[str, Names]:
    """ISO 3166-2 by country; each code begins with its country's: UY-CA."""
    named = {country: _subdivisions().get(country_code=code) for code, country in countries(language).items()}
    return {country: _in_order({each.code: each.name for each in those}) for country, those in named.items()}


@lru_cache
def subdivision_name(code: str) -> str:
    found = _subdivisions().get(code=code)
    return found.name if found else code


@lru_cache
def zones(language: str) -> dict[str, Names]:
    """IANA zones by country, the School's own countries first."""
    locale = Locale.parse(language)
    by_country: dict[str, Names] = {}
    for code, zone in _zone_table():
        city = get_timezone_location(clock.zone(zone), locale=locale, return_city=True)
        by_country.setdefault(code, {})[zone] = city.rpartition("/")[2]  # not «Argentina/Catamarca»
    others = _in_order({code: locale.territories.get(code, code) for code in by_country})
    return {name: _in_order(by_country[code]) for code, name in (countries(language) | others).items()}


def languages(language: str) -> Names:
    names = Locale.parse(language).languages
    return {code: names[code] for code in LANGUAGES}


def _subdivisions() -> Any:
    return pycountry.subdivisions  # its methods have no types


def _zone_table() -> list[tuple[str, str]]:
    """(country, zone) of the table that comes with the time zones themselves."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return [(row[0], row[2]) for row in rows if row[2] in clock.zone_names()]


def _in_order(names: Names) -> Names:
    return dict(sorted(names.items(), key=lambda item: folded(item[1])))
