"""The job that draws: once each, whatever happens to the others."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from escuela import clock, storage
from escuela.certificates import drawing, pdf, services
from escuela.certificates.drawing import draw_due_certificates
from escuela.certificates.models import Certificate
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.models import Message
from tests.conftest import NOW


def messages() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.id)))


@pytest.fixture
def both(cast, qualify) -> tuple[Certificate, Certificate]:
    """Lucía's and Martín's, to be drawn."""
    qualify(cast.lucias)
    qualify(cast.martins)
    first, second = (services.issue(each, by=cast.gabriela) for each in (cast.lucias, cast.martins))
    db.session.commit()
    return first, second


def test_a_certificate_is_drawn_once_and_kept_with_its_hash(issued) -> None:
    assert draw_due_certificates() == 1
    assert draw_due_certificates() == 0
    with storage.read(issued.pdf_key) as file:
        kept = file.read()
    assert kept.startswith(b"%PDF-1.7")
    assert hashlib.sha256(kept).hexdigest() == issued.pdf_sha256
    assert (issued.drawn_at, issued.draw_at, issued.drawing_failure) == (NOW, None, None)


def test_a_later_change_of_name_draws_nothing(drawn, cast) -> None:
    before = drawn.pdf_sha256
    cast.lucia.name = "Otro Nombre"
    db.session.commit()
    assert draw_due_certificates() == 0
    assert drawn.pdf_sha256 == before


def test_the_person_gets_one_mail_in_their_language(issued, cast) -> None:
    cast.lucia.language = "en"
    db.session.commit()
    draw_due_certificates()
    draw_due_certificates()
    (mail,) = messages()
    assert (mail.address, mail.language, mail.subject) == (cast.lucia.email, "en", "Your certificate is ready")
    assert issued.code in mail.text
    assert f"http://127.0.0.1:5000/v/{issued.code}" in mail.html


def test_when_weasyprint_fails_for_one_the_others_are_drawn(both, monkeypatch) -> None:
    first, second = both
    draw = pdf.draw

    def fails_for_the_first(award, code):
        if code == first.code:
            raise RuntimeError("Pango has no memory")
        return draw(award, code)

    monkeypatch.setattr(pdf, "draw", fails_for_the_first)
    assert draw_due_certificates() == 1
    assert (first.pdf_key, first.drawing_failure) == (None, "RuntimeError: Pango has no memory")
    assert second.pdf_key is not None
    assert [mail.once for mail in messages()] == [f"certificate-ready-{second.id}"]


def test_a_failure_is_tried_again_later_and_then_forgotten(issued, monkeypatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(pdf, "draw", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
        assert draw_due_certificates() == 0
    assert draw_due_certificates() == 0
    with clock.stopped(NOW + drawing.PAUSE):
        assert draw_due_certificates() == 1
    assert issued.drawing_failure is None


def test_two_workers_never_draw_one(both) -> None:
    first, second = both
    assert drawing._take(first.id) == (first.award, first.code)
    assert drawing._take(first.id) is None
    assert draw_due_certificates() == 1
    assert (first.pdf_key, second.pdf_key is not None) == (None, True)


def test_what_a_worker_left_unfinished_is_taken_up_again(issued) -> None:
    drawing._take(issued.id)
    with clock.stopped(NOW + drawing.TURN + timedelta(seconds=1)):
        assert draw_due_certificates() == 1


def test_what_is_revoked_while_it_is_drawn_is_announced_to_nobody(issued, cast, monkeypatch) -> None:
    draw = pdf.draw

    def slowly(award, code):
        services.revoke(issued, reason="Error", by=cast.gabriela)
        db.session.commit()
        return draw(award, code)

    monkeypatch.setattr(pdf, "draw", slowly)
    draw_due_certificates()
    assert messages() == []


def test_what_was_revoked_before_is_not_drawn(issued, cast) -> None:
    services.revoke(issued, reason="Error", by=cast.gabriela)
    db.session.commit()
    assert draw_due_certificates() == 0


def test_a_correction_is_drawn_and_announced_as_one(drawn, cast) -> None:
    cast.lucia.name = "Lucía Ceibo"
    cast.lucia.language = "en"
    db.session.commit()
    second = services.correct(drawn, reason="Nombre", by=cast.gabriela)
    db.session.commit()
    assert draw_due_certificates() == 1
    assert second.pdf_key != drawn.pdf_key
    assert messages()[-1].subject == "Your corrected certificate is ready"


def test_the_sample_has_the_longest_name_of_the_edition(cast, monkeypatch) -> None:
    drawn = []
    monkeypatch.setattr(pdf, "draw", lambda award, code: drawn.append((award.name, code)) or b"%PDF")
    assert drawing.preview(cast.edition) == b"%PDF"
    assert drawn == [("Lucía Ceibo Coronilla", "EDR-0000-0000")]


def test_there_is_no_sample_without_people(cast) -> None:
    db.session.delete(cast.rocios)
    db.session.commit()
    with pytest.raises(DomainError, match="Nobody is enrolled"):
        drawing.preview(cast.other)
