"""What an import found: a line for each question of a file, with what could not be taken over, in sentences."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import QuestionText, to_json
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.pictures import Pictures, RefusedError, from_data, shown_name
from escuela.assessments.quizzes.exchange.sound import LETTERS, SkippedError, ensure_sound
from escuela.assessments.quizzes.exchange.tree import Element
from escuela.columns import Localized
from escuela.errors import DomainError
from escuela.section import SLUG_MOST, Sentence

MOST = 2_000
"""Questions in one file."""
BYTES = 20_000_000
MOST_TAGS = LETTERS // 3
"""Tags of one text: each has three characters at least."""
TAGS, FOLDERS = 20, 10
GIFT, MOODLE, QTI, SHEET, OWN = "gift", "moodle", "qti", "sheet", "own"


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a file. `question` is None where it is skipped; the remarks then say why.

    `number` counts from 1; `place` is its line in a file that has lines (of a sheet its row), and `where` the file of
    a package that it stands in. `digest` is the same for the same question, whatever it is called.
    """

    number: int
    name: str
    question: QuestionText | None
    remarks: tuple[Sentence, ...] = ()
    place: int | None = None
    where: str = ""
    digest: str = ""
    folder: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    """Of frameworks, by their identifiers."""


@dataclass(frozen=True, slots=True)
class Report:
    """`pictures` are those that the questions show, by the name that follows `media/` in their texts.

    `remarks` are about the file as a whole.
    """

    format: str
    lines: tuple[Line, ...]
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    remarks: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A question on its way out, with its place in the bank."""

    question: QuestionText
    folder: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """A file, and what of the questions it does not hold: for each slug a sentence. `left_out` are not in it at all."""

    data: bytes
    remarks: tuple[tuple[str, Sentence], ...] = ()
    left_out: tuple[tuple[str, Sentence], ...] = ()


Find = Callable[[str], bytes | None]
"""Takes the address of a file that comes with a question, and gives its bytes."""

_LOSSES: Mapping[str, Sentence] = {
    words.MATH: _l("It holds formulas in MathML, which are not shown here."),
    words.PLAYER: _l("It holds sound, video or an embedded page, which a question cannot show here."),
    words.FORM: _l("It holds form fields, which a text cannot hold here."),
    words.MERGED: _l("It holds a table with merged cells or lists in its cells, which is not shown here."),
    words.LINK: _l("A link to a place inside the other system is left out; its words stay."),
    words.SCRIPT: _l("A script or style is left out."),
    words.TEX: _l("A formula in TeX stays as it is written: it is not drawn here."),
    words.MUTE: _l("A picture has no words for who cannot see it: write them."),
}


class Draft:
    """One question on its way in: its words are converted here, and what is lost of them is noted."""

    def __init__(self, language: str, pictures: Pictures, find: Find) -> None:
        self.remarks: list[Sentence] = []
        self.language, self._pictures, self.find = language, pictures, find

    def remark(self, sentence: Sentence) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def text(self, markdown: str) -> Localized:
        """Markdown as a text in the language of the import; nothing where there are no words."""
        return Localized({self.language: markdown.strip()}) if markdown.strip() else Localized()

    def html(self, markup: str) -> Localized:
        if markup.count("<") > MOST_TAGS:
            raise SkippedError(_l("A text in it has more than %(most)d characters.", most=LETTERS))
        return self._converted(words.from_html(markup, self.picture))

    def nodes(self, nodes: Iterable[Element | str]) -> Localized:
        return self._converted(words.from_nodes(nodes, self.picture))

    def plain(self, text: str) -> Localized:
        return self.text(words.plain(text))

    def _converted(self, found: words.Converted) -> Localized:
        for loss in sorted(found.losses):
            if loss in words.FATAL:
                raise SkippedError(_LOSSES[loss])
            self.remark(_LOSSES[loss])
        return self.text(found.text)

    def picture(self, address: str) -> str | None:
        """The name that a picture is kept under; None, with a remark, where there is none to keep."""
        embedded = from_data(address)
        content = embedded if embedded is not None else self.find(address)
        name = "picture" if embedded is not None else unquote(address.partition("?")[0])
        if content is None:
            self.remark(_l("The picture %(name)s does not come with the file.", name=shown_name(name) or "?"))
            return None
        try:
            return self._pictures.keep(name, content)
        except RefusedError as refused:
            self.remark(refused.sentence)
            return None


class Intake:
    """A file on its way in: takes its questions one by one and ends as a report."""

    def __init__(self, format_: str, language: str) -> None:
        self.format, self.language = format_, language
        self.remarks: list[Sentence] = []
        self._lines: list[Line] = []
        self._pictures = Pictures()
        self._slugs: set[str] = set()

    def take(
        self,
        build: Callable[[Draft], QuestionText],
        name: str,
        *,
        place: int | None = None,
        where: str = "",
        folder: Iterable[str] = (),
        tags: Iterable[str] = (),
        items: Iterable[str] = (),
        find: Find = lambda _address: None,
    ) -> None:
        """One question, which `build` makes, or a line that says why not. `build` may give any slug."""
        number = len(self._lines) + 1
        if number > MOST:
            raise DomainError(_l("This file holds more than %(most)d questions: divide it.", most=MOST))
        draft, question = Draft(self.language, self._pictures, find), None
        name = " ".join(words.visible(name).split())[:200]
        try:
            question = build(draft)
            ensure_sound(question)
            if any("\n\n" in said or "\n|" in said for text in _options(question) for said in text.values()):
                draft.remark(_l("An option holds several paragraphs, a list or a table: look at how it is shown."))
            question = replace(question, slug=self._slug(name, number))
        except SkippedError as skipped:
            draft.remarks, question = [skipped.sentence], None
        line = Line(number, name, question, tuple(draft.remarks), place, where, items=tuple(items))
        self._lines.append(replace(line, folder=_labels(folder, FOLDERS), tags=_labels(tags, TAGS)))

    def _slug(self, name: str, number: int) -> str:
        ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")[: SLUG_MOST - 5].strip("-") or f"q-{number}"
        slug = next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, MOST + 2))) if each not in self._slugs)
        self._slugs.add(slug)
        return slug

    def report(self) -> Report:
        if not self._lines:
            raise DomainError(_l("There is no question in this file."))
        found = self._pictures.found
        lines = tuple(
            replace(line, digest=digest(line.question, found)) if line.question else line for line in self._lines
        )
        shown = {name for line in lines if line.question for name in shown_by(line.question)}
        pictures = {name: content for name, content in found.items() if name in shown}
        return Report(self.format, lines, pictures, tuple(dict.fromkeys(self.remarks)))


def _options(question: QuestionText) -> list[Localized]:
    chosen = [option for gap in question.gaps for option in gap.options]
    return [*(each.text for each in (*question.options, *chosen)), *(each.text for each in question.targets)]


def _labels(names: Iterable[str], most: int) -> tuple[str, ...]:
    clean = (" ".join(words.visible(name).split())[:80] for name in names)
    return tuple(dict.fromkeys(each for each in clean if each))[:most]


def shown_by(question: QuestionText) -> list[str]:
    """Names of the pictures that a question shows."""
    return [name for text in question.texts() for each in text.values() for name in words.pictures_of(each)]


def digest(question: QuestionText, pictures: Mapping[str, bytes]) -> str:
    """A fingerprint of what a question asks and accepts, whatever it, its parts and its pictures are called."""
    facts = to_json(question.with_texts(lambda text: _settled(text, pictures)))
    facts.pop("slug", None)
    known: dict[str, str] = {}
    for named in (*facts.get("options", ()), *facts.get("targets", ())):
        named["key"] = known.setdefault(named["key"], f"k{len(known)}")
    for option in facts.get("options", ()):
        if "target" in option:
            option["target"] = known.get(option["target"], "")
    written = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode("utf-8", "replace")).hexdigest()


def _settled(text: Localized, pictures: Mapping[str, bytes]) -> Localized:
    def by_content(found: re.Match[str]) -> str:
        content = pictures.get(found[1])
        return f"media/{hashlib.sha256(content).hexdigest()}" if content is not None else found[0]

    return Localized(
        {language: re.sub(r"media/([\w.-]+)", by_content, said) for language, said in sorted(text.items())}
    )
