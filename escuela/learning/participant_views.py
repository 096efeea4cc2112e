"""One participant of an edition, as who reviews and who coordinates see them: what the board has no room for."""

from __future__ import annotations

from flask import render_template

from escuela import clock
from escuela.access import get_or_404, me, require
from escuela.admissions.models import Enrolment
from escuela.admissions.queries import roll, with_ties
from escuela.editions.policies import can_review
from escuela.extensions import db
from escuela.learning.board import handed_in_works
from escuela.learning.completion import judged
from escuela.learning.outline import outline
from escuela.learning.programme import programmes
from escuela.learning.views import bp, inside


@bp.get("/ediciones/<edition>/tablero/<int:enrolment>")
def participant(edition: str, enrolment: int) -> str:
    found = inside(edition)
    require(can_review(me(), found))
    who = get_or_404(roll(found).options(*with_ties()).where(Enrolment.id == enrolment))
    programme = programmes([found])[0]
    standing = judged([programme], [who])[who.id]
    return render_template(
        "learning/participant.html",
        edition=found,
        enrolment=who,
        standing=standing,
        parts=outline(programme, standing, clock.now()),
        works=dict(db.session.execute(handed_in_works(who)).all()),
    )
