"""Where files are kept: one folder now; an object store later, with nothing to change for the callers.

A file is written before the row that names it is committed. After a rollback it is an orphan that nobody names;
`keys` lists what is there, and a daily job removes what no row names.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, BinaryIO

from flask import current_app

from escuela import clock

CHUNK = 256 * 1024


class TooBigError(Exception):
    """More bytes than allowed; reading stopped there and nothing was kept."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that was received whole."""

    key: str
    size: int
    sha256: str


def _folder() -> Path:
    return Path(current_app.config["SETTINGS"].uploads)


def _path(key: str) -> Path:
    return _folder() / key[:2] / key


def put(stream: IO[bytes], *, most: int) -> Stored:
    """Keep a stream under a new random key. Raises TooBigError past `most` bytes, without reading the rest."""
    key = secrets.token_hex(20)
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    digest, size = hashlib.sha256(), 0
    try:
        with partial.open("xb") as target:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > most:
                    raise TooBigError
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        partial.rename(path)
    finally:
        partial.unlink(missing_ok=True)
    return Stored(key, size, digest.hexdigest())


def read(key: str) -> BinaryIO:
    """The file of a key. Raises FileNotFoundError."""
    return _path(key).open("rb")


def remove(key: str) -> None:
    _path(key).unlink(missing_ok=True)


def keys(*, older_than: timedelta) -> Iterator[str]:
    """Keys of files written before `older_than` ago: younger ones may belong to a request that has not committed."""
    limit = (clock.now() - older_than).timestamp()
    for path in _folder().glob("??/*"):
        if path.stat().st_mtime < limit:
            yield path.name.removesuffix(".part")
