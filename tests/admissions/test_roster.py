"""Many people at once: the dry run says everything and writes nothing; confirming enrols all of them or nobody."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO, StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import func, select

from escuela.admissions import importing
from escuela.admissions.models import Enrolment, RosterImport
from escuela.admissions.roster import FAULT, NOTE, SKIP
from escuela.extensions import Model, db
from escuela.messages.models import Message
from escuela.people.models import Change, LocalGovernment, Membership, User
from escuela.people.queries import by_address
from tests import factories
from tests.admissions.lists import ANA, HEADS, JOAO, text, workbook
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
HERE = "/ediciones/novena/personas/lista"
PEOPLE = "/ediciones/novena/personas"


def send(client: Client, rows: list[object] | bytes, name: str = "lista.csv") -> str:
    """Send a list; the address of its dry run."""
    content = rows if isinstance(rows, bytes) else text(rows).encode("utf-8-sig")
    answer = client.post(HERE, data={"file": (BytesIO(content), name)}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def newest() -> RosterImport:
    return db.session.scalars(select(RosterImport).order_by(RosterImport.id.desc()).limit(1)).one()


def said(received: RosterImport | None = None) -> list[tuple[int, str, str]]:
    """What the dry run says: line, weight, sentence."""
    plan = importing.try_out(received or newest()).plan
    return [(each.number, each.weight, str(each.sentence)) for each in plan.remarks]


def mark() -> str:
    return importing.try_out(newest()).plan.mark


def counts() -> list[int]:
    tables: tuple[type[Model], ...] = (User, Enrolment, Membership, LocalGovernment, Message, Change)
    return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


# --- the way through


def test_a_list_is_tried_and_then_enrolled_with_one_mail_each(as_: As, cast: Cast) -> None:
    client, before = as_(cast.gabriela), counts()
    assert client.get(HERE).status_code == 200
    address = send(client, workbook([HEADS, ANA, JOAO]), "Lista de la novena.xlsx")
    page = client.get(address).text
    assert counts() == before, "nothing is written before it is confirmed"
    assert "Enrol 2 people" in page
    answer = client.post(f"{address}/confirmar", data={"mark": mark()})
    assert (answer.status_code, answer.location) == (303, PEOPLE)
    ana, joao = (db.session.scalars(by_address(each[0])).one() for each in (ANA, JOAO))
    assert (ana.name, ana.language, ana.zone) == (ANA[1], "es", "America/Montevideo")
    assert joao.zone == "America/Argentina/Catamarca"
    rows = db.session.scalars(select(Enrolment).where(Enrolment.user_id.in_([ana.id, joao.id]))).all()
    assert [(row.status, row.enrolled_at, row.enrolled_by_id) for row in rows] == [
        ("active", NOW, cast.gabriela.id)
    ] * 2
    jobs = select(Membership.position).where(Membership.user_id.in_([ana.id, joao.id])).order_by(Membership.id)
    assert list(db.session.scalars(jobs)) == ["Directora", ""]
    mails = db.session.scalars(select(Message).order_by(Message.id)).all()
    assert [(mail.kind, mail.address) for mail in mails] == [
        ("admissions/enrolled", ANA[0]),
        ("admissions/enrolled", JOAO[0]),
    ]
    assert all("/invitacion/" in mail.text for mail in mails)
    [link] = [line for line in mails[0].text.splitlines() if "/invitacion/" in line]
    assert client.get(link).location.startswith("/contrasena/recuperar/")
    assert "2 people were enrolled with this list" in client.get(address).text


def test_confirming_twice_enrols_once(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    address = send(client, [HEADS, ANA])
    data = {"mark": mark()}
    assert client.post(f"{address}/confirmar", data=data).status_code == 303
    after = counts()
    assert client.post(f"{address}/confirmar", data=data).status_code == 303
    assert counts() == after


def test_the_same_list_again_has_nothing_to_do(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    rows = [HEADS, ANA, JOAO]
    address = send(client, rows)
    client.post(f"{address}/confirmar", data={"mark": mark()})
    after, address = counts(), send(client, rows)
    page = client.get(address).text
    assert "There is nothing to do" in page
    assert "Ana Jacarandá Ombú is enrolled already: nothing changes." in page
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 422
    assert counts() == after


def test_an_account_that_is_there_keeps_its_name_and_its_job(as_: As, cast: Cast) -> None:
    cast.rocio.login_count = 3
    db.session.commit()
    client = as_(cast.gabriela)
    place = "  municipalidad de san fernando del valle de CATAMARCA."
    address = send(client, [HEADS, ("Rocio@Example.org", "Otra Persona", place, "argentina", "Jefa")])
    [(number, weight, sentence)] = said()
    assert (number, weight) == (2, "note")
    assert "with the name «Rocío Algarrobo Lapacho»: it stays" in sentence
    client.post(f"{address}/confirmar", data={"mark": mark()})
    assert cast.rocio.name == "Rocío Algarrobo Lapacho"
    assert len(db.session.scalars(select(Membership).where(Membership.user_id == cast.rocio.id)).all()) == 1
    [mail] = db.session.scalars(select(Message))
    assert "/invitacion/" not in mail.text


# --- what is wrong is said, all of it, with its line

WRONG = [
    (("", "Ana", ANA[2], "", ""), "The address is missing."),
    (("ana", "Ana", ANA[2], "", ""), "«ana» is not an e-mail address."),
    (("a@b.co", "", ANA[2], "", ""), "The name is missing."),
    (("a@b.co", "x" * 201, ANA[2], "", ""), "The name has more than 200 characters."),
    (("a@b.co", "Ana", "", "", ""), "The local government is missing."),
    (("a@b.co", "Ana", "Intendencia de Canelón", "", ""), "Near it: Intendencia de Canelones (UY-CA)"),
    (("a@b.co", "Ana", "Zzz", "", ""), "No local government is called «Zzz»."),
    (("a@b.co", "Ana", ANA[2], "Brasil", ""), "No local government is called"),
    (("a@b.co", "Ana", ANA[2], "Atlántida", ""), "«Atlántida» is not a country"),
    (("a@b.co", "Ana", ANA[2], "", "x" * 201), "The position has more than 200 characters."),
]


@pytest.mark.parametrize(("says", "becomes"), [("sí", True), ("no", False), ("", False)])
def test_who_works_there_already_becomes_focal_point_where_the_list_says_so(
    as_: As, cast: Cast, says: str, becomes: bool
) -> None:
    ana = factories.user(ANA[1], email=ANA[0])
    jobs = [factories.membership(ana, where) for where in (cast.canelones, cast.catamarca)]
    client = as_(cast.gabriela)
    address = send(client, [[*HEADS, "Referente"], [*ANA, says]])
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 303
    assert [job.focal_point for job in jobs] == [becomes, False]


@pytest.mark.parametrize(("row", "sentence"), WRONG)
def test_a_bad_line_stands_against_the_whole_list(as_: As, cast: Cast, row: tuple[str, ...], sentence: str) -> None:
    client, before = as_(cast.gabriela), counts()
    address = send(client, [HEADS, JOAO, row])
    assert {number for number, weight, _sentence in said() if weight == FAULT} == {3}
    assert any(sentence in found for _number, _weight, found in said())
    page = client.get(address).text
    assert "Send the list again" in page
    assert "Enrol 1 person" not in page
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 422
    assert counts() == before, "nobody, not even who was right"


def test_every_bad_line_is_listed_and_can_be_downloaded(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    rows = [HEADS, *(row for row, _sentence in WRONG), *[(f"=x{number}", "Ana", ANA[2]) for number in range(300)]]
    address = send(client, rows)
    plan = importing.try_out(newest()).plan
    assert {each.number for each in plan.faults} == set(range(2, 312))
    answer = client.get(f"{address}/lineas.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert lines[0] == ["Line", "E-mail", "What", "Why"]
    assert {int(line[0]) for line in lines[1:]} == set(range(2, 312))
    assert lines[-1][1] == "'=x299", "no cell is a formula"
    assert "Page 1 of 2" in client.get(address).text


EXTRA = (*HEADS, "Idioma", "Zona horaria", "Referente")


@pytest.mark.parametrize(
    ("language", "zone", "focal", "sentence"),
    [
        ("fr", "", "", "«fr» is not a language of the School"),
        ("", "Luna/Mar", "", "«Luna/Mar» is not a time zone"),
        ("", "", "tal vez", "«tal vez» is neither yes nor no."),
    ],
)
def test_languages_zones_and_answers_are_checked(
    as_: As, cast: Cast, language: str, zone: str, focal: str, sentence: str
) -> None:
    send(as_(cast.gabriela), [EXTRA, (*ANA, language, zone, focal)])
    assert any(sentence in found for _number, _weight, found in said())


@pytest.mark.parametrize(
    ("language", "zone", "focal", "kept"),
    [
        ("português", "America/Sao_Paulo", "sí", ("pt", "America/Sao_Paulo", True)),
        ("PT-br", "america/sao paulo", "X", ("pt", "America/Sao_Paulo", True)),
        ("Inglés", "", "No", ("en", "America/Montevideo", False)),
        ("", "", "", ("es", "America/Montevideo", False)),
    ],
)
def test_languages_zones_and_answers_are_forgiven(
    as_: As, cast: Cast, language: str, zone: str, focal: str, kept: tuple[object, ...]
) -> None:
    send(as_(cast.gabriela), [EXTRA, (*ANA, language, zone, focal)])
    [entry] = importing.try_out(newest()).plan.entries
    assert (entry.language, entry.zone, entry.focal_point) == kept


def test_an_address_twice_is_told_with_the_other_line(as_: As, cast: Cast) -> None:
    send(as_(cast.gabriela), [HEADS, ANA, JOAO, ("mailto:ANA@example.org", *ANA[1:])])
    assert said() == [(4, FAULT, "The same address is on line 2.")]


def test_who_is_enrolled_or_was_is_left_out(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    client.post(f"{PEOPLE}/{cast.martins.id}/baja", data={"reason": "Se fue"})
    client.post(
        f"{PEOPLE}/{cast.lucias.id}/relevo",
        data={"email": ANA[0], "name": ANA[1], "language": "es", "position": "Jefa", "reason": "Se fue"},
    )
    rows = [(f"{name}@example.org", "X", ANA[2], "", "") for name in ("martin", "lucia", "ana")]
    send(client, [HEADS, *rows, ("ana@example.com", "Otra Ana", ANA[2], "", "")])
    assert [(number, weight) for number, weight, _sentence in said()] == [(2, SKIP), (3, SKIP), (4, SKIP)]
    sentences = [sentence for _number, _weight, sentence in said()]
    assert "withdrew" in sentences[0]
    assert "handed the place over" in sentences[1]
    assert "enrolled already" in sentences[2]
    assert importing.try_out(newest()).plan.ready


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (
            "renata",
            "Renata Araucaria Molle is on the team of this edition, for tutoring: they would take part as well.",
        ),
        ("gabriela", "Gabriela Timbó Palo coordinates this edition: they would take part as well."),
        ("thiago", ""),
    ],
)
def test_who_works_in_the_edition_is_told_on_the_line_and_can_take_part(
    as_: As, cast: Cast, who: str, sentence: str
) -> None:
    person = getattr(cast, who)
    client = as_(cast.elena)
    address = send(client, [HEADS, (person.email, person.name, *ANA[2:])])
    assert said() == ([(2, NOTE, sentence)] if sentence else [])
    if sentence:
        assert sentence in client.get(address).text
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 303


def test_somebody_with_two_roles_is_one_person_with_a_note_on_each(as_: As, cast: Cast) -> None:
    factories.staff(cast.renata, cast.edition, "coordinator")
    send(as_(cast.elena), [HEADS, ("renata@example.org", cast.renata.name, *ANA[2:])])
    assert [(number, weight) for number, weight, _sentence in said()] == [(2, NOTE), (2, NOTE)]
    assert len(importing.try_out(newest()).plan.entries) == 1


def test_an_account_that_is_deactivated_stands_against_the_list(as_: As, cast: Cast) -> None:
    factories.user(ANA[1], email=ANA[0]).active = False
    db.session.commit()
    client, before = as_(cast.gabriela), counts()
    address = send(client, [HEADS, ANA, JOAO])
    [(number, weight, sentence)] = said()
    assert (number, weight) == (2, FAULT)
    assert "is deactivated: nobody can sign in with it." in sentence
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 422
    assert counts() == before


def test_who_becomes_focal_point_of_where_they_work_is_told_and_who_is_it_is_not(as_: As, cast: Cast) -> None:
    for each, is_it in ((ANA, False), (JOAO, True)):
        factories.membership(factories.user(each[1], email=each[0]), cast.canelones, focal_point=is_it)
    newcomer = ("nueva@example.org", "Nueva Ceibo", *ANA[2:])
    people = [ANA, (*JOAO[:2], *ANA[2:]), newcomer]
    send(as_(cast.gabriela), [[*HEADS, "Referente"], *([*each, "sí"] for each in people)])
    assert said() == [(2, NOTE, "Works for Intendencia de Canelones already, and becomes its focal point.")]


# --- columns and governments


def test_columns_are_chosen_where_they_cannot_be_guessed_and_remembered(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    rows = [("Wer", "Anschrift", "Wo"), ("Ana Ombú", "ana@example.org", "Intendencia de Canelones")]
    address = send(client, rows)
    assert "These were not recognised:" in client.get(address).text
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 422
    twice = client.post(f"{address}/columnas", data={"email": 1, "name": 1, "government": 2})
    assert twice.status_code == 422
    assert "the same column" in twice.text
    assert client.post(f"{address}/columnas", data={"email": 1, "name": 0, "government": 2}).status_code == 303
    assert importing.try_out(newest()).plan.ready
    send(client, rows)
    assert importing.try_out(newest()).plan.ready, "the next list with these heads is read the same way"


@pytest.mark.parametrize("column", ["99", "-1", "uno", "2147483648"])
def test_a_column_that_is_not_there_is_none(as_: As, cast: Cast, column: str) -> None:
    client = as_(cast.gabriela)
    address = send(client, [HEADS, ANA])
    client.post(f"{address}/columnas", data={"email": column, "name": 1, "government": 2})
    assert importing.try_out(newest()).plan.missing == ["email"]


def test_a_name_and_a_surname_of_their_own_are_joined(as_: As, cast: Cast) -> None:
    heads = ("Apellidos", "Nombres", "Correo", "Municipio")
    send(as_(cast.gabriela), [heads, ("Jacarandá Ombú", "Ana", "ana@example.org", ANA[2])])
    assert importing.try_out(newest()).plan.entries[0].name == "Ana Jacarandá Ombú"


def test_an_unknown_government_is_resolved_or_added_and_the_list_goes_on(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    address = send(
        client, [HEADS, (*ANA[:2], "Canelones", "UY", ""), (*JOAO[:2], "Prefeitura de Santos", "Brasil", "")]
    )
    page = client.get(address).text
    assert "Intendencia de Canelones (UY-CA)" in page
    key, other = "UY:canelones", "BR:prefeitura de santos"
    answer = client.post(
        f"{address}/gobiernos", data={"key": [key, other], "government": [str(cast.canelones.id), "999999"]}
    )
    assert answer.status_code == 303
    assert list(importing.try_out(newest()).plan.unknown) == [other]
    way = f"/ediciones/novena/gobiernos/nuevo?lista={newest().id}&clave=BR:prefeitura+de+santos&nombre=Prefeitura"
    assert 'value="Prefeitura"' in client.get(way).text
    added = client.post(
        way,
        data={
            "name": "Prefeitura Municipal de Santos",
            "subdivision": "BR-SP",
            "tier": "municipal",
            "population_band": "large",
            "statistics_code": "",
            "zone": "America/Sao_Paulo",
            "languages": ["pt"],
        },
    )
    assert added.location == address
    plan = importing.try_out(newest()).plan
    assert plan.ready
    assert [entry.language for entry in plan.entries] == ["es", "pt"], "the languages of their governments"


def test_a_name_that_two_governments_have_asks_which(as_: As, cast: Cast) -> None:
    factories.government("Florida", country="UY", subdivision="UY-FD")
    factories.government("Florida", country="BO", subdivision="BO-S")
    client = as_(cast.gabriela)
    send(client, [HEADS, (*ANA[:2], "florida", "", "")])
    assert "Several local governments are called «florida»" in said()[0][2]
    send(client, [HEADS, (*ANA[:2], "florida", "bolivia", "")])
    assert importing.try_out(newest()).plan.ready


# --- what changes in between


def test_a_list_that_would_do_something_else_by_now_is_shown_again(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    address, seen = send(client, [HEADS, ANA, JOAO]), mark()
    factories.enrolment(factories.user(ANA[1], email=ANA[0]), cast.edition, cast.canelones)
    before = counts()
    answer = client.post(f"{address}/confirmar", data={"mark": seen})
    assert answer.status_code == 422
    assert "Something changed since you looked" in answer.text
    assert "Enrol 1 person" in answer.text
    assert counts() == before
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 303


def test_all_or_nothing(as_: As, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    client, before = as_(cast.gabriela), counts()
    address, seen = send(client, [HEADS, ANA, JOAO]), mark()

    def fails(*_given: object) -> int:
        raise RuntimeError

    monkeypatch.setattr(importing, "enqueue_all", fails)
    with pytest.raises(RuntimeError):
        client.post(f"{address}/confirmar", data={"mark": seen})
    db.session.rollback()
    assert counts() == before


def test_nobody_joins_an_edition_that_is_over(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    address, seen = send(client, [HEADS, ANA]), mark()
    cast.edition.status = "closed"
    db.session.commit()
    before = counts()
    assert "This edition is over" in client.get(HERE).text
    answer = client.post(HERE, data={"file": (BytesIO(b"x"), "x.csv")}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Enrol 1 person" not in client.get(address).text
    assert client.post(f"{address}/confirmar", data={"mark": seen}).status_code == 422
    assert counts() == before


NAMES = st.sampled_from(["Ana Ombú", "João Ipê", "Mia", "Zoë  Ñandubay"])
LINES = st.lists(
    st.tuples(
        st.sampled_from([f"p{number}@example.org" for number in range(6)]),
        NAMES,
        st.sampled_from([ANA[2], JOAO[2], "intendencia de canelones"]),
    ),
    max_size=8,
    unique_by=lambda row: row[0],
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES)
def test_a_list_enrolled_twice_is_the_list_enrolled_once(cast: Cast, lines: list[tuple[str, str, str]]) -> None:
    content = text([HEADS[:3], *lines]).encode()

    def enrol() -> list[int]:
        received = importing.receive(cast.edition, content, name="x.csv", by=cast.gabriela)
        plan = importing.try_out(received).plan
        if plan.ready:
            importing.confirm(received, mark=plan.mark, by=cast.gabriela)
        return counts()

    assert enrol() == enrol()
    assert not importing.try_out(newest()).plan.ready


# --- figures, templates, who may


@pytest.mark.parametrize("many", [3, 30])
def test_a_dry_run_asks_the_same_questions_for_three_lines_and_for_thirty(
    as_: As, cast: Cast, count_queries: Count, many: int
) -> None:
    for number in range(many):
        person = factories.user(f"Ceibo {number}", email=f"c{number}@example.org")
        if number % 2:
            factories.enrolment(person, cast.edition, cast.canelones)
    client = as_(cast.gabriela)
    rows = [(f"c{number}@example.org", "Otro", "Canelones" if number % 3 else ANA[2]) for number in range(many)]
    address = send(client, [HEADS[:3], *rows])
    client.get(address)
    with count_queries() as ran:
        assert client.get(address).status_code == 200
    assert len(ran) == QUERIES


QUERIES = 12
"""Eight of the page: who is signed in, what they may, the edition, its tabs, the list; four of the dry run."""


def test_templates_open_in_spreadsheets_and_are_read_back(as_: As, cast: Cast) -> None:
    cast.gabriela.language = "pt"
    db.session.commit()
    client = as_(cast.gabriela)
    content = client.get(f"{HERE}/plantilla.csv").data
    assert content.startswith(b"\xef\xbb\xbfE-mail;Nome completo;Governo local")
    book = load_workbook(BytesIO(client.get(f"{HERE}/plantilla.xlsx").data))
    assert [cell.value for cell in book.worksheets[0][1]][:3] == ["E-mail", "Nome completo", "Governo local"]
    assert cast.canelones.name in [row[0].value for row in book.worksheets[1].rows]
    filled = book.worksheets[0]
    filled.append([*ANA[:3], "Uruguay", "", "espanhol", "sim"])
    out = BytesIO()
    book.save(out)
    send(client, out.getvalue(), "lista.xlsx")
    assert importing.try_out(newest()).plan.ready


@pytest.mark.parametrize("sent", [None, (BytesIO(b""), "x.csv"), (BytesIO(b"%PDF-1.7"), "x.csv")])
def test_what_cannot_be_read_is_told_and_not_kept(as_: As, cast: Cast, sent: object) -> None:
    data = {"file": sent} if sent else {}
    answer = as_(cast.gabriela).post(HERE, data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "That could not be done yet" in answer.text
    assert db.session.scalar(select(func.count()).select_from(RosterImport)) == 0


WHO = [("lucia", 403), ("renata", 403), ("rocio", 404), ("thiago", 404), ("gabriela", 200), ("elena", 200)]


@pytest.mark.parametrize(("who", "status"), WHO)
def test_who_may(as_: As, cast: Cast, who: str, status: int) -> None:
    address, before = send(as_(cast.gabriela), [HEADS, ANA]), counts()
    client = as_(getattr(cast, who))
    for page in (HERE, address, f"{address}/lineas.csv", f"{HERE}/plantilla.csv", f"{HERE}/plantilla.xlsx"):
        assert client.get(page).status_code == status
    if status != 200:
        for verb in ("confirmar", "columnas", "gobiernos"):
            assert client.post(f"{address}/{verb}", data={"mark": mark()}).status_code == status
        assert client.post(HERE, data={}).status_code == status
        assert counts() == before


def test_a_list_of_another_edition_is_not_found_in_this_one(as_: As, cast: Cast) -> None:
    address = send(as_(cast.gabriela), [HEADS, ANA]).replace("novena", "octava")
    client = as_(cast.elena)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/confirmar", data={"mark": mark()}).status_code == 404
