"""Pictures made as small as screens need, and without what a camera writes into them."""

from __future__ import annotations

import io
import warnings

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps

from escuela.errors import DomainError

PICTURE = 60_000
"""Bytes: what a page may ask of a bad line for each."""
WIDTHS = (1280, 960, 720, 480, 320)
"""Pixels of the longer side, tried until a picture weighs little enough."""
QUALITIES = (82, 70, 58, 46)
PIXELS = 80_000_000
"""More than any camera of a phone takes; a bomb has more."""
DRAWN = 256
"""A picture of so few colours is drawn, not photographed: it stays sharp."""


def fitted(content: bytes) -> tuple[bytes, str]:
    """A picture as a file of at most 60 KB, and its suffix.

    Turned as the camera was held, without its place and date. Of a moving picture the first one. Raises DomainError for
    what cannot be read.
    """
    try:
        with warnings.catch_warnings(action="error"), Image.open(io.BytesIO(content)) as opened:
            if opened.width * opened.height > PIXELS:
                raise DomainError(_l("This picture has too many pixels: export it at 4,000 pixels or less."))
            opened.load()
            picture = ImageOps.exif_transpose(opened)
            picture = picture.convert("RGBA" if _see_through(picture) else "RGB")
    except (OSError, Warning, ValueError, SyntaxError, Image.DecompressionBombError):
        raise DomainError(
            _l("This picture cannot be read. Use PNG, JPEG or WebP; phones export HEIC as JPEG when one shares it.")
        ) from None
    return _small(picture), ".webp"


def _see_through(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _small(picture: Image.Image) -> bytes:
    drawn = picture.getcolors(DRAWN) is not None
    content = b""
    for width in WIDTHS:
        smaller = picture.copy()
        smaller.thumbnail((width, width), Image.Resampling.LANCZOS)
        if drawn:
            content = _encoded(smaller, lossless=True, quality=80)
            if len(content) <= PICTURE:
                return content
        for quality in QUALITIES:
            content = _encoded(smaller, lossless=False, quality=quality)
            if len(content) <= PICTURE:
                return content
    return content  # 320 pixels of noise at the lowest quality weigh less than that


def _encoded(picture: Image.Image, *, lossless: bool, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "WEBP", lossless=lossless, quality=quality, method=4)
    return target.getvalue()
