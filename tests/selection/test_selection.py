"""From the ranking to the class: decisions, their publication, free places, answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.applications.models import Application
from escuela.calls.models import Call
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import Change, Membership, User
from escuela.selection import queries, services
from escuela.selection.models import (
    ACCEPTED,
    CONFIRMED,
    DECLINED,
    LAPSED,
    REJECTED,
    WAITLISTED,
    Decision,
    DecisionBatch,
)
from escuela.selection.queries import Filters
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
HERE = "/ediciones/novena/convocatoria/seleccion"
CLOSED = "2026-10-19 12:00 America/Montevideo"


@dataclass
class Scene:
    call: Call
    people: list[Application]
    """Ana (9), Bia (8, of Catamarca), Caio (7), Dora (5: her evaluators differ by 4)."""


@pytest.fixture
def scene(cast: Cast) -> Scene:
    call = factories.call(cast.edition, closes_at=factories.at(CLOSED))
    one, two = (factories.evaluator(who, call) for who in (cast.renata, cast.thiago))
    people = []
    for name, place, gender, points in (
        ("Ana Ceibo", cast.canelones, "woman", (9, 9)),
        ("Bia Ipê", cast.catamarca, "woman", (8, 8)),
        ("Caio Tala", cast.canelones, "man", (7, 7)),
        ("Dora Molle", cast.canelones, "other", (7, 3)),
    ):
        language = "pt" if name == "Bia Ipê" else "es"
        row = factories.application(call, place, name, gender=gender, language=language)
        for evaluator, value in zip((one, two), points, strict=True):
            factories.evaluation(row, evaluator, value, value)
        people.append(row)
    return Scene(call, people)


def tick(*rows: Application, seen: str = "") -> list[str]:
    return [f"{row.id}:{seen}" for row in rows]


def outcomes() -> dict[str, str]:
    rows = select(Application.name, Decision.outcome).join(Decision, Decision.application_id == Application.id)
    return {name.partition(" ")[0]: outcome for name, outcome in db.session.execute(rows)}


def published(scene: Scene, cast: Cast, *wanted: str) -> None:
    """Decide on each in order and publish."""
    for row, outcome in zip(scene.people, wanted, strict=True):
        services.decide(scene.call, [row.id], outcome, by=cast.gabriela)
    services.publish(scene.call, services.preview(scene.call).fingerprint, reject_rest=True, by=cast.gabriela)
    db.session.commit()


def mails(kind: str = "") -> list[Message]:
    rows = select(Message).where(Message.kind.startswith(f"selection/{kind}")).order_by(Message.id)
    return list(db.session.scalars(rows))


# --- the ranking


def test_the_ranking_tells_means_and_flags_disagreement(scene: Scene, cast: Cast, as_: As) -> None:
    lines = [queries.line(row) for row in db.session.execute(queries.ranked(scene.call))]
    assert [(each.application.name.partition(" ")[0], each.rank, each.mean, each.spread) for each in lines] == [
        ("Ana", 1, 900, 0),
        ("Bia", 2, 800, 0),
        ("Caio", 3, 700, 0),
        ("Dora", 4, 500, 400),
    ]
    page = as_(cast.gabriela).get(HERE).text
    assert "Differ by 4.0" in page
    assert '<p class="over"><span>Call closed:' in page, "one run of text, no columns of a narrow screen"
    assert page.index("Ana Ceibo") < page.index("Bia Ipê") < page.index("Dora Molle")


def test_what_was_corrected_after_it_was_scored_is_flagged(scene: Scene, cast: Cast, as_: As) -> None:
    hub = "/ediciones/novena/convocatoria/evaluadores"
    for page in (HERE, hub):
        assert "Corrected since" not in as_(cast.gabriela).get(page).text
    scene.people[1].submitted_at = NOW + timedelta(minutes=1)
    db.session.commit()
    lines = [queries.line(row) for row in db.session.execute(queries.ranked(scene.call))]
    assert [each.corrected for each in lines] == [False, True, False, False]
    assert as_(cast.gabriela).get(HERE).text.count("Corrected since") == 1
    assert as_(cast.gabriela).get(hub).text.count("Corrected since") == 2, "both had scored it"
    desk = as_(cast.renata).get(f"/ediciones/novena/evaluacion/{scene.people[1].id}").text
    assert "was corrected after you scored it" in desk


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("nombre=catamarca", {"Bia"}),
        ("nombre=dora", {"Dora"}),
        ("pais=AR", {"Bia"}),
        ("tamano=large", {"Ana", "Caio", "Dora"}),
        ("genero=woman", {"Ana", "Bia"}),
        ("diferencia=si", {"Dora"}),
        ("faltan=si", set()),
        ("decision=none", {"Ana", "Bia", "Caio", "Dora"}),
        ("decision=accepted", set()),
        ("pais=zz&orden=nada", {"Ana", "Bia", "Caio", "Dora"}),
    ],
)
def test_filters_narrow_the_list(query: str, shown: set[str], scene: Scene, cast: Cast, as_: As) -> None:
    page = as_(cast.gabriela).get(f"{HERE}?{query}").text
    names = {row.name.partition(" ")[0] for row in scene.people if f">{row.name}</a>" in page}
    assert names == shown


def test_what_is_searched_is_found_with_or_without_accents_also_where_it_is_proposed(
    scene: Scene, cast: Cast, as_: As
) -> None:
    given = {"proposed_name": "Municipalidad de Ñemby", "proposed_country": "PY", "proposed_band": "medium"}
    factories.application(scene.call, None, "Lorena Yvyrá", **given)
    for page in (HERE, "/ediciones/novena/convocatoria/postulaciones"):
        for words, shown in (("ñemby", True), ("NEMBY lorena", True), ("nembi", False), ("%25", False), ("_", False)):
            assert (">Lorena Yvyrá</a>" in as_(cast.gabriela).get(f"{page}?nombre={words}").text) is shown, words


def test_the_balance_counts_who_is_accepted_beside_who_applied(scene: Scene, cast: Cast) -> None:
    ana, _bia, caio, _dora = scene.people
    services.decide(scene.call, [ana.id, caio.id], ACCEPTED, by=cast.gabriela)
    found = queries.balance(scene.call)
    assert (found.applied, found.accepted, found.undecided) == (4, 2, 2)
    assert (found.country["UY"].applied, found.country["UY"].accepted) == (3, 2)
    assert (found.country["AR"].applied, found.country["AR"].accepted) == (1, 0)
    assert (found.gender["woman"].accepted, found.gender["man"].accepted) == (1, 1)
    assert found.crowded == [("Intendencia de Canelones", 2)]


def test_a_spreadsheet_runs_nothing_of_what_applicants_wrote(scene: Scene, cast: Cast, as_: As) -> None:
    scene.people[0].name = '=HYPERLINK("https://example.org")'
    db.session.commit()
    text = as_(cast.gabriela).get(f"{HERE}/csv").text
    assert "'=HYPERLINK" in text
    assert text.splitlines()[0].startswith("\ufeffRank,")


# --- deciding


def test_several_are_decided_at_once_and_undone_at_once(scene: Scene, cast: Cast, as_: As) -> None:
    ana, bia, caio, dora = scene.people
    client = as_(cast.gabriela)
    client.post(f"{HERE}/decidir", data={"application": tick(ana, bia), "outcome": ACCEPTED})
    client.post(f"{HERE}/decidir", data={"application": tick(dora, caio), "outcome": WAITLISTED})
    assert outcomes() == {"Ana": ACCEPTED, "Bia": ACCEPTED, "Caio": WAITLISTED, "Dora": WAITLISTED}
    assert [row.application.name for row in db.session.scalars(queries.waiting(scene.call))] == [
        "Caio Tala",
        "Dora Molle",
    ], "in the order of the ranking, however they were ticked"
    batch = db.session.scalars(queries.last_batch(scene.call)).one()
    for _ in range(2):
        assert client.post(f"{HERE}/deshacer/{batch.id}").status_code == 303
    assert outcomes() == {"Ana": ACCEPTED, "Bia": ACCEPTED}
    lines = db.session.scalars(select(Change).where(Change.within == f"call:{scene.call.id}")).all()
    assert sorted(line.verb for line in lines) == ["decision.made"] * 4 + ["decision.undone"] * 2
    made = next(line for line in lines if line.subject == f"application:{ana.id}")
    assert (made.before, made.after, made.by_id) == ({"outcome": ""}, {"outcome": ACCEPTED}, cast.gabriela.id)
    history = client.get("/ediciones/novena/convocatoria/historia").text
    assert f"{cast.gabriela.name} undid a decision: {caio.name}, {caio.reference}" in history


def test_all_that_the_filters_match_are_decided_in_one_go(scene: Scene, cast: Cast, as_: As) -> None:
    data = {"which": "all", "outcome": REJECTED, "genero": "woman"}
    assert as_(cast.gabriela).post(f"{HERE}/decidir", data=data).location.endswith("page=1&genero=woman")
    assert outcomes() == {"Ana": REJECTED, "Bia": REJECTED}


def test_what_somebody_else_decided_meanwhile_is_not_written_over(scene: Scene, cast: Cast, as_: As) -> None:
    ana = scene.people[0]
    as_(cast.elena).post(f"{HERE}/decidir", data={"application": tick(ana), "outcome": ACCEPTED})
    refused = as_(cast.gabriela).post(f"{HERE}/decidir", data={"application": tick(ana), "outcome": REJECTED})
    assert refused.status_code == 409
    assert "Ana Ceibo" in refused.text
    assert outcomes() == {"Ana": ACCEPTED}
    again = {"application": tick(ana, seen=ACCEPTED), "outcome": REJECTED}
    assert as_(cast.gabriela).post(f"{HERE}/decidir", data=again).status_code == 303
    assert outcomes() == {"Ana": REJECTED}


def test_a_batch_that_was_decided_over_is_not_undone(scene: Scene, cast: Cast, as_: As) -> None:
    ana = scene.people[0]
    first = services.decide(scene.call, [ana.id], ACCEPTED, by=cast.gabriela)
    services.decide(scene.call, [ana.id], REJECTED, by=cast.elena)
    db.session.commit()
    assert first is not None
    assert as_(cast.gabriela).post(f"{HERE}/deshacer/{first.id}").status_code == 409
    assert outcomes() == {"Ana": REJECTED}


def test_nothing_is_decided_while_the_call_is_open(scene: Scene, cast: Cast, as_: As) -> None:
    scene.call.closes_at = factories.at("2026-10-25 12:00 America/Montevideo")
    db.session.commit()
    data = {"application": tick(scene.people[0]), "outcome": ACCEPTED}
    assert as_(cast.gabriela).post(f"{HERE}/decidir", data=data).status_code == 409
    assert outcomes() == {}


def test_applications_of_another_call_are_left_alone(scene: Scene, cast: Cast, as_: As) -> None:
    other = factories.application(factories.call(cast.other, closes_at=factories.at(CLOSED)), cast.canelones)
    data = {"application": [*tick(scene.people[0]), *tick(other)], "outcome": ACCEPTED}
    as_(cast.gabriela).post(f"{HERE}/decidir", data=data)
    assert db.session.get(Decision, other.id) is None


def test_a_bulk_decision_costs_the_same_for_three_and_for_sixty(
    scene: Scene, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.gabriela), []
    for number in (3, 60):
        rows = [factories.application(scene.call, cast.canelones) for _ in range(number)]
        ticked = tick(*rows)
        with count_queries() as ran:
            answer = client.post(f"{HERE}/decidir", data={"application": ticked, "outcome": ACCEPTED})
        assert answer.status_code == 303
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_the_screen_takes_at_most_twelve_queries(
    scene: Scene, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.gabriela), []
    for _ in range(2):
        with count_queries() as ran:
            assert client.get(HERE).status_code == 200
        counts.append(len(ran))
        for _each in range(20):
            factories.application(scene.call, cast.catamarca)
        services.decide(scene.call, queries.ids(scene.call, Filters()), ACCEPTED, by=cast.gabriela)
        db.session.commit()
    assert max(counts) <= 12, ran
    assert counts[1] - counts[0] <= 1, "of which one reads what can be undone"


def test_the_waiting_list_is_put_in_order(scene: Scene, cast: Cast, as_: As) -> None:
    _ana, bia, caio, dora = scene.people
    services.decide(scene.call, [bia.id, caio.id, dora.id], WAITLISTED, by=cast.gabriela)
    db.session.commit()
    client = as_(cast.gabriela)
    client.post(f"{HERE}/espera/{dora.id}", data={"place": "up"})
    client.post(f"{HERE}/espera/{bia.id}", data={"place": "up"})
    names = [row.application.name for row in db.session.scalars(queries.waiting(scene.call))]
    assert names == ["Bia Ipê", "Dora Molle", "Caio Tala"]
    assert client.post(f"{HERE}/espera/{bia.id}", data={"place": "sideways"}).status_code == 400


@pytest.mark.parametrize("who", ["renata", "lucia", "rocio", "thiago"])
def test_only_who_coordinates_sees_and_decides(who: str, scene: Scene, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who))
    ana = scene.people[0]
    for path in ("", "/csv", "/espera", "/publicar", f"/ofrecer/{ana.id}", f"/respuesta/{ana.id}"):
        assert client.get(f"{HERE}{path}").status_code == 404, path
    for path in ("/decidir", "/deshacer/1", f"/espera/{ana.id}", "/publicar", f"/ofrecer/{ana.id}"):
        assert client.post(f"{HERE}{path}", data={"outcome": ACCEPTED}).status_code == 404, path


# --- publishing


def test_everybody_is_told_once_in_their_language_after_a_look_at_the_mails(scene: Scene, cast: Cast, as_: As) -> None:
    ana, bia, _caio, _dora = scene.people
    services.decide(scene.call, [ana.id, bia.id], ACCEPTED, by=cast.gabriela)
    db.session.commit()
    assert mails() == []
    client = as_(cast.gabriela)
    page = client.get(f"{HERE}/publicar").text
    assert "4 mails will go out" in page
    seen = page.split('name="fingerprint" value="')[1].split('"')[0]
    assert client.post(f"{HERE}/publicar", data={"fingerprint": seen}).status_code == 409, "two are undecided"
    for _ in range(2):
        answer = client.post(f"{HERE}/publicar", data={"fingerprint": seen, "rest": "reject"})
        assert answer.status_code == 303
    assert [(mail.address, mail.kind, mail.language) for mail in mails()] == [
        (ana.email, "selection/accepted", "es"),
        (bia.email, "selection/accepted", "pt"),
        (scene.people[2].email, "selection/rejected", "es"),
        (scene.people[3].email, "selection/rejected", "es"),
    ]
    assert scene.call.reply_by_at == factories.at("2026-10-27 23:59 America/Montevideo")
    assert outcomes()["Caio"] == REJECTED
    assert services.decide is not None
    again = client.post(f"{HERE}/decidir", data={"application": tick(ana, seen=ACCEPTED), "outcome": REJECTED})
    assert again.status_code == 409, "what was published stays"


def test_what_the_undecided_will_read_is_looked_at_too(scene: Scene, cast: Cast, as_: As) -> None:
    ana, bia, *_rest = scene.people
    services.decide(scene.call, [ana.id], ACCEPTED, by=cast.gabriela)
    db.session.commit()
    assert set(services.preview(scene.call).samples) == {(ACCEPTED, "es"), (REJECTED, "es"), (REJECTED, "pt")}
    page = as_(cast.gabriela).get(f"{HERE}/publicar").text
    assert "O resultado da sua candidatura" in page
    assert bia.name in page


def test_mails_of_the_result_tell_the_instant_in_both_zones_and_why_they_come(
    scene: Scene, cast: Cast, as_: As
) -> None:
    scene.people[0].zone = "America/Bogota"
    published(scene, cast, ACCEPTED, WAITLISTED, REJECTED, REJECTED)
    accepted = mails("accepted")[0]
    for text in (accepted.text, accepted.html):
        assert "martes 27 de octubre, 23:59, hora de Montevideo" in text
        assert "martes 27 de octubre, 21:59, hora de Bogotá" in text
    assert {"participa de la Escuela" in mail.text for mail in mails()} == {False}
    [link] = [line for line in accepted.text.splitlines() if "/convocatorias/respuesta/" in line]
    assert link.endswith(services.token_of(scene.people[0])), "nothing runs into the link"


def test_a_change_after_the_look_asks_for_another_look(scene: Scene, cast: Cast, as_: As) -> None:
    services.decide(scene.call, [each.id for each in scene.people], ACCEPTED, by=cast.gabriela)
    seen = services.preview(scene.call).fingerprint
    services.decide(scene.call, [scene.people[0].id], WAITLISTED, by=cast.elena)
    db.session.commit()
    answer = as_(cast.gabriela).post(f"{HERE}/publicar", data={"fingerprint": seen})
    assert answer.status_code == 409
    assert "Look at them again" in answer.text
    assert mails() == []


def test_another_order_of_the_waiting_list_asks_for_another_look(scene: Scene, cast: Cast) -> None:
    services.decide(scene.call, [each.id for each in scene.people], WAITLISTED, by=cast.gabriela)
    seen = services.preview(scene.call).fingerprint
    assert services.preview(scene.call).fingerprint == seen
    services.move(db.session.get_one(Decision, scene.people[1].id), -1, by=cast.elena)
    assert services.preview(scene.call).fingerprint != seen


def test_somebody_of_a_government_that_nobody_confirmed_holds_the_publication_back(
    scene: Scene, cast: Cast, as_: As
) -> None:
    proposed = {"proposed_name": "Encarnación", "proposed_country": "PY", "proposed_band": "medium"}
    row = factories.application(scene.call, None, "Eva Tala", **proposed)
    services.decide(scene.call, [row.id], ACCEPTED, by=cast.gabriela)
    db.session.commit()
    seen = services.preview(scene.call).fingerprint
    answer = as_(cast.gabriela).post(f"{HERE}/publicar", data={"fingerprint": seen, "rest": "reject"})
    assert answer.status_code == 409
    assert "Encarnación" in answer.text
    assert scene.call.announced_at is None


# --- answers and free places


def link_of(row: Application) -> str:
    return f"/convocatorias/respuesta/{services.token_of(row)}"


def test_before_the_result_is_published_a_link_opens_nothing(scene: Scene, cast: Cast, as_: As) -> None:
    services.decide(scene.call, [scene.people[0].id], ACCEPTED, by=cast.gabriela)
    db.session.commit()
    assert as_(None).get(link_of(scene.people[0])).status_code == 404
    assert as_(None).get("/convocatorias/respuesta/inventado").status_code == 404


def test_the_accepted_become_participants_without_typing_anything_again(scene: Scene, cast: Cast, as_: As) -> None:
    bia = scene.people[1]
    published(scene, cast, REJECTED, ACCEPTED, WAITLISTED, REJECTED)
    client = as_(None)
    assert "Yes, I take the place" in client.get(link_of(bia)).text
    assert db.session.scalar(select(func.count(Enrolment.id)).where(Enrolment.edition_id == cast.edition.id)) == 2
    for _ in range(2):
        assert client.post(link_of(bia), data={"reply": CONFIRMED}).status_code == 303
    assert "Your place is confirmed" in client.get(link_of(bia)).text
    user = db.session.scalars(select(User).where(User.email == bia.email)).one()
    assert (user.name, user.language) == ("Bia Ipê", "pt")
    [enrolment] = db.session.scalars(select(Enrolment).where(Enrolment.user_id == user.id)).all()
    assert (enrolment.edition_id, enrolment.local_government_id) == (cast.edition.id, cast.catamarca.id)
    [membership] = db.session.scalars(select(Membership).where(Membership.user_id == user.id)).all()
    assert membership.position == "Directora de ambiente"
    told = db.session.scalars(select(Message).where(Message.address == bia.email).order_by(Message.id)).all()
    assert [each.kind for each in told] == ["selection/accepted", "admissions/enrolled"]
    assert client.post(link_of(bia), data={"reply": DECLINED}).status_code == 409


def test_a_place_that_is_declined_goes_to_the_next_in_two_clicks(scene: Scene, cast: Cast, as_: As) -> None:
    ana, _bia, caio, _dora = scene.people
    published(scene, cast, ACCEPTED, ACCEPTED, WAITLISTED, REJECTED)
    assert services.free(scene.call) == 0
    coordinator = as_(cast.gabriela)
    assert coordinator.post(f"{HERE}/ofrecer/{caio.id}").status_code == 409, "no place is free"
    as_(None).post(link_of(ana), data={"reply": DECLINED, "reason": "Cambio de área"})
    coordinator = as_(cast.gabriela)
    board = coordinator.get(HERE).text
    assert "1 place is free" in board
    offer = f"{HERE}/ofrecer/{caio.id}"
    assert offer in board
    shown = coordinator.get(offer).text
    assert "Caio Tala" in shown
    assert "/convocatorias/respuesta/" in shown, "the mail as it will go out"
    for _ in range(2):
        assert coordinator.post(offer).status_code == 303
    assert [mail.address for mail in mails("accepted")].count(caio.email) == 1
    assert as_(None).post(link_of(caio), data={"reply": CONFIRMED}).status_code == 303
    assert services.free(scene.call) == 0
    verbs = [line.verb for line in db.session.scalars(select(Change).where(Change.subject == f"application:{caio.id}"))]
    assert verbs == ["decision.made", "decision.offered", "reply.given"]


def test_who_waits_no_longer_leaves_the_list_and_the_next_moves_up(scene: Scene, cast: Cast, as_: As) -> None:
    ana, bia, caio, dora = scene.people
    services.decide(scene.call, [bia.id], WAITLISTED, by=cast.gabriela)
    db.session.commit()
    assert as_(None).post(link_of(bia), data={"reply": "leave"}).status_code == 404, "nothing is published"
    assert as_(cast.gabriela).post(f"{HERE}/espera/{bia.id}/quitar", data={"reason": "Llamó"}).status_code == 409
    published(scene, cast, ACCEPTED, WAITLISTED, WAITLISTED, WAITLISTED)
    assert {
        "/convocatorias/respuesta/" in text for text in (mails("waitlisted")[0].text, mails("waitlisted")[0].html)
    } == {True}
    assert as_(None).post(link_of(ana), data={"reply": "leave"}).status_code == 409, "has a place"
    client = as_(None)
    assert "Leave the waiting list" in client.get(link_of(bia)).text
    for _ in range(2):
        assert client.post(link_of(bia), data={"reply": "leave", "reason": "Otro curso"}).status_code == 303
    assert "You are no longer on the waiting list" in client.get(link_of(bia)).text
    assert client.post(link_of(bia), data={"reply": CONFIRMED}).status_code == 409
    remove, coordinator = f"{HERE}/espera/{caio.id}/quitar", as_(cast.gabriela)
    assert "Take Caio Tala off the waiting list" in coordinator.get(remove).text
    assert coordinator.post(remove, data={"reason": ""}).status_code == 422
    for _ in range(2):
        assert coordinator.post(remove, data={"reason": "Dejó la intendencia"}).status_code == 303
    assert [row.application_id for row in db.session.scalars(queries.waiting(scene.call))] == [dora.id]
    page = coordinator.get(f"{HERE}/espera").text
    assert page.index("Dora Molle") < page.index("No longer in the list") < page.index("Bia Ipê")
    services.decline(db.session.get_one(Decision, ana.id))
    db.session.commit()
    assert coordinator.post(f"{HERE}/ofrecer/{bia.id}").status_code == 409
    board = coordinator.get(HERE).text
    assert "Next in the waiting list: Dora Molle." in board
    assert "Taken off the list" in board
    lines = db.session.scalars(select(Change).where(Change.verb.startswith("waiting."))).all()
    assert [(line.verb, line.by_name, line.reason, line.before) for line in lines] == [
        ("waiting.left", bia.email, "Otro curso", {"place": 1}),
        ("waiting.removed", cast.gabriela.name, "Dejó la intendencia", {"place": 2}),
    ]


def test_the_page_of_an_applicant_leads_to_the_result_once_it_is_published(scene: Scene, cast: Cast, as_: As) -> None:
    row = factories.application(scene.call, cast.canelones, cast.lucia.name, email=cast.lucia.email, user=cast.lucia)
    services.decide(scene.call, [row.id], WAITLISTED, by=cast.gabriela)
    db.session.commit()
    page = "/convocatorias/novena/mi-postulacion"
    before = as_(cast.lucia).get(page)
    assert before.status_code == 200
    assert "/convocatorias/respuesta/" not in before.text
    services.publish(scene.call, services.preview(scene.call).fingerprint, reject_rest=True, by=cast.gabriela)
    db.session.commit()
    assert "/convocatorias/respuesta/" in as_(cast.lucia).get(page).text


def test_who_does_not_answer_in_time_loses_the_place_and_may_get_more_time(scene: Scene, cast: Cast, as_: As) -> None:
    ana = scene.people[0]
    published(scene, cast, ACCEPTED, REJECTED, REJECTED, REJECTED)
    with clock.stopped(NOW + timedelta(days=9)):
        assert as_(None).post(link_of(ana), data={"reply": CONFIRMED}).status_code == 409
        assert services.lapse_replies() == 1
        assert services.lapse_replies() == 0
        db.session.commit()
        assert db.session.get_one(Decision, ana.id).reply == LAPSED
        more = {"more": "yes", "more-until": "2026-11-05T12:00", "more-reason": "Estuvo de licencia"}
        assert as_(cast.gabriela).post(f"{HERE}/respuesta/{ana.id}", data=more).status_code == 303
        assert as_(None).post(link_of(ana), data={"reply": CONFIRMED}).status_code == 303
    assert db.session.get_one(Decision, ana.id).reply == CONFIRMED


def test_who_has_not_answered_is_reminded_once_two_days_before_the_date(scene: Scene, cast: Cast) -> None:
    ana, bia, caio, _dora = scene.people
    bia.zone = "America/Bogota"
    published(scene, cast, ACCEPTED, ACCEPTED, ACCEPTED, WAITLISTED)
    services.confirm(db.session.get_one(Decision, ana.id))
    services.decline(db.session.get_one(Decision, caio.id))
    until = scene.call.reply_by_at
    assert until is not None
    with clock.stopped(until - timedelta(days=2, minutes=1)):
        assert services.remind_replies() == 0
    with clock.stopped(until - timedelta(days=2)):
        assert services.remind_replies() == 1
        assert services.remind_replies() == 0
    with clock.stopped(until + timedelta(minutes=1)):
        assert services.remind_replies() == 0
    [mail] = mails("reminder")
    assert (mail.address, mail.language) == (bia.email, "pt")
    for text in (mail.text, mail.html):
        assert "27 de outubro" in text
        assert "23h59" in text.replace(":", "h")
        assert "21h59" in text.replace(":", "h")
        assert "/convocatorias/respuesta/" in text


def test_a_place_offered_yesterday_is_not_reminded_of_on_the_same_day(scene: Scene, cast: Cast) -> None:
    scene.call.reply_days = 1
    published(scene, cast, ACCEPTED, REJECTED, REJECTED, REJECTED)
    with clock.stopped(NOW + timedelta(hours=20)):
        assert services.remind_replies() == 0


def test_who_loses_a_place_and_who_coordinates_are_told_once(scene: Scene, cast: Cast) -> None:
    ana, bia, _caio, dora = scene.people
    bia.zone = "America/Bogota"
    published(scene, cast, REJECTED, ACCEPTED, REJECTED, WAITLISTED)
    with clock.stopped(NOW + timedelta(days=9)):
        for _ in range(2):
            services.lapse_replies()
            db.session.commit()
    told, desk = mails("lapsed")
    assert (told.address, told.kind, told.language) == (bia.email, "selection/lapsed", "pt")
    assert "23h59" in told.text.replace(":", "h")
    assert "21h59" in told.text.replace(":", "h")
    assert (desk.address, desk.kind, desk.language) == (cast.gabriela.email, "selection/lapsed_desk", "en")
    assert "Bia Ipê, of Municipalidad de San Fernando del Valle de Catamarca, did not answer" in desk.text
    assert f"Next in the waiting list: {dora.name}." in desk.text
    assert ana.name not in desk.text


def test_where_nobody_coordinates_the_edition_who_coordinates_all_is_told(scene: Scene, cast: Cast) -> None:
    assert list(db.session.scalars(queries.coordinators(scene.call))) == [cast.gabriela]
    row = next(each for each in cast.edition.staff if each.user_id == cast.gabriela.id)
    db.session.delete(row)
    db.session.commit()
    assert list(db.session.scalars(queries.coordinators(scene.call))) == [cast.elena]


def test_who_coordinates_answers_for_somebody_who_called_with_how_they_know(scene: Scene, cast: Cast, as_: As) -> None:
    ana = scene.people[0]
    published(scene, cast, ACCEPTED, REJECTED, REJECTED, REJECTED)
    path, typed = f"{HERE}/respuesta/{ana.id}", {"answer": "yes", "answer-reply": CONFIRMED}
    assert as_(cast.gabriela).post(path, data=typed).status_code == 422
    assert as_(cast.gabriela).post(path, data=typed | {"answer-reason": "Llamó el martes"}).status_code == 303
    line = db.session.scalars(select(Change).where(Change.verb == "reply.given")).one()
    assert (line.by_id, line.reason, line.after) == (cast.gabriela.id, "Llamó el martes", {"reply": CONFIRMED})
    line = db.session.scalars(select(Change).where(Change.verb.startswith("enrolment."))).one()
    assert (line.verb, line.by_id) == ("enrolment.enrolled", cast.gabriela.id)


def test_who_takes_the_place_that_was_offered_is_in_the_history_of_the_enrolment(
    scene: Scene, cast: Cast, as_: As
) -> None:
    ana = scene.people[0]
    published(scene, cast, ACCEPTED, REJECTED, REJECTED, REJECTED)
    assert as_(None).post(link_of(ana), data={"reply": CONFIRMED}).status_code == 303
    enrolment = db.session.get_one(Decision, ana.id).enrolment
    assert enrolment is not None
    line = db.session.scalars(select(Change).where(Change.subject == f"enrolment:{enrolment.id}")).one()
    assert (line.verb, line.by_id) == ("enrolment.confirmed", enrolment.user_id)
    page = as_(cast.gabriela).get(f"/ediciones/novena/personas/{enrolment.id}").text
    assert "took the place that was offered" in page
    assert "enrolled the person" not in page


def test_somebody_who_was_enrolled_by_hand_meanwhile_keeps_that_enrolment(scene: Scene, cast: Cast, as_: As) -> None:
    row = factories.application(scene.call, cast.canelones, cast.lucia.name, email=cast.lucia.email)
    services.decide(scene.call, [row.id], ACCEPTED, by=cast.gabriela)
    services.publish(scene.call, services.preview(scene.call).fingerprint, reject_rest=True, by=cast.gabriela)
    db.session.commit()
    assert as_(None).post(link_of(row), data={"reply": CONFIRMED}).status_code == 303
    assert db.session.get_one(Decision, row.id).enrolment_id == cast.lucias.id


def test_batches_name_whose_they_are(scene: Scene, cast: Cast) -> None:
    batch: Any = services.decide(scene.call, [scene.people[0].id], ACCEPTED, by=cast.gabriela)
    db.session.commit()
    kept = db.session.get_one(DecisionBatch, batch.id)
    assert (kept.made_by_id, kept.before, kept.after) == (
        cast.gabriela.id,
        {str(scene.people[0].id): None},
        {str(scene.people[0].id): [ACCEPTED, None]},
    )
