"""One door for each change of an application: link, draft, documents, handing in, withdrawing; whose place it is."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from escuela import clock, storage
from escuela.applications import draft, policies, queries
from escuela.applications.models import DRAFT, SUBMITTED, WITHDRAWN, Application, ApplicationFile, ApplicationLink
from escuela.assessments.assignments import filetypes
from escuela.calls.models import CONSENT, FILE, Call, CallQuestion
from escuela.calls.policies import YES, Stage, closing, opening, stage
from escuela.calls.services import named
from escuela.editions.services import both_zones
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue
from escuela.people.forms import BANDS
from escuela.people.history import FIELDS, VALUES, VERBS, record
from escuela.people.models import LocalGovernment, User

LINK = timedelta(hours=2)
"""How long a link works."""
LINKS_KEPT, DRAFTS_KEPT = timedelta(days=30), timedelta(days=180)
"""How long links are kept after they stopped working, and drafts never handed in after their call closed."""

VERBS.update(
    {
        "application.submitted": _l("handed in the application"),
        "application.corrected": _l("corrected the application"),
        "application.withdrawn": _l("withdrew the application"),
        "application.resumed": _l("took the application up again"),
        "application.placed": _l("said which local government it is"),
    }
)
for _name, _label in draft.LABELS.items():
    FIELDS.setdefault(_name, _label)
TOLD = {"position": "job"}
"""Names in the history, where another room calls another thing so."""
FIELDS.update({told: draft.LABELS[name] for name, told in TOLD.items()})
VALUES.update({f"gender:{gender}": words for gender, words in policies.GENDER_WORDS.items()})
VALUES.update({f"proposed_band:{band}": words for band, words in BANDS.items()})
FIELDS.setdefault("proposed_country", _l("Country"))
FIELDS.setdefault("state", _l("State"))


class IncompleteError(DomainError):
    """The draft cannot be handed in; `checked` says why."""

    def __init__(self, checked: draft.Checked) -> None:
        super().__init__(_l("Some things are missing or wrong. Each is a link to where it is."))
        self.checked = checked


class DocumentError(DomainError):
    """A document was not received; `name` is its field."""

    def __init__(self, question: CallQuestion, sentence: LazyString) -> None:
        super().__init__(sentence)
        self.name = draft.field_of(question)


def recipient(application: Application) -> Recipient:
    """The applicant as the outbox knows them; before they said their name, by their address."""
    name = application.name or str(application.draft.get("name") or "") or application.email
    return Recipient(application.email, application.language, name, application.zone)


# --- the link that proves an address


def request_link(call: Call, email: str, language: str, zone: str) -> ApplicationLink:
    """Mail a link to an address, whoever it is: nothing here depends on what we know of it.

    Links asked for before keep working, each once and until its own instant. Raises DomainError before the call opens.
    """
    if stage(call, clock.now()) in {Stage.HIDDEN, Stage.ANNOUNCED}:
        _ensure_open(call)
    token, now = secrets.token_urlsafe(32), clock.now()
    link = ApplicationLink(
        call=call,
        email=email.lower(),
        sha256=queries.digest(token),
        language=language,
        zone=zone,
        sent_at=now,
        until=now + LINK,
    )
    db.session.add(link)
    db.session.flush()
    to = Recipient(link.email, language, link.email, zone)
    enqueue("applications/link", to, once=f"application-link:{link.id}", call=call, token=token, until=link.until)
    return link


def use_link(link: ApplicationLink, user: User | None = None) -> Application:
    """The application of the address that a link proves, begun if there was none. The link is used up by it.

    Raises DomainError when the link no longer works, or when nothing can be begun any more.
    """
    _lock(link)
    if not policies.works(link, clock.now()):
        raise DomainError(_l("This link was used already, or is too old. Ask for a new one."))
    link.used_at = clock.now()
    mine = user if user is not None and user.email.lower() == link.email else None
    return begin(link.call, link.email, link.language, link.zone, user=mine)


def begin(call: Call, email: str, language: str, zone: str, *, user: User | None = None) -> Application:
    """The application of a proven address, begun if there is none and the call is open. Raises DomainError if not."""
    found = db.session.scalars(queries.of_address(call, email)).one_or_none()
    if found is not None:
        found.user_id = found.user_id or (user.id if user else None)
        return found
    _ensure_open(call)
    now = clock.now()
    application = Application(
        call=call,
        email=email.lower(),
        user_id=user.id if user else None,
        language=language,
        zone=zone,
        started_at=now,
        saved_at=now,
        draft={"name": user.name} if user else {},
    )
    try:
        with db.session.begin_nested():
            db.session.add(application)
    except IntegrityError:  # another window of the same person was first
        return db.session.scalars(queries.of_address(call, email)).one()
    return application


def _ensure_open(call: Call) -> None:
    """Go on only if the call accepts applications now. Raises DomainError naming the instant in both zones."""
    found = stage(call, clock.now())
    if found in {Stage.HIDDEN, Stage.ANNOUNCED}:
        raise DomainError(_l("This call is not open yet. It opens on %(when)s", when=both_zones(opening(call))))
    if found is not Stage.OPEN:
        raise DomainError(
            _l(
                "This call closed on %(when)s Nothing more is accepted; what you wrote is still here to read.",
                when=both_zones(closing(call)),
            )
        )


def _lock(row: Application | ApplicationLink) -> None:
    """Hold the row until the request ends, and see it as it is now.

    In two steps: a refresh joins what the row was loaded with, and PostgreSQL locks no outer join.
    """
    kind = type(row)
    db.session.execute(select(kind.id).where(kind.id == row.id).with_for_update())
    db.session.refresh(row)


def _ensure_writable(application: Application) -> None:
    _ensure_open(application.call)
    if application.state == WITHDRAWN:
        raise DomainError(_l("This application is withdrawn. Take it up again first; everything is still here."))


# --- the draft


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of what a page sent."""

    began_from: str
    overwritten: dict[str, Any]
    """By field: what another device had saved meanwhile, and this page replaced."""


def save(application: Application, typed: Mapping[str, Any], began_from: str) -> Saved:
    """Keep what a page changed, valid or not, field by field: see draft.merge."""
    _lock(application)
    _ensure_writable(application)
    if draft.too_long(typed):
        raise DomainError(_l("At most %(most)d characters in one field.", most=draft.DRAFT_MOST))
    merged = draft.merge(application.draft, typed, began_from)
    if merged.values != application.draft:
        application.draft, application.saved_at = merged.values, clock.now()
        db.session.flush()
    return Saved(draft.marks(typed, typed), merged.overwritten)


def check(application: Application, values: Mapping[str, Any] | None = None) -> draft.Checked:
    """What of a draft is missing or wrong; of `values` instead, where a page holds something else."""
    values = application.draft if values is None else values
    chosen = str(values.get("government") or "")
    # nine digits are always a number that a row can have
    government = db.session.get(LocalGovernment, int(chosen)) if chosen.isdecimal() and len(chosen) < 10 else None
    files = {file.id: file for file in application.files}
    return draft.check(application.call, values, language=application.language, government=government, files=files)


def attach(application: Application, question: CallQuestion, stream: IO[bytes], *, name: str) -> ApplicationFile:
    """Receive a document whole, in place of the one before it. Refuses by content, name and size."""
    _lock(application)
    _ensure_writable(application)
    name = filetypes.clean_name(name)
    _ensure_pdf(question, stream, name)
    settings = current_app.config["SETTINGS"]
    most = settings.upload_mb
    try:
        stored = storage.put(stream, most=settings.upload_bytes)
    except storage.TooBigError:
        raise DocumentError(
            question,
            _l("%(name)s is bigger than %(most)d MB. Scan it in greyscale or divide it.", name=name, most=most),
        ) from None
    now = clock.now()
    file = ApplicationFile(
        application=application,
        question=question.slug,
        name=name,
        size=stored.size,
        sha256=stored.sha256,
        key=stored.key,
        uploaded_at=now,
    )
    db.session.add(file)
    db.session.flush()
    application.draft = {**application.draft, draft.field_of(question): file.id}
    application.saved_at = now
    db.session.flush()
    return file


def _ensure_pdf(question: CallQuestion, stream: IO[bytes], name: str) -> None:
    fault = None
    if not name:
        fault = _l("Choose a file first.")
    elif not stream.read(1):
        fault = _l("%(name)s is empty. Open it on your computer, check it and send it again.", name=name)
    elif filetypes.recognise(stream) != "pdf":
        fault = _l("What is inside %(name)s is not a PDF. Scan or export it as PDF.", name=name)
    elif not filetypes.agrees(name, "pdf"):
        fault = _l("%(name)s is a PDF with another ending. Give it the ending .pdf and send it again.", name=name)
    if fault is not None:
        raise DocumentError(question, fault)


def detach(application: Application, question: CallQuestion) -> None:
    """Take a document out of the draft; what was handed in keeps it. Harmless when there is none."""
    _lock(application)
    _ensure_writable(application)
    name = draft.field_of(question)
    application.draft = {field: value for field, value in application.draft.items() if field != name}
    application.saved_at = clock.now()
    db.session.flush()


def document_question(call: Call, slug: str) -> CallQuestion | None:
    return next((each for each in call.questions if each.slug == slug and each.kind == FILE), None)


# --- handing in


def hand_in(application: Application, *, language: str, zone: str) -> Application:
    """Hand in the draft: the first time with the next number of the call, later as a correction.

    Raises IncompleteError with all that is missing. Once more with nothing changed is harmless and mails nothing.
    """
    _lock(application)
    _ensure_writable(application)
    application.language, application.zone = language, zone
    checked = check(application)
    if not checked.complete:
        raise IncompleteError(checked)
    was, became = _facts(application), {**checked.columns, **checked.answers}
    if application.state == SUBMITTED and was == became:  # a double click
        return application
    first = application.number is None
    number = application.number or _next_number(application.call)
    for name, value in checked.columns.items():
        setattr(application, name, value)
    application.answers = checked.answers
    application.state, application.submitted_at, application.number = SUBMITTED, clock.now(), number
    db.session.flush()
    db.session.refresh(application, ["local_government"])
    verb = "application.submitted" if first else "application.corrected"
    before = {} if first else _told(application, was)
    record(
        application,
        verb,
        within=application.call,
        by=application.email,
        before=before,
        after=_told(application, became),
    )
    once = f"application:{application.id}:{application.submitted_at.isoformat()}"
    enqueue(
        "applications/received",
        recipient(application),
        once=once,
        application=application,
        call=application.call,
        corrected=not first,
    )
    return application


def _facts(application: Application) -> dict[str, Any]:
    """What was handed in, as the history keeps it."""
    columns = (*draft.OWN[:3], "local_government_id", *draft.OWN[4:], "proposed_country")
    return {name: getattr(application, name) for name in columns} | application.answers


def _told(application: Application, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same for people: governments and documents by name, options and questions by their words, in Spanish."""
    questions = {question.slug: question for question in application.call.questions}
    names = {file.id: file.name for file in application.files}
    told: dict[str, Any] = {}
    for name, value in facts.items():
        if name in questions:
            title = named(questions[name].text)
            told[title if title not in told else name] = _answer_told(questions[name], value, names)
        elif name == "local_government_id":
            government = db.session.get(LocalGovernment, value) if value else None
            told["government"] = government.name if government else None
        else:
            told[TOLD.get(name, name)] = value
    return told


def _answer_told(question: CallQuestion, value: Any, files: Mapping[int, str]) -> Any:
    if question.kind == FILE:
        return files.get(value, "")
    if question.kind == CONSENT:
        return value == YES
    words = [named(text) for text in queries.Answer(question, value).chosen]
    return ", ".join(words) if question.options else value


def _next_number(call: Call) -> int:
    """The next number of a call. Locks the call until the request ends, so that no two are the same."""
    db.session.execute(select(Call.id).where(Call.id == call.id).with_for_update(key_share=True))
    newest = db.session.scalar(select(func.max(Application.number)).where(Application.call_id == call.id))
    return (newest or 0) + 1


def changed_since(application: Application, checked: draft.Checked) -> bool:
    """Whether the draft says something else than what was handed in."""
    return _facts(application) != {**checked.columns, **checked.answers}


def withdraw(application: Application, *, reason: str = "") -> None:
    """Take an application back. Harmless when it is withdrawn already."""
    _lock(application)
    if application.state == WITHDRAWN:
        return
    _ensure_open(application.call)
    if application.state == DRAFT:
        raise DomainError(_l("This application was not handed in: there is nothing to withdraw."))
    application.state, application.withdrawn_at = WITHDRAWN, clock.now()
    _record_state(application, "application.withdrawn", SUBMITTED, reason)


def resume(application: Application) -> None:
    """Take a withdrawn application up again, as it was handed in. Harmless when it is not withdrawn."""
    _lock(application)
    if application.state != WITHDRAWN:
        return
    _ensure_open(application.call)
    application.state, application.withdrawn_at = SUBMITTED, None
    _record_state(application, "application.resumed", WITHDRAWN)


def _record_state(application: Application, verb: str, was: str, reason: str = "") -> None:
    db.session.flush()
    record(
        application,
        verb,
        within=application.call,
        by=application.email,
        reason=reason or None,
        before={"state": was},
        after={"state": application.state},
    )


# --- what coordinators do


def place(application: Application, government: LocalGovernment, *, by: User) -> list[Application]:
    """Say which local government a proposed one is, for all of the call who propose the same. Returns them.

    Raises DomainError when somebody else has said so meanwhile.
    """
    db.session.execute(select(Call.id).where(Call.id == application.call_id).with_for_update(key_share=True))
    _lock(application)
    if application.proposed_name is None:
        raise DomainError(_l("This application already has its local government."))
    moved = queries.same_place(application)
    for each in moved:
        was = each.proposed_name
        each.proposed_name = each.proposed_country = each.proposed_subdivision = each.proposed_band = None
        each.local_government_id = government.id
        if each.draft.get("government") == draft.NEW:
            kept = {name: value for name, value in each.draft.items() if not name.startswith("proposed_")}
            each.draft = {**kept, "government": str(government.id)}
        record(
            each,
            "application.placed",
            within=each.call,
            by=by,
            before={"government": was},
            after={"government": government.name},
        )
    db.session.flush()
    return moved


def forget_old() -> int:
    """A job: forget links that long since stopped working, and drafts never handed in to calls long closed."""
    now = clock.now()
    links = delete(ApplicationLink).where(ApplicationLink.until < now - LINKS_KEPT)
    gone = db.session.execute(links.returning(ApplicationLink.id)).all()
    closed = select(Call.id).where(Call.closes_at < now - DRAFTS_KEPT)
    old = select(Application.id).where(Application.number.is_(None), Application.call_id.in_(closed))
    db.session.execute(delete(ApplicationFile).where(ApplicationFile.application_id.in_(old)))
    drafts = delete(Application).where(Application.number.is_(None), Application.call_id.in_(closed))
    return len(gone) + len(db.session.execute(drafts.returning(Application.id)).all())
