"""The edition board: who stands where, who is late, who may look, what it costs, the same on a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest

from escuela import clock
from escuela.admissions.models import WITHDRAWN, Enrolment
from escuela.assessments.assignments.models import APPROVED, CHANGES_REQUESTED
from escuela.assessments.quizzes.models import Attempt
from escuela.editions.kinds import DONE, NOT_BEGUN, WAITING
from escuela.extensions import db
from escuela.learning.board import LATE, Board, Filters
from escuela.learning.models import LessonDone
from escuela.people.models import User
from escuela.tutoring.models import PRESENT, Attendance
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW

BOARD = "/ediciones/novena/tablero"
SHEET = "/ediciones/novena/tablero.csv"
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    """The cast, with a coordinator who reads English: words are then those of the code."""
    cast = Cast.gather()
    cast.gabriela.language = "en"
    db.session.commit()
    return cast


@pytest.fixture
def opened(cast, as_) -> Callable[..., str]:
    """The board as the coordinator of the edition sees it, with some filters."""

    def open_(**filters: object) -> str:
        answer = as_(cast.gabriela).get(BOARD, query_string=filters)
        assert answer.status_code == 200
        return answer.text

    return open_


def table(page: str) -> dict[str, list[str]]:
    """Cells by participant, each as `letter text`."""
    found = re.findall(
        r'<tr><th scope="row"><a href="[^"]*">([^<]*)</a></th>(.*?)</tr>', page.partition("<tfoot>")[0], re.DOTALL
    )
    return {
        unescape(name): [
            f"{letter} {text}".strip() for letter, text in re.findall(r'<td(?: class="(.*?)")?>(.*?)</td>', row)
        ]
        for name, row in found
    }


def totals(page: str) -> list[str]:
    return re.findall(r"<td>(\d+)</td>", page.partition("<tfoot>")[2])


def sheet(answer) -> list[list[str]]:
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=","))


def read(enrolment: Enrolment, cast: Cast) -> None:
    factories.saved(LessonDone(enrolment_id=enrolment.id, lesson_id=cast.lesson.id, done_at=YESTERDAY))


def many(cast: Cast, count: int, *, each: int = 70, start: int = 0) -> None:
    """So many more participants, numbered from `start`, in governments of `each`."""
    for number in range(start, start + count):
        if (number - start) % each == 0:
            government = factories.government(f"Municipio {number:04}", subdivision=f"UY-{number}")
        person = User(
            name=f"Tala {number}", email=f"tala{number}@example.org", password="-", fs_uniquifier=f"t{number}"
        )
        db.session.add(
            Enrolment(user=person, edition=cast.edition, local_government=government, enrolled_at=clock.now())
        )
    db.session.commit()


# --- what it says


def test_every_participant_is_a_row_and_every_activity_a_column(cast, opened) -> None:
    read(cast.lucias, cast)
    factories.work(cast.assignment, cast.lucias)
    shown = table(opened())
    assert shown == {
        "Lucía Ceibo Coronilla": ["d ✓", "n –", "r rev.", "1/3", "Oct 20", "n –"],
        "Martín Tala Espinillo": ["n –", "n –", "n –", "0/3", "–", "n –"],
    }


def test_an_open_attempt_is_begun_and_a_returned_work_says_so(cast, opened) -> None:
    factories.saved(Attempt(quiz=cast.quiz, enrolment=cast.lucias, number=1, seed=1, started_at=YESTERDAY))
    factories.work(cast.assignment, cast.lucias, state=CHANGES_REQUESTED)
    assert table(opened())["Lucía Ceibo Coronilla"][:3] == ["n –", "p p2 …", "p p3 chg."]


def test_what_is_overdue_says_how_many_days_and_the_last_column_the_most(cast, opened) -> None:
    for activity, days in ((cast.lesson, 5), (cast.quiz, 2), (cast.assignment, 9)):
        activity.due_at, activity.due_zone = NOW - timedelta(days=days), factories.MONTEVIDEO
    db.session.commit()
    factories.work(cast.assignment, cast.lucias)
    page = opened()
    assert table(page)["Lucía Ceibo Coronilla"] == ["l 6 d", "l 3 d", "r rev.", "0/3", "Oct 20", "l 6 d"]
    assert table(page)["Martín Tala Espinillo"] == ["l 6 d", "l 3 d", "l 10 d", "0/3", "–", "l 10 d"]
    assert "2 people in 1 local government. 2 are late." in page


def test_totals_count_who_has_done_each_activity_and_who_is_late(cast, opened) -> None:
    cast.quiz.due_at, cast.quiz.due_zone = YESTERDAY, factories.MONTEVIDEO
    db.session.commit()
    read(cast.lucias, cast)
    read(cast.martins, cast)
    factories.work(cast.assignment, cast.martins, state=APPROVED)
    page = opened()
    assert totals(page) == ["2", "0", "1", "2"]
    assert "2 people, 50% done, 2 late" in page


def test_who_withdrew_is_neither_a_row_nor_in_the_totals(cast, opened) -> None:
    read(cast.lucias, cast)
    cast.lucias.status, cast.lucias.withdrawn_at = WITHDRAWN, NOW
    db.session.commit()
    page = opened()
    assert list(table(page)) == ["Martín Tala Espinillo"]
    assert totals(page) == ["0", "0", "0", "0"]


def test_sessions_have_a_column_once_attendance_was_taken(cast, opened) -> None:
    assert "Sessions" not in opened()
    cast.session.attendance_taken_at = NOW
    factories.saved(
        Attendance(
            session=cast.session, enrolment=cast.martins, state=PRESENT, recorded_at=NOW, recorded_by_id=cast.renata.id
        )
    )
    shown = table(opened())
    assert shown["Martín Tala Espinillo"][4] == "1/1"
    assert shown["Lucía Ceibo Coronilla"][4] == "0/1"


def test_an_instant_on_the_board_names_its_zone(opened) -> None:
    page = opened()
    assert re.search(r">[^<]*20[^<]*12:00, Montevideo time</time>", page)
    assert re.search(r"Last activity<br>Montevideo time", page)


def test_the_last_activity_is_a_day_on_the_edition_s_calendar(cast, opened) -> None:
    late_in_the_evening = factories.at("2026-10-18 23:30 America/Montevideo")  # the 19th in UTC
    factories.saved(LessonDone(enrolment_id=cast.lucias.id, lesson_id=cast.lesson.id, done_at=late_in_the_evening))
    assert table(opened())["Lucía Ceibo Coronilla"][4] == "Oct 18"


def test_an_edition_without_participants_says_what_will_come(cast, as_) -> None:
    factories.edition("decima", number=10)
    page = as_(cast.elena).get("/ediciones/decima/tablero").text
    assert 'class="empty"' in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


# --- filters


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["Ana", "Lucía", "Martín"]),
        ({"q": "lucia CORONILLA"}, ["Lucía"]),
        ({"q": "São José"}, ["Ana"]),
        ({"q": "canelones"}, ["Lucía", "Martín"]),
        ({"pais": "BR"}, ["Ana"]),
        ({"estado": LATE}, ["Ana", "Martín"]),
        ({"estado": WAITING}, ["Lucía"]),
        ({"estado": DONE}, ["Ana"]),
        ({"estado": NOT_BEGUN}, ["Martín"]),
        ({"estado": NOT_BEGUN, "pais": "BR"}, []),
        ({"estado": "nonsense", "gobierno": "nonsense", "pagina": "nonsense"}, ["Ana", "Lucía", "Martín"]),
    ],
)
def test_filters_find(filters, names, cast, opened) -> None:
    """Ana has done the one required thing, or for LATE nothing yet; Lucía's work waits; Martín has not begun."""
    city = factories.government("Prefeitura de São José", country="BR", subdivision="BR-SC", zone="America/Sao_Paulo")
    ana = factories.enrolment(factories.user("Ana Ipê"), cast.edition, city)
    cast.lesson.required = cast.quiz.required = False
    cast.assignment.due_at, cast.assignment.due_zone = YESTERDAY, factories.MONTEVIDEO
    db.session.commit()
    factories.work(cast.assignment, cast.lucias)
    if filters.get("estado") != LATE:
        factories.work(cast.assignment, ana, state=APPROVED)
    found = [name.split()[0] for name in table(opened(**filters))]
    assert sorted(found) == names


def test_a_local_government_is_a_filter(cast, opened) -> None:
    factories.enrolment(factories.user("Ana Ipê"), cast.edition, cast.catamarca)
    assert list(table(opened(gobierno=cast.catamarca.id))) == ["Ana Ipê"]
    assert "1 person in 1 local government." in opened(gobierno=cast.catamarca.id)


def test_filters_that_find_nobody_say_how_many_there_are(opened) -> None:
    page = opened(q="nobody of that name")
    assert "Nobody matches these filters" in page
    assert "There are 2 people in this edition." in page
    assert 'value="nobody of that name"' in page


def test_totals_are_of_the_people_found(cast, opened) -> None:
    read(cast.lucias, cast)
    assert totals(opened(q="Lucía"))[0] == "1"
    assert totals(opened(q="Martín"))[0] == "0"


# --- pages


def test_a_page_ends_with_a_whole_local_government(cast) -> None:
    many(cast, 7, each=2)
    pages = Board(cast.edition, Filters(), NOW).pages(most=3)
    assert [len(page) for page in pages] == [2, 2, 2, 3]
    pages = Board(cast.edition, Filters(), NOW).pages(most=4)
    assert [len(page) for page in pages] == [4, 4, 1]
    assert [len(page) for page in Board(cast.edition, Filters(), NOW).pages(most=1)] == [2, 2, 2, 2, 1]


def test_a_big_edition_has_pages_and_totals_of_everybody(cast, opened) -> None:
    read(cast.lucias, cast)
    many(cast, 210)
    first, second, beyond = opened(), opened(pagina=2), opened(pagina=99)
    assert [len(table(page)) for page in (first, second, beyond)] == [142, 70, 70]
    assert totals(first) == totals(second) == ["1", "0", "0", "0"]
    assert "212 people in 4 local governments." in second
    assert "pagina=2" in first


def test_the_next_page_keeps_the_filters(cast, opened) -> None:
    many(cast, 210)
    assert "q=Tala&amp;pagina=2" in opened(q="Tala")


# --- who may look


@pytest.mark.parametrize("address", [BOARD, SHEET])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("gabriela", 200),
        ("renata", 200),
        ("elena", 200),
        ("admin", 200),
        ("lucia", 403),
        ("martin", 403),
        ("rocio", 404),
        ("thiago", 404),
    ],
)
def test_the_board_is_for_who_reviews_and_coordinates(who, status, address, cast, as_) -> None:
    assert as_(getattr(cast, who)).get(address).status_code == status


@pytest.mark.parametrize("address", [BOARD, SHEET])
def test_a_visitor_is_sent_to_sign_in_and_nobody_posts(address, cast, as_) -> None:
    answer = as_(None).get(address)
    assert (answer.status_code, "/ingresar" in answer.location) == (303, True)
    assert as_(None).post(address).status_code in {401, 405}


def test_an_edition_that_does_not_exist_is_nowhere(cast, as_) -> None:
    assert as_(cast.elena).get("/ediciones/ninguna/tablero").status_code == 404


def test_the_board_is_a_page_of_the_edition_for_who_may_open_it(cast, as_) -> None:
    assert BOARD in as_(cast.renata).get("/ediciones/novena").text
    assert BOARD not in as_(cast.lucia).get("/ediciones/novena").text


# --- what it costs


def test_the_board_costs_the_same_for_one_three_or_two_hundred(cast, as_, count_queries) -> None:
    def cost() -> int:
        browser = as_(cast.gabriela)
        with count_queries() as ran:
            assert browser.get(BOARD).status_code == 200
        return len(ran)

    db.session.delete(cast.martins)
    db.session.commit()
    one = cost()
    many(cast, 2, each=1)
    three = cost()
    many(cast, 210, start=2)
    assert (one, three, cost()) == (11, 11, 11)


# --- the spreadsheet


def test_the_sheet_has_words_for_every_state(cast, as_) -> None:
    read(cast.lucias, cast)
    cast.quiz.due_at, cast.quiz.due_zone = NOW - timedelta(hours=3), factories.MONTEVIDEO
    db.session.commit()
    answer = as_(cast.gabriela).get(SHEET)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tablero-novena-2026-10-20.csv"'
    head, lucia, _martin = sheet(answer)
    assert head[:3] == ["Participant", "Local government", "Country"]
    assert head[3].startswith("1.1 ")
    assert head[6:] == [
        "Required activities done, of 3",
        "Sessions attended, of 0",
        "Last activity (Montevideo time)",
        "Days late",
        "As of",
    ]
    assert lucia == [
        "Lucía Ceibo Coronilla",
        "Intendencia de Canelones",
        "Uruguay",
        "done",
        "late",
        "not begun",
        "1",
        "0",
        "2026-10-19",
        "1",
        "2026-10-20 12:00 America/Montevideo",
    ]


def test_the_sheet_begins_with_the_mark_by_which_a_spreadsheet_knows_utf_8(cast, as_) -> None:
    assert as_(cast.gabriela).get(SHEET).data.startswith(b"\xef\xbb\xbf")


def test_the_sheet_is_parted_as_spreadsheets_of_the_reader_s_language_expect(cast, as_) -> None:
    cast.renata.language = "es"
    db.session.commit()
    head = as_(cast.renata).get(SHEET).text.splitlines()[0]
    assert (head.count(";"), head.count(",") < 4) == (10, True)


@pytest.mark.parametrize("name", ["=1+1", "+5411", "-2", "@cmd", "\tx"])
def test_a_name_that_looks_like_a_formula_stays_a_text(name, cast, as_) -> None:
    cast.lucia.name = name
    db.session.commit()
    assert f"'{name}" in [line[0] for line in sheet(as_(cast.gabriela).get(SHEET))]


def test_the_sheet_obeys_the_filters_and_has_no_pages(cast, as_) -> None:
    many(cast, 210)
    assert len(sheet(as_(cast.gabriela).get(SHEET, query_string={"q": "municipio 0000"}))) == 1 + 70
    assert len(sheet(as_(cast.gabriela).get(SHEET))) == 1 + 212
