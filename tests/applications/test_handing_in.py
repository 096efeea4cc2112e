"""Handing in, correcting, withdrawing, until the deadline and not a second longer; numbers that no two have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from escuela import clock
from escuela.applications import services
from escuela.applications.models import Application, ApplicationFile, ApplicationLink
from escuela.calls import services as calls
from escuela.calls.models import Call
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import Change
from tests import factories
from tests.applications.conftest import PAGE, Applicant, begun, complete
from tests.cast import Cast
from tests.conftest import NOW


def mails(email: str) -> list[Message]:
    found = select(Message).where(Message.address == email, Message.kind == "applications/received")
    return list(db.session.scalars(found.order_by(Message.id)))


def test_handing_in_writes_what_evaluators_read_and_mails_the_number(ready: Applicant, cast: Cast) -> None:
    answer = ready.send("entregar", **{"q-personas": "159,000", "q-fecha": "2026-08-31"})
    assert (answer.status_code, answer.location) == (303, PAGE)
    row = ready.row
    assert (row.state, row.number, row.reference, row.submitted_at) == ("submitted", 1, "ER9-0001", NOW)
    assert (row.name, row.gender, row.local_government_id) == ("Ana Ceibo Tala", "woman", cast.canelones.id)
    assert row.answers == {
        "problema": "El arroyo crece cada febrero.",
        "viaja": "b",
        "acepta": "yes",
        "carta": row.files[0].id,
        "personas": "159000",
        "fecha": "2026-08-31",
    }
    [mail] = mails(ready.email)
    assert "ER9-0001" in mail.subject
    assert "Sunday, October 25" in mail.text
    assert "ER9-0001" in ready.client.get(PAGE).text
    change = db.session.scalars(select(Change).where(Change.verb == "application.submitted")).one()
    assert (change.by_name, change.within) == (ready.email, f"call:{row.call_id}")
    told = change.after
    assert (told["job"], told["government"]) == (row.position, row.place_name), "in words, not in numbers of rows"
    assert row.files[0].name in told.values()
    assert [told[name] for name in told if isinstance(told[name], bool)] == [True]


def test_a_double_click_hands_in_once(ready: Applicant) -> None:
    ready.send("entregar")
    assert ready.send("entregar").status_code == 303
    assert len(mails(ready.email)) == 1


def test_what_was_handed_in_stands_until_it_is_handed_in_again(ready: Applicant) -> None:
    ready.send("entregar")
    ready.send(position="Jefa de ambiente")
    page = ready.client.get(PAGE).text
    assert "What stands is what you handed in" in page
    assert ready.row.position == "Directora de ambiente"
    ready.send(name="")
    assert ready.send("entregar").status_code == 422
    assert (ready.row.state, ready.row.name) == ("submitted", "Ana Ceibo Tala")
    with clock.stopped(NOW + timedelta(hours=1)):
        assert ready.send("entregar", name="Ana Ceibo").status_code == 303
    assert (ready.row.position, ready.row.number) == ("Jefa de ambiente", 1)
    assert [("correction" in mail.subject) for mail in mails(ready.email)] == [False, True]
    change = db.session.scalars(select(Change).where(Change.verb == "application.corrected")).one()
    assert (change.before, change.after) == (
        {"name": "Ana Ceibo Tala", "job": "Directora de ambiente"},
        {"name": "Ana Ceibo", "job": "Jefa de ambiente"},
    )


def test_one_second_after_closing_it_is_refused_naming_both_zones(ready: Applicant, call: Call) -> None:
    ready.client.set_cookie("zone", "America/Sao_Paulo")
    call.closes_at = factories.at("2026-10-20 23:59 America/La_Paz")
    call.zone = "America/La_Paz"
    db.session.commit()
    with clock.stopped(call.closes_at):
        for path in ("entregar", "borrador", "archivos/carta/quitar"):
            answer = ready.send(path, began="{}", name="Tarde")
            assert answer.status_code == 409
            assert "Tuesday, October 20, 23:59, La Paz time" in answer.text
            assert "For you: Wednesday, October 21, 00:59, Sao Paulo time" in answer.text
            assert "Ana Ceibo Tala" in answer.text
        assert ready.upload().status_code == 409
        assert ready.client.get(f"/convocatorias/novena/archivos/{ready.row.files[0].id}").status_code == 200
    assert (ready.row.number, ready.row.name) == (None, "")
    with clock.stopped(call.closes_at - timedelta(seconds=1)):
        assert ready.send("entregar", name="Ana Ceibo Tala").status_code == 303


def test_withdrawing_asks_first_and_can_be_taken_back_until_the_deadline(ready: Applicant, call: Call) -> None:
    assert ready.client.get(f"{PAGE}/retirar").location == PAGE  # nothing handed in
    ready.send("entregar")
    assert "Nobody will evaluate it" in ready.client.get(f"{PAGE}/retirar").text
    assert ready.client.post(f"{PAGE}/retirar", data={"reason": "Cambio de cargo"}).location == PAGE
    assert (ready.row.state, ready.row.withdrawn_at) == ("withdrawn", NOW)
    assert ready.send("entregar", began="{}").status_code == 422
    page = ready.client.get(PAGE).text
    assert "Take it up again" in page
    assert "El arroyo crece" in page
    ready.client.post(f"{PAGE}/retomar")
    assert (ready.row.state, ready.row.number, ready.row.withdrawn_at) == ("submitted", 1, None)
    told = db.session.execute(select(Change.verb, Change.reason).order_by(Change.id).offset(1)).all()
    assert [tuple(each) for each in told] == [
        ("application.withdrawn", "Cambio de cargo"),
        ("application.resumed", None),
    ]
    with clock.stopped(NOW + timedelta(hours=9)):
        call.closes_at = clock.now()
        db.session.commit()
        assert ready.client.post(f"{PAGE}/retirar").status_code == 409
    assert ready.row.state == "submitted"


def test_a_proposed_government_is_handed_in_as_it_was_proposed(ready: Applicant) -> None:
    proposal = {"government": "new", "proposed_name": "Municipio de Paso Carrasco"}
    assert ready.send("entregar", **proposal).status_code == 422
    ready.send("entregar", proposed_subdivision="UY-CA", proposed_band="small")
    row = ready.row
    assert (row.local_government_id, row.place_name, row.country, row.band) == (
        None,
        "Municipio de Paso Carrasco",
        "UY",
        "small",
    )


def test_a_call_knows_who_is_writing_and_what_is_answered(ready: Applicant, call: Call) -> None:
    begun(call, "otra@municipio.example")
    assert {each.address for each in calls.writing(call)} == {ready.email, "otra@municipio.example"}
    ready.send("entregar")
    assert {each.address for each in calls.writing(call)} == {"otra@municipio.example"}
    assert {each.slug: calls.answered(each) for each in call.questions} == dict.fromkeys(
        ("problema", "viaja", "acepta", "carta"), 1
    ) | dict.fromkeys(("desde", "areas", "personas", "fecha"), 0)


def test_old_links_and_drafts_are_forgotten_and_nothing_that_was_handed_in(
    ready: Applicant, call: Call, cast: Cast
) -> None:
    handed = factories.application(call, cast.canelones)
    with clock.stopped(NOW + timedelta(days=29)):
        assert services.forget_old() == 0
    with clock.stopped(NOW + timedelta(days=31)):
        assert services.forget_old() == 1
    assert db.session.scalars(select(ApplicationLink)).all() == []
    with clock.stopped(call.closes_at + timedelta(days=181)):
        assert services.forget_old() == 1
    db.session.expire_all()
    assert [row.id for row in db.session.scalars(select(Application))] == [handed.id]
    assert db.session.scalars(select(ApplicationFile)).all() == []


# --- at the same moment


def together(app: Flask, *verbs: Callable[[], object]) -> list[object]:
    """Each verb in a thread and a transaction of its own."""
    answers: list[object] = []

    def run(verb: Callable[[], object]) -> None:
        with app.test_request_context(), clock.stopped(NOW):
            answers.append(verb())
            db.session.commit()

    threads = [Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


@pytest.mark.committed
def test_of_several_who_hand_in_at_once_no_two_have_the_same_number(own_school: Flask) -> None:
    with own_school.test_request_context(), clock.stopped(NOW):
        cast = Cast.gather()
        row = factories.call(cast.edition)
        values = {name: value for name, value in complete(cast.canelones.id).items() if not name.startswith("q-")}
        numbers = [begun(row, f"ana{each}@municipio.example", **values).id for each in range(4)]

    def handing_in(number: int) -> Callable[[], object]:
        def verb() -> object:
            application = db.session.get_one(Application, number)
            return services.hand_in(application, language="es", zone=factories.MONTEVIDEO).number

        return verb

    assert sorted(map(str, together(own_school, *map(handing_in, numbers)))) == ["1", "2", "3", "4"]


@pytest.mark.committed
def test_two_tabs_begin_one_application(own_school: Flask) -> None:
    with own_school.test_request_context(), clock.stopped(NOW):
        number = factories.call(Cast.gather().edition).id

    def begin() -> object:
        call = db.session.get_one(Call, number)
        return services.begin(call, "Ana@municipio.example", "es", factories.MONTEVIDEO).id

    assert len(set(together(own_school, begin, begin))) == 1


@pytest.mark.committed
def test_a_link_that_two_press_at_once_opens_for_one(own_school: Flask) -> None:
    with own_school.test_request_context(), clock.stopped(NOW):
        call = factories.call(Cast.gather().edition)
        link = services.request_link(call, "ana@municipio.example", "es", factories.MONTEVIDEO)
        db.session.commit()
        number = link.id

    def use() -> object:
        try:
            return services.use_link(db.session.get_one(ApplicationLink, number)).email
        except services.DomainError as refusal:
            return type(refusal).__name__

    assert sorted(map(str, together(own_school, use, use))) == ["DomainError", "ana@municipio.example"]
