"""Questions of a participant about a review, and a tutor's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from escuela.access import get_or_404, me
from escuela.assessments.assignments import replies
from escuela.assessments.assignments.desk_views import DESK, on_the_desk
from escuela.assessments.assignments.models import Review
from escuela.assessments.assignments.views import PAGE, bp, found_assignment

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.post(f"{PAGE}/devoluciones/<int:review>/preguntas")
def ask(edition: str, activity: str, review: int) -> ResponseReturnValue:
    """A question of the participant about a review of their work."""
    assignment = found_assignment(edition, activity)
    found = get_or_404(replies.reviews_of(me(), assignment).where(Review.id == review))
    replies.ask(found, request.form.get("text", ""), by=me())
    flash(_("Your question is on its way to %(name)s.", name=found.reviewer.name), "good")
    address = url_for("assignments.work", edition=edition, activity=activity, _anchor=f"preguntas-{review}")
    return redirect(address, 303)


@bp.post(f"{DESK}/respuestas/<int:review>")
def answer(edition: str, work: int, review: int) -> ResponseReturnValue:
    """An answer of whoever reviews."""
    found = get_or_404(replies.reviews_by_staff(me(), on_the_desk(edition, work)).where(Review.id == review))
    replies.answer(found, request.form.get("text", ""), by=me())
    flash(_("Answered, with one mail to %(name)s.", name=found.submission.work.enrolment.user.name), "good")
    return redirect(url_for("assignments.desk", edition=edition, work=work, _anchor=f"preguntas-{review}"), 303)
