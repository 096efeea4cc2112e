"""The editor of an activity: what saving does is told first, drafts, versions, and two who write the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from escuela.authoring.models import ActivityDraft, ActivityVersion
from escuela.editions.models import LessonText
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.people.models import User
from tests.cast import Cast
from tests.conftest import NOW, Client
from tests.posted import inputs

As = Callable[[User | None], Client]
HERE = "/ediciones/novena/escribir"
LESSON = f"{HERE}/actividades/leccion"
SCRIPT = {"Accept": "application/json"}


def read_by_lucia(cast: Cast) -> None:
    db.session.add(LessonDone(enrolment_id=cast.lucias.id, lesson_id=cast.lesson.id, done_at=NOW))
    db.session.commit()


def typed(client: Client, **changed: str) -> dict[str, Any]:
    """What the page holds, as a browser would send it, with these fields typed anew."""
    return inputs(client.get(LESSON).text).to_dict(flat=False) | {"body-es": "El arroyo crece.", **changed}


def source() -> str:
    return db.session.scalars(select(LessonText.source).where(LessonText.language == "es")).one()


@pytest.mark.parametrize(
    ("language", "done", "due"),
    [
        ("en", "1 participant has done it already", "1 participant has not done it"),
        ("es", "1 participante ya la hizo", "1 participante no la hizo"),
        ("pt", "1 participante já a fez", "1 participante não a fez"),
    ],
)
def test_what_saving_does_to_a_running_edition_is_told_first_in_the_language_of_who_saves(
    language: str, done: str, due: str, cast: Cast, as_: As
) -> None:
    read_by_lucia(cast)
    cast.gabriela.language = language
    db.session.commit()
    client = as_(cast.gabriela)
    wanted = typed(client, due="2026-12-01T10:00")
    told = client.post(LESSON, data=wanted | {"save": "1"})
    assert told.status_code == 422
    assert done in told.text
    assert due in told.text
    assert source() == "El agua sube."
    seen = inputs(told.text).to_dict(flat=False)
    assert client.post(LESSON, data=seen | {"save": "1"}).status_code == 303
    assert source() == "El arroyo crece."


def test_a_draft_is_kept_as_it_is_typed_and_opens_again(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    answer = client.post(LESSON, data=typed(client), headers=SCRIPT)
    assert answer.status_code == 200
    assert source() == "El agua sube."
    assert inputs(client.get(LESSON).text)["body-es"].strip() == "El arroyo crece."
    assert client.post(LESSON, data=typed(client) | {"save": "1"}).status_code == 303
    assert list(db.session.scalars(select(ActivityDraft))) == []


def test_who_types_over_the_draft_of_somebody_else_is_told_so(cast: Cast, as_: As) -> None:
    client = as_(cast.elena)
    began = typed(client)
    client = as_(cast.gabriela)
    client.post(LESSON, data=typed(client, **{"body-es": "Sube el agua."}), headers=SCRIPT)
    refused = as_(cast.elena).post(LESSON, data=began, headers=SCRIPT)
    assert refused.status_code == 409
    assert "Gabriela Timbó Palo is writing here too" in refused.get_json()["message"]


def test_who_saves_over_a_newer_version_is_shown_both_first(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    old = typed(client, **{"body-es": "Lo mío."})
    client.post(LESSON, data=typed(client, **{"body-es": "Lo de Elena."}) | {"save": "1"})
    refused = client.post(LESSON, data=old | {"save": "1"})
    assert refused.status_code == 409
    assert source() == "Lo de Elena."


def test_a_version_is_brought_back_as_a_new_one(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    client.post(LESSON, data=typed(client) | {"save": "1"})
    page = client.get(f"{LESSON}/versiones")
    assert "<ins>" in page.text
    back = client.post(f"{LESSON}/versiones/1", data={"over": 2, "seen": ""})
    assert back.status_code == 303
    assert source() == "El agua sube."
    assert list(db.session.scalars(select(ActivityVersion.number).order_by(ActivityVersion.number))) == [1, 2, 3]
    assert client.post(f"{LESSON}/versiones/1", data={"over": 2, "seen": ""}).status_code == 409, "somebody saved since"


def test_the_preview_is_the_lesson_as_participants_read_it_with_nothing_that_runs(cast: Cast, as_: As) -> None:
    words = "## Agua\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n\n![](media/no-hay.png)"
    answer = as_(cast.gabriela).post(f"{HERE}/vista/{cast.module.slug}", data={"language": "es", "source": words})
    assert "<h2" in answer.text
    assert "<script" not in answer.text
    assert 'href="javascript' not in answer.text
    assert 'data-line="7"' in answer.text


@pytest.mark.parametrize(("who", "status"), [("renata", 403), ("lucia", 403), ("rocio", 404), ("thiago", 404)])
@pytest.mark.parametrize("path", ["/actividades/leccion", "/actividades/leccion/versiones"])
def test_only_who_coordinates_writes(path: str, who: str, status: int, cast: Cast, as_: As) -> None:
    assert as_(getattr(cast, who)).get(HERE + path).status_code == status
