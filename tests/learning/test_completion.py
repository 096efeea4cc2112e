"""The one completion rule: as a pure function over rows in memory, then over the database with its queries counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from escuela import clock
from escuela.columns import Localized
from escuela.editions.kinds import DONE, NOT_BEGUN, PART, RETURNED, WAITING
from escuela.editions.models import Edition, Lesson
from escuela.learning.completion import Record, Standing, days_late, standing, standings
from escuela.learning.models import LessonDone
from escuela.learning.programme import ActivityFacts, ModuleFacts, Programme
from escuela.tutoring.models import Attendance, TutoringSession
from tests import factories
from tests.conftest import NOW

MODULE = ModuleFacts(Edition(), 1, 1, Localized(es="M"), Localized(), 8)


def lesson(number: int, *, required: bool = True) -> ActivityFacts:
    return ActivityFacts(MODULE, number, "lesson", f"leccion-{number}", 1, Localized(es="L"), required)


def final_work(number: int, *, required: bool = True) -> ActivityFacts:
    return ActivityFacts(MODULE, number, "assignment", "final", 1, Localized(es="F"), required, final_work=True)


def programme(*modules: list[ActivityFacts], attendance: int = 0, held: int = 0, planned: int = 0) -> Programme:
    edition = Edition(slug="novena", attendance=attendance)
    sessions = [TutoringSession(attendance_taken_at=NOW if i < held else None) for i in range(planned or held)]
    parts = [replace(MODULE, edition=edition, id=i, activities=held) for i, held in enumerate(modules, 1)]
    return Programme(edition, tuple(parts), tuple(sessions))


def record(*done: int, active: bool = True, attended: int = 0, **others: str) -> Record:
    """`record(1, 2, s3=WAITING)`: 1 and 2 are done, 3 waits."""
    states = dict.fromkeys(done, DONE) | {int(key[1:]): state for key, state in others.items()}
    return Record(active, states, attended)


def unmet(course: Programme, has: Record) -> set[str]:
    return {condition.key for condition in Standing(course, has).conditions if not condition.met}


def test_all_required_activities_done_is_complete():
    found = Standing(programme([lesson(1), lesson(2)], [lesson(3)]), record(1, 2, 3))
    assert found.complete
    assert (found.done, found.required, found.modules_done, found.modules) == (3, 3, 2, 2)


def test_an_optional_activity_is_not_asked_for():
    found = Standing(programme([lesson(1), lesson(2, required=False)]), record(1))
    assert found.complete
    assert (found.done, found.required, found.modules_done) == (1, 1, 1)


@pytest.mark.parametrize("state", [PART, WAITING, RETURNED])
def test_only_done_is_done(state):
    course = programme([lesson(1), lesson(2)])
    assert unmet(course, record(1, s2=state)) == {"activities"}


def test_the_missing_activities_are_named_in_their_order():
    condition = Standing(programme([lesson(5), lesson(9)], [lesson(2)]), record(9)).conditions[1]
    assert (condition.key, condition.missing, condition.done, condition.needed) == ("activities", (5, 2), 1, 3)
    assert condition.target.values == {"edition": "novena", "activity": "leccion-5"}


def test_the_final_work_is_a_condition_of_its_own():
    course = programme([lesson(1)], [final_work(2)])
    assert unmet(course, record(1)) == {"final_work"}
    assert unmet(course, record(1, s2=WAITING)) == {"final_work"}
    assert unmet(course, record(2)) == {"activities"}
    assert Standing(course, record(1, 2)).complete


def test_the_module_of_the_final_work_is_not_finished_without_it():
    found = Standing(programme([lesson(1)], [lesson(2), final_work(3)]), record(1, 2))
    assert found.finished == {1}


def test_an_optional_final_work_is_not_asked_for():
    found = Standing(programme([lesson(1)], [final_work(2, required=False)]), record(1))
    assert found.complete
    assert [condition.key for condition in found.conditions] == ["enrolment", "activities"]


def test_a_withdrawn_enrolment_never_qualifies():
    assert unmet(programme([lesson(1)]), record(1, active=False)) == {"enrolment"}


@pytest.mark.parametrize(
    ("percent", "held", "planned", "attended", "met"),
    [
        (0, 3, 3, 0, True),  # not asked
        (75, 4, 4, 3, True),
        (75, 4, 4, 2, False),
        (75, 3, 4, 3, True),  # 2.25 of 3 held: 3
        (75, 3, 4, 2, False),
        (60, 5, 5, 3, True),
        (1, 1, 1, 0, False),
        (100, 2, 5, 2, True),  # of those held so far
        (60, 0, 4, 0, False),  # announced and none held yet
        (60, 0, 0, 0, True),  # nothing to attend
    ],
)
def test_attendance_is_of_the_sessions_held(percent, held, planned, attended, met):
    course = programme([lesson(1)], attendance=percent, held=held, planned=planned)
    assert Standing(course, record(1, attended=attended)).complete is met


def test_an_activity_not_begun_is_to_do():
    activity = lesson(1)
    assert Standing(programme([activity]), record()).state(activity) == NOT_BEGUN
    assert Standing(programme([activity]), record(s1=PART)).state(activity) == PART


@pytest.mark.parametrize(
    ("state", "hours_past", "days"),
    [
        (NOT_BEGUN, -1, 0),
        (NOT_BEGUN, 0, 1),
        (PART, 23, 1),
        (NOT_BEGUN, 24, 2),
        (NOT_BEGUN, 49, 3),
        (RETURNED, 49, 0),
        (WAITING, 49, 0),
        (DONE, 49, 0),
    ],
)
def test_days_late_counts_begun_days_of_what_was_not_handed_in(state, hours_past, days):
    activity = Lesson(required=True, due_at=NOW, due_zone=factories.MONTEVIDEO)
    assert days_late(activity, state, NOW + timedelta(hours=hours_past)) == days


def test_what_is_optional_or_has_no_date_is_never_late():
    assert (
        days_late(Lesson(required=False, due_at=NOW, due_zone=factories.MONTEVIDEO), NOT_BEGUN, NOW + timedelta(2)) == 0
    )
    assert days_late(Lesson(required=True), NOT_BEGUN, NOW) == 0


# --- over the database ------------------------------------------------------------------------------------------------


def test_a_participant_completes_step_by_step(cast):
    cast.edition.attendance = 50
    cast.quiz.required = False
    cast.assignment.final_work = True
    assert [condition.met for condition in standing(cast.lucias).conditions] == [True, False, False, False]

    factories.saved(LessonDone(enrolment_id=cast.lucias.id, lesson_id=cast.lesson.id, done_at=clock.now()))
    assert [condition.met for condition in standing(cast.lucias).conditions] == [True, True, False, False]
    assert standing(cast.lucias).state(cast.lesson) == DONE
    assert standing(cast.martins).state(cast.lesson) == NOT_BEGUN

    cast.session.attendance_taken_at = clock.now()
    present = {"recorded_at": clock.now(), "recorded_by_id": cast.renata.id, "state": "present"}
    factories.saved(Attendance(session_id=cast.session.id, enrolment_id=cast.lucias.id, **present))
    assert [condition.met for condition in standing(cast.lucias).conditions] == [True, True, False, True]
    assert not standing(cast.martins).conditions[3].met

    factories.work(cast.assignment, cast.lucias, state="approved")
    assert standing(cast.lucias).complete


def test_absence_and_attendance_not_yet_saved_do_not_count(cast):
    cast.edition.attendance = 50
    later = factories.tutoring_session(cast.edition)
    cast.session.attendance_taken_at = clock.now()
    recorded = {"recorded_at": clock.now(), "recorded_by_id": cast.renata.id, "enrolment_id": cast.lucias.id}
    factories.saved(Attendance(session_id=cast.session.id, state="absent", **recorded))
    factories.saved(Attendance(session_id=later.id, state="present", **recorded))
    attendance = standing(cast.lucias).conditions[-1]
    assert (attendance.done, attendance.needed, attendance.met) == (0, 1, False)


def test_standings_take_four_queries_however_many_they_are(cast, count_queries):
    cast.edition.attendance = 50
    enrolments = [cast.lucias, cast.martins]
    factories.saved(LessonDone(enrolment_id=cast.lucias.id, lesson_id=cast.lesson.id, done_at=clock.now()))
    enrolments += [factories.enrolment(factories.user(), cast.edition, cast.canelones) for _ in range(2)]
    for some in (enrolments[:1], enrolments[:3]):
        for each in some:
            _ = each.id, each.edition.id  # in memory, as the pages have them
        with count_queries() as ran:
            assert len(standings(cast.edition, some)) == len(some)
        assert len(ran) == 4, ran


def test_standings_of_nobody_are_empty(cast):
    assert standings(cast.edition, []) == {}
