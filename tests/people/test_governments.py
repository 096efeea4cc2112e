from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import func, insert, select

from escuela.extensions import db
from escuela.people import places
from escuela.people.models import LocalGovernment, User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
GOOD = {
    "name": "Prefeitura Municipal de São José",
    "subdivision": "BR-SC",
    "tier": "municipal",
    "population_band": "large",
    "statistics_code": "4216602",
    "zone": "America/Sao_Paulo",
    "languages": ["pt"],
}


def total() -> int:
    return db.session.scalar(select(func.count()).select_from(LocalGovernment)) or 0


def test_a_local_government_is_added_and_its_country_is_that_of_its_subdivision(as_: As, cast: Cast) -> None:
    client = as_(cast.elena)
    assert client.get("/gobiernos/nuevo").status_code == 200
    assert client.post("/gobiernos/nuevo", data=GOOD).location == "/gobiernos"
    row = db.session.scalars(select(LocalGovernment).where(LocalGovernment.subdivision == "BR-SC")).one()
    assert (row.country, row.languages, row.statistics_code) == ("BR", ["pt"], "4216602")
    assert "Santa Catarina, Brazil" in client.get("/gobiernos").text


def test_a_local_government_is_corrected(as_: As, cast: Cast) -> None:
    client, address = as_(cast.elena), f"/gobiernos/{cast.canelones.id}/editar"
    assert "Intendencia de Canelones" in client.get(address).text
    assert client.post(address, data=GOOD | {"statistics_code": ""}).status_code == 303
    assert (cast.canelones.name, cast.canelones.statistics_code) == (GOOD["name"], None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 201},
        {"subdivision": "US-CA"},
        {"subdivision": ""},
        {"tier": "kingdom"},
        {"population_band": "huge"},
        {"statistics_code": "1" * 21},
        {"zone": "America/Atlantis"},
        {"languages": []},
        {"languages": ["klingon"]},
    ],
)
def test_what_cannot_be_is_told_and_kept_typed(as_: As, cast: Cast, wrong: dict[str, object]) -> None:
    answer = as_(cast.elena).post("/gobiernos/nuevo", data=GOOD | wrong)
    assert answer.status_code == 422
    assert "field--error" in answer.text
    assert "4216602" in answer.text or "statistics_code" in wrong
    assert total() == 2


def test_two_of_one_name_in_one_place_are_refused(as_: As, cast: Cast) -> None:
    client = as_(cast.elena)
    client.post("/gobiernos/nuevo", data=GOOD)
    answer = client.post("/gobiernos/nuevo", data=GOOD)
    assert answer.status_code == 422
    assert "already a local government of that name" in answer.text
    answer = client.post(f"/gobiernos/{cast.canelones.id}/editar", data=GOOD)
    assert answer.status_code == 422
    assert cast.canelones.name == "Intendencia de Canelones"


@pytest.mark.parametrize("typed", ["sao jose", "SÃO JOSÉ", "José São", "refeitura jo"])
def test_a_name_is_found_with_and_without_its_accents(as_: As, cast: Cast, typed: str) -> None:
    client = as_(cast.elena)
    client.post("/gobiernos/nuevo", data=GOOD)
    client.get("/gobiernos")  # the flash of the saving
    page = client.get("/gobiernos", query_string={"nombre": typed}).text
    assert "São José" in page
    assert "Canelones" not in page


def test_signs_of_a_search_pattern_are_letters_like_others(as_: As, cast: Cast) -> None:
    assert "No local government matches" in as_(cast.elena).get("/gobiernos", query_string={"nombre": "%_%"}).text


def test_the_list_is_filtered_by_country(as_: As, cast: Cast) -> None:
    page = as_(cast.elena).get("/gobiernos?pais=AR").text
    assert "Catamarca" in page
    assert "Canelones" not in page
    assert "Canelones" in as_(cast.elena).get("/gobiernos?pais=XX").text, "a country we do not know filters nothing"


def test_the_list_has_fifty_to_a_page_in_the_order_of_the_alphabet_without_accents(as_: As, cast: Cast) -> None:
    names = ["Ñuble", "Ávila", *(f"Municipio {number:03}" for number in range(60))]
    values = {key: GOOD[key] for key in ("subdivision", "tier", "population_band", "zone", "languages")}
    db.session.execute(insert(LocalGovernment), [values | {"country": "BR", "name": name} for name in names])
    db.session.commit()
    client = as_(cast.elena)
    first, second = client.get("/gobiernos").text, client.get("/gobiernos?page=2").text
    assert first.index("Ávila") < first.index("Canelones") < first.index("Municipio 000")
    assert "Ñuble" in second
    assert "Ñuble" not in first
    assert client.get("/gobiernos?page=99").status_code == 200
    assert client.get("/gobiernos?page=nada").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_questions_for_one_and_for_three(as_: As, count_queries: Count, rows: int) -> None:
    elena = factories.user("Elena", roles=("coordinator",))
    for number in range(rows):
        factories.government(f"Municipio {number}")
    client = as_(elena)
    client.get("/gobiernos")
    with count_queries() as ran:
        assert client.get("/gobiernos").status_code == 200
    assert len([each for each in ran if "local_governments" in each]) == 2


@pytest.mark.parametrize("address", ["/gobiernos", "/gobiernos/nuevo", "/gobiernos/{id}/editar"])
def test_local_governments_are_kept_by_who_coordinates_every_edition(as_: As, cast: Cast, address: str) -> None:
    address = address.format(id=cast.canelones.id)
    for person in (cast.elena, cast.admin):
        assert as_(person).get(address).status_code == 200
    for person in (cast.lucia, cast.renata, cast.gabriela):
        assert as_(person).get(address).status_code == 403
    assert as_(None).get(address).location.startswith("/ingresar")


def test_what_is_not_there_is_not_found(as_: As, cast: Cast) -> None:
    assert as_(cast.elena).get("/gobiernos/99999/editar").status_code == 404


def test_nobody_else_adds_or_changes_one(as_: As, cast: Cast) -> None:
    for person, expected in ((cast.lucia, 403), (cast.gabriela, 403), (None, 401)):
        assert as_(person).post("/gobiernos/nuevo", data=GOOD).status_code == expected
        assert as_(person).post(f"/gobiernos/{cast.canelones.id}/editar", data=GOOD).status_code == expected
    assert total() == 2


@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_places_have_names_in_every_language(language: str) -> None:
    assert len(places.countries(language)) == 12
    assert sum(len(those) for those in places.subdivisions(language).values()) == 271
    zones = {zone for those in places.zones(language).values() for zone in those}
    assert {"America/Montevideo", "America/Argentina/Catamarca", "America/Punta_Arenas", "Europe/Madrid"} <= zones
    assert next(iter(places.zones(language))) == "Argentina"
