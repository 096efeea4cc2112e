from __future__ import annotations

import pytest

from escuela.certificates import codes


def test_a_code_is_three_groups_without_letters_that_look_like_figures() -> None:
    for _ in range(200):
        prefix, first, second = codes.new().split("-")
        assert (prefix, len(first), len(second)) == ("EDR", 4, 4)
        assert not set(first + second) & set("O0I1")


def test_codes_do_not_repeat_soon() -> None:
    assert len({codes.new() for _ in range(5000)}) == 5000


@pytest.mark.parametrize(
    "typed",
    ["EDR-7K4Q-9M2H", "edr-7k4q-9m2h", " edr 7k4q 9m2h ", "EDR7K4Q9M2H", "7K4Q-9M2H", "edr–7k4q—9m2h", "EDR_7K4Q.9M2H"],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert codes.normalise(typed) == "EDR-7K4Q-9M2H"


def test_a_code_may_begin_like_the_prefix() -> None:
    assert codes.normalise("EDR2-3456") == "EDR-EDR2-3456"


@pytest.mark.parametrize(
    "typed", ["", "EDR", "EDR-7K4Q-9M2", "EDR-7K4Q-9M2HH", "EDR-OK4Q-9M2H", "EDR-1111-0000", "' OR 1=1", "Ñ" * 8]
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert codes.normalise(typed) is None


def test_the_sample_is_not_a_code() -> None:
    assert codes.normalise(codes.SAMPLE) is None
