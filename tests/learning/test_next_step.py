"""The one next step: what comes first, what is waited for, what is said at the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_babel import force_locale

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.learning.completion import judged
from escuela.learning.models import LessonDone
from escuela.learning.next_step import Step, Taken, after_that, next_step
from escuela.learning.outline import outline, rings
from escuela.learning.programme import programmes
from tests import factories
from tests.conftest import NOW


def taken(*enrolments: Enrolment) -> list[Taken]:
    courses = programmes([each.edition for each in enrolments])
    standings = judged(courses, enrolments)
    return [
        Taken(course, standings[each.id], outline(course, standings[each.id], clock.now()))
        for each, course in zip(enrolments, courses, strict=True)
    ]


def step(*enrolments: Enrolment) -> Step:
    found = next_step(taken(*enrolments), clock.now())
    assert found is not None
    return found


def english(sentence) -> str:
    with force_locale("en"):
        return str(sentence)


def finish(enrolment, lesson) -> None:
    factories.saved(LessonDone(enrolment_id=enrolment.id, lesson_id=lesson.id, done_at=clock.now()))


def finish_all(cast) -> None:
    finish(cast.lucias, cast.lesson)
    cast.quiz.required = False
    factories.work(cast.assignment, cast.lucias, state="approved")


def test_the_first_activity_that_is_open_and_not_done(cast):
    assert step(cast.lucias).row.activity.id == cast.lesson.id
    finish(cast.lucias, cast.lesson)
    assert step(cast.lucias).row.activity.id == cast.quiz.id


def test_an_optional_activity_is_passed_over(cast):
    cast.lesson.required = False
    assert step(cast.lucias).row.activity.id == cast.quiz.id


def test_a_work_that_came_back_goes_before_everything(cast):
    factories.work(cast.assignment, cast.lucias, state="changes_requested")
    found = step(cast.lucias)
    assert found.row.activity.id == cast.assignment.id
    assert english(found.reason) == "Your tutor read it and asks for changes."


def test_a_session_about_to_start_goes_before_a_later_date(cast):
    cast.session.starts_at = NOW + timedelta(hours=5)
    assert step(cast.lucias).session == cast.session
    assert step(cast.lucias).target.endpoint == "tutoring.sessions"


def test_an_activity_due_before_the_session_goes_first(cast):
    cast.session.starts_at = NOW + timedelta(hours=5)
    cast.lesson.due_at, cast.lesson.due_zone = NOW + timedelta(hours=2), factories.MONTEVIDEO
    assert step(cast.lucias).row.activity.id == cast.lesson.id


def test_a_session_in_two_days_is_not_the_next_step_and_comes_after(cast):
    first = step(cast.lucias)
    assert first.session is None
    assert cast.session in [each.session for each in after_that(taken(cast.lucias), first, NOW)]


def test_the_deadline_is_the_one_announced(cast):
    cast.lesson.due_at, cast.lesson.due_zone = NOW + timedelta(days=1), "America/Argentina/Catamarca"
    found = step(cast.lucias).until
    assert (found.at, found.zone) == (NOW + timedelta(days=1), "America/Argentina/Catamarca")


def test_without_a_date_or_past_it_the_last_minute_of_the_edition_counts(cast):
    last_minute = factories.at("2026-12-10 23:59 America/Montevideo")
    assert step(cast.lucias).until.at == last_minute
    cast.lesson.due_at, cast.lesson.due_zone = NOW - timedelta(days=1), factories.MONTEVIDEO
    late = step(cast.lucias)
    assert late.until.at == last_minute
    assert english(late.reason) == "Its date has passed; it is still accepted."


def test_when_all_is_handed_in_the_review_is_waited_for(cast):
    finish(cast.lucias, cast.lesson)
    cast.quiz.required = False
    factories.work(cast.assignment, cast.lucias, state="submitted")
    found = step(cast.lucias)
    assert (found.row.activity.id, found.until) == (cast.assignment.id, None)


def test_when_all_that_is_open_is_done_the_next_opening_is_announced(cast):
    finish_all(cast)
    opening = NOW + timedelta(days=5)
    later = factories.module(cast.edition, opens_at=opening, opens_zone="America/Bogota")
    factories.lesson(later)
    found = step(cast.lucias)
    assert (found.opens.at, found.opens.zone) == (opening, "America/Bogota")


def test_before_an_edition_begins_its_first_day_is_announced(cast):
    cast.edition.status = "published"
    cast.edition.starts_on = cast.edition.ends_on
    assert step(cast.lucias).opens.at == factories.at("2026-12-10 00:00 America/Montevideo")


def test_then_the_session_that_is_left(cast):
    finish_all(cast)
    assert step(cast.lucias).session == cast.session


def test_at_the_end_the_certificate(cast):
    finish_all(cast)
    cast.session.starts_at = NOW - timedelta(days=1)
    assert step(cast.lucias).target.endpoint == "certificates.mine"


def test_up_to_date_without_having_everything(cast):
    finish_all(cast)
    cast.edition.attendance = 100
    cast.session.starts_at = NOW - timedelta(days=1)
    found = step(cast.lucias)
    assert (english(found.heading), found.target.endpoint) == ("You are up to date", "learning.checklist")


def test_a_closed_edition_says_that_it_has_ended(cast):
    cast.edition.status = "closed"
    cast.session.starts_at = NOW - timedelta(days=1)
    assert english(step(cast.lucias).heading) == "This edition has ended"
    assert after_that(taken(cast.lucias), None, NOW) == []


def test_of_two_editions_the_step_due_first_counts(cast):
    second = factories.enrolment(cast.lucia, cast.other, cast.canelones)
    urgent = factories.lesson(
        factories.module(cast.other), due_at=NOW + timedelta(hours=3), due_zone=factories.MONTEVIDEO
    )
    assert step(cast.lucias, second).row.activity.id == urgent.id
    cast.other.status = "closed"
    assert step(cast.lucias, second).row.activity.id == cast.lesson.id


def test_nobody_enrolled_has_no_next_step():
    assert next_step([], NOW) is None


def test_what_comes_after_is_in_order_of_time_and_short(cast):
    for day in (9, 1, 4, 3, 2, 8):
        factories.lesson(cast.module, due_at=NOW + timedelta(days=day), due_zone=factories.MONTEVIDEO)
    mine = taken(cast.lucias)
    later = after_that(mine, next_step(mine, NOW), NOW)
    assert len(later) == 5
    assert [each.order for each in later] == sorted(each.order for each in later)
    assert cast.lesson.id not in [each.row.activity.id for each in later if each.row]


@pytest.mark.parametrize(
    ("modules", "lines"),
    [(1, [7]), (4, [1, 3, 5, 7]), (5, [1, 2, 4, 5, 7]), (8, [0, 1, 2, 3, 4, 5, 6, 7]), (9, [1, 2, 4, 5, 7]), (20, 7)],
)
def test_the_hill_has_a_line_for_each_module_and_the_last_is_the_summit(cast, modules, lines):
    for _ in range(modules - 1):
        factories.lesson(factories.module(cast.edition))
    drawn = [line for line, _state in rings(taken(cast.lucias)[0].parts)]
    assert drawn == lines or (len(drawn) == lines and drawn[-1] == 7)


def test_the_hill_shows_what_is_done_and_where_one_is(cast):
    factories.lesson(factories.module(cast.edition))
    finish_all(cast)
    assert rings(taken(cast.lucias)[0].parts) == [(3, "done"), (7, "here")]
