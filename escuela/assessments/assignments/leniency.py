"""What is granted beyond the rules, with a reason that the history keeps: more time, an approved work opened again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments import policies, queries, receipts
from escuela.assessments.assignments.models import APPROVED, CHANGES_REQUESTED, Assignment, Work
from escuela.assessments.assignments.services import lock, open_for
from escuela.editions import policies as editions
from escuela.editions.models import ARCHIVED, CLOSED
from escuela.editions.policies import Moment
from escuela.editions.services import both_zones
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import announced, record
from escuela.people.models import Change, User


def extend(assignment: Assignment, enrolment: Enrolment, until: Moment, *, reason: str, by: User) -> Work:
    """Give somebody, or their team, until another instant, also where the due one is strict. They are told by mail.

    Raises DomainError for an instant that helps nobody: before now, not after the due one, after the edition.
    """
    work = db.session.scalar(queries.my_work(assignment, enrolment))
    _ensure_helps(assignment, until)
    work = work or open_for(assignment, enrolment)
    lock(work)
    if policies.extension(work) == until:  # a double click
        return work
    before = policies.due(assignment, work)
    work.due_at, work.due_zone = until.at, until.zone
    change = _note(work, "work.extended", reason, by, {"due": _said(before)}, {"due": _said(until)})
    receipts.tell(work, "extended", once=f"extension-{change.id}", until=until, before=before)
    return work


def _ensure_helps(assignment: Assignment, until: Moment) -> None:
    limit, end = editions.due(assignment), editions.ends(assignment.edition)
    if limit is None:
        raise DomainError(_l("This assignment is not due at any instant: there is nothing to extend."))
    if assignment.edition.status in {CLOSED, ARCHIVED}:
        raise DomainError(_l("This edition has ended: nothing is accepted any more."))
    if until.at <= clock.now():
        raise DomainError(_l("That instant has passed already. Write a later one."))
    if until.at <= limit.at:
        raise DomainError(_l("That is not later than it is due for everybody: %(when)s", when=both_zones(limit)))
    if until.at > end.at:
        raise DomainError(_l("The edition ends before that, on %(when)s", when=both_zones(end)))


def withdraw_extension(work: Work, *, reason: str, by: User) -> None:
    """What holds for everybody holds for them again. Raises DomainError where that would make late what was in time."""
    lock(work)
    given, limit = policies.extension(work), editions.due(work.assignment)
    if given is None:
        return
    first = work.submissions[0].submitted_at if work.submissions else None
    if first is not None and limit is not None and limit.at <= first < given.at:
        raise DomainError(_l("They handed it in within that time: taking it back would make their work late."))
    work.due_at, work.due_zone = None, None
    change = _note(work, "work.extension_withdrawn", reason, by, {"due": _said(given)}, {"due": _said(limit)})
    receipts.tell(work, "extended", once=f"extension-{change.id}", until=limit, before=given)


def reopen(work: Work, *, reason: str, by: User) -> None:
    """Take an approved work back to «changes requested»: its people may correct it. The review that approved it stays.

    Raises DomainError where it is not approved, or nothing is accepted any more.
    """
    lock(work)
    if work.state == CHANGES_REQUESTED:  # a double click
        return
    if work.state != APPROVED:
        raise DomainError(_l("Only an approved work can be opened again."))
    end = editions.ends(work.assignment.edition)
    if work.assignment.edition.status in {CLOSED, ARCHIVED} or clock.now() >= end.at:
        raise DomainError(_l("This edition has ended: nothing is accepted any more."))
    work.state = CHANGES_REQUESTED
    change = _note(work, "work.reopened", reason, by, {"state": APPROVED}, {"state": CHANGES_REQUESTED})
    closes = policies.closes(work.assignment, work)
    receipts.tell(work, "reopened", once=f"reopened-{change.id}", reason=reason, by=by, closes=closes)


def _note(work: Work, verb: str, reason: str, by: User, before: dict[str, object], after: dict[str, object]) -> Change:
    change = record(work, verb, within=work.assignment.edition, by=by, reason=reason, before=before, after=after)
    db.session.flush()
    return change


def _said(moment: Moment | None) -> dict[str, str] | None:
    return announced(moment.at, moment.zone) if moment else None
