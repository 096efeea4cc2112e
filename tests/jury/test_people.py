"""Who is in a jury, and who scores what: evenly or by hand, never the own local government."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from escuela.extensions import db
from escuela.jury.models import Juror, Jury, Scoresheet
from escuela.messages.models import Message
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client
from tests.jury.conftest import Scene

As = Callable[[User | None], Client]
HOME = "/ediciones/novena/jurado"
HUB = f"{HOME}/integrantes"
ALMA = {"email": "alma@example.org", "name": "Alma Lenga Notro", "language": "pt", "zone": "America/Sao_Paulo"}


def pairs() -> set[tuple[int, int]]:
    return {(row.work_id, row.juror_id) for row in db.session.scalars(select(Scoresheet))}


# --- convening


def test_a_jury_begins_with_the_three_criteria_of_the_school(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    assert "This edition has no final work yet" in client.get(HOME).text
    assert client.post(HOME).status_code == 404
    cast.assignment.final_work = True
    db.session.commit()
    assert "Set up the jury" in client.get(HOME).text
    for _ in range(2):
        assert client.post(HOME).location == HUB
    jury = db.session.scalars(select(Jury)).one()
    assert [each.title["es"] for each in jury.criteria] == [
        "Acciones claras",
        "Impactos y tensiones claros",
        "Enfoque adecuado al problema",
    ]
    assert (jury.wanted, jury.scale, jury.gap, jury.awards_most) == (2, 10, 200, 3)
    for page in (HOME, HUB, f"{HUB}/repartir", f"{HOME}/criterios", f"{HOME}/historia"):
        assert client.get(page).status_code == 200, page


# --- who


def test_a_juror_is_appointed_and_told_once(scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    assert client.post(f"{HUB}/nuevo", data={**ALMA, "email": "alma"}).status_code == 422
    assert client.post(f"{HUB}/nuevo", data=ALMA).status_code == 303
    again = client.post(f"{HUB}/nuevo", data=ALMA)
    assert again.status_code == 422
    assert "is in this jury already" in again.text
    assert "Alma Lenga Notro" in again.text
    [mail] = db.session.scalars(select(Message).where(Message.kind == "jury/appointed")).all()
    assert (mail.address, mail.language) == ("alma@example.org", "pt")
    assert "/invitacion/" in mail.text, "an account was made"


def test_who_has_an_account_is_led_to_the_desk(scene: Scene, cast: Cast, as_: As) -> None:
    cast.renata.login_count = 3
    db.session.commit()
    as_(cast.gabriela).post(f"{HUB}/nuevo", data={**ALMA, "email": cast.renata.email})
    [mail] = db.session.scalars(select(Message).where(Message.kind == "jury/appointed")).all()
    assert f"{HOME}/mesa" in mail.text


def test_who_gave_scores_stays_and_who_did_not_leaves_what_was_assigned(scene: Scene, cast: Cast, as_: As) -> None:
    factories.scoresheet(scene.work, scene.first, 5, 5, 5)
    factories.scoresheet(scene.work, scene.second)
    client = as_(cast.gabriela)
    assert client.post(f"{HUB}/{scene.first.id}/quitar").status_code == 409
    assert client.post(f"{HUB}/{scene.second.id}/quitar").status_code == 303
    assert pairs() == {(scene.work.id, scene.first.id)}
    assert [row.user_id for row in db.session.scalars(select(Juror))] == [scene.alba.id]


def test_a_reminder_goes_out_once_a_day_and_only_to_who_owes(scene: Scene, cast: Cast, as_: As) -> None:
    factories.scoresheet(scene.work, scene.first)
    client = as_(cast.gabriela)
    for _ in range(2):
        assert client.post(f"{HUB}/{scene.first.id}/recordar").status_code == 303
    assert client.post(f"{HUB}/{scene.second.id}/recordar").status_code == 409
    [mail] = db.session.scalars(select(Message).where(Message.kind == "jury/reminder")).all()
    assert mail.subject == "1 final work waits for your scores"


# --- what


def test_works_are_divided_evenly_after_a_look_and_never_to_the_own_government(
    scene: Scene, cast: Cast, as_: As
) -> None:
    factories.membership(scene.alba, cast.canelones)
    third = factories.juror(cast.thiago, scene.jury)
    client = as_(cast.gabriela)
    assert "4 sheets will be assigned" in client.get(f"{HUB}/repartir").text
    for _ in range(2):
        assert client.post(f"{HUB}/repartir").status_code == 303
    assert len(pairs()) == 4
    assert (scene.work.id, scene.first.id) not in pairs()
    assert {who for work, who in pairs() if work == scene.work.id} == {scene.second.id, third.id}
    assert "There is nothing to divide." in client.get(f"{HUB}/repartir").text


def test_it_says_for_which_works_nobody_is_left(scene: Scene, cast: Cast, as_: As) -> None:
    factories.membership(scene.alba, cast.canelones)
    page = as_(cast.gabriela).get(f"{HUB}/repartir").text
    assert "1 work will still lack jurors" in page
    assert cast.lucia.name in page


def test_what_a_juror_gave_back_is_not_given_again(scene: Scene, cast: Cast, as_: As) -> None:
    row = factories.scoresheet(scene.work, scene.first)
    as_(scene.alba).post(f"{HOME}/mesa/{scene.work.id}/devolver", data={"aside-reason": "Fui su tutora"})
    client = as_(cast.gabriela)
    client.post(f"{HUB}/repartir")
    assert db.session.get_one(Scoresheet, row.id).recused_reason == "Fui su tutora"
    assert {who for work, who in pairs() if work == scene.work.id} == {scene.first.id, scene.second.id}
    refused = client.post(f"{HUB}/asignar", data={"juror": scene.first.id, "work": scene.work.id})
    assert refused.status_code == 409
    assert "does not judge the work of Lucía" in refused.text
    assert "Fui su tutora" in client.get(f"{HOME}/trabajos/{scene.work.id}").text


def test_assigning_by_hand_refuses_the_own_government_and_writes_nothing(scene: Scene, cast: Cast, as_: As) -> None:
    factories.membership(scene.alba, cast.canelones)
    ticked: dict[str, Any] = {"juror": scene.first.id, "work": [scene.other.id, scene.work.id]}
    client = as_(cast.gabriela)
    refused = client.post(f"{HUB}/asignar", data=ticked)
    assert refused.status_code == 409
    assert "is or was of Intendencia de Canelones" in refused.text
    assert pairs() == set()
    for _ in range(2):
        assert client.post(f"{HUB}/asignar", data=ticked | {"work": [scene.other.id]}).status_code == 303
    assert pairs() == {(scene.other.id, scene.first.id)}
    assert client.post(f"{HUB}/asignar", data={"juror": scene.first.id}).status_code == 409
    assert client.post(f"{HUB}/asignar", data={"juror": "x", "work": "1"}).status_code == 404
    assert "cannot: own local government" in client.get(HUB).text


def test_a_sheet_is_taken_back_until_it_is_given_and_then_set_aside(scene: Scene, cast: Cast, as_: As) -> None:
    free = factories.scoresheet(scene.work, scene.first)
    given = factories.scoresheet(scene.work, scene.second, 5, 6, 7)
    client = as_(cast.gabriela)
    assert client.post(f"{HOME}/planillas/{given.id}/quitar").status_code == 409
    assert client.post(f"{HOME}/planillas/{free.id}/quitar").status_code == 303
    aside = f"{HOME}/planillas/{given.id}/apartar"
    assert "will count for nothing" in client.get(aside).text
    assert client.post(aside, data={"reason": ""}).status_code == 422
    assert client.post(aside, data={"reason": "Trabajó allí en 2026"}).status_code == 303
    assert (given.total, given.recused_reason) == (None, "Trabajó allí en 2026")
    line = db.session.scalars(select(Change).where(Change.verb == "sheets.aside")).one()
    assert (line.before["total"], line.reason) == (6.0, "Trabajó allí en 2026")
    assert as_(scene.otavio).get(f"{HOME}/mesa/{scene.work.id}").status_code == 404


# --- by what


def test_criteria_and_scale_change_until_somebody_begins_to_score(scene: Scene, cast: Cast, as_: As) -> None:
    client, first = as_(cast.gabriela), scene.jury.criteria[0]
    new = {"title-es": "Equidad", "title-pt": "Equidade", "weight": "2"}
    assert client.post(f"{HOME}/criterios/nuevo", data={"weight": "0"}).status_code == 422
    assert client.post(f"{HOME}/criterios/nuevo", data=new).status_code == 303
    changed = new | {"title-es": "Acciones y plazos", "title-pt": "Ações e prazos"}
    assert client.post(f"{HOME}/criterios/{first.id}", data=changed).status_code == 303
    assert [(each.title["es"], each.weight) for each in scene.jury.criteria][::3] == [
        ("Acciones y plazos", 2),
        ("Equidad", 2),
    ]
    assert client.post(f"{HOME}/criterios/{scene.jury.criteria[3].id}/quitar").status_code == 303
    rules = {"wanted": "3", "scale": "5", "gap": "1,5", "awards_most": "2"}
    assert client.post(f"{HOME}/criterios", data=rules | {"wanted": "1"}).status_code == 422
    assert client.post(f"{HOME}/criterios", data=rules).status_code == 303
    assert (scene.jury.wanted, scene.jury.scale, scene.jury.gap, scene.jury.awards_most) == (3, 5, 150, 2)

    factories.scoresheet(scene.work, scene.first)
    as_(scene.alba).post(f"{HOME}/mesa/{scene.work.id}", data={f"criterion-{first.id}": "4"})
    client = as_(cast.gabriela)
    assert "they and their scale stay" in client.get(f"{HOME}/criterios").text
    assert client.post(f"{HOME}/criterios", data=rules | {"scale": "10"}).status_code == 422
    assert client.post(f"{HOME}/criterios", data=rules | {"wanted": "2"}).status_code == 303
    assert client.post(f"{HOME}/criterios/{first.id}", data=new).status_code == 422
    assert client.post(f"{HOME}/criterios/nuevo", data=new).status_code == 422
    assert client.post(f"{HOME}/criterios/{first.id}/quitar").status_code == 409


def test_one_criterion_stays(scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    answers = [client.post(f"{HOME}/criterios/{each.id}/quitar").status_code for each in list(scene.jury.criteria)]
    assert answers == [303, 303, 409]


# --- who may


PAGES = (HUB, f"{HUB}/nuevo", f"{HUB}/repartir", HOME, f"{HOME}/csv", f"{HOME}/criterios", f"{HOME}/historia")


@pytest.mark.parametrize(("who", "status"), [("renata", 403), ("lucia", 403), ("thiago", 404), ("alba", 404)])
def test_only_who_coordinates_the_edition_sees_the_jury(
    who: str, status: int, scene: Scene, cast: Cast, as_: As
) -> None:
    sheet = factories.scoresheet(scene.work, scene.first)
    client = as_(scene.alba if who == "alba" else getattr(cast, who))
    for page in (*PAGES, f"{HOME}/trabajos/{scene.work.id}", f"{HOME}/planillas/{sheet.id}/apartar"):
        assert client.get(page).status_code == status, page
    posts = (
        f"{HUB}/repartir",
        f"{HUB}/asignar",
        f"{HUB}/{scene.first.id}/quitar",
        f"{HOME}/planillas/{sheet.id}/quitar",
    )
    for page in (*posts, HOME):
        assert client.post(page).status_code == status, page


def test_sheets_and_jurors_of_another_jury_are_nothing_here(scene: Scene, cast: Cast, as_: As) -> None:
    final = factories.assignment(factories.module(cast.other), final_work=True)
    other = factories.juror(cast.renata, factories.jury(final, cast.elena))
    sheet = factories.scoresheet(factories.work(final, cast.rocios), other, 1, 2, 3)
    client = as_(cast.gabriela)
    assert client.post(f"{HUB}/{other.id}/quitar").status_code == 404
    assert client.get(f"{HOME}/planillas/{sheet.id}/apartar").status_code == 404
    assert client.get(f"{HOME}/trabajos/{sheet.work_id}").status_code == 404
    assert client.post(f"{HOME}/criterios/{other.jury.criteria[0].id}/quitar").status_code == 404


def test_the_list_costs_the_same_whatever_it_holds(
    scene: Scene, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.gabriela), []
    factories.scoresheet(scene.work, scene.first)
    for _ in range(2):
        client.get(HUB)
        with count_queries() as ran:
            assert client.get(HUB).status_code == 200
        counts.append(len(ran))
        for number in range(2):
            factories.juror(factories.user(f"Inés Notro {number}"), scene.jury)
            person = factories.user(f"Ana Lenga {number}")
            work = factories.work(cast.assignment, factories.enrolment(person, cast.edition, cast.catamarca))
            factories.scoresheet(work, scene.first, 4, 5, 6)
    assert counts[0] == counts[1]


def test_the_gap_is_written_as_the_reader_writes_numbers(scene: Scene, cast: Cast, as_: As) -> None:
    scene.jury.gap, cast.gabriela.language = 150, "pt"
    db.session.commit()
    assert 'value="1,5"' in as_(cast.gabriela).get(f"{HOME}/criterios").text
