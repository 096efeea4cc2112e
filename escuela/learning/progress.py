"""Where everybody stands in the activities of an edition: what each kind tells of its own, read as one."""

from __future__ import annotations

from sqlalchemy import Subquery, union_all

from escuela.editions.kinds import KINDS


def progress(edition_id: int) -> Subquery:
    """Rows (enrolment_id, activity_id, state, at) of every kind, as `Kind.progress` defines them: to join and group.

    At most one row for each enrolment and activity, none where nothing was begun; withdrawn enrolments are among them.
    """
    return union_all(*(part(edition_id) for kind in KINDS.values() for part in kind.told)).subquery("progress")


def extensions(edition_id: int) -> Subquery:
    """Rows (enrolment_id, activity_id, due_at, due_zone) of who was given longer, of every kind."""
    return union_all(*(part(edition_id) for kind in KINDS.values() for part in kind.extended)).subquery("extensions")
