"""Extending a deadline, closing early, opening again: each with a reason, and mail to those with drafts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from escuela.calls import services
from escuela.calls.models import Call
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.messages.services import Recipient
from escuela.people.history import history_of
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
HERE = "/ediciones/novena/convocatoria"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def writing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two people with drafts, one of them known to two sources; a Brazilian and a Chilean."""
    thais = Recipient("thais@example.org", "pt", "Thaís Ipê", "America/Sao_Paulo")
    pablo = Recipient("pablo@example.org", "en", "Pablo Molle", "America/Santiago")
    monkeypatch.setattr(services, "WRITING", [lambda _call: [thais, pablo], lambda _call: iter([pablo])])
    return iter(())  # type: ignore[return-value]


def mails() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def lines(call: Call) -> list[Change]:
    return list(db.session.scalars(history_of(call)))


def until(at: str, reason: str = "Lo pidieron varias ciudades") -> dict[str, str]:
    return {"until": at, "reason": reason}


def again(call: Call) -> Call:
    return db.session.scalars(select(Call).where(Call.id == call.id)).one()


def test_an_extension_is_in_the_history_and_told_once_to_everybody_with_a_draft(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition, closes_at=factories.at("2026-10-25 23:59 America/Montevideo"))
    client = as_(cast.gabriela)
    page = client.get(f"{HERE}/plazo").text
    assert "2 people have a draft" in page
    for _ in range(2):  # a double click
        assert client.post(f"{HERE}/plazo/extender", data=until("2026-11-02T23:59")).status_code == 303
    assert again(call).closes_at == factories.at("2026-11-02 23:59 America/Montevideo")
    [line] = lines(call)
    assert (line.verb, line.reason, line.by_id) == ("call.extended", "Lo pidieron varias ciudades", cast.gabriela.id)
    assert line.before["closes_at"] == {"at": "2026-10-26T02:59:00+00:00", "zone": "America/Montevideo"}
    portuguese, english = mails()
    assert (portuguese.language, english.language) == ("pt", "en")
    assert "More time, until November 2, 2026" in english.subject
    assert "Monday, November 2, 23:59, Montevideo time" in english.text
    assert "Lo pidieron" not in english.text, "the reason stays inside"
    assert "/convocatorias/novena" in english.text
    assert "Sao" in portuguese.text or "Paulo" in portuguese.text or "Montev" in portuguese.text
    history = client.get(f"{HERE}/historia").text
    assert "extended the deadline" in history
    assert "Lo pidieron varias ciudades" in history
    assert "Sunday, October 25, 23:59, Montevideo time" in history


def test_two_changes_are_two_mails(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    client = as_(cast.gabriela)
    client.post(f"{HERE}/plazo/extender", data=until("2026-11-02T23:59"))
    client.post(f"{HERE}/plazo/extender", data=until("2026-11-03T23:59"))
    assert len(mails()) == 4


def test_closing_early_closes_at_this_instant(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition)
    client = as_(cast.gabriela)
    assert client.post(f"{HERE}/plazo/cerrar", data={"now-reason": "Se llenó"}).status_code == 303
    assert again(call).closes_at == NOW
    assert "This call has closed" in client.get("/convocatorias/novena").text
    assert [mail.subject for mail in mails()][1].startswith("It has closed")
    assert client.post(f"{HERE}/plazo/cerrar", data={"now-reason": "Se llenó"}).status_code == 409
    assert len(mails()) == 2


def test_a_closed_call_opens_again_until_its_result_is_out(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition, closes_at=NOW - SECOND)
    client = as_(cast.gabriela)
    assert "Open it again" in client.get(f"{HERE}/plazo").text
    assert client.post(f"{HERE}/plazo/extender", data=until("2026-11-02T23:59")).status_code == 409
    assert client.post(f"{HERE}/plazo/reabrir", data=until("2026-10-20T11:59")).status_code == 409
    assert client.post(f"{HERE}/plazo/reabrir", data=until("2026-11-02T23:59")).status_code == 303
    assert "Call open" in client.get("/convocatorias/novena").text
    call = again(call)
    call.closes_at, call.announced_at, call.reply_by_at = NOW - SECOND, NOW, NOW + timedelta(days=7)
    db.session.commit()
    refused = client.post(f"{HERE}/plazo/reabrir", data=until("2026-11-05T23:59"))
    assert refused.status_code == 409
    assert "The result is published" in refused.text
    assert again(call).closes_at == NOW - SECOND
    assert [line.verb for line in lines(call)] == ["call.reopened"]


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("extender", {"until": "2026-11-02T23:59", "reason": " "}, 422),
        ("extender", {"until": "", "reason": "Sí"}, 422),
        ("extender", {"until": "mañana", "reason": "Sí"}, 422),
        ("extender", {"until": "2026-10-21T23:59", "reason": "Sí"}, 409),
        ("reabrir", {"until": "2026-11-02T23:59", "reason": "Sí"}, 409),
        ("cerrar", {"now-reason": ""}, 422),
    ],
)
def test_what_cannot_be_changes_nothing_and_tells_nobody(
    as_: As, cast: Cast, path: str, data: dict[str, str], status: int
) -> None:
    call = factories.call(cast.edition)
    before = call.closes_at
    answer = as_(cast.gabriela).post(f"{HERE}/plazo/{path}", data=data)
    assert answer.status_code == status
    assert again(call).closes_at == before
    assert lines(call) == []
    assert mails() == []


def test_a_call_that_nobody_has_seen_has_no_deadline_to_move(as_: As, cast: Cast) -> None:
    factories.call(cast.edition, published_at=None)
    client = as_(cast.gabriela)
    assert "its dates are changed with its texts" in client.get(f"{HERE}/plazo").text
    assert client.post(f"{HERE}/plazo/extender", data=until("2026-11-02T23:59")).status_code == 409
    assert client.post(f"{HERE}/plazo/cerrar", data={"now-reason": "No"}).status_code == 409


def test_real_drafts_are_told_and_what_was_handed_in_is_not(
    as_: As, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    call = factories.call(cast.edition)
    draft = factories.application(call, None, state="draft")
    factories.application(call, cast.canelones)
    as_(cast.gabriela).post(f"{HERE}/plazo/extender", data=until("2026-11-02T23:59"))
    assert [mail.address for mail in mails()] == [draft.email]
