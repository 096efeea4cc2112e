"""QTI of both generations, as authoring tools write it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from zipfile import ZipFile

import pytest

from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.exchange import Line, read
from escuela.errors import DomainError
from tests.assessments.quizzes.exchange.drawn import picture

TWO = "http://www.imsglobal.org/xsd/imsqti_v2p1"
MATCH = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
MAP = "http://www.imsglobal.org/question/qti_v2p1/rptemplates/map_response"
MATCH_3 = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"


def item(declared: str, body: str, template: str = MATCH, more: str = "", title: str = "Una") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><assessmentItem xmlns="{TWO}" identifier="i1" title="{title}" '
        f'adaptive="false" timeDependent="false">{declared}'
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f'<itemBody>{body}</itemBody><responseProcessing template="{template}"/>{more}</assessmentItem>'
    ).encode()


def declared(
    right: str, *, cardinality: str = "single", base: str = "identifier", mapping: str = "", name: str = "RESPONSE"
) -> str:
    values = "".join(f"<value>{each}</value>" for each in right.split("|") if each)
    key = f"<correctResponse>{values}</correctResponse>" if values else ""
    return (
        f'<responseDeclaration identifier="{name}" cardinality="{cardinality}" baseType="{base}">{key}{mapping}'
        "</responseDeclaration>"
    )


def mapping(**values: float) -> str:
    entries = "".join(f'<mapEntry mapKey="{key}" mappedValue="{value}"/>' for key, value in values.items())
    return f'<mapping lowerBound="0" defaultValue="0">{entries}</mapping>'


CHOICES = "".join(f'<simpleChoice identifier="{each}">opción {each}</simpleChoice>' for each in "ABC")


def line(xml: bytes) -> Line:
    [found] = read("item.xml", xml, "es").lines
    return found


def question(xml: bytes) -> QuestionText:
    found = line(xml)
    assert found.question, found.remarks
    return found.question


def remarks(xml: bytes) -> list[str]:
    return [str(each) for each in line(xml).remarks]


def package(files: Mapping[str, bytes], kind: str = "imsqti_item_xmlv2p1") -> bytes:
    resources = "".join(
        f'<resource identifier="r{number}" type="{kind}" href="{name}"><file href="{name}"/></resource>'
        for number, name in enumerate(name for name in files if name.endswith(".xml"))
    )
    manifest = (
        f'<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>{resources}</resources></manifest>'
    )
    found = io.BytesIO()
    with ZipFile(found, "w") as zipped:
        for name, content in {"imsmanifest.xml": manifest.encode(), **files}.items():
            zipped.writestr(name, content)
    return found.getvalue()


CHOICE = item(
    declared("B"),
    f'<p>Lea:</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1"><prompt>¿Cuál?</prompt>{CHOICES}'
    "</choiceInteraction>",
)


def test_a_choice_of_one_with_its_prompt() -> None:
    found = question(CHOICE)
    assert (found.slug, found.kind, found.text["es"]) == ("una", "single", "Lea:\n\n¿Cuál?")
    assert [(each.key, each.text["es"], each.right) for each in found.options] == [
        ("a", "opción A", False),
        ("b", "opción B", True),
        ("c", "opción C", False),
    ]
    assert remarks(CHOICE) == []


def test_a_choice_of_several_scored_by_a_mapping_or_as_a_whole() -> None:
    body = f'<p>¿?</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="0">{CHOICES}</choiceInteraction>'
    mapped = item(declared("A|B", cardinality="multiple", mapping=mapping(A=1, B=1, C=-1)), body, MAP)
    assert (question(mapped).kind, question(mapped).partial, remarks(mapped)) == ("multiple", True, [])
    whole = item(declared("A|B", cardinality="multiple"), body)
    assert (question(whole).partial, [each.right for each in question(whole).options]) == (False, [True, True, False])
    uneven = item(declared("A|B", cardinality="multiple", mapping=mapping(A=2, B=1, C=0)), body, MAP)
    assert remarks(uneven)[0] == "Its right options had different weights; here each earns the same."


def test_points_are_what_a_mapping_gives_at_most_or_what_the_item_says() -> None:
    body = f'<p>¿?</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="0">{CHOICES}</choiceInteraction>'
    key = declared("A|B", cardinality="multiple", mapping=mapping(A=1, B=1, C=-1))
    assert question(item(key, body, MAP)).points == 2
    bounded = key.replace('lowerBound="0"', 'lowerBound="0" upperBound="5"')
    assert question(item(bounded, body, MAP)).points == 5
    said = (
        '<outcomeDeclaration identifier="MAXSCORE" cardinality="single" baseType="float">'
        "<defaultValue><value>2.5</value></defaultValue></outcomeDeclaration>"
    )
    assert remarks(item(key + said, body, MAP)) == ["Points are whole here, from 1 to 100: they were rounded."]


def test_answers_beside_the_key_that_earn_something_are_named() -> None:
    processing = (
        '<responseProcessing><responseCondition><responseIf><match><variable identifier="RESPONSE"/>'
        '<baseValue baseType="identifier">A</baseValue></match><setOutcomeValue identifier="SCORE">'
        '<baseValue baseType="float">0.5</baseValue></setOutcomeValue></responseIf></responseCondition>'
        "</responseProcessing>"
    )
    xml = CHOICE.replace(f'<responseProcessing template="{MATCH}"/>'.encode(), processing.encode())
    assert remarks(xml) == ["How it is scored could not be read whole: here its key decides."]


def test_typed_words_with_a_mapping() -> None:
    key = '<mapping defaultValue="0"><mapEntry mapKey="York" mappedValue="2" caseSensitive="false"/></mapping>'
    alone = item(
        declared("York", base="string", mapping=key),
        '<p>¿Qué ciudad?</p><p><textEntryInteraction responseIdentifier="RESPONSE"/></p>',
        MAP,
    )
    assert (question(alone).kind, question(alone).case, question(alone).accepted[0].answer) == ("short", False, "York")
    inside = item(
        declared("York", base="string", mapping=key),
        '<p>El sol de <textEntryInteraction responseIdentifier="RESPONSE"/> brilla.</p>',
        MAP,
    )
    assert (question(inside).kind, question(inside).text["es"]) == ("gaps", "El sol de [[1]] brilla.")


def test_a_number_with_a_tolerance() -> None:
    processing = (
        '<responseProcessing><responseCondition><responseIf><equal toleranceMode="absolute" tolerance="0.5 0.5">'
        '<variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></equal>'
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )
    xml = item(
        declared("9.8", base="float"), '<p>¿g? <textEntryInteraction responseIdentifier="RESPONSE"/> m/s²</p>'
    ).replace(f'<responseProcessing template="{MATCH}"/>'.encode(), processing.encode())
    found = question(xml)
    assert (found.kind, found.text["es"]) == ("number", "¿g? \\_\\_\\_\\_\\_ m/s²")
    assert [(each.answer, each.tolerance) for each in found.accepted] == [("9.8", "0.5")]


def test_gaps_to_choose_and_to_type() -> None:
    choices = '<inlineChoice identifier="G">Gloucester</inlineChoice><inlineChoice identifier="Y">York</inlineChoice>'
    xml = item(
        declared("Y", name="R1") + declared("sol", base="string", name="R2"),
        f'<p>El <textEntryInteraction responseIdentifier="R2"/> de <inlineChoiceInteraction responseIdentifier="R1">'
        f"{choices}</inlineChoiceInteraction>.</p>",
    )
    found = question(xml)
    assert (found.kind, found.text["es"], found.partial) == ("gaps", "El [[1]] de [[2]].", False)
    assert [each.answer for each in found.gaps[0].accepted] == ["sol"]
    assert [each.right for each in found.gaps[1].options] == [False, True]


def associable(names: str, most: str = "1") -> str:
    return "".join(
        f'<simpleAssociableChoice identifier="{each}" matchMax="{most}">{each}.</simpleAssociableChoice>'
        for each in names
    )


def matching(most: str) -> str:
    return (
        '<matchInteraction responseIdentifier="RESPONSE"><prompt>Una</prompt>'
        f"<simpleMatchSet>{associable('CD')}</simpleMatchSet><simpleMatchSet>{associable('RTW', most)}</simpleMatchSet>"
        "</matchInteraction>"
    )


def test_pairs_and_classes() -> None:
    pairs = declared("C R|D T", cardinality="multiple", base="directedPair")
    found = question(item(pairs, matching("1")))
    assert (found.kind, found.partial, [each.target for each in found.options]) == ("matching", False, ["r", "t"])
    same = declared("C R|D R", cardinality="multiple", base="directedPair")
    assert question(item(same, matching("4"))).kind == "classify"
    several = declared("C R|C T|D T", cardinality="multiple", base="directedPair")
    assert line(item(several, matching("4"))).question is None


def test_pairs_of_one_set_are_a_matching() -> None:
    xml = item(
        declared("A P|C M", cardinality="multiple", base="pair"),
        f'<p>Una</p><associateInteraction responseIdentifier="RESPONSE">{associable("APCM")}</associateInteraction>',
    )
    assert (question(xml).kind, [each.text["es"] for each in question(xml).options]) == ("matching", ["A.", "C."])


def test_words_dragged_into_a_text_are_gaps() -> None:
    words = (
        '<gapText identifier="W" matchMax="1">invierno</gapText><gapText identifier="S" matchMax="1">verano</gapText>'
    )
    xml = item(
        declared("W G1|S G2", cardinality="multiple", base="directedPair"),
        f'<gapMatchInteraction responseIdentifier="RESPONSE"><prompt>Complete.</prompt>{words}'
        '<p>Del <gap identifier="G1"/> al <gap identifier="G2"/>.</p></gapMatchInteraction>',
    )
    found = question(xml)
    assert found.text["es"] == "Complete.\n\nDel [[1]] al [[2]]."
    assert [[each.right for each in gap.options] for gap in found.gaps] == [[True, False], [False, True]]


def test_an_order() -> None:
    xml = item(
        declared("C|A|B", cardinality="ordered"),
        f'<orderInteraction responseIdentifier="RESPONSE"><prompt>Ordene</prompt>{CHOICES}</orderInteraction>',
    )
    assert [each.text["es"] for each in question(xml).options] == ["opción C", "opción A", "opción B"]


def test_feedback_of_what_was_chosen() -> None:
    modal = '<modalFeedback outcomeIdentifier="F" identifier="A" showHide="show">No es A.</modalFeedback>'
    whole = '<modalFeedback outcomeIdentifier="F" identifier="CORRECT" showHide="show">Bien.</modalFeedback>'
    inline = CHOICES.replace(
        "opción B", 'opción B<feedbackInline outcomeIdentifier="F" identifier="B" showHide="show">¡Sí!</feedbackInline>'
    )
    body = f'<p>¿?</p><choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{inline}</choiceInteraction>'
    xml = item(declared("B"), body, more=modal + whole)
    assert [each.feedback["es"] for each in question(xml).options] == ["No es A.", "¡Sí!", ""]
    assert question(xml).options[1].text == {"es": "opción B"}
    assert remarks(xml) == ["Feedback on the whole answer, when it is right or wrong, is left out."]


def test_the_names_of_qti_3_say_the_same() -> None:
    xml = (
        '<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="i" title="Tres">'
        '<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">'
        "<qti-correct-response><qti-value>B</qti-value></qti-correct-response></qti-response-declaration>"
        '<qti-item-body><qti-choice-interaction response-identifier="RESPONSE"><qti-prompt>¿?</qti-prompt>'
        '<qti-simple-choice identifier="A">a</qti-simple-choice><qti-simple-choice identifier="B">b</qti-simple-choice>'
        "</qti-choice-interaction></qti-item-body>"
        f'<qti-response-processing template="{MATCH_3}"/></qti-assessment-item>'
    ).encode()
    assert ([each.right for each in question(xml).options], remarks(xml)) == ([False, True], [])


@pytest.mark.parametrize(
    "kind", ["hottextInteraction", "hotspotInteraction", "sliderInteraction", "uploadInteraction", "customInteraction"]
)
def test_interactions_that_are_not_asked_here_are_named(kind: str) -> None:
    xml = item(declared("A"), f'<p>¿?</p><{kind} responseIdentifier="RESPONSE"/>')
    assert remarks(xml) == [f"Questions of the type `{kind}` are not asked here."]


def test_an_item_with_two_questions_is_named_and_skipped() -> None:
    one = f'<choiceInteraction responseIdentifier="RESPONSE" maxChoices="1">{CHOICES}</choiceInteraction>'
    assert remarks(item(declared("A"), one + one)) == ["It asks several things at once: divide it."]


def test_scoring_that_cannot_be_read_is_named() -> None:
    xml = CHOICE.replace(MATCH.encode(), b"https://example.org/own_template")
    assert remarks(xml) == ["How it is scored could not be read whole: here its key decides."]


def test_a_package_with_pictures_folders_and_a_file_that_is_missing() -> None:
    shown = CHOICE.replace(b"<p>Lea:</p>", b'<p><img src="../img/mapa.png" alt="Un mapa"/></p>')
    data = package({"items/una.xml": shown, "img/mapa.png": picture(), "items/mala.xml": b"<a"})
    report = read("x.zip", data, "es")
    assert [(each.name, each.where, each.question is not None) for each in report.lines] == [
        ("Una", "items/una.xml", True),
        ("r1", "items/mala.xml", False),
    ]
    assert str(report.lines[1].remarks[0]).startswith("This XML file is damaged in line 1")
    assert report.pictures == {"mapa.png": picture()}


def test_a_package_of_an_old_version_is_refused() -> None:
    with pytest.raises(DomainError, match=r"QTI 1\.2"):
        read("x.zip", package({"a.xml": b"<questestinterop/>"}, "imsqti_xmlv1p2"), "es")


def test_a_package_of_an_old_version_is_known_without_the_address_of_its_file() -> None:
    data = package({"a.xml": b"<questestinterop/>"}, "imsqti_xmlv1p2/imscc_xmlv1p1/assessment")
    with pytest.raises(DomainError, match=r"QTI 1\.2"):
        read("x.zip", data, "es")
    with pytest.raises(DomainError, match=r"QTI 1\.2"):
        read("x.zip", rezipped(package({"a.xml": b"<a/>"}, "imsqti_xmlv1p2"), b' href="a.xml"><file', b"><file"), "es")


def rezipped(data: bytes, before: bytes, after: bytes) -> bytes:
    """The same package with its manifest changed."""
    found, source = io.BytesIO(), ZipFile(io.BytesIO(data))
    with ZipFile(found, "w") as zipped:
        for name in source.namelist():
            content = source.read(name)
            zipped.writestr(name, content.replace(before, after) if name == "imsmanifest.xml" else content)
    return found.getvalue()


def test_an_object_that_is_a_picture_is_one_and_what_stands_in_for_it_stays() -> None:
    shown = CHOICE.replace(
        b"<p>Lea:</p>",
        b'<p><object type="image/png" data="img/mapa.png">Un mapa</object></p>'
        b'<p><object type="image/eps" data="img/otra.eps"><img src="mapa.png" alt="Otra"/></object></p>',
    )
    report = read("x.zip", package({"items/una.xml": shown, "items/img/mapa.png": picture(), "mapa.png": b"x"}), "es")
    [found] = report.lines
    assert found.question is not None
    assert found.question.text["es"].startswith("![Un mapa](media/mapa.png)")
    assert sorted(map(str, found.remarks)) == [
        "The picture otra.eps does not come with the file.",
        "mapa.png is no picture that can be shown here: PNG, JPEG, WebP, GIF or SVG.",
    ], "an address that leads nowhere from the item is looked for from the top"


def test_items_that_a_manifest_names_as_files_of_a_test_come_in() -> None:
    data = package({"prueba.xml": b"<assessmentTest/>", "una.xml": CHOICE}, "imsqti_test_xmlv2p2")
    report = read("x.zip", data, "es")
    assert [(each.name, each.where, each.question is not None) for each in report.lines] == [("Una", "una.xml", True)]


def test_a_comparison_may_set_feedback_before_the_score() -> None:
    processing = (
        '<responseProcessing><responseCondition><responseIf><equal><variable identifier="RESPONSE"/>'
        '<baseValue baseType="integer">42</baseValue></equal>'
        '<setOutcomeValue identifier="FEEDBACK"><baseValue baseType="identifier">Correct</baseValue></setOutcomeValue>'
        '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">10</baseValue></setOutcomeValue>'
        "</responseIf></responseCondition></responseProcessing>"
    )
    xml = item(
        declared("", base="integer"), '<p>¿?</p><div><textEntryInteraction responseIdentifier="RESPONSE"/></div>'
    ).replace(f'<responseProcessing template="{MATCH}"/>'.encode(), processing.encode())
    assert [each.answer for each in question(xml).accepted] == ["42"]
