"""Every page, as each kind of person sees it: no barrier that axe finds, nothing too wide, no failing script."""

from __future__ import annotations

import pytest

from tests.live import DESK, PHONE
from tests.screens import PAGES, reach, speak

pytestmark = pytest.mark.browser

WAYS = [("es", DESK), ("pt", PHONE)]


@pytest.mark.parametrize(("language", "size"), WAYS, ids=["es-desk", "pt-phone"])
@pytest.mark.parametrize("person", PAGES, ids=lambda person: person or "visitor")
def test_no_page_has_a_barrier(visitor, person, language, size):
    somebody = visitor(size=size)
    if person:
        somebody.signs_in(person)
    speak(somebody.page, language)
    for name, way in PAGES[person].items():
        reach(somebody.page, way)
        assert somebody.page.locator("h1").count() == 1, name
        assert somebody.page.get_attribute("html", "lang") == language
        somebody.finds_no_barrier()


@pytest.mark.parametrize("path", ["/", "/ediciones", "/ediciones/2021-ciudades-inteligentes", "/verificar"])
def test_a_page_is_readable_without_scripts(visitor, path):
    somebody = visitor(size=PHONE, java_script_enabled=False).goes(path)
    assert len(somebody.page.inner_text("main")) > 100
