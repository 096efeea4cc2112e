"""The works that wait for a tutor, in the order in which they are reviewed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from escuela import clock
from escuela.admissions.queries import handed_over
from escuela.assessments.assignments.deadlines import handed_in_for_today
from escuela.assessments.assignments.models import (
    APPROVED,
    CHANGES_REQUESTED,
    SUBMITTED,
    Assignment,
    Review,
    Submission,
    Work,
)
from escuela.assessments.assignments.queries import (
    government,
    not_of,
    participant,
    reviewable_works,
    reviewed_editions,
    somebody_is_there,
)
from escuela.assessments.assignments.review_models import Allocation, Reply
from escuela.editions.models import Edition
from escuela.people.models import LocalGovernment, User

WAITING, MINE, FREE, LATE, TODAY, HELD, RETURNED, DONE = QUEUES = (
    *("waiting", "mine", "free", "late", "today"),
    *("held", "returned", "approved"),
)

is_held = exists().where(
    Submission.work_id == Work.id,
    Review.submission_id == Submission.id,
    Review.held_at.is_not(None),
    Review.released_at.is_(None),
)
"""Its review is decided and not released yet."""


QUESTIONS = 20
"""Most questions that the queue shows; the oldest come first."""


def allocated_to(user: User) -> ColumnElement[bool]:
    return exists().where(Allocation.work_id == Work.id, Allocation.reviewer_id == user.id)


def _of(user: User, zones: Iterable[str] = ()) -> dict[str, ColumnElement[bool]]:
    """What each queue holds. `zones` as in `queue`."""
    waiting = and_(Work.state == SUBMITTED, ~is_held)
    unclaimed = Work.claimed_by_id.is_(None)
    return {
        WAITING: waiting,
        MINE: waiting & or_(Work.claimed_by_id == user.id, unclaimed & allocated_to(user)),
        FREE: waiting & unclaimed & ~exists().where(Allocation.work_id == Work.id),
        HELD: and_(Work.state == SUBMITTED, is_held),
        RETURNED: Work.state == CHANGES_REQUESTED,
        DONE: Work.state == APPROVED,
        **{name: waiting & due for name, due in _due(zones, clock.now()).items()},
    }


def _due(zones: Iterable[str], now: datetime) -> dict[str, ColumnElement[bool]]:
    """Overdue and due today, on the clock of each edition."""
    late: list[ColumnElement[bool]] = [false()]
    today: list[ColumnElement[bool]] = [false()]
    for zone in sorted(set(zones)):
        first, after = handed_in_for_today(now, zone)
        there = Edition.zone == zone
        late.append(there & (Work.submitted_at < first))
        today.append(there & (Work.submitted_at >= first) & (Work.submitted_at < after))
    return {LATE: or_(*late), TODAY: or_(*today)}


def _goes_on() -> ColumnElement[bool]:
    """Whether a work is anybody's business still: a place that was handed over takes what waits along."""
    return somebody_is_there() | ((Work.state == SUBMITTED) & handed_over())


def _works(user: User, edition_slug: str | None, government_id: int | None = None) -> Select[Work]:
    """Those of people who withdrew are left out; see `_goes_on`."""
    works = reviewable_works(user).join(Work.enrolment).join(Assignment.edition).where(_goes_on())
    if edition_slug:
        works = works.where(Edition.slug == edition_slug)
    if government_id:
        works = works.where(government() == government_id)
    return works


def queue(
    user: User,
    *,
    which: str = WAITING,
    edition_slug: str | None = None,
    government_id: int | None = None,
    zones: Iterable[str] = (),
) -> Select[Work]:
    """Works for a tutor, the one that waits longest first; of one's own those that were allocated come first.

    `zones` are those of the editions, for what is late or due today.
    """
    first = (case((allocated_to(user), 0), else_=1),) if which == MINE else ()
    return (
        _works(user, edition_slug, government_id)
        .where(_of(user, zones)[which])
        .order_by(*first, Work.submitted_at, Work.id)
    )


def as_listed(works: Select[Work]) -> Select[Work]:
    """With what a row of the queue shows."""
    return works.options(
        joinedload(Work.assignment).joinedload(Assignment.edition),
        participant(),
        joinedload(Work.local_government),
        joinedload(Work.claimed_by).lazyload(User.roles),
        joinedload(Work.allocation).joinedload(Allocation.reviewer).lazyload(User.roles),
        selectinload(Work.submissions).load_only(Submission.version, Submission.work_id),
    )


def counts(user: User, zones: Iterable[str], edition_slug: str | None = None) -> Select[*tuple[int, ...]]:
    """One row: how many works each queue has."""
    holds = _of(user, zones)
    columns = [func.count(case((holds[name], 1))).label(name) for name in QUEUES]
    return _works(user, edition_slug).with_only_columns(*columns)


def how_many(works: Select[Work]) -> Select[*tuple[int]]:
    """Of any of these lists."""
    return select(func.count()).select_from(works.order_by(None).with_only_columns(Work.id).subquery())


def governments(user: User, edition_slug: str | None = None) -> Select[*tuple[int, str, int]]:
    """Local governments with works that wait, and how many."""
    return (
        _works(user, edition_slug)
        .join(LocalGovernment, LocalGovernment.id == government())
        .where(_of(user)[WAITING])
        .with_only_columns(LocalGovernment.id, LocalGovernment.name, func.count())
        .group_by(LocalGovernment.id, LocalGovernment.name)
        .order_by(LocalGovernment.name)
    )


# --- from one work to the next


def may_begin(user: User, work: Work) -> bool:
    """Whether a work that waits is one's own or nobody's."""
    holder = work.claimed_by_id or (work.allocation.reviewer_id if work.allocation else None)
    return holder in {None, user.id}


def _for_me(user: User, edition_slug: str) -> Select[Work]:
    """What one may take in an edition: what is free, one's own, and nobody else's."""
    holds = _of(user)
    return _works(user, edition_slug).where(or_(holds[MINE], holds[FREE]))


def next_for(user: User, edition_slug: str, *, after: Work | None = None) -> Select[Work]:
    """What to review next: first what was allocated to one, then what nobody has.

    Of each the oldest after this work, then from the beginning.
    """
    works = _for_me(user, edition_slug).order_by(case((allocated_to(user), 0), else_=1))
    if after is not None:
        works = works.where(Work.id != after.id).order_by(case((_precedes(after), 1), else_=0))
    return works.order_by(Work.submitted_at, Work.id)


def place_of(work: Work, user: User, edition_slug: str) -> Select[*tuple[int, int, int | None]]:
    """One row: how many works one may take before this one, how many in all but this one, and the last before it."""
    before = _precedes(work)
    others = _for_me(user, edition_slug).where(Work.id != work.id)
    last = others.where(before).order_by(Work.submitted_at.desc(), Work.id.desc()).limit(1)
    return others.with_only_columns(
        func.count(case((before, 1))), func.count(), last.with_only_columns(Work.id).correlate(None).scalar_subquery()
    )


def _precedes(work: Work) -> ColumnElement[bool]:
    at = work.submitted_at
    return or_(Work.submitted_at < at, and_(Work.submitted_at == at, Work.id < work.id))


# --- questions that wait for an answer


def unanswered(user: User, edition_slug: str | None = None) -> Select[Reply]:
    """The last message of each review about which a participant asks something, the oldest first."""
    editions = reviewed_editions(user).with_only_columns(Edition.id)
    newest = select(func.max(Reply.id)).group_by(Reply.review_id)
    found = (
        select(Reply)
        .join(Reply.review)
        .join(Review.submission)
        .join(Submission.work)
        .join(Work.assignment)
        .join(Assignment.edition)
        .where(Reply.asks, Reply.id.in_(newest), Edition.id.in_(editions), not_of(user))
        .options(
            joinedload(Reply.author).lazyload(User.roles),
            joinedload(Reply.review)
            .joinedload(Review.submission)
            .joinedload(Submission.work)
            .options(joinedload(Work.assignment).joinedload(Assignment.edition)),
        )
        .order_by(Reply.id)
    )
    return (found.where(Edition.slug == edition_slug) if edition_slug else found).limit(QUESTIONS)
