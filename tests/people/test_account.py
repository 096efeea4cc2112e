from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
GOOD = {"name": "Lucía Ceibo de la Coronilla", "language": "pt", "zone": "America/Sao_Paulo"}


def test_one_says_who_one_is_in_which_language_and_on_which_clock(as_: As, cast: Cast) -> None:
    client = as_(cast.lucia)
    page = client.get("/cuenta")
    assert page.status_code == 200
    assert "Intendencia de Canelones" in page.text
    assert 'value="America/Montevideo" selected' in page.text or 'selected value="America/Montevideo"' in page.text
    answer = client.post("/cuenta", data=GOOD)
    assert (answer.status_code, answer.location) == (303, "/cuenta")
    assert (cast.lucia.name, cast.lucia.language, cast.lucia.zone) == tuple(GOOD.values())
    assert '<html lang="pt">' in client.get("/cuenta").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 201},
        {"language": "fr"},
        {"language": ""},
        {"zone": "America/Atlantis"},
        {"zone": "Etc/GMT+3"},
        {"zone": ""},
    ],
)
def test_what_cannot_be_is_kept_typed_and_not_saved(as_: As, cast: Cast, wrong: dict[str, str]) -> None:
    answer = as_(cast.lucia).post("/cuenta", data=GOOD | {"name": "Otra Persona"} | wrong)
    assert answer.status_code == 422
    assert "aria-invalid" in answer.text or "field--error" in answer.text
    assert (cast.lucia.name, cast.lucia.zone) == ("Lucía Ceibo Coronilla", "America/Montevideo")
    if "name" not in wrong:
        assert "Otra Persona" in answer.text


def test_a_name_cannot_carry_lines(as_: As, cast: Cast) -> None:
    as_(cast.lucia).post("/cuenta", data=GOOD | {"name": "Lucía\r\nBcc: todos@example.org"})
    assert "\n" not in cast.lucia.name


def test_a_zone_of_long_ago_stays_until_its_owner_changes_it(as_: As, cast: Cast) -> None:
    person = factories.user("Quebracho Viejo", zone="America/Buenos_Aires")
    client = as_(person)
    assert "America/Buenos_Aires" in client.get("/cuenta").text
    assert client.post("/cuenta", data=GOOD | {"zone": "America/Buenos_Aires"}).status_code == 303
    assert person.zone == "America/Buenos_Aires"


def test_the_account_is_behind_the_doorman(client: Client) -> None:
    assert client.get("/cuenta").location == "/ingresar?next=/cuenta"
    assert client.post("/cuenta", data=GOOD).status_code == 401


@pytest.mark.parametrize("rows", [1, 3])
def test_the_account_asks_the_same_questions_for_one_job_and_for_three(
    as_: As, count_queries: Count, rows: int
) -> None:
    person = factories.user()
    for number in range(rows):
        factories.membership(person, factories.government(f"Municipio {number}"))
    client = as_(person)
    client.get("/cuenta")
    with count_queries() as ran:
        assert client.get("/cuenta").status_code == 200
    assert len([each for each in ran if "FROM memberships" in each]) == 1
