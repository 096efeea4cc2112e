"""Rubrics kept under a name: a copy to begin from, so that no change of one changes what works were reviewed with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.assessments.assignments.models import Assignment, SharedRubric
from escuela.assessments.assignments.text import CriterionText, LevelText, criteria_texts
from escuela.columns import Localized
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.forms import in_one_line, legible
from escuela.people.history import record
from escuela.people.models import User

NAME = 120


def names() -> list[tuple[int, str]]:
    """Number and name of each, by name."""
    return [
        (number, name)
        for number, name in db.session.execute(select(SharedRubric.id, SharedRubric.name).order_by(SharedRubric.name))
    ]


def criteria_of(number: int) -> list[CriterionText]:
    """The criteria of a shared rubric; none where there is no such."""
    rubric = db.session.get(SharedRubric, number)
    return [_criterion(facts) for facts in rubric.criteria] if rubric else []


def keep(assignment: Assignment, *, name: str, by: User) -> SharedRubric:
    """Keep the rubric of an assignment; what was called so is replaced, and the history tells by whom."""
    name = in_one_line(legible(name)) or ""
    if not name or len(name) > NAME:
        raise DomainError(_l("Give the rubric a name of at most %(most)d characters.", most=NAME))
    if not assignment.criteria:
        raise DomainError(_l("This assignment has no rubric."))
    rubric = db.session.scalars(select(SharedRubric).where(SharedRubric.name == name)).one_or_none()
    before = rubric.criteria if rubric else None
    rubric = rubric or SharedRubric(name=name)
    rubric.criteria = [asdict(each) for each in criteria_texts(assignment)]
    rubric.saved_at, rubric.saved_by_id = clock.now(), by.id
    db.session.add(rubric)
    db.session.flush()
    if before is not None and before != rubric.criteria:
        titles = [[_titled(facts) for facts in facts_of] for facts_of in (before, rubric.criteria)]
        record(
            rubric,
            "rubric.replaced",
            within=assignment.edition,
            by=by,
            before={"criteria": titles[0]},
            after={"criteria": titles[1]},
        )
    return rubric


def _titled(facts: dict[str, Any]) -> str:
    return next(iter(facts["title"].values()), "")


def _criterion(facts: dict[str, Any]) -> CriterionText:
    """As it was written down: a JSON object keeps its words and their order."""
    levels = tuple(
        LevelText(Localized(each["title"]), Localized(each["text"]), each["points"]) for each in facts["levels"]
    )
    return CriterionText(
        facts["slug"], Localized(facts["title"]), Localized(facts["text"]), levels, facts.get("weight", 1)
    )
