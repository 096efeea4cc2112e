"""One QTI item as a question. Which interaction it holds decides on its kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

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
    TargetText,
    UnitText,
)
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.qti_scoring import Declared, Scoring, key_names
from escuela.assessments.quizzes.exchange.report import Draft
from escuela.assessments.quizzes.exchange.sound import SkippedError, number_in
from escuela.assessments.quizzes.exchange.tree import Element
from escuela.columns import Localized

TRUTHS = {"true": {"true", "verdadero", "verdadeiro"}, "false": {"false", "falso"}}
_INLINE = {"textEntryInteraction", "inlineChoiceInteraction"}
_BESIDE = {"rubricBlock", "templateBlock", "templateInline", "feedbackBlock", "feedbackInline", "stylesheet"}
_GAP = re.compile(r"GAP_([a-z0-9]{1,10})")
ACCENTS, WORDS, UNIT, OVERALL = "dataAccents", "dataWords", "unit", "overall"
"""What we write and other systems pass over: whether accents count, the most words, the class of a unit."""


@dataclass(slots=True)
class Item:
    root: Element
    draft: Draft

    def question(self) -> QuestionText:
        if self.root.get("adaptive") == "true" or self.root.all("templateDeclaration"):
            raise SkippedError(_l("It changes while it is answered, or is made of a template: that is not asked here."))
        body = self.root.one("itemBody") or Element("itemBody")
        found = [
            each for each in body.walk() if each.tag.endswith("Interaction") and each.tag != "endAttemptInteraction"
        ]
        if self.root.all("assessmentStimulusRef"):
            raise SkippedError(_l("Its text stands in another file (a stimulus), which is not read here."))
        if not found:
            raise SkippedError(_l("It is a description: there is nothing to answer."))
        self._note(body)
        question = self._asked(body, found)
        scoring = Scoring(self.root)
        if question.kind != ESSAY and not scoring.understood:
            self.draft.remark(_l("How it is scored could not be read whole: here its key decides."))
        points, exact = scoring.points()
        if not exact:
            self.draft.remark(_l("Points are whole here, from 1 to %(most)d: they were rounded.", most=100))
        return replace(question, points=points, feedback=self._overall())

    def _note(self, body: Element) -> None:
        if body.within("rubricBlock", "templateBlock", "templateInline"):
            self.draft.remark(_l("Instructions beside the question are left out."))

    def _asked(self, body: Element, found: Sequence[Element]) -> QuestionText:
        if all(each.tag in _INLINE for each in found):
            return self._typed(body, found)
        if len(found) > 1:
            raise SkippedError(_l("It asks several things at once: divide it."))
        [one] = found
        ways: Mapping[str, Callable[[Element, Localized], QuestionText]] = {
            "choiceInteraction": self._choice,
            "orderInteraction": self._ordering,
            "matchInteraction": self._matching,
            "associateInteraction": self._associating,
            "gapMatchInteraction": self._dragged,
            "extendedTextInteraction": self._essay,
        }
        if one.tag not in ways:
            raise SkippedError(_l("Questions of the type `%(type)s` are not asked here.", type=one.tag[:40]))
        if one.tag == "gapMatchInteraction":
            return self._dragged(one, Localized())
        prompt = one.one("prompt")
        text = self.draft.nodes([*_without(body, one), *([prompt] if prompt else [])])
        return ways[one.tag](one, text)

    # --- parts of all

    def _declared(self, interaction: Element) -> Declared:
        return Declared.of(self.root, interaction.get("responseIdentifier"))

    def _feedback(self, identifier: str, choice: Element) -> Localized:
        """What is shown when that was chosen: within the choice, or in a modal feedback of its name."""
        inner = choice.within("feedbackInline", "feedbackBlock")
        modal = [each for each in self.root.all("modalFeedback") if each.get("identifier") == identifier]
        return self.draft.nodes([part for each in (*inner, *modal) for part in _content(each)])

    def _overall(self) -> Localized:
        """What is shown to everybody. Other feedback depends on answers, and is named."""
        known = {each.get("identifier") for each in self.root.walk() if each.tag in {"simpleChoice", "inlineChoice"}}
        shown: list[Element | str] = []
        for each in self.root.all("modalFeedback"):
            if each.get("identifier") == OVERALL:
                shown += _content(each)
            elif each.get("identifier") not in known:
                self.draft.remark(_l("Feedback on the whole answer, when it is right or wrong, is left out."))
        return self.draft.nodes(shown)

    def _option_text(self, choice: Element) -> Localized:
        return self.draft.nodes(_placed(choice, {}))

    # --- interactions of a block

    def _choice(self, one: Element, text: Localized) -> QuestionText:
        declared, choices = self._declared(one), one.all("simpleChoice")
        names = key_names([choice.get("identifier") for choice in choices])
        several = declared.cardinality == "multiple"
        right = declared.right_of(self.draft, several=several)
        options = tuple(
            OptionText(
                names[choice.get("identifier")],
                self._option_text(choice),
                choice.get("identifier") in right,
                self._feedback(choice.get("identifier"), choice),
            )
            for choice in choices
        )
        if not several and self._is_truth(options):
            ordered = sorted((replace(each, text=Localized()) for each in options), key=lambda each: each.key != "true")
            return QuestionText("", TRUE_FALSE, text, options=tuple(ordered))
        partial = several and Scoring(self.root).maps(declared.identifier)
        return QuestionText("", MULTIPLE if several else SINGLE, text, options=options, partial=partial)

    def _is_truth(self, options: Sequence[OptionText]) -> bool:
        return {option.key for option in options} == set(TRUTHS) and all(
            option.text.words(self.draft.language).text.lower() in TRUTHS[option.key] for option in options
        )

    def _ordering(self, one: Element, text: Localized) -> QuestionText:
        declared, choices = self._declared(one), {each.get("identifier"): each for each in one.all("simpleChoice")}
        order = declared.correct
        if sorted(order) != sorted(choices):
            raise SkippedError(_l("Its right order does not name each thing once."))
        names = key_names(order)
        options = tuple(OptionText(names[each], self._option_text(choices[each])) for each in order)
        return QuestionText("", ORDERING, text, options=options, partial=Scoring(self.root).counts_places)

    def _matching(self, one: Element, text: Localized) -> QuestionText:
        sets = one.all("simpleMatchSet")
        if len(sets) != 2:
            raise SkippedError(_l("Its pairs cannot be read."))
        sources, targets = (
            {each.get("identifier"): each for each in part.all("simpleAssociableChoice")} for part in sets
        )
        free = any(each.get("matchMax", "1") != "1" for each in targets.values())
        return self._paired(one, text, sources, targets, free=free)

    def _paired(
        self,
        one: Element,
        text: Localized,
        sources: Mapping[str, Element],
        targets: Mapping[str, Element],
        *,
        free: bool,
    ) -> QuestionText:
        declared = self._declared(one)
        pairs = _pairs(declared.right_of(self.draft, several=True), sources, targets)
        options_named, targets_named = key_names(list(sources)), key_names(list(targets))
        if set(pairs) != set(sources):
            raise SkippedError(_l("For a part of it nothing is right, or several things are."))
        options = tuple(
            OptionText(options_named[each], self._option_text(choice), target=targets_named[pairs[each]])
            for each, choice in sources.items()
        )
        offered = tuple(TargetText(targets_named[each], self._option_text(choice)) for each, choice in targets.items())
        spread = free or len(set(pairs.values())) < len(pairs)
        partial = Scoring(self.root).maps(declared.identifier)
        kind = CLASSIFY if spread else MATCHING
        return QuestionText("", kind, text, options=options, targets=offered, partial=partial)

    def _associating(self, one: Element, text: Localized) -> QuestionText:
        """Pairs of one set: where they fall into two halves, each used once, that is a matching."""
        choices = {each.get("identifier"): each for each in one.all("simpleAssociableChoice")}
        pairs = [each.split() for each in self._declared(one).right_of(self.draft, several=True)]
        if any(len(pair) != 2 for pair in pairs) or len({each for pair in pairs for each in pair}) != 2 * len(pairs):
            raise SkippedError(_l("Its pairs cannot be read."))
        first = {pair[0] for pair in pairs}
        sources = {name: choice for name, choice in choices.items() if name in first}
        targets = {name: choice for name, choice in choices.items() if name not in first}
        self.draft.remark(_l("Its pairs were of one set; here one half is brought to the other."))
        return self._paired(one, text, sources, targets, free=False)

    def _dragged(self, one: Element, _text: Localized) -> QuestionText:
        """Words dragged into a text: gaps that are chosen."""
        choices = {each.get("identifier"): each for each in one.all("gapText")}
        if one.all("gapImg") or not choices:
            raise SkippedError(_l("Pictures are dragged into its text: that is not asked here."))
        places = [gap.get("identifier") for gap in one.within("gap")]
        declared = self._declared(one)
        by_gap = _pairs(
            [" ".join(reversed(pair.split())) for pair in declared.right_of(self.draft, several=True)], places, choices
        )
        if set(by_gap) != set(places):
            raise SkippedError(_l("For a part of it nothing is right, or several things are."))
        names, numbers = key_names(list(choices)), {place: str(at) for at, place in enumerate(places, 1)}
        texts = {each: self._option_text(choice) for each, choice in choices.items()}
        gaps = tuple(
            GapText(
                numbers[place], tuple(OptionText(names[each], texts[each], each == by_gap[place]) for each in choices)
            )
            for place in places
        )
        body = self.root.one("itemBody") or Element("itemBody")
        marked = {id(gap): words.gap(numbers[gap.get("identifier")]) for gap in one.within("gap")}
        whole = self.draft.nodes(_placed(body, marked, leave_out={"gapText"}))
        return QuestionText("", GAPS, whole, gaps=gaps, partial=Scoring(self.root).maps(declared.identifier))

    def _essay(self, one: Element, text: Localized) -> QuestionText:
        most = one.get(WORDS)
        limit = int(most) if most.isascii() and most.isdigit() and len(most) < 7 else 0
        return QuestionText("", ESSAY, text, words=limit)

    # --- interactions inside a text

    def _typed(self, body: Element, found: Sequence[Element]) -> QuestionText:
        if len(found) == 1 and found[0].tag == "textEntryInteraction":
            declared = self._declared(found[0])
            if declared.is_number:
                return self._number(body, found[0], declared)
            if _stands_alone(body, found[0]):
                text = self.draft.nodes(_without(body, found[0]))
                return self._cased([found[0]], QuestionText("", SHORT, text, accepted=declared.accepted(self.draft)))
        keys = _gap_keys([each.get("responseIdentifier") for each in found])
        gaps = tuple(self._gap(key, each) for key, each in zip(keys, found, strict=True))
        marked = {id(each): words.gap(key) for key, each in zip(keys, found, strict=True)}
        text = self.draft.nodes(_placed(body, marked))
        partial = len(found) == 1 or not Scoring(self.root).all_or_nothing
        return self._cased(found, QuestionText("", GAPS, text, gaps=gaps, partial=partial))

    def _gap(self, key: str, one: Element) -> GapText:
        declared = self._declared(one)
        if one.tag == "textEntryInteraction":
            return GapText(key, accepted=declared.accepted(self.draft))
        choices = one.all("inlineChoice")
        names = key_names([choice.get("identifier") for choice in choices])
        right = declared.right_of(self.draft, several=False)
        options = (
            OptionText(
                names[choice.get("identifier")],
                self._option_text(choice),
                choice.get("identifier") in right,
                self._feedback(choice.get("identifier"), choice),
            )
            for choice in choices
        )
        return GapText(key, options=tuple(options))

    def _cased(self, found: Sequence[Element], question: QuestionText) -> QuestionText:
        """Capitals count where they count in all that is typed; accents where we wrote so."""
        typed = [each for each in found if each.tag == "textEntryInteraction"]
        cased = [self._declared(each).case for each in typed]
        if len(set(cased)) > 1:
            self.draft.remark(_l("Capitals counted in some gaps only; here they count in none."))
        accents = any(each.get(ACCENTS) == "true" for each in typed)
        return replace(question, case=bool(cased) and all(cased), accents=accents)

    def _number(self, body: Element, one: Element, declared: Declared) -> QuestionText:
        units = [each for each in body.walk() if each.get("class") == UNIT]
        left_out = {id(each): "" for each in units}
        alone = _stands_alone(body, one)
        text = self.draft.nodes(_placed(body, {id(one): "" if alone else " _____ ", **left_out}))
        accepted = Scoring(self.root).numbers(declared) or declared.accepted(self.draft)
        named = tuple(UnitText(" ".join(each.words().split())[:40]) for each in units[:1] if each.words().strip())
        return QuestionText("", NUMBER, text, accepted=_as_numbers(accepted), units=named)


def _as_numbers(accepted: Sequence[AcceptedText]) -> tuple[AcceptedText, ...]:
    return tuple(replace(each, answer=number_in(each.answer)) for each in accepted)


def _gap_keys(identifiers: Sequence[str]) -> list[str]:
    """Those that we wrote; else their places."""
    ours = [_GAP.fullmatch(each) for each in identifiers]
    if all(ours) and len(set(identifiers)) == len(identifiers):
        return [each[1] for each in ours if each]
    return [str(place) for place in range(1, len(identifiers) + 1)]


def _pairs(
    found: Sequence[str], one: Sequence[str] | Mapping[str, Element], other: Mapping[str, Element]
) -> dict[str, str]:
    """The one partner of each; of a thing with two partners none."""
    pairs: dict[str, str] = {}
    for each in found:
        first, _space, second = each.partition(" ")
        if first in one and second in other:
            if first in pairs:
                raise SkippedError(_l("For a part of it nothing is right, or several things are."))
            pairs[first] = second
    return pairs


def _content(element: Element) -> list[Element | str]:
    """What a feedback shows: that of its content body, where it has one."""
    inner = element.one("contentBody")
    return inner.children if inner else element.children


def _without(body: Element, interaction: Element) -> list[Element | str]:
    return _placed(body, {id(interaction): ""})


def _placed(
    body: Element, marks: Mapping[int, str], *, leave_out: frozenset[str] | set[str] = frozenset()
) -> list[Element | str]:
    """A copy of what is in `body`, with words instead of some of its elements."""

    def copied(element: Element) -> Iterator[Element | str]:
        for each in element.children:
            if isinstance(each, str):
                yield each
            elif id(each) in marks:
                yield marks[id(each)]
            elif each.tag not in _BESIDE and each.tag not in leave_out:
                tag = "div" if each.tag in {"gapMatchInteraction", "contentBody"} else each.tag
                yield Element(tag, each.attributes, list(copied(each)), each.line)

    return list(copied(body))


def _stands_alone(body: Element, interaction: Element) -> bool:
    """Whether the block that an interaction stands in holds nothing else, except a unit."""
    above = next((each for each in body.walk() if interaction in each.children), body)
    return not any(
        each.strip() if isinstance(each, str) else each is not interaction and each.get("class") != UNIT
        for each in above.children
    )
