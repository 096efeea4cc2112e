from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from escuela.tutoring import calendar
from tests.factories import at


def written(**given: Any) -> str:
    values = {
        "uid": "tutoring-session-7@example.org",
        "title": "Olas de calor",
        "text": "",
        "address": None,
        "begins": at("2026-10-27 17:00 America/Montevideo"),
        "ends": at("2026-10-27 18:30 America/Montevideo"),
        "written": at("2026-10-20 12:00 America/Montevideo"),
    }
    return calendar.event(**{**values, **given})


def unfolded(file: str) -> dict[str, str]:
    lines = file.replace("\r\n ", "").split("\r\n")
    return dict(line.split(":", 1) for line in lines if line)


def test_a_session_is_one_event_with_its_instants_in_utc() -> None:
    file = written()
    assert file.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert file.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    fields = unfolded(file)
    assert (fields["DTSTART"], fields["DTEND"]) == ("20261027T200000Z", "20261027T213000Z")
    assert (fields["DTSTAMP"], fields["UID"]) == ("20261020T150000Z", "tutoring-session-7@example.org")
    assert "URL" not in fields


def test_signs_that_mean_something_in_a_calendar_are_escaped() -> None:
    fields = unfolded(written(title="Agua; calor, viento \\ sol", text="Uno\r\ndos", address="https://example.org/a"))
    assert fields["SUMMARY"] == r"Agua\; calor\, viento \\ sol"
    assert fields["DESCRIPTION"] == r"Uno\ndos"
    assert fields["URL"] == "https://example.org/a"


@given(st.text(max_size=300))
def test_whatever_a_title_holds_lines_are_short_whole_and_no_new_field_begins(title: str) -> None:
    file = written(title=title)
    lines = file.split("\r\n")
    assert all(len(line.encode("utf-8", "surrogatepass")) <= 75 for line in lines)
    assert len(re.findall(r"(?m)^BEGIN:|\r\nBEGIN:", "\r\n" + file.replace("\r\n ", ""))) == 2
