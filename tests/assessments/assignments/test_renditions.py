from __future__ import annotations

import shutil
import socket
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from escuela import storage
from escuela.assessments.assignments.models import Work, WorkFile
from escuela.assessments.assignments.renditions import converter, prepare_files
from escuela.assessments.assignments.review_models import Rendition
from escuela.extensions import db
from escuela.people.models import User
from tests import factories
from tests.assessments.assignments import documents
from tests.cast import Cast
from tests.conftest import NOW, Client

As = Callable[[User | None], Client]


def picture(kind: str, pages: int = 1) -> bytes:
    kept = BytesIO()
    image = Image.new("RGB", (300, 400), "white")
    more = {"save_all": True, "append_images": [image] * (pages - 1)} if pages > 1 else {}
    image.save(kept, kind, **more)
    return kept.getvalue()


@pytest.fixture
def work(cast: Cast) -> Work:
    return factories.work(cast.assignment, cast.lucias)


def handed_in(work: Work, content: bytes, kind: str) -> WorkFile:
    stored = storage.put(BytesIO(content), most=10_000_000)
    receipt = {"size": stored.size, "sha256": stored.sha256, "key": stored.key, "uploaded_at": NOW}
    by = work.enrolment.user_id
    file = factories.saved(WorkFile(work=work, name=f"plano.{kind}", kind=kind, uploaded_by_id=by, **receipt))
    work.submissions[0].files.append(file)
    db.session.commit()
    return file


def of(file: WorkFile) -> Rendition:
    return db.session.get_one(Rendition, file.id)


@pytest.mark.parametrize(
    ("kind", "content", "pages"),
    [("pdf", picture("PDF", 3), 3), ("png", picture("PNG"), 1), ("jpg", picture("JPEG"), 1)],
)
def test_pages_of_what_was_handed_in_are_drawn_for_who_may_read_it(
    cast: Cast, as_: As, work: Work, kind: str, content: bytes, pages: int
) -> None:
    file = handed_in(work, content, kind)
    address = f"/ediciones/novena/tareas/assignment-mapa/archivos/{file.id}/paginas"
    assert as_(cast.renata).get(f"{address}/1.png").status_code == 404  # not prepared yet
    assert (prepare_files(), prepare_files()) == (1, 0)
    assert (of(file).state, of(file).pages) == ("made", pages)
    for person in (cast.renata, cast.gabriela, cast.lucia):
        answer = as_(person).get(f"{address}/{pages}.png")
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert Image.open(BytesIO(answer.data)).width > 200
    for person, status in ((cast.martin, 404), (cast.rocio, 404), (cast.thiago, 404), (None, 303)):
        assert as_(person).get(f"{address}/1.png").status_code == status
    assert as_(cast.renata).get(f"{address}/{pages + 1}.png").status_code == 404
    assert as_(cast.renata).get(f"{address}/0.png").status_code == 404
    desk = as_(cast.renata).get(f"/ediciones/novena/revisiones/{work.id}").text
    assert f"{address}/{pages}.png" in desk


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", documents.PDF),
        ("pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40),
        ("png", documents.PNG),
        ("jpg", documents.JPG),
    ],
)
def test_what_cannot_be_read_is_offered_as_a_download(
    cast: Cast, as_: As, work: Work, kind: str, content: bytes
) -> None:
    file = handed_in(work, content, kind)
    assert prepare_files() == 1
    assert of(file).state == "failed"
    desk = as_(cast.renata).get(f"/ediciones/novena/revisiones/{work.id}").text
    assert "download it to read it" in desk
    assert prepare_files() == 0


def test_a_file_that_was_lost_is_no_reason_to_stop(cast: Cast, work: Work) -> None:
    lost, there = handed_in(work, picture("PDF"), "pdf"), handed_in(work, picture("PNG"), "png")
    storage.remove(lost.key)
    assert prepare_files() == 2
    assert (of(lost).state, of(there).state) == ("failed", "made")


def test_a_document_waits_for_a_converter_and_is_read_as_pages_once_there_is_one(
    cast: Cast, as_: As, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The converter is another program: here a stand-in that writes the PDF that LibreOffice would."""
    file = handed_in(work, documents.DOCX, "docx")
    monkeypatch.setenv("PATH", "/nowhere")
    prepare_files()
    assert of(file).state == "no_converter"
    assert (
        "has no program that turns it into pages"
        in as_(cast.renata).get(f"/ediciones/novena/revisiones/{work.id}").text
    )
    (tmp_path / "made.pdf").write_bytes(picture("PDF", 2))
    program = tmp_path / "soffice"
    careful = '/bin/grep -q BlockUntrustedRefererLinks "${1#*file://}/user/registrymodifications.xcu" || exit 1'
    copies = f'for last; do :; done; /bin/cp {tmp_path}/made.pdf "${{last%.docx}}.pdf"'
    program.write_text(f"#!/bin/sh\n{careful}\n{copies}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prepare_files() == 1
    assert (of(file).state, of(file).pages) == ("made", 2)
    assert of(file).key != file.key
    address = f"/ediciones/novena/tareas/assignment-mapa/archivos/{file.id}/paginas/2.png"
    assert as_(cast.renata).get(address).status_code == 200
    program.write_text("#!/bin/sh\nexit 1\n")
    broken = handed_in(work, documents.DOCX, "docx")
    prepare_files()
    assert of(broken).state == "failed"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_libreoffice_converts_a_real_document(cast: Cast, work: Work) -> None:
    assert converter()
    file = handed_in(work, documents.written(), "docx")
    prepare_files()
    assert (of(file).state, of(file).pages) == ("made", 1)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
def test_libreoffice_asks_nobody_for_what_a_document_names(cast: Cast, work: Work) -> None:
    """Else a document could make the School ask addresses that only its own machines reach."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/foto.png"
        file = handed_in(work, documents.written(picture=address), "docx")
        prepare_files()
        assert of(file).state == "made"
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
