"""Every address of the School, tried by those who have no business there and with what no address holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from escuela import clock
from escuela.admissions.models import WITHDRAWN
from escuela.certificates import board
from escuela.editions.models import ARCHIVED, DRAFT
from escuela.extensions import db, limiter
from escuela.people.models import User
from tests.cast import Cast
from tests.conftest import Client
from tests.security.doors import SAFE, Door, Things, doors

As = Callable[[User | None], Client]
OF_AN_EDITION = {"edition", "person", "government", "message", "code"}
"""Arguments of addresses that lead to somebody's things."""
SENT = {"text": "Otro texto", "began_from": ""}
OWN = {"certificates.download"}
"""Whoever withdrew keeps the certificate."""


@pytest.fixture
def all_doors(app: Flask, cast: Cast) -> list[Door]:
    return list(doors(app, cast, Things.gather(cast)))


def private(found: list[Door]) -> Iterator[Door]:
    """What belongs to somebody."""
    return (
        door for door in found if not door.public and OF_AN_EDITION & door.values.keys() and door.method != "OPTIONS"
    )


def tried(client: Client, user: User | None, found: Iterator[Door]) -> Iterator[tuple[Door, int]]:
    for door in found:
        limiter.reset()
        yield door, client.sign_in(user).open(door.address, method=door.method, data=SENT).status_code


@pytest.mark.parametrize("name", ["rocio", "thiago"])
def test_who_is_of_another_edition_gets_in_nowhere(
    cast: Cast, client: Client, all_doors: list[Door], name: str
) -> None:
    answers = tried(client, getattr(cast, name), private(all_doors))
    assert not [(str(door), status) for door, status in answers if status not in {403, 404}]


def test_a_visitor_is_led_to_sign_in_and_sends_nothing(client: Client, all_doors: list[Door]) -> None:
    closed = (door for door in all_doors if not door.public)
    for door, status in tried(client, None, closed):
        assert status == (303 if door.method in {"GET", "HEAD"} else 401), str(door)


def test_who_withdrew_finds_nothing_of_the_edition_any_more(cast: Cast, client: Client, all_doors: list[Door]) -> None:
    cast.lucias.status, cast.lucias.withdrawn_at = WITHDRAWN, clock.now()
    db.session.commit()
    answers = tried(client, cast.lucia, (door for door in private(all_doors) if door.rule.endpoint not in OWN))
    assert not [(str(door), status) for door, status in answers if status not in {403, 404}]


def test_a_draft_is_nothing_for_its_participants(cast: Cast, client: Client, all_doors: list[Door]) -> None:
    cast.edition.status = DRAFT
    db.session.commit()
    answers = tried(client, cast.lucia, (door for door in private(all_doors) if door.rule.endpoint not in OWN))
    assert not [(str(door), status) for door, status in answers if status not in {403, 404}]


def test_in_an_archived_edition_its_participants_read_and_change_nothing(
    cast: Cast, client: Client, all_doors: list[Door]
) -> None:
    cast.edition.status = ARCHIVED
    db.session.commit()
    posts = (door for door in private(all_doors) if door.method not in SAFE)
    for door, status in tried(client, cast.lucia, posts):
        begun = door.rule.endpoint in {
            "quizzes.start",
            "quizzes.hand_in",
        }  # leads to the attempt, closes it as it stands
        assert begun or status >= 400, str(door)


def test_a_session_ends_with_the_account(cast: Cast, client: Client, all_doors: list[Door]) -> None:
    cast.elena.active = False
    db.session.commit()
    for door, status in tried(client, cast.elena, (door for door in all_doors if not door.public)):
        assert status == (303 if door.method in {"GET", "HEAD"} else 401), str(door)


@pytest.mark.parametrize("number", [2**31, 2**63, 10**20])
def test_a_number_that_no_row_can_have_is_no_address(
    cast: Cast, client: Client, all_doors: list[Door], number: int
) -> None:
    for door in all_doors:
        if door.has_number:
            answer = client.sign_in(cast.elena).open(door.with_number(number), method=door.method)
            assert answer.status_code in {404, 405}, str(door)


def test_an_address_with_a_nul_is_refused(cast: Cast, client: Client, all_doors: list[Door]) -> None:
    for door in all_doors:
        if any(isinstance(value, str) for value in door.values.values()) and door.method != "OPTIONS":
            answer = client.sign_in(cast.elena).open(door.with_text("\0"), method=door.method)
            assert answer.status_code == 400, str(door)


@pytest.mark.parametrize(
    "query",
    [
        f"page={10**30}&pagina={10**30}&cumplen={10**30}&faltan={10**30}&emitidos={10**30}&gobierno={10**30}&version={10**30}",
        "page=-3&pagina=-1&cumplen=x&gobierno=-1&version=0",
        "edition=x&_anchor=y&_external=1&_scheme=javascript&_method=POST",
        "q=%ED%A0%80&nombre=%ff%fe&codigo=%ff&next=%ff",
        "nombre=" + "a+" * 2000 + "&q=" + "a+" * 2000,
    ],
)
def test_no_question_is_too_strange(cast: Cast, client: Client, all_doors: list[Door], query: str) -> None:
    for door in all_doors:
        if door.method in {"GET", "HEAD"} and door.rule.endpoint != "assignments.download":  # its file is not there
            limiter.reset()
            answer = client.sign_in(cast.elena).open(f"{door.address}?{query}", method=door.method)
            assert answer.status_code < 500, str(door)


def test_a_nul_in_a_question_is_refused(cast: Cast, as_: As) -> None:
    for question in ("nombre=%00", "n%00=x"):
        assert as_(cast.elena).get(f"/gobiernos?{question}").status_code == 400


def test_every_answer_says_what_it_may_do_and_nothing_private_is_kept(
    cast: Cast, client: Client, all_doors: list[Door]
) -> None:
    for door in all_doors:
        if door.rule.endpoint in {"assignments.download", "assets.send", "assets.favicon", "content.media"}:
            continue
        answer = client.sign_in(cast.elena).open(door.address, method=door.method)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], str(door)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", str(door)
        assert answer.headers["Cache-Control"] == "no-store", str(door)


def test_a_public_page_sets_no_cookie(client: Client, cast: Cast) -> None:
    for address in ("/", "/ediciones", f"/ediciones/{cast.edition.slug}", "/verificar", "/v/EDR-2222-2222", "/nada"):
        assert "Set-Cookie" not in client.get(address).headers, address


def test_turning_the_pages_of_a_board_goes_nowhere_else(cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "PAGE", 1)  # two people, two pages
    address = f"/ediciones/{cast.edition.slug}/certificados"
    answer = as_(cast.gabriela).get(f"{address}?q=&edition=otra&_external=1&_scheme=javascript&_anchor=x")
    assert answer.status_code == 200
    assert f'href="{address}?' in answer.text
    assert "javascript" not in answer.text.partition("<main")[2]
