"""A whole call in a browser, from a new edition to its class, in Spanish and in Portuguese."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from escuela import clock
from escuela.demo.calls import letter
from escuela.extensions import db
from escuela.messages.models import Message
from tests.live import DESK, PHONE, School, Visitor

pytestmark = pytest.mark.browser

ES, PT = "ana.lapacho@example.org", "joana.ipe@example.org"
LETTER = {"name": "carta.pdf", "mimeType": "application/pdf", "buffer": letter("Ana", "Canelones")}


def link_in(served: School, address: str, kind: str) -> str:
    """The path of the link in the newest mail of a kind to an address, and that there is one such mail."""
    with served.app.app_context():
        rows = select(Message.text).where(Message.address == address, Message.kind == kind).order_by(Message.id.desc())
        text = db.session.scalars(rows).first()
        db.session.remove()
    assert text is not None, f"no {kind} to {address}"
    found = re.search(r"https?://[^/\s]+(/convocatorias/\S+)", text)
    assert found is not None, text
    return found[1]


def subject_to(served: School, address: str, kind: str) -> str:
    with served.app.app_context():
        subjects = db.session.scalars(
            select(Message.subject).where(Message.address == address, Message.kind == kind)
        ).all()
        db.session.remove()
    assert len(subjects) == 1, "exactly one mail"
    return subjects[0]


def in_form(at: datetime) -> str:
    return f"{at.astimezone(clock.zone('America/Montevideo')):%Y-%m-%dT%H:%M}"


def edition_is_made(page: Page) -> str:
    """A new edition, made in the browser; its slug."""
    year = clock.now().year + 1
    page.goto("/ediciones/nueva")
    for name, value in {
        "title-es": "Agua y ciudad",
        "title-pt": "Água e cidade",
        "theme-es": "Cuencas",
        "theme-pt": "Bacias",
        "summary-es": "Una edición sobre el agua.",
        "summary-pt": "Uma edição sobre a água.",
        "number": "12",
        "year": str(year),
        "hours": "20",
        "starts_on": f"{year}-03-01",
        "ends_on": f"{year}-05-31",
        "attendance": "0",
        "first_name": "Ana Jacarandá Ombú",
        "first_office-es": "Secretaría Técnica",
        "second_name": "João Pitanga Ipê",
        "second_office-es": "Dirección Regional",
    }.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=zone]", "America/Montevideo")
    page.click("main form.form .button--primary")
    expect(page).to_have_url(re.compile(rf"/ediciones/{year}-agua-y-ciudad/escribir"))
    return f"{year}-agua-y-ciudad"


def applies(person: Visitor, served: School, slug: str, address: str, name: str, place: str, typed: str) -> None:
    """From the public page of the call to the number of the application, by the link in the mail."""
    page = person.page
    person.goes(f"/convocatorias/{slug}")
    person.finds_no_barrier()
    page.click(f"a[href$='/convocatorias/{slug}/postular']")
    page.fill("input[name=email]", address)
    page.click("form.form .button--primary")
    expect(page.locator(".flash--good")).to_be_visible()
    person.goes(link_in(served, address, "applications/link"))
    page.click("main form .button--primary")
    expect(page).to_have_url(re.compile("/mi-postulacion"))

    page.fill("input[name=name]", name)
    page.check("input[name=gender][value=woman]")
    page.fill("input[name=position]", "Ambiente")
    page.locator("#find_name").press_sequentially(typed)
    page.locator("[role=option], [data-governments] label", has_text=place).first.click()
    page.fill("textarea[name=q-problema]", "El arroyo crece cada marzo.")
    page.fill("textarea[name=q-motivacion]", "Quiero volver con un plan de alerta.")
    page.check("input[name=q-tiempo]")
    page.check("input[name=q-datos]")
    page.set_input_files("#file-carta-de-aval", LETTER)
    expect(page.locator("[data-kept-file]")).to_contain_text("carta.pdf")
    expect(page.locator(".application__bar [data-status]")).to_have_text(re.compile(r"\d\d[:h]\d\d"))
    person.finds_no_barrier()
    page.click("button[formaction$=entregar]")
    expect(page.locator("main")).to_contain_text("ER12-000")


def scores(person: Visitor, key: str, slug: str, points: int) -> None:
    """Everything that is assigned to an evaluator, with the keys, one after the other."""
    page = person.page
    person.signs_in(key).goes(f"/ediciones/{slug}/evaluacion")
    person.finds_no_barrier()
    page.click("header .button--primary")
    for _ in range(2):
        expect(page.locator("[data-scores]")).to_be_visible()
        person.finds_no_barrier()
        criteria = page.locator("[data-criterion]")
        criteria.first.locator("input").first.focus()
        for _each in range(criteria.count()):
            page.keyboard.press(str(points))
        page.click("button[name=give]")
        expect(page.locator(".flash--good")).to_be_visible()
    expect(page.locator("table .state--good")).to_have_count(2)


def test_a_call_goes_from_its_first_word_to_the_enrolled_class_in_two_languages(visitor, served):
    elena = visitor(size=DESK).signs_in("elena")
    slug = edition_is_made(elena.page)
    hub = f"/ediciones/{slug}/convocatoria"
    call_is_published(elena, hub)

    ana, joana = visitor(size=PHONE), visitor(size=PHONE, locale="pt-BR", timezone_id="America/Sao_Paulo")
    applies(ana, served, slug, ES, "Ana Lapacho Tala", "Intendencia de Canelones", "canelonez")
    applies(joana, served, slug, PT, "Joana Ipê Caroba", "Prefeitura Municipal de Niterói", "niteroi")
    assert "ER12-0001" in subject_to(served, ES, "applications/received")
    assert "candidatura" in subject_to(served, PT, "applications/received")

    call_is_closed(elena, hub)
    evaluators_are_appointed(elena, hub)
    scores(visitor(size=DESK), "nadia", slug, 9)
    scores(visitor(size=DESK), "bruno", slug, 7)
    both_are_accepted_with_the_keyboard(elena, hub)
    assert "aceptada" in subject_to(served, ES, "selection/accepted")
    assert "aceita" in subject_to(served, PT, "selection/accepted")

    for person, address in ((ana, ES), (joana, PT)):
        person.goes(link_in(served, address, "selection/accepted")).finds_no_barrier()
        person.page.click("button[value=confirmed]")
        expect(person.page.locator(".flash--good")).to_be_visible()
    elena.goes(f"/ediciones/{slug}/personas").finds_no_barrier()
    for name in ("Ana Lapacho Tala", "Joana Ipê Caroba"):
        expect(elena.page.locator("main")).to_contain_text(name)


def call_is_published(elena: Visitor, hub: str) -> None:
    desk = elena.page
    elena.goes(hub)
    desk.get_by_role("link", name="Escribir la convocatoria").click()
    desk.fill("input[name=opens]", in_form(clock.now() - timedelta(hours=1)))
    desk.fill("input[name=closes]", in_form(clock.now() + timedelta(days=20)))
    desk.fill("input[name=places]", "2")
    desk.click("form.form--wide .button--primary, form.form .button--primary")
    elena.goes(hub)
    elena.finds_no_barrier()
    desk.click("button[form=publicar]")
    expect(desk.locator(".flash--good")).to_be_visible()


def call_is_closed(elena: Visitor, hub: str) -> None:
    desk = elena.page
    desk.goto(hub)
    desk.locator("a", has_text=re.compile("Mover el plazo")).first.click()
    closing = desk.locator("form[action$=cerrar]")
    closing.locator("textarea").fill("Ya están las dos.")
    closing.locator("button").click()
    expect(desk.locator(".flash--good")).to_be_visible()


def evaluators_are_appointed(elena: Visitor, hub: str) -> None:
    desk = elena.page
    for key, name in (("nadia", "Nadia"), ("bruno", "Bruno")):
        elena.goes(f"{hub}/evaluadores/nueva")
        desk.fill("input[name=email]", f"{key}@example.org")
        desk.fill("input[name=name]", name)
        desk.click("form.form .button--primary")
        expect(desk.locator(".flash--good")).to_be_visible()
    elena.goes(f"{hub}/evaluadores/repartir")
    desk.click("form.actions .button--primary")
    expect(desk.locator(".flash--good")).to_be_visible()
    elena.finds_no_barrier()


def both_are_accepted_with_the_keyboard(elena: Visitor, hub: str) -> None:
    desk = elena.page
    elena.goes(f"{hub}/seleccion")
    elena.finds_no_barrier()
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    desk.keyboard.press("j")
    desk.keyboard.press("x")
    expect(desk.locator("[data-picked]")).to_contain_text("2")
    expect(desk.locator("[data-share='gender:woman'] [data-plus]")).to_have_text(re.compile(r"\+2"))
    desk.keyboard.press("a")
    expect(desk.locator("td .state--good")).to_have_count(2)
    elena.goes(f"{hub}/seleccion/publicar")
    elena.finds_no_barrier()
    expect(desk.locator("details")).to_have_count(2 + desk.locator("details.menu").count())
    desk.locator("main .button--primary").click()
    expect(desk.locator(".flash--good")).to_be_visible()
