"""Who prepares an edition looks at it with other eyes, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from escuela.editions.models import DRAFT, LessonText
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.people.models import User
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]


def look(client: Client, role: str) -> None:
    answer = client.post("/ediciones/novena/escribir/ver", data={"role": role})
    assert (answer.status_code, answer.location) == (303, "/ediciones/novena")


@pytest.mark.parametrize("who", ["gabriela", "elena", "admin"])
def test_who_coordinates_sees_a_draft_as_a_participant_with_everything_open(who: str, cast: Cast, as_: As) -> None:
    cast.edition.status = DRAFT
    db.session.commit()
    client = as_(getattr(cast, who))
    look(client, "participant")
    page = client.get("/ediciones/novena").text
    assert "as a participant" in page
    assert "/ediciones/novena/personas" not in page
    assert "/ediciones/novena/certificado" in page
    for path in (f"lecciones/{cast.lesson.slug}", f"cuestionarios/{cast.quiz.slug}", "certificado", "tutorias"):
        assert client.get(f"/ediciones/novena/{path}").status_code == 200, path
    assert client.get("/ediciones/novena/personas").status_code == 403


@pytest.mark.parametrize("who", ["gabriela", "elena"])
def test_as_a_tutor_one_sees_the_people_and_may_not_change_them(who: str, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who))
    look(client, "tutor")
    page = client.get("/ediciones/novena/personas")
    assert page.status_code == 200
    assert "/personas/inscribir" not in page.text
    assert client.get(f"/ediciones/novena/tablero/{cast.lucias.id}").status_code == 200


def test_nothing_that_is_sent_while_looking_counts(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    look(client, "participant")
    answer = client.post(f"/ediciones/novena/lecciones/{cast.lesson.slug}/hecho")
    assert answer.status_code == 409
    assert "only looking" in answer.text
    assert db.session.scalar(select(func.count()).select_from(LessonDone)) == 0


def test_other_editions_are_as_far_away_as_for_a_stranger(cast: Cast, as_: As) -> None:
    client = as_(cast.elena)
    look(client, "participant")
    assert client.get("/ediciones/octava/certificado").status_code == 404
    assert client.get("/ediciones/octava/personas").status_code == 404


def test_one_changes_the_language_of_the_view_and_not_of_the_profile(cast: Cast, as_: As) -> None:
    db.session.add(LessonText(lesson=cast.lesson, language="pt", source="A água sobe.", html="<p>A água sobe.</p>"))
    db.session.commit()
    client = as_(cast.gabriela)
    look(client, "participant")
    client.post("/idioma", data={"language": "pt", "next": "/ediciones/novena"})
    assert "A água sobe." in client.get(f"/ediciones/novena/lecciones/{cast.lesson.slug}").text
    assert db.session.get(User, cast.gabriela.id).language == "en"  # type: ignore[union-attr]


def test_leaving_the_view_gives_everything_back(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    look(client, "participant")
    answer = client.post("/ediciones/novena/escribir/ver", data={"role": ""})
    assert answer.location == "/ediciones/novena/escribir"
    page = client.get("/ediciones/novena").text
    assert "as a participant" not in page
    assert "/ediciones/novena/personas" in page


@pytest.mark.parametrize(("who", "status"), [("renata", 403), ("lucia", 403), ("rocio", 404), (None, 401)])
def test_nobody_else_looks_through_a_lens(who: str | None, status: int, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who) if who else None)
    assert client.post("/ediciones/novena/escribir/ver", data={"role": "tutor"}).status_code == status


def test_whoever_no_longer_coordinates_loses_the_lens(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    look(client, "tutor")
    for member in list(cast.edition.staff):
        if member.user_id == cast.gabriela.id:
            cast.edition.staff.remove(member)
    db.session.commit()
    assert client.get("/ediciones/novena/personas").status_code == 404
