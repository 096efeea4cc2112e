"""Names in addresses, made from titles."""

from __future__ import annotations

import re
from collections.abc import Container

from escuela.people.models import folded
from escuela.section import SLUG_MOST

PAGES = {"nueva", "subir"}
"""Pages that stand where an edition would: /ediciones/nueva."""


def slug_of(words: str, taken: Container[str], *, otherwise: str) -> str:
    """A slug for a title that is none of those taken: `Datos y clima` gives `datos-y-clima`, then `datos-y-clima-2`.

    `otherwise` stands in for a title without a single letter or digit of ours.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", folded(words)).strip("-") or otherwise
    found, number = _cut(plain, SLUG_MOST), 2
    while found in taken:
        end = f"-{number}"
        found, number = _cut(plain, SLUG_MOST - len(end)) + end, number + 1
    return found


def _cut(slug: str, most: int) -> str:
    """At most so many letters, whole words where there is room."""
    if len(slug) <= most:
        return slug
    head, _, rest = slug[: most + 1].rpartition("-")
    return head if head and rest != slug else slug[:most]
