"""What the rest of the School is told of assignments, and what its templates say of a version and a review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from escuela.assessments.assignments import editor, policies, queries, receipts  # noqa: F401 - the editor registers itself
from escuela.assessments.assignments.grades import grades
from escuela.editions.kinds import Kind, register

if TYPE_CHECKING:
    from escuela.assessments.assignments.models import Review


def init_app(app: Flask) -> None:
    register(
        Kind(
            name="assignment",
            title=_l("Assignment"),
            icon="file",
            endpoint="assignments.work",
            progress=queries.PROGRESS[0],
            grades=grades,
            shared=queries.PROGRESS[1:],
            extended=queries.EXTENDED,
        )
    )
    for function in (receipts.arrival, receipts.print_of, awarded, lost):
        app.add_template_filter(function)


def awarded(review: Review) -> str:
    """The points of a review, less what is taken off a late work."""
    return str(format_decimal(policies.points(review.submission.work, review)))


def lost(review: Review) -> bool:
    """Whether anything is taken off."""
    return policies.points_lost(review.submission.work, review.points) > 0
