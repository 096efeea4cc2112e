"""The gradebook on screen: what it says, who may look and who may change, what it costs."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from escuela import clock
from escuela.admissions.models import WITHDRAWN, Enrolment
from escuela.assessments.assignments.models import CHANGES_REQUESTED
from escuela.editions.kinds import DONE, NOT_BEGUN, PART, RETURNED, WAITING
from escuela.editions.models import ARCHIVED
from escuela.extensions import db
from escuela.gradebook import services
from escuela.gradebook.book import Book, Filters
from escuela.gradebook.models import EXCUSE, MARK, Override, Points
from escuela.learning.models import LessonDone
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW
from tests.gradebook.conftest import MINE, TABLE, attempt, reviewed

EIGHT = Points(800, 1000)


def table(page: str) -> dict[str, list[str]]:
    """Cells by participant, each as `letter text`."""
    body = page.partition("<tfoot>")[0]
    found = re.findall(r'<tr><th scope="row"><a href="[^"]*">([^<]*)</a></th>(.*?)</tr>', body, re.DOTALL)
    return {
        unescape(name): [
            f"{letter} {text}".strip() for letter, text in re.findall(r'<td(?: class="(.*?)")?>(.*?)</td>', row)
        ]
        for name, row in found
    }


def cells_of(row: str) -> list[str]:
    return [re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]


def foot(page: str) -> list[str]:
    return [" ".join(cell.split()) for cell in cells_of(page.partition("<tfoot>")[2].partition("</tfoot>")[0])]


def many(cast: Cast, count: int, *, each: int = 70, start: int = 0) -> list[Enrolment]:
    """So many more participants, numbered from `start`, in governments of `each`."""
    made = []
    for number in range(start, start + count):
        if (number - start) % each == 0:
            government = factories.government(f"Municipio {number:04}", subdivision=f"UY-{number}")
        person = User(
            name=f"Tala {number}", email=f"tala{number}@example.org", password="-", fs_uniquifier=f"t{number}"
        )
        made.append(Enrolment(user=person, edition=cast.edition, local_government=government, enrolled_at=clock.now()))
    db.session.add_all(made)
    db.session.commit()
    return made


# --- what it says


def test_every_participant_is_a_row_with_marks_and_states(cast, opened):
    factories.saved(LessonDone(enrolment_id=cast.lucias.id, lesson_id=cast.lesson.id, done_at=NOW))
    attempt(cast.quiz, cast.lucias, 8)
    reviewed(cast.assignment, cast.lucias, 1, 0, state=CHANGES_REQUESTED)
    attempt(cast.quiz, cast.martins, 4)
    assert table(opened()) == {
        "Lucía Ceibo Coronilla": ["d ✓", "d 8/10 ✓", "p p3 1/4 chg.", "2", "9/14", "64%"],
        "Martín Tala Espinillo": ["n –", "p p2 4/10 …", "n –", "1", "4/10", "40%"],
    }


def test_what_waits_and_what_was_not_released_shows_no_mark(cast, opened):
    reviewed(cast.assignment, cast.lucias, 2, 2, state="submitted", released=False)
    assert table(opened())["Lucía Ceibo Coronilla"][2:] == ["r rev.", "0", "", "–"]


def test_a_changed_mark_and_an_excuse_have_signs_of_their_own(cast, opened):
    attempt(cast.quiz, cast.lucias, 4)
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Corregido.", by=cast.gabriela)
    services.excuse(cast.lucias, cast.assignment, reason="Licencia.", by=cast.gabriela)
    db.session.commit()
    assert table(opened())["Lucía Ceibo Coronilla"] == ["n –", "o 8/10 *", "x exc.", "1", "8/10", "80%"]


def test_a_government_has_its_own_average_and_count(cast, opened):
    attempt(cast.quiz, cast.lucias, 9)
    attempt(cast.quiz, cast.martins, 6)
    reviewed(cast.assignment, cast.martins, 2, 2)
    alone = factories.enrolment(factories.user("Ana Ipê"), cast.edition, cast.catamarca)
    attempt(cast.quiz, alone, 3)
    page = opened()
    assert "2 people, 3 marks, average 80%" in page
    assert "1 person, 1 mark, average 30%" in page
    means = re.findall(r'<tr class="mean">(.*?)</tr>', page, re.DOTALL)
    assert [cells_of(mean) for mean in means] == [["", "75%", "100%", "3", "", "80%"]]
    assert foot(page) == ["", "60% 3", "100% 1", "4", "", "63%"]
    assert "3 people in 2 local governments, 4 marks. Average: 63%." in page


def test_who_withdrew_is_neither_a_row_nor_in_the_averages(cast, opened):
    attempt(cast.quiz, cast.lucias, 9)
    attempt(cast.quiz, cast.martins, 5)
    cast.lucias.status, cast.lucias.withdrawn_at = WITHDRAWN, NOW
    db.session.commit()
    page = opened()
    assert list(table(page)) == ["Martín Tala Espinillo"]
    assert foot(page)[1] == "50% 1"


def test_what_is_put_away_counts_no_more(cast, opened):
    attempt(cast.quiz, cast.lucias, 9)
    cast.quiz.archived_at = NOW
    db.session.commit()
    page = opened()
    assert table(page)["Lucía Ceibo Coronilla"] == ["n –", "n –", "0", "", "–"]
    assert "no marks yet" in page
    assert "0 of" not in page


def test_it_says_how_marks_are_counted(opened):
    assert "The total is plain" in opened()


def test_an_edition_without_participants_or_without_activities_says_what_will_come(cast, as_):
    tenth = factories.edition("decima", number=10)
    assert 'class="empty"' in as_(cast.elena).get("/ediciones/decima/calificaciones").text
    factories.enrolment(factories.user("Ana Ipê"), tenth, cast.canelones)
    assert "There is nothing to mark yet" in as_(cast.elena).get("/ediciones/decima/calificaciones").text
    assert as_(cast.elena).get("/ediciones/decima/calificaciones.csv").status_code == 200
    assert as_(cast.elena).get("/ediciones/decima/calificaciones.xlsx").status_code == 200


# --- filters and pages


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Ana", "Lucía", "Martín"]),
        ({"q": "lucia CORONILLA"}, ["Lucía"]),
        ({"q": "canelones"}, ["Lucía", "Martín"]),
        ({"pais": "BR"}, ["Ana"]),
        ({"estado": DONE}, ["Lucía"]),
        ({"estado": PART}, ["Martín"]),
        ({"estado": WAITING}, ["Ana"]),
        ({"estado": RETURNED}, ["Lucía"]),
        ({"estado": NOT_BEGUN}, ["Ana", "Martín"]),
        ({"estado": NOT_BEGUN, "modulo": 2}, ["Ana", "Lucía", "Martín"]),
        ({"estado": MARK}, ["Martín"]),
        ({"estado": EXCUSE}, ["Ana"]),
        ({"estado": EXCUSE, "modulo": 2}, []),
        ({"estado": "x", "gobierno": "x", "pagina": "x", "modulo": 99}, ["Ana", "Lucía", "Martín"]),
    ],
)
def test_filters_find(filters, names, cast, opened):
    """Lucía passed and was sent back; Martín has a changed mark; Ana's work waits, of the quiz she is excused."""
    city = factories.government("Prefeitura de São José", country="BR", subdivision="BR-SC", zone="America/Sao_Paulo")
    ana = factories.enrolment(factories.user("Ana Ipê"), cast.edition, city)
    cast.lesson.archived_at = NOW
    factories.lesson(factories.module(cast.edition))
    attempt(cast.quiz, cast.lucias, 8)
    reviewed(cast.assignment, cast.lucias, 0, 0, state=CHANGES_REQUESTED)
    attempt(cast.quiz, cast.martins, 2)
    factories.work(cast.assignment, ana)
    services.give(cast.martins, cast.quiz, EIGHT, reason="Corregido.", by=cast.gabriela)
    services.excuse(ana, cast.quiz, reason="Licencia.", by=cast.gabriela)
    db.session.commit()
    if filters.get("estado") == NOT_BEGUN and "modulo" not in filters:
        filters = filters | {"modulo": 1}
    assert sorted(name.split()[0] for name in table(opened(**filters))) == names


def test_a_module_narrows_columns_marks_and_totals(cast, opened):
    attempt(cast.quiz, cast.lucias, 8)
    second = factories.module(cast.edition)
    attempt(factories.quiz(second), cast.lucias, 1)
    assert table(opened())["Lucía Ceibo Coronilla"][4:] == ["2", "9/20", "45%"]
    assert table(opened(modulo=2))["Lucía Ceibo Coronilla"] == ["p p2 1/10 …", "1", "1/10", "10%"]
    assert foot(opened(modulo=2)) == ["10% 1", "1", "", "10%"]


def test_a_local_government_is_a_filter_and_the_averages_are_of_who_was_found(cast, opened):
    ana = factories.enrolment(factories.user("Ana Ipê"), cast.edition, cast.catamarca)
    attempt(cast.quiz, ana, 3)
    attempt(cast.quiz, cast.lucias, 9)
    page = opened(gobierno=cast.catamarca.id)
    assert list(table(page)) == ["Ana Ipê"]
    assert foot(page)[1] == "30% 1"


def test_filters_that_find_nobody_say_how_many_there_are(opened):
    page = opened(q="nobody of that name")
    assert "Nobody matches these filters" in page
    assert "There are 2 people in this edition." in page
    assert 'value="nobody of that name"' in page


def test_a_page_ends_with_a_whole_local_government(cast):
    many(cast, 7, each=2)
    assert [len(page) for page in Book(cast.edition, Filters()).pages(most=4)] == [4, 4, 1]


def test_the_next_page_and_the_sheets_keep_the_filters(cast, opened):
    many(cast, 150)
    page = opened(q="Tala", modulo=1)
    assert "q=Tala&amp;modulo=1&amp;pagina=2" in page
    assert f"{TABLE}.csv?q=Tala&amp;modulo=1" in page
    assert f"{TABLE}.xlsx?q=Tala&amp;modulo=1" in page
    assert [len(table(opened(pagina=number))) for number in (1, 2, 99)] == [72, 80, 80]


# --- who may look, who may change


@pytest.fixture
def addresses(cast, cell) -> dict[str, str]:
    return {
        "table": TABLE,
        "csv": f"{TABLE}.csv",
        "xlsx": f"{TABLE}.xlsx",
        "person": f"{TABLE}/{cast.lucias.id}",
        "cell": cell,
        "mine": MINE,
    }


@pytest.mark.parametrize("page", ["table", "csv", "xlsx", "person", "cell", "mine"])
@pytest.mark.parametrize(
    ("who", "read", "change", "own"),
    [
        ("gabriela", 200, 200, 403),
        ("renata", 200, 403, 403),
        ("elena", 200, 200, 403),
        ("admin", 200, 200, 403),
        ("lucia", 403, 403, 200),
        ("martin", 403, 403, 200),
        ("rocio", 404, 404, 404),
        ("thiago", 404, 404, 404),
    ],
)
def test_tutors_read_coordinators_change_and_everybody_has_their_own(
    page, who, read, change, own, addresses, cast, as_
):
    expected = {"cell": change, "mine": own}.get(page, read)
    assert as_(getattr(cast, who)).get(addresses[page]).status_code == expected


@pytest.mark.parametrize(
    ("who", "status"), [("renata", 403), ("lucia", 403), ("rocio", 404), ("thiago", 404), (None, 401)]
)
@pytest.mark.parametrize("verb", ["", "/quitar"])
def test_nobody_else_changes_a_mark(verb, who, status, cell, cast, as_):
    sent = {"verdict": EXCUSE, "reason": "Licencia.", "why": "Volvió."}
    assert as_(who and getattr(cast, who)).post(cell + verb, data=sent).status_code == status
    assert db.session.scalar(select(func.count(Override.id))) == 0


def test_who_coordinates_and_takes_part_changes_no_mark_of_their_own(cast, as_, cell):
    factories.staff(cast.lucia, cast.edition, "coordinator")
    lucia, martins = as_(cast.lucia), f"{TABLE}/{cast.martins.id}"
    assert cell not in lucia.get(f"{TABLE}/{cast.lucias.id}").text
    assert lucia.get(cell).status_code == 403
    assert lucia.post(cell, data={"verdict": EXCUSE, "reason": "Porque sí."}).status_code == 403
    assert lucia.get(f"{martins}/quiz-datos").status_code == 200


@pytest.mark.parametrize("page", ["table", "csv", "xlsx", "person", "cell", "mine"])
def test_a_visitor_is_sent_to_sign_in(page, addresses, as_):
    answer = as_(None).get(addresses[page])
    assert (answer.status_code, "/ingresar" in answer.location) == (303, True)


def test_nothing_leads_to_a_person_or_an_activity_of_another_edition(cast, as_):
    elsewhere = factories.quiz(factories.module(cast.other))
    for address in (
        f"{TABLE}/{cast.rocios.id}",
        f"{TABLE}/{cast.rocios.id}/quiz-datos",
        f"{TABLE}/{cast.lucias.id}/{elsewhere.slug}",
        f"{TABLE}/{cast.lucias.id}/ninguna",
        f"{TABLE}/{cast.lucias.id}/leccion",  # a lesson is never marked
    ):
        assert as_(cast.elena).get(address).status_code == 404, address


def test_only_who_may_change_finds_the_way_to_it(cast, as_, cell):
    person = f"{TABLE}/{cast.lucias.id}"
    assert cell in as_(cast.gabriela).get(person).text
    assert cell not in as_(cast.renata).get(person).text
    cast.edition.status = ARCHIVED
    db.session.commit()
    assert cell not in as_(cast.gabriela).get(person).text
    refused = as_(cast.gabriela).post(cell, data={"verdict": EXCUSE, "reason": "Llegó tarde."})
    assert (refused.status_code, "Llegó tarde." in refused.text) == (422, True)
    assert "This edition is archived" in refused.text


def test_each_has_the_tab_that_they_may_open(cast, as_):
    face = "/ediciones/novena"
    assert (TABLE in as_(cast.renata).get(face).text, MINE in as_(cast.renata).get(face).text) == (True, False)
    assert (TABLE in as_(cast.lucia).get(face).text, MINE in as_(cast.lucia).get(face).text) == (False, True)


def test_whoever_looks_through_a_lens_sees_an_empty_page_of_marks(cast, as_):
    browser = as_(cast.gabriela)
    with browser.session_transaction() as session:
        session["lens"] = {"edition": cast.edition.id, "role": "participant", "language": "en"}
    answer = browser.get(MINE)
    assert (answer.status_code, "My marks" in answer.text) == (200, True)


# --- changing


def test_a_mark_is_changed_and_both_read_why(cast, as_, cell):
    attempt(cast.quiz, cast.lucias, 4)
    sent = {"verdict": MARK, "earned": "8,5", "possible": "10", "reason": "Se cortó la luz en todo el departamento."}
    answer = as_(cast.gabriela).post(cell, data=sent)
    assert (answer.status_code, answer.location) == (303, f"{TABLE}/{cast.lucias.id}")
    page = as_(cast.gabriela).get(answer.location).text
    own = as_(cast.lucia).get(MINE).text
    for text in (page, own):
        assert "8.5 of 10" in text
        assert "85%" in text
        assert "Se cortó la luz en todo el departamento." in text
        assert "The activity itself gave 4 of 10." in text
        assert "12:00, Montevideo time" in text
        assert "Gabriela Timbó Palo changed a mark" in text


def test_an_excuse_needs_no_points_and_what_was_typed_of_them_is_left_out(cast, as_, cell):
    sent = {"verdict": EXCUSE, "earned": "mucho", "possible": "", "reason": "Licencia médica."}
    assert as_(cast.gabriela).post(cell, data=sent).status_code == 303
    assert "Excused: it does not count." in as_(cast.lucia).get(MINE).text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": "  "}, "Fill this in."),
        ({"earned": ""}, "Fill this in."),
        ({"earned": "ocho"}, "Write a number from 0 to 10000"),
        ({"earned": "8.555"}, "Write a number from 0 to 10000"),
        ({"earned": "-1"}, "Write a number from 0 to 10000"),
        ({"earned": "NaN"}, "Write a number from 0 to 10000"),
        ({"possible": "1e99999999999999999999"}, "Write a number from 0 to 10000"),
        ({"possible": "10001"}, "Write a number from 0 to 10000"),
        ({"possible": "0"}, "At least something must be possible."),
        ({"earned": "11"}, "No more than the points possible."),
        ({"verdict": "x"}, "Not a valid choice"),
        ({"reason": "a" * 1001}, "At most 1000 characters."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(wrong, said, cast, as_, cell):
    sent = {"verdict": MARK, "earned": "7", "possible": "9", "reason": "Porque sí."} | wrong
    answer = as_(cast.gabriela).post(cell, data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert "<title>Error:" in answer.text
    for name in {"earned", "possible"} - set(wrong):
        assert f'value="{sent[name]}"' in answer.text
    assert db.session.scalar(select(func.count(Override.id))) == 0


def test_the_form_begins_with_what_stands(cast, as_, cell):
    attempt(cast.quiz, cast.lucias, 4)
    page = as_(cast.gabriela).get(cell).text
    assert re.search(r'name="earned"[^>]* value="4"', page)
    assert re.search(r'name="possible"[^>]* value="10"', page)
    assert "Take the change back" not in page


def test_a_change_is_taken_back_with_a_reason_that_both_read(cast, as_, cell):
    attempt(cast.quiz, cast.lucias, 4)
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Corregido.", by=cast.gabriela)
    db.session.commit()
    refused = as_(cast.gabriela).post(f"{cell}/quitar", data={"why": " "})
    assert (refused.status_code, "Fill this in." in refused.text) == (422, True)
    assert as_(cast.gabriela).post(f"{cell}/quitar", data={"why": "Era de Martín."}).status_code == 303
    own = as_(cast.lucia).get(MINE).text
    assert "4 of 10" in own
    assert "Era de Martín." in own
    assert "Corregido." in own  # in the history
    assert 'class="note"' not in own


@pytest.mark.parametrize("verb", ["", "/quitar"])
def test_nobody_overwrites_what_they_have_not_seen(verb, cast, as_, cell):
    assert as_(cast.gabriela).post(cell, data={"seen": "x", "verdict": "x"}).status_code == 422  # of no page of ours
    stale = re.findall(r'name="seen"[^>]* value="([^"]*)"', as_(cast.gabriela).get(cell).text)
    assert stale == [""]
    services.give(cast.lucias, cast.quiz, EIGHT, reason="De Elena.", by=cast.elena)
    db.session.commit()
    sent = {"seen": "", "verdict": EXCUSE, "reason": "Mía.", "why": "Mía."}
    answer = as_(cast.gabriela).post(cell + verb, data=sent)
    assert answer.status_code == 422
    assert f"{cast.elena.name} changed it meanwhile." in answer.text
    assert "Mía." in answer.text
    assert "De Elena." in answer.text
    fresh = re.findall(r'name="seen"[^>]* value="([^"]*)"', answer.text)
    assert as_(cast.gabriela).post(cell + verb, data=sent | {"seen": fresh[0]}).status_code == 303


def test_who_reads_sees_the_same_numbers_as_the_table(cast, as_, opened):
    attempt(cast.quiz, cast.lucias, 7)
    reviewed(cast.assignment, cast.lucias, 2, 1)
    services.give(cast.lucias, cast.quiz, Points(950, 1000), reason="Corregido.", by=cast.gabriela)
    db.session.commit()
    *_cells, marks, points, percent = table(opened())["Lucía Ceibo Coronilla"]
    own, seen = as_(cast.lucia).get(MINE).text, as_(cast.renata).get(f"{TABLE}/{cast.lucias.id}").text
    assert (marks, points, percent) == ("2", "12.5/14", "89%")
    for page in (own, seen):
        facts = re.findall(r"<dd>([^<]*)</dd>", page.partition('class="facts facts--big"')[2].partition("</dl>")[0])
        assert facts == ["89%", "12.5 of 14", "2"]


def test_a_participant_never_reads_another_s_marks(cast, as_):
    attempt(cast.quiz, cast.martins, 7)
    services.excuse(cast.martins, cast.assignment, reason="Licencia de Martín.", by=cast.gabriela)
    db.session.commit()
    page = as_(cast.lucia).get(MINE).text
    assert "7 of 10" not in page
    assert "Licencia de Martín." not in page


def test_one_s_own_marks_are_in_portuguese_too(cast, as_):
    cast.lucia.language = "pt"
    db.session.commit()
    attempt(cast.quiz, cast.lucias, 17, of=20)
    services.give(cast.lucias, cast.quiz, Points(850, 1000), reason="Corrigido.", by=cast.gabriela)
    db.session.commit()
    page = as_(cast.lucia).get(MINE).text
    assert '<html lang="pt"' in page
    assert "8,5 de 10" in page
    assert "Minhas notas" in page


# --- what it costs


def test_the_table_costs_the_same_for_one_three_or_two_hundred(cast, as_, count_queries):
    def cost(who: User, **filters: object) -> int:
        browser = as_(who)
        with count_queries() as ran:
            assert browser.get(TABLE, query_string=filters).status_code == 200
        return len(ran)

    db.session.delete(cast.martins)
    db.session.commit()
    one = [cost(cast.gabriela), cost(cast.renata), cost(cast.gabriela, estado=NOT_BEGUN, modulo=1, q="a")]
    for enrolment in many(cast, 2, each=1):
        attempt(cast.quiz, enrolment, 8)
    three = [cost(cast.gabriela), cost(cast.renata), cost(cast.gabriela, estado=NOT_BEGUN, modulo=1, q="a")]
    many(cast, 210, start=2)
    lots = [cost(cast.gabriela), cost(cast.renata), cost(cast.gabriela, estado=NOT_BEGUN, modulo=1, q="a")]
    assert one == three == lots == [10, 10, 11]


def test_a_person_s_page_costs_the_same_with_one_change_and_with_three(cast, as_, count_queries):
    def cost(who: User, address: str) -> int:
        browser = as_(who)
        with count_queries() as ran:
            assert browser.get(address).status_code == 200
        return len(ran)

    person = f"{TABLE}/{cast.lucias.id}"
    services.excuse(cast.lucias, cast.quiz, reason="Licencia.", by=cast.gabriela)
    db.session.commit()
    one = cost(cast.renata, person), cost(cast.lucia, MINE)
    for _ in range(2):
        quiz = factories.quiz(cast.module)
        attempt(quiz, cast.lucias, 3)
        services.give(cast.lucias, quiz, EIGHT, reason="Corregido.", by=cast.elena)
    db.session.commit()
    assert (cost(cast.renata, person), cost(cast.lucia, MINE)) == one
