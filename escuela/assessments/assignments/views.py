"""The participant's page of an assignment: write, attach, hand in, read the review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from escuela import clock
from escuela.access import get_or_404, me, require
from escuela.admissions.models import Enrolment
from escuela.admissions.queries import taught_editions
from escuela.admissions.reader import enrolment_of
from escuela.assessments.assignments import policies, queries, services, shared, uploads
from escuela.assessments.assignments.comparing import compared
from escuela.assessments.assignments.filetypes import EXTENSIONS
from escuela.assessments.assignments.models import (
    APPROVED,
    CHANGES_REQUESTED,
    DRAFT,
    SUBMITTED,
    Assignment,
    Work,
    WorkFile,
    mark_of,
)
from escuela.assessments.assignments.sending import sent
from escuela.editions.models import Edition
from escuela.editions.policies import Door, Moment, can_review, coordinates, opens
from escuela.editions.policies import closes as editions_closes
from escuela.errors import DomainError, wants_json
from escuela.extensions import db
from escuela.forms import TEXT
from escuela.gate import row_number, takes_files
from escuela.people.history import history_of
from escuela.people.models import Change, User
from escuela.web import TABS, Tab, day_and_hour, hour, place_of, reader_zone

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue

bp = Blueprint("assignments", __name__)

PAGE = "/ediciones/<edition>/tareas/<activity>"


@bp.get(PAGE)
def work(edition: str, activity: str) -> ResponseReturnValue:
    return _page(found_assignment(edition, activity))


@bp.post(f"{PAGE}/borrador")
def save_draft(edition: str, activity: str) -> ResponseReturnValue:
    """Keep the text: from the script every few seconds, or with the button."""
    assignment = found_assignment(edition, activity)
    try:
        work = my_work_on(assignment)
        keep_text(work)
    except DomainError as refusal:
        return refused(assignment, refusal)
    if wants_json():
        return jsonify(message=_saved(work), began_from=work.draft_mark)
    flash(_saved(work), "good")
    return back(assignment)


@bp.post(f"{PAGE}/archivos")
@takes_files
def upload(edition: str, activity: str) -> ResponseReturnValue:
    """Receive one file, with the text that was on the page."""
    assignment = found_assignment(edition, activity)
    try:
        work = my_work_on(assignment)
        keep_text(work)
        sent = request.files.get("file") or FileStorage()
        file = services.attach(work, sent.stream, name=sent.filename or "", by=me())
    except DomainError as refusal:
        return refused(assignment, refusal)
    message = _("%(name)s was received whole.", name=file.name)
    if wants_json():
        return jsonify(message=message, html=files_of(work))
    flash(message, "good")
    return back(assignment)


@bp.post(f"{PAGE}/archivos/<int:file>/quitar")
def detach(edition: str, activity: str, file: int) -> ResponseReturnValue:
    """Take a file out of the draft, and keep the text that was on the page."""
    assignment = found_assignment(edition, activity)
    try:
        work = my_work_on(assignment)
        keep_text(work)
        found = next((each for each in work.draft_files if each.id == file), None)
        if found is None:
            abort(404)
        services.detach(found)
    except DomainError as refusal:
        return refused(assignment, refusal)
    flash(_("%(name)s was removed from the draft.", name=found.name), "good")
    return back(assignment)


@bp.post(f"{PAGE}/entregar")
def hand_in(edition: str, activity: str) -> ResponseReturnValue:
    assignment = found_assignment(edition, activity)
    try:
        work = my_work_on(assignment)
        keep_text(work)
        version = services.submit(work, by=me())
    except DomainError as refusal:
        return refused(assignment, refusal)
    at = day_and_hour(version.submitted_at, reader_zone() or assignment.edition.zone)
    flash(_("Handed in: version %(number)d, %(when)s.", number=version.version, when=at), "good")
    return back(assignment)


@bp.get(f"{PAGE}/archivos/<int:file>")
def download(edition: str, activity: str, file: int) -> ResponseReturnValue:
    """A file, always to be saved and never shown from our address: what people send is not ours to run."""
    assignment = found_assignment(edition, activity)
    return sent(get_or_404(queries.visible_files(me(), assignment).where(WorkFile.id == file)))


@bp.get(f"{PAGE}/cambios")
def compare(edition: str, activity: str) -> ResponseReturnValue:
    """What changed from one version of one's own work to another: the last two, or those that the address names."""
    assignment = found_assignment(edition, activity)
    enrolment = enrolment_of(me(), assignment.edition) or abort(404)
    work = get_or_404(queries.my_work(assignment, enrolment))
    versions = {each.version: each for each in work.submissions}
    after = request.args.get("a", len(versions), type=row_number)
    before = request.args.get("de", after - 1, type=row_number)
    if before not in versions or after not in versions:
        abort(404)
    return render_template(
        "assessments/assignments/compare.html",
        edition=assignment.edition,
        assignment=assignment,
        versions=work.submissions,
        found=compared(versions[before], versions[after]),
    )


@bp.post(f"{PAGE}/rubrica")
def share_rubric(edition: str, activity: str) -> ResponseReturnValue:
    """Keep the rubric under a name, for other assignments to begin from."""
    assignment = found_assignment(edition, activity)
    require(coordinates(me(), assignment.edition))
    try:
        kept = shared.keep(assignment, name=request.form.get("name", ""), by=me())
    except DomainError as refusal:
        return refused(assignment, refusal)
    flash(_("«%(name)s» can be chosen in the editor of every assignment.", name=kept.name), "good")
    return back(assignment)


# --- what was handed in before: by oneself in another edition, by who had the place


def _has_earlier(user: User | None, edition: Edition) -> bool:
    enrolment = enrolment_of(user, edition)
    return enrolment is not None and bool(enrolment.succeeds_id or enrolment.continues)


TABS.append(Tab(65, _l("Earlier works"), "assignments.earlier", _has_earlier))


@bp.get("/ediciones/<edition>/trabajos-anteriores")
def earlier(edition: str) -> ResponseReturnValue:
    """Works to read and not to change, with their reviews."""
    enrolment = _taking_part(edition)
    return render_template(
        "assessments/assignments/earlier.html",
        edition=enrolment.edition,
        works=db.session.scalars(queries.earlier_works(enrolment)).all(),
    )


@bp.get("/ediciones/<edition>/trabajos-anteriores/archivos/<int:file>")
def earlier_file(edition: str, file: int) -> ResponseReturnValue:
    return sent(get_or_404(queries.earlier_files(_taking_part(edition)).where(WorkFile.id == file)))


def _taking_part(slug: str) -> Enrolment:
    """The reader's active enrolment; 403 for who is in the edition without one."""
    found = get_or_404(taught_editions(me()).where(Edition.slug == slug).options(joinedload(Edition.staff)))
    return enrolment_of(me(), found) or abort(403)


def found_assignment(edition: str, activity: str) -> Assignment:
    return get_or_404(queries.visible_assignments(me(), edition).where(Assignment.slug == activity))


def my_work_on(assignment: Assignment) -> Work:
    """One's own work, locked; who is in the edition without an enrolment has none."""
    enrolment = enrolment_of(me(), assignment.edition)
    if enrolment is None:
        abort(403)
    return services.begin(assignment, enrolment)


def keep_text(work: Work) -> None:
    """Every button of the page sends the text along, so that none of them loses it."""
    if "text" in request.form:
        link = request.form.get("link") if work.assignment.takes_link else None
        services.save_draft(work, request.form["text"], link, began_from=request.form.get("began_from", ""))


def _saved(work: Work) -> str:
    """When it was saved; and that the version of before is handed in, perhaps by a colleague since."""
    if work.state != SUBMITTED or work.newest is None:
        return saved_now()
    handed_in = _(
        "Version %(number)d is handed in as it was: hand in again what you change.", number=work.newest.version
    )
    return f"{saved_now()} {handed_in}"


def files_of(work: Work) -> str:
    """The files of the draft as the page shows them, and what the reader has begun to send."""
    return render_template(
        "assessments/assignments/_files.html",
        assignment=work.assignment,
        files=work.draft_files,
        sending=db.session.scalars(uploads.mine(work, me())).all(),
    )


def back(assignment: Assignment) -> ResponseReturnValue:
    address = url_for("assignments.work", edition=assignment.edition.slug, activity=assignment.slug)
    return redirect(address, 303)


def refused(assignment: Assignment, refusal: DomainError) -> ResponseReturnValue:
    """The page again with the reason and everything that was typed; for a script only the reason."""
    if wants_json():
        raise refusal
    db.session.rollback()
    return _page(assignment, refusal=refusal, typed=request.form), 422


def _page(assignment: Assignment, *, refusal: DomainError | None = None, typed: Mapping[str, str] | None = None) -> str:
    user, now, typed = me(), clock.now(), typed or {}
    enrolment = enrolment_of(user, assignment.edition)
    work = db.session.scalar(queries.my_work(assignment, enrolment)) if enrolment else None
    found = policies.door(assignment, work, now)
    return render_template(
        "assessments/assignments/work.html",
        edition=assignment.edition,
        assignment=assignment,
        work=work,
        earlier=_handed_in_before(assignment, enrolment),
        left_behind=_left_behind(assignment, enrolment),
        team=_team(assignment, enrolment, work),
        reopened=_reopened(work),
        reviews=can_review(user, assignment.edition),
        shares=bool(assignment.criteria) and coordinates(user, assignment.edition),
        readable=found is not Door.NOT_YET or can_review(user, assignment.edition),
        late=found is Door.LATE and (work is None or work.state == DRAFT),
        opening=opens(assignment),
        limit=_limit(assignment, work),
        closing=policies.closes(assignment, work),
        sending=db.session.scalars(uploads.mine(work, user)).all() if work else [],
        writable=enrolment is not None and policies.can_write(assignment, work, now),
        taking_part=enrolment is not None,
        late_until=editions_closes(policies.hours(assignment, work)),
        text=typed.get("text", work.draft if work else ""),
        link=typed.get("link", work.link if work else ""),
        began_from=work.draft_mark if work else mark_of(""),
        refusal=refusal,
        overwrites=isinstance(refusal, services.OverwriteError),
        most_characters=TEXT,
        most_mb=current_app.config["SETTINGS"].upload_mb,
        accept=",".join(f".{each}" for kind in assignment.file_kinds for each in sorted(EXTENSIONS[kind])),
    )


def _handed_in_before(assignment: Assignment, enrolment: Enrolment | None) -> Sequence[Work]:
    """The works of who had the reader's place, on this assignment."""
    if enrolment is None or enrolment.succeeds_id is None:
        return []
    return db.session.scalars(queries.earlier_works(enrolment).where(Work.assignment_id == assignment.id)).all()


def _limit(assignment: Assignment, work: Work | None) -> Moment | None:
    """The instant that the page names on top: none is left once the work is approved."""
    if work is not None and work.state == APPROVED:
        return None
    returned = work is not None and work.state == CHANGES_REQUESTED
    return policies.closes(assignment, work) if returned else policies.due(assignment, work)


def _team(assignment: Assignment, enrolment: Enrolment | None, work: Work | None) -> Sequence[Enrolment]:
    """With whom the reader hands in one work; nobody where each hands in their own."""
    if enrolment is None or not assignment.by_team:
        return []
    return db.session.scalars(queries.members(work) if work else queries.teammates(enrolment)).all()


def _left_behind(assignment: Assignment, enrolment: Enrolment | None) -> Sequence[Work]:
    if enrolment is None or not assignment.by_team:
        return []
    return db.session.scalars(queries.left_behind(assignment, enrolment)).all()


def _reopened(work: Work | None) -> Change | None:
    """Why a work that was approved may be corrected again."""
    if work is None or work.state != CHANGES_REQUESTED or not work.submissions:
        return None
    review = work.submissions[-1].review
    if review is None or review.outcome != APPROVED:
        return None
    return db.session.scalars(history_of(work).where(Change.verb == "work.reopened").limit(1)).first()


def saved_now(at: datetime | None = None) -> str:
    """«Guardado a las 14:02, hora de Montevideo», on the reader's own clock."""
    zone = reader_zone() or "America/Montevideo"
    return _("Saved at %(hour)s, %(zone)s.", hour=hour(at or clock.now(), zone), zone=place_of(zone))


from escuela.assessments.assignments import (  # noqa: E402 - other pages of the same blueprint
    desk_views,  # noqa: F401
    leniency_views,  # noqa: F401
    rubric_views,  # noqa: F401
    upload_views,  # noqa: F401
)
