"""Questions in GIFT, the plain text of Moodle: https://docs.moodle.org/en/GIFT_format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import (
    CLASSIFY,
    ESSAY,
    GAPS,
    MATCHING,
    MULTIPLE,
    NUMBER,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
)
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.pairs import paired
from escuela.assessments.quizzes.exchange.report import GIFT, Draft, Intake, Report
from escuela.assessments.quizzes.exchange.shares import judge_shares, note_shares
from escuela.assessments.quizzes.exchange.sound import SkippedError, keys, number_in, share_in, written
from escuela.columns import Localized

ESCAPED = "~=#{}:\\"
_HELD = {sign: chr(0xF8B0 + place) for place, sign in enumerate(ESCAPED)} | {"n": "\uf8bf"}
_FREED = {held: "\n" if sign == "n" else sign for sign, held in _HELD.items()}
_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_ANY_HELD = re.compile("[\uf8b0-\uf8bf]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WEIGHT = re.compile(r"\s*%(-?[0-9]{1,3}(?:[.,][0-9]{1,10})?)%")
_TAG, _LABEL = re.compile(r"</?[a-z][a-z0-9]*[\s/>]", re.IGNORECASE), re.compile(r"\[tag:([^\]]+)\]")
_CATEGORY = re.compile(r"\$CATEGORY:(.*)", re.IGNORECASE)
TRUE, FALSE = {"T", "TRUE"}, {"F", "FALSE"}


@dataclass(slots=True)
class _Block:
    """Lines of a question, and what the comments above it say."""

    line: int = 0
    lines: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)


def looks_like(text: str) -> bool:
    plain = _ESCAPE.sub("", text)
    return bool(re.search(r"\{[^{}]*\}|^\s*::|^\s*\$CATEGORY:", plain, re.MULTILINE))


def read(text: str, language: str) -> Report:
    """A report of a text. Raises DomainError where it holds no question."""
    intake, folder = Intake(GIFT, language), folder_of("")
    for found in _blocks(words.without_marks(text)):
        if isinstance(found, str):
            folder = folder_of(found)
            continue
        question = _Question("\n".join(found.lines))
        intake.take(question.build, question.name, place=found.line, folder=folder, tags=found.tags)
    return intake.report()


def folder_of(path: str) -> tuple[str, ...]:
    """The folders of a category, without the word that says whose it is. `//` stands for a `/` in a name."""
    names = [each.replace("\0", "/").strip() for each in path.replace("//", "\0").split("/")]
    return tuple(each for each in names if each and each.lower() != "top" and not re.fullmatch(r"\$\w+\$", each))


def _blocks(text: str) -> Iterator[_Block | str]:
    """Questions and categories, in order."""
    block = _Block()
    for number, line in enumerate([*text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""], 1):
        words_ = line.strip()
        if words_.startswith("//"):
            block.tags += [each.strip() for each in _LABEL.findall(words_)]
        elif category := _CATEGORY.match(words_):
            if block.lines:
                yield block
            block = _Block()
            yield category[1].strip()
        elif words_:
            block.line = block.line or number
            block.lines.append(line)
        elif block.lines:
            yield block
            block = _Block()


def _freed(text: str) -> str:
    return _ANY_HELD.sub(lambda found: _FREED.get(found[0], ""), text)


class _Question:
    def __init__(self, text: str) -> None:
        held = _ESCAPE.sub(lambda found: _HELD[found[1]], text).strip()
        self.name = ""
        if held.startswith("::") and "::" in held[2:]:
            name, _end, held = held[2:].partition("::")
            self.name = _freed(name).strip()
        self.format, self.held = "moodle", held.strip()
        if mark := _FORMAT.match(self.held):
            self.format, self.held = mark[1].lower(), self.held[mark.end() :]
        if not self.name:
            self.name = " ".join(words.bare(_freed(self.held.partition("{")[0])).split())[:60]

    def build(self, draft: Draft) -> QuestionText:
        before, brace, rest = self.held.partition("{")
        answer, closed, after = rest.partition("}")
        if not brace and "}" not in self.held:
            raise SkippedError(_l("It is a description: there is nothing to answer."))
        if not closed or "{" in answer or "{" in after or "}" in after or "}" in before:
            raise SkippedError(_l("Its braces do not match: write one pair, without empty lines between them."))
        answer, _mark, overall = answer.partition("####")
        asked = _Asked(self, draft, before, after if after.strip() else "", answer.strip())
        return asked.question(feedback=asked.text(overall))


@dataclass(slots=True)
class _Asked:
    """What stands around the braces and between them, as a question."""

    source: _Question
    draft: Draft
    before: str
    after: str
    answer: str

    def text(self, held: str) -> Localized:
        """Words in the format of their own mark, or of the question."""
        format_ = self.source.format
        if mark := _FORMAT.match(held):
            format_, held = mark[1].lower(), held[mark.end() :]
        said = _freed(held).strip()
        if format_ == "markdown":
            return self.draft.text(words.visible(said))
        if format_ == "html":
            return self.draft.html(said)
        if format_ == "moodle" and _TAG.search(said):
            return self.draft.html(said.replace("\n", "<br>"))
        return self.draft.plain(said)

    def question(self, feedback: Localized) -> QuestionText:
        said = re.split(r"\s*#", self.answer, maxsplit=1)[0].strip().upper()
        if self.answer.startswith("#"):
            found = self._number()
        elif "~" in self.answer or ("=" in self.answer and self.after and "->" not in self.answer):
            found = self._choice()
        elif "->" in self.answer:
            found = self._matching()
        elif said in TRUE | FALSE:
            found = self._true_false(right=said in TRUE)
        else:
            found = self._short() if self.answer else QuestionText("", ESSAY, self._whole())
        return replace(found, feedback=feedback)

    def _whole(self) -> Localized:
        """The text, with a line for what is to be put into the middle of it."""
        return self.text(f"{self.before}_____{self.after}" if self.after else self.before)

    def _pieces(self) -> list[tuple[str, str, str]]:
        """Answers: mark, words, feedback."""
        found = []
        for each in re.findall(r"[=~][^=~]*|^[^=~]+", self.answer):
            mark, rest = (each[0], each[1:]) if each[0] in "=~" else ("=", each)
            said, _sign, feedback = rest.partition("#")
            if said.strip() or feedback.strip():
                found.append((mark, said.strip(), feedback))
        return found

    def _weighed(self, said: str, default: Decimal) -> tuple[Decimal, str]:
        weight = _WEIGHT.match(said)
        return (Decimal(weight[1].replace(",", ".")), said[weight.end() :]) if weight else (default, said)

    def _choice(self) -> QuestionText:
        pieces = self._pieces()
        one = any(mark == "=" for mark, _said, _feedback in pieces)
        options, weights = [], []
        for key, (mark, weighed, feedback) in zip(keys(len(pieces)), pieces, strict=True):
            weight, said = self._weighed(weighed, Decimal(100 if mark == "=" else 0))
            weights.append(weight)
            right = weight >= 100 if one else weight > 0
            options.append(OptionText(key, self.text(said), right, self.text(feedback)))
        if one and self.after and all(mark == "=" for mark, _said, _feedback in pieces):
            return self._missing()
        judge_shares(self.draft, weights, one=one)
        if one and self.after:
            return self._missing(options)
        kind = SINGLE if one else MULTIPLE
        return QuestionText("", kind, self._whole(), options=tuple(options), partial=kind == MULTIPLE)

    def _missing(self, options: Sequence[OptionText] = ()) -> QuestionText:
        """A word missing in a text: a gap, chosen where wrong words are offered, else typed."""
        text = Localized({self.draft.language: self._with_gap()})
        gap = GapText("1", tuple(options)) if options else GapText("1", accepted=tuple(self._accepted()))
        return QuestionText("", GAPS, text, gaps=(gap,), partial=True)

    def _with_gap(self) -> str:
        """Both sides converted as one text, so that what opens before the gap may close behind it."""
        if self.source.format == "markdown":
            return words.visible(f"{_freed(self.before)}[[1]]{_freed(self.after)}").strip()
        return self.text(f"{self.before}{words.gap('1')}{self.after}")[self.draft.language]

    def _accepted(self) -> Iterator[AcceptedText]:
        shares = []
        for _mark, weighed, feedback in self._pieces():
            weight, said = self._weighed(weighed, Decimal(100))
            answer = " ".join(words.visible(_freed(_FORMAT.sub("", said, count=1))).split())
            if "*" in answer:
                self.draft.remark(_l("`*` stands for any words in `%(answer)s`: that is left out.", answer=answer[:60]))
                continue
            shares.append(weight)
            yield AcceptedText(answer, share_in(weight), feedback=self.text(feedback))
        note_shares(self.draft, shares)

    def _short(self) -> QuestionText:
        return QuestionText("", SHORT, self._whole(), accepted=tuple(self._accepted()))

    def _true_false(self, *, right: bool) -> QuestionText:
        _said, *notes = self.answer.split("#")
        if_wrong, if_right = [self.text(each) for each in (*notes, "", "")][:2]
        options = (
            OptionText("true", Localized(), right, if_right if right else if_wrong),
            OptionText("false", Localized(), not right, if_wrong if right else if_right),
        )
        return QuestionText("", TRUE_FALSE, self._whole(), options=options)

    def _matching(self) -> QuestionText:
        pairs, overall = [], False
        for _mark, said, feedback in self._pieces():
            one, arrow, other = said.partition("->")
            if not arrow:
                raise SkippedError(_l("A pair of it has no `->`."))
            overall = overall or bool(feedback.strip())
            pairs.append((self.text(one), self.text(other)))
        if overall:
            self.draft.remark(_l("Feedback of a pair is left out."))
        options, targets, spread = paired(pairs)
        kind = CLASSIFY if spread else MATCHING
        return QuestionText("", kind, self._whole(), options=options, targets=targets, partial=True)

    def _number(self) -> QuestionText:
        inner = self.answer[1:].strip()
        self.answer = inner if inner[:1] in {"=", "~"} else f"={inner}"
        accepted, shares = [], []
        for mark, weighed, feedback in self._pieces():
            if mark == "~" or not weighed:
                self.draft.remark(_l("Feedback on any other number is left out."))
                continue
            weight, said = self._weighed(weighed, Decimal(100))
            answer, tolerance = _between(_freed(said))
            shares.append(weight)
            accepted.append(AcceptedText(answer, share_in(weight), tolerance, self.text(feedback)))
        note_shares(self.draft, shares)
        return QuestionText("", NUMBER, self._whole(), accepted=tuple(accepted))


def _between(said: str) -> tuple[str, str]:
    """The number and its tolerance, of `3`, `3:0.1` and `2.9..3.1`."""
    least, dots, most = said.partition("..")
    if dots:
        low, high = sorted(Decimal(number_in(each)) for each in (least, most))
        return written((low + high) / 2), written((high - low) / 2)
    answer, _colon, tolerance = said.partition(":")
    return number_in(answer), number_in(tolerance).lstrip("-") if tolerance.strip() else "0"
