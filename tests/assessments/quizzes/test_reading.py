"""Essays that a tutor reads, attempts that are counted again, what the figures say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from escuela.assessments.quizzes import regrading, services, statistics
from escuela.assessments.quizzes.asked import AcceptedText, GapText, OptionText, QuestionText
from escuela.assessments.quizzes.models import Answer, Attempt, Question, QuestionVersion, Regrade
from escuela.assessments.quizzes.paper import Line
from escuela.assessments.quizzes.queries import handed_in, progress
from escuela.assessments.quizzes.statistics import correlation, reliability
from escuela.columns import Localized
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import Change
from tests import factories
from tests.assessments.quizzes.test_editor import EVERY
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[Any], Client]
Counting = Callable[[], AbstractContextManager[list[str]]]
QUIZ = "/ediciones/novena/cuestionarios/quiz-datos"
RIGHT = {"p1": {"": ["a"]}, "p2": {"": ["a", "b"]}, "p3": {"": ["true"]}}


def take(cast: Cast, enrolment: Any, given: dict[str, dict[str, list[str]]]) -> Attempt:
    attempt = services.start(cast.quiz, enrolment=enrolment)
    services.save_answers(attempt, given=given)
    services.hand_in(attempt)
    db.session.commit()
    return attempt


def states(cast: Cast) -> dict[int, str]:
    return {row.enrolment_id: row.state for row in db.session.execute(progress(cast.edition.id))}


# --- essays


@pytest.fixture
def essay(cast: Cast) -> Attempt:
    factories.question(cast.quiz, "essay", points=4, options=())
    return take(cast, cast.lucias, {**RIGHT, "p4": {"": ["Porque el arroyo\ncrece."]}})


def test_an_attempt_waits_for_its_essay_and_says_so(cast: Cast, essay: Attempt, as_: As) -> None:
    assert (essay.points, essay.points_possible, essay.passed) == (None, 700, None)
    assert states(cast) == {cast.lucias.id: "waiting"}
    page = as_(cast.lucia).get(f"{QUIZ}/intentos/1").text
    assert "A tutor reads your essay" in page
    assert "1 of 1 point" in page
    assert "A tutor reads it" in as_(cast.lucia).get(QUIZ).text


def test_a_tutor_reads_it_and_the_result_goes_out_once_by_mail(cast: Cast, essay: Attempt, as_: As) -> None:
    renata = as_(cast.renata)
    assert "Read 1 essay" in renata.get(QUIZ).text
    page = renata.get(f"{QUIZ}/ensayos").text
    assert "Porque el arroyo\ncrece." in page
    question = essay.answers[3].question_id
    data = {"attempt": essay.id, "question": question, "points": "2,5", "comment": "Falta decir cuándo."}
    for bad in ("4.01", "-1", "x", "", "nan"):
        answer = renata.post(f"{QUIZ}/ensayos", data={**data, "points": bad})
        assert (answer.status_code, "Falta decir cuándo." in answer.text) == (422, True), bad
    assert renata.post(f"{QUIZ}/ensayos", data=data).status_code == 303
    again = renata.post(f"{QUIZ}/ensayos", data={**data, "points": "0"}, follow_redirects=True)
    assert "read by somebody meanwhile" in again.text
    assert "Every essay is read" in again.text
    db.session.expire_all()
    assert (essay.points, essay.passed, essay.answers[3].points) == (550, True, 250)
    assert states(cast) == {cast.lucias.id: "done"}
    mails = db.session.scalars(select(Message).where(Message.address == cast.lucia.email)).all()
    assert len(mails) == 1
    result = as_(cast.lucia).get(f"{QUIZ}/intentos/1").text
    assert "5.5 of 7 points" in result
    assert "Falta decir cuándo." in result


def test_an_essay_left_empty_waits_for_nobody(cast: Cast) -> None:
    factories.question(cast.quiz, "essay", points=4, options=())
    attempt = take(cast, cast.lucias, RIGHT)
    assert (attempt.points, attempt.points_possible, attempt.passed) == (300, 700, False)


# --- which attempt counts


@pytest.mark.parametrize(("scoring", "state"), [("best", "done"), ("last", "part"), ("mean", "part")])
def test_progress_follows_the_attempt_that_counts(cast: Cast, scoring: str, state: str) -> None:
    cast.quiz.scoring = scoring
    take(cast, cast.lucias, RIGHT)
    assert states(cast) == {cast.lucias.id: "done"}
    take(cast, cast.lucias, {})
    assert states(cast) == {cast.lucias.id: state}


# --- counting again


def corrected(question: Question, *right: str) -> None:
    """Another version, in which other options are right."""
    old = question.newest
    options = tuple(replace(each, right=each.key in right) for each in old.asked.options)
    old.current = False
    db.session.flush()
    factories.saved(
        QuestionVersion(question=question, number=2, asked=replace(old.asked, options=options), saved_at=NOW)
    )
    db.session.expire_all()


def test_the_effect_is_shown_before_and_what_was_is_kept(cast: Cast, as_: As) -> None:
    wins = take(cast, cast.lucias, {"p1": {"": ["b"]}, "p3": {"": ["true"]}})
    loses = take(cast, cast.martins, {"p1": {"": ["a"]}, "p3": {"": ["true"]}})
    question = cast.quiz.questions[0]
    corrected(question, "b")
    gabriela = as_(cast.gabriela)
    assert "recalcular/p1" in gabriela.get(QUIZ).text
    page = gabriela.get(f"{QUIZ}/recalcular/p1").text
    assert "2 attempts change." in page
    assert "1 attempt passes then." in page
    assert "1 attempt does not pass any more." in page
    assert [each.points for each in (wins, loses)] == [100, 200]
    seen = regrading.fingerprint(regrading.preview(question, cast.quiz))
    for data in ({"reason": "La clave estaba mal", "seen": "0"}, {"reason": " ", "seen": seen}):
        assert gabriela.post(f"{QUIZ}/recalcular/p1", data=data).status_code == 422
    done = gabriela.post(f"{QUIZ}/recalcular/p1", data={"reason": "La clave estaba mal", "seen": seen})
    assert done.status_code == 303
    assert [(each.points, each.passed) for each in (wins, loses)] == [(200, True), (100, False)]
    made = db.session.scalars(select(Regrade)).one()
    assert made.before == {str(wins.id): [0, 100, False], str(loses.id): [100, 200, True]}
    assert made.after == {str(wins.id): [100, 200, True], str(loses.id): [0, 100, False]}
    line = db.session.scalars(select(Change).where(Change.verb == "quiz.regraded")).one()
    assert (line.reason, line.by_id) == ("La clave estaba mal", cast.gabriela.id)
    page = " ".join(gabriela.get(QUIZ).text.split())
    assert "La clave estaba mal" in page
    assert "Lucía Ceibo Coronilla, attempt 1: 1 → 2" in page
    assert "Martín Tala Espinillo, attempt 1: 2 → 1" in page
    assert "recalcular/p1" not in gabriela.get(QUIZ).text
    with pytest.raises(DomainError, match="Nothing would change"):
        regrading.apply(question, cast.quiz, seen=regrading.fingerprint([]), reason="Otra vez", by=cast.gabriela)


def test_more_points_for_a_question_change_what_can_be_earned(cast: Cast) -> None:
    attempt = take(cast, cast.lucias, RIGHT)
    question = cast.quiz.questions[0]
    corrected(question, "a")
    factories.asking(question, points=3)
    regrading.apply(
        question,
        cast.quiz,
        seen=regrading.fingerprint(regrading.preview(question, cast.quiz)),
        reason="x",
        by=cast.gabriela,
    )
    assert (attempt.points, attempt.points_possible, attempt.passed) == (500, 500, True)


def test_what_can_be_earned_is_counted_again_for_who_earned_nothing_too(cast: Cast) -> None:
    """Else two people would be told percents of different wholes."""
    question = cast.quiz.questions[0]
    attempt = take(cast, cast.lucias, {"p1": {"": ["b"]}, "p3": {"": ["true"]}})
    corrected(question, "a")
    factories.asking(question, points=3)
    (again,) = found = regrading.preview(question, cast.quiz)
    assert (again.before[:2], again.after[:2], again.possible) == ((0, 100), (0, 100), 500)
    regrading.apply(question, cast.quiz, seen=regrading.fingerprint(found), reason="x", by=cast.gabriela)
    assert (attempt.points, attempt.points_possible, attempt.percent) == (100, 500, 20)
    assert regrading.preview(question, cast.quiz) == []


# --- figures


def test_figures_count_the_first_attempt_of_each_person(cast: Cast, as_: As) -> None:
    take(cast, cast.lucias, RIGHT)
    take(cast, cast.lucias, {})
    take(cast, cast.martins, {"p1": {"": ["b"]}, "p3": {"": ["true"]}})
    found = statistics.figures(db.session.scalars(handed_in(cast.quiz)))
    assert (found.people, found.passed, found.mean) == (2, 1, 66.5)
    assert [round(each.facility, 2) for each in found.questions] == [0.5, 0.5, 1.0]
    assert [each.answered for each in found.questions] == [2, 1, 2]
    assert found.questions[0].chosen == {"a": 1, "b": 1, "c": 0}
    assert found.questions[0].discrimination == pytest.approx(1)
    assert found.questions[2].discrimination is None
    assert sum(found.distribution) == 2
    page = as_(cast.renata).get(f"{QUIZ}/estadisticas").text
    assert "Cronbach" in page
    sheet = as_(cast.renata).get(f"{QUIZ}/estadisticas.csv")
    assert sheet.text.startswith("\ufeffQuestion,")
    questions, _blank, quiz = sheet.text.partition("\r\n\r\n")
    assert len(questions.splitlines()) == 4
    assert "1: " in questions.splitlines()[1]
    assert "0: " in questions.splitlines()[1], "what nobody chose"
    told = dict(line.split(",", 1) for line in quiz.splitlines())
    assert (told["People with a result"], told["Passed at the first go"]) == ("2", "1")
    assert (told["Median"], told["30–39 %"], told["90–100 %"], told["0–9 %"]) == ("66.5", "1", "1", "0")
    assert float(told["Reliability"]) == pytest.approx(found.reliability or 0, abs=0.01)


def test_figures_of_a_quiz_that_nobody_took(cast: Cast, as_: As) -> None:
    assert "Nobody has a result yet" in as_(cast.renata).get(f"{QUIZ}/estadisticas").text


def test_figures_cost_the_same_for_one_and_for_three(cast: Cast, as_: As, count_queries: Counting) -> None:
    renata, counts = as_(cast.renata), []
    for enrolments in ((cast.lucias,), (cast.lucias, cast.martins)):
        for enrolment in enrolments:
            take(cast, enrolment, RIGHT)
        with count_queries() as ran:
            renata.get(f"{QUIZ}/estadisticas")
        counts.append(len(ran))
    assert counts[0] == counts[1] <= 9


def test_reliability_is_that_of_the_worked_example() -> None:
    """Three questions of five people, by hand: the variances are 0.24, 0.24 and 0.16, of the totals 1.6."""
    rows = [(1, 1, 1), (1, 1, 1), (1, 1, 1), (0, 0, 1), (0, 0, 0)]
    found = reliability([dict(enumerate(row)) for row in rows])
    assert found == pytest.approx(3 / 2 * (1 - 0.64 / 1.6))
    assert reliability([{1: 1, 2: 0}]) is None
    assert reliability([{1: 1, 2: 0}, {1: 0, 3: 1}]) is None
    assert reliability([{1: 1, 2: 0}, {1: 0, 2: 1}]) is None


def test_a_correlation_needs_something_that_varies() -> None:
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    assert correlation([1, 1, 1], [1, 2, 3]) is None
    assert correlation([], []) is None


# --- a whole quiz of every kind, as a browser without scripts sends it


def test_every_kind_is_answered_on_its_page_and_read_in_its_result(cast: Cast, as_: As) -> None:
    for place, asked in enumerate(EVERY, 4):
        row = Question(quiz=cast.quiz, slug=asked.slug, position=place)
        row.versions = [QuestionVersion(number=1, asked=asked, saved_at=NOW)]
        factories.saved(row)
    lucia = as_(cast.lucia)
    lucia.post(f"{QUIZ}/intentos")
    page = lucia.get(f"{QUIZ}/intentos/1").text
    assert 'name="given-frase:a"' in page
    assert "[[" not in page
    data = {
        "question": [each.slug for each in EVERY],
        "given-palabra": "RÍO",
        "given-medida": "3500",
        "given-medida:unit": "L/s",
        "given-pares:a": "a",
        "given-pares:b": "a",
        **{f"given-orden:{key}": str(place) for place, key in enumerate("abc", 1)},
        "given-frase:a": "sol",
        "given-frase:b": "b",
        **{f"given-grupos:{key}": "frio" if key < "c" else "calor" for key in "abcd"},
        "given-ensayo": "Porque sí.",
    }
    assert lucia.post(f"{QUIZ}/intentos/1/respuestas", data=data).status_code == 303
    again = lucia.get(f"{QUIZ}/intentos/1").text
    assert 'value="RÍO"' in again
    assert "7 of 10 answered" in again
    lucia.post(f"{QUIZ}/intentos/1/entrega")
    attempt = db.session.scalars(select(Attempt)).one()
    assert [answer.points for answer in attempt.answers][3:] == [100, 300, 50, 100, 50, 100, None]
    result = lucia.get(f"{QUIZ}/intentos/1").text
    for words in ("Right in part", "A tutor has to read it", "Porque sí."):
        assert words in result, words
    services.review(attempt.answers[-1], points=100, comment="", by_id=cast.renata.id)
    db.session.commit()
    figures = as_(cast.renata).get(f"{QUIZ}/estadisticas").text
    assert "[[" not in figures
    assert "1: Gap 1 → sol" in figures


def test_what_is_said_of_a_gap_is_what_was_chosen_or_typed_in_it() -> None:
    chosen = (
        OptionText("x", Localized(es="sube"), right=True, feedback=Localized(es="Así es.")),
        OptionText("y", Localized(es="baja")),
    )
    gaps = (GapText("a", chosen), GapText("b", accepted=(AcceptedText("mar", feedback=Localized(es="Al final.")),)))
    asked = QuestionText("rio", "gaps", Localized(es="[[a]] [[b]]"), gaps=gaps)

    def told(**given: list[str]) -> list[str]:
        line = Line(1, asked, Answer(), Attempt(), given)
        return [line.told_of(gap)["es"] for gap in gaps]

    assert told(a=["x"], b=["MAR"]) == ["Así es.", "Al final."]
    assert told(a=["y"], b=["lago"]) == ["", ""]
    assert told() == ["", ""]
