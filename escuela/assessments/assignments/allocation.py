"""Who is to review which work: by hand, by local government, or evenly. Every change stays in the history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from escuela import clock
from escuela.assessments.assignments import queries
from escuela.assessments.assignments.models import Work
from escuela.assessments.assignments.review_models import Allocation, Charge
from escuela.editions.models import Edition, EditionStaff
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import FIELDS, VERBS, record, record_all
from escuela.people.models import LocalGovernment, User

VERBS |= {
    "work.allocated": _l("said who reviews a work"),
    "work.charged": _l("said who reviews what a local government hands in"),
}
FIELDS |= {"reviewer": _l("Reviewer"), "government": _l("Local government")}


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


# --- what a local government hands in later


def charges(edition: Edition) -> Select[Charge]:
    """Who was put in charge of which local governments."""
    return (
        select(Charge).where(Charge.edition_id == edition.id).options(joinedload(Charge.reviewer).lazyload(User.roles))
    )


def put_in_charge(edition: Edition, plan: Mapping[LocalGovernment, User | None], *, by: User) -> int:
    """From now on what each of these local governments hands in is allocated so; None: to nobody. How many changed."""
    db.session.execute(select(Edition.id).where(Edition.id == edition.id).with_for_update())
    kept = {row.local_government_id: row for row in db.session.scalars(charges(edition))}
    before = {government: row.reviewer if (row := kept.get(government.id)) else None for government in plan}
    changed = [government for government in plan if before[government] is not plan[government]]
    for government in changed:
        _charge(edition, government, kept.get(government.id), plan[government], by)
        was, becomes = (each and each.name for each in (before[government], plan[government]))
        after = {"government": government.name, "reviewer": becomes}
        record(edition, "work.charged", within=edition, by=by, before={"reviewer": was}, after=after)
    db.session.flush()
    return len(changed)


def _charge(edition: Edition, government: LocalGovernment, row: Charge | None, to: User | None, by: User) -> None:
    if to is None:
        db.session.delete(row)
        return
    row = row or Charge(edition_id=edition.id, local_government_id=government.id)
    row.reviewer, row.set_at, row.set_by_id = to, clock.now(), by.id
    db.session.add(row)


def allocate_arrived(work: Work) -> None:
    """Give what was just handed in to who is in charge, unless somebody has it already or it is their own."""
    if work.claimed_by_id is not None or work.allocation is not None:
        return
    edition = work.assignment.edition_id
    works_here = exists().where(EditionStaff.edition_id == edition, EditionStaff.user_id == Charge.reviewer_id)
    found = select(Charge).where(
        Charge.edition_id == edition, Charge.local_government_id == work.government.id, works_here
    )
    charge = db.session.scalar(found)
    if charge is not None and charge.reviewer_id not in _parts([work])[work.id]:
        now, by = clock.now(), charge.set_by_id
        work.allocation = Allocation(reviewer_id=charge.reviewer_id, allocated_at=now, allocated_by_id=by)
        db.session.flush()


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
