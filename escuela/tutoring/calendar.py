"""A session as a file that calendars open: iCalendar (RFC 5545), one event, its instants in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

FOLD = 75
"""Most octets of a line."""


def event(
    *,
    uid: str,
    title: str,
    text: str,
    address: str | None,
    begins: datetime,
    ends: datetime,
    written: datetime,
    cancelled: bool = False,
) -> str:
    """The whole file. Lines end in CRLF and are folded between characters, never inside one."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Escuela de Resiliencia//ES",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_instant(written)}",
        f"DTSTART:{_instant(begins)}",
        f"DTEND:{_instant(ends)}",
        f"SUMMARY:{_text(title)}",
        f"DESCRIPTION:{_text(text)}",
        *([f"URL:{address}", f"LOCATION:{_text(address)}"] if address else []),
        *(["STATUS:CANCELLED"] if cancelled else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    value = re.sub(r"([\\;,])", r"\\\1", value)
    return re.sub(r"\r\n|\r|\n", r"\\n", value)


def _folded(line: str) -> Iterator[str]:
    part = ""
    for letter in line:
        if len((part + letter).encode()) > FOLD:
            yield part
            part = " "
        part += letter
    yield part
