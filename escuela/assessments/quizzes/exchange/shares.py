"""What other systems give for each answer in percent, and what of that is said when ours cannot say it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.exchange.report import Draft
from escuela.assessments.quizzes.exchange.sound import share_in

NEAR = Decimal("0.51")
"""Systems round a third of 100 in several ways."""


def judge_shares(draft: Draft, weights: Sequence[Decimal], *, one: bool) -> None:
    """Notes where the options of a choice earn otherwise than here.

    One that is chosen is right or wrong. Of several, each right one earns the same, and a wrong one takes that away.
    """
    if one:
        if any(0 < weight < 100 for weight in weights):
            draft.remark(_l("An option that earned a part of the points earns none here."))
        if any(weight < 0 for weight in weights):
            draft.remark(_l("Nothing is taken away for a wrong option here."))
        return
    right = [weight for weight in weights if weight > 0]
    each = Decimal(100) / len(right) if right else Decimal(0)
    if any(abs(weight - each) > NEAR for weight in right):
        draft.remark(_l("Its right options had different weights; here each earns the same."))
    if any(abs(weight + each) > NEAR for weight in weights if weight <= 0):
        draft.remark(
            _l("A wrong option took away another part of the points; here it takes away what a right one earns.")
        )


def note_shares(draft: Draft, shares: Sequence[Decimal]) -> None:
    """Notes where the shares of typed answers were rounded or cut."""
    if any(share != share_in(share) for share in shares):
        draft.remark(_l("Parts of the points are whole percents from 0 to 100 here: they were rounded."))
