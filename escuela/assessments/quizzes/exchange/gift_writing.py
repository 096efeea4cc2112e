"""Questions as a GIFT file that Moodle and others take."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import (
    ESSAY,
    GAPS,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SORTED,
    TRUE_FALSE,
    AcceptedText,
    OptionText,
    QuestionText,
)
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.report import Entry, Export
from escuela.assessments.quizzes.exchange.sound import SkippedError
from escuela.columns import Localized
from escuela.section import Sentence

_SIGNS = re.compile(r"[~=#{}:\\]")


def write(entries: Iterable[Entry], language: str) -> Export:
    """The questions in `language`, or in the first that has them. What the format cannot say is named."""
    parts: list[str] = []
    remarks: list[tuple[str, Sentence]] = []
    left_out: list[tuple[str, Sentence]] = []
    folder: tuple[str, ...] = ()
    for entry in entries:
        writer = _Writer(entry.question, language)
        try:
            block = writer.block()
        except SkippedError as skipped:
            left_out.append((entry.question.slug, skipped.sentence))
            continue
        remarks += [(entry.question.slug, sentence) for sentence in writer.remarks]
        if entry.folder != folder:
            folder = entry.folder
            parts.append(f"$CATEGORY: {'/'.join(name.replace('/', '//') for name in folder)}")
        tags = " ".join(f"[tag:{tag.replace(']', ')')}]" for tag in entry.tags)
        parts.append(f"// {tags}\n{block}" if tags else block)
    return Export("".join(f"{part}\n\n" for part in parts).encode(), tuple(remarks), tuple(left_out))


def _held(text: str) -> str:
    """In one line, with nothing in it that GIFT would take for a sign of its own."""
    return _SIGNS.sub(lambda found: f"\\{found[0]}", text).replace("\n", "\\n")


class _Writer:
    def __init__(self, question: QuestionText, language: str) -> None:
        self.question, self.language = question, language
        self.remarks: list[Sentence] = []

    def block(self) -> str:
        question = self.question
        if question.points != 1:
            self.remarks.append(_l("GIFT holds no points: give them again in the other system."))
        if any(len(text) > 1 for text in question.texts()):
            self.remarks.append(_l("GIFT holds one language: the others are left out."))
        if any(words.pictures_of(said) for text in question.texts() for said in text.values()):
            self.remarks.append(_l("GIFT holds no pictures: they are left out."))
        overall = f"####{self._text(question.feedback)}" if question.feedback else ""
        head = f"::{_held(question.slug)}::[markdown]"
        if question.kind == GAPS:
            before, answer, after = self._missing()
            return f"{head}{before}{{{answer}{overall}}}{after}"
        return f"{head}{self._text(question.text)}{{{self._answer()}{overall}}}"

    def _text(self, text: Localized) -> str:
        return _held(text.words(self.language).text)

    def _note(self, feedback: Localized) -> str:
        return f"#{self._text(feedback)}" if feedback else ""

    def _answer(self) -> str:
        question = self.question
        if question.kind == ESSAY:
            return self._essay()
        if question.kind == ORDERING:
            raise SkippedError(_l("GIFT has no questions that put in order."))
        if question.kind == TRUE_FALSE:
            return self._true_false()
        if question.kind == SHORT:
            return self._short(question.accepted)
        if question.kind == NUMBER:
            return self._number()
        return self._pairs() if question.kind in SORTED else self._options(question.options)

    def _essay(self) -> str:
        if self.question.words:
            self.remarks.append(_l("GIFT holds no limit of words: it is left out."))
        return ""

    def _true_false(self) -> str:
        right = next(option for option in self.question.options if option.right)
        notes = [self._text(option.feedback) for option in self.question.options if option is not right]
        notes += [self._text(right.feedback)] if right.feedback else []
        tail = "".join(f"#{note}" for note in notes) if any(notes) else ""
        return ("TRUE" if right.key == "true" else "FALSE") + tail

    def _options(self, options: Iterable[OptionText]) -> str:
        several = self.question.kind == MULTIPLE
        if several and not self.question.partial:
            self.remarks.append(_l("In GIFT each right option earns its part: all or nothing cannot be said."))
        number = sum(option.right for option in self.question.options) if several else 1
        share = f"{float(Fraction(100, number)):.5f}".rstrip("0").rstrip(".")
        marks = {True: f"~%{share}%" if several else "=", False: f"~%-{share}%" if several else "~"}
        return " ".join(f"{marks[each.right]}{self._text(each.text)}{self._note(each.feedback)}" for each in options)

    def _short(self, accepted: Iterable[AcceptedText]) -> str:
        if self.question.case or self.question.accents:
            self.remarks.append(_l("GIFT does not say whether capitals and accents count."))
        return " ".join(f"=%{each.share}%{_held(each.answer)}{self._note(each.feedback)}" for each in accepted)

    def _number(self) -> str:
        if self.question.units:
            self.remarks.append(_l("GIFT holds no units: they are left out."))
        found = (
            f"=%{each.share}%{each.answer}:{each.tolerance}{self._note(each.feedback)}"
            for each in self.question.accepted
        )
        return f"#{' '.join(found)}"

    def _pairs(self) -> str:
        if not self.question.partial:
            self.remarks.append(_l("In GIFT each pair earns its part: all or nothing cannot be said."))
        if any(option.feedback for option in self.question.options):
            self.remarks.append(_l("Feedback of a pair is left out."))
        words_ = {target.key: self._text(target.text) for target in self.question.targets}
        if any("->" in each for each in words_.values()):
            raise SkippedError(_l("A text with `->` cannot stand in a pair of GIFT."))
        pairs = [(self._text(option.text), words_.get(option.target, "")) for option in self.question.options]
        if any("->" in one for one, _other in pairs):
            raise SkippedError(_l("A text with `->` cannot stand in a pair of GIFT."))
        used = {option.target for option in self.question.options}
        pairs += [("", said) for key, said in words_.items() if key not in used]
        return " ".join(f"={one} -> {other}" for one, other in pairs)

    def _missing(self) -> tuple[str, str, str]:
        """What stands before the one gap, in it, and behind it."""
        pieces = words.in_gaps(self.question.text.words(self.language).text)
        if len(pieces) != 3 or len(self.question.gaps) != 1 or not pieces[2].strip():
            raise SkippedError(_l("GIFT holds one gap, with words behind it."))
        [gap] = self.question.gaps
        if not gap.options:
            return _held(pieces[0]), self._short(gap.accepted), _held(pieces[2])
        if sum(option.right for option in gap.options) != 1:
            raise SkippedError(_l("In GIFT a gap has one right option."))
        return _held(pieces[0]), self._options(gap.options), _held(pieces[2])
