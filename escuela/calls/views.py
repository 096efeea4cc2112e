"""What everybody finds of the School's calls: the list, and the page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload

from escuela import clock, web
from escuela.access import get_or_404, me_or_none, public
from escuela.calls import queries
from escuela.calls.models import Call
from escuela.calls.policies import Stage, stage
from escuela.calls.words import KINDS, STAGES
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.editions.policies import coordinates, is_public
from escuela.extensions import db
from escuela.gate import page_number
from escuela.web import plain

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("calls", __name__)
web.NAVIGATION.append(web.Entry(25, _l("Calls"), "calls.calls", lambda _user: True))

PER_PAGE = 30


@bp.get("/convocatorias")
@public
def calls() -> ResponseReturnValue:
    """Open calls and those to come, then the past ones."""
    rows = queries.public_calls().options(joinedload(Call.edition))
    page = db.paginate(rows, page=page_number(), per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
    now = clock.now()
    listed = [(call, stage(call, now)) for call in page.items]
    current = {Stage.OPEN, Stage.ANNOUNCED}
    return render_template(
        "calls/calls.html",
        page=page,
        current=sorted((each for each in listed if each[1] in current), key=lambda each: each[0].closes_at),
        past=[each for each in listed if each[1] not in current],
        stages=STAGES,
        href=lambda number: url_for(".calls", page=number),
    )


@bp.get("/convocatorias/<edition>")
@public
def call(edition: str) -> ResponseReturnValue:
    """All that one has to know before one applies."""
    user = me_or_none()
    rows = queries.visible_calls(user).join(Call.edition).where(Edition.slug == edition)
    found = get_or_404(rows.options(*WHOLE))
    return render_template("calls/call.html", preview=False, manages=coordinates(user, found.edition), **face(found))


WHOLE = (
    joinedload(Call.edition).selectinload(Edition.staff),
    selectinload(Call.questions),
    selectinload(Call.criteria),
)
"""All that the pages of a call show, in as many queries whatever it asks."""


def face(call: Call, at: Stage | None = None) -> dict[str, object]:
    """What the public page shows. `at`: as it would look at another stage."""
    total = sum(each.weight for each in call.criteria)
    return {
        "call": call,
        "edition": call.edition,
        "stage": at or stage(call, clock.now()),
        "stages": STAGES,
        "kinds": KINDS,
        "shares": {each.id: round(100 * each.weight / total) for each in call.criteria},
        "conditions": conditions(call),
        "edition_is_public": is_public(call.edition),
    }


def conditions(call: Call) -> dict[str, tuple[str, str]]:
    """By slug of a question that is not always asked: the question and the answer that it waits for."""
    questions = {each.slug: each for each in call.questions}
    found = {}
    for each in call.questions:
        other = questions.get(each.shown_if or "")
        if other is None:
            continue
        options = {option["key"]: plain(Localized(option["text"])) for option in other.options}
        found[each.slug] = (plain(other.text), options.get(str(each.shown_value), ""))
    return found


from escuela.calls import desk_views, question_views  # noqa: E402, F401 - they hang on the same blueprint
