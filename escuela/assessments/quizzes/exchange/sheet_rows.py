"""One row of a table as a question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import (
    CLASSIFY,
    ESSAY,
    GAPS,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
    UnitText,
)
from escuela.assessments.quizzes.exchange.pairs import paired
from escuela.assessments.quizzes.exchange.report import Draft
from escuela.assessments.quizzes.exchange.sound import POINTS, SkippedError, keys, number_in
from escuela.columns import Localized

YES = {"sí", "si", "sim", "yes", "x", "1", "true", "verdadero", "verdadeiro"}
NO = {"", "no", "não", "nao", "0", "false", "falso"}
TRUE = {"verdadero", "verdadeiro", "true", "v", "t", "1", "sí", "si", "sim", "yes"}
FALSE = {"falso", "false", "f", "0", "no", "não", "nao"}
_SHARE = re.compile(r"%([0-9]{1,3})%")
_SEPARATORS = re.compile(r"[;,\s]+")
_BAR = re.compile(r"(?<!\\)\|")
_PAIRS = (MATCHING, CLASSIFY)
_IN_PARTS = (MULTIPLE, *_PAIRS, ORDERING, GAPS)
NOBODY = "*"
"""Stands before the arrow where a target belongs to nothing."""


@dataclass(frozen=True, slots=True)
class Row:
    cells: Mapping[str, str]
    options: Sequence[str]
    notes: Mapping[int, str]

    def says(self, name: str) -> str:
        return self.cells.get(name, "").strip()

    def question(self, draft: Draft, kind: str) -> QuestionText:
        ways = {
            SINGLE: self._choice,
            MULTIPLE: self._choice,
            TRUE_FALSE: self._true_false,
            SHORT: self._short,
            NUMBER: self._number,
            MATCHING: self._pairs,
            CLASSIFY: self._pairs,
            ORDERING: self._ordering,
            GAPS: self._gaps,
            ESSAY: self._essay,
        }
        if not kind:
            raise SkippedError(_l("`%(type)s` is no type of question.", type=self.says("kind")[:40]))
        found = ways[kind](draft, kind)
        return replace(
            found,
            text=draft.text(self.says("text")),
            points=self._whole("points", least=1, most=POINTS, default=1),
            feedback=draft.text(self.says("feedback")),
            partial=kind in _IN_PARTS and self._flag("partial", default=True),
            case=self._flag("case", default=False),
            accents=self._flag("accents", default=False),
        )

    # --- cells

    def _flag(self, name: str, *, default: bool) -> bool:
        said = self.says(name).casefold()
        if not said:
            return default
        if said not in YES | NO:
            raise SkippedError(_l("`%(text)s` is neither yes nor no.", text=said[:40]))
        return said in YES

    def _whole(self, name: str, *, least: int, most: int, default: int) -> int:
        said = self.says(name)
        if not said:
            return default
        if not re.fullmatch(r"[0-9]{1,6}", said, re.ASCII) or not least <= int(said) <= most:
            raise SkippedError(
                _l("`%(text)s` is no whole number from %(least)d to %(most)d.", text=said[:40], least=least, most=most)
            )
        return int(said)

    def _given(self) -> list[tuple[int, str]]:
        """Options that are filled in, with their number from 0."""
        return [(number, said) for number, said in enumerate(self.options) if said]

    def _note(self, draft: Draft, number: int) -> Localized:
        return draft.text(self.notes.get(number, ""))

    def _right(self) -> set[int]:
        """Numbers of options from 0: `2`, `1; 3`, `b`, `A, C`."""
        found = set()
        for each in filter(None, _SEPARATORS.split(self.says("right"))):
            if re.fullmatch(r"[0-9]{1,2}", each, re.ASCII):
                found.add(int(each) - 1)
            elif re.fullmatch(r"[a-z]", each, re.IGNORECASE | re.ASCII):
                found.add(ord(each.lower()) - ord("a"))
            else:
                raise SkippedError(_l("`%(text)s` names no option: write its number or letter.", text=each[:40]))
        return found

    # --- kinds

    def _choice(self, draft: Draft, kind: str) -> QuestionText:
        given, right = self._given(), self._right()
        if not right <= {number for number, _said in given}:
            raise SkippedError(_l("An option that is said to be right is empty."))
        options = tuple(
            OptionText(key, draft.text(said), number in right, self._note(draft, number))
            for key, (number, said) in zip(keys(len(given)), given, strict=True)
        )
        return QuestionText("", kind, Localized(), options=options)

    def _true_false(self, draft: Draft, kind: str) -> QuestionText:
        said = self.says("right").casefold()
        if said not in TRUE | FALSE:
            raise SkippedError(_l("It does not say whether it is true or false."))
        options = (
            OptionText("true", Localized(), said in TRUE, self._note(draft, 0)),
            OptionText("false", Localized(), said in FALSE, self._note(draft, 1)),
        )
        return QuestionText("", kind, Localized(), options=options)

    def _accepted(self, draft: Draft) -> list[AcceptedText]:
        found = []
        for number, said in self._given():
            mark = _SHARE.match(said)
            share = min(100, int(mark[1])) if mark else 100
            answer = " ".join(said[mark.end() if mark else 0 :].split())
            found.append(AcceptedText(answer, share, feedback=self._note(draft, number)))
        return found

    def _short(self, draft: Draft, kind: str) -> QuestionText:
        return QuestionText("", kind, Localized(), accepted=tuple(self._accepted(draft)))

    def _number(self, draft: Draft, kind: str) -> QuestionText:
        near = number_in(self.says("tolerance") or "0").lstrip("-")
        accepted = (replace(each, answer=number_in(each.answer), tolerance=near) for each in self._accepted(draft))
        return QuestionText("", kind, Localized(), accepted=tuple(accepted), units=self._units())

    def _units(self) -> tuple[UnitText, ...]:
        """`m; km=1000`: the unit of the answer, then others and how much of the first one of them is."""
        found = []
        for each in filter(None, (part.strip() for part in self.says("units").split(";"))):
            name, _sign, factor = each.partition("=")
            value = number_in(factor or "1")
            if not name.strip() or Decimal(value) <= 0:
                raise SkippedError(_l("A unit of it has no name or no factor."))
            found.append(UnitText(name.strip()[:40], value))
        return tuple(found)

    def _pairs(self, draft: Draft, kind: str) -> QuestionText:
        pairs = []
        for _number, said in self._given():
            one, arrow, other = said.partition("->")
            if not arrow:
                raise SkippedError(_l("A pair of it has no `->`."))
            pairs.append((draft.text("" if one.strip() == NOBODY else one), draft.text(other)))
        options, targets, _spread = paired(pairs)
        return QuestionText("", kind, Localized(), options=options, targets=targets)

    def _ordering(self, draft: Draft, kind: str) -> QuestionText:
        given = self._given()
        options = (OptionText(key, draft.text(said)) for key, (_n, said) in zip(keys(len(given)), given, strict=True))
        return QuestionText("", kind, Localized(), options=tuple(options))

    def _gaps(self, draft: Draft, kind: str) -> QuestionText:
        gaps = tuple(_gap(draft, str(number + 1), said) for number, said in self._given())
        return QuestionText("", kind, Localized(), gaps=gaps)

    def _essay(self, _draft: Draft, kind: str) -> QuestionText:
        return QuestionText("", kind, Localized(), words=self._whole("words", least=0, most=100_000, default=0))


def _gap(draft: Draft, key: str, said: str) -> GapText:
    """`crece | sube` are typed; `*crece | baja` are chosen, those with a star being right."""
    pieces = [each.strip().replace("\\|", "|") for each in _BAR.split(said) if each.strip()]
    if not any(each.startswith(NOBODY) for each in pieces):
        return GapText(key, accepted=tuple(AcceptedText(" ".join(each.split())) for each in pieces))
    options = (
        OptionText(name, draft.text(each.removeprefix(NOBODY)), each.startswith(NOBODY))
        for name, each in zip(keys(len(pieces)), pieces, strict=True)
    )
    return GapText(key, options=tuple(options))
