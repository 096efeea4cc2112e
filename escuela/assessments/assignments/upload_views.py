"""The protocol by which a browser sends a file in pieces; without scripts a file comes whole, with the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import flash, jsonify, request, url_for
from flask_babel import gettext as _

from escuela.access import get_or_404, me
from escuela.assessments.assignments import uploads
from escuela.assessments.assignments.models import Assignment, Work, WorkFile
from escuela.assessments.assignments.upload_models import Upload
from escuela.assessments.assignments.views import (
    PAGE,
    back,
    bp,
    files_of,
    found_assignment,
    keep_text,
    my_work_on,
    refused,
)
from escuela.errors import DomainError, wants_json
from escuela.gate import row_number

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

SENDING = f"{PAGE}/envios/<int:upload>"


@bp.post(f"{PAGE}/envios")
def begin_upload(edition: str, activity: str) -> ResponseReturnValue:
    """Begin with a file's name, size and SHA-256: where its pieces go, and from which byte on."""
    assignment = found_assignment(edition, activity)
    work = my_work_on(assignment)
    name, sha256 = request.form.get("name", ""), request.form.get("sha256", "")
    if file := uploads.arrived(work, name=name, sha256=sha256):
        return _whole(work, file)
    size = request.form.get("size", 0, type=row_number)
    return _told(assignment, uploads.begin(work, name=name, size=size, sha256=sha256, by=me()))


@bp.get(SENDING)
def upload_offset(edition: str, activity: str, upload: int) -> ResponseReturnValue:
    assignment = found_assignment(edition, activity)
    return _told(assignment, _sending(my_work_on(assignment), upload))


@bp.put(SENDING)
def add_piece(edition: str, activity: str, upload: int) -> ResponseReturnValue:
    """One piece, the bytes alone, from the byte that the address names."""
    assignment = found_assignment(edition, activity)
    found = _sending(my_work_on(assignment), upload)
    uploads.add(found, request.get_data(cache=False), start=request.args.get("desde", -1, type=row_number))
    return _told(assignment, found)


@bp.post(f"{SENDING}/terminar")
def finish_upload(edition: str, activity: str, upload: int) -> ResponseReturnValue:
    assignment = found_assignment(edition, activity)
    work = my_work_on(assignment)
    file = uploads.finish(_sending(work, upload), by=me())
    return _whole(work, file)


@bp.post(f"{SENDING}/olvidar")
def forget_upload(edition: str, activity: str, upload: int) -> ResponseReturnValue:
    """From the script, when the bytes that came are refused; or with the button, which sends the text along."""
    assignment = found_assignment(edition, activity)
    work = my_work_on(assignment)
    found = _sending(work, upload)
    try:
        keep_text(work)
        uploads.forget(found)
    except DomainError as refusal:
        return refused(assignment, refusal)
    if wants_json():
        return jsonify(message="")
    flash(_("What had arrived of %(name)s was given up.", name=found.name), "good")
    return back(assignment)


def _sending(work: Work, upload: int) -> Upload:
    return get_or_404(uploads.mine(work, me()).where(Upload.id == upload))


def _told(assignment: Assignment, upload: Upload) -> ResponseReturnValue:
    page: dict[str, Any] = {"edition": assignment.edition.slug, "activity": assignment.slug, "upload": upload.id}
    answer = jsonify(
        address=url_for("assignments.add_piece", **page),
        finish=url_for("assignments.finish_upload", **page),
        forget=url_for("assignments.forget_upload", **page),
        received=upload.received,
        piece=uploads.PIECE,
    )
    answer.headers["Upload-Offset"] = str(upload.received)
    return answer


def _whole(work: Work, file: WorkFile) -> ResponseReturnValue:
    """As a file that came with the form is answered."""
    return jsonify(message=_("%(name)s was received whole.", name=file.name), html=files_of(work))
