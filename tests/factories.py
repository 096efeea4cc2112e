"""Rows for tests, believable by default. Every factory commits (see conftest), or `together` does for all in it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.applications.models import Application, ApplicationFile
from escuela.assessments.assignments.models import Assignment, Criterion, Level, Submission, Work
from escuela.assessments.quizzes.asked import CHOICES, OptionText, QuestionText
from escuela.assessments.quizzes.bank import Place, add
from escuela.assessments.quizzes.bank_models import BankEntry
from escuela.assessments.quizzes.models import Attempt, Question, QuestionBank, QuestionVersion, Quiz
from escuela.assessments.quizzes.services import lines_of
from escuela.calls.models import Call, CallCriterion, CallQuestion
from escuela.columns import Localized
from escuela.editions.models import Edition, EditionStaff, Lesson, LessonText, Module
from escuela.evaluations.models import Evaluation, Evaluator, Score
from escuela.extensions import Model, db
from escuela.jury.models import Award, Juror, Jury, JuryCriterion, JuryScore, Scoresheet
from escuela.jury.policies import total
from escuela.jury.usual import CRITERIA
from escuela.people.models import LocalGovernment, Membership, Role, User
from escuela.tutoring.models import TutoringSession

_count = itertools.count(1)
M = TypeVar("M", bound=Model)
MONTEVIDEO = "America/Montevideo"


def saved(row: M) -> M:
    db.session.add(row)
    if db.session.info.get("together"):
        db.session.flush()
    else:
        db.session.commit()
    return row


@contextmanager
def together() -> Iterator[None]:
    """One commit at the end for all that is made inside: three times as fast."""
    db.session.info["together"] = True
    try:
        yield
    finally:
        del db.session.info["together"]
    db.session.commit()


def words(es: str, pt: str | None = None) -> Localized:
    return Localized(es=es, pt=pt or f"{es} (pt)")


def role(name: str) -> Role:
    return db.session.query(Role).filter_by(name=name).one_or_none() or saved(Role(name=name))


def user(name: str = "Ceibo Quebracho", *, roles: tuple[str, ...] = (), **given: Any) -> User:
    number = next(_count)
    first = name.partition(" ")[0].lower()
    given.setdefault("email", f"{first}{number}@example.org")
    given.setdefault("zone", MONTEVIDEO)
    given.setdefault("language", "en")
    return saved(
        User(
            name=name,
            password="$never-matches$",
            fs_uniquifier=f"user-{number}",
            active=True,
            roles=[role(each) for each in roles],
            **given,
        )
    )


def government(name: str = "Intendencia de Canelones", **given: Any) -> LocalGovernment:
    values = {
        "country": "UY",
        "subdivision": "UY-CA",
        "tier": "intermediate",
        "population_band": "large",
        "zone": MONTEVIDEO,
        "languages": ["es"],
    }
    return saved(LocalGovernment(name=name, **values | given))


def membership(person: User, of: LocalGovernment, **given: Any) -> Membership:
    values = {"position": "Técnica de planificación", "from_on": date(2024, 1, 1)}
    return saved(Membership(user=person, local_government=of, **values | given))


def edition(slug: str = "novena", **given: Any) -> Edition:
    values: dict[str, Any] = {
        "number": 9,
        "year": 2026,
        "title": words("Ciudades inteligentes", "Cidades inteligentes"),
        "theme": words("Datos y clima"),
        "summary": words("Una edición para probar."),
        "notice": Localized(),
        "mode": "virtual",
        "starts_on": date(2026, 10, 1),
        "ends_on": date(2026, 12, 10),
        "zone": MONTEVIDEO,
        "hours": 40,
        "languages": ["es", "pt"],
        "status": "running",
        "attendance": 0,
        "signatories": [
            {"name": "Ana Jacarandá Ombú", "office": {"es": "Secretaría Técnica", "pt": "Secretaria Técnica"}},
            {"name": "João Pitanga Ipê", "office": {"es": "Dirección Regional", "pt": "Direção Regional"}},
        ],
    }
    return saved(Edition(slug=slug, **values | given))


def staff(person: User, of: Edition, as_role: str = "tutor") -> EditionStaff:
    return saved(EditionStaff(user=person, edition=of, role=as_role))


def enrolment(person: User, into: Edition, of: LocalGovernment, **given: Any) -> Enrolment:
    return saved(Enrolment(user=person, edition=into, local_government=of, **{"enrolled_at": clock.now(), **given}))


def module(of: Edition, **given: Any) -> Module:
    position = given.pop("position", len(of.modules) + 1)
    values = {
        "slug": f"modulo-{position}",
        "title": words(f"Módulo {position}"),
        "summary": words("Resumen"),
        "hours": 8,
    }
    return saved(Module(edition=of, position=position, **values | given))


def _activity(of: Module, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    position = given.pop("position", len(of.activities) + 1)
    number = next(_count)
    return {
        "edition_id": of.edition_id,
        "module": of,
        "position": position,
        "slug": f"{kind}-{number}",
        "title": words(f"{kind.title()} {number}"),
        "summary": words("De qué se trata"),
        **given,
    }


def lesson(of: Module, **given: Any) -> Lesson:
    html = given.pop("html", "<p>El agua sube. Hay que saber cuándo.</p>")
    values = _activity(of, "lesson", given)
    return saved(Lesson(minutes=12, texts=[LessonText(language="es", source="El agua sube.", html=html)], **values))


def question(of: Quiz, kind: str = "single", **given: Any) -> Question:
    """Option `a` is right; in a multiple one `a` and `b` are."""
    number = len(of.questions) + 1
    keys = ("true", "false") if kind == "true_false" else ("a", "b", "c")
    right = {"a", "b"} if kind == "multiple" else {"a", "true"}
    options = tuple(
        OptionText(key, words(f"Opción {key}"), right=key in right, feedback=words(f"Sobre {key}")) for key in keys
    )
    choice = {"options": options} if kind in CHOICES else {}
    asked = QuestionText(**{"slug": f"p{number}", "kind": kind, "text": words(f"Pregunta {number}"), **choice, **given})
    return saved(
        Question(
            quiz=of,
            slug=asked.slug,
            position=number,
            versions=[QuestionVersion(number=1, asked=asked, saved_at=clock.now())],
        )
    )


def bank() -> QuestionBank:
    """The School's."""
    return db.session.scalars(select(QuestionBank)).one()


def banked(
    text: str | Localized = "¿Qué mide un pluviómetro?", *, folder: str = "", tags: Sequence[str] = (), **given: Any
) -> BankEntry:
    """A question in the School's bank; option `a` is right."""
    options = tuple(OptionText(key, words(f"Opción {key}"), right=key == "a") for key in ("a", "b", "c"))
    place = Place(folder, tags, given.pop("items", ()))
    asked = QuestionText(
        **{
            "slug": "x",
            "kind": "single",
            "text": text if isinstance(text, Localized) else words(text),
            "options": options,
            **given,
        }
    )
    return saved(add(bank(), asked, place, by=None))


def asking(row: Question, **changes: Any) -> Question:
    """The question with its newest version changed in place, as if it had been written so."""
    row.newest.asked = replace(row.newest.asked, **changes)
    db.session.commit()
    return row


def quiz(of: Module, questions: tuple[str, ...] = ("single", "multiple", "true_false"), **given: Any) -> Quiz:
    row = saved(Quiz(**{"pass_mark": 60, "attempts_allowed": 2, **_activity(of, "quiz", given)}))
    for kind in questions:
        question(row, kind)
    return row


def attempt(at: Quiz, by: Enrolment, **given: Any) -> Attempt:
    """One that was begun; with `points`, of one hundred for each question, it was handed in too."""
    values: dict[str, Any] = {"number": 1, "seed": 1, "started_at": clock.now()}
    if "points" in given:
        values |= {"submitted_at": clock.now(), "points_possible": 100 * len(at.questions), "passed": False}
    row = Attempt(quiz=at, enrolment=by, **values | given)
    row.answers = lines_of(at.questions, row.seed, shuffled=False)
    return saved(row)


def assignment(of: Module, **given: Any) -> Assignment:
    """Two criteria with three levels each, 0, 1 and 2 points."""
    values = {"files_most": 2, "file_kinds": ["pdf", "docx", "png"], "instructions": words("Escriba una página.")}
    row = Assignment(**values | _activity(of, "assignment", given))
    row.criteria = [
        Criterion(
            slug=slug,
            position=i,
            title=words(title),
            text=words("Qué se mira"),
            levels=[
                Level(position=points, title=words(name), text=words("Descriptor"), points=points)
                for points, name in enumerate(("Falta", "Incompleto", "Sólido"))
            ],
        )
        for i, (slug, title) in enumerate((("acciones", "Acciones claras"), ("enfoque", "Enfoque adecuado")))
    ]
    return saved(row)


def work(on: Assignment, by: Enrolment, *, text: str = "Nuestro arroyo crece cada marzo.", **given: Any) -> Work:
    """A work with one version handed in."""
    at = clock.now()
    row = Work(assignment=on, enrolment=by, **{"state": "submitted", "draft": text, "submitted_at": at, **given})
    row.submissions = [Submission(version=1, text=text, submitted_at=at, submitted_by_id=by.user_id)]
    return saved(row)


def jury(of: Assignment, by: User, **given: Any) -> Jury:
    """The jury of a final work, with the School's three criteria of equal weight."""
    now = clock.now()
    row = Jury(assignment=of, convened_at=now, convened_by_id=by.id, **given)
    row.criteria = [
        JuryCriterion(slug=each.slug, position=place, title=each.title, text=each.text)
        for place, each in enumerate(CRITERIA, 1)
    ]
    return saved(row)


def juror(person: User, of: Jury) -> Juror:
    return saved(Juror(user=person, jury=of, appointed_at=clock.now(), appointed_by_id=of.convened_by_id))


def scoresheet(of: Work, by: Juror, *points: int, **given: Any) -> Scoresheet:
    """Given with points for each criterion in order, or only assigned when there are none."""
    now = clock.now()
    row = Scoresheet(work=of, juror=by, assigned_at=now, assigned_by_id=by.appointed_by_id, **given)
    if points:
        criteria = by.jury.criteria
        row.scores = [JuryScore(criterion=each, points=n) for each, n in zip(criteria, points, strict=True)]
        row.total = total({each.id: n for each, n in zip(criteria, points, strict=True)}, criteria)
        row.saved_at = row.given_at = now
        row.version = of.submissions[-1].version
    return saved(row)


def award(of: Work, by: Jury, **given: Any) -> Award:
    """A technical visit for the first place, not announced."""
    values: dict[str, Any] = {"kind": "technical_visit", "rank": 1, "reason": "Acciones que empiezan este año."}
    values |= {"awarded_at": clock.now(), "awarded_by_id": by.convened_by_id, "enrolment": of.enrolment}
    government = of.enrolment.local_government
    return saved(Award(work=of, jury=by, local_government=government, **values | given))


def tutoring_session(of: Edition, **given: Any) -> TutoringSession:
    values: dict[str, Any] = {
        "slug": f"tutoria-{next(_count)}",
        "title": words("Tutoría abierta"),
        "summary": words("Preguntas y respuestas"),
        "starts_at": clock.now() + timedelta(days=2),
        "zone": MONTEVIDEO,
        "minutes": 60,
        "link": "https://example.org/sala",
    }
    return saved(TutoringSession(edition=of, **values | given))


def call(of: Edition, **given: Any) -> Call:
    """Open for five days more, with two criteria of weights 60 and 40 and no questions of its own."""
    now = clock.now()
    values: dict[str, Any] = {
        "title": words("Convocatoria", "Chamada"),
        "summary": words("Postule su ciudad."),
        "text": words("Quince lugares."),
        "eligibility": words("Personal municipal."),
        "places": 2,
        "opens_at": now - timedelta(days=20),
        "closes_at": now + timedelta(days=5),
        "zone": MONTEVIDEO,
        "published_at": now - timedelta(days=21),
    }
    row = Call(edition=of, **values | given)
    row.criteria = [
        CallCriterion(slug=slug, position=i, title=words(title), text=words("Qué se mira"), weight=weight)
        for i, (slug, title, weight) in enumerate((("motivacion", "Motivación", 60), ("respaldo", "Respaldo", 40)))
    ]
    return saved(row)


def call_question(of: Call, kind: str = "short", **given: Any) -> CallQuestion:
    """Options of single and multiple are `a` and `b`."""
    number = len(of.questions) + 1
    options = [{"key": key, "text": dict(words(f"Opción {key}"))} for key in "ab"]
    values: dict[str, Any] = {"slug": f"p{number}", "text": words(f"Pregunta {number}"), "help": Localized()}
    if kind in {"single", "multiple"}:
        values["options"] = options
    return saved(CallQuestion(call=of, kind=kind, position=number, **values | given))


def application(to: Call, of: LocalGovernment | None, name: str = "Ana Ceibo Tala", **given: Any) -> Application:
    """Handed in yesterday, by a woman, in Spanish; `state="draft"` makes a draft with only its address."""
    number = next(_count)
    now = clock.now()
    values: dict[str, Any] = {
        "email": f"postulante{number}@example.org",
        "language": "es",
        "zone": MONTEVIDEO,
        "started_at": now - timedelta(days=3),
        "saved_at": now - timedelta(days=1),
    }
    if given.get("state", "submitted") != "draft":
        values |= {
            "state": "submitted",
            "number": number,
            "submitted_at": now - timedelta(days=1),
            "name": name,
            "gender": "woman",
            "position": "Directora de ambiente",
            "local_government": of,
        }
    return saved(Application(call=to, **values | given))


def application_file(of: Application, key: str, **given: Any) -> ApplicationFile:
    values = {"question": "carta", "name": "carta.pdf", "size": 14, "sha256": "0" * 64, "uploaded_at": clock.now()}
    return saved(ApplicationFile(application=of, key=key, **values | given))


def document(of: Application, question: str = "carta", **given: Any) -> ApplicationFile:
    """A document as it is kept; of its bytes there is nothing."""
    number = next(_count)
    values: dict[str, Any] = {"name": "carta.pdf", "size": 48_000, "sha256": f"{number:064x}", "key": f"{number:040x}"}
    return saved(ApplicationFile(application=of, question=question, uploaded_at=clock.now(), **values | given))


def evaluator(person: User, of: Call) -> Evaluator:
    return saved(Evaluator(user=person, call=of, appointed_at=clock.now()))


def evaluation(of: Application, by: Evaluator, *points: int, **given: Any) -> Evaluation:
    """Given with points for each criterion in order, or only assigned when there are none."""
    now = clock.now()
    row = Evaluation(application=of, evaluator=by, assigned_at=now, **given)
    if points:
        criteria = of.call.criteria
        row.scores = [Score(criterion=each, points=n) for each, n in zip(criteria, points, strict=True)]
        weights = sum(each.weight for each in criteria)
        total = sum(100 * each.weight * n for each, n in zip(criteria, points, strict=True)) / weights
        row.saved_at = row.given_at = now
        row.total = round(total)
    return saved(row)


def at(text: str) -> datetime:
    """`at("2026-10-20 23:59 America/Montevideo")`."""
    local, zone = text.rsplit(" ", 1)
    return clock.instant(datetime.fromisoformat(local), zone)
