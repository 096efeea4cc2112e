"""Editions as zip files: written in one way, and read as what a stranger sent.

The directory of a zip is read here and not by a library: what it says is checked before a byte is expanded, and each
file is expanded under the sizes that it claimed. Whatever is odd is refused with a sentence and nothing is written.
"""

from __future__ import annotations

import re
import shutil
import stat
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela import storage
from escuela.content.export import opened
from escuela.content.media import VIDEO
from escuela.content.text import MediaText
from escuela.errors import DomainError
from escuela.section import SLUG, SLUG_MOST

MOST_FILES = 5_000
"""Files and folders in a zip; the largest edition has a few hundred."""
MOST_DIRECTORY = 2_000_000
"""Bytes of a zip's directory."""
MOST_PATH, MOST_DEPTH = 240, 6
MOST_SWOLLEN = 200
"""How many times its size a file of over a megabyte may become: text becomes ten times, a drawing thirty."""
LARGE = 1_000_000
MOST_TEXT = 2_500_000
"""Bytes of all the texts that are read: a small zip may hold what takes long to check. The largest has 0.2 million."""
TEXTS = {".md", ".yaml"}
BESIDE = {"thumbs.db", "desktop.ini", "__macosx"}
"""What computers leave beside files: passed over, like everything whose name begins with a dot."""
PACKED = {".svg", ".vtt", ".csv", ".txt", ".md", ".yaml"}
"""What gets smaller in a zip; pictures, sound and documents are small already."""

_END, _ENTRY, _LOCAL = struct.Struct("<4s4H2LH"), struct.Struct("<4s6H3L5H2L"), struct.Struct("<4s5H3L2H")
_DEFLATED = 8
_ENCRYPTED, _UTF8 = 0x2041, 0x800
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_TAIL = 65_535


class ZipError(DomainError):
    """A zip is not taken. The sentence says why, and what to do."""


# --- writing


def pack(slug: str, files: Mapping[str, bytes | MediaText], target: IO[bytes]) -> None:
    """Write the files of an edition as a zip, below a folder of its name: the same bytes for the same files."""
    with ZipFile(target, "w") as zipped:
        for name, content in files.items():
            info = ZipInfo(f"{slug}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            info.compress_type = ZIP_DEFLATED if PurePosixPath(name).suffix in PACKED else ZIP_STORED
            if isinstance(content, bytes):
                zipped.writestr(info, content)
                continue
            info.file_size = content.size
            with opened(name, content) as source, zipped.open(info, "w") as part:
                shutil.copyfileobj(source, part, storage.CHUNK)


# --- reading


@dataclass(frozen=True, slots=True)
class _File:
    """One file of a zip, as its directory describes it."""

    path: PurePosixPath
    at: int
    packed: int
    size: int
    checksum: int
    deflated: bool
    raw_name: bytes


def unpack(stream: IO[bytes], name: str, folder: Path, *, most: int) -> Path:
    """Expand a zip that holds one edition into an empty folder, and return the edition's own folder in it.

    An edition without a folder around it is called as the zip is: `name`. Expands `most` bytes at the most. Raises
    ZipError, and then what was expanded is of no use.
    """
    directory, end = _directory(stream)
    files = list(_files(directory))
    begins = _places(stream, files, end)
    _check_sizes(files, most)
    wanted = [file for file in files if not _is_left_over(file.path)]
    _check_names(wanted)
    around = _edition_in(wanted, name)
    home = folder / around.slug
    home.mkdir()
    for file in wanted:
        target = home / file.path.relative_to(around.inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        stream.seek(begins[file.path])
        with target.open("xb") as part:
            _expand(stream, file, part)
    return home


def _fail(sentence: LazyString) -> ZipError:
    return ZipError(sentence)


_BROKEN = _l("This zip is damaged or was cut short: make it anew and send it again.")
_ODD = _l("This is no ordinary zip: compress the folder of the edition with the usual tool of your computer.")
_LARGE_FORMAT = _l("This zip is in the format for very large files (ZIP64): compress the folder of the edition alone.")


def _directory(stream: IO[bytes]) -> tuple[bytes, int]:
    """The directory at the end of a zip, and where it begins; how much it may hold is known before it is read."""
    length = stream.seek(0, 2)
    tail_at = max(0, length - _TAIL - _END.size - 20)
    stream.seek(tail_at)
    tail = stream.read()
    found = next(_ends(tail), None)
    if found is None:
        raise _fail(_BROKEN if _begins_as_zip(stream) else _l("This is not a zip file."))
    _mark, disk, first_disk, here, total, size, begins, _comment = _END.unpack_from(tail, found)
    at = tail_at + found
    if (
        tail[max(0, found - 20) : found].startswith(b"PK\x06\x07")
        or _FULL16 in {here, total}
        or _FULL32 in {size, begins}
    ):
        raise _fail(_LARGE_FORMAT)
    if disk or first_disk or here != total:
        raise _fail(_l("This zip is one part of several: make it in one piece."))
    if total > MOST_FILES or size > MOST_DIRECTORY:
        raise _fail(_l("This zip holds too many files: an edition may have %(most)d.", most=MOST_FILES))
    if begins + size != at:
        raise _fail(_BROKEN)
    stream.seek(begins)
    directory = stream.read(size)
    if sum(1 for _ in _entries(directory)) != total:
        raise _fail(_BROKEN)
    return directory, begins


def _ends(tail: bytes) -> Iterator[int]:
    """Where the end record may stand, from the last place on: its comment reaches to the end of the file."""
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) - at >= _END.size and at + _END.size + _END.unpack_from(tail, at)[-1] == len(tail):
            yield at
        at = tail.rfind(b"PK\x05\x06", 0, at)


def _begins_as_zip(stream: IO[bytes]) -> bool:
    stream.seek(0)
    return stream.read(4) == b"PK\x03\x04"


def _entries(directory: bytes) -> Iterator[tuple[tuple[int, ...], bytes]]:
    """The fixed fields of each entry of the directory, and its name."""
    at = 0
    while at < len(directory):
        if len(directory) - at < _ENTRY.size:
            raise _fail(_BROKEN)
        fields = _ENTRY.unpack_from(directory, at)
        name_at = at + _ENTRY.size
        name, at = directory[name_at : name_at + fields[10]], name_at + fields[10] + fields[11] + fields[12]
        if fields[0] != b"PK\x01\x02" or at > len(directory):
            raise _fail(_BROKEN)
        yield fields[1:], name


def _files(directory: bytes) -> Iterator[_File]:
    for fields, raw in _entries(directory):
        _made_by, _needs, flags, method, _time, _date, checksum, packed, size, *_rest = fields
        name = _name(raw, flags)
        if flags & _ENCRYPTED:
            raise _fail(_l("%(name)s is encrypted: make the zip without a password.", name=name))
        if method not in {0, _DEFLATED}:
            raise _fail(_l("%(name)s is compressed in a way that is not read here: make an ordinary zip.", name=name))
        disk, attributes, at = fields[12], fields[14], fields[15]
        if _FULL32 in {packed, size, at} or disk == _FULL16:
            raise _fail(_LARGE_FORMAT)
        kind = stat.S_IFMT(attributes >> 16)
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise _fail(_l("%(name)s is a link or another special file: put the file itself there.", name=name))
        path = _path(name)
        if name.endswith("/") or kind == stat.S_IFDIR:
            if size or packed > 2:
                raise _fail(_ODD)
            continue
        yield _File(path, at, packed, size, checksum, method == _DEFLATED, raw)


def _name(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        shown = raw.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        raise _fail(
            _l("The name %(name)s is not written in UTF-8: use letters a-z, digits and hyphens.", name=_shown(shown))
        ) from None


def _path(name: str) -> PurePosixPath:
    """A relative path that stays where it is put, on every kind of disk."""
    parts = name.removesuffix("/").split("/")
    bad = name.startswith("/") or re.search(r'[\\:*?"<>|]', name) or any(part in {"", ".", ".."} for part in parts)
    if bad or any(part.endswith((" ", ".")) for part in parts):
        raise _fail(
            _l("The name %(name)s leads outside the edition or is no name for a file: change it.", name=_shown(name))
        )
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for letter in name):
        raise _fail(_l("The name %(name)s holds signs that cannot be seen: change it.", name=_shown(name)))
    if len(name.encode()) > MOST_PATH or len(parts) > MOST_DEPTH:
        raise _fail(_l("The name %(name)s is too long or too deep: shorten it.", name=_shown(name)))
    return PurePosixPath(*parts)


def _shown(name: str) -> str:
    """A name as it may be repeated to people: short, and with nothing in it that is not seen."""
    visible = "".join(letter if letter.isprintable() else "�" for letter in name)
    return visible if len(visible) <= 80 else f"{visible[:77]}..."


def _is_left_over(path: PurePosixPath) -> bool:
    return any(part.startswith(".") or part.casefold() in BESIDE for part in path.parts)


def _places(stream: IO[bytes], files: list[_File], end: int) -> dict[PurePosixPath, int]:
    """Where the bytes of each file begin. None of them belongs to two files, or to the directory."""
    found: dict[PurePosixPath, int] = {}
    free = 0
    for file in sorted(files, key=lambda file: file.at):
        if file.at < free:
            raise _fail(_ODD)
        found[file.path] = _begins(stream, file)
        free = found[file.path] + file.packed
        if free > end:
            raise _fail(_BROKEN)
    return found


def _check_sizes(files: list[_File], most: int) -> None:
    for file in files:
        if file.size > VIDEO or (file.size > LARGE and file.size > MOST_SWOLLEN * file.packed):
            raise _fail(_l("%(name)s is far too big when it is expanded: take it out.", name=_shown(str(file.path))))
    if sum(file.size for file in files if file.path.suffix.lower() in TEXTS) > MOST_TEXT:
        raise _fail(
            _l(
                "The texts of this zip are over %(most)d KB: take out what is not of the edition.",
                most=MOST_TEXT // 1_000,
            )
        )
    if sum(file.size for file in files) > most:
        raise _fail(
            _l("Expanded, this zip is over %(most)d MB: make its sound and video smaller.", most=most // 1_000_000)
        )


def _check_names(files: list[_File]) -> None:
    """No two names that a disk, or a reader, could take for one; no file where another name has a folder."""
    seen: dict[str, PurePosixPath] = {}
    for file in files:
        key = _folded(file.path)
        if key in seen:
            raise _fail(
                _l(
                    "%(one)s and %(other)s are one name twice: keep one of them.",
                    one=_shown(str(seen[key])),
                    other=_shown(str(file.path)),
                )
            )
        seen[key] = file.path
    for file in files:
        for parent in file.path.parents:
            if _folded(parent) in seen:
                raise _fail(_l("%(name)s is both a file and a folder: keep one of them.", name=_shown(str(parent))))


def _folded(path: PurePosixPath) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", str(path)).casefold())


@dataclass(frozen=True, slots=True)
class _Around:
    """The folder of a zip that is the edition's (`.` where there is none), and the edition's slug."""

    inside: PurePosixPath
    slug: str


def _edition_in(files: list[_File], name: str) -> _Around:
    places = [file.path.parent for file in files if file.path.name == "edition.yaml"]
    if not places:
        raise _fail(_l("There is no edition.yaml in this zip: compress the folder of the edition, with all in it."))
    if len(places) > 1:
        raise _fail(_l("This zip holds several editions: send one at a time."))
    inside = places[0]
    for file in files:
        if not file.path.is_relative_to(inside):
            raise _fail(_l("%(name)s is not in the folder of the edition: take it out.", name=_shown(str(file.path))))
    slug = inside.name or _called(name)
    if not SLUG.fullmatch(slug) or len(slug) > SLUG_MOST:
        raise _fail(
            _l(
                "%(slug)s cannot be the name of an edition: call its folder with lower-case letters a-z, digits and "
                "hyphens, such as 2021-ciudades-inteligentes, and compress that folder.",
                slug=_shown(slug) or "-",
            )
        )
    return _Around(inside, slug)


def _called(name: str) -> str:
    """What a zip is called, without what browsers add to the second download of a name."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"\.zip$", "", stem, flags=re.IGNORECASE)
    return re.sub(r"\s*\(\d{1,3}\)$", "", stem)


def _expand(stream: IO[bytes], file: _File, target: IO[bytes]) -> None:
    """Write a file's bytes from where the stream stands: as many as it said, with its checksum, and not one more."""
    checksum = size = 0
    for chunk in _inflated(stream, file) if file.deflated else _stored(stream, file):
        size += len(chunk)
        if size > file.size:
            raise _fail(_lies(file))
        checksum = zlib.crc32(chunk, checksum)
        target.write(chunk)
    if size != file.size or checksum != file.checksum:
        raise _fail(_lies(file))


def _lies(file: _File) -> LazyString:
    return _l("%(name)s is not what the zip says of it: make the zip anew.", name=_shown(str(file.path)))


def _begins(stream: IO[bytes], file: _File) -> int:
    """Where the bytes of a file begin: behind a header of its own, which must say what the directory says."""
    stream.seek(file.at)
    raw = stream.read(_LOCAL.size)
    if len(raw) < _LOCAL.size:
        raise _fail(_BROKEN)
    mark, _needs, _flags, method, _time, _date, _sum, _packed, _size, name_length, extra = _LOCAL.unpack(raw)
    if mark != b"PK\x03\x04" or stream.read(name_length) != file.raw_name or (method == _DEFLATED) != file.deflated:
        raise _fail(_lies(file))
    return file.at + _LOCAL.size + name_length + extra


def _stored(stream: IO[bytes], file: _File) -> Iterator[bytes]:
    left = file.packed
    while left and (chunk := stream.read(min(left, storage.CHUNK))):
        left -= len(chunk)
        yield chunk


def _inflated(stream: IO[bytes], file: _File) -> Iterator[bytes]:
    """Pieces of bounded size, however much one byte of the zip would become."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for chunk in _stored(stream, file):
            yield engine.decompress(chunk, storage.CHUNK)
            while engine.unconsumed_tail:
                yield engine.decompress(engine.unconsumed_tail, storage.CHUNK)
        yield engine.flush()
    except zlib.error:
        raise _fail(_lies(file)) from None
    if not engine.eof or engine.unused_data:
        raise _fail(_lies(file))
