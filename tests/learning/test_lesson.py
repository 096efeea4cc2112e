"""The reader: text, outline, what comes before and after, marking as done, and what it all weighs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from escuela.config import ROOT
from escuela.editions.models import LessonText
from escuela.extensions import db
from escuela.learning.models import LessonDone
from tests import factories
from tests.conftest import NOW

LESSON = "/ediciones/novena/lecciones/leccion"
DONE = f"{LESSON}/hecho"


def done_rows() -> list[tuple[int, int]]:
    return [(row.enrolment_id, row.lesson_id) for row in db.session.scalars(select(LessonDone))]


def text_of(cast, language: str, html: str) -> None:
    factories.saved(LessonText(lesson_id=cast.lesson.id, language=language, source=html, html=html))


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("lucia", 200), ("renata", 200), ("gabriela", 200), ("elena", 200), ("rocio", 404), ("thiago", 404)],
)
def test_a_lesson_is_for_the_people_of_its_edition(cast, as_, who, status):
    assert as_(getattr(cast, who)).get(LESSON).status_code == status


def test_a_visitor_is_asked_to_sign_in(cast, client):
    assert client.get(LESSON).location.startswith("/ingresar")


@pytest.mark.parametrize(
    "address",
    [
        "/ediciones/octava/lecciones/leccion",  # of another edition
        "/ediciones/novena/lecciones/quiz-datos",  # not a lesson
        "/ediciones/novena/lecciones/ninguna",
    ],
)
def test_a_lesson_is_found_through_its_own_edition_only(cast, as_, address):
    assert as_(cast.lucia).get(address).status_code == 404
    assert as_(cast.lucia).post(f"{address}/hecho").status_code == 404


def test_who_withdrew_reads_no_more(cast, as_):
    cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", NOW
    db.session.commit()
    assert as_(cast.lucia).get(LESSON).status_code == 404


def test_the_outline_and_the_pager_lead_through_every_kind_of_activity(cast, as_):
    before = factories.lesson(cast.module, slug="antes", position=0)
    page = as_(cast.lucia).get(LESSON).text
    pager = page[page.index('class="pager"') :]
    assert f'href="/ediciones/novena/lecciones/{before.slug}" rel="prev"' in pager
    assert re.search(r'href="/ediciones/novena/\w+/quiz-datos" rel="next"', pager)
    outline = page[page.index('class="outline') :]
    assert outline.count("<li") >= 4
    assert 'aria-current="page"' in outline


def test_switching_language_comes_back_to_the_lesson(cast, as_):
    assert f'name="next" value="{LESSON}"' in as_(cast.lucia).get(LESSON).text


def test_the_last_lesson_leads_back_to_the_edition(cast, as_):
    last = factories.lesson(factories.module(cast.edition))
    page = as_(cast.lucia).get(f"/ediciones/novena/lecciones/{last.slug}").text
    assert 'rel="next"' not in page[page.index('class="pager"') :]


def test_the_text_is_in_the_readers_language(cast, as_):
    text_of(cast, "pt", "<p>A água sobe.</p>")
    cast.lucia.language = "pt"
    db.session.commit()
    page = as_(cast.lucia).get(LESSON).text
    assert "A água sobe." in page
    assert 'role="note"' not in page


def test_a_text_in_another_language_says_so_and_is_marked(cast, as_):
    cast.lucia.language = "pt"
    db.session.commit()
    page = as_(cast.lucia).get(LESSON).text
    assert 'role="note"' in page
    assert '<div class="lesson" lang="es">' in page


def test_the_editions_own_language_comes_before_any_other(cast, as_):
    text_of(cast, "pt", "<p>A água sobe.</p>")
    cast.lucia.language = "en"
    db.session.commit()
    assert "El agua sube." in as_(cast.lucia).get(LESSON).text


def test_a_lesson_without_a_text_yet_says_so(cast, as_):
    cast.lesson.texts.clear()
    db.session.commit()
    assert as_(cast.lucia).get(LESSON).status_code == 200


def test_a_lesson_that_is_not_open_names_its_opening_in_both_zones(cast, as_):
    cast.module.opens_at, cast.module.opens_zone = factories.at("2026-11-02 09:00 America/Bogota"), "America/Bogota"
    db.session.commit()
    page = as_(cast.lucia).get(LESSON)
    assert page.status_code == 409
    assert "09:00" in page.text
    assert "11:00" in page.text
    assert "El agua sube" not in page.text
    assert as_(cast.renata).get(LESSON).status_code == 200


def test_before_the_edition_begins_there_is_nothing_to_read(cast, as_):
    cast.edition.status = "published"
    db.session.commit()
    assert as_(cast.lucia).get(LESSON).status_code == 409


@pytest.mark.parametrize("status", ["closed", "archived"])
def test_a_lesson_stays_readable_when_its_edition_is_over(cast, as_, status):
    cast.edition.status = status
    db.session.commit()
    page = as_(cast.lucia).get(LESSON)
    assert page.status_code == 200
    assert DONE not in page.text


# --- marking as done --------------------------------------------------------------------------------------------------


def test_done_leads_to_the_next_activity_and_shows_in_the_outline(cast, as_):
    answer = as_(cast.lucia).post(DONE)
    assert answer.status_code == 303
    assert answer.location.endswith("/quiz-datos")
    assert done_rows() == [(cast.lucias.id, cast.lesson.id)]
    assert '<li class="done">' in as_(cast.lucia).get(LESSON).text


def test_done_twice_is_once_and_keeps_its_instant(cast, as_):
    as_(cast.lucia).post(DONE)
    first = db.session.scalar(select(LessonDone.done_at))
    assert as_(cast.lucia).post(DONE).status_code == 303
    assert done_rows() == [(cast.lucias.id, cast.lesson.id)]
    assert db.session.scalar(select(LessonDone.done_at)) == first


def test_the_last_one_leads_to_the_edition_and_so_does_one_before_a_closed_module(cast, as_):
    last = factories.lesson(cast.module)
    address = f"/ediciones/novena/lecciones/{last.slug}/hecho"
    assert as_(cast.lucia).post(address).location == "/ediciones/novena"
    closed = factories.module(cast.edition, opens_at=NOW + timedelta(days=3), opens_zone=factories.MONTEVIDEO)
    factories.lesson(closed)
    assert as_(cast.lucia).post(address).location == "/ediciones/novena"


def test_only_participants_mark_lessons(cast, as_):
    assert as_(cast.renata).post(DONE).status_code == 403
    assert as_(cast.elena).post(DONE).status_code == 403
    assert as_(cast.rocio).post(DONE).status_code == 404
    assert as_(None).post(DONE).status_code == 401
    assert done_rows() == []


def test_a_late_lesson_still_counts(cast, as_):
    cast.lesson.due_at, cast.lesson.due_zone = NOW - timedelta(days=3), factories.MONTEVIDEO
    db.session.commit()
    assert as_(cast.lucia).post(DONE).status_code == 303


@pytest.mark.parametrize("status", ["published", "closed"])
def test_outside_its_time_nothing_is_marked(cast, as_, status):
    cast.edition.status = status
    db.session.commit()
    assert as_(cast.lucia).post(DONE).status_code == 409
    assert done_rows() == []


def test_a_lesson_not_yet_open_is_not_marked(cast, as_):
    cast.lesson.opens_at, cast.lesson.opens_zone = NOW + timedelta(seconds=1), factories.MONTEVIDEO
    db.session.commit()
    assert as_(cast.lucia).post(DONE).status_code == 409
    cast.lesson.opens_at = NOW
    db.session.commit()
    assert as_(cast.lucia).post(DONE).status_code == 303


# --- weight and cost --------------------------------------------------------------------------------------------------

KB = 1024


def sent(browser, address: str) -> int:
    """Bytes on the wire, compressed as a browser asks for."""
    answer = browser.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == "gzip" or address.endswith("woff2")
    return len(answer.data)


def test_a_lesson_weighs_less_than_100_kb_at_first_and_30_afterwards(cast, as_):
    words = "".join(
        f"<p>{number} barrios, y en cada uno {number * 7} casas que el agua alcanza.</p>" for number in range(90)
    )
    text_of(cast, "pt", words)
    cast.lucia.language = "pt"
    db.session.commit()
    browser = as_(cast.lucia)
    page = sent(browser, LESSON)
    html = browser.get(LESSON).text
    linked = set(re.findall(r'(?:href|src)="(/recursos/[^"]+)"', html))
    sheet = next(address for address in linked if address.endswith("escuela.css"))
    fonts = set(re.findall(r'url\("([^"]+woff2)"\)', browser.get(sheet).text))
    assert any(address.endswith("escuela.js") for address in linked)
    first = page + sum(sent(browser, address) for address in linked | fonts)
    assert page < 30 * KB
    assert first < 100 * KB
    if not (ROOT / "static/fonts").exists():  # without the fonts of the set-up: leave their 60 KB free
        assert first < 40 * KB


def test_a_lesson_is_readable_without_scripts_styles_or_pictures(cast, as_):
    page = as_(cast.lucia).get(LESSON).text
    assert "El agua sube." in page
    assert f'action="{DONE}"' in page


def test_save_data_leaves_fonts_and_contours_out(cast, as_):
    page = as_(cast.lucia).get(LESSON, headers={"Save-Data": "on"}).text
    assert "<html lang" in page
    assert "data-save" in page
    assert 'rel="preload"' not in page
    assert "data-save" not in as_(cast.lucia).get(LESSON).text


def test_a_lesson_costs_the_same_with_few_activities_and_with_many(cast, as_, count_queries):
    costs = []
    for _ in range(2):
        browser = as_(cast.lucia)
        with count_queries() as ran:
            assert browser.get(LESSON).status_code == 200
        costs.append(len(ran))
        for _ in range(3):
            factories.lesson(cast.module)
            factories.lesson(factories.module(cast.edition))
    assert costs == [8, 8], ran
