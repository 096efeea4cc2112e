"""Texts with gaps, as Moodle writes them: `{1:SHORTANSWER:=París}`, and `[[1]]` with a list of words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import GAPS, AcceptedText, GapText, OptionText, QuestionText
from escuela.assessments.quizzes.exchange import words
from escuela.assessments.quizzes.exchange.report import Draft
from escuela.assessments.quizzes.exchange.shares import judge_shares, note_shares
from escuela.assessments.quizzes.exchange.sound import SkippedError, keys, number_in, share_in

TYPED, CASED = {"SHORTANSWER", "SA", "MW"}, {"SHORTANSWER_C", "SAC", "MWC"}
NUMBERS = {"NUMERICAL", "NM"}
CHOSEN = {"MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS"}
CHOSEN |= {"MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"}
_PART = re.compile(r"\{(\d{0,3}):([A-Z_]{2,20}):((?:\\.|[^{}\\])*)\}", re.DOTALL)
_PIECE = re.compile(r"((?:\\.|[^~\\])*)(?:~|$)", re.DOTALL)
_SAID = re.compile(r"((?:\\.|[^#\\])*)(?:#(.*))?", re.DOTALL)
_WEIGHT = re.compile(r"%(-?[0-9]{1,3}(?:[.,][0-9]{1,10})?)%")
_PLACE = re.compile(r"\[\[([0-9]{1,3})\]\]")


def read(draft: Draft, markup: str) -> QuestionText:
    """Raises SkippedError where a part of it cannot be a gap."""
    gaps: list[GapText] = []
    weights: list[str] = []
    cased: list[bool] = []

    def place(found: re.Match[str]) -> str:
        weights.append(found[1] or "1")
        if found[2] in TYPED | CASED:
            cased.append(found[2] in CASED)
        key = str(len(gaps) + 1)
        gaps.append(_gap(draft, key, found[2], found[3]))
        return words.gap(key)

    placed = _PART.sub(place, markup)
    if len(set(weights)) > 1:
        draft.remark(_l("Its gaps had different weights; here each earns the same."))
    if len(set(cased)) > 1:
        draft.remark(_l("Capitals counted in some gaps only; here they count in none."))
    case = bool(cased) and all(cased)
    return QuestionText("", GAPS, draft.html(placed), gaps=tuple(gaps), case=case, partial=True)


def _gap(draft: Draft, key: str, kind: str, inner: str) -> GapText:
    pieces = list(_pieces(inner))
    if kind in CHOSEN:
        judge_shares(draft, [weight for weight, _said, _feedback in pieces], one=True)
        options = (
            OptionText(name, draft.html(said), weight >= 100, draft.html(feedback))
            for name, (weight, said, feedback) in zip(keys(len(pieces)), pieces, strict=True)
        )
        return GapText(key, options=tuple(options))
    if kind in NUMBERS:
        return GapText(key, accepted=tuple(_numbers(draft, pieces)))
    if kind in TYPED | CASED:
        return GapText(key, accepted=tuple(_typed(draft, pieces)))
    raise SkippedError(_l("A gap of the type `%(type)s` is not asked here.", type=kind))


def _pieces(inner: str) -> Iterator[tuple[Decimal, str, str]]:
    """What an answer earns in percent, its words, its feedback."""
    for found in _PIECE.finditer(inner):
        piece = found[1].strip()
        if not piece:
            continue
        weight = Decimal(0)
        if piece[0] == "=":
            weight, piece = Decimal(100), piece[1:]
        elif mark := _WEIGHT.match(piece):
            weight, piece = Decimal(mark[1].replace(",", ".")), piece[mark.end() :]
        said = _SAID.match(piece)
        yield weight, _freed(said[1] if said else piece), _freed((said[2] or "") if said else "")


def _freed(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL).strip()


def _typed(draft: Draft, pieces: Sequence[tuple[Decimal, str, str]]) -> Iterator[AcceptedText]:
    note_shares(draft, [weight for weight, said, _feedback in pieces if "*" not in said])
    for weight, said, feedback in pieces:
        answer = words.bare(said)
        if "*" in answer:
            draft.remark(_l("`*` stands for any words in `%(answer)s`: that is left out.", answer=answer[:60]))
            continue
        yield AcceptedText(answer, share_in(weight), feedback=draft.html(feedback))


def _numbers(draft: Draft, pieces: Sequence[tuple[Decimal, str, str]]) -> Iterator[AcceptedText]:
    """Numbers that are right exactly: in a gap they are compared as they are written."""
    for weight, said, feedback in pieces:
        answer, _colon, tolerance = html.unescape(said).partition(":")
        if answer.strip() == "*":
            draft.remark(_l("Feedback on any other number is left out."))
            continue
        if tolerance.strip() and Decimal(number_in(tolerance)):
            raise SkippedError(_l("A gap of it takes numbers with a tolerance: ask for the number alone."))
        draft.remark(_l("A number in a gap is right as it is written only."))
        plain = number_in(answer)
        for way in dict.fromkeys((plain, plain.replace(".", ","))):
            yield AcceptedText(way, share_in(weight), feedback=draft.html(feedback))


def read_chosen(draft: Draft, markup: str, choices: Sequence[tuple[str, str]]) -> QuestionText:
    """`choices` are words and their group; `[[2]]` takes the second, among all of its group."""
    gaps: list[GapText] = []

    def place(found: re.Match[str]) -> str:
        number = int(found[1])
        if not 0 < number <= len(choices):
            raise SkippedError(_l("For a part of it nothing is right."))
        offered = [at for at, (_said, group) in enumerate(choices, 1) if group == choices[number - 1][1]]
        options = (
            OptionText(key, draft.html(choices[at - 1][0]), at == number)
            for key, at in zip(keys(len(offered)), offered, strict=True)
        )
        key = str(len(gaps) + 1)
        gaps.append(GapText(key, options=tuple(options)))
        return words.gap(key)

    placed = _PLACE.sub(place, markup)
    return QuestionText("", GAPS, draft.html(placed), gaps=tuple(gaps), partial=True)
