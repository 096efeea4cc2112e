"""How one question is written in a file, and read from it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from escuela import printer
from escuela.assessments.quizzes import rules
from escuela.assessments.quizzes.asked import (
    CHOICES,
    ESSAY,
    GAPS,
    IN_PARTS,
    KINDS,
    NUMBER,
    ORDERING,
    SHORT,
    SINGLE,
    SORTED,
    TRUE_FALSE,
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
    TargetText,
    UnitText,
)
from escuela.columns import Localized
from escuela.editions.text import proofread
from escuela.markdown import Home
from escuela.section import Section

KEY = re.compile(r"[a-z0-9]{1,10}")
MOST = 10_000
"""Characters of a text of a question."""


def read(section: Section, home: Home) -> QuestionText:
    kind = section.one_of("kind", KINDS)
    found = QuestionText(
        slug=section.slug(),
        kind=kind,
        text=_words(section, "text", home),
        points=section.whole("points", least=1, most=100, default=1),
        feedback=_words(section, "feedback", home, required=False),
        partial=kind in IN_PARTS and section.boolean("partial", default=False),
        **_own(section, kind, home),
    )
    section.close()
    if kind in CHOICES:
        _judge_choice(section, found)
    for key, sentence in rules.faults(found):
        section.fault(sentence, key)
    return found


def _own(section: Section, kind: str, home: Home) -> dict[str, Any]:
    """What only some kinds have."""
    found: dict[str, Any] = {}
    if kind in {*CHOICES, *SORTED, ORDERING}:
        found["options"] = _options(section, kind, home)
    if kind in SORTED:
        found["targets"] = _targets(section, home)
    if kind in {SHORT, NUMBER}:
        found["accepted"] = _accepted(section, home, number=kind == NUMBER)
    if kind == NUMBER:
        found["units"] = tuple(_unit(each) for each in section.sections("units"))
    if kind == GAPS:
        found["gaps"] = tuple(_gap(key, each, home) for key, each in section.named("gaps", required=True).items())
    if kind in {SHORT, GAPS}:
        found |= {key: section.boolean(key, default=False) for key in ("accents", "case")}
    if kind == ESSAY:
        found["words"] = section.whole("words", least=0, most=5000, default=0)
    return found


def _options(section: Section, kind: str, home: Home) -> tuple[OptionText, ...]:
    named = section.named("options", required=True)
    return tuple(_option(key, each, kind, home) for key, each in named.items())


def _option(key: str, section: Section, kind: str, home: Home) -> OptionText:
    given = kind == TRUE_FALSE
    _name(key, section)
    if given and "text" in section:
        section.fault(_l("The words of true and false come from the platform: take `text` out."), "text")
    found = OptionText(
        key=key,
        text=_words(section, "text", home, required=not given),
        right=section.boolean("right", default=False) if kind in {*CHOICES, GAPS} else False,
        feedback=_words(section, "feedback", home, required=False) if kind in {*CHOICES, GAPS} else Localized(),
        target=section.text("target") if kind in SORTED else "",
    )
    section.close()
    return found


def _name(key: str, section: Section) -> None:
    if not KEY.fullmatch(key):
        section.fault(
            _l("`%(key)s` cannot name an option: use one to ten letters a-z or digits, such as `a`.", key=key)
        )


def _targets(section: Section, home: Home) -> tuple[TargetText, ...]:
    inner = section.section("targets", required=True)
    if inner is None:
        return ()
    for key in inner:
        _name(key, inner)
    found = tuple(TargetText(key, _words(inner, key, home)) for key in inner)
    inner.close()
    return found


def _accepted(section: Section, home: Home, *, number: bool) -> tuple[AcceptedText, ...]:
    return tuple(_answer(each, home, number=number) for each in section.sections("accepted", required=True))


def _answer(section: Section, home: Home, *, number: bool) -> AcceptedText:
    found = AcceptedText(
        answer=section.text("answer"),
        share=section.whole("share", least=0, most=100, default=100),
        tolerance=section.text("tolerance", default="0", most=40) if number else "0",
        feedback=_words(section, "feedback", home, required=False),
    )
    section.close()
    return found


def _unit(section: Section) -> UnitText:
    found = UnitText(section.text("name", most=20), section.text("factor", default="1", most=40))
    section.close()
    return found


def _gap(key: str, section: Section, home: Home) -> GapText:
    _name(key, section)
    options = _options(section, GAPS, home) if "options" in section else ()
    found = GapText(key, options, () if options else _accepted(section, home, number=False))
    section.close()
    return found


def _judge_choice(section: Section, question: QuestionText) -> None:
    """A choice that nobody could answer, or everybody."""
    keys, right = [option.key for option in question.options], [option for option in question.options if option.right]
    if not keys:
        return
    if question.kind == TRUE_FALSE and set(keys) != {"true", "false"}:
        section.fault(_l("A true_false question has the options `true` and `false` and no others."), "options")
    elif len(keys) < 2:
        section.fault(_l("A question has at least two options: write another one."), "options")
    if not right:
        section.fault(_l("This question has no right answer: write `right: true` in an option."), "options")
    elif question.kind in {SINGLE, TRUE_FALSE} and len(right) > 1:
        wrong = ", ".join(f"`{option.key}`" for option in right)
        sentence = _l(
            "A %(kind)s question has one right answer; here %(wrong)s are right.", kind=question.kind, wrong=wrong
        )
        section.fault(sentence, "options")


def _words(section: Section, key: str, home: Home, *, required: bool = True) -> Localized:
    return proofread(section, key, section.localized(key, required=required, most=MOST), home)


# --- written


def facts(question: QuestionText, languages: Sequence[str]) -> dict[str, Any]:
    """A question as the keys of its file."""
    say = _speaker(languages)
    return {
        "slug": question.slug,
        "kind": question.kind,
        "text": say(question.text),
        "points": question.points,
        "partial": question.partial or None,
        "accents": question.accents or None,
        "case": question.case or None,
        "words": question.words or None,
        "targets": {each.key: say(each.text) for each in question.targets} or None,
        "options": {each.key: _facts_of_option(each, say) for each in question.options} or None,
        "accepted": [_facts_of_answer(each, say, question.kind) for each in question.accepted] or None,
        "units": [{"name": each.name, "factor": printer.Plain(each.factor)} for each in question.units] or None,
        "gaps": {gap.key: _facts_of_gap(gap, say) for gap in question.gaps} or None,
        "feedback": say(question.feedback),
    }


Say = Callable[[Localized], str | dict[str, str] | None]


def _speaker(languages: Sequence[str]) -> Say:
    return lambda texts: printer.spoken(texts, languages)


def _facts_of_option(option: OptionText, say: Say) -> dict[str, Any]:
    return _present(
        text=say(option.text), right=option.right or None, target=option.target or None, feedback=say(option.feedback)
    )


def _facts_of_answer(each: AcceptedText, say: Say, kind: str) -> dict[str, Any]:
    number = kind == NUMBER
    return _present(
        answer=printer.Plain(each.answer) if number else each.answer,
        tolerance=printer.Plain(each.tolerance) if number and each.tolerance != "0" else None,
        share=each.share if each.share != 100 else None,
        feedback=say(each.feedback),
    )


def _facts_of_gap(gap: GapText, say: Say) -> dict[str, Any]:
    return _present(
        options={each.key: _facts_of_option(each, say) for each in gap.options} or None,
        accepted=[_facts_of_answer(each, say, SHORT) for each in gap.accepted] or None,
    )


def _present(**facts: Any) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value is not None}
