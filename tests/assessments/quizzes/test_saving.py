"""Saving one answer, as the script of the page does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from escuela import clock
from escuela.assessments.quizzes.models import Answer
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[Any], Client]
QUIZ = "/ediciones/novena/cuestionarios/quiz-datos"
FIRST = f"{QUIZ}/intentos/1"


@pytest.fixture
def lucia(cast: Cast, as_: As) -> Client:
    browser = as_(cast.lucia)
    browser.post(f"{QUIZ}/intentos")
    return browser


def save(browser: Client, slug: str = "p1", *keys: str, **headers: str) -> Any:
    data = {"question": slug, f"given-{slug}": list(keys)}
    return browser.post(f"{FIRST}/respuestas", data=data, headers={"Accept": "application/json", **headers})


def stored() -> dict[str, list[str]]:
    rows = db.session.scalars(select(Answer).where(Answer.saves > 0))
    return {answer.question.slug: answer.given.get("", []) for answer in rows}


def test_each_answer_tells_what_is_stored_and_when(cast: Cast, lucia: Client) -> None:
    said = save(lucia, "p1", "b").json
    assert said == {
        "stored": {"p1": {"": ["b"]}},
        "seen": {"p1": 1, "p2": 0, "p3": 0},
        "message": "Saved at 12:00",
        "left": None,
    }
    cast.lucia.zone = "America/La_Paz"
    db.session.commit()
    with clock.stopped(NOW + timedelta(minutes=2)):
        answer = save(lucia, "p2", "c", "a")
    assert answer.json["stored"] == {"p1": {"": ["b"]}, "p2": {"": ["a", "c"]}}
    assert answer.json["message"] == "Saved at 11:02"


def test_of_two_tabs_the_last_save_wins_and_both_hear_what_is_stored(lucia: Client) -> None:
    save(lucia, "p1", "a")
    save(lucia, "p1", "b")
    assert save(lucia, "p2", "a").json["stored"] == {"p1": {"": ["b"]}, "p2": {"": ["a"]}}


def test_a_window_that_has_not_seen_the_last_save_is_asked_before_it_overwrites(lucia: Client) -> None:
    def from_window(seen: int, *keys: str) -> Any:
        data = {"question": "p1", "given-p1": list(keys), "seen-p1": seen}
        return lucia.post(f"{FIRST}/respuestas", data=data, headers={"Accept": "application/json"})

    assert from_window(0, "a").json["seen"]["p1"] == 1
    refused = from_window(0, "b")
    assert (refused.status_code, refused.json["conflict"]) == (409, True)
    assert (refused.json["stored"], refused.json["seen"]) == ({"p1": {"": ["a"]}}, {"p1": 1})
    assert stored() == {"p1": ["a"]}
    assert from_window(0, "a").status_code == 200, "the same again overwrites nothing"
    assert from_window(1, "b").json["seen"]["p1"] == 2
    assert stored() == {"p1": ["b"]}


def test_without_scripts_what_would_overwrite_comes_back_as_it_was_typed(lucia: Client) -> None:
    save(lucia, "p1", "a")
    old = {"question": ["p1", "p2"], "given-p1": "b", "seen-p1": 0, "given-p2": "c", "seen-p2": 0}
    answer = lucia.post(f"{FIRST}/respuestas", data=old)
    assert answer.status_code == 422
    assert "another window" in answer.text
    assert 'value="b" checked' in answer.text
    assert 'name="seen-p1" value="1"' in answer.text
    assert stored() == {"p1": ["a"]}
    assert lucia.post(f"{FIRST}/respuestas", data={**old, "seen-p1": 1}).status_code == 303
    assert stored() == {"p1": ["b"], "p2": ["c"]}


def test_taking_every_mark_away_is_stored_too(lucia: Client) -> None:
    save(lucia, "p2", "a")
    assert save(lucia, "p2").json["stored"] == {"p2": {}}
    assert "0 of 3 answered" in lucia.get(FIRST).text


def test_saving_takes_at_most_four_queries_with_the_person_and_their_attempt(
    lucia: Client, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    for keys in (["a"], ["b"]):  # the first makes the answer, the second changes it
        with count_queries() as ran:
            save(lucia, "p1", *keys)
        assert len(ran) <= 4, ran


@pytest.mark.parametrize(
    ("slug", "keys"),
    [
        ("p1", ["z"]),
        ("p1", ["a' OR 1=1"]),
        ("p1", ["a", "b"]),
        ("p3", ["true", "false"]),
        ("p9", ["a"]),
        ("", ["a"]),
        ("p1", ["a" * 100_000]),
        ("p1", [f"k{number}" for number in range(20_000)]),
    ],
    ids=[
        "no such option",
        "quotes",
        "two of a single",
        "true and false",
        "no such question",
        "nameless",
        "long",
        "many",
    ],
)
def test_what_the_quiz_does_not_have_is_refused_with_a_sentence(lucia: Client, slug: str, keys: list[str]) -> None:
    save(lucia, "p1", "b")
    refused = save(lucia, slug, *keys)
    assert refused.status_code == 409
    assert refused.json["message"].endswith(".")
    assert stored() == {"p1": ["b"]}


def test_thousands_of_questions_in_one_post_are_refused(lucia: Client) -> None:
    data = {"question": [f"q{number}" for number in range(40_000)]}
    answer = lucia.post(f"{FIRST}/respuestas", data=data, headers={"Accept": "application/json"})
    assert answer.status_code in {409, 413}


def test_an_oversized_post_is_refused_before_it_is_read(lucia: Client) -> None:
    refused = save(lucia, "p1", "a" * 22_000_000)
    assert refused.status_code == 413
    assert refused.json["message"]
    assert stored() == {}


def test_a_post_that_names_no_question_changes_nothing(lucia: Client) -> None:
    save(lucia, "p1", "b")
    answer = lucia.post(f"{FIRST}/respuestas", data=b"\x00\xff", headers={"Accept": "application/json"})
    assert answer.json["stored"] == {"p1": {"": ["b"]}}
    assert stored() == {"p1": ["b"]}


def test_after_handing_in_and_after_closing_the_script_hears_why(cast: Cast, lucia: Client) -> None:
    cast.quiz.due_at, cast.quiz.due_zone = factories.at("2026-10-20 23:59 America/Montevideo"), "America/Montevideo"
    cast.quiz.strict, cast.lucia.zone = True, "America/La_Paz"
    db.session.commit()
    with clock.stopped(cast.quiz.due_at):
        refused = save(lucia, "p1", "a")
    assert refused.status_code == 409
    assert {"23:59", "22:59"} <= set(re.findall(r"\d\d:\d\d", refused.json["message"]))
    lucia.post(f"{FIRST}/entrega")
    refused = save(lucia, "p1", "a")
    assert refused.status_code == 409
    assert "handed in" in refused.json["message"]
    assert stored() == {}


def test_signed_out_in_another_tab_the_script_hears_to_sign_in(lucia: Client) -> None:
    lucia.sign_in(None)
    refused = save(lucia, "p1", "a")
    assert refused.status_code == 401
    assert "Sign in" in refused.json["message"]


@pytest.fixture
def guarded(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.usefixtures("guarded")
def test_an_old_safety_code_is_refused_with_a_sentence_and_the_one_of_the_page_works(cast: Cast, lucia: Client) -> None:
    for old in ({}, {"X-CSRFToken": "old"}):
        refused = save(lucia, "p1", "a", **old)
        assert refused.status_code == 400
        assert "Reload" in refused.json["message"]
    assert stored() == {}


@pytest.mark.usefixtures("guarded")
def test_the_safety_code_of_the_page_goes_with_each_answer(cast: Cast, as_: As) -> None:
    browser = as_(cast.lucia)
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(QUIZ).text)
    assert token
    browser.post(f"{QUIZ}/intentos", data={"csrf_token": token[1]})
    assert save(browser, "p1", "a", **{"X-CSRFToken": token[1]}).status_code == 200
    assert stored() == {"p1": ["a"]}


@pytest.mark.usefixtures("guarded")
def test_without_scripts_an_old_safety_code_gives_the_answers_back_to_send_again(lucia: Client) -> None:
    page = lucia.post(f"{FIRST}/respuestas", data={"question": "p1", "given-p1": "b", "csrf_token": "old"})
    assert page.status_code == 400
    assert '<input type="hidden" name="given-p1" value="b">' in page.text
    assert f'action="{FIRST}/respuestas"' in page.text
