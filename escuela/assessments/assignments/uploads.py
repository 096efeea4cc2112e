"""A file that arrives in pieces over a bad line: begun, gone on with from where it stopped, whole at last.

The browser says the file's name, size and SHA-256, then sends pieces, each from the byte at which the last one ended.
A piece is one request: it is kept whole or not at all. When all are there they are put together, compared with the
size and the print that were told, and pass the same door as a file that came in one go.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from escuela import clock, storage
from escuela.assessments.assignments import filetypes, services
from escuela.assessments.assignments.models import Work, WorkFile
from escuela.assessments.assignments.upload_models import Upload, UploadPiece
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import User

PIECE = 256 * 1024
"""Bytes of a piece as a browser sends it: half a minute on the slowest mobile line."""
PIECE_MOST = 1_000_000
KEPT = timedelta(days=1)
"""How long what has arrived of a file waits for the rest."""
AT_ONCE = 10
"""Files that one person may have begun to send for a work."""
MEMORY = 1_000_000


class ElsewhereError(DomainError):
    """A piece that does not begin where the last one ended: two windows, or an answer that was lost."""


def mine(work: Work, by: User) -> Select[Upload]:
    """What a person has begun to send for a work."""
    rows = select(Upload).where(Upload.work_id == work.id, Upload.by_id == by.id)
    return rows.options(selectinload(Upload.pieces)).order_by(Upload.id)


def arrived(work: Work, *, name: str, sha256: str) -> WorkFile | None:
    """The file of the draft that is this very one: its last answer was lost on the way."""
    name = filetypes.clean_name(name)
    return next((each for each in work.draft_files if (each.name, each.sha256) == (name, sha256)), None)


def begin(work: Work, *, name: str, size: int, sha256: str, by: User) -> Upload:
    """Begin to send a file, or go on with it. Refuses by name, size and number before a byte of it has come."""
    services.ensure_accepted(work)
    name, settings = filetypes.clean_name(name), current_app.config["SETTINGS"]
    if not name or size <= 0 or not re.fullmatch("[0-9a-f]{64}", sha256):
        raise DomainError(_l("Choose a file first."))
    services.ensure_room(work)
    if size > settings.upload_bytes:
        raise DomainError(services.too_big(name, settings.upload_mb))
    allowed = work.assignment.file_kinds
    if not any(filetypes.agrees(name, kind) for kind in allowed):
        kinds = ", ".join(allowed)
        raise DomainError(_l("What is inside %(name)s is not one of these: %(allowed)s.", name=name, allowed=kinds))
    found = db.session.scalars(mine(work, by).where(Upload.sha256 == sha256)).one_or_none()
    if found is not None:
        found.name, found.touched_at = name, clock.now()
        db.session.flush()
        return found
    return _begun(Upload(work=work, by_id=by.id, name=name, size=size, sha256=sha256, touched_at=clock.now()), by)


def _begun(upload: Upload, by: User) -> Upload:
    for old in db.session.scalars(mine(upload.work, by)).all()[: 1 - AT_ONCE]:
        db.session.delete(old)
    db.session.add(upload)
    db.session.flush()
    return upload


def add(upload: Upload, piece: bytes, *, start: int) -> int:
    """Keep one piece; from which byte on it goes on. The same piece twice is kept once.

    Raises ElsewhereError where it does not begin at `received`.
    """
    services.ensure_accepted(upload.work)
    _lock(upload)
    if any((each.start, each.size) == (start, len(piece)) for each in upload.pieces):
        return upload.received
    if start != upload.received or not 0 < len(piece) <= min(PIECE_MOST, upload.size - start):
        raise ElsewhereError(_l("This part of the file does not follow what has arrived. It goes on from there."))
    stored = storage.put(BytesIO(piece), most=PIECE_MOST)
    try:
        with db.session.begin_nested():
            upload.pieces.append(UploadPiece(start=start, size=stored.size, key=stored.key))
    except IntegrityError:  # the same piece from another window
        raise ElsewhereError(
            _l("This part of the file does not follow what has arrived. It goes on from there.")
        ) from None
    upload.touched_at = clock.now()
    db.session.flush()
    return upload.received


def finish(upload: Upload, *, by: User) -> WorkFile:
    """Put the pieces together into a file of the draft, through the same checks as one that came in one go."""
    _lock(upload)
    if upload.received != upload.size:
        raise ElsewhereError(_l("Not all of %(name)s has arrived yet. It goes on from there.", name=upload.name))
    with SpooledTemporaryFile(max_size=MEMORY) as whole:
        if _joined(upload, whole) != upload.sha256:
            raise DomainError(_l("%(name)s did not arrive as it was sent. Send it again.", name=upload.name))
        file = services.attach(upload.work, whole, name=upload.name, by=by)
    db.session.delete(upload)
    db.session.flush()
    return file


def _joined(upload: Upload, whole: IO[bytes]) -> str:
    """Write the pieces one after the other; the SHA-256 of all. The stream is left at its beginning."""
    digest = hashlib.sha256()
    for piece in upload.pieces:
        with storage.read(piece.key) as stream:
            content = stream.read()
        digest.update(content)
        whole.write(content)
    whole.seek(0)
    return digest.hexdigest()


def _lock(upload: Upload) -> None:
    db.session.execute(select(Upload.id).where(Upload.id == upload.id).with_for_update())
    db.session.expire(upload, ["pieces"])


def forget(upload: Upload) -> None:
    """Give a file up, or begin it anew; its pieces then belong to nobody, and the job of orphans takes them away."""
    services.ensure_accepted(upload.work)
    db.session.delete(upload)
    db.session.flush()


def forget_stale() -> int:
    """Forget what nobody went on sending for a day."""
    old = select(Upload.id).where(Upload.touched_at < clock.now() - KEPT)
    numbers = db.session.scalars(old).all()
    db.session.execute(delete(UploadPiece).where(UploadPiece.upload_id.in_(numbers)))
    db.session.execute(delete(Upload).where(Upload.id.in_(numbers)))
    return len(numbers)
