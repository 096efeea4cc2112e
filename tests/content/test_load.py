"""`flask courses load`: whole or not at all, twice changes nothing, never over what people did."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from escuela import clock, storage
from escuela.assessments.assignments.models import Assignment, Mark, Review, Submission, Work
from escuela.assessments.quizzes.models import Answer, Attempt, Quiz
from escuela.columns import Localized
from escuela.content.check import read_edition
from escuela.content.load import Outcome, Result, apply, load_path
from escuela.content.text import EditionText
from escuela.editions.models import Activity, Edition, Lesson, LessonText, Media, Module
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.tutoring.models import Attendance, TutoringSession
from tests import factories
from tests.cast import Cast
from tests.content.folder import Folder

E, M = "edition.yaml", "01-datos/module.yaml"
L, PT = "01-datos/01-que-es-un-dato.md", "01-datos/01-que-es-un-dato.pt.md"
Q, A = "01-datos/02-quiz-datos.yaml", "01-datos/03-assignment-inventario.yaml"
Counting = Callable[[], AbstractContextManager[list[str]]]


def load(folder: Folder) -> Result:
    (result,) = load_path(folder.path)
    db.session.expire_all()
    return result


def edition() -> Edition:
    return db.session.scalars(select(Edition).where(Edition.slug == "ciudades")).one()


def the(model: type[Activity], slug: str) -> Activity:
    return db.session.scalars(select(model).where(model.slug == slug, model.edition_id == edition().id)).one()


def writes(statements: list[str]) -> list[str]:
    return [statement for statement in statements if statement.startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.fixture
def loaded(folder: Folder) -> Folder:
    assert load(folder).outcome is Outcome.NEW
    return folder


# --- what is written


def test_an_edition_is_loaded_with_everything_in_it(loaded: Folder) -> None:
    found = edition()
    assert (found.number, found.year, found.hours, found.status, found.attendance) == (9, 2026, 40, "running", 60)
    assert found.title == Localized(es="Ciudades que cuidan", pt="Cidades que cuidam", en="Caring cities")
    assert (found.host_city, found.host_country, found.zone) == ("Canelones", "UY", "America/Montevideo")
    assert found.languages == ["es", "pt"]
    assert [signatory["name"] for signatory in found.signatories] == ["Ana Jacarandá Ombú", "João Pitanga Ipê"]
    assert [item.id for item in found.items] == ["sendai.p1", "ods.11.5"]
    assert [module.slug for module in found.modules] == ["datos", "riesgo"]
    datos = found.modules[0]
    assert (datos.opens_at, datos.opens_zone) == (factories.at("2026-10-05 08:00 America/Montevideo"), found.zone)
    assert [(a.kind, a.slug, a.position) for a in datos.activities] == [
        ("lesson", "que-es-un-dato", 1),
        ("quiz", "quiz-datos", 2),
        ("assignment", "assignment-inventario", 3),
    ]
    sessions = db.session.scalars(select(TutoringSession).where(TutoringSession.edition_id == found.id)).all()
    assert {session.slug: session.module_id for session in sessions} == {"apertura": None, "tutoria-datos": datos.id}


def test_a_lesson_is_loaded_in_each_language(loaded: Folder) -> None:
    lesson = the(Lesson, "que-es-un-dato")
    assert isinstance(lesson, Lesson)
    assert lesson.title == Localized(es="Qué es un dato", pt="O que é um dado")
    pages = {text.language: text.html for text in lesson.texts}
    assert set(pages) == {"es", "pt"}
    assert 'src="/ediciones/ciudades/media/datos/mapa.svg" alt="Mapa con tres manzanas" width="640"' in pages["es"]
    assert 'href="/ediciones/ciudades/lecciones/riesgo"' in pages["es"]
    assert "(CSV, 1 KB)" in pages["es"]
    assert "Um dado serve" in pages["pt"]


def test_a_quiz_and_an_assignment_are_loaded(loaded: Folder) -> None:
    quiz, assignment = the(Quiz, "quiz-datos"), the(Assignment, "assignment-inventario")
    assert isinstance(quiz, Quiz)
    assert (quiz.pass_mark, quiz.attempts_allowed, quiz.shuffle, quiz.strict) == (60, 2, True, False)
    right = {q.slug: {option.key for option in q.asked.options if option.right} for q in quiz.questions}
    assert right == {"muestra": {"a"}, "usos": {"a", "b"}, "sesgo": {"true"}}
    assert isinstance(assignment, Assignment)
    assert (assignment.final_work, assignment.strict, assignment.file_kinds) == (True, True, ["pdf", "xlsx"])
    assert "(/ediciones/ciudades/lecciones/que-es-un-dato)" in assignment.instructions["es"]
    points = {c.slug: [level.points for level in c.levels] for c in assignment.criteria}
    assert points == {"acciones": [0, 1, 2], "enfoque": [0, 2]}


def test_media_are_stored_whole_and_stored_again_only_when_they_change(loaded: Folder) -> None:
    def keys() -> dict[str, str]:
        rows = db.session.scalars(select(Media).where(Media.edition_id == edition().id))
        return {row.path: row.key for row in rows}

    before = keys()
    assert set(before) == {"datos/mapa.svg", "datos/voz.mp3", "datos/planilla.csv"}
    with storage.read(before["datos/planilla.csv"]) as stored:
        assert stored.read() == b"barrio,casos\n"
    loaded.put("01-datos/media/planilla.csv", "barrio,casos\nCentro,3\n")
    loaded.put("01-datos/media/nueva.csv", "a\n")
    assert load(loaded).outcome is Outcome.UPDATED
    after = keys()
    assert {path for path in after if before.get(path) != after[path]} == {"datos/planilla.csv", "datos/nueva.csv"}
    with storage.read(after["datos/planilla.csv"]) as stored:
        assert stored.read().endswith(b"Centro,3\n")
    (loaded.path / "01-datos/media/nueva.csv").unlink()
    load(loaded)
    assert set(keys()) == set(before)


# --- again


def test_loading_twice_writes_nothing(loaded: Folder, count_queries: Counting) -> None:
    with count_queries() as ran:
        result = load(loaded)
    assert result.outcome is Outcome.UNCHANGED
    assert writes(ran) == []
    assert len(ran) == 2  # the frameworks' digest and the edition's


def test_a_text_that_says_the_same_in_another_way_writes_nothing_but_its_digest(
    loaded: Folder, count_queries: Counting
) -> None:
    """Matching by slug finds every row again: were the digest lost, loading would change nothing."""
    edition().digest = None
    db.session.commit()
    with count_queries() as ran:
        assert load(loaded).outcome is Outcome.UPDATED
    assert [statement.split()[1] for statement in writes(ran)] == ["editions"]


def test_corrected_words_reach_the_same_rows(loaded: Folder) -> None:
    before = {a.slug: a.id for m in edition().modules for a in m.activities}
    loaded.change(E, "theme: Cuidados", "theme: Cuidar")
    loaded.change(M, "De la anécdota al dato.", "Del cuento al dato.")
    loaded.change(L, "Un dato sirve", "El dato sirve")
    loaded.change(Q, "¿Para qué sirve?", "¿Para qué se usa?")
    loaded.change(A, "Haga una lista.", "Escriba una lista.")
    loaded.change(E, "Presentación de las personas.", "Nos presentamos.")
    assert load(loaded).outcome is Outcome.UPDATED
    assert {a.slug: a.id for m in edition().modules for a in m.activities} == before
    assert edition().theme == {"es": "Cuidar"}
    assert edition().modules[0].summary == {"es": "Del cuento al dato."}
    quiz, assignment, lesson = (
        the(Quiz, "quiz-datos"),
        the(Assignment, "assignment-inventario"),
        the(Lesson, "que-es-un-dato"),
    )
    assert isinstance(quiz, Quiz)
    assert isinstance(assignment, Assignment)
    assert isinstance(lesson, Lesson)
    assert quiz.questions[1].asked.text == {"es": "¿Para qué se usa?"}
    assert assignment.instructions["es"].startswith("Escriba")
    assert "El dato sirve" in {text.language: text.html for text in lesson.texts}["es"]


def test_the_first_language_may_change(loaded: Folder) -> None:
    loaded.change(E, "languages: [es, pt]", "languages: [pt, es]")
    text, _faults = read_edition(loaded.path)
    assert text is not None
    apply(replace(text, title=Localized(pt="Cidades", es="Ciudades")))
    apply(replace(text, title=Localized(es="Ciudades", pt="Cidades")))
    db.session.expire_all()
    assert list(edition().title) == ["es", "pt"]


def test_the_status_of_an_edition_that_is_there_stays(loaded: Folder) -> None:
    edition().status = "closed"
    db.session.commit()
    loaded.change(E, "hours: 40", "hours: 42")
    load(loaded)
    assert (edition().status, edition().hours) == ("closed", 42)


def test_what_left_the_text_is_taken_away_where_nobody_used_it(loaded: Folder) -> None:
    for name in (Q, A, PT):
        loaded.remove(name)
    loaded.change(E, "01-datos, 02-riesgo", "01-datos")
    for name in ("02-riesgo/01-riesgo.md", "02-riesgo/module.yaml"):
        loaded.remove(name)
    (loaded.path / "02-riesgo").rmdir()
    loaded.change(L, "[riesgo](lesson:riesgo)", "leyendo")
    loaded.put(M, loaded.read(M).partition("sessions:")[0])
    assert load(loaded).outcome is Outcome.UPDATED
    assert [(m.slug, [a.slug for a in m.activities]) for m in edition().modules] == [("datos", ["que-es-un-dato"])]
    assert db.session.scalars(select(TutoringSession.slug)).all() == ["apertura"]
    assert db.session.scalars(select(LessonText.language)).all() == ["es"]


def test_an_activity_may_move_to_another_module_and_become_another_kind(loaded: Folder) -> None:
    moved = the(Lesson, "que-es-un-dato").id
    for name in (L, PT):
        loaded.put(name.replace("01-datos", "02-riesgo").replace("01-que", "02-que"), loaded.read(name))
        loaded.remove(name)
    for name in ("mapa.svg", "voz.mp3", "planilla.csv"):
        loaded.put(f"02-riesgo/media/{name}", (loaded.path / "01-datos/media" / name).read_bytes())
    loaded.remove(Q)
    loaded.put("01-datos/02-quiz-datos.md", loaded.read("02-riesgo/01-riesgo.md"))
    assert load(loaded).outcome is Outcome.UPDATED
    lesson = the(Lesson, "que-es-un-dato")
    assert (lesson.id, lesson.module.slug, lesson.position) == (moved, "riesgo", 2)
    assert the(Lesson, "quiz-datos").kind == "lesson"


def test_sessions_that_were_announced_on_the_platform_stay(loaded: Folder) -> None:
    factories.tutoring_session(edition(), slug="2026-11-05")
    loaded.put(M, loaded.read(M).partition("sessions:")[0])
    load(loaded)
    assert set(db.session.scalars(select(TutoringSession.slug))) == {"apertura", "2026-11-05"}


# --- whole or not at all


def test_a_text_with_faults_is_not_loaded(loaded: Folder) -> None:
    loaded.change(E, "hours: 40", "hours: 42")
    loaded.change(Q, "Una parte, right: true", "Una parte")
    result = load(loaded)
    assert result.outcome is Outcome.FAULTY
    assert [fault.path.name for fault in result.faults] == ["02-quiz-datos.yaml"]
    assert edition().hours == 40


def test_one_faulty_edition_does_not_hold_up_the_others(loaded: Folder) -> None:
    other = Folder(loaded.path.parent, "otra")
    other.change(E, "mode: hybrid", "mode: none")
    third = Folder(loaded.path.parent, "tercera")
    third.change(E, "number: 9", "number: 10")
    results = {result.slug: result.outcome for result in load_path(loaded.path.parent)}
    assert results == {"ciudades": "unchanged", "otra": "has faults", "tercera": "new"}
    assert set(db.session.scalars(select(Edition.slug))) == {"ciudades", "tercera"}


# --- what people did is kept


@pytest.fixture
def used(loaded: Folder, cast: Cast) -> Folder:
    """Lucía has done the lesson, begun the quiz, handed in the work; it was reviewed; attendance was taken."""
    enrolment = factories.enrolment(cast.lucia, edition(), cast.canelones)
    quiz, assignment = the(Quiz, "quiz-datos"), the(Assignment, "assignment-inventario")
    assert isinstance(quiz, Quiz)
    assert isinstance(assignment, Assignment)
    factories.saved(
        LessonDone(enrolment_id=enrolment.id, lesson_id=the(Lesson, "que-es-un-dato").id, done_at=clock.now())
    )
    factories.attempt(quiz, enrolment, points=400, points_possible=400, passed=True)
    work = factories.work(assignment, enrolment)
    marks = [Mark(criterion=criterion, level=criterion.levels[-1]) for criterion in assignment.criteria]
    version, tutor = work.submissions[0], cast.renata
    factories.saved(Review(submission=version, reviewer=tutor, saved_at=clock.now(), marks=marks))
    session = db.session.scalars(select(TutoringSession).where(TutoringSession.slug == "tutoria-datos")).one()
    session.attendance_taken_at = clock.now()
    factories.saved(
        Attendance(
            session=session,
            enrolment=enrolment,
            state="present",
            recorded_at=clock.now(),
            recorded_by_id=cast.renata.id,
        )
    )
    return loaded


def everything_people_did() -> dict[str, int]:
    models = (LessonDone, Attempt, Answer, Work, Submission, Review, Mark, Attendance)
    return {model.__tablename__: db.session.scalar(select(func.count()).select_from(model)) or 0 for model in models}


def without(name: str) -> Callable[[Folder], None]:
    def change(folder: Folder) -> None:
        folder.remove(name)
        if name == L:
            folder.remove(PT)
            folder.change(A, "[la lección](lesson:que-es-un-dato)", "la lección")

    return change


def changed(name: str, old: str, new: str) -> Callable[[Folder], None]:
    return lambda folder: folder.change(name, old, new)


REFUSALS: dict[str, tuple[Callable[[Folder], None], str]] = {
    "a lesson that was done": (without(L), "que-es-un-dato"),
    "a quiz that was begun": (without(Q), "quiz-datos"),
    "an assignment with works": (without(A), "assignment-inventario"),
    "the pass mark": (changed(Q, "attempts: 2", "pass_mark: 80"), "quiz-datos"),
    "an earlier end of a quiz": (changed(Q, "2026-11-01 23:59", "2026-10-10 23:59"), "quiz-datos"),
    "an earlier end of an assignment": (changed(A, "2026-12-01 23:59", "2026-10-10 23:59"), "assignment-inventario"),
    "a level": (changed(A, "      - {title: Incompleto, points: 1}\n", ""), "acciones"),
    "a criterion": (changed(A, "slug: enfoque", "slug: otro"), "enfoque"),
    "a session with attendance": (lambda f: f.put(M, f.read(M).partition("sessions:")[0]), "tutoria-datos"),
    "the hour of a session with attendance": (changed(M, "2026-10-15 18:00", "2026-10-15 19:00"), "tutoria-datos"),
}


CORRECTIONS: dict[str, Callable[[Folder], None]] = {
    "a question under another name": changed(Q, "slug: muestra", "slug: otra"),
    "the points of a question": changed(Q, "points: 2", "points: 3"),
    "which option is right": changed(Q, "{text: Adornar}", "{text: Adornar, right: true}"),
    "an option": changed(Q, "      c: {text: Adornar}\n", ""),
    "a new question": changed(
        Q,
        "  - slug: usos",
        "  - {slug: mas, kind: single, text: X, options: {a: {right: true, text: Y}, b: {text: Z}}}\n  - slug: usos",
    ),
}


@pytest.mark.parametrize("name", CORRECTIONS)
def test_questions_that_change_leave_attempts_what_they_saw(used: Folder, name: str) -> None:
    def seen() -> list[object]:
        attempt = db.session.scalars(select(Attempt)).one()
        return [attempt.points, attempt.passed, *(answer.version.asked for answer in attempt.answers)]

    before = seen()
    CORRECTIONS[name](used)
    assert load(used).outcome is Outcome.UPDATED
    db.session.expire_all()
    assert seen() == before
    quiz = the(Quiz, "quiz-datos")
    assert isinstance(quiz, Quiz)
    asked = [question.asked for question in quiz.questions]
    assert asked != before[2:]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_change_that_would_falsify_what_people_did_is_refused(used: Folder, name: str) -> None:
    spoil, thing = REFUSALS[name]
    used.change(E, "hours: 40", "hours: 42")
    spoil(used)
    before, digest = everything_people_did(), edition().digest
    result = load(used)
    assert (result.outcome, result.faults) == (Outcome.REFUSED, ())
    assert thing in str(result.reason)
    assert everything_people_did() == before
    assert all(before.values())
    assert (edition().hours, edition().digest) == (40, digest)


def test_words_may_be_corrected_after_people_worked(used: Folder) -> None:
    used.change(Q, "text: Una parte", "text: Una parte del todo")
    used.change(Q, "slug: muestra\n    kind: single", "slug: muestra\n    kind: single\n    feedback: Vea la lección.")
    used.change(A, "title: Acciones claras", "title: Acciones muy claras")
    used.change(A, "2026-12-01", "2026-12-05")
    used.change(M, "Traiga su planilla.", "Traiga dos planillas.")
    used.change(L, "Un dato sirve", "El dato sirve")
    before = everything_people_did()
    assert load(used).outcome is Outcome.UPDATED
    assert everything_people_did() == before
    quiz = the(Quiz, "quiz-datos")
    assert isinstance(quiz, Quiz)
    assert quiz.questions[0].asked.options[0].text == {"es": "Una parte del todo"}


def test_a_draft_alone_holds_its_assignment_but_not_its_rubric(loaded: Folder, cast: Cast) -> None:
    enrolment = factories.enrolment(cast.lucia, edition(), cast.canelones)
    factories.saved(Work(assignment=the(Assignment, "assignment-inventario"), enrolment=enrolment, draft="Empiezo"))
    loaded.change(A, "slug: enfoque", "slug: otro")
    assert load(loaded).outcome is Outcome.UPDATED
    loaded.remove(A)
    assert load(loaded).outcome is Outcome.REFUSED
    assert db.session.scalars(select(Work.draft)).one() == "Empiezo"


# --- as plain values


def text_of(folder: Folder) -> EditionText:
    text, faults = read_edition(folder.path)
    assert text is not None
    assert faults == []
    return text


def test_an_edition_can_be_taught_again_on_other_days(loaded: Folder) -> None:
    text = replace(text_of(loaded).begun_on(date(2026, 11, 1)), slug="otra-vez", number=10, status="published")
    assert apply(text).outcome is Outcome.NEW
    db.session.commit()
    again = db.session.scalars(select(Edition).where(Edition.slug == "otra-vez")).one()
    assert (again.starts_on, again.ends_on, again.status) == (date(2026, 11, 1), date(2027, 1, 10), "published")
    assert again.modules[0].opens_at == factories.at("2026-11-05 08:00 America/Montevideo")
    due = {activity.slug: activity.due_at for activity in again.modules[0].activities}
    assert due["quiz-datos"] == factories.at("2026-12-02 23:59 America/Montevideo")
    sessions = select(TutoringSession.starts_at).where(TutoringSession.edition_id == again.id)
    assert factories.at("2026-11-02 10:00 America/Montevideo") in db.session.scalars(sessions).all()
    assert apply(text).outcome is Outcome.UNCHANGED
    assert edition().starts_on == date(2026, 10, 1)


def test_an_hour_that_is_skipped_on_another_day_becomes_the_next_one(loaded: Folder) -> None:
    loaded.change(Q, "2026-11-01 23:59 America/Montevideo", "2026-10-10 00:30 America/Santiago")
    moved = text_of(loaded).begun_on(date(2027, 8, 27)).modules[0].activities[1].due
    assert moved is not None
    assert moved.at == datetime(2027, 9, 5, 4, 30, tzinfo=UTC)  # 01:30: at midnight the clocks went on to 01:00


def test_a_refusal_leaves_the_session_as_it_was(used: Folder) -> None:
    used.change(Q, "attempts: 2", "pass_mark: 80")
    used.change(E, "hours: 40", "hours: 42")
    with pytest.raises(DomainError):
        apply(text_of(used))
    db.session.commit()
    db.session.expire_all()
    assert edition().hours == 40


def test_a_large_edition_is_loaded_with_a_bounded_number_of_queries(folder: Folder, count_queries: Counting) -> None:
    load(folder)
    folder.change(M, "hours: 8", "hours: 9")
    with count_queries() as one:
        load(folder)
    for number in range(10, 20):
        folder.put(f"02-riesgo/{number}-leccion-{number}.md", folder.read("02-riesgo/01-riesgo.md"))
    load(folder)
    folder.change(M, "hours: 9", "hours: 10")
    with count_queries() as many:
        load(folder)
    assert len(many) <= len(one) + 10 * 4
    assert db.session.scalar(select(func.count()).select_from(Module)) == 2
