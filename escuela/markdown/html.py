"""The markup that a text becomes, before it is cleaned. Addresses stay as they were written: cleaning resolves them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape

from escuela.markdown.home import ABROAD, MEDIA, Home, Medium
from escuela.web import file_size

TITLES = {"key": _l("Key idea"), "case": _l("A case"), "do": _l("In your city"), "warning": _l("Take care")}
DEEPEST = 4


@dataclass
class Page:
    """One text while it is written: where it lives, whether headings get ids and which level they begin at."""

    home: Home
    anchors: bool = True
    first_level: int = 2
    tables: int = 0
    ids: dict[str, int] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)

    def anchor(self, text: str) -> str:
        """An id of its own for a heading."""
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
        stem = "s-" + (re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "s")
        found = stem
        while found in self.ids:
            self.ids[stem] += 1
            found = f"{stem}-{self.ids[stem]}"
        self.ids[found] = 1
        return found


class Html(RendererHTML):
    """One method for each token that looks different here than in plain CommonMark."""

    def heading_open(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        page: Page = env["page"]
        level = self._level(tokens[idx], page)
        if not page.anchors:
            return f"<h{level}>"
        return f'<h{level} id="{page.anchor(_plain(tokens[idx + 1]))}">'

    def heading_close(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        return f"</h{self._level(tokens[idx], env['page'])}>\n"

    @staticmethod
    def _level(token: Token, page: Page) -> int:
        return min(max(int(token.tag[1]), 2) + page.first_level - 2, DEEPEST)

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        target = str(tokens[idx].attrGet("href") or "")
        env["page"].links.append(target)
        if target.lower().startswith(ABROAD):
            tokens[idx].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, idx, options, env)

    def link_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A file says what it is and what it weighs before anybody asks for it."""
        page: Page = env["page"]
        target = page.links.pop() if page.links else ""
        medium = page.home.medium(target)
        closing = self.renderToken(tokens, idx, options, env)
        if medium is None:
            return closing
        return f" ({target.rpartition('.')[2].upper()}, {file_size(medium.size)}){closing}"

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        token = tokens[idx]
        source, alt = str(token.attrGet("src") or ""), self.renderInlineAsText(token.children or [], options, env)
        medium = env["page"].home.medium(source)
        size = ""
        if medium and medium.width and medium.height:
            size = f' width="{medium.width}" height="{medium.height}"'
        return f'<img src="{escape(source)}" alt="{escape(alt)}"{size} loading="lazy" decoding="async">'

    def figure_close(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        caption = tokens[idx].meta["caption"]
        return f"<figcaption>{escape(caption)}</figcaption></figure>\n" if caption else "</figure>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        """A wide table scrolls in a region that the keyboard reaches and that has a name of its own."""
        page: Page = env["page"]
        page.tables += 1
        name = _(
            "Table %(number)d: %(columns)s", number=page.tables, columns=", ".join(_headers(islice(tokens, idx, None)))
        )
        return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table class="table">\n'

    def table_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f'<th scope="col"{_numeric(tokens[idx])}>'

    def td_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f"<td{_numeric(tokens[idx])}>"

    def container_block_open(self, tokens: Sequence[Token], idx: int, _options: Any, env: Any) -> str:
        name, _space, rest = tokens[idx].info.strip().partition(" ")
        if tokens[idx].meta:
            return _player(name, rest.strip(), tokens[idx].meta["facts"], env["page"].home)
        return f'<div class="{escape(name)}" role="note"><p><b>{escape(rest.strip() or TITLES[name])}</b></p>\n'

    def container_block_close(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return "</div></details>\n" if tokens[idx].meta else "</div>\n"

    def footnote_ref(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        number, again = tokens[idx].meta["id"] + 1, tokens[idx].meta["subId"]
        label = escape(_("Note %(number)d", number=number))
        back = f"fnref-{number}-{again}" if again else f"fnref-{number}"
        return f'<sup><a href="#fn-{number}" id="{back}" role="doc-noteref" aria-label="{label}">{number}</a></sup>'

    def footnote_block_open(self, _tokens: Sequence[Token], _idx: int, _options: Any, env: Any) -> str:
        title = _("Sources and notes")
        anchor = env["page"].anchor(title)
        return f'<section class="footnotes" role="doc-endnotes"><h2 id="{anchor}">{escape(title)}</h2>\n<ol>\n'

    def footnote_block_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</ol></section>\n"

    def footnote_open(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        return f'<li id="fn-{tokens[idx].meta["id"] + 1}">'

    def footnote_close(self, _tokens: Sequence[Token], _idx: int, _options: Any, _env: Any) -> str:
        return "</li>\n"

    def footnote_anchor(self, tokens: Sequence[Token], idx: int, _options: Any, _env: Any) -> str:
        number, again = tokens[idx].meta["id"] + 1, tokens[idx].meta["subId"]
        label = escape(_("Back to the text, note %(number)d", number=number))
        back = f"fnref-{number}-{again}" if again else f"fnref-{number}"
        return f' <a href="#{back}" role="doc-backlink" aria-label="{label}">↑</a>'


def _player(name: str, source: str, facts: dict[str, tuple[int, str]], home: Home) -> str:
    """A player that fetches nothing until it is opened, and the beginning of its transcript."""
    given = {key: value for key, (_line, value) in facts.items()}
    medium = home.medium(source) or Medium("", 0)
    title, length = given.get("title", ""), given.get("length", "")
    video = name == "video"
    kind = _("Video, %(length)s", length=length) if video else _("Audio, %(length)s", length=length)
    weight = file_size(medium.size)
    ask = _("Watch the video (%(weight)s)", weight=weight) if video else _("Listen (%(weight)s)", weight=weight)
    promise = _("Nothing is downloaded until you ask. Everything it says is in the transcript.")
    media = Markup('<{0} controls aria-label="{1}"><source src="{2}" type="{3}">{4}</{0}>').format(
        name, title, source, medium.media_type, _captions(given.get("captions", ""))
    )
    return Markup(
        '<div class="video{look}"><div><p><b>{kind}: {title}</b></p><p class="soft">{promise}</p></div>'
        '<details class="player"><summary class="button button--sun">{ask}</summary>{media}</details></div>\n'
        '<details class="more"><summary>{transcript}</summary>'
        '<div class="stack" tabindex="0" role="region" aria-label="{region}">\n'
    ).format(
        look="" if video else " video--sound",
        kind=kind,
        title=title,
        promise=promise,
        ask=ask,
        media=media,
        transcript=_("Transcript of the video") if video else _("Transcript of the recording"),
        region=_("Transcript: %(title)s", title=title),
    )


def _captions(source: str) -> Markup:
    if not source.startswith(MEDIA):
        return Markup()
    return Markup('<track kind="captions" src="{}" srclang="{}" label="{}" default>').format(
        source, str(get_locale())[:2], _("Captions")
    )


def _numeric(token: Token) -> str:
    """A column that is aligned to the right holds figures."""
    return ' class="number"' if "right" in str(token.attrGet("style") or "") else ""


def _headers(tokens: Iterable[Token]) -> list[str]:
    """Of a table, from its beginning on."""
    head = takewhile(lambda token: token.type != "thead_close", tokens)
    return [text for token in head if token.type == "inline" and (text := _plain(token))]


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [] if child.type in {"text", "code_inline"}).strip()
