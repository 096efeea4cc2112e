"""The coordinator's view of an edition: who is due a certificate, who is not and why, what was issued and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from escuela.admissions.models import Enrolment
from escuela.certificates import queries
from escuela.certificates.models import ISSUED, KEPT, REFUSED, VALID, Certificate, Issuing, IssuingResult
from escuela.certificates.names import UnprintableNameError, fit_name
from escuela.certificates.services import Grounds
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import folded

PAGE = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """Fifty of a list. A number past the last is the last."""

    rows: Sequence[T]
    number: int
    total: int

    @property
    def count(self) -> int:
        return max(1, -(-self.total // PAGE))

    @classmethod
    def of(cls, rows: Sequence[T], number: int) -> Self:
        number = cls.within(number, len(rows))
        return cls(rows[(number - 1) * PAGE : number * PAGE], number, len(rows))

    @staticmethod
    def within(number: int, total: int) -> int:
        return min(max(1, number), max(1, -(-total // PAGE)))


@dataclass(frozen=True, slots=True)
class Due:
    """Somebody who qualifies. `obstacle`: why their name cannot be printed."""

    enrolment: Enrolment
    obstacle: LazyString | str | None


@dataclass(frozen=True, slots=True)
class NotYet:
    enrolment: Enrolment
    missing: list[LazyString]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the job is with the valid certificates of an edition."""

    drawn: int
    total: int
    failing: Sequence[Certificate]


@dataclass(frozen=True, slots=True)
class Round:
    """The last time that certificates were issued: how many of each outcome, and the refusals."""

    issuing: Issuing
    issued: int
    kept: int
    refused: int
    refusals: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Board:
    due: Part[Due]
    not_yet: Part[NotYet]
    issued: Part[Certificate]


def board_of(edition: Edition, *, search: str, due: int, not_yet: int, issued: int) -> Board:
    """The three lists, each at its page. `search` keeps the people whose name has all of its words."""
    only = _found(edition, search) if search else None
    people = list(db.session.scalars(queries.participants(edition, only)).unique())
    grounds = Grounds.of(edition, people)
    ready = [person for person in people if grounds.due(person)]
    others = [person for person in people if person.id not in grounds.newest and not grounds.due(person)]
    due_part, other_part = Part.of(ready, due), Part.of(others, not_yet)
    return Board(
        Part([Due(person, _obstacle(person)) for person in due_part.rows], due_part.number, due_part.total),
        Part([_not_yet(person, grounds) for person in other_part.rows], other_part.number, other_part.total),
        _issued(edition, only, issued),
    )


def progress(edition: Edition) -> Progress:
    valid = (
        select(func.count(), func.count(Certificate.pdf_key))
        .join(Certificate.enrolment)
        .where(Enrolment.edition_id == edition.id, Certificate.state == VALID)
    )
    total, drawn = db.session.execute(valid).one()
    failing = queries.certificates_of(edition).where(
        Certificate.state == VALID, Certificate.pdf_key.is_(None), Certificate.drawing_failure.is_not(None)
    )
    return Progress(drawn, total, db.session.scalars(failing.limit(PAGE)).all() if drawn < total else [])


def last_round(edition: Edition) -> Round | None:
    issuing = db.session.scalar(queries.last_issuing(edition))
    if issuing is None:
        return None
    outcomes = (
        select(IssuingResult.outcome, func.count())
        .where(IssuingResult.issuing_id == issuing.id)
        .group_by(IssuingResult.outcome)
    )
    counts = dict(db.session.execute(outcomes).all())
    refusals = db.session.scalars(queries.refusals(issuing).limit(PAGE)).all() if counts.get(REFUSED) else []
    return Round(issuing, counts.get(ISSUED, 0), counts.get(KEPT, 0), counts.get(REFUSED, 0), refusals)


def _not_yet(enrolment: Enrolment, grounds: Grounds) -> NotYet:
    conditions = grounds.standings[enrolment.id].conditions
    return NotYet(enrolment, [condition.sentence for condition in conditions if not condition.met])


def _obstacle(enrolment: Enrolment) -> LazyString | str | None:
    try:
        fit_name(" ".join(enrolment.user.name.split()))
    except UnprintableNameError as error:
        return error.sentence
    return None


def _found(edition: Edition, search: str) -> set[int]:
    words = folded(search).split()
    everybody = db.session.execute(queries.names(edition))
    return {enrolment_id for enrolment_id, name in everybody if all(word in folded(name) for word in words)}


def _issued(edition: Edition, only: set[int] | None, number: int) -> Part[Certificate]:
    rows = queries.certificates_of(edition, only)
    total = db.session.scalar(select(func.count()).select_from(rows.with_only_columns(Certificate.id).subquery())) or 0
    number = Part.within(number, total)
    return Part(db.session.scalars(rows.limit(PAGE).offset((number - 1) * PAGE)).all(), number, total)
