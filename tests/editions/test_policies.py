"""When an activity accepts work, and who may do what in an edition."""

from __future__ import annotations

from datetime import timedelta

import pytest

from escuela import clock
from escuela.editions import policies
from escuela.editions.policies import Door
from escuela.editions.queries import visible_editions
from escuela.editions.services import ClosedError, ensure_open
from escuela.extensions import db
from tests import factories
from tests.factories import at

SANTIAGO, MONTEVIDEO = "America/Santiago", "America/Montevideo"
SECOND = timedelta(seconds=1)


@pytest.fixture
def quiz():
    """Opens on 5 October at 8:00 in Santiago, is due on 20 October at 23:59 in Montevideo."""
    module = factories.module(factories.edition(), opens_at=at(f"2026-10-05 08:00 {SANTIAGO}"), opens_zone=SANTIAGO)
    return factories.quiz(module, due_at=at(f"2026-10-20 23:59 {MONTEVIDEO}"), due_zone=MONTEVIDEO)


def test_an_activity_opens_at_the_instant_of_its_module_and_not_a_second_before(quiz):
    opening = at(f"2026-10-05 08:00 {SANTIAGO}")
    assert policies.door(quiz, opening - SECOND) is Door.NOT_YET
    assert policies.door(quiz, opening) is Door.OPEN


def test_its_own_opening_wins_over_its_module(quiz):
    quiz.opens_at, quiz.opens_zone = at(f"2026-10-12 09:30 {MONTEVIDEO}"), MONTEVIDEO
    assert policies.door(quiz, at(f"2026-10-12 09:29 {MONTEVIDEO}")) is Door.NOT_YET
    assert policies.door(quiz, at(f"2026-10-12 09:30 {MONTEVIDEO}")) is Door.OPEN


def test_past_its_due_instant_it_is_late_until_the_edition_ends(quiz):
    due = at(f"2026-10-20 23:59 {MONTEVIDEO}")
    assert policies.door(quiz, due - SECOND) is Door.OPEN
    assert policies.door(quiz, due) is Door.LATE
    midnight = at(f"2026-12-10 23:59 {MONTEVIDEO}")
    assert policies.door(quiz, midnight - SECOND) is Door.LATE
    assert policies.door(quiz, midnight) is Door.CLOSED


def test_a_strict_one_closes_at_its_due_instant(quiz):
    quiz.strict = True
    assert policies.door(quiz, at(f"2026-10-20 23:58 {MONTEVIDEO}")) is Door.OPEN
    assert policies.door(quiz, at(f"2026-10-20 23:59 {MONTEVIDEO}")) is Door.CLOSED


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("draft", Door.NOT_YET),
        ("published", Door.NOT_YET),
        ("running", Door.OPEN),
        ("closed", Door.CLOSED),
        ("archived", Door.CLOSED),
    ],
)
def test_the_status_of_the_edition_rules(quiz, status, expected):
    quiz.edition.status = status
    assert policies.door(quiz, at(f"2026-10-15 12:00 {MONTEVIDEO}")) is expected


def refusal(quiz, instant):
    with clock.stopped(at(instant)), pytest.raises(ClosedError) as refused:
        ensure_open(quiz)
    return str(refused.value.sentence)


def test_a_refusal_names_the_announced_zone_and_the_readers_own(app, quiz):
    with app.test_request_context(headers={"Cookie": f"zone={MONTEVIDEO}; language=en"}):
        early = refusal(quiz, f"2026-10-04 12:00 {MONTEVIDEO}")
        assert "08:00, Santiago time" in early
        assert "Same hour in your zone, Montevideo time" in early
        quiz.opens_at, quiz.opens_zone = at("2026-10-05 08:00 America/Lima"), "America/Lima"
        early = refusal(quiz, f"2026-10-04 12:00 {MONTEVIDEO}")
        assert "08:00, Lima time" in early
        assert "10:00, Montevideo time" in early
        assert "Thursday, December 10, 23:59" not in early
        assert "December 10, 23:59, Montevideo time" in refusal(quiz, f"2026-12-12 12:00 {MONTEVIDEO}")


def test_an_edition_ended_by_hand_does_not_name_an_instant_to_come(app, quiz):
    quiz.edition.status = "closed"
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert "has ended" in refusal(quiz, f"2026-10-15 12:00 {MONTEVIDEO}")


def test_an_edition_that_nobody_started_says_whom_to_ask(app, quiz):
    quiz.edition.status = "published"
    with app.test_request_context(headers={"Cookie": "language=en"}):
        assert "Ask the person who coordinates it" in refusal(quiz, f"2026-10-15 12:00 {MONTEVIDEO}")
        assert "It opens on" in refusal(quiz, f"2026-09-15 12:00 {MONTEVIDEO}")


def test_a_time_that_the_clocks_skip_is_refused():
    with pytest.raises(clock.SkippedTimeError):
        at("2026-09-06 00:30 America/Santiago")


def test_a_time_that_happens_twice_is_its_first():
    twice = at("2026-04-04 23:30 America/Santiago")
    assert twice.isoformat() == "2026-04-05T02:30:00+00:00"


def test_paraguay_keeps_its_hour_all_year():
    assert at("2026-07-01 12:00 America/Asuncion").hour == at("2026-12-01 12:00 America/Asuncion").hour == 15


WHO = {
    "lucia": (False, False),
    "rocio": (False, False),
    "renata": (True, False),
    "thiago": (False, False),
    "gabriela": (True, True),
    "elena": (True, True),
    "admin": (True, True),
}


@pytest.mark.parametrize(("key", "expected"), WHO.items(), ids=WHO)
def test_who_reviews_and_who_coordinates(cast, key, expected):
    user = getattr(cast, key)
    assert (policies.can_review(user, cast.edition), policies.coordinates(user, cast.edition)) == expected
    assert not policies.can_review(None, cast.edition)


@pytest.mark.parametrize("status", ["draft", "archived"])
def test_what_is_not_in_the_catalogue_is_seen_only_by_who_works_in_it(cast, status):
    cast.edition.status = status
    db.session.commit()
    sees = {key: cast.edition in db.session.scalars(visible_editions(getattr(cast, key))).all() for key in WHO}
    assert {key for key, found in sees.items() if found} == {"renata", "gabriela", "elena", "admin"}
    assert cast.edition not in db.session.scalars(visible_editions(None)).all()
