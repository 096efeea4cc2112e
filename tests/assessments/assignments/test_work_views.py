from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest

from escuela import clock
from escuela.assessments.assignments import services
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import Submission, Work, WorkFile, mark_of
from escuela.extensions import db
from escuela.people.models import User
from tests import factories
from tests.assessments.assignments import documents
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
SCRIPT = {"Accept": "application/json"}
POSTS = ["borrador", "archivos", "entregar", "archivos/1/quitar"]


def typed(text: str, before: str = "", **more: object) -> dict[str, object]:
    return {"text": text, "began_from": mark_of(before), **more}


def sent(content: bytes = documents.PDF, name: str = "plan.pdf") -> tuple[BytesIO, str]:
    return BytesIO(content), name


def the_work() -> Work:
    return db.session.query(Work).one()


def test_a_participant_reads_what_to_do_by_when_in_both_zones_and_how_it_is_reviewed(cast: Cast, as_: As) -> None:
    cast.assignment.due_at, cast.assignment.due_zone = NOW + timedelta(days=3), "America/Santiago"
    db.session.commit()
    page = as_(cast.lucia).get(PAGE).text
    for words in ("Escriba una página", "Santiago", "Montevideo", "Acciones claras", "Sólido", "Descriptor", "20 MB"):
        assert words in page


@pytest.mark.parametrize("name", ["renata", "gabriela", "elena"])
def test_who_teaches_sees_the_page_without_a_place_to_write(cast: Cast, as_: As, name: str) -> None:
    person = getattr(cast, name)
    answer = as_(person).get(PAGE)
    assert answer.status_code == 200
    assert "<textarea" not in answer.text
    for path in POSTS:
        assert as_(person).post(f"{PAGE}/{path}", data=typed("x")).status_code == 403


def test_a_stranger_finds_nothing(cast: Cast, as_: As) -> None:
    for person in (cast.rocio, cast.thiago):
        assert as_(person).get(PAGE).status_code == 404
        for path in POSTS:
            assert as_(person).post(f"{PAGE}/{path}", data=typed("x")).status_code == 404
    assert as_(cast.lucia).get("/ediciones/octava/tareas/assignment-mapa").status_code == 404
    assert as_(cast.lucia).get("/ediciones/novena/tareas/leccion").status_code == 404


def test_a_visitor_is_asked_to_sign_in(cast: Cast, as_: As) -> None:
    visitor = as_(None)
    for address in (PAGE, f"{PAGE}/archivos/1"):
        assert visitor.get(address).status_code == 303
        assert "/ingresar" in visitor.get(address).location
    for path in POSTS:
        assert visitor.post(f"{PAGE}/{path}").status_code == 401


def test_somebody_who_withdrew_finds_nothing(cast: Cast, as_: As) -> None:
    cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", NOW
    db.session.commit()
    assert as_(cast.lucia).get(PAGE).status_code == 404


# --- the draft


def test_the_script_saves_a_draft_and_is_told_when_and_what_it_saved(cast: Cast, as_: As) -> None:
    answer = as_(cast.lucia).post(f"{PAGE}/borrador", data=typed("El arroyo"), headers=SCRIPT)
    assert (answer.status_code, answer.json["began_from"]) == (200, mark_of("El arroyo"))
    assert "12:00" in answer.json["message"]
    assert "Montevideo" in answer.json["message"]
    assert "El arroyo</textarea>" in as_(cast.lucia).get(PAGE).text


def test_without_scripts_a_button_saves_the_draft(cast: Cast, as_: As) -> None:
    answer = as_(cast.lucia).post(f"{PAGE}/borrador", data=typed("El arroyo"))
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert the_work().draft == "El arroyo"


def test_an_old_window_is_told_so_and_keeps_what_was_typed_in_it(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    lucia.post(f"{PAGE}/borrador", data=typed("De la otra"))
    refused = lucia.post(f"{PAGE}/borrador", data=typed("De esta"))
    assert refused.status_code == 422
    assert "De esta</textarea>" in refused.text
    assert mark_of("De la otra") in refused.text
    assert lucia.post(f"{PAGE}/borrador", data=typed("De esta"), headers=SCRIPT).status_code == 409
    assert the_work().draft == "De la otra"


def test_a_text_that_is_too_long_comes_back_whole(cast: Cast, as_: As) -> None:
    long = "x" * 50_001
    refused = as_(cast.lucia).post(f"{PAGE}/borrador", data=typed(long))
    assert refused.status_code == 422
    assert long in refused.text
    assert db.session.query(Work).count() == 0


def test_a_closed_assignment_refuses_at_the_instant_and_names_both_zones(cast: Cast, as_: As) -> None:
    due = NOW + timedelta(hours=1)
    cast.assignment.due_at, cast.assignment.due_zone, cast.assignment.strict = due, "America/Santiago", True
    db.session.commit()
    with clock.stopped(due - timedelta(seconds=1)):
        assert as_(cast.lucia).post(f"{PAGE}/borrador", data=typed("A tiempo")).status_code == 303
    with clock.stopped(due):
        refused = as_(cast.lucia).post(f"{PAGE}/entregar", data=typed("A tiempo"))
        page = as_(cast.lucia).get(PAGE).text
    assert refused.status_code == 422
    assert "Santiago" in refused.text
    assert "Montevideo" in refused.text
    assert "<textarea" not in page


def test_before_it_opens_a_participant_reads_when_and_nothing_else(cast: Cast, as_: As) -> None:
    cast.assignment.opens_at, cast.assignment.opens_zone = NOW + timedelta(days=1), "America/Santiago"
    db.session.commit()
    page = as_(cast.lucia).get(PAGE).text
    assert "Escriba una página" not in page
    assert "Santiago" in page
    assert as_(cast.lucia).post(f"{PAGE}/borrador", data=typed("x"), headers=SCRIPT).status_code == 409
    assert "Escriba una página" in as_(cast.renata).get(PAGE).text


# --- files


def test_a_file_arrives_with_a_receipt_and_with_the_text_of_the_page(cast: Cast, as_: As) -> None:
    answer = as_(cast.lucia).post(f"{PAGE}/archivos", data=typed("El arroyo", file=sent()))
    assert answer.status_code == 303
    file = db.session.query(WorkFile).one()
    page = as_(cast.lucia).get(PAGE).text
    assert the_work().draft == "El arroyo"
    for words in ("plan.pdf", "1 KB", file.sha256[:12], f"{PAGE}/archivos/{file.id}"):
        assert words in page


def test_the_script_gets_the_list_of_files_as_it_is_now(cast: Cast, as_: As) -> None:
    answer = as_(cast.lucia).post(f"{PAGE}/archivos", data={"file": sent()}, headers=SCRIPT)
    assert answer.status_code == 200
    assert "plan.pdf" in answer.json["html"]
    assert "plan.pdf" in answer.json["message"]


@pytest.mark.parametrize(
    ("file", "words"),
    [(sent(documents.HTML), "plan.pdf"), (sent(b""), "plan.pdf"), (sent(b"", ""), ""), (None, "")],
    ids=["disguised", "empty", "without a name", "none"],
)
def test_a_refused_file_says_why_and_the_text_stays_on_the_page(
    cast: Cast, as_: As, file: tuple[BytesIO, str] | None, words: str
) -> None:
    data = typed("Lo que escribí", **({"file": (BytesIO(file[0].getvalue()), file[1])} if file else {}))
    answer = as_(cast.lucia).post(f"{PAGE}/archivos", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Lo que escribí</textarea>" in answer.text
    assert words in answer.text
    assert db.session.query(WorkFile).count() == 0


class Untouched(BytesIO):
    """The body of a request that nobody may read."""

    def read(self, *_: object) -> bytes:
        raise AssertionError


def test_a_request_that_is_too_big_is_refused_before_it_is_read(cast: Cast, as_: As) -> None:
    answer = as_(cast.lucia).post(
        f"{PAGE}/archivos",
        input_stream=Untouched(),
        environ_overrides={"CONTENT_LENGTH": "21300000"},
        content_type="multipart/form-data; boundary=x",
        headers=SCRIPT,
    )
    assert answer.status_code == 413
    assert answer.json["message"]


def test_a_removed_file_leaves_the_draft_and_stays_in_the_version(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    lucia.post(f"{PAGE}/archivos", data=typed("El arroyo", file=sent()))
    lucia.post(f"{PAGE}/entregar", data=typed("El arroyo", "El arroyo"))
    file = db.session.query(WorkFile).one()
    assert lucia.post(f"{PAGE}/archivos/{file.id}/quitar", data=typed("Más", "El arroyo")).status_code == 303
    assert (the_work().draft, the_work().draft_files) == ("Más", [])
    assert db.session.query(Submission).one().files == [file]
    assert lucia.post(f"{PAGE}/archivos/{file.id}/quitar").status_code == 404


def test_a_file_is_only_ever_saved_never_shown_and_only_by_its_people(cast: Cast, as_: As) -> None:
    as_(cast.lucia).post(f"{PAGE}/archivos", data={"file": sent(documents.PNG, "mapa del río.png")})
    address = f"{PAGE}/archivos/{db.session.query(WorkFile).one().id}"
    answer = as_(cast.lucia).get(address)
    assert (answer.status_code, answer.data) == (200, documents.PNG)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "mapa%20del%20r%C3%ADo.png" in answer.headers["Content-Disposition"]
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_length == len(documents.PNG)
    answer.close()
    for person in (cast.martin, cast.rocio, cast.thiago, cast.renata):  # a tutor has no business with a draft
        assert as_(person).get(address).status_code == 404
    as_(cast.lucia).post(f"{PAGE}/entregar", data=typed("Listo"))
    for person, status in ((cast.renata, 200), (cast.elena, 200), (cast.martin, 404), (cast.thiago, 404)):
        answer = as_(person).get(address)
        assert answer.status_code == status
        answer.close()


# --- handing in


def test_handing_in_saves_the_text_makes_a_version_and_says_so(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    answer = lucia.post(f"{PAGE}/entregar", data=typed("El arroyo crece."), follow_redirects=True)
    assert (the_work().state, the_work().draft) == ("submitted", "El arroyo crece.")
    assert "El arroyo crece." in answer.text


def test_a_double_click_hands_in_once(cast: Cast, as_: As) -> None:
    answers = [as_(cast.lucia).post(f"{PAGE}/entregar", data=typed("El arroyo crece.")) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert db.session.query(Submission).count() == 1


def test_nothing_cannot_be_handed_in(cast: Cast, as_: As) -> None:
    assert as_(cast.lucia).post(f"{PAGE}/entregar", data=typed("  ")).status_code == 422
    assert db.session.query(Work).count() == 0


def test_a_released_review_is_read_in_full_except_for_the_private_note(cast: Cast, as_: As) -> None:
    work = factories.work(cast.assignment, cast.lucias, text="Primera versión")
    first, second = cast.assignment.criteria
    judgement = Judgement(
        levels={first.id: first.levels[2].id},
        notes={second.id: "Diga el mes."},
        comment="Muy concreto.",
        private_note="Secreto",
    )
    services.claim(work, by=cast.renata)
    services.save_review(work, judgement, by=cast.renata)
    db.session.commit()
    assert "Muy concreto." not in as_(cast.lucia).get(PAGE).text
    services.request_changes(work, judgement, by=cast.renata)
    db.session.commit()
    page = as_(cast.lucia).get(PAGE).text
    for words in ("Muy concreto.", "Diga el mes.", "Sólido", "Descriptor", "Renata Araucaria Molle", "<textarea"):
        assert words in page
    assert "Secreto" not in page
    as_(cast.lucia).post(f"{PAGE}/entregar", data=typed("Segunda versión", "Primera versión"))
    page = as_(cast.lucia).get(PAGE).text
    assert "Primera versión" in page
    assert "Segunda versión" in page
    assert "Diga el mes." in page


def test_what_people_type_is_never_markup(cast: Cast, as_: As) -> None:
    factories.work(cast.assignment, cast.lucias, text="<script>alert(1)</script>")
    assert "<script>alert" not in as_(cast.lucia).get(PAGE).text


@pytest.mark.parametrize("versions", [1, 3])
def test_the_page_asks_as_much_for_three_versions_as_for_one(
    cast: Cast, as_: As, versions: int, count_queries: Callable
) -> None:
    work = factories.work(cast.assignment, cast.lucias, text="1")
    services.attach(work, BytesIO(documents.PDF), name="plan.pdf", by=cast.lucia)
    judgement = Judgement(comment="Siga")
    for number in range(2, versions + 2):
        services.claim(work, by=cast.renata)
        services.request_changes(work, judgement, by=cast.renata)
        db.session.refresh(work)
        services.save_draft(work, str(number), began_from=work.draft_mark)
        services.submit(work, by=cast.lucia)
    db.session.commit()
    lucia = as_(cast.lucia)
    with count_queries() as ran:
        lucia.get(PAGE)
    assert len(ran) == 17
