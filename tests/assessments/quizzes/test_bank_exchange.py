"""Files of questions into the bank and out of it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from escuela.assessments.quizzes import bank
from escuela.assessments.quizzes.bank_models import BankEntry, BankImport, BankPicture
from escuela.assessments.quizzes.exchange import digest
from escuela.assessments.quizzes.models import QuestionBank
from escuela.columns import Localized
from escuela.extensions import db
from escuela.frameworks.services import load_catalogue
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[Any], Client]
BANK = "/banco-de-preguntas/escuela"
IMPORT = f"{BANK}/importar"
GIFT = """$CATEGORY: Lluvia

::Pluviómetro:: ¿Qué mide un pluviómetro? {=La lluvia ~El viento}

::Otra:: Una descripción sin respuesta.

::Repetida:: ¿Qué mide un pluviómetro? {=La lluvia ~El viento}

::Ensayo:: Cuente una inundación. {}
"""
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MOODLE = f"""<?xml version="1.0" encoding="UTF-8"?>
<quiz><question type="truefalse"><name><text>Mapa</text></name>
<questiontext format="html"><text><![CDATA[<p>¿Es un mapa? <img src="@@PLUGINFILE@@/Mapa 1.png" alt="Un mapa"></p>]]>
</text>
<file name="Mapa 1.png" path="/" encoding="base64">{DOT}</file></questiontext>
<answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question></quiz>
"""


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def send(who: Client, text: str, name: str = "preguntas.txt", **given: str) -> Any:
    typed = {"language": "es", "folder": "Agua", **given}
    return who.post(IMPORT, data={**typed, "file": (BytesIO(text.encode()), name)}, content_type="multipart/form-data")


def test_a_file_is_looked_at_and_then_taken_in_with_its_folders(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    assert gabriela.get(IMPORT).status_code == 200
    report = send(gabriela, GIFT).location
    page = words(gabriela.get(report))
    for expected in ("2 questions come in", "1 is there already", "1 is skipped", "2. Otra"):
        assert expected in page, expected
    assert db.session.scalars(select(BankEntry)).all() == [], "nothing is written before it is confirmed"
    assert gabriela.post(report, data={"take": "yes"}).location.startswith(BANK)
    entries = db.session.scalars(select(BankEntry).order_by(BankEntry.id)).all()
    assert [(entry.folder, entry.kind, entry.lacks) for entry in entries] == [
        ("Agua / Lluvia", "single", " pt"),
        ("Agua / Lluvia", "essay", " pt"),
    ]
    assert db.session.scalars(select(BankImport)).all() == []


def test_the_same_file_brings_nothing_twice_even_after_a_correction(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    gabriela.post(send(gabriela, GIFT).location, data={"take": "yes"})
    page = words(gabriela.get(send(gabriela, GIFT).location))
    assert "0 questions come in" in page
    assert "Nothing of this file can come in." in page
    gabriela.post(send(gabriela, GIFT).location, data={"take": "yes"})
    assert len(db.session.scalars(select(BankEntry)).all()) == 2


def test_a_file_can_be_left(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    report = send(gabriela, GIFT).location
    gabriela.post(report, data={"leave": "yes"})
    assert gabriela.get(report).status_code == 404
    assert db.session.scalars(select(BankEntry)).all() == []


def test_pictures_come_along_and_are_served_safely(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    gabriela.post(send(gabriela, MOODLE, "moodle.xml").location, data={"take": "yes"})
    picture, entry = db.session.scalars(select(BankPicture)).one(), db.session.scalars(select(BankEntry)).one()
    address = f"{BANK}/imagenes/{picture.name}"
    assert address in entry.question.asked.text["es"]
    assert f'src="{address}"' in gabriela.get(f"{BANK}/preguntas/{entry.question.slug}").text
    answer = as_(cast.lucia).get(address)
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/png", b64decode(DOT))
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert as_(cast.lucia).get(f"{BANK}/imagenes/otra.png").status_code == 404
    packed = ZipFile(BytesIO(as_(cast.gabriela).get(f"{BANK}/exportar/qti").data))
    assert any(name.endswith(picture.name) for name in packed.namelist())


@pytest.mark.parametrize("text", ["", "Querida Gabriela, te escribo.", "<quiz>"])
def test_what_is_no_file_of_questions_is_refused_in_a_sentence(cast: Cast, as_: As, text: str) -> None:
    answer = send(as_(cast.gabriela), text)
    assert (answer.status_code, "This could not be saved yet" in answer.text) == (422, True)
    assert db.session.scalars(select(BankImport)).all() == []


def test_a_form_without_a_file_or_with_too_deep_a_folder_is_refused(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    answer = gabriela.post(IMPORT, data={"language": "es", "folder": "a/b/c/d"})
    assert answer.status_code == 422
    assert "Choose a file." in answer.text


def test_tutors_export_and_do_not_import_and_strangers_find_nothing(cast: Cast, as_: As, client: Client) -> None:
    factories.banked()
    report = send(as_(cast.gabriela), GIFT).location
    renata = as_(cast.renata)
    assert [renata.get(IMPORT).status_code, send(renata, GIFT).status_code] == [403, 403]
    assert renata.get(f"{BANK}/exportar/yaml").status_code == 200
    assert as_(cast.elena).get(report).status_code == 404, "a file is of who sent it"
    lucia = as_(cast.lucia)
    assert [lucia.get(address).status_code for address in (IMPORT, report, f"{BANK}/exportar/gift")] == [404] * 3
    assert as_(None).post(IMPORT).status_code == 401


def test_what_is_listed_goes_out_in_three_formats(cast: Cast, as_: As) -> None:
    factories.banked(folder="Agua / Lluvia", tags=["básica"])
    factories.banked("¿Qué es el calor?", folder="Calor")
    gabriela = as_(cast.gabriela)
    gift = gabriela.get(f"{BANK}/exportar/gift?carpeta=Agua&descargar=si")
    assert "attachment" in gift.headers["Content-Disposition"]
    assert "$CATEGORY: Agua/Lluvia" in gift.text
    assert "calor" not in gift.text
    text = gabriela.get(f"{BANK}/exportar/yaml?carpeta=Agua").text
    assert text.startswith(
        'language: es\nquestions:\n  - slug: que-mide-un-pluviometro\n    folder: Agua / Lluvia\n    tags: ["básica"]\n'
    )
    assert gabriela.get(f"{BANK}/exportar/qti?descargar=si").data.startswith(b"PK")
    assert gabriela.get(f"{BANK}/exportar/pdf").status_code == 404


def test_what_goes_out_comes_in_as_what_is_there_already_says_its_words(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    gabriela.post(send(gabriela, GIFT).location, data={"take": "yes"})
    out = gabriela.get(f"{BANK}/exportar/gift?descargar=si").text
    assert "0 questions come in" in words(gabriela.get(send(gabriela, out).location))


def test_what_a_format_cannot_hold_is_told_before_the_download(cast: Cast, as_: As) -> None:
    factories.banked("¿En qué orden?", kind="ordering")
    page = as_(cast.gabriela).get(f"{BANK}/exportar/gift")
    assert "What the file leaves out" in page.text
    assert "¿En qué orden?" in page.text
    assert "descargar=si" in page.text


def test_our_own_text_comes_back_into_another_bank_and_brings_nothing_into_its_own(cast: Cast, as_: As) -> None:
    load_catalogue()
    entry = factories.banked(folder="Agua / Lluvia", tags=["básica"], items=["sendai"])
    factories.banked(Localized(pt="Quanto chove?"), kind="multiple")
    gabriela = as_(cast.gabriela)
    gabriela.post(send(gabriela, MOODLE, "moodle.xml").location, data={"take": "yes"})
    corrected = replace(entry.question.asked, text=Localized(es="¿Qué mide este aparato?"))
    bank.change(entry, entry_bank(), corrected, bank.Place("Agua", ["básica"], ["sendai"]), by=cast.gabriela)
    db.session.commit()
    out = gabriela.get(f"{BANK}/exportar/yaml?descargar=si")
    assert out.headers["Content-Disposition"].endswith('.zip"'), "pictures come along"

    def bring() -> str:
        file = {"language": "es", "folder": "", "file": (BytesIO(out.data), "escuela.zip")}
        return gabriela.post(IMPORT, data=file, content_type="multipart/form-data").location

    page = words(gabriela.get(bring()))
    assert "0 questions come in 3 are there already 0 are skipped" in page
    before = facts()
    for row in db.session.scalars(select(BankEntry)).all():
        db.session.delete(row.question)
    db.session.flush()
    db.session.commit()
    gabriela.post(bring(), data={"take": "yes"})
    assert facts() == before


def entry_bank() -> QuestionBank:
    return db.session.scalars(select(QuestionBank)).one()


def facts() -> list[Any]:
    entries = db.session.scalars(select(BankEntry).order_by(BankEntry.kind)).all()
    return [
        (digest(each.question.asked, {}), each.folder, each.names, [item.id for item in each.items], each.lacks)
        for each in entries
    ]


def test_a_framework_item_that_the_catalogue_does_not_have_is_named(cast: Cast, as_: As) -> None:
    load_catalogue()
    text = "questions:\n  - slug: una\n    frameworks: [sendai, atlantida]\n    kind: essay\n    text: Una\n"
    gabriela = as_(cast.gabriela)
    report = send(gabriela, text, "banco.yaml", folder="").location
    assert "The framework item atlantida is not in the catalogue: it is left out." in words(gabriela.get(report))
    gabriela.post(report, data={"take": "yes"})
    [entry] = db.session.scalars(select(BankEntry)).all()
    assert [item.id for item in entry.items] == ["sendai"]
