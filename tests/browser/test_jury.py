"""A jury in a browser: scored with the keys, a disagreement decided, awards published, seen by the focal point."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from escuela.demo import RUNNING_SLUG
from escuela.extensions import db
from escuela.messages.models import Message
from tests.live import PHONE, School

pytestmark = pytest.mark.browser

HOME = f"/ediciones/{RUNNING_SLUG}/jurado"


def awarded(served: School) -> list[str]:
    with served.app.app_context():
        rows = select(Message.subject).where(Message.kind == "jury/awarded", Message.address == "silvia@example.org")
        found = list(db.session.scalars(rows))
        db.session.remove()
    return found


def scores_with_keys(page: Page, points: str) -> None:
    """From the first criterion on, with the digits; then Tab to the button and Enter."""
    boxes = page.locator("form[data-draft] [data-criterion]")
    boxes.first.locator("input").first.focus()
    for digit in points:
        page.keyboard.press(digit)
    expect(page.locator("form[data-draft] input:checked")).to_have_count(len(points))
    expect(page.locator("#comment")).to_be_focused()
    page.keyboard.type("Claro y posible.")
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"Guardado a las|Salvo às"))
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("button[name=give]")).to_be_focused()
    page.keyboard.press("Enter")


def test_a_jury_from_its_keys_to_the_page_of_the_local_government(visitor, served):
    juror = visitor().signs_in("alba")
    juror.page.locator(".masthead__nav a[href='/jurado']").click()  # the first of two juries: the open one
    juror.page.locator(f"main a[href='{HOME}/mesa']").click()
    juror.finds_no_barrier()
    juror.page.locator("main header .button--primary").click()
    juror.finds_no_barrier()
    juror.page.locator("form[data-draft] input:checked").first.wait_for(state="attached")  # what was saved before
    scores_with_keys(juror.page, "887")
    expect(juror.page).to_have_url(re.compile("/jurado/mesa$"))
    expect(juror.page.locator("main")).to_contain_text("2 de 2")

    other = visitor(size=PHONE).signs_in("delia").goes(f"{HOME}/mesa")
    other.page.locator("main header .button--primary").click()
    other.finds_no_barrier()
    expect(other.page.locator("main")).not_to_contain_text("Alba Palosanto Urunday")
    scores_with_keys(other.page, "788")
    other.goes(f"{HOME}/mesa")
    other.page.locator("main tbody a").first.click()
    expect(other.page.locator("main")).to_contain_text("Alba Palosanto Urunday")  # all gave theirs

    coordinator = visitor().signs_in("gabriela").goes(HOME)
    page = coordinator.page
    press(page.locator("form[action$=cerrar] button"))
    expect(page.locator("[role=alert]")).to_contain_text("desacuerdo")
    coordinator.finds_no_barrier()
    page.locator(".flash--warn a").click()
    coordinator.finds_no_barrier()
    page.fill("[name=final]", "8.25")
    page.fill("[name=reason]", "Lo leímos juntos: las acciones tienen responsables.")
    press(page.locator("form[action$=decidir] .button--primary"))
    expect(page.locator("main")).to_contain_text("8,25")
    coordinator.goes(HOME)
    press(page.locator("form[action$=cerrar] button"))
    expect(page.locator(".flash--good")).to_be_visible()

    page.locator("main tbody tr:first-child a[href$=premiar]").click()
    coordinator.finds_no_barrier()
    page.check("input[name=kind][value=technical_visit]")
    page.fill("[name=reason]", "Acciones con responsables y fechas.")
    press(page.locator("main form .button--primary"))
    expect(page).to_have_url(re.compile(f"{HOME}$"))
    page.locator("header a[href$=publicar]").click()
    coordinator.finds_no_barrier()
    expect(page.locator("main")).to_contain_text("Acciones con responsables y fechas.")
    press(page.locator("main form .button--primary"))
    expect(page.locator(".flash--good")).to_be_visible()
    assert len(awarded(served)) == 1, "one mail"

    focal_point = visitor(size=PHONE).signs_in("silvia").goes("/cuenta")
    focal_point.page.locator("main a[href^='/gobiernos/']").click()
    expect(focal_point.page.locator("main")).to_contain_text("Acciones con responsables y fechas.")
    focal_point.finds_no_barrier().goes(f"/ediciones/{RUNNING_SLUG}")
    expect(focal_point.page.locator("#premios")).to_be_visible()
    focal_point.finds_no_barrier()


def press(button: Locator) -> None:
    """With the keyboard alone."""
    button.focus()
    button.press("Enter")
