"""Sessions as coordinators plan them: there and back, moved, duplicated, cancelled, taken out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.config import ROOT
from escuela.content.check import everything
from escuela.content.load import apply
from escuela.content.rows import text_of
from escuela.extensions import db
from escuela.frameworks.services import load_catalogue
from escuela.learning.programme import programmes
from escuela.messages.models import Message
from escuela.people.models import Change, User
from escuela.tutoring import services
from escuela.tutoring.models import Attendance, TutoringSession
from escuela.tutoring.text import text_of_session
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client
from tests.posted import inputs

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tutorias"
EDIT, CANCEL, RESUME, ERASE = (f"{PAGE}/tutoria/{verb}" for verb in ("editar", "cancelar", "retomar", "borrar"))
WHY = {"reason": "La tutora está enferma.", "tell": "y"}


def mails() -> list[tuple[str, str]]:
    rows = db.session.execute(select(Message.kind, Message.address).order_by(Message.id))
    return [(kind, address) for kind, address in rows if kind.startswith("tutoring/")]


def shown(person: Client, **changes: Any) -> Any:
    """What the form of the session sends, with some of it typed anew."""
    values = inputs(person.get(EDIT).text.partition("<main")[2])
    for name, value in changes.items():
        values[name] = value
    return values


def test_every_session_of_the_courses_comes_back_from_its_form_as_it_was(as_: As) -> None:
    for _folder, text, faults in everything(ROOT / "courses"):
        assert not faults
        apply(text)
    coordinator = as_(factories.user("Ada Ceibo", roles=("coordinator",)))
    rows = db.session.scalars(select(TutoringSession)).all()
    assert len(rows) > 3
    for row in rows:
        before, edition = text_of_session(row), row.edition
        address = f"/ediciones/{edition.slug}/tutorias/{row.slug}/editar"
        page = coordinator.get(address).text
        answer = coordinator.post(address, data=inputs(page.partition("<main")[2]))
        assert answer.status_code == 303, answer.text
        assert text_of_session(db.session.get_one(TutoringSession, row.id)) == before
        assert row.edition.edited_at is None


def test_moving_a_session_tells_everybody_once_in_their_zone(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    values = shown(gabriela, starts="2026-10-29T18:00")
    assert gabriela.post(EDIT, data=values).status_code == 303
    assert gabriela.post(EDIT, data=values).status_code == 303
    told = [address for kind, address in mails() if kind == "tutoring/changed"]
    assert sorted(told) == sorted({cast.lucia.email, cast.martin.email, *told})
    assert len(told) == len(set(told)) >= 2
    message = db.session.scalars(select(Message).where(Message.address == cast.lucia.email)).first()
    assert message is not None
    assert "Tutoría abierta" in message.subject
    edition = cast.session.edition
    assert edition.edited_at == NOW
    change = db.session.scalars(select(Change).where(Change.verb == "session.changed")).one()
    assert change.before["starts_at"].startswith("2026-10-22")


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"title-es": "Otro título"}, "running"),
        ({"starts": "2026-10-29T18:00", "tell": None}, "running"),
        ({"starts": "2026-10-29T18:00"}, "draft"),
    ],
)
def test_nobody_is_told_of_what_does_not_concern_them(
    cast: Cast, as_: As, changes: dict[str, str | None], state: str
) -> None:
    cast.edition.status = state
    db.session.commit()
    gabriela = as_(cast.gabriela)
    values = shown(gabriela)
    for name, value in changes.items():
        values.poplist(name)
        if value is not None:
            values[name] = value
    assert gabriela.post(EDIT, data=values).status_code == 303
    assert mails() == []


def test_a_session_is_duplicated_a_week_later_at_the_same_hour(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    values = inputs(gabriela.get(f"{PAGE}/nueva?como=tutoria").text.partition("<main")[2])
    assert values["starts"] == "2026-10-29T12:00"
    assert gabriela.post(f"{PAGE}/nueva", data=values).status_code == 303
    copy = db.session.scalars(select(TutoringSession).where(TutoringSession.slug == "2026-10-29")).one()
    assert (copy.title, copy.link, copy.minutes) == (cast.session.title, cast.session.link, cast.session.minutes)
    assert as_(cast.gabriela).get(f"{PAGE}/nueva?como=otra").status_code == 404


def test_a_session_is_aligned_with_frameworks(cast: Cast, as_: As) -> None:
    load_catalogue()
    gabriela = as_(cast.gabriela)
    values = shown(gabriela)
    values.setlist("frameworks", ["mcr.e06", "ods.11.5"])
    assert gabriela.post(EDIT, data=values).status_code == 303
    found = text_of_session(db.session.get_one(TutoringSession, cast.session.id)).frameworks
    assert set(found) == {"mcr.e06", "ods.11.5"}
    assert 'value="mcr.e06" checked' in gabriela.get(EDIT).text


# --- cancelled


def test_a_cancelled_session_stays_in_sight_and_asks_for_nothing(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    assert gabriela.post(CANCEL, data=WHY).status_code == 303
    gabriela.post(CANCEL, data=WHY)
    told = [address for kind, address in mails() if kind == "tutoring/cancelled"]
    assert cast.lucia.email in told
    assert len(told) == len(set(told))
    with clock.stopped(NOW + timedelta(days=2)):
        page = as_(cast.lucia).get(PAGE).text
        assert "Cancelled: it does not take place" in page
        assert "https://example.org/sala" not in page
        assert as_(cast.renata).post(f"{PAGE}/tutoria/asistencia", data={}).status_code == 422
    assert "STATUS:CANCELLED" in as_(cast.lucia).get(f"{PAGE}/tutoria.ics").text
    assert programmes([cast.edition])[0].sessions == ()
    assert text_of(cast.edition).sessions == ()


def test_a_cancelled_session_takes_place_after_all(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    gabriela.post(CANCEL, data=WHY)
    assert gabriela.post(RESUME).status_code == 303
    assert gabriela.post(RESUME).status_code == 303
    assert db.session.get_one(TutoringSession, cast.session.id).cancelled_at is None
    told = [kind for kind, address in mails() if address == cast.lucia.email]
    assert told == ["tutoring/cancelled", "tutoring/resumed"]


def test_cancelling_asks_for_the_reason(cast: Cast, as_: As) -> None:
    answer = as_(cast.gabriela).post(CANCEL, data={"reason": " "})
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.text
    assert db.session.get_one(TutoringSession, cast.session.id).cancelled_at is None


def test_attendance_that_was_taken_is_never_lost(cast: Cast, as_: As) -> None:
    with clock.stopped(NOW + timedelta(days=2)):
        services.take_attendance(cast.session, present={cast.lucias.id}, by=cast.renata)
        db.session.commit()
        gabriela = as_(cast.gabriela)
        assert gabriela.post(CANCEL, data=WHY).status_code == 409
        assert gabriela.post(ERASE).status_code == 409
    assert len(db.session.scalars(select(Attendance)).all()) == 2
    assert mails() == []


def test_a_session_that_was_a_mistake_leaves_nothing_but_its_history(cast: Cast, as_: As) -> None:
    session_id = cast.session.id
    assert as_(cast.gabriela).post(ERASE).status_code == 303
    assert db.session.get(TutoringSession, session_id) is None
    assert mails() == []
    assert db.session.scalars(select(Change.verb)).all() == ["session.erased"]
