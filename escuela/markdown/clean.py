"""The one allow-list of tags, attributes, classes and addresses. What is not here never reaches a reader."""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3

from escuela.markdown.home import LESSON, Home

INLINE = {"a", "abbr", "b", "br", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span"}
INLINE |= {"strong", "sub", "sup"}
BLOCK = {"blockquote", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "h2", "h3", "h4", "hr"}
BLOCK |= {"img", "li", "ol", "p", "pre", "section", "summary", "ul"}
BLOCK |= {"table", "tbody", "td", "tfoot", "th", "thead", "tr"}
PLAYERS = {"audio", "source", "track", "video"}

ATTRIBUTES = {
    "*": {"lang"},
    "a": {"aria-label", "href", "id"},
    "abbr": {"title"},
    "div": {"aria-label"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
    "img": {"alt", "height", "src", "width"},
    "li": {"id"},
    "ol": {"start"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "track": {"default", "label", "src", "srclang"},
    "audio": {"aria-label", "controls"},
    "video": {"aria-label", "controls"},
}
VALUES = {
    "a": {"rel": {"noopener noreferrer"}, "role": {"doc-noteref", "doc-backlink"}},
    "div": {"role": {"note", "region"}, "tabindex": {"0"}},
    "img": {"loading": {"lazy"}, "decoding": {"async"}},
    "section": {"role": {"doc-endnotes"}},
    "th": {"scope": {"col", "row"}},
    "track": {"kind": {"captions"}},
}
ALWAYS = {"audio": {"preload": "none"}, "video": {"preload": "none"}}
"""Whoever wrote the tag: it loads nothing before it is asked. One attribute each: several come in any order."""
CLASSES = {
    "details": {"more", "player"},
    "div": {"case", "do", "key", "scroll", "stack", "video", "video--sound", "warning"},
    "p": {"soft"},
    "section": {"footnotes"},
    "summary": {"button", "button--sun"},
    "table": {"table"},
    "td": {"number"},
    "th": {"number"},
}
SCHEMES = {"http", "https", "mailto", "tel", LESSON.rstrip(":")}
OUR_ID = re.compile(r"(?:s|fn|fnref)-[a-z0-9-]+")
WHOLE = re.compile(r"[0-9]{1,4}")


def clean(html: str, home: Home) -> str:
    """What may be shown of `html`, with the addresses that it means in `home`."""
    return nh3.clean(
        html,
        tags=INLINE | BLOCK | PLAYERS,
        attributes=ATTRIBUTES,
        attribute_filter=_resolve(home),
        tag_attribute_values=VALUES,
        set_tag_attribute_values=ALWAYS,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel=None,
    )


def clean_inline(html: str) -> str:
    """What may be shown of `html` inside a line."""
    return nh3.clean(
        html,
        tags=INLINE,
        attributes={"*": {"lang"}, "a": {"href"}, "abbr": {"title"}},
        attribute_filter=_resolve(Home()),
        tag_attribute_values={"a": {"rel": {"noopener noreferrer"}}},
        url_schemes=SCHEMES,
        link_rel=None,
    )


def _resolve(home: Home) -> Callable[[str, str, str], str | None]:
    def attribute(_tag: str, name: str, value: str) -> str | None:
        if name == "href":
            return home.link(value.strip())
        if name == "src":
            return home.source(value.strip())
        if name == "id":
            return value if OUR_ID.fullmatch(value) else None
        if name in {"width", "height", "colspan", "rowspan", "start"}:
            return value if WHOLE.fullmatch(value) else None
        return value

    return attribute
