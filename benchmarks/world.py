"""A running edition at the size that the School must stand, made the same for the same seed.

    python -m benchmarks.world --participants 2000 --governments 100 --modules 6 --database URL

fills an EMPTY database, SQLite or PostgreSQL. In each module three lessons of about 6 KB, a quiz of ten questions, an
assignment and a tutoring session; twenty tutors and one coordinator. Every second participant has finished everything,
with real attempts, submissions, reviews and attendance; the others have read the lessons of a part.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from flask import Flask
from flask_migrate import upgrade
from flask_security.utils import hash_password

from benchmarks import words
from benchmarks.course import PASS_MARK, Course, Part, build, table
from benchmarks.rows import MOST, Rows, is_empty
from escuela import clock, create_app
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.models import APPROVED, CHANGES_REQUESTED, Mark, Review, Submission, Work
from escuela.assessments.quizzes.models import Answer, Attempt
from escuela.config import Settings
from escuela.editions.models import COORDINATOR, TUTOR, EditionStaff
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.people.models import LocalGovernment, Membership, User
from escuela.tutoring.models import PRESENT, Attendance

PASSWORD = "resiliencia-de-prueba"  # noqa: S105 - of people who do not exist
TUTORS = 20
SEED = 2021


@dataclass(frozen=True, slots=True)
class Size:
    participants: int = 2000
    governments: int = 100
    modules: int = 6


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: rows by table, and who to sign in as."""

    counts: dict[str, int]
    logins: dict[str, str]
    """Address by what they are; all have the same password."""


class NotEmptyError(Exception):
    """The database holds rows already: nothing was changed."""


class World:
    """Fills one connection. All chance comes from the seed, all instants from `now`."""

    def __init__(self, rows: Rows, size: Size, seed: int, now: datetime) -> None:
        self.rows, self.size, self.now = rows, size, now
        self.random = Random(seed)
        self.password = hash_password(PASSWORD)

    def fill(self) -> Made:
        course = build(self.rows, self.random, self.size.modules, self.now)
        tutors = [self.person(f"tutor{number}", "America/Montevideo", "es") for number in range(1, TUTORS + 1)]
        coordinator = self.person("coordinacion", "America/Montevideo", "es")
        for user_id, role in [*((tutor, TUTOR) for tutor in tutors), (coordinator, COORDINATOR)]:
            self.rows.add(table(EditionStaff), edition_id=course.edition_id, user_id=user_id, role=role)
        governments = [self.government(number) for number in range(self.size.governments)]
        for number in range(self.size.participants):
            self.participant(course, number, governments[number // 2 % len(governments)], tutors)
            self.rows.write(when_more_than=MOST)
        self.rows.finish()
        logins = {
            "participant who finished": words.address("participante1"),
            "participant half way": words.address("participante2"),
            "tutor": words.address("tutor1"),
            "coordinator": words.address("coordinacion"),
        }
        return Made(dict(self.rows.counts), logins)

    def person(self, login: str, zone: str, language: str) -> int:
        return self.rows.add(
            table(User),
            email=words.address(login),
            name=words.full_name(self.random),
            password=self.password,
            fs_uniquifier=f"benchmark-{login}",
            language=language,
            zone=zone,
            invited_at=self.now - timedelta(days=60),
        )

    def government(self, number: int) -> tuple[int, words.Country]:
        country = words.COUNTRIES[number % len(words.COUNTRIES)]
        made = self.rows.add(
            table(LocalGovernment),
            name=f"{country.title} {words.place(number)}",
            country=country.code,
            subdivision=country.subdivision,
            tier="municipal",
            population_band=("small", "medium", "large", "metropolis")[number % 4],
            zone=country.zone,
            languages=[country.language],
        )
        return made, country

    def participant(self, course: Course, number: int, of: tuple[int, words.Country], tutors: list[int]) -> None:
        government_id, country = of
        user_id = self.person(f"participante{number + 1}", country.zone, country.language)
        self.rows.add(
            table(Membership),
            user_id=user_id,
            local_government_id=government_id,
            position=self.random.choice(words.POSITIONS),
            from_on=(self.now - timedelta(days=400)).date(),
            focal_point=number < self.size.governments * 2 and number % 2 == 0,
        )
        enrolment_id = self.rows.add(
            table(Enrolment),
            edition_id=course.edition_id,
            user_id=user_id,
            local_government_id=government_id,
            enrolled_at=self.now - timedelta(days=59),
        )
        finished = number % 2 == 0
        reads = len(course.parts) if finished else self.random.randint(1, max(1, len(course.parts) - 1))
        for part in course.parts[:reads]:
            self.read(part, enrolment_id)
        if finished:
            for part in course.parts:
                self.answer(part, enrolment_id)
                self.hand_in(part, enrolment_id, user_id, self.random.choice(tutors))
                self.attend(part, enrolment_id, tutors[0])

    def read(self, part: Part, enrolment_id: int) -> None:
        for lesson_id in part.lessons:
            done_at = part.opens_at + timedelta(minutes=self.random.randint(60, 5000))
            self.rows.add(table(LessonDone), enrolment_id=enrolment_id, lesson_id=lesson_id, done_at=done_at)

    def answer(self, part: Part, enrolment_id: int) -> None:
        """One attempt that passes; for one in five after one that did not."""
        outcomes = [4, 8] if self.random.random() < 0.2 else [self.random.randint(6, 10)]
        for number, right in enumerate(outcomes, 1):
            started_at = part.opens_at + timedelta(days=3 + number, minutes=self.random.randint(0, 600))
            attempt_id = self.rows.add(
                table(Attempt),
                quiz_id=part.quiz_id,
                enrolment_id=enrolment_id,
                number=number,
                seed=self.random.randrange(2**31),
                started_at=started_at,
                submitted_at=started_at + timedelta(minutes=14),
                points=right * 100,
                points_possible=len(part.questions) * 100,
                passed=right * 100 >= PASS_MARK * len(part.questions),
            )
            for place, question in enumerate(part.questions):
                self.rows.add(
                    table(Answer),
                    attempt_id=attempt_id,
                    question_id=question.id,
                    version_id=question.version_id,
                    position=place + 1,
                    given={"": [question.right if place < right else question.wrong]},
                    saves=1,
                    saved_at=started_at + timedelta(minutes=place + 1),
                    points=100 * (place < right),
                    comment="",
                )

    def hand_in(self, part: Part, enrolment_id: int, user_id: int, tutor_id: int) -> None:
        """A work approved at once; for one in three at the second version."""
        outcomes = [CHANGES_REQUESTED, APPROVED] if self.random.random() < 0.3 else [APPROVED]
        first_at = part.opens_at + timedelta(days=5, minutes=self.random.randint(0, 2000))
        last_at = first_at + timedelta(days=3 * (len(outcomes) - 1))
        text = words.prose(self.random, 1500)
        work_id = self.rows.add(
            table(Work),
            assignment_id=part.assignment_id,
            enrolment_id=enrolment_id,
            state=APPROVED,
            draft=text,
            draft_saved_at=last_at,
            submitted_at=last_at,
        )
        for version, outcome in enumerate(outcomes, 1):
            at = first_at + timedelta(days=3 * (version - 1))
            submission_id = self.rows.add(
                table(Submission),
                work_id=work_id,
                version=version,
                text=text,
                submitted_at=at,
                submitted_by_id=user_id,
            )
            self.review(part, submission_id, tutor_id, outcome, at + timedelta(days=1))

    def review(self, part: Part, submission_id: int, tutor_id: int, outcome: str, at: datetime) -> None:
        review_id = self.rows.add(
            table(Review),
            submission_id=submission_id,
            reviewer_id=tutor_id,
            comment=words.prose(self.random, 300),
            saved_at=at,
            outcome=outcome,
            released_at=at,
        )
        for criterion_id, levels in part.criteria:
            level_id = levels[-1] if outcome == APPROVED else levels[0]
            self.rows.add(table(Mark), review_id=review_id, criterion_id=criterion_id, level_id=level_id, comment="")

    def attend(self, part: Part, enrolment_id: int, tutor_id: int) -> None:
        self.rows.add(
            table(Attendance),
            session_id=part.session_id,
            enrolment_id=enrolment_id,
            state=PRESENT,
            recorded_at=part.opens_at + timedelta(days=6),
            recorded_by_id=tutor_id,
        )


def fill(app: Flask, size: Size, seed: int) -> Made:
    """Bring the application's database to the newest migration and fill it. Raises NotEmptyError."""
    with app.app_context():
        with db.engine.begin() as connection:
            if not is_empty(connection):
                raise NotEmptyError
        upgrade()
        with db.engine.begin() as connection:
            return World(Rows(connection), size, seed, clock.now().replace(microsecond=0)).fill()


def main() -> None:
    parser = argparse.ArgumentParser(description="Fill an empty database with one running edition.")
    parser.add_argument("--participants", type=int, default=2000)
    parser.add_argument("--governments", type=int, default=100)
    parser.add_argument("--modules", type=int, default=6)
    parser.add_argument("--database", required=True, metavar="URL", help="sqlite:///... or postgresql://...")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    if min(asked.participants, asked.governments, asked.modules) < 1:
        parser.error("there is at least one participant, one local government and one module")
    began = time.perf_counter()
    app = create_app(Settings.from_environment(database_url=asked.database, jobs="outside", log_level="WARNING"))
    try:
        made = fill(app, Size(asked.participants, asked.governments, asked.modules), asked.seed)
    except NotEmptyError:
        sys.exit("The database is not empty: nothing was changed.")
    print(f"{sum(made.counts.values())} rows in {time.perf_counter() - began:.0f} s")
    for name, count in sorted(made.counts.items()):
        print(f"  {name}: {count}")
    print(f"Sign in with the password {PASSWORD} as:")
    for who, address in made.logins.items():
        print(f"  {address}  {who}")


if __name__ == "__main__":
    main()
