"""What a tutor says of a work, while it is being typed: read from a form, or from the row that keeps it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from escuela.assessments.assignments.models import Assignment, Criterion, Review

REMARK = re.compile(r"remark-([0-9]{1,9})")
COMMENT, NOTE = 20_000, 5_000
"""Most characters of the overall comment; of the private note, of a comment on one criterion or on a passage."""


@dataclass
class Judgement:
    levels: dict[int, int] = field(default_factory=dict)
    """Criterion -> level, where one is chosen."""
    notes: dict[int, str] = field(default_factory=dict)
    """Criterion -> comment on it."""
    comment: str = ""
    private_note: str = ""
    remarks: dict[int, str] = field(default_factory=dict)
    """Remark -> its words, where they are on the page."""
    points: str = ""
    """As they were typed, where there is no rubric."""
    began_from: str | None = None
    """The `mark` of what its page began from; None where no page did."""

    @classmethod
    def typed(cls, form: Mapping[str, str], assignment: Assignment) -> Judgement:
        """As a form of the desk sends it; levels that are not of their criterion are left out."""
        judgement = cls(comment=tidy(form.get("comment")), private_note=tidy(form.get("private_note")))
        judgement.points = form.get("points", "").strip()
        judgement.began_from = form.get("began_from")
        for criterion in assignment.criteria:
            chosen = form.get(f"level-{criterion.id}")
            judgement.notes[criterion.id] = tidy(form.get(f"note-{criterion.id}"))
            for level in criterion.levels:
                if str(level.id) == chosen:
                    judgement.levels[criterion.id] = level.id
        for name in form:
            if found := REMARK.fullmatch(name):
                judgement.remarks[int(found[1])] = tidy(form[name])
        return judgement

    @classmethod
    def kept(cls, review: Review | None) -> Judgement:
        if review is None:
            return cls()
        return cls(
            levels={mark.criterion_id: mark.level_id for mark in review.marks if mark.level_id is not None},
            notes={mark.criterion_id: mark.comment for mark in review.marks},
            comment=review.comment,
            private_note=review.private_note,
            remarks={remark.id: remark.text for remark in review.remarks},
            points="" if review.points_given is None else str(review.points_given),
        )

    @property
    def mark(self) -> str:
        """Names what is said: a page that began from something else would overwrite it."""
        notes, remarks = ({key: text for key, text in each.items() if text} for each in (self.notes, self.remarks))
        said = (*(sorted(each.items()) for each in (self.levels, notes, remarks)), self.comment, self.private_note)
        return hashlib.sha256(repr((*said, self.points)).encode()).hexdigest()[:12]

    def overwrites(self, kept: Judgement) -> bool:
        """Whether something else was saved since the page was opened. What arrives twice overwrites nothing."""
        return self.began_from is not None and kept.mark not in {self.began_from, self.mark}

    def points_for(self, assignment: Assignment) -> int | None:
        """The points, if they are a number that the assignment can give."""
        most, number = assignment.points_most or 0, re.fullmatch(r"[0-9]{1,4}", self.points)
        return int(number[0]) if number and most and int(number[0]) <= most else None

    def unmarked(self, assignment: Assignment) -> list[Criterion]:
        return [criterion for criterion in assignment.criteria if criterion.id not in self.levels]

    @property
    def says_something(self) -> bool:
        """Whether there is a comment that the participant will read."""
        return any(text.strip() for text in (self.comment, *self.notes.values(), *self.remarks.values()))

    @property
    def too_long(self) -> bool:
        return len(self.comment) > COMMENT or any(
            len(text) > NOTE for text in (self.private_note, *self.notes.values(), *self.remarks.values())
        )


def tidy(text: str | None) -> str:
    """A typed text as it is kept: one kind of line end, and no NUL, which PostgreSQL cannot hold."""
    return (text or "").replace("\x00", "").replace("\r\n", "\n")
