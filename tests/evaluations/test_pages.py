"""Appointing, assigning, scoring blind, giving: by the right people, and by no others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.applications.models import Application
from escuela.calls.models import Call
from escuela.calls.services import locked
from escuela.evaluations.models import Evaluation, Evaluator
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
HUB = "/ediciones/novena/convocatoria/evaluadores"
DESK = "/ediciones/novena/evaluacion"


@dataclass
class Scene:
    call: Call
    application: Application
    first: Evaluation
    """Of renata."""
    second: Evaluation
    """Of thiago."""


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """A call that closed yesterday, one application of Canelones, two evaluators from elsewhere."""
    call = factories.call(cast.edition, closes_at=factories.at("2026-10-19 12:00 America/Montevideo"))
    application = factories.application(call, cast.canelones)
    evaluations = [
        factories.evaluation(application, factories.evaluator(who, call)) for who in (cast.renata, cast.thiago)
    ]
    return Scene(call, application, *evaluations)


def typed(call: Call, *points: int | str, **more: Any) -> dict[str, Any]:
    names = [f"criterion-{each.id}" for each in call.criteria]
    return dict(zip(names, points, strict=False)) | {"comment": "Bien contado."} | more


def page_of(scene: Scene) -> str:
    return f"{DESK}/{scene.application.id}"


# --- scoring


def test_scores_are_kept_as_they_are_typed_and_given_when_all_are_there(scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.renata)
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    kept = client.post(page_of(scene), data=typed(scene.call, 7))
    assert kept.status_code == 200
    assert kept.json["message"].startswith("Saved at")
    assert [score.points for score in scene.first.scores] == [7]
    refused = client.post(page_of(scene), data=typed(scene.call, 7, give="yes"))
    assert refused.status_code == 409
    assert "Respaldo" in refused.json["message"]
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    answer = client.post(page_of(scene), data=typed(scene.call, 7, 10, give="yes"))
    assert (answer.status_code, answer.location) == (303, DESK)
    assert scene.first.total == 820, "(60 * 7 + 40 * 10) / 100"
    assert client.post(page_of(scene), data=typed(scene.call, 7, 10, give="yes")).status_code == 303, "a double click"
    line = db.session.scalars(select(Change).where(Change.verb == "scores.given")).one()
    titles = [next(iter(criterion.title.values())) for criterion in scene.call.criteria]
    assert line.after == {"total": 8.2, titles[0]: 7, titles[1]: 10, "comment": "Bien contado."}
    assert line.by_id == cast.renata.id
    history = as_(cast.gabriela).get("/ediciones/novena/convocatoria/historia").text
    who = scene.first.application
    assert f"{cast.renata.name} gave scores: {who.name}, {who.reference}" in history


@pytest.mark.parametrize("wrong", ["11", "-1", "ocho", "7.5", "9999999999", ""])
def test_what_is_no_score_is_not_kept_and_keeps_nothing_else_from_being(
    wrong: str, scene: Scene, cast: Cast, as_: As
) -> None:
    answer = as_(cast.renata).post(page_of(scene), data=typed(scene.call, wrong, 4, give="yes"))
    assert answer.status_code == 422
    assert "Score every criterion first." in answer.text
    assert "Bien contado." in answer.text
    db.session.expire_all()
    assert scene.first.given_at is None


def test_nobody_sees_what_another_gave_before_giving_their_own(scene: Scene, cast: Cast, as_: As) -> None:
    as_(cast.thiago).post(page_of(scene), data=typed(scene.call, 2, 3, give="yes", comment="Le falta respaldo."))
    before = as_(cast.renata).get(page_of(scene)).text
    assert "Le falta respaldo." not in before
    assert cast.thiago.name not in before
    client = as_(cast.renata)
    client.post(page_of(scene), data=typed(scene.call, 9, 9, give="yes"))
    after = client.get(page_of(scene)).text
    assert "Le falta respaldo." in after
    assert "2.4" in after


def test_an_evaluator_who_came_to_coordinate_sees_the_ranking_only_after_giving_their_own(
    scene: Scene, cast: Cast, as_: As
) -> None:
    as_(cast.thiago).post(page_of(scene), data=typed(scene.call, 2, 3, give="yes", comment="Le falta respaldo."))
    factories.staff(cast.renata, cast.edition, "coordinator")
    call = "/ediciones/novena/convocatoria"
    for path in ("/seleccion", "/seleccion/csv", "/seleccion/publicar", "/seleccion/espera", "/historia"):
        answer = as_(cast.renata).get(f"{call}{path}")
        assert answer.status_code == 409, path
        assert "1 application waits for your scores." in answer.text
        assert f'href="{DESK}"' in answer.text
        assert "Le falta respaldo." not in answer.text
    decided = {"application": f"{scene.application.id}:", "outcome": "accepted"}
    assert as_(cast.renata).post(f"{call}/seleccion/decidir", data=decided).status_code == 409
    assert as_(cast.renata).get(call).status_code == 200
    as_(cast.renata).post(page_of(scene), data=typed(scene.call, 9, 9, give="yes"))
    assert as_(cast.renata).get(f"{call}/seleccion").status_code == 200
    assert "Le falta respaldo." in as_(cast.renata).get(f"{call}/historia").text


def test_who_hands_an_application_back_sees_the_ranking_and_gets_no_other(scene: Scene, cast: Cast, as_: As) -> None:
    given = factories.application(scene.call, cast.catamarca)
    factories.evaluation(given, scene.first.evaluator, 5, 5)
    new = factories.application(scene.call, cast.catamarca)
    factories.staff(cast.renata, cast.edition, "coordinator")
    as_(cast.renata).post(f"{page_of(scene)}/devolver", data={"reason": "Ahora coordino"})
    assert as_(cast.renata).get("/ediciones/novena/convocatoria/seleccion").status_code == 200
    ticked = {"evaluator": str(scene.first.evaluator_id), "application": str(new.id)}
    assert as_(cast.gabriela).post(f"{HUB}/asignar", data=ticked).status_code == 409
    as_(cast.gabriela).post(f"{HUB}/repartir")
    mine = select(Evaluation).where(Evaluation.evaluator_id == scene.first.evaluator_id)
    assert {row.application_id for row in db.session.scalars(mine)} == {scene.application.id, given.id}
    row = db.session.scalars(mine.where(Evaluation.application_id == given.id)).one()
    refused = as_(cast.gabriela).post(f"{HUB}/evaluaciones/{row.id}/abrir", data={"reason": "Otra vez"})
    assert refused.status_code == 422
    assert "these scores stay" in refused.text


def test_given_scores_change_only_after_who_coordinates_opens_them_again(scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.renata)
    client.post(page_of(scene), data=typed(scene.call, 5, 5, give="yes"))
    client.post(page_of(scene), data=typed(scene.call, 9, 9, give="yes"))
    assert scene.first.total == 500
    reopen = f"{HUB}/evaluaciones/{scene.first.id}/abrir"
    assert as_(cast.gabriela).post(reopen, data={"reason": ""}).status_code == 422
    assert as_(cast.gabriela).post(reopen, data={"reason": "Se confundió de persona"}).status_code == 303
    assert (scene.first.total, scene.first.given_at) == (None, None)
    assert [score.points for score in scene.first.scores] == [5, 5]
    as_(cast.renata).post(page_of(scene), data=typed(scene.call, 9, 9, give="yes"))
    assert scene.first.total == 900
    line = db.session.scalars(select(Change).where(Change.verb == "scores.reopened")).one()
    assert (line.before["total"], line.reason) == (5.0, "Se confundió de persona")
    first, again = db.session.scalars(select(Change).where(Change.verb == "scores.given").order_by(Change.id))
    assert (first.before, first.after["total"]) == ({}, 5.0)
    assert (again.before["total"], again.after["total"]) == (5.0, 9.0)


@pytest.mark.parametrize("shut", ["open", "result", "withdrawn"])
def test_nothing_is_scored_before_the_call_closes_after_its_result_or_of_who_withdrew(
    shut: str, scene: Scene, cast: Cast, as_: As
) -> None:
    if shut == "open":
        scene.call.closes_at = factories.at("2026-10-25 12:00 America/Montevideo")
    elif shut == "result":
        scene.call.announced_at = scene.call.reply_by_at = clock.now()
    else:
        scene.application.state, scene.application.withdrawn_at = "withdrawn", clock.now()
    db.session.commit()
    answer = as_(cast.renata).post(page_of(scene), data=typed(scene.call, 5, 5, give="yes"))
    assert answer.status_code == 422
    assert scene.first.given_at is None
    assert as_(cast.renata).get(page_of(scene)).status_code == 200, "it can be read"


def test_one_of_the_same_government_cannot_score_even_what_was_assigned_before(
    scene: Scene, cast: Cast, as_: As
) -> None:
    factories.membership(cast.renata, cast.canelones)
    answer = as_(cast.renata).post(page_of(scene), data=typed(scene.call, 5, 5, give="yes"))
    assert answer.status_code == 422
    assert "belongs to Intendencia de Canelones" in answer.text
    db.session.expire_all()
    assert scene.first.given_at is None
    back = as_(cast.renata).post(f"{page_of(scene)}/devolver", data={"reason": "Trabajo ahí"})
    assert back.status_code == 303
    assert scene.first.recused_reason == "Trabajo ahí"
    assert as_(cast.renata).get(page_of(scene)).status_code == 404


@pytest.mark.parametrize(("days", "status"), [(1, 422), (2 * 365, 422), (2 * 365 + 1, 303)])
def test_who_left_the_government_within_two_years_does_not_score_it(
    days: int, status: int, scene: Scene, cast: Cast, as_: As
) -> None:
    factories.membership(
        cast.renata, cast.canelones, from_on=date(2020, 1, 1), to_on=clock.now().date() - timedelta(days=days)
    )
    answer = as_(cast.renata).post(page_of(scene), data=typed(scene.call, 5, 5, give="yes"))
    assert answer.status_code == status
    assert ("left it less than two years ago" in answer.text) is (status == 422)


# --- who may


@pytest.mark.parametrize("who", ["lucia", "rocio", "gabriela", "elena"])
def test_only_who_evaluates_opens_the_desk(who: str, scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who))
    assert client.get(DESK).status_code == 404
    assert client.get(page_of(scene)).status_code == 404
    assert client.post(page_of(scene), data=typed(scene.call, 5, 5, give="yes")).status_code == 404


def test_an_evaluator_reaches_only_what_is_assigned_and_its_documents(scene: Scene, cast: Cast, as_: As) -> None:
    other = factories.application(scene.call, cast.catamarca, "Beto Tala")
    client = as_(cast.renata)
    assert "Beto Tala" not in client.get(DESK).text
    assert client.get(f"{DESK}/{other.id}").status_code == 404
    assert scene.application.email not in client.get(page_of(scene)).text


@pytest.mark.parametrize(("who", "status"), [("renata", 404), ("lucia", 404), ("rocio", 404), ("thiago", 404)])
def test_only_who_coordinates_appoints_and_assigns(who: str, status: int, scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who))
    assert client.get(HUB).status_code == status
    assert client.get(f"{HUB}/repartir").status_code == status
    assert client.post(f"{HUB}/repartir").status_code == status
    assert client.post(f"{HUB}/asignar", data={"evaluator": "1", "application": "1"}).status_code == status
    assert client.post(f"{HUB}/evaluaciones/{scene.first.id}/quitar").status_code == status


def test_an_evaluator_begins_at_the_desk(scene: Scene, cast: Cast, as_: As) -> None:
    person = factories.user("Alma Lenga")
    factories.evaluation(scene.application, factories.evaluator(person, scene.call))
    client = as_(person)
    assert client.get("/").location == DESK
    assert client.get(DESK).status_code == 200


# --- appointing and assigning


def test_an_evaluator_is_appointed_and_told_once(scene: Scene, cast: Cast, as_: As) -> None:
    typed = {"email": "alma@example.org", "name": "Alma Lenga Notro", "language": "pt", "zone": "America/Sao_Paulo"}
    client = as_(cast.gabriela)
    assert client.post(f"{HUB}/nueva", data=typed).status_code == 303
    again = client.post(f"{HUB}/nueva", data=typed)
    assert again.status_code == 422
    assert "evaluates this call already" in again.text
    [mail] = db.session.scalars(select(Message).where(Message.kind == "evaluations/appointed")).all()
    assert (mail.address, mail.language) == ("alma@example.org", "pt")


@pytest.mark.parametrize("name", ["gabriela", "elena"])
def test_who_coordinates_and_so_sees_the_ranking_does_not_evaluate(
    name: str, scene: Scene, cast: Cast, as_: As
) -> None:
    who = getattr(cast, name)
    typed = {"email": who.email, "name": who.name, "language": "es", "zone": "America/Montevideo"}
    answer = as_(cast.gabriela).post(f"{HUB}/nueva", data=typed)
    assert answer.status_code == 422
    assert "coordinates this edition and sees what others gave" in answer.text


def test_applications_are_divided_evenly_after_a_look_and_never_to_the_own_government(
    scene: Scene, cast: Cast, as_: As
) -> None:
    for _ in range(5):
        factories.application(scene.call, cast.catamarca)
    rocio = factories.evaluator(cast.rocio, scene.call)
    client = as_(cast.gabriela)
    assert "10 evaluations will be assigned" in client.get(f"{HUB}/repartir").text
    assert client.post(f"{HUB}/repartir").status_code == 303
    assert "There is nothing to divide." in client.get(f"{HUB}/repartir").text
    rows = db.session.scalars(select(Evaluation)).all()
    assert len(rows) == 12
    assert all(row.application.local_government_id != cast.catamarca.id for row in rows if row.evaluator_id == rocio.id)


def test_assigning_by_hand_refuses_the_own_government_and_writes_nothing(scene: Scene, cast: Cast, as_: As) -> None:
    rocio = factories.evaluator(cast.rocio, scene.call)
    own = factories.application(scene.call, cast.catamarca, "Ramón Chañar")
    ticked = {"evaluator": str(rocio.id), "application": [str(scene.application.id), str(own.id)]}
    refused = as_(cast.gabriela).post(f"{HUB}/asignar", data=ticked)
    assert refused.status_code == 409
    assert "Ramón Chañar" in refused.text
    assert db.session.scalars(select(Evaluation).where(Evaluation.evaluator_id == rocio.id)).all() == []
    ticked["application"] = [str(scene.application.id)]
    for _ in range(2):
        assert as_(cast.gabriela).post(f"{HUB}/asignar", data=ticked).status_code == 303
    assert len(db.session.scalars(select(Evaluation).where(Evaluation.evaluator_id == rocio.id)).all()) == 1


def test_who_gave_scores_stays_and_who_did_not_leaves_what_was_assigned(scene: Scene, cast: Cast, as_: As) -> None:
    as_(cast.thiago).post(page_of(scene), data=typed(scene.call, 5, 5, give="yes"))
    client = as_(cast.gabriela)
    assert client.post(f"{HUB}/{scene.second.evaluator_id}/quitar").status_code == 409
    assert client.post(f"{HUB}/{scene.first.evaluator_id}/quitar").status_code == 303
    assert [row.user_id for row in db.session.scalars(select(Evaluator))] == [cast.thiago.id]
    assert len(db.session.scalars(select(Evaluation)).all()) == 1


def test_an_evaluation_is_taken_back_until_it_is_given(scene: Scene, cast: Cast, as_: As) -> None:
    as_(cast.thiago).post(page_of(scene), data=typed(scene.call, 5, 5, give="yes"))
    client = as_(cast.gabriela)
    assert client.post(f"{HUB}/evaluaciones/{scene.second.id}/quitar").status_code == 409
    as_(cast.renata).post(page_of(scene), data=typed(scene.call, 5))
    assert as_(cast.gabriela).post(f"{HUB}/evaluaciones/{scene.first.id}/quitar").status_code == 303
    assert len(db.session.scalars(select(Evaluation)).all()) == 1
    line = db.session.scalars(select(Change).where(Change.verb == "evaluations.unassigned")).one()
    scored = next(iter(scene.call.criteria[0].title.values()))
    assert line.before == {"evaluator": cast.renata.name, scored: 5, "comment": "Bien contado."}


def test_a_reminder_goes_out_once_a_day(scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    for _ in range(2):
        assert client.post(f"{HUB}/{scene.first.evaluator_id}/recordar").status_code == 303
    assert len(db.session.scalars(select(Message).where(Message.kind == "evaluations/reminder")).all()) == 1


def test_criteria_rest_once_somebody_scored_by_them(scene: Scene, cast: Cast, as_: As) -> None:
    assert locked(scene.call) is None
    as_(cast.thiago).post(page_of(scene), data=typed(scene.call, 5, 5, give="yes"))
    assert str(locked(scene.call)) == "Scores have been given by these criteria: they stay as they are."


def test_the_lists_cost_the_same_whatever_they_hold(
    scene: Scene, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.gabriela), []
    evaluator = db.session.scalars(select(Evaluator).where(Evaluator.user_id == cast.renata.id)).one()
    for _ in range(2):
        for who, path in ((cast.gabriela, HUB), (cast.renata, DESK)):
            client = as_(who)
            client.get(path)
            with count_queries() as ran:
                assert client.get(path).status_code == 200
            counts.append(len(ran))
        for _each in range(3):
            factories.evaluation(factories.application(scene.call, cast.catamarca), evaluator, 4, 5)
    assert counts[:2] == counts[2:]
