"""A coordinator of one edition adds the local government that is missing where somebody is to be enrolled."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from escuela.extensions import db
from escuela.people.models import LocalGovernment, User
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
HERE = "/ediciones/novena/gobiernos/nuevo"
ENROL = "/ediciones/novena/personas/inscribir"
GOOD = {
    "name": "Prefeitura Municipal de São José",
    "subdivision": "BR-SC",
    "tier": "municipal",
    "population_band": "large",
    "statistics_code": "",
    "zone": "America/Sao_Paulo",
    "languages": ["pt"],
}


def total() -> int:
    return db.session.scalar(select(func.count()).select_from(LocalGovernment)) or 0


def test_what_is_added_is_chosen_already_where_the_person_is_enrolled(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    assert f'href="{HERE}"' in client.get(ENROL).text
    assert client.get(HERE).status_code == 200
    answer = client.post(HERE, data=GOOD)
    row = db.session.scalars(select(LocalGovernment).where(LocalGovernment.subdivision == "BR-SC")).one()
    assert (answer.status_code, answer.location) == (303, f"{ENROL}?gobierno={row.id}")
    assert re.search(rf'<option selected value="{row.id}">', client.get(answer.location).text)


@pytest.mark.parametrize("asked", ["", "uno", "999999"])
def test_a_government_that_is_not_one_chooses_none(as_: As, cast: Cast, asked: str) -> None:
    page = as_(cast.gabriela).get(ENROL, query_string={"gobierno": asked})
    assert page.status_code == 200
    assert f'selected value="{asked or 0}"' not in page.text


@pytest.mark.parametrize("wrong", [{"name": ""}, {"subdivision": "US-CA"}, {"languages": []}])
def test_what_is_wrong_is_told_and_what_was_typed_stays(as_: As, cast: Cast, wrong: dict[str, object]) -> None:
    before = total()
    answer = as_(cast.gabriela).post(HERE, data=GOOD | wrong)
    assert answer.status_code == 422
    assert "This could not be saved yet" in answer.text
    assert 'value="America/Sao_Paulo"' in answer.text
    assert total() == before


def test_the_same_one_twice_is_refused(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    client.post(HERE, data=GOOD)
    before, answer = total(), client.post(HERE, data=GOOD)
    assert answer.status_code == 422
    assert "There is already a local government of that name there." in answer.text
    assert total() == before


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lucia", 403),
        ("renata", 403),
        ("rocio", 404),
        ("thiago", 404),
        ("gabriela", 200),
        ("elena", 200),
        ("admin", 200),
    ],
)
def test_who_may_add_one(as_: As, cast: Cast, who: str, status: int) -> None:
    client, before = as_(getattr(cast, who)), total()
    assert client.get(HERE).status_code == status
    if status != 200:
        assert client.post(HERE, data=GOOD).status_code == status
        assert total() == before


def test_visitors_are_sent_to_sign_in_and_their_posts_refused(as_: As, cast: Cast) -> None:
    assert as_(None).get(HERE).location.startswith("/ingresar")
    assert as_(None).post(HERE, data=GOOD).status_code == 401
