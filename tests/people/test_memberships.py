from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from escuela.extensions import db
from escuela.people import queries
from escuela.people.models import Membership, User
from escuela.people.policies import can_manage_people
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]


def jobs(person: User) -> list[Membership]:
    return list(db.session.scalars(queries.memberships(person)))


def fields(cast: Cast, **given: object) -> dict[str, object]:
    return {
        "local_government_id": cast.catamarca.id,
        "position": "Directora de Ambiente",
        "from_on": "2026-03-01",
        "to_on": "",
        "focal_point": "y",
        **given,
    }


def test_the_page_of_a_person_says_where_they_work(as_: As, cast: Cast) -> None:
    page = as_(cast.elena).get(f"/personas/{cast.lucia.id}")
    assert page.status_code == 200
    assert "Intendencia de Canelones" in page.text
    assert "Send the invitation again" in page.text


def test_somebody_starts_in_another_local_government(as_: As, cast: Cast) -> None:
    client, address = as_(cast.elena), f"/personas/{cast.lucia.id}/cargos/nuevo"
    assert "Catamarca" in client.get(address).text
    assert client.post(address, data=fields(cast)).location == f"/personas/{cast.lucia.id}"
    first, second = jobs(cast.lucia)
    assert (first.local_government, first.position, first.focal_point) == (
        cast.catamarca,
        "Directora de Ambiente",
        True,
    )
    assert second.local_government == cast.canelones


def test_a_job_ends_on_a_day_and_can_begin_again(as_: As, cast: Cast) -> None:
    client, [job] = as_(cast.elena), jobs(cast.lucia)
    address = f"/personas/{cast.lucia.id}/cargos/{job.id}"
    assert "Técnica de planificación" in client.get(address).text
    ended = {"position": "Técnica", "from_on": "2024-01-01", "to_on": "2026-09-30"}
    assert client.post(address, data=ended).status_code == 303
    assert job.to_on == date(2026, 9, 30)
    again = fields(cast, local_government_id=cast.canelones.id, from_on="2026-10-01")
    assert client.post(f"/personas/{cast.lucia.id}/cargos/nuevo", data=again).status_code == 303
    assert len(jobs(cast.lucia)) == 2


def test_nobody_works_twice_at_once_in_one_place(as_: As, cast: Cast) -> None:
    answer = as_(cast.elena).post(
        f"/personas/{cast.lucia.id}/cargos/nuevo", data=fields(cast, local_government_id=cast.canelones.id)
    )
    assert answer.status_code == 422
    assert "works there already" in answer.text
    assert "Directora de Ambiente" in answer.text
    assert len(jobs(cast.lucia)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"position": ""},
        {"position": "x" * 201},
        {"from_on": "31/02/2026"},
        {"from_on": ""},
        {"to_on": "2026-02-28"},
        {"local_government_id": "99999"},
        {"local_government_id": "uno"},
    ],
)
def test_what_cannot_be_is_told(as_: As, cast: Cast, wrong: dict[str, object]) -> None:
    answer = as_(cast.elena).post(f"/personas/{cast.lucia.id}/cargos/nuevo", data=fields(cast, **wrong))
    assert answer.status_code == 422
    assert "field--error" in answer.text
    assert len(jobs(cast.lucia)) == 1


def test_the_job_of_somebody_else_is_not_found_under_this_person(as_: As, cast: Cast) -> None:
    [job] = jobs(cast.rocio)
    address = f"/personas/{cast.lucia.id}/cargos/{job.id}"
    assert as_(cast.elena).get(address).status_code == 404
    assert as_(cast.elena).post(address, data=fields(cast)).status_code == 404


@pytest.mark.parametrize("page", ["", "/cargos/nuevo", "/cargos/{job}"])
def test_people_are_managed_by_who_coordinates_every_edition(as_: As, cast: Cast, page: str) -> None:
    address = f"/personas/{cast.lucia.id}" + page.format(job=jobs(cast.lucia)[0].id)
    for person in (cast.elena, cast.admin):
        assert as_(person).get(address).status_code == 200
    for person in (cast.lucia, cast.martin, cast.renata, cast.gabriela):
        assert as_(person).get(address).status_code == 403
    assert as_(None).get(address).status_code == 303


def test_nobody_else_writes(as_: As, cast: Cast) -> None:
    addresses = ["/cargos/nuevo", f"/cargos/{jobs(cast.lucia)[0].id}", "/invitacion"]
    for person, expected in ((cast.lucia, 403), (cast.renata, 403), (None, 401)):
        for page in addresses:
            answer = as_(person).post(f"/personas/{cast.lucia.id}{page}", data=fields(cast))
            assert answer.status_code == expected


def test_a_person_who_is_not_there_is_not_found(as_: As, cast: Cast) -> None:
    assert as_(cast.elena).get("/personas/99999").status_code == 404
    assert as_(cast.elena).post("/personas/99999/invitacion").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_questions_for_one_job_and_for_three(as_: As, count_queries: Count, rows: int) -> None:
    elena, person = factories.user("Elena", roles=("coordinator",)), factories.user()
    for number in range(rows):
        factories.membership(person, factories.government(f"Municipio {number}"))
    client, address = as_(elena), f"/personas/{person.id}"
    with count_queries() as ran:
        assert client.get(address).status_code == 200
    assert len([each for each in ran if "FROM memberships" in each]) == 1


@pytest.mark.parametrize(
    ("who", "manages", "governments", "people"),
    [
        ("lucia", False, 1, 1),
        ("renata", False, 0, 1),
        ("gabriela", False, 1, 1),
        ("elena", True, 2, 8),
        ("admin", True, 2, 8),
    ],
)
def test_who_sees_what(cast: Cast, who: str, manages: bool, governments: int, people: int) -> None:
    person = getattr(cast, who)
    assert can_manage_people(person) is manages
    assert len(db.session.scalars(queries.visible_governments(person)).all()) == governments
    assert len(db.session.scalars(queries.visible_people(person)).all()) == people


def test_a_visitor_manages_nobody() -> None:
    assert can_manage_people(None) is False
