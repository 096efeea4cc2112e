from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.models import Review, Work
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
SCRIPT = {"Accept": "application/json"}
POSTS = ["reclamar", "relevar", "soltar", "borrador", "devolver", "aprobar"]


@pytest.fixture
def work(cast: Cast) -> Work:
    return factories.work(cast.assignment, cast.lucias, submitted_at=NOW - timedelta(days=6))


@pytest.fixture
def desk(work: Work) -> str:
    return f"/ediciones/novena/revisiones/{work.id}"


@pytest.fixture
def marked(cast: Cast) -> dict[str, str]:
    """The form of the desk, filled in."""
    levels = {f"level-{criterion.id}": str(criterion.levels[2].id) for criterion in cast.assignment.criteria}
    return {**levels, "comment": "El problema está muy bien contado.", "private_note": "Solo entre nosotros"}


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None
    return match[1]


# --- the queue


def test_the_queue_says_who_waits_since_when_and_who_has_it(cast: Cast, as_: As, work: Work) -> None:
    other = factories.work(cast.assignment, cast.martins, submitted_at=NOW - timedelta(hours=4))
    as_(cast.gabriela).post(f"/ediciones/novena/revisiones/{other.id}/reclamar")
    page = as_(cast.renata).get("/cola").text
    assert page.index("Lucía Ceibo") < page.index("Martín Tala")
    for words in ("Intendencia de Canelones", "Gabriela Timbó Palo", f"revisiones/{work.id}/reclamar"):
        assert words in page
    assert "6 d" in page
    assert "4 h" in page


@pytest.mark.parametrize(
    ("name", "status"),
    [("renata", 200), ("thiago", 200), ("gabriela", 200), ("elena", 200), ("admin", 200), ("lucia", 403)],
)
def test_the_queue_is_for_who_reviews(cast: Cast, as_: As, name: str, status: int) -> None:
    answer = as_(getattr(cast, name)).get("/cola")
    assert answer.status_code == status
    assert ("/cola" in as_(getattr(cast, name)).get("/ediciones").text) is (status == 200)


def test_a_tutor_sees_only_the_works_of_their_edition(cast: Cast, as_: As, work: Work) -> None:
    assert "Lucía Ceibo" not in as_(cast.thiago).get("/cola").text
    assert "Lucía Ceibo" not in as_(cast.elena).get("/cola?edicion=octava").text
    assert "Lucía Ceibo" in as_(cast.elena).get("/cola?edicion=novena").text
    assert "Lucía Ceibo" in as_(cast.renata).get("/cola?edicion=octava").text  # not theirs: no filter


def test_nobody_reviews_their_own_work(cast: Cast, as_: As, work: Work, desk: str) -> None:
    factories.staff(cast.lucia, cast.edition, "tutor")
    lucia = as_(cast.lucia)
    assert "Lucía Ceibo Coronilla" not in lucia.get("/cola").text
    assert lucia.get(desk).status_code == 404
    assert lucia.post(f"{desk}/reclamar").status_code == 404


def test_the_queue_is_filtered_by_state(cast: Cast, as_: As, work: Work) -> None:
    factories.work(cast.assignment, cast.martins, state="approved")
    seen = {
        which: ("Lucía" in page, "Martín" in page)
        for which in ("waiting", "free", "mine", "returned", "approved", "nonsense")
        for page in [as_(cast.renata).get(f"/cola?estado={which}&pagina=7").text]
    }
    assert seen == {
        "waiting": (True, False),
        "free": (True, False),
        "mine": (False, False),
        "returned": (False, False),
        "approved": (False, True),
        "nonsense": (True, False),
    }


def test_the_work_of_somebody_who_withdrew_waits_for_nobody(cast: Cast, as_: As, work: Work) -> None:
    cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", NOW
    db.session.commit()
    assert "Lucía" not in as_(cast.renata).get("/cola").text


@pytest.fixture
def ana(cast: Cast) -> Enrolment:
    """Who took Lucía's place, for Canelones."""
    cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", NOW
    person = factories.user("Ana Jacarandá Ombú", email="ana@example.org")
    return factories.enrolment(person, cast.edition, cast.canelones, succeeds_id=cast.lucias.id)


def test_a_work_of_a_place_that_was_handed_over_is_reviewed_and_both_are_told(
    cast: Cast, as_: As, work: Work, desk: str, ana: Enrolment, marked: dict[str, str]
) -> None:
    renata = as_(cast.renata)
    queue = renata.get("/cola").text
    assert "Lucía Ceibo Coronilla" in queue
    assert "The place passed to Ana Jacarandá Ombú" in queue
    assert renata.post(f"{desk}/reclamar").status_code == 303
    assert "Ana Jacarandá Ombú goes on in this place" in renata.get(desk).text
    assert renata.post(f"{desk}/devolver", data=marked).status_code == 303
    before, after = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert (before.address, before.kind) == ("lucia@example.org", "assessments/assignments/reviewed")
    assert (after.address, after.kind) == ("ana@example.org", "assessments/assignments/reviewed_before")
    for mail in (before, after):
        assert marked["comment"] in mail.text
        assert marked["private_note"] not in mail.text
        assert "corrected version until" not in mail.text
    assert "/ediciones/novena/tareas" not in before.text, "it is closed to her"
    assert "Lucía Ceibo Coronilla had handed in before you took the place" in after.text
    [link] = [line for line in after.text.splitlines() if line.startswith("http")]
    assert marked["comment"] in as_(ana.user).get(urlsplit(link).path).text
    assert "Lucía" not in as_(cast.renata).get("/cola?estado=returned").text, "nobody can correct it"


def test_a_place_that_was_handed_over_twice_is_reviewed_for_who_has_it_now(
    cast: Cast, as_: As, work: Work, ana: Enrolment
) -> None:
    ana.status, ana.withdrawn_at = "withdrawn", NOW
    db.session.commit()
    assert "Lucía" not in as_(cast.renata).get("/cola").text, "nobody goes on"
    cast.martins.succeeds_id = ana.id
    db.session.commit()
    db.session.expire_all()
    assert "The place passed to Martín Tala Espinillo" in as_(cast.renata).get("/cola").text


def test_a_place_whose_successor_works_elsewhere_now_is_not_reviewed_for_them(
    cast: Cast, as_: As, work: Work, ana: Enrolment
) -> None:
    ana.local_government_id = cast.catamarca.id
    db.session.commit()
    assert "Lucía" not in as_(cast.renata).get("/cola").text
    assert cast.lucias.heir is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_asks_as_much_for_three_places_handed_over_as_for_one(
    cast: Cast, as_: As, rows: int, count_queries: Callable
) -> None:
    for number in range(rows):
        gone = factories.enrolment(
            factories.user(f"Ceibo {number}"), cast.edition, cast.canelones, status="withdrawn", withdrawn_at=NOW
        )
        factories.enrolment(factories.user(f"Tala {number}"), cast.edition, cast.canelones, succeeds_id=gone.id)
        factories.work(cast.assignment, gone)
    renata = as_(cast.renata)
    with count_queries() as ran:
        page = renata.get("/cola").text
    assert page.count("The place passed to") == rows
    assert len(ran) == 11


def test_a_long_queue_has_pages(cast: Cast, as_: As, work: Work) -> None:
    for number in range(50):
        person = factories.user(f"Persona{number} Ceibo")
        factories.work(cast.assignment, factories.enrolment(person, cast.edition, cast.canelones))
    first, second = (as_(cast.renata).get(f"/cola?pagina={page}").text for page in (1, 2))
    assert ("Persona49" in first, "Persona49" in second) == (False, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_queue_asks_as_much_for_three_works_as_for_one(
    cast: Cast, as_: As, work: Work, rows: int, count_queries: Callable
) -> None:
    for number in range(rows - 1):
        government = factories.government(f"Municipio {number}")
        person = factories.user(f"Persona{number} Ceibo")
        assignment = factories.assignment(cast.module)
        factories.work(
            assignment,
            factories.enrolment(person, cast.edition, government),
            claimed_by=factories.user("Otra Tutora"),
            claimed_at=NOW,
        )
    renata = as_(cast.renata)
    with count_queries() as ran:
        renata.get("/cola")
    assert len(ran) == 11


# --- the ritual


def test_a_stranger_finds_no_desk(cast: Cast, as_: As, desk: str) -> None:
    for person in (cast.lucia, cast.martin, cast.rocio, cast.thiago):
        assert as_(person).get(desk).status_code == 404
        for path in POSTS:
            assert as_(person).post(f"{desk}/{path}").status_code == 404
    assert as_(cast.renata).get(desk.replace("novena", "octava")).status_code == 404


def test_a_visitor_is_asked_to_sign_in(as_: As, desk: str) -> None:
    visitor = as_(None)
    for address in ("/cola", desk):
        assert visitor.get(address).status_code == 303
    for path in POSTS:
        assert visitor.post(f"{desk}/{path}").status_code == 401


# --- claims


def test_looking_at_a_work_takes_it_from_nobody(cast: Cast, as_: As, work: Work, desk: str) -> None:
    page = as_(cast.renata).get(desk).text
    assert f"{desk}/reclamar" in page
    assert "<textarea" not in page
    assert db.session.get_one(Work, work.id).claimed_by is None


def test_a_claimed_work_shows_its_tutor_to_the_second_one_who_may_take_it_over(
    cast: Cast, as_: As, work: Work, desk: str
) -> None:
    answer = as_(cast.renata).post(f"{desk}/reclamar")
    assert (answer.status_code, answer.location) == (303, desk)
    assert "<textarea" in as_(cast.renata).get(desk).text
    page = as_(cast.gabriela).post(f"{desk}/reclamar", follow_redirects=True).text
    for words in ("Renata Araucaria Molle", "Montevideo", f"{desk}/relevar"):
        assert words in page
    assert "<textarea" not in page
    assert as_(cast.gabriela).post(f"{desk}/relevar").status_code == 303
    assert db.session.get_one(Work, work.id).claimed_by == cast.gabriela


def test_leaving_a_work_keeps_what_was_typed_for_the_next_tutor(
    cast: Cast, as_: As, desk: str, marked: dict[str, str]
) -> None:
    as_(cast.renata).post(f"{desk}/reclamar")
    assert as_(cast.renata).post(f"{desk}/soltar", data=marked).status_code == 303
    page = as_(cast.gabriela).post(f"{desk}/reclamar", follow_redirects=True).text
    assert "El problema está muy bien contado." in page
    assert as_(cast.renata).post(f"{desk}/soltar", data=marked).status_code == 422


# --- reviewing


def test_a_draft_is_saved_by_script_or_button_and_is_there_on_return(
    cast: Cast, as_: As, desk: str, marked: dict[str, str]
) -> None:
    renata = as_(cast.renata)
    renata.post(f"{desk}/reclamar")
    saved = renata.post(f"{desk}/borrador", data=marked, headers=SCRIPT)
    assert saved.status_code == 200
    assert saved.json["began_from"] == found(r'name="began_from" value="([^"]+)"', renata.get(desk).text)
    assert renata.post(f"{desk}/borrador", data=marked).status_code == 303
    page = renata.get(desk).text
    assert page.count(" checked>") == 2
    assert "El problema está muy bien contado.</textarea>" in page
    assert db.session.query(Review).count() == 1


def test_who_lost_the_work_meanwhile_is_told_by_whom_and_keeps_what_was_typed(
    cast: Cast, as_: As, desk: str, marked: dict[str, str]
) -> None:
    as_(cast.renata).post(f"{desk}/reclamar")
    as_(cast.gabriela).post(f"{desk}/relevar")
    assert as_(cast.renata).post(f"{desk}/borrador", data=marked, headers=SCRIPT).status_code == 409
    refused = as_(cast.renata).post(f"{desk}/aprobar", data=marked)
    assert refused.status_code == 422
    assert "Gabriela Timbó Palo" in refused.text
    assert "El problema está muy bien contado.</textarea>" in refused.text


def test_approving_without_every_level_is_refused_with_everything_typed(
    cast: Cast, as_: As, desk: str, marked: dict[str, str]
) -> None:
    as_(cast.renata).post(f"{desk}/reclamar")
    marked.popitem()
    del marked[f"level-{cast.assignment.criteria[1].id}"]
    refused = as_(cast.renata).post(f"{desk}/aprobar", data=marked)
    assert refused.status_code == 422
    assert refused.text.count(" checked>") == 1
    assert "El problema está muy bien contado.</textarea>" in refused.text
    assert db.session.query(Review).count() == 0


def test_a_level_of_another_criterion_counts_for_nothing(
    cast: Cast, as_: As, desk: str, marked: dict[str, str]
) -> None:
    first, second = cast.assignment.criteria
    as_(cast.renata).post(f"{desk}/reclamar")
    foreign = {**marked, f"level-{first.id}": str(second.levels[0].id)}
    assert as_(cast.renata).post(f"{desk}/aprobar", data=foreign).status_code == 422


def test_requesting_changes_needs_a_comment_then_mails_and_goes_back_to_the_queue(
    cast: Cast, as_: As, work: Work, desk: str, marked: dict[str, str]
) -> None:
    as_(cast.renata).post(f"{desk}/reclamar")
    assert as_(cast.renata).post(f"{desk}/devolver", data={**marked, "comment": ""}).status_code == 422
    assert db.session.query(Message).count() == 0
    answer = as_(cast.renata).post(f"{desk}/devolver", data=marked)
    assert (answer.status_code, answer.location) == (303, "/cola")
    assert db.session.get_one(Work, work.id).state == "changes_requested"
    assert db.session.query(Message).one().address == "lucia@example.org"
    assert as_(cast.renata).post(f"{desk}/devolver", data=marked).status_code == 422  # once is enough
    assert db.session.query(Message).count() == 1


def test_approving_goes_on_with_the_work_that_waits_longest_and_then_with_the_queue(
    cast: Cast, as_: As, desk: str, marked: dict[str, str]
) -> None:
    following = factories.work(cast.assignment, cast.martins)
    as_(cast.renata).post(f"{desk}/reclamar")
    answer = as_(cast.renata).post(f"{desk}/aprobar", data=marked)
    assert answer.location == f"/ediciones/novena/revisiones/{following.id}"
    assert db.session.get_one(Work, following.id).claimed_by == cast.renata
    assert as_(cast.renata).post(f"{answer.location}/aprobar", data=marked).location == "/cola"


def test_an_earlier_version_and_its_review_stay_readable_while_the_newest_is_reviewed(
    cast: Cast, as_: As, work: Work, desk: str, marked: dict[str, str]
) -> None:
    renata = as_(cast.renata)
    renata.post(f"{desk}/reclamar")
    renata.post(f"{desk}/devolver", data=marked)
    as_(cast.lucia).post(
        "/ediciones/novena/tareas/assignment-mapa/entregar",
        data={"text": "Segunda versión", "began_from": work.draft_mark},
    )
    renata = as_(cast.renata)
    renata.post(f"{desk}/reclamar")
    newest, first = renata.get(desk).text, renata.get(f"{desk}?version=1").text
    assert ("Segunda versión" in newest, "Segunda versión" in first) == (True, False)
    assert "Nuestro arroyo" in first
    for words in ("El problema está muy bien contado.", "Solo entre nosotros", "<textarea"):
        assert words in newest
    assert renata.get(f"{desk}?version=9").text.count("Segunda versión") == newest.count("Segunda versión")


@pytest.mark.parametrize("versions", [1, 3])
def test_the_desk_asks_as_much_for_three_versions_as_for_one(
    cast: Cast, as_: As, work: Work, desk: str, marked: dict[str, str], versions: int, count_queries: Callable
) -> None:
    address = "/ediciones/novena/tareas/assignment-mapa/entregar"
    for number in range(versions):
        as_(cast.renata).post(f"{desk}/reclamar")
        as_(cast.renata).post(f"{desk}/devolver", data=marked)
        before = db.session.get_one(Work, work.id).draft_mark
        as_(cast.lucia).post(address, data={"text": f"Versión {number}", "began_from": before})
    renata = as_(cast.renata)
    renata.post(f"{desk}/reclamar")
    with count_queries() as ran:
        renata.get(desk)
    assert len(ran) == 17


@pytest.mark.parametrize("waiting", [1, 20])
def test_going_on_with_the_next_work_costs_the_same_however_many_wait(
    cast: Cast, as_: As, desk: str, marked: dict[str, str], waiting: int, count_queries: Callable
) -> None:
    for number in range(waiting):
        person = factories.user(f"Persona{number} Ceibo")
        factories.work(cast.assignment, factories.enrolment(person, cast.edition, cast.canelones))
    renata = as_(cast.renata)
    renata.post(f"{desk}/reclamar")
    with count_queries() as decided:
        answer = renata.post(f"{desk}/aprobar", data=marked)
    with count_queries() as shown:
        page = renata.get(answer.location)
    assert (len(decided), len(shown)) == (30, 14)
    assert page.content_length < 15_000, "what is swapped in, before it is compressed"


def test_two_windows_of_one_tutor_do_not_overwrite_each_other(
    cast: Cast, as_: As, work: Work, desk: str, marked: dict[str, str]
) -> None:
    renata = as_(cast.renata)
    renata.post(f"{desk}/reclamar")
    began = found(r'name="began_from" value="([^"]+)"', renata.get(desk).text)
    first, second = {**marked, "began_from": began}, {"comment": "Del teléfono", "began_from": began}
    saved = renata.post(f"{desk}/borrador", data=first, headers=SCRIPT)
    assert saved.status_code == 200
    again = renata.post(f"{desk}/borrador", data=first, headers=SCRIPT)  # its answer was lost on the way
    assert (again.status_code, again.json["began_from"]) == (200, saved.json["began_from"])

    refused = renata.post(f"{desk}/borrador", data=second, headers=SCRIPT)
    assert (refused.status_code, "another window" in refused.json["message"]) == (409, True)
    refused = renata.post(f"{desk}/devolver", data=second)
    assert (refused.status_code, work.state) == (422, "submitted")
    assert "another window" in refused.text
    assert "Del teléfono" in refused.text
    assert work.submissions[-1].review is None
    assert renata.get(desk).text.count(marked["comment"]) == 1

    knows = found(r'name="began_from" value="([^"]+)"', refused.text)
    assert renata.post(f"{desk}/devolver", data={**second, "began_from": knows}).status_code == 303
    assert db.session.get_one(Work, work.id).state == "changes_requested"
