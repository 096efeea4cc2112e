"""A new edition of two modules, written in a browser, taken out as a zip and loaded into another School."""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from shutil import copytree
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import Browser, Error, Page, Route, expect
from sqlalchemy import select

from escuela import clock
from escuela.editions.models import Edition, Module
from escuela.extensions import db
from tests.browser.test_call import edition_is_made
from tests.live import DESK, PHONE, School, Visitor, school

pytestmark = pytest.mark.browser

LESSON_ES = "La cuenca **no termina** en la calle.\n\n- Río\n- Arroyo"
LESSON_PT = "A bacia **não termina** na rua."


def picture() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (640, 360), "#2f6f6a").save(buffer, "PNG")
    return buffer.getvalue()


def saves(page: Page, name: str = "save") -> None:
    """Save for good, and be back in the outline."""
    page.locator(f".editor__bar button[name={name}]").click()
    expect(page.locator(".flash--good")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/escribir(#.*)?$"))


def titled(page: Page, es: str, pt: str) -> None:
    page.fill("[name=title-es]", es)
    page.fill("[name=title-pt]", pt)
    page.fill("[name=summary-es]", f"{es}: lo que hay que saber.")
    page.fill("[name=summary-pt]", f"{pt}: o que é preciso saber.")


def module_is_written(elena: Visitor, here: str, es: str, pt: str, search: str) -> str:
    """A module with one item of the catalogue, found by searching; its slug."""
    page = elena.goes(f"{here}/modulos/nuevo").page
    titled(page, es, pt)
    page.fill("[name=hours]", "10")
    page.fill("[data-picker] input[type=search]", search)
    page.locator("[data-picker] label.choice:visible").first.click()
    expect(page.locator("[data-chosen] li")).to_have_count(1)
    elena.finds_no_barrier()
    page.click("form.form--wide .button--primary")
    expect(page.locator(".flash--good")).to_be_visible()
    return page.locator("[data-modules] > li").last.get_attribute("data-token").removeprefix("m:")


def begins(elena: Visitor, here: str, module: str, kind: str) -> Page:
    page = elena.goes(here).page
    page.click(f"#m-{module} form[action$='/{kind}'] button")
    expect(page).to_have_url(re.compile("/borradores/"))
    return page


def lesson_is_written(elena: Visitor, here: str, module: str) -> None:
    page = begins(elena, here, module, "lesson")
    titled(page, "La cuenca", "A bacia")
    text = page.locator("[name=body-es]")
    text.fill(LESSON_ES)
    text.press("Home")
    page.click("[data-tool=heading]")
    expect(text).to_have_value(re.compile(r"^.*## - Arroyo", re.DOTALL))
    text.press("Control+z")
    expect(text).to_have_value(LESSON_ES)

    page.click("[data-tool=picture]")
    page.set_input_files(
        "dialog[open] input[type=file]", {"name": "m.png", "mimeType": "image/png", "buffer": picture()}
    )
    page.click("dialog[open] button[value=yes]")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.fill("dialog[open] textarea", "Mapa de la cuenca")
    elena.finds_no_barrier()
    page.click("dialog[open] button[value=yes]")
    expect(text).to_have_value(re.compile(r"!\[Mapa de la cuenca\]\(media/[\w-]+\.(webp|png|jpg)\)"))

    expect(page.locator("[data-page=pt] [data-missing]")).to_be_visible()
    page.fill("[name=body-pt]", LESSON_PT)
    expect(page.locator("[data-page=pt] [data-missing]")).to_be_hidden()
    page.click("[data-tool=preview]")
    expect(page.locator("[data-page=es] [data-preview] strong")).to_have_text("no termina")
    expect(page.locator("[data-page=es] [data-preview] img")).to_have_attribute("alt", "Mapa de la cuenca")
    page.click("[data-tool=preview]")
    page.fill("[name=minutes]", "15")
    expect(page.locator(".editor__bar [data-status]")).to_contain_text("Montevideo")
    page.reload()
    expect(text).to_have_value(re.compile("no termina"))
    elena.finds_no_barrier()
    saves(page)


def quiz_is_written(elena: Visitor, here: str, module: str) -> None:
    page = begins(elena, here, module, "quiz")
    titled(page, "¿Qué es una cuenca?", "O que é uma bacia?")
    rows = page.locator("[data-rows=questions] > [data-row]")
    if not rows.count():
        page.locator("[data-adders=questions] button").first.click()
    question = rows.first
    question.locator("textarea[name$='-text-es']").first.fill("¿Dónde empieza?")
    question.locator("textarea[name$='-text-pt']").first.fill("Onde começa?")
    options = question.locator("[data-rows] > [data-row]")
    for place, (es, pt) in enumerate((("Arriba", "Acima"), ("En la calle", "Na rua"))):
        options.nth(place).locator("textarea[name$='-text-es']").fill(es)
        options.nth(place).locator("textarea[name$='-text-pt']").fill(pt)
    options.first.locator("input[type=checkbox]").check()
    elena.finds_no_barrier()
    saves(page)


def assignment_is_written(elena: Visitor, here: str, module: str) -> None:
    page = begins(elena, here, module, "assignment")
    titled(page, "Un mapa de riesgo", "Um mapa de risco")
    page.fill("[name=instructions-es]", "Dibuje dónde se junta el agua.")
    page.fill("[name=instructions-pt]", "Desenhe onde a água se junta.")
    page.check("[name=final_work]")
    rows = page.locator("[data-rows=criteria] > [data-row]")
    if not rows.count():
        page.locator("[data-adders=criteria] button").first.click()
    criterion = rows.first
    criterion.locator("textarea[name$='-0-title-es']").first.fill("Claridad")
    criterion.locator("textarea[name$='-0-title-pt']").first.fill("Clareza")
    levels = criterion.locator("[data-rows] > [data-row]")
    for place in range(levels.count()):
        for language in ("es", "pt"):
            levels.nth(place).locator(f"textarea[name$='-title-{language}']").fill(f"Nivel {place}")
        levels.nth(place).locator("input[name$='-points']").fill(str(place * 10))
    elena.finds_no_barrier()
    saves(page)


def order_is_changed(elena: Visitor, here: str, first: str, second: str) -> None:
    """With the keyboard, then with the mouse."""
    page = elena.goes(here).page
    modules = page.locator("[data-modules] > [data-token]")
    up = page.locator(f"#m-{second} button[data-way=up]").first
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-said]")).to_contain_text("1")
    expect(modules.first).to_have_attribute("id", f"m-{second}")
    page.reload()
    expect(modules.first).to_have_attribute("id", f"m-{second}")
    elena.finds_no_barrier()
    page.locator(f"#m-{first} > .contents__line [data-grip]").first.drag_to(page.locator(f"#m-{second} h2"))
    expect(modules.first).to_have_attribute("id", f"m-{first}")
    expect(page.locator("[data-said]")).not_to_be_empty()
    page.reload()
    expect(modules.first).to_have_attribute("id", f"m-{first}")


def a_version_is_brought_back(elena: Visitor, here: str) -> None:
    page = elena.goes(here).page
    page.get_by_role("link", name="La cuenca", exact=True).click()
    text = page.locator("[name=body-es]")
    was = text.input_value()
    text.fill(was.replace("Arroyo", "Laguna"))
    saves(page)
    page.get_by_role("link", name="La cuenca", exact=True).click()
    page.click("a[href$='/versiones']")
    expect(page.locator("ins")).to_contain_text("Laguna")
    expect(page.locator("del")).to_contain_text("Arroyo")
    elena.finds_no_barrier()
    page.click("form[action$='/versiones/1'] button")
    expect(page.locator(".flash--good")).to_be_visible()
    page.click("a[href$='/actividades/la-cuenca']")
    expect(text).to_have_value(was)


def a_session_is_planned(elena: Visitor, slug: str) -> None:
    page = elena.goes(f"/ediciones/{slug}/tutorias/nueva").page
    titled(page, "Encuentro de apertura", "Encontro de abertura")
    page.fill("[name=starts]", f"{slug[:4]}-03-10T10:00")
    page.select_option("[name=starts-zone]", "America/Montevideo")
    elena.finds_no_barrier()
    page.click("main form.form .button--primary, main form .button--primary")
    expect(page.locator(".flash--good")).to_be_visible()


def it_is_seen_with_other_eyes(elena: Visitor, here: str, slug: str) -> None:
    page = elena.goes(f"{here}/lista").page
    elena.finds_no_barrier()
    page.click("button[name=role][value=participant]")
    expect(page).to_have_url(re.compile(rf"/ediciones/{slug}$"))
    elena.finds_no_barrier()
    elena.goes(f"/ediciones/{slug}/lecciones/la-cuenca").finds_no_barrier()
    expect(page.locator("main img[alt='Mapa de la cuenca']")).to_have_js_property("complete", value=True)
    page.locator("button[name=role][value='']").click()
    expect(page).to_have_url(re.compile(r"/escribir$"))


def it_is_published(elena: Visitor, here: str) -> None:
    page = elena.goes(f"{here}/lista").page
    page.locator("form:has(input[name=to][value=published]) button").click()
    expect(page.locator(".flash--good")).to_be_visible()


def downloaded(elena: Visitor, here: str) -> bytes:
    elena.goes(here)
    with elena.page.expect_download() as download:
        elena.page.click("a[href$='/descargar']")
    return Path(download.value.path()).read_bytes()


def test_a_draft_that_is_discarded_does_not_come_back_and_a_picture_needs_words(visitor: type[Visitor]) -> None:
    elena = visitor(size=DESK).signs_in("elena")
    here = "/ediciones/ciudades-inteligentes-hoy/escribir/actividades/que-es-un-dato"
    page = elena.goes(here).page
    text = page.locator("[name=body-es]")
    saved = text.input_value()
    text.fill("Un borrador.")
    expect(page.locator(".editor__bar [data-status]")).to_contain_text("Montevideo")
    page.reload()
    expect(text).to_have_value("Un borrador.")

    page.click("[data-tool=picture]")
    page.set_input_files(
        "dialog[open] input[type=file]", {"name": "m.png", "mimeType": "image/png", "buffer": picture()}
    )
    page.fill("dialog[open] textarea", "   ")
    page.click("dialog[open] button[value=yes]")
    assert page.locator("dialog[open] textarea").evaluate("area => area.validity.valueMissing")
    expect(page.locator("dialog[open]")).to_be_visible()
    page.keyboard.press("Escape")

    text.fill("Y algo más.")
    page.locator("details:has(form[data-discards]) summary").click()
    page.click("form[data-discards] button")
    expect(page.locator(".flash--good")).to_be_visible()
    elena.goes(here)
    expect(text).to_have_value(saved)
    expect(page.locator("[data-kept]")).to_be_hidden()
    expect(page.locator("form[data-discards]")).to_have_count(0)


def test_an_edition_is_written_in_the_browser_taken_out_and_loaded_elsewhere(
    visitor: type[Visitor], chromium: Browser, world: Path, tmp_path: Path
) -> None:
    elena = visitor(size=DESK).signs_in("elena")
    slug = edition_is_made(elena.page)
    here = f"/ediciones/{slug}/escribir"
    elena.finds_no_barrier()
    first = module_is_written(elena, here, "Ríos y arroyos", "Rios e córregos", "11.5")
    second = module_is_written(elena, here, "Un plan", "Um plano", "sendai")
    lesson_is_written(elena, here, first)
    quiz_is_written(elena, here, first)
    assignment_is_written(elena, here, second)
    order_is_changed(elena, here, first, second)
    a_version_is_brought_back(elena, here)
    a_session_is_planned(elena, slug)
    it_is_seen_with_other_eyes(elena, here, slug)
    it_is_published(elena, here)

    zipped = downloaded(elena, here)
    names = [name.partition("/")[2] for name in ZipFile(BytesIO(zipped)).namelist()]
    assert {
        f"01-{first}/01-la-cuenca.md",
        f"01-{first}/01-la-cuenca.pt.md",
        f"02-{second}/01-assignment-un-mapa-de-riesgo.yaml",
    } <= set(names)

    with school(copytree(world, tmp_path / "elsewhere")) as other:
        there = Visitor(chromium, other, size=PHONE).signs_in("elena")
        there.goes("/ediciones").page.click("a[href$='/ediciones/subir']")
        there.page.set_input_files(
            "input[type=file]", {"name": f"{slug}.zip", "mimeType": "application/zip", "buffer": zipped}
        )
        there.page.click("main form .button--primary")
        there.finds_no_barrier()
        there.page.click("form[action$='/cargar'] .button--primary")
        expect(there.page.locator(".flash--good")).to_be_visible()
        expect(there.page.locator("[data-modules] > li")).to_have_count(2)
        there.finds_no_barrier()
        assert downloaded(there, here) == zipped
        there.leaves()


def test_an_order_that_closes_something_again_is_asked_and_left_as_it_was(
    visitor: type[Visitor], served: School
) -> None:
    edition, moved = "ciudades-inteligentes-hoy", "assignment-inventario"
    with served.app.app_context():
        modules = select(Module).join(Module.edition).where(Edition.slug == edition).order_by(Module.position)
        first, second = db.session.scalars(modules).all()[:2]
        second.opens_at, second.opens_zone = clock.now() + timedelta(days=90), "America/Montevideo"
        names = first.slug, second.slug
        db.session.commit()
        db.session.remove()
    elena = visitor(size=DESK).signs_in("elena")
    page = elena.goes(f"/ediciones/{edition}/escribir").page
    modules = page.locator("[data-modules] > [data-token]")
    was = page.locator("[data-token]").evaluate_all("all => all.map((each) => each.id)")
    work, asked = page.locator(f"#a-{moved}"), page.locator("dialog[data-effects]")
    for answer in ("no", "yes"):
        work.locator("button[data-way=down]").press("Enter")
        expect(asked).to_be_visible()
        expect(asked.locator("li").first).to_contain_text("«")
        elena.faults.clear()  # the browser notes that the answer was a 422
        elena.finds_no_barrier()
        asked.locator(f"button[value={answer}]").click()
        expect(page.locator("[data-said]")).not_to_be_empty()
        if answer == "no":
            assert page.locator("[data-token]").evaluate_all("all => all.map((each) => each.id)") == was
            page.reload()
            assert page.locator("[data-token]").evaluate_all("all => all.map((each) => each.id)") == was
    expect(page.locator(f"#m-{names[1]} #a-{moved}")).to_be_visible()
    expect(modules).to_have_count(len({each for each in was if each.startswith("m-")}))
    page.reload()
    expect(page.locator(f"#m-{names[1]} #a-{moved}")).to_be_visible()


def test_what_is_let_go_outside_or_with_escape_stays_where_it_was(visitor: type[Visitor]) -> None:
    page = visitor(size=DESK).signs_in("elena").goes("/ediciones/ciudades-inteligentes-hoy/escribir").page
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    listed = page.locator("[data-activities]").first.locator("> [data-token]")
    was = listed.evaluate_all("all => all.map((each) => each.id)")
    grip, below, heading = listed.first.locator("[data-grip]"), listed.nth(1), page.locator("h1").first
    for leaves in ("escape", "outside"):
        grip.hover()
        page.mouse.down()
        below.hover(position={"x": 200, "y": 40})
        below.hover(position={"x": 201, "y": 41})
        expect(listed.first).not_to_have_id(was[0])
        if leaves == "escape":
            page.keyboard.press("Escape")
        else:
            heading.hover()
        page.mouse.up()
        expect(listed.first).to_have_id(was[0])
    assert listed.evaluate_all("all => all.map((each) => each.id)") == was
    assert sent == []


def test_whoever_moves_something_to_the_end_goes_on_from_the_other_arrow(visitor: type[Visitor]) -> None:
    elena = visitor(size=PHONE).signs_in("elena")
    page = elena.goes("/ediciones/ciudades-inteligentes-hoy/escribir").page
    modules = page.locator("[data-modules] > [data-token]")
    off, count = page.locator("[data-way]:disabled"), modules.count()
    assert count > 1
    for place, way, other in ((1, "up", "down"), (0, "down", "up")):
        moved, focused = modules.nth(place).get_attribute("id"), page.locator("[data-way]:focus")
        page.locator(f"#{moved} > .contents__line [data-way={way}]").press("Enter")
        expect(page.locator("[data-said]")).to_contain_text(": ")
        expect(modules.nth(1 - place)).to_have_attribute("id", moved)
        still = other if place or count == 2 else way
        expect(focused).to_have_attribute("value", f"{moved.replace('-', ':', 1)}:{still}")
        expect(modules.first.locator("> .contents__line [data-way=up]")).to_be_disabled()
        expect(modules.last.locator("> .contents__line [data-way=down]")).to_be_disabled()
        expect(modules.first.locator("[data-activities] [data-way=up]").first).to_be_disabled()
        expect(off).to_have_count(4)
        page.reload()
        expect(off).to_have_count(4)
    elena.finds_no_barrier()


def test_who_moves_in_an_order_that_somebody_changed_sees_it_as_it_is_now(visitor: type[Visitor]) -> None:
    here = "/ediciones/ciudades-inteligentes-hoy/escribir"
    elena, gabriela = (visitor(size=DESK).signs_in(key).goes(here) for key in ("elena", "gabriela"))
    ids = "all => all.map((each) => each.id)"
    listed = [each.page.locator("[data-activities]").first.locator("> [data-token]") for each in (elena, gabriela)]
    was = listed[0].evaluate_all(ids)
    gabriela.page.locator(f"#{was[0]} [data-way=down]").press("Enter")
    expect(gabriela.page.locator("[data-said]")).to_contain_text("2")
    elena.page.locator(f"#{was[2]} [data-way=up]").press("Enter")
    said = elena.page.locator("[data-said]")
    expect(said).to_have_class(re.compile("error"))
    now = [was[1], was[0], *was[2:]]
    assert listed[0].evaluate_all(ids) == now
    expect(elena.page.locator(f"#{was[2]} [data-way=up]")).to_be_focused()
    expect(elena.page.locator(f"#{was[2]} [data-grip]")).to_be_visible()
    elena.faults.clear()  # the browser notes that the answer was a 409
    elena.finds_no_barrier()
    elena.page.keyboard.press("Enter")
    expect(said).not_to_have_class(re.compile("error"))
    elena.page.reload()
    assert listed[0].evaluate_all(ids) == [was[1], was[2], was[0], *was[3:]]


def drops_three_pictures(page: Page) -> None:
    """«uno», «dos» and «tres», into a text that says «Antes.»"""
    text = page.locator("[name=body-es]")
    text.fill("Antes.")
    text.evaluate(
        """async (area) => {
            const dropped = new DataTransfer()
            for (const [name, color] of [['uno', '#123'], ['dos', '#456'], ['tres', '#789']]) {
                const drawn = Object.assign(document.createElement('canvas'), { width: 60, height: 40 })
                const pen = drawn.getContext('2d')
                pen.fillStyle = color
                pen.fillRect(0, 0, 60, 40)
                const blob = await new Promise((resolve) => drawn.toBlob(resolve))
                dropped.items.add(new File([blob], `${name}.png`, { type: 'image/png' }))
            }
            area.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, bubbles: true, cancelable: true }))
        }"""
    )


PICTURED = "/ediciones/ciudades-inteligentes-hoy/escribir/actividades/calidad-mapas-y-datos-abiertos"


def test_pictures_dropped_together_are_asked_about_one_after_the_other(visitor: type[Visitor]) -> None:
    page = visitor(size=DESK).signs_in("elena").goes(PICTURED).page
    text, asked = page.locator("[name=body-es]"), page.locator("dialog[data-picture]")
    drops_three_pictures(page)
    for name, answer in (("uno", "yes"), ("dos", "no"), ("tres", "yes")):
        expect(asked.locator("[data-which]")).to_contain_text(f": {name}.png")
        asked.locator("textarea").fill(f"La {name}")
        asked.locator(f"button[value={answer}]").click()
    expect(asked).to_be_hidden()
    shown = r"^Antes\.\s+!\[La uno\]\(media/uno\.\w+\)\s+!\[La tres\]\(media/tres\.\w+\)\s*$"
    expect(text).to_have_value(re.compile(shown))


def test_a_picture_left_out_while_it_is_sent_gives_way_to_the_next_at_once(visitor: type[Visitor]) -> None:
    page = visitor(size=DESK).signs_in("elena").goes(PICTURED).page
    text, asked, held = page.locator("[name=body-es]"), page.locator("dialog[data-picture]"), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/medios", hold)
    drops_three_pictures(page)
    for name, leaves in (("uno", "Escape"), ("dos", "no")):
        expect(asked.locator("[data-which]")).to_contain_text(f": {name}.png")
        asked.locator("textarea").fill(f"La {name}")
        asked.locator("button[value=yes]").click()
        expect(asked.locator("[data-wrong]")).not_to_be_empty()
        if leaves == "no":
            asked.locator("button[value=no]").click()
        else:
            page.keyboard.press(leaves)
    expect(asked.locator("[data-which]")).to_contain_text(": tres.png")
    expect(asked.locator("[data-wrong]")).to_be_empty()
    page.unroute("**/medios")
    for route in held:
        with contextlib.suppress(Error):  # the page no longer waits for it
            route.continue_()
    asked.locator("textarea").fill("La tres")
    asked.locator("button[value=yes]").click()
    expect(asked).to_be_hidden()
    expect(text).to_have_value(re.compile(r"^Antes\.\s+!\[La tres\]\(media/tres[\w-]*\.\w+\)\s*$"))
