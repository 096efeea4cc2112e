"""A tutor reviews by keyboard alone, comments on words and spots, and releases what was held all together."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from escuela.assessments.assignments.models import Assignment
from escuela.demo import RUNNING_SLUG
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import LocalGovernment
from tests import factories
from tests.live import DESK, PHONE, School

pytestmark = pytest.mark.browser

RUNNING = f"/ediciones/{RUNNING_SLUG}"


def reviews(page: Page) -> str:
    """The address of the work on the desk."""
    return page.url.partition("?")[0].partition("#")[0]


@pytest.fixture
def twenty(served: School) -> None:
    """So many works of the running edition wait for whoever has time, beside those that wait already."""
    with served.app.app_context():
        edition = db.session.scalars(select(Edition).where(Edition.slug == RUNNING_SLUG)).one()
        actors = select(Assignment).where(Assignment.edition_id == edition.id)
        assignment = db.session.scalars(actors.where(Assignment.slug == "assignment-mapa-de-actores")).one()
        government = db.session.scalars(select(LocalGovernment).limit(1)).one()
        for number in range(20):
            person = factories.user(f"Persona Quebracho {number}")
            factories.work(assignment, factories.enrolment(person, edition, government))
        db.session.remove()


def test_a_tutor_reviews_twenty_works_in_a_row_by_keyboard_alone_without_loading_a_page(visitor, twenty):
    renata = visitor(size=DESK).signs_in("renata").goes("/cola")
    page = renata.page
    page.locator("form[action$=reclamar] .button--primary").focus()
    page.keyboard.press("Enter")
    expect(page.locator("body[data-desk-ready]")).to_be_visible()
    page.evaluate("window.stays = 'here'")
    seen = []
    for _number in range(20):
        seen.append(reviews(page))
        for criterion in range(page.locator("[data-criterion]").count()):
            page.keyboard.press("2")
            expect(page.locator("[data-criterion]").nth(criterion).locator("input:checked")).to_have_count(1)
        page.keyboard.press("g")
        page.keyboard.type("Bien contado.")
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        expect(page.locator(".flash--good")).to_be_visible()
        expect(page.locator("textarea#comment")).to_have_value("")
        expect(page.locator("h1")).to_be_focused()
    assert len(set(seen)) == 20
    assert page.evaluate("window.stays") == "here"
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1
    renata.finds_no_barrier()


def test_comments_are_anchored_to_words_and_spots_and_phrases_come_by_key(visitor):
    iara = visitor(size=DESK).signs_in("iara").goes("/cola")
    page = iara.page
    page.locator("tr", has_text="Maria Aparecida").first.locator("a.button").click()
    expect(page.locator("body[data-desk-ready] form#review")).to_be_visible()
    page.evaluate("""() => {
        const text = document.querySelector('[data-text]').firstChild, at = text.data.indexOf('210 famílias')
        getSelection().setBaseAndExtent(text, at, text, at + 12)
    }""")
    page.keyboard.press("c")
    expect(page.locator("textarea#quote")).to_have_value("210 famílias")
    page.keyboard.type("De onde vem o dado?")
    page.keyboard.press("Alt+k")
    expect(page.locator("[data-phrase]")).to_have_text("De onde vem o dado?")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".document mark")).to_have_text("210 famílias")
    expect(page.locator(".document sup a")).to_have_text("1")

    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("Alt+1")
    expect(page.locator("textarea#comment")).to_have_value("De onde vem o dado?")
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"\d\d[:h]\d\d"), timeout=15_000)
    iara.finds_no_barrier()
    page.reload()
    expect(page.locator("textarea#comment")).to_have_value("De onde vem o dado?")


def test_a_spot_of_a_page_is_commented_on_and_what_changed_is_seen(visitor, served):
    gabriela = visitor(size=DESK).signs_in("gabriela").goes("/cola?estado=approved")
    page = gabriela.page
    page.locator("tr", has_text="Wara").first.locator("a.button").click()
    expect(page.locator("body[data-desk-ready] .sheet img").first).to_be_visible()
    assert page.locator(".sheet img").first.evaluate("image => image.decode().then(() => image.naturalWidth)") > 900
    page.keyboard.press("v")
    expect(page.locator(".document ins").filter(has_text="Dirección de Ambiente")).to_be_visible()
    page.keyboard.press("v")
    expect(page.locator(".document ins")).to_have_count(0)


def test_held_reviews_are_released_all_together_with_one_mail_each(visitor, served):
    gabriela = visitor(size=PHONE).signs_in("gabriela").goes(f"{RUNNING}/devoluciones")
    page = gabriela.page
    expect(page.locator("tbody tr")).to_have_count(2)
    gabriela.finds_no_barrier()
    page.locator("[data-open^=sure]").click()
    page.locator("dialog[open] .button--primary").click()
    expect(page.locator(".flash--good")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(0)
    with served.app.app_context():
        mails = db.session.query(Message).filter(Message.kind == "assessments/assignments/reviewed")
        unsent = [each.address for each in mails.filter(Message.sent_at.is_(None))]
        db.session.remove()
    assert sorted(each for each in unsent if each.startswith(("jussara", "martin"))) == [
        "jussara@example.org",
        "martin@example.org",
    ]


def test_a_participant_asks_about_a_review_and_the_tutor_answers(visitor):
    martin = visitor(size=PHONE).signs_in("martin").goes(f"{RUNNING}/tareas/assignment-inventario")
    martin.page.fill("textarea[id^=reply-]", "¿Alcanza con el dato de 2022?")
    martin.page.locator("section[id^=preguntas-] form button").click()
    expect(martin.page.locator(".flash--good")).to_be_visible()
    martin.finds_no_barrier()

    renata = visitor(size=DESK).signs_in("renata").goes("/cola")
    page = renata.page
    page.get_by_role("link", name="¿Alcanza con el dato de 2022?").click()
    page.fill("textarea[id^=reply-]", "Sí, con la fuente.")
    page.locator("section[id^=preguntas-] form button").click()
    expect(page.locator(".flash--good")).to_be_visible()
    renata.finds_no_barrier()
    martin.goes(f"{RUNNING}/tareas/assignment-inventario")
    expect(martin.page.locator("main")).to_contain_text("Sí, con la fuente.")


def test_a_comment_is_placed_and_the_work_left_for_others_without_scripts(visitor):
    iara = visitor(size=DESK, java_script_enabled=False).signs_in("iara").goes("/cola")
    page = iara.page
    page.locator("tr", has_text="Maria Aparecida").first.locator("a.button").click()
    page.fill("textarea#quote", "régua com sensor")
    page.fill("textarea#new_remark", "Em quais pontes?")
    page.fill("textarea#private_note", "Falar com a colega.")
    page.click("button#add-remark")
    expect(page.locator(".document mark", has_text="régua com sensor")).to_be_visible()
    expect(page.locator("textarea#private_note")).to_have_value("Falar com a colega.")
    page.click("button[formaction$=soltar]")
    expect(page.locator("tr", has_text="Maria Aparecida").first.locator("form[action$=reclamar]")).to_be_visible()


def test_another_device_overwrites_nothing_and_an_answer_that_was_lost_is_no_other_device(visitor):
    iara = visitor(size=DESK).signs_in("iara").goes("/cola")
    page = iara.page
    page.locator("tr", has_text="Maria Aparecida").first.locator("form[action$=reclamar] button").click()
    expect(page.locator("body[data-desk-ready] form#review")).to_be_visible()
    other = visitor(size=PHONE).signs_in("iara").goes(reviews(page)).page
    expect(other.locator("body[data-desk-ready] form#review")).to_be_visible()

    arrived = []

    def loses_its_answer(route: Route) -> None:
        route.fetch()
        arrived.append(route.request.post_data)
        route.abort()

    page.route("**/borrador", loses_its_answer, times=1)
    page.fill("textarea#comment", "Muito bem.")
    expect(page.locator("[data-status]")).to_have_class(re.compile("saved--no"))
    assert len(arrived) == 1
    page.fill("textarea#comment", "Muito bem. Com fonte.")
    expect(page.locator("[data-status]")).to_have_text(re.compile(r"\d\d[:h]\d\d"))

    other.fill("textarea#comment", "De outro aparelho.")
    expect(other.locator("[data-status]")).to_have_text(re.compile("outra janela"))
    page.reload()
    expect(page.locator("textarea#comment")).to_have_value("Muito bem. Com fonte.")
    other.reload()
    expect(other.locator("textarea#comment")).to_have_value("Muito bem. Com fonte.")
    expect(other.locator("[data-kept]")).to_contain_text("De outro aparelho.")
