"""Who takes a colleague's place, or comes from another edition, reads what was handed in and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from escuela import clock, storage
from escuela.assessments.assignments.models import Review, Work, WorkFile, mark_of
from escuela.extensions import db
from escuela.people.models import User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
EARLIER = "/ediciones/novena/trabajos-anteriores"


def left_by_lucia(cast: Cast) -> tuple[Work, WorkFile]:
    """Her work, with a file, reviewed with a private note; and a draft that goes on."""
    work = factories.work(cast.assignment, cast.lucias, text="El arroyo Pando crece.", state="changes_requested")
    stored = storage.put(BytesIO(b"%PDF-1.7 mapa"), most=1000)
    file = WorkFile(
        work=work,
        name="mapa.pdf",
        kind="pdf",
        size=stored.size,
        sha256=stored.sha256,
        key=stored.key,
        uploaded_at=NOW,
        uploaded_by_id=cast.lucia.id,
    )
    db.session.add(file)
    version = work.submissions[0]
    version.files.append(file)
    version.reviews.append(
        Review(
            reviewer=cast.renata,
            comment="Falta el mapa de riesgo.",
            private_note="Copiado de otro municipio.",
            saved_at=NOW,
            outcome="changes_requested",
            released_at=NOW,
        )
    )
    work.draft = "Borrador que nadie más lee."
    cast.lucias.status, cast.lucias.withdrawn_at = "withdrawn", clock.now()
    db.session.commit()
    return work, file


def successor(cast: Cast) -> User:
    ana = factories.user("Ana Jacarandá Ombú", email="ana@example.org")
    factories.enrolment(ana, cast.edition, cast.canelones, succeeds_id=cast.lucias.id)
    return ana


def test_the_successor_reads_what_was_handed_in_with_its_review(as_: As, cast: Cast) -> None:
    _work, file = left_by_lucia(cast)
    ana = successor(cast)
    client = as_(ana)
    for address in (PAGE, EARLIER):
        page = client.get(address).text
        assert "El arroyo Pando crece." in page
        assert "Falta el mapa de riesgo." in page
        assert "Copiado de otro municipio." not in page
        assert "Borrador que nadie más lee." not in page
        assert f"{EARLIER}/archivos/{file.id}" in page
    assert client.get(f"{EARLIER}/archivos/{file.id}").data == b"%PDF-1.7 mapa"
    assert f'href="{EARLIER}"' in client.get("/ediciones/novena").text, "the edition has a tab for it"


def test_the_successor_writes_their_own_and_never_the_one_before(as_: As, cast: Cast) -> None:
    work, file = left_by_lucia(cast)
    ana = successor(cast)
    client = as_(ana)
    assert client.post(f"{PAGE}/archivos/{file.id}/quitar").status_code == 404
    answer = client.post(f"{PAGE}/entregar", data={"text": "El mío", "began_from": mark_of("")})
    assert answer.status_code == 303
    assert len(work.submissions) == 1
    assert work.draft == "Borrador que nadie más lee."
    own = db.session.query(Work).where(Work.enrolment_id != cast.lucias.id).one()
    assert (own.draft, own.state) == ("El mío", "submitted")


def test_nobody_else_reads_it(as_: As, cast: Cast) -> None:
    _work, file = left_by_lucia(cast)
    for person, status in ((cast.martin, 404), (cast.renata, 403), (cast.rocio, 404), (cast.lucia, 404)):
        client = as_(person)
        assert client.get(f"{EARLIER}/archivos/{file.id}").status_code == status
    assert "El arroyo Pando" not in as_(cast.martin).get(EARLIER).text
    assert "El arroyo Pando" not in as_(cast.martin).get(PAGE).text
    assert as_(cast.renata).get(EARLIER).status_code == 403
    assert as_(cast.rocio).get(EARLIER).status_code == 404


def test_a_successor_of_the_successor_reads_both_until_they_change_government(as_: As, cast: Cast) -> None:
    left_by_lucia(cast)
    ana = successor(cast)
    cast.lucias.successor.status, cast.lucias.successor.withdrawn_at = "withdrawn", NOW
    ivo = factories.user("Ivo Quebracho", email="ivo@example.org")
    ivos = factories.enrolment(ivo, cast.edition, cast.canelones, succeeds_id=cast.lucias.successor.id)
    assert "El arroyo Pando" in as_(ivo).get(EARLIER).text
    assert as_(ana).get(EARLIER).status_code == 404, "she has left"
    ivos.local_government = cast.catamarca
    db.session.commit()
    assert "El arroyo Pando" not in as_(ivo).get(EARLIER).text, "the works stay with Canelones"


def test_who_was_transferred_reads_their_own_in_the_new_edition(as_: As, cast: Cast) -> None:
    _work, file = left_by_lucia(cast)
    there = factories.enrolment(cast.lucia, cast.other, cast.canelones)
    cast.lucias.transferred_to_id = there.id
    db.session.commit()
    client, address = as_(cast.lucia), "/ediciones/octava/trabajos-anteriores"
    assert f'href="{address}"' in client.get("/ediciones/octava").text
    assert "El arroyo Pando crece." in client.get(address).text
    assert client.get(f"{address}/archivos/{file.id}").status_code == 200
    assert as_(cast.rocio).get(f"{address}/archivos/{file.id}").status_code == 404
    assert "Nothing was handed in before" in as_(cast.rocio).get(address).text
    assert f'href="{address}"' not in as_(cast.rocio).get("/ediciones/octava").text
