"""The outline of an edition: who writes it, its order, what is copied, put away, brought back and taken out."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from escuela import clock
from escuela.assessments.assignments.models import Assignment
from escuela.authoring.models import ActivityDraft, ActivityVersion
from escuela.columns import Localized
from escuela.content.rows import text_of
from escuela.editions.models import Activity, Edition, Lesson, LessonText, Media, Module
from escuela.extensions import db
from escuela.learning.models import LessonDone
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client
from tests.posted import inputs

As = Callable[[User | None], Client]
HERE = "/ediciones/novena/escribir"
MODULE = {"title-es": "Ríos y quebradas", "title-pt": "Rios", "summary-es": "El agua.", "summary-pt": "", "hours": "6"}


def module(slug: str) -> Module:
    return db.session.scalars(select(Module).where(Module.slug == slug)).one()


def activity(slug: str) -> Activity:
    return db.session.scalars(select(Activity).where(Activity.slug == slug)).one()


def order(edition: Edition) -> dict[str, list[str]]:
    rows = select(Module).where(Module.edition_id == edition.id, Module.archived_at.is_(None))
    return {
        each.slug: [row.slug for row in sorted(each.activities, key=lambda row: row.position) if not row.archived_at]
        for each in db.session.scalars(rows.order_by(Module.position))
    }


def seen(client: Client) -> str:
    return client.get(HERE).text.split('name="seen" value="')[1].split('"')[0]


def puts_away(client: Client, what: str) -> int:
    """From the page that says what it does."""
    page = client.get(f"{HERE}/{what}/archivar").text
    return client.post(f"{HERE}/{what}/archivar", data=dict(inputs(page))).status_code


def done(cast: Cast) -> None:
    factories.saved(LessonDone(lesson_id=cast.lesson.id, enrolment_id=cast.lucias.id, done_at=clock.now()))


# --- who


PAGES = ["", "/modulos/nuevo", "/modulos/modulo-1", "/actividades/leccion", "/actividades/leccion/versiones"]
PAGES += ["/modulos/modulo-1/nueva/lesson", "/actividades/leccion/archivar", "/modulos/modulo-1/quitar"]
SENT = ["/orden", "/modulos/nuevo", "/modulos/modulo-1", "/actividades/leccion", "/vista/modulo-1"]
SENT += ["/modulos/modulo-1/nueva/lesson", "/actividades/leccion/duplicar", "/actividades/leccion/versiones/1"]


@pytest.mark.parametrize(("who", "status"), [("renata", 403), ("lucia", 403), ("rocio", 404), ("thiago", 404)])
def test_only_who_coordinates_the_edition_writes_it(who: str, status: int, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who))
    assert {page: client.get(HERE + page).status_code for page in PAGES} == dict.fromkeys(PAGES, status)
    assert {page: client.post(HERE + page).status_code for page in SENT} == dict.fromkeys(SENT, status)


def test_a_coordinator_writes_only_the_own_edition(cast: Cast, as_: As) -> None:
    theirs = factories.lesson(factories.module(cast.other), slug="ajena")
    draft = ActivityDraft(edition_id=cast.other.id, module_id=theirs.module_id, kind="lesson", fields={})
    draft.saved_at, draft.saved_by_id = NOW, cast.elena.id
    factories.saved(draft)
    client = as_(cast.gabriela)
    assert {client.get(HERE + page).status_code for page in PAGES} == {200}
    assert client.get("/ediciones/octava/escribir").status_code == 404
    for page in ("/actividades/ajena", f"/borradores/{draft.id}", "/actividades/ajena/versiones"):
        assert client.get(HERE + page).status_code == 404, page
    assert client.post(f"{HERE}/borradores/{draft.id}/descartar").status_code == 404


def test_the_tab_is_there_for_who_coordinates(cast: Cast, as_: As) -> None:
    assert f'href="{HERE}"' in as_(cast.gabriela).get("/ediciones/novena").text
    assert f'href="{HERE}"' not in as_(cast.lucia).get("/ediciones/novena").text


# --- modules


def test_a_module_gets_its_slug_from_its_title_and_keeps_it(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    assert client.post(f"{HERE}/modulos/nuevo", data=MODULE).status_code == 303
    assert client.post(f"{HERE}/modulos/nuevo", data=MODULE).location == f"{HERE}#m-rios-y-quebradas-2"
    assert client.post(f"{HERE}/modulos/rios-y-quebradas", data=MODULE | {"title-es": "Ríos"}).status_code == 303
    row = module("rios-y-quebradas")
    assert (row.title, row.hours, row.position) == ({"es": "Ríos", "pt": "Rios"}, 6, 2)
    assert cast.edition.edited_at == NOW
    assert [each.verb for each in db.session.scalars(select(Change))] == [*["module-created"] * 2, "module-changed"]


def test_what_is_wrong_with_a_module_is_said_and_nothing_is_lost(cast: Cast, as_: As) -> None:
    page = as_(cast.gabriela).post(f"{HERE}/modulos/nuevo", data=MODULE | {"title-es": "", "hours": "x"})
    assert page.status_code == 422
    assert "Write it in the first language of the edition." in page.text
    assert 'value="Rios"' in page.text


def test_a_module_that_closes_again_says_so_before_it_is_saved(cast: Cast, as_: As) -> None:
    done(cast)
    client = as_(cast.gabriela)
    typed = MODULE | {"opens": "2026-11-20T10:00", "opens-zone": "America/Montevideo"}
    page = client.post(f"{HERE}/modulos/modulo-1", data=typed)
    assert page.status_code == 422
    assert "It is open now and closes again until Friday" in page.text
    assert module("modulo-1").opens_at is None
    mark = page.text.split('name="seen"')[1].split('value="')[1].split('"')[0]
    assert client.post(f"{HERE}/modulos/modulo-1", data=typed | {"seen": mark}).status_code == 303
    assert module("modulo-1").opens_at is not None


def test_two_who_save_a_module_at_once_see_both_and_nothing_typed_is_lost(cast: Cast, as_: As) -> None:
    page = as_(cast.gabriela).get(f"{HERE}/modulos/modulo-1")
    mine = dict(inputs(page.text)) | {"title-es": "Mío", "hours": "9"}
    theirs = dict(inputs(page.text)) | {"title-es": "Suyo"}
    assert as_(cast.elena).post(f"{HERE}/modulos/modulo-1", data=theirs).status_code == 303
    client = as_(cast.gabriela)
    page = client.post(f"{HERE}/modulos/modulo-1", data=mine)
    assert page.status_code == 409
    assert "Somebody saved this meanwhile" in page.text
    assert cast.elena.name in page.text
    assert module("modulo-1").title["es"] == "Suyo"
    typed = inputs(page.text)
    assert (typed["title-es"], typed["hours"]) == ("Mío", "9")
    assert "Suyo" in page.text
    assert client.post(f"{HERE}/modulos/modulo-1", data=dict(typed)).status_code == 409, "only over what was shown"
    over = page.text.split('name="over" value="')[1].split('"')[0]
    assert client.post(f"{HERE}/modulos/modulo-1", data=dict(typed) | {"over": over}).status_code == 303
    assert (module("modulo-1").title["es"], module("modulo-1").hours) == ("Mío", 9)


# --- order


@pytest.fixture
def second(cast: Cast) -> Module:
    row = factories.module(cast.edition, slug="agua", title=factories.words("Agua"))
    factories.lesson(row, slug="rio")
    return row


@pytest.mark.parametrize(
    ("move", "wanted"),
    [
        ("a:quiz-datos:up", {"modulo-1": ["quiz-datos", "leccion", "assignment-mapa"], "agua": ["rio"]}),
        ("a:assignment-mapa:down", {"modulo-1": ["leccion", "quiz-datos"], "agua": ["assignment-mapa", "rio"]}),
        ("a:rio:up", {"modulo-1": ["leccion", "quiz-datos", "assignment-mapa", "rio"], "agua": []}),
        ("a:leccion:up", {"modulo-1": ["leccion", "quiz-datos", "assignment-mapa"], "agua": ["rio"]}),
        ("a:rio:down", {"modulo-1": ["leccion", "quiz-datos", "assignment-mapa"], "agua": ["rio"]}),
        ("m:agua:up", {"agua": ["rio"], "modulo-1": ["leccion", "quiz-datos", "assignment-mapa"]}),
        ("m:modulo-1:up", {"modulo-1": ["leccion", "quiz-datos", "assignment-mapa"], "agua": ["rio"]}),
    ],
)
def test_buttons_move_one_step_and_into_the_next_module(
    move: str, wanted: dict[str, list[str]], cast: Cast, second: Module, as_: As
) -> None:
    client = as_(cast.gabriela)
    assert client.post(f"{HERE}/orden", data={"seen": seen(client), "move": move}).status_code == 303
    assert list(order(cast.edition).items()) == list(wanted.items())
    assert second.slug == "agua"


def test_no_arrow_leads_nowhere(cast: Cast, second: Module, as_: As) -> None:
    page = as_(cast.gabriela).get(HERE).text
    arrows = re.findall(r'name="move" value="([\w:-]+)" data-way="\w+"( disabled)?', page)
    assert len(arrows) == 2 * (2 + 4)
    assert [move for move, off in arrows if off] == ["m:modulo-1:up", "a:leccion:up", "m:agua:down", "a:rio:down"]


def test_a_whole_order_is_sent_by_the_script(cast: Cast, second: Module, as_: As) -> None:
    client = as_(cast.gabriela)
    mark = seen(client)
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    wanted = f"m:{second.slug} a:leccion a:rio m:modulo-1 a:quiz-datos a:assignment-mapa"
    answer = client.post(f"{HERE}/orden", data={"seen": mark, "order": wanted})
    assert answer.status_code == 200
    assert answer.json["seen"] != mark
    assert order(cast.edition) == {"agua": ["leccion", "rio"], "modulo-1": ["quiz-datos", "assignment-mapa"]}
    again = client.post(f"{HERE}/orden", data={"seen": answer.json["seen"], "order": wanted})
    assert again.json["seen"] == answer.json["seen"]


def test_who_saw_an_older_order_is_refused_kindly(cast: Cast, second: Module, as_: As) -> None:
    client = as_(cast.gabriela)
    mark = seen(client)
    as_(cast.elena).post(f"{HERE}/orden", data={"seen": mark, "move": "a:quiz-datos:up"})
    before = order(cast.edition)
    page = as_(cast.gabriela).post(f"{HERE}/orden", data={"seen": mark, "move": f"m:{second.slug}:up"})
    assert page.status_code == 409
    assert "Somebody changed the order meanwhile" in page.text
    assert order(cast.edition) == before


@pytest.mark.parametrize(
    "wanted", ["", "a:leccion m:modulo-1 a:quiz-datos a:assignment-mapa", "m:modulo-1 a:leccion", "m:nada a:leccion"]
)
def test_an_order_that_loses_something_is_refused(wanted: str, cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    before = order(cast.edition)
    assert client.post(f"{HERE}/orden", data={"seen": seen(client), "order": wanted}).status_code == 409
    assert order(cast.edition) == before


def picture(edition: Edition, path: str, sha256: str) -> Media:
    facts = {"key": sha256, "media_type": "image/webp", "size": 9, "sha256": sha256 * 64}
    return factories.saved(Media(edition_id=edition.id, path=path, **facts))


def test_a_lesson_takes_its_pictures_along_into_another_module(cast: Cast, second: Module, as_: As) -> None:
    picture(cast.edition, "modulo-1/mapa.webp", "a")
    picture(cast.edition, "modulo-1/otra.webp", "b")
    picture(cast.edition, "agua/mapa.webp", "c")
    cast.lesson.texts[0].source = "![Mapa](media/mapa.webp)\n\n![Otra](media/otra.webp)"
    db.session.commit()
    client = as_(cast.gabriela)
    wanted = f"m:modulo-1 a:quiz-datos a:assignment-mapa m:{second.slug} a:rio a:leccion"
    assert client.post(f"{HERE}/orden", data={"seen": seen(client), "order": wanted}).status_code == 303
    page = db.session.scalars(select(LessonText).where(LessonText.lesson_id == cast.lesson.id)).one()
    assert page.source == "![Mapa](media/mapa-2.webp)\n\n![Otra](media/otra.webp)"
    assert "/ediciones/novena/media/agua/mapa-2.webp" in page.html
    files = {row.path: row.key for row in db.session.scalars(select(Media))}
    assert files["agua/mapa-2.webp"] == "a"


def test_a_draft_takes_its_pictures_along_into_another_module(cast: Cast, second: Module, as_: As) -> None:
    picture(cast.edition, "modulo-1/mapa.webp", "a")
    picture(cast.edition, "modulo-1/otra.webp", "b")
    picture(cast.edition, "agua/mapa.webp", "c")
    fields = {"title-es": ["Un mapa"], "body-es": ["![Mapa](media/mapa.webp) y ![Otra](media/otra.webp)"]}
    facts = {"edition_id": cast.edition.id, "module_id": cast.lesson.module_id, "activity_id": cast.lesson.id}
    saved = {"kind": "lesson", "fields": fields, "saved_at": NOW, "saved_by_id": cast.gabriela.id}
    draft = factories.saved(ActivityDraft(**facts, **saved))
    client = as_(cast.gabriela)
    wanted = f"m:modulo-1 a:quiz-datos a:assignment-mapa m:{second.slug} a:rio a:leccion"
    assert client.post(f"{HERE}/orden", data={"seen": seen(client), "order": wanted}).status_code == 303
    db.session.refresh(draft)
    assert draft.module_id == second.id
    assert draft.fields["body-es"] == ["![Mapa](media/mapa-2.webp) y ![Otra](media/otra.webp)"]
    files = {row.path: row.key for row in db.session.scalars(select(Media))}
    assert (files["agua/mapa-2.webp"], files["agua/otra.webp"]) == ("a", "b")
    assert files["agua/otra.webp"] == "b"
    assert files["agua/mapa.webp"] == "c"


@pytest.fixture
def later(cast: Cast, second: Module) -> Module:
    """Opens after what somebody has begun in the module before it."""
    done(cast)
    second.opens_at, second.opens_zone = factories.at("2026-11-20 10:00 America/Montevideo"), "America/Montevideo"
    db.session.commit()
    return second


def test_what_a_move_does_is_asked_before_anything_is_saved(cast: Cast, later: Module, as_: As) -> None:
    client, before = as_(cast.gabriela), order(cast.edition)
    typed = {"seen": seen(client), "order": f"m:modulo-1 a:quiz-datos a:assignment-mapa m:{later.slug} a:leccion a:rio"}
    page = client.post(f"{HERE}/orden", data=typed)
    assert page.status_code == 422
    assert f"«{cast.lesson.title['es']}»: It is open now and closes again until Friday" in page.text
    assert order(cast.edition) == before
    assert db.session.query(Change).count() == 0
    assert f'name="order" value="{typed["order"]}"' in page.text
    shown = page.text.split('name="shown" value="')[1].split('"')[0]
    assert client.post(f"{HERE}/orden", data=typed | {"shown": "other"}).status_code == 422
    assert client.post(f"{HERE}/orden", data=typed | {"shown": shown}).status_code == 303
    assert order(cast.edition) == {"modulo-1": ["quiz-datos", "assignment-mapa"], "agua": ["leccion", "rio"]}


def test_a_step_that_closes_something_again_is_asked_too(cast: Cast, later: Module, as_: As) -> None:
    client, before = as_(cast.gabriela), order(cast.edition)
    typed = {"seen": seen(client), "move": "a:assignment-mapa:down"}
    page = client.post(f"{HERE}/orden", data=typed)
    assert page.status_code == 422
    assert order(cast.edition) == before
    shown = page.text.split('name="shown" value="')[1].split('"')[0]
    assert 'name="move" value="a:assignment-mapa:down"' in page.text
    assert client.post(f"{HERE}/orden", data=typed | {"shown": shown}).location == f"{HERE}#a-assignment-mapa"
    assert order(cast.edition)[later.slug] == ["assignment-mapa", "rio"]


def test_the_script_is_told_the_effects_of_an_order(cast: Cast, later: Module, as_: As) -> None:
    client, before = as_(cast.gabriela), order(cast.edition)
    typed = {"seen": seen(client), "order": f"m:modulo-1 a:quiz-datos a:assignment-mapa m:{later.slug} a:leccion a:rio"}
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    answer = client.post(f"{HERE}/orden", data=typed)
    assert answer.status_code == 422
    assert "closes again until" in answer.json["effects"][0]
    assert order(cast.edition) == before
    assert client.post(f"{HERE}/orden", data=typed | {"shown": answer.json["shown"]}).status_code == 200


# --- copies


def test_a_duplicate_says_the_same_under_another_name(cast: Cast, as_: As) -> None:
    cast.assignment.final_work = True
    db.session.commit()
    client = as_(cast.gabriela)
    for slug in ("leccion", "quiz-datos", "assignment-mapa"):
        assert client.post(f"{HERE}/actividades/{slug}/duplicar").status_code == 303
    found = order(cast.edition)["modulo-1"]
    assert len(found) == 6
    copies = [activity(slug) for slug in found[3:]]
    assert [row.kind for row in copies] == ["lesson", "quiz", "assignment"]
    assert copies[1].slug.startswith("quiz-")
    assert copies[2].slug.startswith("assignment-")
    assert all(row.title["es"].endswith("(copia)") and row.title["pt"].endswith("(cópia)") for row in copies)
    finals = db.session.scalars(select(Assignment.final_work).order_by(Assignment.id)).all()
    assert finals == [True, False], "an edition has one final work"
    texts = {each.slug: each for each in text_of(cast.edition).modules[0].activities}
    assert getattr(texts[copies[0].slug], "body") == getattr(texts["leccion"], "body")  # noqa: B009
    assert len(getattr(texts[copies[1].slug], "questions")) == 3  # noqa: B009


def test_a_module_is_copied_with_its_files_and_activities(cast: Cast, as_: As) -> None:
    picture(cast.edition, "modulo-1/mapa.webp", "a")
    cast.lesson.texts[0].source = "![Mapa](media/mapa.webp)"
    done(cast)
    as_(cast.gabriela).post(f"{HERE}/modulos/modulo-1/duplicar")
    new = next(slug for slug in order(cast.edition) if slug != "modulo-1")
    assert len(order(cast.edition)[new]) == 3
    lesson = db.session.scalars(select(Lesson).where(Lesson.slug == order(cast.edition)[new][0])).one()
    assert f"/ediciones/novena/media/{new}/mapa.webp" in lesson.texts[0].html
    assert db.session.query(LessonDone).count() == 1


# --- put away


def test_what_is_put_away_is_hidden_and_its_work_kept(cast: Cast, as_: As) -> None:
    done(cast)
    client = as_(cast.gabriela)
    page = client.get(f"{HERE}/actividades/leccion/archivar").text
    assert "1 participant has something in it: that is kept, hidden, and comes back with it." in page
    assert "A certificate no longer asks for 1 activity." in page
    assert puts_away(client, "actividades/leccion") == 303
    assert as_(cast.lucia).get("/ediciones/novena/lecciones/leccion").status_code == 404
    assert cast.lesson.title["es"] not in as_(cast.lucia).get("/ediciones/novena").text
    assert db.session.query(LessonDone).count() == 1
    assert as_(cast.gabriela).post(f"{HERE}/actividades/leccion/recuperar").status_code == 303
    assert order(cast.edition)["modulo-1"] == ["quiz-datos", "assignment-mapa", "leccion"]
    assert as_(cast.lucia).get("/ediciones/novena/lecciones/leccion").status_code == 200


def test_a_module_goes_and_comes_back_with_what_was_put_away_with_it(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    puts_away(client, "actividades/quiz-datos")
    with clock.stopped(factories.at("2026-10-21 10:00 America/Montevideo")):
        puts_away(client, "modulos/modulo-1")
    assert order(cast.edition) == {}
    assert client.post(f"{HERE}/actividades/quiz-datos/recuperar").status_code == 409
    client.post(f"{HERE}/modulos/modulo-1/recuperar")
    assert order(cast.edition) == {"modulo-1": ["leccion", "assignment-mapa"]}


def test_nothing_is_put_away_whose_effects_changed_since_they_were_shown(cast: Cast, as_: As) -> None:
    client = as_(cast.gabriela)
    seen_before = dict(inputs(client.get(f"{HERE}/actividades/leccion/archivar").text))
    done(cast)
    page = client.post(f"{HERE}/actividades/leccion/archivar", data=seen_before)
    assert page.status_code == 422
    assert "What it does is different from what you saw" in page.text
    assert "1 participant has something in it" in page.text
    assert activity("leccion").archived_at is None
    again = client.post(f"{HERE}/actividades/leccion/archivar", data=dict(inputs(page.text)))
    assert again.status_code == 303
    assert activity("leccion").archived_at is not None


def test_what_cannot_be_taken_out_is_put_away_from_the_same_page(cast: Cast, as_: As) -> None:
    done(cast)
    client = as_(cast.gabriela)
    page = client.get(f"{HERE}/actividades/leccion/quitar").text
    assert "1 participant has something in it" in page
    assert client.post(f"{HERE}/actividades/leccion/archivar", data=dict(inputs(page))).status_code == 303


def test_links_that_would_lead_nowhere_are_told(cast: Cast, as_: As) -> None:
    other = factories.lesson(cast.module, slug="otra", title=factories.words("La otra"))
    other.texts[0].source = "[ver](lesson:leccion)"
    db.session.commit()
    assert "La otra" in as_(cast.gabriela).get(f"{HERE}/actividades/leccion/archivar").text
    assert "links would lead nowhere" not in as_(cast.gabriela).get(f"{HERE}/actividades/otra/archivar").text


def test_what_nobody_touched_is_taken_out_for_good(cast: Cast, second: Module, as_: As) -> None:
    picture(cast.edition, "agua/mapa.webp", "a")
    client = as_(cast.gabriela)
    assert "Nobody has worked on it." in client.get(f"{HERE}/modulos/{second.slug}/quitar").text
    assert client.post(f"{HERE}/modulos/{second.slug}/quitar").status_code == 303
    assert order(cast.edition) == {"modulo-1": ["leccion", "quiz-datos", "assignment-mapa"]}
    assert db.session.query(Media).count() == 0
    for slug in ("leccion", "quiz-datos", "assignment-mapa"):
        assert client.post(f"{HERE}/actividades/{slug}/quitar").status_code == 303, slug
    assert order(cast.edition) == {"modulo-1": []}


@pytest.mark.parametrize("what", ["actividades/leccion", "modulos/modulo-1"])
def test_what_people_have_work_in_is_never_taken_out(what: str, cast: Cast, as_: As) -> None:
    done(cast)
    client = as_(cast.gabriela)
    assert "People have worked on it" in client.get(f"{HERE}/{what}/quitar").text
    assert client.post(f"{HERE}/{what}/quitar").status_code == 409
    assert db.session.query(LessonDone).count() == 1
    assert activity("leccion").archived_at is None


# --- what the outline says


def test_what_is_missing_in_portuguese_is_told(cast: Cast, as_: As) -> None:
    page = as_(cast.gabriela).get(HERE).text
    assert page.count("Not whole in Portuguese") == 1, "the text of the lesson"
    cast.quiz.title = Localized(es="Solo castellano")
    db.session.commit()
    assert as_(cast.gabriela).get(HERE).text.count("Not whole in Portuguese") == 2


def test_the_outline_costs_the_same_whatever_it_holds(
    cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(cast.gabriela), []
    client.get(HERE)
    for number in (1, 3):
        for _ in range(number):
            here = factories.module(cast.edition)
            rows: list[Any] = [factories.lesson(here), factories.quiz(here), factories.assignment(here)]
            for row in rows:
                draft = ActivityDraft(edition_id=here.edition_id, module_id=here.id, activity_id=row.id, kind=row.kind)
                draft.fields, draft.saved_at, draft.saved_by_id = {"title-es": ["Otro"]}, NOW, cast.elena.id
                factories.saved(draft)
            version = ActivityVersion(activity_id=rows[0].id, number=1, files={}, saved_at=NOW)
            factories.saved(version)
        with count_queries() as ran:
            assert client.get(HERE).status_code == 200
        counts.append(len(ran))
    assert counts[0] == counts[1]
