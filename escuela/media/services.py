"""Bring files into the library of an edition, and take away those that nothing uses."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select

from escuela import clock, storage
from escuela.content.media import TYPES, read_media
from escuela.content.text import MediaText
from escuela.editions.models import Edition, Media, Module
from escuela.editions.slugs import slug_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.media.library import Entry, companion
from escuela.people.history import FIELDS, VERBS, record
from escuela.people.models import User
from escuela.pictures import fitted
from escuela.source import Proof
from escuela.web import language

RASTERS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".avif")
LARGEST_PICTURE = 25_000_000
"""Bytes of a picture before it is made smaller."""
SPOKEN = (".txt", ".vtt")

VERBS |= {"media-added": _l("added a file"), "media-removed": _l("removed a file")}
FIELDS |= {"file": _l("File"), "bytes": _l("Bytes")}


def add(edition: Edition, module: Module, name: str, stream: IO[bytes], *, by: User) -> Media:
    """Keep a file in the library of a module, under a name made from its own; pictures are made small first.

    The same content is kept once. Raises DomainError for what no lesson can show, with what to do about it.
    """
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    stem = PurePosixPath(name.replace("\\", "/")).stem
    if suffix in RASTERS:
        content, suffix = fitted(_whole(stream, LARGEST_PICTURE))
        stream = io.BytesIO(content)
    return _keep(edition, module, lambda taken: _free(stem, suffix, taken), suffix, stream, by, once=True)


def accompany(medium: Media, spoken: str, name: str, stream: IO[bytes], *, by: User) -> Media:
    """Give a recording its captions (`.vtt`) or its transcript (`.txt`) in a language; another one replaces it."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix not in SPOKEN:
        raise DomainError(_l("Captions are a .vtt file and a transcript is a .txt file."))
    module = db.session.scalars(_module_of(medium)).one()
    edition = module.edition
    wanted = companion(medium.path.partition("/")[2], spoken, suffix)
    for there in db.session.scalars(_at(edition, f"{module.slug}/{wanted}")):
        db.session.delete(there)
        db.session.flush()
    return _keep(edition, module, lambda _taken: wanted, suffix, stream, by)


def remove(entry: Entry, *, by: User) -> None:
    """Take a file that nothing uses out of the library, with its captions. Raises DomainError where it is used."""
    if entry.needed:
        titles = {each.title.words(language()).text for each in entry.used} | set(entry.drafts)
        places = ", ".join(sorted(titles))
        raise DomainError(
            _l("%(name)s is used in %(places)s: take it out of there first.", name=entry.name, places=places)
        )
    edition = db.session.get_one(Edition, entry.row.edition_id)
    for each in (*entry.companions, entry.row):
        db.session.delete(each)
        record(each, "media-removed", within=edition, by=by, before={"file": each.path})
    edition.edited_at = clock.now()
    db.session.flush()


def _keep(
    edition: Edition,
    module: Module,
    naming: Callable[[set[str]], str],
    suffix: str,
    stream: IO[bytes],
    by: User,
    *,
    once: bool = False,
) -> Media:
    """A file under the name that it gets; `once` where the same content under another name will do."""
    known = TYPES.get(suffix)
    if known is None:
        kinds = ", ".join(each.removeprefix(".") for each in TYPES)
        raise DomainError(_l("Lessons do not use files of this kind. These can be used: %(kinds)s.", kinds=kinds))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{suffix}"
        with path.open("wb") as target:
            _copy(stream, target, known.most)
        found = _judged(path)
        there = select(Media).where(
            Media.edition_id == edition.id, Media.sha256 == found.sha256, Media.path.startswith(f"{module.slug}/")
        )
        same = db.session.scalars(there).first()
        if same is not None and once:
            return same
        taken = {path.partition("/")[2] for path in db.session.scalars(_names(edition, module))}
        with path.open("rb") as source:
            stored = storage.put(source, most=known.most)
    row = Media(
        edition_id=edition.id,
        path=f"{module.slug}/{naming(taken)}",
        key=stored.key,
        media_type=found.media_type,
        size=found.size,
        sha256=found.sha256,
        width=found.width,
        height=found.height,
    )
    db.session.add(row)
    edition.edited_at = clock.now()
    db.session.flush()
    record(row, "media-added", within=edition, by=by, after={"file": row.path, "bytes": row.size})
    return row


def _judged(path: Path) -> MediaText:
    """The file as the loader of editions would take it. Raises DomainError with the loader's own sentence."""
    proof = Proof()
    found = read_media(proof, path.parent)
    if proof.faults or not found:
        raise DomainError(min(proof.faults).sentence)
    return found[0]


def _whole(stream: IO[bytes], most: int) -> bytes:
    target = io.BytesIO()
    _copy(stream, target, most)
    return target.getvalue()


def _copy(stream: IO[bytes], target: IO[bytes], most: int) -> None:
    size = 0
    for chunk in iter(partial(stream.read, storage.CHUNK), b""):
        size += len(chunk)
        if size > most:
            raise DomainError(
                _l("That is too big: a file of this kind may weigh %(most)d MB.", most=max(1, most // 1_000_000))
            )
        target.write(chunk)
    if not size:
        raise DomainError(_l("The file is empty: choose it again."))


def _free(stem: str, suffix: str, taken: set[str]) -> str:
    """A name that the text format allows, none of those taken: `Mapa de Riesgo (1)` gives `mapa-de-riesgo-1.webp`."""
    stems = {name.removesuffix(suffix) for name in taken if name.endswith(suffix)}
    room = 60
    return slug_of(stem[:room], stems, otherwise="archivo") + suffix


def _names(edition: Edition, module: Module) -> Select[str]:
    return select(Media.path).where(Media.edition_id == edition.id, Media.path.startswith(f"{module.slug}/"))


def _at(edition: Edition, path: str) -> Select[Media]:
    return select(Media).where(Media.edition_id == edition.id, Media.path == path)


def _module_of(medium: Media) -> Select[Module]:
    slug = medium.path.partition("/")[0]
    return select(Module).where(Module.edition_id == medium.edition_id, Module.slug == slug)
