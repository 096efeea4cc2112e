from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from escuela import clock, storage
from escuela.assessments.assignments import services, uploads
from escuela.assessments.assignments.models import Work, WorkFile, mark_of
from escuela.assessments.assignments.upload_models import Upload, UploadPiece
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.jobs import stored_keys
from escuela.people.models import User
from tests.assessments.assignments import documents
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
SCRIPT = {"Accept": "application/json"}
PDF = documents.PDF + b"%" * 900


def print_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def work(cast: Cast) -> Work:
    return services.begin(cast.assignment, cast.lucias)


def begun(work: Work, content: bytes = PDF, name: str = "plan.pdf", sha256: str = "") -> Upload:
    size, by = len(content), work.enrolment.user
    return uploads.begin(work, name=name, size=size, sha256=sha256 or print_of(content), by=by)


def sent(upload: Upload, content: bytes = PDF, piece: int = 400) -> None:
    while upload.received < len(content):
        start = upload.received
        uploads.add(upload, content[start : start + piece], start=start)


def test_a_file_in_pieces_becomes_a_file_of_the_draft_whole(cast: Cast, work: Work) -> None:
    upload = begun(work)
    sent(upload)
    file = uploads.finish(upload, by=cast.lucia)
    assert (file.name, file.size, file.sha256, file.kind) == ("plan.pdf", len(PDF), print_of(PDF), "pdf")
    with storage.read(file.key) as stored:
        assert stored.read() == PDF
    assert db.session.query(Upload).count() == db.session.query(UploadPiece).count() == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=12), st.data())
def test_however_it_is_cut_and_repeated_the_same_bytes_arrive(
    work: Work, sizes: list[int], data: st.DataObject
) -> None:
    content = documents.PDF + bytes(sum(sizes))
    upload = begun(work, content)
    for size in [*sizes, len(content)]:
        start = upload.received
        piece = content[start : start + size]
        for _ in range(data.draw(st.integers(1, 3))):  # an answer that was lost: the piece comes again
            if piece:
                uploads.add(upload, piece, start=start)
    file = uploads.finish(upload, by=work.enrolment.user)
    assert file.sha256 == print_of(content)
    services.detach(file)
    db.session.refresh(work)


def test_to_begin_the_same_file_again_goes_on_where_it_stopped(work: Work) -> None:
    upload = begun(work)
    uploads.add(upload, PDF[:300], start=0)
    again = begun(work, name="plan (1).pdf")
    assert (again, again.received, again.name) == (upload, 300, "plan (1).pdf")


@pytest.mark.parametrize("start", [-1, 1, 200, 301, 5000])
def test_a_piece_that_does_not_follow_is_refused(work: Work, start: int) -> None:
    upload = begun(work)
    uploads.add(upload, PDF[:300], start=0)
    with pytest.raises(uploads.ElsewhereError):
        uploads.add(upload, PDF[300:350], start=start)
    assert upload.received == 300


def test_more_than_was_told_is_refused_and_so_is_nothing(work: Work) -> None:
    upload = begun(work)
    for piece in (b"", PDF + b"%", bytes(1_000_001)):
        with pytest.raises(uploads.ElsewhereError):
            uploads.add(upload, piece, start=0)


def test_what_is_not_whole_or_not_the_same_is_no_file(cast: Cast, work: Work) -> None:
    upload = begun(work)
    uploads.add(upload, PDF[:300], start=0)
    with pytest.raises(uploads.ElsewhereError):
        uploads.finish(upload, by=cast.lucia)
    other = begun(work, sha256="0" * 64)
    sent(other)
    with pytest.raises(DomainError, match="did not arrive as it was sent"):
        uploads.finish(other, by=cast.lucia)
    assert work.draft_files == []


def test_a_page_called_pdf_is_refused_at_the_same_door(cast: Cast, work: Work) -> None:
    upload = begun(work, documents.HTML)
    sent(upload, documents.HTML)
    with pytest.raises(DomainError, match="is not one of these"):
        uploads.finish(upload, by=cast.lucia)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": "plan.exe"}, "is not one of these"),
        ({"size": 20 * 1024 * 1024 + 1}, "bigger than 20 MB"),
        ({"size": 0}, "Choose a file"),
        ({"name": "///"}, "Choose a file"),
        ({"sha256": "x"}, "Choose a file"),
    ],
)
def test_what_could_never_be_taken_is_refused_before_it_is_sent(
    cast: Cast, work: Work, values: dict[str, Any], sentence: str
) -> None:
    told = {"name": "plan.pdf", "size": 100, "sha256": "0" * 64, **values}
    with pytest.raises(DomainError, match=sentence):
        uploads.begin(work, **told, by=cast.lucia)
    assert db.session.query(Upload).count() == 0


def test_a_draft_with_all_its_files_begins_no_other(work: Work) -> None:
    for number in range(2):
        content = PDF + bytes(number)
        upload = begun(work, content)
        sent(upload, content, piece=2000)
        uploads.finish(upload, by=work.enrolment.user)
        db.session.refresh(work)
    with pytest.raises(DomainError, match="has its 2 files"):
        begun(work, PDF + b"x")


def test_only_so_many_wait_at_once(work: Work) -> None:
    first = begun(work, sha256="a" * 64)
    for number in range(uploads.AT_ONCE):
        begun(work, sha256=f"{number:064d}")
    assert db.session.query(Upload).count() == uploads.AT_ONCE
    assert db.session.get(Upload, first.id) is None


def test_what_nobody_goes_on_with_is_forgotten_after_a_day(work: Work) -> None:
    old, new = begun(work), begun(work, PDF + b"x")
    uploads.add(old, PDF[:300], start=0)
    key = old.pieces[0].key
    with clock.stopped(NOW + timedelta(hours=23)):
        uploads.add(new, PDF[:300], start=0)
    assert UploadPiece.__table__.c.key in stored_keys()
    with clock.stopped(NOW + timedelta(hours=24, seconds=1)):
        assert uploads.forget_stale() == 1
        assert uploads.forget_stale() == 0
    db.session.expire_all()
    assert db.session.query(Upload).one() is new
    assert key not in set(db.session.scalars(db.select(UploadPiece.key)))


# --- as a browser speaks it


def begin(client: Client, content: bytes = PDF, **given: object) -> Any:
    told = {"name": "plan.pdf", "size": len(content), "sha256": print_of(content), **given}
    return client.post(f"{PAGE}/envios", data=told, headers=SCRIPT)


def put(client: Client, told: dict[str, Any], piece: bytes, start: int) -> Any:
    return client.put(
        f"{told['address']}?desde={start}", data=piece, content_type="application/octet-stream", headers=SCRIPT
    )


def test_a_browser_begins_sends_asks_and_finishes(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    told = begin(lucia).json
    assert (told["received"], told["piece"]) == (0, uploads.PIECE)
    assert put(lucia, told, PDF[:500], 0).json["received"] == 500
    assert put(lucia, told, PDF[:400], 100).status_code == 409
    assert lucia.head(told["address"]).headers["Upload-Offset"] == "500"
    assert lucia.get(told["address"], headers=SCRIPT).json["received"] == 500
    assert begin(lucia).json["received"] == 500
    assert lucia.post(told["finish"], headers=SCRIPT).status_code == 409
    put(lucia, told, PDF[500:], 500)
    whole = lucia.post(told["finish"], headers=SCRIPT)
    assert whole.status_code == 200
    assert "plan.pdf" in whole.json["html"]
    assert db.session.query(WorkFile).one().sha256 == print_of(PDF)
    assert "plan.pdf" in begin(lucia).json["html"], "its answer was lost: it is here already"
    assert db.session.query(WorkFile).count() == 1


def test_a_browser_gives_a_refused_file_up(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    told = begin(lucia, documents.HTML).json
    put(lucia, told, documents.HTML, 0)
    refused = lucia.post(told["finish"], headers=SCRIPT)
    assert refused.status_code == 409
    assert "is not one of these" in refused.json["message"]
    assert lucia.post(told["forget"], headers=SCRIPT).status_code == 200
    assert lucia.post(told["forget"], headers=SCRIPT).status_code == 404


def test_the_page_says_what_has_arrived_and_gives_it_up_with_the_text(cast: Cast, as_: As) -> None:
    lucia = as_(cast.lucia)
    told = begin(lucia).json
    put(lucia, told, PDF[: len(PDF) // 2], 0)
    page = lucia.get(PAGE).text
    assert "49 % of «plan.pdf» has arrived" in page or "50 % of «plan.pdf» has arrived" in page
    assert told["forget"] in page
    assert "» has arrived" not in as_(cast.martin).get(PAGE).text
    typed = {"text": "Con el plano después.", "began_from": mark_of("")}
    lucia = as_(cast.lucia)
    assert lucia.post(told["forget"], data=typed).status_code == 303
    page = lucia.get(PAGE).text
    assert "» has arrived" not in page
    assert "Con el plano después." in page
    assert lucia.post(told["forget"], data=typed).status_code == 404


def test_a_file_of_as_many_bytes_as_computers_call_20_mb_is_begun(cast: Cast, work: Work) -> None:
    upload = uploads.begin(work, name="plan.pdf", size=20 * 1024 * 1024, sha256=print_of(b"a"), by=cast.lucia)
    assert (upload.size, upload.percent) == (20_971_520, 0)


def test_nobody_else_sees_or_goes_on_with_it(cast: Cast, as_: As) -> None:
    told = begin(as_(cast.lucia)).json
    for person, status in ((cast.martin, 404), (cast.rocio, 404), (cast.renata, 403), (None, 401)):
        client = as_(person)
        assert put(client, told, PDF, 0).status_code == status
        assert client.post(told["finish"], headers=SCRIPT).status_code == status
        assert client.post(told["forget"], headers=SCRIPT).status_code == status
    for person, status in ((cast.rocio, 404), (cast.renata, 403), (None, 401)):
        assert begin(as_(person)).status_code == status
    assert db.session.query(Upload).one().received == 0


def test_after_the_end_nothing_goes_on(cast: Cast, as_: As) -> None:
    told = begin(as_(cast.lucia)).json
    cast.edition.status = "closed"
    db.session.commit()
    assert put(as_(cast.lucia), told, PDF, 0).status_code == 409
