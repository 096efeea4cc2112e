"""Who evaluates what, and what scores say of each application."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from escuela import clock
from escuela.applications import queries as applications
from escuela.applications.models import SUBMITTED, Application
from escuela.calls.models import Call
from escuela.editions.models import COORDINATOR, Edition, EditionStaff
from escuela.evaluations.models import Evaluation, Evaluator, Score
from escuela.evaluations.policies import Share
from escuela.extensions import db
from escuela.people.models import ADMIN, Membership, Role, User
from escuela.people.models import COORDINATOR as ALL_EDITIONS

ACTIVE = Evaluation.recused_at.is_(None)
"""Given back, with a reason, it counts for nothing."""


def evaluator_of(user: User, edition: str) -> Select[Evaluator]:
    """What makes a person an evaluator of the call of an edition."""
    return (
        select(Evaluator)
        .join(Evaluator.call)
        .join(Call.edition)
        .where(Evaluator.user_id == user.id, Edition.slug == edition)
        .options(joinedload(Evaluator.call).joinedload(Call.edition))
    )


def evaluates(user: User) -> Select[str]:
    """Slugs of the editions whose call a person evaluates, the newest first."""
    rows = select(Edition.slug).join(Call, Call.edition_id == Edition.id).join(Evaluator, Evaluator.call_id == Call.id)
    return rows.where(Evaluator.user_id == user.id, Call.announced_at.is_(None)).order_by(Call.closes_at.desc())


def mine(evaluator: Evaluator) -> Select[Evaluation]:
    """What an evaluator has to do and has done, in the order of the applications' numbers."""
    return (
        select(Evaluation)
        .join(Evaluation.application)
        .where(Evaluation.evaluator_id == evaluator.id, ACTIVE)
        .options(
            joinedload(Evaluation.application).joinedload(Application.local_government),
            selectinload(Evaluation.scores),
        )
        .order_by(Application.number)
    )


def owed(user: User, call: Call) -> int:
    """How many applications of a call wait for this person's scores."""
    rows = (
        select(func.count(Evaluation.id))
        .join(Evaluation.evaluator)
        .join(Evaluation.application)
        .where(Evaluator.call_id == call.id, Evaluator.user_id == user.id)
        .where(ACTIVE, Evaluation.given_at.is_(None), Application.state == SUBMITTED)
    )
    return db.session.scalar(rows) or 0


def coordinating(call: Call) -> Select[int]:
    """Evaluators of a call who came to coordinate its edition, or all of them, after they were appointed."""
    here = select(EditionStaff.user_id).where(
        EditionStaff.edition_id == call.edition_id, EditionStaff.role == COORDINATOR
    )
    everywhere = select(User.id).join(User.roles).where(Role.name.in_([ADMIN, ALL_EDITIONS]))
    return select(Evaluator.id).where(
        Evaluator.call_id == call.id, or_(Evaluator.user_id.in_(here), Evaluator.user_id.in_(everywhere))
    )


def given_by_others(evaluation: Evaluation) -> Select[Evaluation]:
    """The other scores of an application: only for who has given their own."""
    return (
        select(Evaluation)
        .where(
            Evaluation.application_id == evaluation.application_id,
            Evaluation.id != evaluation.id,
            Evaluation.given_at.is_not(None),
            true() if evaluation.given_at is not None else false(),
        )
        .options(joinedload(Evaluation.evaluator).joinedload(Evaluator.user), selectinload(Evaluation.scores))
        .order_by(Evaluation.given_at)
    )


def titles(numbers: Collection[int]) -> dict[int, str]:
    """What the history calls evaluations: the application that each is of."""
    pairs = select(Evaluation.id, Evaluation.application_id).where(Evaluation.id.in_(numbers))
    found = {row.id: row.application_id for row in db.session.execute(pairs)}
    names = applications.titles(set(found.values()))
    return {evaluation: names[application] for evaluation, application in found.items() if application in names}


class Workload(NamedTuple):
    """An evaluator, and how many of theirs are in each state."""

    evaluator: Evaluator
    assigned: int
    given: int
    begun: int
    recused: int


def workloads(call: Call) -> list[Workload]:
    counted = (
        select(
            Evaluation.evaluator_id,
            func.sum(case((ACTIVE, 1), else_=0)).label("assigned"),
            func.sum(case((Evaluation.given_at.is_not(None), 1), else_=0)).label("given"),
            func.sum(
                case((and_(ACTIVE, Evaluation.given_at.is_(None), Evaluation.saved_at.is_not(None)), 1), else_=0)
            ).label("begun"),
            func.sum(case((ACTIVE, 0), else_=1)).label("recused"),
        )
        .join(Evaluation.application)
        .where(Application.call_id == call.id, Application.state == SUBMITTED)
        .group_by(Evaluation.evaluator_id)
        .subquery()
    )
    rows = (
        select(Evaluator, counted.c.assigned, counted.c.given, counted.c.begun, counted.c.recused)
        .join(Evaluator.user)
        .outerjoin(counted, counted.c.evaluator_id == Evaluator.id)
        .where(Evaluator.call_id == call.id)
        .options(joinedload(Evaluator.user).lazyload(User.roles))
        .order_by(User.folded_name, Evaluator.id)
    )
    return [Workload(row[0], *(int(each or 0) for each in row[1:])) for row in db.session.execute(rows)]


def of_application() -> Any:
    """By application: how many evaluations it has and how many are given."""
    return (
        select(
            Evaluation.application_id,
            func.count(Evaluation.id).label("assigned"),
            func.count(Evaluation.given_at).label("given"),
        )
        .where(ACTIVE)
        .group_by(Evaluation.application_id)
        .subquery()
    )


def progress(call: Call) -> dict[str, int]:
    """Of the applications handed in: how many there are, lack evaluators, are wholly scored."""
    counted = of_application()
    assigned, given = func.coalesce(counted.c.assigned, 0), func.coalesce(counted.c.given, 0)
    rows = (
        select(
            func.count(Application.id),
            func.coalesce(func.sum(case((assigned < call.evaluations, 1), else_=0)), 0),
            func.coalesce(func.sum(case((given >= call.evaluations, 1), else_=0)), 0),
        )
        .select_from(Application)
        .outerjoin(counted, counted.c.application_id == Application.id)
        .where(Application.call_id == call.id, Application.state == SUBMITTED)
    )
    handed_in, lacking, scored = db.session.execute(rows).one()
    return {"handed_in": int(handed_in), "lacking": int(lacking), "scored": int(scored)}


def assignable(call: Call, *, lacking: bool) -> Select[Application, int, int]:
    """Applications handed in, with their evaluations assigned and given; only those that lack some, if asked."""
    counted = of_application()
    assigned = func.coalesce(counted.c.assigned, 0)
    rows = (
        select(Application, assigned, func.coalesce(counted.c.given, 0))
        .outerjoin(counted, counted.c.application_id == Application.id)
        .where(Application.call_id == call.id, Application.state == SUBMITTED)
        .options(joinedload(Application.local_government))
        .order_by(Application.number)
    )
    return rows.where(assigned < call.evaluations) if lacking else rows


def evaluations_of(applications: Iterable[Application]) -> dict[int, list[Evaluation]]:
    """By id of application: its evaluations, with who evaluates."""
    rows = (
        select(Evaluation)
        .where(Evaluation.application_id.in_([each.id for each in applications]), ACTIVE)
        .options(joinedload(Evaluation.evaluator).joinedload(Evaluator.user).lazyload(User.roles))
        .order_by(Evaluation.id)
    )
    found = defaultdict(list)
    for row in db.session.scalars(rows):
        found[row.application_id].append(row)
    return found


# --- own governments

RECENTLY = timedelta(days=2 * 365)
"""Whoever left a government within this time still does not evaluate its people."""


def own(call: Call) -> Select[int, int]:
    """Pairs that must not be: an application and an evaluator of its government, or who applied themselves.

    Of its government is who works for it, and who left it within the last two years (`RECENTLY`), counted in UTC days.
    """
    today = clock.now().date()
    recent = or_(Membership.to_on.is_(None), Membership.to_on >= today - RECENTLY)
    return (
        select(Application.id, Evaluator.id)
        .select_from(Evaluator)
        .join(User, User.id == Evaluator.user_id)
        .outerjoin(Membership, and_(Membership.user_id == User.id, recent))
        .join(Application, Application.call_id == Evaluator.call_id)
        .where(
            Evaluator.call_id == call.id,
            or_(
                Application.local_government_id == Membership.local_government_id,
                Application.user_id == User.id,
                Application.email == User.email,
            ),
        )
        .distinct()
    )


def is_own(application: Application, evaluator: Evaluator) -> bool:
    pair = own(application.call).where(Application.id == application.id, Evaluator.id == evaluator.id)
    return db.session.execute(pair).first() is not None


def to_divide(call: Call) -> Share:
    """What dividing evenly starts from, in five queries whatever there is. Who sees the ranking gets nothing more."""
    counted = of_application()
    assigned = func.coalesce(counted.c.assigned, 0)
    rows = (
        select(Application.id, assigned)
        .outerjoin(counted, counted.c.application_id == Application.id)
        .where(Application.call_id == call.id, Application.state == SUBMITTED, assigned < call.evaluations)
    )
    wanting = {application: call.evaluations - int(has) for application, has in db.session.execute(rows)}
    sees = set(db.session.scalars(coordinating(call)))
    loads = {row.evaluator.id: row.assigned for row in workloads(call) if row.evaluator.id not in sees}
    return Share(loads, wanting, barred(call))


def barred(call: Call) -> dict[int, frozenset[int]]:
    """By id of application: evaluators that it has, that gave it back, and of its own government."""
    found: dict[int, set[int]] = defaultdict(set)
    had = select(Evaluation.application_id, Evaluation.evaluator_id).join(Evaluation.application)
    for rows in (own(call), had.where(Application.call_id == call.id)):
        for application, evaluator in db.session.execute(rows):
            found[application].add(evaluator)
    return {application: frozenset(those) for application, those in found.items()}


# --- what scores say; the room of selection ranks by it


def ranking(call: Call) -> Any:
    """By application handed in: `given`, `mean` and `spread` of totals in hundredths, first `scored_at`, `missing`."""
    given = Evaluation.given_at.is_not(None)
    counted = (
        select(
            Evaluation.application_id.label("application_id"),
            func.count(Evaluation.given_at).label("given"),
            func.avg(case((given, Evaluation.total))).label("mean"),
            (func.max(Evaluation.total) - func.min(Evaluation.total)).label("spread"),
            func.min(Evaluation.given_at).label("scored_at"),
        )
        .join(Evaluation.application)
        .where(Application.call_id == call.id, ACTIVE)
        .group_by(Evaluation.application_id)
        .subquery()
    )
    known = func.coalesce(counted.c.given, 0)
    return (
        select(
            Application.id.label("application_id"),
            known.label("given"),
            counted.c.mean,
            counted.c.spread,
            counted.c.scored_at,
            (call.evaluations - known).label("missing"),
        )
        .outerjoin(counted, counted.c.application_id == Application.id)
        .where(Application.call_id == call.id, Application.state == SUBMITTED)
        .subquery("ranking")
    )


def criterion_means(applications: Iterable[int]) -> dict[int, dict[int, float]]:
    """By id of application and of criterion: the mean of the points given."""
    rows = (
        select(Evaluation.application_id, Score.criterion_id, func.avg(Score.points))
        .join(Score.evaluation)
        .where(Evaluation.application_id.in_(list(applications)), Evaluation.given_at.is_not(None), ACTIVE)
        .group_by(Evaluation.application_id, Score.criterion_id)
    )
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for application, criterion, mean in db.session.execute(rows):
        found[application][criterion] = float(mean)
    return found
