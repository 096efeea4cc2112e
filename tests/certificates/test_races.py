"""Two who do the same thing at the same moment, with real commits."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.certificates import pdf, services
from escuela.certificates.drawing import draw_due_certificates
from escuela.certificates.models import VALID, Certificate
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.messages.models import Message
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW

PEOPLE = 6

pytestmark = pytest.mark.committed


@pytest.fixture
def school(own_school: Flask) -> Flask:
    """With people who all qualify."""
    with own_school.app_context(), clock.stopped(NOW):
        cast = Cast.gather()
        cast.quiz.required = cast.assignment.required = False
        for number in range(PEOPLE):
            person = factories.enrolment(factories.user(f"Persona {number}"), cast.edition, cast.canelones)
            factories.saved(LessonDone(enrolment_id=person.id, lesson_id=cast.lesson.id, done_at=NOW))
    return own_school


def together(app: Flask, verb: Callable[[], object], times: int = 2) -> None:
    start, wrong = Barrier(times), []

    def run() -> None:
        try:
            with app.app_context(), clock.stopped(NOW):
                start.wait(timeout=10)
                verb()
                db.session.commit()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            wrong.append(error)

    threads = [Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert wrong == []


def issue_to_all() -> None:
    edition = db.session.scalars(select(Edition).where(Edition.slug == "novena")).one()
    services.issue_all(edition, by=db.session.scalars(select(User).where(User.email == "gabriela@example.org")).one())


def test_two_coordinators_who_issue_to_all_issue_once_to_each(school: Flask) -> None:
    together(school, issue_to_all)
    with school.app_context():
        owners = db.session.scalars(select(Certificate.enrolment_id)).all()
    assert len(owners) == len(set(owners)) == PEOPLE


def test_two_who_issue_to_one_person_get_the_same_certificate(school: Flask) -> None:
    codes: list[str] = []

    def verb() -> None:
        person = db.session.scalars(select(Enrolment).join(Enrolment.user).where(User.name == "Persona 0")).one()
        codes.append(services.issue(person, by=db.session.scalars(select(User).limit(1)).one()).code)

    together(school, verb)
    with school.app_context():
        assert db.session.scalars(select(Certificate.code)).all() == [codes[0]]
    assert codes[0] == codes[1]


def test_two_workers_draw_each_certificate_once(school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    monkeypatch.setattr(pdf, "draw", lambda _award, code: drawn.append(code) or b"%PDF-1.7")
    together(school, issue_to_all, times=1)
    together(school, draw_due_certificates, times=3)
    with school.app_context():
        valid = db.session.scalars(select(Certificate).where(Certificate.state == VALID)).all()
        assert sorted(drawn) == sorted(certificate.code for certificate in valid)
        assert all(certificate.pdf_key for certificate in valid)
        assert len(db.session.scalars(select(Message)).all()) == PEOPLE
