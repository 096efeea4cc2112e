"""Take the scores of a juror: kept as they are typed, given, corrected with history, set aside with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.jury import queries
from escuela.jury.models import JuryScore, Scoresheet
from escuela.jury.policies import can_score, total
from escuela.jury.services import ensure_scoring, ensure_undecided, lock, of, own_sentence
from escuela.people.history import record
from escuela.people.models import User
from escuela.web import language

COMMENT = 5000
"""Most characters of a comment."""
Points = Mapping[int, int | None]
"""By id of criterion; None where nothing, or nothing that could be points, was typed."""


def save(sheet: Scoresheet, points: Points, comment: str, *, began_from: str | None = None) -> None:
    """Keep what was scored so far; `began_from` is the `mark` of the page, if one was open.

    Raises DomainError where nothing can be written any more, and where another window saved something else since.
    """
    _hold(sheet)
    _ensure_open(sheet)
    if began_from not in {None, mark(sheet)} and not _says(sheet, points, comment):
        raise DomainError(
            _l(
                "These scores were also saved from another window. What you see here is what you chose in this one:"
                " save again to keep it, or reload the page to see the other."
            )
        )
    _write(sheet, points, comment)


def give(sheet: Scoresheet) -> None:
    """Give the scores of the newest version. Raises DomainError naming criteria without any. Twice is harmless."""
    _hold(sheet)
    if sheet.given_at is not None:
        return
    _ensure_open(sheet)
    _ensure_whole(sheet)
    sheet.version, sheet.total, sheet.given_at = _newest(sheet), _total(sheet), clock.now()
    db.session.flush()
    after = {"work": of(sheet.work)} | said(sheet)
    record(sheet, "scores.given", within=sheet.juror.jury, by=sheet.juror.user, after=after)


def correct(sheet: Scoresheet, points: Points, comment: str, *, reason: str) -> None:
    """Change scores that were given; the history keeps what they were.

    Raises DomainError once scoring is closed or a final score was decided, and where a criterion would have none.
    """
    _hold(sheet)
    if sheet.given_at is None:
        raise DomainError(_l("These scores are not given yet: just change them."))
    ensure_scoring(sheet.juror.jury)
    ensure_undecided(sheet.work)
    _ensure_not_own(sheet)
    before = said(sheet)
    _write(sheet, points, comment)
    _ensure_whole(sheet)
    sheet.version, sheet.total, sheet.corrected_at = _newest(sheet), _total(sheet), clock.now()
    db.session.flush()
    jury, juror = sheet.juror.jury, sheet.juror.user
    line = record(sheet, "scores.corrected", within=jury, by=juror, reason=reason, before=before, after=said(sheet))
    line.after = {"work": of(sheet.work)} | line.after


def set_aside(sheet: Scoresheet, *, reason: str, by: User) -> None:
    """The juror does not judge this work: it counts for nothing. Its juror does it, or who coordinates.

    Scores that were given stay in the history. Twice is harmless; raises DomainError as `correct`.
    """
    _hold(sheet)
    if sheet.recused_at is not None:
        return
    ensure_scoring(sheet.juror.jury)
    ensure_undecided(sheet.work)
    before = {"juror": sheet.juror.user.name, "work": of(sheet.work)} | (said(sheet) if sheet.given_at else {})
    sheet.given_at = sheet.total = sheet.version = sheet.corrected_at = None
    sheet.recused_at, sheet.recused_reason = clock.now(), reason
    sheet.scores.clear()
    db.session.flush()
    record(sheet, "sheets.aside", within=sheet.juror.jury, by=by, reason=reason, before=before)


def mark(sheet: Scoresheet) -> str:
    """Names what is saved: a page that began from something else would overwrite it."""
    return str(sheet.saved_at or "")


def _says(sheet: Scoresheet, points: Points, comment: str) -> bool:
    scored = {score.criterion_id: score.points for score in sheet.scores}
    return (scored, sheet.comment) == ({key: value for key, value in points.items() if value is not None}, comment)


def _hold(sheet: Scoresheet) -> None:
    """One change at a time in a jury, each of what is there now."""
    lock(sheet.juror.jury)
    db.session.execute(select(Scoresheet.id).where(Scoresheet.id == sheet.id).with_for_update())
    db.session.refresh(sheet)


def _ensure_open(sheet: Scoresheet) -> None:
    """Raises DomainError, with why, where the juror writes no more."""
    if can_score(sheet):
        ensure_undecided(sheet.work)
        _ensure_not_own(sheet)
    elif sheet.recused_at is not None:
        raise DomainError(_l("You do not judge this work."))
    elif sheet.given_at is not None:
        raise DomainError(_l("Your scores are given. Correct them with a reason."))
    else:
        ensure_scoring(sheet.juror.jury)


def _ensure_not_own(sheet: Scoresheet) -> None:
    if queries.is_own(sheet.work, sheet.juror):
        raise DomainError(own_sentence(sheet.work, sheet.juror))


def _write(sheet: Scoresheet, points: Points, comment: str) -> None:
    if len(comment) > COMMENT:
        raise DomainError(_l("At most %(most)d characters in the comment.", most=COMMENT))
    most, kept = sheet.juror.jury.scale, {score.criterion_id: score for score in sheet.scores}
    for criterion in sheet.juror.jury.criteria:
        value = points.get(criterion.id)
        if value is None or not 0 <= value <= most:
            if criterion.id in kept:
                sheet.scores.remove(kept[criterion.id])
        elif criterion.id in kept:
            kept[criterion.id].points = value
        else:
            sheet.scores.append(JuryScore(criterion_id=criterion.id, points=value))
    sheet.comment, sheet.saved_at = comment, clock.now()
    db.session.flush()


def _ensure_whole(sheet: Scoresheet) -> None:
    has = {score.criterion_id for score in sheet.scores}
    missing = [each.title.words(language()).text for each in sheet.juror.jury.criteria if each.id not in has]
    if missing:
        raise DomainError(_l("Score every criterion first. Missing: %(criteria)s.", criteria=", ".join(missing)))


def _total(sheet: Scoresheet) -> int:
    return total({score.criterion_id: score.points for score in sheet.scores}, sheet.juror.jury.criteria)


def _newest(sheet: Scoresheet) -> int:
    return db.session.scalars(queries.newest(sheet.work)).one().version


def said(sheet: Scoresheet) -> dict[str, Any]:
    """The scores as the history keeps them."""
    named = {criterion.id: criterion.slug for criterion in sheet.juror.jury.criteria}
    scores = {named[score.criterion_id]: score.points for score in sheet.scores if score.criterion_id in named}
    return {"total": (sheet.total or 0) / 100, **dict(sorted(scores.items()))}
