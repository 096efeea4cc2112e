"""Files of questions into the bank and out of it: looked at first, taken in whole, nothing twice."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from escuela import clock, storage
from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.bank import Place, add_all
from escuela.assessments.quizzes.bank_models import BankEntry, BankImport, BankPicture
from escuela.assessments.quizzes.exchange import (
    MEDIA_TYPES,
    Entry,
    Export,
    Line,
    Report,
    digest,
    gift_writing,
    own,
    qti_writing,
    read,
)
from escuela.assessments.quizzes.exchange.packages import MARK
from escuela.assessments.quizzes.exchange.report import BYTES
from escuela.assessments.quizzes.folders import BETWEEN, path
from escuela.assessments.quizzes.models import Question, QuestionBank, QuestionVersion
from escuela.columns import Localized
from escuela.editions.slugs import slug_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.models import FrameworkItem
from escuela.markdown.home import BANK
from escuela.people.history import record
from escuela.people.models import User
from escuela.pictures import fitted

GIFT, QTI, TEXT = FORMATS = ("gift", "qti", "yaml")
_FILES = {GIFT: (".gift.txt", "text/plain"), TEXT: (".yaml", "application/yaml")}
_ZIP = (".zip", "application/zip")
_MEDIA = re.compile(r"\bmedia/([a-z0-9-]+\.[a-z]+)")
COMES, THERE, SKIPPED = "comes", "there", "skipped"


# --- in


def look(bank: QuestionBank, name: str, stream: IO[bytes], *, language: str, folder: str, by: User) -> BankImport:
    """Keep a file to be looked at; the one that the person had is gone. Raises DomainError for what cannot be read."""
    try:
        stored = storage.put(stream, most=BYTES)
    except storage.TooBigError:
        raise DomainError(_l("This file is bigger than %(most)d MB. Divide it.", most=BYTES // 1_000_000)) from None
    db.session.execute(delete(BankImport).where(BankImport.made_by_id == by.id))
    row = BankImport(
        bank_id=bank.id, name=name[:200], language=language, folder=folder, key=stored.key, made_at=clock.now()
    )
    row.made_by_id = by.id
    report_of(row)
    db.session.add(row)
    db.session.flush()
    return row


def report_of(row: BankImport) -> Report:
    with storage.read(row.key) as stream:
        report = read(row.name, stream.read(), row.language)
    named = {item for line in report.lines for item in line.items}
    known = set(db.session.scalars(select(FrameworkItem.id).where(FrameworkItem.id.in_(named)))) if named else set()
    return replace(report, lines=tuple(_aligned(line, known) for line in report.lines)) if named - known else report


def _aligned(line: Line, known: Collection[str]) -> Line:
    """With the items that the catalogue has, and a remark on each other one."""
    others = [
        _l("The framework item %(item)s is not in the catalogue: it is left out.", item=each[:80])
        for each in line.items
        if each not in known
    ]
    items = tuple(each for each in line.items if each in known)
    return replace(line, items=items, remarks=(*line.remarks, *others))


@dataclass(frozen=True, slots=True)
class Fate:
    """A line of the report, and what becomes of it: it comes in, is there already, or is skipped."""

    line: Line
    what: str


def fates(bank_id: int, report: Report) -> list[Fate]:
    known, found = _known(bank_id), []
    for line in report.lines:
        what = SKIPPED if line.question is None else THERE if line.digest in known else COMES
        known.add(line.digest)
        found.append(Fate(line, what))
    return found


def _known(bank_id: int) -> set[str]:
    """Digests of what the questions of a bank asked when they came in, and of what they ask now."""
    bank = db.session.get_one(QuestionBank, bank_id)
    pictures = select(BankPicture.name, BankPicture.sha256).where(BankPicture.bank_id == bank_id)
    marks = dict(db.session.execute(pictures).all())
    shown = re.compile(re.escape(_folder_of_pictures(bank)) + r"([\w.-]+)")

    def settled(text: Localized) -> Localized:
        return Localized(
            {each: shown.sub(lambda m: f"media/{marks.get(m[1], m[1])}", said) for each, said in text.items()}
        )

    rows = (
        select(BankEntry.digest, QuestionVersion.asked)
        .join(BankEntry.question)
        .join(Question.newest)
        .where(Question.bank_id == bank_id)
    )
    known: set[str] = set()
    for came, asked in db.session.execute(rows).all():
        known |= {came, digest(asked.with_texts(settled), {})}
    return known


def take_in(row: BankImport, *, by: User) -> int:
    """Write what is not there yet, with its pictures, in one go. Locks the bank: two clicks bring nothing twice."""
    bank = db.session.get_one(QuestionBank, row.bank_id, with_for_update=True)
    report = report_of(row)
    addresses = _pictures(bank, report.pictures)
    change = partial(_readdressed, addresses=addresses)
    new = [
        (fate.line.question.with_texts(change), _place(row.folder, fate.line), fate.line.digest)
        for fate in fates(bank.id, report)
        if fate.what == COMES and fate.line.question is not None
    ]
    taken = set(db.session.scalars(select(Question.slug).where(Question.bank_id == bank.id)))
    add_all(bank, new, taken)
    record(bank, "questions.imported", within=bank, by=by, after={"questions": len(new), "name": row.name})
    db.session.delete(row)
    db.session.flush()
    return len(new)


def _place(folder: str, line: Line) -> Place:
    return Place(path([*(folder.split(BETWEEN) if folder else ()), *line.folder]), line.tags, line.items)


def _pictures(bank: QuestionBank, pictures: Mapping[str, bytes]) -> dict[str, str]:
    """Keep those that are not there yet; the address of each by its name in the file."""
    names = {name: _kept_name(name, content) for name, content in pictures.items()}
    rows = select(BankPicture.name).where(BankPicture.bank_id == bank.id, BankPicture.name.in_(names.values()))
    known = set(db.session.scalars(rows))
    for name, content in pictures.items():
        if names[name] not in known:
            stored = storage.put(BytesIO(content), most=BYTES)
            media_type = MEDIA_TYPES[PurePosixPath(name).suffix]
            facts = {"size": stored.size, "sha256": stored.sha256, "key": stored.key}
            db.session.add(BankPicture(bank_id=bank.id, name=names[name], media_type=media_type, **facts))
    return {name: f"{_folder_of_pictures(bank)}{kept}" for name, kept in names.items()}


def keep_picture(bank: QuestionBank, name: str, stream: IO[bytes]) -> str:
    """The address of a picture that somebody puts into a question, made small. Raises DomainError for what is none."""
    db.session.get_one(QuestionBank, bank.id, with_for_update=True)
    content, suffix = fitted(stream.read())
    kept = slug_of(PurePosixPath(name.replace("\\", "/")).stem, (), otherwise="imagen") + suffix
    return _pictures(bank, {kept: content})[kept]


def _kept_name(name: str, content: bytes) -> str:
    """It begins with the fingerprint; one that came out of a bank does already."""
    mark = f"{sha256(content).hexdigest()[:16]}-"
    return name if name.startswith(mark) else mark + name


def _readdressed(text: Localized, *, addresses: Mapping[str, str]) -> Localized:
    return Localized(
        {each: _MEDIA.sub(lambda found: addresses.get(found[1], found[0]), said) for each, said in text.items()}
    )


# --- out


def write(bank: QuestionBank, entries: Sequence[BankEntry], form: str, language: str) -> Export:
    """Questions as a file of that format: what it cannot hold is named."""
    out = [_entry(bank, each) for each in entries]
    if form == GIFT:
        return gift_writing.write(out, language)
    if form == TEXT:
        return own.write(out, bank.languages[0], _shown(bank, entries))
    return qti_writing.write(out, language, _shown(bank, entries))


def kind_of(written: Export, form: str) -> tuple[str, str]:
    """The end of the name of a file, and its media type."""
    return _ZIP if form == QTI or written.data.startswith(MARK) else _FILES[form]


def _folder_of_pictures(bank: QuestionBank) -> str:
    return f"{BANK}{bank.slug}/imagenes/"


def _entry(bank: QuestionBank, entry: BankEntry) -> Entry:
    folder = _folder_of_pictures(bank)

    def short(text: Localized) -> Localized:
        return Localized({language: said.replace(folder, "media/") for language, said in text.items()})

    return Entry(
        entry.question.asked.with_texts(short),
        tuple(entry.folder.split(BETWEEN)) if entry.folder else (),
        tuple(entry.names),
        tuple(item.id for item in entry.items),
    )


def _shown(bank: QuestionBank, entries: Sequence[BankEntry]) -> dict[str, bytes]:
    """The pictures that they show, by name."""
    named = re.compile(re.escape(_folder_of_pictures(bank)) + r"([\w.-]+)")
    names = {name for entry in entries for said in _words(entry.question.asked) for name in named.findall(said)}
    rows = select(BankPicture).where(BankPicture.bank_id == bank.id, BankPicture.name.in_(names))
    found = {}
    for picture in db.session.scalars(rows) if names else ():
        with storage.read(picture.key) as stream:
            found[picture.name] = stream.read()
    return found


def _words(asked: QuestionText) -> Iterator[str]:
    return (said for text in asked.texts() for said in text.values())
