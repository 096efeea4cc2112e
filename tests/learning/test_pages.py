"""First page, catalogue, edition, now and checklist, as each kind of person finds them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import current_app, url_for
from flask_babel import force_locale

from escuela.frameworks.models import Framework, FrameworkItem
from escuela.learning.models import LessonDone
from escuela.learning.views import _greeting
from tests import factories
from tests.conftest import NOW


def item(framework: str = "sendai", code: str = "P1") -> FrameworkItem:
    words = factories.words("Marco de Sendai")
    factories.saved(Framework(id=framework, position=1, title=words, short=factories.words("Sendai"), digest=""))
    top = {"framework_id": framework, "title": words, "facts": {}, "kind": "framework"}
    factories.saved(FrameworkItem(id=framework, position=1, code="", **top))
    return factories.saved(
        FrameworkItem(id=f"{framework}.1", parent_id=framework, position=2, code=code, **top | {"kind": "priority"})
    )


def url(endpoint: str) -> str:
    with current_app.test_request_context():
        return url_for(endpoint)


# --- first page -------------------------------------------------------------------------------------------------------


def test_a_visitor_finds_what_the_school_is_and_the_edition_that_is_running(cast, client):
    page = client.get("/").text
    assert 'class="hero"' in page
    assert 'href="/ediciones/novena"' in page
    assert f'href="{url("certificates.verify")}"' in page
    assert 'href="/ingresar"' in page


def test_without_editions_the_first_page_invites_to_sign_in(client):
    page = client.get("/")
    assert page.status_code == 200
    assert 'href="/ingresar"' in page.text


@pytest.mark.parametrize(
    ("who", "where"),
    [
        ("lucia", "/ahora"),
        ("renata", "/cola"),
        ("gabriela", "/ediciones/novena/tablero"),
        ("elena", "/ediciones/novena/tablero"),
        ("admin", "/ediciones/novena/tablero"),
    ],
)
def test_who_is_signed_in_goes_to_their_desk(cast, as_, who, where):
    cast.other.status = "closed"
    factories.db.session.commit()
    answer = as_(getattr(cast, who)).get("/")
    assert (answer.status_code, answer.location) == (303, where)


def test_a_coordinator_without_a_running_edition_goes_to_the_catalogue(cast, as_):
    cast.edition.status = cast.other.status = "closed"
    factories.db.session.commit()
    assert as_(cast.gabriela).get("/").location == "/ediciones"


# --- now --------------------------------------------------------------------------------------------------------------


def test_now_names_one_step_with_its_deadline_in_both_zones(cast, as_):
    cast.lesson.due_at, cast.lesson.due_zone = NOW + timedelta(days=2), "America/Bogota"
    factories.db.session.commit()
    page = as_(cast.lucia).get("/ahora").text
    assert page.count('class="next stack"') == 1
    assert "10:00" in page  # announced in Bogotá
    assert "12:00" in page  # hers
    assert 'href="/ediciones/novena/lecciones/leccion"' in page


def test_now_shows_the_team_of_the_same_government_and_nobody_else(cast, as_):
    other = factories.user("Ana Quebracho")
    factories.enrolment(other, cast.edition, cast.catamarca)
    cast.lesson.due_at, cast.lesson.due_zone = NOW - timedelta(days=1, hours=2), factories.MONTEVIDEO
    factories.db.session.commit()
    page = as_(cast.lucia).get("/ahora").text
    assert cast.martin.name in page
    assert other.name not in page
    assert page.count("state--warn") == 1  # Martín's; her own is the step


def test_a_big_team_is_named_in_part(cast, as_):
    for number in range(10):
        factories.enrolment(factories.user(f"Ombú {number:02}"), cast.edition, cast.canelones)
    page = as_(cast.lucia).get("/ahora").text
    assert "Ombú 06" in page
    assert "Ombú 07" not in page
    assert "and 3 more" in page


def test_a_colleague_who_withdrew_is_not_in_the_team(cast, as_):
    cast.martins.status, cast.martins.withdrawn_at = "withdrawn", NOW
    factories.db.session.commit()
    assert cast.martin.name not in as_(cast.lucia).get("/ahora").text


def test_several_editions_have_a_checklist_each_and_past_ones_a_link(cast, as_):
    factories.enrolment(cast.lucia, cast.other, cast.canelones)
    past = factories.edition("septima", status="closed", title=factories.words("Transición energética"))
    factories.enrolment(cast.lucia, past, cast.canelones)
    page = as_(cast.lucia).get("/ahora").text
    assert page.count('class="checklist"') == 2
    assert 'href="/ediciones/septima"' in page


def test_who_takes_no_edition_is_told_so(cast, as_):
    page = as_(factories.user()).get("/ahora")
    assert page.status_code == 200
    assert 'class="empty"' in page.text


@pytest.mark.parametrize(
    ("hour", "greeting"),
    [(8, "morning"), (11, "morning"), (12, "afternoon"), (18, "afternoon"), (19, "evening"), (3, "evening")],
)
def test_the_greeting_follows_the_readers_own_clock(cast, app, hour, greeting):
    cast.lucia.zone = "America/Bogota"
    with app.test_request_context(), force_locale("en"):
        said = _greeting(cast.lucia, factories.at(f"2026-10-20 {hour:02}:30 America/Bogota"))
    assert said == f"Good {greeting}, Lucía"


def test_now_costs_the_same_with_one_row_and_with_three(cast, as_, count_queries):
    costs = []
    for _ in range(2):
        browser = as_(cast.lucia)
        with count_queries() as ran:
            assert browser.get("/ahora").status_code == 200
        costs.append(len(ran))
        for number in range(2):
            factories.enrolment(factories.user(), cast.edition, cast.canelones)
            factories.lesson(cast.module)
            factories.lesson(factories.module(cast.edition))
            factories.tutoring_session(cast.edition)
            factories.enrolment(cast.lucia, factories.edition(f"otra-{len(costs)}-{number}"), cast.canelones)
    assert costs == [6, 6], ran


# --- catalogue --------------------------------------------------------------------------------------------------------


def test_the_catalogue_is_public_and_newest_first(cast, client):
    factories.edition("primera", number=1, starts_on=date(2017, 11, 1), ends_on=date(2017, 11, 3), status="closed")
    page = client.get("/ediciones").text
    assert page.index("/ediciones/novena") < page.index("/ediciones/primera")


@pytest.mark.parametrize(
    ("who", "sees"), [(None, False), ("lucia", False), ("renata", False), ("elena", True), ("gabriela", True)]
)
def test_a_draft_is_seen_by_who_works_in_it_only(cast, as_, who, sees):
    draft = factories.edition("borrador", status="draft")
    factories.staff(cast.gabriela, draft, "coordinator")
    browser = as_(getattr(cast, who) if who else None)
    assert ("/ediciones/borrador" in browser.get("/ediciones").text) is sees
    assert browser.get("/ediciones/borrador").status_code == (200 if sees else 404)


def test_my_editions_say_so(cast, as_):
    assert as_(cast.lucia).get("/ediciones").text.count("· <b>") == 1


@pytest.mark.parametrize(("who", "cost"), [(None, 2), ("lucia", 5)])
def test_the_catalogue_costs_the_same_with_one_row_and_with_three(cast, as_, count_queries, who, cost):
    costs = []
    for _ in range(2):
        browser = as_(getattr(cast, who) if who else None)
        with count_queries() as ran:
            assert browser.get("/ediciones").status_code == 200
        costs.append(len(ran))
        for number in range(2):
            factories.edition(f"otra-{len(costs)}-{number}")
    assert costs == [cost, cost], ran


# --- an edition -------------------------------------------------------------------------------------------------------


def test_a_visitor_reads_what_an_edition_is_and_nothing_of_its_inside(cast, client):
    cast.edition.host_city, cast.edition.host_country, cast.edition.mode = "Montevideo", "UY", "hybrid"
    cast.edition.items, cast.module.items = [item()], [item("mcr", "E2")]
    factories.db.session.commit()
    page = client.get("/ediciones/novena").text
    for told in ("Ciudades inteligentes", "Datos y clima", "Módulo 1", "Tutoría abierta", "Montevideo", "P1", "E2"):
        assert told in page
    for inside in ("/lecciones/", cast.session.link, "Mark as done", "<details", 'class="hill"'):
        assert inside not in page


def test_a_participant_finds_the_state_of_each_activity(cast, as_):
    factories.saved(LessonDone(enrolment_id=cast.lucias.id, lesson_id=cast.lesson.id, done_at=NOW))
    factories.work(cast.assignment, cast.lucias, state="changes_requested")
    page = as_(cast.lucia).get("/ediciones/novena").text
    assert "state--good" in page
    assert "state--warn" in page
    assert 'class="hill"' in page
    assert 'href="/ediciones/novena/lecciones/leccion"' in page


def test_a_closed_module_says_when_it_opens_in_both_zones(cast, as_):
    opening = factories.at("2026-11-02 09:00 America/Bogota")
    closed = factories.module(cast.edition, opens_at=opening, opens_zone="America/Bogota")
    factories.lesson(closed, slug="cerrada")
    page = as_(cast.lucia).get("/ediciones/novena").text
    assert "09:00" in page
    assert "11:00" in page
    assert 'href="/ediciones/novena/lecciones/cerrada"' not in page


def test_who_works_in_it_may_open_everything_and_has_no_progress(cast, as_):
    closed = factories.module(cast.edition, opens_at=NOW + timedelta(days=9), opens_zone=factories.MONTEVIDEO)
    factories.lesson(closed, slug="cerrada")
    page = as_(cast.renata).get("/ediciones/novena").text
    assert 'href="/ediciones/novena/lecciones/cerrada"' in page
    assert 'class="hill"' not in page


def test_a_participant_of_another_edition_sees_its_public_face(cast, as_):
    page = as_(cast.rocio).get("/ediciones/novena")
    assert page.status_code == 200
    assert "/lecciones/" not in page.text


def test_an_archived_edition_stays_with_its_participants(cast, as_):
    cast.edition.status = "archived"
    factories.db.session.commit()
    assert as_(cast.lucia).get("/ediciones/novena").status_code == 200
    assert as_(cast.rocio).get("/ediciones/novena").status_code == 404
    assert as_(None).get("/ediciones/novena").status_code == 404


@pytest.mark.parametrize(("who", "cost"), [(None, 5), ("lucia", 10)])
def test_an_edition_costs_the_same_with_one_module_and_with_three(cast, as_, count_queries, who, cost):
    costs = []
    for _ in range(2):
        browser = as_(getattr(cast, who) if who else None)
        with count_queries() as ran:
            assert browser.get("/ediciones/novena").status_code == 200
        costs.append(len(ran))
        for _ in range(2):
            factories.lesson(factories.module(cast.edition))
            factories.tutoring_session(cast.edition)
    assert costs == [cost, cost], ran


# --- the checklist ----------------------------------------------------------------------------------------------------


def test_the_checklist_names_what_is_missing_with_a_link_to_each(cast, as_):
    cast.assignment.final_work, cast.edition.attendance = True, 50
    factories.db.session.commit()
    page = as_(cast.lucia).get("/ediciones/novena/certificado").text
    assert page.count('class="missing"') == 3
    for address in ("lecciones/leccion", "cuestionarios/quiz-datos", "tareas/assignment-mapa", "tutorias"):
        assert f'href="/ediciones/novena/{address}"' in page


def test_the_checklist_of_who_has_everything_leads_to_the_certificate(cast, as_):
    cast.quiz.required = cast.assignment.required = False
    factories.saved(LessonDone(enrolment_id=cast.lucias.id, lesson_id=cast.lesson.id, done_at=NOW))
    page = as_(cast.lucia).get("/ediciones/novena/certificado").text
    assert 'class="missing"' not in page
    assert 'href="/certificados"' in page


def test_the_checklist_is_the_participants_own(cast, as_):
    address = "/ediciones/novena/certificado"
    assert as_(cast.renata).get(address).status_code == 403
    assert as_(cast.rocio).get(address).status_code == 404
    assert as_(None).get(address).location.startswith("/ingresar")
    assert as_(None).post(address).status_code in {401, 405}
