"""Quizzes and attempts that a person may see; where every participant of an edition stands with them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, and_, case, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import my_enrolments, visible_activities
from escuela.assessments.quizzes.models import (
    LAST,
    MEAN,
    Allowance,
    Answer,
    Attempt,
    Question,
    Quiz,
    Regrade,
)
from escuela.editions.kinds import DONE, PART, WAITING
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


def allowance(quiz: Quiz, enrolment_id: int) -> Select[Allowance]:
    return select(Allowance).where(Allowance.quiz_id == quiz.id, Allowance.enrolment_id == enrolment_id)


def lines(attempt: Attempt) -> Select[Answer]:
    """Every line of an attempt in its order, with the question as it saw it."""
    return (
        select(Answer)
        .where(Answer.attempt_id == attempt.id)
        .options(joinedload(Answer.version, innerjoin=True), joinedload(Answer.question, innerjoin=True))
        .order_by(Answer.position)
    )


def asked(quiz: Quiz) -> Select[Question]:
    """The questions of a quiz as they stand now."""
    return (
        select(Question)
        .where(Question.quiz_id == quiz.id, Question.removed_at.is_(None))
        .options(joinedload(Question.newest, innerjoin=True))
        .order_by(Question.position)
    )


def perhaps_overdue(now: datetime) -> Select[Attempt]:
    """Attempts still open whose minutes or whose quiz may be over by `now`; the policies decide.

    An edition ends at midnight of its zone: nowhere on Earth before its last day has begun to end in UTC.
    """
    return (
        select(Attempt)
        .join(Attempt.quiz)
        .join(Edition, Edition.id == Quiz.edition_id)
        .where(
            Attempt.submitted_at.is_(None),
            or_(
                Attempt.ends_at <= now,
                and_(Quiz.strict, Quiz.due_at <= now),
                Edition.ends_on <= now.date(),
                Edition.status == CLOSED,
            ),
        )
        .options(contains_eager(Attempt.quiz).options(contains_eager(Quiz.edition), joinedload(Quiz.module)))
        .order_by(Attempt.id)
    )


def progress(edition_id: int) -> Select[*tuple[Any, ...]]:
    """For `editions.kinds`: done since the attempt by which it is passed, waiting while an essay is unread, else begun.

    It says of everybody what `Standing.passed` says of one person.
    """
    later = aliased(Attempt)
    newest = ~exists().where(
        later.quiz_id == Attempt.quiz_id,
        later.enrolment_id == Attempt.enrolment_id,
        later.number > Attempt.number,
        later.passed.is_not(None),
    )
    counts = case((Quiz.scoring == LAST, newest), else_=literal(value=True))
    best_at = func.min(case((and_(Attempt.passed.is_(True), counts), Attempt.submitted_at)))
    reached = func.sum(Attempt.points) * 100 >= Quiz.pass_mark * func.sum(
        case((Attempt.points.is_not(None), Attempt.points_possible))
    )
    mean_at = case((reached, func.max(case((Attempt.points.is_not(None), Attempt.submitted_at)))))
    done_at = case((Quiz.scoring == MEAN, mean_at), else_=best_at)
    newest_at = func.max(func.coalesce(Attempt.submitted_at, Attempt.started_at))
    waiting = func.max(case((and_(Attempt.submitted_at.is_not(None), Attempt.points.is_(None)), 1), else_=0)) == 1
    return (
        select(
            Attempt.enrolment_id.label("enrolment_id"),
            Attempt.quiz_id.label("activity_id"),
            case((done_at.is_not(None), literal(DONE)), (waiting, literal(WAITING)), else_=literal(PART)).label(
                "state"
            ),
            func.coalesce(done_at, newest_at).label("at"),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Quiz.edition_id == edition_id)
        .group_by(Attempt.enrolment_id, Attempt.quiz_id, Quiz.scoring, Quiz.pass_mark)
    )


# --- for who teaches


def handed_in(quiz: Quiz) -> Select[Attempt]:
    """Attempts that were handed in by who takes part, with their lines, the oldest first."""
    return (
        select(Attempt)
        .join(Attempt.enrolment)
        .where(Attempt.quiz_id == quiz.id, Attempt.submitted_at.is_not(None), Enrolment.status == ACTIVE)
        .options(
            contains_eager(Attempt.enrolment).raiseload("*"),
            selectinload(Attempt.answers).options(
                joinedload(Answer.version, innerjoin=True), joinedload(Answer.question, innerjoin=True)
            ),
        )
        .order_by(Attempt.submitted_at, Attempt.id)
    )


def essays(quiz: Quiz) -> Select[Answer]:
    """Answers that wait for a tutor, of those handed in, the oldest first."""
    return (
        select(Answer)
        .join(Answer.attempt)
        .join(Attempt.enrolment)
        .where(
            Attempt.quiz_id == quiz.id,
            Attempt.submitted_at.is_not(None),
            Answer.points.is_(None),
            Enrolment.status == ACTIVE,
        )
        .options(
            contains_eager(Answer.attempt)
            .contains_eager(Attempt.enrolment)
            .options(
                joinedload(Enrolment.user, innerjoin=True).lazyload(User.roles),
                joinedload(Enrolment.local_government, innerjoin=True),
            ),
            joinedload(Answer.version, innerjoin=True),
            joinedload(Answer.question, innerjoin=True),
        )
        .order_by(Attempt.submitted_at, Answer.position)
    )


def counted(quiz: Quiz) -> Select[Question]:
    """Questions of a quiz whose attempts may be counted again: its own, and those of the bank that an attempt drew."""
    drawn = select(Answer.question_id).join(Answer.attempt).where(Attempt.quiz_id == quiz.id)
    own = and_(Question.quiz_id == quiz.id, Question.removed_at.is_(None))
    return (
        select(Question)
        .where(or_(own, and_(Question.bank_id.is_not(None), Question.id.in_(drawn))))
        .options(joinedload(Question.newest, innerjoin=True))
        .order_by(Question.quiz_id.is_(None), Question.position, Question.id)
    )


def answered_with(question: Question, quiz: Quiz) -> Select[Answer]:
    """What was handed in to a question in a quiz, by attempt."""
    return (
        select(Answer)
        .join(Answer.attempt)
        .where(Answer.question_id == question.id, Attempt.quiz_id == quiz.id, Attempt.submitted_at.is_not(None))
        .options(
            contains_eager(Answer.attempt)
            .joinedload(Attempt.enrolment, innerjoin=True)
            .joinedload(Enrolment.user, innerjoin=True)
            .lazyload(User.roles),
            contains_eager(Answer.attempt).selectinload(Attempt.answers).raiseload("*"),
            joinedload(Answer.version, innerjoin=True),
        )
        .order_by(Answer.attempt_id)
    )


def recounted(regrades: Iterable[Regrade]) -> Select[Attempt]:
    """The attempts that were counted again, with whose they are."""
    ids = {int(number) for each in regrades for number in each.after}
    return select(Attempt).where(Attempt.id.in_(ids)).options(joinedload(Attempt.enrolment).joinedload(Enrolment.user))


def regrades(quiz: Quiz) -> Select[Regrade]:
    return (
        select(Regrade)
        .where(Regrade.quiz_id == quiz.id)
        .options(joinedload(Regrade.question), joinedload(Regrade.made_by).lazyload(User.roles))
        .order_by(Regrade.id.desc())
    )


def allowances(quiz: Quiz) -> Select[Allowance]:
    return (
        select(Allowance)
        .where(Allowance.quiz_id == quiz.id)
        .options(
            joinedload(Allowance.enrolment).joinedload(Enrolment.user).lazyload(User.roles),
            joinedload(Allowance.granted_by).lazyload(User.roles),
        )
        .order_by(Allowance.id)
    )


def grades(edition_id: int) -> Select[*tuple[Any, ...]]:
    """For `editions.kinds`: of the attempts that are marked the one that counts, or their mean."""
    first = case((Quiz.scoring == LAST, Attempt.number), else_=Attempt.points).desc()
    each = (Attempt.enrolment_id, Attempt.quiz_id)
    mean, count = Quiz.scoring == MEAN, func.count().over(partition_by=each)
    earned = func.sum(Attempt.points).over(partition_by=each) // count
    possible = func.sum(Attempt.points_possible).over(partition_by=each) // count
    row = (
        select(
            Attempt.enrolment_id,
            Attempt.quiz_id.label("activity_id"),
            case((mean, earned), else_=Attempt.points).label("earned"),
            case((mean, possible), else_=Attempt.points_possible).label("possible"),
            Attempt.submitted_at.label("at"),
            func.row_number().over(partition_by=each, order_by=(first, Attempt.id)).label("place"),
        )
        .join(Quiz, Quiz.id == Attempt.quiz_id)
        .where(Quiz.edition_id == edition_id, Attempt.points.is_not(None), Attempt.points_possible > 0)
        .subquery()
        .c
    )
    whole = (cast(row.earned, Integer).label("earned"), cast(row.possible, Integer).label("possible"))
    return select(row.enrolment_id, row.activity_id, *whole, row.at).where(row.place == 1)
