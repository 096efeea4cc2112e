from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from escuela import clock, storage
from escuela.assessments.assignments import services
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import Assignment, Review, Submission, Work
from escuela.assessments.assignments.queries import PROGRESS
from escuela.editions.services import ClosedError
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import User
from tests import factories
from tests.assessments.assignments import documents
from tests.cast import Cast
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def _english(_isolated: None) -> Iterator[None]:
    """Sentences are matched in the language that they are written in."""
    with force_locale("en"):
        yield


@pytest.fixture
def draft(cast: Cast) -> Work:
    return services.begin(cast.assignment, cast.lucias)


@pytest.fixture
def waiting(cast: Cast) -> Work:
    return factories.work(cast.assignment, cast.lucias)


@pytest.fixture
def marked(cast: Cast) -> Judgement:
    """Every criterion on its second level, with a comment on the whole."""
    levels = {criterion.id: criterion.levels[1].id for criterion in cast.assignment.criteria}
    return Judgement(levels=levels, comment="Muy concreto. Falta el mes de inicio.")


def write(work: Work, text: str) -> None:
    services.save_draft(work, text, began_from=work.draft_mark)


def attach(work: Work, content: bytes = documents.PDF, name: str = "plan.pdf") -> object:
    return services.attach(work, BytesIO(content), name=name, by=work.enrolment.user)


# --- drafts


def test_a_draft_keeps_its_text_with_one_kind_of_line_end_and_without_nul(draft: Work) -> None:
    write(draft, "Uno\r\ndos\x00")
    assert (draft.draft, draft.draft_saved_at, draft.state) == ("Uno\ndos", NOW, "draft")


def test_a_page_that_began_from_an_older_text_does_not_overwrite_a_newer_one(draft: Work) -> None:
    old = draft.draft_mark
    write(draft, "Lo de la otra ventana")
    with pytest.raises(services.OverwriteError, match="another window"):
        services.save_draft(draft, "Lo de esta", began_from=old)
    services.save_draft(draft, "Lo de la otra ventana", began_from=old)  # the same text overwrites nothing
    assert draft.draft == "Lo de la otra ventana"


def test_a_text_has_an_end(draft: Work) -> None:
    with pytest.raises(DomainError, match=r"50,?000"):
        write(draft, "x" * 50_001)


def test_nothing_is_begun_before_the_opening_nor_after_a_strict_due_instant(cast: Cast) -> None:
    cast.assignment.opens_at, cast.assignment.opens_zone = NOW + timedelta(days=1), "America/Santiago"
    with pytest.raises(ClosedError, match=r"not open yet.*Santiago"):
        services.begin(cast.assignment, cast.lucias)
    cast.assignment.opens_at, cast.assignment.opens_zone = None, None
    cast.assignment.due_at, cast.assignment.due_zone, cast.assignment.strict = NOW, "America/Santiago", True
    with pytest.raises(ClosedError, match=r"closed on.*Santiago"):
        services.begin(cast.assignment, cast.lucias)


def test_to_begin_again_is_to_have_the_same_work(cast: Cast, draft: Work) -> None:
    assert services.begin(cast.assignment, cast.lucias) is draft
    assert services.begin(cast.assignment, cast.martins) is not draft


# --- files


def test_a_file_is_kept_whole_with_its_receipt(draft: Work) -> None:
    file = attach(draft, documents.DOCX, "C:\\tmp\\Informe  final.docx")
    assert (file.name, file.kind, file.size, file.uploaded_at) == (
        "Informe final.docx",
        "docx",
        len(documents.DOCX),
        NOW,
    )
    with storage.read(file.key) as stored:
        assert stored.read() == documents.DOCX


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (documents.HTML, "plan.pdf", "What is inside plan.pdf is not one of these: pdf, docx, png"),
        (documents.EXE, "plan.exe", "is not one of these"),
        (documents.ODT, "plan.odt", "is not one of these"),
        (documents.PNG, "plan.pdf", "in truth a png"),
        (documents.bomb(), "plan.docx", "is not one of these"),
        (b"", "plan.pdf", "plan.pdf is empty"),
        (documents.PDF, "///", "Choose a file first"),
        (documents.PDF + bytes(21_000_000), "plan.pdf", "bigger than 20 MB"),
    ],
    ids=["page as pdf", "program", "kind not asked for", "picture as pdf", "bomb", "empty", "no name", "too big"],
)
def test_a_wrong_file_is_refused_and_nothing_is_kept(draft: Work, content: bytes, name: str, sentence: str) -> None:
    before = set(storage.keys(older_than=-timedelta(days=999)))
    with pytest.raises(DomainError, match=sentence):
        attach(draft, content, name)
    assert draft.draft_files == []
    assert set(storage.keys(older_than=-timedelta(days=999))) == before


def test_a_draft_takes_as_many_files_as_the_assignment_says_and_a_removed_one_gives_its_place(draft: Work) -> None:
    first = attach(draft)
    attach(draft)
    with pytest.raises(DomainError, match="has its 2 files"):
        attach(draft)
    services.detach(first)
    db.session.refresh(draft)
    attach(draft)
    assert len(draft.draft_files) == 2


# --- handing in


def test_handing_in_freezes_the_text_and_the_files_as_a_version(draft: Work) -> None:
    write(draft, "El arroyo crece cada marzo.")
    file = attach(draft)
    version = services.submit(draft, by=draft.enrolment.user)
    write(draft, "Otra cosa")
    services.detach(file)
    assert (version.version, version.text, version.files) == (1, "El arroyo crece cada marzo.", [file])
    assert (draft.state, draft.submitted_at, draft.draft_files) == ("submitted", NOW, [])


def test_an_empty_draft_is_not_handed_in(draft: Work) -> None:
    write(draft, " \n ")
    with pytest.raises(DomainError, match="nothing to hand in"):
        services.submit(draft, by=draft.enrolment.user)


def test_a_second_click_gives_the_version_that_is_there_even_after_the_due_instant(cast: Cast, draft: Work) -> None:
    write(draft, "Listo")
    first = services.submit(draft, by=cast.lucia)
    cast.assignment.due_at, cast.assignment.due_zone, cast.assignment.strict = NOW, "America/Montevideo", True
    assert services.submit(draft, by=cast.lucia) is first
    assert db.session.scalar(select(func.count()).select_from(Submission)) == 1


def test_until_a_tutor_has_it_what_was_handed_in_can_be_replaced(cast: Cast, waiting: Work) -> None:
    write(waiting, "Mejor así")
    assert services.submit(waiting, by=cast.lucia).version == 2
    services.claim(waiting, by=cast.renata)
    with pytest.raises(DomainError, match="A tutor is reviewing"):
        write(waiting, "Otra vez")


def test_after_changes_were_requested_a_correction_is_accepted_until_the_edition_ends(
    cast: Cast, waiting: Work, marked: Judgement
) -> None:
    cast.assignment.due_at, cast.assignment.due_zone = NOW + timedelta(hours=1), "America/Montevideo"
    cast.assignment.strict = True
    services.claim(waiting, by=cast.renata)
    services.request_changes(waiting, marked, by=cast.renata)
    with clock.stopped(NOW + timedelta(days=5)):
        with pytest.raises(DomainError, match="the same as what you handed in"):
            services.submit(waiting, by=cast.lucia)
        write(waiting, "Corregido")
        assert services.submit(waiting, by=cast.lucia).version == 2
    assert waiting.state == "submitted"


def test_corrections_end_with_the_edition_and_the_refusal_names_the_instant(
    cast: Cast, waiting: Work, marked: Judgement
) -> None:
    services.claim(waiting, by=cast.renata)
    services.request_changes(waiting, marked, by=cast.renata)
    with (
        clock.stopped(factories.at("2026-12-10 23:59 America/Montevideo")),
        pytest.raises(DomainError, match=r"edition ended on.*Montevideo"),
    ):
        write(waiting, "Tarde")


# --- claims


def test_a_claim_is_one_tutors_until_they_leave_it_or_another_takes_it_over(cast: Cast, waiting: Work) -> None:
    services.claim(waiting, by=cast.renata)
    services.claim(waiting, by=cast.renata)
    with pytest.raises(services.TakenError, match="Renata Araucaria Molle has this work since"):
        services.claim(waiting, by=cast.gabriela)
    with pytest.raises(services.TakenError, match="Renata"):
        services.release(waiting, by=cast.gabriela)
    services.take_over(waiting, by=cast.gabriela)
    assert waiting.claimed_by is cast.gabriela
    with pytest.raises(services.TakenError, match="Gabriela"):
        services.save_review(waiting, Judgement(), by=cast.renata)
    services.release(waiting, by=cast.gabriela)
    assert (waiting.claimed_by, waiting.claimed_at) == (None, None)
    with pytest.raises(services.TakenError, match="Nobody has"):
        services.save_review(waiting, Judgement(), by=cast.gabriela)


@pytest.mark.parametrize("verb", [services.claim, services.take_over])
def test_only_what_waits_can_be_claimed(cast: Cast, verb: Callable[..., None]) -> None:
    work = factories.work(cast.assignment, cast.lucias, state="approved")
    with pytest.raises(DomainError, match="no longer waiting"):
        verb(work, by=cast.renata)


def test_the_next_work_is_the_free_one_that_waits_longest_in_the_same_edition(cast: Cast) -> None:
    taken = factories.work(cast.assignment, cast.lucias, submitted_at=NOW - timedelta(days=3))
    services.claim(taken, by=cast.gabriela)
    free = factories.work(cast.assignment, cast.martins, submitted_at=NOW - timedelta(days=2))
    assert services.claim_next("novena", by=cast.renata) is free
    assert free.claimed_by is cast.renata
    assert services.claim_next("octava", by=cast.renata) is None


# --- reviews


def test_a_draft_of_a_review_is_saved_as_often_as_it_takes_in_one_row(cast: Cast, waiting: Work) -> None:
    services.claim(waiting, by=cast.renata)
    first, second = cast.assignment.criteria
    services.save_review(waiting, Judgement(levels={first.id: first.levels[2].id}, comment="Bien"), by=cast.renata)
    services.take_over(waiting, by=cast.gabriela)
    review = services.save_review(waiting, Judgement(notes={second.id: "¿Cuándo?"}), by=cast.gabriela)
    db.session.expire_all()
    assert db.session.scalars(select(Review)).all() == [review]
    assert (review.reviewer, review.comment, review.points, review.released_at) == (cast.gabriela, "", 0, None)
    assert {mark.criterion_id: mark.comment for mark in review.marks} == {first.id: "", second.id: "¿Cuándo?"}


def test_comments_have_an_end(cast: Cast, waiting: Work) -> None:
    services.claim(waiting, by=cast.renata)
    with pytest.raises(DomainError, match="At most"):
        services.save_review(waiting, Judgement(comment="x" * 20_001), by=cast.renata)


def test_approving_needs_a_level_for_every_criterion(cast: Cast, waiting: Work, marked: Judgement) -> None:
    services.claim(waiting, by=cast.renata)
    del marked.levels[cast.assignment.criteria[1].id]
    with pytest.raises(DomainError, match="Missing: 2"):
        services.approve(waiting, marked, by=cast.renata)


def test_requesting_changes_needs_a_comment_but_no_level(cast: Cast, waiting: Work) -> None:
    services.claim(waiting, by=cast.renata)
    with pytest.raises(DomainError, match="Write a comment"):
        services.request_changes(
            waiting, Judgement(comment="  ", private_note="Copiado de otra ciudad"), by=cast.renata
        )
    services.request_changes(waiting, Judgement(comment="Diga de dónde sale el dato."), by=cast.renata)
    assert (waiting.state, waiting.claimed_by) == ("changes_requested", None)


def test_a_released_review_is_frozen_and_mailed_once_in_the_participants_language_and_zone(
    cast: Cast, waiting: Work, marked: Judgement
) -> None:
    cast.lucia.language, cast.lucia.zone = "pt", "America/Sao_Paulo"
    marked.private_note = "No se muestra"
    services.claim(waiting, by=cast.renata)
    review = services.request_changes(waiting, marked, by=cast.renata)
    mail = db.session.scalars(select(Message)).one()
    assert (review.outcome, review.released_at, review.points) == ("changes_requested", NOW, 2)
    assert (mail.kind, mail.address, mail.language) == ("assessments/assignments/reviewed", "lucia@example.org", "pt")
    assert mail.once == f"review-{review.id}"
    assert "/ediciones/novena/tareas/assignment-mapa" in mail.text
    assert "Muy concreto" in mail.text
    assert "São Paulo" in mail.text
    assert "No se muestra" not in mail.text + mail.html
    assert "(pt)" in mail.subject
    with pytest.raises(DomainError, match="no longer waiting"):
        services.approve(waiting, marked, by=cast.renata)


def test_progress_tells_the_state_of_each_work_and_since_when(cast: Cast, waiting: Work, marked: Judgement) -> None:
    def state() -> list[tuple[object, ...]]:
        rows = db.session.execute(PROGRESS[0](cast.edition.id)).all()
        return [tuple(row) for row in rows if row.enrolment_id == cast.lucias.id]

    key = (cast.lucias.id, cast.assignment.id)
    empty = services.begin(cast.assignment, cast.martins)
    assert state() == [(*key, "waiting", NOW)]
    services.claim(waiting, by=cast.renata)
    with clock.stopped(NOW + timedelta(hours=1)):
        services.request_changes(waiting, marked, by=cast.renata)
    assert state() == [(*key, "returned", NOW + timedelta(hours=1))]
    with clock.stopped(NOW + timedelta(hours=2)):
        write(waiting, "Corregido")
        services.submit(waiting, by=cast.lucia)
        services.claim(waiting, by=cast.renata)
        services.approve(waiting, marked, by=cast.renata)
    assert state() == [(*key, "done", NOW + timedelta(hours=2))]
    assert len(db.session.execute(PROGRESS[0](cast.edition.id)).all()) == 1
    attach(empty)
    assert {row.state for row in db.session.execute(PROGRESS[0](cast.edition.id))} == {"done", "part"}
    assert db.session.execute(PROGRESS[0](cast.other.id)).all() == []


# --- at the same moment, for real


def together(app: Flask, *verbs: Callable[[], object]) -> list[object]:
    """What each verb gave, or refused with, when all of them began at the same moment."""
    line, answers = Barrier(len(verbs)), []

    def run(verb: Callable[[], object]) -> None:
        with app.app_context(), clock.stopped(NOW):
            line.wait(timeout=10)
            try:
                answers.append(verb())
                db.session.commit()
            except DomainError as refusal:
                db.session.rollback()
                answers.append(type(refusal).__name__)

    threads = [Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


@pytest.mark.committed
def test_two_tutors_who_claim_at_the_same_moment_are_told_apart(own_school: Flask) -> None:
    with own_school.app_context(), clock.stopped(NOW):
        cast = Cast.gather()
        work_id = factories.work(cast.assignment, cast.lucias).id
        tutors = [cast.renata.id, cast.gabriela.id]

    def claiming(tutor_id: int) -> Callable[[], object]:
        def verb() -> object:
            work = db.session.get_one(Work, work_id)
            services.claim(work, by=db.session.get_one(User, tutor_id))
            return tutor_id

        return verb

    answers = together(own_school, *map(claiming, tutors))
    with own_school.app_context():
        assert sorted(map(str, answers)) == sorted(["TakenError", str(db.session.get_one(Work, work_id).claimed_by_id)])


@pytest.mark.committed
def test_two_tutors_who_go_on_with_the_next_get_different_works(own_school: Flask) -> None:
    with own_school.app_context(), clock.stopped(NOW):
        cast = Cast.gather()
        works = {factories.work(cast.assignment, each).id for each in (cast.lucias, cast.martins)}
        tutors = [cast.renata.id, cast.gabriela.id]

    def next_for(tutor_id: int) -> Callable[[], object]:
        def verb() -> object:
            work = services.claim_next("novena", by=db.session.get_one(User, tutor_id))
            return work and work.id

        return verb

    assert set(together(own_school, *map(next_for, tutors))) == works


@pytest.mark.committed
def test_a_double_click_hands_in_once_although_not_even_the_work_was_there(own_school: Flask) -> None:
    with own_school.app_context(), clock.stopped(NOW):
        cast = Cast.gather()
        assignment_id, enrolment_id, lucia_id = cast.assignment.id, cast.lucias.id, cast.lucia.id

    def hand_in() -> object:
        enrolment = db.session.get_one(type(cast.lucias), enrolment_id)
        work = services.begin(db.session.get_one(Assignment, assignment_id), enrolment)
        services.save_draft(work, "El arroyo crece.", began_from=Work(draft="").draft_mark)
        return services.submit(work, by=db.session.get_one(User, lucia_id)).version

    assert together(own_school, hand_in, hand_in) == [1, 1]
    with own_school.app_context():
        assert db.session.scalar(select(func.count()).select_from(Submission)) == 1
