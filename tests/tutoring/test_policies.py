from __future__ import annotations

from datetime import timedelta

import pytest

from escuela.tutoring import policies
from escuela.tutoring.models import TutoringSession
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("minutes", "join", "attendance", "over"),
    [
        (-61, False, False, False),
        (-60, True, False, False),
        (-1, True, False, False),
        (0, True, True, False),
        (59, True, True, False),
        (60, False, True, True),
        (100_000, False, True, True),
    ],
)
def test_a_session_of_one_hour_minute_by_minute(minutes: int, join: bool, attendance: bool, over: bool) -> None:
    session = TutoringSession(starts_at=NOW, minutes=60, link="https://example.org/sala")
    at = NOW + timedelta(minutes=minutes)
    assert policies.can_join(session, at) is join
    assert policies.can_take_attendance(session, at) is attendance
    assert policies.is_over(session, at) is over


def test_without_a_link_there_is_nothing_to_join() -> None:
    assert not policies.can_join(TutoringSession(starts_at=NOW, minutes=60, link=None), NOW)
