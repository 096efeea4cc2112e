"""Who is to review which work: by hand, by local government, or evenly. Every change stays in the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from escuela import clock
from escuela.assessments.assignments import queries
from escuela.assessments.assignments.models import Work
from escuela.assessments.assignments.review_models import Allocation
from escuela.editions.models import Edition
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import FIELDS, VERBS, record_all
from escuela.people.models import User

VERBS |= {"work.allocated": _l("said who reviews a work")}
FIELDS |= {"reviewer": _l("Reviewer")}


def reviewers(edition: Edition) -> list[User]:
    """Who works in the edition, each once, by name."""
    return sorted({row.user for row in edition.staff}, key=lambda user: user.name)


def evenly(works: Sequence[Work], among: Sequence[User]) -> dict[int, User]:
    """A plan for the works that nobody has, in their order: each goes to whom has least, and nobody to their own.

    What each has already counts. Of two who have as much the first of `among` is next.
    """
    load = {user.id: 0 for user in among}
    for work in works:
        holder = work.claimed_by_id or (work.allocation.reviewer_id if work.allocation else None)
        if holder in load:
            load[holder] += 1
    plan: dict[int, User] = {}
    parts = _parts(works)
    for work in works:
        able = [user for user in among if user.id not in parts[work.id]]
        if work.claimed_by_id or work.allocation or not able:
            continue
        plan[work.id] = min(able, key=lambda user: load[user.id])
        load[plan[work.id].id] += 1
    return plan


def allocate(works: Sequence[Work], plan: Mapping[int, User | None], *, by: User) -> int:
    """Allocate works by their number, or to nobody (None). Says how many changed.

    All are of one edition. Raises DomainError, and changes nothing, where somebody would review their own work.
    """
    lines = []
    parts = _parts(works)
    for work in works:
        before = work.allocation.reviewer if work.allocation else None
        after = plan.get(work.id, before)
        if before is not after:
            _ensure_apart(after, parts[work.id])
            _put(work, after, by)
            lines.append((work, {"reviewer": before and before.name}, {"reviewer": after and after.name}))
    db.session.flush()
    if lines:
        record_all("work.allocated", lines, within=works[0].assignment.edition, by=by)
    return len(lines)


def _parts(works: Sequence[Work]) -> dict[int, set[int]]:
    """By work, who has a part in it."""
    found: dict[int, set[int]] = defaultdict(set)
    for work, user in db.session.execute(queries.parts_in(works)):
        found[work].add(user)
    return found


def _ensure_apart(reviewer: User | None, parts: set[int]) -> None:
    if reviewer is not None and reviewer.id in parts:
        raise DomainError(_l("%(name)s cannot review their own work. Choose somebody else.", name=reviewer.name))


def _put(work: Work, reviewer: User | None, by: User) -> None:
    if reviewer is None:
        db.session.delete(work.allocation)
        return
    now, row = clock.now(), work.allocation
    if row is None:
        db.session.add(Allocation(work=work, reviewer=reviewer, allocated_by_id=by.id, allocated_at=now))
    else:
        row.reviewer, row.allocated_by_id, row.allocated_at = reviewer, by.id, now
