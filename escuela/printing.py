"""Text files as the School writes them: what `source` and `section` read, in one form for one content.

Printing what was read from a printed file gives that file again, byte for byte.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from escuela import clock
from escuela.columns import LANGUAGES, Localized

WIDTH = 120
UNSEEN = re.compile("[^\n -~\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\u2028|\u2029")
"""What stands in a file only escaped."""
BLOCK = re.compile(r"(?!\s)(?:(?![ \t]*\t)[^\n]*\n)*(?![ \t]*\t)[^\n]*(?<!\s)")
"""A text of several lines that a block of a file holds as it is: none begins with a tab, the first with no space."""


def yaml(facts: Mapping[str, Any]) -> str:
    """A mapping as YAML. What is None, or an empty text or list, is left out."""
    writer = YAML()
    writer.width, writer.allow_unicode = WIDTH, True
    writer.indent(mapping=2, sequence=4, offset=2)
    target = io.StringIO()
    writer.dump(_plain(facts), target)
    return target.getvalue()


def front_matter(facts: Mapping[str, Any], body: str) -> str:
    """Facts between two `---`, and the text below them."""
    return f"---\n{yaml(facts)}---\n{body}\n"


def localized(texts: Localized, first: str) -> str | dict[str, str]:
    """A text in several languages, the edition's first one first; one in that language alone is just itself."""
    order = sorted(LANGUAGES, key=lambda language: language != first)
    found = {language: texts[language] for language in order if language in texts}
    return found[first] if list(found) == [first] else found


def instant(at: datetime, zone: str) -> str:
    """`2021-11-30 10:00 America/Montevideo`."""
    return f"{at.astimezone(clock.zone(zone)):%Y-%m-%d %H:%M} {zone}"


def words(found: Iterable[str]) -> CommentedSeq:
    """A list of words in one line."""
    listed = CommentedSeq(found)
    listed.fa.set_flow_style()
    return listed


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items() if each is not None and each not in ("", [], {}, ())}
    if isinstance(value, CommentedSeq):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, str):
        return _text(value)
    return value if isinstance(value, bool | int | date) else str(value)


def _text(value: str) -> str:
    if UNSEEN.search(value):
        return DoubleQuotedScalarString(value)
    if "\n" not in value:
        return value
    return LiteralScalarString(value) if BLOCK.fullmatch(value) else DoubleQuotedScalarString(value)
