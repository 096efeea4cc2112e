"""The pages, asked for as a browser without scripts asks for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.assessments.quizzes.models import Attempt
from escuela.columns import Localized
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[Any], Client]
Counting = Callable[[], AbstractContextManager[list[str]]]
QUIZ = "/ediciones/novena/cuestionarios/quiz-datos"
FIRST = f"{QUIZ}/intentos/1"
RIGHT = {
    "question": ["p1", "p2", "p3"],
    "given-p1": "a",
    "given-p2": ["a", "b"],
    "given-p3": "true",
}


def begin(lucia: Client) -> Client:
    assert lucia.post(f"{QUIZ}/intentos").location == FIRST
    return lucia


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def chosen(page: str) -> list[str]:
    return [" ".join(re.findall(r'(?:name|value)="([^"]+)"', box)) for box in re.findall(r"<input[^>]+ checked>", page)]


# --- what it is ------------------------------------------------------------------------------------------------------


def test_the_overview_says_what_the_quiz_is_and_offers_to_start(cast: Cast, as_: As) -> None:
    cast.quiz.due_at, cast.quiz.due_zone = factories.at("2026-10-29 23:59 America/Montevideo"), "America/Montevideo"
    cast.lucia.zone = "America/La_Paz"
    db.session.commit()
    page = as_(cast.lucia).get(QUIZ)
    for expected in ("Questions 3", "60 % of the points", "0 of 2 used", "Start the quiz", "23:59", "22:59", "La Paz"):
        assert expected in words(page), expected


def test_the_overview_shows_earlier_attempts_and_goes_on_with_the_open_one(cast: Cast, as_: As) -> None:
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/entrega")
    assert "Try again" in words(lucia.get(QUIZ))
    lucia.post(f"{QUIZ}/intentos")
    page = words(lucia.get(QUIZ))
    assert "0 of 3 (0 %)" in page
    assert "Go on with attempt 2" in page
    assert "Try again" not in page


def test_no_button_once_all_attempts_are_used(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    for number in (1, 2):
        lucia.post(f"{QUIZ}/intentos")
        lucia.post(f"{QUIZ}/intentos/{number}/entrega")
    page = words(lucia.get(QUIZ))
    assert "You have no attempts left." in page
    assert "Try again" not in page
    refused = lucia.post(f"{QUIZ}/intentos")
    assert refused.status_code == 409
    assert "used all your attempts" in words(refused)


def test_late_work_is_accepted_and_the_page_says_until_when(cast: Cast, as_: As) -> None:
    cast.quiz.due_at, cast.quiz.due_zone = NOW - timedelta(hours=2), "America/Montevideo"
    db.session.commit()
    page = words(as_(cast.lucia).get(QUIZ))
    assert "counts as late" in page
    assert "Start the quiz" in page


@pytest.mark.parametrize("zone", ["America/La_Paz", "America/Sao_Paulo"])
def test_not_yet_open_names_the_instant_in_both_zones_instead_of_a_button(cast: Cast, as_: As, zone: str) -> None:
    cast.quiz.opens_at, cast.quiz.opens_zone = factories.at("2026-10-27 09:00 America/Montevideo"), "America/Montevideo"
    cast.lucia.zone = zone
    db.session.commit()
    own = {"America/La_Paz": "08:00", "America/Sao_Paulo": "Same hour in your zone"}[zone]
    lucia = as_(cast.lucia)
    for page in (words(lucia.get(QUIZ)), words(lucia.post(f"{QUIZ}/intentos"))):
        assert "not open yet" in page
        assert "09:00" in page
        assert own in page
        assert "Start the quiz" not in page
    assert db.session.scalars(select(Attempt)).all() == []
    with clock.stopped(cast.quiz.opens_at):
        assert lucia.post(f"{QUIZ}/intentos").status_code == 303


def test_closed_refuses_at_the_instant_and_keeps_what_was_saved_to_read_and_to_hand_in(cast: Cast, as_: As) -> None:
    cast.lucia.zone = "America/La_Paz"
    cast.quiz.due_at, cast.quiz.due_zone = factories.at("2026-10-20 23:59 America/Montevideo"), "America/Montevideo"
    cast.quiz.strict = True
    db.session.commit()
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/respuestas", data={"question": "p1", "given-p1": "a"})
    with clock.stopped(cast.quiz.due_at):
        refused = lucia.post(f"{FIRST}/respuestas", data={"question": "p1", "given-p1": "b"})
        assert refused.status_code == 409
        assert {"23:59", "22:59"} <= set(re.findall(r"\d\d:\d\d", words(refused)))
        page = lucia.get(FIRST)
        assert chosen(page.text) == ["given-p1 a"]
        assert len(re.findall(r"<fieldset[^>]* disabled", page.text)) == 3
        assert "data-attempt=" not in page.text
        assert lucia.get(f"{FIRST}/entrega").location == FIRST
        lucia.post(f"{FIRST}/entrega")
        assert "1 of 3 points" in words(lucia.get(FIRST))
    assert db.session.scalars(select(Attempt)).one().submitted_at == cast.quiz.due_at


# --- an attempt ------------------------------------------------------------------------------------------------------


def test_a_double_click_on_start_is_one_attempt(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    assert [lucia.post(f"{QUIZ}/intentos").location for _ in range(2)] == [FIRST, FIRST]
    assert db.session.scalars(select(Attempt)).one().number == 1


def test_an_attempt_without_scripts_saves_all_its_questions_with_one_button(cast: Cast, as_: As) -> None:
    lucia = begin(as_(cast.lucia))
    saved = lucia.post(f"{FIRST}/respuestas", data=RIGHT | {"given-p3": "false"})
    assert (saved.status_code, saved.location) == (303, FIRST)
    page = lucia.get(FIRST)
    assert sorted(chosen(page.text)) == ["given-p1 a", "given-p2 a", "given-p2 b", "given-p3 false"]
    assert "Saved at 12:00" in words(page)
    assert "3 of 3 answered" in words(page)


def test_the_hour_of_saving_is_the_readers_own(cast: Cast, as_: As) -> None:
    cast.lucia.zone = "America/La_Paz"
    db.session.commit()
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/respuestas", data=RIGHT)
    assert "Saved at 11:00" in words(lucia.get(FIRST))


def test_the_options_stay_in_their_order_from_one_look_to_the_next(cast: Cast, as_: As) -> None:
    lucia = begin(as_(cast.lucia))
    orders = [re.findall(r'name="given-p\d" value="(\w+)"', lucia.get(FIRST).text) for _ in range(2)]
    assert orders[0] == orders[1]
    assert sorted(orders[0]) == ["a", "a", "b", "b", "c", "c", "false", "true"]


def test_an_open_attempt_tells_neither_right_answers_nor_feedback(cast: Cast, as_: As) -> None:
    """The page of an attempt stays word for word the same when every right answer becomes a wrong one."""
    cast.quiz.shuffle = False
    db.session.commit()
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/respuestas", data=RIGHT, headers={"Accept": "application/json"})
    pages = [f"{FIRST}", f"{FIRST}/entrega", QUIZ]
    before = [lucia.read(page) for page in pages]
    for question in cast.quiz.questions:
        other = [
            replace(option, right=not option.right, feedback=factories.words("Otra explicación"))
            for option in question.asked.options
        ]
        factories.asking(question, feedback=factories.words("Explicación"), options=tuple(other))
    assert [lucia.read(page) for page in pages] == before
    assert not any("Sobre" in page or "xplicación" in page for page in before)


def test_reviewing_saves_first_and_lists_what_is_missing(cast: Cast, as_: As) -> None:
    lucia = begin(as_(cast.lucia))
    answer = lucia.post(f"{FIRST}/respuestas", data=RIGHT | {"given-p2": [], "review": "1"})
    assert answer.location == f"{FIRST}/entrega"
    page = lucia.get(answer.location)
    assert "1 question is not answered whole" in words(page)
    assert f'href="{FIRST}#p2"' in page.text
    assert f'href="{FIRST}#p1"' not in page.text
    assert db.session.scalars(select(Attempt)).one().submitted_at is None


def test_reviewing_says_so_when_nothing_is_missing(cast: Cast, as_: As) -> None:
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/respuestas", data=RIGHT)
    assert "All 3 questions are answered" in words(lucia.get(f"{FIRST}/entrega"))


# --- the result ------------------------------------------------------------------------------------------------------


def test_the_result_says_points_and_what_was_right_with_its_feedback(cast: Cast, as_: As) -> None:
    factories.asking(cast.quiz.questions[1], feedback=factories.words("Siempre conviene mirar las dos."))
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/respuestas", data=RIGHT | {"given-p2": ["a", "c"]})
    handed = lucia.post(f"{FIRST}/entrega")
    assert (handed.status_code, handed.location) == (303, FIRST)
    page = lucia.get(FIRST)
    for expected in (
        "You passed with 66 %",
        "2 of 3 points",
        "Opción c You chose it: not right Sobre c",
        "Opción b It was right Sobre b",
        "Siempre conviene mirar las dos.",
        "You have 1 attempt left.",
    ):
        assert expected in words(page), expected
    assert 'href="/ediciones/novena"' in page.text


def test_right_answers_stay_untold_while_another_attempt_could_use_them(cast: Cast, as_: As) -> None:
    factories.asking(cast.quiz.questions[1], feedback=factories.words("Siempre conviene mirar las dos."))
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/respuestas", data={"question": "p1", "given-p1": "b"})
    lucia.post(f"{FIRST}/entrega")
    first = words(lucia.get(FIRST))
    assert "Sobre b" in first
    assert "Sobre a" not in first
    assert "It was right" not in first
    assert "Siempre conviene" not in first, "what is said of the whole question may tell"
    lucia.post(f"{QUIZ}/intentos")
    lucia.post(f"{QUIZ}/intentos/2/entrega")
    last = words(lucia.get(FIRST))
    assert "Opción a It was right Sobre a" in last
    assert "Siempre conviene" in last


def test_handing_in_twice_comes_to_the_same_result(cast: Cast, as_: As) -> None:
    lucia = begin(as_(cast.lucia))
    lucia.post(f"{FIRST}/respuestas", data=RIGHT)
    for _ in range(2):
        assert lucia.post(f"{FIRST}/entrega").location == FIRST
    assert db.session.scalars(select(Attempt)).one().points == 300
    assert lucia.get(f"{FIRST}/entrega").location == FIRST


def test_a_question_in_another_language_is_marked_and_said(cast: Cast, as_: As) -> None:
    cast.lucia.language = "en"
    db.session.commit()
    page = begin(as_(cast.lucia)).get(FIRST).text
    assert '<div lang="es"><p>Pregunta 1</p>' in page
    assert '<span lang="es">Opción a</span>' in page
    assert "This is not in English yet; shown in Spanish." in page


def test_true_and_false_without_words_of_their_own_get_ours(cast: Cast, as_: As) -> None:
    third = cast.quiz.questions[2]
    factories.asking(third, options=tuple(replace(option, text=Localized()) for option in third.asked.options))
    page = words(begin(as_(cast.lucia)).get(FIRST))
    assert "True" in page
    assert "False" in page


# --- who -------------------------------------------------------------------------------------------------------------

PAGES = [
    ("GET", QUIZ),
    ("POST", f"{QUIZ}/intentos"),
    ("GET", FIRST),
    ("POST", f"{FIRST}/respuestas"),
    ("GET", f"{FIRST}/entrega"),
    ("POST", f"{FIRST}/entrega"),
]


@pytest.mark.parametrize(("method", "page"), PAGES)
def test_a_visitor_is_asked_to_sign_in_and_a_visitors_post_is_refused(
    cast: Cast, client: Client, method: str, page: str
) -> None:
    answer = client.open(page, method=method)
    if method == "GET":
        assert answer.status_code == 303
        assert answer.location.startswith("/ingresar")
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize(("method", "page"), PAGES)
@pytest.mark.parametrize("stranger", ["rocio", "thiago"])
def test_for_strangers_there_is_no_quiz(cast: Cast, as_: As, method: str, page: str, stranger: str) -> None:
    begin(as_(cast.lucia))
    assert as_(getattr(cast, stranger)).open(page, method=method).status_code == 404


@pytest.mark.parametrize(("method", "page"), PAGES[2:])
@pytest.mark.parametrize("other", ["martin", "renata", "gabriela", "elena", "admin"])
def test_nobody_opens_or_touches_the_attempt_of_somebody_else(
    cast: Cast, as_: As, method: str, page: str, other: str
) -> None:
    begin(as_(cast.lucia))
    assert as_(getattr(cast, other)).open(page, method=method, data=RIGHT).status_code == 404
    assert db.session.scalars(select(Attempt)).one().submitted_at is None


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999"])
def test_an_attempt_that_was_never_begun_is_not_there(cast: Cast, as_: As, number: str) -> None:
    assert begin(as_(cast.lucia)).get(f"{QUIZ}/intentos/{number}").status_code == 404


def test_an_activity_of_another_kind_or_edition_is_not_a_quiz(cast: Cast, as_: As) -> None:
    for address in (
        "/ediciones/novena/cuestionarios/leccion",
        "/ediciones/octava/cuestionarios/quiz-datos",
        "/ediciones/ninguna/cuestionarios/quiz-datos",
    ):
        assert as_(cast.lucia).get(address).status_code == 404


def test_who_withdrew_finds_nothing(cast: Cast, as_: As) -> None:
    begin(as_(cast.lucia))
    cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", NOW
    db.session.commit()
    assert as_(cast.lucia).get(QUIZ).status_code == 404
    assert as_(cast.lucia).get(FIRST).status_code == 404


@pytest.mark.parametrize("person", ["renata", "gabriela", "elena", "admin"])
def test_staff_read_the_questions_with_their_right_answers_and_cannot_take_the_quiz(
    cast: Cast, as_: As, person: str
) -> None:
    staff = as_(getattr(cast, person))
    page = words(staff.get(QUIZ))
    assert "Preview for staff" in page
    assert "Opción a Right Sobre a" in page
    assert "Start the quiz" not in page
    assert staff.post(f"{QUIZ}/intentos").status_code == 403


def test_a_coordinator_who_takes_the_quiz_sees_it_as_a_participant(cast: Cast, as_: As) -> None:
    factories.enrolment(cast.elena, cast.edition, cast.canelones)
    page = words(as_(cast.elena).get(QUIZ))
    assert "Start the quiz" in page
    assert "Sobre a" not in page


# --- query counts ----------------------------------------------------------------------------------------------------


MOST = 14
"""Of a whole page, with the reader, the navigation and the tabs of the other rooms."""


def ran_for(count_queries: Counting, browser: Client, address: str) -> int:
    with count_queries() as ran:
        assert browser.get(address).status_code == 200
    return len(ran)


def test_an_attempt_a_review_a_result_and_a_preview_cost_the_same_for_one_question_and_for_three(
    cast: Cast, as_: As, count_queries: Counting
) -> None:
    costs = []
    for kinds in (("multiple",), ("multiple",) * 3):
        quiz = f"/ediciones/novena/cuestionarios/{factories.quiz(cast.module, questions=kinds).slug}"
        lucia = as_(cast.lucia)
        lucia.post(f"{quiz}/intentos")
        open_pages = [ran_for(count_queries, lucia, f"{quiz}/intentos/1{page}") for page in ("", "/entrega")]
        lucia.post(f"{quiz}/intentos/1/entrega")
        result = ran_for(count_queries, lucia, f"{quiz}/intentos/1")
        costs.append([*open_pages, result, ran_for(count_queries, as_(cast.renata), quiz)])
    assert costs[0] == costs[1]
    assert max(costs[0]) <= MOST


def test_the_overview_costs_the_same_for_one_attempt_and_for_three(
    cast: Cast, as_: As, count_queries: Counting
) -> None:
    cast.quiz.attempts_allowed = 0
    db.session.commit()
    lucia, costs = as_(cast.lucia), []
    for number in (1, 2, 3):
        lucia.post(f"{QUIZ}/intentos")
        lucia.post(f"{QUIZ}/intentos/{number}/entrega")
        costs.append(ran_for(count_queries, lucia, QUIZ))
    assert costs[0] == costs[2] <= MOST
