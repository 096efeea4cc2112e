"""How activities are written in `courses/`: what they all say of themselves, and lessons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import selectinload

from escuela import markdown, printer
from escuela.columns import LANGUAGES, Localized
from escuela.editions.kinds import Format, register_format
from escuela.editions.models import Activity, Lesson, LessonText
from escuela.editions.policies import Moment
from escuela.frameworks import catalogue
from escuela.frameworks.models import FrameworkItem
from escuela.markdown import Home
from escuela.section import Section
from escuela.source import Proof, Prose


@dataclass(frozen=True, slots=True)
class ActivityFiles:
    """The files of one activity, what lies beside them, and where faults are noted."""

    proof: Proof
    slug: str
    place: int
    plain: Path
    translations: Mapping[str, Path]
    """By language; empty for a kind whose one file holds every language."""
    home: Home
    single: MutableMapping[str, Path]
    """What an edition has one of, and the file that it was found in; shared by all files of the edition."""

    def only_one(self, thing: str, section: Section, key: str, *, twice: Callable[[str], LazyString]) -> None:
        """Note a fault where the edition has such a thing already; `twice` says it of the first one's file."""
        if thing in self.single:
            first = self.single[thing]
            section.fault(twice(f"{first.parent.name}/{first.name}"), key)
        self.single.setdefault(thing, self.plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityText:
    """What every activity says of itself. Moments are plain values: a world with other dates replaces them."""

    kind: str
    slug: str
    place: int
    title: Localized
    summary: Localized
    required: bool = True
    opens: Moment | None = None
    due: Moment | None = None
    strict: bool = False
    late_days: int | None = None
    frameworks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonSource(ActivityText):
    """A lesson: its Markdown in each language it is written in."""

    minutes: int
    body: Localized


def moment(section: Section, key: str, *, required: bool = False) -> Moment | None:
    found = section.instant(key, required=required)
    return Moment(*found) if found else None


def frameworks(section: Section) -> tuple[str, ...]:
    """Ids of the catalogue's items, in its order."""
    known = catalogue.codes()
    found = section.several("frameworks", known, wrong=_no_item)
    return tuple(code for code in known if code in found)


def _no_item(code: str) -> LazyString:
    return _l("`%(code)s` is no item of the catalogue (see `flask frameworks list`).", code=code)


def proofread(section: Section, key: str, texts: Localized, home: Home) -> Localized:
    """The Markdown that a key holds, with its faults noted."""
    for language, text in texts.items():
        for line, sentence in markdown.faults(text, home, short=True, spend=section.proof.spend):
            section.fault_within(key, language, line, sentence)
    return texts


def read_activity(section: Section, files: ActivityFiles, kind: str) -> dict[str, Any]:
    """What every activity says of itself, as the fields of an ActivityText."""
    opens, due = moment(section, "opens_at"), moment(section, "due_at")
    if opens and due and due.at <= opens.at:
        section.fault(_l("This is due before it opens: `due_at` comes after `opens_at`."), "due_at")
    return {
        "kind": kind,
        "slug": files.slug,
        "place": files.place,
        "title": section.localized("title", most=200),
        "summary": section.localized("summary", most=600),
        "required": section.boolean("required", default=True),
        "opens": opens,
        "due": due,
        "frameworks": frameworks(section),
    }


def read_strict(section: Section) -> bool:
    strict = section.boolean("strict", default=False)
    if strict and "due_at" not in section:
        section.fault(
            _l("`strict: true` has no `due_at` to be strict about: write it, or take `strict` out."), "strict"
        )
    return strict


def write_activity(row: Activity, text: ActivityText, items: Sequence[FrameworkItem]) -> None:
    """Bring what every activity has into step with its text."""
    row.slug, row.position = text.slug, text.place
    row.title, row.summary = text.title, text.summary
    row.required, row.strict, row.late_days = text.required, text.strict, text.late_days
    row.opens_at, row.opens_zone = (text.opens.at, text.opens.zone) if text.opens else (None, None)
    row.due_at, row.due_zone = (text.due.at, text.due.zone) if text.due else (None, None)
    align(row, items)


def text_of_activity(row: Activity) -> dict[str, Any]:
    """What every activity says of itself, as the fields of an ActivityText: the inverse of `write_activity`."""
    return {
        "kind": row.kind,
        "slug": row.slug,
        "place": row.position,
        "title": row.title,
        "summary": row.summary,
        "required": row.required,
        "opens": moment_of(row.opens_at, row.opens_zone),
        "due": moment_of(row.due_at, row.due_zone),
        "strict": row.strict,
        "late_days": row.late_days,
        "frameworks": codes_of(row),
    }


def facts_of_activity(text: ActivityText, languages: Sequence[str]) -> dict[str, Any]:
    """What every activity says of itself, as the keys of its file."""
    return {
        "title": printer.spoken(text.title, languages),
        "summary": printer.spoken(text.summary, languages),
        "required": None if text.required else False,
        "opens_at": printer.instant(text.opens),
        "due_at": printer.instant(text.due),
        "strict": True if text.strict else None,
        "frameworks": text.frameworks or None,
    }


def moment_of(at: datetime | None, zone: str | None) -> Moment | None:
    return Moment(at, zone) if at is not None and zone is not None else None


def codes_of(row: Any) -> tuple[str, ...]:
    """Ids of the framework items that a row is aligned with, in the order of the catalogue."""
    return tuple(item.id for item in row.items)


def align(row: Any, items: Sequence[FrameworkItem]) -> None:
    """Align an edition, module, activity or session with these items and no others."""
    if set(row.items) != set(items):
        row.items = list(items)


def _read(files: ActivityFiles) -> LessonSource | None:
    """A lesson is a file in the first language, which holds the facts, and one more for each other language."""
    found = files.proof.front_matter(files.plain)
    if found is None:
        return None
    section, prose = found
    facts = read_activity(section, files, "lesson")
    minutes = section.whole("minutes", least=1, most=240)
    section.close()
    pages = {files.proof.language: _body(files, prose)}
    for language, path in sorted(files.translations.items(), key=lambda pair: LANGUAGES.index(pair[0])):
        page = _translation(files, language, path, facts)
        if page is not None:
            pages[language] = page
    return LessonSource(**facts, minutes=minutes, body=Localized(pages))


def _translation(files: ActivityFiles, language: str, path: Path, facts: dict[str, Any]) -> str | None:
    """The text in another language; its title and summary go to `facts`."""
    found = files.proof.front_matter(path)
    if found is None:
        return None
    section, prose = found
    for key, most in (("title", 200), ("summary", 600)):
        if language in facts[key]:
            sentence = _l(
                "`%(key)s` in `%(language)s` stands in %(file)s too: keep it here only.",
                key=key,
                language=language,
                file=files.plain.name,
            )
            section.fault(sentence, key)
        facts[key] = Localized({**facts[key], language: section.text(key, most=most)})
    section.close()
    return _body(files, prose)


def _body(files: ActivityFiles, prose: Prose) -> str:
    text = prose.text.strip("\n")
    skipped = len(prose.text) - len(prose.text.lstrip("\n"))
    if not text.strip():
        files.proof.fault(prose.path, prose.line, _l("There is no text below the front matter: write the lesson."))
    for line, sentence in markdown.faults(text, files.home, spend=files.proof.spend):
        files.proof.fault(prose.path, prose.line + skipped + line, sentence)
    return text


def _write(row: Lesson, text: LessonSource, home: Home) -> None:
    row.minutes = text.minutes
    kept = {page.language: page for page in row.texts}
    for language, source in text.body.items():
        page = kept.get(language) or LessonText(language=language)
        if page.source != source:  # read first: what is deferred and only written would always be an UPDATE
            page.source = source
        page.html = markdown.lesson(source, home, language)
        kept[language] = page
    row.texts = [kept[language] for language in text.body]


def _text(row: Lesson, _home: Home) -> LessonSource:
    pages = {page.language: page.source for page in row.texts}
    order = [*row.title, *LANGUAGES]  # a lesson's first language is its title's
    return LessonSource(
        **text_of_activity(row),
        minutes=row.minutes,
        body=Localized({language: pages[language] for language in sorted(pages, key=order.index)}),
    )


def _files(text: LessonSource, languages: Sequence[str]) -> dict[str, str]:
    """A file for each language that has a page, and always one in the first; titles stand beside their page."""
    first = languages[0]
    pages = {each: text.body[each] for each in LANGUAGES if each != first and printer.tidy(text.body.get(each, ""))}
    here = replace(text, title=_without(text.title, pages), summary=_without(text.summary, pages))
    facts = facts_of_activity(here, languages)
    head = {"title": facts.pop("title"), "summary": facts.pop("summary"), "minutes": text.minutes}
    found = {first: printer.front({**head, **facts}, text.body.get(first, ""))}
    for language, body in pages.items():
        there = {"title": text.title.get(language, ""), "summary": text.summary.get(language, "")}
        found[language] = printer.front({key: printer.tidy(words) or None for key, words in there.items()}, body)
    return found


def _without(texts: Localized, languages: Iterable[str]) -> Localized:
    return Localized({language: text for language, text in texts.items() if language not in languages})


def _loads() -> list[Any]:
    return [selectinload(Lesson.texts).undefer(LessonText.source)]


register_format(
    Format("lesson", Lesson, prefix="", suffix=".md", read=_read, write=_write, text=_text, files=_files, loads=_loads)
)
