"""Questions in the School's own text: what the bank writes, and the files of quizzes (`courses/README.md`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from escuela.source import Proof, fits

NAME = "questions.yaml"
"""The text in a zip that has its pictures beside it, in `media/`."""
PARTS = re.compile(r"questions-[0-9]{2}[.]yaml")
"""The texts in a zip, where there are more questions than are read from one."""
TEXTS = 16
"""Texts that are read of one zip."""
TOLD = 5
"""Faults of one question that are told at once."""
_HEAD = re.compile(r"^questions:[ \t]*$", re.MULTILINE)
_SHOWN = re.compile(r"\bmedia/([\w.-]+)")


def looks_like(text: str) -> bool:
    return bool(_HEAD.search(text.replace("\r", "\n")))


def texts_in(package: Package) -> list[str]:
    """The names of the texts that a zip holds, if it is one of ours."""
    return [NAME] if NAME in package else sorted(filter(PARTS.fullmatch, package.names))


def read(texts: Mapping[str, str], language: str, pictures: Package | None = None) -> Report:
    """A report of a text, or of the texts of one zip, by name.

    Raises DomainError where one is no YAML or is too long, and where there are no questions.
    """
    if len(texts) > TEXTS or not all(map(fits, texts.values())):
        raise DomainError(_l("This file holds more than is read at once. Put its questions into several files."))
    intake = Intake(OWN, language)
    for name, text in texts.items():
        _read(intake, text, language, pictures, name if len(texts) > 1 else "")
    return intake.report()


def _read(intake: Intake, text: str, language: str, pictures: Package | None, where: str) -> None:
    proof = Proof(language=language)
    top = proof.mapping(Path(where or NAME), re.sub("\r\n?", "\n", text))
    if top is None:
        first = min(proof.faults)
        raise DomainError(_l("Line %(line)d: %(fault)s", line=first.line, fault=first.words))
    if others := [key for key in top if key not in {"language", "questions"}]:
        intake.remarks.append(_l("Only its questions are taken; left out: %(keys)s.", keys=", ".join(others)[:200]))
    main = top.one_of("language", LANGUAGES, default=language)
    sections = top.sections("questions")
    intake.remarks += [fault.words for fault in proof.faults]
    for section in sections:
        _take(intake, section, proof, main, pictures, where)


def _take(intake: Intake, section: Section, proof: Proof, language: str, pictures: Package | None, where: str) -> None:
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
        where=where,
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
    """All of the questions in all of their languages; in a zip, where they show pictures or are many.

    `language` is that of the file: a question that begins with another one says so.
    """
    texts = list(_written(entries, language))
    names = [NAME] if len(texts) == 1 else [f"questions-{number:02}.yaml" for number in range(1, len(texts) + 1)]
    shown = dict.fromkeys(name for entry in entries for name in shown_by(entry.question) if name in pictures)
    if len(texts) == 1 and not shown:
        return Export(texts[0].encode())
    files = {name: text.encode() for name, text in zip(names, texts, strict=True)}
    return Export(zipped({**files, **{MEDIA + name: pictures[name] for name in shown}}))


def _written(entries: Sequence[Entry], language: str) -> Iterator[str]:
    """As few texts as can be read again, each half as long as one that cannot."""
    text = printer.document({"language": language, "questions": [_facts(entry, language) for entry in entries]})
    if len(entries) < 2 or fits(text):
        yield text
    else:
        middle = len(entries) // 2
        yield from _written(entries[:middle], language)
        yield from _written(entries[middle:], language)


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
