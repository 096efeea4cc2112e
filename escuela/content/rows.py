"""An edition as it stands in the database, as its text: what exporting, copying and checking start from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from escuela import storage
from escuela.content.text import EditionText, MediaText, ModuleText
from escuela.editions.kinds import FORMATS, KINDS
from escuela.editions.models import Activity, Edition, Lesson, Media, Module
from escuela.editions.text import ActivityText, codes_of, moment_of
from escuela.extensions import db
from escuela.markdown import Home
from escuela.markdown.home import OURS
from escuela.tutoring.models import TutoringSession
from escuela.tutoring.text import SessionText, text_of_session


def address_of(kind: str, edition: str, activity: str) -> str:
    """The path of an activity's page, by its kind and slugs; needs no request."""
    names = {"edition": edition, "activity": activity}
    return current_app.url_map.bind("").build(KINDS[kind].endpoint, names)


def home_of(module: Module) -> Home:
    """What the addresses in the texts of a module mean."""
    return _Rows(module.edition).home(module)


def text_of(edition: Edition) -> EditionText:
    """The whole edition, all but what is archived or cancelled. Loading it changes nothing; its digest compares."""
    return _Rows(edition).text()


def put_away(edition: Edition) -> dict[str, tuple[ActivityText, ...]]:
    """The archived activities of an edition, by the slug of their module: what would come back with its files."""
    return _Rows(edition).put_away()


class _Rows:
    """One edition while it is read, in as many queries whatever it holds."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        lessons = select(Lesson.slug).where(Lesson.edition_id == edition.id)
        self.lessons = {slug: address_of("lesson", edition.slug, slug) for slug in db.session.scalars(lessons)}
        self.media: dict[str, list[MediaText]] = defaultdict(list)
        for row in db.session.scalars(select(Media).where(Media.edition_id == edition.id).order_by(Media.path)):
            folder, _, name = row.path.partition("/")
            self.media[folder].append(
                MediaText(
                    name=name,
                    media_type=row.media_type,
                    size=row.size,
                    width=row.width,
                    height=row.height,
                    sha256=row.sha256,
                    read=partial(storage.read, row.key),
                )
            )

    def home(self, module: Module) -> Home:
        return Home(
            media={medium.name: medium for medium in self.media[module.slug]},
            lessons=self.lessons,
            folder=f"{OURS}{self.edition.slug}/media/{module.slug}/",
        )

    def text(self) -> EditionText:
        row = self.edition
        sessions = self._sessions()
        modules = self._modules()
        activities = self._activities()
        return EditionText(
            slug=row.slug,
            number=row.number,
            year=row.year,
            title=row.title,
            theme=row.theme,
            summary=row.summary,
            notice=row.notice,
            mode=row.mode,
            host_city=row.host_city,
            host_country=row.host_country,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            zone=row.zone,
            hours=row.hours,
            languages=tuple(row.languages),
            status=row.status,
            attendance=row.attendance,
            signatories=tuple(row.signatories),
            frameworks=codes_of(row),
            modules=tuple(
                ModuleText(
                    slug=module.slug,
                    place=place,
                    title=module.title,
                    summary=module.summary,
                    hours=module.hours,
                    opens=moment_of(module.opens_at, module.opens_zone),
                    frameworks=codes_of(module),
                    activities=tuple(
                        FORMATS[activity.kind].text(activity, self.home(module)) for activity in activities[module.id]
                    ),
                    sessions=sessions[module.id],
                    media=tuple(self.media[module.slug]),
                )
                for place, module in enumerate(modules, 1)
            ),
            sessions=sessions[None],
        )

    def _modules(self) -> Sequence[Module]:
        shown = select(Module).where(Module.edition_id == self.edition.id, Module.archived_at.is_(None))
        return db.session.scalars(shown.order_by(Module.position).options(selectinload(Module.items))).all()

    def _sessions(self) -> dict[int | None, tuple[SessionText, ...]]:
        rows = select(TutoringSession).where(
            TutoringSession.edition_id == self.edition.id, TutoringSession.cancelled_at.is_(None)
        )
        rows = rows.options(selectinload(TutoringSession.items))
        found: dict[int | None, tuple[SessionText, ...]] = defaultdict(tuple)
        for row in db.session.scalars(rows.order_by(TutoringSession.starts_at, TutoringSession.id)):
            found[row.module_id] += (text_of_session(row),)
        return found

    def put_away(self) -> dict[str, tuple[ActivityText, ...]]:
        return {
            rows[0].module.slug: tuple(FORMATS[row.kind].text(row, self.home(row.module)) for row in rows)
            for rows in self._activities(away=True).values()
        }

    def _activities(self, *, away: bool = False) -> dict[int, list[Activity]]:
        found = defaultdict(list)
        for form in FORMATS.values():
            shown = select(form.model).where(
                form.model.edition_id == self.edition.id,
                form.model.archived_at.is_not(None) if away else form.model.archived_at.is_(None),
            )
            for row in db.session.scalars(shown.options(selectinload(form.model.items), *form.loads())):
                found[row.module_id].append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (row.position, row.id))
        return found
