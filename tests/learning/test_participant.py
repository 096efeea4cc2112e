"""One participant as the people who work in the edition see them."""

from __future__ import annotations

import pytest

from escuela.admissions.models import WITHDRAWN
from escuela.assessments.assignments.models import APPROVED
from escuela.extensions import db
from tests import factories
from tests.conftest import NOW

BOARD = "/ediciones/novena/tablero"


@pytest.fixture
def here(cast) -> str:
    return f"{BOARD}/{cast.lucias.id}"


def test_the_board_leads_to_each_participant(cast, as_, here):
    assert f'<a href="{here}">Lucía Ceibo Coronilla</a>' in as_(cast.renata).get(BOARD).text


def test_it_says_who_it_is_and_leads_to_what_they_handed_in(cast, as_, here):
    work = factories.work(cast.assignment, cast.lucias, state=APPROVED)
    page = as_(cast.renata).get(here).text
    assert "<h1>Lucía Ceibo Coronilla</h1>" in page
    assert "Intendencia de Canelones" in page
    assert 'href="mailto:lucia@example.org"' in page
    assert f'href="/ediciones/novena/revisiones/{work.id}"' in page


def test_nothing_handed_in_leads_to_no_work(cast, as_, here):
    factories.work(cast.assignment, cast.martins)
    assert "/revisiones/" not in as_(cast.renata).get(here).text


def test_who_withdrew_is_still_there_to_look_at(cast, as_, here):
    cast.lucias.status, cast.lucias.withdrawn_at = WITHDRAWN, NOW
    db.session.commit()
    assert as_(cast.gabriela).get(here).status_code == 200


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("lucia", 403),
        ("martin", 403),
        ("rocio", 404),
        ("thiago", 404),
        ("renata", 200),
        ("gabriela", 200),
        ("elena", 200),
        ("admin", 200),
    ],
)
def test_it_is_for_who_reviews_and_coordinates(cast, as_, here, who, status):
    assert as_(getattr(cast, who)).get(here).status_code == status


def test_nobody_else_s_edition_and_no_visitor(cast, as_, here):
    assert as_(cast.gabriela).get(f"{BOARD}/999999").status_code == 404
    assert as_(None).get(here).location.startswith("/ingresar")


def test_it_costs_the_same_with_one_activity_and_with_more(cast, as_, count_queries, here):
    def cost() -> int:
        browser = as_(cast.renata)
        with count_queries() as asked:
            assert browser.get(here).status_code == 200
        return len(asked)

    before = cost()
    factories.work(cast.assignment, cast.lucias)
    factories.lesson(cast.module, position=8, slug="otra", title=factories.words("Otra"))
    factories.lesson(cast.module, position=9, slug="y-otra", title=factories.words("Y otra"))
    assert cost() == before
