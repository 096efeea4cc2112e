"""Rubrics kept under a name: a copy to begin from, so that no change of one changes what works were reviewed with."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from escuela import clock
from escuela.assessments.assignments.models import Assignment, SharedRubric
from escuela.assessments.assignments.text import CriterionText, LevelText, criteria_texts
from escuela.columns import Localized
from escuela.editions.models import Edition
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


def all_of_them() -> Select[SharedRubric]:
    return (
        select(SharedRubric).options(joinedload(SharedRubric.saved_by).lazyload(User.roles)).order_by(SharedRubric.name)
    )


def criteria_of(number: int) -> list[CriterionText]:
    """The criteria of a shared rubric; none where there is no such."""
    rubric = db.session.get(SharedRubric, number)
    return [_criterion(facts) for facts in rubric.criteria] if rubric else []


def keep(assignment: Assignment, *, name: str, by: User) -> SharedRubric:
    """Keep the rubric of an assignment; what was called so is replaced, and the history tells by whom."""
    name = _checked(name)
    if not assignment.criteria:
        raise DomainError(_l("This assignment has no rubric."))
    rubric = _called(name)
    before = rubric.criteria if rubric else None
    rubric = rubric or SharedRubric(name=name)
    rubric.criteria = [asdict(each) for each in criteria_texts(assignment)]
    rubric.saved_at, rubric.saved_by_id = clock.now(), by.id
    db.session.add(rubric)
    db.session.flush()
    if before is not None and before != rubric.criteria:
        was, became = {"criteria": titles(before)}, {"criteria": titles(rubric.criteria)}
        record(rubric, "rubric.replaced", within=assignment.edition, by=by, before=was, after=became)
    return rubric


def rename(rubric: SharedRubric, name: str, *, within: Edition, by: User) -> None:
    """Call it otherwise. Raises DomainError where another one is called so."""
    name, before = _checked(name), rubric.name
    if _called(name) not in {None, rubric}:
        raise DomainError(_l("Another shared rubric is called «%(name)s» already.", name=name))
    rubric.name = name
    if name != before:
        record(rubric, "rubric.renamed", within=within, by=by, before={"name": before}, after={"name": name})
    db.session.flush()


def remove(rubric: SharedRubric, *, within: Edition, by: User) -> None:
    """No assignment can begin from it any more; those that did keep their copy, and the history what it was."""
    before = {"name": rubric.name, "criteria": titles(rubric.criteria)}
    record(rubric, "rubric.removed", within=within, by=by, before=before)
    db.session.delete(rubric)
    db.session.flush()


def _checked(name: str) -> str:
    name = in_one_line(legible(name)) or ""
    if not name or len(name) > NAME:
        raise DomainError(_l("Give the rubric a name of at most %(most)d characters.", most=NAME))
    return name


def _called(name: str) -> SharedRubric | None:
    return db.session.scalars(select(SharedRubric).where(SharedRubric.name == name)).one_or_none()


def titles(criteria: list[dict[str, Any]]) -> list[str]:
    """What each criterion is called, in the first language that it has."""
    return [next(iter(facts["title"].values()), "") for facts in criteria]


def _criterion(facts: dict[str, Any]) -> CriterionText:
    """As it was written down: a JSON object keeps its words and their order."""
    levels = tuple(
        LevelText(Localized(each["title"]), Localized(each["text"]), each["points"]) for each in facts["levels"]
    )
    return CriterionText(
        facts["slug"], Localized(facts["title"]), Localized(facts["text"]), levels, facts.get("weight", 1)
    )
