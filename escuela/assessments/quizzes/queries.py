"""Quizzes and attempts that a person may see; where every participant of an edition stands with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Nullable, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, selectinload

from escuela.admissions.queries import my_enrolments, visible_activities
from escuela.assessments.quizzes.models import Answer, Attempt, Option, Question, Quiz
from escuela.editions.kinds import DONE, PART
from escuela.editions.models import CLOSED, Activity, Edition
from escuela.people.models import User


def visible_quizzes(user: User, edition_slug: str) -> Select[Quiz]:
    """Quizzes of an edition for the people in it, with what decides whether they are open."""
    inside = visible_activities(user, edition_slug).with_only_columns(Activity.id)
    return select(Quiz).where(Quiz.id.in_(inside)).options(joinedload(Quiz.edition), joinedload(Quiz.module))


def my_attempts(user: User, edition_slug: str, quiz_slug: str) -> Select[Attempt]:
    """A participant's own attempts at a quiz in order, with what decides whether it is open."""
    mine = my_enrolments(user).order_by(None)
    inside = visible_activities(user, edition_slug).where(Activity.slug == quiz_slug)
    return (
        select(Attempt)
        .join(Attempt.quiz)
        .where(
            Attempt.enrolment_id.in_(mine.with_only_columns(mine.selected_columns.id)),
            Attempt.quiz_id.in_(inside.with_only_columns(Activity.id)),
        )
        .options(contains_eager(Attempt.quiz).options(joinedload(Quiz.edition), joinedload(Quiz.module)))
        .order_by(Attempt.number)
    )


def sheet(attempt: Attempt) -> Select[Question, Answer | None]:
    """Every question of an attempt's quiz in order, with its options, and what was answered."""
    return _answered(attempt).options(selectinload(Question.options))


def keys(attempt: Attempt) -> Select[Question, Answer | None]:
    """The same without the words, in one statement: what saving and marking need."""
    return _answered(attempt).options(
        load_only(Question.slug, Question.kind, Question.points),
        joinedload(Question.options).load_only(Option.key, Option.right),
    )


def _answered(attempt: Attempt) -> Select[Question, Answer | None]:
    answer = and_(Answer.question_id == Question.id, Answer.attempt_id == attempt.id)
    questions = select(Question, Nullable(Answer)).outerjoin(Answer, answer)
    return questions.where(Question.quiz_id == attempt.quiz_id).order_by(Question.position)


def perhaps_overdue(now: datetime) -> Select[Attempt]:
    """Attempts still open whose quiz may have closed by `now`; the policy on its door decides.

    An edition ends at midnight of its zone: nowhere on Earth before its last day has begun to end in UTC.
    """
    return (
        select(Attempt)
        .join(Attempt.quiz)
        .join(Edition, Edition.id == Quiz.edition_id)
        .where(
            Attempt.submitted_at.is_(None),
            or_(
                and_(Quiz.strict, Quiz.due_at <= now),
                Edition.ends_on <= now.date(),
                Edition.status == CLOSED,
            ),
        )
        .options(contains_eager(Attempt.quiz).options(contains_eager(Quiz.edition), joinedload(Quiz.module)))
        .order_by(Attempt.id)
    )


def progress(edition_id: int) -> Select[*tuple[Any, ...]]:
    """For `editions.kinds`: done since the first attempt that passed; begun, as of the newest, until then."""
    passed_at = func.min(case((Attempt.passed.is_(True), Attempt.submitted_at)))
    newest_at = func.max(func.coalesce(Attempt.submitted_at, Attempt.started_at))
    return (
        select(
            Attempt.enrolment_id.label("enrolment_id"),
            Attempt.quiz_id.label("activity_id"),
            case((passed_at.is_not(None), literal(DONE)), else_=literal(PART)).label("state"),
            func.coalesce(passed_at, newest_at).label("at"),
        )
        .join(Activity, Activity.id == Attempt.quiz_id)
        .where(Activity.edition_id == edition_id)
        .group_by(Attempt.enrolment_id, Attempt.quiz_id)
    )


def grades(edition_id: int) -> Select[*tuple[Any, ...]]:
    """For `editions.kinds`: of the attempts handed in the best by its points, of equals the first."""
    best_first = (Attempt.points.desc(), Attempt.id)
    place = func.row_number().over(partition_by=(Attempt.enrolment_id, Attempt.quiz_id), order_by=best_first)
    row = (
        select(Attempt, place.label("place"))
        .join(Activity, Activity.id == Attempt.quiz_id)
        .where(Activity.edition_id == edition_id, Attempt.submitted_at.is_not(None), Attempt.points_possible > 0)
        .subquery()
        .c
    )
    return select(
        row.enrolment_id,
        row.quiz_id.label("activity_id"),
        (row.points * 100).label("earned"),
        (row.points_possible * 100).label("possible"),
        row.submitted_at.label("at"),
    ).where(row.place == 1)
