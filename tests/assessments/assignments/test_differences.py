from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from escuela.assessments.assignments.differences import ADDED, REMOVED, Piece, differences


def test_words_that_came_in_and_went_out_are_told_from_those_that_stayed() -> None:
    assert differences("Tres puntos de encuentro.", "Cuatro puntos de encuentro, probados.") == [
        Piece(REMOVED, "Tres"),
        Piece(ADDED, "Cuatro"),
        Piece("same", " puntos de "),
        Piece(REMOVED, "encuentro."),
        Piece(ADDED, "encuentro, probados."),
    ]


texts = st.text(alphabet="ab \n", max_size=40)


@given(before=texts, after=texts)
def test_both_texts_can_be_read_from_their_differences(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.kind != REMOVED) == after
    assert all(one.kind != two.kind for one, two in pairwise(pieces))
