"""An edition in the database, written as the folder that `courses load` reads: whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flask_babel import lazy_gettext as _l

from escuela import storage
from escuela.content.printing import files_of
from escuela.content.rows import text_of
from escuela.content.text import MediaText
from escuela.editions.models import Edition
from escuela.errors import DomainError


def folder_for(edition: Edition, path: Path) -> Path:
    """Where an edition goes: in `path`, in a folder of its name; `path` itself where it is called so already."""
    return path if path.name == edition.slug else path / edition.slug


def export(edition: Edition, path: Path, *, replace: bool = False) -> Path:
    """Write an edition and return its folder, which appears when all is written.

    Raises DomainError, with nothing changed, where something is there already; `replace` allows an edition's folder.
    """
    target = folder_for(edition, path)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        _may_replace(target, replace=replace)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as beside:
        fresh, before = Path(beside) / "new", Path(beside) / "before"
        fresh.mkdir()
        write(edition, fresh)
        if target.exists():
            target.rename(before)
        fresh.rename(target)
    return target


def _may_replace(target: Path, *, replace: bool) -> None:
    if not (target / "edition.yaml").is_file():
        raise DomainError(_l("%(path)s is there and holds no edition: choose another place.", path=target))
    if not replace:
        raise DomainError(_l("%(path)s holds an edition: add --replace to write over it.", path=target))


def write(edition: Edition, folder: Path) -> None:
    """Write the files of an edition into an empty folder."""
    for name, content in files_of(text_of(edition)).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            with opened(name, content) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target, storage.CHUNK)


@contextmanager
def opened(name: str, medium: MediaText) -> Iterator[IO[bytes]]:
    """The bytes of a file of the library. Raises DomainError where storage has lost them."""
    try:
        stream = medium.read()
    except FileNotFoundError:
        raise DomainError(_l("The file of %(name)s is not in storage: load or upload it again.", name=name)) from None
    with stream:
        yield stream
