"""The desk of a juror: blind, kept as it is typed, given, corrected with history, given back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask_security.utils import hash_password
from PIL import Image
from sqlalchemy import select

from escuela import clock, storage
from escuela.admissions.models import WITHDRAWN
from escuela.assessments.assignments.models import Review, Submission, WorkFile
from escuela.assessments.assignments.review_models import Remark, Rendition
from escuela.extensions import db
from escuela.jury import services
from escuela.jury.models import JuryDecision, Scoresheet
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import Client
from tests.jury.conftest import Scene

As = Callable[[User | None], Client]
DESK = "/ediciones/novena/jurado/mesa"


@pytest.fixture
def sheet(scene: Scene) -> Scoresheet:
    return factories.scoresheet(scene.work, scene.first)


@pytest.fixture
def rival(scene: Scene) -> Scoresheet:
    return factories.scoresheet(scene.work, scene.second)


def typed(scene: Scene, *points: int | str, **more: Any) -> dict[str, Any]:
    names = [f"criterion-{each.id}" for each in scene.jury.criteria]
    return dict(zip(names, points, strict=False)) | {"comment": "Bien contado."} | more


def page_of(scene: Scene) -> str:
    return f"{DESK}/{scene.work.id}"


# --- scoring


def test_scores_are_kept_as_they_are_typed_and_given_when_all_are_there(
    scene: Scene, sheet: Scoresheet, as_: As
) -> None:
    client = as_(scene.alba)
    client.environ_base["HTTP_ACCEPT"] = "application/json"
    kept = client.post(page_of(scene), data=typed(scene, 7))
    assert kept.status_code == 200
    assert kept.json["message"].startswith("Saved at")
    assert [score.points for score in sheet.scores] == [7]
    refused = client.post(page_of(scene), data=typed(scene, 7, give="yes"))
    assert refused.status_code == 409
    assert "Clear impacts and tensions, Right approach to the problem" in refused.json["message"]
    client.environ_base["HTTP_ACCEPT"] = "text/html"
    answer = client.post(page_of(scene), data=typed(scene, 7, 10, 8, give="yes"))
    assert (answer.status_code, answer.location) == (303, DESK)
    assert (sheet.total, sheet.version) == (833, 1)
    assert client.post(page_of(scene), data=typed(scene, 7, 10, 8, give="yes")).status_code == 303, "a double click"
    line = db.session.scalars(select(Change).where(Change.verb == "scores.given")).one()
    assert line.after["total"] == 8.33
    assert (line.after["acciones"], line.by_id) == (7, scene.alba.id)


def test_two_windows_of_a_juror_do_not_overwrite_each_other(scene: Scene, sheet: Scoresheet, as_: As) -> None:
    client, script = as_(scene.alba), {"Accept": "application/json"}
    first = client.post(page_of(scene), data=typed(scene, 7, 10, began_from=""), headers=script)
    again = client.post(page_of(scene), data=typed(scene, 7, 10, began_from=""), headers=script)  # no answer came
    assert (first.status_code, again.status_code) == (200, 200)
    assert f'name="began_from" value="{again.json["began_from"]}"' in client.get(page_of(scene)).text
    refused = client.post(page_of(scene), data=typed(scene, 3, 3, 3, comment="Del teléfono", give="yes", began_from=""))
    assert refused.status_code == 422
    assert "another window" in refused.text
    assert "Del teléfono" in refused.text
    assert refused.text.count(" checked>") == 3
    assert [score.points for score in sheet.scores] == [7, 10]
    knows = typed(scene, 3, 3, 3, give="yes", began_from=again.json["began_from"])
    assert client.post(page_of(scene), data=knows).status_code == 303
    assert (sheet.total, sheet.given_at is not None) == (300, True)


@pytest.mark.parametrize("wrong", ["11", "-1", "ocho", "7.5", "9999999999", ""])
def test_what_is_no_score_is_not_kept_and_the_rest_stays_typed(
    wrong: str, scene: Scene, sheet: Scoresheet, as_: As
) -> None:
    answer = as_(scene.alba).post(page_of(scene), data=typed(scene, wrong, 4, 5, give="yes"))
    assert answer.status_code == 422
    assert "Score every criterion first." in answer.text
    assert "Bien contado." in answer.text
    db.session.expire_all()
    assert sheet.given_at is None


def test_a_comment_has_an_end(scene: Scene, sheet: Scoresheet, as_: As) -> None:
    answer = as_(scene.alba).post(page_of(scene), data=typed(scene, 5, 5, 5, comment="a" * 5001))
    assert answer.status_code == 422
    assert "At most 5000 characters" in answer.text


def test_nobody_sees_what_another_gave_before_all_are_given(
    scene: Scene, sheet: Scoresheet, rival: Scoresheet, as_: As
) -> None:
    third = factories.scoresheet(scene.work, factories.juror(factories.user("Ciro Notro"), scene.jury))
    as_(scene.otavio).post(page_of(scene), data=typed(scene, 2, 3, 4, give="yes", comment="Le faltan plazos."))
    client = as_(scene.alba)
    client.post(page_of(scene), data=typed(scene, 9, 9, 9, give="yes"))
    mine = client.get(page_of(scene)).text
    assert "Le faltan plazos." not in mine, "one is missing"
    assert scene.otavio.name not in mine
    as_(third.juror.user).post(page_of(scene), data=typed(scene, 5, 5, 5, give="yes"))
    assert "Le faltan plazos." in as_(scene.alba).get(page_of(scene)).text


def test_the_only_juror_of_a_work_that_wants_two_sees_nobody_and_is_seen_by_nobody(
    scene: Scene, sheet: Scoresheet, cast: Cast, as_: As
) -> None:
    as_(scene.alba).post(page_of(scene), data=typed(scene, 9, 9, 9, give="yes", comment="Muy buena."))
    assert "Muy buena." not in as_(cast.gabriela).get(f"/ediciones/novena/jurado/trabajos/{scene.work.id}").text


def test_the_history_tells_no_scores_of_a_work_before_all_are_given(
    scene: Scene, sheet: Scoresheet, cast: Cast, as_: As
) -> None:
    """Who coordinates may be in the jury too."""
    sent = typed(scene, 9, 7, 6, give="yes")
    as_(scene.alba).post(page_of(scene), data=sent)
    as_(scene.alba).post(f"{page_of(scene)}/corregir", data=typed(scene, 9, 6, 8, reason="Conté un 6 como 7."))
    history = "/ediciones/novena/jurado/historia"
    before = as_(cast.gabriela).get(history).text
    assert before.count(f'<span class="history__text">{services.of(scene.work)}</span>') == 2
    assert not [figure for figure in ("7.33", "7.67", "Conté un 6") if figure in before]
    factories.scoresheet(scene.work, scene.second)
    as_(scene.otavio).post(page_of(scene), data=typed(scene, 8, 8, 8, give="yes"))
    after = as_(cast.gabriela).get(history).text
    assert [figure for figure in ("7.33", "7.67", "Conté un 6") if figure in after] == ["7.33", "7.67", "Conté un 6"]


def test_given_scores_are_corrected_with_a_reason_and_the_history_keeps_them(
    scene: Scene, sheet: Scoresheet, as_: As
) -> None:
    client = as_(scene.alba)
    client.post(page_of(scene), data=typed(scene, 5, 5, 5, give="yes"))
    client.post(page_of(scene), data=typed(scene, 9, 9, 9, give="yes"))
    assert sheet.total == 500, "the form of before changes nothing"
    without = client.post(f"{page_of(scene)}/corregir", data=typed(scene, 9, 9, 9, reason=""))
    assert without.status_code == 422
    assert "checked" in without.text
    short = client.post(f"{page_of(scene)}/corregir", data=typed(scene, 9, 9, reason="Leí el anexo"))
    assert short.status_code == 422
    assert "Leí el anexo" in short.text
    db.session.expire_all()
    assert sheet.total == 500
    done = client.post(f"{page_of(scene)}/corregir", data=typed(scene, 9, 9, 9, reason="Leí el anexo"))
    assert done.status_code == 303
    assert (sheet.total, sheet.corrected_at) == (900, clock.now())
    line = db.session.scalars(select(Change).where(Change.verb == "scores.corrected")).one()
    assert (line.before["total"], line.after["total"], line.reason) == (5.0, 9.0, "Leí el anexo")


@pytest.mark.parametrize("why", ["closed", "decided"])
def test_nothing_is_corrected_or_given_back_once_it_counts(why: str, scene: Scene, sheet: Scoresheet, as_: As) -> None:
    client = as_(scene.alba)
    client.post(page_of(scene), data=typed(scene, 5, 5, 5, give="yes"))
    if why == "closed":
        scene.jury.closed_at = clock.now()
    else:
        row = JuryDecision(work_id=scene.work.id, jury_id=scene.jury.id, final=800, reason="x", decided_at=clock.now())
        row.decided_by_id = scene.alba.id
        db.session.add(row)
    db.session.commit()
    data = typed(scene, 9, 9, 9, reason="Otra lectura")
    assert client.post(f"{page_of(scene)}/corregir", data=data).status_code == 422
    assert client.post(f"{page_of(scene)}/devolver", data={"aside-reason": "Somos amigos"}).status_code == 409
    db.session.expire_all()
    assert (sheet.total, sheet.recused_at) == (500, None)
    assert "Correct these scores" not in client.get(page_of(scene)).text


def test_nothing_is_scored_once_scoring_is_closed(scene: Scene, sheet: Scoresheet, as_: As) -> None:
    scene.jury.closed_at = clock.now()
    db.session.commit()
    client = as_(scene.alba)
    assert client.post(page_of(scene), data=typed(scene, 5, 5, 5, give="yes")).status_code == 422
    assert "Scoring is closed" in client.get(DESK).text
    assert client.get(page_of(scene)).status_code == 200, "it can be read"


def test_a_juror_gives_a_work_back_with_a_reason(scene: Scene, sheet: Scoresheet, as_: As) -> None:
    client = as_(scene.alba)
    assert client.post(f"{page_of(scene)}/devolver", data={"aside-reason": " "}).status_code == 422
    back = client.post(f"{page_of(scene)}/devolver", data={"aside-reason": "Fui su tutora"})
    assert (back.status_code, back.location) == (303, DESK)
    assert (sheet.recused_reason, sheet.scores) == ("Fui su tutora", [])
    assert client.get(page_of(scene)).status_code == 404


# --- own local governments


@pytest.mark.parametrize(
    ("begun", "ended", "allowed"),
    [
        ("2024-01-01", None, False),
        ("2026-12-20", None, False),
        ("2020-01-01", "2026-10-01", False),
        ("2020-01-01", "2026-09-30", True),
    ],
    ids=["now", "since after the edition", "left on its first day", "left before it began"],
)
def test_nobody_scores_a_work_of_a_government_that_is_or_was_their_own_meanwhile(
    begun: str, ended: str | None, allowed: bool, scene: Scene, sheet: Scoresheet, cast: Cast, as_: As
) -> None:
    to_on = date.fromisoformat(ended) if ended else None
    factories.membership(scene.alba, cast.canelones, from_on=date.fromisoformat(begun), to_on=to_on)
    answer = as_(scene.alba).post(page_of(scene), data=typed(scene, 5, 5, 5, give="yes"))
    assert answer.status_code == (303 if allowed else 422)
    assert allowed or "is or was of Intendencia de Canelones" in answer.text
    db.session.expire_all()
    assert (sheet.given_at is not None) is allowed
    assert allowed or "Give it back below." in as_(scene.alba).get(page_of(scene)).text


def test_a_colleague_of_the_edition_and_who_handed_a_version_in_score_neither(
    scene: Scene, sheet: Scoresheet, cast: Cast, as_: As
) -> None:
    factories.enrolment(scene.alba, cast.edition, cast.canelones)
    assert as_(scene.alba).post(page_of(scene), data=typed(scene, 5, 5, 5)).status_code == 422


def test_a_tutor_of_the_edition_may_score_and_nobody_is_told_apart(scene: Scene, cast: Cast, as_: As) -> None:
    row = factories.scoresheet(scene.work, factories.juror(cast.renata, scene.jury))
    assert as_(cast.renata).post(page_of(scene), data=typed(scene, 5, 6, 7, give="yes")).status_code == 303
    assert row.total == 600


# --- what is read


def _with_file(scene: Scene, version: int, name: str) -> WorkFile:
    kept, at, by = storage.put(BytesIO(b"%PDF-1.4 plan"), most=100), clock.now(), scene.work.enrolment.user_id
    file = {"name": name, "kind": "pdf", "size": kept.size, "sha256": kept.sha256, "key": kept.key}
    row = factories.saved(WorkFile(work_id=scene.work.id, uploaded_at=at, uploaded_by_id=by, **file))
    found = next((each for each in scene.work.submissions if each.version == version), None)
    if found is None:
        values = {"text": "Segunda versión.", "submitted_at": at, "submitted_by_id": by}
        found = factories.saved(Submission(work_id=scene.work.id, version=version, **values))
    found.files.append(row)
    db.session.commit()
    return row


def test_a_juror_reads_the_newest_version_and_saves_its_files_safely(scene: Scene, sheet: Scoresheet, as_: As) -> None:
    old, new = _with_file(scene, 1, "viejo.pdf"), _with_file(scene, 2, "plan.pdf")
    client = as_(scene.alba)
    page = client.get(page_of(scene)).text
    assert "Segunda versión." in page
    assert "plan.pdf" in page
    assert "viejo.pdf" not in page
    sent = client.get(f"{page_of(scene)}/archivos/{new.id}")
    assert sent.data == b"%PDF-1.4 plan"
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client.get(f"{page_of(scene)}/archivos/{old.id}").status_code == 404
    assert as_(scene.otavio).get(f"{page_of(scene)}/archivos/{new.id}").status_code == 404, "not assigned"


def test_a_juror_reads_the_pages_of_the_files_and_nothing_that_tutors_wrote_on_them(
    scene: Scene, sheet: Scoresheet, cast: Cast, as_: As
) -> None:
    old, new = _with_file(scene, 1, "viejo.pdf"), _with_file(scene, 2, "plan.pdf")
    drawn = BytesIO()
    Image.new("RGB", (300, 400), "white").save(drawn, "PDF")
    for file in (old, new):
        file.key = storage.put(BytesIO(drawn.getvalue()), most=10_000_000).key
        file.rendition = Rendition(state="made", pages=1, made_at=clock.now())
    review = Review(submission=scene.work.submissions[1], reviewer_id=cast.renata.id, comment="Falta el mapa.")
    review.saved_at, review.remarks = clock.now(), [Remark(text="Mal dibujado.", file_id=new.id, page=1, x=500, y=500)]
    factories.saved(review)
    client, address = as_(scene.alba), f"{page_of(scene)}/archivos"
    page = client.get(page_of(scene)).text
    assert f'src="{address}/{new.id}/paginas/1.png" loading="lazy" alt="plan.pdf, page 1"' in page
    assert f'href="{address}/{new.id}" download' in page
    assert not [word for word in ("Falta el mapa.", "Mal dibujado.", "sheet__spots", "viejo.pdf") if word in page]
    answer = client.get(f"{address}/{new.id}/paginas/1.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "private" in answer.headers["Cache-Control"]
    for number, there in ((new.id, 2), (new.id, 0), (old.id, 1)):
        assert client.get(f"{address}/{number}/paginas/{there}.png").status_code == 404
    for person in (scene.otavio, cast.renata, cast.lucia, cast.gabriela):
        assert as_(person).get(f"{address}/{new.id}/paginas/1.png").status_code == 404, "not assigned"


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (None, "It is being prepared to be read here"),
        ("failed", "It could not be shown here: download it"),
        ("no_converter", "no program that turns it into pages"),
    ],
)
def test_what_cannot_be_shown_to_a_juror_is_offered_as_a_download(
    state: str | None, sentence: str, scene: Scene, sheet: Scoresheet, as_: As
) -> None:
    file = _with_file(scene, 1, "plan.docx")
    file.kind, file.rendition = "docx", Rendition(state=state, pages=0, made_at=clock.now()) if state else None
    db.session.commit()
    client, address = as_(scene.alba), f"{page_of(scene)}/archivos/{file.id}"
    page = client.get(page_of(scene)).text
    assert sentence in page
    assert f'href="{address}" download' in page
    assert client.get(f"{address}/paginas/1.png").status_code == 404


def test_a_work_of_a_team_stays_with_its_government_whoever_began_it_goes_where(
    scene: Scene, sheet: Scoresheet, cast: Cast, as_: As
) -> None:
    scene.work.local_government_id, cast.lucias.local_government_id = cast.canelones.id, cast.catamarca.id
    db.session.commit()
    juror, tutor = as_(scene.alba), "/ediciones/novena/revisiones"
    pages = [juror.get(DESK).text, juror.get(page_of(scene)).text]
    pages += [as_(cast.renata).get(each).text for each in ("/cola", f"{tutor}/{scene.work.id}")]
    assert [cast.canelones.name in page.partition("<main")[2] for page in pages] == [True] * 4
    assert services.of(scene.work).endswith(cast.canelones.name)


def test_a_juror_follows_the_link_of_a_work_that_is_nothing_else(scene: Scene, sheet: Scoresheet, as_: As) -> None:
    version = scene.work.submissions[0]
    version.text, version.link = "", "https://example.org/estrategia"
    db.session.commit()
    page = as_(scene.alba).get(page_of(scene)).text
    assert 'href="https://example.org/estrategia" rel="noopener' in page
    assert "neither text nor files" not in page


def test_who_scored_an_older_version_is_told_of_the_newer(scene: Scene, sheet: Scoresheet, cast: Cast, as_: As) -> None:
    as_(scene.alba).post(page_of(scene), data=typed(scene, 5, 6, 7, give="yes"))
    _with_file(scene, 2, "plan.pdf")
    assert "Version 2 was handed in since" in as_(scene.alba).get(page_of(scene)).text
    assert "Newer version since" in as_(cast.gabriela).get("/ediciones/novena/jurado").text


# --- who may


@pytest.mark.parametrize("who", ["lucia", "rocio", "gabriela", "elena", "renata"])
def test_only_a_juror_opens_the_desk(who: str, scene: Scene, sheet: Scoresheet, cast: Cast, as_: As) -> None:
    client = as_(getattr(cast, who))
    for address in ("/jurado", DESK, page_of(scene)):
        assert client.get(address).status_code == 404
    for address in (page_of(scene), f"{page_of(scene)}/corregir", f"{page_of(scene)}/devolver"):
        assert client.post(address, data=typed(scene, 5, 5, 5)).status_code == 404
    assert 'href="/jurado"' not in client.get("/ediciones").text


def test_a_visitor_is_led_to_sign_in(scene: Scene, as_: As) -> None:
    assert "/ingresar" in as_(None).get(DESK).location
    assert as_(None).post(page_of(scene)).status_code == 401


def test_a_juror_reaches_only_what_is_assigned(scene: Scene, sheet: Scoresheet, cast: Cast, as_: As) -> None:
    client = as_(scene.alba)
    assert "Catamarca" not in client.get(DESK).text
    assert client.get(f"{DESK}/{scene.other.id}").status_code == 404
    cast.lucias.status, cast.lucias.withdrawn_at = WITHDRAWN, clock.now()
    db.session.commit()
    assert client.get(page_of(scene)).status_code == 404, "who withdrew is not judged"


def test_a_juror_begins_at_the_desk_and_finds_it_in_the_navigation(
    scene: Scene, sheet: Scoresheet, cast: Cast, as_: As
) -> None:
    client = as_(scene.alba)
    assert client.get("/").location == DESK
    assert client.get("/jurado").location == DESK
    assert 'href="/jurado"' not in client.get("/ediciones").text, "nobody asked: see the next test"
    client.get(DESK)
    assert 'href="/jurado"' in client.get("/ediciones").text
    assert f'href="{DESK}"' in client.get(DESK).text
    cast.other.status = "closed"
    another = factories.assignment(factories.module(cast.other), final_work=True)
    factories.juror(scene.alba, factories.jury(another, cast.gabriela))
    assert "Ciudades cuidadoras" in client.get("/jurado").text


def test_who_signs_in_finds_the_jury_in_the_navigation_and_nobody_else_does(
    scene: Scene, cast: Cast, client: Client
) -> None:
    for person, there in ((scene.alba, True), (cast.lucia, False)):
        person.password = hash_password("correcto-caballo-bateria")
        db.session.commit()
        client.sign_in(None)
        typed = {"email": person.email, "password": "correcto-caballo-bateria"}
        assert client.post("/ingresar", data=typed).status_code == 303
        assert ('href="/jurado"' in client.get("/ediciones").text) is there


def test_the_desk_costs_the_same_whatever_it_holds(
    scene: Scene, sheet: Scoresheet, cast: Cast, as_: As, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    client, counts = as_(scene.alba), []
    for _ in range(2):
        for path in (DESK, page_of(scene)):
            client.get(path)
            with count_queries() as ran:
                assert client.get(path).status_code == 200
            counts.append(len(ran))
        for number in range(2):
            person = factories.user(f"Ana Lenga {number}")
            work = factories.work(cast.assignment, factories.enrolment(person, cast.edition, cast.catamarca))
            factories.scoresheet(work, scene.first, 4, 5, 6)
    assert counts[:2] == counts[2:]
