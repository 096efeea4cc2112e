"""Whether a question that came in can be asked: what every format has to keep to, in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from string import ascii_lowercase

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import (
    CHOICES,
    ESSAY,
    GAPS,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SORTED,
    AcceptedText,
    OptionText,
    QuestionText,
)
from escuela.assessments.quizzes.exchange import words
from escuela.section import Sentence

LETTERS = 10_000
"""Characters of one text."""
ANSWER = 200
"""Characters of a typed answer."""
OPTIONS = 100
"""Options, targets, accepted answers, gaps of one question."""
POINTS = 100
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][-+]?[0-9]{1,2})?")


class SkippedError(Exception):
    """A question cannot be taken over. The sentence says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__()
        self.sentence = sentence


def keys(number: int) -> list[str]:
    """Names for parts of a question: a, b ... z, aa, ab ..."""
    letters = [*ascii_lowercase, *(one + other for one in ascii_lowercase for other in ascii_lowercase)]
    if number > OPTIONS:
        raise SkippedError(_l("It has more than %(most)d options or answers.", most=OPTIONS))
    return letters[:number]


def number_in(text: str) -> str:
    """A number as it is kept: digits, a point, a sign. Raises SkippedError."""
    said = text.strip().replace(",", ".").replace("−", "-")
    if not _NUMBER.fullmatch(said):
        raise SkippedError(_l("`%(text)s` is no number.", text=text.strip()[:40]))
    return written(Decimal(said))


def written(value: Decimal) -> str:
    try:
        plain = f"{value.normalize():f}"
    except InvalidOperation:
        raise SkippedError(_l("A number in it is too large or too small.")) from None
    whole, _point, decimals = plain.lstrip("-").partition(".")
    if len(whole) > 15 or len(decimals) > 15:
        raise SkippedError(_l("A number in it is too large or too small."))
    return "0" if plain == "-0" else plain


def share_in(percent: Decimal) -> int:
    """Percent of the points as they are kept: whole, from 0 to 100."""
    return max(0, min(100, round(percent)))


def ensure_sound(question: QuestionText) -> None:
    """Raises SkippedError with the sentence of what is wrong with it."""
    texts = list(question.texts())
    if not question.text:
        raise SkippedError(_l("It has no text."))
    if any(len(words_) > LETTERS for text in texts for words_ in text.values()):
        raise SkippedError(_l("A text in it has more than %(most)d characters.", most=LETTERS))
    if question.kind in CHOICES:
        _choices(question)
    elif question.kind in SORTED or question.kind == ORDERING:
        _brought(question)
    elif question.kind == GAPS:
        _gaps(question)
    elif question.kind in {SHORT, NUMBER}:
        _accepted(question.accepted)
    elif question.kind != ESSAY:
        raise SkippedError(_l("Questions of this kind are not asked here."))


def _choices(question: QuestionText) -> None:
    right = sum(option.right for option in question.options)
    if question.kind != "true_false":
        _worded(question.options, least=2)
    if not right:
        raise SkippedError(_l("It has no right answer."))
    if question.kind != MULTIPLE and right > 1:
        raise SkippedError(_l("One answer is to be chosen, but several are right: that cannot be asked here."))


def _worded(options: Sequence[OptionText], *, least: int) -> None:
    if len(options) < least:
        raise SkippedError(_l("It has too few options: two at least."))
    if len(options) > OPTIONS:
        raise SkippedError(_l("It has more than %(most)d options or answers.", most=OPTIONS))
    if not all(option.text for option in options):
        raise SkippedError(_l("An option has no text."))


def _brought(question: QuestionText) -> None:
    _worded(question.options, least=2)
    if question.kind == ORDERING:
        return
    known = {target.key for target in question.targets}
    if len(known) < 2 or len(known) > OPTIONS:
        raise SkippedError(_l("It has too few options: two at least."))
    if not all(target.text for target in question.targets):
        raise SkippedError(_l("An option has no text."))
    if not all(option.target in known for option in question.options):
        raise SkippedError(_l("For a part of it nothing is right."))


def _gaps(question: QuestionText) -> None:
    named = [gap.key for gap in question.gaps]
    if not named:
        raise SkippedError(_l("It has no gaps."))
    if len(named) > OPTIONS:
        raise SkippedError(_l("It has more than %(most)d options or answers.", most=OPTIONS))
    if any(words.gaps_in(text) != named for text in question.text.values()):
        raise SkippedError(_l("Its gaps cannot be placed in its text."))
    for gap in question.gaps:
        if not gap.options:
            _accepted(gap.accepted)
            continue
        _worded(gap.options, least=2)
        if not any(option.right for option in gap.options):
            raise SkippedError(_l("For a part of it nothing is right."))


def _accepted(accepted: Iterable[AcceptedText]) -> None:
    found = list(accepted)
    if not any(each.share == 100 for each in found):
        raise SkippedError(_l("No answer earns all its points."))
    if len(found) > OPTIONS:
        raise SkippedError(_l("It has more than %(most)d options or answers.", most=OPTIONS))
    if any(not each.answer or len(each.answer) > ANSWER for each in found):
        raise SkippedError(_l("An answer to be typed is empty or too long."))
