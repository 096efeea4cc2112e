"""The page of a local government: for its focal points, and who coordinates an edition of theirs, or all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest

from escuela.extensions import db
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]


@pytest.fixture
def page(cast: Cast) -> str:
    cast.lucia.memberships[0].focal_point = True
    db.session.commit()
    return f"/gobiernos/{cast.canelones.id}"


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lucia", 200),
        ("elena", 200),
        ("admin", 200),
        ("martin", 403),
        ("rocio", 404),
        ("renata", 404),
        ("gabriela", 200),
        ("thiago", 404),
    ],
)
def test_it_opens_for_its_focal_point_and_who_coordinates_it(
    who: str, status: int, page: str, cast: Cast, as_: As
) -> None:
    assert as_(getattr(cast, who)).get(page).status_code == status


def test_who_coordinates_an_edition_reads_the_governments_of_that_edition_alone(page: str, cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    assert "/editar" not in gabriela.get(page).text
    assert gabriela.get(f"{page}/editar").status_code == 403
    assert gabriela.get(f"/gobiernos/{cast.catamarca.id}").status_code == 404
    factories.enrolment(cast.rocio, cast.edition, cast.catamarca)
    assert gabriela.get(f"/gobiernos/{cast.catamarca.id}").status_code == 200


def test_it_says_who_works_there_now(page: str, cast: Cast, as_: As) -> None:
    factories.membership(factories.user("Delia Notro"), cast.canelones, to_on=date(2025, 1, 1))
    found = as_(cast.lucia).get(page).text
    assert cast.martin.name in found
    assert "Delia Notro" not in found
    assert "/editar" not in found
    assert f"{page}/editar" in as_(cast.elena).get(page).text


def test_a_focal_point_finds_it_from_the_account_until_they_leave(page: str, cast: Cast, as_: As) -> None:
    assert f'href="{page}"' in as_(cast.lucia).get("/cuenta").text
    assert f'href="{page}"' not in as_(cast.martin).get("/cuenta").text
    cast.lucia.memberships[0].to_on = date(2026, 1, 1)
    db.session.commit()
    assert f'href="{page}"' not in as_(cast.lucia).get("/cuenta").text
    assert as_(cast.lucia).get(page).status_code == 404


def test_a_visitor_is_led_to_sign_in(page: str, as_: As) -> None:
    assert "/ingresar" in as_(None).get(page).location


def test_who_coordinates_finds_it_from_the_registry(page: str, as_: As, cast: Cast) -> None:
    assert f'href="{page}"' in as_(cast.elena).get(f"{page}/editar").text


def test_it_costs_the_same_whoever_works_there(
    page: str, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.elena), []
    for _ in range(2):
        client.get(page)
        with count_queries() as ran:
            client.get(page)
        counts.append(len(ran))
        for number in range(2):
            factories.membership(factories.user(f"Ana Lenga {number}"), cast.canelones)
    assert counts[0] == counts[1]
