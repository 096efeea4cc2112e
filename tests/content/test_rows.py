"""An edition in the database says the same as the text that it was loaded from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from escuela.config import ROOT
from escuela.content.check import read_edition
from escuela.content.load import apply
from escuela.content.rows import text_of
from escuela.editions.models import Edition
from escuela.extensions import db

PARTS = (
    "slug",
    "title",
    "theme",
    "signatories",
    "frameworks",
    "starts_on",
    "languages",
    "attendance",
    "sessions",
)


@pytest.mark.parametrize("slug", [path.name for path in sorted((ROOT / "courses").iterdir()) if path.is_dir()])
def test_an_edition_that_was_loaded_reads_as_its_text(slug: str) -> None:
    text, faults = read_edition(ROOT / "courses" / slug)
    assert text is not None
    assert not faults
    apply(text)
    db.session.expire_all()
    found = text_of(db.session.scalars(select(Edition).where(Edition.slug == slug)).one())
    for name in PARTS:
        assert getattr(found, name) == getattr(text, name), name
    for was, became in zip(text.modules, found.modules, strict=True):
        assert replace(became, activities=(), sessions=()) == replace(was, activities=(), sessions=())
        assert became.activities == was.activities
        assert became.sessions == was.sessions
