"""When applications are scored, and what scores amount to. Pure: rows in, answers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import heapify, heappop, heappush

from escuela.applications.models import SUBMITTED
from escuela.calls.models import Call, CallCriterion
from escuela.calls.policies import Stage, stage
from escuela.evaluations.models import Evaluation


def total(points: Mapping[int, int], criteria: Iterable[CallCriterion]) -> int:
    """The weighted mean of points by id of criterion, in hundredths of a point, halves rounded up.

    Every criterion has to have its points.
    """
    rows = list(criteria)
    weights = sum(row.weight for row in rows)
    weighed = sum(100 * row.weight * points[row.id] for row in rows)
    return (2 * weighed + weights) // (2 * weights)


def scoring(call: Call, at: datetime) -> bool:
    """Whether applications are scored at an instant: from the closing of the call until its result is published."""
    return stage(call, at) is Stage.CLOSED


def can_score(evaluation: Evaluation, at: datetime) -> bool:
    """Whether its evaluator may write in it: not once it is given or given back, nor when the applicant withdrew."""
    rests = evaluation.given_at or evaluation.recused_at or evaluation.application.state != SUBMITTED
    return not rests and scoring(evaluation.application.call, at)


# --- dividing the work


@dataclass(frozen=True, slots=True)
class Share:
    """What is to be divided: who evaluates and how much they have, and each application with whom it may not have."""

    loads: Mapping[int, int]
    """By id of evaluator: evaluations assigned already."""
    wanting: Mapping[int, int]
    """By id of application: evaluations missing."""
    barred: Mapping[int, frozenset[int]]
    """By id of application: evaluators that it has, had, or must not have."""


@dataclass(frozen=True, slots=True)
class Plan:
    pairs: tuple[tuple[int, int], ...]
    """Application and evaluator."""
    short: Mapping[int, int]
    """By id of application: evaluations for which nobody is left."""


def divided(share: Share) -> Plan:
    """An even division, the same each time: whoever has least takes the next, the hardest applications first."""
    heap = [(load, evaluator) for evaluator, load in sorted(share.loads.items())]
    heapify(heap)
    pairs: list[tuple[int, int]] = []
    short: dict[int, int] = {}
    nobody: frozenset[int] = frozenset()
    for application in sorted(share.wanting, key=lambda each: (-len(share.barred.get(each, nobody)), each)):
        passed: list[tuple[int, int]] = []
        taken: list[tuple[int, int]] = []
        while heap and len(taken) < share.wanting[application]:
            load, evaluator = heappop(heap)
            if evaluator in share.barred.get(application, nobody):
                passed.append((load, evaluator))
            else:
                taken.append((load + 1, evaluator))
        for each in (*passed, *taken):
            heappush(heap, each)
        pairs += [(application, evaluator) for _load, evaluator in taken]
        if len(taken) < share.wanting[application]:
            short[application] = share.wanting[application] - len(taken)
    return Plan(tuple(pairs), short)
