"""The world that figures are measured with, in small: as it was ordered, the same for the same seed, true in itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from benchmarks import gradebook, pages, words
from benchmarks.world import PASSWORD, TUTORS, NotEmptyError, Size, fill
from escuela import clock, create_app
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes.marking import mark_answer
from escuela.assessments.quizzes.models import Answer, Attempt
from escuela.editions.models import COORDINATOR, TUTOR, Edition, EditionStaff, LessonText
from escuela.extensions import Base, db
from escuela.learning.completion import standings
from escuela.people.models import User
from tests.conftest import NOW, settings_for
from tests.postgres import postgres_server

pytestmark = pytest.mark.committed

TINY = Size(participants=20, governments=5, modules=2)
SEED = 7


@pytest.fixture(scope="module")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.config.getoption("--database") == "postgresql":
        with postgres_server() as started:
            yield started
    else:
        yield f"sqlite:///{tmp_path_factory.mktemp('world') / 'world.sqlite'}"


@pytest.fixture(scope="module")
def school(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A School with a tiny world in it; tests only read."""
    app = create_app(settings_for(tmp_path_factory.mktemp("school"), url))
    with clock.stopped(NOW):
        fill(app, TINY, SEED)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def inside(school: Flask) -> Iterator[None]:
    with school.app_context(), clock.stopped(NOW):
        yield


def everything(app: Flask) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table; the salt of the password is nobody's business."""
    with app.app_context():
        return {
            table.name: sorted(
                tuple(map(repr, row))
                for row in db.session.execute(select(*(column for column in table.c if column.name != "password")))
            )
            for table in Base.metadata.sorted_tables
        }


def made_again(folder: Path, seed: int) -> dict[str, list[tuple[object, ...]]]:
    app = create_app(settings_for(folder, f"sqlite:///{folder / 'again.sqlite'}"))
    with clock.stopped(NOW):
        fill(app, TINY, seed)
    rows = everything(app)
    with app.app_context():
        db.engine.dispose()
    return rows


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_seed_makes_the_same_rows_and_another_seed_others(school, tmp_path_factory) -> None:
    rows = everything(school)
    assert made_again(tmp_path_factory.mktemp("same"), SEED) == rows
    assert made_again(tmp_path_factory.mktemp("other"), SEED + 1) != rows


def test_a_database_that_holds_anything_is_refused_and_left_alone(school) -> None:
    before = everything(school)
    with pytest.raises(NotEmptyError):
        fill(school, TINY, SEED)
    assert everything(school) == before


def test_an_edition_holds_what_the_figures_are_for(inside) -> None:
    edition = db.session.scalars(select(Edition)).one()
    kinds = [activity.kind for module in edition.modules for activity in module.activities]
    assert kinds == ["lesson", "lesson", "lesson", "quiz", "assignment"] * TINY.modules
    quizzes = [each for module in edition.modules for each in module.activities if each.kind == "quiz"]
    assert [len(quiz.questions) for quiz in quizzes] == [10, 10]
    assert all(5500 < len(text.source) < 7500 for text in db.session.scalars(select(LessonText)))


def test_everybody_is_there(inside) -> None:
    roles = db.session.execute(select(EditionStaff.role, func.count()).group_by(EditionStaff.role)).all()
    assert dict(roles) == {TUTOR: TUTORS, COORDINATOR: 1}
    people = db.session.execute(
        select(Enrolment.local_government_id, func.count()).group_by(Enrolment.local_government_id)
    ).all()
    assert [number for _, number in people] == [4] * TINY.governments


def test_half_have_finished_and_the_others_have_read_the_lessons_of_a_part(inside) -> None:
    edition = db.session.scalars(select(Edition)).one()
    found = standings(edition, db.session.scalars(select(Enrolment)).all()).values()
    assert sorted(standing.complete for standing in found) == [False] * 10 + [True] * 10
    begun = {frozenset(standing.states) for standing in found if not standing.complete}
    lessons = frozenset(each.id for each in edition.modules[0].activities if each.kind == "lesson")
    assert begun == {lessons}


def test_marks_agree_with_the_answers(inside) -> None:
    for attempt in db.session.scalars(select(Attempt)):
        points = sum(mark_answer(answer.version.asked, answer.given) or 0 for answer in attempt.answers)
        assert attempt.points == points == sum(answer.points for answer in attempt.answers)
        assert attempt.passed == (attempt.percent >= attempt.quiz.pass_mark)
    assert count(Answer) == 10 * count(Attempt)


def test_the_logins_that_are_printed_sign_in(school) -> None:
    school.config.update(WTF_CSRF_ENABLED=False)
    browser = school.test_client()
    answer = browser.post("/ingresar", data={"email": words.address("coordinacion"), "password": PASSWORD})
    assert (answer.status_code, browser.get("/cuenta").status_code) in {(302, 200), (303, 200)}


def test_rows_added_later_are_numbered_on(inside) -> None:
    db.session.add(User(name="Tala", email="tala@example.org", password="-", fs_uniquifier="later"))
    db.session.flush()
    assert db.session.scalar(select(func.max(User.id))) == TINY.participants + TUTORS + 2
    db.session.rollback()


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: page.title)
def test_the_pages_that_are_measured_open_in_few_queries(page, school) -> None:
    with clock.stopped(NOW):
        browser = pages.signed_in(school, page.login)
        assert browser.get(page.address).status_code == 200
        assert pages.queries(browser, page.address) <= 12


def test_a_lesson_weighs_less_than_it_may(school) -> None:
    with clock.stopped(NOW):
        weight = pages.weight(school, pages.READER)
    assert set(weight) >= {"HTML", "CSS", "JS", "fonts"}
    assert sum(weight.values()) < 100_000
    assert weight["HTML"] < 30_000


def test_the_gradebook_is_measured_and_stays_within_its_queries(tmp_path: Path) -> None:
    said = gradebook.figures(f"sqlite:///{tmp_path / 'gradebook.sqlite'}", tmp_path, participants=60, modules=2)
    assert "60 participants by 10 activities" in said
    assert all(f"| {title} |" in said for title in ("as it opens", "marks that were changed", "everybody as XLSX"))
