"""What changed from one version of a work to another: word by word in its text, by their bytes in its files."""

from __future__ import annotations

from dataclasses import dataclass

from escuela.assessments.assignments.models import Submission, WorkFile
from escuela.differing import ADDED, TAKEN, Piece, pieces


@dataclass(frozen=True, slots=True)
class Comparison:
    before: Submission
    after: Submission
    pieces: tuple[Piece, ...]
    added: tuple[WorkFile, ...]
    taken: tuple[WorkFile, ...]
    kept: tuple[WorkFile, ...]

    @property
    def text_changed(self) -> bool:
        return any(piece.how in {ADDED, TAKEN} for piece in self.pieces)

    @property
    def link_changed(self) -> bool:
        return self.before.link != self.after.link


def compared(before: Submission, after: Submission) -> Comparison:
    """A file is the same if its bytes are, whatever it is called."""
    was, became = ({file.sha256 for file in each.files} for each in (before, after))
    return Comparison(
        before,
        after,
        tuple(pieces(before.text, after.text, around=1)),
        added=tuple(file for file in after.files if file.sha256 not in was),
        taken=tuple(file for file in before.files if file.sha256 not in became),
        kept=tuple(file for file in after.files if file.sha256 in was),
    )
