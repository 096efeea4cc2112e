"""What a file is, judged by its content; a name is only a claim. Nothing is ever unpacked."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "odt": "application/vnd.oasis.opendocument.text",
    "jpg": "image/jpeg",
    "png": "image/png",
}
EXTENSIONS = {kind: {kind} for kind in MEDIA_TYPES} | {"jpg": {"jpg", "jpeg"}}

NAME_MOST = 120
DIRECTORY_MOST = 1_000_000
"""Bytes of a zip's table of contents that we read; a real document has a few thousand."""
MACROS = "vbaProject.bin"

_END, _ENTRY = b"PK\x05\x06", b"PK\x01\x02"
_END_SIZE, _ENTRY_SIZE, _COMMENT_MOST = 22, 46, 65_535
_ODT = b"mimetype" + MEDIA_TYPES["odt"].encode() + b"PK"
"""An OpenDocument begins with its type, stored plain, at byte 30: after the header of the first member."""


def recognise(stream: IO[bytes]) -> str | None:
    """The kind of a whole file (`pdf`, `docx` ...), or None for anything else. The stream is left at its beginning."""
    stream.seek(0)
    head = stream.read(1024)
    kind = _by_signature(head) or (_by_members(stream) if head.startswith(b"PK\x03\x04") else None)
    stream.seek(0)
    return kind


def agrees(name: str, kind: str) -> bool:
    """Whether the extension of a name says what the content is."""
    return PurePosixPath(name.lower()).suffix.lstrip(".") in EXTENSIONS[kind]


def clean_name(name: str) -> str:
    """A file's name as we keep and show it: no folders, no invisible or control characters, not too long."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    name = "".join(letter for letter in name if unicodedata.category(letter)[0] != "C")
    name = re.sub(r"\s+", " ", name).strip(" .")
    stem, dot, extension = name.rpartition(".")
    return name if len(name) <= NAME_MOST else f"{stem[: NAME_MOST - len(extension) - 1]}{dot}{extension}"[:NAME_MOST]


def _by_signature(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return "pdf"
    return "odt" if head.startswith(_ODT, 30) else None


def _by_members(stream: IO[bytes]) -> str | None:
    names = set(_members(stream))
    if any(name.endswith(MACROS) for name in names) or "[Content_Types].xml" not in names:
        return None
    mains = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
    return next((kind for kind, main in mains.items() if main in names), None)


def _members(stream: IO[bytes]) -> Iterator[str]:
    """Names in a zip's table of contents; none where it has no table, or one of an absurd size."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - _COMMENT_MOST - _END_SIZE))
    tail = stream.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_SIZE:
        return
    length, offset = struct.unpack_from("<2L", tail, end + 12)
    if length > DIRECTORY_MOST:
        return
    stream.seek(offset)
    directory, at = stream.read(length), 0
    while directory.startswith(_ENTRY, at) and at + _ENTRY_SIZE <= len(directory):
        name, extra, comment = struct.unpack_from("<3H", directory, at + 28)
        start = at + _ENTRY_SIZE
        yield directory[start : start + name].decode("utf-8", "replace")
        at = start + name + extra + comment
