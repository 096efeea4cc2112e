"""An edition's folder, read whole: its text, and every fault in it. Needs no database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pycountry

from escuela import clock
from escuela.columns import LANGUAGES
from escuela.content.media import read_media
from escuela.content.text import EditionText, ModuleText
from escuela.editions.kinds import FORMATS, Format
from escuela.editions.models import DRAFT, STATUSES, Lesson
from escuela.editions.text import ActivityFiles, ActivityText, frameworks, moment
from escuela.markdown import Home
from escuela.section import SLUG, SLUG_MOST, Section
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
        languages = section.several("languages", LANGUAGES, what=f"language: write {', '.join(LANGUAGES)}")
        if not languages:
            section.fault("`languages` is missing: write at least one, `languages: [es]`.", "languages")
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
            section.fault(f"`year: {found.year}` is not the year of `starts_on`: correct one of them.", "year")
        if found.attendance and not self.sessions:
            section.fault("`attendance` is asked and there are no `sessions` to attend: write 0.", "certificate")
        return found

    def _days(self, section: Section) -> dict[str, Any]:
        starts_on, ends_on, zone = section.day("starts_on"), section.day("ends_on"), section.zone("zone")
        if starts_on and ends_on and ends_on < starts_on:
            section.fault("`ends_on` comes before `starts_on`: correct one of them.", "ends_on")
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
            section.fault("A virtual edition has no host: take `host` out, or write `mode: hybrid`.", "host")
        city, country = host.text("city", most=120), host.text("country")
        if country and pycountry.countries.get(alpha_2=country) is None:
            host.fault(f"`country: {country}` is no ISO 3166-1 code of two capital letters, such as AR.", "country")
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
            section.fault(f"Two people sign a certificate; here are {len(signatories)}.", "signatories")
        section.close()
        return {"attendance": attendance, "signatories": tuple(signatories)}

    # --- modules

    def _modules(self, section: Section) -> Iterator[ModuleText]:
        listed = self._listed(section)
        for folder in _folders(self.folder):
            if folder not in listed:
                section.fault(
                    f"The folder {folder.name} is not in `modules`: add it, or take the folder away.", "modules"
                )
        for path in _files(self.folder, but="edition.yaml"):
            self.proof.fault(path, 1, "This file is no part of an edition: take it away.")
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
                self.proof.fault(
                    section.path, line, f"`{name}` is no module: write digits, a hyphen, a slug: 01-datos."
                )
            elif not (self.folder / name).is_dir():
                self.proof.fault(section.path, line, f"The folder {name} is missing: make it, or take this line out.")
            else:
                found.append(self.folder / name)
                if match[1] <= before[:2]:
                    self.proof.fault(section.path, line, f"{name} stands after {before}: number folders in order.")
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
                section.fault(
                    f"The session `{session.slug}` stands in {first.path.parent.name}/{first.path.name}, "
                    f"line {first.line}, too: rename one.",
                    "slug",
                )
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
                self.proof.fault(path, 1, "This file's name has no meaning: write 01-a-slug.md or 04-quiz-a-slug.yaml.")
            elif match[3]:
                translations.append((path, match))
            elif entry := self._entry(path, match):
                entries[f"{match[1]}-{entry.slug}"] = entry
                if entry.place in places:
                    other = places[entry.place].name
                    self.proof.fault(path, 1, f"{other} stands in place {match[1]} too: give one another number.")
                places.setdefault(entry.place, path)
        for path, match in translations:
            self._translation(path, match, entries.get(f"{match[1]}-{match[2]}"))
        for path in _folders(folder):
            if path.name != "media":
                self.proof.fault(path, 1, "A module holds no folder but media/: move what is in it.")
        yield from entries.values()

    def _entry(self, path: Path, match: re.Match[str]) -> _Entry | None:
        slug, suffix = match[2], match[4]
        fitting = [form for form in FORMATS.values() if form.suffix == suffix and slug.startswith(form.prefix)]
        if not fitting:
            begins = " or ".join(f"{match[1]}-{form.prefix}" for form in FORMATS.values() if form.suffix == suffix)
            self.proof.fault(path, 1, f"What kind of activity is this? Its name begins with {begins}.")
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
            self.proof.fault(path, 1, f"`{language}` is no language of the School: write {', '.join(LANGUAGES)}.")
        elif language == self.proof.language:
            self.proof.fault(path, 1, f"The first language has no letters in its file's name: call this {plain}.")
        elif match[4] != ".md":
            self.proof.fault(path, 1, f"{plain} holds every language in one file: move these texts there.")
        elif entry is None:
            self.proof.fault(
                path, 1, f"{plain} is missing: it holds the text in `{self.proof.language}` and the facts."
            )
        else:
            entry.translations[language] = path

    def _check_slug(self, path: Path, slug: str) -> None:
        if not SLUG.fullmatch(slug) or len(slug) > SLUG_MOST:
            sentence = f"`{slug}` is no slug: use up to {SLUG_MOST} lower-case letters a-z, digits and hyphens."
            self.proof.fault(path, 1, sentence)

    def _claim(self, slug: str, path: Path, of: str = "") -> None:
        """A slug is used once in an edition: by a module, or by an activity."""
        taken = self.slugs.setdefault(of + slug, path)
        if taken != path:
            where = taken.relative_to(self.folder)
            self.proof.fault(path, 1, f"The slug `{slug}` belongs to {where} already: rename one of them.")


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
