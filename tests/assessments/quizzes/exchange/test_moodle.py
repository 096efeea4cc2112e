"""Moodle XML as Moodle exports it."""

from __future__ import annotations

import base64

import pytest

from escuela.assessments.quizzes.asked import QuestionText, UnitText
from escuela.assessments.quizzes.exchange import Line, Report, read
from tests.assessments.quizzes.exchange.drawn import picture


def quiz(*questions: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(questions)}</quiz>'.encode()


def asked(kind: str, inner: str = "", text: str = "<p>¿Qué?</p>", files: str = "") -> str:
    return (
        f'<question type="{kind}"><name><text>Una</text></name>'
        f'<questiontext format="html"><text><![CDATA[{text}]]></text>{files}</questiontext>'
        f"<defaultgrade>2.0000000</defaultgrade><penalty>0.3333333</penalty><hidden>0</hidden>{inner}</question>\n"
    )


def answer(text: str, fraction: str = "0", feedback: str = "", more: str = "") -> str:
    note = f'<feedback format="html"><text>{feedback}</text></feedback>'
    return f'<answer fraction="{fraction}" format="html"><text>{text}</text>{note}{more}</answer>'


def report(*questions: str) -> Report:
    return read("x.xml", quiz(*questions), "es")


def line(*questions: str) -> Line:
    return report(*questions).lines[-1]


def question(xml: str) -> QuestionText:
    found = line(xml)
    assert found.question, found.remarks
    return found.question


def remarks(xml: str) -> list[str]:
    return [str(each) for each in line(xml).remarks]


def test_a_choice_of_one() -> None:
    xml = asked("multichoice", "<single>true</single>" + answer("Sí", "100", "Bien") + answer("No"))
    found = question(xml)
    assert (found.kind, found.points, found.text["es"]) == ("single", 2, "¿Qué?")
    assert [(each.text["es"], each.right) for each in found.options] == [("Sí", True), ("No", False)]
    assert found.options[0].feedback == {"es": "Bien"}
    assert remarks(xml) == []


def test_a_choice_of_several_and_what_moodle_counts_in_another_way() -> None:
    inner = answer("a", "33.33333") + answer("b", "33.33333") + answer("c", "33.33333") + answer("d", "-33.33333")
    xml = asked("multichoice", "<single>false</single>" + inner)
    assert (question(xml).kind, question(xml).partial, remarks(xml)) == ("multiple", True, [])
    fixed = asked(
        "multichoice",
        "<single>false</single><shuffleanswers>false</shuffleanswers>"
        "<correctfeedback><text>Bien</text></correctfeedback><hint><text>Piense</text></hint>"
        + answer("a", "100")
        + answer("b", "0"),
    )
    assert remarks(fixed) == [
        "A wrong option took away another part of the points; here it takes away what a right one earns.",
        "Feedback on the whole answer, when it is right or wrong, is left out.",
        "Hints for further tries are left out.",
        "The order of its options was fixed: here the quiz decides on that.",
    ]


def test_true_false_short_and_essay() -> None:
    true = question(asked("truefalse", answer("false", "100", "Eso") + answer("true", "0")))
    assert [(each.key, each.right, each.feedback["es"]) for each in true.options] == [
        ("true", False, ""),
        ("false", True, "Eso"),
    ]
    short = question(asked("shortanswer", "<usecase>1</usecase>" + answer("Lima", "100") + answer("lim", "40")))
    assert (short.kind, short.case, [(each.answer, each.share) for each in short.accepted]) == (
        "short",
        True,
        [("Lima", 100), ("lim", 40)],
    )
    essay = question(asked("essay", "<maxwordlimit>200</maxwordlimit>"))
    assert (essay.kind, essay.words) == ("essay", 200)


def test_a_wildcard_alone_leaves_no_answer_and_is_skipped() -> None:
    assert question(asked("shortanswer", answer("Lima", "100") + answer("*", "0", "No"))).accepted[0].answer == "Lima"
    assert line(asked("shortanswer", answer("*", "100"))).question is None


def test_a_number_with_units() -> None:
    units = (
        "<units><unit><multiplier>100</multiplier><unit_name>cm</unit_name></unit>"
        "<unit><multiplier>1</multiplier><unit_name>m</unit_name></unit></units>"
    )
    found = question(asked("numerical", answer("2.5", "100", more="<tolerance>0.1</tolerance>") + units))
    assert [(each.answer, each.tolerance) for each in found.accepted] == [("2.5", "0.1")]
    assert found.units == (UnitText("m"), UnitText("cm", "0.01"))


def test_pairs() -> None:
    pairs = "".join(
        f'<subquestion format="html"><text>{one}</text><answer><text>{other}</text></answer></subquestion>'
        for one, other in (("&lt;b&gt;Perú&lt;/b&gt;", "Lima"), ("Chile", "Santiago"), ("", "Quito"))
    )
    found = question(asked("matching", pairs))
    assert (found.kind, [each.text["es"] for each in found.options]) == ("matching", ["**Perú**", "Chile"])
    assert [each.text["es"] for each in found.targets] == ["Lima", "Santiago", "Quito"]


def test_an_order() -> None:
    inner = answer("dos", "2.0") + answer("uno", "1.0") + answer("tres", "3.0")
    found = question(asked("ordering", inner + "<gradingtype>ALL_OR_NOTHING</gradingtype>"))
    assert ([each.text["es"] for each in found.options], found.partial) == (["uno", "dos", "tres"], False)


def test_a_text_with_gaps_of_every_sort() -> None:
    text = "<p>Lima está en {1:SHORTANSWER:=Perú#Bien~%50%peru}, {1:MC:=sí~no} y {1:NUMERICAL:=2.5}.</p>"
    xml = asked("cloze", text=text)
    found = question(xml)
    assert found.text["es"] == "Lima está en [[1]], [[2]] y [[3]]."
    typed, chosen, number = found.gaps
    assert [(each.answer, each.share) for each in typed.accepted] == [("Perú", 100), ("peru", 50)]
    assert [(each.text["es"], each.right) for each in chosen.options] == [("sí", True), ("no", False)]
    assert [each.answer for each in number.accepted] == ["2.5", "2,5"]
    assert remarks(xml) == ["A number in a gap is right as it is written only."]


@pytest.mark.parametrize("part", ["{1:NUMERICAL:=2.5:0.1}", "{1:MULTIRESPONSE:=a~b}", "{1:SA:=a*}", ""])
def test_a_gap_that_cannot_be_asked_skips_the_question(part: str) -> None:
    assert line(asked("cloze", text=f"<p>Un texto {part}.</p>")).question is None


@pytest.mark.parametrize(("kind", "tag"), [("ddwtos", "dragbox"), ("gapselect", "selectoption")])
def test_words_to_choose_for_gaps(kind: str, tag: str) -> None:
    offered = "".join(
        f"<{tag}><text>{said}</text><group>{group}</group></{tag}>"
        for said, group in (("Lima", "1"), ("Quito", "1"), ("mar", "2"), ("río", "2"))
    )
    found = question(asked(kind, offered, text="<p>[[2]] no está junto al [[3]]; [[1]] sí.</p>"))
    assert found.text["es"] == "[[1]] no está junto al [[2]]; [[3]] sí."
    assert [[(each.text["es"], each.right) for each in gap.options] for gap in found.gaps] == [
        [("Lima", False), ("Quito", True)],
        [("mar", True), ("río", False)],
        [("Lima", True), ("Quito", False)],
    ]


def test_categories_tags_and_lines() -> None:
    category = '<question type="category"><category><text>$course$/top/Agua/Costa</text></category></question>\n'
    tags = "<tags><tag><text>sur</text></tag><tag><text>mar</text></tag></tags>"
    found = line(category, asked("essay", tags))
    assert (found.folder, found.tags, found.name, found.place, found.number) == (
        ("Agua", "Costa"),
        ("sur", "mar"),
        "Una",
        4,
        1,
    )


def file(name: str, content: bytes) -> str:
    return f'<file name="{name}" path="/" encoding="base64">{base64.b64encode(content).decode()}</file>'


def test_pictures_come_along_under_safe_names() -> None:
    text = '<p>Mire <img src="@@PLUGINFILE@@/mi%20mapa.PNG" alt="Un mapa"></p>'
    found = report(asked("essay", text=text, files=file("mi mapa.PNG", picture())))
    [only] = found.lines
    assert only.question
    assert only.question.text["es"] == "Mire ![Un mapa](media/mi-mapa.png)"
    assert found.pictures == {"mi-mapa.png": picture()}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no picture", "x.png is no picture that can be shown here: PNG, JPEG, WebP, GIF or SVG."),
        (picture()[:-30], "x.png is no picture that can be shown here: PNG, JPEG, WebP, GIF or SVG."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "The drawing x.png is damaged, holds scripts or"),
        (b"\x89PNG" + b"0" * 2_000_001, "The picture x.png weighs over 2 MB."),
    ],
)
def test_a_picture_that_cannot_be_shown_is_a_remark(content: bytes, sentence: str) -> None:
    found = line(asked("essay", text='A<img src="@@PLUGINFILE@@/x.png" alt="b">', files=file("x.png", content)))
    assert found.question
    assert found.question.text["es"] == "A"
    assert str(found.remarks[0]).startswith(sentence)


def test_two_pictures_of_one_name_are_two() -> None:
    two = [
        asked("essay", text='<img src="@@PLUGINFILE@@/x.png" alt="a">', files=file("x.png", each))
        for each in (picture(), picture(size=(9, 9)))
    ]
    found = report(*two, two[0])
    assert len(found.pictures) == 2
    first, other, same = [each.digest for each in found.lines]
    assert (first == same, first == other) == (True, False)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("<p>x <math><mi>y</mi></math></p>", "It holds formulas in MathML, which are not shown here."),
        ("<p>x <video src='a'></video></p>", "It holds sound, video or an embedded page, which a question cannot"),
        ("<table><tr><td colspan='2'>a</td></tr></table>", "It holds a table with merged cells or lists in its cells"),
        ("<p>x <select><option>a</option></select></p>", "It holds form fields, which a text cannot hold here."),
    ],
)
def test_what_no_text_here_can_show_skips_the_question(text: str, sentence: str) -> None:
    found = line(asked("essay", text=text))
    assert found.question is None
    assert str(found.remarks[0]).startswith(sentence)


def test_what_is_left_out_of_a_text_is_named() -> None:
    assert remarks(asked("essay", text="<script>x</script>\\(x^2\\) <a href='/mod/1'>aquí</a>")) == [
        "A link to a place inside the other system is left out; its words stay.",
        "A script or style is left out.",
        "A formula in TeX stays as it is written: it is not drawn here.",
    ]


def test_a_table_in_an_option_is_named() -> None:
    table = "<![CDATA[<table><tr><td>a</td></tr><tr><td>b</td></tr></table>]]>"
    assert remarks(asked("multichoice", answer(table, "100") + answer("no"))) == [
        "An option holds several paragraphs, a list or a table: look at how it is shown."
    ]


@pytest.mark.parametrize("kind", ["calculated", "ddmarker", "randomsamatch", "coderunner"])
def test_types_that_are_not_asked_here_are_named(kind: str) -> None:
    assert remarks(asked(kind)) == [f"Questions of the type `{kind}` are not asked here."]
