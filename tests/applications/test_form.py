"""The draft: kept as it is typed, on several devices; documents; what is asked and what is missing."""

from __future__ import annotations

import io
from typing import Any

import pytest

from escuela.applications import draft, queries, services
from escuela.calls.models import Call
from escuela.extensions import db
from tests import factories
from tests.applications.conftest import PAGE, PDF, Applicant, complete, marks, said
from tests.cast import Cast


def test_what_is_typed_is_kept_valid_or_not(applicant: Applicant) -> None:
    answer = applicant.send(script=True, **{"name": "Ana", "q-personas": "muchas", "q-areas": ["b", "a"]})
    assert (answer.status_code, "Saved at 12:00" in said(answer)["message"]) == (200, True)
    assert applicant.row.draft["q-personas"] == "muchas"
    page = applicant.client.get(PAGE).text
    assert 'value="muchas"' in page
    assert page.count('name="q-areas" value="a" checked') == page.count('name="q-areas" value="b" checked') == 1


def test_two_devices_do_not_overwrite_each_others_fields(applicant: Applicant) -> None:
    began = applicant.began()
    applicant.send(began=began, name="Ana", position="")
    other = Applicant(applicant.client, applicant.call)
    answer = said(other.send(script=True, began=began, position="Directora"))
    assert (applicant.row.draft["name"], applicant.row.draft["position"]) == ("Ana", "Directora")
    assert "changed on another device" not in answer["message"]
    # the second page still shows no name, and goes on from what it sent
    other.send(script=True, began=answer["began_from"], position="Directora de ambiente")
    assert applicant.row.draft["name"] == "Ana"


def test_a_field_changed_on_two_devices_keeps_the_last_and_tells_the_other(applicant: Applicant) -> None:
    began = applicant.began()
    applicant.send(began=began, **{"position": "Directora", "q-viaja": "a"})
    message = said(applicant.send(script=True, began=began, **{"position": "Jefa", "q-viaja": "b"}))["message"]
    assert applicant.row.draft["position"] == "Jefa"
    assert "there it said: «Directora»" in message
    assert "there it said: «Opción a»" in message


def test_what_a_page_cannot_have_typed_is_refused_and_the_draft_stays(applicant: Applicant) -> None:
    applicant.send(**{"q-problema": "El arroyo"})
    answer = applicant.send(script=True, **{"q-problema": "x" * 20_001})
    assert answer.status_code == 409
    assert applicant.row.draft["q-problema"] == "El arroyo"


def test_a_question_is_asked_only_after_the_answer_that_it_hangs_on(applicant: Applicant, cast: Cast) -> None:
    shown = 'data-shown-if="q-viaja" data-shown-value="a"'
    assert f"{shown} hidden" in applicant.client.get(PAGE).text
    applicant.upload()
    applicant.send(**complete(cast.canelones.id) | {"q-viaja": "a"})
    assert f"{shown}>" in applicant.client.get(PAGE).text
    answer = applicant.send("entregar")
    assert (answer.status_code, "¿Desde dónde?" in answer.text) == (422, True)
    applicant.send(**{"q-desde": "Canelones", "q-viaja": "b"})
    assert applicant.send("entregar").status_code == 303
    assert "desde" not in applicant.row.answers  # typed, and no longer asked
    assert applicant.row.draft["q-desde"] == "Canelones"


def test_the_checklist_tells_what_is_missing(applicant: Applicant, cast: Cast) -> None:
    everything = "Nothing is missing"
    answer = said(applicant.send(script=True, **complete(cast.canelones.id)))
    assert 'class="missing"' in answer["checklist"]
    assert 'href="#q-carta"' in answer["checklist"]
    assert everything in said(applicant.upload(script=True))["checklist"]


def test_handing_in_what_is_not_whole_says_all_that_is_missing_and_keeps_it(applicant: Applicant) -> None:
    answer = applicant.send("entregar", **{"name": "Ana Ceibo", "q-personas": "muchas"})
    assert answer.status_code == 422
    for link in ("gender", "position", "government", "q-problema", "q-viaja", "q-personas", "q-acepta", "q-carta"):
        assert f'<a href="#{link}">' in answer.text
    assert 'value="Ana Ceibo"' in answer.text
    assert "Write a number, such as 1500." in answer.text
    assert applicant.row.number is None


def test_a_refusal_brings_back_nothing_that_another_device_has_changed(applicant: Applicant) -> None:
    began = applicant.began()
    applicant.send(began=began, position="Directora")
    page = Applicant(applicant.client, applicant.call).send("entregar", began=began, name="Ana").text
    assert 'value="Ana"' in page
    assert 'value="Directora"' in page


# --- documents


def test_a_document_is_a_pdf_by_what_is_in_it(applicant: Applicant) -> None:
    for content, name, reason in (
        (b"PK\x03\x04 word", "carta.pdf", "is not a PDF"),
        (b"<html>", "carta.pdf", "is not a PDF"),
        (b"", "carta.pdf", "is empty"),
        (PDF, "carta.docx", "another ending"),
    ):
        answer = applicant.upload(content, name)
        assert (answer.status_code, reason in answer.text) == (422, True)
    assert applicant.client.post(f"{PAGE}/archivos/carta").status_code == 422  # nothing chosen
    assert applicant.row.files == []


def test_a_document_that_is_too_big_is_refused_and_the_draft_is_untouched(applicant: Applicant, call: Call) -> None:
    applicant.send(name="Ana")
    question = services.document_question(call, "carta")
    assert question is not None
    with pytest.raises(services.DocumentError, match="bigger than 20 MB"):
        services.attach(applicant.row, question, io.BytesIO(PDF + bytes(21_000_000)), name="carta.pdf")
    assert (applicant.row.files, applicant.row.draft) == ([], {"name": "Ana"})


def test_a_refused_document_gives_back_what_was_typed(applicant: Applicant) -> None:
    data = {"began_from": marks({"name": ""}), "name": "Ana", "file-carta": (io.BytesIO(b"no"), "carta.pdf")}
    answer = applicant.client.post(f"{PAGE}/archivos/carta", data=data)
    assert (answer.status_code, 'value="Ana"' in answer.text) == (422, True)


def test_a_document_is_replaced_and_removed(applicant: Applicant) -> None:
    first = said(applicant.upload(script=True))
    assert "carta.pdf was received whole." in first["message"]
    applicant.upload(PDF + b"otra", "otra.pdf")
    assert [file.name for file in applicant.row.files] == ["carta.pdf", "otra.pdf"]
    assert applicant.row.draft["q-carta"] == applicant.row.files[1].id
    applicant.send("archivos/carta/quitar")
    assert "q-carta" not in applicant.row.draft


def test_a_document_that_was_chosen_and_not_sent_goes_with_the_button(applicant: Applicant, cast: Cast) -> None:
    applicant.send(**complete(cast.canelones.id))
    data = applicant.typed | {"began_from": applicant.began(), "file-carta": (io.BytesIO(PDF), "carta.pdf")}
    assert applicant.client.post(f"{PAGE}/entregar", data=data).status_code == 303
    assert applicant.row.number == 1


def test_a_document_is_its_applicants_and_once_handed_in_the_coordinators(
    ready: Applicant, cast: Cast, call: Call
) -> None:
    address = f"/convocatorias/novena/archivos/{ready.row.files[0].id}"
    answer = ready.client.get(address)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"] == "attachment; filename=carta.pdf"
    assert ready.client.get(address.replace("novena", "octava")).status_code == 404
    people = (None, cast.renata, cast.lucia, cast.gabriela, cast.elena)
    assert [ready.client.sign_in(who).get(address).status_code for who in people] == [404] * 5
    Applicant(ready.client, call).enter().send("entregar", **ready.typed)
    assert [ready.client.sign_in(who).get(address).status_code for who in people] == [404, 404, 404, 200, 200]
    Applicant(ready.client.sign_in(None), call, email="otra@municipio.example").enter()
    assert ready.client.get(address).status_code == 404


def test_a_document_of_another_applicant_cannot_be_named_in_a_draft(ready: Applicant, call: Call) -> None:
    theirs = ready.row.draft["q-carta"]
    other = Applicant(ready.client, call, email="otra@municipio.example").enter()
    other.send(**ready.typed, **{"q-carta": str(theirs)})
    assert "q-carta" not in other.row.draft
    other.row.draft = {**other.row.draft, "q-carta": theirs}
    db.session.commit()
    assert other.send("entregar").status_code == 422


# --- reading what was typed


@pytest.mark.parametrize(
    ("typed", "language", "kept"),
    [
        ("1500", "es", "1500"),
        ("159.000", "es", "159000"),
        ("1.500,5", "pt", "1500.5"),
        ("1.5", "es", "1.5"),
        ("1,500", "en", "1500"),
        ("1,5", "en", "1.5"),
        (" 12 000 ", "es", "12000"),
        ("-3", "es", "-3"),
        ("nan", "es", None),
        ("1e9", "es", None),
        ("12.34.5", "es", None),
        ("٣", "es", None),
        ("9" * 40, "es", None),
    ],
)
def test_a_number_is_read_as_people_write_it(typed: str, language: str, kept: str | None) -> None:
    assert draft.read_number(typed, language) == kept


def checked(call: Call, **values: Any) -> draft.Checked:
    return draft.check(call, values, language="es", government=None, files={})


def test_each_kind_of_answer_is_judged(call: Call) -> None:
    found = checked(
        call,
        **{
            "q-problema": "x" * 5001,
            "q-viaja": "z",
            "q-areas": ["z", "b"],
            "q-fecha": "2026-02-30",
            "q-acepta": "no",
            "name": "  ",
        },
    )
    assert str(found.faults["q-problema"]) == "At most 5000 characters: 1 too many."
    assert {"q-viaja", "q-fecha", "q-acepta", "name"} <= set(found.faults)
    assert found.answers == {"areas": ["b"]}


def test_signs_that_no_database_keeps_are_left_out(applicant: Applicant) -> None:
    applicant.send(name="Ana\0\u202e Ceibo")
    assert applicant.row.draft["name"] == "Ana Ceibo"


def test_a_page_with_spoiled_marks_still_saves(applicant: Applicant) -> None:
    for began in ("", "[1]", "{", '{"name": 3}'):
        assert applicant.send(script=True, began=began, name=f"Ana {began}").status_code == 200


# --- which local government


def test_a_search_forgives_accents_and_typing(applicant: Applicant) -> None:
    factories.government("Prefeitura Municipal de São José dos Campos", country="BR", subdivision="BR-SP")
    factories.government("Prefeitura Municipal de São Leopoldo", country="BR", subdivision="BR-RS")

    def names(**words: str) -> list[str]:
        answer = applicant.client.get("/convocatorias/novena/gobiernos", query_string=words)
        return [each["name"] for each in said(answer)["found"]]

    assert names(nombre="canelonez") == ["Intendencia de Canelones"]
    assert names(nombre="intendensia de kanelones") == ["Intendencia de Canelones"]
    assert names(nombre="sao jose") == ["Prefeitura Municipal de São José dos Campos"]
    assert names(nombre="SAO JOZE", pais="BR") == ["Prefeitura Municipal de São José dos Campos"]
    assert names(nombre="sao jose", pais="UY") == []
    assert names(nombre="zzz") == []
    assert names(nombre="", pais="AR") == ["Municipalidad de San Fernando del Valle de Catamarca"]
    assert len(names(nombre="prefeitura")) == 2


def test_the_search_is_for_who_applies(applicant: Applicant) -> None:
    applicant.client.sign_in(None)
    assert applicant.client.get("/convocatorias/novena/gobiernos?nombre=canelones").status_code == 404


def test_without_a_script_the_search_saves_and_shows_a_list_to_choose_from(applicant: Applicant, cast: Cast) -> None:
    answer = applicant.send(name="Ana", search="1", find_name="canelonez", find_country="UY")
    assert answer.status_code == 303
    page = applicant.client.get(answer.location).text
    assert f'name="government" value="{cast.canelones.id}"' in page
    assert applicant.row.draft == {"name": "Ana"}


def test_a_proposal_that_looks_like_one_of_the_registry_is_pointed_out(applicant: Applicant, cast: Cast) -> None:
    proposal = {"government": "new", "proposed_name": "Municipio de Canelónes", "proposed_subdivision": "UY-CA"}
    answer = said(applicant.send(script=True, **proposal))
    assert f'value="{cast.canelones.id}"' in answer["twins"]
    assert said(applicant.send(script=True, proposed_name="Intendencia de Rivera"))["twins"].strip() == ""


def test_a_government_that_is_none_is_missing(applicant: Applicant, cast: Cast) -> None:
    for government in ("999999", "-1", "1e3", "٣", "9" * 30, "new"):
        answer = applicant.send("entregar", **complete(cast.canelones.id) | {"government": government})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("montebideo", "Intendencia de Montevideo"),
        ("Intendencia de MONTEVIDIO", "Intendencia de Montevideo"),
        ("CÓRDOVA", "Municipalidad de Córdoba"),
        ("florianapolis", "Prefeitura Municipal de Florianópolis"),
        ("san fernado del vale", "Municipalidad de San Fernando del Valle de Catamarca"),
    ],
)
def test_a_long_name_is_found_although_it_is_typed_with_mistakes(words: str, name: str, cast: Cast) -> None:
    for place, country in (
        ("Intendencia de Montevideo", "UY"),
        ("Municipalidad de Córdoba", "AR"),
        ("Prefeitura Municipal de Florianópolis", "BR"),
    ):
        factories.government(place, country=country, subdivision=f"{country}-X")
    assert queries.find_governments(words)[0].name == name
