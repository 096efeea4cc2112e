"""The page where an edition's works are allocated to those who review them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from sqlalchemy.orm import selectinload

from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.assessments.assignments import queries, queues
from escuela.assessments.assignments.allocation import allocate, evenly, reviewers
from escuela.assessments.assignments.models import Work
from escuela.assessments.assignments.views import bp
from escuela.editions.models import Edition, EditionStaff
from escuela.editions.policies import can_review
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import LocalGovernment, User

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = "/ediciones/<edition>/reparto"
NOBODY = "0"


@bp.get(PAGE)
def allocation(edition: str) -> ResponseReturnValue:
    return _page(_edition(edition))


@bp.post(PAGE)
def allocate_by_hand(edition: str) -> ResponseReturnValue:
    """What was chosen beside each work."""
    found = _edition(edition)
    works = _waiting(found, locked=True)
    plan = {work.id: _chosen(found, f"work-{work.id}", work) for work in works if f"work-{work.id}" in request.form}
    return _allocated(found, works, plan)


@bp.post(f"{PAGE}/parejo")
def allocate_evenly(edition: str) -> ResponseReturnValue:
    """What nobody has, among those who were ticked."""
    found = _edition(edition)
    ticked = set(request.form.getlist("reviewer"))
    among = [user for user in reviewers(found) if str(user.id) in ticked]
    works = _waiting(found, locked=True)
    return _allocated(found, works, dict(evenly(works, among)) if among else {})


@bp.post(f"{PAGE}/por-gobierno")
def allocate_by_government(edition: str) -> ResponseReturnValue:
    """All that waits of a local government, to who was chosen beside it."""
    found = _edition(edition)
    works = _waiting(found, locked=True)
    plan = {
        work.id: _chosen(found, field, work)
        for work in works
        if request.form.get(field := f"government-{_government(work).id}")
    }
    return _allocated(found, works, plan)


def _edition(slug: str) -> Edition:
    staff = selectinload(Edition.staff).joinedload(EditionStaff.user).lazyload(User.roles)
    found = get_or_404(taught_editions(me()).where(Edition.slug == slug).options(staff))
    require(can_review(me(), found))
    return found


def _waiting(edition: Edition, *, locked: bool = False) -> Sequence[Work]:
    works = queues.as_listed(queues.queue(me(), edition_slug=edition.slug))
    if locked:
        works = works.with_for_update(of=Work)
    return db.session.scalars(works).all()


def _government(work: Work) -> LocalGovernment:
    return work.local_government or work.enrolment.local_government


def _chosen(edition: Edition, field: str, work: Work) -> User | None:
    """Who was chosen; somebody who does not review here counts for nothing."""
    number = request.form[field]
    before = work.allocation.reviewer if work.allocation else None
    if number == NOBODY:
        return None
    return next((user for user in reviewers(edition) if str(user.id) == number), before)


def _allocated(edition: Edition, works: Sequence[Work], plan: dict[int, User | None]) -> ResponseReturnValue:
    try:
        changed = allocate(works, plan, by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _page(_edition(edition.slug), refusal=refusal), 422
    flash(
        ngettext("%(num)d work has another reviewer now.", "%(num)d works have another reviewer now.", changed), "good"
    )
    return redirect(url_for("assignments.allocation", edition=edition.slug), 303)


def _page(edition: Edition, *, refusal: DomainError | None = None) -> str:
    works = _waiting(edition)
    governments = {_government(work).id: _government(work) for work in works}
    holders = [work.claimed_by_id or (work.allocation.reviewer_id if work.allocation else None) for work in works]
    return render_template(
        "assessments/assignments/allocation.html",
        edition=edition,
        works=works,
        teams=queries.teams_of(works),
        reviewers=reviewers(edition),
        load={user.id: holders.count(user.id) for user in reviewers(edition)},
        free=holders.count(None),
        governments=[
            (government, sum(_government(work).id == number for work in works))
            for number, government in sorted(governments.items(), key=lambda pair: pair[1].name)
        ],
        typed=request.form if refusal else {},
        refusal=refusal,
    )
