"""What becomes of an enrolment: withdrawn, reinstated, transferred, of another government, handed over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy import select

from escuela.admissions.models import Enrolment
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.learning.completion import standings
from escuela.messages.models import Message
from escuela.people.models import Change, Membership, User
from escuela.people.queries import by_address
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
HERE = "/ediciones/novena/personas"
WHY = "Cambió de secretaría"


def at(enrolment: Enrolment, verb: str = "") -> str:
    return f"/ediciones/{enrolment.edition.slug}/personas/{enrolment.id}" + (f"/{verb}" if verb else "")


def in_edition(user: User, edition: Edition) -> Enrolment:
    return db.session.scalars(
        select(Enrolment).where(Enrolment.user_id == user.id, Enrolment.edition_id == edition.id)
    ).one()


def kinds() -> list[str]:
    return list(db.session.scalars(select(Message.kind).order_by(Message.id)))


def verbs(enrolment: Enrolment) -> list[str]:
    rows = select(Change.verb).where(Change.subject == f"enrolment:{enrolment.id}").order_by(Change.id)
    return list(db.session.scalars(rows))


@pytest.fixture
def later(cast: Cast) -> Edition:
    """An edition that Gabriela coordinates too, published and not begun."""
    edition = factories.edition(
        "decima", number=10, status="published", starts_on=date(2027, 3, 1), ends_on=date(2027, 6, 1)
    )
    factories.staff(cast.gabriela, edition, "coordinator")
    return edition


def colleague(**given: object) -> dict[str, object]:
    return {
        "email": "ana@example.org",
        "name": "Ana Jacarandá Ombú",
        "language": "es",
        "position": "Directora",
        "reason": WHY,
        **given,
    }


# --- transfer


def test_a_transfer_ends_one_enrolment_and_begins_another_with_a_mail(as_: As, cast: Cast, later: Edition) -> None:
    client = as_(cast.gabriela)
    page = client.get(at(cast.lucias, "traslado")).text
    assert "Edition 10" in page
    assert "Edition 8" not in page, "it began before and she does not coordinate it"
    answer = client.post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY})
    assert answer.status_code == 303
    there = in_edition(cast.lucia, later)
    assert (cast.lucias.status, cast.lucias.withdrawn_reason, cast.lucias.transferred_to) == ("withdrawn", WHY, there)
    assert (there.status, there.local_government) == ("active", cast.canelones)
    assert kinds() == ["admissions/transferred"]
    assert (verbs(cast.lucias), verbs(there)) == (["enrolment.transferred"], ["enrolment.received"])
    assert "Goes on in edition 10" in client.get(f"{HERE}?estado=bajas").text
    assert "Came from edition 9" in client.get(at(there)).text
    assert WHY in client.get(at(cast.lucias)).text


def test_a_transfer_sent_twice_is_one(as_: As, cast: Cast, later: Edition) -> None:
    client = as_(cast.gabriela)
    for _time in range(2):
        answer = client.post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY})
        assert answer.status_code == 303
    assert len(kinds()) == 1
    assert len(verbs(cast.lucias)) == 1


def test_reinstating_undoes_a_transfer_and_it_can_be_done_again(as_: As, cast: Cast, later: Edition) -> None:
    client = as_(cast.gabriela)
    client.post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY})
    there = in_edition(cast.lucia, later)
    assert "the transfer is undone" in client.get(at(cast.lucias, "reincorporar")).text
    assert client.post(at(cast.lucias, "reincorporar"), data={"reason": "No podía"}).status_code == 303
    assert (cast.lucias.status, cast.lucias.transferred_to_id, there.status) == ("active", None, "withdrawn")
    assert client.post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY}).status_code == 303
    assert (there.status, cast.lucias.transferred_to_id) == ("active", there.id)
    assert verbs(cast.lucias) == ["enrolment.transferred", "enrolment.reinstated", "enrolment.transferred"]


def test_a_transfer_is_undone_only_by_who_coordinates_both(as_: As, cast: Cast, later: Edition) -> None:
    as_(cast.gabriela).post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY})
    later.staff.clear()
    db.session.commit()
    answer = as_(cast.gabriela).post(at(cast.lucias, "reincorporar"), data={"reason": "No"})
    assert answer.status_code == 422
    assert "coordinates that edition" in answer.text
    assert in_edition(cast.lucia, later).status == "active"


@pytest.mark.parametrize("edition", ["octava", "novena", "nada", ""])
def test_nobody_is_transferred_to_an_edition_that_is_not_offered(as_: As, cast: Cast, edition: str) -> None:
    answer = as_(cast.gabriela).post(at(cast.lucias, "traslado"), data={"edition": edition, "reason": WHY})
    assert answer.status_code == 422
    assert WHY in answer.text
    assert cast.lucias.status == "active"


def test_who_is_in_the_later_edition_already_is_not_transferred_into_it(as_: As, cast: Cast, later: Edition) -> None:
    factories.enrolment(cast.lucia, later, cast.canelones)
    answer = as_(cast.gabriela).post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY})
    assert answer.status_code == 422
    assert "is enrolled in edition 10 already" in answer.text
    assert cast.lucias.status == "active"


@pytest.mark.parametrize("verb", ["traslado", "relevo", "reincorporar"])
def test_what_is_over_stays_as_it_was(as_: As, cast: Cast, later: Edition, verb: str) -> None:
    if verb == "reincorporar":
        cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", NOW
    cast.edition.status = "closed"
    db.session.commit()
    before = cast.lucias.status
    answer = as_(cast.gabriela).post(at(cast.lucias, verb), data=colleague(edition="decima"))
    assert answer.status_code == 422
    assert "This edition is over" in answer.text
    assert cast.lucias.status == before
    assert kinds() == []


def test_boards_and_certificates_leave_out_who_was_transferred(as_: As, cast: Cast, later: Edition) -> None:
    client = as_(cast.gabriela)
    client.post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY})
    client.get(HERE)  # which says it
    assert "Lucía Ceibo" not in client.get("/ediciones/novena/tablero").text
    assert client.get("/ediciones/novena/certificados").status_code == 200
    found = standings(cast.edition, [cast.lucias])[cast.lucias.id]
    assert next(condition.key for condition in found.conditions if not condition.met) == "enrolment"
    page = client.get(f"/ediciones/novena/tablero/{cast.lucias.id}")
    assert "goes on in edition 10" in page.text


# --- another government


def test_a_change_of_government_keeps_what_was_done_and_the_person_works_there(as_: As, cast: Cast) -> None:
    work = factories.work(cast.assignment, cast.lucias)
    client = as_(cast.gabriela)
    data = {"local_government": cast.catamarca.id, "position": "Jefa", "leaves": "y", "reason": WHY}
    assert client.get(at(cast.lucias, "gobierno")).status_code == 200
    for _time in range(2):  # a double click
        assert client.post(at(cast.lucias, "gobierno"), data=data).status_code == 303
    assert (cast.lucias.local_government, work.enrolment) == (cast.catamarca, cast.lucias)
    jobs = db.session.scalars(select(Membership).where(Membership.user_id == cast.lucia.id).order_by(Membership.id))
    assert [(job.local_government_id, job.position, job.to_on) for job in jobs] == [
        (cast.canelones.id, jobs_position(cast), date(2026, 10, 20)),
        (cast.catamarca.id, "Jefa", None),
    ]
    assert kinds() == ["admissions/moved"]
    [change] = db.session.scalars(select(Change).where(Change.verb == "enrolment.government_changed"))
    assert change.before == {"local_government": cast.canelones.name}
    assert change.after["local_government"] == cast.catamarca.name
    page = client.get(at(cast.lucias)).text
    assert "Intendencia de Canelones" in page
    assert WHY in page


def jobs_position(cast: Cast) -> str:
    row = select(Membership.position).where(
        Membership.user_id == cast.lucia.id, Membership.local_government_id == cast.canelones.id
    )
    return db.session.scalars(row).one()


def test_a_wrong_government_is_corrected_after_the_end_too_for_the_certificate(as_: As, cast: Cast) -> None:
    cast.edition.status = "closed"
    db.session.commit()
    data = {"local_government": cast.catamarca.id, "position": "Jefa", "reason": WHY}
    assert as_(cast.gabriela).post(at(cast.lucias, "gobierno"), data=data).status_code == 303
    cast.edition.status = "archived"
    db.session.commit()
    data["local_government"] = cast.canelones.id
    assert as_(cast.gabriela).post(at(cast.lucias, "gobierno"), data=data).status_code == 422
    assert cast.lucias.local_government == cast.catamarca


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"position": ""}, {"local_government": "0"}])
def test_a_change_that_says_too_little_keeps_what_was_typed(as_: As, cast: Cast, wrong: dict[str, object]) -> None:
    data = {"local_government": cast.catamarca.id, "position": "Jefa de riesgo", "reason": "Pasó", **wrong}
    answer = as_(cast.gabriela).post(at(cast.lucias, "gobierno"), data=data)
    assert answer.status_code == 422
    assert "Jefa de riesgo" in answer.text or "Pasó" in answer.text
    assert cast.lucias.local_government == cast.canelones


def test_who_was_transferred_on_is_taken_back_step_by_step(as_: As, cast: Cast, later: Edition) -> None:
    last = factories.edition(
        "undecima", number=11, status="published", starts_on=date(2027, 9, 1), ends_on=date(2027, 12, 1)
    )
    factories.staff(cast.gabriela, last, "coordinator")
    client = as_(cast.gabriela)
    client.post(at(cast.lucias, "traslado"), data={"edition": "decima", "reason": WHY})
    middle = in_edition(cast.lucia, later)
    client.post(at(middle, "traslado"), data={"edition": "undecima", "reason": WHY})
    answer = client.post(at(cast.lucias, "reincorporar"), data={"reason": WHY})
    assert answer.status_code == 422
    assert "transferred on from edition 10" in answer.text
    assert cast.lucias.transferred_to == middle
    for back in (middle, cast.lucias):
        assert client.post(at(back, "reincorporar"), data={"reason": WHY}).status_code == 303
    active = db.session.scalars(select(Enrolment).where(Enrolment.user_id == cast.lucia.id)).all()
    assert [each.edition_id for each in active if each.active] == [cast.edition.id]


# --- hand-over


def test_a_hand_over_enrols_the_colleague_and_leaves_the_grades_where_they_are(as_: As, cast: Cast) -> None:
    factories.work(cast.assignment, cast.lucias, state="approved")
    client = as_(cast.gabriela)
    assert client.get(at(cast.lucias, "relevo")).status_code == 200
    assert client.post(at(cast.lucias, "relevo"), data=colleague(leaves="y")).status_code == 303
    ana = db.session.scalars(by_address("ana@example.org")).one()
    anas = in_edition(ana, cast.edition)
    assert (anas.status, anas.local_government, anas.succeeds) == ("active", cast.canelones, cast.lucias)
    assert (cast.lucias.status, cast.lucias.withdrawn_reason) == ("withdrawn", WHY)
    found = standings(cast.edition, [cast.lucias, anas])
    assert found[anas.id].record.states == {}
    assert found[cast.lucias.id].record.states == {cast.assignment.id: "done"}
    assert kinds() == ["admissions/took_over", "admissions/handed_over"]
    job = db.session.scalars(select(Membership).where(Membership.user_id == cast.lucia.id)).one()
    assert job.to_on == date(2026, 10, 20)
    assert f"{cast.gabriela.name} gave the person a colleague" in client.get(at(anas)).text
    for person in (cast.gabriela, cast.renata):
        assert "Ana Jacarandá" in as_(person).get(at(cast.lucias)).text
        assert "Lucía Ceibo" in as_(person).get(at(anas)).text
        assert "Ana Jacarandá" in as_(person).get(f"/ediciones/novena/tablero/{cast.lucias.id}").text
        assert "Lucía Ceibo" in as_(person).get(f"/ediciones/novena/tablero/{anas.id}").text


def test_a_hand_over_sent_twice_is_one(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    for _time in range(2):
        assert client.post(at(cast.lucias, "relevo"), data=colleague()).status_code == 303
    assert len(kinds()) == 2
    assert verbs(cast.lucias) == ["enrolment.handed_over"]


def test_a_colleague_who_takes_part_already_keeps_what_they_did(as_: As, cast: Cast) -> None:
    answer = as_(cast.gabriela).post(at(cast.lucias, "relevo"), data=colleague(email="martin@example.org"))
    assert answer.status_code == 303
    assert (cast.martins.succeeds, cast.martins.status, cast.lucias.status) == (cast.lucias, "active", "withdrawn")


def test_a_colleague_who_works_there_already_becomes_focal_point_where_that_is_said(as_: As, cast: Cast) -> None:
    [job] = cast.martin.memberships
    given = colleague(email="martin@example.org", focal_point="y")
    assert as_(cast.gabriela).post(at(cast.lucias, "relevo"), data=given).status_code == 303
    assert cast.martin.memberships == [job]
    assert job.focal_point
    assert job.position != given["position"], "the position is not typed anew"


def test_the_place_of_somebody_who_withdrew_can_be_handed_over(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    client.post(at(cast.lucias, "baja"), data={"reason": "Se fue"})
    assert client.post(at(cast.lucias, "relevo"), data=colleague()).status_code == 303
    assert cast.lucias.withdrawn_reason == "Se fue"
    assert cast.lucias.successor is not None


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("lucia@example.org", "That is the address of"),
        ("rocio@example.org", "takes part for another local government"),
        ("nadie", "Write an e-mail address"),
    ],
)
def test_a_place_passes_to_a_colleague_only(as_: As, cast: Cast, email: str, sentence: str) -> None:
    factories.enrolment(cast.rocio, cast.edition, cast.catamarca)
    answer = as_(cast.gabriela).post(at(cast.lucias, "relevo"), data=colleague(email=email))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Ana Jacarandá" in answer.text, "what was typed stays"
    assert cast.lucias.status == "active"
    assert kinds() == []


def test_a_place_passes_once_and_comes_back_only_when_the_successor_left(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    client.post(at(cast.lucias, "relevo"), data=colleague())
    other = client.post(at(cast.lucias, "relevo"), data=colleague(email="otra@example.org"))
    assert "has taken the place over already" in other.text
    back = client.post(at(cast.lucias, "reincorporar"), data={"reason": "Volvió"})
    assert back.status_code == 422
    assert "Withdraw Ana Jacarandá Ombú first" in back.text
    successor = cast.lucias.successor
    assert successor is not None
    client.post(at(successor, "baja"), data={"reason": "Un error"})
    assert client.post(at(cast.lucias, "reincorporar"), data={"reason": "Volvió"}).status_code == 303
    assert (cast.lucias.status, successor.succeeds_id) == ("active", None)


def test_ended_enrolments_are_changed_no_further(as_: As, cast: Cast, later: Edition) -> None:
    client = as_(cast.gabriela)
    client.post(at(cast.lucias, "baja"), data={"reason": "Se fue"})
    for verb, data in (
        ("traslado", {"edition": "decima", "reason": WHY}),
        ("gobierno", {"local_government": cast.catamarca.id, "position": "Jefa", "reason": WHY}),
    ):
        answer = client.post(at(cast.lucias, verb), data=data)
        assert answer.status_code == 422
        assert "Reinstate the person first" in answer.text


# --- the page of an enrolment


@pytest.mark.parametrize(
    ("who", "status"),
    [("lucia", 403), ("renata", 200), ("rocio", 404), ("thiago", 404), ("gabriela", 200), ("elena", 200)],
)
def test_who_reads_what_happened(as_: As, cast: Cast, who: str, status: int) -> None:
    client = as_(getattr(cast, who))
    assert client.get(at(cast.lucias)).status_code == status
    assert client.get(f"{HERE}/{cast.rocios.id}").status_code in {403, 404}


def test_a_tutor_reads_and_finds_nothing_to_change(as_: As, cast: Cast) -> None:
    page = as_(cast.renata).get(at(cast.lucias)).text
    assert "/baja" not in page
    assert "/traslado" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_with_ties_asks_the_same_for_one_and_for_three(as_: As, count_queries: Count, rows: int) -> None:
    edition, next_one = factories.edition("decima"), factories.edition("undecima", number=11)
    elena, place = factories.user("Elena", roles=("coordinator",)), factories.government("Municipio")
    for number in range(rows):
        gone = factories.enrolment(
            factories.user(f"Ceibo {number}"),
            edition,
            place,
            status="withdrawn",
            withdrawn_at=NOW,
            withdrawn_reason="x",
        )
        factories.enrolment(factories.user(f"Tala {number}"), edition, place, succeeds_id=gone.id)
        there = factories.enrolment(factories.user(f"Molle {number}"), next_one, place)
        factories.enrolment(
            there.user, edition, place, status="withdrawn", withdrawn_at=NOW, transferred_to_id=there.id
        )
    client = as_(elena)
    address = "/ediciones/decima/personas?estado=todas"
    client.get(address)
    with count_queries() as ran:
        page = client.get(address)
    assert page.text.count("The place passed to:") == page.text.count("Goes on in edition 11") == rows
    assert len(ran) == 8


def test_reinstating_begins_the_job_that_ended_again_unless_told_not_to(as_: As, cast: Cast) -> None:
    client, here = as_(cast.gabriela), at(cast.lucias, "reincorporar")
    client.post(at(cast.lucias, "relevo"), data=colleague(leaves="y"))
    successor = cast.lucias.successor
    assert successor is not None
    client.post(at(successor, "baja"), data={"reason": WHY})
    assert f"Works for {cast.canelones.name} again from today on" in client.get(here).text
    assert client.post(here, data={"reason": WHY, "returns": "y"}).status_code == 303
    db.session.expire_all()
    assert len([job for job in cast.lucia.memberships if job.to_on is None]) == 1
    assert len({job.position for job in cast.lucia.memberships}) == 1
    client.post(at(cast.lucias, "baja"), data={"reason": WHY})
    assert "again from today on" not in client.get(here).text, "the job goes on"


def test_a_job_that_is_not_to_begin_again_stays_ended(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    client.post(at(cast.lucias, "relevo"), data=colleague(leaves="y"))
    client.post(at(cast.lucias.successor, "baja"), data={"reason": WHY})
    assert client.post(at(cast.lucias, "reincorporar"), data={"reason": WHY}).status_code == 303
    assert [job for job in cast.lucia.memberships if job.to_on is None] == []
