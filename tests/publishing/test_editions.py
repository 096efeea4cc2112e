"""An edition is made, changed and copied in the browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.config import ROOT
from escuela.content.check import read_edition
from escuela.content.load import apply
from escuela.content.rows import text_of
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import User
from escuela.publishing import services
from escuela.publishing.dates import planned, replanned
from tests import factories
from tests.cast import Cast
from tests.conftest import Client
from tests.posted import inputs

As = Callable[[User | None], Client]
TYPED: dict[str, Any] = {
    "languages": ["es", "pt"],
    "title-es": "Agua y ciudad",
    "title-pt": "Água e cidade",
    "theme-es": "Cuencas",
    "summary-es": "Una edición sobre el agua.",
    "number": "11",
    "year": "2027",
    "starts_on": "2027-03-01",
    "ends_on": "2027-06-30",
    "zone": "America/Argentina/Buenos_Aires",
    "hours": "40",
    "mode": "virtual",
    "host_country": "",
    "attendance": "75",
    "first_name": "Ana Jacarandá Ombú",
    "first_office-es": "Secretaría Técnica",
    "second_name": "João Pitanga Ipê",
    "second_office-es": "Dirección Regional",
    "frameworks": ["sds.11.b"],
}


def edition(slug: str) -> Edition:
    return db.session.scalars(select(Edition).where(Edition.slug == slug)).one()


def test_an_edition_is_made_as_a_draft_and_coordinated_by_who_made_it(cast: Cast, as_: As) -> None:
    typed = TYPED | {"frameworks": ["sendai.p1"]}
    answer = as_(cast.elena).post("/ediciones/nueva", data=typed)
    assert (answer.status_code, answer.location) == (303, "/ediciones/2027-agua-y-ciudad/escribir")
    made = edition("2027-agua-y-ciudad")
    assert (made.status, made.number, made.languages, made.attendance) == ("draft", 11, ["es", "pt"], 75)
    assert made.title == {"es": "Agua y ciudad", "pt": "Água e cidade"}
    assert [item.id for item in made.items] == ["sendai.p1"]
    assert [(each.user_id, each.role) for each in made.staff] == [(cast.elena.id, "coordinator")]
    assert as_(cast.lucia).get("/ediciones/2027-agua-y-ciudad").status_code == 404
    assert as_(cast.elena).post("/ediciones/nueva", data=typed).location == "/ediciones/2027-agua-y-ciudad-2/escribir"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title-es": ""}, "Write it in the first language of the edition."),
        ({"ends_on": "2027-02-01"}, "The last day comes before the first."),
        ({"year": "2030"}, "It is not the year of the first day, nor of the last."),
        ({"hours": "muchas"}, "Write a whole number."),
        ({"attendance": "120"}, "Write a whole number from 0 to 100."),
        ({"mode": "hybrid"}, "Say where people meet."),
        ({"zone": "Etc/GMT+3"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    wrong: dict[str, str], sentence: str, cast: Cast, as_: As
) -> None:
    page = as_(cast.elena).post("/ediciones/nueva", data=TYPED | {"frameworks": []} | wrong)
    assert page.status_code == 422
    assert sentence in page.text
    assert "Água e cidade" in page.text


@pytest.mark.parametrize(("who", "status"), [("gabriela", 403), ("renata", 403), ("lucia", 403)])
def test_only_who_coordinates_them_all_makes_an_edition(who: str, status: int, cast: Cast, as_: As) -> None:
    assert as_(getattr(cast, who)).get("/ediciones/nueva").status_code == status


def _form_of(row: Edition) -> dict[str, Any]:
    first, second = row.signatories
    texts, plain = ("title", "theme", "summary"), ("number", "year", "starts_on", "ends_on", "zone", "hours", "mode")
    return {
        "languages": row.languages,
        **{f"{name}-{code}": text for name in texts for code, text in getattr(row, name).items()},
        **{name: str(getattr(row, name)) for name in plain},
        "attendance": str(row.attendance),
        "host_country": row.host_country or "",
        "first_name": first["name"],
        **{f"first_office-{code}": text for code, text in first["office"].items()},
        "second_name": second["name"],
        **{f"second_office-{code}": text for code, text in second["office"].items()},
    }


def test_what_a_change_does_to_participants_is_shown_before_it_is_saved(cast: Cast, as_: As) -> None:
    client, typed = as_(cast.gabriela), _form_of(cast.edition) | {"attendance": "50"}
    page = client.post("/ediciones/novena/escribir/edicion", data=typed)
    assert page.status_code == 422
    assert "2 participants will need 50 % of the sessions" in page.text
    assert edition("novena").attendance == 0
    seen = page.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert client.post("/ediciones/novena/escribir/edicion", data=typed | {"seen": seen}).status_code == 303
    assert edition("novena").attendance == 50
    assert edition("novena").edited_at == clock.now()
    assert "Attendance, in percent" in client.get("/ediciones/novena/escribir/edicion").text


def test_saving_an_edition_as_it_is_changes_nothing(cast: Cast, as_: As) -> None:
    before = text_of(cast.edition)
    answer = as_(cast.gabriela).post("/ediciones/novena/escribir/edicion", data=_form_of(cast.edition))
    assert answer.status_code == 303
    assert text_of(edition("novena")) == before
    assert edition("novena").edited_at is None


def test_two_who_save_an_edition_at_once_see_both_and_nothing_typed_is_lost(cast: Cast, as_: As) -> None:
    here, typed = "/ediciones/novena/escribir/edicion", _form_of(cast.edition)
    began = inputs(as_(cast.gabriela).get(here).text)["based_on"]
    assert as_(cast.elena).post(here, data=typed | {"theme-es": "Agua", "based_on": began}).status_code == 303
    client, mine = as_(cast.gabriela), typed | {"title-es": "Mía", "attendance": "50", "based_on": began}
    page = client.post(here, data=mine)
    assert page.status_code == 409
    assert "Somebody saved this meanwhile" in page.text
    assert cast.elena.name in page.text
    assert inputs(page.text)["title-es"] == "Mía"
    assert edition("novena").theme["es"] == "Agua"
    over = page.text.split('name="over" value="')[1].split('"')[0]
    page = client.post(here, data=mine | {"over": over})
    assert page.status_code == 422, "its effects are shown then"
    sent = inputs(page.text)
    again = mine | {"seen": sent["seen"], "based_on": sent["based_on"]}
    assert client.post(here, data=again).status_code == 303
    assert edition("novena").title["es"] == "Mía"


# --- copies


@pytest.fixture
def dated(cast: Cast) -> Cast:
    """The running edition with an instant of each sort."""
    cast.module.opens_at = factories.at("2026-10-05 09:00 America/Montevideo")
    cast.module.opens_zone = "America/Montevideo"
    cast.assignment.due_at = factories.at("2026-11-10 23:59 America/Sao_Paulo")
    cast.assignment.due_zone = "America/Sao_Paulo"
    db.session.commit()
    return cast


def test_every_date_is_listed_before_a_copy_is_made_and_each_can_be_changed(dated: Cast, as_: As) -> None:
    client, first = as_(dated.elena), {"number": "10", "starts_on": "2027-04-01"}
    page = client.post("/ediciones/novena/escribir/copia", data=first)
    assert page.status_code == 200
    assert 'value="2027-04-05T09:00"' in page.text
    assert 'value="2027-05-11T23:59"' in page.text
    assert db.session.scalars(select(Edition).where(Edition.number == 10)).all() == []
    typed = {each.key: "2027-04-06T08:30" for each in planned(text_of(dated.edition)) if "module-" in each.key}
    keep = {each.key: "2027-05-11T23:59" for each in planned(text_of(dated.edition)) if each.key not in typed}
    answer = client.post("/ediciones/novena/escribir/copia", data=first | keep | typed | {"save": "yes"})
    assert answer.status_code == 303
    new = db.session.scalars(select(Edition).where(Edition.number == 10)).one()
    assert (new.status, new.starts_on, new.year) == ("draft", date(2027, 4, 1), 2027)
    assert new.modules[0].opens_at == factories.at("2027-04-06 08:30 America/Montevideo")
    due = next(each for each in new.modules[0].activities if each.kind == "assignment")
    assert (due.due_at, due.due_zone) == (factories.at("2027-05-11 23:59 America/Sao_Paulo"), "America/Sao_Paulo")
    assert db.session.scalars(select(Enrolment).where(Enrolment.edition_id == new.id)).all() == []
    assert [each.user_id for each in new.staff] == [dated.elena.id]


def test_a_copy_leads_nobody_into_the_meetings_of_the_old_edition(dated: Cast) -> None:
    dated.session.link = "https://meet.example.org/novena"
    db.session.commit()
    copy = services.begun_again(text_of(dated.edition), date(2027, 4, 1), 10)
    [session] = [*copy.sessions, *(each for module in copy.modules for each in module.sessions)]
    assert session.link is None


def test_a_date_that_does_not_exist_is_refused_and_nothing_is_made(dated: Cast, as_: As) -> None:
    keys = [each.key for each in planned(text_of(dated.edition))]
    typed = {"number": "10", "starts_on": "2027-04-01", "save": "yes"} | dict.fromkeys(keys, "2027-13-40T00:00")
    page = as_(dated.elena).post("/ediciones/novena/escribir/copia", data=typed)
    assert page.status_code == 422
    assert "Write a day and an hour." in page.text
    assert "2027-13-40T00:00" in page.text
    assert db.session.scalars(select(Edition).where(Edition.number == 10)).all() == []


def test_the_instants_of_an_edition_are_all_in_its_plan() -> None:
    """Whatever gets a date tomorrow is either in the plan or this fails: a copy must not keep an old one."""
    text, _faults = read_edition(ROOT / "courses" / "2021-ciudades-inteligentes")
    assert text is not None
    apply(text)
    stored = text_of(edition(text.slug))
    moved = stored.begun_on(date(2030, 3, 1))
    assert "2021" not in "".join(repr(each.moment) for each in planned(moved))
    assert replanned(stored, {each.key: each.moment for each in planned(stored)}) == stored
    later = {each.key: each.moment for each in planned(moved)}
    assert planned(replanned(stored, later)) == planned(moved)
