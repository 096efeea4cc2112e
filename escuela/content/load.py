"""An edition's text, brought into the database: whole or not at all, and never over what people did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import with_polymorphic

from escuela import storage
from escuela.content.check import everything
from escuela.content.rows import address_of
from escuela.content.text import EditionText, MediaText, ModuleText
from escuela.editions.kinds import FORMATS
from escuela.editions.models import Activity, Edition, Media, Module
from escuela.editions.text import ActivityText, LessonSource, align, write_activity
from escuela.errors import DomainError
from escuela.extensions import Model, db
from escuela.frameworks.models import FrameworkItem
from escuela.frameworks.services import load_catalogue
from escuela.markdown import Home
from escuela.markdown.home import OURS
from escuela.source import Fault
from escuela.tutoring.models import TutoringSession
from escuela.tutoring.text import PLANNED_HERE, SessionText, write_session


class Outcome(StrEnum):
    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAULTY = "has faults"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one edition, with its faults or with the reason for which it was refused."""

    slug: str
    outcome: Outcome
    faults: tuple[Fault, ...] = ()
    reason: LazyString | str = ""

    @property
    def loaded(self) -> bool:
        return self.outcome not in {Outcome.FAULTY, Outcome.REFUSED}


def load_path(path: Path) -> list[Result]:
    """Check and load an edition, or each edition of a folder. Each one that is sound is committed by itself."""
    return [_load(folder, text, faults) for folder, text, faults in everything(path)]


def _load(folder: Path, text: EditionText | None, faults: list[Fault]) -> Result:
    if text is None or faults:
        return Result(folder.name, Outcome.FAULTY, faults=tuple(faults))
    try:
        result = apply(text)
        db.session.commit()
    except DomainError as refusal:
        db.session.rollback()
        return Result(folder.name, Outcome.REFUSED, reason=refusal.sentence)
    return result


def apply(text: EditionText) -> Result:
    """Bring an edition into step with its text, which has no faults; one with an unknown slug is new.

    Nothing is written where the database has this text already. Locks the edition. Raises DomainError, with nothing of
    it written, where the text would take away or falsify what people did.
    """
    load_catalogue()
    known = select(Edition).where(Edition.slug == text.slug).with_for_update()
    edition = db.session.scalars(known).one_or_none()
    if edition is not None and edition.digest == text.digest:
        return Result(text.slug, Outcome.UNCHANGED)
    with db.session.begin_nested():
        _Loading(text, edition or Edition(slug=text.slug, status=text.status)).run()
    return Result(text.slug, Outcome.UPDATED if edition else Outcome.NEW)


class _Loading:
    """One edition on its way: what is there is matched by slug, what left the text is taken away last."""

    def __init__(self, text: EditionText, edition: Edition) -> None:
        self.text, self.edition = text, edition
        wanted = select(FrameworkItem).where(FrameworkItem.id.in_(set(text.aligned())))
        self.items = {item.id: item for item in db.session.scalars(wanted)}
        activities = [activity for module in text.modules for activity in module.activities]
        lessons = [activity for activity in activities if isinstance(activity, LessonSource)]
        self.lessons = {lesson.slug: address_of("lesson", text.slug, lesson.slug) for lesson in lessons}

    def run(self) -> None:
        self._write_edition()
        self.modules = {module.slug: module for module in self._there(Module)}
        self.sessions = {session.slug: session for session in self._there(TutoringSession)}
        self.activities = {row.slug: row for row in self._there(with_polymorphic(Activity, "*"))}
        self._take_away_activities()
        for module in self.text.modules:
            self._write_module(module)
        for session in self.text.sessions:
            self._write_session(session, None)
        db.session.flush()
        self._take_away_the_rest()
        for module in self.text.modules:
            self._keep_media(module)
        self._take_away_media()
        self.edition.digest = self.text.digest
        db.session.flush()

    def _there(self, model: Any) -> Sequence[Any]:
        return db.session.scalars(select(model).where(model.edition_id == self.edition.id)).unique().all()

    def _aligned(self, codes: tuple[str, ...]) -> list[FrameworkItem]:
        return [self.items[code] for code in codes]

    # --- bringing into step

    def _write_edition(self) -> None:
        row, text = self.edition, self.text
        row.number, row.year, row.hours = text.number, text.year, text.hours
        row.title, row.theme, row.summary, row.notice = text.title, text.theme, text.summary, text.notice
        row.mode, row.host_city, row.host_country = text.mode, text.host_city, text.host_country
        row.starts_on, row.ends_on, row.zone = text.starts_on, text.ends_on, text.zone
        row.languages, row.attendance = list(text.languages), text.attendance
        row.signatories = list(text.signatories)
        align(row, self._aligned(text.frameworks))
        db.session.add(row)
        db.session.flush()

    def _write_module(self, text: ModuleText) -> None:
        row = self.modules.get(text.slug) or Module(edition_id=self.edition.id, slug=text.slug)
        row.position, row.hours = text.place, text.hours
        row.title, row.summary = text.title, text.summary
        row.opens_at, row.opens_zone = (text.opens.at, text.opens.zone) if text.opens else (None, None)
        align(row, self._aligned(text.frameworks))
        db.session.add(row)
        db.session.flush()
        home = Home(
            media={medium.name: medium for medium in text.media},
            lessons=self.lessons,
            folder=f"{OURS}{self.text.slug}/media/{text.slug}/",
        )
        for activity in text.activities:
            self._write_activity(activity, row, home)
        for session in text.sessions:
            self._write_session(session, row)

    def _write_activity(self, text: ActivityText, module: Module, home: Home) -> None:
        form = FORMATS[text.kind]
        row = self.activities.get(text.slug) or form.model()
        form.write(row, text, home)
        write_activity(row, text, self._aligned(text.frameworks))
        row.edition_id, row.module_id = self.edition.id, module.id
        db.session.add(row)

    def _write_session(self, text: SessionText, module: Module | None) -> None:
        row = self.sessions.get(text.slug) or TutoringSession(edition_id=self.edition.id)
        write_session(row, text, module, self._aligned(text.frameworks))
        db.session.add(row)

    # --- taking away

    def _take_away_activities(self) -> None:
        """Before anything is written: a slug may come back as another kind of activity."""
        stay = {(activity.kind, activity.slug) for module in self.text.modules for activity in module.activities}
        for slug, row in list(self.activities.items()):
            if (row.kind, slug) not in stay:
                reason = _l("%(slug)s cannot be taken away: people have worked on it.", slug=slug)
                self._take_away(self.activities.pop(slug), reason)

    def _take_away_the_rest(self) -> None:
        sessions = {session.slug for module in self.text.modules for session in module.sessions}
        sessions |= {session.slug for session in self.text.sessions}
        for slug, row in self.sessions.items():
            if slug not in sessions and not PLANNED_HERE.fullmatch(slug):
                self._take_away(row, _l("%(slug)s cannot be taken away: its attendance has been taken.", slug=slug))
        for slug in self.modules.keys() - {module.slug for module in self.text.modules}:
            reason = _l("The module %(slug)s cannot be taken away: sessions are planned for it.", slug=slug)
            self._take_away(self.modules[slug], reason)

    @staticmethod
    def _take_away(row: Model, reason: LazyString) -> None:
        """Whatever people did points at the row, from whichever room: then the database does not let it go."""
        db.session.refresh(row)
        try:
            with db.session.begin_nested():
                db.session.delete(row)
        except IntegrityError:
            raise DomainError(reason) from None

    # --- media

    def _keep_media(self, module: ModuleText) -> None:
        """Store the files that are new or changed. The file of a changed row is then an orphan, which a job removes."""
        there = {row.path: row for row in self._there(Media)}
        for medium in module.media:
            path = f"{module.slug}/{medium.name}"
            row = there.get(path) or Media(edition_id=self.edition.id, path=path)
            if row.sha256 != medium.sha256:
                row.key = _stored(medium)
            row.media_type, row.size, row.sha256 = medium.media_type, medium.size, medium.sha256
            row.width, row.height = medium.width, medium.height
            db.session.add(row)
        db.session.flush()

    def _take_away_media(self) -> None:
        stay = {f"{module.slug}/{medium.name}" for module in self.text.modules for medium in module.media}
        for row in self._there(Media):
            if row.path not in stay:
                db.session.delete(row)


def _stored(medium: MediaText) -> str:
    with medium.read() as stream:
        return storage.put(stream, most=medium.size).key
