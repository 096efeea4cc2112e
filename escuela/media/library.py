"""What is in the library of an edition: each file, what goes with it, and where it is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import select

from escuela.columns import LANGUAGES, Localized
from escuela.content.rows import put_away, text_of
from escuela.content.text import ModuleText
from escuela.editions.models import Edition, Media
from escuela.editions.text import ActivityText
from escuela.extensions import db

USED = re.compile(r"\bmedia/([A-Za-z0-9][A-Za-z0-9._-]*)")
RECORDED = ("audio", "video")


@dataclass(frozen=True, slots=True)
class Draft:
    """What is being written and not saved yet: its words in the folder of a module."""

    module: str
    title: str
    words: tuple[str, ...]


DRAFTS: list[Callable[[Edition], Iterable[Draft]]] = []
"""Where drafts are kept, which rooms to the right tell: no file is taken from under what is being written."""


@dataclass(slots=True)
class Entry:
    """One file of the library, with the captions and transcripts that go with it."""

    row: Media
    module: ModuleText
    used: list[ActivityText] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    """Titles of the drafts that show it."""
    captions: dict[str, Media] = field(default_factory=dict)
    transcripts: dict[str, Media] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    """The edition's languages in which a video has no captions."""
    untold: list[str] = field(default_factory=list)
    """The edition's languages in which a recording has no transcript, neither beside it nor where a text shows it."""

    @property
    def name(self) -> str:
        return self.row.path.partition("/")[2]

    @property
    def sort(self) -> str:
        """image, audio, video, text or application."""
        return self.row.media_type.partition("/")[0]

    @property
    def needed(self) -> bool:
        return bool(self.used or self.drafts)

    @property
    def wanting(self) -> bool:
        return bool(self.silent or self.untold)

    @property
    def companions(self) -> list[Media]:
        return [*self.captions.values(), *self.transcripts.values()]


@dataclass(frozen=True, slots=True)
class Library:
    """Every file of an edition, by module and name."""

    entries: tuple[Entry, ...]

    def entry(self, number: int) -> Entry | None:
        """The entry of a file that stands alone; captions and transcripts go with their recording."""
        return next((each for each in self.entries if each.row.id == number), None)


def companion(name: str, language: str, suffix: str) -> str:
    """What captions or a transcript are called: `recorrido.es.vtt` beside `recorrido.mp4`."""
    return f"{PurePosixPath(name).stem}.{language}{suffix}"


def library_of(edition: Edition) -> Library:
    """The library, in as many queries whatever it holds."""
    text, away = text_of(edition), put_away(edition)
    drafts = [draft for kept in DRAFTS for draft in kept(edition)]
    rows = {row.path: row for row in db.session.scalars(select(Media).where(Media.edition_id == edition.id))}
    found = []
    for module in text.modules:
        own = {path: row for path, row in rows.items() if path.startswith(f"{module.slug}/")}
        entries = {path: Entry(row, module) for path, row in sorted(own.items())}
        for activity in (*module.activities, *away.get(module.slug, ())):
            for name in {match[1] for words in words_of(activity) for match in USED.finditer(words)}:
                if f"{module.slug}/{name}" in entries:
                    entries[f"{module.slug}/{name}"].used.append(activity)
        for draft in drafts:
            for name in {match[1] for words in draft.words for match in USED.finditer(words)}:
                if draft.module == module.slug and f"{module.slug}/{name}" in entries:
                    entries[f"{module.slug}/{name}"].drafts.append(draft.title)
        found += _paired(entries, edition.languages)
    return Library(tuple(found))


def _paired(entries: dict[str, Entry], languages: list[str]) -> list[Entry]:
    """Recordings with their captions and transcripts, which then stand with them and no longer alone."""
    alone = dict(entries)
    for path, entry in entries.items():
        if entry.sort not in RECORDED:
            continue
        folder, _, name = path.partition("/")
        for suffix, kept in ((".vtt", entry.captions), (".txt", entry.transcripts)):
            for language in LANGUAGES:
                beside = alone.pop(f"{folder}/{companion(name, language, suffix)}", None)
                if beside is not None:
                    kept[language] = beside.row
                    entry.used += [each for each in beside.used if each not in entry.used]
                    entry.drafts += [each for each in beside.drafts if each not in entry.drafts]
        told = entry.transcripts.keys() | _shown_in(entry)
        entry.untold = [code for code in languages if code not in told]
        entry.silent = [code for code in languages if code not in entry.captions and entry.sort == "video"]
    return list(alone.values())


def _shown_in(entry: Entry) -> set[str]:
    """The languages of the texts that show a recording: none is saved without its transcript there."""
    written = (each for activity in entry.used for each in _localized(activity))
    return {code for text in written for code, words in text.items() if entry.name in USED.findall(words)}


def words_of(thing: Any) -> Iterator[str]:
    """Every text that somebody reads in a text, however deep and in every language."""
    for text in _localized(thing):
        yield from text.values()


def _localized(thing: Any) -> Iterator[Localized]:
    if isinstance(thing, Localized):
        yield thing
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from _localized(getattr(thing, each.name))
    elif isinstance(thing, tuple):
        for each in thing:
            yield from _localized(each)
