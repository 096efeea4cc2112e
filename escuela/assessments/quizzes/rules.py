"""What makes a question one that can be answered and marked: the same rules for files, forms and imports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela.assessments.quizzes.asked import (
    CLASSIFY,
    GAPS,
    MATCHING,
    NUMBER,
    ORDERING,
    SHORT,
    AcceptedText,
    GapText,
    QuestionText,
    UnitText,
)
from escuela.assessments.quizzes.marking import read_number
from escuela.assessments.quizzes.paper import GAP

Fault = tuple[str, LazyString]
"""The key of a question that is wrong, and why."""


def faults(question: QuestionText) -> Iterator[Fault]:
    """What nobody could answer, or everybody. Of choices `text` and `forms` say it in words of their own."""
    yield from _RULES.get(question.kind, _none)(question)


def _none(_question: QuestionText) -> Iterator[Fault]:
    return iter(())


def _short(question: QuestionText) -> Iterator[Fault]:
    yield from _accepted(question.accepted, "accepted")


def _accepted(accepted: Sequence[AcceptedText], key: str) -> Iterator[Fault]:
    if not accepted:
        yield key, _l("Write at least one accepted answer.")
    elif not any(each.share == 100 for each in accepted):
        yield key, _l("One of the accepted answers earns all the points: give it 100 percent.")
    if any(not each.answer.strip() for each in accepted):
        yield key, _l("An accepted answer is empty: write it, or take it out.")


def _number(question: QuestionText) -> Iterator[Fault]:
    yield from _accepted(question.accepted, "accepted")
    for each in question.accepted:
        for text in filter(str.strip, (each.answer, each.tolerance)):
            if not is_plain(text):
                yield "accepted", _l("«%(text)s» is no number: write it like 3.5 or -12.", text=text)
        if is_plain(each.tolerance) and Fraction(each.tolerance) < 0:
            yield "accepted", _l("A tolerance is 0 or more.")
    yield from _units(question.units)


def is_plain(text: str) -> bool:
    """Whether it is a number as we keep it: with a point."""
    return "," not in text and text == text.strip() and read_number(text) is not None


def _units(units: Sequence[UnitText]) -> Iterator[Fault]:
    names = Counter(unit.name for unit in units)
    if "" in names or any(count > 1 for count in names.values()):
        yield "units", _l("Each unit has a name of its own.")
    if any(not is_plain(unit.factor) or Fraction(unit.factor) <= 0 for unit in units):
        yield "units", _l("Say how much of the first unit each other one is: a number above 0, such as 0.001.")
    elif units and Fraction(units[0].factor) != 1:
        yield "units", _l("The accepted numbers are in the first unit: its factor is 1.")


def _sorted(question: QuestionText) -> Iterator[Fault]:
    known = {target.key for target in question.targets}
    if len(question.options) < 2:
        yield "options", _l("Write at least two things to bring together.")
    if len(known) < 2:
        yield "targets", _l("Write at least two groups or partners.")
    if any(option.target not in known for option in question.options):
        yield "options", _l("Say for each thing where it belongs.")


def _ordering(question: QuestionText) -> Iterator[Fault]:
    if len(question.options) < 2:
        yield "options", _l("Write at least two things to put in order.")


def _gaps(question: QuestionText) -> Iterator[Fault]:
    keys = {gap.key for gap in question.gaps}
    if not keys:
        yield "gaps", _l("Write at least one gap: [[a]] in the text, and what is right in it.")
    for text in question.text.values():
        found = GAP.findall(text)
        if Counter(found) != Counter(keys):
            wanted = ", ".join(f"[[{key}]]" for key in sorted(keys))
            yield "text", _l("In each language the text holds each gap once: %(gaps)s.", gaps=wanted)
            break
    for gap in question.gaps:
        yield from _gap(gap)


def _gap(gap: GapText) -> Iterator[Fault]:
    if not gap.options:
        yield from _accepted(gap.accepted, "gaps")
    elif len(gap.options) < 2 or not any(option.right for option in gap.options):
        yield "gaps", _l("A gap to choose has two options or more, and one of them at least is right.")


_RULES: Mapping[str, Callable[[QuestionText], Iterator[Fault]]] = {
    SHORT: _short,
    NUMBER: _number,
    MATCHING: _sorted,
    CLASSIFY: _sorted,
    ORDERING: _ordering,
    GAPS: _gaps,
}
