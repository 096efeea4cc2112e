"""Whether an edition is ready to open: what would break, and what somebody should look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select

from escuela import clock
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.columns import Localized
from escuela.content.rows import text_of
from escuela.content.text import ModuleText
from escuela.editions.kinds import EDITORS
from escuela.editions.models import COORDINATOR, TUTOR, Edition, EditionStaff
from escuela.editions.policies import Moment, begins, ends
from escuela.editions.text import ActivityText
from escuela.extensions import db
from escuela.learning.completion import Target
from escuela.tutoring.text import SessionText


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is missing or looks wrong, and where to put it right."""

    sentence: LazyString
    target: Target
    breaks: bool = False
    """Publishing is refused while it is so."""
    where: Localized = field(default_factory=Localized)
    """The title of what it is about; empty for the edition itself."""


def findings(edition: Edition) -> list[Finding]:
    """Everything that is found, what would break first; in as many queries whatever the edition holds."""
    found = list(_Look(edition).all())
    return sorted(found, key=lambda finding: not finding.breaks)


class _Look:
    """One look at an edition."""

    def __init__(self, edition: Edition) -> None:
        self.edition, self.text = edition, text_of(edition)
        self.begins, self.ends = begins(edition).at, ends(edition).at

    def _target(self, endpoint: str, **values: Any) -> Target:
        return Target(endpoint, {"edition": self.edition.slug, **values})

    def all(self) -> Iterator[Finding]:
        yield from self._edition()
        yield from self._people()
        for module in self.text.modules:
            yield from self._module(module)
        sessions = [*self.text.sessions, *(each for module in self.text.modules for each in module.sessions)]
        for session in sessions:
            yield from self._session(session)
        if self.text.attendance and not sessions:
            yield Finding(
                _l("A certificate asks for attendance and no session is planned."),
                self._target("tutoring.sessions"),
                breaks=True,
            )

    def _edition(self) -> Iterator[Finding]:
        text, settings = self.text, self._target("publishing.settings")
        if not text.modules:
            yield Finding(_l("The edition has no module."), self._target("authoring.outline"), breaks=True)
        if len([each for each in text.signatories if each.get("name") and each.get("office")]) != 2:
            yield Finding(_l("Two people have to sign certificates: write who."), settings, breaks=True)
        if not any(activity.required for module in text.modules for activity in module.activities):
            yield Finding(
                _l("No activity counts for a certificate: whoever enrols would have earned it already."),
                self._target("authoring.outline"),
                breaks=bool(text.modules),
            )
        for language in self._lacking(text.title, text.theme, text.summary):
            yield Finding(_PARTLY[language], settings)
        total = sum(module.hours for module in text.modules)
        if text.modules and total != text.hours:
            yield Finding(
                _l("The modules add up to %(sum)d hours and the edition says %(hours)d.", sum=total, hours=text.hours),
                settings,
            )
        if self.edition.ends_on < clock.now().astimezone(clock.zone(self.edition.zone)).date():
            yield Finding(_l("Its last day has passed."), settings)
        finals = [each for _, each in self._activities() if getattr(each, "final_work", False)]
        if not finals and text.modules:
            yield Finding(_l("No assignment is the final work."), self._target("authoring.outline"))

    def _people(self) -> Iterator[Finding]:
        staff = select(EditionStaff.role).where(EditionStaff.edition_id == self.edition.id)
        roles = set(db.session.scalars(staff))
        people = self._target("admissions.people")
        if TUTOR not in roles:
            yield Finding(_l("Nobody is a tutor: works would wait for a review."), people)
        if COORDINATOR not in roles:
            yield Finding(_l("Nobody coordinates this edition in particular."), people)
        enrolled = select(func.count(Enrolment.id)).where(
            Enrolment.edition_id == self.edition.id, Enrolment.status == ACTIVE
        )
        if not db.session.scalar(enrolled):
            yield Finding(_l("Nobody is enrolled yet."), people)

    def _activities(self) -> Iterator[tuple[ModuleText, ActivityText]]:
        return ((module, activity) for module in self.text.modules for activity in module.activities)

    def _module(self, module: ModuleText) -> Iterator[Finding]:
        here = self._target("authoring.module", module=module.slug)
        if not module.activities:
            yield Finding(_l("It has no activity."), here, where=module.title)
        for language in self._lacking(module.title, module.summary):
            yield Finding(_PARTLY[language], here, where=module.title)
        if module.opens and not self._within(module.opens):
            yield Finding(_l("It opens outside the days of the edition."), here, where=module.title)
        for activity in module.activities:
            yield from self._activity(module, activity)

    def _activity(self, module: ModuleText, text: ActivityText) -> Iterator[Finding]:
        here = self._target("authoring.edit", activity=text.slug)
        opens = text.opens or module.opens
        editor = EDITORS.get(text.kind)
        for sentence in editor.lacks(text) if editor else ():
            yield Finding(sentence, here, breaks=True, where=text.title)
        if opens and opens.at >= self.ends and text.required:
            yield Finding(
                _l("It counts for a certificate and opens when the edition is over: nobody could do it."),
                here,
                breaks=True,
                where=text.title,
            )
        elif text.opens and not self._within(text.opens):
            yield Finding(_l("It opens outside the days of the edition."), here, where=text.title)
        if text.due and text.due.at > self.ends:
            yield Finding(
                _l("It is due after the end of the edition, when nothing is accepted any more."),
                here,
                where=text.title,
            )
        elif text.due and text.due.at < self.begins:
            yield Finding(_l("It is due before the edition begins."), here, where=text.title)
        if text.due and opens and text.due.at <= opens.at:
            yield Finding(
                _l("It is due before it opens: nobody could do it in time."),
                here,
                breaks=text.required and text.strict,
                where=text.title,
            )
        for language in self._lacking(*_texts(text)):
            yield Finding(_PARTLY[language], here, where=text.title)

    def _session(self, session: SessionText) -> Iterator[Finding]:
        here = self._target("tutoring.sessions")
        if not self._within(session.starts):
            yield Finding(_l("It begins outside the days of the edition."), here, where=session.title)
        if not session.link and self.edition.mode != "on_site":
            yield Finding(_l("It has no link to join."), here, where=session.title)
        for language in self._lacking(session.title, session.summary):
            yield Finding(_PARTLY[language], here, where=session.title)

    def _within(self, moment: Moment) -> bool:
        return self.begins <= moment.at <= self.ends

    def _lacking(self, *texts: Localized) -> list[str]:
        """The edition's languages that some of these texts are not in; a text that nobody wrote lacks none."""
        return [
            language
            for language in self.edition.languages
            if any(text and not (text.get(language) or "").strip() for text in texts)
        ]


_PARTLY: Mapping[str, LazyString] = {
    "es": _l("Part of it is not in Spanish."),
    "pt": _l("Part of it is not in Portuguese."),
    "en": _l("Part of it is not in English."),
}


def _texts(thing: Any) -> Iterator[Localized]:
    """Every localized text in a text, however deep."""
    if isinstance(thing, Localized):
        yield thing
    elif is_dataclass(thing):
        for each in fields(thing):
            yield from _texts(getattr(thing, each.name))
    elif isinstance(thing, tuple):
        for each in thing:
            yield from _texts(each)
