"""Marks in a browser: a coordinator finds one, changes it and takes it back; its participant reads why."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from escuela.demo import RUNNING_SLUG
from tests.live import DESK, PHONE

pytestmark = pytest.mark.browser

TABLE = f"/ediciones/{RUNNING_SLUG}/calificaciones"
MINE = f"/ediciones/{RUNNING_SLUG}/mis-calificaciones"


def test_a_mark_is_found_changed_read_by_its_participant_and_taken_back(visitor):
    gabriela = visitor(size=DESK).signs_in("gabriela").goes(TABLE)
    page = gabriela.page
    gabriela.finds_no_barrier()
    expect(page.locator("td.o")).to_have_text("7,5/10 *")
    expect(page.locator("td.x")).to_have_text("exim.")
    page.select_option("#modulo", "1")
    page.fill("#q", "coronilla")
    page.click("form.filters button")
    expect(page.locator("thead [scope=colgroup]")).to_have_count(1)
    gabriela.finds_no_barrier()
    page.click("tbody th[scope=row] a")
    gabriela.finds_no_barrier()

    row = page.locator("tr", has=page.locator("a[href$='cuestionarios/quiz-datos']"))
    row.get_by_role("link", name=re.compile("^Cambiar")).click()
    gabriela.finds_no_barrier()
    page.fill("input[name=earned]", "99")
    page.click("form.form .button--primary")
    expect(page.locator("[role=alert]")).to_contain_text("No más que los puntos posibles.")
    gabriela.finds_no_barrier()
    page.fill("input[name=earned]", "8,5")
    page.fill("textarea[name=reason]", "La pregunta 3 tenía dos respuestas válidas.")
    page.click("form.form .button--primary")
    expect(page.locator(".flash--good")).to_contain_text("Lucía Ceibo Coronilla")
    expect(row).to_contain_text("8,5 de 9")

    lucia = visitor(size=PHONE).signs_in("lucia").goes(f"/ediciones/{RUNNING_SLUG}")
    lucia.page.click("nav.tabs a:text('Mis notas')")
    expect(lucia.page.locator(".note")).to_contain_text("dos respuestas válidas")
    expect(lucia.page.locator(".note")).to_contain_text("9 de 9")
    lucia.finds_no_barrier()

    row.get_by_role("link", name=re.compile("^Cambiar")).click()
    page.fill("textarea[name=why]", "Se revisó: la clave era correcta.")
    page.click("form[action$=quitar] button")
    expect(row).to_contain_text("9 de 9")
    lucia.page.reload()
    expect(lucia.page.locator(".note")).to_have_count(0)
    expect(lucia.page.locator(".history")).to_contain_text("la clave era correcta")


def test_an_excuse_is_read_in_portuguese_and_the_table_fits_a_phone(visitor):
    maria = visitor(size=PHONE).signs_in("maria").goes(MINE)
    expect(maria.page.locator("h1")).to_have_text("Minhas notas")
    expect(maria.page.locator(".note")).to_contain_text("Licença médica")
    maria.finds_no_barrier()

    iara = visitor(size=PHONE).signs_in("iara").goes(TABLE)
    iara.finds_no_barrier()
    iara.page.click("tbody th[scope=row] a:text('Cavalcanti')")
    expect(iara.page.locator(".note")).to_contain_text("Licença médica")
    expect(iara.page.locator("a[href*='/calificaciones/'][href$=quiz-gobernanza]")).to_have_count(0)
    iara.finds_no_barrier()


def test_sheets_are_downloaded_with_the_filters(visitor):
    renata = visitor(size=DESK).signs_in("renata").goes(f"{TABLE}?q=canelones&modulo=1")
    page = renata.page
    for suffix in ("csv", "xlsx"):
        with page.expect_download() as downloading:
            page.click(f"a[href*='.{suffix}']")
        assert downloading.value.suggested_filename.endswith(f".{suffix}")
        assert "modulo=1" in downloading.value.url
