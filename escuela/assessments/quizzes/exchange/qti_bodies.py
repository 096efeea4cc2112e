"""What a question is made of in QTI 3: declarations, body, response processing, feedback."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import (
    CHOICES,
    CLASSIFY,
    ESSAY,
    GAPS,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SORTED,
    TRUE_FALSE,
    AcceptedText,
    GapText,
    QuestionText,
)
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.sound import SkippedError
from escuela.assessments.quizzes.exchange.tree import Element
from escuela.columns import Localized
from escuela.section import Sentence

RESPONSE, SCORE, FEEDBACK, OVERALL = "RESPONSE", "SCORE", "FEEDBACK", "overall"
TEMPLATE = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml"
WORDS_OF_TRUTH = {"es": ("Verdadero", "Falso"), "pt": ("Verdadeiro", "Falso"), "en": ("True", "False")}
_KEPT = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "hr",
    "i",
    "img",
    "kbd",
}
_KEPT |= {"h1", "h2", "h3", "h4", "h5", "h6", "li", "ol", "p", "pre", "q", "small", "span", "strong", "sub", "sup"}
_KEPT |= {"table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
_BLOCKS = {"blockquote", "div", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "ol", "p", "pre", "table", "ul"}
_ATTRIBUTES = {"a": ("href",), "img": ("src", "alt")}
Node = Element | str


def qti(name: str, attributes: Mapping[str, str] | None = None, *children: Node) -> Element:
    return Element(f"qti-{name}", dict(attributes or {}), list(children))


def _value(base: str, said: str) -> Element:
    return qti("base-value", {"base-type": base}, said)


def _variable(name: str = RESPONSE) -> Element:
    return qti("variable", {"identifier": name})


def _set(outcome: str, expression: Element) -> Element:
    return qti("set-outcome-value", {"identifier": outcome}, expression)


def _figure(value: Decimal) -> str:
    plain = f"{value:.6f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


class Body:
    def __init__(self, question: QuestionText, language: str) -> None:
        self.question, self.language = question, language
        self.remarks: list[Sentence] = []
        self.told = [option for option in question.options if option.feedback and question.kind in CHOICES]

    def parts(self) -> list[Node]:
        """All that stands in an item, in the order of the specification."""
        question = self.question
        if any(re.search(r"^\s*:::", said, re.MULTILINE) for text in question.texts() for said in text.values()):
            raise SkippedError(_l("It holds a block `:::` of the School, which QTI does not know."))
        self._note()
        declared, asked, scored = self._ways()
        feedback = bool(self.told or question.feedback)
        return [*declared, *self._outcomes(feedback=feedback), qti("item-body", {}, *asked), *scored, *self._shown()]

    def _note(self) -> None:
        question = self.question
        told = [
            each.feedback for each in (*question.accepted, *(each for gap in question.gaps for each in gap.accepted))
        ]
        told += [option.feedback for gap in question.gaps for option in gap.options]
        told += [option.feedback for option in question.options if question.kind not in CHOICES]
        if any(told):
            self.remarks.append(_l("Feedback on typed answers, gaps and pairs is left out."))

    def _ways(self) -> tuple[list[Node], list[Node], list[Node]]:
        """Declarations, body, processing."""
        kind = self.question.kind
        if kind in CHOICES:
            return self._choice()
        if kind in SORTED:
            return self._matching()
        if kind == ORDERING:
            return self._ordering()
        if kind == GAPS:
            return self._gaps()
        if kind == SHORT:
            return self._short()
        return self._number() if kind == NUMBER else self._essay()

    # --- words

    def nodes(self, text: Localized) -> list[Node]:
        return _allowed(words.to_nodes(text.words(self.language).text))

    def blocks(self, text: Localized) -> list[Node]:
        nodes = self.nodes(text)
        if any(isinstance(each, Element) and each.tag in _BLOCKS for each in nodes):
            return [each for each in nodes if isinstance(each, Element)]
        return [Element("p", {}, nodes)]

    # --- outcomes and feedback

    def _outcomes(self, *, feedback: bool) -> list[Node]:
        scored = {"external-scored": "human"} if self.question.kind == ESSAY else {}
        found: list[Node] = [
            _outcome(SCORE, "0", scored),
            _outcome("MAXSCORE", str(self.question.points), {}),
        ]
        if feedback:
            attributes = {"identifier": FEEDBACK, "cardinality": "multiple", "base-type": "identifier"}
            found.append(qti("outcome-declaration", attributes))
        return found

    def _shown(self) -> list[Node]:
        shown = [(_name(option.key, self.question), option.feedback) for option in self.told]
        shown += [(OVERALL, self.question.feedback)] if self.question.feedback else []
        return [
            qti(
                "modal-feedback",
                {"outcome-identifier": FEEDBACK, "identifier": name, "show-hide": "show"},
                qti("content-body", {}, *self.blocks(text)),
            )
            for name, text in shown
        ]

    def _processing(self, *conditions: Node, template: str = "") -> list[Node]:
        """A standard template where it says all there is to say, else the conditions and what sets the feedback."""
        shown: list[Node] = []
        if self.told:
            shown.append(_variable())
        if self.question.feedback:
            shown.append(_value("identifier", OVERALL))
        if shown:
            return [qti("response-processing", {}, *conditions, _set(FEEDBACK, qti("multiple", {}, *shown)))]
        if template and (template == "map_response" or self.question.points == 1):
            return [qti("response-processing", {"template": TEMPLATE.format(template)})]
        return [qti("response-processing", {}, *conditions)] if conditions else []

    def _all_or_nothing(self) -> list[Node]:
        match = qti("match", {}, _variable(), qti("correct", {"identifier": RESPONSE}))
        points = _set(SCORE, _value("float", str(self.question.points)))
        condition = qti("response-condition", {}, qti("response-if", {}, match, points))
        return self._processing(condition, template="match_correct")

    def _mapped(self) -> list[Node]:
        return self._processing(_set(SCORE, qti("map-response", {"identifier": RESPONSE})), template="map_response")

    # --- kinds

    def _choice(self) -> tuple[list[Node], list[Node], list[Node]]:
        question, several = self.question, self.question.kind == MULTIPLE
        right = [_name(option.key, question) for option in question.options if option.right]
        mapping: dict[str, Decimal] = {}
        if several and question.partial:
            part = Decimal(question.points) / len(right)
            mapping = {_name(each.key, question): part if each.right else -part for each in question.options}
        declared = _response(
            RESPONSE, "multiple" if several else "single", "identifier", right, mapping, question.points
        )
        choices = [
            qti(
                "simple-choice",
                {"identifier": _name(option.key, question)},
                *self._choice_words(option.key, option.text),
            )
            for option in question.options
        ]
        attributes = {"response-identifier": RESPONSE, "max-choices": "0" if several else "1"}
        asked = [*self.blocks(question.text), qti("choice-interaction", attributes, *choices)]
        return [declared], asked, self._mapped() if mapping else self._all_or_nothing()

    def _choice_words(self, key: str, text: Localized) -> list[Node]:
        if self.question.kind != TRUE_FALSE:
            return self.nodes(text)
        true, false = WORDS_OF_TRUTH.get(self.language, WORDS_OF_TRUTH["en"])
        return [true if key == "true" else false]

    def _matching(self) -> tuple[list[Node], list[Node], list[Node]]:
        question = self.question
        pairs = [f"k_{option.key} k_{option.target}" for option in question.options]
        part = Decimal(question.points) / max(1, len(pairs))
        mapping = dict.fromkeys(pairs, part) if question.partial else {}
        declared = _response(RESPONSE, "multiple", "directedPair", pairs, mapping, question.points)
        most = "0" if question.kind == CLASSIFY else "1"
        first = [_associable(option.key, "1", self.nodes(option.text)) for option in question.options]
        second = [_associable(target.key, most, self.nodes(target.text)) for target in question.targets]
        interaction = qti(
            "match-interaction",
            {"response-identifier": RESPONSE, "max-associations": str(len(pairs)), "shuffle": "true"},
            qti("simple-match-set", {}, *first),
            qti("simple-match-set", {}, *second),
        )
        scored = self._mapped() if mapping else self._all_or_nothing()
        return [declared], [*self.blocks(question.text), interaction], scored

    def _ordering(self) -> tuple[list[Node], list[Node], list[Node]]:
        """The things do not stand in their right order in the file, for systems that do not shuffle."""
        question = self.question
        order = [f"k_{option.key}" for option in question.options]
        declared = _response(RESPONSE, "ordered", "identifier", order, {}, question.points)
        offered = sorted(question.options, key=lambda each: hashlib.sha256(each.key.encode()).digest())
        choices = [qti("simple-choice", {"identifier": f"k_{each.key}"}, *self.nodes(each.text)) for each in offered]
        interaction = qti("order-interaction", {"response-identifier": RESPONSE, "shuffle": "true"}, *choices)
        asked = [*self.blocks(question.text), interaction]
        if not question.partial:
            return [declared], asked, self._all_or_nothing()
        part = Decimal(question.points) / len(order)
        conditions = [_place_condition(place, name, part) for place, name in enumerate(order, 1)]
        return [declared], asked, self._processing(*conditions)

    def _short(self) -> tuple[list[Node], list[Node], list[Node]]:
        question = self.question
        declared = self._typed(RESPONSE, question.accepted, Decimal(question.points))
        asked = [*self.blocks(question.text), Element("p", {}, [self._entry(RESPONSE)])]
        return [declared], asked, self._mapped()

    def _typed(self, name: str, accepted: Sequence[AcceptedText], points: Decimal) -> Element:
        mapping = {each.answer: points * each.share / 100 for each in accepted}
        right = [next((each.answer for each in accepted if each.share == 100), accepted[0].answer)]
        return _response(name, "single", "string", right, mapping, points, case=self.question.case)

    def _entry(self, name: str) -> Element:
        accents = {"data-accents": "true"} if self.question.accents else {}
        return qti("text-entry-interaction", {"response-identifier": name, **accents})

    def _number(self) -> tuple[list[Node], list[Node], list[Node]]:
        question = self.question
        if len(question.units) > 1:
            raise SkippedError(_l("QTI has no questions with several units."))
        accepted = sorted(question.accepted, key=lambda each: -each.share)
        declared = _response(RESPONSE, "single", "float", [accepted[0].answer], {}, question.points)
        unit: list[Node] = [" ", Element("span", {"class": "unit"}, [question.units[0].name])] if question.units else []
        asked = [*self.blocks(question.text), Element("p", {}, [self._entry(RESPONSE), *unit])]
        branches = [
            qti("response-if" if not place else "response-else-if", {}, *self._near(each))
            for place, each in enumerate(accepted)
        ]
        return [declared], asked, self._processing(qti("response-condition", {}, *branches))

    def _near(self, accepted: AcceptedText) -> list[Node]:
        attributes = {"tolerance-mode": "exact"}
        if Decimal(accepted.tolerance):
            attributes = {"tolerance-mode": "absolute", "tolerance": f"{accepted.tolerance} {accepted.tolerance}"}
        points = Decimal(self.question.points) * accepted.share / 100
        return [
            qti("equal", attributes, _variable(), _value("float", accepted.answer)),
            _set(SCORE, _value("float", _figure(points))),
        ]

    def _gaps(self) -> tuple[list[Node], list[Node], list[Node]]:
        question = self.question
        points = Decimal(question.points) / (len(question.gaps) if question.partial else 1)
        declared: list[Node] = []
        places: dict[str, Element] = {}
        for gap in question.gaps:
            declared.append(self._gap_declared(gap, points))
            places[gap.key] = self._gap_asked(gap)
        asked = [_with_gaps(each, places) for each in self.blocks(question.text)]
        mapped = [qti("map-response", {"identifier": f"GAP_{gap.key}"}) for gap in question.gaps]
        scored = self._processing(_set(SCORE, qti("sum" if question.partial else "min", {}, *mapped)))
        return declared, asked, scored

    def _gap_declared(self, gap: GapText, points: Decimal) -> Element:
        name = f"GAP_{gap.key}"
        if not gap.options:
            return self._typed(name, gap.accepted, points)
        right = [f"k_{option.key}" for option in gap.options if option.right]
        return _response(name, "single", "identifier", right[:1], dict.fromkeys(right, points), points)

    def _gap_asked(self, gap: GapText) -> Element:
        name = f"GAP_{gap.key}"
        if not gap.options:
            return self._entry(name)
        choices = [
            qti("inline-choice", {"identifier": f"k_{option.key}"}, *self.nodes(option.text)) for option in gap.options
        ]
        return qti("inline-choice-interaction", {"response-identifier": name, "shuffle": "true"}, *choices)

    def _essay(self) -> tuple[list[Node], list[Node], list[Node]]:
        declared = qti("response-declaration", {"identifier": RESPONSE, "cardinality": "single", "base-type": "string"})
        limit = {"data-words": str(self.question.words)} if self.question.words else {}
        interaction = qti("extended-text-interaction", {"response-identifier": RESPONSE, **limit})
        return [declared], [*self.blocks(self.question.text), interaction], self._processing()


def _name(key: str, question: QuestionText) -> str:
    return key if question.kind == TRUE_FALSE else f"k_{key}"


def _outcome(name: str, value: str, more: Mapping[str, str]) -> Element:
    attributes = {"identifier": name, "cardinality": "single", "base-type": "float", **more}
    return qti("outcome-declaration", attributes, qti("default-value", {}, qti("value", {}, value)))


def _response(
    name: str,
    cardinality: str,
    base: str,
    right: Iterable[str],
    mapping: Mapping[str, Decimal],
    most: Decimal | int,
    *,
    case: bool | None = None,
) -> Element:
    children: list[Node] = [qti("correct-response", {}, *(qti("value", {}, each) for each in right))]
    if mapping:
        counted = {} if case is None else {"case-sensitive": "true" if case else "false"}
        entries = [
            qti("map-entry", {"map-key": key, "mapped-value": _figure(value), **counted})
            for key, value in mapping.items()
        ]
        bounds = {"lower-bound": "0", "upper-bound": _figure(Decimal(most)), "default-value": "0"}
        children.append(qti("mapping", bounds, *entries))
    return qti("response-declaration", {"identifier": name, "cardinality": cardinality, "base-type": base}, *children)


def _associable(key: str, most: str, inner: Sequence[Node]) -> Element:
    return qti("simple-associable-choice", {"identifier": f"k_{key}", "match-max": most}, *inner)


def _place_condition(place: int, name: str, part: Decimal) -> Element:
    there = qti("match", {}, qti("index", {"n": str(place)}, _variable()), _value("identifier", name))
    more = _set(SCORE, qti("sum", {}, _variable(SCORE), _value("float", _figure(part))))
    return qti("response-condition", {}, qti("response-if", {}, there, more))


def _allowed(nodes: Iterable[Node]) -> list[Node]:
    """What QTI takes of HTML; of the rest its words."""
    found: list[Node] = []
    for each in nodes:
        if isinstance(each, str):
            found.append(each)
        elif each.tag in _KEPT:
            kept = {name: each.get(name) for name in _ATTRIBUTES.get(each.tag, ())}
            found.append(Element(each.tag, kept, _allowed(each.children)))
        elif each.tag not in {"script", "style"}:
            found += _allowed(each.children)
    return found


def _with_gaps(node: Node, places: Mapping[str, Element]) -> Node:
    if isinstance(node, str):
        return node
    children: list[Node] = []
    for each in node.children:
        if not isinstance(each, str):
            children.append(_with_gaps(each, places))
            continue
        for at, piece in enumerate(words.in_gaps(each)):
            if at % 2 and piece in places:
                children.append(places[piece])
            else:
                children.append(f"[[{piece}]]" if at % 2 else piece)
    return Element(node.tag, node.attributes, [each for each in children if each != ""])
