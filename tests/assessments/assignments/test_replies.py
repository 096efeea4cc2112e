from __future__ import annotations

from collections.abc import Callable

import pytest

from escuela.assessments.assignments import services
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import Review, Work
from escuela.assessments.assignments.review_models import Remark, Reply
from escuela.editions.models import EditionStaff
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
QUESTION = "¿Puedo usar el censo anterior?"


@pytest.fixture
def work(cast: Cast) -> Work:
    return factories.work(cast.assignment, cast.lucias)


@pytest.fixture
def review(cast: Cast, work: Work) -> Review:
    services.claim(work, by=cast.renata)
    review = services.request_changes(work, Judgement(comment="Falta la fuente."), by=cast.renata)
    db.session.query(Message).delete()
    db.session.commit()
    return review


@pytest.fixture
def ask(review: Review) -> str:
    return f"{PAGE}/devoluciones/{review.id}/preguntas"


@pytest.fixture
def answer(work: Work, review: Review) -> str:
    return f"/ediciones/novena/revisiones/{work.id}/respuestas/{review.id}"


def mails() -> list[str]:
    return list(db.session.scalars(db.select(Message.address).order_by(Message.id)))


def test_a_participant_asks_and_a_tutor_answers_with_one_mail_each(
    cast: Cast, as_: As, ask: str, answer: str, work: Work
) -> None:
    for _double_click in range(2):
        assert as_(cast.lucia).post(ask, data={"text": QUESTION}).status_code == 303
    assert mails() == ["renata@example.org"]
    queue = as_(cast.renata).get("/cola").text
    assert QUESTION in queue
    desk = as_(cast.renata).get(f"/ediciones/novena/revisiones/{work.id}").text
    assert (QUESTION in desk, answer in desk) == (True, True)
    as_(cast.renata).post(answer, data={"text": "Sí, con el año."})
    assert mails() == ["renata@example.org", "lucia@example.org"]
    assert "Sí, con el año." in as_(cast.lucia).get(PAGE).text
    assert QUESTION not in as_(cast.renata).get("/cola").text
    texts = [message.text for message in db.session.query(Message)]
    assert QUESTION in texts[0]
    assert "Sí, con el año." in texts[1]


def test_what_was_asked_about_an_earlier_review_stays_readable_and_each_comment_is_there_once(
    cast: Cast, as_: As, ask: str, answer: str, work: Work, review: Review
) -> None:
    services.begin(cast.assignment, cast.lucias)
    as_(cast.lucia).post(ask, data={"text": QUESTION})
    as_(cast.renata).post(answer, data={"text": "Sí, con el año."})
    db.session.add(Remark(review=review, text="¿De qué año?", start=0, stop=7, quote="Nuestro"))
    db.session.commit()
    for version, shown in (("Segunda versión", 1), ("Tercera versión", 1)):
        services.save_draft(work, version, began_from=work.draft_mark)
        services.submit(work, by=cast.lucia)
        db.session.commit()
        page = as_(cast.lucia).get(PAGE).text
        assert [page.count(words) for words in ("¿De qué año?", "Sí, con el año.")] == [shown, shown]
        services.claim(work, by=cast.renata)
        services.request_changes(work, Judgement(comment="Casi."), by=cast.renata)
        db.session.commit()


def test_a_colleague_may_answer_and_who_left_is_asked_no_more(cast: Cast, as_: As, ask: str, answer: str) -> None:
    db.session.query(EditionStaff).filter_by(user_id=cast.renata.id).delete()
    db.session.commit()
    as_(cast.lucia).post(ask, data={"text": QUESTION})
    as_(cast.gabriela).post(answer, data={"text": "Sí."})
    assert mails() == ["gabriela@example.org", "lucia@example.org"]


def test_nothing_and_too_much_are_refused(cast: Cast, as_: As, ask: str, answer: str) -> None:
    for text in (" ", "x" * 5001):
        assert as_(cast.lucia).post(ask, data={"text": text}).status_code == 409
        assert as_(cast.renata).post(answer, data={"text": text}).status_code == 409
    assert db.session.query(Reply).count() == 0


def test_only_the_participant_asks_and_only_who_reviews_answers(cast: Cast, as_: As, ask: str, answer: str) -> None:
    sent = {"data": {"text": QUESTION}}
    for person in (cast.martin, cast.rocio, cast.renata, cast.thiago):
        assert as_(person).post(ask, **sent).status_code == 404
    for person in (cast.lucia, cast.martin, cast.rocio, cast.thiago):
        assert as_(person).post(answer, **sent).status_code == 404
    assert (as_(None).post(ask, **sent).status_code, as_(None).post(answer, **sent).status_code) == (401, 401)
    assert db.session.query(Reply).count() == 0


def test_a_review_that_is_held_is_asked_about_by_nobody(cast: Cast, as_: As) -> None:
    work = factories.work(cast.assignment, cast.martins)
    services.claim(work, by=cast.renata)
    review = services.request_changes(work, Judgement(comment="Siga."), by=cast.renata, hold=True)
    db.session.commit()
    assert as_(cast.martin).post(f"{PAGE}/devoluciones/{review.id}/preguntas", data={"text": "?"}).status_code == 404
