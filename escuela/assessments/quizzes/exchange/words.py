"""Words between HTML and the School's Markdown, in such a way that both say the same; what is lost is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from markdown_it import MarkdownIt

from escuela.assessments.quizzes.exchange.tree import Element, read_html
from escuela.markdown.home import ABROAD, MEDIA

MATH, PLAYER, FORM, MERGED, LINK, SCRIPT, TEX, MUTE = (
    "math",
    "player",
    "form",
    "merged",
    "link",
    "script",
    "tex",
    "mute",
)
"""What a text of another system may hold that ours cannot, or not in the same way."""
FATAL = (MATH, PLAYER, FORM, MERGED)
"""A question without that is another question."""

Picture = Callable[[str], str | None]
"""Takes the address of a picture, keeps the picture, and tells its name; None where there is none to keep."""

_DROPPED = {"rp", "script", "style", "head", "title", "noscript", "template", "link", "meta"}
_LOSSES = {
    **dict.fromkeys(("math", "annotation"), MATH),
    **dict.fromkeys(("audio", "video", "iframe", "object", "embed", "svg", "canvas", "applet", "picture"), PLAYER),
    **dict.fromkeys(("input", "select", "textarea", "button", "form"), FORM),
    **dict.fromkeys(("script", "style", "noscript", "template"), SCRIPT),
}
_BOLD, _ITALIC = {"strong", "b"}, {"em", "i"}
_KEPT = {"sub", "sup", "ins", "del", "s", "kbd", "mark"}
_HEADS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {"blockquote", "hr", "ol", "pre", "table", "ul", *_HEADS}
_AROUND = {
    "address",
    "article",
    "body",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
}
_AROUND |= {"aside", "footer", "header", "html", "li", "main", "nav", "p", "section", "summary", "prompt"}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_TEX = re.compile(r"\$\$.+?\$\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
_OPEN_BOLD, _CLOSE_BOLD, _OPEN_ITALIC, _CLOSE_ITALIC = "\uf8a0", "\uf8a1", "\uf8a2", "\uf8a3"
_OPEN_GAP, _CLOSE_GAP = "\uf8a4", "\uf8a5"
_OURS = re.compile("[\uf8a0-\uf8bf]")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")


def gap(key: str) -> str:
    """A gap inside HTML: `[[key]]` in the Markdown of it."""
    return f"{_OPEN_GAP}{key}{_CLOSE_GAP}"


def without_marks(text: str) -> str:
    """A file's words without the private signs that stand for something while they are converted here."""
    return _OURS.sub("", text)


def visible(text: str) -> str:
    """Without signs that nobody types and no column keeps."""
    return _UNSEEN.sub("", text)


def plain(text: str) -> str:
    """Words that are nothing but words, as Markdown; their line breaks stay."""
    paragraphs = re.split(r"\n\s*\n", _stripped(visible(text)).replace("\r\n", "\n").replace("\r", "\n").strip())
    lines = ([_guarded(_escaped(_SPACE.sub(" ", line)).strip()) for line in each.split("\n")] for each in paragraphs)
    return _with_gaps("\n\n".join("\\\n".join(each) for each in lines))


def bare(text: str) -> str:
    """One line of words alone, as typed answers are compared; of HTML the words."""
    return " ".join(read_html(visible(text)).words().split())


@dataclass(slots=True)
class Converted:
    text: str
    losses: set[str]


def from_html(markup: str, picture: Picture) -> Converted:
    return from_nodes(read_html(visible(markup)).children, picture)


def from_nodes(nodes: Iterable[Element | str], picture: Picture) -> Converted:
    writer = _Writer(picture)
    text = "\n\n".join(writer.blocks(list(nodes)))
    if _TEX.search(text.replace("\\\\", "\\").replace("\\[", "[")):
        writer.losses.add(TEX)
    return Converted(_with_gaps(text), writer.losses)


def _with_gaps(text: str) -> str:
    return text.replace(_OPEN_GAP, "[[").replace(_CLOSE_GAP, "]]")


@dataclass(slots=True)
class _Writer:
    picture: Picture
    losses: set[str] = field(default_factory=set)

    def blocks(self, nodes: Sequence[Element | str]) -> list[str]:
        found: list[str] = []
        line: list[Element | str] = []
        for node in nodes:
            if isinstance(node, Element) and (node.tag in _BLOCKS or node.tag in _AROUND):
                found += [*self._paragraphs(line), *self._block(node)]
                line = []
            else:
                line.append(node)
        return [*found, *self._paragraphs(line)]

    def _paragraphs(self, nodes: Sequence[Element | str]) -> list[str]:
        lines = self.inline(nodes).split("\n")
        found: list[list[str]] = [[]]
        for line in lines:
            if words := line.strip(" \t"):
                found[-1].append(_guarded(words))
            else:  # an empty line between two breaks
                found.append([])
        return ["\\\n".join(each) for each in found if each]

    def _block(self, node: Element) -> list[str]:
        if node.tag in _HEADS:
            words = " ".join(self.inline(node.children).split())
            return [f"{'#' * min(4, max(2, int(node.tag[1])))} {words}"] if words else []
        if node.tag in {"ul", "ol"}:
            return self._items(node)
        if node.tag == "blockquote":
            inner = "\n\n".join(self.blocks(node.children))
            return [re.sub(r"^", "> ", inner, flags=re.MULTILINE).replace("> \n", ">\n")] if inner else []
        if node.tag == "pre":
            return [_fenced(node.words())] if node.words().strip() else []
        if node.tag == "table":
            return self._table(node)
        return ["---"] if node.tag == "hr" else self.blocks(node.children)

    def _items(self, node: Element) -> list[str]:
        lines = []
        for place, item in enumerate(node.all("li"), 1):
            mark = "- " if node.tag == "ul" else f"{place}. "
            parts = self.blocks(item.children)
            inner = "".join(
                part if not number else f"\n{part}" if part[:2] == "- " or part[:2] == "1." else f"\n\n{part}"
                for number, part in enumerate(parts)
            )
            lines.append(mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), inner))
        return ["\n".join(lines)] if lines else []

    def _table(self, node: Element) -> list[str]:
        rows = [[cell for cell in row if cell.tag in {"td", "th"}] for row in node.within("tr")]
        rows = [row for row in rows if row]
        cells = [cell for row in rows for cell in row]
        if (
            len({len(row) for row in rows}) != 1
            or any(cell.get("colspan", "1") != "1" or cell.get("rowspan", "1") != "1" for cell in cells)
            or any(each.tag in _BLOCKS for cell in cells for each in cell.walk())
        ):
            self.losses |= {MERGED} if rows else set()
            return []
        texts = [[self._cell(cell) for cell in row] for row in rows]
        head, *body = [f"| {' | '.join(row)} |" for row in texts]
        caption = node.one("caption")
        table = "\n".join([head, "|" + " --- |" * len(rows[0]), *body])
        return [*(self.blocks(caption.children) if caption else []), table]

    def _cell(self, cell: Element) -> str:
        words = " ".join(self.inline(cell.children).split())
        return words.replace("|", "\\|")

    def inline(self, nodes: Iterable[Element | str]) -> str:
        """Words of one block, with a line for each break."""
        return re.sub(" +", " ", _emphasized(self._inline(nodes)))

    def _inline(self, nodes: Iterable[Element | str], within: str = "") -> str:
        return "".join(
            _escaped(_SPACE.sub(" ", _stripped(node))) if isinstance(node, str) else self._piece(node, within)
            for node in nodes
        )

    def _piece(self, node: Element, within: str) -> str:
        if node.tag == "object" and node.get("type").startswith("image/"):  # as QTI shows pictures
            return self._shown(node.get("data"), node.words()) or self._inline(node.children, within)
        if node.tag in _LOSSES:
            self.losses.add(_LOSSES[node.tag])
        if node.tag in _DROPPED or node.tag in _LOSSES:
            return ""
        if node.tag in {"br", "img", "code"}:
            return {"br": lambda _node: "\n", "img": self._image, "code": _code}[node.tag](node)
        if node.tag in _BOLD and _OPEN_BOLD not in within:
            return _wrapped(self._inline(node.children, within + _OPEN_BOLD), _OPEN_BOLD, _CLOSE_BOLD)
        if node.tag in _ITALIC and _OPEN_ITALIC not in within:
            return _wrapped(self._inline(node.children, within + _OPEN_ITALIC), _OPEN_ITALIC, _CLOSE_ITALIC)
        return self._other(node, self._inline(node.children, within))

    def _other(self, node: Element, inner: str) -> str:
        if node.tag == "a":
            return self._link(node.get("href").strip(), inner)
        if node.tag in _KEPT and inner.strip():
            return f"<{node.tag}>{inner}</{node.tag}>"
        if node.tag == "rt":  # how a word is read aloud, above it
            return f" ({inner.strip()}) " if inner.strip() else ""
        return f" {inner} " if node.tag in _BLOCKS or node.tag in _AROUND else inner

    def _image(self, node: Element) -> str:
        return self._shown(node.get("src"), node.get("alt"))

    def _shown(self, address: str, said: str) -> str:
        name = self.picture(address.strip())
        if name is None:
            return ""
        alt = " ".join(_escaped(_SPACE.sub(" ", _stripped(said))).split())
        self.losses |= set() if alt else {MUTE}
        return f"![{alt}]({MEDIA}{name})"

    def _link(self, target: str, inner: str) -> str:
        if not target or not inner.strip():
            return inner
        if not target.lower().startswith(ABROAD):
            self.losses.add(LINK)
            return inner
        return f"[{inner.strip()}]({quote(target, safe=_ADDRESS)})"


_ADDRESS = "!#$%&'*+,-./:;=?@_~[]"


def _stripped(text: str) -> str:
    return re.sub("[\uf8a0-\uf8a3\uf8a6-\uf8af]", "", text)


def _wrapped(inner: str, opening: str, closing: str) -> str:
    """Spaces and breaks at its edges go outside, where Markdown wants them."""
    core = inner.strip(" \n")
    if not core:
        return inner
    at = inner.index(core)
    return inner[:at] + opening + core + closing + inner[at + len(core) :]


_MARKS = re.compile("(?P<open>[\uf8a0\uf8a2])|(?P<close>[\uf8a1\uf8a3])")


def _emphasized(text: str) -> str:
    """Asterisks where Markdown takes them for emphasis, tags where letters touch it in a way that it would not."""
    text = text.replace(_CLOSE_BOLD + _OPEN_BOLD, "").replace(_CLOSE_ITALIC + _OPEN_ITALIC, "")
    for opening, closing, mark, tag in (
        (_OPEN_BOLD, _CLOSE_BOLD, "**", "strong"),
        (_OPEN_ITALIC, _CLOSE_ITALIC, "*", "em"),
    ):
        pieces = re.split(f"{opening}([^{opening}{closing}]*){closing}", text)
        for place in range(1, len(pieces), 2):
            before, inner, after = pieces[place - 1], pieces[place], pieces[place + 1]
            inside = _MARKS.sub("", inner)
            clear = "\n" not in inner and _outer(before[-1:]) and _inner(inside[:1]) and _inner(inside[-1:])
            alone = clear and _outer(after[:1])
            pieces[place] = f"{mark}{inner}{mark}" if alone else f"<{tag}>{inner}</{tag}>"
        text = "".join(pieces)
    return text


def _outer(letter: str) -> bool:
    return not letter or not (letter.isalnum() or letter in "*_\\")


def _inner(letter: str) -> bool:
    return bool(letter) and not letter.isspace() and letter != "*"


def _code(node: Element) -> str:
    words = " ".join(node.words().split())
    if not words:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", words)), default=0))
    edge = " " if words[0] == "`" or words[-1] == "`" else ""
    return f"{fence}{edge}{words}{edge}{fence}"


def _fenced(text: str) -> str:
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    words = text.replace("\r", "").strip("\n")
    return f"{fence}\n{words}\n{fence}"


_SPECIAL = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_STARTS = re.compile(r"#{1,6}(?=\s|$)|[-+](?=[\s-]|$)|>|=+\s*$|:(?=::|-)|~(?=~~)|\|")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def _escaped(text: str) -> str:
    """Words in which Markdown finds nothing but words, anywhere in a line."""
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _guarded(line: str) -> str:
    """Words at the beginning of a line."""
    if _STARTS.match(line):
        return f"\\{line}"
    return _NUMBERED.sub(r"\1\\\2", line, count=1) if _NUMBERED.match(line) else line


# --- the other way

_MARKDOWN = MarkdownIt("commonmark", {"html": True, "xhtmlOut": True}).enable("table")
_PICTURES = re.compile(r"!\[[^\]]*\]\(media/([^)\s]+)\)")
_GAPS = re.compile(r"\[\[([a-z0-9]{1,10})\]\]")


def to_nodes(text: str) -> list[Element | str]:
    """Markdown as elements of XHTML: without the paragraph, where it is one only."""
    nodes = [each for each in read_html(_MARKDOWN.render(text)).children if not isinstance(each, str) or each.strip()]
    if len(nodes) == 1 and isinstance(nodes[0], Element) and nodes[0].tag == "p":
        return nodes[0].children
    return nodes


def pictures_of(text: str) -> list[str]:
    """Names of the pictures that a text shows."""
    return [unquote(name) for name in _PICTURES.findall(text)]


def in_gaps(text: str) -> list[str]:
    """A text cut at its gaps: words, key, words ... words."""
    return _GAPS.split(text)


def gaps_in(text: str) -> list[str]:
    return _GAPS.findall(text)
