"""Pictures that come with questions: kept under safe names, taken for what their bytes are."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import unicodedata
import warnings
from pathlib import PurePosixPath
from urllib.parse import unquote_to_bytes

from flask_babel import lazy_gettext as _l
from PIL import Image

from escuela.assessments.quizzes.exchange.tree import read_xml
from escuela.errors import DomainError
from escuela.section import Sentence

BYTES = 2_000_000
"""Most bytes of one picture."""
PIXELS = 40_000_000
ALL_BYTES = 20_000_000
FORMATS = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp", "GIF": ".gif"}
SVG = ".svg"
MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    SVG: "image/svg+xml",
}
_DANGERS = re.compile(
    r"<script|<!entity|<!doctype|<foreignobject|\son[a-z]+\s*=|@import|url\(\s*[\"']?\s*(?!#)"
    r"|(?:href|src)\s*=\s*[\"']?\s*(?!#|data:image/(?:png|jpeg|gif|webp))\w+:",
    re.IGNORECASE,
)
_DATA = re.compile(r"data:[\w/+.-]*(;[\w=;.-]*)?,", re.ASCII)


class RefusedError(Exception):
    """A picture is not taken. The sentence says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__()
        self.sentence = sentence


class Pictures:
    """Those of one import: the same bytes once, two pictures of one name under two."""

    def __init__(self) -> None:
        self.found: dict[str, bytes] = {}
        self._known: dict[str, str] = {}

    def keep(self, name: str, content: bytes) -> str:
        """The name that it is kept under. Raises RefusedError."""
        digest = hashlib.sha256(content).hexdigest()
        if digest in self._known:
            return self._known[digest]
        suffix = suffix_of(name, content)
        if sum(map(len, self.found.values())) + len(content) > ALL_BYTES:
            raise RefusedError(
                _l("The pictures of this file weigh over %(most)d MB together.", most=ALL_BYTES // 1_000_000)
            )
        stem = _safe(PurePosixPath(name.replace("\\", "/")).stem)
        kept = stem + suffix if stem + suffix not in self.found else f"{stem[:60]}-{digest[:8]}{suffix}"
        self.found[kept], self._known[digest] = content, kept
        return kept


def suffix_of(name: str, content: bytes) -> str:
    """What a picture is, told by its bytes. Raises RefusedError."""
    shown = shown_name(name)
    if len(content) > BYTES:
        raise RefusedError(_l("The picture %(name)s weighs over %(most)d MB.", name=shown, most=BYTES // 1_000_000))
    if re.search(rb"<svg[\s>]", content[:2048]):
        return _drawing(shown, content)
    try:
        with warnings.catch_warnings(action="error"), Image.open(io.BytesIO(content), formats=list(FORMATS)) as picture:
            if picture.width * picture.height > PIXELS:
                raise RefusedError(_l("The picture %(name)s has too many pixels.", name=shown))
            kind = picture.format or ""
            picture.verify()
            return FORMATS[kind]
    except (OSError, Warning, ValueError, SyntaxError, KeyError, Image.DecompressionBombError):
        raise RefusedError(
            _l("%(name)s is no picture that can be shown here: PNG, JPEG, WebP, GIF or SVG.", name=shown)
        ) from None


def _drawing(shown: str, content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    try:
        root = read_xml(content).tag
    except DomainError:
        root = ""
    if root != "svg" or _DANGERS.search(text) or "&#" in text:
        raise RefusedError(_l("The drawing %(name)s is damaged, holds scripts or names other files.", name=shown))
    return SVG


def from_data(address: str) -> bytes | None:
    """The bytes in an address that holds them itself; None in any other."""
    head = _DATA.match(address)
    if not head:
        return None
    rest = unquote_to_bytes(address[head.end() :])
    return decoded(rest) if "base64" in (head[1] or "") else rest


def decoded(text: bytes | str) -> bytes:
    """Of base64; nothing, where it is none."""
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def shown_name(name: str) -> str:
    """A name as it may be repeated to people."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(letter if letter.isprintable() else "�" for letter in last)
    return seen if len(seen) <= 60 else f"{seen[:57]}..."


def _safe(stem: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_).strip("-")[:60].strip("-") or "picture"
