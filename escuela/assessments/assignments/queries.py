"""Works: a participant's own, and those that wait for a tutor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, bindparam, case, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import earlier, visible_activities
from escuela.assessments.assignments.models import (
    APPROVED,
    CHANGES_REQUESTED,
    DRAFT,
    SUBMITTED,
    Assignment,
    Criterion,
    Mark,
    Review,
    Submission,
    SubmissionFile,
    SubmissionMember,
    Work,
    WorkFile,
)
from escuela.assessments.assignments.review_models import Reply
from escuela.editions import kinds
from escuela.editions.models import TUTOR, Activity, Edition, EditionStaff
from escuela.extensions import db
from escuela.people.models import User

_other = aliased(Work)


def visible_assignments(user: User, edition_slug: str) -> Select[Assignment]:
    """Assignments of an edition for the people in it, with the rubric."""
    inside = visible_activities(user, edition_slug).with_only_columns(Activity.id)
    return (
        select(Assignment)
        .where(Assignment.id.in_(inside))
        .options(
            joinedload(Assignment.edition).selectinload(Edition.staff),
            joinedload(Assignment.module),
            selectinload(Assignment.items),
            selectinload(Assignment.criteria).selectinload(Criterion.levels),
        )
    )


def participant() -> ORMOption:
    """Whose work it is. Roles of people who are only named on a page are not asked for, here and below."""
    return joinedload(Work.enrolment).options(
        joinedload(Enrolment.user).lazyload(User.roles),
        joinedload(Enrolment.local_government),
        joinedload(Enrolment.successor).joinedload(Enrolment.user).lazyload(User.roles),
    )


def _versions() -> tuple[ORMOption, ...]:
    """Every version of a work with its files and reviews, for a page that shows them all."""
    versions = selectinload(Work.submissions)
    reviews = versions.selectinload(Submission.reviews)
    return (
        joinedload(Work.local_government),
        versions.selectinload(Submission.files).joinedload(WorkFile.rendition),
        versions.joinedload(Submission.submitted_by).lazyload(User.roles),
        versions.joinedload(Submission.members).joinedload(Enrolment.user).lazyload(User.roles),
        reviews.joinedload(Review.reviewer).lazyload(User.roles),
        reviews.selectinload(Review.marks).joinedload(Mark.level),
        reviews.selectinload(Review.remarks),
        reviews.selectinload(Review.replies).joinedload(Reply.author).lazyload(User.roles),
        selectinload(Work.files),
        joinedload(Work.claimed_by).lazyload(User.roles),
    )


def my_work(assignment: Assignment, enrolment: Enrolment) -> Select[Work]:
    """The person's work on an assignment, at most one, with all its versions.

    Of a team: the one that they were named on, wherever they are now; else that of their local government.
    """
    works = select(Work).where(Work.assignment_id == assignment.id).options(*_versions())
    if not assignment.by_team:
        return works.where(Work.enrolment_id == enrolment.id, Work.local_government_id.is_(None))
    named = Work.id.in_(_named_on([enrolment.id]))
    ours = Work.local_government_id == (enrolment.local_government_id or 0)
    return works.where(or_(named, ours)).order_by(named.desc(), Work.id).limit(1)


def _named_on(enrolments: Sequence[int] | Select[int]) -> Select[int]:
    """Works of teams of which some of these enrolments handed in a version."""
    members = SubmissionMember.submission_id == Submission.id
    return (
        select(Submission.work_id).join(SubmissionMember, members).where(SubmissionMember.enrolment_id.in_(enrolments))
    )


def left_behind(assignment: Assignment, enrolment: Enrolment) -> Select[Work]:
    """What the person began for another local government, and was never handed in with them: it is theirs to read."""
    return (
        select(Work)
        .where(Work.assignment_id == assignment.id, Work.enrolment_id == enrolment.id)
        .where(Work.local_government_id != enrolment.local_government_id, Work.id.not_in(_named_on([enrolment.id])))
        .options(joinedload(Work.local_government), selectinload(Work.files))
    )


def members(work: Work) -> Select[Enrolment]:
    """Whose work it is now, by name: one person; of a team its active people, and all who were named on a version."""
    people = (
        select(Enrolment)
        .join(Enrolment.user)
        .options(contains_eager(Enrolment.user).lazyload(User.roles))
        .order_by(User.folded_name, Enrolment.id)
    )
    held = whose()
    return people.where(Enrolment.id.in_(select(held.c.enrolment_id).where(held.c.work_id == work.id)))


def members_of(works: Sequence[int], edition_id: int | None = None) -> Select[int, Enrolment]:
    """(work id, enrolment) of each of the people of the works of these numbers; see `members`.

    `edition_id`, where all are of one edition, keeps the database from looking at others.
    """
    held = whose(edition_id)
    rows = select(held.c.work_id, Enrolment).join(Enrolment, Enrolment.id == held.c.enrolment_id).join(Enrolment.user)
    return (
        rows.where(held.c.work_id.in_(works))
        .options(contains_eager(Enrolment.user).lazyload(User.roles))
        .order_by(User.folded_name, Enrolment.id)
    )


def teams_of(works: Iterable[Work]) -> dict[int, list[Enrolment]]:
    """By id of work, the people of those that are of teams. Asks nothing where none is."""
    found: dict[int, list[Enrolment]] = {each.id: [] for each in works if each.local_government_id is not None}
    if found:
        for work, person in db.session.execute(members_of(list(found))):
            found[work].append(person)
    return found


def parts_in(works: Sequence[Work]) -> Select[int, int]:
    """(work id, user id) of who has a part in each of these works and so reviews none of it; see `not_of`."""
    named = exists().where(
        SubmissionMember.enrolment_id == Enrolment.id,
        SubmissionMember.submission_id == Submission.id,
        Submission.work_id == Work.id,
    )
    ours = (Enrolment.edition_id == Activity.edition_id) & (Enrolment.local_government_id == Work.local_government_id)
    return (
        select(Work.id, Enrolment.user_id)
        .join(Activity, Activity.id == Work.assignment_id)
        .join(Enrolment, or_(Enrolment.id == Work.enrolment_id, ours, named))
        .where(Work.id.in_([work.id for work in works]))
    )


def works_of(assignment: Assignment, enrolments: Sequence[Enrolment]) -> Select[int, Work]:
    """(enrolment id, work) on an assignment of each of these people who has one."""
    held = whose()
    rows = select(held.c.enrolment_id, Work).join(Work, Work.id == held.c.work_id)
    return rows.where(Work.assignment_id == assignment.id, held.c.enrolment_id.in_([each.id for each in enrolments]))


def teammates(enrolment: Enrolment) -> Select[Enrolment]:
    """Who takes part for the same local government, the person among them, by name."""
    return (
        select(Enrolment)
        .join(Enrolment.user)
        .options(contains_eager(Enrolment.user).lazyload(User.roles))
        .where(Enrolment.edition_id == enrolment.edition_id, Enrolment.status == ACTIVE)
        .where(Enrolment.local_government_id == enrolment.local_government_id)
        .order_by(User.folded_name, Enrolment.id)
    )


def whose(edition_id: int | None = None) -> Subquery:
    """Rows (enrolment_id, work_id): whose work each is. A person has at most one on an assignment."""
    parts = _theirs(Work.id.label("work_id"))
    if edition_id is not None:  # inside each part: neither database would put it there
        parts = tuple(part.where(Work.assignment_id.in_(inside(edition_id))) for part in parts)
    return union_all(*parts).subquery("whose")


def _theirs(*columns: Any) -> tuple[Select[Any], ...]:
    """Columns of works for each of their people: alone; named on a version; of the team, and named on none."""
    named = exists().where(
        SubmissionMember.enrolment_id == Enrolment.id,
        SubmissionMember.submission_id == Submission.id,
        Submission.work_id == _other.id,
        _other.assignment_id == Work.assignment_id,
    )
    ours = (Enrolment.edition_id == Activity.edition_id) & (Enrolment.local_government_id == Work.local_government_id)
    mine = SubmissionMember.submission_id == Submission.id
    return (
        select(Work.enrolment_id, *columns).where(Work.local_government_id.is_(None)),
        select(SubmissionMember.enrolment_id, *columns)
        .select_from(Work)
        .join(Submission, Submission.work_id == Work.id)
        .join(SubmissionMember, mine)
        .distinct(),
        select(Enrolment.id.label("enrolment_id"), *columns)
        .select_from(Work)
        .join(Activity, Activity.id == Work.assignment_id)
        .join(Enrolment, ours & (Enrolment.status == ACTIVE))
        .where(~named),
    )


def earlier_works(enrolment: Enrolment) -> Select[Work]:
    """What was handed in before this enrolment, for its person to read: see `admissions.queries.earlier`."""
    assignment = joinedload(Work.assignment)
    return (
        select(Work)
        .join(Work.assignment)
        .where(_before(enrolment), Work.state != DRAFT)
        .options(
            assignment.joinedload(Assignment.edition),
            assignment.joinedload(Assignment.module),
            assignment.selectinload(Assignment.criteria).selectinload(Criterion.levels),
            participant(),
            *_versions(),
        )
        .order_by(Assignment.edition_id.desc(), Work.submitted_at, Work.id)
    )


def _before(enrolment: Enrolment) -> ColumnElement[bool]:
    """Works of who had the place; what is of the team still is no work of before."""
    before = earlier(enrolment)
    alone = Work.local_government_id.is_(None) & Work.enrolment_id.in_(before)
    ours = (Work.local_government_id == enrolment.local_government_id) & Work.assignment_id.in_(
        select(Activity.id).where(Activity.edition_id == enrolment.edition_id)
    )
    return or_(alone, Work.id.in_(_named_on(before)) & ~ours)


def earlier_files(enrolment: Enrolment) -> Select[WorkFile]:
    """Files of those works, of the versions that were handed in."""
    works = select(Work.id).where(_before(enrolment))
    return select(WorkFile).where(WorkFile.work_id.in_(works), WorkFile.id.in_(select(SubmissionFile.file_id)))


def reviewed_editions(user: User) -> Select[Edition]:
    """Editions whose works the person may review."""
    if user.is_coordinator:
        return select(Edition)
    if user.lens is not None:
        seen = user.lens.edition_id if user.lens.role == TUTOR else None
        return select(Edition).where(Edition.id == seen)
    return select(Edition).where(Edition.id.in_(select(EditionStaff.edition_id).where(EditionStaff.user_id == user.id)))


REVIEWS_SOMEWHERE = select(exists().where(EditionStaff.user_id == bindparam("user")))
"""Whether `user` has a queue: tutors, and who coordinates. Every page asks: built once."""


def reviewable_works(user: User) -> Select[Work]:
    """Works handed in, at least once, in the editions that the person reviews: nobody reviews their own."""
    editions = reviewed_editions(user).with_only_columns(Edition.id)
    return (
        select(Work)
        .join(Assignment, Work.assignment_id == Assignment.id)
        .where(Work.state != DRAFT, Assignment.edition_id.in_(editions))
        .where(not_of(user))
    )


def not_of(user: User) -> ColumnElement[bool]:
    """Of a work with its assignment: whether the person has no part in it, alone or in its team."""
    return Work.enrolment.has(Enrolment.user_id != user.id) & ~_of_my_team(user)


def apart_from(user: User, assignment: Assignment) -> ColumnElement[bool]:
    """Of an enrolment: whether the person has no part in what it has, or would have, on an assignment; as `not_of`."""
    if not assignment.by_team:
        return Enrolment.user_id != user.id
    mine = aliased(Enrolment)
    here = (mine.user_id == user.id) & (mine.edition_id == assignment.edition_id)
    mate = exists().where(here, mine.local_government_id == Enrolment.local_government_id)
    named = exists().where(
        Work.assignment_id == assignment.id,
        Work.local_government_id == Enrolment.local_government_id,
        Work.id.in_(_named_on(select(mine.id).where(mine.user_id == user.id))),
    )
    return ~(mate | named)


def _of_my_team(user: User) -> ColumnElement[bool]:
    mine = aliased(Enrolment)
    named = Work.id.in_(_named_on(select(mine.id).where(mine.user_id == user.id)))
    here = (mine.user_id == user.id) & (mine.edition_id == Assignment.edition_id)
    return exists().where(here, mine.local_government_id == Work.local_government_id) | named


def somebody_is_there() -> ColumnElement[bool]:
    """Of a work with its enrolment: whether who began it, or anybody of its team, still takes part."""
    mate = aliased(Enrolment)
    team = exists().where(
        mate.edition_id == Enrolment.edition_id,
        mate.local_government_id == Work.local_government_id,
        mate.status == ACTIVE,
    )
    return or_(Enrolment.status == ACTIVE, team)


def government() -> ColumnElement[int]:
    """Of a work with its enrolment: of which local government it is. A team's stays, whoever began it goes where."""
    return func.coalesce(Work.local_government_id, Enrolment.local_government_id)


def on_the_desk(user: User, edition_slug: str, work_id: int) -> Select[Work]:
    """One reviewable work of an edition, with everything that its review needs."""
    assignment = joinedload(Work.assignment)
    return (
        reviewable_works(user)
        .where(Work.id == work_id, Assignment.edition.has(Edition.slug == edition_slug))
        .options(
            assignment.joinedload(Assignment.edition).selectinload(Edition.staff),
            assignment.selectinload(Assignment.items),
            assignment.selectinload(Assignment.criteria).selectinload(Criterion.levels),
            participant(),
            *_versions(),
        )
    )


def visible_files(user: User, assignment: Assignment) -> Select[WorkFile]:
    """Files of an assignment: one's own, and for who reviews those that were handed in."""
    handed_in = select(SubmissionFile.file_id)
    works = reviewable_works(user).with_only_columns(Work.id)
    me = (Enrolment.user_id == user.id) & (Enrolment.status == ACTIVE)
    mine = select(Work.id).join(Work.enrolment).where(me, Work.local_government_id.is_(None))
    ours = select(Work.id).join(Enrolment, Enrolment.local_government_id == Work.local_government_id)
    ours = ours.where(me, Enrolment.edition_id == assignment.edition_id)
    named = _named_on(select(Enrolment.id).where(me))
    return (
        select(WorkFile)
        .join(WorkFile.work)
        .where(Work.assignment_id == assignment.id)
        .where(
            or_(
                Work.id.in_(mine),
                Work.id.in_(ours),
                Work.id.in_(named),
                WorkFile.uploaded_by_id == user.id,
                Work.id.in_(works) & WorkFile.id.in_(handed_in),
            )
        )
    )


def _progress(which: int, edition_id: int) -> Select[Any]:
    released = (
        select(func.max(Review.released_at))
        .join(Review.submission)
        .where(Submission.work_id == Work.id)
        .scalar_subquery()
    )
    state = case(
        (Work.state == APPROVED, kinds.DONE),
        (Work.state == SUBMITTED, kinds.WAITING),
        (Work.state == CHANGES_REQUESTED, kinds.RETURNED),
        else_=kinds.PART,
    )
    at = case(
        (Work.state == SUBMITTED, Work.submitted_at),
        (Work.state == DRAFT, Work.draft_saved_at),
        else_=func.coalesce(released, Work.submitted_at),
    )
    has_files = exists().where(WorkFile.work_id == Work.id, WorkFile.removed_at.is_(None))
    rows = _theirs(Work.assignment_id.label("activity_id"), state.label("state"), at.label("at"))[which]
    begun = or_(Work.state != DRAFT, Work.draft != "", Work.link != "", has_files)
    return rows.where(Work.assignment_id.in_(inside(edition_id)), begun)


def _extended(which: int, edition_id: int) -> Select[Any]:
    rows = _theirs(Work.assignment_id.label("activity_id"), Work.due_at, Work.due_zone)[which]
    return rows.where(Work.assignment_id.in_(inside(edition_id)), Work.due_at.is_not(None))


def inside(edition_id: int) -> Select[int]:
    """The activities of an edition."""
    return select(Activity.id).where(Activity.edition_id == edition_id)


PROGRESS = tuple(partial(_progress, which) for which in range(3))
EXTENDED = tuple(partial(_extended, which) for which in range(3))
"""See `Kind`: of who works alone; of who was named on a version of a team's; of the rest of each team."""
