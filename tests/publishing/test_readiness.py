"""What is found missing before an edition opens, and what keeps it from being published."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy import select

from escuela.columns import Localized
from escuela.editions.models import DRAFT, Edition
from escuela.extensions import db
from escuela.people.models import Change, User
from escuela.publishing.readiness import findings
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]


def sentences(edition: Edition, *, breaks: bool) -> set[str]:
    return {str(each.sentence) for each in findings(edition) if each.breaks is breaks}


@pytest.fixture
def draft() -> Edition:
    return factories.edition("decima", number=10, status=DRAFT, hours=8)


def test_an_empty_edition_would_break(draft: Edition) -> None:
    assert sentences(draft, breaks=True) == {"The edition has no module."}
    assert "Nobody is a tutor: works would wait for a review." in sentences(draft, breaks=False)


def test_what_would_break_is_told_apart_from_what_one_should_look_at(draft: Edition) -> None:
    module = factories.module(draft, title=Localized(es="Solo castellano"))
    factories.quiz(module, questions=())
    factories.lesson(module, opens_at=factories.at("2027-02-01 10:00 America/Montevideo"), opens_zone=draft.zone)
    assert sentences(draft, breaks=True) == {
        "It has no questions.",
        "It counts for a certificate and opens when the edition is over: nobody could do it.",
    }
    found = [each for each in findings(draft) if each.where == module.title]
    assert [str(each.sentence) for each in found] == ["Part of it is not in Portuguese."]


@pytest.mark.parametrize(
    ("due", "sentence"),
    [
        ("2026-12-11 00:00", "It is due after the end of the edition, when nothing is accepted any more."),
        ("2027-01-10 10:00", "It is due after the end of the edition, when nothing is accepted any more."),
        ("2026-09-01 10:00", "It is due before the edition begins."),
    ],
)
def test_a_due_instant_outside_the_edition_is_told(draft: Edition, due: str, sentence: str) -> None:
    module = factories.module(draft)
    factories.lesson(module, due_at=factories.at(f"{due} America/Montevideo"), due_zone=draft.zone)
    assert sentence in sentences(draft, breaks=False)


def test_every_finding_leads_somewhere(draft: Edition, cast: Cast, as_: As) -> None:
    module = factories.module(draft)
    factories.quiz(module, questions=())
    factories.tutoring_session(draft, link=None)
    page = as_(cast.elena).get("/ediciones/decima/escribir/lista")
    assert page.status_code == 200
    for each in findings(draft):
        assert str(each.sentence).replace("'", "&#39;") in page.text
    for address in {line.split('"')[0] for line in page.text.split('<a class="button button--small" href="')[1:]}:
        assert as_(cast.elena).get(address).status_code == 200, address


def test_an_edition_that_would_break_is_not_published(draft: Edition, cast: Cast, as_: As) -> None:
    answer = as_(cast.elena).post("/ediciones/decima/escribir/estado", data={"to": "published"})
    assert answer.status_code == 409
    assert draft.status == DRAFT


def test_each_step_is_in_the_history_and_a_step_back_asks_for_a_reason(draft: Edition, cast: Cast, as_: As) -> None:
    factories.lesson(factories.module(draft))
    client = as_(cast.elena)
    go = "/ediciones/decima/escribir/estado"
    assert client.post(go, data={"to": "running"}).status_code == 409, "it is not published yet"
    assert client.post(go, data={"to": "published"}).status_code == 303
    assert client.post(go, data={"to": "published"}).status_code == 303, "a second click is harmless"
    assert client.post(go, data={"to": "draft"}).status_code == 409
    assert client.post(go, data={"to": "draft", "reason": "Falta la docente"}).status_code == 303
    lines = db.session.scalars(select(Change).order_by(Change.id)).all()
    assert [(line.verb, line.before, line.after, line.reason) for line in lines] == [
        ("edition-status", {"status": "draft"}, {"status": "published"}, None),
        ("edition-status", {"status": "published"}, {"status": "draft"}, "Falta la docente"),
    ]


@pytest.mark.parametrize(("who", "status"), [("renata", 403), ("lucia", 403), ("rocio", 404)])
@pytest.mark.parametrize("page", ["lista", "edicion", "copia"])
def test_only_who_coordinates_opens_these_pages(who: str, status: int, page: str, cast: Cast, as_: As) -> None:
    assert as_(getattr(cast, who)).get(f"/ediciones/novena/escribir/{page}").status_code == status


def test_looking_costs_the_same_whatever_the_edition_holds(
    draft: Edition, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    counts = []
    for number in (1, 3):
        for _ in range(number):
            module = factories.module(draft)
            factories.lesson(module)
            factories.quiz(module)
            factories.assignment(module)
            factories.tutoring_session(draft, module=module)
        db.session.expire_all()
        edition = db.session.scalars(select(Edition).where(Edition.slug == "decima")).one()
        with count_queries() as ran:
            findings(edition)
        counts.append(len(ran))
    assert counts[0] == counts[1]
    assert date(2026, 10, 1) == draft.starts_on
