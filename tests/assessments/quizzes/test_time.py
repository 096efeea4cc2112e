"""Minutes, grace, what one person gets more, and the job that hands in for who is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.assessments.quizzes import allowing, services
from escuela.assessments.quizzes.models import Allowance, Attempt
from escuela.editions.services import ClosedError
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import Change
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[Any], Client]
QUIZ = "/ediciones/novena/cuestionarios/quiz-datos"
FIRST = f"{QUIZ}/intentos/1"
END = NOW + timedelta(minutes=20)


@pytest.fixture
def timed(cast: Cast) -> Cast:
    cast.quiz.minutes, cast.quiz.grace = 20, 30
    db.session.commit()
    return cast


def begin(cast: Cast) -> Attempt:
    attempt = services.start(cast.quiz, enrolment=cast.lucias)
    db.session.commit()
    return attempt


def test_answers_are_taken_until_the_grace_is_over_and_count_until_the_end(timed: Cast) -> None:
    attempt = begin(timed)
    assert attempt.ends_at == END
    with clock.stopped(END + timedelta(seconds=29)):
        services.save_answers(attempt, given={"p1": {"": ["a"]}})
    with clock.stopped(END + timedelta(seconds=30)), pytest.raises(ClosedError, match="time of this attempt is over"):
        services.save_answers(attempt, given={"p1": {"": ["b"]}})
    with clock.stopped(END + timedelta(minutes=3)):
        assert services.close_overdue_attempts() == 1
        assert services.close_overdue_attempts() == 0
    assert (attempt.submitted_at, attempt.points) == (END, 100)


def test_the_job_leaves_alone_who_still_has_time(timed: Cast) -> None:
    begin(timed)
    with clock.stopped(END + timedelta(seconds=29)):
        assert services.close_overdue_attempts() == 0


def test_beginning_again_hands_in_what_ran_out_before_the_job_came_by(timed: Cast) -> None:
    first = begin(timed)
    with clock.stopped(END + timedelta(minutes=1)):
        assert services.start(timed.quiz, enrolment=timed.lucias).number == 2
    assert first.submitted_at == END


def test_a_quiz_without_minutes_has_no_end_of_its_own(cast: Cast) -> None:
    assert begin(cast).ends_at is None


def test_extra_time_stretches_the_open_attempt_and_the_next(timed: Cast) -> None:
    attempt = begin(timed)
    allowing.allow(timed.quiz, timed.lucias, minutes=10, attempts=1, reason="Lectora de pantalla", by=timed.renata)
    assert attempt.ends_at == END + timedelta(minutes=10)
    for number in (1, 2):
        services.hand_in(attempt)
        attempt = services.start(timed.quiz, enrolment=timed.lucias)
        assert attempt.number == number + 1
        assert attempt.ends_at == NOW + timedelta(minutes=30)
    services.hand_in(attempt)
    with pytest.raises(DomainError, match="used all your attempts"):
        services.start(timed.quiz, enrolment=timed.lucias)
    assert services.start(timed.quiz, enrolment=timed.martins).ends_at == END


def test_what_was_given_is_replaced_taken_back_and_remembered(timed: Cast) -> None:
    def give(minutes: int, attempts: int) -> None:
        allowing.allow(timed.quiz, timed.lucias, minutes=minutes, attempts=attempts, reason="Motivo", by=timed.renata)

    give(10, 1)
    give(5, 0)
    assert [(row.minutes, row.attempts) for row in db.session.scalars(select(Allowance))] == [(5, 0)]
    give(0, 0)
    assert db.session.scalars(select(Allowance)).all() == []
    lines = db.session.scalars(select(Change).where(Change.verb == "quiz.allowed").order_by(Change.id)).all()
    assert [(line.before, line.after, line.by_id) for line in lines] == [
        ({"minutes": 0, "attempts": 0}, {"minutes": 10, "attempts": 1}, timed.renata.id),
        ({"minutes": 10, "attempts": 1}, {"minutes": 5, "attempts": 0}, timed.renata.id),
        ({"minutes": 5}, {"minutes": 0}, timed.renata.id),
    ]


@pytest.mark.parametrize(("minutes", "attempts", "reason"), [(10, 0, "  "), (601, 0, "x"), (0, 21, "x"), (-1, 0, "x")])
def test_more_needs_a_reason_and_has_a_limit(timed: Cast, minutes: int, attempts: int, reason: str) -> None:
    with pytest.raises(DomainError):
        allowing.allow(timed.quiz, timed.lucias, minutes=minutes, attempts=attempts, reason=reason, by=timed.renata)


# --- on the page


def test_the_page_says_until_when_and_its_script_how_long(timed: Cast, as_: As) -> None:
    lucia = as_(timed.lucia)
    assert "20 minutes" in lucia.get(QUIZ).text
    lucia.post(f"{QUIZ}/intentos")
    with clock.stopped(NOW + timedelta(minutes=5)):
        page = lucia.get(FIRST).text
    assert 'data-left="900"' in page
    assert "Until 12:20" in page


def test_the_page_about_the_quiz_says_when_the_open_attempt_ends_not_when_the_quiz_is_due(timed: Cast, as_: As) -> None:
    lucia = as_(timed.lucia)
    assert "Once begun, an attempt lasts 20 minutes" in lucia.get(QUIZ).text
    begin(timed)
    page = lucia.get(QUIZ).text
    assert "This attempt ends on Tuesday, October 20, 12:20, Montevideo time." in page
    assert "Once begun" not in page


def test_when_it_is_over_the_page_takes_nothing_and_offers_to_hand_in(timed: Cast, as_: As) -> None:
    lucia = as_(timed.lucia)
    lucia.post(f"{QUIZ}/intentos")
    lucia.post(f"{FIRST}/respuestas", data={"question": "p1", "given-p1": "a"})
    with clock.stopped(END + timedelta(seconds=31)):
        page = lucia.get(FIRST).text
        assert "Its time is over." in page
        assert "data-attempt=" not in page
        refused = lucia.post(f"{FIRST}/respuestas", data={"question": "p1", "given-p1": "b"})
        assert refused.status_code == 409
        lucia.post(f"{FIRST}/entrega")
        assert "1 of 3 points" in lucia.get(FIRST).text
    assert db.session.scalars(select(Attempt)).one().submitted_at == END


def test_the_clock_of_a_page_that_is_ahead_hands_nothing_in(timed: Cast, as_: As) -> None:
    lucia = as_(timed.lucia)
    lucia.post(f"{QUIZ}/intentos")
    allowing.allow(timed.quiz, timed.lucias, minutes=10, attempts=0, reason="Lupa", by=timed.renata)
    db.session.commit()
    with clock.stopped(END):
        asked = lucia.post(f"{FIRST}/respuestas", headers={"Accept": "application/json"})
        assert asked.json["left"] == 600
        assert lucia.post(f"{FIRST}/entrega", data={"over": "1"}).location == FIRST
        assert 'data-left="600"' in lucia.get(FIRST).text
    with clock.stopped(END + timedelta(minutes=10)):
        lucia.post(f"{FIRST}/entrega", data={"over": "1"})
    assert db.session.scalars(select(Attempt)).one().submitted_at == END + timedelta(minutes=10)


def test_where_the_quiz_closes_before_the_minutes_are_over_its_clock_says_so(timed: Cast, as_: As) -> None:
    timed.quiz.due_at, timed.quiz.due_zone, timed.quiz.strict = NOW + timedelta(minutes=7), "America/Montevideo", True
    db.session.commit()
    lucia = as_(timed.lucia)
    lucia.post(f"{QUIZ}/intentos")
    page = lucia.get(FIRST).text
    assert 'data-left="420"' in page
    assert "Until 12:07" in page


def test_one_question_at_a_time_is_saved_on_the_way_to_the_next(cast: Cast, as_: As) -> None:
    cast.quiz.one_by_one = True
    db.session.commit()
    lucia = as_(cast.lucia)
    lucia.post(f"{QUIZ}/intentos")
    page = lucia.get(FIRST).text
    assert page.count("<fieldset") == 1
    assert "Previous question" not in page
    data = {"question": "p1", "given-p1": "a", "p": 1, "go": 2}
    assert lucia.post(f"{FIRST}/respuestas", data=data).location == f"{FIRST}?p=2"
    second = lucia.get(f"{FIRST}?p=2").text
    assert 'name="given-p2"' in second
    assert "1 of 3 answered" in second
    assert 'name="given-p3"' in lucia.get(f"{FIRST}?p=99").text


# --- who gives it


def test_a_tutor_gives_more_time_on_a_page(timed: Cast, as_: As) -> None:
    renata = as_(timed.renata)
    page = f"{QUIZ}/permisos"
    assert "Lucía Ceibo Coronilla" in renata.get(page).text
    data = {"person": timed.lucias.id, "minutes": 15, "attempts": 0, "reason": "Conexión por satélite"}
    assert renata.post(page, data=data).status_code == 303
    assert "Conexión por satélite" in renata.get(page).text
    for bad in ({"minutes": -5}, {"reason": " "}, {"person": timed.rocios.id}):
        answer = renata.post(page, data={**data, **bad})
        assert answer.status_code == 422
        assert "Conexión" in answer.text
    assert db.session.scalars(select(Allowance)).one().minutes == 15


def test_nobody_gives_more_time_to_themselves(timed: Cast, as_: As) -> None:
    own, page = factories.enrolment(timed.renata, timed.edition, timed.canelones), f"{QUIZ}/permisos"
    data = {"person": own.id, "minutes": 15, "attempts": 1, "reason": "Para mí"}
    assert as_(timed.renata).post(page, data=data).status_code == 422
    assert db.session.scalars(select(Allowance)).all() == []
    assert f'<option value="{own.id}">' not in as_(timed.renata).get(page).text
    assert as_(timed.gabriela).post(page, data=data).status_code == 303, "a colleague may"


@pytest.mark.parametrize("page", ["permisos", "estadisticas", "estadisticas.csv", "ensayos", "recalcular/p1"])
def test_pages_for_who_teaches_are_closed_to_others(cast: Cast, as_: As, page: str) -> None:
    address = f"{QUIZ}/{page}"
    assert as_(cast.gabriela).get(address).status_code == 200
    assert as_(cast.renata).get(address).status_code == (403 if page.startswith("recalcular") else 200)
    assert as_(cast.lucia).get(address).status_code == 403
    assert as_(cast.thiago).get(address).status_code == 404
    assert as_(cast.rocio).get(address).status_code == 404
    assert as_(None).get(address).status_code == 303
