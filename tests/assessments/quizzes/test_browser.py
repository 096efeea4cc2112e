"""An attempt in a real browser: what is confirmed survives, what is not confirmed is said, kept and sent again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from escuela import clock, create_app
from escuela.assessments.quizzes import services
from escuela.assessments.quizzes.models import Answer, Attempt, Quiz
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.conftest import settings_for

pytestmark = pytest.mark.browser
QUIZ = "/ediciones/novena/cuestionarios/quiz-datos"
FIRST = f"{QUIZ}/intentos/1"
UNSAVED = "Not saved. Trying again…"


@dataclass
class School:
    app: Flask
    address: str
    cookie: str
    """Lucía's session."""

    def stored(self) -> dict[str, list[str]]:
        with self.app.app_context():
            rows = db.session.scalars(select(Answer).where(Answer.saves > 0))
            return {answer.question.slug: answer.given.get("", []) for answer in rows}

    def closes_the_quiz(self) -> None:
        with self.app.app_context():
            quiz = db.session.scalars(select(Quiz)).one()
            quiz.edition.status = "closed"
            db.session.commit()


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    app = create_app(settings_for(tmp_path, f"sqlite:///{tmp_path / 'school.sqlite'}", log_level="WARNING"))
    app.config["RATELIMIT_ENABLED"] = False
    with app.app_context():
        upgrade()
        cast = Cast.gather()
        cast.lucia.language, cast.edition.ends_on = "en", cast.edition.ends_on.replace(year=2100)
        db.session.commit()
        session = {"_user_id": cast.lucia.fs_uniquifier, "_fresh": True}
        db.session.remove()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield School(app, f"http://127.0.0.1:{server.port}", signer.dumps(session))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def page(school: School, chromium: Browser) -> Iterator[Page]:
    """Lucía's browser, on the page of an attempt that she has just begun."""
    context = chromium.new_context(base_url=school.address)
    context.set_default_timeout(20_000)
    context.add_cookies([{"name": "session", "value": school.cookie, "url": school.address}])
    page = context.new_page()
    page.goto(QUIZ)
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_url(f"**{FIRST}")
    yield page
    context.close()


def option(page: Page, slug: str, key: str) -> Locator:
    return page.locator(f"[name='given-{slug}'][value='{key}']")


def said(page: Page, slug: str) -> Locator:
    return page.locator(f"[data-question={slug}] .saved")


def test_every_change_is_saved_and_said_and_counted(school: School, page: Page) -> None:
    option(page, "p1", "b").check()
    expect(said(page, "p1")).to_contain_text("Saved at")
    option(page, "p2", "a").check()
    option(page, "p2", "c").check()
    expect(page.locator(".attempt")).to_contain_text("2 of 3 answered")
    expect(page.locator(".numbers a").nth(1)).to_have_class("done")
    expect(page.locator(".attempt .saved")).to_contain_text("Saved at")
    option(page, "p2", "a").uncheck()
    expect(page.locator(".numbers .unsaved")).to_have_count(0)
    assert school.stored() == {"p1": ["b"], "p2": ["c"]}
    expect(page.get_by_role("button", name="Save answers")).to_be_hidden()


def test_without_a_connection_it_says_so_keeps_trying_and_hands_in_only_what_is_saved(
    school: School, page: Page
) -> None:
    page.context.set_offline(True)
    option(page, "p1", "a").check()
    option(page, "p1", "b").check()
    expect(said(page, "p1")).to_have_text(UNSAVED)
    expect(page.locator(".attempt .saved")).to_have_text(UNSAVED)
    expect(page.locator(".numbers a").first).to_have_class("unsaved")
    page.get_by_role("button", name="Review and hand in").first.click()
    expect(said(page, "p1")).to_have_text(UNSAVED)
    assert page.url.endswith(FIRST)
    page.context.set_offline(False)
    page.wait_for_url(f"**{FIRST}/entrega")
    assert school.stored() == {"p1": ["b"]}
    expect(page.get_by_text("2 questions are not answered whole")).to_be_visible()


def test_a_reload_loses_nothing_and_the_result_leaves_nothing_in_the_browser(school: School, page: Page) -> None:
    option(page, "p1", "a").check()
    expect(said(page, "p1")).to_contain_text("Saved at")
    page.route("**/respuestas", lambda route: route.abort())
    option(page, "p2", "b").check()
    expect(said(page, "p2")).to_have_text(UNSAVED)
    page.unroute("**/respuestas")
    page.reload()
    expect(said(page, "p2")).to_contain_text("Saved at")
    expect(option(page, "p1", "a")).to_be_checked()
    expect(option(page, "p2", "b")).to_be_checked()
    assert school.stored() == {"p1": ["a"], "p2": ["b"]}
    page.evaluate("localStorage.setItem('attempt 1 p3', JSON.stringify({ pairs: [] }))")
    page.goto(f"{FIRST}/entrega")
    page.get_by_role("button", name="Hand in as it is").click()
    expect(page.get_by_text("Question by question")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_refusal_is_said_in_place_and_not_tried_again(school: School, page: Page) -> None:
    school.closes_the_quiz()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    option(page, "p1", "a").check()
    expect(said(page, "p1")).to_contain_text("This edition has ended")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.reload()
    expect(page.get_by_text("This attempt takes no more answers")).to_be_visible()
    assert len(posts) == 1
    assert school.stored() == {}


def test_words_are_saved_while_they_are_typed(school: School, page: Page) -> None:
    with school.app.app_context():
        quiz = db.session.scalars(select(Quiz)).one()
        factories.question(quiz, "essay", points=4)
        services.hand_in(db.session.scalars(select(Attempt)).one())
        db.session.commit()
    page.goto(QUIZ)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(f"**{QUIZ}/intentos/2")
    page.locator("[name='given-p4']").press_sequentially("Porque el arroyo")
    expect(said(page, "p4")).to_contain_text("Saved at")
    page.reload()
    expect(page.locator("[name='given-p4']")).to_have_value("Porque el arroyo")


def test_a_second_tab_is_asked_before_it_overwrites(school: School, page: Page) -> None:
    other = page.context.new_page()
    other.goto(FIRST)
    option(page, "p1", "a").check()
    expect(said(page, "p1")).to_contain_text("Saved at")
    option(other, "p1", "b").check()
    expect(said(other, "p1")).to_contain_text("another window")
    assert school.stored() == {"p1": ["a"]}
    other.get_by_role("button", name="Take what is saved").click()
    expect(option(other, "p1", "a")).to_be_checked()
    option(other, "p1", "c").check()
    expect(said(other, "p1")).to_contain_text("Saved at")
    assert school.stored() == {"p1": ["c"]}
    option(page, "p1", "b").check()
    page.get_by_role("button", name="Keep what is here").click()
    expect(said(page, "p1")).to_contain_text("Saved at")
    assert school.stored() == {"p1": ["b"]}


def test_more_time_that_was_given_meanwhile_keeps_the_attempt_open(school: School, page: Page) -> None:
    with school.app.app_context():
        attempt = db.session.scalars(select(Attempt)).one()
        attempt.ends_at = clock.now() + timedelta(seconds=6)
        db.session.commit()
    page.reload()
    expect(page.locator("[data-left]")).to_contain_text("Less than a minute left")
    with school.app.app_context():
        db.session.scalars(select(Attempt)).one().ends_at = clock.now() + timedelta(minutes=9)
        db.session.commit()
    expect(page.locator("[data-left]")).to_contain_text("9 min left")
    option(page, "p1", "a").check()
    expect(said(page, "p1")).to_contain_text("Saved at")


def test_without_a_connection_at_the_end_one_stays_on_the_page_and_is_told(school: School, page: Page) -> None:
    with school.app.app_context():
        attempt = db.session.scalars(select(Attempt)).one()
        attempt.quiz.grace, attempt.ends_at = 0, clock.now() + timedelta(seconds=6)
        db.session.commit()
    page.reload()
    page.context.set_offline(True)
    option(page, "p1", "a").check()
    expect(page.locator("[data-left]")).to_contain_text("Its time is over")
    assert page.url.endswith(FIRST)
    page.context.set_offline(False)
    expect(said(page, "p1")).to_contain_text("The time of this attempt is over")
    page.get_by_role("button", name="Hand in what was saved").click()
    expect(page.get_by_text("Question by question")).to_be_visible()
    assert school.stored() == {}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "without"])
def test_enter_in_a_line_of_text_saves_and_stays(
    school: School, page: Page, chromium: Browser, *, scripts: bool
) -> None:
    with school.app.app_context():
        quiz = db.session.scalars(select(Quiz)).one()
        factories.question(quiz, "short")
        services.hand_in(db.session.scalars(select(Attempt)).one())
        db.session.commit()
    page.goto(QUIZ)
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(f"**{QUIZ}/intentos/2")
    context = chromium.new_context(base_url=school.address, java_script_enabled=scripts)
    context.add_cookies([{"name": "session", "value": school.cookie, "url": school.address}])
    mine = context.new_page()
    mine.goto(f"{QUIZ}/intentos/2")
    mine.locator("[name='given-p4']").fill("arroyo")
    mine.locator("[name='given-p4']").press("Enter")
    expect(said(mine, "p4")).to_contain_text("Saved at")
    assert mine.url.partition("?")[0].endswith("/intentos/2")
    assert school.stored() == {"p4": ["arroyo"]}
    context.close()


def test_when_the_minutes_are_over_the_last_choice_goes_in_with_the_rest(school: School, page: Page) -> None:
    with school.app.app_context():
        attempt = db.session.scalars(select(Attempt)).one()
        attempt.quiz.minutes = 1
        attempt.ends_at = clock.now() + timedelta(seconds=8)
        db.session.commit()
    page.reload()
    expect(page.locator("[data-left]")).to_contain_text("Less than a minute left")
    page.context.set_offline(True)
    option(page, "p1", "a").check()
    expect(said(page, "p1")).to_have_text(UNSAVED)
    page.context.set_offline(False)
    expect(page.get_by_text("Question by question")).to_be_visible()
    assert school.stored() == {"p1": ["a"]}
