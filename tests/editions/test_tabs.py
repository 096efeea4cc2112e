"""The pages of an edition, as tabs: the one that is open is marked, and so is the one above it."""

from __future__ import annotations

import re

import pytest

MARKED = re.compile(r'<a href="([^"]+)" aria-current="(\w+)"')


@pytest.mark.parametrize(
    ("person", "path", "expected"),
    [
        ("lucia", "/ediciones/novena", ("/ediciones/novena", "page")),
        ("lucia", "/ediciones/novena/lecciones/leccion", ("/ediciones/novena", "true")),
        ("lucia", "/ediciones/novena/tutorias", ("/ediciones/novena/tutorias", "page")),
        ("gabriela", "/ediciones/novena/tutorias/nueva", ("/ediciones/novena/tutorias", "true")),
        ("gabriela", "/ediciones/novena/personas/inscribir", ("/ediciones/novena/personas", "true")),
    ],
)
def test_one_tab_is_marked(cast, as_, person, path, expected):
    page = as_(getattr(cast, person)).get(path).text
    tabs = page[page.index('class="tabs"') :]
    assert MARKED.findall(tabs[: tabs.index("</nav>")]) == [expected]
