"""The edition of the benchmark world: its modules with their lessons, quiz, assignment and tutoring session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import Table

from benchmarks import words
from benchmarks.rows import Rows
from escuela.assessments.assignments.models import Assignment, Criterion, Level
from escuela.assessments.quizzes.asked import SINGLE, OptionText, QuestionText
from escuela.assessments.quizzes.models import BEST, WHEN_PASSED, Question, QuestionVersion, Quiz
from escuela.columns import Localized
from escuela.editions.models import RUNNING, Activity, Edition, Lesson, LessonText, Module
from escuela.tutoring.models import TutoringSession

ZONE = "America/Montevideo"
SLUG = "grande"
LESSONS, QUESTIONS, PASS_MARK = 3, 10, 60
KEYS = ("a", "b", "c", "d")


class Asked(NamedTuple):
    """A question with its right option and a wrong one."""

    id: int
    version_id: int
    right: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Part:
    """The ids of what a module holds."""

    opens_at: datetime
    lessons: list[int]
    quiz_id: int
    questions: list[Asked]
    assignment_id: int
    criteria: list[tuple[int, list[int]]]
    """Each with its levels, the best last."""
    session_id: int


@dataclass(frozen=True, slots=True)
class Course:
    edition_id: int
    parts: list[Part]


def build(rows: Rows, random: Random, modules: int, now: datetime) -> Course:
    return _Builder(rows, random, modules, now).course()


def table(model: type[object]) -> Table:
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def both(text: str) -> Localized:
    return Localized(es=text, pt=f"{text} (pt)")


class _Builder:
    def __init__(self, rows: Rows, random: Random, modules: int, now: datetime) -> None:
        self.rows, self.random, self.modules, self.now = rows, random, modules, now

    def course(self) -> Course:
        edition_id = self.edition()
        return Course(edition_id, [self.part(edition_id, position) for position in range(1, self.modules + 1)])

    def prose(self, characters: int) -> str:
        return words.prose(self.random, characters)

    def edition(self) -> int:
        """It began two months ago and has two to go; certificates ask for most of its sessions."""
        return self.rows.add(
            table(Edition),
            slug=SLUG,
            number=9,
            year=self.now.year,
            title=both("Una edición del tamaño que hay que soportar"),
            theme=both("Resiliencia urbana"),
            summary=both(self.prose(300)),
            notice=both("Edición inventada para medir: sus personas y sus textos no existen."),
            mode="virtual",
            starts_on=(self.now - timedelta(days=60)).date(),
            ends_on=(self.now + timedelta(days=60)).date(),
            zone=ZONE,
            hours=8 * self.modules,
            languages=["es", "pt"],
            status=RUNNING,
            attendance=60,
            signatories=[
                {"name": "Ana Jacarandá Ombú", "office": {"es": "Secretaría Técnica", "pt": "Secretaria Técnica"}},
                {"name": "João Pitanga Ipê", "office": {"es": "Dirección Regional", "pt": "Direção Regional"}},
            ],
        )

    def part(self, edition_id: int, position: int) -> Part:
        """A module. They open one after the other; the first half of them were due."""
        opens_at = self.now - timedelta(days=55 - 40 * position // self.modules)
        days_to_due = 14 if position <= self.modules // 2 else 90
        module_id = self.rows.add(
            table(Module),
            edition_id=edition_id,
            slug=f"modulo-{position}",
            position=position,
            title=both(words.sentence(self.random).removesuffix(".")),
            summary=both(self.prose(200)),
            hours=8,
            opens_at=opens_at,
            opens_zone=ZONE,
        )
        shared = {
            "edition_id": edition_id,
            "module_id": module_id,
            "due_at": min(opens_at + timedelta(days=days_to_due), self.now + timedelta(days=50)),
            "due_zone": ZONE,
        }
        lessons = [self.lesson(f"leccion-{position}-{place}", place, shared) for place in range(1, LESSONS + 1)]
        quiz_id, questions = self.quiz(f"cuestionario-{position}", LESSONS + 1, shared)
        final = position == self.modules
        assignment_id, criteria = self.assignment(f"tarea-{position}", LESSONS + 2, shared, final=final)
        session_id = self.session(edition_id, module_id, position, opens_at + timedelta(days=6))
        return Part(opens_at, lessons, quiz_id, questions, assignment_id, criteria, session_id)

    def activity(self, kind: str, slug: str, position: int, shared: dict[str, Any]) -> int:
        return self.rows.add(
            table(Activity),
            kind=kind,
            slug=slug,
            position=position,
            title=both(words.sentence(self.random).removesuffix(".")),
            summary=both(self.prose(120)),
            required=True,
            strict=False,
            **shared,
        )

    def lesson(self, slug: str, position: int, shared: dict[str, Any]) -> int:
        """About 6 KB of prose in five sections."""
        lesson_id = self.activity("lesson", slug, position, shared)
        sections = [(words.sentence(self.random), [self.prose(550), self.prose(550)]) for _ in range(5)]
        source = "\n\n".join(f"## {title}\n\n" + "\n\n".join(texts) for title, texts in sections)
        html = "".join(f"<h2>{title}</h2>" + "".join(f"<p>{text}</p>" for text in texts) for title, texts in sections)
        self.rows.add(table(Lesson), id=lesson_id, minutes=15)
        for language in ("es", "pt"):
            self.rows.add(table(LessonText), lesson_id=lesson_id, language=language, source=source, html=html)
        return lesson_id

    def quiz(self, slug: str, position: int, shared: dict[str, Any]) -> tuple[int, list[Asked]]:
        quiz_id = self.activity("quiz", slug, position, shared)
        self.rows.add(
            table(Quiz),
            id=quiz_id,
            pass_mark=PASS_MARK,
            attempts_allowed=3,
            shuffle=True,
            shuffle_questions=False,
            one_by_one=False,
            minutes=0,
            grace=30,
            scoring=BEST,
            reveals=WHEN_PASSED,
        )
        return quiz_id, [self.question(quiz_id, place) for place in range(1, QUESTIONS + 1)]

    def question(self, quiz_id: int, position: int) -> Asked:
        right, wrong = self.random.sample(KEYS, 2)
        slug = f"pregunta-{position}"
        asked = QuestionText(
            slug,
            SINGLE,
            both(self.prose(120)),
            feedback=both(self.prose(80)),
            options=tuple(
                OptionText(key, both(self.prose(60)), right=key == right, feedback=both(self.prose(60))) for key in KEYS
            ),
        )
        question_id = self.rows.add(table(Question), quiz_id=quiz_id, slug=slug, position=position)
        version_id = self.rows.add(
            table(QuestionVersion), question_id=question_id, number=1, current=True, asked=asked, saved_at=self.now
        )
        return Asked(question_id, version_id, right, wrong)

    def assignment(
        self, slug: str, position: int, shared: dict[str, Any], *, final: bool
    ) -> tuple[int, list[tuple[int, list[int]]]]:
        assignment_id = self.activity("assignment", slug, position, shared)
        self.rows.add(
            table(Assignment),
            id=assignment_id,
            instructions=both(self.prose(600)),
            final_work=final,
            files_most=3,
            file_kinds=["pdf", "docx", "png"],
        )
        return assignment_id, [self.criterion(assignment_id, place) for place in range(1, 4)]

    def criterion(self, assignment_id: int, position: int) -> tuple[int, list[int]]:
        criterion_id = self.rows.add(
            table(Criterion),
            assignment_id=assignment_id,
            slug=f"criterio-{position}",
            position=position,
            title=both(words.sentence(self.random)),
            text=both(self.prose(120)),
        )
        levels = [
            self.rows.add(
                table(Level),
                criterion_id=criterion_id,
                position=place,
                title=both(words.sentence(self.random)),
                text=both(self.prose(80)),
                points=place - 1,
            )
            for place in range(1, 4)
        ]
        return criterion_id, levels

    def session(self, edition_id: int, module_id: int, position: int, starts_at: datetime) -> int:
        return self.rows.add(
            table(TutoringSession),
            edition_id=edition_id,
            module_id=module_id,
            slug=f"tutoria-{position}",
            title=both(f"Tutoría del módulo {position}"),
            summary=both(self.prose(120)),
            starts_at=starts_at,
            zone=ZONE,
            minutes=60,
            attendance_taken_at=starts_at + timedelta(hours=2),
        )
