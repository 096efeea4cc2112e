"""What an answer is worth, whatever it is: properties, and the cases that people argue about."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escuela.assessments.quizzes.asked import (
    KINDS,
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
    TargetText,
    UnitText,
    from_json,
    to_json,
)
from escuela.assessments.quizzes.marking import mark_answer, mark_attempt, read_number, right_answer, share_of
from escuela.columns import Localized

WORDS = st.text(alphabet="abcdeñáéç ", min_size=1, max_size=8).filter(str.strip)
ODD = "0123456789.,-+−eE \u00a0\u0301éñ∞½①\x00\n"
POINTS = st.integers(1, 20)
PERCENT = st.integers(0, 100)


def text(words: str) -> Localized:
    return Localized(es=words)


@st.composite
def questions(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> QuestionText:
    """A sound question of any kind."""
    kind = draw(st.sampled_from(kinds))
    base = QuestionText("p", kind, text("¿?"), points=draw(POINTS), partial=draw(st.booleans()))
    count = draw(st.integers(2, 5))
    keys = list("abcdef"[:count])
    if kind in {"single", "true_false", "multiple"}:
        most = count if kind == "multiple" else 1
        right = draw(st.sets(st.sampled_from(keys), min_size=1, max_size=most))
        return replace(base, options=tuple(OptionText(key, text(key), right=key in right) for key in keys))
    if kind in {"matching", "classify"}:
        goals = tuple(TargetText(key, text(key)) for key in "xyz")
        where = [draw(st.sampled_from("xyz")) for _ in keys]
        options = tuple(OptionText(key, text(key), target=to) for key, to in zip(keys, where, strict=True))
        return replace(base, options=options, targets=goals)
    if kind == "ordering":
        return replace(base, options=tuple(OptionText(key, text(key)) for key in keys))
    if kind == "gaps":
        choice = GapText("a", options=(OptionText("a", text("sí"), right=True), OptionText("b", text("no"))))
        return replace(
            base, text=text("[[a]] [[b]]"), gaps=(choice, GapText("b", accepted=(AcceptedText(draw(WORDS)),)))
        )
    if kind == "number":
        tolerance = str(draw(st.integers(0, 3)))
        return replace(base, accepted=(AcceptedText(str(draw(st.integers(-50, 50))), tolerance=tolerance),))
    return base if kind == "essay" else replace(base, accepted=(AcceptedText(draw(WORDS)), AcceptedText("x", 50)))


def given_to(question: QuestionText) -> st.SearchStrategy[dict[str, list[str]]]:
    """Anything at all that could be in an answer, possible or not."""
    values = st.one_of(st.sampled_from([*"abcdefxyz", "1", "2", "3", "3,5", ""]), st.text(ODD, max_size=6))
    parts = st.sampled_from([*question.parts, "unit", "zz"])
    return st.dictionaries(parts, st.lists(values, max_size=4), max_size=6)


MARKED = tuple(kind for kind in KINDS if kind != "essay")


@given(data=st.data())
def test_whatever_is_given_earns_from_nothing_to_all_the_points(data: st.DataObject) -> None:
    question = data.draw(questions(MARKED))
    points = mark_answer(question, data.draw(given_to(question)))
    assert points is not None
    assert 0 <= points <= question.points * 100


@given(question=questions(MARKED))
def test_the_right_answer_earns_everything_and_nothing_earns_nothing(question: QuestionText) -> None:
    assert mark_answer(question, right_answer(question)) == question.points * 100
    assert mark_answer(question, {}) == 0


@given(data=st.data())
def test_all_or_nothing_never_earns_more_than_in_parts(data: st.DataObject) -> None:
    question = data.draw(questions(MARKED))
    answer = data.draw(given_to(question))
    whole, parts = (mark_answer(replace(question, partial=partial), answer) or 0 for partial in (False, True))
    assert whole <= parts


@given(data=st.data())
def test_one_more_right_part_never_costs_anything(data: st.DataObject) -> None:
    question = replace(data.draw(questions(("matching", "classify", "ordering", "gaps"))), partial=True)
    answer = data.draw(given_to(question))
    part = data.draw(st.sampled_from(question.parts))
    better = {**answer, part: right_answer(question)[part]}
    assert (mark_answer(question, better) or 0) >= (mark_answer(question, answer) or 0)


@given(question=questions())
def test_a_question_comes_back_from_its_json_as_it_was(question: QuestionText) -> None:
    assert from_json(to_json(question), QuestionText) == question


@given(words=WORDS)
def test_accents_capitals_and_spaces_are_forgiven_unless_the_question_says_so(words: str) -> None:
    question = QuestionText("p", "short", text("¿?"), accepted=(AcceptedText(words),))
    decomposed = unicodedata.normalize("NFD", f"  {words.upper()}  ")
    assert share_of(question, {"": [decomposed]}) == 1


@pytest.mark.parametrize(
    ("said", "accents", "case", "share"),
    [
        ("rio", False, False, 1),
        ("RÍO", False, False, 1),
        ("rio", True, False, 0),
        ("Río", True, False, 1),
        ("Río", True, True, 0),
        ("río", True, True, 1),
        ("arroyo", False, False, Fraction(1, 2)),
        ("", False, False, 0),
        ("rios", False, False, 0),
    ],
)
def test_a_few_words(said: str, accents: bool, case: bool, share: Fraction) -> None:
    accepted = (AcceptedText("río"), AcceptedText("arroyo", 50))
    question = QuestionText("p", "short", text("¿?"), accepted=accepted, accents=accents, case=case)
    assert share_of(question, {"": [said]}) == share


@pytest.mark.parametrize("said", ["caixa-d’água", "Caixa‑d´Água", "caixa-d'a\u0301gua", "cai\u00adxa-d'água\u200b"])
def test_what_a_telephone_writes_on_its_own_account_is_forgiven(said: str) -> None:
    question = QuestionText("p", "short", text("¿?"), accepted=(AcceptedText("caixa-d'água"),), accents=True)
    assert share_of(question, {"": [said]}) == 1


@pytest.mark.parametrize("said", ["12000", "12 000", "12\u00a0000", "12\u202f000,0", " 12000 m³ "])
def test_of_one_unit_its_name_may_be_typed_and_thousands_may_stand_apart(said: str) -> None:
    question = QuestionText("p", "number", text("¿?"), accepted=(AcceptedText("12000"),), units=(UnitText("m³"),))
    assert share_of(question, {"": [said]}) == 1


def test_a_dash_that_a_telephone_made_long_is_a_minus() -> None:
    assert read_number("–3,5") == read_number("-3.5") == Fraction(-7, 2)


def test_an_n_with_a_tilde_is_another_letter() -> None:
    question = QuestionText("p", "short", text("¿?"), accepted=(AcceptedText("año"),))
    assert share_of(question, {"": ["ano"]}) == 0
    assert share_of(question, {"": ["AÑO"]}) == 1


@pytest.mark.parametrize(
    ("said", "unit", "share"),
    [
        ("3.5", "m", 1),
        ("3,5", "m", 1),
        ("3,6", "m", 1),
        ("3,61", "m", 0),
        ("350", "cm", 1),
        ("350", "m", 0),
        ("350", "km", 0),
        ("3,5", "", 0),
        ("0,1 + 3", "m", 0),
        ("1e3", "m", 0),
        ("3.500,0", "m", 0),
        ("−3,5", "m", 0),
        ("nan", "m", 0),
        ("inf", "m", 0),
        ("٣٫٥", "m", 0),
        ("9" * 400, "m", 0),
        ("3,5 m", "", 1),
        ("3,5m", "m", 1),
        ("350 cm", "", 1),
        ("350 cm", "cm", 1),
        ("350 cm", "m", 0),
        ("m", "", 0),
        ("3,5 km", "", 0),
    ],
)
def test_a_number_with_its_tolerance_and_unit(said: str, unit: str, share: int) -> None:
    accepted = (AcceptedText("3.5", tolerance="0.1"),)
    units = (UnitText("m"), UnitText("cm", "0.01"))
    question = QuestionText("p", "number", text("¿?"), accepted=accepted, units=units)
    assert share_of(question, {"": [said], "unit": [unit]}) == share


@given(number=st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_a_number_reads_the_same_with_a_comma_and_with_a_point(number: object) -> None:
    assert read_number(str(number)) == read_number(str(number).replace(".", ",")) == Fraction(str(number))


@given(said=st.text(ODD, max_size=30))
def test_nothing_that_is_typed_as_a_number_breaks(said: str) -> None:
    assert read_number(said) is None or isinstance(read_number(said), Fraction)


def test_several_right_options_in_parts_take_away_what_is_wrongly_chosen() -> None:
    options = tuple(OptionText(key, text(key), right=key in "ab") for key in "abcd")
    question = QuestionText("p", "multiple", text("¿?"), points=2, options=options, partial=True)
    assert [mark_answer(question, {"": list(keys)}) for keys in ("ab", "a", "abc", "ac", "cd", "abcd")] == [
        200,
        100,
        100,
        0,
        0,
        0,
    ]


def test_an_essay_waits_for_a_person_unless_it_is_empty() -> None:
    question = QuestionText("p", "essay", text("¿?"), points=4)
    assert mark_answer(question, {"": ["Unas palabras"]}) is None
    assert mark_answer(question, {"": ["  "]}) == 0


# --- an attempt


@given(data=st.data(), pass_mark=PERCENT)
def test_points_are_those_of_the_questions_and_the_pass_mark_is_reached_exactly(
    data: st.DataObject, pass_mark: int
) -> None:
    asked = dict(enumerate(data.draw(st.lists(questions(MARKED), max_size=5))))
    answers = {each: data.draw(given_to(question)) for each, question in asked.items()}
    mark = mark_attempt(asked, answers, pass_mark, reviewed={})
    assert mark.points == sum(points or 0 for points in mark.by_question.values())
    assert mark.possible == 100 * sum(question.points for question in asked.values())
    assert mark.passed == (bool(asked) and mark.points * 100 >= pass_mark * mark.possible)


def test_an_attempt_has_no_result_before_its_essay_is_read() -> None:
    asked = {1: QuestionText("p", "essay", text("¿?"), points=4)}
    unread = mark_attempt(asked, {1: {"": ["Algo"]}}, 50, reviewed={})
    assert (unread.points, unread.passed, unread.possible) == (None, None, 400)
    read = mark_attempt(asked, {1: {"": ["Algo"]}}, 50, reviewed={1: 250})
    assert (read.points, read.passed) == (250, True)


def test_nothing_is_passed_where_there_is_nothing_to_earn() -> None:
    assert not mark_attempt({}, {}, 0, reviewed={}).passed
