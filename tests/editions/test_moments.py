"""Instants in forms: to the minute, and the one that they were."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from escuela.editions.forms import MomentField
from escuela.editions.policies import Moment
from escuela.forms import Form
from escuela.web import day_and_hour


class Due(Form):
    due = MomentField("Due")


def test_a_form_saved_as_it_was_keeps_which_of_two_equal_times_it_is(app: Flask) -> None:
    second = Moment(datetime(2027, 4, 4, 3, 30, tzinfo=UTC), "America/Santiago")
    typed = MultiDict({"due": "2027-04-03T23:30", "due-zone": "America/Santiago"})
    with app.test_request_context():
        form = Due(typed, data={"due": second}, meta={"csrf": False})
        assert form.validate()
        assert form.due.data == second


@pytest.mark.parametrize(
    ("hour", "said", "shown"),
    [
        (2, "this is the first", "23:30, Santiago time (the first time: the clocks go back)"),
        (3, "this is the second", "23:30, Santiago time (the second time: the clocks have gone back)"),
    ],
)
def test_of_two_equal_times_it_is_said_which(app: Flask, hour: int, said: str, shown: str) -> None:
    kept = Moment(datetime(2027, 4, 4, hour, 30, tzinfo=UTC), "America/Santiago")
    with app.test_request_context():
        form = Due(data={"due": kept}, meta={"csrf": False})
        assert said in form.due.of_two
        assert day_and_hour(kept.at, kept.zone).endswith(shown)


def test_an_hour_that_is_typed_and_happens_twice_is_the_first_and_says_so(app: Flask) -> None:
    typed = MultiDict({"due": "2027-04-03T23:30", "due-zone": "America/Santiago"})
    with app.test_request_context():
        form = Due(typed, meta={"csrf": False})
        assert form.validate()
        assert form.due.data.at == datetime(2027, 4, 4, 2, 30, tzinfo=UTC)
        assert "this is the first" in form.due.of_two


def test_an_hour_that_happens_once_or_that_is_not_there_says_nothing(app: Flask) -> None:
    with app.test_request_context():
        once = Moment(datetime(2027, 4, 4, 12, 30, tzinfo=UTC), "America/Santiago")
        assert Due(data={"due": once}, meta={"csrf": False}).due.of_two == ""
        assert Due(meta={"csrf": False}).due.of_two == ""


def test_a_form_drops_seconds(app: Flask) -> None:
    kept = Moment(datetime(2026, 11, 1, 12, 0, 7, tzinfo=UTC), "America/Montevideo")
    typed = MultiDict({"due": "2026-11-01T09:00", "due-zone": "America/Montevideo"})
    with app.test_request_context():
        form = Due(typed, data={"due": kept}, meta={"csrf": False})
        assert form.validate()
        assert form.due.data == Moment(datetime(2026, 11, 1, 12, 0, tzinfo=UTC), "America/Montevideo")
