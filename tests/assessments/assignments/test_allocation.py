from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.allocation import allocate, evenly, put_in_charge
from escuela.assessments.assignments.models import Work
from escuela.assessments.assignments.review_models import Allocation, Charge
from escuela.assessments.assignments.services import begin, save_draft, submit
from escuela.editions.models import EditionStaff
from escuela.extensions import db
from escuela.people.models import Change, LocalGovernment, User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/reparto"
POSTS = [PAGE, f"{PAGE}/parejo", f"{PAGE}/por-gobierno"]


@pytest.fixture
def works(cast: Cast) -> list[Work]:
    """Five that wait: one of Canelones, four of Rivera."""
    rivera = factories.government("Intendencia de Rivera")
    people = [factories.user(f"Persona{number} Ceibo") for number in range(4)]
    others = [factories.work(cast.assignment, factories.enrolment(each, cast.edition, rivera)) for each in people]
    return [factories.work(cast.assignment, cast.lucias), *others]


def reviewer_of(work: Work) -> str | None:
    row = db.session.get(Allocation, work.id)
    return row.reviewer.name if row else None


def enrolled(cast: Cast, government: int) -> Enrolment:
    row = db.session.get_one(LocalGovernment, government)
    return factories.enrolment(factories.user(), cast.edition, row)


def arrives(cast: Cast, by: Enrolment) -> Work:
    work = begin(cast.assignment, by)
    save_draft(work, "Nuestro plan.", began_from=work.draft_mark)
    submit(work, by=by.user)
    db.session.commit()
    return work


# --- the plan


def test_works_are_shared_so_that_everybody_ends_with_as_many(cast: Cast, works: list[Work]) -> None:
    allocate(works, {works[0].id: cast.gabriela, works[1].id: cast.gabriela}, by=cast.gabriela)
    plan = evenly(works, [cast.gabriela, cast.renata])
    assert [plan.get(work.id) for work in works] == [None, None, cast.renata, cast.renata, cast.gabriela]


def test_nobody_is_given_their_own_work_nor_one_that_somebody_has(cast: Cast, works: list[Work]) -> None:
    works[1].claimed_by, works[1].claimed_at = cast.gabriela, NOW
    plan = evenly(works, [works[2].enrolment.user])
    assert set(plan) == {works[0].id, works[3].id, works[4].id}


# --- the page


def test_works_are_allocated_by_hand_and_every_change_has_its_line(cast: Cast, as_: As, works: list[Work]) -> None:
    gabriela = as_(cast.gabriela)
    sent = {f"work-{works[0].id}": cast.renata.id, f"work-{works[1].id}": cast.gabriela.id}
    assert gabriela.post(PAGE, data=sent).status_code == 303
    assert [reviewer_of(work) for work in works[:3]] == ["Renata Araucaria Molle", "Gabriela Timbó Palo", None]
    gabriela.post(PAGE, data={f"work-{works[0].id}": "0", f"work-{works[1].id}": cast.gabriela.id})
    assert reviewer_of(works[0]) is None
    lines = db.session.query(Change).order_by(Change.id).all()
    assert [(line.by_name, line.before["reviewer"], line.after["reviewer"]) for line in lines] == [
        ("Gabriela Timbó Palo", None, "Gabriela Timbó Palo"),
        ("Gabriela Timbó Palo", None, "Renata Araucaria Molle"),
        ("Gabriela Timbó Palo", "Renata Araucaria Molle", None),
    ]
    assert all(line.verb == "work.allocated" for line in lines)


def test_works_are_allocated_evenly_among_who_is_ticked(cast: Cast, as_: As, works: list[Work]) -> None:
    renata = as_(cast.renata)
    renata.post(f"{PAGE}/parejo", data={"reviewer": [cast.renata.id, cast.gabriela.id, cast.thiago.id]})
    names = [reviewer_of(work) for work in works]
    assert sorted(names, key=str).count("Renata Araucaria Molle") in {2, 3}
    assert None not in names
    assert "Thiago Jatobá Ipê" not in names
    assert renata.post(f"{PAGE}/parejo").status_code == 303  # nobody ticked: nothing changes


def test_all_that_waits_of_a_government_is_allocated_at_once(cast: Cast, as_: As, works: list[Work]) -> None:
    rivera = works[1].enrolment.local_government_id
    as_(cast.renata).post(f"{PAGE}/por-gobierno", data={f"government-{rivera}": cast.renata.id})
    assert [reviewer_of(work) for work in works] == [None, *["Renata Araucaria Molle"] * 4]


def test_what_a_government_hands_in_later_goes_to_who_is_in_charge_of_it(
    cast: Cast, as_: As, works: list[Work]
) -> None:
    renata, rivera = as_(cast.renata), works[1].enrolment.local_government_id
    assert renata.get(PAGE).text.count("In charge:") == 0
    for _ in range(2):  # a double click
        renata.post(f"{PAGE}/por-gobierno", data={f"government-{rivera}": cast.gabriela.id})
    assert renata.get(PAGE).text.count(f"In charge: {cast.gabriela.name}") == 1
    handed_in = [arrives(cast, enrolled(cast, rivera)), arrives(cast, cast.martins)]
    assert [reviewer_of(work) for work in handed_in] == [cast.gabriela.name, None]
    line = db.session.scalars(select(Change).where(Change.verb == "work.charged")).one()
    assert line.after == {"government": "Intendencia de Rivera", "reviewer": cast.gabriela.name}
    renata.post(f"{PAGE}/por-gobierno", data={f"government-{rivera}": "0"})
    assert [reviewer_of(work) for work in works] == [None] * 5
    assert reviewer_of(arrives(cast, enrolled(cast, rivera))) is None


@pytest.mark.parametrize("why", ["left", "own", "claimed", "allocated"])
def test_what_arrives_is_left_as_it_is_where_somebody_else_reviews_it(cast: Cast, works: list[Work], why: str) -> None:
    put_in_charge(cast.edition, {cast.canelones: cast.gabriela}, by=cast.elena)
    work = Work(assignment=cast.assignment, enrolment=cast.martins, draft="Un texto.")
    if why == "left":
        db.session.query(EditionStaff).filter_by(user_id=cast.gabriela.id).delete()
    elif why == "own":
        work.enrolment = factories.enrolment(cast.gabriela, cast.edition, cast.canelones)
    elif why == "claimed":
        work.claimed_by, work.claimed_at, work.state = cast.renata, NOW, "changes_requested"
    else:
        work.allocation = Allocation(reviewer=cast.renata, allocated_at=NOW, allocated_by_id=cast.elena.id)
    db.session.add(work)
    submit(work, by=work.enrolment.user)
    assert reviewer_of(work) == (cast.renata.name if why == "allocated" else None)


def test_who_is_in_charge_is_chosen_before_anything_waits(cast: Cast, as_: As) -> None:
    page = as_(cast.gabriela).get(PAGE).text
    assert "Nothing waits for a review" in page
    sent = {f"government-{cast.canelones.id}": cast.renata.id, f"government-{cast.catamarca.id}": cast.renata.id}
    assert as_(cast.gabriela).post(f"{PAGE}/por-gobierno", data=sent).status_code == 303
    assert reviewer_of(arrives(cast, cast.martins)) == cast.renata.name
    assert [row.local_government_id for row in db.session.query(Charge)] == [cast.canelones.id], "others are not here"


def test_who_does_not_review_here_is_not_allocated_anything(cast: Cast, as_: As, works: list[Work]) -> None:
    as_(cast.renata).post(PAGE, data={f"work-{works[0].id}": cast.thiago.id})
    as_(cast.renata).post(PAGE, data={f"work-{works[0].id}": "nonsense"})
    assert reviewer_of(works[0]) is None


def test_nobody_is_made_to_review_their_own_work(cast: Cast, as_: As, works: list[Work]) -> None:
    factories.staff(cast.lucia, cast.edition)
    sent = {f"work-{works[0].id}": cast.lucia.id, f"work-{works[1].id}": cast.renata.id}
    refused = as_(cast.gabriela).post(PAGE, data=sent)
    assert refused.status_code == 422
    assert "Lucía Ceibo Coronilla cannot review their own work" in refused.text
    assert f'value="{cast.renata.id}" selected' in refused.text  # what was chosen is still chosen
    assert db.session.query(Allocation).count() == 0


def test_allocating_is_for_who_reviews_in_the_edition(cast: Cast, as_: As, works: list[Work]) -> None:
    assert [as_(each).get(PAGE).status_code for each in (cast.renata, cast.gabriela, cast.elena)] == [200, 200, 200]
    for person, status in ((cast.lucia, 403), (cast.rocio, 404), (cast.thiago, 404)):
        assert as_(person).get(PAGE).status_code == status
        assert [as_(person).post(each).status_code for each in POSTS] == [status] * 3
    assert as_(None).get(PAGE).status_code == 303
    assert [as_(None).post(each).status_code for each in POSTS] == [401] * 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_for_three_works_as_for_one(
    cast: Cast, as_: As, rows: int, count_queries: Callable
) -> None:
    for number in range(rows):
        person = factories.user(f"Persona{number} Ceibo")
        government = factories.government(f"Municipio {number}")
        work = factories.work(cast.assignment, factories.enrolment(person, cast.edition, government))
        allocate([work], {work.id: cast.renata}, by=cast.gabriela)
    db.session.commit()
    gabriela = as_(cast.gabriela)
    with count_queries() as ran:
        gabriela.get(PAGE)
    assert len(ran) == 10


# --- in the queue


def test_what_was_allocated_comes_first_among_ones_own_and_is_nobodys_no_more(
    cast: Cast, as_: As, works: list[Work]
) -> None:
    allocate(works, {works[3].id: cast.renata, works[4].id: cast.gabriela}, by=cast.gabriela)
    works[1].claimed_by, works[1].claimed_at = cast.renata, works[1].submitted_at
    db.session.commit()
    works[0].submitted_at = NOW - timedelta(days=1)
    db.session.commit()
    mine = as_(cast.renata).get("/cola?estado=mine").text
    first = as_(cast.gabriela).get("/cola").text.partition("reclamar")[0].rpartition("/revisiones/")[2]
    assert first == f"{works[0].id}/"  # not one that is a colleague's
    assert mine.index("Persona2") < mine.index("Persona0")
    assert "Persona3" not in mine.partition("<tbody>")[2]
    free = as_(cast.renata).get("/cola?estado=free").text.partition("<tbody>")[2]
    assert [name in free for name in ("Lucía", "Persona0", "Persona1", "Persona2", "Persona3")] == [
        True,
        False,
        True,
        False,
        False,
    ]


def test_the_queue_is_narrowed_to_a_government(cast: Cast, as_: As, works: list[Work]) -> None:
    rivera = works[1].enrolment.local_government_id
    page = as_(cast.renata).get(f"/cola?gobierno={rivera}").text
    assert "Intendencia de Rivera (4)" in page
    assert ("Persona0" in page, "Lucía Ceibo" in page) == (True, False)
    assert as_(cast.renata).get("/cola?gobierno=nonsense").status_code == 200
