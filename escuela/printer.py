"""Plain values as YAML, in one way only: as a person would have written it, so that every diff is worth reading.

What `source` and `section` read back is what was given, after `tidy`. A text stands plain where that means nothing
else, folded where it is long, line by line where it has several, and in quotes where it must.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from escuela import clock
from escuela.columns import LANGUAGES, Localized

WIDTH = 120
"""Columns: longer lines are folded where they can be."""
INDENT = "  "

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SPECIAL = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`=.<]|.*(?:: | #|:$|\t)", re.DOTALL)
"""A text that begins with a sign of YAML, or holds one."""
_OTHER = re.compile(
    r"[-+]?[0-9][0-9_,.:]*(?:e[-+]?[0-9]+)?|0x[0-9a-f_]+|0o[0-7_]+|0b[01_]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
    r"|~|null|true|false|yes|no|on|off|y|n",
    re.IGNORECASE | re.DOTALL,
)
"""A text that YAML takes for a number, a day, a truth or nothing."""
_WORD = re.compile(r"[A-Za-z][\w./-]*|[0-9][\w./-]*[A-Za-z_/-][\w./-]*", re.ASCII)
"""What stands in a list between brackets without quotes."""


class Plain(str):
    """A text of ours that needs no quotes, such as an instant."""

    __slots__ = ()


def document(facts: Mapping[str, Any]) -> str:
    """A mapping as a file. Keys stand in the order given; those whose value is None are left out."""
    return "".join(f"{line}\n" for line in _mapping(facts, ""))


def front(facts: Mapping[str, Any], body: str) -> str:
    """A front matter and the text below it."""
    text = tidy_body(body)
    return f"---\n{document(facts)}---\n" + (f"{text}\n" if text else "")


def tidy(text: str) -> str:
    """As it is read back: lines end in one way, and nothing stands before or after."""
    return _ends(text).strip()


def tidy_body(text: str) -> str:
    """The same for a Markdown text of its own: a line of it may begin with spaces that mean something."""
    return _ends(text).strip("\n")


def spoken(texts: Localized, languages: Sequence[str]) -> str | dict[str, str] | None:
    """A text in several languages: plain where only the first language has it, nothing where none has."""
    first = languages[0]
    order = [first, *(language for language in LANGUAGES if language != first)]
    found = {language: tidy(texts[language]) for language in order if language in texts and tidy(texts[language])}
    return found[first] if list(found) == [first] else found or None


def instant(moment: Any) -> Plain | None:
    """A Moment on the clock of its zone: `2021-11-30 10:00 America/Montevideo`; see `clock.written`."""
    if moment is None:
        return None
    return Plain(clock.written(moment.at, moment.zone))


def _ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _mapping(facts: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in facts.items():
        if value is not None:
            yield from _entry(f"{indent}{key}:", value, indent + INDENT)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    """What stands after `key:`, in its line or in those below."""
    if isinstance(value, Mapping):
        yield head if value else f"{head} {{}}"
        yield from _mapping(value, indent)
    elif isinstance(value, str):
        yield from _text(head, value, indent)
    elif isinstance(value, Sequence):
        yield from _list(head, value, indent)
    else:
        yield f"{head} {_fact(value)}"


def _fact(value: Any) -> str:
    """A number, a day, true or false."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(head: str, values: Sequence[Any], indent: str) -> Iterator[str]:
    if all(isinstance(value, str) for value in values):
        line = f"{head} [{', '.join(_quoted(value, inside=True) for value in values)}]"
        if len(line) <= WIDTH or not values:
            yield line
            return
    yield head
    for value in values:
        if isinstance(value, Mapping):
            lines = _mapping(value, indent + INDENT)
            yield f"{indent}- {next(lines).lstrip(' ')}"
            yield from lines
        else:
            yield f"{indent}- {_quoted(value, inside=True)}"


def _text(head: str, text: str, indent: str) -> Iterator[str]:
    visible = not _INVISIBLE.search(text)
    lines = text.split("\n")
    if len(lines) > 1 and visible and not any(re.match(r" *\t", line) for line in lines):
        yield f"{head} |-"
        yield from (f"{indent}{line}" if line else "" for line in lines)
        return
    line = f"{head} {_quoted(text)}"
    if len(line) > WIDTH and len(lines) == 1 and visible and "\t" not in text and not isinstance(text, Plain):
        folded = list(_folded(text, WIDTH - len(indent)))
        if len(folded) > 1:
            yield f"{head} >-"
            yield from (f"{indent}{part}" for part in folded)
            return
    yield line


def _folded(text: str, width: int) -> Iterator[str]:
    """Lines that one space each joins again: a text breaks only where a single space stands."""
    words = re.split(r"(?<! ) (?! )", text)
    line = words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}"
    yield line


def _quoted(text: str, *, inside: bool = False) -> str:
    """A text in one line; `inside` brackets fewer go without quotes."""
    if isinstance(text, Plain):
        return text
    invisible = _INVISIBLE.search(text) or "\n" in text or "\t" in text
    if not invisible and _is_plain(text, inside=inside):
        return text
    if not invisible and '"' in text and "'" not in text:
        return f"'{text}'"
    written = json.dumps(text, ensure_ascii=False)
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _is_plain(text: str, *, inside: bool) -> bool:
    if not text or text != text.strip() or _OTHER.fullmatch(text):
        return False
    return bool(_WORD.fullmatch(text)) if inside else not _SPECIAL.match(text)
