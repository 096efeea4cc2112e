"""An edition's folder, read whole: its text, and every fault in it. Needs no database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pycountry
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela import clock
from escuela.columns import LANGUAGES
from escuela.content.media import read_media
from escuela.content.text import EditionText, ModuleText
from escuela.editions.kinds import FORMATS, Format
from escuela.editions.models import DRAFT, STATUSES, Lesson
from escuela.editions.slugs import PAGES
from escuela.editions.text import ActivityFiles, ActivityText, frameworks, moment
from escuela.markdown import Home
from escuela.section import SLUG, SLUG_MOST, Section, either
from escuela.source import Fault, Proof
from escuela.tutoring.text import SessionText, read_sessions

MODES = ("on_site", "virtual", "hybrid")
MODULE_FOLDER = re.compile(r"(\d\d)-(.+)", re.ASCII)
ACTIVITY_FILE = re.compile(r"(\d\d)-([^.]+)(?:\.([^.]+))?(\.md|\.yaml)", re.ASCII)


def editions_in(path: Path) -> list[Path]:
    """The folders of editions that a path means: itself, or what is in it."""
    folders = _folders(path)
    if (path / "edition.yaml").exists() or any((folder / "module.yaml").exists() for folder in folders):
        return [path]
    return folders or [path]


def read_edition(folder: Path) -> tuple[EditionText | None, list[Fault]]:
    """The edition of a folder, and its faults by file and line; the text is of use only where there are none."""
    reader = _Reader(folder)
    text = reader.edition()
    return text, sorted(reader.proof.faults)


@dataclass(frozen=True, slots=True)
class _Entry:
    """The files of one activity, before they are read."""

    format: Format
    slug: str
    place: int
    plain: Path
    translations: dict[str, Path] = field(default_factory=dict)


class _Reader:
    """One edition while it is read: what has to be unique in it, and what its texts may link to."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.proof = folder, Proof()
        self.slugs: dict[str, Path] = {}
        self.lessons: dict[str, str] = {}
        self.single: dict[str, Path] = {}
        self.sessions: dict[str, Section] = {}

    def edition(self) -> EditionText | None:
        section = self.proof.yaml(self.folder / "edition.yaml")
        if section is None:
            return None
        self._check_slug(self.folder, self.folder.name)
        if self.folder.name in PAGES:
            sentence = _l("A page of the School is called `%(slug)s`: rename the folder.", slug=self.folder.name)
            self.proof.fault(self.folder, 1, sentence)
        languages = section.several("languages", LANGUAGES, wrong=_no_language)
        if not languages:
            section.fault(_l("`languages` is missing: write at least one, `languages: [es]`."), "languages")
        self.proof.language = (languages or LANGUAGES)[0]
        days = self._days(section)
        certificate = self._certificate(section)
        found = EditionText(
            slug=self.folder.name,
            number=section.whole("number", least=1, most=999),
            year=section.whole("year", least=2000, most=2100),
            title=section.localized("title", most=200),
            theme=section.localized("theme", most=200),
            summary=section.localized("summary", most=1000),
            notice=section.localized("notice", required=False, most=1000),
            hours=section.whole("hours", least=1, most=2000),
            status=section.one_of("status", STATUSES, default=DRAFT),
            languages=languages,
            frameworks=frameworks(section),
            sessions=self._sessions(section),
            modules=tuple(self._modules(section)),
            **days,
            **certificate,
            **self._place(section),
        )
        section.close()
        if found.year not in {found.starts_on.year, found.ends_on.year} and not self.proof.faults:
            sentence = _l("`%(fact)s` is not the year of `starts_on`: correct one of them.", fact=f"year: {found.year}")
            section.fault(sentence, "year")
        if found.attendance and not self.sessions:
            section.fault(_l("`attendance` is asked and there are no `sessions` to attend: write 0."), "certificate")
        return found

    def _days(self, section: Section) -> dict[str, Any]:
        starts_on, ends_on, zone = section.day("starts_on"), section.day("ends_on"), section.zone("zone")
        if starts_on and ends_on and ends_on < starts_on:
            section.fault(_l("`ends_on` comes before `starts_on`: correct one of them."), "ends_on")
        elif starts_on and ends_on:
            there = clock.zone(zone)
            self.proof.begins = datetime.combine(starts_on, time(), there)
            self.proof.ends = datetime.combine(ends_on + timedelta(days=1), time(), there)
        return {"starts_on": starts_on or date.min, "ends_on": ends_on or date.min, "zone": zone}

    def _place(self, section: Section) -> dict[str, Any]:
        mode = section.one_of("mode", MODES)
        host = section.section("host", required=mode != "virtual")
        if host is None:
            return {"mode": mode, "host_city": None, "host_country": None}
        if mode == "virtual":
            section.fault(_l("A virtual edition has no host: take `host` out, or write `mode: hybrid`."), "host")
        city, country = host.text("city", most=120), host.text("country")
        if country and pycountry.countries.get(alpha_2=country) is None:
            fact = f"country: {country}"
            host.fault(_l("`%(fact)s` is no ISO 3166-1 code of two capital letters, such as AR.", fact=fact), "country")
        host.close()
        return {"mode": mode, "host_city": city, "host_country": country}

    def _certificate(self, edition: Section) -> dict[str, Any]:
        section = edition.section("certificate", required=True)
        if section is None:
            return {"attendance": 0, "signatories": ()}
        attendance = section.whole("attendance", least=0, most=100, default=0)
        signatories = []
        for signatory in section.sections("signatories", required=True):
            signatories.append({"name": signatory.text("name"), "office": dict(signatory.localized("office"))})
            signatory.close()
        if len(signatories) != 2 and "signatories" in section:
            number = len(signatories)
            section.fault(_l("Two people sign a certificate; here are %(number)d.", number=number), "signatories")
        section.close()
        return {"attendance": attendance, "signatories": tuple(signatories)}

    # --- modules

    def _modules(self, section: Section) -> Iterator[ModuleText]:
        listed = self._listed(section)
        for folder in _folders(self.folder):
            if folder not in listed:
                sentence = _l(
                    "The folder %(folder)s is not in `modules`: add it, or take the folder away.", folder=folder.name
                )
                section.fault(sentence, "modules")
        for path in _files(self.folder, but="edition.yaml"):
            self.proof.fault(path, 1, _l("This file is no part of an edition: take it away."))
        scanned = {folder: list(self._scan(folder)) for folder in listed}
        for place, folder in enumerate(listed, 1):
            module = self._module(folder, place, scanned[folder])
            if module is not None:
                yield module

    def _listed(self, section: Section) -> list[Path]:
        """The folders that `modules` names and that are there."""
        found: list[Path] = []
        before = ""
        for line, name in section.texts("modules", required=True):
            match = MODULE_FOLDER.fullmatch(name)
            if match is None or not SLUG.fullmatch(match[2]):
                sentence = _l("`%(name)s` is no module: write digits, a hyphen, a slug: 01-datos.", name=name)
                self.proof.fault(section.path, line, sentence)
            elif not (self.folder / name).is_dir():
                sentence = _l("The folder %(name)s is missing: make it, or take this line out.", name=name)
                self.proof.fault(section.path, line, sentence)
            else:
                found.append(self.folder / name)
                if match[1] <= before[:2]:
                    sentence = _l("%(name)s stands after %(other)s: number folders in order.", name=name, other=before)
                    self.proof.fault(section.path, line, sentence)
                self._claim(match[2], self.folder / name, "module ")
                before = name
        return found

    def _module(self, folder: Path, place: int, entries: list[_Entry]) -> ModuleText | None:
        media = read_media(self.proof, folder / "media")
        home = Home(media={medium.name: medium for medium in media}, lessons=self.lessons)
        activities = tuple(self._activities(entries, home))
        section = self.proof.yaml(folder / "module.yaml")
        if section is None:
            return None
        found = ModuleText(
            slug=folder.name[3:],
            place=place,
            title=section.localized("title", most=200),
            summary=section.localized("summary", most=1000),
            hours=section.whole("hours", least=1, most=1000),
            opens=moment(section, "opens_at"),
            frameworks=frameworks(section),
            sessions=self._sessions(section),
            activities=activities,
            media=media,
        )
        section.close()
        return found

    def _sessions(self, owner: Section) -> tuple[SessionText, ...]:
        found = read_sessions(owner)
        for section, session in found:
            if session.slug in self.sessions:
                first = self.sessions[session.slug]
                sentence = _l(
                    "The session `%(slug)s` stands in %(file)s, line %(line)d, too: rename one.",
                    slug=session.slug,
                    file=f"{first.path.parent.name}/{first.path.name}",
                    line=first.line,
                )
                section.fault(sentence, "slug")
            self.sessions.setdefault(session.slug, section)
        return tuple(session for _section, session in found)

    # --- activities

    def _activities(self, entries: list[_Entry], home: Home) -> Iterator[ActivityText]:
        for entry in sorted(entries, key=lambda entry: entry.place):
            files = ActivityFiles(
                proof=self.proof,
                slug=entry.slug,
                place=entry.place,
                plain=entry.plain,
                translations=entry.translations,
                home=home,
                single=self.single,
            )
            text = entry.format.read(files)
            if text is not None:
                yield text

    def _scan(self, folder: Path) -> Iterator[_Entry]:
        """What a module's file names say: which activities there are, in which places and languages."""
        places: dict[int, Path] = {}
        translations: list[tuple[Path, re.Match[str]]] = []
        entries: dict[str, _Entry] = {}
        for path in _files(folder, but="module.yaml"):
            match = ACTIVITY_FILE.fullmatch(path.name)
            if match is None:
                sentence = _l("This file's name has no meaning: write 01-a-slug.md or 04-quiz-a-slug.yaml.")
                self.proof.fault(path, 1, sentence)
            elif match[3]:
                translations.append((path, match))
            elif entry := self._entry(path, match):
                entries[f"{match[1]}-{entry.slug}"] = entry
                if entry.place in places:
                    other = places[entry.place].name
                    sentence = _l(
                        "%(other)s stands in place %(place)s too: give one another number.", other=other, place=match[1]
                    )
                    self.proof.fault(path, 1, sentence)
                places.setdefault(entry.place, path)
        for path, match in translations:
            self._translation(path, match, entries.get(f"{match[1]}-{match[2]}"))
        for path in _folders(folder):
            if path.name != "media":
                self.proof.fault(path, 1, _l("A module holds no folder but media/: move what is in it."))
        yield from entries.values()

    def _entry(self, path: Path, match: re.Match[str]) -> _Entry | None:
        slug, suffix = match[2], match[4]
        fitting = [form for form in FORMATS.values() if form.suffix == suffix and slug.startswith(form.prefix)]
        if not fitting:
            prefixes = sorted((form.prefix for form in FORMATS.values() if form.suffix == suffix), key=len)
            begins = either([f"{match[1]}-{prefix}" for prefix in prefixes])
            sentence = _l("What kind of activity is this? Its name begins with %(begins)s.", begins=begins)
            self.proof.fault(path, 1, sentence)
            return None
        self._check_slug(path, slug)
        self._claim(slug, path)
        form = max(fitting, key=lambda form: len(form.prefix))
        if form.model is Lesson:
            self.lessons[slug] = ""
        return _Entry(form, slug, int(match[1]), path)

    def _translation(self, path: Path, match: re.Match[str], entry: _Entry | None) -> None:
        language, plain = match[3], f"{match[1]}-{match[2]}{match[4]}"
        if language not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            sentence = _l(
                "`%(language)s` is no language of the School: write %(known)s.", language=language, known=known
            )
        elif language == self.proof.language:
            sentence = _l("The first language has no letters in its file's name: call this %(plain)s.", plain=plain)
        elif match[4] != ".md":
            sentence = _l("%(plain)s holds every language in one file: move these texts there.", plain=plain)
        elif entry is None:
            first = self.proof.language
            sentence = _l(
                "%(plain)s is missing: it holds the text in `%(first)s` and the facts.", plain=plain, first=first
            )
        else:
            entry.translations[language] = path
            return
        self.proof.fault(path, 1, sentence)

    def _check_slug(self, path: Path, slug: str) -> None:
        if not SLUG.fullmatch(slug) or len(slug) > SLUG_MOST:
            sentence = _l(
                "`%(slug)s` is no slug: use up to %(most)d lower-case letters a-z, digits and hyphens.",
                slug=slug,
                most=SLUG_MOST,
            )
            self.proof.fault(path, 1, sentence)

    def _claim(self, slug: str, path: Path, of: str = "") -> None:
        """A slug is used once in an edition: by a module, or by an activity."""
        taken = self.slugs.setdefault(of + slug, path)
        if taken != path:
            where = taken.relative_to(self.folder)
            sentence = _l(
                "The slug `%(slug)s` belongs to %(where)s already: rename one of them.", slug=slug, where=where
            )
            self.proof.fault(path, 1, sentence)


def _no_language(name: str) -> LazyString:
    return _l("`%(name)s` is no language: write %(known)s.", name=name, known=", ".join(LANGUAGES))


def _folders(path: Path) -> list[Path]:
    return (
        sorted(part for part in path.iterdir() if part.is_dir() and part.name[0] not in "._") if path.is_dir() else []
    )


def _files(path: Path, *, but: str) -> list[Path]:
    names = (part for part in path.iterdir() if not part.is_dir() and part.name != but)
    return sorted(part for part in names if not part.name.startswith("."))


def everything(path: Path) -> list[tuple[Path, EditionText | None, list[Fault]]]:
    """Each edition that a path means, with its faults."""
    return [(folder, *read_edition(folder)) for folder in editions_in(path)]
