from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from sqlalchemy import select

from escuela.admissions import moves
from escuela.admissions.models import Enrolment
from escuela.admissions.services import Newcomer
from escuela.assessments.assignments import allocation, queries, queues, releasing, services
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import Assignment, Submission, Work, mark_of
from escuela.content.rows import home_of
from escuela.editions.kinds import DONE, FORMATS, PART, WAITING
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.learning.completion import standing, standings
from escuela.messages.models import Message
from escuela.people.models import User
from tests import factories
from tests.assessments.assignments import documents
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"


@pytest.fixture
def assignment(cast: Cast) -> Assignment:
    cast.assignment.by_team = True
    db.session.commit()
    return cast.assignment


@pytest.fixture
def draft(cast: Cast, assignment: Assignment) -> Work:
    work = services.begin(assignment, cast.lucias)
    services.save_draft(work, "El arroyo crece.", began_from=work.draft_mark)
    db.session.commit()
    return work


@pytest.fixture
def waiting(cast: Cast, draft: Work) -> Work:
    services.submit(draft, by=cast.martin)
    db.session.commit()
    return draft


def approved(work: Work, by: User) -> None:
    levels = {each.id: each.levels[2].id for each in work.assignment.criteria}
    services.claim(work, by=by)
    services.approve(work, Judgement(levels=levels, comment="Bien."), by=by)
    db.session.commit()


def state_of(cast: Cast, enrolment: Enrolment) -> str:
    return standing(enrolment).states.get(cast.assignment.id, "todo")


def leaves(cast: Cast, enrolment: Enrolment) -> None:
    db.session.refresh(cast.gabriela)
    moves.withdraw(enrolment, reason="Cambió de área.", by=cast.gabriela)
    db.session.commit()


def typed(text: str, before: str) -> dict[str, str]:
    return {"text": text, "began_from": mark_of(before)}


def test_colleagues_have_one_draft_and_nobody_overwrites_the_other(cast: Cast, as_: As, draft: Work) -> None:
    assert services.begin(cast.assignment, cast.martins) is draft
    db.session.commit()
    page = as_(cast.martin).get(PAGE).text
    assert "El arroyo crece." in page
    assert "One work for your local government" in page
    assert f"{cast.lucia.name}, {cast.martin.name}" in page
    assert as_(cast.martin).post(f"{PAGE}/borrador", data=typed("Dos", "El arroyo crece.")).status_code == 303
    refused = as_(cast.lucia).post(f"{PAGE}/borrador", data=typed("Tres", "El arroyo crece."))
    assert refused.status_code == 422
    assert "somebody of your team" in refused.text
    assert "Tres</textarea>" in refused.text
    assert '<p class="written">Dos</p>' in refused.text, "theirs stands beside one's own"
    assert draft.draft == "Dos"


def test_one_hands_in_all_are_named_and_have_its_state_and_the_mails(cast: Cast, as_: As, draft: Work) -> None:
    assert {state_of(cast, each) for each in (cast.lucias, cast.martins)} == {PART}
    assert as_(cast.martin).post(f"{PAGE}/entregar", data=typed("Listo", "El arroyo crece.")).status_code == 303
    version = db.session.query(Submission).one()
    assert (version.submitted_by, version.members) == (cast.martin, [cast.lucias, cast.martins])
    assert {state_of(cast, each) for each in (cast.lucias, cast.martins)} == {WAITING}
    page = as_(cast.renata).get(f"/ediciones/novena/revisiones/{draft.id}").text
    assert "Martín Tala Espinillo, of the team: Lucía Ceibo Coronilla, Martín Tala Espinillo" in page
    approved(draft, cast.renata)
    assert {state_of(cast, each) for each in (cast.lucias, cast.martins)} == {DONE}
    for kind in ("received", "reviewed"):
        mails = db.session.query(Message).filter_by(kind=f"assessments/assignments/{kind}")
        assert {mail.address for mail in mails} == {cast.lucia.email, cast.martin.email}
        assert mails.count() == 2
    for person in (cast.lucia, cast.martin):
        assert "Bien." in as_(person).get(PAGE).text


def test_a_team_has_its_files_together_and_no_other_team_has_them(cast: Cast, as_: As, draft: Work) -> None:
    stranger = factories.user("Ana Lapacho Timbó")
    factories.enrolment(stranger, cast.edition, cast.catamarca)
    file = services.attach(draft, BytesIO(documents.PDF), name="plan.pdf", by=cast.lucia)
    db.session.commit()
    address = f"{PAGE}/archivos/{file.id}"
    assert as_(cast.martin).get(address).status_code == 200
    assert as_(stranger).get(address).status_code == 404
    assert "El arroyo crece." not in as_(stranger).get(PAGE).text
    assert (
        as_(cast.martin).post(f"{address}/quitar", data=typed("El arroyo crece.", "El arroyo crece.")).status_code
        == 303
    )
    assert draft.draft_files == []


def test_whoever_began_it_may_leave_and_the_work_stays_with_the_others(cast: Cast, as_: As, waiting: Work) -> None:
    leaves(cast, cast.lucias)
    assert waiting in db.session.scalars(queues.queue(cast.renata)).all()
    assert services.begin(cast.assignment, cast.martins) is waiting
    approved(waiting, cast.renata)
    assert state_of(cast, cast.martins) == DONE
    assert state_of(cast, cast.lucias) == DONE, "she was named on it"


def test_a_team_that_nobody_is_of_any_more_leaves_the_queue(cast: Cast, waiting: Work) -> None:
    for enrolment in (cast.lucias, cast.martins):
        leaves(cast, enrolment)
    assert db.session.scalars(queues.queue(cast.renata)).all() == []


def test_whoever_takes_a_place_over_goes_on_with_the_work_of_the_team(cast: Cast, as_: As, draft: Work) -> None:
    leaves(cast, cast.martins)
    db.session.refresh(cast.gabriela)
    colleague = Newcomer(email="nueva@example.org", name="Nueva Tala Ceibo", language="en", zone="America/Montevideo")
    successor = moves.hand_over(
        cast.lucias, colleague, position="Ambiente", focal_point=False, leaves=False, reason="x", by=cast.gabriela
    )
    db.session.commit()
    assert services.begin(cast.assignment, successor) is draft
    services.submit(draft, by=successor.user)
    db.session.commit()
    assert db.session.query(Submission).one().members == [successor]
    assert state_of(cast, successor) == WAITING
    assert "One work for your local government" in as_(successor.user).get(PAGE).text
    assert cast.assignment.title["es"] not in as_(successor.user).get("/ediciones/novena/trabajos-anteriores").text


def test_who_was_named_stays_with_the_work_after_a_change_of_government(cast: Cast, as_: As, waiting: Work) -> None:
    cast.lucias.local_government = cast.catamarca
    db.session.commit()
    assert services.begin(cast.assignment, cast.lucias) is waiting
    approved(waiting, cast.renata)
    assert {state_of(cast, each) for each in (cast.lucias, cast.martins)} == {DONE}
    assert "Bien." in as_(cast.lucia).get(PAGE).text


def test_a_draft_that_was_never_handed_in_stays_with_its_team_and_its_author_may_read_it(
    cast: Cast, as_: As, draft: Work
) -> None:
    cast.lucias.local_government = cast.catamarca
    db.session.commit()
    page = as_(cast.lucia).get(PAGE).text
    assert "What you began for Intendencia de Canelones" in page
    assert "El arroyo crece." in page
    assert as_(cast.lucia).post(f"{PAGE}/borrador", data=typed("Para Catamarca", "")).status_code == 303
    assert draft.draft == "El arroyo crece."
    assert db.session.query(Work).count() == 2
    assert {state_of(cast, each) for each in (cast.lucias, cast.martins)} == {PART}


def test_nobody_of_the_team_reviews_its_work(cast: Cast, waiting: Work) -> None:
    factories.enrolment(cast.renata, cast.edition, cast.canelones)
    assert db.session.scalars(queries.reviewable_works(cast.renata)).all() == []
    assert db.session.scalars(queries.reviewable_works(cast.gabriela)).all() == [waiting]


def test_whose_work_it_is_does_not_change_once_somebody_has_begun(cast: Cast, draft: Work) -> None:
    form, home = FORMATS["assignment"], home_of(cast.module)
    text = form.text(cast.assignment, home)
    with pytest.raises(DomainError, match="works have been begun"):
        form.write(cast.assignment, replace(text, by_team=False), home)


def test_each_of_a_team_has_one_row_of_progress(cast: Cast, waiting: Work, count_queries: Callable) -> None:
    newcomer = factories.enrolment(factories.user("Eva Ibirá Pitá"), cast.edition, cast.canelones)
    people = [cast.lucias, cast.martins, newcomer]
    standings(cast.edition, people)  # who they are is known
    with count_queries() as ran:
        found = standings(cast.edition, people)
    assert len(ran) == 3
    assert [found[each.id].states[cast.assignment.id] for each in people] == [WAITING] * 3
    rows = [row for part in queries.PROGRESS for row in db.session.execute(part(cast.edition.id))]
    assert sorted(row.enrolment_id for row in rows) == sorted(each.id for each in people)
    assert len(db.session.execute(select(queries.whose())).all()) == 3


# --- what reviewing means for a team


def test_a_held_review_is_told_to_nobody_and_then_to_everybody_once(cast: Cast, waiting: Work) -> None:
    db.session.query(Message).delete()
    services.claim(waiting, by=cast.renata)
    review = services.request_changes(waiting, Judgement(comment="Falta."), by=cast.renata, hold=True)
    db.session.commit()
    assert db.session.query(Message).count() == 0
    for _again in range(2):
        releasing.release(releasing.held_reviews(cast.gabriela, cast.edition), by=cast.gabriela)
        db.session.commit()
    told = {mail.address: mail.once for mail in db.session.query(Message)}
    assert told == {
        cast.lucia.email: f"review-{review.id}",
        cast.martin.email: f"review-{review.id}:{cast.martins.id}",
    }
    assert db.session.query(Message).count() == 2


def test_who_takes_the_place_of_who_began_it_is_told_once_as_one_of_the_team(cast: Cast, waiting: Work) -> None:
    db.session.refresh(cast.gabriela)
    colleague = Newcomer(email="nueva@example.org", name="Nueva Tala Ceibo", language="en", zone="America/Montevideo")
    heir = moves.hand_over(
        cast.lucias, colleague, position="Ambiente", focal_point=False, leaves=False, reason="x", by=cast.gabriela
    )
    db.session.query(Message).delete()
    db.session.commit()
    approved(waiting, cast.renata)
    mails = db.session.query(Message).all()
    assert {mail.kind for mail in mails} == {"assessments/assignments/reviewed"}
    assert sorted(mail.address for mail in mails) == sorted([cast.lucia.email, cast.martin.email, heir.user.email])


def test_anybody_of_the_team_asks_and_the_answer_goes_to_all(cast: Cast, as_: As, waiting: Work) -> None:
    approved(waiting, cast.renata)
    db.session.query(Message).delete()
    db.session.commit()
    review = waiting.submissions[0].reviews[0]
    ask = f"{PAGE}/devoluciones/{review.id}/preguntas"
    assert as_(cast.martin).post(ask, data={"text": "¿Y ahora?"}).status_code == 303
    stranger = factories.user("Ana Lapacho Timbó")
    factories.enrolment(stranger, cast.edition, cast.catamarca)
    assert as_(stranger).post(ask, data={"text": "¿Y yo?"}).status_code == 404
    desk = f"/ediciones/novena/revisiones/{waiting.id}/respuestas/{review.id}"
    assert as_(cast.renata).post(desk, data={"text": "Ahora el simulacro."}).status_code == 303
    told = {(mail.kind.rpartition("/")[2], mail.address) for mail in db.session.query(Message)}
    assert told == {("question", cast.renata.email), ("answer", cast.lucia.email), ("answer", cast.martin.email)}


def test_no_work_is_allocated_to_one_of_its_team(cast: Cast, waiting: Work) -> None:
    factories.staff(cast.martin, cast.edition, "tutor")
    assert allocation.evenly([waiting], [cast.martin, cast.renata]) == {waiting.id: cast.renata}
    assert allocation.evenly([waiting], [cast.martin]) == {}
    with pytest.raises(DomainError, match="cannot review their own work"):
        allocation.allocate([waiting], {waiting.id: cast.martin}, by=cast.gabriela)
    assert queues.may_begin(cast.renata, waiting)
    assert db.session.scalars(queues.queue(cast.martin)).all() == []


def test_lists_and_desk_name_the_local_government_and_all_of_its_team(cast: Cast, as_: As, waiting: Work) -> None:
    team = f"Team: {cast.lucia.name}, {cast.martin.name}"
    government = cast.lucias.local_government.name
    renata, desk = as_(cast.renata), f"/ediciones/novena/revisiones/{waiting.id}"
    assert renata.post(f"{desk}/reclamar").status_code == 303
    for page in ("/cola", "/ediciones/novena/reparto", desk):
        shown = renata.get(page).text
        assert team in shown, page
        assert government in shown, page
    assert f"Request changes from {government}" in renata.get(desk).text
    services.request_changes(waiting, Judgement(comment="Falta el plazo."), by=cast.renata, hold=True)
    db.session.commit()
    assert team in renata.get("/ediciones/novena/devoluciones").text


def test_who_goes_on_typing_is_told_that_a_colleague_handed_it_in(cast: Cast, as_: As, waiting: Work) -> None:
    script = {"Accept": "application/json"}
    saved = as_(cast.lucia).post(f"{PAGE}/borrador", data=typed("Algo más", "El arroyo crece."), headers=script)
    assert "Version 1 is handed in as it was" in saved.json["message"]
    assert (waiting.draft, waiting.submissions[-1].text) == ("Algo más", "El arroyo crece.")
    assert as_(cast.lucia).post(f"{PAGE}/entregar", data=typed("Algo más", "Algo más")).status_code == 303
    assert [each.submitted_by for each in waiting.submissions] == [cast.martin, cast.lucia]
