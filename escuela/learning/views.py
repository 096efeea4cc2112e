"""What everybody finds of the School's editions: first page, catalogue, edition, lesson, checklist."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.access import get_or_404, me, me_or_none, public
from escuela.admissions.models import Enrolment
from escuela.admissions.reader import enrolment_of
from escuela.calls.policies import stage
from escuela.calls.queries import featured_calls, open_calls
from escuela.editions.kinds import NOT_BEGUN
from escuela.editions.models import CLOSED, TUTOR, Edition
from escuela.editions.policies import Door, can_review
from escuela.extensions import db
from escuela.frameworks.models import Framework, FrameworkItem
from escuela.learning import queries, services
from escuela.learning.completion import Record, Standing, days_late, judged, states_of
from escuela.learning.next_step import Taken, after_that, next_step
from escuela.learning.outline import Part, Row, final_work_due, hours_done, outline, rings, rows_of
from escuela.learning.programme import ActivityFacts, Programme, modules_of, programmes
from escuela.people.models import User
from escuela.web import DESKS, NAVIGATION, TABS, Entry, Tab, language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("learning", __name__)


def inside(slug: str) -> Edition:
    """An edition for who is in it; 404 for everybody else."""
    user = me()
    found = get_or_404(queries.INSIDE[user.is_coordinator or user.lens is not None], reader=user.id, slug=slug)
    return found if user.lens is None or user.lens.edition_id == found.id else abort(404)


def _participant(edition: Edition) -> Enrolment:
    """The reader's active enrolment; 403 for who is in the edition without one."""
    enrolment = enrolment_of(me(), edition)
    if enrolment is None:
        abort(403)
    return enrolment


def _takes_part(user: User | None) -> bool:
    """Whether the person is a participant of any edition, asked of the database at most once in a request."""
    if user is None:
        return False
    if "takes_part" not in g:
        known = any(g.get("enrolments", {}).values())
        g.takes_part = known or db.session.scalar(queries.takes_part(user)) is not None
    return bool(g.takes_part)


NAVIGATION.append(Entry(10, _l("Now"), "learning.now", _takes_part))
NAVIGATION.append(Entry(20, _l("Editions"), "learning.editions", lambda _user: True))
TABS.append(Tab(10, _l("Edition"), "learning.edition", lambda _user, _edition: True))
TABS.append(
    Tab(70, _l("Checklist"), "learning.checklist", lambda user, edition: enrolment_of(user, edition) is not None)
)


# --- first pages ------------------------------------------------------------------------------------------------------


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """The School's face for visitors; whoever signed in goes to where their work is."""
    user = me_or_none()
    if user is not None:
        return redirect(_desk_of(user), 303)
    editions = db.session.scalars(queries.catalogue(None)).all()
    at = clock.now()
    call = db.session.scalars(featured_calls(at).limit(1)).one_or_none()
    return render_template(
        "learning/home.html",
        call=call,
        stage=stage(call, at) if call else None,
        editions=editions,
        current=next((each for each in reversed(editions) if each.status != CLOSED), None),
        frameworks=db.session.scalars(select(Framework).order_by(Framework.position)).all(),
    )


def _desk_of(user: User) -> str:
    if _takes_part(user):
        return url_for("learning.now")
    if not user.is_coordinator and db.session.scalars(queries.works_as(user)).all() == [TUTOR]:
        return url_for("assignments.queue")
    running = db.session.scalar(queries.running_coordinated(user).limit(1))
    if running:
        return url_for("learning.board", edition=running.slug)
    elsewhere = (desk(user) for desk in DESKS)
    return next((address for address in elsewhere if address), url_for("learning.editions"))


MATES = 8
"""Most colleagues that the first page names; teams have two to five people."""


@dataclass(frozen=True, slots=True)
class Mate:
    """A colleague of the same local government in the same edition."""

    name: str
    modules_done: int
    days_late: int


@dataclass(frozen=True, slots=True)
class Course:
    """An edition that the reader takes, with what its panels show."""

    taken: Taken
    government: str
    mates: list[Mate]
    more: int
    """Colleagues that are not named."""
    hill: list[tuple[int, str]]


@bp.get("/ahora")
def now() -> ResponseReturnValue:
    at = clock.now()
    courses = _courses(me(), at)
    taken = [course.taken for course in courses]
    g.takes_part = bool(taken)
    step = next_step(taken, at)
    shown = [course for course in courses if course.taken.edition.status != CLOSED] or courses[:1]
    return render_template(
        "learning/now.html",
        greeting=_greeting(me(), at),
        step=step,
        later=after_that(taken, step, at),
        courses=shown,
        past=[course.taken.edition for course in courses if course not in shown],
    )


def _courses(user: User, at: datetime) -> list[Course]:
    members = queries.teams(user)
    held = {programme.edition.id: programme for programme in programmes({each.edition for each in members})}
    own = [each for each in members if each.user_id == user.id]
    teams = [[each for each in members if each.edition_id == mine.edition_id and each is not mine] for mine in own]
    standings = judged(list(held.values()), [*own, *(mate for team in teams for mate in team[:MATES])])
    courses = []
    for mine, team in zip(own, teams, strict=True):
        programme, standing = held[mine.edition_id], standings[mine.id]
        parts = outline(programme, standing, at)
        overdue = [each for each in programme.activities if days_late(each, NOT_BEGUN, at)]
        mates = [_mate(each.name, standings[each.id], overdue, at) for each in team[:MATES]]
        more = len(team) - len(mates)
        courses.append(Course(Taken(programme, standing, parts), mine.government, mates, more, rings(parts)))
    return courses


def _mate(name: str, standing: Standing, overdue: list[ActivityFacts], at: datetime) -> Mate:
    late = (days_late(standing.own(activity), standing.state(activity), at) for activity in overdue)
    return Mate(name, standing.modules_done, max(late, default=0))


def _greeting(user: User, at: datetime) -> str:
    """By the hour on the person's own clock."""
    hour = at.astimezone(clock.zone(user.zone)).hour
    if 5 <= hour < 12:
        return _("Good morning, %(name)s", name=user.first_name)
    if 12 <= hour < 19:
        return _("Good afternoon, %(name)s", name=user.first_name)
    return _("Good evening, %(name)s", name=user.first_name)


# --- editions ---------------------------------------------------------------------------------------------------------


@bp.get("/ediciones")
@public
def editions() -> ResponseReturnValue:
    """The catalogue; a reader's own editions say so."""
    user = me_or_none()
    mine = set(db.session.scalars(queries.my_edition_ids(user))) if user else set()
    g.takes_part = bool(mine)
    return render_template(
        "learning/editions.html",
        editions=db.session.scalars(queries.catalogue(user)).all(),
        mine=mine,
        calls={call.edition_id: call for call in db.session.scalars(open_calls(clock.now()))},
    )


@bp.get("/ediciones/<edition>")
@public
def edition(edition: str) -> ResponseReturnValue:
    """The public face of an edition; for the people in it, what is inside and how they stand."""
    user, at = me_or_none(), clock.now()
    found = get_or_404(queries.face(user, edition))
    enrolment = enrolment_of(user, found)
    programme = programmes([found])[0]
    standing = judged([programme], [enrolment])[enrolment.id] if enrolment else None
    parts = outline(programme, standing, at)
    return render_template(
        "learning/edition.html",
        edition=found,
        standing=standing,
        inside=enrolment is not None or can_review(user, found),
        parts=parts,
        items=_items_by_module(found),
        sessions=programme.sessions,
        final_work=final_work_due(parts),
        hill_rings=rings(parts),
        hours=hours_done(parts),
    )


def _items_by_module(edition: Edition) -> dict[int, list[FrameworkItem]]:
    found: dict[int, list[FrameworkItem]] = defaultdict(list)
    for module_id, item in db.session.execute(queries.items_of_modules(edition)):
        found[module_id].append(item)
    return found


@bp.get("/ediciones/<edition>/certificado")
def checklist(edition: str) -> ResponseReturnValue:
    """Why there is no certificate yet: each condition, and where to do something about it."""
    found = inside(edition)
    enrolment = _participant(found)
    programme = programmes([found])[0]
    standing = judged([programme], [enrolment])[enrolment.id]
    rows = {row.activity.id: row for row in rows_of(outline(programme, standing, clock.now()))}
    return render_template(
        "learning/checklist.html",
        edition=found,
        standing=standing,
        missing={
            condition.key: [rows[activity_id] for activity_id in condition.missing] for condition in standing.conditions
        },
    )


# --- lessons ----------------------------------------------------------------------------------------------------------


@bp.get("/ediciones/<edition>/lecciones/<activity>")
def lesson(edition: str, activity: str) -> ResponseReturnValue:
    found = inside(edition)
    parts = _parts(found)
    rows = list(rows_of(parts))
    place = _place(rows, activity)
    read = rows[place].activity
    if not can_review(me(), found):
        services.ensure_readable(read)
    wanted = {"lesson": read.id, "wanted": language(), "otherwise": found.languages[0]}
    return render_template(
        "learning/lesson.html",
        edition=found,
        this=rows[place],
        text=db.session.execute(queries.LESSON_TEXT, wanted).one_or_none(),
        items=db.session.scalars(queries.LESSON_ITEMS, {"lesson": read.id}).all(),
        part=next(part for part in parts if part.module is read.module),
        modules=len(parts),
        previous=rows[place - 1] if place else None,
        following=rows[place + 1] if place + 1 < len(rows) else None,
        participant=enrolment_of(me(), found) is not None,
    )


def _parts(edition: Edition) -> list[Part]:
    """An edition as the reader finds it: of sessions, which a lesson does not show, nothing is read."""
    programme = Programme(edition, tuple(modules_of([edition])[edition.id]))
    enrolment = enrolment_of(me(), edition)
    standing = None
    if enrolment:
        states, longer = states_of([edition.id], [enrolment.id])
        record = Record(
            active=True, states=states.get(enrolment.id, {}), attended=0, extensions=longer.get(enrolment.id, {})
        )
        standing = Standing(programme, record)
    return outline(programme, standing, clock.now())


def _place(rows: list[Row], slug: str) -> int:
    """Where a lesson is among all the activities; 404 if there is none."""
    found = (place for place, row in enumerate(rows) if (row.activity.slug, row.activity.kind) == (slug, "lesson"))
    place = next(found, None)
    return abort(404) if place is None else place


@bp.post("/ediciones/<edition>/lecciones/<activity>/hecho")
def finish_lesson(edition: str, activity: str) -> ResponseReturnValue:
    """Mark it as done and go on to what follows, of whatever kind; the last leads back to the edition."""
    found = inside(edition)
    rows = list(rows_of(_parts(found)))
    place = _place(rows, activity)
    services.finish(rows[place].activity, enrolment=_participant(found))
    following = rows[place + 1] if place + 1 < len(rows) else None
    if following is None or following.door is Door.NOT_YET:
        return redirect(url_for("learning.edition", edition=found.slug), 303)
    return redirect(url_for(following.target.endpoint, **following.target.values), 303)


from escuela.learning import board_views, participant_views  # noqa: E402, F401 - they hang on the same blueprint
