"""The verbs, called as a job or a command would call them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from escuela import clock
from escuela.assessments.quizzes import services
from escuela.assessments.quizzes.models import Answer, Attempt, Quiz
from escuela.assessments.quizzes.queries import progress
from escuela.editions.services import ClosedError
from escuela.errors import DomainError
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW
from tests.postgres import postgres_server

RIGHT = {"p1": ["a"], "p2": ["a", "b"], "p3": ["true"]}


def save(attempt: Attempt, chosen: dict[str, list[str]]) -> dict[str, list[str]]:
    """Save what is chosen, by question; returns all that is stored."""
    rows = services.save_answers(attempt, given={slug: {"": keys} for slug, keys in chosen.items()})
    return {row.question.slug: row.given.get("", []) for row in rows if row.saves}


@pytest.fixture
def attempt(cast: Cast) -> Attempt:
    started = services.start(cast.quiz, enrolment=cast.lucias)
    db.session.commit()
    return started


def strict(quiz: Quiz, due_at: datetime) -> None:
    quiz.due_at, quiz.due_zone, quiz.strict = due_at, "America/Montevideo", True
    db.session.commit()


def test_starting_twice_goes_on_with_the_same_attempt(cast: Cast) -> None:
    first = services.start(cast.quiz, enrolment=cast.lucias)
    assert services.start(cast.quiz, enrolment=cast.lucias) is first
    assert db.session.scalars(select(Attempt)).all() == [first]


def test_the_attempts_of_a_colleague_are_counted_apart(cast: Cast, attempt: Attempt) -> None:
    assert services.start(cast.quiz, enrolment=cast.martins).number == 1


def test_no_more_attempts_than_allowed(cast: Cast) -> None:
    for number in (1, 2):
        begun = services.start(cast.quiz, enrolment=cast.lucias)
        assert services.hand_in(begun).number == number
    with pytest.raises(DomainError, match="used all your attempts"):
        services.start(cast.quiz, enrolment=cast.lucias)


def test_zero_attempts_allowed_means_as_many_as_wanted(cast: Cast) -> None:
    cast.quiz.attempts_allowed = 0
    for number in range(1, 6):
        assert services.hand_in(services.start(cast.quiz, enrolment=cast.lucias)).number == number


def test_a_quiz_without_questions_is_not_begun(cast: Cast) -> None:
    empty = factories.quiz(cast.module, questions=())
    with pytest.raises(DomainError, match="no questions"):
        services.start(empty, enrolment=cast.lucias)


def test_answers_are_kept_one_by_one_and_the_last_save_wins(attempt: Attempt) -> None:
    assert save(attempt, {"p1": ["b"]}) == {"p1": ["b"]}
    assert save(attempt, {"p2": ["c", "a", "a"]}) == {"p1": ["b"], "p2": ["a", "c"]}
    assert save(attempt, {"p1": ["a"], "p2": []}) == {"p1": ["a"], "p2": []}


def test_an_answer_knows_when_it_was_last_saved(attempt: Attempt) -> None:
    save(attempt, {"p1": ["b"]})
    with clock.stopped(NOW + timedelta(minutes=5)):
        save(attempt, {"p1": ["b"]})
    first, *others = attempt.answers
    assert (first.saved_at, first.saves) == (NOW + timedelta(minutes=5), 1)
    assert {(other.saved_at, other.saves) for other in others} == {(None, 0)}


def test_leaving_a_question_empty_leaves_no_answer(attempt: Attempt) -> None:
    assert save(attempt, {"p1": []}) == {}
    assert {answer.saved_at for answer in db.session.scalars(select(Answer))} == {None}


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"p1": ["z"]}, "The quiz changed"),
        ({"p1": ["a", "z"]}, "The quiz changed"),
        ({"p9": ["a"]}, "The quiz changed"),
        ({"p1": ["a", "b"]}, "one option only"),
        ({"p3": ["true", "false"]}, "one option only"),
        ({"p2": ["a"], "p1": [""]}, "The quiz changed"),
    ],
)
def test_an_answer_that_the_quiz_cannot_have_is_refused(
    attempt: Attempt, chosen: dict[str, list[str]], sentence: str
) -> None:
    with pytest.raises(DomainError, match=sentence):
        save(attempt, chosen)


def test_handing_in_freezes_points_for_the_attempt_and_each_answer(attempt: Attempt) -> None:
    save(attempt, RIGHT | {"p2": ["a"]})
    services.hand_in(attempt)
    assert (attempt.points, attempt.points_possible, attempt.passed, attempt.submitted_at) == (200, 300, True, NOW)
    assert [answer.points for answer in attempt.answers] == [100, 0, 100]
    attempt.quiz.pass_mark = 100
    services.hand_in(attempt)
    assert attempt.passed


def test_handing_in_twice_is_handing_in_once(attempt: Attempt) -> None:
    services.hand_in(attempt)
    with clock.stopped(NOW + timedelta(hours=1)):
        services.hand_in(attempt)
    assert (attempt.submitted_at, attempt.points, attempt.passed) == (NOW, 0, False)


def test_what_was_handed_in_takes_no_more_answers(attempt: Attempt) -> None:
    services.hand_in(attempt)
    with pytest.raises(DomainError, match="handed in"):
        save(attempt, {"p1": ["a"]})


def test_saving_an_answer_takes_two_statements(
    attempt: Attempt, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    assert attempt.quiz.edition
    assert attempt.quiz.module
    with count_queries() as ran:
        save(attempt, {"p1": ["a"]})
    assert len(ran) == 2, ran  # the lines with their questions, the answer


def test_closed_is_refused_at_the_instant(cast: Cast, attempt: Attempt) -> None:
    closing = factories.at("2026-10-20 23:59 America/Montevideo")
    strict(cast.quiz, closing)
    with clock.stopped(closing - timedelta(seconds=1)):
        save(attempt, {"p1": ["a"]})
    with clock.stopped(closing), pytest.raises(ClosedError):
        save(attempt, {"p1": ["b"]})
    with clock.stopped(closing), pytest.raises(ClosedError):
        services.start(cast.quiz, enrolment=cast.martins)


def test_an_attempt_left_open_counts_as_handed_in_when_the_quiz_closed(cast: Cast, attempt: Attempt) -> None:
    closing = factories.at("2026-10-20 23:59 America/Montevideo")
    strict(cast.quiz, closing)
    save(attempt, RIGHT)
    with clock.stopped(closing - timedelta(seconds=1)):
        assert services.close_overdue_attempts() == 0
    with clock.stopped(closing + timedelta(minutes=3)):
        assert services.close_overdue_attempts() == 1
        assert services.close_overdue_attempts() == 0
    assert (attempt.submitted_at, attempt.points, attempt.passed) == (closing, 300, True)


@pytest.mark.parametrize("zone", ["America/Montevideo", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_end_of_the_edition_closes_what_is_open_wherever_it_is_held(
    cast: Cast, attempt: Attempt, zone: str
) -> None:
    cast.edition.zone = zone
    end = factories.at(f"2026-12-10 23:59 {zone}")
    with clock.stopped(end - timedelta(seconds=1)):
        assert services.close_overdue_attempts() == 0
    with clock.stopped(end):
        assert services.close_overdue_attempts() == 1
    assert attempt.submitted_at == end


def test_an_edition_closed_early_closes_its_attempts_now(cast: Cast, attempt: Attempt) -> None:
    cast.edition.status = "closed"
    assert services.close_overdue_attempts() == 1
    assert attempt.submitted_at == NOW


def test_progress_is_begun_until_an_attempt_passes_and_then_done_since_the_first_that_did(cast: Cast) -> None:
    def states() -> list[tuple[int, int, str, datetime]]:
        return [tuple(row) for row in db.session.execute(progress(cast.edition.id))]

    def take(hour: int, chosen: dict[str, list[str]]) -> datetime:
        with clock.stopped(datetime(2026, 10, 21, hour, tzinfo=UTC)):
            begun = services.start(cast.quiz, enrolment=cast.lucias)
            save(begun, chosen)
            return services.hand_in(begun).submitted_at or begun.started_at

    cast.quiz.attempts_allowed = 0
    assert states() == []
    services.start(cast.quiz, enrolment=cast.lucias)
    assert states() == [(cast.lucias.id, cast.quiz.id, "part", NOW)]
    failed = take(9, {"p1": ["b"]})
    assert states() == [(cast.lucias.id, cast.quiz.id, "part", failed)]
    passed = take(10, RIGHT)
    take(11, RIGHT)
    take(12, {})
    assert states() == [(cast.lucias.id, cast.quiz.id, "done", passed)]
    assert db.session.execute(progress(cast.other.id)).all() == []


@pytest.mark.committed
def test_two_clicks_at_the_same_moment_begin_one_attempt(own_school: Flask) -> None:
    app = own_school
    with app.app_context(), clock.stopped(NOW):
        cast = Cast.gather()
        quiz_id, enrolment_id = cast.quiz.id, cast.lucias.id
    both, numbers = Barrier(2), []

    def click() -> None:
        with app.app_context(), clock.stopped(NOW):
            both.wait(timeout=10)
            quiz, enrolment = db.session.get_one(Quiz, quiz_id), db.session.get_one(type(cast.lucias), enrolment_id)
            numbers.append(services.start(quiz, enrolment=enrolment).number)
            db.session.commit()

    threads = [Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with app.app_context():
        assert (numbers, len(db.session.scalars(select(Attempt)).all())) == ([1, 1], 1)


@pytest.fixture
def own_postgres() -> object:
    with postgres_server() as url:
        yield url
