"""The question bank in a browser: a question written and taken into a quiz, a file looked at, taken in and exported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from escuela.demo import RUNNING_SLUG
from tests.live import PHONE

pytestmark = pytest.mark.browser

BANK = "/banco-de-preguntas/escuela"
GIFT = "¿Qué mide un anemómetro? {=El viento ~La lluvia}\n\nUna consigna que nada pregunta.\n"


def test_a_question_from_the_bank_to_a_quiz_and_a_file_there_and_back(visitor, tmp_path: Path):
    elena = visitor().signs_in("elena").goes(BANK)
    page = elena.page
    page.get_by_text("Escribir una pregunta").click()
    page.locator("main a[href*='/nueva/single']").click()
    page.locator("[name='text-es']").fill("¿Qué es una cuenca visual?")
    page.locator("[name='options-0-text-es']").fill("Lo que se ve desde un lugar")
    page.locator("[name='options-0-right']").check()
    page.locator("[name='options-1-text-es']").fill("Un pozo")
    page.locator("[name='folder']").fill("Paisaje / Miradores")
    page.locator("[name='tags']").fill("nueva, básica")
    page.locator("main form.builder p.actions button[name=save]").click()
    expect(page.locator("h1")).to_contain_text("cuenca visual")
    elena.finds_no_barrier()

    elena.goes(f"{BANK}/tomar/{RUNNING_SLUG}/quiz-datos")
    page.locator("#etiqueta").select_option("nueva")
    page.locator("form.filters button").click()
    page.locator("main input[name=question]").check()
    page.locator("main form[method=post] button").click()
    expect(page.locator("main")).to_contain_text("cuenca visual")

    file = tmp_path / "preguntas.gift"
    file.write_text(GIFT)
    elena.goes(f"{BANK}/importar")
    page.locator("[name=file]").set_input_files(file)
    page.locator("[name=folder]").fill("Paisaje")
    page.locator("main form button").click()
    expect(page.locator("main tbody tr")).to_have_count(2)
    elena.finds_no_barrier()
    page.locator("button[name=take]").click()
    expect(page).to_have_url(re.compile(r"carpeta=Paisaje"))
    expect(page.locator("main tbody tr")).to_have_count(2)
    with page.expect_download() as download:
        page.locator("main a[href*='/exportar/yaml']").click()
    text = Path(download.value.path()).read_text()
    assert "anemómetro" in text
    assert "cuenca visual" in text
    elena.goes(f"{BANK}/importar")
    page.locator("[name=file]").set_input_files(download.value.path())
    page.locator("main form button").click()
    expect(page.locator("main p.row").first).to_contain_text("0")
    expect(page.locator("button[name=take]")).to_have_count(0)


def test_another_bank_on_a_phone_and_what_an_export_leaves_out(visitor):
    elena = visitor(size=PHONE).signs_in("elena").goes(f"{BANK}/exportar/gift")
    elena.finds_no_barrier()
    elena.goes("/banco-de-preguntas/nuevo").finds_no_barrier()
    elena.page.locator("[name='title-es']").fill("Escuela de Clima")
    elena.page.locator("main form button").click()
    expect(elena.page.locator("h1")).to_have_text("Escuela de Clima")
    elena.finds_no_barrier()
    elena.goes("/banco-de-preguntas").finds_no_barrier()
    expect(elena.page.locator("main li")).to_have_count(2)
