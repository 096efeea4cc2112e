"""What an application is asked, how two devices write one draft, and what is missing to hand it in. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela.applications.models import GENDERS, ApplicationFile
from escuela.calls.models import CONSENT, DATE, FILE, LONG, MULTIPLE, NUMBER, SHORT, SINGLE, Call, CallQuestion
from escuela.calls.policies import asked
from escuela.columns import Localized
from escuela.forms import LINE, YEARS, in_one_line, legible
from escuela.people import places
from escuela.people.models import LocalGovernment

SHORT_MOST, LONG_MOST = 300, 5000
"""Most characters of an answer of one line and of a long one."""
DRAFT_MOST = 20_000
"""Most characters of a field that a draft keeps, valid or not."""
BANDS = ("small", "medium", "large", "metropolis")
NEW = "new"
"""What `government` holds when the local government is proposed; else the number of one, as text."""
OWN = ("name", "gender", "position", "government", "proposed_name", "proposed_subdivision", "proposed_band")
"""Fields that every call has."""
LABELS = {
    "name": _l("Full name"),
    "gender": _l("Gender"),
    "position": _l("Position"),
    "government": _l("Local government"),
    "proposed_name": _l("Name of the local government"),
    "proposed_subdivision": _l("Country and subdivision"),
    "proposed_band": _l("Population"),
}

Label: TypeAlias = LazyString | Localized


def field_of(question: CallQuestion) -> str:
    """The name under which a draft keeps the answer to a question."""
    return f"q-{question.slug}"


def fields(call: Call) -> list[str]:
    """Names of all fields that are typed or chosen; documents come by themselves."""
    return [*OWN, *(field_of(each) for each in call.questions if each.kind != FILE)]


def label_of(call: Call, name: str) -> Label:
    question = next((each for each in call.questions if field_of(each) == name), None)
    return question.text if question is not None else LABELS[name]


# --- what a page sent, and how it comes together with what is kept


def sent(call: Call, values: Callable[[str], list[str]]) -> dict[str, Any]:
    """What a form sent, field by field, without signs that nobody types."""
    several = {field_of(each) for each in call.questions if each.kind == MULTIPLE}
    found: dict[str, Any] = {}
    for name in fields(call):
        typed = [(legible(value) or "").replace("\r\n", "\n") for value in values(name)]
        found[name] = typed if name in several else (typed[-1] if typed else "")
    return found


def too_long(values: Mapping[str, Any]) -> bool:
    """Whether more was sent than anybody types."""
    return any(len("".join(value)) > DRAFT_MOST for value in values.values())


def mark(value: Any) -> str:
    """A short sign of a value: of two that differ, another."""
    return sha256(json.dumps(value or "").encode()).hexdigest()[:8]


def marks(values: Mapping[str, Any], names: Iterable[str]) -> str:
    """What a page began from, to be sent back with what was typed."""
    return json.dumps({name: mark(values.get(name)) for name in names}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Merged:
    values: dict[str, Any]
    overwritten: dict[str, Any]
    """What another device had saved meanwhile in fields that this page changed too."""


def merge(kept: Mapping[str, Any], typed: Mapping[str, Any], began_from: str) -> Merged:
    """The draft with what this page changed; what it did not change stays as another device may have left it."""
    began = _read_marks(began_from)
    values, overwritten = dict(kept), {}
    for name, value in typed.items():
        before, was = began.get(name), kept.get(name)
        if mark(value) in {before, mark(was)}:
            continue
        if before is not None and mark(was) != before and was:
            overwritten[name] = was
        values[name] = value
    return Merged(values, overwritten)


def _read_marks(began_from: str) -> dict[str, str]:
    try:
        found = json.loads(began_from)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


# --- whether it can be handed in


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the checklist."""

    name: str
    label: Label
    fault: LazyString | None
    needed: bool

    @property
    def shown(self) -> bool:
        """Whether the checklist names it: what nobody must answer only where it is wrong."""
        return self.needed or self.fault is not None


@dataclass(slots=True)
class Checked:
    """What a draft says, as far as it is valid."""

    items: list[Item] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[CallQuestion] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, LazyString]:
        return {item.name: item.fault for item in self.items if item.fault is not None}

    @property
    def checklist(self) -> list[Item]:
        return [item for item in self.items if item.shown]

    @property
    def done(self) -> int:
        return sum(item.fault is None for item in self.checklist)

    @property
    def complete(self) -> bool:
        return not self.faults

    def note(self, name: str, label: Label, fault: LazyString | None, *, needed: bool = True) -> None:
        self.items.append(Item(name, label, fault, needed))


EMPTY = _l("Fill this in.")
CHOOSE = _l("Choose one.")


def check(
    call: Call,
    values: Mapping[str, Any],
    *,
    language: str,
    government: LocalGovernment | None,
    files: Mapping[int, ApplicationFile],
) -> Checked:
    """Read a draft. `government` is the one it names, `files` those that were sent with it, by number."""
    found = Checked()
    _check_person(found, values)
    _check_place(found, values, government)
    found.asked = asked(call, draft_answers(call, values))
    for question in found.asked:
        value, fault = _answer(question, values.get(field_of(question)), language, files)
        found.note(field_of(question), question.text, fault, needed=question.required)
        if fault is None and value not in (None, []):
            found.answers[question.slug] = value
    return found


def draft_answers(call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    """A draft's answers by slug, valid or not: what decides which questions are asked."""
    return {question.slug: values.get(field_of(question)) for question in call.questions}


def _check_person(found: Checked, values: Mapping[str, Any]) -> None:
    for name in ("name", "position"):
        value, fault = _line(values.get(name), LINE)
        found.note(name, LABELS[name], fault)
        found.columns[name] = value
        if name == "name":
            gender = values.get("gender")
            found.note("gender", LABELS["gender"], None if gender in GENDERS else CHOOSE)
            found.columns["gender"] = gender


def _check_place(found: Checked, values: Mapping[str, Any], government: LocalGovernment | None) -> None:
    columns = dict.fromkeys(
        ("local_government_id", "proposed_name", "proposed_country", "proposed_subdivision", "proposed_band")
    )
    found.columns |= columns
    if values.get("government") != NEW:
        found.note("government", LABELS["government"], None if government else CHOOSE)
        found.columns["local_government_id"] = government.id if government else None
        return
    name, fault = _line(values.get("proposed_name"), LINE)
    found.note("proposed_name", LABELS["proposed_name"], fault)
    subdivision = values.get("proposed_subdivision")
    known = any(subdivision in those for those in places.subdivisions("es").values())
    found.note("proposed_subdivision", LABELS["proposed_subdivision"], None if known else CHOOSE)
    band = values.get("proposed_band")
    found.note("proposed_band", LABELS["proposed_band"], None if band in BANDS else CHOOSE)
    found.columns |= {
        "proposed_name": name,
        "proposed_country": str(subdivision).partition("-")[0],
        "proposed_subdivision": subdivision,
        "proposed_band": band,
    }


def _line(value: Any, most: int, *, needed: bool = True) -> tuple[str, LazyString | None]:
    text = in_one_line(str(value or "")) or ""
    if not text:
        return text, EMPTY if needed else None
    return text, _l("At most %(max)d characters.", max=most) if len(text) > most else None


Verdict = tuple[Any, LazyString | None]


def _answer(question: CallQuestion, raw: Any, language: str, files: Mapping[int, ApplicationFile]) -> Verdict:
    """The answer as it is kept, None for none; and what is wrong with it."""
    if question.kind == FILE:
        file = files.get(raw) if isinstance(raw, int) else None
        mine = file is not None and file.question == question.slug
        return (raw, None) if mine else (None, _l("Send the document.") if question.required else None)
    if not raw or (isinstance(raw, str) and not raw.strip()):
        return None, _missing(question) if question.required else None
    return READ[question.kind](question, raw, language)


def _missing(question: CallQuestion) -> LazyString:
    if question.kind in {SINGLE, MULTIPLE}:
        return CHOOSE if question.kind == SINGLE else _l("Choose at least one.")
    return _l("You must agree to this.") if question.kind == CONSENT else EMPTY


def _short(_question: CallQuestion, raw: Any, _language: str) -> Verdict:
    return _line(raw, SHORT_MOST)


def _long(_question: CallQuestion, raw: Any, _language: str) -> Verdict:
    text = str(raw).strip()
    over = len(text) - LONG_MOST
    return text, _l("At most %(max)d characters: %(over)d too many.", max=LONG_MOST, over=over) if over > 0 else None


def _single(question: CallQuestion, raw: Any, _language: str) -> Verdict:
    return raw, None if raw in {option["key"] for option in question.options} else CHOOSE


def _multiple(question: CallQuestion, raw: Any, _language: str) -> Verdict:
    chosen = [option["key"] for option in question.options if option["key"] in raw]
    return chosen, None if chosen else _missing(question)


def _number(_question: CallQuestion, raw: Any, language: str) -> Verdict:
    number = read_number(str(raw), language)
    return number, None if number is not None else _l("Write a number, such as 1500.")


def _date(_question: CallQuestion, raw: Any, _language: str) -> Verdict:
    try:
        day = date.fromisoformat(str(raw).strip())
    except ValueError:
        return None, _l("Write a day, such as 2026-08-31.")
    if not YEARS[0] <= day.year <= YEARS[1]:
        return None, _l("Write a day, such as 2026-08-31.")
    return day.isoformat(), None


def _consent(question: CallQuestion, raw: Any, _language: str) -> Verdict:
    return (raw, None) if raw == "yes" else (None, _missing(question) if question.required else None)


READ: dict[str, Callable[[CallQuestion, Any, str], Verdict]] = {
    SHORT: _short,
    LONG: _long,
    SINGLE: _single,
    MULTIPLE: _multiple,
    NUMBER: _number,
    DATE: _date,
    CONSENT: _consent,
}


def read_number(raw: str, language: str) -> str | None:
    """A number as people of a language write it, as plain digits with a point: `159.000` of Spanish is `159000`."""
    text = re.sub(r"\s", "", raw)
    signs = (",", ".") if language == "en" else (".", ",")
    for thousands, decimal in (signs, signs[::-1]):
        whole = rf"[+-]?(?:\d{{1,15}}|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}}){{1,4}})"
        if re.fullmatch(rf"{whole}(?:{re.escape(decimal)}\d{{1,6}})?", text, re.ASCII):
            return text.replace(thousands, "").replace(decimal, ".").removeprefix("+")
    return None
