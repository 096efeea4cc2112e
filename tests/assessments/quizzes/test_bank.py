"""The question bank: who reads and keeps it, what is found in it, what quizzes copy and draw from it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from escuela.assessments.quizzes import bank, drawing, services
from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.bank_models import BankEntry, BankPicture
from escuela.assessments.quizzes.folders import path_of, tags_of
from escuela.assessments.quizzes.forms import QuizForm
from escuela.assessments.quizzes.models import Answer, Question, QuestionBank, QuizDraw
from escuela.assessments.quizzes.text import DrawText, QuizText
from escuela.columns import Localized
from escuela.editions.kinds import FORMATS
from escuela.editions.text import ActivityFiles
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.services import load_catalogue
from escuela.markdown import Home
from escuela.people.history import history_of
from escuela.pictures import PICTURE
from escuela.source import Proof
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[Any], Client]
Counting = Callable[[], AbstractContextManager[list[str]]]
BANK = "/banco-de-preguntas/escuela"
ONE = f"{BANK}/preguntas/que-mide-un-pluviometro"
TAKE = f"{BANK}/tomar/novena/quiz-datos"
TYPED = {
    "kind": "single",
    "text-es": "¿Qué es una cuenca?",
    "text-pt": "O que é uma bacia?",
    "points": "2",
    "options-0-key": "a",
    "options-0-text-es": "Lo que drena a un río",
    "options-0-text-pt": "O que drena para um rio",
    "options-0-right": "y",
    "options-1-key": "b",
    "options-1-text-es": "Un pozo",
    "options-1-text-pt": "Um poço",
    "folder": "Agua/Cuencas",
    "tags": "Río, básica",
    "frameworks": ["sendai"],
}


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def drawing_from(cast: Cast, **given: Any) -> QuizDraw:
    draw = QuizDraw(quiz_id=cast.quiz.id, position=1, bank="escuela", **{"count": 2, "folder": "Agua", **given})
    return factories.saved(draw)


# --- who


@pytest.mark.parametrize("who", ["renata", "thiago", "gabriela", "elena"])
def test_who_teaches_or_coordinates_reads_the_bank(cast: Cast, as_: As, who: str) -> None:
    factories.banked(folder="Agua")
    assert "¿Qué mide un pluviómetro?" in words(as_(getattr(cast, who)).get(BANK))


def test_a_participant_finds_no_bank(cast: Cast, as_: As) -> None:
    factories.banked()
    lucia = as_(cast.lucia)
    for address in ("/banco-de-preguntas", BANK, ONE, f"{ONE}/editar", f"{BANK}/nueva/single"):
        assert lucia.get(address).status_code == 404, address


def test_a_tutor_reads_and_does_not_change(cast: Cast, as_: As) -> None:
    factories.banked()
    renata = as_(cast.renata)
    assert "Change it" not in words(renata.get(ONE))
    assert [renata.get(f"{BANK}/nueva/single").status_code, renata.get(f"{ONE}/editar").status_code] == [403, 403]
    assert [renata.post(f"{ONE}/retirar").status_code, renata.get(TAKE).status_code] == [403, 403]


def test_a_visitor_signs_in_first(client: Client) -> None:
    assert "/ingresar" in client.get(BANK).location or client.get(BANK).status_code == 303
    assert client.post(f"{ONE}/retirar").status_code == 401


def test_there_is_no_other_bank_and_no_other_kind(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    assert gabriela.get("/banco-de-preguntas/otro").status_code == 404
    assert gabriela.get(f"{BANK}/nueva/oral").status_code == 404
    assert gabriela.get("/banco-de-preguntas").location == BANK


# --- what is found


def test_the_list_is_narrowed_by_every_filter(cast: Cast, as_: As) -> None:
    load_catalogue()
    factories.banked("¿Qué mide un pluviómetro?", folder="Agua/Lluvia", tags=["básica"], items=["sendai"])
    factories.banked(Localized(es="¿Cuánto llueve?"), folder="Agua")
    factories.banked("¿Qué es el calor?", folder="Calor", kind="multiple")
    gabriela = as_(cast.gabriela)

    def found(query: str) -> list[str]:
        return re.findall(r"¿[^<]+\?(?=</a>)", gabriela.get(f"{BANK}?{query}").text)

    rain, much, heat = "¿Qué mide un pluviómetro?", "¿Cuánto llueve?", "¿Qué es el calor?"
    assert sorted(found("")) == sorted([rain, much, heat])
    assert sorted(found("carpeta=Agua")) == sorted([rain, much]), "with the folders in it"
    assert found("carpeta=Agua/Lluvia") == [rain]
    assert found("q=PLUVIOMETRO") == [rain], "accents and capitals never count"
    assert found("etiqueta=básica") == [rain]
    assert found("tipo=multiple") == [heat]
    assert found("falta=pt") == [much]
    assert found("item=sendai") == [rain]
    assert "No question matches these filters" in words(gabriela.get(f"{BANK}?q=nieve"))


def test_a_long_list_has_pages_and_keeps_its_filters(cast: Cast, as_: As, count_queries: Counting) -> None:
    gabriela, counts = as_(cast.gabriela), []
    factories.banked(folder="Agua")
    gabriela.get(BANK)
    for number in range(3):
        with count_queries() as queries:
            gabriela.get(BANK)
        counts.append(len(queries))
        factories.banked(f"Pregunta {number}", folder="Agua", tags=[f"t{number}"])
    assert len(set(counts)) == 1, counts
    for number in range(25):
        factories.banked(f"Otra {number}", folder="Agua")
    page = gabriela.get(f"{BANK}?carpeta=Agua").text
    assert "Page 1 of 2" in page
    assert "carpeta=Agua&amp;page=2" in page


def test_folders_and_tags_are_written_in_one_way() -> None:
    assert path_of(" Agua/  Lluvia /Medir/ más ") == "Agua / Lluvia / Medir"
    assert tags_of(["Río ", "río", "", "Básica"]) == ["básica", "río"]


# --- writing


def test_a_question_is_written_with_its_place(cast: Cast, as_: As) -> None:
    load_catalogue()
    gabriela = as_(cast.gabriela)
    assert "¿" not in gabriela.get(f"{BANK}/nueva/single").text
    answer = gabriela.post(f"{BANK}/nueva/single", data=TYPED)
    assert (answer.status_code, answer.location) == (303, f"{BANK}/preguntas/que-es-una-cuenca")
    entry = db.session.scalars(select(BankEntry)).one()
    assert (entry.folder, entry.names, [item.id for item in entry.items]) == (
        "Agua / Cuencas",
        ["básica", "río"],
        ["sendai"],
    )
    assert (entry.lacks, entry.question.quiz_id, entry.question.asked.points) == ("", None, 2)


def test_what_cannot_be_answered_is_refused_with_what_was_typed(cast: Cast, as_: As) -> None:
    typed = {**TYPED, "folder": "a/b/c/d"}
    del typed["options-0-right"]
    answer = as_(cast.gabriela).post(f"{BANK}/nueva/single", data=typed)
    assert answer.status_code == 422
    for expected in ("Mark the right option.", "A folder of the bank has up to three names", "¿Qué es una cuenca?"):
        assert expected in answer.text
    assert db.session.scalars(select(BankEntry)).all() == []


def test_a_row_is_added_without_a_script_and_nothing_is_saved(cast: Cast, as_: As) -> None:
    answer = as_(cast.gabriela).post(f"{BANK}/nueva/single", data={**TYPED, "options-do": "add-"})
    assert (answer.status_code, "options-2-text-es" in answer.text) == (200, True)
    assert db.session.scalars(select(BankEntry)).all() == []


def test_a_picture_is_made_small_kept_and_put_into_the_question_in_each_language(cast: Cast, as_: As) -> None:
    gabriela, raw = as_(cast.gabriela), BytesIO()
    Image.effect_noise((640, 480), 90).save(raw, "PNG")
    typed = {**TYPED, "show": "y", "shown": "Una [cuenca]", "picture": (BytesIO(raw.getvalue()), "Río Negro.png")}
    answer = gabriela.post(f"{BANK}/nueva/single", data=typed)
    lines = re.findall(r"!\[Una \(cuenca\)\]\(([^)]+)\)", answer.text)
    assert (answer.status_code, len(lines), len(set(lines))) == (200, 2, 1)
    picture = gabriela.get(lines[0])
    assert (picture.status_code, picture.mimetype) == (200, "image/webp")
    assert len(picture.data) <= PICTURE
    asked = f"¿Qué es una cuenca?\n\n![Una (cuenca)]({lines[0]})"
    saved = gabriela.post(f"{BANK}/nueva/single", data={**TYPED, "text-es": asked})
    assert f'src="{lines[0]}"' in gabriela.get(saved.location).text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"shown": "Un río"}, "Choose a file."),
        ({"picture": (b"GIF", "rio.png")}, "Write it for who cannot see the picture."),
        ({"shown": "Un río", "picture": (b"MZ", "rio.png")}, "This picture cannot be read."),
    ],
)
def test_a_picture_that_is_none_or_without_words_is_refused_and_nothing_typed_is_lost(
    cast: Cast, as_: As, typed: dict[str, Any], told: str
) -> None:
    sent = {key: (BytesIO(value[0]), value[1]) if key == "picture" else value for key, value in typed.items()}
    answer = as_(cast.gabriela).post(f"{BANK}/nueva/single", data={**TYPED, "show": "y", **sent})
    assert (answer.status_code, told in answer.text, "¿Qué es una cuenca?" in answer.text) == (422, True, True)
    assert db.session.scalars(select(BankPicture)).all() == []


def test_a_change_is_another_version_and_what_lacks_a_language_says_so(cast: Cast, as_: As) -> None:
    entry = factories.banked()
    gabriela = as_(cast.gabriela)
    assert "Opción a" in gabriela.get(f"{ONE}/editar").text
    typed = {key: value for key, value in TYPED.items() if key != "text-pt"}
    assert gabriela.post(f"{ONE}/editar", data=typed).location == ONE
    page = words(gabriela.get(ONE))
    assert "Not in Portuguese" in page
    assert "¿Qué mide un pluviómetro?" in page, "the earlier version is there to read"
    db.session.refresh(entry)
    assert [version.number for version in entry.question.versions] == [1, 2]


def test_what_is_retired_is_found_only_among_the_retired_and_comes_back(cast: Cast, as_: As) -> None:
    factories.banked(folder="Agua")
    gabriela = as_(cast.gabriela)
    assert gabriela.post(f"{ONE}/retirar").location == ONE
    assert "pluviómetro" not in gabriela.get(BANK).text
    assert "pluviómetro" in gabriela.get(f"{BANK}?retiradas=si").text
    gabriela.post(f"{ONE}/retirar")
    assert "pluviómetro" in gabriela.get(BANK).text


# --- into a quiz


def test_questions_are_copied_once_and_say_where_they_are_used(cast: Cast, as_: As) -> None:
    entry = factories.banked()
    gabriela = as_(cast.gabriela)
    assert "pluviómetro" in gabriela.get(TAKE).text
    for _twice in range(2):
        assert gabriela.post(TAKE, data={"question": entry.id}).location == "/ediciones/novena/cuestionarios/quiz-datos"
    copies = db.session.scalars(select(Question).where(Question.source_id == entry.id)).all()
    assert [(copy.slug, copy.position, copy.asked.kind) for copy in copies] == [
        ("que-mide-un-pluviometro", 4, "single")
    ]
    assert "In the quiz already" in words(gabriela.get(TAKE))
    assert "copied, edition 9" in words(gabriela.get(ONE))
    cast.thiago.language = "en"
    db.session.commit()
    assert "In no quiz that you can see." in words(as_(cast.thiago).get(ONE))


def test_what_the_edition_could_not_read_is_not_copied(cast: Cast, as_: As) -> None:
    entry = factories.banked(Localized(pt="O que mede?"))
    answer = as_(cast.gabriela).post(TAKE, data={"question": entry.id})
    assert (answer.status_code, "is not written in Spanish" in answer.text) == (422, True)
    assert db.session.scalar(select(Question.id).where(Question.source_id == entry.id)) is None


def test_only_who_coordinates_the_edition_copies_into_its_quiz(cast: Cast, as_: As) -> None:
    factories.banked()
    assert as_(cast.thiago).get(TAKE).status_code == 404


def test_difficulty_is_of_all_answers_to_it_and_to_its_copies(cast: Cast, as_: As) -> None:
    entry = factories.banked(points=2)
    bank.take(cast.quiz, [entry], by=cast.gabriela)
    for who, given in ((cast.lucias, "a"), (cast.martins, "b")):
        attempt = services.start(cast.quiz, enrolment=who)
        services.save_answers(attempt, given={"que-mide-un-pluviometro": {"": [given]}})
        services.hand_in(attempt)
    assert bank.difficulty([entry.id]) == {entry.id: bank.Difficulty(2, 0.5)}
    assert "50 % right (2 answers)" in words(as_(cast.renata).get(ONE))


# --- draws


def test_an_attempt_draws_its_questions_in_the_version_of_that_time(cast: Cast) -> None:
    made = [factories.banked(f"¿Agua {number}?", folder="Agua/Río") for number in range(5)]
    factories.banked("¿Calor?", folder="Calor")
    drawing_from(cast)
    attempt = services.start(cast.quiz, enrolment=cast.lucias)
    drawn = [line.question for line in attempt.answers][3:]
    assert len({question.id for question in drawn}) == 2
    assert {question.id for question in drawn} <= {entry.id for entry in made}
    entry = next(each for each in made if each.id == drawn[0].id)
    asked = entry.question.asked
    bank.change(
        entry, factories.bank(), asked.with_texts(lambda _text: Localized(es="Otra")), bank.Place(), by=cast.gabriela
    )
    kept = db.session.scalars(select(Answer).where(Answer.question_id == entry.id)).one()
    assert kept.version.asked.text["es"].startswith("¿Agua")
    services.save_answers(attempt, given={question.slug: {"": ["a"]} for question in drawn})
    assert services.hand_in(attempt).points == 200
    assert attempt.points_possible == 500


def test_everybody_gets_the_same_ones_where_the_quiz_says_so_even_after_the_bank_grew(cast: Cast) -> None:
    for number in range(6):
        factories.banked(f"¿Agua {number}?", folder="Agua")
    drawing_from(cast, same=True)
    first = services.start(cast.quiz, enrolment=cast.lucias)
    for number in range(6, 20):
        factories.banked(f"¿Agua {number}?", folder="Agua")
    second = services.start(cast.quiz, enrolment=cast.martins)
    assert {line.question_id for line in first.answers} == {line.question_id for line in second.answers}


def test_each_person_gets_others_otherwise(cast: Cast) -> None:
    for number in range(40):
        factories.banked(f"¿Agua {number}?", folder="Agua")
    draw = drawing_from(cast, count=20)
    db.session.refresh(cast.quiz)
    first, second = (drawing.drawn(cast.quiz, [], seed) for seed in (1, 2))
    assert {question.id for question in first} != {question.id for question in second}
    assert [question.id for question in drawing.drawn(cast.quiz, [], 1)] == [question.id for question in first]
    assert draw.chosen == []


def test_a_copy_of_a_question_keeps_it_from_being_drawn(cast: Cast) -> None:
    entry, other = (factories.banked(f"¿Agua {number}?", folder="Agua") for number in range(2))
    bank.take(cast.quiz, [entry], by=cast.gabriela)
    drawing_from(cast, count=1)
    attempt = services.start(cast.quiz, enrolment=cast.lucias)
    assert attempt.answers[-1].question_id == other.id


def test_too_few_questions_stop_an_attempt_and_opening_the_edition(cast: Cast, as_: As) -> None:
    factories.banked(folder="Agua")
    drawing_from(cast)
    with pytest.raises(DomainError, match="too few questions"):
        services.start(cast.quiz, enrolment=cast.lucias)
    db.session.rollback()
    told = "It draws 2 questions from «Agua», where the bank has 1: add some, or draw fewer."
    assert told in words(as_(cast.gabriela).get("/ediciones/novena/escribir/lista"))


def test_pages_of_a_quiz_tell_what_is_drawn(cast: Cast, as_: As) -> None:
    for number in range(3):
        factories.banked(f"¿Agua {number}?", folder="Agua")
    drawing_from(cast)
    lucia = as_(cast.lucia)
    assert "Questions 5" in words(lucia.get("/ediciones/novena/cuestionarios/quiz-datos"))
    lucia.post("/ediciones/novena/cuestionarios/quiz-datos/intentos")
    lucia.post("/ediciones/novena/cuestionarios/quiz-datos/intentos/1/entrega")
    renata = as_(cast.renata)
    assert "2 questions: Agua . Others for each attempt." in words(
        renata.get("/ediciones/novena/cuestionarios/quiz-datos")
    )
    assert renata.get("/ediciones/novena/cuestionarios/quiz-datos/estadisticas").status_code == 200
    assert "may draw it" in words(renata.get(f"{BANK}/preguntas/agua-0"))


DRAWS = """title: Agua
summary: De qué se trata.
draws:
  - folder: Agua / Lluvia
    count: 3
    same: true
  - tag: básica
    count: 2
"""


def read_quiz(path: Path, text: str) -> tuple[QuizText, list[str]]:
    (path / "quiz.yaml").write_text(text, encoding="utf-8")
    proof = Proof()
    files = ActivityFiles(
        proof=proof, plain=path / "quiz.yaml", slug="agua", place=1, translations={}, home=Home(), single={}
    )
    found = FORMATS["quiz"].read(files)
    assert isinstance(found, QuizText)
    return found, [str(fault.sentence) for fault in proof.faults]


def test_draws_are_read_from_a_file_and_written_as_they_were(tmp_path: Path) -> None:
    found, faults = read_quiz(tmp_path, DRAWS)
    assert faults == []
    assert found.draws == (DrawText("Agua / Lluvia", "", 3, same=True), DrawText("", "básica", 2))
    written = FORMATS["quiz"].files(found, ["es"])[""]
    assert written.endswith(DRAWS.partition("De qué se trata.\n")[2])
    assert read_quiz(tmp_path, written) == (found, [])


def test_a_draw_from_nowhere_is_a_fault(tmp_path: Path) -> None:
    _found, faults = read_quiz(tmp_path, DRAWS.replace("  - tag: básica\n    count: 2", "  - count: 2"))
    assert faults == ["Say where these questions are drawn from: write `folder`, `tag` or both."]


def test_an_author_adds_a_draw_in_the_editor(cast: Cast, as_: As) -> None:
    address = "/ediciones/novena/escribir/actividades/quiz-datos"
    gabriela = as_(cast.gabriela)
    page = gabriela.get(address).text
    found = re.findall(r'<input[^>]* name="([\w-]+)" value="([^"]*)"', page)
    fields: dict[str, Any] = {name: value for name, value in found if not name.startswith("draws-")}
    assert "Draw from the bank" in page
    form = QuizForm.from_text(FORMATS["quiz"].text(cast.quiz, Home()))
    assert [entry.form.draw() for entry in form.draws.entries] == []
    typed = {**fields, "title-es": "Quiz", "draws-0-count": "2", "draws-0-folder": "", "draws-0-tag": "", "save": "yes"}
    refused = gabriela.post(address, data=typed)
    assert (refused.status_code, "Write a folder, a tag, or both." in refused.text) == (422, True)


def test_a_corrected_question_of_the_bank_is_counted_again_in_the_quiz_that_drew_it(cast: Cast, as_: As) -> None:
    entry = factories.banked(folder="Agua")
    drawing_from(cast, count=1)
    attempt = services.start(cast.quiz, enrolment=cast.lucias)
    services.save_answers(attempt, given={entry.question.slug: {"": ["b"]}})
    assert services.hand_in(attempt).points == 0
    db.session.commit()
    asked = entry.question.asked
    options = tuple(replace(option, right=option.key == "b") for option in asked.options)
    bank.change(entry, factories.bank(), replace(asked, options=options), bank.Place("Agua"), by=cast.gabriela)
    db.session.commit()
    gabriela = as_(cast.gabriela)
    address = f"/ediciones/novena/cuestionarios/quiz-datos/recalcular/{entry.question.slug}"
    assert address in gabriela.get("/ediciones/novena/cuestionarios/quiz-datos").text
    seen = re.search(r'name="seen" value="([^"]+)"', gabriela.get(address).text)
    assert seen is not None
    assert gabriela.post(address, data={"seen": seen[1], "reason": "La clave estaba mal."}).status_code == 303
    db.session.refresh(attempt)
    assert attempt.points == 100


def test_an_accepted_answer_and_the_name_of_a_gap_are_not_called_optional(cast: Cast, as_: As) -> None:
    factories.bank()
    for kind, label in (("short", "Accepted answer"), ("gaps", "Name of the gap")):
        page = words(as_(cast.gabriela).get(f"{BANK}/nueva/{kind}"))
        assert label in page
        assert f"{label} (optional)" not in page


# --- another bank


def opened(cast: Cast, title: str = "Escuela de Clima") -> QuestionBank:
    return factories.saved(bank.open_bank(Localized(es=title, pt=""), by=cast.elena))


def test_who_coordinates_all_opens_another_bank_and_nobody_else(cast: Cast, as_: As) -> None:
    new, elena = "/banco-de-preguntas/nuevo", as_(cast.elena)
    assert "Open another bank" in words(elena.get(BANK))
    assert elena.get(new).status_code == 200
    assert elena.post(new, data={"title-es": ""}).status_code == 422
    assert elena.post(new, data={"title-es": "Nuevo", "title-pt": "Novo"}).location == "/banco-de-preguntas/nuevo-2"
    made = db.session.scalars(select(QuestionBank).where(QuestionBank.slug == "nuevo-2")).one()
    assert made.languages == ["es", "pt"], "those of its name"
    assert [as_(who).get(new).status_code for who in (cast.gabriela, cast.renata, cast.lucia)] == [403, 403, 404]
    assert as_(None).post(new).status_code == 401
    assert "Open another bank" not in words(as_(cast.gabriela).get(BANK))


def test_who_opens_banks_renames_them_and_nobody_else(cast: Cast, as_: As) -> None:
    found = opened(cast)
    page, elena = f"/banco-de-preguntas/{found.slug}/nombre", as_(cast.elena)
    assert f'href="{page}"' in elena.get(f"/banco-de-preguntas/{found.slug}").text
    assert 'value="Escuela de Clima"' in elena.get(page).text
    assert elena.post(page, data={"title-es": ""}).status_code == 422
    named = {"title-es": "Escuela del Clima", "title-pt": "Escola do Clima"}
    for _twice in range(2):
        assert elena.post(page, data=named).location == "/banco-de-preguntas/escuela-de-clima"
    assert (found.title, found.languages) == ({"es": "Escuela del Clima", "pt": "Escola do Clima"}, ["es"])
    line = db.session.scalars(history_of(found)).first()
    assert line is not None
    assert (line.verb, line.before["title"]["es"], line.by_name) == (
        "bank.renamed",
        "Escuela de Clima",
        cast.elena.name,
    )
    assert len(db.session.scalars(history_of(found)).all()) == 2, "opened and renamed, once"
    assert [as_(who).get(page).status_code for who in (cast.gabriela, cast.renata, cast.lucia)] == [403, 403, 404]
    assert [as_(who).post(page, data=named).status_code for who in (cast.gabriela, cast.lucia, None)] == [403, 404, 401]
    assert as_(cast.elena).get("/banco-de-preguntas/otro/nombre").status_code == 404
    assert page not in as_(cast.gabriela).get(f"/banco-de-preguntas/{found.slug}").text


def test_banks_are_listed_when_there_are_several_and_each_has_its_own_questions(cast: Cast, as_: As) -> None:
    factories.banked()
    opened(cast)
    renata = as_(cast.renata)
    page = words(renata.get("/banco-de-preguntas"))
    assert "Banco de preguntas de la Escuela" in page
    assert "Escuela de Clima" in page
    assert "The bank is empty" in words(renata.get("/banco-de-preguntas/escuela-de-clima"))
    gabriela = as_(cast.gabriela)
    gabriela.post("/banco-de-preguntas/escuela-de-clima/nueva/single", data={**TYPED, "frameworks": []})
    assert "¿Qué es una cuenca?" in words(gabriela.get("/banco-de-preguntas/escuela-de-clima"))
    assert "¿Qué es una cuenca?" not in words(gabriela.get(BANK))
    assert as_(cast.lucia).get("/banco-de-preguntas/escuela-de-clima").status_code == 404


def test_a_quiz_takes_and_draws_from_another_bank(cast: Cast, as_: As) -> None:
    other, gabriela = opened(cast), as_(cast.gabriela)
    take = f"/banco-de-preguntas/{other.slug}/tomar/novena/quiz-datos"
    assert f'href="{take}"' in gabriela.get(TAKE).text
    editor = gabriela.get("/ediciones/novena/escribir/actividades/quiz-datos").text
    assert f'<option value="{other.slug}">Escuela de Clima</option>' in editor
    asked = QuestionText("x", "essay", Localized(es="¿Clima?"))
    entry = factories.saved(bank.add(other, asked, bank.Place("Aire"), by=None))
    assert gabriela.post(take, data={"question": [entry.id]}).status_code == 303
    draw = QuizDraw(quiz_id=cast.quiz.id, position=1, bank=other.slug, count=1, folder="Aire")
    assert drawing.pool(factories.saved(draw)) == [entry.id]
    assert drawing.pool(DrawText("Aire", "", 1)) == [], "the School's bank has none"
