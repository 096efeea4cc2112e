from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from escuela.assessments.quizzes.asked import (
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
    TargetText,
    UnitText,
)
from escuela.assessments.quizzes.forms import QuizForm
from escuela.assessments.quizzes.models import Attempt, Quiz
from escuela.assessments.quizzes.question_forms import GapForm, _written
from escuela.assessments.quizzes.text import QuizText
from escuela.columns import Localized
from escuela.config import ROOT
from escuela.content.check import everything
from escuela.content.load import apply
from escuela.content.rows import home_of
from escuela.editions.kinds import EDITORS, FORMATS
from escuela.editions.text import write_activity
from escuela.errors import DomainError
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW
from tests.posted import sent

EDITOR, FORMAT = "quiz", FORMATS["quiz"]


@pytest.fixture
def quiz(cast: Cast) -> Quiz:
    row = factories.quiz(factories.module(cast.edition))
    third = row.questions[2]
    factories.asking(third, options=tuple(replace(option, text=Localized()) for option in third.asked.options))
    return row


def text_of(row: Quiz) -> QuizText:
    found = FORMAT.text(row, home_of(row.module))
    assert isinstance(found, QuizText)
    return found


def typed(row: Quiz, **changes: str | None) -> MultiDict[str, Any]:
    """What the page of a quiz sends, with some of it typed anew; None is a box that is not ticked."""
    form = QuizForm.from_text(text_of(row))
    form.speak(row.edition)
    return changed(sent(form, row.edition, EDITOR), **changes)


def changed(values: MultiDict[str, Any], **changes: str | None) -> MultiDict[str, Any]:
    for name, value in changes.items():
        key = name if name == "pass_mark" else name.replace("_", "-")
        values.poplist(key)
        if value is not None:
            values[key] = value
    return values


def form_of(row: Quiz, values: MultiDict[str, Any]) -> QuizForm:
    form = QuizForm.from_text(text_of(row), values)
    form.speak(row.edition)
    form.home = home_of(row.module)
    return form


def saved(row: Quiz, values: MultiDict[str, Any]) -> QuizText:
    form = form_of(row, values)
    assert form.validate(), form.errors
    return form.text(row.slug, row.position)


# --- there and back


def test_every_quiz_of_the_courses_comes_back_from_its_form_as_it_was() -> None:
    for _folder, text, faults in everything(ROOT / "courses"):
        assert not faults
        apply(text)
    rows = db.session.scalars(select(Quiz)).all()
    assert len(rows) > 5
    for row in rows:
        before = text_of(row)
        after = saved(row, typed(row))
        assert after == before
        FORMAT.write(row, after, home_of(row.module))
        write_activity(row, after, row.items)
        db.session.flush()
        db.session.expire(row)
        assert text_of(row) == before


def test_a_new_quiz_is_written_in_two_languages(cast: Cast) -> None:
    module = factories.module(cast.edition)
    form = QuizForm(None)
    form.speak(cast.edition)
    values = changed(
        sent(form, cast.edition, EDITOR),
        title_es="Datos",
        title_pt="Dados",
        summary_es="Para repasar.",
        questions_0_text_es="¿Qué es un *dato* urbano que sirve?",
        questions_0_text_pt="O que é um dado?",
        questions_0_options_0_text_es="Una anécdota",
        questions_0_options_1_text_es="Lo que se mide",
        questions_0_options_1_text_pt="O que se mede",
        questions_0_options_1_right="y",
        questions_0_options_1_feedback_es="Sí.",
    )
    typed_form = QuizForm(values)
    typed_form.speak(cast.edition)
    assert typed_form.validate(), typed_form.errors
    text = typed_form.text("quiz-nuevo", 1)
    row = Quiz(edition_id=cast.edition.id, module_id=module.id)
    FORMAT.write(row, text, home_of(module))
    write_activity(row, text, [])
    db.session.add(row)
    db.session.flush()
    assert text_of(row) == text
    (question,) = text.questions
    assert (question.slug, question.kind) == ("que-es-un-dato-urbano", "single")
    assert [(option.key, option.right) for option in question.options] == [("a", False), ("b", True)]
    assert question.options[1].text == Localized(es="Lo que se mide", pt="O que se mede")


# --- what is wrong, in sentences


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"questions_0_options_0_right": None}, "Question 1: Mark the right option."),
        ({"questions_0_options_1_right": "y"}, "Question 1: Mark only one right option, or choose «Several right"),
        ({"questions_1_options_0_right": None, "questions_1_options_1_right": None}, "Question 2: Mark the right"),
        ({"questions_2_options_1_right": "y"}, "Question 3: Mark whether it is true or false."),
        (
            {"questions_0_options_1_text_es": "", "questions_0_options_1_text_pt": "Só em português"},
            "Option 2: Option: ",
        ),
        ({"questions_1_text_es": " "}, "Question 2: Question: Write it in the first language"),
        ({"questions_0_points": "0"}, "Question 1: Points: From 1 to 100."),
        ({"questions_0_points": "x"}, "Question 1: Points: "),
        ({"questions_0_kind": "riddle"}, "Question 1: Answers: "),
        ({"questions_2_options_0_key": "a"}, "Question 3: True and false are its two options"),
        ({"pass_mark": "101"}, "From 0 to 100."),
        ({"questions_0_text_es": "# Título"}, "Question 1: Question: A heading of level 1"),
        ({"questions_0_options_0_feedback_es": "[ver](lesson:nada)"}, "`lesson:nada` leads to no lesson"),
        ({"strict": "y"}, "Write when it is due"),
    ],
)
def test_what_nobody_could_answer_is_said_where_it_stands(
    quiz: Quiz, changes: dict[str, str | None], sentence: str
) -> None:
    form = form_of(quiz, typed(quiz, **changes))
    assert not form.validate()
    assert sentence in " ".join(str(error) for field in form for error in field.errors)


def test_a_quiz_without_questions_is_refused(quiz: Quiz) -> None:
    values = MultiDict((key, value) for key, value in typed(quiz).items(multi=True) if not key.startswith("questions"))
    form = form_of(quiz, values)
    assert not form.validate()
    assert form.questions.wrong == ["Write from 1 to 100."]


def test_empty_options_are_left_out_and_one_that_is_marked_is_not(quiz: Quiz) -> None:
    third = [f"questions_0_options_2_{what}_{code}" for what in ("text", "feedback") for code in ("es", "pt")]
    text = saved(quiz, typed(quiz, **dict.fromkeys(third, "")))
    assert [option.key for option in text.questions[0].options] == ["a", "b"]
    marked = {"questions_0_options_0_right": None, "questions_0_options_2_right": "y"}
    assert not form_of(quiz, typed(quiz, **dict.fromkeys(third, ""), **marked)).validate()


# --- rows without a script


def pressed(row: Quiz, button: str, value: str) -> tuple[QuizForm, MultiDict[str, Any]]:
    """The form after one of its buttons, and what its page sends then."""
    form = form_of(row, MultiDict([*typed(row).items(multi=True), (button, value)]))
    assert form.rearranged
    return form, sent(form, row.edition, EDITOR)


@pytest.mark.parametrize(
    ("command", "order"),
    [
        ("up-1", [2, 1, 3]),
        ("down-0", [2, 1, 3]),
        ("up-0", [1, 2, 3]),
        ("down-2", [1, 2, 3]),
        ("drop-1", [1, 3]),
        ("copy-0", [1, 1, 2, 3]),
        ("copy-9", [1, 2, 3]),
        ("nonsense", [1, 2, 3]),
    ],
)
def test_buttons_move_copy_and_take_out_questions_and_nothing_is_lost(
    quiz: Quiz, command: str, order: list[int]
) -> None:
    before = text_of(quiz).questions
    _form, values = pressed(quiz, "questions-do", command)
    after = saved(quiz, values).questions
    assert [question.text for question in after] == [before[number - 1].text for number in order]
    assert len({question.slug for question in after}) == len(after)
    assert [question.options for question in after] == [before[number - 1].options for number in order]


def test_buttons_add_a_question_of_each_kind(quiz: Quiz) -> None:
    for kind in ("single", "multiple", "true_false"):
        form, values = pressed(quiz, "questions-do", f"add-{kind}")
        assert form.questions.touched == 3
        values["questions-3-text-es"] = "¿Y esto?"
        values["questions-3-options-0-right"] = "y"
        if kind != "true_false":
            values["questions-3-options-0-text-es"], values["questions-3-options-2-text-es"] = "Uno", "Dos"
        *before, added = saved(quiz, values).questions
        assert tuple(before) == text_of(quiz).questions
        assert (added.slug, added.kind, len(added.options)) == ("y-esto", kind, 2)


def test_buttons_of_options_work_inside_their_question(quiz: Quiz) -> None:
    _form, values = pressed(quiz, "questions-1-options-do", "add-")
    values["questions-1-options-3-text-es"] = "Otra"
    assert [option.key for option in saved(quiz, values).questions[1].options] == ["a", "b", "c", "d"]
    _form, values = pressed(quiz, "questions-1-options-do", "up-2")
    assert [option.key for option in saved(quiz, values).questions[1].options] == ["a", "c", "b"]


def test_a_new_option_never_takes_the_key_of_one_that_was_taken_out(quiz: Quiz) -> None:
    _form, values = pressed(quiz, "questions-0-options-do", "drop-2")
    values["questions-0-options-2-text-es"] = "Otra cosa"
    assert [option.key for option in saved(quiz, values).questions[0].options] == ["a", "b", "d"]


def test_names_that_were_forged_do_no_harm(quiz: Quiz) -> None:
    values = typed(quiz, questions_0_slug="../x", questions_1_slug="p3", questions_0_options_0_key="A B")
    slugs = [question.slug for question in saved(quiz, values).questions]
    assert len(set(slugs)) == 3
    assert all(re.fullmatch("[a-z0-9-]+", slug) for slug in slugs)


def test_what_the_page_adds_by_script_has_the_names_of_what_it_adds_without(quiz: Quiz) -> None:
    form = QuizForm.from_text(text_of(quiz))
    form.speak(quiz.edition)
    blank = form.questions.blanks["single"]
    assert blank.form.text.name == "questions-new-text"
    assert blank.form.options.blanks[""].form.text.inputs[0][1] == "questions-new-options-new-text-es"
    assert [code for code, _name, _text in blank.form.text.inputs] == quiz.edition.languages


# --- a quiz that was begun


def test_saving_tells_what_becomes_of_attempts(cast: Cast, quiz: Quiz, attempt: Callable[..., Any]) -> None:
    attempt(quiz, cast.lucias, passed=False)
    attempt(quiz, cast.martins, passed=None)
    before = text_of(quiz)
    assert EDITORS["quiz"].effects(quiz, before) == []
    reworded = replace(before.questions[0], text=Localized(es="Dicho mejor"))
    less = replace(before, attempts=1, questions=(reworded, *before.questions[1:]))
    told = " ".join(str(each) for each in EDITORS["quiz"].effects(quiz, less))
    assert "The words of a question or of its options change: the 2 attempts that were made keep those" in told
    assert "2 people who have not passed have no attempt left" in told
    assert EDITORS["quiz"].effects(None, before) == []


def test_a_begun_quiz_says_so_and_attempts_keep_what_they_saw(
    cast: Cast, quiz: Quiz, attempt: Callable[..., Any]
) -> None:
    made = attempt(quiz, cast.lucias, passed=True)
    form, values = pressed(quiz, "questions-do", "up-1")
    assert form.begun == 1
    FORMAT.write(quiz, saved(quiz, values), home_of(quiz.module))
    other = saved(quiz, changed(typed(quiz), questions_0_options_0_right=None, questions_0_options_1_right="y"))
    told = " ".join(str(each) for each in EDITORS["quiz"].effects(quiz, other))
    assert "the 1 attempt that was made keeps its points until" in told
    first = quiz.questions[0]
    seen = next(answer for answer in made.answers if answer.question_id == first.id).version
    FORMAT.write(quiz, other, home_of(quiz.module))
    db.session.flush()
    db.session.expire_all()
    assert [option.right for option in first.asked.options] == [False, True, False]
    assert [option.right for option in seen.asked.options] != [False, True, False]
    assert [version.number for version in first.versions] == [1, 2]


def test_a_question_that_somebody_has_is_set_aside_and_comes_back_under_its_name(
    cast: Cast, quiz: Quiz, attempt: Callable[..., Any]
) -> None:
    attempt(quiz, cast.lucias, passed=True)
    whole = text_of(quiz)
    FORMAT.write(quiz, replace(whole, questions=whole.questions[:2]), home_of(quiz.module))
    db.session.flush()
    gone = quiz.every_question[2]
    assert ([question.slug for question in quiz.questions], gone.removed_at) == (["p1", "p2"], NOW)
    assert len(text_of(quiz).questions) == 2
    FORMAT.write(quiz, whole, home_of(quiz.module))
    db.session.flush()
    assert text_of(quiz) == whole
    assert gone.removed_at is None


def test_the_pass_mark_and_which_attempt_counts_stay_once_it_is_begun(
    cast: Cast, quiz: Quiz, attempt: Callable[..., Any]
) -> None:
    attempt(quiz, cast.lucias, passed=True)
    for changes in ({"pass_mark": 80}, {"scoring": "last"}):
        with pytest.raises(DomainError):
            FORMAT.write(quiz, replace(text_of(quiz), **changes), home_of(quiz.module))


@pytest.fixture
def attempt() -> Callable[..., Any]:
    def make(quiz: Quiz, enrolment: Any, *, passed: bool | None) -> Attempt:
        result = {} if passed is None else {"points": 200, "passed": passed}
        return factories.attempt(quiz, enrolment, **result)

    return make


# --- every kind of question


EVERY = (
    QuestionText(
        "palabra",
        "short",
        Localized(es="¿Qué?"),
        accepted=(AcceptedText("río"), AcceptedText("arroyo", 50, feedback=Localized(es="Casi."))),
        accents=True,
    ),
    QuestionText(
        "medida",
        "number",
        Localized(es="¿Cuánto?", pt="Quanto?"),
        points=3,
        accepted=(AcceptedText("3.5", tolerance="0.1"),),
        units=(UnitText("m³/s"), UnitText("L/s", "0.001")),
    ),
    QuestionText(
        "pares",
        "matching",
        Localized(es="¿Quién?"),
        partial=True,
        targets=(TargetText("a", Localized(es="Uno")), TargetText("b", Localized(es="Dos"))),
        options=(
            OptionText("a", Localized(es="El uno"), target="a"),
            OptionText("b", Localized(es="El dos"), target="b"),
        ),
    ),
    QuestionText(
        "orden",
        "ordering",
        Localized(es="¿En qué orden?"),
        options=tuple(OptionText(key, Localized(es=f"Paso {key}")) for key in "abc"),
    ),
    QuestionText(
        "frase",
        "gaps",
        Localized(es="El [[a]] y la [[b]].", pt="O [[a]] e a [[b]]."),
        partial=True,
        gaps=(
            GapText("a", accepted=(AcceptedText("sol"), AcceptedText("astro", 50))),
            GapText(
                "b",
                options=(
                    OptionText("a", Localized(es="luna", pt="lua"), right=True),
                    OptionText("b", Localized(es="mesa", pt="mesa")),
                ),
            ),
        ),
    ),
    QuestionText(
        "grupos",
        "classify",
        Localized(es="¿Dónde va?"),
        targets=(TargetText("frio", Localized(es="Frío")), TargetText("calor", Localized(es="Calor"))),
        options=tuple(OptionText(key, Localized(es=key), target="frio" if key < "c" else "calor") for key in "abcd"),
    ),
    QuestionText("ensayo", "essay", Localized(es="¿Por qué?"), points=4, words=150, feedback=Localized(es="Bien.")),
)


def test_questions_of_every_kind_come_back_from_their_form_as_they_were(quiz: Quiz) -> None:
    text = replace(
        text_of(quiz),
        questions=EVERY,
        minutes=20,
        scoring="mean",
        reveals="closed",
        one_by_one=True,
        shuffle_questions=True,
    )
    FORMAT.write(quiz, text, home_of(quiz.module))
    db.session.flush()
    assert saved(quiz, typed(quiz)) == text_of(quiz) == text


@pytest.mark.parametrize("kind", [question.kind for question in EVERY])
def test_buttons_add_a_question_of_the_other_kinds_and_say_what_is_missing(quiz: Quiz, kind: str) -> None:
    _form, values = pressed(quiz, "questions-do", f"add-{kind}")
    values["questions-3-text-es"] = "¿Y esto?"
    form = form_of(quiz, values)
    assert form.validate() == (kind == "essay")
    if kind == "essay":
        assert form.text("q", 1).questions[3].kind == "essay"


FILLED = GapText(
    "a",
    options=(
        OptionText("a", Localized(es="sube"), right=True, feedback=Localized(es="Así es.")),
        OptionText("b", Localized(es="crece"), right=True),
        OptionText("c", Localized(es="baja"), feedback=Localized(es="Mire otra vez.")),
    ),
)


@pytest.mark.parametrize(
    ("answers", "right"),
    [("*sube\n*crece\nbaja\nqueda", ["sube", "crece"]), ("sube\nbaja\nqueda", ["sube"])],
)
def test_a_gap_that_is_changed_keeps_what_is_said_of_its_other_answers(answers: str, right: list[str]) -> None:
    form = GapForm(data={"choose": True, "answers": Localized(es=answers)})
    gap = form.gap("a", FILLED, "es")
    assert [each.text["es"] for each in gap.options if each.right] == right
    said = {each.text["es"]: each.feedback["es"] for each in gap.options}
    assert (said["sube"], said["baja"], said["queda"]) == ("Así es.", "Mire otra vez.", "")


def test_several_right_options_of_a_gap_stand_with_a_star_in_its_form() -> None:
    chosen, answers = _written(FILLED, "es")
    assert (chosen, answers) == (True, Localized(es="*sube\n*crece\nbaja"))
    assert GapForm(data={"choose": chosen, "answers": answers}).gap("a", FILLED, "es") is FILLED
