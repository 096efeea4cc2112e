from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from escuela import clock
from escuela.assessments.assignments import services
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import Review, Work
from escuela.assessments.assignments.releasing import release_due_reviews
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/devoluciones"
WORK = "/ediciones/novena/tareas/assignment-mapa"


def held(cast: Cast, work: Work, *, by: User | None = None) -> Review:
    by = by or cast.renata
    services.claim(work, by=by)
    review = services.request_changes(work, Judgement(comment="Falta la fuente del dato."), by=by, hold=True)
    db.session.commit()
    return review


@pytest.fixture
def reviews(cast: Cast) -> list[Review]:
    """Of Lucía by Renata, of Martín by Gabriela."""
    works = [factories.work(cast.assignment, each) for each in (cast.lucias, cast.martins)]
    return [held(cast, works[0]), held(cast, works[1], by=cast.gabriela)]


def mails() -> list[str]:
    return sorted(db.session.scalars(db.select(Message.address)))


def states() -> list[str]:
    return list(db.session.scalars(db.select(Work.state).order_by(Work.id)))


def test_until_it_is_released_the_participant_sees_only_that_the_work_is_in_review(
    cast: Cast, as_: As, reviews: list[Review]
) -> None:
    page = as_(cast.lucia).get(WORK).text
    assert "A tutor is reviewing it" in page
    assert "Falta la fuente" not in page
    assert mails() == []
    began = {"text": "Otra cosa", "began_from": reviews[0].submission.work.draft_mark}
    assert as_(cast.lucia).post(f"{WORK}/entregar", data=began).status_code == 422


def test_a_decision_is_held_from_the_desk_and_the_next_desk_offers_the_same(cast: Cast, as_: As) -> None:
    works = [factories.work(cast.assignment, each) for each in (cast.lucias, cast.martins)]
    desk = f"/ediciones/novena/revisiones/{works[0].id}"
    renata = as_(cast.renata)
    renata.post(f"{desk}/reclamar")
    answer = renata.post(f"{desk}/devolver", data={"comment": "Falta la fuente.", "release": "held"})
    assert answer.location.endswith(f"revisiones/{works[1].id}")
    assert (mails(), states()) == ([], ["submitted", "submitted"])
    assert '<option value="held" selected>' in renata.get(answer.location).text
    queue = renata.get("/cola?estado=held").text
    assert "Lucía Ceibo Coronilla" in queue
    assert "Lucía Ceibo Coronilla" not in renata.get("/cola").text


def test_one_is_released_by_who_reviewed_it_with_one_mail_and_never_twice(
    cast: Cast, as_: As, reviews: list[Review]
) -> None:
    renata = as_(cast.renata)
    page = renata.get(PAGE).text
    assert ("Lucía Ceibo" in page, "Martín Tala" in page) == (True, False)  # each their own
    for _again in range(2):
        assert renata.post(f"{PAGE}/{reviews[0].id}/publicar").status_code == 303
    renata.post(f"{PAGE}/{reviews[1].id}/publicar")  # of a colleague
    assert mails() == ["lucia@example.org"]
    assert states() == ["changes_requested", "submitted"]
    assert "Falta la fuente" in as_(cast.lucia).get(WORK).text


def test_who_coordinates_releases_all_of_an_assignment_together(cast: Cast, as_: As, reviews: list[Review]) -> None:
    gabriela = as_(cast.gabriela)
    for _again in range(2):
        gabriela.post(f"{PAGE}/tareas/{cast.assignment.id}/publicar")
    assert mails() == ["lucia@example.org", "martin@example.org"]
    assert states() == ["changes_requested", "changes_requested"]
    verbs = [line.verb for line in db.session.query(Change).all()]
    assert verbs.count("review.released") == 2


def test_who_coordinates_and_takes_part_finds_nothing_of_their_own_work(
    cast: Cast, as_: As, reviews: list[Review]
) -> None:
    factories.staff(cast.lucia, cast.edition, "coordinator")
    page = as_(cast.lucia).get(PAGE).text
    assert (cast.lucia.name in page.partition("<tbody>")[2], cast.martin.name in page) == (False, True)
    own = next(each for each in reviews if each.submission.work.enrolment.user is cast.lucia)
    as_(cast.lucia).post(f"{PAGE}/{own.id}/publicar")
    assert own.released_at is None


def test_a_tutor_releases_all_of_their_own_and_nobody_elses(cast: Cast, as_: As, reviews: list[Review]) -> None:
    as_(cast.renata).post(f"{PAGE}/tareas/{cast.assignment.id}/publicar")
    assert mails() == ["lucia@example.org"]


def test_at_the_planned_instant_a_job_releases_them_once(cast: Cast, as_: As, reviews: list[Review]) -> None:
    gabriela = as_(cast.gabriela)
    planned = gabriela.post(f"{PAGE}/tareas/{cast.assignment.id}/programar", data={"at": "2026-10-22T09:00"})
    assert planned.status_code == 303
    assert "Thursday, October 22, 09:00" in gabriela.get(PAGE).text
    assert release_due_reviews() == 0
    with clock.stopped(NOW + timedelta(days=2)):
        assert (release_due_reviews(), release_due_reviews()) == (2, 0)
    assert mails() == ["lucia@example.org", "martin@example.org"]


def test_a_plan_is_forgotten_and_an_instant_that_passed_or_makes_no_sense_is_refused(
    cast: Cast, as_: As, reviews: list[Review]
) -> None:
    gabriela, plan = as_(cast.gabriela), f"{PAGE}/tareas/{cast.assignment.id}/programar"
    for wrong in ("2026-10-01T09:00", "mañana", ""):
        refused = gabriela.post(plan, data={"at": wrong})
        assert refused.status_code == 422
        assert f'value="{wrong}"' in refused.text
    gabriela.post(plan, data={"at": "2026-10-22T09:00"})
    gabriela.post(plan, data={"no_instant": "1"})
    with clock.stopped(NOW + timedelta(days=2)):
        assert release_due_reviews() == 0
    assert mails() == []


def test_a_decision_is_taken_back_while_nobody_was_told(cast: Cast, as_: As, reviews: list[Review]) -> None:
    lucias, martins = (f"/ediciones/novena/revisiones/{each.submission.work_id}" for each in reviews)
    assert as_(cast.renata).post(f"{martins}/recuperar").status_code == 403  # a colleague's
    assert as_(cast.renata).post(f"{lucias}/relevar").status_code == 409  # decided: nothing to take over
    assert as_(cast.gabriela).post(f"{lucias}/recuperar").status_code == 303
    page = as_(cast.gabriela).get(lucias).text
    assert "Falta la fuente del dato.</textarea>" in page
    assert as_(cast.gabriela).post(f"{lucias}/recuperar").status_code == 409
    assert mails() == []


def test_the_page_is_for_who_reviews_in_the_edition(cast: Cast, as_: As, reviews: list[Review]) -> None:
    posts = [
        f"{PAGE}/{reviews[0].id}/publicar",
        f"{PAGE}/tareas/{cast.assignment.id}/publicar",
        f"{PAGE}/tareas/{cast.assignment.id}/programar",
    ]
    for person, status in ((cast.lucia, 403), (cast.rocio, 404), (cast.thiago, 404)):
        assert as_(person).get(PAGE).status_code == status
        assert [as_(person).post(each).status_code for each in posts] == [status] * 3
    assert as_(None).get(PAGE).status_code == 303
    assert [as_(None).post(each).status_code for each in posts] == [401] * 3
    assert mails() == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_for_three_reviews_as_for_one(
    cast: Cast, as_: As, rows: int, count_queries: Callable
) -> None:
    for number in range(rows):
        person = factories.user(f"Persona{number} Ceibo")
        government = factories.government(f"Municipio {number}")
        held(cast, factories.work(cast.assignment, factories.enrolment(person, cast.edition, government)))
    gabriela = as_(cast.gabriela)
    with count_queries() as ran:
        gabriela.get(PAGE)
    assert len(ran) == 11
