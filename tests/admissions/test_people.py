from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.admissions.queries import roll
from escuela.editions.models import EditionStaff
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import Membership, User
from escuela.people.queries import by_address
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
HERE = "/ediciones/novena/personas"


def mails() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def person(email: str) -> User:
    return db.session.scalars(by_address(email)).one()


def enrolments(user: User) -> list[Enrolment]:
    return list(db.session.scalars(select(Enrolment).where(Enrolment.user_id == user.id)))


def jobs(user: User) -> list[Membership]:
    return list(db.session.scalars(select(Membership).where(Membership.user_id == user.id)))


def fields(cast: Cast, **given: object) -> dict[str, object]:
    return {
        "email": "ana@example.org",
        "name": "Ana Jacarandá Ombú",
        "language": "pt",
        "local_government": cast.catamarca.id,
        "position": "Directora de Ambiente",
        "focal_point": "y",
        **given,
    }


# --- enrolling


def test_somebody_new_gets_an_account_a_job_an_enrolment_and_one_mail(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    assert client.get(f"{HERE}/inscribir").status_code == 200
    answer = client.post(f"{HERE}/inscribir", data=fields(cast))
    assert (answer.status_code, answer.location) == (303, HERE)

    ana = person("ana@example.org")
    assert (ana.name, ana.language, ana.zone) == ("Ana Jacarandá Ombú", "pt", "America/Argentina/Catamarca")
    [job] = jobs(ana)
    assert (job.position, job.from_on, job.to_on, job.focal_point) == (
        "Directora de Ambiente",
        date(2026, 10, 20),
        None,
        True,
    )
    [enrolment] = enrolments(ana)
    assert (enrolment.edition, enrolment.local_government) == (cast.edition, cast.catamarca)
    assert (enrolment.enrolled_at, enrolment.enrolled_by_id) == (NOW, cast.gabriela.id)
    [mail] = mails()
    assert (mail.kind, mail.address, mail.language) == ("admissions/enrolled", "ana@example.org", "pt")
    assert "Cidades inteligentes" in mail.subject
    [link] = [line for line in mail.text.splitlines() if "/invitacion/" in line]
    assert client.get(link).location.startswith("/contrasena/recuperar/")
    page = client.get(HERE).text
    assert "We wrote to ana@example.org" in page
    assert "Has not signed in yet" in page


def test_somebody_who_is_there_keeps_name_and_job_and_gets_the_link_of_the_edition(as_: As, cast: Cast) -> None:
    cast.rocio.login_count = 4
    db.session.commit()
    client = as_(cast.gabriela)
    client.post(f"{HERE}/inscribir", data=fields(cast, email="Rocio@example.org", name="Otro Nombre"))
    assert cast.rocio.name == "Rocío Algarrobo Lapacho"
    assert len(jobs(cast.rocio)) == 1
    assert len(enrolments(cast.rocio)) == 2
    [mail] = mails()
    assert "/invitacion/" not in mail.text
    assert "/ediciones/novena" in mail.text
    assert "it stays" in client.get(HERE).text


def test_who_is_enrolled_already_is_not_enrolled_again(as_: As, cast: Cast) -> None:
    answer = as_(cast.gabriela).post(f"{HERE}/inscribir", data=fields(cast, email="lucia@example.org"))
    assert answer.status_code == 422
    assert "is enrolled already, for Intendencia de Canelones" in answer.text
    assert "Directora de Ambiente" in answer.text, "what was typed stays"
    assert len(enrolments(cast.lucia)) == 1
    assert len(jobs(cast.lucia)) == 1
    assert mails() == []


def test_who_withdrew_is_reinstated_and_not_enrolled_again(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    client.post(f"{HERE}/{cast.lucias.id}/baja", data={"reason": "Cambió de trabajo"})
    answer = client.post(f"{HERE}/inscribir", data=fields(cast, email="lucia@example.org"))
    assert answer.status_code == 422
    assert "Reinstate" in answer.text


@pytest.mark.parametrize("status", ["closed", "archived"])
def test_nobody_joins_an_edition_that_is_over(as_: As, cast: Cast, status: str) -> None:
    cast.edition.status = status
    db.session.commit()
    answer = as_(cast.gabriela).post(f"{HERE}/inscribir", data=fields(cast))
    assert answer.status_code == 422
    assert "This edition is over" in answer.text
    assert db.session.scalars(by_address("ana@example.org")).one_or_none() is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ana"},
        {"email": ""},
        {"email": "ana@example.org, otra@example.org"},
        {"name": " "},
        {"name": "x" * 201},
        {"language": "fr"},
        {"local_government": "99999"},
        {"local_government": "uno"},
        {"position": ""},
    ],
)
def test_what_cannot_be_is_told_and_nobody_is_made(as_: As, cast: Cast, wrong: dict[str, object]) -> None:
    answer = as_(cast.gabriela).post(f"{HERE}/inscribir", data=fields(cast, **wrong))
    assert answer.status_code == 422
    assert "field--error" in answer.text
    assert db.session.scalars(by_address("ana@example.org")).one_or_none() is None
    assert mails() == []


# --- withdrawing and coming back


def test_withdrawing_keeps_who_when_and_why_and_can_be_taken_back(as_: As, cast: Cast) -> None:
    client, address = as_(cast.gabriela), f"{HERE}/{cast.lucias.id}/baja"
    assert "Lucía Ceibo Coronilla" in client.get(address).text
    assert client.post(address, data={"reason": "Cambió de trabajo"}).location == f"{HERE}/{cast.lucias.id}"
    assert (
        cast.lucias.status,
        cast.lucias.withdrawn_at,
        cast.lucias.withdrawn_by_id,
        cast.lucias.withdrawn_reason,
    ) == (
        "withdrawn",
        NOW,
        cast.gabriela.id,
        "Cambió de trabajo",
    )
    assert "is no longer enrolled" in client.get(HERE).text
    assert "Lucía Ceibo" not in client.get(HERE).text
    assert "Cambió de trabajo" in client.get(HERE, query_string={"estado": "bajas"}).text
    assert as_(cast.lucia).get(HERE).status_code == 404, "the edition is closed to who withdrew"
    back = f"{HERE}/{cast.lucias.id}/reincorporar"
    assert as_(cast.gabriela).post(back, data={"reason": ""}).status_code == 422
    assert client.post(back, data={"reason": "Volvió"}).status_code == 303
    assert (cast.lucias.status, cast.lucias.withdrawn_at, cast.lucias.withdrawn_reason) == ("active", None, None)


def test_a_withdrawal_needs_a_reason(as_: As, cast: Cast) -> None:
    answer = as_(cast.gabriela).post(f"{HERE}/{cast.lucias.id}/baja", data={"reason": "  "})
    assert answer.status_code == 422
    assert cast.lucias.status == "active"


def test_withdrawing_twice_is_refused_and_keeps_the_first_reason(as_: As, cast: Cast) -> None:
    client, address = as_(cast.gabriela), f"{HERE}/{cast.lucias.id}/baja"
    client.post(address, data={"reason": "Primera"})
    assert client.post(address, data={"reason": "Segunda"}).status_code == 409
    assert cast.lucias.withdrawn_reason == "Primera"


def test_an_enrolment_of_another_edition_is_not_found_in_this_one(as_: As, cast: Cast) -> None:
    client = as_(cast.elena)
    assert client.get(f"{HERE}/{cast.rocios.id}/baja").status_code == 404
    for verb in ("baja", "reincorporar", "invitacion"):
        assert client.post(f"{HERE}/{cast.rocios.id}/{verb}", data={"reason": "x"}).status_code == 404
    assert cast.rocios.status == "active"


def test_the_invitation_of_a_participant_is_sent_again(as_: As, cast: Cast) -> None:
    client, address = as_(cast.gabriela), f"{HERE}/{cast.lucias.id}/invitacion"
    assert client.post(address).status_code == 303
    assert client.post(address).status_code == 409, "one has just gone out"
    with clock.stopped(NOW + timedelta(minutes=11)):
        assert client.post(address).status_code == 303
    assert [mail.kind for mail in mails()] == ["people/invitation"] * 2


# --- the team


def member(user: User, cast: Cast) -> EditionStaff | None:
    where = (EditionStaff.user_id == user.id, EditionStaff.edition_id == cast.edition.id)
    return db.session.scalars(select(EditionStaff).where(*where)).one_or_none()


def tutor(**given: object) -> dict[str, object]:
    return {
        "email": "bruno@example.org",
        "name": "Bruno Pitanga",
        "language": "pt",
        "zone": "America/Sao_Paulo",
        "role": "tutor",
        **given,
    }


@pytest.mark.parametrize("role", ["tutor", "coordinator"])
def test_somebody_joins_the_team_with_one_mail(as_: As, cast: Cast, role: str) -> None:
    client = as_(cast.gabriela)
    assert client.get(f"{HERE}/equipo/nuevo").status_code == 200
    assert client.post(f"{HERE}/equipo/nuevo", data=tutor(role=role)).location == HERE
    bruno = person("bruno@example.org")
    row = member(bruno, cast)
    assert row is not None
    assert row.role == role
    [mail] = mails()
    assert (mail.kind, mail.address, mail.language) == ("admissions/appointed", "bruno@example.org", "pt")
    assert "/invitacion/" in mail.text
    assert client.post(f"{HERE}/equipo/{row.id}/invitacion").status_code == 409
    assert "Bruno Pitanga" in client.get(HERE).text


def test_who_is_on_the_team_in_that_role_is_not_added_twice(as_: As, cast: Cast) -> None:
    answer = as_(cast.gabriela).post(f"{HERE}/equipo/nuevo", data=tutor(email="renata@example.org"))
    assert answer.status_code == 422
    assert "on the team already" in answer.text
    assert mails() == []


@pytest.mark.parametrize(
    "wrong", [{"email": "x"}, {"name": ""}, {"role": "admin"}, {"zone": "Luna/Mar"}, {"language": ""}]
)
def test_a_member_that_cannot_be_is_told(as_: As, cast: Cast, wrong: dict[str, object]) -> None:
    answer = as_(cast.gabriela).post(f"{HERE}/equipo/nuevo", data=tutor(**wrong))
    assert answer.status_code == 422
    assert db.session.scalars(by_address("bruno@example.org")).one_or_none() is None


def test_a_tutor_leaves_the_team(as_: As, cast: Cast) -> None:
    row = member(cast.renata, cast)
    assert row is not None
    assert as_(cast.gabriela).post(f"{HERE}/equipo/{row.id}/quitar").location == HERE
    assert member(cast.renata, cast) is None
    assert as_(cast.renata).get(HERE).status_code == 404


def test_nobody_takes_themselves_off_the_team(as_: As, cast: Cast) -> None:
    row = member(cast.gabriela, cast)
    assert row is not None
    assert as_(cast.gabriela).post(f"{HERE}/equipo/{row.id}/quitar").status_code == 409
    assert member(cast.gabriela, cast) is not None


def test_a_member_of_another_team_is_not_found_in_this_one(as_: As, cast: Cast) -> None:
    row = db.session.scalars(select(EditionStaff).where(EditionStaff.user_id == cast.thiago.id)).one()
    assert as_(cast.elena).post(f"{HERE}/equipo/{row.id}/quitar").status_code == 404
    assert as_(cast.elena).post(f"{HERE}/equipo/{row.id}/invitacion").status_code == 404


# --- the list


def test_the_list_is_grouped_by_local_government_and_says_where_everybody_stands(as_: As, cast: Cast) -> None:
    factories.enrolment(cast.rocio, cast.edition, cast.catamarca)
    cast.lucia.login_count = 1
    db.session.commit()
    page = as_(cast.gabriela).get(HERE).text
    canelones, catamarca = page.index("Intendencia de Canelones"), page.index("Municipalidad de San Fernando")
    assert canelones < page.index("Lucía Ceibo") < page.index("Martín Tala") < catamarca < page.index("Rocío Algarrobo")
    assert page.count("Intendencia de Canelones") == 1
    assert "3 people" in page
    assert "Renata Araucaria Molle" in page


def test_a_name_is_found_without_its_accents(as_: As, cast: Cast) -> None:
    page = as_(cast.gabriela).get(HERE, query_string={"nombre": "martin"}).text
    assert "Martín Tala" in page
    assert "Lucía Ceibo" not in page
    assert "Nobody matches" in as_(cast.gabriela).get(HERE, query_string={"nombre": "nadie"}).text


def test_a_tutor_reads_the_list_and_changes_nothing(as_: As, cast: Cast) -> None:
    page = as_(cast.renata).get(HERE)
    assert page.status_code == 200
    assert "Lucía Ceibo" in page.text
    assert "/inscribir" not in page.text
    assert "/baja" not in page.text
    assert "/quitar" not in page.text


def test_only_who_coordinates_every_edition_gets_links_to_people(as_: As, cast: Cast) -> None:
    page, link = f"{HERE}/{cast.lucias.id}", f'href="/personas/{cast.lucia.id}"'
    assert f'href="{page}"' in as_(cast.gabriela).get(HERE).text
    assert link in as_(cast.elena).get(page).text
    assert link not in as_(cast.gabriela).get(page).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_questions_for_one_and_for_three(as_: As, count_queries: Count, rows: int) -> None:
    edition, elena = factories.edition("decima"), factories.user("Elena", roles=("coordinator",))
    for number in range(rows):
        government = factories.government(f"Municipio {number}")
        factories.enrolment(factories.user(f"Ceibo {number}"), edition, government)
        factories.staff(factories.user(f"Molle {number}"), edition)
    client = as_(elena)
    client.get("/ediciones/decima/personas")
    with count_queries() as ran:
        assert client.get("/ediciones/decima/personas").status_code == 200
    ours = [each for each in ran if "FROM enrolments JOIN users" in each or "FROM edition_staff JOIN users" in each]
    assert len(ours) == 3, "a page of enrolments, how many there are, the team"
    assert len([each for each in ran if "FROM users" in each or "FROM roles" in each]) == 1, "who is signed in"


def test_a_hundred_fit_on_a_page(as_: As, cast: Cast) -> None:
    for number in range(105):
        factories.enrolment(factories.user(f"Participante {number:03}"), cast.edition, cast.canelones)
    first, second = as_(cast.gabriela).get(HERE).text, as_(cast.gabriela).get(f"{HERE}?page=2").text
    assert "Participante 001" in first
    assert "Participante 104" in second
    assert "Participante 104" not in first


# --- who may


PAGES = [
    "/inscribir",
    "/lista",
    "/equipo/nuevo",
    "/{enrolment}/baja",
    "/{enrolment}/reincorporar",
    "/{enrolment}/traslado",
    "/{enrolment}/gobierno",
    "/{enrolment}/relevo",
]
VERBS = [
    "/{enrolment}/invitacion",
    "/equipo/{member}/quitar",
    "/equipo/{member}/invitacion",
]
EVERYBODY = [
    ("lucia", 403, 403),
    ("renata", 200, 403),
    ("rocio", 404, 404),
    ("thiago", 404, 404),
    ("gabriela", 200, 200),
    ("elena", 200, 200),
    ("admin", 200, 200),
]


def address(page: str, cast: Cast) -> str:
    row = member(cast.renata, cast)
    return HERE + page.format(enrolment=cast.lucias.id, member=row.id if row else 0)


@pytest.mark.parametrize(("who", "reads", "changes"), EVERYBODY)
def test_who_opens_which_page(as_: As, cast: Cast, who: str, reads: int, changes: int) -> None:
    client = as_(getattr(cast, who))
    assert client.get(HERE).status_code == reads
    for page in PAGES:
        assert client.get(address(page, cast)).status_code == changes


@pytest.mark.parametrize(("who", "expected"), [("lucia", 403), ("renata", 403), ("rocio", 404), ("thiago", 404)])
def test_nobody_else_changes_anything(as_: As, cast: Cast, who: str, expected: int) -> None:
    client = as_(getattr(cast, who))
    for page in PAGES + VERBS:
        assert client.post(address(page, cast), data=fields(cast, reason="x", role="tutor")).status_code == expected
    assert len(db.session.scalars(roll(cast.edition)).all()) == 2
    assert member(cast.renata, cast) is not None


def test_visitors_are_sent_to_sign_in_and_their_posts_refused(as_: As, cast: Cast) -> None:
    client = as_(None)
    for page in ["", *PAGES]:
        assert client.get(address(page, cast)).location.startswith("/ingresar")
    for page in PAGES + VERBS:
        assert client.post(address(page, cast)).status_code == 401
