"""The page where an edition's works are allocated to those who review them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from escuela.access import get_or_404, me, require
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.queries import taught_editions
from escuela.assessments.assignments import queries, queues
from escuela.assessments.assignments.allocation import allocate, charges, evenly, put_in_charge, reviewers
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
    """All that waits of a local government, and what it hands in later, to who was chosen beside it."""
    found = _edition(edition)
    works = _waiting(found, locked=True)
    asked = {each: request.form.get(f"government-{each.id}", "") for each in _governments(found, works)}
    able = {str(user.id): user for user in reviewers(found)} | {NOBODY: None}
    chosen = {government: able[number] for government, number in asked.items() if number in able}
    plan = {work.id: chosen[work.government] for work in works if work.government in chosen}
    return _allocated(found, works, plan, in_charge=chosen)


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


def _governments(edition: Edition, works: Sequence[Work]) -> list[LocalGovernment]:
    """Those whose people take part, and those of what waits, by name."""
    here = select(Enrolment.local_government_id).where(Enrolment.edition_id == edition.id, Enrolment.status == ACTIVE)
    waiting = {work.government.id for work in works}
    rows = select(LocalGovernment).where(or_(LocalGovernment.id.in_(here), LocalGovernment.id.in_(waiting)))
    return list(db.session.scalars(rows.order_by(LocalGovernment.folded_name, LocalGovernment.id)))


def _chosen(edition: Edition, field: str, work: Work) -> User | None:
    """Who was chosen; somebody who does not review here counts for nothing."""
    number = request.form[field]
    before = work.allocation.reviewer if work.allocation else None
    if number == NOBODY:
        return None
    return next((user for user in reviewers(edition) if str(user.id) == number), before)


def _allocated(
    edition: Edition,
    works: Sequence[Work],
    plan: dict[int, User | None],
    in_charge: Mapping[LocalGovernment, User | None] | None = None,
) -> ResponseReturnValue:
    try:
        changed = allocate(works, plan, by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _page(_edition(edition.slug), refusal=refusal), 422
    if put_in_charge(edition, in_charge or {}, by=me()):
        flash(_("Saved for what they hand in from now on, too."), "good")
    flash(
        ngettext("%(num)d work has another reviewer now.", "%(num)d works have another reviewer now.", changed), "good"
    )
    return redirect(url_for("assignments.allocation", edition=edition.slug), 303)


def _page(edition: Edition, *, refusal: DomainError | None = None) -> str:
    works = _waiting(edition)
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
            (government, sum(work.government is government for work in works))
            for government in _governments(edition, works)
        ],
        in_charge={
            each.local_government_id: each.reviewer
            for each in db.session.scalars(charges(edition))
            if each.reviewer in reviewers(edition)
        },
        typed=request.form if refusal else {},
        refusal=refusal,
    )
