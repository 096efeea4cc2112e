from __future__ import annotations

from collections.abc import Callable

import pytest

from escuela.assessments.assignments import phrases
from escuela.assessments.assignments.review_models import Phrase
from escuela.extensions import db
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
BANK = "/cola/frases"


@pytest.fixture
def phrase(cast: Cast) -> Phrase:
    kept = phrases.keep("¿De dónde sale este dato?", by=cast.renata)
    db.session.commit()
    return kept


def texts(user: User) -> list[str]:
    return [each.text for each in db.session.scalars(phrases.phrases_of(user))]


def test_a_phrase_is_kept_changed_and_taken_out(cast: Cast, as_: As) -> None:
    renata = as_(cast.renata)
    for _twice in range(2):
        assert renata.post(BANK, data={"text": "¿De dónde sale?\r\n "}).status_code == 303
    assert texts(cast.renata) == ["¿De dónde sale?"]
    number = db.session.query(Phrase).one().id
    renata.post(f"{BANK}/{number}", data={"text": "Nombre la fuente."})
    assert "Nombre la fuente.</textarea>" in renata.get(BANK).text
    renata.post(f"{BANK}/{number}/quitar")
    assert texts(cast.renata) == []
    assert "You keep no phrases yet" in renata.get(BANK).text


def test_a_script_keeps_a_phrase_and_gets_the_list_back(cast: Cast, as_: As, phrase: Phrase) -> None:
    renata, script = as_(cast.renata), {"Accept": "application/json"}
    answer = renata.post(BANK, data={"text": "Muy concreto."}, headers=script)
    assert answer.json["html"].count("data-phrase=") == 2
    assert renata.post(BANK, data={"text": " "}, headers=script).status_code == 409


def test_what_is_refused_is_given_back(cast: Cast, as_: As, phrase: Phrase) -> None:
    renata = as_(cast.renata)
    for address in (BANK, f"{BANK}/{phrase.id}"):
        refused = renata.post(address, data={"text": "x" * 5001})
        assert refused.status_code == 422
        assert f"{'x' * 5001}</textarea>" in refused.text
        assert renata.post(address, data={"text": ""}).status_code == 422
    assert texts(cast.renata) == ["¿De dónde sale este dato?"]


def test_no_more_than_a_hundred_are_kept(cast: Cast, as_: As, monkeypatch: pytest.MonkeyPatch, phrase: Phrase) -> None:
    monkeypatch.setattr(phrases, "MOST", 1)
    assert as_(cast.renata).post(BANK, data={"text": "Otra"}).status_code == 422


def test_phrases_are_ones_own_and_are_offered_on_the_desk(cast: Cast, as_: As, phrase: Phrase) -> None:
    work = factories.work(cast.assignment, cast.lucias)
    desk = f"/ediciones/novena/revisiones/{work.id}"
    as_(cast.renata).post(f"{desk}/reclamar")
    assert "¿De dónde sale este dato?" in as_(cast.renata).get(desk).text
    as_(cast.gabriela).post(f"{desk}/relevar")
    assert "¿De dónde sale este dato?" not in as_(cast.gabriela).get(desk).text
    for path in ("", "/quitar"):
        assert as_(cast.gabriela).post(f"{BANK}/{phrase.id}{path}", data={"text": "Mía"}).status_code == 404
        assert as_(cast.lucia).post(f"{BANK}/{phrase.id}{path}", data={"text": "Mía"}).status_code == 403
        assert as_(None).post(f"{BANK}/{phrase.id}{path}").status_code == 401
    assert (as_(cast.lucia).get(BANK).status_code, as_(cast.lucia).post(BANK).status_code) == (403, 403)
    assert (as_(None).get(BANK).status_code, as_(None).post(BANK).status_code) == (303, 401)
