"""What an answer and an attempt are worth. Pure: a question and what was given in, points out.

Points earned are counted in whole hundredths of a point, so that nothing is lost or won by adding them up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from escuela.assessments.quizzes.asked import (
    CHOICES,
    ESSAY,
    GAPS,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SORTED,
    UNIT,
    WHOLE,
    AcceptedText,
    GapText,
    Given,
    QuestionText,
)

HUNDREDTHS = 100
NOTHING, ALL = Fraction(0), Fraction(1)
LETTERS = "ñÑ"
"""Letters of their own, not letters with an accent: «año» is never «ano»."""
TELEPHONE = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "‑": "-", "‐": "-", "–": "-"})
"""Signs that a telephone writes on its own account in the place of those of a keyboard."""
_NUMBER = re.compile(r"[-+]?([0-9]{1,15}([.,][0-9]{1,15})?|[.,][0-9]{1,15})")


@dataclass(frozen=True, slots=True)
class Mark:
    """What an attempt earned, in hundredths: in all, of how many, and for each question by its id.

    `points` and `passed` are None while an answer waits for a tutor, whose place in `by_question` is None.
    """

    points: int | None
    possible: int
    by_question: Mapping[int, int | None]
    passed: bool | None


def mark_answer(question: QuestionText, given: Given) -> int | None:
    """Hundredths of a point; None for an essay with words in it, which a person marks."""
    share = share_of(question, given)
    return None if share is None else int(share * question.points * HUNDREDTHS + Fraction(1, 2))


def mark_attempt(
    questions: Mapping[int, QuestionText], given: Mapping[int, Given], pass_mark: int, *, reviewed: Mapping[int, int]
) -> Mark:
    """Mark what was given for each question, by its id. `pass_mark` is the percent of the points to reach.

    `reviewed` holds the hundredths that a tutor gave. Counted in whole numbers, so that 60 % of 10 points is 6 and
    nothing near it. Nothing can be passed where there is nothing to earn.
    """
    found = {
        each: reviewed[each] if each in reviewed else mark_answer(question, given.get(each, {}))
        for each, question in questions.items()
    }
    possible = sum(question.points for question in questions.values()) * HUNDREDTHS
    if any(points is None for points in found.values()):
        return Mark(None, possible, found, None)
    points = sum(filter(None, found.values()))
    return Mark(points, possible, found, passed=reaches(points, possible, pass_mark))


def reaches(points: int, possible: int, pass_mark: int) -> bool:
    return possible > 0 and points * 100 >= pass_mark * possible


def share_of(question: QuestionText, given: Given) -> Fraction | None:
    """The part of its points that an answer earns, from 0 to 1; None where a person has to read it."""
    if question.kind == ESSAY:
        return None if typed(given) else NOTHING
    if question.kind in CHOICES:
        return _choice(question, frozenset(given.get(WHOLE, ())))
    if question.kind == SHORT:
        return _words(question, question.accepted, typed(given))
    if question.kind == NUMBER:
        return _number(question, given)
    return _parts(question, [_part(question, place, given) for place in range(len(question.parts))])


def typed(given: Given, part: str = WHOLE) -> str:
    return next((value.strip() for value in given.get(part, ())), "")


def _choice(question: QuestionText, chosen: frozenset[str]) -> Fraction:
    right = frozenset(option.key for option in question.options if option.right)
    if not right:
        return NOTHING
    if question.kind == MULTIPLE and question.partial:
        return max(NOTHING, Fraction(len(chosen & right) - len(chosen - right), len(right)))
    return ALL if chosen == right else NOTHING


def _part(question: QuestionText, place: int, given: Given) -> Fraction:
    if question.kind == GAPS:
        return _gap(question, question.gaps[place], given)
    option = question.options[place]
    wanted = option.target if question.kind in SORTED else str(place + 1) if question.kind == ORDERING else None
    return ALL if wanted is not None and typed(given, option.key) == wanted else NOTHING


def _parts(question: QuestionText, shares: Sequence[Fraction]) -> Fraction:
    if not shares:
        return NOTHING
    return sum(shares, NOTHING) / len(shares) if question.partial else min(shares)


def _gap(question: QuestionText, gap: GapText, given: Given) -> Fraction:
    said = typed(given, gap.key)
    if gap.options:
        return ALL if any(option.right and option.key == said for option in gap.options) else NOTHING
    return _words(question, gap.accepted, said)


def _words(question: QuestionText, accepted: Sequence[AcceptedText], said: str) -> Fraction:
    found = accepting(question, accepted, said)
    return Fraction(found.share, 100) if found else NOTHING


def accepting(question: QuestionText, accepted: Sequence[AcceptedText], said: str) -> AcceptedText | None:
    """Of the accepted answers that say the same, the one that earns most."""
    folded = fold(said, question)
    same = [each for each in accepted if folded and fold(each.answer, question) == folded]
    return max(same, key=lambda each: each.share, default=None)


def fold(words: str, question: QuestionText) -> str:
    """Words as they are compared: accents and capitals count where the question says so.

    Spaces, signs without a width and the shape of quotes and dashes never do.
    """
    plain = "".join(each for each in words.translate(TELEPHONE) if unicodedata.category(each) != "Cf")
    found = unicodedata.normalize("NFC", " ".join(plain.split()))
    if not question.accents:
        found = "".join(each if each in LETTERS else _bare(each) for each in found)
    return found if question.case else found.casefold()


def _bare(letter: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", letter) if not unicodedata.combining(each))


def _number(question: QuestionText, given: Given) -> Fraction:
    found = nearest(question, given)
    return Fraction(found.share, 100) if found else NOTHING


def nearest(question: QuestionText, given: Given) -> AcceptedText | None:
    """Of the accepted numbers that the given one is near enough to, in the first unit, the one that earns most."""
    said, unit = _with_unit(question, given)
    value = read_number(said)
    factor = _factor(question, unit)
    if value is None or factor is None:
        return None
    value *= factor
    near = [each for each in question.accepted if abs(value - Fraction(each.answer)) <= Fraction(each.tolerance)]
    return max(near, key=lambda each: each.share, default=None)


def _with_unit(question: QuestionText, given: Given) -> tuple[str, str]:
    """The number and its unit; one that was typed behind the number is read, unless another one was chosen."""
    said, unit = typed(given), typed(given, UNIT)
    named = [each.name for each in question.units if said.endswith(each.name) and unit in {"", each.name}]
    longest = max(named, key=len, default="")
    return (said.removesuffix(longest), longest) if longest else (said, unit)


def _factor(question: QuestionText, unit: str) -> Fraction | None:
    if len(question.units) < 2:
        return ALL
    return next((Fraction(each.factor) for each in question.units if each.name == unit), None)


def read_number(text: str) -> Fraction | None:
    """A number as people type it: one comma or one point before the decimals; between thousands a space or nothing."""
    plain = "".join(text.split()).replace("−", "-").replace("–", "-")
    if not _NUMBER.fullmatch(plain):
        return None
    return Fraction(Decimal(plain.replace(",", ".")))


def right_answer(question: QuestionText) -> Given:
    """An answer that earns everything; of an essay some words, which a person has to read."""
    if question.kind in CHOICES:
        return {WHOLE: [option.key for option in question.options if option.right]}
    if question.kind in SORTED:
        return {option.key: [option.target] for option in question.options}
    if question.kind == ORDERING:
        return {option.key: [str(place)] for place, option in enumerate(question.options, 1)}
    if question.kind == GAPS:
        return {gap.key: [_right_in(gap)] for gap in question.gaps}
    if question.kind == ESSAY:
        return {WHOLE: ["…"]}
    unit = {UNIT: [question.units[0].name]} if len(question.units) > 1 else {}
    return {WHOLE: [_best(question.accepted)], **unit}


def _right_in(gap: GapText) -> str:
    return next((option.key for option in gap.options if option.right), "") or _best(gap.accepted)


def _best(accepted: Sequence[AcceptedText]) -> str:
    return max(accepted, key=lambda each: each.share).answer if accepted else ""
