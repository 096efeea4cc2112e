"""Files of a module's media/: what they are by name and by content, how much they may weigh, how large pictures are."""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask_babel import lazy_gettext as _l
from PIL import Image

from escuela.content.text import MediaText
from escuela.pictures import PICTURE
from escuela.section import joined, meant
from escuela.source import Proof

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
SOUND, VIDEO, DOCUMENT = 20_000_000, 100_000_000, 20_000_000
"""Most bytes. A picture of 60 KB opens on an old phone; nothing else is loaded before it is asked for."""
SVG_DANGERS = re.compile(
    r"<script|<!entity|<foreignobject|\son[a-z]+\s*=|(?:href|src)\s*=\s*[\"']?\s*(?!#|data:image/)\w+:", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Type:
    media_type: str
    most: int
    recognises: Callable[[bytes], bool]
    """Whether a file's bytes are of this type."""


HEAD = 1024


def _starts(*marks: bytes, at: int = 0) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks, at)


def _text(content: bytes) -> bool:
    return b"\0" not in content[:HEAD]


def _pdf(content: bytes) -> bool:
    """It begins as one and ends as one, in the last 1,024 bytes, where readers look: what a cut line left is none."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:]


_TAG = 10
"""Bytes of the head, and of the foot, of an ID3v2 tag."""


def _mp3(content: bytes) -> bool:
    """A whole frame of layer III stands where its tags end (ID3v2 says how long it is in four bytes of seven bits)."""
    place = 0
    while content.startswith(b"ID3", place):
        size = content[place + 6 : place + _TAG]
        if len(size) < 4 or max(size) > 0x7F:
            return False
        foot = _TAG if content[place + 5] & 0x10 else 0
        place += _TAG + foot + sum(seven << 7 * power for power, seven in enumerate(reversed(size)))
    place = len(content) - len(content[place:].lstrip(b"\0"))  # what fills up a tag
    length = _frame(content[place : place + 4])
    return 0 < length <= len(content) - place


def _frame(head: bytes) -> int:
    """Bytes of the frame of layer III that these four begin; 0 where they begin none (ISO 11172-3, 13818-3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bits, rate = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bits in {0, 15} or rate == 3:
        return 0
    first = version == 3
    kilobits = (_KILOBITS if first else _KILOBITS_OF_2)[bits - 1]
    hertz = (44_100, 48_000, 32_000)[rate] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if first else 72) * kilobits * 1000 // hertz + (head[2] >> 1 & 1)


_KILOBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KILOBITS_OF_2 = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


_ZIP = _starts(b"PK\x03\x04")
_OPEN = "application/vnd.oasis.opendocument."
_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES = {
    ".svg": Type("image/svg+xml", PICTURE, lambda content: b"<svg" in content[:HEAD]),
    ".png": Type("image/png", PICTURE, _starts(b"\x89PNG\r\n\x1a\n")),
    ".jpg": Type("image/jpeg", PICTURE, _starts(b"\xff\xd8\xff")),
    ".webp": Type("image/webp", PICTURE, _starts(b"WEBP", at=8)),
    ".mp3": Type("audio/mpeg", SOUND, _mp3),
    ".m4a": Type("audio/mp4", SOUND, _starts(b"ftyp", at=4)),
    ".ogg": Type("audio/ogg", SOUND, _starts(b"OggS")),
    ".mp4": Type("video/mp4", VIDEO, _starts(b"ftyp", at=4)),
    ".webm": Type("video/webm", VIDEO, _starts(b"\x1aE\xdf\xa3")),
    ".vtt": Type("text/vtt", DOCUMENT, _starts(b"WEBVTT", b"\xef\xbb\xbfWEBVTT")),
    ".pdf": Type("application/pdf", DOCUMENT, _pdf),
    ".docx": Type(f"{_OFFICE}wordprocessingml.document", DOCUMENT, _ZIP),
    ".xlsx": Type(f"{_OFFICE}spreadsheetml.sheet", DOCUMENT, _ZIP),
    ".odt": Type(f"{_OPEN}text", DOCUMENT, _ZIP),
    ".ods": Type(f"{_OPEN}spreadsheet", DOCUMENT, _ZIP),
    ".csv": Type("text/csv", DOCUMENT, _text),
    ".txt": Type("text/plain", DOCUMENT, _text),
}


def read_media(proof: Proof, folder: Path) -> tuple[MediaText, ...]:
    """The files of a media folder, which may be absent; what cannot be used is noted and left out."""
    if not folder.is_dir():
        return ()
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return tuple(found for path in files if (found := _read(proof, path)) is not None)


def _read(proof: Proof, path: Path) -> MediaText | None:
    if not path.is_file() or path.is_symlink():
        proof.fault(path, 1, _l("media/ holds files and no folders: move what is in it up."))
        return None
    if not NAME.fullmatch(path.name):
        proof.fault(path, 1, _l("Name this file with letters a-z, digits, dots, hyphens and underscores only."))
        return None
    known = TYPES.get(path.suffix)
    if known is None:
        sentence = _l("This is no file for media/: use %(types)s.", types=", ".join(TYPES))
        proof.fault(path, 1, joined(sentence, meant(path.suffix, TYPES)))
        return None
    return _judge(proof, path, known)


def _judge(proof: Proof, path: Path, known: Type) -> MediaText | None:
    size = path.stat().st_size
    if size > known.most:
        sentence = _l(
            "This weighs %(size)s; a file of this type may weigh %(most)s: make it smaller.",
            size=_weight(size),
            most=_weight(known.most),
        )
        proof.fault(path, 1, sentence)
        return None
    content = path.read_bytes()
    if not known.recognises(content):
        sentence = _l(
            "This is not %(type)s, as its name says: export it anew or correct the name.", type=known.media_type
        )
        proof.fault(path, 1, sentence)
        return None
    width, height = _pixels(proof, path, known.media_type, content)
    return MediaText(
        name=path.name,
        media_type=known.media_type,
        size=size,
        width=width,
        height=height,
        sha256=hashlib.sha256(content).hexdigest(),
        read=lambda: path.open("rb"),
    )


def _pixels(proof: Proof, path: Path, media_type: str, content: bytes) -> tuple[int | None, int | None]:
    """How large a picture is drawn; unknown for a drawing that does not say, and for what is no picture."""
    if media_type == "image/svg+xml":
        return _pixels_of_drawing(proof, path, content.decode("utf-8", "replace"))
    if not media_type.startswith("image/"):
        return None, None
    try:
        with warnings.catch_warnings(action="error"), Image.open(path) as picture:
            return picture.size
    except (OSError, Warning, ValueError, SyntaxError, Image.DecompressionBombError):
        proof.fault(path, 1, _l("This picture cannot be read: export it anew."))
        return None, None


def _pixels_of_drawing(proof: Proof, path: Path, text: str) -> tuple[int | None, int | None]:
    danger = SVG_DANGERS.search(text)
    if danger:
        line = text.count("\n", 0, danger.start()) + 1
        sentence = _l(
            "A drawing holds no scripts and names no other files: take `%(found)s` out.", found=danger[0].strip()
        )
        proof.fault(path, line, sentence)
    tag = re.search(r"<svg\b[^>]*>", text)
    box = (
        re.search(r'viewBox\s*=\s*"\s*[-\d.]+[ ,]+[-\d.]+[ ,]+(\d+(?:\.\d+)?)[ ,]+(\d+(?:\.\d+)?)\s*"', tag[0])
        if tag
        else None
    )
    if box is None:
        proof.fault(path, 1, _l('This drawing has no size: write viewBox="0 0 WIDTH HEIGHT" in its <svg>.'))
        return None, None
    return round(float(box[1])), round(float(box[2]))


def _weight(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{round(size / 1000)} KB"
