"""A School of its own for each file of browser tests, since journeys change things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Browser

from tests.live import School, Visitor, school

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a School with the demo world, as new; tests serve copies of it."""
    folder = tmp_path_factory.mktemp("world")
    with school(folder):
        return folder


@pytest.fixture(scope="module")
def served(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with school(copytree(world, tmp_path_factory.mktemp("served"), dirs_exist_ok=True)) as running:
        yield running


@pytest.fixture
def visitor(chromium: Browser, served: School) -> Iterator[type[Visitor]]:
    """`visitor(size=PHONE)` opens a browser of its own; all are closed when the test ends."""
    opened: list[Visitor] = []

    def opens(**options: object) -> Visitor:
        opened.append(Visitor(chromium, served, **options))
        return opened[-1]

    yield opens
    for each in opened:
        each.leaves()
