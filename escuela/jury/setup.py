"""What the rest of the School is told of juries: words of the history, how scores are written, who sees awards."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, render_template
from flask_babel import format_decimal
from flask_babel import lazy_gettext as _l

from escuela import web
from escuela.access import me_or_none
from escuela.admissions.reader import enrolment_of
from escuela.editions.models import Edition
from escuela.editions.policies import can_review
from escuela.extensions import db
from escuela.jury import queries
from escuela.jury.models import Award
from escuela.jury.policies import KIND_WORDS
from escuela.people import history
from escuela.people.models import LocalGovernment

VERBS = {
    "jury.convened": _l("convened the jury"),
    "jury.changed": _l("changed how the jury scores"),
    "jury.closed": _l("closed the scoring"),
    "jury.reopened": _l("opened the scoring again"),
    "jury-criterion.added": _l("added a criterion"),
    "jury-criterion.changed": _l("changed a criterion"),
    "jury-criterion.removed": _l("removed a criterion"),
    "juror.appointed": _l("appointed a juror"),
    "juror.dismissed": _l("dismissed a juror"),
    "sheets.assigned": _l("assigned works to jurors"),
    "sheets.unassigned": _l("took a work from a juror"),
    "sheets.aside": _l("set scores of a juror aside"),
    "scores.given": _l("gave scores"),
    "scores.corrected": _l("corrected scores"),
    "disagreement.decided": _l("decided on a disagreement"),
    "disagreement.open": _l("took a decision on a disagreement back"),
    "award.made": _l("awarded a work"),
    "award.revoked": _l("revoked an award"),
    "awards.published": _l("published the awards"),
}
FIELDS = {
    "juror": _l("Juror"),
    "work": _l("Work"),
    "works": _l("Works"),
    "sheets": _l("Scores to give"),
    "left_out": _l("Left out of the ranking"),
    "wanted": _l("Jurors of each work"),
    "scale": _l("Most points of a criterion"),
    "gap": _l("Disagreement, in hundredths of a point"),
    "awards_most": _l("Awards, at most"),
    "awards": _l("Awards"),
    "mails": _l("Mails"),
    "total": _l("Total"),
    "final": _l("Final score"),
    "why": _l("Reason"),
    "kind": _l("Award"),
    "rank": _l("Place"),
    "acciones": _l("Clear actions"),
    "impactos": _l("Clear impacts and tensions"),
    "enfoque": _l("Right approach to the problem"),
}


def score(hundredths: float) -> str:
    """Points that are kept in hundredths: «8,45»."""
    return str(format_decimal(round(hundredths / 100, 2), "#,##0.0#"))


def of_edition(edition: Edition) -> str:
    """The awards of an edition on its page, for the people in it, once they are announced."""
    user = me_or_none()
    if user is None or not (enrolment_of(user, edition) or can_review(user, edition)):
        return ""
    rows = db.session.scalars(queries.announced_in(edition)).all()
    return _shown("jury/_of_edition.html", rows) if rows else ""


def of_government(government: LocalGovernment) -> str:
    """The awards of a local government on its page, those revoked since too: who may open it may see them."""
    rows = db.session.scalars(queries.announced_to(government)).all()
    return _shown("jury/_of_government.html", rows)


def _shown(template: str, awards: Sequence[Award]) -> str:
    teams = queries.teams(each.work for each in awards)
    return render_template(template, awards=awards, teams=teams, kinds=KIND_WORDS)


def init_app(app: Flask) -> None:
    app.add_template_filter(score)
    history.VERBS.update(VERBS)
    for name, words in FIELDS.items():
        history.FIELDS.setdefault(name, words)
    history.VALUES.update({f"kind:{kind}": words for kind, words in KIND_WORDS.items()})
    if not any(panel.html is of_edition for panel in web.PANELS):  # a process may make the School more than once
        web.PANELS.append(web.Panel(20, "learning.edition", of_edition))
        web.PANELS.append(web.Panel(20, "people.government", of_government))
