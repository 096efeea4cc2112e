"""What a text becomes, and what never reaches a reader."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from escuela import markdown
from escuela.columns import Localized
from escuela.markdown import Home, Medium

HOME = Home(
    media={
        "mapa.svg": Medium("image/svg+xml", 2_000, 640, 480),
        "paseo.mp4": Medium("video/mp4", 38_000_000),
        "paseo.vtt": Medium("text/vtt", 900),
        "voz.mp3": Medium("audio/mpeg", 64_000),
        "guia.pdf": Medium("application/pdf", 420_000),
    },
    lessons={"otra": "/ediciones/e/lecciones/otra"},
    folder="/ediciones/e/media/m/",
)


@pytest.fixture(autouse=True)
def _inside(app: Flask) -> Iterator[None]:
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        yield


def lesson(text: str) -> str:
    return markdown.lesson(text, HOME, "en").strip()


# --- what it becomes


def test_headings_get_ids_of_their_own_and_never_the_level_of_the_page() -> None:
    html = lesson("# Uno\n\n## Qué **es**\n\n## Qué es\n\n###### Hondo\n\n## ¿?")
    assert re.findall(r'<(h\d) id="([^"]+)">', html) == [
        ("h2", "s-uno"),
        ("h2", "s-que-es"),
        ("h2", "s-que-es-2"),
        ("h4", "s-hondo"),
        ("h2", "s-s"),
    ]


def test_a_picture_alone_is_a_figure_with_its_size_and_caption() -> None:
    assert lesson('![Tres *manzanas* "calientes"](media/mapa.svg "Enero <b>")') == (
        '<figure><img src="/ediciones/e/media/m/mapa.svg" alt="Tres manzanas &quot;calientes&quot;" width="640" '
        'height="480" loading="lazy" decoding="async"><figcaption>Enero &lt;b&gt;</figcaption></figure>'
    )
    assert "<figure>" not in lesson("Vea ![el mapa](media/mapa.svg).")
    assert "<figcaption>" not in lesson("![El mapa](media/mapa.svg)")


def test_a_table_scrolls_in_a_region_that_the_keyboard_reaches_and_has_a_name() -> None:
    table = "| Tramo | Antes |\n|---|--:|\n| Verificar | 40 |\n"
    html = lesson(f"{table}\n\n{table}")
    regions = re.findall(r'<div class="scroll" tabindex="0" role="region" aria-label="([^"]+)">', html)
    assert regions == ["Table 1: Tramo, Antes", "Table 2: Tramo, Antes"]
    assert '<th scope="col" class="number">Antes</th>' in html
    assert '<td class="number">40</td>' in html
    assert "style" not in html


def test_footnotes_lead_there_and_back() -> None:
    html = lesson("Uno[^a] y dos[^b], y uno[^a].\n\n[^a]: UNDRR, 2015.\n[^b]: CEPAL, 2020.")
    targets, anchors = re.findall(r'href="#([^"]+)"', html), re.findall(r'id="([^"]+)"', html)
    assert set(targets) <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert '<a href="#fn-1" id="fnref-1" role="doc-noteref" aria-label="Note 1">1</a>' in html
    assert 'aria-label="Back to the text, note 2"' in html
    assert '<section class="footnotes" role="doc-endnotes"><h2 id="s-sources-and-notes">' in html


@pytest.mark.parametrize(
    ("name", "title"), [("key", "Key idea"), ("case", "A case"), ("do", "In your city"), ("warning", "Take care")]
)
def test_a_callout_is_a_note_with_a_title(name: str, title: str) -> None:
    assert lesson(f"::: {name}\nPida **tres**.\n:::") == (
        f'<div class="{name}" role="note"><p><b>{title}</b></p>\n<p>Pida <strong>tres</strong>.</p>\n</div>'
    )
    assert f'<div class="{name}" role="note"><p><b>En su &lt;ciudad&gt;</b></p>' in lesson(
        f"::: {name} En su <ciudad>\nPida.\n:::"
    )


def test_a_video_says_its_weight_and_loads_nothing_until_it_is_asked() -> None:
    html = lesson(
        "::: video media/paseo.mp4\ncaptions: media/paseo.vtt\ntitle: El arroyo\nlength: 4:20\n\n(Text.) Hola.\n:::"
    )
    assert "<b>Video, 4:20: El arroyo</b>" in html
    assert '<details class="player"><summary class="button button--sun">Watch the video (38 MB)</summary>' in html
    assert re.search(r'<video[^>]* preload="none"', html)
    assert '<source src="/ediciones/e/media/m/paseo.mp4" type="video/mp4">' in html
    assert 'kind="captions" src="/ediciones/e/media/m/paseo.vtt" srclang="en"' in html
    transcript = html.partition('<details class="more">')[2]
    assert "(Text.) Hola." in transcript
    assert "captions:" not in html


def test_a_recording_has_its_transcript_too() -> None:
    html = lesson("::: audio media/voz.mp3\ntitle: Una promotora\nlength: 6:05\n\nHola.\n\n- uno\n:::\n\nSigue.")
    assert "Listen (64 KB)" in html
    assert re.search(r'<audio[^>]* preload="none"', html)
    assert html.endswith("<p>Sigue.</p>")


def test_links_lead_to_files_lessons_and_abroad() -> None:
    assert lesson("[guía](media/guia.pdf)") == '<p><a href="/ediciones/e/media/m/guia.pdf">guía (PDF, 420 KB)</a></p>'
    assert lesson("[otra](lesson:otra)") == '<p><a href="/ediciones/e/lecciones/otra">otra</a></p>'
    assert lesson("[a](https://example.org)") == (
        '<p><a href="https://example.org" rel="noopener noreferrer">a</a></p>'
    )
    assert lesson("[nada](lesson:nada)") == "<p><a>nada</a></p>"


def test_the_text_of_instructions_names_the_full_addresses_of_what_it_links_to() -> None:
    text = Localized(es="[a](lesson:otra) [b](media/guia.pdf) [c](lesson:nada) media/x\n\n[d]: media/guia.pdf")
    assert HOME.addressed(text) == {
        "es": "[a](/ediciones/e/lecciones/otra) [b](/ediciones/e/media/m/guia.pdf) [c](lesson:nada) media/x\n\n"
        "[d]: /ediciones/e/media/m/guia.pdf"
    }
    assert 'href="/ediciones/e/lecciones/otra"' in markdown.block(HOME.addressed(text)["es"], "en")


def test_a_text_inside_a_page_begins_at_level_3_and_has_no_ids() -> None:
    html = markdown.block("## Uno\n\n### Dos\n\nTres[^x]\n\n| a |\n|---|\n| 1 |\n", "en")
    assert re.findall(r"<h\d[^>]*>", html) == ["<h3>", "<h4>"]
    assert "[^x]" in html
    assert "id=" not in html


def test_the_same_text_is_always_the_same_markup() -> None:
    text = "::: audio media/voz.mp3\ntitle: T\nlength: 1:00\n\nHola.\n:::\n\n<video src=x autoplay loop></video>"
    assert len({lesson(text) for _ in range(20)}) == 1


# --- in templates


def test_templates_write_markdown_in_the_readers_language_and_mark_another_one() -> None:
    texts = {"own": Localized(es="*uno*", en="*one*"), "other": Localized(es="*uno*"), "none": Localized()}
    template = "{{ own|markdown_inline }} {{ other|markdown_inline }}{{ none|markdown_inline }}"
    assert render_template_string(template, **texts) == '<em>one</em> <span lang="es"><em>uno</em></span>'
    assert render_template_string("{{ other|markdown }}", **texts) == '<div lang="es"><p><em>uno</em></p>\n</div>'
    assert render_template_string("{{ '**a** <i onclick=x>'|markdown_inline }}") == "<strong>a</strong> <i></i>"


def test_rendering_a_line_again_costs_nothing() -> None:
    markdown.inline("Una *sola* vez")
    before = markdown.inline.cache_info().hits
    assert markdown.inline("Una *sola* vez") == Markup("Una <em>sola</em> vez")
    assert markdown.inline.cache_info().hits == before + 1


# --- what never reaches a reader

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=media/mapa.svg onload=alert(1)>",
    '<img src="https://evil.example/track.gif">',
    '<img src="//evil.example/track.gif">',
    '<img src="data:image/svg+xml,<svg onload=alert(1)>">',
    "![x](javascript:alert(1))",
    "![x](data:text/html,alert(1))",
    "![x](https://evil.example/track.gif)",
    "![x](/ediciones/../salir)",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example)",
    "[x](\\\\evil.example)",
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="https://example.org" target="_blank" ping="//evil.example">x</a>',
    "<svg><script>alert(1)</script></svg>",
    "<svg onload=alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<iframe src=https://evil.example></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=/salir method=post><input name=a><button>x</button></form>",
    '<button formaction="javascript:alert(1)">x</button>',
    "<style>body{display:none}</style>",
    '<p style="position:fixed">x</p>',
    '<link rel=stylesheet href=//evil.example><meta http-equiv=refresh content="0;url=//evil.example">',
    "<base href=//evil.example>",
    '<p id="contenido" class="masthead">x</p>',
    '<h2 id="contenido">x</h2>',
    '<a id="csrf_token" name="csrf_token">x</a>',
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<video src=//evil.example/v autoplay onplay=alert(1)><source src=//evil.example/v></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '```"><script>alert(1)</script>\nx\n```',
    "::: do <img src=x onerror=alert(1)>\nx\n:::",
    '::: video media/paseo.mp4" onplay="alert(1)\ntitle: "><script>alert(1)</script>\nlength: 1\n\nx\n:::',
    '![x](media/mapa.svg "<script>alert(1)</script>")',
    '| <img src=x onerror=alert(1)>" onfocus=alert(1) |\n|---|\n| 1 |',
    "x[^a]\n\n[^a]: <script>alert(1)</script>",
    '[x]: javascript:alert(1)\n\n[x]\n\n[y](lesson:otra"onclick=alert(1))',
]
TAGS = re.compile(r"<([a-z0-9]+)((?:[^>\"]|\"[^\"]*\")*)>")
BAD_TAGS = {"script", "style", "iframe", "object", "embed", "form", "input", "button", "svg", "math", "link", "meta"}
BAD_TAGS |= {"base", "template", "noscript"}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("way", ["lesson", "block", "inline"])
def test_hostile_text_is_harmless(text: str, way: str) -> None:
    html = {"lesson": lesson, "block": lambda text: markdown.block(text, "en"), "inline": markdown.inline}[way](text)
    for tag, attributes in TAGS.findall(html):
        assert tag not in BAD_TAGS
        names = set(re.findall(r'\s([a-z-]+)="', attributes))
        assert not {name for name in names if name.startswith("on")}, attributes
        assert not names & {"style", "target", "ping", "name", "srcset", "autoplay", "formaction"}
        for address in re.findall(r'(?:href|src)="([^"]*)"', attributes):
            assert re.match(r"/ediciones/e/|#fn|https://example\.org$", address), address
        assert "contenido" not in re.findall(r'id="([^"]*)"', attributes)
        assert "masthead" not in attributes
