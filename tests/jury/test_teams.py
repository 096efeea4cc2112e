"""A final work made by the team of a local government: all its people are named, wherever the jury names a work."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.extensions import db
from escuela.jury import outcome
from escuela.jury.models import Scoresheet
from escuela.messages.models import Message
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client
from tests.jury.conftest import Scene

As = Callable[[User | None], Client]
HOME = "/ediciones/novena/jurado"
TEAM = "Lucía Ceibo Coronilla, Martín Tala Espinillo"
NAMED = f"Team: {TEAM}"


@pytest.fixture
def team(scene: Scene, cast: Cast) -> Scene:
    """The work of Canelones is of Lucía and Martín; both works are scored by both jurors, which agree."""
    scene.work.local_government_id = cast.canelones.id
    scene.work.submissions[0].members = [cast.lucias, cast.martins]
    for who in (scene.first, scene.second):
        factories.scoresheet(scene.work, who, 8, 8, 8)
        factories.scoresheet(scene.other, who, 7, 7, 7)
    return scene


def main(page: str) -> str:
    return page.partition("<main")[2]


def test_jurors_read_who_is_in_the_team_and_who_made_the_others(team: Scene, cast: Cast, as_: As) -> None:
    client = as_(team.alba)
    desk = main(client.get(f"{HOME}/mesa").text)
    assert NAMED in desk
    assert f">{cast.rocio.name}<" in desk
    assert NAMED in main(client.get(f"{HOME}/mesa/{team.work.id}").text)
    assert "Team:" not in main(client.get(f"{HOME}/mesa/{team.other.id}").text)


@pytest.mark.parametrize("page", ["", "/integrantes", "/trabajos/{work}", "/trabajos/{work}/premiar", "/publicar"])
def test_who_coordinates_reads_who_is_in_the_team(page: str, team: Scene, cast: Cast, as_: As) -> None:
    team.jury.closed_at = clock.now()
    factories.award(team.work, team.jury)
    text = main(as_(cast.gabriela).get(f"{HOME}{page.format(work=team.work.id)}").text)
    assert NAMED in text
    assert cast.canelones.name in text


def test_lists_of_what_is_amiss_name_the_team(team: Scene, cast: Cast, as_: As) -> None:
    team.jury.gap, team.jury.wanted = 1, 3
    db.session.commit()
    client = as_(cast.gabriela)
    assert f"{TEAM}, {cast.canelones.name}" in client.get(f"{HOME}/integrantes/repartir").text, "lacks jurors"
    sheet = db.session.scalars(
        select(Scoresheet).where(Scoresheet.work_id == team.work.id).order_by(Scoresheet.id)
    ).first()
    assert f"for the work of {TEAM} will count" in client.get(f"{HOME}/planillas/{sheet.id}/apartar").text
    team.jury.wanted, sheet.total = 2, 400
    factories.membership(team.alba, cast.canelones)
    board = client.get(HOME).text
    assert f"{TEAM}, {cast.canelones.name}</a>" in board, "they disagree"
    assert f"{TEAM}</a>: {team.alba.name}" in board, "a score that must not count"


def test_a_spreadsheet_has_everybody_of_the_team(team: Scene, cast: Cast, as_: As) -> None:
    _heads, first, second = as_(cast.gabriela).get(f"{HOME}/csv").text.splitlines()
    assert first.startswith(f'1,,"{TEAM}",{cast.canelones.name},')
    assert second.startswith(f"2,,{cast.rocio.name},{cast.catamarca.name},")


def test_the_history_names_the_team_and_so_do_sentences(team: Scene, cast: Cast, as_: As) -> None:
    juror = factories.juror(factories.user("Ciro Notro"), team.jury)
    client, whose = as_(cast.gabriela), f"{TEAM}, {cast.canelones.name}"
    data = {"juror": juror.id, "work": [team.work.id, team.other.id]}
    assert client.post(f"{HOME}/integrantes/asignar", data=data).status_code == 303
    history = client.get(f"{HOME}/historia").text
    assert f"{whose}; {cast.rocio.name}, {cast.catamarca.name}" in history
    sheet = db.session.scalars(select(Scoresheet).where(Scoresheet.juror_id == juror.id).order_by(Scoresheet.id))
    answer = client.post(f"{HOME}/planillas/{sheet.first().id}/quitar", follow_redirects=True)
    assert f"The work of {whose} waits" in answer.text


def test_awards_name_the_team_on_their_pages_and_in_their_mails(team: Scene, cast: Cast, as_: As) -> None:
    team.jury.closed_at = clock.now()
    rows = [factories.award(team.work, team.jury), factories.award(team.other, team.jury, rank=2)]
    outcome.publish(team.jury, outcome.fingerprint(rows), by=cast.gabriela)
    db.session.commit()
    edition = as_(cast.renata).get("/ediciones/novena").text
    assert f"Technical visit. {NAMED}" in edition
    assert f"Technical visit. {cast.rocio.name}" in edition
    assert f"{NAMED}. Final work" in as_(cast.elena).get(f"/gobiernos/{cast.canelones.id}").text
    outcome.revoke(rows[0], reason="Un error", by=cast.gabriela)
    db.session.commit()
    found = db.session.scalars(select(Message).order_by(Message.id)).all()
    told = {(each.kind, each.address): each for each in found if each.kind in {"jury/awarded", "jury/revoked"}}
    assert len(told) == 5
    for (_kind, address), mail in told.items():
        assert (f"\n{NAMED}\n" in mail.text) is (address != cast.rocio.email)
        assert (NAMED in mail.html) is (address != cast.rocio.email)


def test_pages_ask_the_same_however_many_teams_there_are(
    team: Scene, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    team.jury.closed_at = clock.now()
    factories.award(team.work, team.jury)
    pages = [
        (team.alba, f"{HOME}/mesa"),
        (team.alba, f"{HOME}/mesa/{team.work.id}"),
        (cast.renata, "/ediciones/novena"),
    ]
    pages += [(cast.gabriela, f"{HOME}{each}") for each in ("", "/csv", "/integrantes", "/publicar")]
    counts: list[list[int]] = []
    for _ in range(2):
        counts.append([])
        for number in range(2):
            place = factories.government(f"Municipio Lenga {len(counts)}.{number}")
            people = [factories.user(f"{name} Lenga {number}") for name in ("Ana", "Blas")]
            mates = [factories.enrolment(each, cast.edition, place) for each in people]
            work = factories.work(cast.assignment, mates[0], local_government_id=place.id)
            work.submissions[0].members = mates
            for who in (team.first, team.second):
                factories.scoresheet(work, who, 4, 5, 6)
            factories.award(work, team.jury, announced_at=clock.now() if number else None)
        for who, path in pages:
            client = as_(who)
            client.get(path)
            with count_queries() as ran:
                assert client.get(path).status_code == 200
            counts[-1].append(len(ran))
    assert counts[0] == counts[1]
