"""Who reads an application, and when a link or an application still works. Pure: rows in, answers out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import lazy_gettext as _l

from escuela.applications.models import DRAFT, SUBMITTED, WITHDRAWN, Application, ApplicationFile, ApplicationLink
from escuela.calls.policies import accepts
from escuela.editions.policies import coordinates
from escuela.people.models import User

GENDER_WORDS = {
    "woman": _l("Woman"),
    "man": _l("Man"),
    "other": _l("Another"),
    "undisclosed": _l("I prefer not to say"),
}
STATE_WORDS = {DRAFT: _l("Draft"), SUBMITTED: _l("Received"), WITHDRAWN: _l("Withdrawn")}

READERS: list[Callable[[User, Application], bool]] = []
"""Who reads an application beside those who coordinate its edition: rooms to the right add theirs."""


def can_read(user: User | None, application: Application) -> bool:
    """Reads what was handed in. What is being typed is its applicant's alone."""
    if user is None or application.number is None:
        return False
    return coordinates(user, application.call.edition) or any(reads(user, application) for reads in READERS)


def can_download(user: User | None, file: ApplicationFile) -> bool:
    """Downloads a document that was handed in with the application, of those that were sent."""
    return file.id in file.application.answers.values() and can_read(user, file.application)


def works(link: ApplicationLink, at: datetime) -> bool:
    """Whether a link still opens an application."""
    return link.used_at is None and at < link.until


def can_write(application: Application, at: datetime) -> bool:
    """Whether its applicant may change the draft and hand it in."""
    return application.state != WITHDRAWN and accepts(application.call, at)
