"""Many mails of one kind, written together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select

from escuela.extensions import db
from escuela.messages.models import Message
from escuela.messages.services import Recipient, enqueue_all
from tests import factories

Count = Callable[[], AbstractContextManager[list[str]]]
Letter = Callable[[int], tuple[Recipient, str, dict[str, object]]]
KIND = "admissions/enrolled"


@pytest.fixture
def letter() -> Letter:
    edition = factories.edition()

    def of(number: int) -> tuple[Recipient, str, dict[str, object]]:
        to = Recipient(f"p{number}@example.org", "pt" if number % 2 else "es", f"P {number}", "America/Montevideo")
        return to, f"once-{number}", {"edition": edition, "invitation": None, "government": "Canelones"}

    return of


def test_each_is_written_once_in_the_language_of_its_reader(letter: Letter) -> None:
    assert enqueue_all(KIND, [letter(1), letter(2)]) == 2
    assert enqueue_all(KIND, [letter(2), letter(3)]) == 1
    rows = db.session.scalars(select(Message).order_by(Message.once)).all()
    assert [(row.once, row.language) for row in rows] == [("once-1", "pt"), ("once-2", "es"), ("once-3", "pt")]
    assert enqueue_all(KIND, []) == 0


@pytest.mark.parametrize("many", [3, 30])
def test_many_take_as_few_statements_as_some(count_queries: Count, letter: Letter, many: int) -> None:
    letters = [letter(number) for number in range(many)]
    with count_queries() as ran:
        assert enqueue_all(KIND, letters) == many
    assert len([each for each in ran if "messages" in each]) == 2, "which occasions are known, and all of the others"
