"""Where a call stands at an instant, and which of its questions are asked. Pure: rows in, answers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from escuela.calls.models import CONSENT, MULTIPLE, SINGLE, Call, CallQuestion
from escuela.editions.policies import Moment


class Stage(StrEnum):
    HIDDEN = "hidden"
    """Being written: only who coordinates the edition sees it."""
    ANNOUNCED = "announced"
    """To be read, not open yet."""
    OPEN = "open"
    CLOSED = "closed"
    """Closed; being evaluated and decided."""
    RESULT = "result"
    """The result is published."""


def stage(call: Call, at: datetime) -> Stage:
    if call.published_at is None:
        return Stage.HIDDEN
    if call.announced_at is not None:
        return Stage.RESULT
    if at < call.opens_at:
        return Stage.ANNOUNCED
    return Stage.OPEN if at < call.closes_at else Stage.CLOSED


def accepts(call: Call, at: datetime) -> bool:
    """Whether applications are handed in, corrected and withdrawn at an instant."""
    return stage(call, at) is Stage.OPEN


def opening(call: Call) -> Moment:
    return Moment(call.opens_at, call.zone)


def closing(call: Call) -> Moment:
    return Moment(call.closes_at, call.zone)


def asked(call: Call, answers: Mapping[str, Any]) -> list[CallQuestion]:
    """The questions that are asked of who answered so, by slug: the others depend on an answer that was not given."""
    shown: dict[str, CallQuestion] = {}
    for question in call.questions:
        on = question.shown_if
        if on is None or (on in shown and _chosen(shown[on], answers.get(on), str(question.shown_value))):
            shown[question.slug] = question
    return list(shown.values())


def _chosen(question: CallQuestion, answer: Any, value: str) -> bool:
    if question.kind == MULTIPLE:
        return value in (answer or ())
    return question.kind in {SINGLE, CONSENT} and answer == value


class Conditional(Protocol):
    """As much of a question as says when it is asked: its row, or what somebody is about to make of it."""

    @property
    def slug(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def options(self) -> list[dict[str, Any]]: ...
    @property
    def shown_if(self) -> str | None: ...
    @property
    def shown_value(self) -> str | None: ...


YES = "yes"
"""The answer to a consent that was given."""


def values_of(question: Conditional) -> list[str]:
    """The answers that another question may wait for."""
    if question.kind in {SINGLE, MULTIPLE}:
        return [option["key"] for option in question.options]
    return [YES] if question.kind == CONSENT else []


def unreachable(questions: Iterable[Conditional]) -> Conditional | None:
    """The first question that waits for an answer which no earlier one offers; None where the order holds."""
    offered: set[tuple[str | None, str | None]] = set()
    for question in questions:
        if question.shown_if is not None and (question.shown_if, question.shown_value) not in offered:
            return question
        offered |= {(question.slug, value) for value in values_of(question)}
    return None
