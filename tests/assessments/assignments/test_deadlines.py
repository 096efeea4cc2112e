from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escuela import clock
from escuela.assessments.assignments.deadlines import handed_in_for_today, review_due
from tests.factories import MONTEVIDEO, at


@pytest.mark.parametrize(
    ("handed_in", "until"),
    [
        ("2026-10-12 09:00", "2026-10-19"),  # a Monday
        ("2026-10-16 23:58", "2026-10-23"),  # a Friday
        ("2026-10-17 10:00", "2026-10-23"),  # the Saturday and the Sunday after it
        ("2026-10-18 23:59", "2026-10-23"),
    ],
)
def test_a_work_is_reviewed_until_the_end_of_the_fifth_working_day(handed_in: str, until: str) -> None:
    assert review_due(at(f"{handed_in} {MONTEVIDEO}"), MONTEVIDEO).at == at(f"{until} 23:59 {MONTEVIDEO}")


instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda each: each.replace(tzinfo=UTC))  # noqa: DTZ001
zones = st.sampled_from([MONTEVIDEO, "America/Santiago", "America/La_Paz"])


@given(now=instants, ago=st.timedeltas(timedelta(0), timedelta(days=20)), zone=zones)
def test_what_is_late_or_due_today_is_the_same_by_row_and_by_list(now: datetime, ago: timedelta, zone: str) -> None:
    handed_in = now - ago
    first, after = handed_in_for_today(now, zone)
    today = now.astimezone(clock.zone(zone)).date()
    due = review_due(handed_in, zone).at.astimezone(clock.zone(zone)).date()
    assert (handed_in < first) is (due < today)
    assert (first <= handed_in < after) is (due == today)
