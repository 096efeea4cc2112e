"""Questions in the School's own text: what the bank writes, and the files of quizzes (`courses/README.md`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flask_babel import lazy_gettext as _l

from escuela import printer
from escuela.assessments.quizzes import question_text
from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.packages import Package, zipped
from escuela.assessments.quizzes.exchange.report import OWN, Draft, Entry, Export, Intake, Report, shown_by
from escuela.assessments.quizzes.exchange.sound import SkippedError
from escuela.assessments.quizzes.folders import BETWEEN, FOLDER_MOST, path_of
from escuela.columns import LANGUAGES, Localized
from escuela.errors import DomainError
from escuela.markdown import Home
from escuela.markdown.home import MEDIA, Medium
from escuela.section import Section, joined
from escuela.source import Proof

NAME = "questions.yaml"
"""The text in a zip that has its pictures beside it, in `media/`."""
TOLD = 5
"""Faults of one question that are told at once."""
_HEAD = re.compile(r"^questions:[ \t]*$", re.MULTILINE)
_SHOWN = re.compile(r"\bmedia/([\w.-]+)")


def looks_like(text: str) -> bool:
    return bool(_HEAD.search(text.replace("\r", "\n")))


def read(text: str, language: str, pictures: Package | None = None) -> Report:
    """A report of a text. Raises DomainError where it is no YAML, or holds no questions."""
    proof, intake = Proof(language=language), Intake(OWN, language)
    top = proof.mapping(Path(NAME), re.sub("\r\n?", "\n", text))
    if top is None:
        first = min(proof.faults)
        raise DomainError(_l("Line %(line)d: %(fault)s", line=first.line, fault=first.words))
    if others := [key for key in top if key not in {"language", "questions"}]:
        intake.remarks.append(_l("Only its questions are taken; left out: %(keys)s.", keys=", ".join(others)[:200]))
    main = top.one_of("language", LANGUAGES, default=language)
    sections = top.sections("questions")
    intake.remarks += [fault.words for fault in proof.faults]
    for section in sections:
        _take(intake, section, proof, main, pictures)
    return intake.report()


def _take(intake: Intake, section: Section, proof: Proof, language: str, pictures: Package | None) -> None:
    known = len(proof.faults)
    proof.language = section.one_of("language", LANGUAGES, default=language)
    folder = path_of(section.text("folder", default="", most=FOLDER_MOST))
    tags = [tag for _line, tag in section.texts("tags")]
    items = [item for _line, item in section.texts("frameworks")]
    asked = question_text.read(section, Home(media=_media(pictures)))
    told = [fault.words for fault in proof.faults[known:]]

    def build(draft: Draft) -> QuestionText:
        if told:
            raise SkippedError(joined(*told[:TOLD]))
        return asked.with_texts(_kept(draft))

    intake.take(
        build,
        asked.slug or words.visible(next(iter(asked.text.values()), "")),
        place=section.line,
        folder=folder.split(BETWEEN),
        tags=tags,
        items=items,
        find=lambda name: pictures.read(MEDIA + name) if pictures and MEDIA + name in pictures else None,
    )


def _media(pictures: Package | None) -> dict[str, Medium]:
    names = (name.removeprefix(MEDIA) for name in (pictures.names if pictures else ()) if name.startswith(MEDIA))
    return {name: Medium("image/*", 0) for name in names}


def _kept(draft: Draft) -> Callable[[Localized], Localized]:
    """Texts with the names that their pictures are kept under."""

    def shown(found: re.Match[str]) -> str:
        name = draft.picture(found[1])
        return found[0] if name is None else MEDIA + name

    return lambda text: Localized({each: _SHOWN.sub(shown, said) for each, said in text.items()})


# --- written


def write(entries: Sequence[Entry], language: str, pictures: Mapping[str, bytes]) -> Export:
    """All of the questions in all of their languages; in a zip, where they show pictures.

    `language` is that of the file: a question that begins with another one says so.
    """
    text = printer.document(
        {"language": language, "questions": [_facts(entry, language) for entry in entries]}
    ).encode()
    shown = dict.fromkeys(name for entry in entries for name in shown_by(entry.question) if name in pictures)
    return Export(zipped({NAME: text, **{MEDIA + name: pictures[name] for name in shown}}) if shown else text)


def _facts(entry: Entry, language: str) -> dict[str, object]:
    facts = question_text.facts(entry.question, list(entry.question.text))
    first = next(iter(entry.question.text))
    place = {
        "language": first if first != language else None,
        "folder": BETWEEN.join(entry.folder) or None,
        "tags": list(entry.tags) or None,
        "frameworks": list(entry.items) or None,
    }
    return {"slug": facts.pop("slug"), **place, **facts}
