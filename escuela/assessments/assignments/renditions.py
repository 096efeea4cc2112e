"""How files are read on the desk: pages as pictures. A document is converted once, by a job, where LibreOffice is."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import BoundedSemaphore
from typing import IO

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from escuela import clock, storage
from escuela.assessments.assignments import drawing
from escuela.assessments.assignments.models import SubmissionFile, WorkFile
from escuela.assessments.assignments.review_models import Rendition
from escuela.extensions import db

log = logging.getLogger(__name__)

MADE, FAILED, NO_CONVERTER = "made", "failed", "no_converter"
PICTURES = ("png", "jpg")
DOCUMENTS = ("docx", "odt")
"""What LibreOffice turns into a PDF."""
KINDS = ("pdf", *PICTURES, *DOCUMENTS)
MOST_PAGES = 200
CONVERTED_MOST = 100_000_000
DRAWING_SECONDS, CONVERTING_SECONDS = 30, 120
BATCH = 20
CAREFUL = """<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
</oor:items>"""
"""LibreOffice's own settings: a document runs nothing, and nothing that it names elsewhere is asked for."""
_hands = BoundedSemaphore(2)
"""Pages drawn at the same time by one process of the School."""


class UnreadableError(Exception):
    """The file cannot be shown; it can still be downloaded."""


def prepare_files() -> int:
    """The job: files that were handed in and that nobody could read on the desk yet. Says how many it prepared.

    Nothing is locked while a file is looked at. Of two workers that prepare the same one, the second finds it done.
    """
    due = [(file.id, file.kind, file.key) for file in db.session.scalars(_unprepared())]
    db.session.rollback()
    return sum(_prepare(*each) for each in due)


def _unprepared() -> Select[WorkFile]:
    tried = Rendition.file_id.is_not(None)
    waits = ~tried | (Rendition.state == NO_CONVERTER) if converter() else ~tried
    handed_in = WorkFile.id.in_(select(SubmissionFile.file_id))
    files = select(WorkFile).outerjoin(WorkFile.rendition).where(WorkFile.kind.in_(KINDS), handed_in, waits)
    return files.order_by(WorkFile.id).limit(BATCH)


def _prepare(file_id: int, kind: str, key: str) -> bool:
    state, pages, made = _looked_at(kind, key)
    rendition = db.session.get(Rendition, file_id) or Rendition(file_id=file_id)
    rendition.state, rendition.pages, rendition.key, rendition.made_at = state, pages, made, clock.now()
    db.session.add(rendition)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return False
    return True


def _looked_at(kind: str, key: str) -> tuple[str, int, str | None]:
    if kind in DOCUMENTS and not converter():
        return NO_CONVERTER, 0, None
    made = None
    try:
        made = _converted(kind, key) if kind in DOCUMENTS else None
        with storage.read(made or key) as content:
            pages = min(int(_drawn("count", kind, content)), MOST_PAGES)
    except (UnreadableError, OSError, ValueError, storage.TooBigError) as failure:
        log.info("a %s file cannot be shown: %s", kind, failure)
        return FAILED, 0, None
    return (MADE, pages, made) if pages else (FAILED, 0, None)


def pages_of(file: WorkFile) -> int:
    """How many pages of it are shown: none while it is not prepared, or cannot be."""
    return file.rendition.pages if file.rendition else 0


def draw_page(file: WorkFile, page: int) -> bytes:
    """A page of a prepared file as PNG. Raises UnreadableError."""
    key = file.rendition.key if file.rendition else None
    try:
        with storage.read(key or file.key) as content:
            return _drawn(str(page), file.kind, content)
    except FileNotFoundError as failure:
        raise UnreadableError from failure


def _drawn(what: str, kind: str, content: IO[bytes]) -> bytes:
    shape = "image" if kind in PICTURES else "pdf"
    with _hands:
        return _run([sys.executable, "-I", drawing.__file__, what, shape], DRAWING_SECONDS, content)


def converter() -> str | None:
    """Where LibreOffice is on this machine, if it is."""
    return shutil.which("soffice")


def _converted(kind: str, key: str) -> str:
    """The key of the PDF. In a folder of its own with a profile of its own: two never share anything."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / f"document.{kind}"
        with storage.read(key) as content, source.open("wb") as target:
            shutil.copyfileobj(content, target)
        profile = Path(folder) / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(CAREFUL)
        command = [
            converter() or "",
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            folder,
            str(source),
        ]
        _run(command, CONVERTING_SECONDS)
        with source.with_suffix(".pdf").open("rb") as made:
            return storage.put(made, most=CONVERTED_MOST).key


def _run(command: list[str], seconds: int, content: IO[bytes] | None = None) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own script or LibreOffice, with nothing of the sender in the command
            command,
            stdin=content or subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=True,
            env={"PATH": os.environ.get("PATH", ""), "HOME": tempfile.gettempdir()},  # and none of our secrets
        )
    except subprocess.SubprocessError as failure:
        raise UnreadableError(failure) from None
    return done.stdout
