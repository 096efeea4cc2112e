"""What marks come to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escuela.gradebook.models import Points
from escuela.gradebook.policies import average, marked_kinds, total, whole

marks = st.builds(
    lambda possible, part: Points(possible * part // 100, possible),
    st.integers(1, 100_000),
    st.integers(0, 100),
)


def test_a_total_is_plain_points_of_points():
    assert total([Points(800, 1000), Points(0, 200), None]) == Points(800, 1200)


def test_without_a_mark_there_is_no_total_and_no_average():
    assert (total([None, None]), average([None]), average([])) == (None, None, None)


def test_in_an_average_every_mark_weighs_the_same():
    assert average([Points(1, 1), Points(0, 100_000), None]) == 50


@pytest.mark.parametrize(("mark", "percent"), [((599, 1000), 59), ((600, 1000), 60), ((2, 3), 66), ((1000, 1000), 100)])
def test_a_percent_is_rounded_down(mark, percent):
    assert Points(*mark).percent == percent
    assert average([Points(*mark)]) == percent


@pytest.mark.parametrize("percent", range(101))
def test_a_whole_percent_survives_binary_fractions(percent):
    assert whole(percent / 100) == percent


@pytest.mark.parametrize(
    ("mark", "written"), [((850, 1000), "8.5/10"), ((0, 5), "0/0.05"), ((10_000, 10_000), "100/100")]
)
def test_points_are_written_plainly(mark, written):
    assert Points(*mark).plainly == written


@given(st.lists(st.none() | marks))
def test_a_total_lies_between_nothing_and_everything(found):
    counted = total(found)
    if counted is None:
        assert not any(found)
    else:
        assert 0 <= counted.percent <= 100
        assert 0 <= (average(found) or 0) <= 100


def test_lessons_are_never_marked(app):
    assert set(marked_kinds()) >= {"quiz", "assignment"}
    assert "lesson" not in marked_kinds()
