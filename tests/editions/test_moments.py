"""Instants in forms: to the minute, and the one that they were."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask
from werkzeug.datastructures import MultiDict

from escuela.editions.forms import MomentField
from escuela.editions.policies import Moment
from escuela.forms import Form


class Due(Form):
    due = MomentField("Due")


def test_a_form_saved_as_it_was_keeps_which_of_two_equal_times_it_is(app: Flask) -> None:
    second = Moment(datetime(2027, 4, 4, 3, 30, tzinfo=UTC), "America/Santiago")
    typed = MultiDict({"due": "2027-04-03T23:30", "due-zone": "America/Santiago"})
    with app.test_request_context():
        form = Due(typed, data={"due": second}, meta={"csrf": False})
        assert form.validate()
        assert form.due.data == second


def test_a_form_drops_seconds(app: Flask) -> None:
    kept = Moment(datetime(2026, 11, 1, 12, 0, 7, tzinfo=UTC), "America/Montevideo")
    typed = MultiDict({"due": "2026-11-01T09:00", "due-zone": "America/Montevideo"})
    with app.test_request_context():
        form = Due(typed, data={"due": kept}, meta={"csrf": False})
        assert form.validate()
        assert form.due.data == Moment(datetime(2026, 11, 1, 12, 0, tzinfo=UTC), "America/Montevideo")
