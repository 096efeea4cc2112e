"""Jobs that belong to no room."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from escuela import clock, storage
from escuela.extensions import db
from escuela.jobs import remove_orphan_files, stored_keys
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW


def test_every_column_that_names_a_stored_file_is_known_to_the_broom() -> None:
    """A column of this name that the broom does not look at would lose people's files after a day."""
    named = {str(each) for table in db.metadata.tables.values() for each in table.columns if each.name.endswith("key")}
    others = {"options.key", "answers.option_key"}
    assert {str(each) for each in stored_keys()} == named - others
    assert "application_files.key" in named


def test_a_file_that_a_row_names_stays_and_one_that_none_names_goes(cast: Cast) -> None:
    kept = storage.put(BytesIO(b"%PDF-1.7 carta"), most=100)
    lost = storage.put(BytesIO(b"%PDF-1.7 nadie"), most=100)
    application = factories.application(factories.call(cast.edition), cast.canelones)
    factories.application_file(application, kept.key)
    with clock.stopped(NOW + timedelta(days=4000)):
        remove_orphan_files()
        there = set(storage.keys(older_than=timedelta()))
    assert kept.key in there
    assert lost.key not in there
