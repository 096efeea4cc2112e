"""One door for each change of a work: draft, files, handing in; claim, review, release."""

from __future__ import annotations

from typing import IO

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from escuela import clock, storage
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments import (
    allocation,
    filetypes,
    links,
    policies,
    queries,
    queues,
    receipts,
    releasing,
    remarks,
)
from escuela.assessments.assignments.judgement import COMMENT, NOTE, Judgement, tidy
from escuela.assessments.assignments.models import (
    APPROVED,
    CHANGES_REQUESTED,
    LINK,
    SUBMITTED,
    Assignment,
    Mark,
    Review,
    Submission,
    Work,
    WorkFile,
)
from escuela.editions.policies import Moment
from escuela.editions.services import both_zones, ensure_open
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.forms import TEXT
from escuela.people.models import User


class OverwriteError(DomainError):
    """The text, or the review, was saved from another window since this page was opened."""


class TakenError(DomainError):
    """Another tutor has the work."""


# --- the participant's side


def begin(assignment: Assignment, enrolment: Enrolment) -> Work:
    """The person's work on an assignment, made on first need and then only while it is open. Locks the row."""
    work = db.session.scalar(queries.my_work(assignment, enrolment))
    if work is None:
        ensure_open(assignment)
        work = open_for(assignment, enrolment)
    lock(work)
    return work


def open_for(assignment: Assignment, enrolment: Enrolment) -> Work:
    """An empty work for somebody who has none, or for the team of their local government."""
    team = enrolment.local_government_id if assignment.by_team else None
    work = Work(assignment=assignment, enrolment=enrolment, local_government_id=team)
    try:
        with db.session.begin_nested():
            db.session.add(work)
    except IntegrityError:  # another request of the same person, or of a colleague, was first
        work = db.session.scalars(queries.my_work(assignment, enrolment)).one()
    return work


def lock(work: Work) -> None:
    """Hold the row until the request ends, and see it as it is now."""
    db.session.execute(select(Work.id).where(Work.id == work.id).with_for_update())
    db.session.refresh(work)


def ensure_accepted(work: Work) -> None:
    if policies.can_write(work.assignment, work, clock.now()):
        return
    if work.state == APPROVED:
        raise DomainError(_l("This work is approved: there is nothing more to hand in."))
    if policies.in_review(work):
        raise DomainError(
            _l("A tutor is reviewing what you handed in. You can correct it as soon as the review arrives.")
        )
    if work.state == CHANGES_REQUESTED:
        end = both_zones(policies.closes(work.assignment, work))
        raise DomainError(_l("The edition ended on %(when)s Corrections are no longer accepted.", when=end))
    ensure_open(policies.hours(work.assignment, work))


def save_draft(work: Work, text: str, link: str | None = None, *, began_from: str) -> None:
    """Keep the text of the draft and, where one is given, its link, as it was typed.

    `began_from` is the `draft_mark` of the page; raises OverwriteError if it is old.
    """
    text, link = tidy(text), work.link if link is None else links.tidy(link)
    if (text, link) == (work.draft, work.link):
        return
    ensure_accepted(work)
    if began_from != work.draft_mark:
        raise OverwriteError(_overwrites(work))
    if len(text) > TEXT:
        raise DomainError(_l("At most %(most)d characters. Put the rest in a file.", most=TEXT))
    if len(link) > LINK:
        links.ensure_sound(link)
    work.draft, work.link, work.draft_saved_at = text, link, clock.now()
    db.session.flush()


def _overwrites(work: Work) -> LazyString:
    if work.local_government_id is not None:
        return _l(
            "This text was also saved by somebody of your team, or from another window. What you see here is what you"
            " typed: copy what you need, reload the page to see theirs, or save again to keep yours."
        )
    return _l(
        "This text was also saved from another window. What you see here is what you typed in this one:"
        " save again to keep it, or reload the page to see the other."
    )


def attach(work: Work, stream: IO[bytes], *, name: str, by: User) -> WorkFile:
    """Receive a file into the draft. Refuses by content, name, size and number, before anything is kept."""
    ensure_accepted(work)
    name = filetypes.clean_name(name)
    kind = _kind_of(work.assignment, stream, name)
    ensure_room(work)
    settings = current_app.config["SETTINGS"]
    try:
        stored = storage.put(stream, most=settings.upload_bytes)
    except storage.TooBigError:
        raise DomainError(too_big(name, settings.upload_mb)) from None
    now = clock.now()
    file = WorkFile(
        work=work,
        name=name,
        kind=kind,
        size=stored.size,
        sha256=stored.sha256,
        key=stored.key,
        uploaded_at=now,
        uploaded_by_id=by.id,
    )
    work.draft_saved_at = now
    db.session.add(file)
    db.session.flush()
    return file


def ensure_room(work: Work) -> None:
    if len(work.draft_files) >= work.assignment.files_most:
        raise DomainError(_l("This draft has its %(most)d files. Remove one first.", most=work.assignment.files_most))


def too_big(name: str, most: int) -> LazyString:
    return _l("%(name)s is bigger than %(most)d MB. Scan it in greyscale or divide it.", name=name, most=most)


def _kind_of(assignment: Assignment, stream: IO[bytes], name: str) -> str:
    """The kind of a file by its content, if the assignment takes it and the name says the same."""
    if not name:
        raise DomainError(_l("Choose a file first."))
    if not stream.read(1):
        raise DomainError(_l("%(name)s is empty. Open it on your computer, check it and send it again.", name=name))
    kind = filetypes.recognise(stream)
    allowed = ", ".join(assignment.file_kinds)
    if kind is None or kind not in assignment.file_kinds:
        raise DomainError(_l("What is inside %(name)s is not one of these: %(allowed)s.", name=name, allowed=allowed))
    if not filetypes.agrees(name, kind):
        raise DomainError(
            _l(
                "%(name)s is in truth a %(kind)s file. Give it the right ending and send it again.",
                name=name,
                kind=kind,
            )
        )
    return kind


def detach(file: WorkFile) -> None:
    """Take a file out of the draft; versions handed in with it keep it."""
    ensure_accepted(file.work)
    file.removed_at = file.work.draft_saved_at = clock.now()
    db.session.flush()


def submit(work: Work, *, by: User) -> Submission:
    """Hand in the draft as the next version. Once more with nothing changed returns the version that is there."""
    newest, files, link = work.newest, work.draft_files, links.tidy(work.link)
    same = newest is not None and (newest.text, newest.link) == (work.draft, link) and set(newest.files) == set(files)
    if newest is not None and same and work.state == SUBMITTED:  # a double click
        return newest
    ensure_accepted(work)
    if same:
        raise DomainError(_l("This is the same as what you handed in before. Change the text or the files first."))
    links.ensure_sound(link)
    if not work.draft.strip() and not files and not link:
        raise DomainError(_l("There is nothing to hand in yet. Write something or add a file."))
    now = clock.now()
    version = newest.version + 1 if newest else 1
    submission = Submission(
        work=work, version=version, text=work.draft, link=link, files=files, submitted_at=now, submitted_by=by
    )
    work.state, work.submitted_at = SUBMITTED, now
    db.session.add(submission)
    if work.local_government_id is not None:
        submission.members = list(db.session.scalars(queries.members(work)))
    db.session.flush()
    allocation.allocate_arrived(work)
    receipts.send(submission)
    return submission


# --- the tutor's side


def claim(work: Work, *, by: User) -> None:
    """Have the work for reviewing. Raises TakenError if another tutor has it."""
    lock(work)
    _ensure_waiting(work)
    if work.claimed_by_id is None:
        _give(work, by)
    _ensure_has(work, by)


def take_over(work: Work, *, by: User) -> None:
    """Have the work although another tutor has it; what they drafted stays."""
    lock(work)
    _ensure_waiting(work)
    if work.claimed_by_id != by.id:
        _give(work, by)


def release(work: Work, *, by: User) -> None:
    """Leave a work for others; what was drafted stays."""
    lock(work)
    _ensure_has(work, by)
    work.claimed_by, work.claimed_at = None, None
    db.session.flush()


def claim_next(edition_slug: str, *, by: User, after: Work | None = None) -> Work | None:
    """Have the next work of an edition: see `queues.next_for`."""
    waiting = queues.next_for(by, edition_slug, after=after)
    work = db.session.scalar(waiting.limit(1).with_for_update(of=Work, skip_locked=True))
    if work is not None and work.claimed_by_id is None:
        _give(work, by)
    return work


def _give(work: Work, to: User) -> None:
    work.claimed_by, work.claimed_at = to, clock.now()
    db.session.flush()


def _ensure_waiting(work: Work) -> None:
    if work.state != SUBMITTED or policies.held(work) is not None:
        raise DomainError(_l("This work is no longer waiting for a review. Look at how it stands now."))


def _ensure_has(work: Work, by: User) -> None:
    _ensure_waiting(work)
    if work.claimed_by is None:
        raise TakenError(_l("Nobody has this work now. Take it first, then review it."))
    if work.claimed_by_id != by.id:
        since = both_zones(Moment(work.claimed_at or clock.now(), by.zone))
        raise TakenError(_l("%(tutor)s has this work since %(when)s", tutor=work.claimed_by.name, when=since))


def save_review(work: Work, judgement: Judgement, *, by: User) -> Review:
    """Keep the draft of the review of the newest version. Only for who has the work.

    Raises OverwriteError where it was saved from another window since the page of the judgement was opened.
    """
    lock(work)
    _ensure_has(work, by)
    draft = policies.draft_of(work)
    if judgement.overwrites(Judgement.kept(draft)):
        raise OverwriteError(
            _l(
                "This review was also saved from another window. What you see here is what you wrote in this one:"
                " save again to keep it, or reload the page to see the other."
            )
        )
    if judgement.too_long:
        raise DomainError(
            _l(
                "At most %(most)d characters in the overall comment and %(note)d in each other.",
                most=COMMENT,
                note=NOTE,
            )
        )
    newest = work.submissions[-1]
    review = draft or Review()
    review.submission = newest
    db.session.add(review)
    review.reviewer, review.saved_at = by, clock.now()
    review.comment, review.private_note = judgement.comment, judgement.private_note
    review.points_given = judgement.points_for(work.assignment)
    marks = {mark.criterion_id: mark for mark in review.marks}
    for criterion in work.assignment.criteria:
        mark = marks.get(criterion.id)
        if mark is None:
            review.marks.append(mark := Mark(criterion=criterion))
        mark.level_id = judgement.levels.get(criterion.id)
        mark.comment = judgement.notes.get(criterion.id, "")
    remarks.reword(review, judgement.remarks)
    db.session.flush()
    return review


def request_changes(work: Work, judgement: Judgement, *, by: User, hold: bool = False) -> Review:
    """Decide that the work goes back; `hold`: tell nobody yet. Refuses without a comment to change by."""
    review = save_review(work, judgement, by=by)
    if not judgement.says_something:
        raise DomainError(_l("Write a comment first: without it nobody knows what to change."))
    return releasing.decide(review, CHANGES_REQUESTED, hold=hold)


def approve(work: Work, judgement: Judgement, *, by: User, hold: bool = False) -> Review:
    """Decide that the work is approved; `hold`: tell nobody yet. Refuses while a criterion has no level."""
    review = save_review(work, judgement, by=by)
    most = work.assignment.points_most
    if most and review.points_given is None:
        raise DomainError(_l("Write the points first: a whole number from 0 to %(most)d.", most=most))
    missing = judgement.unmarked(work.assignment)
    if missing:
        numbers = ", ".join(str(work.assignment.criteria.index(criterion) + 1) for criterion in missing)
        raise DomainError(_l("Choose a level for every criterion first. Missing: %(numbers)s.", numbers=numbers))
    return releasing.decide(review, APPROVED, hold=hold)
