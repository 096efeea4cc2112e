"""People who qualify, and people who do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.certificates import services
from escuela.certificates.drawing import draw_due_certificates
from escuela.certificates.models import Certificate
from escuela.extensions import db
from escuela.learning.models import LessonDone
from tests.cast import Cast
from tests.factories import saved


@pytest.fixture
def qualify(cast: Cast) -> Callable[[Enrolment], None]:
    """`qualify(cast.lucias)`: the edition asks for its lesson only, and the person has read it."""
    cast.quiz.required = cast.assignment.required = False
    db.session.commit()

    def read(enrolment: Enrolment) -> None:
        saved(LessonDone(enrolment_id=enrolment.id, lesson_id=cast.lesson.id, done_at=clock.now()))

    return read


@pytest.fixture
def issued(cast: Cast, qualify: Callable[[Enrolment], None]) -> Certificate:
    """Lucía's certificate, not drawn yet."""
    qualify(cast.lucias)
    certificate = services.issue(cast.lucias, by=cast.gabriela)
    db.session.commit()
    return certificate


@pytest.fixture
def drawn(issued: Certificate) -> Certificate:
    """Lucía's certificate with its PDF."""
    assert draw_due_certificates() == 1
    db.session.expire_all()
    return issued
