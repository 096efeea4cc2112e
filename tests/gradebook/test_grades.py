"""What each kind of activity gives: only what its participant may know, one mark for each pair."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from escuela.assessments.assignments import policies
from escuela.assessments.assignments.models import CHANGES_REQUESTED, PASS, SUBMITTED, Submission, Work
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


# --- works: as `policies.points` says of each review


def said(work: Work) -> tuple[Decimal, int]:
    """What the pages say of the newest released review, in hundredths."""
    review = next(each.review for each in reversed(work.submissions) if each.review)
    return policies.points(work, review) * 100, work.assignment.points * 100


@pytest.mark.parametrize(
    ("due", "extended", "late"),
    [(None, None, False), (1, None, False), (0, None, True), (-1, None, True), (-1, 1, False), (-2, -1, True)],
)
@pytest.mark.parametrize("deduction", [0, 15, 33, 100])
def test_a_work_gives_what_its_pages_say_weights_lateness_and_all(cast, marks, due, extended, late, deduction):
    assignment = cast.assignment
    assignment.criteria[0].weight, assignment.late_deduction = 3, deduction
    if due is not None:
        assignment.due_at, assignment.due_zone = NOW + timedelta(hours=due), "America/Montevideo"
    work = reviewed(assignment, cast.lucias, 1, 2)
    work.submissions[0].submitted_at = NOW
    if extended is not None:
        work.due_at, work.due_zone = NOW + timedelta(hours=extended), "America/Montevideo"
    db.session.commit()
    assert policies.was_late(work) is late
    assert marks() == [(cast.lucias.id, "assignment", *said(work))]
    assert marks() == [(cast.lucias.id, "assignment", 5 * (100 - deduction * late), 800)]


def test_corrections_are_not_late_and_the_newest_review_counts(cast, marks):
    cast.assignment.late_deduction = 10
    cast.assignment.due_at, cast.assignment.due_zone = NOW, "America/Montevideo"
    work = reviewed(cast.assignment, cast.lucias, 1, 0, state=CHANGES_REQUESTED)
    work.submissions[0].submitted_at = NOW - timedelta(hours=1)
    again = Submission(version=2, text="Otra vez", submitted_at=NOW + timedelta(days=1))
    again.submitted_by_id = cast.lucia.id
    work.submissions.append(again)
    db.session.commit()
    review(work, 2, 2)
    assert marks() == [(cast.lucias.id, "assignment", 400, 400)] == [(cast.lucias.id, "assignment", *said(work))]


def test_points_without_a_rubric_are_those_that_were_written(cast, marks):
    assignment = cast.assignment
    assignment.criteria, assignment.points_most, assignment.late_deduction = [], 20, 15
    assignment.due_at, assignment.due_zone = NOW - timedelta(hours=1), "America/Montevideo"
    work = reviewed(assignment, cast.lucias)
    assert marks() == [], "nothing was written yet"
    work.submissions[0].submitted_at = NOW
    work.submissions[0].reviews[0].points_given = 13
    db.session.commit()
    assert marks() == [(cast.lucias.id, "assignment", 1105, 2000)] == [(cast.lucias.id, "assignment", *said(work))]


def test_what_is_only_approved_or_not_has_no_mark(cast, marks):
    cast.assignment.grading = PASS
    db.session.commit()
    reviewed(cast.assignment, cast.lucias, 2, 1)
    assert marks() == []


def test_everybody_of_a_team_has_its_mark_once(cast, marks):
    cast.assignment.by_team = True
    newcomer = factories.enrolment(factories.user("Eva Ibirá Pitá"), cast.edition, cast.canelones)
    factories.enrolment(factories.user("Ana Lapacho Timbó"), cast.edition, cast.catamarca)
    work = reviewed(cast.assignment, cast.lucias, 2, 1, local_government_id=cast.canelones.id)
    work.submissions[0].members = [cast.lucias, cast.martins]
    db.session.commit()
    assert marks() == sorted((each.id, "assignment", 300, 400) for each in (cast.lucias, cast.martins, newcomer))
    cast.martins.local_government = cast.catamarca
    db.session.commit()
    assert (cast.martins.id, "assignment", 300, 400) in marks(), "he was named on it"
