"""What each kind of activity gives: only what its participant may know, one mark for each pair."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from escuela.assessments.assignments.models import CHANGES_REQUESTED, SUBMITTED, Submission
from escuela.editions.kinds import KINDS
from escuela.extensions import db
from escuela.gradebook.queries import given
from tests import factories
from tests.conftest import NOW
from tests.gradebook.conftest import attempt, review, reviewed


@pytest.fixture
def marks(cast):
    """(participant, activity, earned, possible) of everything that was given in the edition."""

    def found() -> list[tuple[int, str, int, int]]:
        row = given(cast.edition.id).c
        kinds = {cast.quiz.id: "quiz", cast.assignment.id: "assignment"}
        rows = db.session.execute(select(row.enrolment_id, row.activity_id, row.earned, row.possible)).all()
        assert all(type(number) is int for each in rows for number in each)
        return sorted((person, kinds[activity], earned, possible) for person, activity, earned, possible in rows)

    return found


def test_nothing_done_gives_nothing(cast, marks):
    assert marks() == []


def test_a_quiz_gives_the_best_attempt_handed_in(cast, marks):
    for number, points in enumerate((4, 9, 7), 1):
        attempt(cast.quiz, cast.lucias, points, number=number)
    attempt(cast.quiz, cast.martins, None)
    assert marks() == [(cast.lucias.id, "quiz", 900, 1000)]


def test_of_equal_attempts_the_first_counts_and_there_is_one_row(cast, marks):
    first = attempt(cast.quiz, cast.lucias, 8)
    attempt(cast.quiz, cast.lucias, 8, number=2)
    assert len(marks()) == 1
    row = KINDS["quiz"].grades(cast.edition.id).subquery().c
    assert db.session.scalar(select(row.at)) == first.submitted_at


def test_a_quiz_that_asked_nothing_gives_no_mark(cast, marks):
    attempt(cast.quiz, cast.lucias, 0, of=0)
    assert marks() == []


def test_a_released_review_gives_the_points_of_its_levels(cast, marks):
    reviewed(cast.assignment, cast.lucias, 2, 1)
    assert marks() == [(cast.lucias.id, "assignment", 300, 400)]


def test_a_review_that_is_not_released_is_nobody_s_business(cast, marks):
    reviewed(cast.assignment, cast.lucias, 2, 1, state=SUBMITTED, released=False)
    assert marks() == []


def test_until_the_new_version_is_reviewed_the_mark_of_the_one_before_stands(cast, marks):
    work = reviewed(cast.assignment, cast.lucias, 1, 0, state=CHANGES_REQUESTED)
    again = Submission(version=2, text="Otra vez", submitted_at=NOW, submitted_by_id=cast.lucia.id)
    work.submissions.append(again)
    db.session.commit()
    assert marks() == [(cast.lucias.id, "assignment", 100, 400)]
    review(work, 2, 2, released=False)
    assert marks() == [(cast.lucias.id, "assignment", 100, 400)]
    work.submissions[-1].reviews[0].outcome, work.submissions[-1].reviews[0].released_at = "approved", NOW
    db.session.commit()
    assert marks() == [(cast.lucias.id, "assignment", 400, 400)]


def test_without_a_rubric_there_is_no_mark(cast, marks):
    cast.assignment.criteria = []
    db.session.commit()
    reviewed(cast.assignment, cast.lucias)
    assert marks() == []


def test_another_edition_s_marks_stay_there(cast, marks):
    elsewhere = factories.module(cast.other)
    attempt(factories.quiz(elsewhere), cast.rocios, 5)
    reviewed(factories.assignment(elsewhere), cast.rocios, 1, 1)
    assert marks() == []
