from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.columns import Localized
from escuela.extensions import db
from escuela.people.models import User
from escuela.tutoring import queries, services
from escuela.tutoring.models import Attendance, TutoringSession
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tutorias"
ATTENDANCE, EDIT, NEW, ICS = (
    f"{PAGE}/tutoria/asistencia",
    f"{PAGE}/tutoria/editar",
    f"{PAGE}/nueva",
    f"{PAGE}/tutoria.ics",
)
CANCEL, RESUME, ERASE = (f"{PAGE}/tutoria/{verb}" for verb in ("cancelar", "retomar", "borrar"))
BEGUN = NOW + timedelta(days=2)


@pytest.fixture
def form() -> dict[str, Any]:
    return {
        "title-es": "Indicadores que sirven",
        "title-pt": "",
        "summary-es": "Traiga su tabla.",
        "summary-pt": "",
        "starts": "2026-11-05T17:00",
        "starts-zone": "America/Montevideo",
        "minutes": "90",
        "link": "https://example.org/sala-2",
        "tutor_id": "",
        "module_id": "",
    }


def states() -> dict[int, str]:
    return {row.enrolment_id: row.state for row in db.session.scalars(select(Attendance))}


# --- the list


def test_sessions_that_come_stand_before_past_ones_with_both_zones(cast: Cast, as_: As) -> None:
    cast.session.zone = "America/Santiago"
    factories.tutoring_session(cast.edition, title=factories.words("La de ayer"), starts_at=NOW - timedelta(days=1))
    factories.tutoring_session(cast.edition, title=factories.words("La de después"), starts_at=NOW + timedelta(days=9))
    page = as_(cast.lucia).get(PAGE).text
    assert page.index("Tutoría abierta") < page.index("La de después") < page.index("La de ayer")
    assert "Santiago" in page
    assert "Montevideo" in page


@pytest.mark.parametrize(
    ("minutes", "link", "text"),
    [(-61, False, True), (-60, True, False), (59, True, False), (60, False, False)],
)
def test_the_button_to_join_is_there_from_one_hour_before_until_the_end(
    cast: Cast, as_: As, minutes: int, link: bool, text: bool
) -> None:
    with clock.stopped(BEGUN + timedelta(minutes=minutes)):
        page = as_(cast.lucia).get(PAGE).text
    assert ('href="https://example.org/sala"' in page) is link
    assert (">https://example.org/sala<" in page) is text


def test_a_participant_reads_their_own_attendance_and_nobody_elses(cast: Cast, as_: As) -> None:
    with clock.stopped(BEGUN + timedelta(hours=2)):
        services.take_attendance(cast.session, present={cast.lucias.id}, by=cast.renata)
        db.session.commit()
        pages = {name: as_(getattr(cast, name)).get(PAGE).text for name in ("lucia", "martin", "renata")}
    assert {name: ("state--good" in page, '"state"' in page) for name, page in pages.items()} == {
        "lucia": (True, False),
        "martin": (False, True),
        "renata": (False, False),
    }


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries_run"), [("lucia", 9), ("renata", 10)])
def test_the_list_asks_as_much_for_three_sessions_as_for_one(
    cast: Cast, as_: As, rows: int, name: str, queries_run: int, count_queries: Callable
) -> None:
    for number in range(rows - 1):
        tutor = factories.user(f"Tutora{number}")
        factories.tutoring_session(cast.edition, tutor=tutor, module=factories.module(cast.edition))
    person = as_(getattr(cast, name))
    with count_queries() as ran:
        person.get(PAGE)
    assert len(ran) == queries_run


# --- the ritual


@pytest.mark.parametrize("address", [PAGE, ATTENDANCE, EDIT, NEW, ICS, CANCEL])
def test_a_stranger_finds_nothing_and_a_visitor_is_asked_to_sign_in(cast: Cast, as_: As, address: str) -> None:
    for person in (cast.rocio, cast.thiago):
        assert as_(person).get(address).status_code == 404
    visitor = as_(None).get(address)
    assert visitor.status_code == 303
    assert "/ingresar" in visitor.location


@pytest.mark.parametrize("address", [ATTENDANCE, EDIT, NEW, CANCEL, RESUME, ERASE])
def test_nothing_is_changed_by_a_stranger_nor_by_a_visitor(
    cast: Cast, as_: As, address: str, form: dict[str, Any]
) -> None:
    with clock.stopped(BEGUN):
        for person, status in ((cast.rocio, 404), (cast.thiago, 404), (None, 401)):
            assert as_(person).post(address, data=form).status_code == status


@pytest.mark.parametrize(
    ("name", "attendance", "planning"),
    [("lucia", 403, 403), ("renata", 200, 403), ("gabriela", 200, 200), ("elena", 200, 200), ("admin", 200, 200)],
)
def test_who_takes_attendance_and_who_plans(
    cast: Cast, as_: As, name: str, attendance: int, planning: int, form: dict[str, Any]
) -> None:
    person = getattr(cast, name)
    with clock.stopped(BEGUN):
        assert [as_(person).get(address).status_code for address in (ATTENDANCE, EDIT, NEW)] == [
            attendance,
            planning,
            planning,
        ]
        assert as_(person).post(ATTENDANCE).status_code == (303 if attendance == 200 else 403)
        assert as_(person).post(NEW, data=form).status_code == (303 if planning == 200 else 403)


# --- attendance


def test_attendance_is_refused_before_the_session_begins_naming_both_zones(cast: Cast, as_: As) -> None:
    cast.session.zone = "America/Montevideo"
    with clock.stopped(BEGUN - timedelta(seconds=1)):
        refused = as_(cast.renata).post(ATTENDANCE, data={"present": cast.lucias.id})
        assert "<form" not in as_(cast.renata).get(ATTENDANCE).text.partition("<h1>")[2]
    assert refused.status_code == 422
    assert "Montevideo" in refused.text
    assert "Santiago" in refused.text
    assert states() == {}


def test_who_is_ticked_was_present_and_a_mistake_is_corrected_later(cast: Cast, as_: As) -> None:
    renata = as_(cast.renata)
    with clock.stopped(BEGUN):
        page = renata.get(ATTENDANCE).text
        assert page.index("Intendencia de Canelones") < page.index("Lucía Ceibo")
        assert renata.post(ATTENDANCE, data={"present": [cast.lucias.id, cast.rocios.id, 9999]}).status_code == 303
        assert states() == {cast.lucias.id: "present", cast.martins.id: "absent"}
    with clock.stopped(BEGUN + timedelta(days=30)):
        renata.post(ATTENDANCE, data={"present": cast.martins.id})
        assert states() == {cast.lucias.id: "absent", cast.martins.id: "present"}
        page = renata.get(ATTENDANCE).text
    assert page.count(" checked>") == 1
    assert db.session.get_one(TutoringSession, cast.session.id).attendance_taken_at == BEGUN + timedelta(days=30)


def test_everybody_can_be_marked_without_scripts_and_nothing_is_saved_by_looking(cast: Cast, as_: As) -> None:
    with clock.stopped(BEGUN):
        assert as_(cast.renata).get(f"{ATTENDANCE}?todos=si").text.count(" checked>") == 2
    assert states() == {}


def test_who_withdrew_is_not_asked_for(cast: Cast, as_: As) -> None:
    cast.martins.status, cast.martins.withdrawn_at = "withdrawn", NOW
    db.session.commit()
    with clock.stopped(BEGUN):
        assert "Martín" not in as_(cast.renata).get(ATTENDANCE).text


def test_attendance_counts_tell_how_many_of_how_many_held(cast: Cast) -> None:
    factories.tutoring_session(cast.edition)  # announced, not held
    other = factories.tutoring_session(cast.edition, starts_at=NOW)
    with clock.stopped(BEGUN):
        services.take_attendance(cast.session, present={cast.lucias.id}, by=cast.renata)
        services.take_attendance(other, present={cast.lucias.id, cast.martins.id}, by=cast.renata)
    assert queries.attendance_counts(cast.edition) == {cast.lucias.id: (2, 2), cast.martins.id: (1, 2)}
    assert queries.attendance_counts(cast.other) == {cast.rocios.id: (0, 0)}


@pytest.mark.parametrize("more", [0, 200])
def test_attendance_asks_as_much_for_two_hundred_people_as_for_two(
    cast: Cast, as_: As, more: int, count_queries: Callable
) -> None:
    for number in range(more):
        of = cast.canelones if number % 2 else cast.catamarca
        factories.enrolment(factories.user(f"Persona{number} Ceibo"), cast.edition, of)
    renata = as_(cast.renata)
    with clock.stopped(BEGUN):
        with count_queries() as shown:
            renata.get(ATTENDANCE)
        with count_queries() as saved:
            renata.post(ATTENDANCE, data={"present": [cast.lucias.id]})
    assert (len(shown), len(saved)) == (11, 10)


# --- planning


def test_a_coordinator_announces_a_session_on_the_clock_of_its_zone(cast: Cast, as_: As, form: dict[str, Any]) -> None:
    form |= {"starts-zone": "America/Santiago", "tutor_id": cast.renata.id, "module_id": cast.module.id}
    assert as_(cast.gabriela).post(NEW, data=form).location == PAGE
    session = db.session.scalars(select(TutoringSession).where(TutoringSession.slug == "2026-11-05")).one()
    assert session.starts_at == factories.at("2026-11-05 17:00 America/Santiago")
    assert (session.zone, session.minutes, session.tutor, session.module) == (
        "America/Santiago",
        90,
        cast.renata,
        cast.module,
    )
    assert session.title == {"es": "Indicadores que sirven"}
    as_(cast.gabriela).post(NEW, data=form)
    assert db.session.scalars(select(TutoringSession.slug).where(TutoringSession.slug == "2026-11-05-2")).one()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title-es": " "}, "title-es"),
        ({"title-es": "", "title-pt": "Indicadores"}, "title-es"),
        ({"starts": "5 de noviembre"}, "starts"),
        ({"starts": "2026-11-05T25:00"}, "starts"),
        ({"starts": ""}, "starts"),
        ({"starts": "2027-01-05T10:00"}, "starts"),
        ({"starts-zone": "Montevideo"}, "starts"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "noventa"}, "minutes"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://"}, "link"),
        ({"link": "http://example.org/sala"}, "link"),
        ({"link": "https://[::1"}, "link"),
        ({"link": "https://example.org/a b"}, "link"),
        ({"link": "https://example.org/" + "x" * 500}, "link"),
        ({"tutor_id": "9999"}, "tutor_id"),
        ({"module_id": "x"}, "module_id"),
    ],
)
def test_a_faulty_session_comes_back_with_what_was_typed(
    cast: Cast, as_: As, form: dict[str, Any], wrong: dict[str, str], field: str
) -> None:
    answer = as_(cast.gabriela).post(NEW, data={**form, **wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "Traiga su tabla.</textarea>" in answer.text


def test_a_session_is_changed_from_what_it_was(cast: Cast, as_: As, form: dict[str, Any]) -> None:
    cast.session.title = Localized({**cast.session.title, "en": "Open tutoring"})
    db.session.commit()
    page = as_(cast.gabriela).get(EDIT).text
    for words in ("Tutoría abierta", "2026-10-22T12:00", "https://example.org/sala", "Open tutoring"):
        assert words in page
    assert as_(cast.gabriela).post(EDIT, data={**form, "link": ""}).status_code == 303
    session = db.session.get_one(TutoringSession, cast.session.id)
    assert (session.slug, session.title["es"], session.link) == ("tutoria", "Indicadores que sirven", None)
    assert session.starts_at == factories.at("2026-11-05 17:00 America/Montevideo")


def test_a_session_that_was_held_does_not_move_into_the_future(cast: Cast, as_: As, form: dict[str, Any]) -> None:
    with clock.stopped(BEGUN):
        services.take_attendance(cast.session, present=set(), by=cast.renata)
        db.session.commit()
        assert as_(cast.gabriela).post(EDIT, data=form).status_code == 422
        assert as_(cast.gabriela).post(EDIT, data={**form, "starts": "2026-10-21T17:00"}).status_code == 303


def test_a_session_is_added_to_ones_own_calendar(cast: Cast, as_: As) -> None:
    answer = as_(cast.lucia).get(ICS)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tutoria.ics"'
    assert "DTSTART:20261022T150000Z\r\n" in answer.text
    assert "SUMMARY:Tutoría abierta" in answer.text
