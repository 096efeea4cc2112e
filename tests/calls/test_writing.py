"""Writing a call: its texts, questions, criteria, and publishing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela.calls import questions as asking
from escuela.calls import services
from escuela.calls.models import Call, CallQuestion
from escuela.extensions import db
from escuela.people.history import history_of
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
Count = Callable[[], AbstractContextManager[list[str]]]
HERE = "/ediciones/novena/convocatoria"


def texts(**given: object) -> dict[str, object]:
    return {
        "title-es": "Convocatoria nueva",
        "title-pt": "Chamada nova",
        "title-en": "New call",
        "summary-es": "Postule su ciudad.",
        "text-es": "Veinte lugares.\r\n\r\n- Uno",
        "eligibility-es": "Personal municipal.",
        "places": "20",
        "zone": "America/Bogota",
        "opens": "2026-11-01T09:00",
        "closes": "2026-11-30T23:59",
        **given,
    }


def typed(question: CallQuestion | None = None, **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "text-es": "¿Cuántas personas viven allí?",
        "kind": "number",
        "required": "y",
        "shown": "",
    }
    if question is not None:
        values |= {"text-es": question.text["es"], "text-pt": question.text["pt"], "kind": question.kind}
        values |= options(*((each["key"], each["text"]["es"]) for each in question.options))
        values["shown"] = f"{question.shown_if}={question.shown_value}" if question.shown_if else ""
    return values | given


def options(*pairs: tuple[str, str]) -> dict[str, str]:
    found = {}
    for place, (key, text) in enumerate(pairs):
        found |= {f"options-{place}-key": key, f"options-{place}-es": text}
        if key:
            found[f"options-{place}-pt"] = f"{text} (pt)"
    return found


def changes(call: Call) -> list[Change]:
    return list(db.session.scalars(history_of(call)))


def the_call(cast: Cast) -> Call:
    return db.session.scalars(select(Call).where(Call.edition_id == cast.edition.id)).one()


@pytest.fixture
def locks() -> Iterator[None]:
    def lock(_call: Call) -> Any:
        return _l("An evaluation was given: the criteria rest.")

    services.LOCKS.append(lock)
    yield
    services.LOCKS.remove(lock)


@pytest.fixture
def answers() -> Iterator[None]:
    def two(_question: CallQuestion) -> int:
        return 2

    services.ANSWERED.append(two)
    yield
    services.ANSWERED.remove(two)


# --- who


PAGES = ("", "/nueva", "/textos", "/respuestas", "/vista", "/plazo", "/historia", "/preguntas", "/preguntas/nueva",
         "/criterios", "/criterios/nuevo")  # fmt: skip
ACTS = ("/publicar", "/plazo/extender", "/plazo/cerrar", "/plazo/reabrir", "/preguntas/habitual")


@pytest.mark.parametrize(("name", "status"), [("rocio", 404), ("thiago", 404), ("lucia", 403), ("renata", 403)])
def test_only_who_coordinates_the_edition_writes_its_call(as_: As, cast: Cast, name: str, status: int) -> None:
    call = factories.call(cast.edition, published_at=None)
    question = factories.call_question(call)
    rows = (f"/preguntas/{question.id}/mover", f"/preguntas/{question.id}/quitar", f"/preguntas/{question.id}")
    client = as_(getattr(cast, name))
    assert {client.get(HERE + page).status_code for page in PAGES} == {status}
    assert {client.post(HERE + page).status_code for page in (*ACTS, *rows)} == {status}
    assert the_call(cast).published_at is None


def test_the_coordinator_of_another_edition_is_a_stranger_to_it(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    other = factories.user("Otra Coordinadora")
    factories.staff(other, cast.other, "coordinator")
    assert as_(other).get(HERE).status_code == 404
    assert as_(other).get("/ediciones/octava/convocatoria").status_code == 200


def test_a_question_of_another_call_is_not_found(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    theirs = factories.call_question(factories.call(cast.other))
    assert as_(cast.gabriela).get(f"{HERE}/preguntas/{theirs.id}").status_code == 404
    assert as_(cast.gabriela).post(f"{HERE}/preguntas/{theirs.id}/quitar").status_code == 404


# --- the call


def test_a_call_begins_with_what_the_school_usually_says_asks_and_scores(as_: As, cast: Cast) -> None:
    client = as_(cast.gabriela)
    assert "This edition has no call yet" in client.get(HERE).text
    page = client.get(f"{HERE}/nueva").text
    assert "Convocatoria a la edición 9: Ciudades inteligentes" in page
    answer = client.post(f"{HERE}/nueva", data=texts())
    assert (answer.status_code, answer.location) == (303, HERE)
    call = the_call(cast)
    assert call.published_at is None
    assert call.title == {"es": "Convocatoria nueva", "pt": "Chamada nova", "en": "New call"}
    assert call.closes_at == factories.at("2026-11-30 23:59 America/Bogota")
    assert call.text["es"] == "Veinte lugares.\n\n- Uno"
    assert call.questions[0].slug == "carta-de-aval"
    assert all(set(each.text) == {"es", "pt", "en"} for each in call.questions)
    assert sum(each.weight for each in call.criteria) == 100
    [line] = changes(call)
    assert (line.verb, line.by_id) == ("call.created", cast.gabriela.id)


def test_an_edition_has_one_call(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    answer = as_(cast.gabriela).post(f"{HERE}/nueva", data=texts())
    assert answer.status_code == 422
    assert "has a call already" in answer.text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title-es": " "}, "Write it in the first language"),
        ({"title-es": "", "title-pt": "Só em português"}, "Write it in the first language"),
        ({"closes": "2026-11-01T08:59"}, "It closes before it opens"),
        ({"closes": "2026-11-31T08:59"}, "Write a day and an hour"),
        ({"zone": "America/Santiago", "opens": "2026-09-06T00:30"}, "the clocks skip it"),
        ({"zone": "Mars/Olympus"}, "Not a valid choice"),
        ({"places": "0"}, "From 1 to 5000"),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_stays(
    as_: As, cast: Cast, wrong: dict[str, object], sentence: str
) -> None:
    answer = as_(cast.gabriela).post(f"{HERE}/nueva", data=texts(**wrong))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Postule su ciudad." in answer.text
    assert db.session.scalar(select(Call.id)) is None


def test_changing_texts_is_in_the_history_with_what_they_were(as_: As, cast: Cast) -> None:
    factories.call(cast.edition, published_at=None)
    client = as_(cast.gabriela)
    assert client.post(f"{HERE}/textos", data=texts()).status_code == 303
    assert client.post(f"{HERE}/textos", data=texts()).status_code == 303
    [line] = changes(the_call(cast))
    assert line.before["places"] == 2
    assert line.after["closes_at"] == {"at": "2026-12-01T04:59:00+00:00", "zone": "America/Bogota"}
    page = client.get(f"{HERE}/historia").text
    assert "Gabriela Timbó Palo changed the call" in page
    assert "Title (Spanish)" in page
    assert "Monday, November 30, 23:59, Bogota time" in page


def test_a_published_deadline_does_not_move_with_the_texts(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition)
    before = (call.opens_at, call.closes_at, call.zone)
    client = as_(cast.gabriela)
    assert 'name="closes"' not in client.get(f"{HERE}/textos").text
    assert client.post(f"{HERE}/textos", data=texts()).status_code == 303
    call = the_call(cast)
    assert (call.opens_at, call.closes_at, call.zone) == before
    assert call.places == 20


def test_the_opening_of_an_announced_call_moves_but_not_past_its_closing(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition, opens_at=NOW + timedelta(days=1))
    client = as_(cast.gabriela)
    assert client.post(f"{HERE}/textos", data=texts(opens="2026-10-30T09:00")).status_code == 422
    assert client.post(f"{HERE}/textos", data=texts(opens="2026-10-22T09:00")).status_code == 303
    call = the_call(cast)
    assert call.opens_at == factories.at("2026-10-22 09:00 America/Montevideo")


# --- publishing


def test_publishing_is_refused_with_all_that_would_break(as_: As, cast: Cast) -> None:
    call = factories.call(
        cast.edition,
        published_at=None,
        title=factories.words("") | {"pt": "Só em português"},
        opens_at=NOW - timedelta(days=9),
        closes_at=NOW - timedelta(days=1),
    )
    call.criteria.clear()
    factories.call_question(call, "single", options=[])
    db.session.commit()
    client = as_(cast.gabriela)
    page = client.get(HERE).text
    answer = client.post(f"{HERE}/publicar")
    assert answer.status_code == 409
    for sentence in ("In Spanish it lacks the title", "It closes in the past", "It has no criteria", "fewer than two"):
        assert sentence in page
        assert sentence in answer.text
    assert 'form="publicar"' not in page
    assert the_call(cast).published_at is None
    assert changes(call) == []


def test_a_call_that_is_whole_is_published_once(as_: As, cast: Cast) -> None:
    factories.call(cast.edition, published_at=None)
    client = as_(cast.gabriela)
    assert "It asks for no document" in client.get(HERE).text
    assert 'form="publicar"' in client.get(HERE).text
    for _ in range(2):
        assert client.post(f"{HERE}/publicar").status_code == 303
    call = the_call(cast)
    assert call.published_at == NOW
    assert [line.verb for line in changes(call)] == ["call.published"]
    assert client.sign_in(None).get("/convocatorias/novena").status_code == 200


def test_the_preview_is_the_page_as_it_will_be_while_open(as_: As, cast: Cast) -> None:
    factories.call(cast.edition, published_at=None, opens_at=NOW + timedelta(days=1))
    page = as_(cast.gabriela).get(f"{HERE}/vista").text
    assert "So everybody will see it" in page
    assert "Call open" in page


# --- criteria


def test_criteria_are_added_changed_ordered_and_removed(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    client = as_(cast.gabriela)
    client.post(f"{HERE}/criterios/nuevo", data={"title-es": "Alcance", "weight": "50"})
    call = the_call(cast)
    assert [each.slug for each in call.criteria] == ["motivacion", "respaldo", "alcance"]
    last = call.criteria[2].id
    client.post(f"{HERE}/criterios/{last}", data={"title-es": "Alcance", "text-es": "A cuántos", "weight": "10"})
    assert client.post(f"{HERE}/criterios/{last}/mover", data={"place": "1"}).location.endswith(f"#fila-{last}")
    assert [each.slug for each in the_call(cast).criteria] == ["alcance", "motivacion", "respaldo"]
    client.post(f"{HERE}/criterios/{last}/mover", data={"place": "down"})
    client.post(f"{HERE}/criterios/{last}/quitar")
    assert [(each.slug, each.position) for each in the_call(cast).criteria] == [("motivacion", 1), ("respaldo", 2)]
    assert [line.verb.partition(".")[2] for line in changes(call)] == ["removed", "moved", "moved", "changed", "added"]


def test_scores_that_were_given_keep_their_criteria_and_scale(as_: As, cast: Cast, locks: None) -> None:
    call = factories.call(cast.edition)
    client, first = as_(cast.gabriela), call.criteria[0].id
    sentence = "An evaluation was given: the criteria rest."
    assert sentence in client.get(f"{HERE}/criterios").text
    for path, data in (
        ("nuevo", {"title-es": "Alcance", "weight": "50"}),
        (str(first), {"title-es": "Otra", "weight": "5"}),
        (f"{first}/mover", {"place": "down"}),
        (f"{first}/quitar", {}),
    ):
        answer = client.post(f"{HERE}/criterios/{path}", data=data)
        assert answer.status_code in {409, 422}
        assert sentence in answer.text
    rules = {"evaluations": "3", "scale": "5", "gap": "1,5"}
    assert client.post(f"{HERE}/criterios", data=rules).status_code == 422
    assert client.post(f"{HERE}/criterios", data=rules | {"scale": "10"}).status_code == 303
    call = the_call(cast)
    assert (call.evaluations, call.scale, call.gap) == (3, 10, 150)
    assert [each.slug for each in call.criteria] == ["motivacion", "respaldo"]


def test_a_published_call_keeps_its_last_criterion(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition)
    first, second = (each.id for each in call.criteria)
    client = as_(cast.gabriela)
    assert client.post(f"{HERE}/criterios/{first}/quitar").status_code == 303
    assert client.post(f"{HERE}/criterios/{second}/quitar").status_code == 409


def test_what_is_said_with_the_result_rests_once_it_is_out(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition)
    client = as_(cast.gabriela)
    said = {"accepted_note-es": "Bienvenida", "reply_days": "10"}
    assert client.post(f"{HERE}/respuestas", data=said).status_code == 303
    call = the_call(cast)
    assert (call.accepted_note, call.reply_days) == ({"es": "Bienvenida"}, 10)
    call.announced_at = call.reply_by_at = NOW
    db.session.commit()
    assert client.post(f"{HERE}/respuestas", data=said | {"reply_days": "1"}).status_code == 422


# --- questions


def test_a_question_of_each_kind_is_added_with_a_name_that_stays(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    client = as_(cast.gabriela)
    for kind in ("short", "long", "number", "date", "file", "consent"):
        assert client.post(f"{HERE}/preguntas/nueva", data=typed(kind=kind)).status_code == 303
    for kind in ("single", "multiple"):
        data = typed(kind=kind) | options(("", "Sí"), ("", "No"), ("", ""))
        assert client.post(f"{HERE}/preguntas/nueva", data=data).status_code == 303
    call = the_call(cast)
    assert [each.slug for each in call.questions][:2] == [
        "cuantas-personas-viven-alli",
        "cuantas-personas-viven-alli-2",
    ]
    assert [option["key"] for option in call.questions[-1].options] == ["si", "no"]
    first = call.questions[0]
    client.post(f"{HERE}/preguntas/{first.id}", data=typed(**{"text-es": "¿Cuántos barrios?"}))
    first = the_call(cast).questions[0]
    assert (first.slug, first.text["es"], first.kind) == ("cuantas-personas-viven-alli", "¿Cuántos barrios?", "number")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"text-es": ""}, "Write it in the first language"),
        ({"kind": "colour"}, "Not a valid choice"),
        ({"kind": "single", **options(("", "Sí"))}, "from two to 40 options"),
        ({"kind": "single", **options(("", "Sí"), ("", "x" * 201))}, "At most 200 characters"),
        ({"shown": "p9=a"}, "Not a valid choice"),
    ],
)
def test_a_question_that_cannot_be_is_told(as_: As, cast: Cast, wrong: dict[str, Any], sentence: str) -> None:
    factories.call(cast.edition)
    answer = as_(cast.gabriela).post(f"{HERE}/preguntas/nueva", data=typed() | wrong)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert the_call(cast).questions == []


def test_options_are_ordered_and_removed_without_saving(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    client = as_(cast.gabriela)
    data = typed(kind="single") | options(("", "Uno"), ("", "Dos"))
    page = client.post(f"{HERE}/preguntas/nueva", data=data | {"options-do": "up-1"})
    assert page.status_code == 200
    assert page.text.index("Dos") < page.text.index("Uno")
    page = client.post(f"{HERE}/preguntas/nueva", data=data | {"options-do": "drop-0"}).text
    assert 'value="Uno"' not in page
    assert "options-2-es" in client.post(f"{HERE}/preguntas/nueva", data=data | {"options-do": "add"}).text
    assert the_call(cast).questions == []


def test_a_question_waits_only_for_an_answer_that_comes_before_it(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition)
    first = factories.call_question(call, "single")
    second = factories.call_question(call)
    client = as_(cast.gabriela)
    assert client.post(f"{HERE}/preguntas/{second.id}", data=typed(second, shown="p1=b")).status_code == 303
    assert client.post(f"{HERE}/preguntas/{first.id}", data=typed(first, shown="p2=a")).status_code == 422
    assert client.post(f"{HERE}/preguntas/{second.id}/mover", data={"place": "up"}).status_code == 409
    assert client.post(f"{HERE}/preguntas/{first.id}/mover", data={"place": "2"}).status_code == 409
    removed = client.post(f"{HERE}/preguntas/{first.id}/quitar")
    assert removed.status_code == 409
    assert "«Pregunta 2» is asked only after an answer to «Pregunta 1»" in removed.text
    without_b = typed(first, kind="single") | options(("a", "Opción a"), ("", "Otra"))
    del without_b["options-1-key"]
    assert client.post(f"{HERE}/preguntas/{first.id}", data=without_b).status_code == 422
    assert client.post(f"{HERE}/preguntas/{first.id}", data=typed(kind="short")).status_code == 422
    call = the_call(cast)
    assert [(each.slug, each.position, each.shown_if) for each in call.questions] == [("p1", 1, None), ("p2", 2, "p1")]
    assert len(call.questions[0].options) == 2


def test_a_question_that_was_answered_stays_and_keeps_its_kind_and_options(as_: As, cast: Cast, answers: None) -> None:
    call = factories.call(cast.edition)
    row = factories.call_question(call, "single")
    path, client = f"{HERE}/preguntas/{row.id}", as_(cast.gabriela)
    assert "2 applications that were handed in answer this question" in client.get(path).text
    assert client.post(f"{path}/quitar").status_code == 409
    for wrong in ({"kind": "multiple"}, {"options-0-es": "Otra cosa"}, {"options-0-es": "", "options-0-pt": ""}):
        answer = client.post(
            path, data=typed(row) | options(("a", "Opción a"), ("b", "Opción b"), ("", "Opción c")) | wrong
        )
        assert answer.status_code == 422
        assert "its kind and its options stay" in answer.text
    more = typed(row, **{"options-0-en": "Option a", "options-2-key": "", "options-2-es": "Nueva", "required": ""})
    assert client.post(path, data=more).status_code == 303
    row = the_call(cast).questions[0]
    assert [option["key"] for option in row.options] == ["a", "b", "nueva"]
    assert row.options[0]["text"]["en"] == "Option a"


def test_usual_questions_are_asked_with_one_press_and_only_once(as_: As, cast: Cast) -> None:
    factories.call(cast.edition)
    client = as_(cast.gabriela)
    assert "Letter signed by the highest authority" in client.get(f"{HERE}/preguntas").text
    assert client.post(f"{HERE}/preguntas/habitual", data={"slug": "carta-de-aval"}).status_code == 303
    assert client.post(f"{HERE}/preguntas/habitual", data={"slug": "carta-de-aval"}).status_code == 409
    assert client.post(f"{HERE}/preguntas/habitual", data={"slug": "nada"}).status_code == 409
    [letter] = the_call(cast).questions
    assert (letter.kind, letter.required, set(letter.text)) == ("file", True, {"es", "pt", "en"})


@pytest.mark.parametrize("many", [1, 3])
def test_pages_of_a_call_ask_the_same_whatever_it_holds(as_: As, cast: Cast, count_queries: Count, many: int) -> None:
    call = factories.call(cast.edition)
    for _ in range(many):
        factories.call_question(call, "single")
    client = as_(cast.gabriela)
    for place in range(many):
        client.post(f"{HERE}/criterios/nuevo", data={"title-es": f"Alcance {place}", "weight": "50"})
    for page, most in (("", 11), ("/preguntas", 9), ("/criterios", 9), ("/historia", 11)):
        with count_queries() as ran:
            client.get(HERE + page)
        assert len(ran) <= most, (page, len(ran), ran)
        COUNTS.setdefault(page, len(ran))
        assert COUNTS[page] == len(ran), page


COUNTS: dict[str, int] = {}


def test_the_history_tells_a_condition_in_words(as_: As, cast: Cast) -> None:
    call = factories.call(cast.edition)
    plan = factories.call_question(call, "single", slug="tiene-plan", text=factories.words("¿Tiene un plan?"))
    consent = factories.call_question(call, "consent", slug="acepta", text=factories.words("Acepto que se publique"))
    text = asking.QuestionText("short", factories.words("¿Cuál?"), factories.words("Su nombre"), required=False)
    row = asking.add(call, replace(text, shown_if=plan.slug, shown_value="b"), by=cast.gabriela)
    asking.change(row, replace(text, shown_if=consent.slug, shown_value="yes"), by=cast.gabriela)
    db.session.commit()
    page = as_(cast.gabriela).get(f"{HERE}/historia").text
    for words in ("¿Tiene un plan?", "Opción b", "Acepto que se publique", ">Yes<"):
        assert words in page, words
    assert "tiene-plan" not in page
