"""An edition's text, brought into the database: whole or not at all, and never over what people did."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import with_polymorphic

from escuela import clock, storage
from escuela.content.check import everything
from escuela.content.printing import files_of
from escuela.content.rows import address_of, text_of
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
    edited: bool = False
    """Refused since it was changed in the browser."""

    @property
    def loaded(self) -> bool:
        return self.outcome not in {Outcome.FAULTY, Outcome.REFUSED}


class EditedError(DomainError):
    """The edition was changed in the browser since its text was loaded: loading would take those changes back."""


def load_path(path: Path, *, replace: bool = False) -> list[Result]:
    """Check and load an edition, or each edition of a folder. Each one that is sound is committed by itself."""
    return [_load(folder, text, faults, replace=replace) for folder, text, faults in everything(path)]


def _load(folder: Path, text: EditionText | None, faults: list[Fault], *, replace: bool) -> Result:
    if text is None or faults:
        return Result(folder.name, Outcome.FAULTY, faults=tuple(faults))
    try:
        result = apply(text, replace=replace)
        db.session.commit()
    except DomainError as refusal:
        db.session.rollback()
        edited = isinstance(refusal, EditedError)
        return Result(folder.name, Outcome.REFUSED, reason=refusal.sentence, edited=edited)
    return result


def stored(medium: MediaText) -> str:
    """Keep the bytes of a file; the key that they are kept under."""
    with medium.read() as stream:
        return storage.put(stream, most=medium.size).key


def apply(text: EditionText, *, replace: bool = False, store: Callable[[MediaText], str] = stored) -> Result:
    """Bring an edition into step with its text, which has no faults; one with an unknown slug is new.

    Nothing is written where the database has this text already. Locks the edition. Raises DomainError, with nothing of
    it written, where the text would take away or falsify what people did; EditedError where it would take back what was
    changed in the browser, unless told to `replace` it. What is archived and not in the text stays as it is.
    """
    load_catalogue()
    known = select(Edition).where(Edition.slug == text.slug).with_for_update()
    edition = db.session.scalars(known).one_or_none()
    if edition is not None and edition.digest == text.digest and edition.edited_at is None:
        return Result(text.slug, Outcome.UNCHANGED)
    same = edition is not None and edition.edited_at is not None and _says(edition, text)
    if edition is not None and edition.edited_at is not None and not same and not replace:
        raise EditedError(
            _l(
                "It was changed in the browser since it was loaded, and this text would take those changes back. "
                "Export it first and work on from there, or replace those changes."
            )
        )
    with db.session.begin_nested():
        _Loading(text, edition or Edition(slug=text.slug, status=text.status), store).run()
    if same:
        return Result(text.slug, Outcome.UNCHANGED)
    return Result(text.slug, Outcome.UPDATED if edition else Outcome.NEW)


def _says(edition: Edition, text: EditionText) -> bool:
    """Whether the edition would be printed as the text would; its status is changed on the platform only."""
    return files_of(text_of(edition)) == files_of(dataclasses.replace(text, status=edition.status))


class _Loading:
    """One edition on its way: what is there is matched by slug, what left the text is taken away last."""

    def __init__(self, text: EditionText, edition: Edition, store: Callable[[MediaText], str]) -> None:
        self.text, self.edition, self.store = text, edition, store
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
        self.edition.digest, self.edition.edited_at = self.text.digest, None
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
        row.archived_at = None
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
        row.edition_id, row.module_id, row.archived_at = self.edition.id, module.id, None
        db.session.add(row)

    def _write_session(self, text: SessionText, module: Module | None) -> None:
        row = self.sessions.get(text.slug) or TutoringSession(edition_id=self.edition.id)
        write_session(row, text, module, self._aligned(text.frameworks))
        db.session.add(row)

    # --- taking away

    def _take_away_activities(self) -> None:
        """Before anything is written: a slug may come back as another kind of activity."""
        stay = {activity.slug: activity.kind for module in self.text.modules for activity in module.activities}
        for slug, row in list(self.activities.items()):
            if stay.get(slug) != row.kind and (slug in stay or row.archived_at is None):
                reason = _l("%(slug)s cannot be taken away: people have worked on it.", slug=slug)
                self._take_away(self.activities.pop(slug), reason)

    def _take_away_the_rest(self) -> None:
        sessions = {session.slug for module in self.text.modules for session in module.sessions}
        sessions |= {session.slug for session in self.text.sessions}
        for slug, row in self.sessions.items():
            kept = PLANNED_HERE.fullmatch(slug) or row.cancelled_at is not None or row.module_id in self._archived()
            if slug not in sessions and not kept:
                self._take_away(row, _l("%(slug)s cannot be taken away: its attendance has been taken.", slug=slug))
        for slug in self.modules.keys() - {module.slug for module in self.text.modules}:
            if self._keeps_something(self.modules[slug]):
                self.modules[slug].archived_at = self.modules[slug].archived_at or clock.now()
                continue
            reason = _l("The module %(slug)s cannot be taken away: sessions are planned for it.", slug=slug)
            self._take_away(self.modules[slug], reason)

    def _archived(self) -> set[int]:
        """The modules that are put away: the text does not speak of them."""
        return {module.id for module in self.modules.values() if module.archived_at is not None}

    def _keeps_something(self, module: Module) -> bool:
        """Whether a module that is not in the text is archived, or holds what is: then it stays, put away."""
        return module.archived_at is not None or any(
            row.module_id == module.id and row.archived_at is not None for row in self.activities.values()
        )

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
                row.key = self.store(medium)
            row.media_type, row.size, row.sha256 = medium.media_type, medium.size, medium.sha256
            row.width, row.height = medium.width, medium.height
            db.session.add(row)
        db.session.flush()

    def _take_away_media(self) -> None:
        stay = {f"{module.slug}/{medium.name}" for module in self.text.modules for medium in module.media}
        away = {slug for slug, module in self.modules.items() if module.id in self._archived()}
        for row in self._there(Media):
            if row.path not in stay and row.path.partition("/")[0] not in away:
                db.session.delete(row)
