"""Write the questions of a call, so that no answer that was handed in loses its question, or its meaning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from escuela.calls import usual
from escuela.calls.models import MULTIPLE, SINGLE, Call, CallQuestion
from escuela.calls.policies import Conditional, unreachable
from escuela.calls.services import answered, lock, moved, named, renumber, usual_question
from escuela.columns import Localized
from escuela.editions.slugs import slug_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import record
from escuela.people.models import User
from escuela.web import plain

CHOICES = {SINGLE, MULTIPLE}


@dataclass(frozen=True, slots=True)
class Choice:
    """An option; one without a key is new."""

    key: str
    text: Localized


@dataclass(frozen=True, slots=True)
class QuestionText:
    """What is asked, and when."""

    kind: str
    text: Localized
    help: Localized
    required: bool
    choices: tuple[Choice, ...] = ()
    shown_if: str | None = None
    shown_value: str | None = None


@dataclass(frozen=True, slots=True)
class _Meant:
    """A question as it would stand in the list."""

    slug: str
    kind: str
    options: list[dict[str, Any]] = field(default_factory=list)
    shown_if: str | None = None
    shown_value: str | None = None


def add(call: Call, text: QuestionText, *, by: User) -> CallQuestion:
    """Ask it, at the end of the list. Raises DomainError when it waits for an answer that nobody can give."""
    lock(call)
    slug = slug_of(text.text.words("es").text, {each.slug for each in call.questions}, otherwise="pregunta")
    meant = _meant(slug, text)
    _refuse_unreachable(call, [*call.questions, meant])
    row = CallQuestion(slug=slug, position=len(call.questions) + 1)
    _write(row, text, meant)
    return _added(call, row, by=by)


def add_usual(call: Call, slug: str, *, by: User) -> CallQuestion:
    """Ask one of the School's usual questions. Raises DomainError when it is asked already."""
    lock(call)
    found = next((each for each in usual.QUESTIONS if each.slug == slug), None)
    if found is None or any(each.slug == slug for each in call.questions):
        raise DomainError(_l("The call asks that already: look for it in the list."))
    return _added(call, usual_question(found, len(call.questions) + 1), by=by)


def _added(call: Call, row: CallQuestion, *, by: User) -> CallQuestion:
    call.questions.append(row)
    db.session.flush()
    record(row, "question.added", within=call, by=by, after=_facts(row))
    return row


def change(row: CallQuestion, text: QuestionText, *, by: User) -> None:
    """Ask it differently. Raises DomainError where answers that were handed in would lose their meaning."""
    call = row.call
    lock(call)
    meant = _meant(row.slug, text)
    _refuse_falsified(row, meant)
    _refuse_unreachable(call, [meant if each is row else each for each in call.questions])
    before = _facts(row)
    _write(row, text, meant)
    db.session.flush()
    after = _facts(row)
    if before != after:
        line = record(row, "question.changed", within=call, by=by, before=before, after=after)
        line.after = {"question": named(row.text)} | line.after  # whose history it is, where its text stayed


def move(row: CallQuestion, place: int, *, by: User) -> None:
    """To a place of the list, the first being 1. Raises DomainError when it, or another, would come too early."""
    call = row.call
    lock(call)
    before, order = row.position, moved(call.questions, row, place)
    _refuse_unreachable(call, order)
    renumber(order)
    db.session.flush()
    if row.position != before:
        after = {"position": row.position, "question": named(row.text)}
        record(row, "question.moved", within=call, by=by, before={"position": before}, after=after)


def remove(row: CallQuestion, *, by: User) -> None:
    """Ask it no more. Raises DomainError when it was answered, or another question waits for its answer."""
    call = row.call
    lock(call)
    if count := answered(row):
        raise DomainError(
            ngettext(
                "%(num)d application that was handed in answers this question: it stays. You can make it optional.",
                "%(num)d applications that were handed in answer this question: it stays. You can make it optional.",
                count,
            )
        )
    _refuse_unreachable(call, [each for each in call.questions if each is not row])
    record(row, "question.removed", within=call, by=by, before=_facts(row))
    call.questions.remove(row)
    renumber(call.questions)
    db.session.flush()


# --- what may not be


def _refuse_unreachable(call: Call, order: Iterable[Conditional]) -> None:
    lost = unreachable(order)
    if lost is None:
        return
    texts = {each.slug: plain(each.text) for each in call.questions}
    if lost.slug not in texts:  # it is new
        raise DomainError(_l("It waits for an answer that no question before it offers. Choose another condition."))
    raise DomainError(
        _l(
            "«%(question)s» is asked only after an answer to «%(other)s», which then would not come before it or would "
            "not offer that answer. Change when «%(question)s» is asked first.",
            question=texts[lost.slug],
            other=texts.get(str(lost.shown_if), str(lost.shown_if)),
        )
    )


def _refuse_falsified(row: CallQuestion, meant: _Meant) -> None:
    """What people handed in keeps its kind and its options: words that are there stay, new ones may come."""
    if meant.kind == row.kind and _keeps(row.options, meant.options):
        return
    if count := answered(row):
        raise DomainError(
            ngettext(
                "%(num)d application that was handed in answers this question: its kind and its options stay as they "
                "are. You can add options and translations, or ask another question.",
                "%(num)d applications that were handed in answer this question: its kind and its options stay as they "
                "are. You can add options and translations, or ask another question.",
                count,
            )
        )


def _keeps(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> bool:
    texts = {option["key"]: option["text"] for option in after}
    return all(option["key"] in texts and option["text"].items() <= texts[option["key"]].items() for option in before)


# --- rows


def _meant(slug: str, text: QuestionText) -> _Meant:
    return _Meant(slug, text.kind, _options(text), text.shown_if, text.shown_value)


def _options(text: QuestionText) -> list[dict[str, Any]]:
    """Options in order; a new one gets a key made of its words, and keeps it when they change."""
    if text.kind not in CHOICES:
        return []
    taken = {choice.key for choice in text.choices if choice.key}
    found = []
    for choice in text.choices:
        key = choice.key or slug_of(choice.text.words("es").text, taken, otherwise="opcion")
        taken.add(key)
        found.append({"key": key, "text": dict(choice.text)})
    return found


def _write(row: CallQuestion, text: QuestionText, meant: _Meant) -> None:
    row.kind, row.text, row.help, row.required = text.kind, text.text, text.help, text.required
    row.options, row.shown_if, row.shown_value = meant.options, meant.shown_if, meant.shown_value


def _facts(row: CallQuestion) -> dict[str, Any]:
    return {
        "question": dict(row.text),
        "kind": row.kind,
        "help": dict(row.help),
        "required": row.required,
        "options": [option["text"] for option in row.options],
        **_condition(row),
    }


def _condition(row: CallQuestion) -> dict[str, Any]:
    """When it is asked, in the words that the other question and its option have now; a consent is ticked."""
    other = next((each for each in row.call.questions if each.slug == row.shown_if), None)
    if other is None:
        return {"shown_if": None, "shown_value": None}
    texts = {option["key"]: named(Localized(option["text"])) for option in other.options}
    value = str(row.shown_value)
    return {"shown_if": named(other.text), "shown_value": texts.get(value, value)}
