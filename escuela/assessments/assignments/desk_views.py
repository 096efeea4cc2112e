"""The tutor's pages: the queue of works that wait, and the desk where one of them is reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.assessments.assignments import (
    phrases,
    policies,
    queries,
    queues,
    releasing,
    remarks,
    renditions,
    services,
)
from escuela.assessments.assignments.deadlines import DAYS, review_due
from escuela.assessments.assignments.differences import differences
from escuela.assessments.assignments.judgement import COMMENT, NOTE, Judgement
from escuela.assessments.assignments.models import APPROVED, CHANGES_REQUESTED, Review, Submission, Work
from escuela.assessments.assignments.views import bp, saved_now
from escuela.editions.models import RUNNING, Edition
from escuela.editions.policies import ends
from escuela.errors import DomainError, wants_json
from escuela.extensions import db
from escuela.gate import page_number, row_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from escuela.people.models import User

DESK = "/ediciones/<edition>/revisiones/<int:work>"
PAGE_SIZE = 50
HOLDS = "holds_reviews"
"""In the session: whether the last decision was held, which the next desk offers again."""

CHOICES = {
    queues.WAITING: _l("Waiting for review"),
    queues.MINE: _l("Mine"),
    queues.FREE: _l("Nobody has them"),
    queues.LATE: _l("Overdue"),
    queues.TODAY: _l("Due today"),
    queues.HELD: _l("Decided, not released"),
    queues.RETURNED: _l("Returned, waiting for the participant"),
    queues.DONE: _l("Approved"),
}


def has_queue(user: User | None) -> bool:
    if user is None:
        return False
    return user.is_coordinator or bool(db.session.scalar(queries.REVIEWS_SOMEWHERE, {"user": user.id}))


web.NAVIGATION.append(web.Entry(30, _l("My queue"), "assignments.queue", has_queue))


@bp.get("/cola")
def queue() -> ResponseReturnValue:
    require(has_queue(me()))
    which = request.args.get("estado", queues.WAITING)
    which = which if which in CHOICES else queues.WAITING
    editions = db.session.scalars(queries.reviewed_editions(me()).order_by(Edition.starts_on.desc(), Edition.id)).all()
    slug = next((edition.slug for edition in editions if edition.slug == request.args.get("edicion")), None)
    zones = {edition.zone for edition in editions}
    government = request.args.get("gobierno", type=row_number)
    found = queues.queue(me(), which=which, edition_slug=slug, government_id=government, zones=zones)
    count = db.session.scalar(queues.how_many(found)) or 0
    page = min(page_number("pagina"), _pages(count))
    works = db.session.scalars(queues.as_listed(found).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()
    return render_template(
        "assessments/assignments/queue.html",
        works=works,
        teams=queries.teams_of(works),
        due={
            work.id: review_due(work.submitted_at, work.assignment.edition.zone) for work in works if work.submitted_at
        },
        days=DAYS,
        oldest=_oldest(which, works),
        counts=db.session.execute(queues.counts(me(), zones, slug)).one(),
        governments=db.session.execute(queues.governments(me(), slug)).all(),
        government=government,
        questions=db.session.scalars(queues.unanswered(me(), slug)).all(),
        editions=editions,
        running=[each for each in editions if each.status == RUNNING and slug in {None, each.slug}],
        chosen=slug,
        choices=CHOICES,
        which=which,
        count=count,
        page=page,
        pages=_pages(count),
        href=_address_in_queue(slug, government, which),
    )


def _pages(count: int) -> int:
    return max(1, -(-count // PAGE_SIZE))


def _address_in_queue(slug: str | None, government: int | None, which: str) -> Callable[[int], str]:
    return lambda page: url_for("assignments.queue", estado=which, edicion=slug, gobierno=government, pagina=page)


def _oldest(which: str, works: Any) -> Work | None:
    """What the first button of the page begins with."""
    free = (work for work in works if queues.may_begin(me(), work))
    return next(free, None) if which in {queues.WAITING, queues.MINE, queues.FREE, queues.LATE, queues.TODAY} else None


@bp.get(DESK)
def desk(edition: str, work: int) -> ResponseReturnValue:
    found = on_the_desk(edition, work)
    return _desk(found, Judgement.kept(policies.draft_of(found)))


@bp.post(f"{DESK}/reclamar")
def claim(edition: str, work: int) -> ResponseReturnValue:
    """Have the work and open it. Somebody else may have been faster: then the desk says who."""
    found = on_the_desk(edition, work)
    try:
        services.claim(found, by=me())
    except DomainError as refusal:
        flash(str(refusal.sentence), "warn")
    return to_desk(found)


@bp.post(f"{DESK}/relevar")
def take_over(edition: str, work: int) -> ResponseReturnValue:
    found = on_the_desk(edition, work)
    services.take_over(found, by=me())
    return to_desk(found)


@bp.post(f"{DESK}/soltar")
def release(edition: str, work: int) -> ResponseReturnValue:
    """Leave the work for others, with what was typed so far."""
    found = on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        _save(found, judgement)
    except DomainError as refusal:
        return refused(found, judgement, refusal)
    services.release(found, by=me())
    flash(_("Others can review it now. Your draft stays with the work."), "good")
    return redirect(url_for("assignments.queue"), 303)


@bp.post(f"{DESK}/borrador")
def save_review(edition: str, work: int) -> ResponseReturnValue:
    """Keep the draft of a review: from the script every few seconds, or with the button."""
    found = on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        review = services.save_review(found, judgement, by=me()) if wants_json() else _save(found, judgement)
    except DomainError as refusal:
        return refused(found, judgement, refusal)
    if wants_json():
        return jsonify(message=saved_now(), began_from=Judgement.kept(review).mark)
    flash(saved_now(), "good")
    return to_desk(found)


@bp.post(f"{DESK}/siguiente")
def go_on(edition: str, work: int) -> ResponseReturnValue:
    """Leave this work as it is, with its draft, and have the next one."""
    found = on_the_desk(edition, work)
    if policies.is_reviewing(me(), found):
        judgement = Judgement.typed(request.form, found.assignment)
        try:
            _save(found, judgement)
        except DomainError as refusal:
            return refused(found, judgement, refusal)
    return _next(found)


@bp.post(f"{DESK}/devolver")
def request_changes(edition: str, work: int) -> ResponseReturnValue:
    """Give the work back, then have the next one."""
    return _decided(edition, work, services.request_changes)


@bp.post(f"{DESK}/aprobar")
def approve(edition: str, work: int) -> ResponseReturnValue:
    """Approve, then have the next one."""
    return _decided(edition, work, services.approve)


@bp.post(f"{DESK}/recuperar")
def take_back(edition: str, work: int) -> ResponseReturnValue:
    """Change a decision that nobody was told yet."""
    found = on_the_desk(edition, work)
    review = policies.held(found)
    require(review is None or policies.can_release(me(), review))
    releasing.take_back(found, by=me())
    flash(_("The decision is a draft again, and the work is yours."), "good")
    return to_desk(found)


def _decided(edition: str, work: int, verb: Callable[..., Review]) -> ResponseReturnValue:
    found = on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    hold = request.form.get("release") == "held"
    try:
        if _composed():
            _save(found, judgement)
        review = verb(found, judgement, by=me(), hold=hold)
    except DomainError as refusal:
        return refused(found, judgement, refusal)
    session[HOLDS] = hold
    flash(_said(review), "good")
    return _next(found)


def _save(work: Work, judgement: Judgement) -> Review:
    """Every button keeps all that was typed: a comment on a place that was written and not added yet, too."""
    review = services.save_review(work, judgement, by=me())
    if _composed():
        added = remarks.placed(review, request.form)
        judgement.remarks[added.id] = added.text
    return review


def _composed() -> bool:
    """Whether a comment on a place was written and not added yet."""
    return bool(request.form.get("new_remark", "").strip())


def _said(review: Review) -> str:
    name = review.submission.work.owner
    if review.is_held:
        return _("Decided. %(name)s reads it when it is released.", name=name)
    if review.outcome == APPROVED:
        return _("Approved, and %(name)s knows it.", name=name)
    return _("The work went back to %(name)s, with your comments.", name=name)


def _next(work: Work) -> ResponseReturnValue:
    edition = work.assignment.edition.slug
    following = services.claim_next(edition, by=me(), after=work)
    if following is None:
        return redirect(url_for("assignments.queue"), 303)
    return redirect(url_for("assignments.desk", edition=edition, work=following.id), 303)


def on_the_desk(edition: str, work: int) -> Work:
    return get_or_404(queries.on_the_desk(me(), edition, work))


def to_desk(work: Work, anchor: str | None = None) -> ResponseReturnValue:
    address = url_for("assignments.desk", edition=work.assignment.edition.slug, work=work.id, _anchor=anchor)
    return redirect(address, 303)


def refused(work: Work, judgement: Judgement, refusal: DomainError) -> ResponseReturnValue:
    """The desk again with the reason and everything that was typed; for a script only the reason."""
    if wants_json():
        raise refusal
    db.session.rollback()
    return _desk(work, judgement, refusal=refusal), 422


def _desk(work: Work, judgement: Judgement, *, refusal: DomainError | None = None) -> str:
    newest = work.submissions[-1]
    number = request.args.get("version", newest.version, type=int)
    version = next((each for each in work.submissions if each.version == number), newest)
    draft = policies.draft_of(work)
    edition = work.assignment.edition
    return render_template(
        "assessments/assignments/desk.html",
        edition=edition,
        assignment=work.assignment,
        work=work,
        team=queries.teams_of([work]).get(work.id),
        newest=newest,
        draft=draft,
        held=policies.held(work),
        released=[each.review for each in reversed(work.submissions) if each.review],
        reviewing=policies.is_reviewing(me(), work) or refusal is not None,
        judgement=judgement,
        began_from=Judgement.kept(draft).mark,
        missing=judgement.unmarked(work.assignment),
        refusal=refusal,
        outcomes={CHANGES_REQUESTED: _("Changes requested"), APPROVED: _("Approved")},
        most={"comment": COMMENT, "note": NOTE},
        until=ends(edition),
        due=review_due(work.submitted_at, edition.zone) if work.submitted_at else None,
        place=db.session.execute(queues.place_of(work, me(), edition.slug)).one(),
        phrases=db.session.scalars(phrases.phrases_of(me())).all(),
        holds=session.get(HOLDS, False),
        typed=request.form if refusal else {},
        **_document(work, version, draft if version is newest else version.review),
    )


def _document(work: Work, version: Submission, review: Review | None) -> dict[str, Any]:
    """The left side: a version with the remarks of its review, or what changed in it."""
    before = next((each for each in reversed(work.submissions) if each.version < version.version and each.review), None)
    found = remarks.numbered(review, version)
    comparing = before is not None and "cambios" in request.args
    return {
        "version": version,
        "before": before,
        "pieces": differences(before.text, version.text) if before and comparing else None,
        "remarks": found,
        "passages": remarks.passages(version.text, found),
        "pages_of": renditions.pages_of,
        "kinds": renditions.KINDS,
        "most_pages": renditions.MOST_PAGES,
    }


from escuela.assessments.assignments import (  # noqa: E402, F401 - more pages of the same blueprint
    allocation_views,
    releasing_views,
    remark_views,
    reply_views,
)
