"""Zips that a stranger made, with questions in them: what they say is checked before a byte is expanded.

Editions have their own reader (`content/zips.py`), which knows what an edition is; the rules here are the same ones.
"""

from __future__ import annotations

import io
import posixpath
import stat
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from flask_babel import lazy_gettext as _l

from escuela.errors import DomainError

MARK = b"PK\x03\x04"
MOST_FILES = 5_000
EXPANDED, ONE = 60_000_000, 20_000_000
"""Bytes once expanded: of all files, of one."""
SWOLLEN, LARGE = 200, 1_000_000
"""How many times its size a file of over a megabyte may become."""
MOST_PATH = 240
_ENCRYPTED = 0x1


class Package:
    """The files of a zip. Raises DomainError for a zip that no ordinary tool makes."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = ZipFile(io.BytesIO(data))
            members = [each for each in self._zip.infolist() if not each.is_dir()]
        except (BadZipFile, ValueError, OSError, NotImplementedError, EOFError, UnicodeDecodeError, OverflowError):
            raise _damaged() from None
        if len(members) > MOST_FILES:
            raise DomainError(_l("This zip holds too many files: a package may have %(most)d.", most=MOST_FILES))
        if sum(each.file_size for each in members) > EXPANDED:
            raise DomainError(_l("Expanded, this package is over %(most)d MB.", most=EXPANDED // 1_000_000))
        self._members: dict[str, ZipInfo] = {}
        for each in members:
            _ensure_ordinary(each)
            if each.filename in self._members:
                raise _odd()
            self._members[each.filename] = each

    def __contains__(self, name: str) -> bool:
        return name in self._members

    @property
    def names(self) -> list[str]:
        return list(self._members)

    def read(self, name: str) -> bytes:
        """A file, whole: as many bytes as it said, with its checksum."""
        try:
            with self._zip.open(self._members[name]) as part:
                content = part.read(ONE + 1)
        except (BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error):
            raise _damaged() from None
        if len(content) != self._members[name].file_size:
            raise _damaged()
        return content

    def beside(self, name: str, address: str) -> bytes | None:
        """The file that a relative address in the file `name` leads to, or else from the top, as some write it."""
        address = unquote(address.partition("#")[0].partition("?")[0])
        if not address or "://" in address:
            return None
        for folder in (posixpath.dirname(name), ""):
            path = posixpath.normpath(posixpath.join(folder, address)).lstrip("/")
            if path in self:
                return self.read(path)
        return None


def _damaged() -> DomainError:
    return DomainError(_l("This zip is damaged, was cut short or has a password: make it anew and send it again."))


def _odd() -> DomainError:
    return DomainError(_l("This is no ordinary zip: export the package again from where it comes."))


def _ensure_ordinary(member: ZipInfo) -> None:
    name, kind = member.filename, stat.S_IFMT(member.external_attr >> 16)
    parts = name.split("/")
    if kind not in {0, stat.S_IFREG} or name.startswith("/") or any(part in {"", ".", ".."} for part in parts):
        raise _odd()
    if any(sign in name for sign in "\\:\0") or len(name) > MOST_PATH:
        raise _odd()
    if member.flag_bits & _ENCRYPTED:
        raise _damaged()
    swollen = member.file_size > LARGE and member.file_size > SWOLLEN * member.compress_size
    if member.file_size > ONE or swollen:
        raise DomainError(_l("A file of this package is far too big once it is expanded: take it out."))


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of ours: the same bytes for the same files."""
    found = io.BytesIO()
    with ZipFile(found, "w") as archive:
        for name, content in files.items():
            info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            if PurePosixPath(name).suffix in {".xml", ".svg", ".yaml"}:
                info.compress_type = ZIP_DEFLATED
            archive.writestr(info, content)
    return found.getvalue()
