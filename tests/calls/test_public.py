"""What everybody reads of a call, at every stage of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask_babel import force_locale

from escuela import clock
from escuela.calls.words import left
from escuela.extensions import db
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
HERE = "/convocatorias/novena"
SECOND = timedelta(seconds=1)


def test_the_page_says_the_deadline_in_both_zones_and_how_long_is_left(client: Client, cast: Cast) -> None:
    factories.call(cast.edition, closes_at=factories.at("2026-10-23 17:00 America/Montevideo"))
    client.set_cookie("zone", "America/Bogota")
    page = client.get(HERE).text
    assert "Friday, October 23, 17:00, Montevideo time" in page
    assert "For you: Friday, October 23, 15:00, Bogota time." in page
    assert "3 days and 5 hours left" in page
    assert 'aria-live="off"' in page
    assert "/convocatorias/novena/postular" in page


def test_one_second_before_the_closing_instant_it_is_open_and_at_it_it_is_closed(client: Client, cast: Cast) -> None:
    call = factories.call(cast.edition)
    client.set_cookie("zone", "America/Bogota")
    at = call.closes_at
    with clock.stopped(at - SECOND):
        page = client.get(HERE).text
        assert "Call open" in page
        assert "1 minute left" in page
    with clock.stopped(at):
        page = client.get(HERE).text
        assert "This call has closed" in page
        assert "It closed on" in page
        assert "For you: " in page
        assert "Read my application" in page
        assert ">Apply " not in page


def test_before_it_opens_it_says_when_it_does(client: Client, cast: Cast) -> None:
    factories.call(cast.edition, opens_at=NOW + timedelta(days=1, hours=2))
    page = client.get(HERE).text
    assert "Not open yet" in page
    assert "It opens on Wednesday, October 21, 14:00, Montevideo time" in page
    assert "1 day and 2 hours left" in page
    assert "/postular" not in page


def test_when_the_result_is_out_it_says_so(client: Client, cast: Cast) -> None:
    factories.call(cast.edition, closes_at=NOW - SECOND, announced_at=NOW, reply_by_at=NOW + timedelta(days=7))
    assert "The result is published" in client.get(HERE).text


def test_in_the_night_in_which_clocks_change_hours_are_those_of_the_zone(client: Client, cast: Cast) -> None:
    """In Santiago clocks go from 0:00 to 1:00 on 6 September 2026: a day is 23 hours long."""
    closes = factories.at("2026-09-06 23:59 America/Santiago")
    factories.call(cast.edition, opens_at=closes - timedelta(days=30), closes_at=closes, zone="America/Santiago")
    with clock.stopped(factories.at("2026-09-05 23:59 America/Santiago")):
        page = client.get(HERE).text
    assert "Sunday, September 6, 23:59, Santiago time" in page
    assert "23 hours left" in page


@pytest.mark.parametrize("name", [None, "lucia", "rocio", "renata", "thiago"])
def test_a_call_that_is_being_written_is_nowhere_for_strangers(as_: As, cast: Cast, name: str | None) -> None:
    factories.call(cast.edition, published_at=None)
    client = as_(getattr(cast, name) if name else None)
    assert client.get(HERE).status_code == 404
    assert "novena" not in client.get("/convocatorias").text


@pytest.mark.parametrize("name", ["gabriela", "elena"])
def test_who_coordinates_sees_it_as_a_preview(as_: As, cast: Cast, name: str) -> None:
    factories.call(cast.edition, published_at=None)
    page = as_(getattr(cast, name)).get(HERE)
    assert page.status_code == 200
    assert "Preview." in page.text


def test_it_says_what_is_asked_what_documents_are_needed_and_what_counts(client: Client, cast: Cast) -> None:
    call = factories.call(cast.edition)
    factories.call_question(call, "single")
    factories.call_question(call, "file", required=False)
    factories.call_question(call, shown_if="p1", shown_value="a")
    page = client.get(HERE).text
    for words in ("60 %", "40 %", "from 0 to 10 points", "Document (PDF), optional", "Pregunta 3"):
        assert words in page
    assert "Only if the answer to «Pregunta 1» is «Opción a»." in page


def test_a_reader_of_another_language_gets_what_there_is_marked(client: Client, cast: Cast) -> None:
    factories.call(cast.edition)
    portuguese = client.get(HERE, headers={"Accept-Language": "pt"}).text
    assert "Chamada" in portuguese
    english = client.get(HERE).text
    assert '<span lang="es">Convocatoria</span>' in english


def test_the_list_has_open_calls_first_and_past_ones_after(client: Client, cast: Cast) -> None:
    factories.call(cast.other, title=factories.words("Vieja"), closes_at=NOW - SECOND)
    factories.call(cast.edition, title=factories.words("Nueva"))
    page = client.get("/convocatorias").text
    assert 0 < page.index("Nueva") < page.index("Past calls") < page.index("Vieja")


def test_the_list_says_when_there_is_no_call(client: Client) -> None:
    assert "No call is open now" in client.get("/convocatorias").text


@pytest.mark.parametrize("many", [1, 3])
def test_public_pages_ask_the_same_whatever_a_call_holds(
    client: Client, cast: Cast, count_queries: Count, many: int
) -> None:
    call = factories.call(cast.edition)
    for _ in range(many):
        factories.call_question(call, "single")
    for number in range(many - 1):
        factories.call(factories.edition(f"otra-{number}"))
    db.session.expire_all()
    with count_queries() as ran:
        client.get(HERE)
    assert len(ran) == 4, ran
    with count_queries() as ran:
        client.get("/convocatorias")
    assert len(ran) == 2, ran


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(days=1), "1 day left"),
        (timedelta(days=40, hours=1), "40 days and 1 hour left"),
        (timedelta(hours=1, minutes=59, seconds=59), "1 hour and 59 minutes left"),
        (timedelta(minutes=2), "2 minutes left"),
        (timedelta(seconds=1), "1 minute left"),
        (timedelta(0), None),
    ],
)
def test_how_long_is_left_is_said_in_its_two_largest_units(cast: Cast, time: timedelta, words: str | None) -> None:
    found = left(NOW + time)
    assert (found and found.words) == words


@pytest.mark.parametrize(
    ("locale", "long", "one", "short"),
    [
        ("es", "faltan 9 días y 7 horas", "falta 1 día y 1 hora", "faltan 2 horas y 5 minutos"),
        ("pt", "faltam 9 dias e 7 horas", "falta 1 dia e 1 hora", "faltam 2 horas e 5 minutos"),
    ],
)
def test_how_long_is_left_is_said_in_words_of_each_language(
    cast: Cast, locale: str, long: str, one: str, short: str
) -> None:
    times = (timedelta(days=9, hours=7), timedelta(days=1, hours=1), timedelta(hours=2, minutes=5))
    with force_locale(locale):
        assert [found.words for time in times if (found := left(NOW + time))] == [long, one, short]


def test_the_first_page_and_the_list_of_editions_show_the_open_call(client: Client, cast: Cast) -> None:
    factories.call(cast.edition, closes_at=factories.at("2026-10-23 17:00 America/Montevideo"))
    client.set_cookie("zone", "America/Bogota")
    page = client.get("/").text
    assert "Call open" in page
    assert "For you: Friday, October 23, 15:00, Bogota time." in page
    assert "3 days and 5 hours left" in page
    assert HERE in page
    assert HERE in client.get("/ediciones").text
    with clock.stopped(NOW + timedelta(days=10)):
        assert "Call closed" in client.get("/").text
        assert "Call open" not in client.get("/ediciones").text
