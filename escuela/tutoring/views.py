"""Tutoring sessions of an edition: the list, the calendar file, attendance, planning."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from escuela import clock, web
from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.admissions.reader import enrolment_of
from escuela.editions.models import Edition
from escuela.editions.policies import can_review, coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people import places
from escuela.tutoring import calendar, policies, queries, services
from escuela.tutoring.forms import CancelForm, SessionForm
from escuela.tutoring.models import TutoringSession

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from escuela.people.models import User

bp = Blueprint("tutoring", __name__)

PAGE = "/ediciones/<edition>/tutorias"


def _is_inside(user: User | None, edition: Edition) -> bool:
    return can_review(user, edition) or enrolment_of(user, edition) is not None


web.TABS.append(web.Tab(30, _l("Tutoring"), "tutoring.sessions", _is_inside))


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as the list shows it. `state` is one's own attendance; `present`, for who reviews, of everybody."""

    session: TutoringSession
    day: str
    month: str
    can_join: bool
    has_begun: bool
    state: str | None
    present: int | None


@bp.get(PAGE)
def sessions(edition: str) -> ResponseReturnValue:
    found = _edition(edition)
    user, now = me(), clock.now()
    enrolment, reviews = enrolment_of(user, found), can_review(user, found)
    own = dict(db.session.execute(queries.own_attendance(enrolment)).all()) if enrolment else {}
    present = dict(db.session.execute(queries.present_counts(found)).all()) if reviews else {}
    rows = [
        Listed(
            session=session,
            day=web.clock_time(session.starts_at, user.zone, "d"),
            month=web.clock_time(session.starts_at, user.zone, "MMM"),
            can_join=policies.can_join(session, now),
            has_begun=policies.can_take_attendance(session, now),
            state=own.get(session.id) if session.attendance_taken_at else None,
            present=present.get(session.id, 0) if reviews and session.attendance_taken_at else None,
        )
        for session in db.session.scalars(queries.visible_sessions(user, edition))
    ]
    return render_template(
        "tutoring/sessions.html",
        edition=found,
        upcoming=[row for row in rows if not policies.is_over(row.session, now)],
        past=[row for row in reversed(rows) if policies.is_over(row.session, now)],
        takes_part=enrolment is not None,
        reviews=reviews,
        plans=coordinates(user, found),
    )


@bp.get(f"{PAGE}/<session>.ics")
def calendar_file(edition: str, session: str) -> ResponseReturnValue:
    """The session for the reader's own calendar."""
    found = _session(edition, session)
    host = urlsplit(current_app.config["SETTINGS"].public_url).hostname
    content = calendar.event(
        uid=f"tutoring-session-{found.id}@{host}",
        title=f"{web.plain(found.title)}. Escuela de Resiliencia",
        text="\n".join(part for part in (web.plain(found.summary), found.link) if part),
        address=found.link,
        begins=found.starts_at,
        ends=found.ends_at,
        written=clock.now(),
        cancelled=found.cancelled_at is not None,
    )
    disposition = f'attachment; filename="{found.slug}.ics"'
    return Response(content, mimetype="text/calendar", headers={"Content-Disposition": disposition})


@bp.get(f"{PAGE}/<session>/asistencia")
def attendance(edition: str, session: str) -> ResponseReturnValue:
    """One screen with everybody; `?todos=si` begins with all of them present, not yet saved."""
    found = _session(edition, session)
    require(can_review(me(), found.edition))
    return _attendance(found, everybody="todos" in request.args)


@bp.post(f"{PAGE}/<session>/asistencia")
def take_attendance(edition: str, session: str) -> ResponseReturnValue:
    found = _session(edition, session)
    require(can_review(me(), found.edition))
    chosen = set(request.form.getlist("present", type=int))
    try:
        count = services.take_attendance(found, present=chosen, by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _attendance(found, chosen=chosen, refusal=refusal), 422
    flash(ngettext("Saved: %(num)d person present.", "Saved: %(num)d people present.", count), "good")
    return redirect(url_for("tutoring.attendance", edition=edition, session=session), 303)


def _attendance(
    session: TutoringSession,
    *,
    everybody: bool = False,
    chosen: set[int] | None = None,
    refusal: DomainError | None = None,
) -> str:
    people = db.session.scalars(queries.participants(session.edition)).all()
    saved = set(db.session.scalars(queries.present_in(session)))
    ids = {enrolment.id for enrolment in people}
    return render_template(
        "tutoring/attendance.html",
        edition=session.edition,
        session=session,
        groups=[(of, list(group)) for of, group in groupby(people, key=lambda person: person.local_government)],
        chosen=ids if everybody else saved if chosen is None else chosen,
        present=len(saved & ids),
        people=len(ids),
        unsaved=everybody,
        counts=queries.attendance_counts(session.edition),
        open=policies.can_take_attendance(session, clock.now()),
        refusal=refusal,
    )


@bp.get(f"{PAGE}/nueva")
def new(edition: str) -> ResponseReturnValue:
    """An empty form; `?como=` begins as a copy of a session, a week later."""
    found = _planned_by_me(edition)
    model = request.args.get("como")
    return _form(found, SessionForm.like(_session(edition, model)) if model else SessionForm.of(found))


@bp.post(f"{PAGE}/nueva")
def announce(edition: str) -> ResponseReturnValue:
    found = _planned_by_me(edition)
    form = SessionForm.of(found, formdata=request.form)
    if not form.validate():
        return _form(found, form), 422
    session = services.announce(found, form.plan(), by=me())
    flash(_("%(title)s is announced.", title=web.plain(session.title)), "good")
    return redirect(url_for("tutoring.sessions", edition=edition), 303)


@bp.get(f"{PAGE}/<session>/editar")
def edit(edition: str, session: str) -> ResponseReturnValue:
    found = _mine(edition, session)
    return _form(found.edition, SessionForm.of(found.edition, found), found)


@bp.post(f"{PAGE}/<session>/editar")
def change(edition: str, session: str) -> ResponseReturnValue:
    found = _mine(edition, session)
    form = SessionForm.of(found.edition, found, request.form)
    if not form.validate():
        return _form(found.edition, form, found), 422
    try:
        told = services.change(found, form.plan(), by=me(), tell=bool(form.data["tell"]))
    except DomainError as refusal:
        db.session.rollback()
        return _form(found.edition, form, found, refusal=refusal), 422
    flash(_("%(title)s was saved.", title=web.plain(found.title)) + _told(told), "good")
    return redirect(url_for("tutoring.sessions", edition=edition), 303)


def _told(people: int) -> str:
    if not people:
        return ""
    return " " + ngettext("%(num)d person is told by mail.", "%(num)d people are told by mail.", people)


def _form(
    edition: Edition, form: SessionForm, session: TutoringSession | None = None, *, refusal: DomainError | None = None
) -> str:
    return render_template(
        "tutoring/session_form.html",
        edition=edition,
        form=form,
        session=session,
        refusal=refusal,
        zones=places.zones(web.language()),
        may_tell=session is not None and session.cancelled_at is None and edition.status in services.TOLD,
    )


@bp.get(f"{PAGE}/<session>/cancelar")
def ask_cancel(edition: str, session: str) -> ResponseReturnValue:
    return _ask_cancel(_mine(edition, session), CancelForm())


@bp.post(f"{PAGE}/<session>/cancelar")
def cancel(edition: str, session: str) -> ResponseReturnValue:
    found = _mine(edition, session)
    form = CancelForm()
    if not form.validate():
        return _ask_cancel(found, form), 422
    told = services.cancel(found, reason=form.data["reason"], by=me(), tell=form.data["tell"])
    flash(_("%(title)s is cancelled.", title=web.plain(found.title)) + _told(told), "good")
    return redirect(url_for("tutoring.sessions", edition=edition), 303)


def _ask_cancel(session: TutoringSession, form: CancelForm) -> str:
    return render_template(
        "tutoring/cancel.html",
        edition=session.edition,
        session=session,
        form=form,
        tells=session.edition.status in services.TOLD and not policies.is_over(session, clock.now()),
    )


@bp.post(f"{PAGE}/<session>/retomar")
def resume(edition: str, session: str) -> ResponseReturnValue:
    found = _mine(edition, session)
    told = services.resume(found, by=me())
    flash(_("%(title)s takes place after all.", title=web.plain(found.title)) + _told(told), "good")
    return redirect(url_for("tutoring.sessions", edition=edition), 303)


@bp.post(f"{PAGE}/<session>/borrar")
def erase(edition: str, session: str) -> ResponseReturnValue:
    found = _mine(edition, session)
    title = web.plain(found.title)
    services.erase(found, by=me())
    flash(_("%(title)s was taken out.", title=title), "good")
    return redirect(url_for("tutoring.sessions", edition=edition), 303)


def _edition(slug: str) -> Edition:
    """An edition, for the people in it."""
    return get_or_404(taught_editions(me()).where(Edition.slug == slug))


def _planned_by_me(slug: str) -> Edition:
    found = _edition(slug)
    require(coordinates(me(), found))
    return found


def _mine(edition: str, slug: str) -> TutoringSession:
    """A session, for who plans it."""
    found = _session(edition, slug)
    require(coordinates(me(), found.edition))
    return found


def _session(edition: str, slug: str) -> TutoringSession:
    return get_or_404(queries.visible_sessions(me(), edition).where(TutoringSession.slug == slug))
