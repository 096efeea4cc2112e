from __future__ import annotations

from datetime import datetime

import pytest

from escuela import clock
from escuela.assessments.assignments import policies, queries, queues
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.factories import at

BEFORE, AFTER, ENDED = (
    at("2026-10-25 12:00 America/Montevideo"),
    at("2026-11-05 12:00 America/Montevideo"),
    at("2026-12-10 23:59 America/Montevideo"),
)
DUE = at("2026-11-01 23:59 America/Montevideo")


@pytest.mark.parametrize(
    ("state", "claimed", "strict", "now", "answer"),
    [
        (None, False, True, BEFORE, True),
        (None, False, True, AFTER, False),
        (None, False, False, AFTER, True),
        (None, False, False, ENDED, False),
        ("draft", False, True, BEFORE, True),
        ("draft", False, True, AFTER, False),
        ("submitted", False, True, BEFORE, True),
        ("submitted", True, True, BEFORE, False),
        ("submitted", False, True, AFTER, False),
        ("changes_requested", False, True, AFTER, True),
        ("changes_requested", False, True, ENDED, False),
        ("approved", False, False, BEFORE, False),
    ],
)
def test_when_a_participant_may_write(
    cast: Cast, state: str | None, claimed: bool, strict: bool, now: datetime, answer: bool
) -> None:
    cast.assignment.due_at, cast.assignment.due_zone = DUE, "America/Montevideo"
    cast.assignment.strict = strict
    claim = {"claimed_by_id": cast.renata.id, "claimed_at": clock.now()} if claimed else {}
    work = factories.work(cast.assignment, cast.lucias, state=state, **claim) if state else None
    assert policies.can_write(cast.assignment, work, now) is answer


def test_nobody_writes_in_an_edition_that_was_closed_early_not_even_a_correction(cast: Cast) -> None:
    work = factories.work(cast.assignment, cast.lucias, state="changes_requested")
    cast.edition.status = "closed"
    assert not policies.can_write(cast.assignment, work, BEFORE)


REVIEWS = {"renata": True, "gabriela": True, "elena": True, "admin": True}


@pytest.mark.parametrize("name", ["lucia", "martin", "rocio", "renata", "thiago", "gabriela", "elena", "admin"])
def test_who_has_a_work_in_the_queue_and_on_the_desk(cast: Cast, name: str) -> None:
    work = factories.work(cast.assignment, cast.lucias)
    person = getattr(cast, name)
    expected = [work] if REVIEWS.get(name) else []
    assert db.session.scalars(queues.queue(person)).all() == expected
    assert db.session.scalars(queries.on_the_desk(person, "novena", work.id)).unique().all() == expected
    assert db.session.scalars(queries.on_the_desk(person, "octava", work.id)).unique().all() == []


def test_a_draft_is_nobodys_business_but_its_writers(cast: Cast) -> None:
    work = factories.work(cast.assignment, cast.lucias, state="draft")
    assert db.session.scalars(queries.reviewable_works(cast.elena)).all() == []
    assert db.session.scalar(queries.my_work(cast.assignment, cast.lucias)) is work
    assert db.session.scalar(queries.my_work(cast.assignment, cast.martins)) is None
