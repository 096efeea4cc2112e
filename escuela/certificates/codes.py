"""The code of a certificate: `EDR-7K4Q-9M2H`. Said over the phone, typed from paper, and not to be guessed."""

from __future__ import annotations

import re
import secrets

PREFIX = "EDR"
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no O 0 I 1
LETTERS = 8  # 40 bits
SAMPLE = "EDR-0000-0000"
"""The code on a preview: no certificate can have it."""

_WRITTEN = re.compile(f"(?:{PREFIX})?([{ALPHABET}]{{{LETTERS}}})")


def new() -> str:
    return _spelled("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)))


def normalise(typed: str) -> str | None:
    """The code that a person meant, whatever their capitals, spaces and hyphens; None if it cannot be one."""
    found = _WRITTEN.fullmatch(re.sub(r"[\W_]", "", typed[:100]).upper())
    return _spelled(found[1]) if found else None


def _spelled(letters: str) -> str:
    return f"{PREFIX}-{letters[:4]}-{letters[4:]}"
