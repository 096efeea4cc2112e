"""When works are scored, what scores amount to, who is before whom. Pure: rows in, answers out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import lazy_gettext as _l

from escuela.jury.models import ASSISTANCE, EXCHANGE, VISIT, Jury, JuryCriterion, Scoresheet

KIND_WORDS = {VISIT: _l("Technical visit"), ASSISTANCE: _l("Technical assistance"), EXCHANGE: _l("Exchange")}


def total(points: Mapping[int, int], criteria: Iterable[JuryCriterion]) -> int:
    """The weighted mean of points by id of criterion, in hundredths of a point, halves rounded up.

    Every criterion has to have its points.
    """
    rows = list(criteria)
    return _divided(sum(100 * row.weight * points[row.id] for row in rows), sum(row.weight for row in rows))


def mean(totals: Sequence[int]) -> int:
    """Of at least one total; in hundredths, halves rounded up, so that what looks tied is tied."""
    return _divided(sum(totals), len(totals))


def spread(totals: Sequence[int]) -> int:
    """The highest total minus the lowest, in hundredths: the range, which of two totals says all there is to say."""
    return max(totals) - min(totals)


def _divided(whole: int, by: int) -> int:
    return (2 * whole + by) // (2 * by)


def scoring(jury: Jury) -> bool:
    """Whether scores are given and corrected."""
    return jury.closed_at is None


def can_score(sheet: Scoresheet) -> bool:
    """Whether its juror may still fill it in: not once it is given, nor set aside, nor when scoring is over."""
    return sheet.given_at is None and sheet.recused_at is None and scoring(sheet.juror.jury)


# --- the ranking


@dataclass(frozen=True, slots=True)
class Given:
    """A sheet of a work that counts, as much of it as the ranking asks."""

    sheet: int
    juror: int
    name: str
    total: int | None
    """None until it is given."""
    version: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A work that may be judged: who made it and for whom, its newest version, what was decided on it."""

    work: int
    person: str
    """Who began it."""
    team: tuple[str, ...] | None
    """The names of everybody whose it is, of a work of a team."""
    government: int
    place: str
    country: str
    version: int
    final: int | None
    """The final score that was decided, in hundredths of a point."""
    decided_at: datetime | None
    sheets: tuple[Given, ...] = ()

    @property
    def owner(self) -> str:
        """Whose it is, as lists name it: a person, or the local government of a team."""
        return self.person if self.team is None else self.place

    @property
    def people(self) -> str:
        """Everybody whose it is."""
        return self.person if self.team is None else ", ".join(self.team)

    @property
    def totals(self) -> list[int]:
        return [each.total for each in self.sheets if each.total is not None]


@dataclass(slots=True)
class Line:
    """Where a work stands: what it lacks, or its place."""

    entry: Entry
    missing: int
    """Sheets that have to be given before it has a place."""
    mean: int | None = None
    spread: int | None = None
    score: int | None = None
    """By which it is ranked: the mean, or what was decided."""
    apart: bool = False
    """Whether its jurors disagree by more than the gap."""
    rank: int | None = None
    tied: int = 0
    """How many others have the same place."""
    conflicts: list[str] = field(default_factory=list)
    """Jurors who gave scores and should not have: people of its own local government."""

    @property
    def whole(self) -> bool:
        """Whether all that were assigned gave their scores, and they are enough: others may then see them."""
        return self.missing == 0

    @property
    def open(self) -> bool:
        """Whether somebody has to decide on it."""
        return self.apart and self.entry.final is None

    @property
    def outdated(self) -> bool:
        """Whether somebody scored another version than the newest."""
        return any(each.version not in {None, self.entry.version} for each in self.entry.sheets)


def line(entry: Entry, jury: Jury, barred: Collection[int] = ()) -> Line:
    """What the sheets of one work say; without its place."""
    totals = entry.totals
    lacking = max(len(entry.sheets), jury.wanted) - len(totals)
    found = Line(entry, missing=0 if totals and entry.final is not None else lacking)
    found.conflicts = [each.name for each in entry.sheets if each.total is not None and each.juror in barred]
    if found.whole:
        found.mean, found.spread = mean(totals), spread(totals)
        found.apart = found.spread > jury.gap
        found.score = found.mean if entry.final is None else entry.final
    return found


def ranked(lines: Iterable[Line]) -> list[Line]:
    """The best first, each with its place: equal scores share one and the next is as far down as there are before it.

    Works that lack scores have no place and come last.
    """
    rows = sorted(lines, key=lambda each: (each.score is None, -(each.score or 0), each.entry.place, each.entry.work))
    equal = Counter(each.score for each in rows)
    before: dict[int, int] = {}
    for number, each in enumerate(rows, 1):
        if each.score is not None:
            each.rank = before.setdefault(each.score, number)
            each.tied = equal[each.score] - 1
    return rows


# --- dividing the work


def divided(
    wanting: Mapping[int, int], loads: Mapping[int, int], barred: Mapping[int, Collection[int]]
) -> list[tuple[int, int]]:
    """Pairs of work and juror: whoever has least takes the next, the hardest works first; the same each time.

    `wanting`: sheets that each work lacks; `loads`: sheets that each juror has; `barred`: jurors whom a work has,
    had or must not have.
    """
    has, pairs = dict(loads), []
    for work in sorted(wanting, key=lambda each: (-len(barred.get(each, ())), each)):
        free = sorted((who for who in has if who not in barred.get(work, ())), key=lambda who: (has[who], who))
        for who in free[: wanting[work]]:
            has[who] += 1
            pairs.append((work, who))
    return pairs
