"""The PDFs: drawn once for each certificate, by a job, and kept with their hash."""

from __future__ import annotations

import logging
from datetime import timedelta
from io import BytesIO

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from escuela import clock, storage
from escuela.certificates import codes, queries
from escuela.certificates.award import Award, award_of
from escuela.certificates.models import VALID, Certificate
from escuela.certificates.names import width
from escuela.editions.models import Edition
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import Recipient, enqueue
from escuela.storage import Stored

log = logging.getLogger(__name__)

BATCH = 100
TURN = timedelta(minutes=5)
"""How long a worker has for the certificate it took; after that another may take it."""
PAUSE = timedelta(minutes=10)
"""How long to wait after a failure."""
MOST = 5_000_000
"""Bytes; a sheet has about 40,000."""


def draw_due_certificates() -> int:
    """Draw what is due, each in a transaction of its own; returns how many were drawn.

    Each is taken first, so two workers never draw one. A failure is recorded and tried again later; the others go on.
    """
    due = select(Certificate.id).where(Certificate.state == VALID, Certificate.draw_at <= clock.now())
    ids = db.session.scalars(due.order_by(Certificate.draw_at, Certificate.id).limit(BATCH)).all()
    db.session.commit()
    return sum(_draw(certificate_id) for certificate_id in ids)


def preview(edition: Edition) -> bytes:
    """The certificate of the participant with the longest name, with a code that no certificate has.

    Raises DomainError where nobody is enrolled or where the name does not fit.
    """
    from escuela.certificates import pdf  # noqa: PLC0415 - see _draw

    people = list(db.session.scalars(queries.participants(edition)).unique())
    if not people:
        raise DomainError(_l("Nobody is enrolled yet. The sample uses the longest name of the edition."))
    longest = max(people, key=lambda enrolment: width(enrolment.user.name, 1))
    final_works = dict(db.session.execute(queries.final_works(edition)).all())
    return pdf.draw(award_of(longest, final_works.get(edition.id)), codes.SAMPLE)


def _draw(certificate_id: int) -> bool:
    taken = _take(certificate_id)
    if taken is None:
        return False
    try:
        # Here and not above: WeasyPrint takes half a second to import and needs libraries of the system. The site
        # starts without them, and what is missing is recorded like any other failure.
        from escuela.certificates import pdf  # noqa: PLC0415

        _keep(certificate_id, storage.put(BytesIO(pdf.draw(*taken)), most=MOST))
    except Exception as failure:  # whatever is wrong with one, the others are drawn
        log.exception("certificate %d could not be drawn", certificate_id)
        db.session.rollback()
        _record_failure(certificate_id, failure)
        return False
    return True


def _take(certificate_id: int) -> tuple[Award, str] | None:
    """What to draw; None where another worker was faster. Nothing stays locked while it is drawn."""
    now = clock.now()
    taken = db.session.execute(
        update(Certificate)
        .where(Certificate.id == certificate_id, Certificate.state == VALID, Certificate.draw_at <= now)
        .values(draw_at=now + TURN)
        .returning(Certificate.award, Certificate.code)
    ).one_or_none()
    db.session.commit()
    return None if taken is None else (taken.award, taken.code)


def _record_failure(certificate_id: int, failure: Exception) -> None:
    certificate = db.session.get_one(Certificate, certificate_id, with_for_update=True)
    certificate.drawing_failure = f"{type(failure).__name__}: {failure}"
    certificate.draw_at = clock.now() + PAUSE
    db.session.commit()


def _keep(certificate_id: int, stored: Stored) -> None:
    certificate = db.session.get_one(Certificate, certificate_id, with_for_update=True)
    certificate.pdf_key, certificate.pdf_sha256 = stored.key, stored.sha256
    certificate.drawn_at, certificate.draw_at, certificate.drawing_failure = clock.now(), None, None
    if certificate.state == VALID:  # it may have been revoked while it was drawn
        _announce(certificate)
    db.session.commit()


def _announce(certificate: Certificate) -> None:
    person = certificate.enrolment.user
    enqueue(
        "certificates/ready",
        Recipient(person.email, person.language, person.name, person.zone),
        once=f"certificate-ready-{certificate.id}",
        award=certificate.award,
        code=certificate.code,
    )
