"""Appoint evaluators, divide applications among them, and take their scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.admissions.services import Newcomer
from escuela.applications.models import SUBMITTED, Application
from escuela.calls.models import Call
from escuela.calls.services import named
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.evaluations import queries
from escuela.evaluations.models import Evaluation, Evaluator, Score
from escuela.evaluations.policies import Plan, can_score, divided, scoring, total
from escuela.extensions import db
from escuela.messages.services import enqueue
from escuela.people import services as people
from escuela.people.history import history_of, record
from escuela.people.models import Change, User
from escuela.web import language

COMMENT = 5000
"""Most characters of a comment."""


# --- who evaluates


def appoint(call: Call, newcomer: Newcomer, *, by: User) -> Evaluator:
    """Make somebody an evaluator, with an account where it is missing, and tell them.

    Raises DomainError when they are one already, or coordinate the edition, whose ranking tells what others gave.
    """
    user, _new = people.welcome(newcomer.email, newcomer.name, newcomer.language, newcomer.zone)
    _ensure_sees_no_ranking(user, call)
    row = Evaluator(call_id=call.id, user_id=user.id, appointed_at=clock.now(), appointed_by_id=by.id)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise DomainError(_l("%(name)s evaluates this call already.", name=user.name)) from None
    record(row, "evaluator.appointed", within=call, by=by, after={"evaluator": user.name})
    invitation = None if user.login_count else people.issue_invitation(user)
    to = people.recipient(user)
    once = f"evaluator:{row.id}"
    enqueue("evaluations/appointed", to, once=once, call=call, edition=call.edition, invitation=invitation)
    return row


def _ensure_sees_no_ranking(user: User, call: Call) -> None:
    if coordinates(user, call.edition):
        raise DomainError(
            _l(
                "%(name)s coordinates this edition and sees what others gave. Choose somebody who does not see it.",
                name=user.name,
            )
        )


def dismiss(evaluator: Evaluator, *, by: User) -> int:
    """End it; what was assigned and not given goes back. Returns how many. Raises DomainError once they gave scores."""
    given = select(Evaluation.id).where(Evaluation.evaluator_id == evaluator.id, Evaluation.given_at.is_not(None))
    if db.session.scalar(given.limit(1)) is not None:
        raise DomainError(
            _l(
                "%(name)s has given scores: they count, so this person stays. Assign the rest to somebody else.",
                name=evaluator.user.name,
            )
        )
    rows = db.session.scalars(select(Evaluation).where(Evaluation.evaluator_id == evaluator.id)).all()
    for row in rows:
        db.session.delete(row)
    before = {"evaluator": evaluator.user.name, "applications": len(rows)}
    record(evaluator, "evaluator.dismissed", within=evaluator.call, by=by, before=before)
    db.session.flush()
    db.session.delete(evaluator)
    db.session.flush()
    return len(rows)


def remind(evaluator: Evaluator, owed: int) -> bool:
    """Write to who owes scores, at most once a day. Whether it was written."""
    today = clock.now().date().isoformat()
    to, call = people.recipient(evaluator.user), evaluator.call
    once = f"evaluator-reminder:{evaluator.id}:{today}"
    sent = enqueue("evaluations/reminder", to, once=once, call=call, edition=call.edition, owed=owed)
    return sent is not None


# --- who evaluates what


def plan(call: Call) -> Plan:
    """How the missing evaluations would be divided now."""
    return divided(queries.to_divide(call))


def assign_evenly(call: Call, *, by: User) -> Plan:
    """Give every application handed in its evaluators, evenly. Writes in one statement."""
    _lock(call)
    found = plan(call)
    _insert(found.pairs, by=by)
    if found.pairs:
        record(call, "evaluations.assigned", within=call, by=by, after={"evaluations": len(found.pairs)})
    db.session.flush()
    return found


def assign(evaluator: Evaluator, applications: Sequence[Application], *, by: User) -> int:
    """Give applications to one evaluator; what they have already stays. Returns how many are new.

    Raises DomainError for an application of their own local government, with its name, and for an evaluator who sees
    the ranking by now; then it writes nothing.
    """
    call = evaluator.call
    _ensure_sees_no_ranking(evaluator.user, call)
    _lock(call)
    bars = {application for application, who in db.session.execute(queries.own(call)) if who == evaluator.id}
    for application in applications:
        if application.id in bars:
            raise DomainError(own_sentence(application, evaluator))
        if application.state != SUBMITTED:
            raise DomainError(_l("%(name)s has withdrawn the application.", name=application.name))
    known = select(Evaluation.application_id).where(Evaluation.evaluator_id == evaluator.id)
    has = set(db.session.scalars(known))
    new = [application for application in applications if application.id not in has]
    _insert([(application.id, evaluator.id) for application in new], by=by)
    if new:
        numbers = ", ".join(application.reference for application in new)
        after = {"evaluator": evaluator.user.name, "applications": numbers}
        record(evaluator, "evaluations.assigned", within=call, by=by, after=after)
    db.session.flush()
    return len(new)


def own_sentence(application: Application, evaluator: Evaluator) -> LazyString:
    return _l(
        "%(evaluator)s belongs to %(government)s, left it less than two years ago, or applied too, and so cannot "
        "evaluate %(name)s.",
        evaluator=evaluator.user.name,
        government=application.place_name,
        name=application.name,
    )


def unassign(evaluation: Evaluation, *, by: User) -> None:
    """Take an application from an evaluator. Raises DomainError once its scores are given."""
    lock(evaluation)
    if evaluation.given_at is not None:
        raise DomainError(_l("These scores are given: they are not taken back. Open them again if they are wrong."))
    name, application = evaluation.evaluator.user.name, evaluation.application
    before = {"evaluator": name} | _unfinished(evaluation)
    record(evaluation, "evaluations.unassigned", within=application.call, by=by, before=before)
    db.session.delete(evaluation)
    db.session.flush()


def _insert(pairs: Sequence[tuple[int, int]], *, by: User) -> None:
    now = clock.now()
    rows = [
        {
            "application_id": application,
            "evaluator_id": evaluator,
            "assigned_at": now,
            "assigned_by_id": by.id,
            "comment": "",
        }
        for application, evaluator in pairs
    ]
    if rows:
        db.session.execute(insert(Evaluation), rows)


def _lock(call: Call) -> None:
    """One division at a time."""
    db.session.execute(select(Call.id).where(Call.id == call.id).with_for_update())


# --- blind until one's own are given


class OwesScoresError(DomainError):
    """What others gave is asked for by an evaluator who has not given their own."""

    def __init__(self, call: Call, number: int) -> None:
        super().__init__(
            ngettext(
                "%(num)d application waits for your scores. Nobody sees what others gave before giving their own: give "
                "your scores, or give the application back with a reason.",
                "%(num)d applications wait for your scores. Nobody sees what others gave before giving their own: give "
                "your scores, or give the applications back with a reason.",
                number,
            )
        )
        self.call = call


def ensure_owes_nothing(user: User, call: Call) -> None:
    """Raises OwesScoresError until this person gave or handed back every application of the call; not after its result.

    Whoever was an evaluator first and coordinates now would see the scores of others in ranking and history.
    """
    if call.announced_at is None and (number := queries.owed(user, call)):
        raise OwesScoresError(call, number)


# --- scores


def lock(evaluation: Evaluation) -> None:
    """Hold the row until the request ends, and see it as it is now."""
    db.session.execute(select(Evaluation.id).where(Evaluation.id == evaluation.id).with_for_update())
    db.session.refresh(evaluation)


def save(evaluation: Evaluation, points: Mapping[int, int | None], comment: str) -> None:
    """Keep what was scored so far, by id of criterion. Raises DomainError where nothing can be written any more."""
    lock(evaluation)
    ensure_scorable(evaluation)
    if len(comment) > COMMENT:
        raise DomainError(_l("At most %(most)d characters in the comment.", most=COMMENT))
    most = evaluation.application.call.scale
    kept = {score.criterion_id: score for score in evaluation.scores}
    for criterion in evaluation.application.call.criteria:
        value = points.get(criterion.id)
        if value is None or not 0 <= value <= most:
            if criterion.id in kept:
                evaluation.scores.remove(kept[criterion.id])
        elif criterion.id in kept:
            kept[criterion.id].points = value
        else:
            evaluation.scores.append(Score(criterion_id=criterion.id, points=value))
    evaluation.comment, evaluation.saved_at = comment, clock.now()
    db.session.flush()


def ensure_scorable(evaluation: Evaluation) -> None:
    """Raises DomainError, with why, where the evaluator writes no more."""
    application, now = evaluation.application, clock.now()
    if can_score(evaluation, now):
        if queries.is_own(application, evaluation.evaluator):
            raise DomainError(own_sentence(application, evaluation.evaluator))
        return
    if evaluation.recused_at is not None:
        raise DomainError(_l("You gave this application back."))
    if evaluation.given_at is not None:
        raise DomainError(_l("Your scores are given and do not change. Who coordinates can open them again."))
    if application.state != SUBMITTED:
        raise DomainError(_l("%(name)s has withdrawn the application.", name=application.name))
    if not scoring(application.call, now):
        raise DomainError(_l("Applications are scored from the closing of the call until its result is published."))


def give(evaluation: Evaluation) -> None:
    """Give the scores for good. Raises DomainError naming the criteria that have none. Twice is harmless."""
    lock(evaluation)
    if evaluation.given_at is not None:
        return
    ensure_scorable(evaluation)
    criteria = evaluation.application.call.criteria
    points = {score.criterion_id: score.points for score in evaluation.scores}
    missing = [str(criterion.title.words(language()).text) for criterion in criteria if criterion.id not in points]
    if missing:
        raise DomainError(_l("Score every criterion first. Missing: %(criteria)s.", criteria=", ".join(missing)))
    evaluation.total, evaluation.given_at = total(points, criteria), clock.now()
    db.session.flush()
    user, call, before = evaluation.evaluator.user, evaluation.application.call, _given_before(evaluation)
    record(evaluation, "scores.given", within=call, by=user, before=before, after=_facts(evaluation))


def reopen(evaluation: Evaluation, *, reason: str, by: User) -> None:
    """Let an evaluator change scores that were given.

    Raises DomainError once the result is published, and for an evaluator who sees the ranking by now.
    """
    lock(evaluation)
    if evaluation.given_at is None:
        return
    if not scoring(evaluation.application.call, clock.now()):
        raise DomainError(_l("Applications are scored from the closing of the call until its result is published."))
    user, call = evaluation.evaluator.user, evaluation.application.call
    if coordinates(user, call.edition):
        sentence = _l("%(name)s coordinates this edition and sees what others gave: these scores stay.", name=user.name)
        raise DomainError(sentence)
    before = _facts(evaluation)
    evaluation.total = evaluation.given_at = None
    db.session.flush()
    record(evaluation, "scores.reopened", within=call, by=by, reason=reason, before=before)


def recuse(evaluation: Evaluation, *, reason: str) -> None:
    """Give an application back, for a conflict of interest. Raises DomainError once scored; twice is harmless."""
    lock(evaluation)
    if evaluation.recused_at is not None:
        return
    ensure_scorable_or_own(evaluation)
    before = _unfinished(evaluation)
    evaluation.recused_at, evaluation.recused_reason = clock.now(), reason
    evaluation.scores.clear()
    db.session.flush()
    call, user = evaluation.application.call, evaluation.evaluator.user
    record(evaluation, "evaluations.recused", within=call, by=user, reason=reason, before=before)


def ensure_scorable_or_own(evaluation: Evaluation) -> None:
    """One gives back what one may score, what is not open to scoring yet, and what one must not score."""
    if evaluation.given_at is not None:
        ensure_scorable(evaluation)


def _facts(evaluation: Evaluation) -> dict[str, Any]:
    """What was given, by the titles of the criteria, which rest from then on; two of one title are told by number."""
    points = {score.criterion_id: score.points for score in evaluation.scores}
    found: dict[str, Any] = {"total": (evaluation.total or 0) / 100}
    for place, criterion in enumerate(evaluation.application.call.criteria, 1):
        title = named(criterion.title)
        found[title if title not in found else f"{place}. {title}"] = points.get(criterion.id)
    return found | {"comment": evaluation.comment}


def _unfinished(evaluation: Evaluation) -> dict[str, Any]:
    """What was scored and not given, before it goes; nothing where nothing was."""
    facts = _facts(evaluation)
    del facts["total"]
    return {name: value for name, value in facts.items() if value not in (None, "")}


def _given_before(evaluation: Evaluation) -> dict[str, Any]:
    """What was given before it was opened again."""
    lines = history_of(evaluation).where(Change.verb == "scores.reopened").limit(1)
    line = db.session.scalars(lines).first()
    return dict(line.before) if line else {}


def locked(call: Call) -> LazyString | None:
    """Why criteria and scale rest: somebody has scored by them."""
    given = (
        select(Evaluation.id)
        .join(Evaluation.application)
        .where(Application.call_id == call.id, Evaluation.given_at.is_not(None))
    )
    if db.session.scalar(given.limit(1)) is None:
        return None
    return _l("Scores have been given by these criteria: they stay as they are.")
