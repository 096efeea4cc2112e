"""How a QTI item is scored: its declarations, and the standard templates of response processing or the same inline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import AcceptedText
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.report import Draft
from escuela.assessments.quizzes.exchange.shares import judge_shares, note_shares
from escuela.assessments.quizzes.exchange.sound import POINTS, SkippedError, keys, number_in, share_in, written
from escuela.assessments.quizzes.exchange.tree import Element

_KNOWN = {
    *("responseProcessing", "responseCondition", "responseIf", "responseElseIf", "responseElse", "setOutcomeValue"),
    *(
        "match",
        "variable",
        "correct",
        "mapResponse",
        "baseValue",
        "sum",
        "min",
        "product",
        "isNull",
        "not",
        "and",
        "or",
    ),
    *("equal", "stringMatch", "multiple", "index", "member", "gt", "gte", "lt", "lte", "default"),
}
_TEMPLATES = ("match_correct", "map_response")
_SAME = {"CC2_match": "match_correct", "CC2_match_basic": "match_correct", "CC2_map_response": "map_response"}
"""Templates of Common Cartridge that score as the standard ones and set feedback."""
_OURS = re.compile(r"k_([a-z0-9]{1,10})")
_KEY = re.compile(r"[a-z0-9]{1,10}")


def key_names(identifiers: Sequence[str]) -> dict[str, str]:
    """The keys of options for their identifiers: the same, where they can be keys."""
    if len(set(identifiers)) < len(identifiers) or not all(identifiers):
        raise SkippedError(_l("Two of its options have the same name, or one has none."))
    ours = {each: _OURS.sub(r"\1", each) for each in identifiers if _OURS.fullmatch(each)}
    for found in (ours, {each: each.lower() for each in identifiers}):
        if len(found) < len(identifiers):
            continue
        if all(map(_KEY.fullmatch, found.values())) and len(set(found.values())) == len(found):
            return found
    return dict(zip(identifiers, keys(len(identifiers)), strict=True))


def _decimal(text: str) -> Decimal:
    return Decimal(number_in(text))


@dataclass(slots=True)
class Declared:
    """A response declaration."""

    identifier: str
    cardinality: str
    base_type: str
    correct: list[str]
    mapped: dict[str, Decimal]
    case: bool
    """Whether capitals count: QTI says it for each entry of a mapping, and what is only correct counts them."""

    @classmethod
    def of(cls, root: Element, identifier: str) -> Declared:
        found = next((each for each in root.all("responseDeclaration") if each.get("identifier") == identifier), None)
        if found is None:
            raise SkippedError(_l("It has no response declaration for what it asks."))
        key = found.one("correctResponse")
        entries = found.within("mapEntry")
        return cls(
            identifier,
            found.get("cardinality", "single"),
            found.get("baseType"),
            [" ".join(value.words().split()) for value in key.all("value")] if key else [],
            {" ".join(entry.get("mapKey").split()): _decimal(entry.get("mappedValue") or "0") for entry in entries},
            all(entry.get("caseSensitive", "true") == "true" for entry in entries),
        )

    @property
    def is_number(self) -> bool:
        return self.base_type in {"float", "integer"}

    def right_of(self, draft: Draft, *, several: bool) -> list[str]:
        """Identifiers, or pairs, that are right: those that earn something, or the correct response."""
        most = max(self.mapped.values(), default=Decimal(0))
        if most <= 0:
            return self.correct
        right = [each for each, value in self.mapped.items() if value > 0]
        if several:
            shares = [value * 100 / sum(self.mapped[each] for each in right) for value in self.mapped.values()]
            if self.base_type == "identifier":
                judge_shares(draft, shares, one=False)
            elif len({self.mapped[each] for each in right}) > 1 or any(value < 0 for value in self.mapped.values()):
                draft.remark(_l("Its pairs earned different parts of the points; here each earns the same."))
            return right
        judge_shares(draft, [value * 100 / most for value in self.mapped.values()], one=True)
        return [each for each in right if self.mapped[each] == most]

    def accepted(self, draft: Draft) -> tuple[AcceptedText, ...]:
        """What may be typed, and what part of the points it earns."""
        most = max(self.mapped.values(), default=Decimal(0))
        if most <= 0:
            return tuple(AcceptedText(words.visible(each)) for each in self.correct)
        shares = {each: value * 100 / most for each, value in self.mapped.items()}
        note_shares(draft, [round(share, 3) for share in shares.values()])
        return tuple(AcceptedText(words.visible(each), share_in(share)) for each, share in shares.items())


class Scoring:
    """The response processing of an item."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._processing = root.one("responseProcessing") or Element("responseProcessing")
        location = self._processing.get("template").rstrip("/").rpartition("/")[2]
        location = location.removesuffix(".xml")
        self._template = _SAME.get(location, location)
        self._tags = {each.tag for each in self._processing.walk()}

    @property
    def understood(self) -> bool:
        if self._template:
            return self._template in _TEMPLATES
        return bool(self._processing.children) and self._tags <= _KNOWN and not self._has_exceptions

    @property
    def _has_exceptions(self) -> bool:
        """Whether answers that are not the key earn something of their own."""
        return any(
            comparison.one("baseValue") and not comparison.one("index")
            for branch in self._processing.within("responseIf", "responseElseIf")
            if any(each.get("identifier") == "SCORE" for each in branch.all("setOutcomeValue"))
            for comparison in branch.within("match")
        )

    def maps(self, identifier: str) -> bool:
        """Whether parts of an answer earn parts of the points."""
        if self._template:
            return self._template == "map_response"
        return any(each.get("identifier") == identifier for each in self._processing.within("mapResponse"))

    @property
    def counts_places(self) -> bool:
        return "index" in self._tags

    @property
    def all_or_nothing(self) -> bool:
        """Whether all that is asked has to be right."""
        if self._template:
            return self._template == "match_correct"
        return "min" in self._tags or ("mapResponse" not in self._tags and "sum" not in self._tags)

    def points(self) -> tuple[int, bool]:
        """Points of the whole question, and whether they were whole."""
        outcomes = {each.get("identifier"): each for each in self._root.all("outcomeDeclaration")}
        most = outcomes.get("MAXSCORE") or Element("")
        default = most.one("defaultValue")
        said = default.says("value") if default else ""
        said = said or (outcomes["SCORE"].get("normalMaximum") if "SCORE" in outcomes else "")
        given = _decimal(said) if said else self._mapped_points()
        points = min(POINTS, max(1, round(given)))
        return points, points == given

    def _mapped_points(self) -> Decimal:
        """The most that mappings give; 1 where there are none."""
        found = [
            _most_of(each)
            for each in self._root.all("responseDeclaration")
            if each.one("mapping") and self.maps(each.get("identifier"))
        ]
        return sum(found, Decimal(0)) or Decimal(1)

    def numbers(self, declared: Declared) -> tuple[AcceptedText, ...]:
        """Numbers with their tolerance, from conditions that compare: `equal`, and what they set."""
        found: list[tuple[str, str, Decimal]] = []
        for branch in self._processing.within("responseIf", "responseElseIf"):
            comparison = branch.one("equal")
            value = next((each for each in branch.all("setOutcomeValue") if each.get("identifier") == "SCORE"), None)
            if comparison is None or value is None or declared.identifier not in _named(comparison):
                continue
            said = comparison.says("baseValue") or next(iter(declared.correct), "")
            points = _decimal(value.says("baseValue") or "1")
            found.append((number_in(said), _tolerance(comparison, said), points))
        most = max((points for _said, _tolerance, points in found), default=Decimal(0))
        if most <= 0:
            return ()
        return tuple(AcceptedText(said, share_in(points * 100 / most), near) for said, near, points in found)


def _most_of(declaration: Element) -> Decimal:
    mapping = declaration.one("mapping") or Element("mapping")
    if bound := mapping.get("upperBound"):
        return _decimal(bound)
    gains = [value for each in mapping.all("mapEntry") if (value := _decimal(each.get("mappedValue") or "0")) > 0]
    return sum(gains, Decimal(0)) if declaration.get("cardinality") == "multiple" else max(gains, default=Decimal(0))


def _named(element: Element) -> set[str]:
    return {each.get("identifier") for each in element.within("variable")}


def _tolerance(comparison: Element, said: str) -> str:
    mode, given = comparison.get("toleranceMode", "exact"), comparison.get("tolerance").split()
    if mode == "exact" or not given:
        return "0"
    sides = {abs(_decimal(each)) for each in given}
    if mode not in {"absolute", "relative"} or len(sides) != 1:
        raise SkippedError(_l("Its tolerance is no plain distance from the answer."))
    [side] = sides
    return written(side if mode == "absolute" else abs(_decimal(said)) * side / 100)
