"""The people of the tests, the same as in the demo world. Sample people carry surnames of native trees."""

from __future__ import annotations

from dataclasses import dataclass

from escuela.admissions.models import Enrolment
from escuela.assessments.assignments.models import Assignment
from escuela.assessments.quizzes.models import Quiz
from escuela.editions.models import Edition, Lesson, Module
from escuela.people.models import LocalGovernment, User
from escuela.tutoring.models import TutoringSession
from tests import factories


@dataclass
class Cast:
    lucia: User
    """Participant of the running edition for Canelones."""
    martin: User
    """Her colleague of Canelones, in the same edition."""
    rocio: User
    """A stranger: participant of the other edition, of Catamarca."""
    renata: User
    """Tutor of the running edition."""
    thiago: User
    """Tutor of the other edition."""
    gabriela: User
    """Coordinator of the running edition only."""
    elena: User
    """Coordinates every edition."""
    admin: User
    canelones: LocalGovernment
    catamarca: LocalGovernment
    edition: Edition
    other: Edition
    module: Module
    lesson: Lesson
    quiz: Quiz
    assignment: Assignment
    session: TutoringSession
    lucias: Enrolment
    martins: Enrolment
    rocios: Enrolment

    @classmethod
    @factories.together()
    def gather(cls) -> Cast:
        canelones = factories.government()
        catamarca = factories.government(
            "Municipalidad de San Fernando del Valle de Catamarca",
            country="AR",
            subdivision="AR-K",
            tier="municipal",
            population_band="medium",
            zone="America/Argentina/Catamarca",
        )
        lucia = factories.user("Lucía Ceibo Coronilla", email="lucia@example.org")
        martin = factories.user("Martín Tala Espinillo", email="martin@example.org")
        rocio = factories.user("Rocío Algarrobo Lapacho", email="rocio@example.org", zone="America/Argentina/Catamarca")
        renata = factories.user("Renata Araucaria Molle", email="renata@example.org", zone="America/Santiago")
        thiago = factories.user(
            "Thiago Jatobá Ipê", email="thiago@example.org", language="pt", zone="America/Sao_Paulo"
        )
        gabriela = factories.user("Gabriela Timbó Palo", email="gabriela@example.org")
        elena = factories.user("Elena Arrayán Canelo", email="elena@example.org", roles=("coordinator",))
        admin = factories.user("Aldo Guayabo Mora", email="aldo@example.org", roles=("admin",))
        edition = factories.edition("novena")
        other = factories.edition("octava", number=8, title=factories.words("Ciudades cuidadoras"))
        for person, of in ((lucia, canelones), (martin, canelones), (rocio, catamarca)):
            factories.membership(person, of)
        for person, into, as_role in (
            (renata, edition, "tutor"),
            (thiago, other, "tutor"),
            (gabriela, edition, "coordinator"),
        ):
            factories.staff(person, into, as_role)
        module = factories.module(edition)
        return cls(
            lucia,
            martin,
            rocio,
            renata,
            thiago,
            gabriela,
            elena,
            admin,
            canelones,
            catamarca,
            edition,
            other,
            module,
            lesson=factories.lesson(module, slug="leccion"),
            quiz=factories.quiz(module, slug="quiz-datos"),
            assignment=factories.assignment(module, slug="assignment-mapa"),
            session=factories.tutoring_session(edition, slug="tutoria", module=module),
            lucias=factories.enrolment(lucia, edition, canelones),
            martins=factories.enrolment(martin, edition, canelones),
            rocios=factories.enrolment(rocio, other, catamarca),
        )
