"""Marks that people have, and who reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.models import APPROVED, Assignment, Mark, Review, Work
from escuela.assessments.quizzes.models import Attempt, Quiz
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW

TABLE = "/ediciones/novena/calificaciones"
MINE = "/ediciones/novena/mis-calificaciones"


@pytest.fixture
def cast() -> Cast:
    """The cast, whose coordinator reads English: words are then those of the code."""
    cast = Cast.gather()
    cast.gabriela.language = "en"
    db.session.commit()
    return cast


@pytest.fixture
def cell(cast) -> str:
    """Where Lucía's mark of the quiz is changed."""
    return f"{TABLE}/{cast.lucias.id}/quiz-datos"


@pytest.fixture
def opened(cast, as_) -> Callable[..., str]:
    """The gradebook as the coordinator of the edition sees it, with some filters."""

    def open_(**filters: object) -> str:
        answer = as_(cast.gabriela).get(TABLE, query_string=filters)
        assert answer.status_code == 200
        return answer.text

    return open_


def attempt(quiz: Quiz, by: Enrolment, points: int | None, of: int = 10, number: int = 1) -> Attempt:
    """Handed in with so many points, or still open."""
    handed_in = points is not None
    return factories.saved(
        Attempt(
            quiz=quiz,
            enrolment=by,
            number=number,
            seed=1,
            started_at=NOW - timedelta(hours=9 - number),
            submitted_at=NOW - timedelta(hours=8 - number) if handed_in else None,
            points=points * 100 if points is not None else None,
            points_possible=of * 100 if handed_in else None,
            passed=points * 100 >= 60 * of if points is not None else None,
        )
    )


def reviewed(
    assignment: Assignment, by: Enrolment, *levels: int, state: str = APPROVED, released: bool = True, **given: object
) -> Work:
    """A work whose only version was reviewed, criterion by criterion."""
    work = factories.work(assignment, by, state=state, **given)
    review(work, *levels, outcome=state, released=released)
    return work


def review(work: Work, *levels: int, outcome: str = APPROVED, released: bool = True) -> None:
    """Of the newest version."""
    reviewer, criteria = factories.user("Araucaria Molle"), list(work.assignment.criteria)
    chosen = [(criterion, criterion.levels[level]) for criterion, level in zip(criteria, levels, strict=True)]
    row = Review(submission=work.submissions[-1], reviewer=reviewer, comment="Bien.", saved_at=NOW)
    if released:
        row.outcome, row.released_at = outcome, NOW
    row.marks = [Mark(criterion=criterion, level=level) for criterion, level in chosen]
    factories.saved(row)
