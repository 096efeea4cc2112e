"""Elements of XML and of HTML as one plain tree.

XML is read by expat with everything off that reaches outside or multiplies: no document type, no entities of its own.
HTML is read as tags and words in one pass, whatever is wrong with it; nothing of it is ever shown as it came.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from flask_babel import lazy_gettext as _l

from escuela.errors import DomainError

DEPTH = 100
"""Elements inside each other."""
_PRIVATE = re.compile("[\uf8a0-\uf8bf]")
"""Signs that stand for something while words are converted: none comes from outside."""
DEEP = 30
"""The same of HTML: what is deeper stands beside."""
PIECES = 300_000
"""Elements and attributes of one XML file."""


@dataclass(slots=True, eq=False)
class Element:
    """`tag` and the names of `attributes` are without their namespace; `line` counts from 1, 0 where nobody knows."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)
    line: int = 0

    def __iter__(self) -> Iterator[Element]:
        return (each for each in self.children if isinstance(each, Element))

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def all(self, *tags: str) -> list[Element]:
        return [each for each in self if each.tag in tags]

    def one(self, tag: str) -> Element | None:
        return next((each for each in self if each.tag == tag), None)

    def says(self, *path: str) -> str:
        """The words of the element that a path of tags leads to."""
        found: Element | None = self
        for tag in path:
            found = found.one(tag) if found else None
        return found.words().strip() if found else ""

    def walk(self) -> Iterator[Element]:
        yield self
        for each in self:
            yield from each.walk()

    def within(self, *tags: str) -> list[Element]:
        return [each for each in self.walk() if each.tag in tags]

    def words(self) -> str:
        return "".join(each if isinstance(each, str) else each.words() for each in self.children)


# --- XML


class _Builder:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.top = Element("")
        self.open = [self.top]
        self.pieces = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.pieces += 1 + len(attributes)
        if len(self.open) > DEPTH or self.pieces > PIECES:
            raise DomainError(_l("This XML file is made of too many pieces to be read: divide it."))
        plain = {_local(key): value for key, value in attributes.items()}
        found = Element(_local(name), plain, line=self.parser.CurrentLineNumber)
        self.open[-1].children.append(found)
        self.open.append(found)

    def _end(self, _name: str) -> None:
        self.open.pop()

    def _words(self, words: str) -> None:
        self.open[-1].children.append(_PRIVATE.sub("", words))

    def _refuse(self, *_args: object) -> None:
        raise DomainError(
            _l("This XML file declares a document type or entities, which no export needs: take them out.")
        )


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def read_xml(data: bytes) -> Element:
    """The root of an XML file. Raises DomainError."""
    builder = _Builder()
    try:
        builder.parser.Parse(data, True)  # noqa: FBT003 - expat takes it by place
    except (expat.ExpatError, LookupError, ValueError):
        raise DomainError(
            _l(
                "This XML file is damaged in line %(line)d: export it again from where it comes.",
                line=builder.parser.CurrentLineNumber,
            )
        ) from None
    return next(iter(builder.top))


# --- HTML

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_CLOSES: Mapping[str, set[str]] = {
    "li": {"li"},
    "tr": {"tr", "td", "th"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "option": {"option"},
}
"""What an opening tag ends that nobody has closed."""
_ENDS_P = {"blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "ul"}
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})([^<>]*)>")
_QUOTED = re.compile(r"=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ATTRIBUTE = re.compile(r"([A-Za-z_:][A-Za-z0-9_:.-]{0,60})(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")
_UNSEEN = re.compile(r"<!\[CDATA\[|\]\]>|<[!?][^<>]*>")


def read_html(text: str) -> Element:
    """HTML as a tree, in time that grows with its length: unclosed and stray tags are forgiven."""
    if "<" not in text:
        return Element("", children=[html.unescape(text)] if text else [])
    text = _UNSEEN.sub("", _without_comments(text))
    text = _QUOTED.sub(lambda found: found[0].replace("<", "&lt;").replace(">", "&gt;"), text)
    open_, at = [Element("")], 0
    for tag in _TAG.finditer(text):
        _say(open_[-1], text[at : tag.start()])
        at = tag.end()
        (_close if tag[1] else _open)(open_, tag[2].lower(), tag[3])
    _say(open_[-1], text[at:])
    return open_[0]


def _without_comments(text: str) -> str:
    first, *rest = text.split("<!--")
    return first + "".join(each.partition("-->")[2] for each in rest)


def _say(element: Element, words: str) -> None:
    if words:
        element.children.append(html.unescape(words))


def _open(open_: list[Element], tag: str, rest: str) -> None:
    ended = _CLOSES.get(tag, set()) | ({"p"} if tag in _ENDS_P else set())
    while open_[-1].tag in ended:
        open_.pop()
    found = Element(tag, _attributes(rest))
    open_[-1].children.append(found)
    if tag not in VOID and not rest.endswith("/") and len(open_) < DEEP:
        open_.append(found)


def _attributes(rest: str) -> dict[str, str]:
    return {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(rest)
    }


def _close(open_: list[Element], tag: str, _rest: str) -> None:
    place = next((place for place in range(len(open_) - 1, 0, -1) if open_[place].tag == tag), 0)
    if place:
        del open_[place:]


# --- writing


def written(nodes: Iterable[Element | str]) -> str:
    """As XML."""
    return "".join(_escaped(each) if isinstance(each, str) else _element(each) for each in nodes)


def _element(element: Element) -> str:
    attributes = "".join(f" {name}={quoteattr(_legal(value))}" for name, value in element.attributes.items())
    if not element.children:
        return f"<{element.tag}{attributes}/>"
    return f"<{element.tag}{attributes}>{written(element.children)}</{element.tag}>"


_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _legal(text: str) -> str:
    """Without the signs that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def _escaped(text: str) -> str:
    return escape(_legal(text)).replace("\r", "&#13;")
