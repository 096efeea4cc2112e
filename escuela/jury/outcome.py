"""What comes of the scores: disagreements decided, scoring closed, works awarded, awards announced and revoked."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.assessments.assignments.models import Work
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.jury import queries
from escuela.jury.models import KINDS, Award, Jury, JuryDecision
from escuela.jury.policies import KIND_WORDS, Line
from escuela.jury.services import ensure_scoring, lock, of
from escuela.messages.services import enqueue_all
from escuela.people.history import record
from escuela.people.models import User
from escuela.people.services import recipient

# --- disagreements


def decide(jury: Jury, work: Work, final: int, *, reason: str, by: User) -> JuryDecision:
    """The final score of a work on which the jurors disagree, in hundredths; another decision takes its place.

    Raises DomainError where they do not disagree, or have not all given their scores; and once scoring is closed.
    """
    lock(jury)
    ensure_scoring(jury)
    found = _line(jury, work)
    if not found.whole:
        raise DomainError(_l("Not everybody has given their scores of this work yet."))
    if not found.apart:
        raise DomainError(_l("The jurors do not disagree on this work: their mean counts."))
    if not 0 <= final <= 100 * jury.scale:
        raise DomainError(_l("A final score lies between 0 and %(most)d.", most=jury.scale))
    row = db.session.get(JuryDecision, work.id)
    before = _said(row)
    if row is None:
        row = JuryDecision(work_id=work.id, jury_id=jury.id)
        db.session.add(row)
    row.final, row.reason, row.decided_at, row.decided_by_id = final, reason, clock.now(), by.id
    db.session.flush()
    line = record(row.jury, "disagreement.decided", within=jury, by=by, reason=reason, before=before, after=_said(row))
    line.after = {"work": of(work)} | line.after
    return row


def take_back(decision: JuryDecision, *, reason: str, by: User) -> None:
    """The disagreement is open again: jurors may correct, others may be assigned. Raises DomainError once closed."""
    lock(decision.jury)
    ensure_scoring(decision.jury)
    before = {"work": of(decision.work)} | _said(decision)
    record(decision.jury, "disagreement.open", within=decision.jury, by=by, reason=reason, before=before)
    db.session.delete(decision)
    db.session.flush()


def _said(row: JuryDecision | None) -> dict[str, Any]:
    return {"final": row.final / 100, "why": row.reason} if row is not None else {}


def _line(jury: Jury, work: Work) -> Line:
    """Where a work stands. Raises DomainError for one that cannot be judged any more."""
    found = next((each for each in queries.ranking(jury) if each.entry.work == work.id), None)
    if found is None:
        raise DomainError(_l("The work of %(work)s is not judged: its participant withdrew.", work=of(work)))
    return found


# --- the end of scoring


def close(jury: Jury, *, leave_out: bool, by: User) -> None:
    """Nobody gives or corrects scores from now on. Twice is harmless.

    Raises DomainError while a disagreement is open, while scores of somebody of the same local government count, and,
    unless they are to be left out, while works lack scores.
    """
    lock(jury)
    if jury.closed_at is not None:
        return
    rows = queries.ranking(jury)
    apart, own = sum(each.open for each in rows), sum(bool(each.conflicts) for each in rows)
    lacking = sum(not each.whole for each in rows)
    if own:
        raise DomainError(
            lazy_ngettext(
                "%(num)d work has scores of somebody of its own local government: set them aside first.",
                "%(num)d works have scores of somebody of their own local government: set them aside first.",
                own,
            )
        )
    if apart:
        raise DomainError(
            lazy_ngettext(
                "The jurors disagree on %(num)d work: decide on it first.",
                "The jurors disagree on %(num)d works: decide on them first.",
                apart,
            )
        )
    if lacking == len(rows):
        raise DomainError(_l("No work has all its scores yet."))
    if lacking and not leave_out:
        raise DomainError(
            lazy_ngettext(
                "%(num)d work lacks scores. Tick that it stays out of the ranking, or wait for them.",
                "%(num)d works lack scores. Tick that they stay out of the ranking, or wait for them.",
                lacking,
            )
        )
    jury.closed_at = clock.now()
    db.session.flush()
    record(jury, "jury.closed", within=jury, by=by, after={"works": len(rows) - lacking, "left_out": lacking})


def reopen(jury: Jury, *, reason: str, by: User) -> None:
    """Scores are given and corrected again. Raises DomainError once works are awarded by what they were."""
    lock(jury)
    if jury.closed_at is None:
        return
    if jury.published_at is not None:
        raise DomainError(_l("The awards are published: the scores behind them stay."))
    if any(award.revoked_at is None for award in db.session.scalars(queries.awards_of(jury))):
        raise DomainError(_l("Works are awarded by these scores: revoke the awards first."))
    jury.closed_at = None
    db.session.flush()
    record(jury, "jury.reopened", within=jury, by=by, reason=reason)


# --- awards


def award(jury: Jury, work: Work, kind: str, *, reason: str, by: User) -> Award:
    """Award a work that has a place in the ranking; nobody is told before it is published.

    Raises DomainError while scoring is open, past the number of awards, and for a work that is awarded already.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    lock(jury)
    if jury.closed_at is None:
        raise DomainError(_l("Works are awarded once scoring is closed."))
    found = _line(jury, work)
    if found.rank is None:
        raise DomainError(_l("The work of %(work)s lacks scores and has no place in the ranking.", work=of(work)))
    standing = sum(each.revoked_at is None for each in db.session.scalars(queries.awards_of(jury)))
    if standing >= jury.awards_most:
        raise DomainError(
            lazy_ngettext(
                "The only award is given. Change how many there are, or revoke it.",
                "All %(num)d awards are given. Change how many there are, or revoke one.",
                jury.awards_most,
            )
        )
    enrolment = work.enrolment
    row = Award(jury_id=jury.id, work_id=work.id, enrolment_id=enrolment.id, kind=kind, rank=found.rank, reason=reason)
    row.local_government_id = work.local_government_id or enrolment.local_government_id
    row.awarded_at, row.awarded_by_id = clock.now(), by.id
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise DomainError(_l("The work of %(work)s is awarded already.", work=of(work))) from None
    after = {"work": of(work), "kind": kind, "rank": found.rank}
    record(row, "award.made", within=jury, by=by, reason=reason, after=after)
    return row


def revoke(row: Award, *, reason: str, by: User) -> None:
    """It stays, as revoked. Whoever had been told of it is told. Twice is harmless."""
    lock(row.jury)
    db.session.refresh(row)
    if row.revoked_at is not None:
        return
    row.revoked_at, row.revoked_by_id, row.revoked_reason = clock.now(), by.id, reason
    db.session.flush()
    before = {"work": of(row.work), "kind": row.kind, "rank": row.rank}
    record(row, "award.revoked", within=row.jury, by=by, reason=reason, before=before)
    if row.announced_at is not None:
        _write("jury/revoked", "award-revoked", row.jury, [row])


def to_announce(jury: Jury) -> list[Award]:
    """Awards that stand and of which nobody was told."""
    rows = db.session.scalars(queries.awards_of(jury))
    return [each for each in rows if each.revoked_at is None and each.announced_at is None]


def fingerprint(awards: list[Award]) -> str:
    """Names what whoever publishes has read: other awards, kinds or reasons have another one."""
    words = "\n".join(f"{each.id} {each.kind} {each.rank} {each.reason}" for each in awards)
    return sha256(words.encode()).hexdigest()[:16]


def publish(jury: Jury, seen: str, *, by: User) -> int:
    """Announce the awards and write to each awarded person, once. Returns how many mails; 0 when all was announced.

    Raises DomainError when the awards are no longer those that were seen.
    """
    lock(jury)
    rows = to_announce(jury)
    if not rows and jury.published_at is not None:
        return 0
    if not rows:
        raise DomainError(_l("Nothing is awarded yet."))
    if seen != fingerprint(rows):
        raise DomainError(_l("The awards changed meanwhile. Read them as they are now, then publish."))
    now = clock.now()
    jury.published_at = jury.published_at or now
    for row in rows:
        row.announced_at = now
    db.session.flush()
    sent = _write("jury/awarded", "award", jury, rows)
    record(jury, "awards.published", within=jury, by=by, after={"awards": len(rows), "mails": sent})
    return sent


def _write(kind: str, once: str, jury: Jury, awards: list[Award]) -> int:
    """A mail to everybody who made each work, in their language."""
    mails = [
        (recipient(each.to), f"{once}:{each.award.id}:{each.to.id}", values(jury, each)) for each in letters(awards)
    ]
    return enqueue_all(kind, mails)


def values(jury: Jury, letter: Letter) -> dict[str, Any]:
    """What a mail of an award says."""
    row, edition = letter.award, jury.assignment.edition
    return {"award": row, "team": letter.team, "kind": KIND_WORDS[row.kind], "edition": edition}


@dataclass(frozen=True, slots=True)
class Letter:
    """What an awarded person will read, before it is sent."""

    award: Award
    team: tuple[str, ...] | None
    """Who is in it, of a work of a team."""
    to: User


def letters(awards: list[Award]) -> list[Letter]:
    """One to everybody who made each work."""
    found, teams = queries.makers(each.work_id for each in awards), queries.teams(each.work for each in awards)
    return [Letter(row, teams.get(row.work_id), user) for row in awards for user in found[row.work_id]]
