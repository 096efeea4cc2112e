"""What a question asks, as plain values: in files, in forms, in an attempt and in the database it is the same thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import JSON, Dialect
from sqlalchemy.types import TypeDecorator

from escuela.columns import Localized

KINDS = (
    "single",
    "multiple",
    "true_false",
    "short",
    "number",
    "matching",
    "ordering",
    "gaps",
    "classify",
    "essay",
)
SINGLE, MULTIPLE, TRUE_FALSE, SHORT, NUMBER, MATCHING, ORDERING, GAPS, CLASSIFY, ESSAY = KINDS
CHOICES = (SINGLE, MULTIPLE, TRUE_FALSE)
SORTED = (MATCHING, CLASSIFY)
"""Each option is given one of the targets."""
TYPED = (SHORT, NUMBER, ESSAY)
IN_PARTS = (MULTIPLE, MATCHING, ORDERING, GAPS, CLASSIFY)
"""Kinds that can be right in part."""

WHOLE = ""
"""The name of the one part of an answer that has no others."""
UNIT = "unit"

Given: TypeAlias = dict[str, list[str]]
"""An answer: what was chosen or typed, by part. In the part WHOLE the keys of a choice's options, or the words or the
number that were typed, and in UNIT its unit; of a matching or a classification the target of each option; of an
ordering the place of each option, from 1; of a text with gaps the words or the option of each gap."""


@dataclass(frozen=True, slots=True)
class OptionText:
    """Something to choose, to put in order, or to bring to a target. `key` stays when its words are corrected."""

    key: str
    text: Localized
    right: bool = False
    feedback: Localized = field(default_factory=Localized)
    target: str = ""


@dataclass(frozen=True, slots=True)
class TargetText:
    """The other half of a pair, or a category."""

    key: str
    text: Localized


@dataclass(frozen=True, slots=True)
class AcceptedText:
    """A typed answer that earns `share` percent of the points. Of a number, any within `tolerance` of it."""

    answer: str
    share: int = 100
    tolerance: str = "0"
    feedback: Localized = field(default_factory=Localized)


@dataclass(frozen=True, slots=True)
class GapText:
    """A gap, written `[[key]]` in the text of its question: with options it is chosen, else it is typed."""

    key: str
    options: tuple[OptionText, ...] = ()
    accepted: tuple[AcceptedText, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitText:
    """A unit that a number may be given in, and how much of the first unit one of it is."""

    name: str
    factor: str = "1"


@dataclass(frozen=True, slots=True)
class QuestionText:
    """One question. What its kind does not use is empty. Options of an ordering stand in their right order."""

    slug: str
    kind: str
    text: Localized
    points: int = 1
    feedback: Localized = field(default_factory=Localized)
    options: tuple[OptionText, ...] = ()
    targets: tuple[TargetText, ...] = ()
    accepted: tuple[AcceptedText, ...] = ()
    gaps: tuple[GapText, ...] = ()
    units: tuple[UnitText, ...] = ()
    accents: bool = False
    """Typed words are right with their accents only."""
    case: bool = False
    """Typed words are right with their capitals only."""
    partial: bool = False
    """What is right in part earns its part of the points; else all or nothing."""
    words: int = 0
    """Of an essay: the most words; 0: as many as wanted."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts that an answer has."""
        if self.kind in {MATCHING, CLASSIFY, ORDERING}:
            return tuple(option.key for option in self.options)
        if self.kind == GAPS:
            return tuple(gap.key for gap in self.gaps)
        return (WHOLE, UNIT) if self.kind == NUMBER and len(self.units) > 1 else (WHOLE,)

    def texts(self) -> Iterator[Localized]:
        """Every text in it that people read."""
        return _texts(self)

    def with_texts(self, change: Callable[[Localized], Localized]) -> QuestionText:
        """The same question with each of its texts changed."""
        return _changed(self, change)


T = TypeVar("T")


def _texts(value: Any) -> Iterator[Localized]:
    if isinstance(value, Localized):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for name in fields(value):
            yield from _texts(getattr(value, name.name))


def _changed(value: T, change: Callable[[Localized], Localized]) -> T:
    if isinstance(value, Localized):
        return change(value)  # type: ignore[return-value]
    if isinstance(value, tuple):
        return tuple(_changed(each, change) for each in value)  # type: ignore[return-value]
    if not is_dataclass(value):
        return value
    return replace(value, **{each.name: _changed(getattr(value, each.name), change) for each in fields(value)})  # type: ignore[type-var]


# --- as JSON


def to_json(value: Any) -> Any:
    """Plain JSON that leaves out what is as it would be anyway; a text is a list of pairs, so that its order stays."""
    if isinstance(value, Localized):
        return [[language, words] for language, words in value.items()]
    if isinstance(value, tuple):
        return [to_json(each) for each in value]
    if not is_dataclass(value):
        return value
    found = {each.name: getattr(value, each.name) for each in fields(value)}
    return {name: to_json(each) for name, each in found.items() if each not in ((), Localized(), "", False)}


_INNER: Mapping[str, type[Any]] = {
    "options": OptionText,
    "targets": TargetText,
    "accepted": AcceptedText,
    "gaps": GapText,
    "units": UnitText,
}
_WORDS = ("text", "feedback")


def from_json(found: Mapping[str, Any], into: type[T]) -> T:
    """What `to_json` wrote."""
    values: dict[str, Any] = {"text": Localized()} if into in {QuestionText, OptionText, TargetText} else {}
    for name, value in found.items():
        if name in _INNER:
            values[name] = tuple(from_json(each, _INNER[name]) for each in value)
        else:
            values[name] = Localized(value) if name in _WORDS else value
    return into(**values)


class Asked(TypeDecorator[QuestionText]):
    """A column that holds a question."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: QuestionText | None, _dialect: Dialect) -> Any:
        return None if value is None else to_json(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> QuestionText | None:
        return None if value is None else from_json(value, QuestionText)
