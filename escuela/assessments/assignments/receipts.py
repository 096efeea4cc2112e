"""What the people of a work are told by mail: each in their language and with their clock, each once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from escuela.admissions.models import Enrolment
from escuela.assessments.assignments import policies, queries
from escuela.assessments.assignments.models import Submission, Work
from escuela.editions.policies import Moment
from escuela.extensions import db
from escuela.messages.services import enqueue_all
from escuela.people.services import recipient


def tell(work: Work, kind: str, *, once: str, **values: Any) -> None:
    """Write one mail to each of the people of a work."""
    tell_all(kind, [(work, once, values)])


def tell_all(kind: str, occasions: Sequence[tuple[Work, str, Mapping[str, Any]]]) -> None:
    """The same of many works, in as few statements: each with what names the occasion, and what its mails say.

    They get the `work`, and as `place` the enrolment of who reads it.
    """
    people: dict[int, list[Enrolment]] = defaultdict(list)
    for number, enrolment in db.session.execute(queries.members_of([work.id for work, _once, _values in occasions])):
        people[number].append(enrolment)
    mails = [
        (
            recipient(enrolment.user),
            once if enrolment.id == work.enrolment_id else f"{once}:{enrolment.id}",
            {"work": work, "place": enrolment, **values},
        )
        for work, once, values in occasions
        for enrolment in people[work.id]
    ]
    enqueue_all(f"assessments/assignments/{kind}", mails)


def send(version: Submission) -> None:
    """The receipt of a version: when it arrived, in the announced zone, and the prints of what is in it."""
    tell(version.work, "received", once=f"received-{version.id}", version=version, at=arrival(version))


def arrival(version: Submission) -> Moment:
    """When a version arrived, on the clock by which it was due."""
    assignment = version.work.assignment
    limit = policies.due(assignment, version.work)
    return Moment(version.submitted_at, limit.zone if limit else assignment.edition.zone)


def print_of(text: str) -> str:
    """SHA-256 of a text, as anybody can check it: UTF-8, lines ended by one line feed."""
    return hashlib.sha256(text.encode()).hexdigest()
