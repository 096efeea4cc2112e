"""The demo world: a running edition with one of every awkward state, past editions with certificates, and logins.

The running edition teaches the text of 2021 with dates relative to the day it is made, so that every journey is live on
any day. The same people play in the tests and in the screenshots.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from itertools import cycle
from typing import Any

from flask_security.utils import hash_password
from sqlalchemy import select, update

from escuela import clock
from escuela.admissions.models import WITHDRAWN, Enrolment
from escuela.assessments.assignments.models import PASS, Work
from escuela.assessments.assignments.text import AssignmentText
from escuela.certificates import services as certificates
from escuela.config import ROOT
from escuela.content.check import read_edition
from escuela.content.load import apply
from escuela.content.text import EditionText
from escuela.demo import bank, calls, granted, jury, marks
from escuela.demo.applicants import BEING_SCORED, HANDED_IN, MORE_PLACES, NOT_CHOSEN, STILL_WRITING, Applicant
from escuela.demo.cast import LOGINS, NOTICE, PASSWORD, PEOPLE, PLACES, STAFF, ZONE
from escuela.demo.reviews import Reviews, with_document
from escuela.demo.stories import DAY, Stories, sessions, tasks
from escuela.editions.models import COORDINATOR, PUBLISHED, RUNNING, TUTOR, Edition, EditionStaff
from escuela.editions.policies import Moment
from escuela.editions.text import ActivityText
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import LocalGovernment, Membership, Role, User
from escuela.selection import services as selection
from escuela.selection.models import ACCEPTED, REJECTED, WAITLISTED

RUNNING_SLUG, NEXT_SLUG, FAR_SLUG = "ciudades-inteligentes-hoy", "resiliencia-urbana", "sociedades-resilientes"
PAST_SLUG = "2021-ciudades-inteligentes"
ENROLLED = {
    "lucia": "woman",
    "martin": "man",
    "maria": "woman",
    "jussara": "woman",
    "ramon": "man",
    "silvia": "woman",
    "caio": "man",
    "rosa": "woman",
    "wara": "woman",
    "ignacio": "man",
}
"""Who takes the running edition, by gender."""
NOT_COME_YET = "wara"
ASKED: dict[int, dict[str, Any]] = {
    0: {"late_deduction": 10},
    1: {"late_days": 5, "late_deduction": 10},
    2: {"by_team": True, "takes_link": True, "grading": PASS},
    3: {"criteria": (), "points_most": 20},
}
"""By module of the running edition, from 0: how its assignment differs from that of 2021."""
WEEKS_END = 42
"""Days from the first to the last of the running edition."""


def make() -> str:
    """Make the demo world if it is not there; returns the logins as text. Needs the editions of courses/ loaded."""
    if db.session.scalar(select(Edition.id).where(Edition.slug == RUNNING_SLUG)) is None:
        _World().make()
    width = max(len(key) for key, _role in LOGINS) + len("@example.org")
    lines = [f"  {key + '@example.org':<{width}}  {role}" for key, role in LOGINS]
    return "\n".join([f"Demo logins, all with the password {PASSWORD}", *lines])


def _text(slug: str) -> EditionText:
    text, faults = read_edition(ROOT / "courses" / slug)
    if text is None or faults:
        sentence = f"courses/{slug} has faults: flask courses check courses"
        raise SystemExit(sentence)
    return text


class _World:
    """Everything is made in the caller's transaction: it is all there or it is not."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.today = self.now.astimezone(clock.zone(ZONE)).date()
        self.password = hash_password(PASSWORD)
        self.people: dict[str, User] = {}
        self.places: dict[str, LocalGovernment] = {}

    def make(self) -> None:
        self._gather()
        running = self._running_edition()
        self._running_people(running)
        self._next_edition()
        self._far_edition()
        later = db.session.scalars(select(Edition).where(Edition.slug == NEXT_SLUG)).one()
        bank.filled(running, later, self.people["gabriela"])
        bank.drawn(running, self.people["ramon"])
        self._alumni(db.session.scalars(select(Edition).where(Edition.slug == PAST_SLUG)).one())
        self._signed_in()
        db.session.execute(update(Message).values(sent_at=Message.written_at))  # they were read long ago
        db.session.flush()

    # --- people

    def _gather(self) -> None:
        for key, place in (PLACES | MORE_PLACES).items():
            self.places[key] = LocalGovernment(
                name=place.name,
                country=place.subdivision[:2],
                subdivision=place.subdivision,
                tier=place.tier,
                population_band=place.band,
                zone=place.zone,
                languages=[place.language],
            )
        for key, person in PEOPLE.items():
            employer = self.places[person.place]
            user = self._user(key, person.name, employer.zone, person.language)
            user.memberships.append(
                Membership(
                    local_government=employer,
                    position=person.position,
                    from_on=date(2020, 3, 1),
                    focal_point=person.focal_point,
                )
            )
        for key, (name, zone, language) in STAFF.items():
            self._user(key, name, zone, language)
        for key, name in (("elena", "coordinator"), ("aldo", "admin")):
            role = db.session.scalar(select(Role).where(Role.name == name)) or Role(name=name)
            self.people[key].roles.append(role)
        db.session.add_all([*self.places.values(), *self.people.values()])
        db.session.flush()

    def _user(self, key: str, name: str, zone: str, language: str) -> User:
        self.people[key] = User(
            name=name,
            email=f"{key}@example.org",
            password=self.password,
            active=True,
            fs_uniquifier=f"demo-{key}",
            language=language,
            zone=zone,
        )
        return self.people[key]

    def _enrol(self, key: str, edition: Edition, at: datetime) -> Enrolment:
        person = self.people[key]
        employer = self.places[PEOPLE[key].place]
        enrolment = Enrolment(edition=edition, user=person, local_government=employer, enrolled_at=at)
        db.session.add(enrolment)
        db.session.flush()
        return enrolment

    # --- editions

    def _running_edition(self) -> Edition:
        """The text of 2021, begun three weeks ago."""
        edition = self._loaded(paced(_text(PAST_SLUG), RUNNING_SLUG, self.today - 21 * DAY))
        edition.staff = [
            EditionStaff(user=self.people[key], role=role)
            for key, role in (("renata", TUTOR), ("iara", TUTOR), ("gabriela", COORDINATOR))
        ]
        for session, key in zip(sessions(edition), cycle(["renata", "iara"]), strict=False):
            session.tutor = self.people[key]
        db.session.flush()
        return edition

    def _next_edition(self) -> None:
        """Published and not begun: it says when it opens."""
        text = _text("2020-pos-pandemia").begun_on(self.today + 60 * DAY)
        edition = self._loaded(replace(text, slug=NEXT_SLUG, number=10, year=text.starts_on.year, status=PUBLISHED))
        edition.staff = [
            EditionStaff(user=self.people["thiago"], role=TUTOR),
            EditionStaff(user=self.people["gabriela"], role=COORDINATOR),
        ]
        self._enrol("rosa", edition, self.now)
        opens, closes = calls.at_hour(self.now - 40 * DAY, 9), calls.at_hour(self.now - 4 * DAY, 23, 59)
        call = calls.published(edition, by=self.people["gabriela"], opens=opens, closes=closes, places=12)
        calls.handed_in(call, BEING_SCORED, self.places, opens + 20 * DAY)
        strengths = {who.key: who.strength for who in BEING_SCORED}
        calls.scored(call, strengths, closes + 6 * calls.HOUR, by=self.people["gabriela"], whole=False)

    def _chosen(self, edition: Edition) -> None:
        """How the running edition got its people: one declined, and the first of the waiting list moved up."""
        gabriela, start = self.people["gabriela"], self.now - 21 * DAY
        opens, closes = calls.at_hour(start - 90 * DAY, 9), calls.at_hour(start - 45 * DAY, 23, 59)
        call = calls.published(edition, by=gabriela, opens=opens, closes=closes, places=len(ENROLLED))
        own = [
            Applicant(key, PEOPLE[key].name, gender, PEOPLE[key].place, PEOPLE[key].position, 9)
            for key, gender in ENROLLED.items()
        ]
        rows = calls.handed_in(call, [*own, *NOT_CHOSEN], self.places, opens + 20 * DAY)
        applications = {row.email.partition("@")[0]: row for row in rows}
        strengths = {who.key: who.strength for who in (*own, *NOT_CHOSEN)}
        calls.scored(call, strengths, closes + 6 * calls.HOUR, by=gabriela, whole=True)
        gone, last, *rejected = (applications[who.key] for who in NOT_CHOSEN)
        accepted = [applications[key] for key in ENROLLED if key != "wara"]
        outcomes = {ACCEPTED: [*accepted, gone], WAITLISTED: [applications["wara"], last], REJECTED: rejected}
        calls.decided(call, outcomes, start - 25 * DAY, by=gabriela)
        with clock.stopped(start - 23 * DAY):
            for row in accepted:
                selection.confirm(calls.decision_of(row))
            selection.decline(calls.decision_of(gone), reason="Cambio de área y no podré cursar.")
        with clock.stopped(start - 22 * DAY):
            selection.offer(calls.decision_of(applications["wara"]), by=gabriela)
        with clock.stopped(start - 20 * DAY):
            selection.confirm(calls.decision_of(applications["wara"]))
        for key in ENROLLED:
            self.people[key].invited_at = None

    def _signed_in(self) -> None:
        """Everybody has been here, but for the one who took a place that became free and has not come yet."""
        for key, user in self.people.items():
            if key != NOT_COME_YET:
                user.login_count, user.last_login_at, user.current_login_at = 12, self.now - 3 * DAY, self.now - DAY

    def _far_edition(self) -> None:
        """Announced, with its call open: a city that is not in the registry yet, and two people still writing."""
        text = _text("2017-sociedades-resilientes").begun_on(self.today + 150 * DAY)
        text = replace(text, slug=FAR_SLUG, number=11, year=text.starts_on.year, status=PUBLISHED, notice=NOTICE)
        edition = self._loaded(text)
        edition.staff = [EditionStaff(user=self.people["gabriela"], role=COORDINATOR)]
        opens, closes = calls.at_hour(self.now - 12 * DAY, 9), calls.at_hour(self.now + 9 * DAY, 23, 59)
        call = calls.published(edition, by=self.people["gabriela"], opens=opens, closes=closes, places=16)
        calls.handed_in(call, HANDED_IN, self.places, opens + 3 * DAY)
        calls.proposed(call, opens + 8 * DAY)
        for number, who in enumerate(STILL_WRITING):
            calls.begun(call, who, self.places[who.place], self.now - (2 - number) * DAY, whole=False)

    def _loaded(self, text: EditionText) -> Edition:
        apply(text)
        return db.session.scalars(select(Edition).where(Edition.slug == text.slug)).one()

    def _running_people(self, edition: Edition) -> None:
        start = self.now - 21 * DAY
        self._chosen(edition)
        rows = select(Enrolment).join(Enrolment.user).where(Enrolment.edition_id == edition.id)
        by_address = {row.user.email.partition("@")[0]: row for row in db.session.scalars(rows)}
        enrolled = {key: by_address[key] for key in ENROLLED}
        stories = Stories(edition, self.people["renata"], self.people["iara"])
        stories.half_way(enrolled["lucia"], start)
        stories.late_with_corrections(enrolled["martin"], start)
        stories.waiting_for_review(enrolled["maria"], start, claimed=True)
        stories.only_begun(enrolled["jussara"], start)
        ramons = stories.waiting_for_review(enrolled["ramon"], start + 2 * DAY, claimed=False)
        rosas = stories.waiting_for_review(enrolled["rosa"], start - DAY, claimed=False)
        self._reviews(Reviews(stories, self.people["renata"]), enrolled, [ramons, rosas], start)
        stories.essay_unread(enrolled["maria"], start + 17 * DAY)
        stories.more_time(enrolled["jussara"], start + 11 * DAY)
        for key in ("silvia", "caio"):
            stories.everything(enrolled[key], edition.modules, start)
        granted.make(edition, enrolled, tutor=self.people["renata"], other=self.people["iara"])
        stories.ran_out(enrolled["ramon"], start + 16 * DAY)
        stories.counted_again(start + 17 * DAY, by=self.people["gabriela"])
        stories.attended(enrolled.values(), but=enrolled["jussara"])
        marks.changed(enrolled, start + 18 * DAY, by=self.people["gabriela"])
        db.session.flush()
        jury.under_way(edition, enrolled, self.now - 3 * DAY, by=self.people["gabriela"])
        self.people["wara"].invited_at = start - 5 * DAY
        ignacio = enrolled["ignacio"]
        ignacio.status, ignacio.withdrawn_at, ignacio.withdrawn_by_id = WITHDRAWN, start, self.people["gabriela"].id
        ignacio.withdrawn_reason = "Cambió de área en su municipio y no puede seguir."

    def _reviews(self, reviews: Reviews, who: dict[str, Enrolment], waiting: list[Work], start: datetime) -> None:
        """Comments on places, a question that waits, a second version, decisions that are held, who reviews what."""
        first, second = (tasks(module)[0] for module in reviews.stories.edition.modules[:2])
        db.session.flush()
        returned = select(Work).where(Work.enrolment_id == who["martin"].id, Work.assignment_id == first.id)
        reviews.commented(db.session.scalars(returned).one(), start + 13 * DAY)
        with_document(waiting[0])
        waiting.append(reviews.corrected(who["wara"], first, start + 14 * DAY))
        reviews.held(who["martin"], second, start + 16 * DAY, good=True)
        reviews.held(who["jussara"], second, start + 17 * DAY, good=False)
        reviews.allocated(waiting[1:], by=self.people["gabriela"])

    def _alumni(self, edition: Edition) -> None:
        """2021: a certificate of each state, and one person who qualifies and has none yet."""
        start = datetime(2021, 11, 30, 13, tzinfo=self.now.tzinfo)
        edition.staff.append(EditionStaff(user=self.people["thiago"], role=TUTOR))
        enrolled = {key: self._enrol(key, edition, start) for key in ("rocio", "aurora", "davi", "noemi")}
        stories = Stories(edition, self.people["thiago"], self.people["thiago"])
        for enrolment in enrolled.values():
            stories.everything(enrolment, edition.modules, start)
        stories.attended(enrolled.values())
        db.session.flush()
        elena = self.people["elena"]
        jury.published(edition, enrolled, start + 45 * DAY, by=elena)
        with clock.stopped(start + 20 * DAY):
            certificates.issue(enrolled["rocio"], by=elena)
            misspelt = self.people["aurora"]
            misspelt.name = "Aurora Guayacan Lenga"
            wrong = certificates.issue(enrolled["aurora"], by=elena)
            misspelt.name = PEOPLE["aurora"].name
            revoked = certificates.issue(enrolled["davi"], by=elena)
        with clock.stopped(start + 40 * DAY):
            certificates.correct(wrong, reason="El nombre se escribió sin su tilde.", by=elena)
            certificates.revoke(revoked, reason="Emitido a una persona con el mismo nombre.", by=elena)


def paced(text: EditionText, slug: str, starts_on: date) -> EditionText:
    """The text as an edition of six weeks: a module every five days, each due eighteen days after it opens.

    The last module holds the final work: open from the first day, due on the last at 23:59, strictly.
    """
    modules = []
    for number, module in enumerate(text.modules):
        last = module is text.modules[-1]
        opens_on = starts_on + number * 5 * DAY
        due = _moment(WEEKS_END if last else number * 5 + 18, time(23, 59), starts_on)
        modules.append(
            replace(
                module,
                opens=None if last else Moment(clock.instant(datetime.combine(opens_on, time(8)), ZONE), ZONE),
                sessions=tuple(
                    replace(each, starts=_moment(number * 7 + 10, time(16), starts_on)) for each in module.sessions
                ),
                activities=tuple(
                    _asked(
                        number, replace(each, opens=None, due=each.due and due, strict=last and each.due is not None)
                    )
                    for each in module.activities
                ),
            )
        )
    return replace(
        text,
        slug=slug,
        number=9,
        notice=NOTICE,
        year=starts_on.year,
        mode="virtual",
        host_city=None,
        host_country=None,
        starts_on=starts_on,
        ends_on=starts_on + WEEKS_END * DAY,
        zone=ZONE,
        status=RUNNING,
        modules=tuple(modules),
        sessions=tuple(replace(each, starts=_moment(1, time(10), starts_on)) for each in text.sessions),
    )


def _asked(number: int, text: ActivityText) -> ActivityText:
    """Assignments of every sort: less for what is late, a team's with a link and no points, points without a rubric."""
    if not isinstance(text, AssignmentText):
        return text
    return replace(text, **ASKED.get(number, {}))


def _moment(days: int, at: time, starts_on: date) -> Moment:
    return Moment(clock.instant(datetime.combine(starts_on + days * DAY, at), ZONE), ZONE)
