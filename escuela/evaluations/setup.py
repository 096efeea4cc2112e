"""What the rest of the School is told of evaluations: who reads documents, when criteria rest, words of the history."""

from __future__ import annotations

from flask import Flask, g
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela.applications.models import Application
from escuela.applications.policies import READERS
from escuela.calls import services as calls
from escuela.evaluations import queries
from escuela.evaluations.models import Evaluation, Evaluator
from escuela.evaluations.queries import ACTIVE
from escuela.evaluations.services import ensure_owes_nothing, locked
from escuela.extensions import db
from escuela.people import history
from escuela.people.models import User

VERBS = {
    "evaluator.appointed": _l("appointed an evaluator"),
    "evaluator.dismissed": _l("dismissed an evaluator"),
    "evaluations.assigned": _l("assigned evaluations"),
    "evaluations.unassigned": _l("took an evaluation back"),
    "evaluations.recused": _l("gave an application back"),
    "scores.given": _l("gave scores"),
    "scores.reopened": _l("opened scores again"),
}
FIELDS = {
    "evaluator": _l("Evaluator"),
    "evaluations": _l("Evaluations"),
    "applications": _l("Applications"),
    "total": _l("Total"),
    "comment": _l("Comment"),
}


def reads(user: User, application: Application) -> bool:
    """Whether an application is assigned to this person, who then opens its documents."""
    kept: dict[int, bool] = g.setdefault("evaluates", {})
    if application.id not in kept:
        row = (
            select(Evaluation.id)
            .join(Evaluation.evaluator)
            .where(Evaluation.application_id == application.id, Evaluator.user_id == user.id, ACTIVE)
        )
        kept[application.id] = db.session.scalar(row) is not None
    return kept[application.id]


def points(hundredths: float) -> str:
    """A mean of points that is kept in hundredths: «8,45»."""
    return str(format_decimal(round(hundredths / 100, 2), "#,##0.0#"))


def init_app(app: Flask) -> None:
    app.add_template_filter(points)
    history.VERBS.update(VERBS)
    history.FIELDS.update(FIELDS)
    history.NAMES["evaluation"] = queries.titles
    if reads not in READERS:  # a process may make the School more than once
        READERS.append(reads)
        calls.LOCKS.append(locked)
        calls.BLINDS.append(ensure_owes_nothing)
