"""The question bank: who may read and keep it, what is found in it, what is done with its questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, Select, exists, false, func, or_, select, true, type_coerce
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from escuela import clock
from escuela.admissions.queries import taught_editions
from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.bank_models import BankEntry, BankTag, entry_items
from escuela.assessments.quizzes.drawing import tagged, within
from escuela.assessments.quizzes.exchange import digest
from escuela.assessments.quizzes.folders import BETWEEN, path_of, tags_of
from escuela.assessments.quizzes.forms import QUESTIONS
from escuela.assessments.quizzes.marking import HUNDREDTHS
from escuela.assessments.quizzes.models import (
    Answer,
    Attempt,
    Question,
    QuestionBank,
    QuestionVersion,
    Quiz,
    QuizDraw,
)
from escuela.assessments.quizzes.text import write_version
from escuela.columns import Localized
from escuela.editions.models import COORDINATOR, Edition, EditionStaff
from escuela.editions.slugs import slug_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.models import FrameworkItem
from escuela.people.history import record
from escuela.people.models import User, folded
from escuela.web import language_name, plain

SLUG_WORDS = 6


# --- who


def visible_banks(user: User) -> Select[QuestionBank]:
    """Every bank for who teaches or coordinates, in whichever edition."""
    staff = exists().where(EditionStaff.user_id == user.id)
    return select(QuestionBank).where(true() if user.is_coordinator else staff)


def banks_of(user: User) -> list[QuestionBank]:
    """Those that the person sees, the oldest first."""
    return list(db.session.scalars(visible_banks(user).order_by(QuestionBank.id)))


def opens(user: User) -> bool:
    """Whether the person may open another bank, and rename those that there are."""
    return user.is_coordinator


def keeps(user: User) -> bool:
    """Whether the person may change the bank: who coordinates an edition, or all."""
    rows = exists().where(EditionStaff.user_id == user.id, EditionStaff.role == COORDINATOR)
    return user.is_coordinator or bool(db.session.scalar(select(rows)))


# --- what is found


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of the bank is narrowed by; what is empty narrows nothing."""

    words: str = ""
    folder: str = ""
    tag: str = ""
    kind: str = ""
    lacks: str = ""
    item: str = ""
    retired: bool = False

    def __bool__(self) -> bool:
        return self != Filters()


def entries(bank: QuestionBank) -> Select[BankEntry]:
    """Its questions by folder, with their newest words, their tags and items."""
    return (
        select(BankEntry)
        .join(BankEntry.question)
        .where(Question.bank_id == bank.id)
        .options(
            contains_eager(BankEntry.question).joinedload(Question.newest, innerjoin=True),
            selectinload(BankEntry.tags),
            selectinload(BankEntry.items),
        )
        .order_by(BankEntry.folder, BankEntry.id)
    )


def narrowed(rows: Select[BankEntry], by: Filters) -> Select[BankEntry]:
    rows = rows.where(Question.removed_at.is_not(None) if by.retired else Question.removed_at.is_(None))
    for word in folded(by.words).split():
        rows = rows.where(BankEntry.words.contains(word, autoescape=True))
    if by.folder:
        rows = rows.where(within(by.folder))
    if by.tag:
        rows = rows.where(tagged(by.tag))
    if by.kind:
        rows = rows.where(BankEntry.kind == by.kind)
    if by.lacks:
        rows = rows.where(BankEntry.lacks.contains(f" {by.lacks}", autoescape=True))
    if by.item:
        rows = rows.where(BankEntry.items.any(FrameworkItem.id == by.item))
    return rows


def folders(bank: QuestionBank) -> dict[str, int]:
    """Every folder, those that only hold others too, with how many questions are in it and inside."""
    rows = select(BankEntry.folder, func.count()).join(BankEntry.question).where(Question.bank_id == bank.id)
    counts: dict[str, int] = {}
    for folder, count in db.session.execute(rows.where(Question.removed_at.is_(None)).group_by(BankEntry.folder)).all():
        names = folder.split(BETWEEN) if folder else []
        for depth in range(1, len(names) + 1):
            above = BETWEEN.join(names[:depth])
            counts[above] = counts.get(above, 0) + count
    return dict(sorted(counts.items(), key=lambda pair: folded(pair[0])))


def tags(bank: QuestionBank) -> list[str]:
    rows = select(BankTag.tag).join(BankEntry, BankEntry.id == BankTag.entry_id).join(BankEntry.question)
    return list(db.session.scalars(rows.where(Question.bank_id == bank.id).distinct().order_by(BankTag.tag)))


def items(bank: QuestionBank) -> list[FrameworkItem]:
    """Those that some question is aligned with."""
    used = select(entry_items.c.item_id).join(Question, Question.id == entry_items.c.owner_id)
    rows = select(FrameworkItem).where(FrameworkItem.id.in_(used.where(Question.bank_id == bank.id)))
    return list(db.session.scalars(rows.order_by(FrameworkItem.position)))


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How a question did in all quizzes that copied or drew it."""

    answers: int
    facility: float
    """The mean share of its points that it earned, 0 to 1."""


def difficulty(keys: Collection[int]) -> dict[int, Difficulty]:
    """By question of the bank, of what was handed in and marked; nothing where nobody answered."""
    root = func.coalesce(Question.source_id, Question.id)
    possible = type_coerce(QuestionVersion.asked, JSON)["points"].as_integer() * HUNDREDTHS
    rows = (
        select(root, func.count(), func.avg(Answer.points * 1.0 / possible))
        .join(Answer.question)
        .join(Answer.version)
        .join(Answer.attempt)
        .where(or_(Question.id.in_(keys), Question.source_id.in_(keys)))
        .where(Attempt.submitted_at.is_not(None), Answer.points.is_not(None))
        .group_by(root)
    )
    return {key: Difficulty(count, float(mean)) for key, count, mean in db.session.execute(rows).all()}


def copied_into(entry: BankEntry, user: User) -> Select[Quiz]:
    """Quizzes that the person may see and that have a copy of it."""
    copies = select(Question.quiz_id).where(Question.source_id == entry.id, Question.removed_at.is_(None))
    return _quizzes(user).where(Quiz.id.in_(copies))


def drawn_by(entry: BankEntry, bank: QuestionBank, user: User) -> Select[Quiz]:
    """Quizzes that the person may see and that may draw it."""
    parts = entry.folder.split(BETWEEN)
    above = ["", *(BETWEEN.join(parts[:depth]) for depth in range(1, len(parts) + 1))]
    draws = select(QuizDraw.quiz_id).where(
        QuizDraw.bank == bank.slug, QuizDraw.folder.in_(above), QuizDraw.tag.in_(["", *entry.names])
    )
    return _quizzes(user).where(Quiz.id.in_(draws) if entry.question.removed_at is None else false())


def _quizzes(user: User) -> Select[Quiz]:
    mine = taught_editions(user).order_by(None).with_only_columns(Edition.id)
    return select(Quiz).where(Quiz.edition_id.in_(mine)).options(joinedload(Quiz.edition)).order_by(Quiz.id.desc())


# --- what is done


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question belongs, as it was typed."""

    folder: str = ""
    tags: Sequence[str] = ()
    items: Sequence[str] = ()


RESERVED = {"nuevo"}
"""Pages that stand where a bank would."""


def open_bank(title: Localized, *, by: User) -> QuestionBank:
    """Another bank, whose questions should be in the languages of its title."""
    languages = [language for language, words in title.items() if words]
    taken = {*RESERVED, *db.session.scalars(select(QuestionBank.slug))}
    bank = QuestionBank(slug=slug_of(title[languages[0]], taken, otherwise="banco"), title=title, languages=languages)
    db.session.add(bank)
    db.session.flush()
    record(bank, "bank.opened", within=bank, by=by)
    return bank


def rename(bank: QuestionBank, title: Localized, *, by: User) -> None:
    """Another name. Its address stays, and so do the languages of its questions: a name alone makes none incomplete."""
    before = bank.title
    if title == before:
        return
    bank.title = title
    record(bank, "bank.renamed", within=bank, by=by, before={"title": dict(before)}, after={"title": dict(title)})


def add(bank: QuestionBank, asked: QuestionText, place: Place, *, by: User | None, mark: str = "") -> BankEntry:
    """A new question, under a slug of its own. `mark` is its digest where a file brought it."""
    taken = set(db.session.scalars(select(Question.slug).where(Question.bank_id == bank.id)))
    entry = add_all(bank, [(asked, place, mark)], taken)[0]
    record(entry.question, "question.added", within=bank, by=by)
    return entry


def add_all(bank: QuestionBank, new: Iterable[tuple[QuestionText, Place, str]], taken: set[str]) -> list[BankEntry]:
    """Several, with the digest of each or nothing; `taken` are the slugs that there are; the new ones join them."""
    made = []
    for asked, place, mark in new:
        words = " ".join(_first(asked.text).split()[:SLUG_WORDS])
        named = replace(asked, slug=slug_of(words, taken, otherwise="question"))
        taken.add(named.slug)
        version = QuestionVersion(number=1, asked=named, saved_at=clock.now())
        question = Question(bank_id=bank.id, slug=named.slug, position=0, versions=[version])
        entry = BankEntry(question=question, digest=mark or digest(named, {}))
        _describe(entry, bank, named, place)
        db.session.add(entry)
        made.append(entry)
    db.session.flush()
    return made


def _first(text: Localized) -> str:
    return plain(text) if text else ""


def change(entry: BankEntry, bank: QuestionBank, asked: QuestionText, place: Place, *, by: User) -> None:
    """Its text, as a version after those that there are, and its place. Quizzes keep what they copied and drew."""
    before = _facts(entry)
    write_version(entry.question, asked, {version.id for version in entry.question.versions})
    _describe(entry, bank, asked, place)
    db.session.flush()
    db.session.refresh(entry.question, ["newest"])
    record(entry.question, "question.changed", within=bank, by=by, before=before, after=_facts(entry))


def _facts(entry: BankEntry) -> dict[str, object]:
    current = next(version for version in entry.question.versions if version.current)
    return {"version": current.number, "folder": entry.folder, "tags": ", ".join(entry.names)}


def _describe(entry: BankEntry, bank: QuestionBank, asked: QuestionText, place: Place) -> None:
    entry.kind, entry.words, entry.folder = asked.kind, words_of(asked), path_of(place.folder)
    entry.lacks = "".join(f" {each}" for each in lacking(asked, bank.languages))
    wanted, kept = tags_of(place.tags), {each.tag: each for each in entry.tags}
    entry.tags = [kept.get(tag) or BankTag(tag=tag) for tag in wanted]
    rows = select(FrameworkItem).where(FrameworkItem.id.in_(place.items)) if place.items else None
    entry.items = list(db.session.scalars(rows)) if rows is not None else []


def words_of(asked: QuestionText) -> str:
    typed = [each.answer for each in asked.accepted]
    return folded(" ".join([*(words for text in asked.texts() for words in text.values()), *typed]))


def lacking(asked: QuestionText, languages: Iterable[str]) -> list[str]:
    """Languages that some of its words are missing in."""
    texts = [text for text in asked.texts() if text]
    return [each for each in languages if any(not text.get(each) for text in texts)]


def retire(entry: BankEntry, bank: QuestionBank, *, by: User) -> None:
    """Nobody finds or draws it any more; what quizzes and attempts have stays. Once more brings it back."""
    entry.question.removed_at = None if entry.question.removed_at else clock.now()
    verb = "question.retired" if entry.question.removed_at else "question.restored"
    record(entry.question, verb, within=bank, by=by)


def take(quiz: Quiz, chosen: Sequence[BankEntry], *, by: User) -> int:
    """Copy questions to the end of a quiz, where they are its own; those that it has a copy of stay once.

    Raises DomainError, with nothing copied, for what the edition could not read and for more than a quiz holds.
    """
    edition, here = quiz.edition, {question.source_id for question in quiz.questions}
    new = [entry for entry in chosen if entry.id not in here]
    first = edition.languages[0]
    for entry in new:
        if lacking(entry.question.asked, [first]):
            raise DomainError(
                _l(
                    "«%(question)s» is not written in %(language)s, the edition's first language: write it first.",
                    question=_first(entry.question.asked.text)[:80],
                    language=language_name(first),
                )
            )
    if len(quiz.questions) + len(new) > QUESTIONS:
        raise DomainError(_l("A quiz has at most %(most)d questions: take fewer.", most=QUESTIONS))
    slugs = {question.slug for question in quiz.every_question}
    for place, entry in enumerate(new, len(quiz.questions) + 1):
        _copy(quiz, entry, slugs, place)
    if new:
        edition.edited_at = clock.now()
        record(quiz, "quiz.took", within=edition, by=by, after={"questions": len(new)})
    db.session.flush()
    return len(new)


def _copy(quiz: Quiz, entry: BankEntry, slugs: set[str], place: int) -> None:
    asked = entry.question.asked
    asked = replace(asked, slug=slug_of(asked.slug, slugs, otherwise="question"))
    slugs.add(asked.slug)
    version = QuestionVersion(number=1, asked=asked, saved_at=clock.now())
    row = Question(slug=asked.slug, position=place, source_id=entry.id, versions=[version])
    quiz.every_question.append(row)
