"""How files of a work leave the School: to be saved, or as pictures that we drew. What people send never runs here."""

from __future__ import annotations

from flask import Response, abort, send_file

from escuela import storage
from escuela.assessments.assignments.filetypes import MEDIA_TYPES
from escuela.assessments.assignments.models import WorkFile
from escuela.assessments.assignments.renditions import UnreadableError, draw_page, pages_of

AN_HOUR = 3600


def sent(file: WorkFile) -> Response:
    """The file as it came, always to be saved and never shown from our address."""
    answer = send_file(
        storage.read(file.key), mimetype=MEDIA_TYPES[file.kind], as_attachment=True, download_name=file.name
    )
    answer.content_length = file.size
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def page_sent(file: WorkFile, page: int) -> Response:
    """A page of it as a picture; 404 for one that cannot be shown."""
    if not 1 <= page <= pages_of(file):
        abort(404)
    try:
        picture = draw_page(file, page)
    except UnreadableError:
        abort(404)
    answer = Response(picture, mimetype="image/png")
    answer.cache_control.private, answer.cache_control.max_age = True, AN_HOUR
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
