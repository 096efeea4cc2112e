"""Applications: one's own, those that a call received, what one of them answers; governments that come close."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from escuela.applications import likeness
from escuela.applications.models import DRAFT, SUBMITTED, Application, ApplicationFile, ApplicationLink
from escuela.calls.models import FILE, Call, CallQuestion
from escuela.calls.policies import asked
from escuela.calls.queries import coordinated_calls, visible_calls
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import LocalGovernment, User, folded
from escuela.people.queries import WORDS

FOUND = 8
"""Most local governments that a search shows."""

# --- one application and what it answers


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application answers to one question; `value` is None where nothing was answered."""

    question: CallQuestion
    value: Any
    file: ApplicationFile | None = None

    @property
    def chosen(self) -> list[Localized]:
        """The words of the options that were chosen, in their order."""
        keys = self.value if isinstance(self.value, list) else [self.value]
        return [Localized(option["text"]) for option in self.question.options if option["key"] in keys]


@dataclass(frozen=True, slots=True)
class Answers:
    """An application as it was handed in: its answers to the questions that were asked of it, in the call's order."""

    application: Application
    rows: list[Answer]

    @property
    def files(self) -> list[ApplicationFile]:
        return [row.file for row in self.rows if row.file is not None]

    @property
    def documents(self) -> tuple[int, int]:
        """How many required documents are there, and of how many."""
        wanted = [row for row in self.rows if row.question.kind == FILE and row.question.required]
        return sum(row.file is not None for row in wanted), len(wanted)


def read(application: Application) -> Answers:
    """What one application answers."""
    return read_all(application.call, [application])[0]


def read_all(call: Call, applications: Sequence[Application]) -> list[Answers]:
    """What applications of one call answer: a single SELECT of their documents, however many they are."""
    numbers = {value for each in applications for value in each.answers.values() if isinstance(value, int)}
    files = {}
    if numbers:
        own = ApplicationFile.application_id.in_([each.id for each in applications])
        files = {file.id: file for file in db.session.scalars(select(ApplicationFile).where(own))}
    return [
        Answers(each, [_answer(question, each, files) for question in asked(call, each.answers)])
        for each in applications
    ]


def read_draft(application: Application, values: Mapping[str, Any]) -> Answers:
    """The same of a draft, valid or not; `values` are its answers by slug."""
    files = {file.id: file for file in application.files}
    rows = []
    for question in asked(application.call, values):
        value = values.get(question.slug) or None
        file = files.get(value) if question.kind == FILE and isinstance(value, int) else None
        rows.append(Answer(question, value, file))
    return Answers(application, rows)


def _answer(question: CallQuestion, application: Application, files: dict[int, ApplicationFile]) -> Answer:
    value = application.answers.get(question.slug)
    if question.kind == FILE:
        file = files.get(value) if isinstance(value, int) else None
        mine = file if file is not None and file.application_id == application.id else None
        return Answer(question, mine.name if mine else None, mine)
    return Answer(question, value or None)


def answered(question: CallQuestion) -> int:
    """How many applications that were handed in answer a question."""
    answers = db.session.scalars(
        select(Application.answers).where(Application.call_id == question.call_id, Application.number.is_not(None))
    )
    return sum(bool(each.get(question.slug)) for each in answers)


# --- one's own


def of_address(call: Call, email: str) -> Select[Application]:
    return select(Application).where(Application.call_id == call.id, Application.email == email.lower())


def of_user(call: Call, user: User) -> Select[Application]:
    """The application of who is signed in: the one that is theirs, else the one of their address."""
    theirs = or_(Application.user_id == user.id, Application.email == user.email.lower())
    first = case((Application.user_id == user.id, 0), else_=1)
    return select(Application).where(Application.call_id == call.id, theirs).order_by(first).limit(1)


def my_applications(user: User) -> Select[Application]:
    """Every application of a person, the newest first."""
    return (
        select(Application)
        .join(Application.call)
        .join(Call.edition)
        .where(or_(Application.user_id == user.id, Application.email == user.email.lower()))
        .options(
            contains_eager(Application.call).contains_eager(Call.edition), joinedload(Application.local_government)
        )
        .order_by(Application.started_at.desc(), Application.id.desc())
    )


def call_of(user: User | None, edition: str) -> Select[Call]:
    """The call of an edition, for who may read it."""
    whole = (joinedload(Call.edition), selectinload(Call.questions))
    return visible_calls(user).where(Call.edition.has(Edition.slug == edition)).options(*whole)


def coordinated_call(user: User, edition: str) -> Select[Call]:
    whole = (joinedload(Call.edition), selectinload(Call.questions))
    return coordinated_calls(user).where(Call.edition.has(Edition.slug == edition)).options(*whole)


def link_of(token: str) -> Select[ApplicationLink]:
    return (
        select(ApplicationLink).where(ApplicationLink.sha256 == digest(token)).options(joinedload(ApplicationLink.call))
    )


def digest(token: str) -> str:
    """What is kept of a token."""
    return sha256(token.encode()).hexdigest()


def writing(call: Call) -> Select[Application]:
    """Those who have a draft and handed nothing in."""
    return select(Application).where(Application.call_id == call.id, Application.state == DRAFT)


def titles(numbers: Collection[int]) -> dict[int, str]:
    """What the history calls applications: «Ana Lapacho Tala, ER9-0148»."""
    rows = select(Application).where(Application.id.in_(numbers), Application.number.is_not(None))
    whole = joinedload(Application.call).joinedload(Call.edition)
    return {row.id: f"{row.name}, {row.reference}" for row in db.session.scalars(rows.options(whole))}


# --- what a call received


@dataclass(frozen=True, slots=True)
class Filters:
    """How a coordinator narrows the list; empty narrows nothing."""

    words: str = ""
    country: str = ""
    band: str = ""
    state: str = ""


def received(call: Call, filters: Filters | None = None) -> Select[Application]:
    """What was handed in, withdrawn or not, by local government and number."""
    rows = (
        select(Application)
        .outerjoin(Application.local_government)
        .where(Application.call_id == call.id, Application.number.is_not(None))
        .options(contains_eager(Application.local_government))
        .order_by(
            func.coalesce(LocalGovernment.folded_name, func.lower(Application.proposed_name)),
            Application.local_government_id,
            Application.number,
        )
    )
    return _narrowed(rows, call, filters or Filters())


_SEARCHED: tuple[Any, ...] = (Application.folded_name, LocalGovernment.folded_name)


def found_by(call: Call, words: str) -> list[ColumnElement[bool]]:
    """What a search by person or local government asks of the rows, with or without accents: each word is somewhere."""
    wanted = folded(words).split()[:WORDS]
    if not wanted:
        return []
    kept = select(Application.proposed_name).where(Application.call_id == call.id).distinct()
    proposed = {name: folded(name) for name in db.session.scalars(kept) if name}  # few, and kept as they were typed
    return [
        or_(
            *(column.contains(word, autoescape=True) for column in _SEARCHED),
            Application.proposed_name.in_([name for name, plain in proposed.items() if word in plain]),
        )
        for word in wanted
    ]


def _narrowed(rows: Select[Application], call: Call, filters: Filters) -> Select[Application]:
    if filters.country:
        rows = rows.where(
            or_(LocalGovernment.country == filters.country, Application.proposed_country == filters.country)
        )
    if filters.band:
        rows = rows.where(
            or_(LocalGovernment.population_band == filters.band, Application.proposed_band == filters.band)
        )
    if filters.state:
        rows = rows.where(Application.state == filters.state)
    return rows.where(*found_by(call, filters.words))


def counts(call: Call) -> dict[str, int]:
    """How many applications are in each state."""
    found = db.session.execute(
        select(Application.state, func.count()).where(Application.call_id == call.id).group_by(Application.state)
    )
    return {row[0]: row[1] for row in found}


def peers(call: Call, governments: Iterable[int]) -> dict[int, int]:
    """By local government: how many applications of it stand."""
    found = db.session.execute(
        select(Application.local_government_id, func.count())
        .where(
            Application.call_id == call.id,
            Application.state == SUBMITTED,
            Application.local_government_id.in_(list(governments)),
        )
        .group_by(Application.local_government_id)
    )
    return {government: number for government, number in found if government is not None}


def colleagues(application: Application) -> Select[Application]:
    """What others of the same local government handed in."""
    same = (
        Application.local_government_id == application.local_government_id
        if application.local_government_id
        else (Application.proposed_name == application.proposed_name)
    )
    return (
        select(Application)
        .where(Application.call_id == application.call_id, Application.id != application.id, same)
        .where(Application.number.is_not(None))
        .order_by(Application.number)
    )


def proposed(call: Call) -> Select[Application]:
    """What was handed in for a local government that the registry does not have."""
    return (
        select(Application)
        .where(Application.call_id == call.id, Application.number.is_not(None), Application.proposed_name.is_not(None))
        .order_by(Application.number)
    )


def same_place(application: Application) -> list[Application]:
    """Those of the call that propose the same place as this one, this one included."""
    place = _place(application)
    return [each for each in db.session.scalars(proposed(application.call)) if _place(each) == place]


def proposals(call: Call) -> list[list[Application]]:
    """What is proposed, place by place."""
    places: dict[tuple[str, str | None], list[Application]] = {}
    for each in db.session.scalars(proposed(call)):
        places.setdefault(_place(each), []).append(each)
    return list(places.values())


def _place(application: Application) -> tuple[str, str | None]:
    return " ".join(folded(application.proposed_name or "").split()), application.proposed_country


# --- local governments that come close


def find_governments(words: str, country: str = "") -> list[LocalGovernment]:
    """Those of the registry that come close to what was typed; with a country and no words, the first of it."""
    rows = select(LocalGovernment).order_by(LocalGovernment.folded_name, LocalGovernment.id)
    if country:
        rows = rows.where(LocalGovernment.country == country)
    if not words.strip():
        return list(db.session.scalars(rows.limit(FOUND))) if country else []
    return likeness.nearest(db.session.scalars(rows), words, FOUND)


def twins_of(name: str, country: str) -> list[LocalGovernment]:
    """Those of a country that may be the one somebody proposes."""
    rows = select(LocalGovernment).where(LocalGovernment.country == country)
    return likeness.twins(db.session.scalars(rows), name, FOUND) if name.strip() and country else []
