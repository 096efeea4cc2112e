from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from escuela.assessments.assignments import services
from escuela.assessments.assignments.models import Work
from escuela.differing import ADDED, LINES_MOST, SAME, TAKEN, WORDS_MOST, pieces
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import User
from tests import factories
from tests.assessments.assignments import documents
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
TEXTS = st.text(st.sampled_from("ab \n"), max_size=60)


@given(TEXTS, TEXTS)
@settings(deadline=None)
def test_what_stayed_and_came_is_the_new_text_and_what_stayed_and_went_the_old(old: str, new: str) -> None:
    assume(old != new)
    found = list(pieces(old, new, around=1000))
    assert "".join(piece.words for piece in found if piece.how in {SAME, ADDED}) == new
    assert "".join(piece.words for piece in found if piece.how in {SAME, TAKEN}) == old


@pytest.mark.parametrize("unit", ["a ", "\n"])
def test_texts_too_long_to_compare_are_shown_whole(unit: str) -> None:
    old, new = unit * LINES_MOST, f"{unit * WORDS_MOST}fin"
    assert [piece.how for piece in pieces(old, new)] == [TAKEN, ADDED]


@pytest.fixture
def work(cast: Cast) -> Work:
    """Two versions: a word and a file more."""
    row = factories.work(cast.assignment, cast.lucias, text="El arroyo crece.\n\nPoco.")
    services.save_draft(row, "El arroyo crece siempre.\n\nPoco.", began_from=row.draft_mark)
    services.attach(row, BytesIO(documents.PDF), name="mapa.pdf", by=cast.lucia)
    db.session.refresh(row)
    services.submit(row, by=cast.lucia)
    db.session.commit()
    return row


def test_a_participant_sees_what_changed_between_two_versions(cast: Cast, as_: As, work: Work) -> None:
    lucia = as_(cast.lucia)
    assert f"{PAGE}/cambios?de=1&amp;a=2" in lucia.get(PAGE).text
    page = lucia.get(f"{PAGE}/cambios").text
    assert "crece siempre.</ins>" in page
    assert "mapa.pdf" in page
    assert "crece siempre.</ins>" in lucia.get(f"{PAGE}/cambios?de=1&a=2").text
    assert "The text is the same in both." in lucia.get(f"{PAGE}/cambios?de=2&a=2").text


@pytest.mark.parametrize("query", ["?a=3", "?de=0&a=1", "?de=x&a=9", "?a=1"])
def test_versions_that_are_not_there_are_not_found(cast: Cast, as_: As, work: Work, query: str) -> None:
    assert as_(cast.lucia).get(f"{PAGE}/cambios{query}").status_code == 404


def test_only_its_people_compare_a_work(cast: Cast, as_: As, work: Work) -> None:
    for person, status in ((cast.martin, 404), (cast.renata, 404), (cast.rocio, 404), (None, 303)):
        assert as_(person).get(f"{PAGE}/cambios").status_code == status


def test_the_receipt_names_both_clocks_and_the_whole_print_on_the_page_and_by_mail(
    cast: Cast, as_: As, work: Work
) -> None:
    cast.assignment.due_at, cast.assignment.due_zone = (
        work.submissions[-1].submitted_at.replace(day=30),
        "America/Santiago",
    )
    db.session.commit()
    page, file = as_(cast.lucia).get(PAGE).text, work.files[0]
    for words in ("Arrived:", "Santiago", "Montevideo", file.sha256):
        assert words in page
    mail = db.session.query(Message).order_by(Message.id.desc()).first()
    assert mail is not None
    for words in ("version 2", file.sha256, "mapa.pdf", "Montevideo"):
        assert words in mail.text
