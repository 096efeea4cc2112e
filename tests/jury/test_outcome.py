"""The ranking, disagreements, the end of scoring, awards: recorded, announced once, revoked and never deleted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.assessments.assignments.models import Submission
from escuela.extensions import db
from escuela.jury import queries
from escuela.jury.models import Award, JuryDecision, Scoresheet
from escuela.messages.models import Message
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client
from tests.jury.conftest import Scene

As = Callable[[User | None], Client]
HOME = "/ediciones/novena/jurado"
AWARD = {"kind": "technical_visit", "reason": "Acciones que empiezan este año."}


@pytest.fixture
def scored(scene: Scene) -> Scene:
    """Both works scored by both: Canelones 8.00 with the jurors apart by 4.00, Catamarca 7.00 and agreed."""
    for who, own, other in ((scene.first, 10, 7), (scene.second, 6, 7)):
        factories.scoresheet(scene.work, who, own, own, own)
        factories.scoresheet(scene.other, who, other, other, other)
    return scene


@pytest.fixture
def closed(scored: Scene) -> Scene:
    scored.jury.gap, scored.jury.closed_at = 500, clock.now()
    db.session.commit()
    return scored


def page_of(scene: Scene) -> str:
    return f"{HOME}/trabajos/{scene.work.id}"


def mails(kind: str) -> list[Message]:
    return list(db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.address)))


# --- the ranking


def test_the_ranking_states_mean_spread_disagreement_and_how_they_come_about(
    scored: Scene, cast: Cast, as_: As
) -> None:
    page = as_(cast.gabriela).get(HOME).text
    assert "2 of 2 works scored" in page
    assert "Differ by 4.0" in page
    assert "The jurors disagree on 1 work" in page
    assert "r = max(t) − min(t)" in page
    assert page.index(cast.lucia.name, page.index("<tbody>")) < page.index(cast.rocio.name, page.index("<tbody>"))


def test_ties_are_stated(scored: Scene, cast: Cast, as_: As) -> None:
    work = factories.work(cast.assignment, cast.martins)
    for who in (scored.first, scored.second):
        factories.scoresheet(work, who, 7, 7, 7)
    assert as_(cast.gabriela).get(HOME).text.count("tied with 1") == 2


def test_a_spreadsheet_has_the_whole_ranking_and_runs_nothing(scored: Scene, cast: Cast, as_: As) -> None:
    cast.rocio.name = "=CMD()"
    db.session.commit()
    answer = as_(cast.gabriela).get(f"{HOME}/csv")
    assert answer.mimetype == "text/csv"
    heads, first, second = answer.text.lstrip("\ufeff").splitlines()
    assert heads.startswith("Place,Tied with,Participant,Local government,Country,Score,Mean,Spread,Disagreement")
    assert first == "1,,Lucía Ceibo Coronilla,Intendencia de Canelones,Uruguay,8,8,4,Yes,,2,,"
    assert "'=CMD()" in second


def test_the_ranking_takes_at_most_12_queries_whatever_it_holds(
    scored: Scene, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.gabriela), []
    for _ in range(2):
        for path in (HOME, page_of(scored), f"{HOME}/csv"):
            client.get(path)
            with count_queries() as ran:
                assert client.get(path).status_code == 200
            counts.append(len(ran))
        for number in range(2):
            person = factories.user(f"Ana Lenga {number}")
            work = factories.work(cast.assignment, factories.enrolment(person, cast.edition, cast.catamarca))
            for who in (scored.first, scored.second):
                factories.scoresheet(work, who, 4, 5, 6)
            factories.award(work, scored.jury)
    assert counts[:3] == counts[3:]
    assert counts[0] <= 12, counts


# --- disagreements


def test_a_disagreement_is_decided_with_a_reason_and_counts(scored: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    assert "The jurors disagree: 4.0" in client.get(page_of(scored)).text
    for final, reason in (("", "x"), ("10.5", "x"), ("sNaN", "x"), ("Infinity", "x"), ("8", "")):
        wrong = {"final": final, "reason": reason}
        assert client.post(f"{page_of(scored)}/decidir", data=wrong).status_code == 422
    decided = {"final": "6,75", "reason": "El presupuesto no está asegurado."}
    for _ in range(2):
        assert client.post(f"{page_of(scored)}/decidir", data=decided).status_code == 303
    row = db.session.scalars(select(JuryDecision)).one()
    assert (row.final, row.decided_by_id) == (675, cast.gabriela.id)
    page = client.get(HOME).text
    assert "Differ by 4.0, decided" in page
    assert "decided; mean 8.0" in page
    assert page.index(cast.rocio.name, page.index("<tbody>")) < page.index(cast.lucia.name, page.index("<tbody>"))
    line = db.session.scalars(select(Change).where(Change.verb == "disagreement.decided")).first()
    assert (line.after["final"], line.reason) == (6.75, "El presupuesto no está asegurado.")
    assert "El presupuesto no está asegurado." in client.get(f"{HOME}/historia").text


def test_who_coordinates_and_takes_part_decides_nothing_on_their_own_work(scored: Scene, cast: Cast, as_: As) -> None:
    factories.staff(cast.lucia, cast.edition, "coordinator")
    lucia, sheet = as_(cast.lucia), db.session.scalars(select(Scoresheet)).first()
    own = f"{HOME}/trabajos/{scored.work.id}"
    sent = {"final": "10", "reason": "Es el mejor.", "kind": "exchange"}
    answers = [lucia.get(own), lucia.post(f"{own}/decidir", data=sent), lucia.post(f"{own}/premiar", data=sent)]
    answers.append(lucia.post(f"{HOME}/planillas/{sheet.id}/apartar", data=sent))
    assert [each.status_code for each in answers] == [403] * 4
    assert lucia.get(f"{HOME}/trabajos/{scored.other.id}").status_code == 200


def test_a_decision_is_taken_back_with_a_reason(scored: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    assert client.get(f"{page_of(scored)}/reconsiderar").status_code == 404
    client.post(f"{page_of(scored)}/decidir", data={"final": "9", "reason": "Lo vimos juntos."})
    assert client.get(f"{page_of(scored)}/reconsiderar").status_code == 200
    assert client.post(f"{page_of(scored)}/reconsiderar", data={"reason": ""}).status_code == 422
    assert client.post(f"{page_of(scored)}/reconsiderar", data={"reason": "Falta leer el anexo"}).status_code == 303
    assert db.session.scalars(select(JuryDecision)).all() == []
    line = db.session.scalars(select(Change).where(Change.verb == "disagreement.open")).one()
    assert (line.before["final"], line.before["why"]) == (9.0, "Lo vimos juntos.")


def test_nothing_is_decided_where_the_jurors_agree_or_lack(scored: Scene, cast: Cast, as_: As) -> None:
    client, decided = as_(cast.gabriela), {"final": "9", "reason": "Me gusta más."}
    assert client.post(f"{HOME}/trabajos/{scored.other.id}/decidir", data=decided).status_code == 422
    factories.scoresheet(scored.work, factories.juror(cast.thiago, scored.jury))
    refused = client.post(f"{page_of(scored)}/decidir", data=decided)
    assert refused.status_code == 422
    assert "Not everybody has given their scores" in refused.text


def test_a_juror_more_is_assigned_only_before_a_decision(scored: Scene, cast: Cast, as_: As) -> None:
    third = factories.juror(cast.thiago, scored.jury)
    client = as_(cast.gabriela)
    client.post(f"{page_of(scored)}/decidir", data={"final": "9", "reason": "Lo vimos juntos."})
    refused = client.post(f"{HOME}/integrantes/asignar", data={"juror": third.id, "work": scored.work.id})
    assert refused.status_code == 409
    assert "Take the decision back first" in refused.text


# --- the end of scoring


def test_scoring_closes_only_without_open_disagreements_own_scores_and_unseen_gaps(
    scored: Scene, cast: Cast, as_: As
) -> None:
    client = as_(cast.gabriela)
    refused = client.post(f"{HOME}/cerrar")
    assert refused.status_code == 409
    assert "disagree on 1 work" in refused.text
    client.post(f"{page_of(scored)}/decidir", data={"final": "9", "reason": "Lo vimos juntos."})
    factories.work(cast.assignment, cast.martins)
    refused = client.post(f"{HOME}/cerrar")
    assert "1 work lacks scores" in refused.text
    membership = factories.membership(scored.alba, cast.catamarca)
    refused = client.post(f"{HOME}/cerrar", data={"rest": "out"})
    assert "scores of somebody of its own local government" in refused.text
    assert "Scores that must not count" in refused.text
    db.session.delete(membership)
    db.session.commit()
    for _ in range(2):
        assert client.post(f"{HOME}/cerrar", data={"rest": "out"}).status_code == 303
    assert scored.jury.closed_at == clock.now()
    line = db.session.scalars(select(Change).where(Change.verb == "jury.closed")).one()
    assert line.after == {"works": 2, "left_out": 1}


def test_a_jury_without_scores_does_not_close(scene: Scene, cast: Cast, as_: As) -> None:
    refused = as_(cast.gabriela).post(f"{HOME}/cerrar", data={"rest": "out"})
    assert refused.status_code == 409
    assert "No work has all its scores yet." in refused.text


def test_scoring_opens_again_with_a_reason_until_works_are_awarded(closed: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    assert client.post(f"{HOME}/reabrir", data={"reason": ""}).status_code == 422
    award = factories.award(closed.work, closed.jury)
    refused = client.post(f"{HOME}/reabrir", data={"reason": "Un error"})
    assert refused.status_code == 422
    assert "revoke the awards first" in refused.text
    client.post(f"{HOME}/premios/{award.id}/revocar", data={"reason": "Un error"})
    assert client.post(f"{HOME}/reabrir", data={"reason": "Un error"}).status_code == 303
    assert closed.jury.closed_at is None
    assert mails("jury/revoked") == [], "nobody knew of it"


# --- awards


def test_works_are_awarded_after_scoring_up_to_the_number_of_awards(closed: Scene, cast: Cast, as_: As) -> None:
    client, award = as_(cast.gabriela), f"{page_of(closed)}/premiar"
    assert "Place 1, score 8.0" in client.get(award).text
    for wrong in ({"kind": "medal", "reason": "x"}, {"kind": "exchange", "reason": ""}, {}):
        assert client.post(award, data=wrong).status_code == 422
    assert client.post(award, data=AWARD).status_code == 303
    again = client.post(award, data=AWARD)
    assert again.status_code == 422
    assert "is awarded already" in again.text
    [row] = db.session.scalars(select(Award)).all()
    assert (row.rank, row.local_government_id, row.enrolment_id) == (1, cast.canelones.id, cast.lucias.id)
    assert (row.awarded_by_id, row.announced_at) == (cast.gabriela.id, None)
    closed.jury.awards_most = 1
    db.session.commit()
    refused = client.post(f"{HOME}/trabajos/{closed.other.id}/premiar", data=AWARD)
    assert refused.status_code == 422
    assert "The only award is given" in refused.text
    rules = {"wanted": "2", "scale": "10", "gap": "5", "awards_most": "0"}
    assert client.post(f"{HOME}/criterios", data=rules).status_code == 422, "there is one"


def test_nothing_is_awarded_while_scores_change_nor_without_a_place(scored: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    early = client.post(f"{page_of(scored)}/premiar", data=AWARD)
    assert early.status_code == 422
    assert "once scoring is closed" in early.text
    scored.jury.closed_at = clock.now()
    db.session.commit()
    work = factories.work(cast.assignment, cast.martins)
    assert client.post(f"{HOME}/trabajos/{work.id}/premiar", data=AWARD).status_code == 422
    assert db.session.scalars(select(Award)).all() == []


def test_awards_are_announced_once_to_whoever_made_the_work(closed: Scene, cast: Cast, as_: As) -> None:
    second = {"text": "Con mi colega.", "submitted_at": clock.now(), "submitted_by_id": cast.martin.id}
    factories.saved(Submission(work_id=closed.work.id, version=2, **second))
    factories.award(closed.work, closed.jury)
    client = as_(cast.gabriela)
    page = client.get(f"{HOME}/publicar").text
    assert "2 mails will go out" in page
    assert "Acciones que empiezan este año." in page
    seen = page.partition('name="fingerprint" value="')[2].partition('"')[0]
    stale = client.post(f"{HOME}/publicar", data={"fingerprint": "otra"})
    assert stale.status_code == 409
    assert "The awards changed meanwhile" in stale.text
    for _ in range(2):
        assert client.post(f"{HOME}/publicar", data={"fingerprint": seen}).status_code == 303
    assert [mail.address for mail in mails("jury/awarded")] == [cast.lucia.email, cast.martin.email]
    assert mails("jury/awarded")[0].subject == "Your final work is awarded: Technical visit"
    assert closed.jury.published_at == clock.now()
    assert client.post(f"{HOME}/reabrir", data={"reason": "x"}).status_code == 422


def test_an_award_made_later_is_announced_by_itself(closed: Scene, cast: Cast, as_: As) -> None:
    first = factories.award(closed.work, closed.jury)
    client = as_(cast.gabriela)
    for _ in range(2):
        page = client.get(f"{HOME}/publicar").text
        seen = page.partition('name="fingerprint" value="')[2].partition('"')[0]
        assert client.post(f"{HOME}/publicar", data={"fingerprint": seen}).status_code == 303
        first.announced_at = first.announced_at or clock.now()
        if db.session.scalar(select(Award).where(Award.work_id == closed.other.id)) is None:
            factories.award(closed.other, closed.jury, kind="exchange", rank=2)
    assert [mail.address for mail in mails("jury/awarded")] == [cast.lucia.email, cast.rocio.email]
    assert "Every award is published" in client.get(f"{HOME}/publicar").text


def test_nothing_is_published_without_an_award(closed: Scene, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    assert "Nothing is awarded yet." in client.get(f"{HOME}/publicar").text
    assert client.post(f"{HOME}/publicar", data={"fingerprint": "x"}).status_code == 409


def test_a_revoked_award_stays_with_its_reason_and_who_knew_of_it_is_told(closed: Scene, cast: Cast, as_: As) -> None:
    row = factories.award(closed.work, closed.jury, announced_at=clock.now())
    client, revoke = as_(cast.gabriela), f"{HOME}/premios/{row.id}/revocar"
    assert "get a mail with the reason" in client.get(revoke).text
    assert client.post(revoke, data={"reason": " "}).status_code == 422
    for _ in range(2):
        assert client.post(revoke, data={"reason": "El trabajo no era propio."}).status_code == 303
    assert (row.revoked_at, row.revoked_by_id) == (clock.now(), cast.gabriela.id)
    [mail] = mails("jury/revoked")
    assert "El trabajo no era propio." in mail.text
    assert "El trabajo no era propio." in client.get(HOME).text
    assert client.post(f"{page_of(closed)}/premiar", data=AWARD).status_code == 303, "another may follow"


# --- where awards show


def test_the_people_of_the_edition_see_the_awards_once_they_are_announced(closed: Scene, cast: Cast, as_: As) -> None:
    row = factories.award(closed.work, closed.jury)
    assert "Awards of the final work" not in as_(cast.martin).get("/ediciones/novena").text
    row.announced_at = clock.now()
    db.session.commit()
    for who in (cast.martin, cast.renata, cast.gabriela, cast.elena):
        page = as_(who).get("/ediciones/novena").text
        assert "Awards of the final work" in page
        assert "Technical visit. Lucía Ceibo Coronilla" in page
    for stranger in (None, cast.thiago):
        assert "Awards of the final work" not in as_(stranger).get("/ediciones/novena").text
    row.revoked_at, row.revoked_by_id, row.revoked_reason = clock.now(), cast.gabriela.id, "Un error"
    db.session.commit()
    assert "Awards of the final work" not in as_(cast.martin).get("/ediciones/novena").text


def test_the_focal_point_sees_the_awards_of_the_local_government_and_nobody_elses(
    closed: Scene, cast: Cast, as_: As
) -> None:
    for person in (cast.lucia, cast.rocio):
        person.memberships[0].focal_point = True
    row = factories.award(closed.work, closed.jury)
    page = f"/gobiernos/{cast.canelones.id}"
    assert "None yet." in as_(cast.lucia).get(page).text
    row.announced_at = clock.now()
    db.session.commit()
    assert "Acciones que empiezan este año." in as_(cast.lucia).get(page).text
    assert "Place 1" in as_(cast.elena).get(page).text
    assert as_(cast.rocio).get(page).status_code == 404
    assert "None yet." in as_(cast.rocio).get(f"/gobiernos/{cast.catamarca.id}").text
    row.revoked_at, row.revoked_by_id, row.revoked_reason = clock.now(), cast.gabriela.id, "Un error de suma"
    db.session.commit()
    assert "Un error de suma" in as_(cast.lucia).get(page).text


@pytest.mark.parametrize(("who", "status"), [("renata", 403), ("lucia", 403), ("thiago", 404), ("alba", 404)])
def test_only_who_coordinates_closes_awards_and_publishes(
    who: str, status: int, closed: Scene, cast: Cast, as_: As
) -> None:
    row = factories.award(closed.work, closed.jury)
    client = as_(closed.alba if who == "alba" else getattr(cast, who))
    award = f"{page_of(closed)}/premiar"
    for page in (award, f"{HOME}/premios/{row.id}/revocar", f"{HOME}/publicar", f"{HOME}/reabrir"):
        assert client.get(page).status_code == status, page
        assert client.post(page, data=AWARD).status_code == status, page
    assert client.post(f"{HOME}/cerrar").status_code == status
    assert client.post(f"{page_of(closed)}/decidir", data={"final": "9", "reason": "x"}).status_code == status
    assert as_(None).post(f"{HOME}/cerrar").status_code == 401


def test_awards_of_another_jury_are_nothing_here(closed: Scene, cast: Cast, as_: As) -> None:
    final = factories.assignment(factories.module(cast.other), final_work=True)
    other = factories.award(factories.work(final, cast.rocios), factories.jury(final, cast.elena))
    assert as_(cast.gabriela).get(f"{HOME}/premios/{other.id}/revocar").status_code == 404


def test_everybody_of_a_team_made_its_work_and_none_of_them_judges_it(scene: Scene, cast: Cast) -> None:
    scene.work.local_government_id = cast.canelones.id
    scene.work.submissions[0].members = [cast.lucias, cast.martins]
    db.session.commit()
    assert queries.makers([scene.work.id]) == {scene.work.id: [cast.lucia, cast.martin]}
    cast.martins.local_government = cast.catamarca
    martins = factories.juror(cast.martin, scene.jury)
    assert queries.is_own(scene.work, martins), "he was named on it"
    cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", clock.now()
    db.session.commit()
    works = set(db.session.scalars(queries.judged(scene.jury)))
    assert scene.work not in works, "nobody of it is there"
    factories.enrolment(factories.user("Eva Ibirá Pitá"), cast.edition, cast.canelones)
    assert scene.work in set(db.session.scalars(queries.judged(scene.jury)))
