"""Draw one page of what somebody sent, or count its pages, in a process of its own with little memory and time.

`python drawing.py count|PAGE pdf|image < file`: the number, or a PNG, on the standard output; status 1 where it cannot
be done. Whoever sent the file may have meant harm: it reaches no memory of the School, and no connection of it.
"""

from __future__ import annotations

import io
import resource
import sys

WIDTH = 1240
"""Pixels: an A4 page at 150 dpi."""
MEMORY, SECONDS = 1_500_000_000, 20
PIXELS = 60_000_000
TALLEST = 4 * WIDTH


def main(what: str, kind: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    content = sys.stdin.buffer.read()
    sys.stdout.buffer.write(_of_pdf(content, what) if kind == "pdf" else _of_image(content, what))


def _of_pdf(content: bytes, what: str) -> bytes:
    import pypdfium2  # noqa: PLC0415 - after the limits are set

    document = pypdfium2.PdfDocument(content)
    if what == "count":
        return str(len(document)).encode()
    page = document[int(what) - 1]
    scale = min(WIDTH / page.get_width(), TALLEST / page.get_height())
    return _png(page.render(scale=scale).to_pil())


def _of_image(content: bytes, what: str) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415 - after the limits are set

    Image.MAX_IMAGE_PIXELS = PIXELS
    with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as image:
        image.load()
        if what == "count":
            return b"1"
        turned = ImageOps.exif_transpose(image).convert("RGB")
        turned.thumbnail((WIDTH, TALLEST))
        return _png(turned)


def _png(image: object) -> bytes:
    kept = io.BytesIO()
    image.save(kept, "PNG")  # type: ignore[attr-defined]
    return kept.getvalue()


if __name__ == "__main__":
    main(*sys.argv[1:3])
