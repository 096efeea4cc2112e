"""Questions in Moodle XML: https://docs.moodle.org/en/Moodle_XML_format."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from urllib.parse import unquote

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import (
    CLASSIFY,
    ESSAY,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    AcceptedText,
    OptionText,
    QuestionText,
    UnitText,
)
from escuela.assessments.quizzes.exchange import cloze, words
from escuela.assessments.quizzes.exchange.gift import folder_of
from escuela.assessments.quizzes.exchange.pairs import paired
from escuela.assessments.quizzes.exchange.pictures import decoded
from escuela.assessments.quizzes.exchange.report import MOODLE, Draft, Intake, Report
from escuela.assessments.quizzes.exchange.shares import judge_shares, note_shares
from escuela.assessments.quizzes.exchange.sound import POINTS, SkippedError, keys, number_in, share_in
from escuela.assessments.quizzes.exchange.tree import Element
from escuela.columns import Localized

FILE = "@@PLUGINFILE@@"
_TAG = re.compile(r"</?[a-z][a-z0-9]*[\s/>]", re.IGNORECASE)
_COMBINED = ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback")
_NO_UNITS = "3"


def read(root: Element, language: str) -> Report:
    """A report of the questions below `<quiz>`. Raises DomainError where there is none."""
    intake, folder = Intake(MOODLE, language), folder_of("")
    for element in root.all("question"):
        kind = element.get("type")
        if kind == "category":
            folder = folder_of(element.says("category", "text"))
            continue
        intake.take(
            _builder(element, kind),
            element.says("name", "text"),
            place=element.line,
            folder=folder,
            tags=[tag.says("text") for block in element.all("tags") for tag in block.all("tag")],
        )
    return intake.report()


def _builder(element: Element, kind: str) -> Callable[[Draft], QuestionText]:
    return lambda draft: _Question(element, kind, draft).question()


class _Question:
    def __init__(self, element: Element, kind: str, draft: Draft) -> None:
        self.element, self.kind, self.draft = element, kind, draft

    def question(self) -> QuestionText:
        ways: Mapping[str, Callable[[], QuestionText]] = {
            "multichoice": self._choice,
            "truefalse": self._true_false,
            "shortanswer": self._short,
            "numerical": self._number,
            "matching": self._matching,
            "match": self._matching,
            "ddmatch": self._matching,
            "essay": self._essay,
            "ordering": self._ordering,
            "cloze": lambda: cloze.read(self.draft, self._markup),
            "multianswer": lambda: cloze.read(self.draft, self._markup),
            "gapselect": self._chosen_gaps,
            "ddwtos": self._chosen_gaps,
        }
        if self.kind == "description":
            raise SkippedError(_l("It is a description: there is nothing to answer."))
        if self.kind not in ways:
            raise SkippedError(_l("Questions of the type `%(type)s` are not asked here.", type=self.kind[:40]))
        found = ways[self.kind]()
        self._note_what_is_left_out()
        return replace(found, points=self._points(), feedback=self.text(self.element.one("generalfeedback")))

    # --- words

    def text(self, element: Element | None) -> Localized:
        """The words of an element with its files, in the format that it says, or that of the question."""
        if element is None:
            return Localized()
        self.draft.find = _files(element)
        said = element.says("text")
        above = self.element.one("questiontext")
        format_ = element.get("format") or (above.get("format") if above else "")
        if format_ == "markdown":
            return self.draft.text(words.visible(said))
        if format_ == "plain_text" or (format_ == "moodle_auto_format" and not _TAG.search(said)):
            return self.draft.plain(said)
        return self.draft.html(said.replace("\n", "<br>") if format_ == "moodle_auto_format" else said)

    @property
    def _asks(self) -> Localized:
        return self.text(self.element.one("questiontext"))

    @property
    def _markup(self) -> str:
        """The text as HTML, for what has gaps in it; its pictures are found from here on."""
        asked = self.element.one("questiontext") or Element("questiontext")
        self.draft.find = _files(asked)
        return asked.says("text")

    def _feedback(self, answer: Element) -> Localized:
        return self.text(answer.one("feedback"))

    def _says_yes(self, tag: str, *, default: bool) -> bool:
        said = self.element.says(tag).lower()
        return said in {"1", "true", "yes"} if said else default

    # --- what every type has

    def _points(self) -> int:
        try:
            given = Decimal(number_in(self.element.says("defaultgrade") or "1"))
        except SkippedError:
            given = Decimal(1)
        points = min(POINTS, max(1, round(given)))
        if points != given:
            self.draft.remark(_l("Points are whole here, from 1 to %(most)d: they were rounded.", most=POINTS))
        return points

    def _note_what_is_left_out(self) -> None:
        if any(self.element.says(tag, "text") for tag in _COMBINED):
            self.draft.remark(_l("Feedback on the whole answer, when it is right or wrong, is left out."))
        if any(hint.says("text") for hint in self.element.all("hint")):
            self.draft.remark(_l("Hints for further tries are left out."))
        if self.kind in {"multichoice", "matching"} and not self._says_yes("shuffleanswers", default=True):
            self.draft.remark(_l("The order of its options was fixed: here the quiz decides on that."))
        if self._says_yes("hidden", default=False):
            self.draft.remark(_l("It was put away in the other system."))

    # --- types

    def _weights(self, answers: Sequence[Element]) -> list[Decimal]:
        try:
            return [Decimal(number_in(answer.get("fraction") or "0")) for answer in answers]
        except SkippedError:
            raise SkippedError(_l("What one of its answers earns is no number.")) from None

    def _choice(self) -> QuestionText:
        answers, one = self.element.all("answer"), self._says_yes("single", default=True)
        weights = self._weights(answers)
        options = tuple(
            OptionText(key, self.text(answer), weight >= 100 if one else weight > 0, self._feedback(answer))
            for key, answer, weight in zip(keys(len(answers)), answers, weights, strict=True)
        )
        judge_shares(self.draft, weights, one=one)
        return QuestionText("", SINGLE if one else MULTIPLE, self._asks, options=options, partial=not one)

    def _true_false(self) -> QuestionText:
        answers = {answer.says("text").lower(): answer for answer in self.element.all("answer")}
        if set(answers) != {"true", "false"}:
            raise SkippedError(_l("Its answers are not true and false."))
        weights = dict(zip(answers, self._weights(list(answers.values())), strict=True))
        options = tuple(
            OptionText(key, Localized(), weights[key] >= 100, self._feedback(answers[key])) for key in ("true", "false")
        )
        return QuestionText("", TRUE_FALSE, self._asks, options=options)

    def _short(self) -> QuestionText:
        accepted = tuple(self._accepted(lambda answer: (" ".join(words.visible(answer.says("text")).split()), "0")))
        return QuestionText("", SHORT, self._asks, accepted=accepted, case=self._says_yes("usecase", default=False))

    def _accepted(self, read_: Callable[[Element], tuple[str, str]]) -> list[AcceptedText]:
        answers, found, shares = self.element.all("answer"), [], []
        for answer, weight in zip(answers, self._weights(answers), strict=True):
            said = answer.says("text")
            if "*" in said:
                sentence = _l("`*` stands for any words in `%(answer)s`: that is left out.", answer=said[:60])
                self.draft.remark(sentence)
                continue
            shares.append(weight)
            text, tolerance = read_(answer)
            found.append(AcceptedText(text, share_in(weight), tolerance, self._feedback(answer)))
        note_shares(self.draft, shares)
        return found

    def _number(self) -> QuestionText:
        def number(answer: Element) -> tuple[str, str]:
            tolerance = number_in(answer.says("tolerance") or "0").lstrip("-")
            return number_in(answer.says("text")), tolerance

        if self.element.says("tolerancetype") in {"1", "3"}:
            raise SkippedError(_l("Its tolerance is no plain distance from the answer."))
        units = () if self.element.says("showunits") == _NO_UNITS else self._units()
        return QuestionText("", NUMBER, self._asks, accepted=tuple(self._accepted(number)), units=units)

    def _units(self) -> tuple[UnitText, ...]:
        """Moodle says how many of a unit make the first; here it is how much of the first one of it is."""
        block = self.element.one("units")
        found = []
        for unit in block.all("unit") if block else ():
            name, times = (
                " ".join(words.visible(unit.says("unit_name")).split())[:40],
                number_in(unit.says("multiplier")),
            )
            if not name or not Fraction(times):
                raise SkippedError(_l("A unit of it has no name or no factor."))
            found.append((name, Fraction(times)))
        first = next((times for _name, times in found if times == 1), found[0][1] if found else Fraction(1))
        found.sort(key=lambda each: each[1] != first)
        return tuple(UnitText(name, _factor(first / times)) for name, times in found)

    def _matching(self) -> QuestionText:
        pairs = [(self.text(each), self._target(each.one("answer"))) for each in self.element.all("subquestion")]
        options, targets, spread = paired(pairs)
        kind = CLASSIFY if spread else MATCHING
        return QuestionText("", kind, self._asks, options=options, targets=targets, partial=True)

    def _target(self, answer: Element | None) -> Localized:
        """Plain words, except where a plugin says another format."""
        if answer is None:
            return Localized()
        return self.text(answer) if answer.get("format") else self.draft.plain(answer.says("text"))

    def _essay(self) -> QuestionText:
        if self.element.says("graderinfo", "text"):
            self.draft.remark(_l("The notes for who marks are left out."))
        if self.element.says("responsetemplate", "text"):
            self.draft.remark(_l("The template of the answer is left out."))
        if (self.element.says("attachments") or "0") != "0":
            self.draft.remark(_l("Files cannot be attached to an answer here."))
        most = self.element.says("maxwordlimit")
        limit = min(int(most), 100_000) if most.isascii() and most.isdigit() and len(most) < 9 else 0
        return QuestionText("", ESSAY, self._asks, words=limit)

    def _ordering(self) -> QuestionText:
        answers = self.element.all("answer")
        weights = self._weights(answers)
        if len(set(weights)) == len(weights):
            answers = [
                answer for _weight, answer in sorted(zip(weights, answers, strict=True), key=lambda each: each[0])
            ]
        grading = self.element.says("gradingtype") or "ABSOLUTE_POSITION"
        if grading not in {"ALL_OR_NOTHING", "ABSOLUTE_POSITION", "-1", "0"}:
            self.draft.remark(_l("Parts of an order earned points in another way; here each thing in its place does."))
        options = tuple(
            OptionText(key, self.text(answer)) for key, answer in zip(keys(len(answers)), answers, strict=True)
        )
        partial = grading not in {"ALL_OR_NOTHING", "-1"}
        return QuestionText("", ORDERING, self._asks, options=options, partial=partial)

    def _chosen_gaps(self) -> QuestionText:
        choices = [
            (each.says("text"), each.says("group") or "1") for each in self.element.all("dragbox", "selectoption")
        ]
        return cloze.read_chosen(self.draft, self._markup, choices)


def _factor(value: Fraction) -> str:
    text = str(number_in(f"{Decimal(value.numerator) / Decimal(value.denominator):.12f}"))
    if Fraction(text) != value:
        raise SkippedError(_l("A unit of it has no factor that can be written with decimals."))
    return text


def _files(element: Element) -> Callable[[str], bytes | None]:
    """The files that stand in an element, by the address that its text gives them."""
    found = {f"{each.get('path', '/')}{each.get('name')}": each for each in element.all("file")}

    def find(address: str) -> bytes | None:
        if not address.startswith(FILE):
            return None
        file = found.get(unquote(address.removeprefix(FILE).partition("?")[0]))
        return decoded(file.words()) if file is not None and file.get("encoding", "base64") == "base64" else None

    return find
