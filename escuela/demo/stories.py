"""What people did in an edition, written as rows with the instants at which they would have done it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.models import (
    APPROVED,
    CHANGES_REQUESTED,
    SUBMITTED,
    Assignment,
    Mark,
    Review,
    Submission,
    Work,
)
from escuela.assessments.quizzes import regrading
from escuela.assessments.quizzes.allowing import allow
from escuela.assessments.quizzes.asked import CHOICES, ESSAY, WHOLE, QuestionText
from escuela.assessments.quizzes.marking import HUNDREDTHS, right_answer
from escuela.assessments.quizzes.models import Attempt, QuestionVersion, Quiz
from escuela.assessments.quizzes.services import hand_in, lines_of
from escuela.demo.cast import WORDS, Said
from escuela.editions.models import RUNNING, Activity, Edition, Lesson, Module
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.people.models import User
from escuela.tutoring.models import ABSENT, PRESENT, Attendance, TutoringSession

DAY = timedelta(days=1)
A = TypeVar("A", bound=Activity)


def sessions(edition: Edition) -> list[TutoringSession]:
    rows = select(TutoringSession).where(TutoringSession.edition_id == edition.id)
    return list(db.session.scalars(rows.order_by(TutoringSession.starts_at)))


def _of(kind: type[A], module: Module) -> list[A]:
    return [activity for activity in module.activities if isinstance(activity, kind)]


def tasks(module: Module) -> list[Assignment]:
    return _of(Assignment, module)


class Stories:
    """What people did, written as rows with the instants at which they would have done it."""

    def __init__(self, edition: Edition, reviewer: User, other: User) -> None:
        self.edition, self.reviewer, self.other = edition, reviewer, other

    def half_way(self, who: Enrolment, at: datetime) -> None:
        """The first module done (its assignment at the second version), in the middle of the second."""
        first, second = self.edition.modules[:2]
        self.module(who, first, at)
        for lesson in _of(Lesson, second)[:1]:
            self.read(who, lesson, at + 8 * DAY)

    def late_with_corrections(self, who: Enrolment, at: datetime) -> None:
        first = self.edition.modules[0]
        for lesson in _of(Lesson, first):
            self.read(who, lesson, at + DAY)
        self.attempt(who, _of(Quiz, first)[0], at + 2 * DAY, right=False)
        self.open_attempt(who, _of(Quiz, first)[0], at + 9 * DAY)
        self.work(who, _of(Assignment, first)[0], at + 10 * DAY, outcome=CHANGES_REQUESTED)

    def waiting_for_review(self, who: Enrolment, at: datetime, *, claimed: bool) -> Work:
        first, second = self.edition.modules[:2]
        self.module(who, first, at)
        for lesson in _of(Lesson, second):
            self.read(who, lesson, at + 9 * DAY)
        work = self.work(who, _of(Assignment, second)[0], at + 15 * DAY, outcome=None)
        if claimed:
            work.claimed_by, work.claimed_at = self.other, clock.now() - timedelta(minutes=25)
        return work

    def only_begun(self, who: Enrolment, at: datetime) -> None:
        self.read(who, _of(Lesson, self.edition.modules[0])[0], at + 3 * DAY)

    def everything(self, who: Enrolment, modules: Iterable[Module], at: datetime) -> None:
        for number, module in enumerate(modules):
            self.module(who, module, at + min(number * 5, 17) * DAY)

    def module(self, who: Enrolment, module: Module, at: datetime) -> None:
        for lesson in _of(Lesson, module):
            self.read(who, lesson, at + timedelta(hours=2))
        for quiz in _of(Quiz, module):
            self.attempt(who, quiz, at + timedelta(hours=5), right=True)
        for assignment in _of(Assignment, module):
            self.work(who, assignment, at + DAY, outcome=APPROVED)

    def attended(self, enrolments: Iterable[Enrolment], but: Enrolment | None = None) -> None:
        """Attendance of the sessions held; while the edition runs the newest one is left for a tutor to take."""
        held = [session for session in sessions(self.edition) if session.ends_at < clock.now()]
        for session in held[:-1] if self.edition.status == RUNNING else held:
            session.attendance_taken_at = session.ends_at
            for enrolment in enrolments:
                state = ABSENT if enrolment is but else PRESENT
                db.session.add(
                    Attendance(
                        session=session,
                        enrolment=enrolment,
                        state=state,
                        recorded_at=session.ends_at,
                        recorded_by_id=self.reviewer.id,
                    )
                )

    def read(self, who: Enrolment, lesson: Lesson, at: datetime) -> None:
        db.session.add(LessonDone(enrolment_id=who.id, lesson_id=lesson.id, done_at=at))

    def open_attempt(self, who: Enrolment, quiz: Quiz, at: datetime, number: int = 2) -> Attempt:
        attempt = Attempt(quiz=quiz, enrolment=who, number=number, seed=7, started_at=at)
        attempt.answers = lines_of(quiz.questions, attempt.seed, shuffled=False)
        first = next(answer for answer in attempt.answers if answer.version.asked.kind in CHOICES)
        first.given, first.saves, first.saved_at = {WHOLE: [first.version.asked.options[0].key]}, 1, at
        db.session.add(attempt)
        return attempt

    def attempt(self, who: Enrolment, quiz: Quiz, at: datetime, *, right: bool) -> Attempt:
        """One that was handed in eighteen minutes later; an essay in it was read the next day."""
        attempt = Attempt(quiz=quiz, enrolment=who, number=1, seed=who.id, started_at=at)
        attempt.answers = lines_of(quiz.questions, attempt.seed, shuffled=quiz.shuffle_questions)
        for place, answer in enumerate(attempt.answers, 1):
            asked = answer.version.asked
            answer.given, answer.saves = self._said(asked, who, right=right), 1
            answer.saved_at = at + timedelta(minutes=18) * place / len(attempt.answers)
            if asked.kind == ESSAY:
                answer.reviewed_at, answer.reviewed_by_id = at + DAY, self.reviewer.id
                answer.points = asked.points * HUNDREDTHS if right else 0
        db.session.add(attempt)
        with clock.stopped(at + timedelta(minutes=18)):
            db.session.flush()
            return hand_in(attempt)

    def essay_unread(self, who: Enrolment, at: datetime) -> None:
        """The review of the third module handed in, and its essay waits for a tutor."""
        quiz = _of(Quiz, self.edition.modules[2])[-1]
        attempt = self.attempt(who, quiz, at, right=True)
        for answer in attempt.answers:
            if answer.version.asked.kind == ESSAY:
                answer.points = answer.reviewed_at = answer.reviewed_by_id = None
                attempt.points = attempt.passed = None

    def more_time(self, who: Enrolment, at: datetime) -> None:
        """Somebody who reads with a magnifier has half as much time again for it, and is at it now."""
        quiz = _of(Quiz, self.edition.modules[2])[-1]
        self.open_attempt(who, quiz, clock.now() - timedelta(minutes=3), number=1)
        with clock.stopped(at):
            reason = "Lee con lupa de pantalla; pidió más tiempo al inscribirse."
            allow(quiz, who, minutes=12, attempts=0, reason=reason, by=self.reviewer)

    def ran_out(self, who: Enrolment, at: datetime) -> None:
        """Left with one answer: the job handed it in when its minutes were over."""
        quiz = _of(Quiz, self.edition.modules[2])[-1]
        attempt = self.open_attempt(who, quiz, at, number=1)
        attempt.ends_at = at + timedelta(minutes=quiz.minutes)
        with clock.stopped(attempt.ends_at + timedelta(minutes=1)):
            db.session.flush()
            hand_in(attempt)

    def counted_again(self, at: datetime, *, by: User) -> None:
        """The first question of the fourth module was worth one point by mistake, and is counted again."""
        quiz = _of(Quiz, self.edition.modules[3])[0]
        question = quiz.questions[0]
        old = question.newest
        old.current = False
        db.session.flush()
        db.session.add(QuestionVersion(question=question, number=2, asked=replace(old.asked, points=2), saved_at=at))
        db.session.flush()
        db.session.expire(question, ["newest"])
        reason = "La consigna anunciaba dos puntos y daba uno."
        with clock.stopped(at):
            regrading.apply(
                question, quiz, seen=regrading.fingerprint(regrading.preview(question, quiz)), reason=reason, by=by
            )

    def _said(self, asked: QuestionText, who: Enrolment, *, right: bool) -> dict[str, list[str]]:
        if asked.kind == ESSAY:
            return {WHOLE: [WORDS[who.user.language].essay]}
        if right:
            return right_answer(asked)
        return (
            {WHOLE: [next(option.key for option in asked.options if not option.right)]} if asked.kind in CHOICES else {}
        )

    def work(self, who: Enrolment, assignment: Assignment, at: datetime, *, outcome: str | None) -> Work:
        """One version handed in and, with an outcome, reviewed two days later."""
        said = WORDS[who.user.language]
        team = who.local_government_id if assignment.by_team else None
        work = Work(assignment=assignment, enrolment=who, state=outcome or SUBMITTED, draft=said.work, submitted_at=at)
        work.local_government_id = team
        version = Submission(version=1, text=said.work, submitted_at=at, submitted_by_id=who.user_id)
        version.members = [who] if team else []
        work.submissions = [version]
        db.session.add(work)
        if outcome is not None:
            self._review(version, assignment, said, outcome, at + 2 * DAY)
        return work

    def _review(self, version: Submission, assignment: Assignment, said: Said, outcome: str, at: datetime) -> None:
        good = outcome == APPROVED
        review = Review(
            submission=version,
            reviewer=self.reviewer,
            comment=said.praise if good else said.corrections,
            saved_at=at,
            outcome=outcome,
            released_at=at,
            points_given=assignment.points_most and assignment.points_most * 3 // (4 if good else 8),
        )
        db.session.add(review)
        for criterion in assignment.criteria:
            level = criterion.levels[-1 if good else len(criterion.levels) // 2]
            review.marks.append(Mark(criterion=criterion, level=level))
