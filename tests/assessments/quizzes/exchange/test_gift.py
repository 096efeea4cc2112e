"""GIFT as people and Moodle write it."""

from __future__ import annotations

import pytest

from escuela.assessments.quizzes.asked import AcceptedText, QuestionText
from escuela.assessments.quizzes.exchange import Line, read
from escuela.columns import Localized
from escuela.errors import DomainError


def lines(text: str) -> list[Line]:
    return list(read("preguntas.txt", text.encode(), "es").lines)


def question(text: str) -> QuestionText:
    [line] = lines(text)
    assert line.question, line.remarks
    return line.question


def remarks(text: str) -> list[str]:
    return [str(remark) for line in lines(text) for remark in line.remarks]


def test_a_choice_with_feedback() -> None:
    found = question("::Capital:: ¿Capital de Uruguay? {=Montevideo#Bien ~Salto#Mira el mapa ####Fin}")
    assert (found.slug, found.kind, found.text["es"], found.feedback["es"]) == (
        "capital",
        "single",
        "¿Capital de Uruguay?",
        "Fin",
    )
    assert [(each.key, each.text["es"], each.right, each.feedback["es"]) for each in found.options] == [
        ("a", "Montevideo", True, "Bien"),
        ("b", "Salto", False, "Mira el mapa"),
    ]


def test_several_answers_with_weights() -> None:
    text = "Elija {~%50%uno ~%50%dos ~%-50%tres}"
    found = question(text)
    assert (found.kind, found.partial, [each.right for each in found.options]) == (
        "multiple",
        True,
        [True, True, False],
    )
    assert remarks(text) == []
    assert remarks("Elija {~%70%uno ~%30%dos ~%-100%tres}") == [
        "Its right options had different weights; here each earns the same.",
        "A wrong option took away another part of the points; here it takes away what a right one earns.",
    ]


@pytest.mark.parametrize(
    ("answer", "right"), [("T", True), ("TRUE", True), ("F", False), ("false", False), ("T#mal#bien", True)]
)
def test_true_and_false(answer: str, right: bool) -> None:
    found = question(f"El Sol es una estrella. {{{answer}}}")
    assert found.kind == "true_false"
    assert {each.key: each.right for each in found.options} == {"true": right, "false": not right}


def test_feedback_of_true_and_false_goes_to_what_was_chosen() -> None:
    true, false = question("Sol {F#mal#bien}").options
    assert (true.feedback, false.feedback) == ({"es": "mal"}, {"es": "bien"})


def test_short_answers_with_shares_and_a_wildcard() -> None:
    text = "¿Río? {=Uruguay =%50%Paraná#casi =Río*}"
    assert question(text).accepted == (
        AcceptedText("Uruguay"),
        AcceptedText("Paraná", 50, feedback=question(text).accepted[1].feedback),
    )
    assert remarks(text) == ["`*` stands for any words in `Río*`: that is left out."]


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [
        ("#3", [("3", 100, "0")]),
        ("#3:2", [("3", 100, "2")]),
        ("#3,5:0,1", [("3.5", 100, "0.1")]),
        ("#1..5", [("3", 100, "2")]),
        ("#-1..0.5", [("-0.25", 100, "0.75")]),
        ("#=3:0 =%50%3:2", [("3", 100, "0"), ("3", 50, "2")]),
        ("#=10 ~#No", [("10", 100, "0")]),
    ],
)
def test_numbers(answer: str, accepted: list) -> None:
    found = question(f"¿Cuánto? {{{answer}}}")
    assert found.kind == "number"
    assert [(each.answer, each.share, each.tolerance) for each in found.accepted] == accepted


def test_pairs_with_a_target_for_nobody() -> None:
    found = question("Una {=Perú -> Lima =Chile -> Santiago = -> Quito}")
    assert found.kind == "matching"
    assert [(each.text["es"], each.target) for each in found.options] == [("Perú", "a"), ("Chile", "b")]
    assert [each.text["es"] for each in found.targets] == ["Lima", "Santiago", "Quito"]


def test_pairs_that_share_a_target_are_a_classification() -> None:
    assert question("Clasifique {=Dique -> Obra =Norma -> Gestión =Muro -> Obra}").kind == "classify"


def test_a_missing_word_is_a_gap() -> None:
    chosen = question("Grant fue {=presidente ~rey} de un país.")
    assert (chosen.kind, chosen.text["es"]) == ("gaps", "Grant fue [[1]] de un país.")
    assert [each.right for each in chosen.gaps[0].options] == [True, False]
    typed = question("Hierve a {=100 =cien} grados.")
    assert [each.answer for each in typed.gaps[0].accepted] == ["100", "cien"]


def test_an_essay_and_a_description() -> None:
    assert question("Cuente. {}").kind == "essay"
    assert remarks("Solo un texto.\n\nCuente. {}") == ["It is a description: there is nothing to answer."]


def test_escaped_signs_are_signs() -> None:
    found = question(r"¿\{1, 2\}\: cuánto\n\nes 1 \= 1\~? {=\#1 \= \#1 ~\\}")
    assert found.text["es"] == "¿{1, 2}: cuánto\n\nes 1 = 1~?"
    assert [each.text["es"] for each in found.options] == ["#1 = #1", "\\\\"]


def test_marks_of_formats() -> None:
    assert question("[html]<p>Uno <b>dos</b></p> {}").text["es"] == "Uno **dos**"
    assert question("[markdown]Uno **dos** {}").text["es"] == "Uno **dos**"
    assert question("[plain]Uno <b>*dos*</b> {}").text["es"] == "Uno \\<b>\\*dos\\*\\</b>"
    assert question("Uno <i>dos</i> {}").text["es"] == "Uno *dos*"


def test_categories_comments_tags_and_lines() -> None:
    found = lines(
        "// un comentario\n$CATEGORY: $course$/top/Agua/Mar//río\n\n// [tag:costa] [tag:sur]\n::Una:: A {}\n\n\nB {T}\n"
    )
    assert [(line.number, line.place, line.name, line.folder, line.tags) for line in found] == [
        (1, 5, "Una", ("Agua", "Mar/río"), ("costa", "sur")),
        (2, 8, "B", ("Agua", "Mar/río"), ()),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Mal {=a ~b\n\nx {}", "Its braces do not match: write one pair, without empty lines between them."),
        ("Dos {=a ~b} y {=c ~d}", "Its braces do not match: write one pair, without empty lines between them."),
        ("Dos {=a =b ~c}", "One answer is to be chosen, but several are right: that cannot be asked here."),
        ("Uno {=a ~}", "It has too few options: two at least."),
        ("Nada {~%-50%a ~b}", "It has no right answer."),
        ("N {#dos}", "`dos` is no number."),
        ("P {=a -> b =c}", "A pair of it has no `->`."),
        ("{=a ~b}", "It has no text."),
    ],
)
def test_what_cannot_be_asked_is_a_line_that_says_why(text: str, sentence: str) -> None:
    assert sentence in remarks(text)
    assert lines(text)[0].question is None


def test_a_file_in_other_letters_is_refused_and_utf_16_with_its_mark_is_read() -> None:
    assert len(read("x", "Año {}".encode("utf-16"), "es").lines) == 1
    assert len(read("x", "Año {}".encode("utf-8-sig"), "es").lines) == 1
    with pytest.raises(DomainError, match="not in UTF-8"):
        read("x", "Año {}".encode("cp1252"), "es")


def test_twice_the_same_file_gives_the_same_digests_and_another_name_changes_none() -> None:
    one, other = "::a:: ¿Sí? {=sí ~no}\n\nB {}", "::z:: ¿Sí? {=sí ~no}\n\nB {T}"
    assert [line.digest for line in lines(one)] == [line.digest for line in lines(one)]
    first, second = lines(one)
    assert (lines(other)[0].digest == first.digest, lines(other)[1].digest == second.digest) == (True, False)


def test_two_questions_of_one_name_have_two_slugs() -> None:
    assert [line.question.slug for line in lines("::Año:: A {}\n\n::Año:: B {}") if line.question] == ["ano", "ano-2"]


def test_a_missing_word_keeps_what_each_answer_earns_or_says_what_it_loses() -> None:
    typed = question("Vino de {=Nazaret =%50%Nazareth#Casi} en tren.")
    assert typed.gaps[0].accepted == (
        AcceptedText("Nazaret"),
        AcceptedText("Nazareth", 50, feedback=Localized(es="Casi")),
    )
    assert remarks("Vino de {=Nazaret ~%25%Belén ~Galilea} en tren.") == [
        "An option that earned a part of the points earns none here."
    ]


def test_a_mark_of_format_is_no_part_of_a_typed_answer() -> None:
    assert question("¿Dónde? {=[markdown]Aquí =[plain] allá}").accepted == (AcceptedText("Aquí"), AcceptedText("allá"))
