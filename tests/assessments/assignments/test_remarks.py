from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escuela.assessments.assignments import services
from escuela.assessments.assignments.models import Work, WorkFile
from escuela.assessments.assignments.remarks import Passage, located, passages
from escuela.assessments.assignments.review_models import Remark, Rendition
from escuela.extensions import db
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
TEXT = "El agua sube.\nEl agua baja."
SCRIPT = {"Accept": "application/json"}


@pytest.fixture
def work(cast: Cast) -> Work:
    return factories.work(cast.assignment, cast.lucias, text=TEXT)


@pytest.fixture
def desk(cast: Cast, as_: As, work: Work) -> str:
    """Renata has it."""
    address = f"/ediciones/novena/revisiones/{work.id}"
    as_(cast.renata).post(f"{address}/reclamar")
    return address


@pytest.fixture
def plan(cast: Cast, work: Work) -> WorkFile:
    """A PDF of two pages among what was handed in."""
    receipt = {"size": 9, "sha256": "0" * 64, "key": "1" * 40, "uploaded_at": NOW, "uploaded_by_id": cast.lucia.id}
    file = factories.saved(WorkFile(work=work, name="plan.pdf", kind="pdf", **receipt))
    factories.saved(Rendition(file=file, state="made", pages=2, made_at=NOW))
    work.submissions[0].files.append(file)
    db.session.commit()
    return file


def the_remark() -> Remark:
    return db.session.query(Remark).one()


# --- where words stand


def test_words_are_found_where_they_are_said_to_be_or_at_the_nearest_place() -> None:
    assert located(TEXT, "El agua", 14) == (14, 21)
    assert located(TEXT, "El agua", 12) == (14, 21)
    assert located(TEXT, "El agua") == (0, 7)
    assert located(TEXT, "sube. El   agua") == (8, 21)  # as a browser copies a line end
    assert located(TEXT, "el viento") is None
    assert located(TEXT, " ") is None


texts = st.text(alphabet="ab \n", min_size=1, max_size=30)


@given(text=texts, spans=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=4))
def test_a_text_cut_at_its_remarks_is_the_same_text_and_each_remark_ends_once(
    text: str, spans: list[tuple[int, int]]
) -> None:
    remarks = [
        Remark(start=min(a, b), stop=max(a, b), quote=text[min(a, b) : max(a, b)])
        for a, b in spans
        if text[min(a, b) : max(a, b)].strip()
    ]
    found = passages(text, remarks)
    assert "".join(each.text for each in found) == text
    for number, remark in enumerate(remarks, 1):
        assert "".join(each.text for each in found if number in each.numbers) == remark.quote
        assert sum(number in each.ends for each in found) == 1


def test_overlapping_remarks_share_the_words_that_both_speak_of() -> None:
    remarks = [Remark(start=0, stop=7, quote="El agua"), Remark(start=3, stop=12, quote="agua sube")]
    assert passages(TEXT, remarks)[:3] == [
        Passage("El ", (1,)),
        Passage("agua", (1, 2), (1,)),
        Passage(" sube", (2,), (2,)),
    ]


# --- on the desk


def test_a_comment_on_selected_words_is_marked_in_the_text_and_keeps_the_rest_that_was_typed(
    cast: Cast, as_: As, desk: str
) -> None:
    renata = as_(cast.renata)
    sent = {"quote": "El agua", "start": "14", "new_remark": "¿Desde cuándo?", "comment": "Buen comienzo."}
    answer = renata.post(f"{desk}/comentarios", data=sent)
    assert (answer.status_code, answer.location) == (303, f"{desk}#c{the_remark().id}")
    page = renata.get(desk).text
    assert f'{TEXT[:14]}<mark>El agua</mark><sup><a href="#c{the_remark().id}"' in page
    assert "Buen comienzo.</textarea>" in page
    renata.post(f"{desk}/borrador", data={f"remark-{the_remark().id}": "¿Desde qué año?", "remark-999": "nada"})
    assert the_remark().text == "¿Desde qué año?"


def test_words_that_are_not_in_the_text_are_refused_with_everything_typed(cast: Cast, as_: As, desk: str) -> None:
    renata = as_(cast.renata)
    for wrong in (
        {"quote": "El viento", "new_remark": "¿Desde cuándo?"},
        {"quote": "", "new_remark": "¿Desde cuándo?"},
        {"quote": "El agua", "new_remark": " "},
        {"quote": "El agua", "new_remark": "x" * 5001},
        {"place": "999-1", "new_remark": "¿Desde cuándo?"},
        {"place": "x-y", "new_remark": "¿Desde cuándo?"},
    ):
        refused = renata.post(f"{desk}/comentarios", data={**wrong, "comment": "Buen comienzo."})
        assert refused.status_code == 422
        assert "Buen comienzo.</textarea>" in refused.text
        assert f"{wrong['new_remark']}</textarea>" in refused.text
    assert db.session.query(Remark).count() == 0


def test_a_comment_on_a_spot_of_a_page_is_drawn_on_it(cast: Cast, as_: As, desk: str, plan: WorkFile) -> None:
    renata = as_(cast.renata)
    sent = {"place": f"{plan.id}-2", "x": "34.5", "y": "62,1", "new_remark": "Falta la escala."}
    renata.post(f"{desk}/comentarios", data=sent)
    remark = the_remark()
    assert (remark.page, remark.x, remark.y) == (2, 345, 621)
    page = renata.get(desk).text
    assert f'id="m{remark.id}"' in page
    assert 'cx="34.5%" cy="62.1%"' in page
    for outside in ({"x": "101", "y": "3"}, {"x": "nan", "y": "3"}, {"x": "", "y": ""}):
        renata.post(f"{desk}/comentarios", data={**sent, **outside})
    assert {each.x for each in db.session.query(Remark) if each.id != remark.id} == {None}  # of the page as a whole
    assert renata.post(f"{desk}/comentarios", data={**sent, "place": f"{plan.id}-3"}).status_code == 422


def test_a_comment_is_taken_out_and_an_emptied_one_goes_when_it_is_decided(cast: Cast, as_: As, desk: str) -> None:
    renata = as_(cast.renata)
    for text in ("uno", "dos"):
        renata.post(f"{desk}/comentarios", data={"quote": "El agua", "new_remark": text})
    first, second = db.session.scalars(db.select(Remark.id).order_by(Remark.id))
    for _twice in range(2):
        renata.post(f"{desk}/comentarios/{first}/quitar")
    assert the_remark().id == second
    renata.post(f"{desk}/devolver", data={f"remark-{second}": "", "comment": "Siga."})
    assert db.session.query(Remark).count() == 0


def test_a_comment_that_was_written_and_not_added_goes_along_with_every_button(cast: Cast, as_: As, desk: str) -> None:
    renata = as_(cast.renata)
    composed = {"quote": "El agua", "new_remark": "¿Desde cuándo?", "comment": "Siga."}
    renata.post(f"{desk}/borrador", data=composed, headers=SCRIPT)  # by itself it adds nothing
    assert db.session.query(Remark).count() == 0
    refused = renata.post(f"{desk}/devolver", data={**composed, "quote": "El viento"})
    assert refused.status_code == 422
    assert "¿Desde cuándo?</textarea>" in refused.text
    renata.post(f"{desk}/devolver", data=composed)
    assert (the_remark().text, the_remark().review.outcome) == ("¿Desde cuándo?", "changes_requested")


def test_the_participant_sees_the_page_of_a_comment_on_a_spot(cast: Cast, as_: As, desk: str, plan: WorkFile) -> None:
    sent = {"place": f"{plan.id}-2", "x": "34.5", "y": "62.1", "new_remark": "Falta la escala."}
    as_(cast.renata).post(f"{desk}/devolver", data={**sent, "comment": "Siga."})
    page = as_(cast.lucia).get("/ediciones/novena/tareas/assignment-mapa").text
    assert f"archivos/{plan.id}/paginas/2.png" in page
    assert 'cx="34.5%" cy="62.1%"' in page


def test_the_participant_reads_the_comments_with_the_words_they_speak_of(cast: Cast, as_: As, desk: str) -> None:
    renata = as_(cast.renata)
    renata.post(f"{desk}/comentarios", data={"quote": "El agua", "new_remark": "¿Desde cuándo?"})
    assert "¿Desde cuándo?" not in as_(cast.lucia).get("/ediciones/novena/tareas/assignment-mapa").text
    as_(cast.renata).post(f"{desk}/devolver", data={"comment": "Siga.", f"remark-{the_remark().id}": "¿Desde cuándo?"})
    page = as_(cast.lucia).get("/ediciones/novena/tareas/assignment-mapa").text
    assert "¿Desde cuándo?" in page
    assert '<q class="quoted">El agua</q>' in page


def test_a_draft_that_was_left_goes_on_with_the_next_version_and_finds_its_words_again(
    cast: Cast, as_: As, work: Work, desk: str
) -> None:
    renata = as_(cast.renata)
    renata.post(f"{desk}/comentarios", data={"quote": "El agua", "start": "14", "new_remark": "¿Desde cuándo?"})
    renata.post(f"{desk}/soltar", data={"comment": "A medias."})
    services.save_draft(work, f"Hola. {TEXT}", began_from=work.draft_mark)
    services.submit(work, by=cast.lucia)
    db.session.commit()
    as_(cast.renata).post(f"{desk}/reclamar")
    as_(cast.renata).post(f"{desk}/borrador", data={"comment": "A medias."})
    page = as_(cast.renata).get(desk).text
    assert "A medias.</textarea>" in page
    assert "sube.\n<mark>El agua</mark>" in page
    assert the_remark().review.submission.version == 2


def test_what_changed_since_the_reviewed_version_is_told_on_the_desk(
    cast: Cast, as_: As, work: Work, desk: str, plan: WorkFile
) -> None:
    as_(cast.renata).post(f"{desk}/devolver", data={"comment": "Siga."})
    services.save_draft(work, "El agua sube mucho.", began_from=work.draft_mark)
    services.submit(work, by=cast.lucia)
    work.submissions[0].files, work.submissions[1].files = [], [plan]
    db.session.commit()
    page = as_(cast.renata).get(f"{desk}?cambios=1").text
    for words in ("<del>sube.", "mucho.</ins>", "File that came in: <ins>plan.pdf</ins>"):
        assert words in page
    assert "<del>" not in as_(cast.renata).get(desk).text


def test_only_who_has_the_work_comments_on_it(cast: Cast, as_: As, desk: str) -> None:
    posts = [f"{desk}/comentarios", f"{desk}/comentarios/1/quitar", f"{desk}/siguiente", f"{desk}/recuperar"]
    for person in (cast.lucia, cast.martin, cast.rocio, cast.thiago):
        assert [as_(person).post(each).status_code for each in posts] == [404] * 4
    assert [as_(None).post(each).status_code for each in posts] == [401] * 4
    refused = as_(cast.gabriela).post(posts[0], data={"quote": "El agua", "new_remark": "Yo también"})
    assert refused.status_code == 422
    assert "Renata Araucaria Molle" in refused.text
    assert db.session.query(Remark).count() == 0


def test_going_on_keeps_the_draft_and_takes_the_next_work(cast: Cast, as_: As, work: Work, desk: str) -> None:
    following = factories.work(cast.assignment, cast.martins)
    renata = as_(cast.renata)
    assert renata.post(f"{desk}/siguiente", data={"comment": "A medias."}).location.endswith(f"/{following.id}")
    assert "A medias.</textarea>" in renata.get(desk).text
    back = renata.post(f"/ediciones/novena/revisiones/{following.id}/siguiente")
    assert back.location.endswith(f"/{work.id}")
    assert f'href="{desk}" data-key="p"' in renata.get(f"/ediciones/novena/revisiones/{following.id}").text
