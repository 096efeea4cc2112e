"""An edition that arrives as a zip: kept, checked, and loaded once somebody has seen what that does."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

from flask import current_app
from flask_babel import lazy_gettext as _l
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer
from sqlalchemy import select

from escuela import clock, storage
from escuela.content import zips
from escuela.content.check import read_edition
from escuela.content.load import Outcome, Result, apply
from escuela.content.text import EditionText
from escuela.editions.models import Edition
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import VERBS, record
from escuela.people.models import User
from escuela.source import Fault

KEPT = timedelta(hours=4)
"""How long a zip that was checked can be confirmed; its file goes with the others that no row names."""
LEFT = timedelta(hours=1)
EXPANDED = 2
"""How many times the largest zip an edition may be when it is expanded."""

GONE = _l("This zip is no longer here: send it again.")
VERBS |= {"edition-loaded": _l("loaded the edition from a zip")}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a zip holds: an edition and its faults, the files named from its folder on."""

    slug: str
    text: EditionText | None
    faults: tuple[Fault, ...]


def keep(stream: IO[bytes], name: str, *, by: User) -> str:
    """Keep a zip until it is confirmed, and return the ticket that `opened` takes from the same person."""
    try:
        stored = storage.put(stream, most=_most())
    except storage.TooBigError:
        raise DomainError(
            _l("This zip is over %(most)d MB: make its sound and video smaller.", most=_most() // 1_000_000)
        ) from None
    return _tickets().dumps([stored.key, name[-200:], by.id])


@contextmanager
def opened(ticket: str, *, by: User) -> Iterator[Arrival]:
    """A kept zip, expanded and checked. Its media can be read inside; then everything that was expanded is gone.

    Raises DomainError for a zip that is not taken, and for a ticket that is somebody else's or too old.
    """
    try:
        key, name, number = _tickets().loads(ticket, max_age=int(KEPT.total_seconds()))
        stream = storage.read(key)
    except (BadSignature, FileNotFoundError, ValueError):
        raise DomainError(GONE) from None
    with stream, _folder() as folder:
        if number != by.id:
            raise DomainError(GONE)
        home = zips.unpack(stream, name, folder, most=EXPANDED * _most())
        text, faults = read_edition(home)
        shown = (Fault(fault.path.relative_to(home), fault.line, fault.words) for fault in faults)
        yield Arrival(home.name, text, tuple(shown))


def load(arrival: Arrival, *, replace: bool, by: User) -> Result:
    """Load an edition without faults, all of it or nothing. Raises DomainError as `apply` does."""
    if arrival.text is None or arrival.faults:
        raise DomainError(_l("This edition has faults: correct them and send it again."))
    result = apply(arrival.text, replace=replace)
    if result.outcome is not Outcome.UNCHANGED:
        edition = db.session.scalars(select(Edition).where(Edition.slug == arrival.slug)).one()
        record(edition, "edition-loaded", within=edition, by=by)
    return result


def _most() -> int:
    most: int = current_app.config["SETTINGS"].edition_mb
    return most * 1_000_000


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder of the instance for one zip; those that a crash left behind go first."""
    around = Path(current_app.config["SETTINGS"].instance) / "arrivals"
    around.mkdir(parents=True, exist_ok=True)
    limit = (clock.now() - LEFT).timestamp()
    for old in around.iterdir():
        if old.stat().st_mtime < limit:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=around) as name:
        yield Path(name)


class _Signer(TimestampSigner):
    """Signs by the School's clock."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="arrival", signer=_Signer)
