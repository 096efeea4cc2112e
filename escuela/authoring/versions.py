"""Every version of an activity that was saved, as the files that exporting writes; what two differ in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from escuela import clock
from escuela.authoring.models import ActivityVersion
from escuela.content.printing import read_printed
from escuela.content.rows import home_of
from escuela.differing import ADDED, TAKEN, Piece, pieces
from escuela.editions.kinds import FORMATS
from escuela.editions.models import Activity
from escuela.editions.text import ActivityText
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import User


@dataclass(frozen=True, slots=True)
class Standing:
    """How an activity stands: the number of its version and what its files say."""

    number: int
    files: Mapping[str, str]
    kept: ActivityVersion | None
    """The version; none where the activity came from files, and nobody has saved it here since."""


def printed(text: ActivityText, languages: Sequence[str]) -> dict[str, str]:
    return FORMATS[text.kind].files(text, languages)


def text_of(row: Activity) -> ActivityText:
    return FORMATS[row.kind].text(row, home_of(row.module))


def versions_of(row: Activity) -> Sequence[ActivityVersion]:
    """The newest first."""
    rows = select(ActivityVersion).where(ActivityVersion.activity_id == row.id)
    rows = rows.options(joinedload(ActivityVersion.saved_by)).order_by(ActivityVersion.number.desc())
    return db.session.scalars(rows).unique().all()


def standing(row: Activity) -> Standing:
    """What was loaded from files since the last version counts as one more."""
    files = printed(text_of(row), row.edition.languages)
    rows = select(ActivityVersion).where(ActivityVersion.activity_id == row.id)
    last = db.session.scalars(rows.order_by(ActivityVersion.number.desc()).limit(1)).first()
    if last is not None and last.files == files:
        return Standing(last.number, files, last)
    return Standing((last.number if last else 0) + 1, files, None)


def keep(row: Activity, files: Mapping[str, str], before: Standing | None, *, by: User) -> int:
    """Keep what was saved as the next version, and what it replaces where nobody has kept that yet; its number."""
    if before is not None and before.kept is None:
        _add(row, before.number, before.files, row.edition.edited_at or clock.now(), None)
    number = before.number + 1 if before else 1
    _add(row, number, files, clock.now(), by)
    db.session.flush()
    return number


def _add(row: Activity, number: int, files: Mapping[str, str], at: datetime, by: User | None) -> None:
    who = by.id if by else None
    db.session.add(ActivityVersion(activity_id=row.id, number=number, files=dict(files), saved_at=at, saved_by_id=who))


def text_in(version: ActivityVersion, row: Activity) -> ActivityText:
    """What a version said, in the place where the activity is now. Raises DomainError where it can no longer be."""
    text, faults = read_printed(
        row.kind,
        row.slug,
        row.position,
        version.files,
        languages=row.edition.languages,
        home=home_of(row.module),
    )
    if text is None or faults:
        what = " ".join(fault.sentence for fault in faults[:3])
        raise DomainError(_l("This version cannot be brought back as it was: %(what)s", what=what))
    return text


# --- compared


@dataclass(frozen=True, slots=True)
class Page:
    """One file of two versions: `language` is empty for a kind whose one file holds every language."""

    language: str
    pieces: tuple[Piece, ...]

    @property
    def changed(self) -> bool:
        return any(piece.how in {ADDED, TAKEN} for piece in self.pieces)


def compared(before: Mapping[str, str], after: Mapping[str, str]) -> list[Page]:
    """What changed from some files to others, word by word."""
    names = dict.fromkeys([*before, *after])
    return [Page(name, tuple(pieces(before.get(name, ""), after.get(name, "")))) for name in names]
