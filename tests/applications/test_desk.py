"""What a coordinator sees of what a call received, and the governments that were proposed."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import func, select

from escuela.applications import queries
from escuela.applications.models import Application
from escuela.calls.models import Call
from escuela.extensions import db
from escuela.people.models import Change, LocalGovernment
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

LIST = "/ediciones/novena/convocatoria/postulaciones"
Counting = Callable[[], AbstractContextManager[list[str]]]

NEW = {
    "name": "Municipio de Paso Carrasco",
    "subdivision": "UY-CA",
    "tier": "municipal",
    "population_band": "small",
    "zone": factories.MONTEVIDEO,
    "languages": ["es"],
}


def proposal(call: Call, name: str = "Municipio de Paso Carrasco", **given: Any) -> Application:
    values = {
        "proposed_name": name,
        "proposed_country": "UY",
        "proposed_subdivision": "UY-CA",
        "proposed_band": "small",
    }
    return factories.application(call, None, **values | given)


def test_who_coordinates_sees_what_was_handed_in_and_no_draft(client: Client, call: Call, cast: Cast) -> None:
    row = factories.application(call, cast.canelones, name="Ana Ceibo Tala")
    draft = factories.application(call, None, state="draft", draft={"name": "Secreta"})
    for who in (cast.gabriela, cast.elena, cast.admin):
        page = client.sign_in(who).get(LIST).text
        assert "Ana Ceibo Tala" in page
        assert "1 draft" in page
        assert "Secreta" not in page
        assert client.get(f"{LIST}/{row.id}").status_code == 200
        assert client.get(f"{LIST}/{draft.id}").status_code == 404


@pytest.mark.parametrize("path", ["", "/csv", "/{}", "/{}/gobierno"])
def test_nobody_else_knows_of_it(client: Client, call: Call, cast: Cast, path: str) -> None:
    row = proposal(call)
    address = LIST + path.format(row.id)
    for who in (cast.renata, cast.thiago, cast.lucia, cast.rocio):
        assert client.sign_in(who).get(address).status_code == 404
    assert client.sign_in(None).get(address).status_code == 303
    factories.call(cast.other)
    assert client.sign_in(cast.gabriela).get(address).status_code == 200
    assert client.get(address.replace("novena", "octava")).status_code == 404
    assert client.sign_in(cast.elena).get(address.replace("novena", "octava")).status_code == (
        404 if row and "{}" in path else 200
    )


def test_people_of_one_government_stand_together_with_their_number(client: Client, call: Call, cast: Cast) -> None:
    for government, name in ((cast.canelones, "Ana"), (cast.catamarca, "Beto"), (cast.canelones, "Carla")):
        factories.application(call, government, name=f"{name} Ceibo")
    page = client.sign_in(cast.gabriela).get(LIST).text
    assert page.index("Ana Ceibo") < page.index("Carla Ceibo") < page.index("Beto Ceibo")
    assert page.count('class="group"') == 2
    assert "Uruguay · 2 applications" in page


def test_the_list_is_narrowed(client: Client, call: Call, cast: Cast) -> None:
    factories.application(call, cast.canelones, name="Ana Jacarandá")
    factories.application(call, cast.catamarca, name="Beto Ombú", state="withdrawn", withdrawn_at=call.opens_at)
    proposal(call, name="Paso Carrasco")
    client.sign_in(cast.gabriela)
    db.session.scalars(select(Application).where(Application.proposed_name.is_not(None))).one().name = "Carla Tala"
    db.session.commit()

    def found(query: str) -> list[str]:
        page = client.get(f"{LIST}?{query}").text
        return [name for name in ("Ana Jacarandá", "Beto Ombú", "Carla Tala") if f">{name}</a>" in page]

    assert found("") == ["Ana Jacarandá", "Beto Ombú", "Carla Tala"]
    assert found("nombre=jacaranda") == ["Ana Jacarandá"]
    assert found("nombre=CATAMARCA") == ["Beto Ombú"]
    assert found("nombre=carrasco") == ["Carla Tala"]
    assert found("pais=UY") == ["Ana Jacarandá", "Carla Tala"]
    assert found("tamano=medium") == ["Beto Ombú"]
    assert found("estado=withdrawn") == ["Beto Ombú"]
    assert found("nombre=nadie") == []


def test_the_list_asks_as_much_for_one_as_for_three(
    client: Client, call: Call, cast: Cast, count_queries: Counting
) -> None:
    client.sign_in(cast.gabriela)
    ran = []
    for _ in range(2):
        row = factories.application(call, cast.canelones)
        file = factories.document(row, "carta")
        row.answers = {"carta": file.id}
        proposal(call, name=f"Municipio {row.id}")
        db.session.commit()
        with count_queries() as statements:
            client.get(LIST)
        ran.append(len(statements))
        with count_queries() as statements:
            client.get(f"{LIST}/csv")
        ran.append(len(statements))
    assert ran[:2] == ran[2:]
    assert ran[0] <= 15


def test_required_documents_are_counted(client: Client, call: Call, cast: Cast) -> None:
    whole, part = factories.application(call, cast.canelones), factories.application(call, cast.canelones)
    whole.answers = {"carta": factories.document(whole, "carta").id}
    part.answers = {"carta": whole.answers["carta"]}  # of somebody else: none of theirs
    db.session.commit()
    assert [queries.read(each).documents for each in (whole, part)] == [(1, 1), (0, 1)]
    assert "0 of 1" in client.sign_in(cast.gabriela).get(LIST).text


def test_one_application_is_read_with_its_answers_and_colleagues(client: Client, call: Call, cast: Cast) -> None:
    row = factories.application(call, cast.canelones, answers={"problema": "El <b>arroyo</b>", "personas": "159000"})
    file = factories.document(row, "carta")
    row.answers = {**row.answers, "carta": file.id, "viaja": "b", "fecha": "2026-08-31", "acepta": "yes"}
    factories.application(call, cast.canelones, name="Carla Tala")
    db.session.commit()
    page = client.sign_in(cast.gabriela).get(f"{LIST}/{row.id}").text
    for words in ("El &lt;b&gt;arroyo", "159,000", "August 31, 2026", "Opción b", f"/archivos/{file.id}", "Carla Tala"):
        assert words in page
    assert "¿Desde dónde?" not in page


def test_the_sheet_opens_in_a_spreadsheet_and_runs_nothing(client: Client, call: Call, cast: Cast) -> None:
    factories.application(call, cast.canelones, name="=cmd()", answers={"problema": "\t=1+1", "areas": ["a", "b"]})
    answer = client.sign_in(cast.gabriela).get(f"{LIST}/csv?pais=UY")
    assert answer.data.startswith("\ufeff".encode())
    rows = list(csv.DictReader(StringIO(answer.text.lstrip("\ufeff"))))
    assert (rows[0]["Name"], rows[0]["¿Qué problema?"]) == ("'=cmd()", "'\t=1+1")
    assert rows[0]["¿Qué áreas?"] == "Opción a, Opción b"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="novena-postulaciones-2026-10-20')


def test_confirming_a_proposal_makes_the_government_and_moves_all_who_propose_it(
    client: Client, call: Call, cast: Cast
) -> None:
    first = proposal(call, draft={"government": "new", "proposed_name": "Municipio de Paso Carrasco"})
    second = proposal(call, "municipio de PASO CARRASCO")
    other = proposal(call, "Municipio de Nicolich")
    client.sign_in(cast.gabriela)
    assert "these 2 applications" in client.get(f"{LIST}/{first.id}/gobierno").text
    assert client.post(f"{LIST}/{first.id}/gobierno/confirmar", data=NEW).location == LIST
    made = db.session.scalars(select(LocalGovernment).where(LocalGovernment.name == NEW["name"])).one()
    assert {first.local_government_id, second.local_government_id} == {made.id}
    assert (first.proposed_name, first.draft) == (None, {"government": str(made.id)})
    assert (other.local_government_id, other.proposed_name) == (None, "Municipio de Nicolich")
    changes = db.session.scalars(select(Change).where(Change.verb == "application.placed")).all()
    assert [change.by_id for change in changes] == [cast.gabriela.id] * 2
    again = client.post(f"{LIST}/{first.id}/gobierno/confirmar", data=NEW | {"name": "Otra"})
    assert again.status_code == 409
    assert db.session.scalar(select(func.count()).select_from(LocalGovernment)) == 3


def test_merging_a_proposal_moves_all_who_propose_it(client: Client, call: Call, cast: Cast) -> None:
    first, second = proposal(call, "Comuna Canaria de Canelones"), proposal(call, "Comuna Canaria de Canelones")
    client.sign_in(cast.gabriela)
    page = client.get(f"{LIST}/{first.id}/gobierno").text
    assert "It looks like one of the registry" in page
    answer = client.post(f"{LIST}/{first.id}/gobierno/unir", data={"local_government": cast.canelones.id})
    assert answer.location == LIST
    assert {first.local_government_id, second.local_government_id} == {cast.canelones.id}


def test_a_wrong_confirmation_keeps_what_was_typed(client: Client, call: Call, cast: Cast) -> None:
    row = proposal(call)
    client.sign_in(cast.gabriela)
    answer = client.post(f"{LIST}/{row.id}/gobierno/confirmar", data={"name": "Paso Carrasco (UY)"})
    assert (answer.status_code, "Paso Carrasco (UY)" in answer.text) == (422, True)
    twin = client.post(f"{LIST}/{row.id}/gobierno/confirmar", data=NEW | {"name": cast.canelones.name})
    assert (twin.status_code, "already a local government of that name" in twin.text) == (422, True)
    assert client.post(f"{LIST}/{row.id}/gobierno/unir").status_code == 422
    assert row.proposed_name is not None
    for path in ("confirmar", "unir"):
        assert client.sign_in(cast.renata).post(f"{LIST}/{row.id}/gobierno/{path}").status_code == 404
