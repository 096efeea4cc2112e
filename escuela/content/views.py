"""Pictures, sound, video and documents of an edition, for the people in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from flask import Blueprint, Response, request
from sqlalchemy import select

from escuela import clock, storage
from escuela.access import get_or_404, me
from escuela.admissions.queries import taught_editions
from escuela.editions.models import Edition, Media, Module
from escuela.editions.policies import can_review
from escuela.editions.queries import open_modules

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

INLINE = ("image/", "audio/", "video/", "text/vtt")
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""A drawing may style itself; opened by its address it can do nothing else."""

bp = Blueprint("content", __name__)


@bp.get("/ediciones/<edition>/media/<path:path>")
def media(edition: str, path: str) -> ResponseReturnValue:
    """A file of an edition, in whole or by ranges, so that a recording can be wound."""
    inside = get_or_404(taught_editions(me()).where(Edition.slug == edition))
    found = get_or_404(select(Media).where(Media.edition_id == inside.id, Media.path == path))
    if not can_review(me(), inside):
        slug, _, _ = path.partition("/")
        get_or_404(open_modules(inside, clock.now()).where(Module.slug == slug))
    answer = Response(mimetype=found.media_type)
    answer.set_etag(found.sha256)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Security-Policy"] = SANDBOX
    if not found.media_type.startswith(INLINE):
        answer.headers.set("Content-Disposition", "attachment", filename=found.path.rpartition("/")[2])
    answer.content_length = found.size
    answer.make_conditional(request.environ, accept_ranges=True, complete_length=found.size)
    if answer.status_code != 304 and request.method == "GET":
        part = answer.content_range
        _send(answer, storage.read(found.key), part.start or 0, part.stop or found.size)
    return answer


def _send(answer: Response, stream: BinaryIO, start: int, stop: int) -> None:
    """Give an answer its body: the bytes from `start` up to `stop`, read while they are sent."""

    def chunks() -> Iterator[bytes]:
        stream.seek(start)
        left = stop - start
        while left > 0 and (chunk := stream.read(min(left, storage.CHUNK))):
            left -= len(chunk)
            yield chunk

    answer.response = chunks()
    answer.call_on_close(stream.close)
