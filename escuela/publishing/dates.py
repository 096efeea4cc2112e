"""Every instant that an edition announces, by a name of its own, so that a copy can show and change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela.columns import Localized
from escuela.content.text import EditionText, ModuleText
from escuela.editions.policies import Moment
from escuela.editions.text import ActivityText
from escuela.tutoring.text import SessionText


@dataclass(frozen=True, slots=True)
class Planned:
    """One instant: its name in a form, what it is of, what happens then."""

    key: str
    title: Localized
    words: LazyString
    moment: Moment


OPENS, DUE, STARTS = _l("opens"), _l("is due"), _l("begins")


def planned(text: EditionText) -> list[Planned]:
    """All instants of an edition in the order of its pages."""
    return [*_sessions(text.sessions), *(each for module in text.modules for each in _of_module(module))]


def _of_module(module: ModuleText) -> Iterator[Planned]:
    if module.opens:
        yield Planned(f"module-{module.slug}-opens", module.title, OPENS, module.opens)
    for activity in module.activities:
        if activity.opens:
            yield Planned(f"activity-{activity.slug}-opens", activity.title, OPENS, activity.opens)
        if activity.due:
            yield Planned(f"activity-{activity.slug}-due", activity.title, DUE, activity.due)
    yield from _sessions(module.sessions)


def _sessions(sessions: tuple[SessionText, ...]) -> Iterator[Planned]:
    for session in sessions:
        yield Planned(f"session-{session.slug}-starts", session.title, STARTS, session.starts)


def replanned(text: EditionText, moments: Mapping[str, Moment]) -> EditionText:
    """The text with these instants, by their names in `planned`; what has none keeps its own."""

    def at(key: str, otherwise: Moment | None) -> Moment | None:
        return moments.get(key, otherwise)

    def sessions(these: tuple[SessionText, ...]) -> tuple[SessionText, ...]:
        return tuple(replace(each, starts=moments.get(f"session-{each.slug}-starts", each.starts)) for each in these)

    def activity(each: ActivityText) -> ActivityText:
        name = f"activity-{each.slug}"
        return replace(each, opens=at(f"{name}-opens", each.opens), due=at(f"{name}-due", each.due))

    def module(each: ModuleText) -> ModuleText:
        return replace(
            each,
            opens=at(f"module-{each.slug}-opens", each.opens),
            sessions=sessions(each.sessions),
            activities=tuple(map(activity, each.activities)),
        )

    return replace(text, sessions=sessions(text.sessions), modules=tuple(map(module, text.modules)))
