"""Who changes marks, and what they come to. Pure: rows and numbers in, answers and numbers out."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from escuela.admissions.models import Enrolment
from escuela.editions.kinds import KINDS
from escuela.editions.policies import coordinates
from escuela.gradebook.models import Points
from escuela.people.models import User


def can_change(user: User, enrolment: Enrolment) -> bool:
    """Changes marks of somebody: who coordinates the edition, and nobody their own."""
    return coordinates(user, enrolment.edition) and enrolment.user_id != user.id


def total(marks: Iterable[Points | None]) -> Points | None:
    """The plain total, in which a point is a point: all that was earned of all that was possible.

    What has no mark, and what is excused, counts neither for nor against. None where nothing has one.
    """
    given = [mark for mark in marks if mark is not None]
    if not given:
        return None
    return Points(sum(mark.earned for mark in given), sum(mark.possible for mark in given))


def average(marks: Collection[Points | None]) -> int | None:
    """Percent: the mean of what each comes to, in which every mark, or person, weighs the same; None without any."""
    ratios = [mark.ratio for mark in marks if mark is not None]
    return whole(sum(ratios) / len(ratios)) if ratios else None


def whole(ratio: float) -> int:
    """A ratio as a percent, rounded down; a hair under a whole number is a rounding fault of binary fractions."""
    return int(100 * ratio + 1e-6)


def marked_kinds() -> list[str]:
    """The kinds of activity that give marks: only those are overridden."""
    return [name for name, kind in KINDS.items() if kind.grades is not None]
