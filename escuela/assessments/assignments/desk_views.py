"""The tutor's pages: the queue of works that wait, and the desk where one of them is reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.assessments.assignments import policies, queries, services
from escuela.assessments.assignments.judgement import COMMENT, NOTE, Judgement
from escuela.assessments.assignments.models import APPROVED, CHANGES_REQUESTED, Work
from escuela.assessments.assignments.views import bp, saved_now
from escuela.editions.models import Edition
from escuela.editions.policies import ends
from escuela.errors import DomainError, wants_json
from escuela.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from escuela.people.models import User

DESK = "/ediciones/<edition>/revisiones/<int:work>"
PAGE_SIZE = 50

CHOICES = {
    queries.WAITING: _l("Waiting for review"),
    queries.FREE: _l("Nobody has them"),
    queries.MINE: _l("I have them"),
    queries.RETURNED: _l("Returned, waiting for the participant"),
    queries.DONE: _l("Approved"),
}


def _has_queue(user: User | None) -> bool:
    if user is None:
        return False
    return user.is_coordinator or bool(db.session.scalar(queries.REVIEWS_SOMEWHERE, {"user": user.id}))


web.NAVIGATION.append(web.Entry(30, _l("My queue"), "assignments.queue", _has_queue))


@bp.get("/cola")
def queue() -> ResponseReturnValue:
    require(_has_queue(me()))
    which = request.args.get("estado", queries.WAITING)
    which = which if which in CHOICES else queries.WAITING
    editions = db.session.scalars(queries.reviewed_editions(me()).order_by(Edition.starts_on.desc(), Edition.id)).all()
    slug = next((edition.slug for edition in editions if edition.slug == request.args.get("edicion")), None)
    found = queries.queue(me(), which=which, edition_slug=slug)
    count = db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    page = max(1, request.args.get("pagina", 1, type=int))
    works = db.session.scalars(
        queries.as_listed(found).limit(PAGE_SIZE).offset((min(page, _pages(count)) - 1) * PAGE_SIZE)
    ).all()
    return render_template(
        "assessments/assignments/queue.html",
        works=works,
        oldest=next((work for work in works if which == queries.WAITING and _is_free_for(me(), work)), None),
        counts=db.session.execute(queries.queue_counts(me(), slug)).one(),
        editions=editions,
        chosen=slug,
        choices=CHOICES,
        which=which,
        count=count,
        page=min(page, _pages(count)),
        pages=_pages(count),
        href=lambda number: url_for("assignments.queue", estado=which, edicion=slug, pagina=number),
    )


def _pages(count: int) -> int:
    return max(1, -(-count // PAGE_SIZE))


def _is_free_for(user: User, work: Work) -> bool:
    return work.claimed_by_id in {None, user.id}


@bp.get(DESK)
def desk(edition: str, work: int) -> ResponseReturnValue:
    found = _on_the_desk(edition, work)
    newest = found.submissions[-1]
    return _desk(found, Judgement.kept(newest.review_draft))


@bp.post(f"{DESK}/reclamar")
def claim(edition: str, work: int) -> ResponseReturnValue:
    """Have the work and open it. Somebody else may have been faster: then the desk says who."""
    found = _on_the_desk(edition, work)
    try:
        services.claim(found, by=me())
    except DomainError as refusal:
        flash(str(refusal.sentence), "warn")
    return _to_desk(found)


@bp.post(f"{DESK}/relevar")
def take_over(edition: str, work: int) -> ResponseReturnValue:
    found = _on_the_desk(edition, work)
    services.take_over(found, by=me())
    return _to_desk(found)


@bp.post(f"{DESK}/soltar")
def release(edition: str, work: int) -> ResponseReturnValue:
    """Leave the work for others, with what was typed so far."""
    found = _on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        services.save_review(found, judgement, by=me())
    except DomainError as refusal:
        return _refused(found, judgement, refusal)
    services.release(found, by=me())
    flash(_("Others can review it now. Your draft stays with the work."), "good")
    return redirect(url_for("assignments.queue"), 303)


@bp.post(f"{DESK}/borrador")
def save_review(edition: str, work: int) -> ResponseReturnValue:
    """Keep the draft of a review: from the script every few seconds, or with the button."""
    found = _on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        review = services.save_review(found, judgement, by=me())
    except DomainError as refusal:
        return _refused(found, judgement, refusal)
    if wants_json():
        return jsonify(message=saved_now(), began_from=web.iso(review.saved_at))
    flash(saved_now(), "good")
    return _to_desk(found)


@bp.post(f"{DESK}/devolver")
def request_changes(edition: str, work: int) -> ResponseReturnValue:
    found = _on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        services.request_changes(found, judgement, by=me())
    except DomainError as refusal:
        return _refused(found, judgement, refusal)
    flash(_("The work went back to %(name)s, with your comments.", name=found.enrolment.user.name), "good")
    return redirect(url_for("assignments.queue"), 303)


@bp.post(f"{DESK}/aprobar")
def approve(edition: str, work: int) -> ResponseReturnValue:
    """Approve, then have the next work of the edition, the one that waits longest."""
    found = _on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        services.approve(found, judgement, by=me())
    except DomainError as refusal:
        return _refused(found, judgement, refusal)
    flash(_("Approved, and %(name)s knows it.", name=found.enrolment.user.name), "good")
    following = services.claim_next(edition, by=me())
    if following is None:
        return redirect(url_for("assignments.queue"), 303)
    return redirect(url_for("assignments.desk", edition=edition, work=following.id), 303)


def _on_the_desk(edition: str, work: int) -> Work:
    return get_or_404(queries.on_the_desk(me(), edition, work))


def _to_desk(work: Work) -> ResponseReturnValue:
    return redirect(url_for("assignments.desk", edition=work.assignment.edition.slug, work=work.id), 303)


def _refused(work: Work, judgement: Judgement, refusal: DomainError) -> ResponseReturnValue:
    """The desk again with the reason and everything that was typed; for a script only the reason."""
    if wants_json():
        raise refusal
    db.session.rollback()
    return _desk(work, judgement, refusal=refusal), 422


def _desk(work: Work, judgement: Judgement, *, refusal: DomainError | None = None) -> str:
    newest = work.submissions[-1]
    number = request.args.get("version", newest.version, type=int)
    return render_template(
        "assessments/assignments/desk.html",
        edition=work.assignment.edition,
        assignment=work.assignment,
        work=work,
        version=next((each for each in work.submissions if each.version == number), newest),
        newest=newest,
        draft=newest.review_draft,
        released=[each.review for each in reversed(work.submissions) if each.review],
        reviewing=policies.is_reviewing(me(), work) or refusal is not None,
        judgement=judgement,
        missing=judgement.unmarked(work.assignment),
        refusal=refusal,
        outcomes={CHANGES_REQUESTED: _("Changes requested"), APPROVED: _("Approved")},
        most={"comment": COMMENT, "note": NOTE},
        until=ends(work.assignment.edition),
    )
