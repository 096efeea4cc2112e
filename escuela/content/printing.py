"""An edition as the files of its folder, in the one way that they are printed: what export and download write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from escuela import printer
from escuela.columns import Localized
from escuela.content.text import EditionText, MediaText, ModuleText
from escuela.editions.kinds import FORMATS, file_name
from escuela.editions.text import ActivityFiles, ActivityText
from escuela.errors import DomainError
from escuela.markdown import Home
from escuela.source import Fault, Proof
from escuela.tutoring.text import facts_of_session

MOST = 99
"""Modules of an edition and activities of a module: their places have two digits."""


def files_of(text: EditionText) -> dict[str, bytes | MediaText]:
    """By path inside the edition's folder, in order: the bytes of texts, and the media.

    Reading them gives the text back, tidied (`printer.tidy`); printing that gives the same bytes. Raises DomainError
    where there is more than the places of the format can number.
    """
    files: dict[str, bytes | MediaText] = {"edition.yaml": _edition(text).encode()}
    _bounded(text.slug, text.modules)
    for place, module in enumerate(text.modules, 1):
        folder = _folder(place, module)
        files[f"{folder}/module.yaml"] = _module(module, text.languages).encode()
        for activity in _numbered(module):
            for language, content in FORMATS[activity.kind].files(activity, text.languages).items():
                files[f"{folder}/{file_name(activity, language, text.languages)}"] = content.encode()
        for medium in module.media:
            files[f"{folder}/media/{medium.name}"] = medium
    return dict(sorted(files.items()))


def read_printed(
    kind: str, slug: str, place: int, files: Mapping[str, str], *, languages: Sequence[str], home: Home
) -> tuple[ActivityText | None, list[Fault]]:
    """An activity from the files that `Format.files` made of it, kept since as a version, with what is wrong now."""
    form, proof = FORMATS[kind], Proof(language=languages[0])
    with tempfile.TemporaryDirectory() as name:
        paths = {language: Path(name) / f"{language or 'all'}{form.suffix}" for language in files}
        for language, path in paths.items():
            path.write_text(files[language], encoding="utf-8", newline="")
        plain = paths.pop("" if "" in paths else languages[0], Path(name) / "missing")
        found = form.read(ActivityFiles(proof, slug, place, plain, paths, home, single={}))
    return found, sorted(proof.faults)


def _numbered(module: ModuleText) -> Iterator[ActivityText]:
    """The activities in their places; in new ones where those do not tell them apart."""
    _bounded(module.slug, module.activities)
    places = [activity.place for activity in module.activities]
    kept = sorted(set(places)) == places and all(0 <= place <= MOST for place in places)
    for place, activity in enumerate(module.activities, 1):
        yield activity if kept else replace(activity, place=place)


def _bounded(slug: str, parts: Sequence[Any]) -> None:
    if len(parts) > MOST:
        raise DomainError(
            _l("%(slug)s holds more than %(most)d parts: they cannot be written as text.", slug=slug, most=MOST)
        )


def _folder(place: int, module: ModuleText) -> str:
    return f"{place:02d}-{module.slug}"


def _edition(text: EditionText) -> str:
    languages = text.languages
    host = {"city": text.host_city, "country": text.host_country}
    return printer.document(
        {
            "number": text.number,
            "year": text.year,
            "title": printer.spoken(text.title, languages),
            "theme": printer.spoken(text.theme, languages),
            "summary": printer.spoken(text.summary, languages),
            "notice": printer.spoken(text.notice, languages),
            "mode": text.mode,
            "host": host if any(host.values()) else None,
            "starts_on": text.starts_on,
            "ends_on": text.ends_on,
            "zone": printer.Plain(text.zone),
            "hours": text.hours,
            "languages": languages,
            "status": text.status,
            "frameworks": text.frameworks or None,
            "certificate": {
                "attendance": text.attendance,
                "signatories": [_signatory(each, languages) for each in text.signatories],
            },
            "modules": [_folder(place, module) for place, module in enumerate(text.modules, 1)],
            "sessions": [facts_of_session(session, languages) for session in text.sessions] or None,
        }
    )


def _signatory(signatory: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    office = Localized(signatory.get("office") or {})
    return {"name": printer.tidy(signatory["name"]), "office": printer.spoken(office, languages)}


def _module(text: ModuleText, languages: Sequence[str]) -> str:
    return printer.document(
        {
            "title": printer.spoken(text.title, languages),
            "summary": printer.spoken(text.summary, languages),
            "hours": text.hours,
            "opens_at": printer.instant(text.opens),
            "frameworks": text.frameworks or None,
            "sessions": [facts_of_session(session, languages) for session in text.sessions] or None,
        }
    )
