"""The address of a work that is kept elsewhere: a map, a video, a shared document."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l

from escuela.assessments.assignments.models import LINK
from escuela.errors import DomainError
from escuela.forms import legible

_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])", re.IGNORECASE)


def tidy(typed: str) -> str:
    """As it is kept while it is being typed: without what nobody sees."""
    return (legible(typed) or "").strip()


def is_sound(link: str) -> bool:
    """Whether it is a whole address of a page that anybody can open: https, a name, no password in it."""
    if len(link) > LINK or re.search(r"[\s\\<>\"]", link):
        return False
    try:
        parts = urlsplit(link)
        name = (parts.hostname or "").encode("idna").decode()
        _port = parts.port
    except (ValueError, UnicodeError):
        return False
    return parts.scheme == "https" and parts.username is None and bool(_HOST.fullmatch(name))


def ensure_sound(link: str) -> None:
    if link and not is_sound(link):
        raise DomainError(
            _l(
                "The link is not an address that a tutor can open. Copy it whole from your browser: it begins with"
                " https:// and has at most %(most)d characters.",
                most=LINK,
            )
        )
