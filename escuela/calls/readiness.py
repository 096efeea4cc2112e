"""What a call lacks before it is shown to everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela.calls.models import FILE, MULTIPLE, SINGLE, Call, CallQuestion
from escuela.calls.policies import closing, opening, unreachable
from escuela.columns import LANGUAGES
from escuela.editions.models import ARCHIVED, CLOSED
from escuela.editions.services import both_zones
from escuela.web import language_name

SHORTEST = timedelta(days=7)
"""A call that is open for less reaches hardly anybody."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Something to put right; `serious`: the call cannot be published before. `page` is the view where one does it."""

    sentence: LazyString
    page: str
    serious: bool = False


def lacks(call: Call, at: datetime) -> list[Lack]:
    """The serious ones first."""
    found = [*_texts(call), *_hours(call, at), *_criteria(call), *_questions(call)]
    if call.edition.status in {CLOSED, ARCHIVED}:
        found.append(Lack(_l("The edition is over: nobody can be accepted into it."), "calls.manage", serious=True))
    return sorted(found, key=lambda lack: not lack.serious)


def _texts(call: Call) -> Iterator[Lack]:
    first = LANGUAGES[0]
    shown = ((call.title, _l("the title")), (call.summary, _l("the summary")), (call.eligibility, _l("who may apply")))
    for text, what in (*shown, (call.text, _l("the text"))):
        if not text.get(first):
            yield Lack(_l("In Spanish it lacks %(what)s.", what=what), "calls.texts", serious=True)
    for code in LANGUAGES[1:]:
        missing = [str(what) for text, what in (*shown, (call.text, _l("the text"))) if not text.get(code)]
        if missing:
            sentence = _l(
                "In %(language)s it lacks: %(what)s. People will read it in another language.",
                language=language_name(code),
                what=", ".join(missing),
            )
            yield Lack(sentence, "calls.texts")


def _hours(call: Call, at: datetime) -> Iterator[Lack]:
    if call.published_at is not None and call.closes_at <= at:
        return
    if call.closes_at <= at:
        when = both_zones(closing(call))
        yield Lack(_l("It closes in the past: %(when)s", when=when), "calls.texts", serious=True)
    elif call.closes_at <= call.opens_at:
        yield Lack(_l("It closes before it opens."), "calls.texts", serious=True)
    elif call.closes_at - max(call.opens_at, at) < SHORTEST:
        yield Lack(_l("It is open for less than a week."), "calls.texts")
    if call.published_at is None and call.opens_at < at < call.closes_at:
        when = both_zones(opening(call))
        yield Lack(_l("Its opening has passed (%(when)s): it will be open at once.", when=when), "calls.texts")


def _criteria(call: Call) -> Iterator[Lack]:
    if not call.criteria:
        sentence = _l("It has no criteria: evaluators would have nothing to score by.")
        yield Lack(sentence, "calls.criteria", serious=True)
    for code in LANGUAGES[1:]:
        if any(not each.title.get(code) for each in call.criteria):
            sentence = _l("A criterion has no title in %(language)s.", language=language_name(code))
            yield Lack(sentence, "calls.criteria")


def _questions(call: Call) -> Iterator[Lack]:
    page = "calls.questions"
    for question in call.questions:
        name = question.text.words(LANGUAGES[0]).text
        if not name:
            yield Lack(_l("A question has no text."), page, serious=True)
        if question.kind in {SINGLE, MULTIPLE} and len(question.options) < 2:
            yield Lack(_l("«%(question)s» has fewer than two options.", question=name), page, serious=True)
    if lost := unreachable(call.questions):
        name = next(each.text for each in call.questions if each.slug == lost.slug).words(LANGUAGES[0]).text
        sentence = _l("«%(question)s» waits for an answer that no question before it offers.", question=name)
        yield Lack(sentence, page, serious=True)
    if not any(each.kind == FILE and each.required for each in call.questions):
        yield Lack(_l("It asks for no document, not even the signed letter."), page)
    for code in LANGUAGES[1:]:
        partial = [each.text.words(LANGUAGES[0]).text for each in call.questions if not _whole(each, code)]
        if partial:
            sentence = _l(
                "Not wholly written in %(language)s: %(questions)s",
                language=language_name(code),
                questions=" ".join(f"«{name}»" for name in partial),
            )
            yield Lack(sentence, page)


def _whole(question: CallQuestion, code: str) -> bool:
    return bool(question.text.get(code)) and all(option["text"].get(code) for option in question.options)
