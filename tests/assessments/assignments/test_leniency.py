from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from flask_babel import force_locale

from escuela import clock
from escuela.assessments.assignments import leniency, policies, services
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import Assignment, Work
from escuela.editions.policies import Moment
from escuela.editions.services import ClosedError
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.learning.completion import standing
from escuela.learning.outline import outline, rows_of
from escuela.messages.models import Message
from escuela.people.history import history_of
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
ZONE = "America/Montevideo"
DUE = NOW + timedelta(days=2)
UNTIL = Moment(NOW + timedelta(days=9), "America/Santiago")


@pytest.fixture(autouse=True)
def _english(_isolated: None) -> Iterator[None]:
    with force_locale("en"):
        yield


@pytest.fixture
def assignment(cast: Cast) -> Assignment:
    cast.assignment.due_at, cast.assignment.due_zone = DUE, ZONE
    db.session.commit()
    return cast.assignment


@pytest.fixture
def longer(cast: Cast, assignment: Assignment) -> Work:
    work = leniency.extend(assignment, cast.lucias, UNTIL, reason="Licencia médica.", by=cast.renata)
    db.session.commit()
    return work


def mails(kind: str) -> list[Message]:
    return db.session.query(Message).filter_by(kind=f"assessments/assignments/{kind}").order_by(Message.id).all()


def marked(assignment: Assignment, place: int = 2) -> Judgement:
    return Judgement(levels={each.id: each.levels[place].id for each in assignment.criteria}, comment="Bien.")


def approved(work: Work, by: User, place: int = 2) -> None:
    services.claim(work, by=by)
    services.approve(work, marked(work.assignment, place), by=by)
    db.session.commit()


# --- more time


def test_more_time_is_theirs_alone_and_says_by_whom_and_why(cast: Cast, assignment: Assignment, longer: Work) -> None:
    assert policies.due(assignment, longer) == UNTIL
    assert policies.due(assignment, None) == Moment(DUE, ZONE)
    change = db.session.scalars(history_of(longer)).one()
    assert (change.verb, change.by_id, change.reason) == ("work.extended", cast.renata.id, "Licencia médica.")
    assert change.before["due"]["zone"] == ZONE
    assert change.after["due"]["zone"] == UNTIL.zone


def test_they_get_one_mail_with_the_instant_in_both_zones_and_without_the_reason(
    cast: Cast, assignment: Assignment, longer: Work
) -> None:
    leniency.extend(assignment, cast.lucias, UNTIL, reason="Licencia médica.", by=cast.renata)  # a double click
    (mail,) = mails("extended")
    assert mail.address == cast.lucia.email
    for words in ("Santiago", "Montevideo"):
        assert words in mail.text
    assert "Licencia" not in mail.text


def test_a_strict_assignment_takes_their_work_until_their_instant_and_no_longer(
    cast: Cast, assignment: Assignment, longer: Work
) -> None:
    assignment.strict = True
    db.session.commit()
    with clock.stopped(DUE + timedelta(hours=1)):
        services.save_draft(services.begin(assignment, cast.lucias), "Mi parte", began_from=longer.draft_mark)
        with pytest.raises(ClosedError):
            services.begin(assignment, cast.martins)
    with clock.stopped(UNTIL.at), pytest.raises(ClosedError, match="Santiago"):
        services.submit(longer, by=cast.lucia)


def test_home_and_board_say_late_only_of_who_is(cast: Cast, as_: As, longer: Work) -> None:
    at = DUE + timedelta(days=1)
    with clock.stopped(at):
        page = as_(cast.gabriela).get("/ediciones/novena/tablero?estado=late").text
        late = {}
        for enrolment in (cast.lucias, cast.martins):
            found = standing(enrolment)
            rows = rows_of(outline(found.programme, found, at))
            late[enrolment.id] = next(row.days_late for row in rows if row.activity.slug == cast.assignment.slug)
    assert late == {cast.lucias.id: 0, cast.martins.id: 2}
    assert cast.martin.name in page
    assert cast.lucia.name not in page


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        (NOW, "passed already"),
        (DUE, "not later than"),
        (NOW + timedelta(days=90), "edition ends before that"),
    ],
)
def test_an_instant_that_helps_nobody_is_refused(
    cast: Cast, assignment: Assignment, until: object, sentence: str
) -> None:
    with pytest.raises(DomainError, match=sentence):
        leniency.extend(assignment, cast.lucias, Moment(until, ZONE), reason="x", by=cast.renata)


def test_what_is_never_due_or_over_cannot_be_extended(cast: Cast, assignment: Assignment) -> None:
    cast.edition.status = "closed"
    with pytest.raises(DomainError, match="has ended"):
        leniency.extend(assignment, cast.lucias, UNTIL, reason="x", by=cast.renata)
    assignment.due_at = assignment.due_zone = None
    with pytest.raises(DomainError, match="not due at any instant"):
        leniency.extend(assignment, cast.lucias, UNTIL, reason="x", by=cast.renata)


def test_extra_time_that_was_used_is_not_taken_back(cast: Cast, assignment: Assignment, longer: Work) -> None:
    with clock.stopped(DUE + timedelta(days=1)):
        services.save_draft(longer, "A tiempo", began_from=longer.draft_mark)
        services.submit(longer, by=cast.lucia)
    with pytest.raises(DomainError, match="would make their work late"):
        leniency.withdraw_extension(longer, reason="x", by=cast.renata)


def test_extra_time_that_was_not_used_is_taken_back_and_told(cast: Cast, assignment: Assignment, longer: Work) -> None:
    leniency.withdraw_extension(longer, reason="Se anotó a otra persona.", by=cast.renata)
    assert policies.due(assignment, longer) == Moment(DUE, ZONE)
    assert len(mails("extended")) == 2


def test_a_due_instant_that_moves_beyond_the_extra_time_holds(assignment: Assignment, longer: Work) -> None:
    assignment.due_at = UNTIL.at + timedelta(days=1)
    assert policies.due(assignment, longer) == Moment(assignment.due_at, ZONE)


# --- what late costs


def handed_in_late(cast: Cast, assignment: Assignment) -> Work:
    with clock.stopped(DUE + timedelta(hours=2)):
        return factories.work(assignment, cast.lucias)


@pytest.mark.parametrize(("deduction", "points"), [(0, "4"), (10, "3.6"), (33, "2.68"), (100, "0")])
def test_a_late_work_loses_what_was_said(cast: Cast, assignment: Assignment, deduction: int, points: str) -> None:
    assignment.late_deduction = deduction
    work = handed_in_late(cast, assignment)
    approved(work, cast.renata)
    assert policies.points(work, work.submissions[-1].review) == Decimal(points)


def test_corrections_of_a_work_that_was_in_time_lose_nothing(cast: Cast, assignment: Assignment) -> None:
    assignment.late_deduction = 50
    work = factories.work(assignment, cast.lucias)
    services.claim(work, by=cast.renata)
    services.request_changes(work, marked(assignment, 0), by=cast.renata)
    with clock.stopped(DUE + timedelta(days=3)):
        services.save_draft(work, "Corregido", began_from=work.draft_mark)
        services.submit(work, by=cast.lucia)
        approved(work, cast.renata)
    assert not policies.was_late(work)
    assert policies.points(work, work.submissions[-1].review) == 4


def test_more_time_granted_afterwards_gives_the_points_back(cast: Cast, assignment: Assignment) -> None:
    assignment.late_deduction = 50
    work = handed_in_late(cast, assignment)
    approved(work, cast.renata)
    assert policies.points(work, work.submissions[-1].review) == 2
    leniency.extend(assignment, cast.lucias, UNTIL, reason="Sin luz en el barrio.", by=cast.renata)
    assert policies.points(work, work.submissions[-1].review) == 4


def test_late_work_is_accepted_for_so_many_days_at_the_same_hour(cast: Cast, assignment: Assignment) -> None:
    assignment.late_days = 3
    with clock.stopped(DUE + timedelta(days=3, seconds=-1)):
        services.begin(assignment, cast.lucias)
    with clock.stopped(DUE + timedelta(days=3)), pytest.raises(ClosedError):
        services.begin(assignment, cast.martins)


def test_what_late_costs_stands_on_the_page_before_handing_in(cast: Cast, as_: As, assignment: Assignment) -> None:
    assignment.late_deduction = 15
    db.session.commit()
    assert "loses 15% of its points" in as_(cast.lucia).get(PAGE).text
    with clock.stopped(DUE + timedelta(hours=1)):
        assert "It loses 15% of its points." in as_(cast.lucia).get(PAGE).text
    work = handed_in_late(cast, assignment)
    approved(work, cast.renata)
    page = as_(cast.lucia).get(PAGE).text
    assert "3.4 of 4 points" in page
    assert "4 before 15% was taken off" in page


# --- opened again


def test_an_approved_work_is_opened_again_with_a_reason_that_its_author_reads(cast: Cast, as_: As) -> None:
    work = factories.work(cast.assignment, cast.lucias)
    approved(work, cast.renata)
    leniency.reopen(work, reason="Quiere sumar un mapa.", by=cast.renata)
    leniency.reopen(work, reason="Quiere sumar un mapa.", by=cast.renata)  # a double click
    db.session.commit()
    assert work.state == "changes_requested"
    (mail,) = mails("reopened")
    assert "Quiere sumar un mapa." in mail.text
    page = as_(cast.lucia).get(PAGE).text
    assert "has opened your approved work again" in page
    assert "<textarea" in page
    services.save_draft(work, "Con un mapa", began_from=work.draft_mark)
    services.submit(work, by=cast.lucia)
    assert [each.version for each in work.submissions] == [1, 2]
    assert work.submissions[0].review is not None


def test_only_an_approved_work_of_an_edition_that_goes_on_is_opened_again(cast: Cast) -> None:
    work = factories.work(cast.assignment, cast.lucias)
    with pytest.raises(DomainError, match="Only an approved work"):
        leniency.reopen(work, reason="x", by=cast.renata)
    approved(work, cast.renata)
    cast.edition.status = "closed"
    with pytest.raises(DomainError, match="has ended"):
        leniency.reopen(work, reason="x", by=cast.renata)


# --- their pages


def address(cast: Cast, verb: str = "") -> str:
    return f"{PAGE}/plazos/{cast.lucias.id}{verb}"


def asked(at: object = UNTIL.at, **more: str) -> dict[str, str]:
    local = at.astimezone(clock.zone(ZONE))  # type: ignore[attr-defined]
    return {"until": f"{local:%Y-%m-%dT%H:%M}", "until-zone": ZONE, "reason": "Licencia", **more}


@pytest.mark.parametrize("name", ["renata", "gabriela", "elena"])
def test_who_reviews_gives_more_time_and_sees_what_was_granted(
    cast: Cast, as_: As, assignment: Assignment, name: str
) -> None:
    answer = as_(getattr(cast, name)).post(address(cast, "/ampliar"), data=asked())
    assert (answer.status_code, answer.location) == (303, address(cast))
    page = as_(cast.renata).get(address(cast)).text
    for words in ("More time", "gave more time", "Licencia"):
        assert words in page
    assert "More time" in as_(cast.renata).get(f"{PAGE}/plazos").text
    own = as_(cast.lucia).get(PAGE).text
    assert "this is your own deadline" in own
    assert "Licencia" not in own


@pytest.mark.parametrize("data", [{}, {"reason": ""}, {"until": "ayer"}, {"until": "2026-10-20T12:00"}])
def test_bad_input_comes_back_with_what_was_typed(cast: Cast, as_: As, assignment: Assignment, data: dict) -> None:
    sent = {**asked(), **data} if data else {"until": "", "reason": "Sin fecha"}
    answer = as_(cast.renata).post(address(cast, "/ampliar"), data=sent)
    assert answer.status_code == 422
    assert sent["reason"] in answer.text
    assert db.session.query(Work).count() == 0


def test_extra_time_is_taken_back_and_a_work_opened_again_from_the_page(cast: Cast, as_: As, longer: Work) -> None:
    renata = as_(cast.renata)
    assert renata.post(address(cast, "/quitar"), data={"quitar-reason": ""}).status_code == 422
    assert renata.post(address(cast, "/quitar"), data={"quitar-reason": "Era de otra"}).status_code == 303
    assert longer.due_at is None
    assert renata.post(address(cast, "/reabrir"), data={"reabrir-reason": "Más"}).status_code == 422
    with force_locale("en"):
        services.save_draft(longer, "Listo", began_from=longer.draft_mark)
        services.submit(longer, by=cast.lucia)
        approved(longer, cast.renata)
    assert renata.post(address(cast, "/reabrir"), data={"reabrir-reason": "Más"}).status_code == 303
    assert longer.state == "changes_requested"


def test_nobody_else_opens_these_pages(cast: Cast, as_: As, assignment: Assignment) -> None:
    posts = [address(cast, verb) for verb in ("/ampliar", "/quitar", "/reabrir")]
    for person, status in ((cast.lucia, 403), (cast.martin, 403), (cast.rocio, 404), (cast.thiago, 404)):
        for page in (f"{PAGE}/plazos", address(cast)):
            assert as_(person).get(page).status_code == status
        for post in posts:
            assert as_(person).post(post, data=asked()).status_code == status
    assert as_(None).get(address(cast)).status_code == 303
    for post in posts:
        assert as_(None).post(post).status_code == 401
    assert as_(cast.renata).get(f"{PAGE}/plazos/{cast.rocios.id}").status_code == 404


def test_nobody_grants_anything_to_themselves(cast: Cast, as_: As, assignment: Assignment) -> None:
    own = factories.enrolment(cast.renata, cast.edition, cast.canelones)
    assert as_(cast.renata).post(f"{PAGE}/plazos/{own.id}/ampliar", data=asked()).status_code == 404


def test_nobody_grants_anything_to_their_own_team(cast: Cast, as_: As, assignment: Assignment, longer: Work) -> None:
    factories.enrolment(cast.renata, cast.edition, cast.canelones)
    renata, hers = as_(cast.renata), f'href="{address(cast)}"'
    assert renata.get(address(cast)).status_code == 200, "alone each has a work of their own"
    assert hers in renata.get(f"{PAGE}/plazos").text
    assignment.by_team = True
    db.session.commit()
    assert renata.get(address(cast)).status_code == 404
    for verb in ("/ampliar", "/quitar", "/reabrir"):
        assert renata.post(address(cast, verb), data=asked()).status_code == 404
    listed = renata.get(f"{PAGE}/plazos").text
    assert hers not in listed
    other = factories.enrolment(factories.user(), cast.edition, cast.catamarca)
    assert renata.get(f"{PAGE}/plazos/{other.id}").status_code == 200
    assert as_(cast.gabriela).get(address(cast)).status_code == 200


def test_who_was_named_on_a_work_of_another_team_grants_it_nothing(cast: Cast, as_: As, assignment: Assignment) -> None:
    assignment.by_team = True
    own = factories.enrolment(cast.renata, cast.edition, cast.canelones)
    work = services.open_for(assignment, own)
    services.save_draft(work, "Nuestro mapa", began_from=work.draft_mark)
    services.submit(work, by=cast.renata)
    own.local_government = cast.catamarca
    db.session.commit()
    assert as_(cast.renata).get(address(cast)).status_code == 404


def test_the_list_asks_as_much_for_three_people_as_for_one(
    cast: Cast, as_: As, assignment: Assignment, count_queries: Callable
) -> None:
    costs = []
    for number in (0, 2):
        for each in range(number):
            factories.work(assignment, factories.enrolment(factories.user(), cast.edition, cast.catamarca))
            assert each < number
        with count_queries() as ran:
            as_(cast.renata).get(f"{PAGE}/plazos")
        costs.append(len(ran))
    assert costs[0] == costs[1]
