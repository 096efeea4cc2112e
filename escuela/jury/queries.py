"""Who is in a jury, which works it judges, what its scores say, and which awards anybody may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload, lazyload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.models import (
    DRAFT,
    Assignment,
    Submission,
    SubmissionFile,
    SubmissionMember,
    Work,
    WorkFile,
)
from escuela.assessments.assignments.queries import government, members_of, somebody_is_there
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.jury.models import Award, Juror, Jury, JuryDecision, Scoresheet
from escuela.jury.policies import Entry, Given, Line, line, ranked
from escuela.people.history import subject_of
from escuela.people.models import LocalGovernment, Membership, User

COUNTS = Scoresheet.recused_at.is_(None)
"""Set aside, with a reason, it counts for nothing."""


# --- the jury and its people


def final_work(edition: Edition) -> Select[Assignment]:
    """The assignment that a jury scores: an edition has one, or none yet."""
    rows = select(Assignment).where(Assignment.edition_id == edition.id, Assignment.final_work)
    return rows.where(Assignment.archived_at.is_(None)).order_by(Assignment.id).limit(1)


def jury_of(edition: Edition) -> Select[Jury]:
    """The jury of an edition's final work, with its criteria."""
    work = final_work(edition).with_only_columns(Assignment.id).scalar_subquery()
    return select(Jury).where(Jury.assignment_id == work).options(joinedload(Jury.assignment), _criteria())


def _criteria() -> ORMOption:
    return selectinload(Jury.criteria)


def juries_of(user: User) -> Select[str]:
    """Slugs of the editions whose final works a person scores, those still open first, then the newest."""
    if user.lens is not None:
        return select(Edition.slug).where(false())
    rows = select(Edition.slug).join(Assignment, Assignment.edition_id == Edition.id)
    rows = rows.join(Jury, Jury.assignment_id == Assignment.id).join(Juror, Juror.jury_id == Jury.id)
    return rows.where(Juror.user_id == user.id).order_by(Jury.closed_at.is_not(None), Edition.starts_on.desc())


def juror_of(user: User, edition: str) -> Select[Juror]:
    """What makes a person a juror of an edition's final work."""
    assignment = joinedload(Juror.jury).joinedload(Jury.assignment)
    return (
        select(Juror)
        .join(Juror.jury)
        .join(Jury.assignment)
        .join(Assignment.edition)
        .where(Juror.user_id == user.id, Edition.slug == edition)
        .options(
            assignment.joinedload(Assignment.edition).selectinload(Edition.staff),
            joinedload(Juror.jury).selectinload(Jury.criteria),
        )
    )


class Workload(NamedTuple):
    """A juror, and how many of their sheets are in each state."""

    juror: Juror
    assigned: int
    begun: int
    given: int
    recused: int


def workloads(jury: Jury) -> list[Workload]:
    """By name; works of people who withdrew are not counted."""
    given, there = Scoresheet.given_at.is_not(None), somebody_is_there()
    begun = and_(COUNTS, Scoresheet.given_at.is_(None), Scoresheet.saved_at.is_not(None))
    states = {"assigned": COUNTS, "begun": begun, "given": given, "recused": Scoresheet.recused_at.is_not(None)}
    counted = (
        select(
            Scoresheet.juror_id, *(func.sum(case((state, 1), else_=0)).label(name) for name, state in states.items())
        )
        .join(Scoresheet.work)
        .join(Work.enrolment)
        .where(there)
        .group_by(Scoresheet.juror_id)
        .subquery()
    )
    rows = (
        select(Juror, *(counted.c[name] for name in states))
        .join(Juror.user)
        .outerjoin(counted, counted.c.juror_id == Juror.id)
        .where(Juror.jury_id == jury.id)
        .options(joinedload(Juror.user).lazyload(User.roles))
        .order_by(User.folded_name, Juror.id)
    )
    return [Workload(row[0], *(int(each or 0) for each in row[1:])) for row in db.session.execute(rows)]


# --- the works


def judged(jury: Jury) -> Select[Work]:
    """Works that may be judged: handed in, whatever their tutors say of them, by people or teams still enrolled."""
    rows = select(Work).join(Work.enrolment)
    return rows.where(Work.assignment_id == jury.assignment_id, Work.state != DRAFT, somebody_is_there())


def makers(works: Iterable[int]) -> dict[int, list[User]]:
    """By id of work: whose it is, then whoever else handed in a version of it or, of a team, was named on one."""
    numbers = list(works)
    owners = select(Work.id, User).join(Work.enrolment).join(Enrolment.user).where(Work.id.in_(numbers))
    senders = select(Submission.work_id, User).join(Submission.submitted_by).where(Submission.work_id.in_(numbers))
    team = select(Submission.work_id, User).join(Submission.members).join(Enrolment.user)
    team = team.where(Submission.work_id.in_(numbers)).order_by(Submission.version, User.folded_name)
    found: dict[int, dict[int, User]] = defaultdict(dict)
    for rows in (owners, senders.order_by(Submission.version), team):
        for work, user in db.session.execute(rows.options(lazyload(User.roles))):
            found[work].setdefault(user.id, user)
    return {work: list(people.values()) for work, people in found.items()}


def teams(works: Iterable[Work]) -> dict[int, tuple[str, ...]]:
    """By id of work, who is in the team, by name, of those that are of teams. Asks nothing where none is."""
    return _names([each.id for each in works if each.local_government_id is not None])


def _names(numbers: Sequence[int], edition_id: int | None = None) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = dict.fromkeys(numbers, ())
    if found:
        for work, person in db.session.execute(members_of(numbers, edition_id)):
            found[work] += (person.user.name,)
    return found


def own(jury: Jury) -> Select[int, int]:
    """Pairs that must not be: a work and a juror of its local government at the time of the edition, or who made it.

    Of it is whoever works there now, worked there on a day of the edition, or was enrolled in it for that government.
    """
    edition, colleague, member = jury.assignment.edition, aliased(Enrolment), aliased(Enrolment)
    then = and_(Membership.from_on <= edition.ends_on, Membership.to_on >= edition.starts_on)
    employed = and_(
        Membership.user_id == Juror.user_id,
        Membership.local_government_id == government(),
        or_(Membership.to_on.is_(None), then),
    )
    enrolled = and_(
        colleague.user_id == Juror.user_id,
        colleague.edition_id == edition.id,
        colleague.local_government_id == government(),
    )
    made = exists().where(Submission.work_id == Work.id, Submission.submitted_by_id == Juror.user_id)
    named = exists().where(
        Submission.work_id == Work.id,
        SubmissionMember.submission_id == Submission.id,
        SubmissionMember.enrolment_id == member.id,
        member.user_id == Juror.user_id,
    )
    return (
        select(Work.id, Juror.id)
        .select_from(Juror)
        .join(Work, Work.assignment_id == jury.assignment_id)
        .join(Work.enrolment)
        .outerjoin(Membership, employed)
        .outerjoin(colleague, enrolled)
        .where(
            Juror.jury_id == jury.id,
            or_(Membership.id.is_not(None), colleague.id.is_not(None), Enrolment.user_id == Juror.user_id, made, named),
        )
        .distinct()
    )


def is_own(work: Work, juror: Juror) -> bool:
    pair = own(juror.jury).where(Work.id == work.id, Juror.id == juror.id)
    return db.session.execute(pair).first() is not None


def barred(jury: Jury) -> dict[int, set[int]]:
    """By id of work: jurors of its own local government."""
    found: dict[int, set[int]] = defaultdict(set)
    for work, juror in db.session.execute(own(jury)):
        found[work].add(juror)
    return found


def had(jury: Jury) -> dict[int, set[int]]:
    """By id of work: jurors who have a sheet of it, or had one that was set aside."""
    rows = select(Scoresheet.work_id, Scoresheet.juror_id).join(Scoresheet.juror).where(Juror.jury_id == jury.id)
    found: dict[int, set[int]] = defaultdict(set)
    for work, juror in db.session.execute(rows):
        found[work].add(juror)
    return found


# --- what scores say


def entries(jury: Jury) -> list[Entry]:
    """Every work that may be judged with its sheets, as plain facts: two queries, or three where teams made some."""
    newest = select(Submission.work_id, func.max(Submission.version).label("version"))
    newest_of = newest.group_by(Submission.work_id).subquery()
    sheets: dict[int, list[Given]] = defaultdict(list)
    given = (
        select(Scoresheet.work_id, Scoresheet.id, Scoresheet.juror_id, User.name, Scoresheet.total, Scoresheet.version)
        .join(Scoresheet.juror)
        .join(Juror.user)
        .where(Juror.jury_id == jury.id, COUNTS)
        .order_by(Scoresheet.id)
    )
    for work, sheet, juror, name, total, version in db.session.execute(given):
        sheets[work].append(Given(sheet, juror, name, total, version))
    rows = (
        judged(jury)
        .join(Enrolment.user)
        .join(LocalGovernment, LocalGovernment.id == government())
        .join(newest_of, newest_of.c.work_id == Work.id)
        .outerjoin(JuryDecision, JuryDecision.work_id == Work.id)
        .with_only_columns(
            Work.id,
            User.name,
            Work.local_government_id,
            LocalGovernment.id,
            LocalGovernment.name,
            LocalGovernment.country,
            newest_of.c.version,
            JuryDecision.final,
            JuryDecision.decided_at,
        )
        .order_by(LocalGovernment.folded_name, Work.id)
    )
    found = db.session.execute(rows).all()
    crews = _names([work for work, _person, team, *_facts in found if team is not None], jury.assignment.edition_id)
    return [
        Entry(work, person, crews.get(work), government, place, country, version, final, at, tuple(sheets[work]))
        for work, person, _team, government, place, country, version, final, at in found
    ]


def ranking(jury: Jury) -> list[Line]:
    """Every work with its place, the best first: as few queries as `entries`, and one."""
    bars = barred(jury)
    return ranked(line(each, jury, bars.get(each.work, ())) for each in entries(jury))


def sealed(jury: Jury) -> set[str]:
    """Sheets of works that lack scores, as the history names them: what they say is nobody's to read yet."""
    lacking = [each.entry.work for each in ranking(jury) if not each.whole]
    rows = select(Scoresheet).join(Scoresheet.juror)
    rows = rows.where(Juror.jury_id == jury.id, Scoresheet.work_id.in_(lacking))
    return {subject_of(each) for each in db.session.scalars(rows)}


# --- sheets


def mine(juror: Juror) -> Select[Scoresheet]:
    """What a juror has to score and has scored, by local government."""
    work = joinedload(Scoresheet.work)
    enrolment = work.joinedload(Work.enrolment)
    return (
        select(Scoresheet)
        .join(Scoresheet.work)
        .join(Work.enrolment)
        .join(LocalGovernment, LocalGovernment.id == government())
        .where(Scoresheet.juror_id == juror.id, COUNTS, somebody_is_there())
        .options(
            enrolment.joinedload(Enrolment.user).lazyload(User.roles),
            enrolment.joinedload(Enrolment.local_government),
            work.joinedload(Work.local_government),
            selectinload(Scoresheet.scores),
        )
        .order_by(LocalGovernment.folded_name, Scoresheet.work_id)
    )


def named() -> tuple[ORMOption, ...]:
    """Of works: whose they are, and of which local government."""
    enrolment = joinedload(Work.enrolment)
    of = enrolment.joinedload(Enrolment.local_government), joinedload(Work.local_government)
    return enrolment.joinedload(Enrolment.user).lazyload(User.roles), *of


def sheets_of(jury: Jury, works: Sequence[int]) -> dict[int, list[Scoresheet]]:
    """By id of work: every sheet, those set aside too, with its scores and its juror."""
    rows = (
        select(Scoresheet)
        .join(Scoresheet.juror)
        .where(Juror.jury_id == jury.id, Scoresheet.work_id.in_(works))
        .options(
            joinedload(Scoresheet.juror).joinedload(Juror.user).lazyload(User.roles), selectinload(Scoresheet.scores)
        )
        .order_by(Scoresheet.id)
    )
    found: dict[int, list[Scoresheet]] = defaultdict(list)
    for row in db.session.scalars(rows):
        found[row.work_id].append(row)
    return found


def shown_to(sheet: Scoresheet) -> list[Scoresheet]:
    """The other sheets of the work, for its juror: none before all that were assigned are given, and enough of them."""
    jury = sheet.juror.jury
    found = [each for each in sheets_of(jury, [sheet.work_id])[sheet.work_id] if each.recused_at is None]
    if len(found) < jury.wanted or any(each.given_at is None for each in found):
        return []
    return [each for each in found if each.id != sheet.id]


def newest(work: Work) -> Select[Submission]:
    """The version that is judged, with its files and what is known of their pages."""
    files = selectinload(Submission.files).joinedload(WorkFile.rendition)
    rows = select(Submission).where(Submission.work_id == work.id).options(files)
    return rows.order_by(Submission.version.desc()).limit(1)


def visible_files(sheet: Scoresheet) -> Select[WorkFile]:
    """Files of the version that a juror judges, for who has a sheet of it."""
    version = newest(sheet.work).with_only_columns(Submission.id).scalar_subquery()
    files = select(SubmissionFile.file_id).where(SubmissionFile.submission_id == version)
    rows = select(WorkFile).where(WorkFile.work_id == sheet.work_id, WorkFile.id.in_(files))
    return rows.options(joinedload(WorkFile.rendition))


# --- awards


def awards_of(jury: Jury) -> Select[Award]:
    """Every award of a jury, those revoked too, the best first."""
    return _awards().where(Award.jury_id == jury.id).order_by(Award.revoked_at.is_not(None), Award.rank, Award.id)


def announced_in(edition: Edition) -> Select[Award]:
    """Awards of an edition that were announced and stand."""
    rows = _awards().join(Award.jury).join(Jury.assignment).where(Assignment.edition_id == edition.id)
    return rows.where(Award.announced_at.is_not(None), Award.revoked_at.is_(None)).order_by(Award.rank, Award.id)


def announced_to(government: LocalGovernment) -> Select[Award]:
    """Awards of a local government that were announced, those revoked since too, the newest first."""
    edition = joinedload(Award.jury).joinedload(Jury.assignment).joinedload(Assignment.edition)
    rows = _awards().options(edition).where(Award.local_government_id == government.id)
    return rows.where(Award.announced_at.is_not(None)).order_by(Award.announced_at.desc(), Award.rank, Award.id)


def _awards() -> Select[Award]:
    named = joinedload(Award.enrolment).joinedload(Enrolment.user).lazyload(User.roles)
    return select(Award).options(named, joinedload(Award.local_government), joinedload(Award.work))
