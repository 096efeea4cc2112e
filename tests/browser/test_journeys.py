"""The School's main job in a browser: a lesson, a quiz, a work, its review, the certificate, its verification."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from escuela.certificates.drawing import draw_due_certificates
from escuela.demo import RUNNING_SLUG
from tests.live import DESK, PHONE

pytestmark = pytest.mark.browser

RUNNING = f"/ediciones/{RUNNING_SLUG}"
QUIZ = f"{RUNNING}/cuestionarios/quiz-gobernanza"
TASK = f"{RUNNING}/tareas/assignment-mapa-de-actores"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"


def test_a_participant_follows_the_one_next_step_through_a_lesson(visitor):
    lucia = visitor(size=PHONE).signs_in("lucia")
    page = lucia.page
    expect(page).to_have_url(re.compile("/ahora$"))
    expect(page.locator(".next")).to_have_count(1)
    expect(page.locator(".next .deadline")).to_contain_text("Montevideo")
    before = page.inner_text(".next h2")
    page.click(".next .button--primary")
    expect(page.locator("article.lesson")).to_be_visible()
    lucia.finds_no_barrier()
    page.click("form[action$=hecho] .button--primary")
    lucia.goes("/ahora")
    assert page.inner_text(".next h2") != before


def test_an_answer_is_saved_when_chosen_and_survives_a_cut_connection(visitor):
    martin = visitor(size=PHONE).signs_in("martin").goes(QUIZ)
    page = martin.page
    page.click("form[action$=intentos] .button--primary")
    first, second = page.locator(".question").nth(0), page.locator(".question").nth(1)
    first.locator("input[type=radio], input[type=checkbox]").nth(1).check()
    expect(first.locator(".saved:not(.saved--no)")).to_be_visible()
    martin.finds_no_barrier()

    martin.context.set_offline(True)
    second.locator("input[type=radio], input[type=checkbox]").nth(0).check()
    expect(second.locator(".saved--no")).to_be_visible()
    martin.context.set_offline(False)
    expect(second.locator(".saved:not(.saved--no)")).to_be_visible(timeout=20_000)

    page.reload()
    expect(page.locator(".question").nth(0).locator("input[type=radio], input[type=checkbox]").nth(1)).to_be_checked()
    expect(page.locator(".question").nth(1).locator("input:checked")).to_have_count(1)


def test_all_ten_kinds_of_question_are_answered_by_keyboard_alone(visitor):
    maria = visitor(size=DESK).signs_in("maria").goes(f"{RUNNING}/cuestionarios/quiz-repaso")
    page = maria.page
    page.locator("form[action$=intentos] .button--primary").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/intentos/2$"))
    page.locator(".question textarea").wait_for()
    kinds, places = [], iter("1234")
    page.locator(".question").first.locator("input, select, textarea").locator("visible=true").first.focus()
    while (field := page.evaluate("[document.activeElement.name, document.activeElement.type]"))[0] != "review":
        name, kind = field
        kinds.append(kind)
        if kind in {"checkbox", "radio"}:
            page.keyboard.press("Space")
        elif kind == "select-one":
            page.keyboard.press(next(places) if name.startswith("given-orden:") else "ArrowDown")
        else:
            page.keyboard.type("30")
        page.keyboard.press("Tab")
    assert set(kinds) == {"checkbox", "radio", "select-one", "text", "textarea"}
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/entrega$"))
    expect(page.locator("main")).to_contain_text("As 10 perguntas estão respondidas e salvas.")
    page.locator("main form .button--primary").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/intentos/2$"))
    maria.finds_no_barrier()


def test_an_answer_that_was_never_confirmed_is_kept_through_a_reload(visitor, served):
    rosa = visitor(size=PHONE).signs_in("rosa").goes(QUIZ)
    page = rosa.page
    page.route("**/respuestas", lambda route: route.abort())
    page.click("form[action$=intentos] .button--primary")
    third = page.locator(".question").nth(2)
    third.locator("input[type=radio], input[type=checkbox]").nth(0).check()
    expect(third.locator(".saved--no")).to_be_visible()
    page.unroute("**/respuestas")
    page.reload()
    again = page.locator(".question").nth(2)
    expect(again.locator("input:checked")).to_have_count(1)
    expect(again.locator(".saved:not(.saved--no)")).to_be_visible(timeout=20_000)


def test_an_answer_chosen_before_the_script_arrived_is_saved_too(visitor):
    wara = visitor(size=PHONE).signs_in("wara")
    page, held = wara.page, []
    wara.goes(f"{RUNNING}/cuestionarios/quiz-datos")
    page.route("**/escuela.js", lambda route: held.append(route))  # noqa: PLW0108 - Playwright calls no builtin
    page.click("form[action$=intentos] .button--primary", no_wait_after=True)
    first = page.locator(".question").nth(0)
    first.locator("input[type=radio], input[type=checkbox]").nth(0).check()
    expect(first.locator(".saved:visible")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(first.locator(".saved:not(.saved--no)")).to_be_visible()


def test_a_quiz_works_without_scripts(visitor):
    ramon = visitor(size=PHONE, java_script_enabled=False).signs_in("ramon").goes(QUIZ)
    page = ramon.page
    page.click("form[action$=intentos] .button--primary")
    for number in range(page.locator(".question").count()):
        page.locator(".question").nth(number).locator("input[type=radio], input[type=checkbox]").nth(0).check()
    page.click("button[data-plain]")
    assert page.locator("input:checked").count() >= page.locator(".question").count()
    page.click("form#answers .button--primary")
    page.click("form[action$=entrega] button")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".state").first).to_be_visible()


def test_a_work_goes_from_draft_to_corrections_to_approval(visitor):
    lucia = visitor(size=PHONE).signs_in("lucia").goes(TASK)
    mine = lucia.page
    mine.fill("textarea#text", "El comité se reúne los martes. Lo convoca Planificación.")
    expect(mine.locator("[data-status]")).to_have_text(re.compile(r"\d\d[:h]\d\d"), timeout=15_000)
    mine.reload()
    expect(mine.locator("textarea#text")).to_have_value(re.compile("los martes"))
    mine.set_input_files("input#file", {"name": "mapa.pdf", "mimeType": "application/pdf", "buffer": PDF})
    mine.click("button[formaction$=archivos]")
    expect(mine.get_by_text("mapa.pdf").first).to_be_visible()
    lucia.finds_no_barrier()
    mine.click("button[formaction$=entregar]")

    renata = visitor(size=DESK).signs_in("renata").goes("/cola")
    desk = renata.page
    desk.locator("tr", has_text="Lucía Ceibo Coronilla").locator("form[action$=reclamar] button").click()
    expect(desk.locator(".document")).to_contain_text("los martes")
    renata.finds_no_barrier()

    iara = visitor(size=DESK).signs_in("iara").goes("/cola")
    expect(iara.page.locator("tr", has_text="Lucía Ceibo Coronilla")).to_contain_text("Renata Araucaria Molle")

    desk.fill("textarea#comment", "Buen comienzo. Diga quién lo reemplaza.")
    desk.click("button[data-open=devolver]")
    desk.click("dialog#devolver .button--primary")
    expect(desk.locator(".flash--good")).to_be_visible()

    lucia.goes(TASK)
    expect(mine.locator("main")).to_contain_text("Diga quién lo reemplaza.")
    mine.fill("textarea#text", "El comité se reúne los martes. Si Planificación falta, convoca Obras.")
    mine.click("button[formaction$=entregar]")

    renata.goes("/cola")
    desk.locator("tr", has_text="Lucía Ceibo Coronilla").locator("form[action$=reclamar] button").click()
    expect(desk.locator(".document")).to_contain_text("convoca Obras")
    for criterion in desk.locator(".levels").all():
        criterion.locator("input").last.check()
    desk.fill("textarea#comment", "Muy claro.")
    desk.click("button[formaction$=aprobar]")
    expect(desk.locator(".flash--good")).to_be_visible()

    lucia.goes(TASK)
    expect(mine.locator(".state--good").first).to_be_visible()
    expect(mine.locator("main")).to_contain_text("Muy claro.")


def test_a_file_that_is_not_what_it_says_is_refused_and_the_text_stays(visitor):
    jussara = visitor(size=PHONE).signs_in("jussara").goes(f"{RUNNING}/tareas/assignment-inventario")
    page = jussara.page
    page.fill("textarea#text", "Temos três planilhas.")
    page.set_input_files("input#file", {"name": "mapa.pdf", "mimeType": "application/pdf", "buffer": b"MZ not a pdf"})
    page.click("button[formaction$=archivos]")
    expect(page.locator("[data-note]")).to_contain_text("mapa.pdf")
    expect(page.locator("textarea#text")).to_have_value("Temos três planilhas.")


def test_attendance_of_a_session_is_taken_on_one_screen(visitor):
    renata = visitor(size=PHONE).signs_in("renata").goes(f"{RUNNING}/tutorias")
    page = renata.page
    page.locator("a[href$=asistencia]").first.click()
    boxes = page.locator("input[type=checkbox]")
    count = boxes.count()
    assert count >= 9
    boxes.nth(0).check()
    page.click("main form .button--primary")
    expect(page.locator(".flash--good")).to_be_visible()


def test_a_coordinator_issues_and_anybody_verifies(visitor, served):
    gabriela = visitor(size=DESK).signs_in("gabriela").goes(f"{RUNNING}/tablero")
    expect(gabriela.page.locator("table.matrix")).to_contain_text("Lucía Ceibo Coronilla")
    gabriela.goes(f"{RUNNING}/certificados")
    gabriela.page.click("form[method=post] .button--primary")
    expect(gabriela.page.locator(".flash").first).to_be_visible()
    gabriela.finds_no_barrier()
    with served.app.app_context():
        assert draw_due_certificates() == 2

    silvia = visitor(size=PHONE).signs_in("silvia").goes("/certificados")
    code = silvia.page.locator(".code").first.inner_text().replace("\u00ad", "").replace("\n", "").strip()
    with silvia.page.expect_download() as download:
        silvia.page.locator("a[href$='.pdf']").first.click()
    assert download.value.suggested_filename.endswith(".pdf")

    ministry = visitor(size=PHONE, timezone_id="America/Santiago").goes(f"/v/{code}")
    expect(ministry.page.locator(".result")).to_contain_text("Silvia Jacarandá Ceibo")
    ministry.finds_no_barrier()
    ministry.goes("/verificar").page.fill("input#codigo", "EDR-ZZZZ-ZZZZ")
    ministry.page.click("main .filters .button--primary")
    expect(ministry.page.locator(".result")).not_to_contain_text("Silvia")
    assert ministry.context.cookies() == [] or all(each["name"] != "session" for each in ministry.context.cookies())


def test_the_language_is_switched_on_any_page_and_stays(visitor):
    somebody = visitor(size=PHONE).goes("/ediciones")
    somebody.page.click(".languages button[value=pt]")
    expect(somebody.page).to_have_url(re.compile("/ediciones$"))
    assert somebody.page.get_attribute("html", "lang") == "pt"
    somebody.goes("/verificar")
    assert somebody.page.get_attribute("html", "lang") == "pt"


def test_a_stranger_finds_nothing_inside(visitor):
    rocio = visitor(size=PHONE).signs_in("rocio")
    for path in (QUIZ, TASK, f"{RUNNING}/tablero", f"{RUNNING}/certificados", f"{RUNNING}/personas"):
        answer = rocio.page.goto(path)
        assert answer.status == 404, path
