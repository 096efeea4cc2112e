"""Pairs as options and the targets they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from escuela.assessments.quizzes.asked import OptionText, TargetText
from escuela.assessments.quizzes.exchange.sound import keys
from escuela.columns import Localized


def paired(pairs: Sequence[tuple[Localized, Localized]]) -> tuple[tuple[OptionText, ...], tuple[TargetText, ...], bool]:
    """Options, targets, and whether a target belongs to several options.

    Where a pair has no first half, its second is offered and belongs to nothing. Targets of the same words are one.
    """
    words = list(dict.fromkeys(tuple(target.items()) for _option, target in pairs if target))
    known = dict(zip(words, keys(len(words)), strict=True))
    told = [(option, known.get(tuple(target.items()), "")) for option, target in pairs if option]
    options = tuple(
        OptionText(key, option, target=target) for key, (option, target) in zip(keys(len(told)), told, strict=True)
    )
    targets = tuple(TargetText(key, Localized(text)) for text, key in known.items())
    used = [option.target for option in options]
    return options, targets, len(set(used)) < len(used)
