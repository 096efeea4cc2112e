"""Issue certificates, to one person or to all who qualify; correct one; revoke one. Nothing is ever deleted."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.certificates import codes, queries
from escuela.certificates.award import Award, award_of, today
from escuela.certificates.models import (
    ISSUED,
    KEPT,
    REFUSED,
    REPLACED,
    REVOKED,
    VALID,
    Certificate,
    Issuing,
    IssuingResult,
)
from escuela.certificates.names import fit_name
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.learning.completion import Standing, standings
from escuela.people.models import User
from escuela.web import day

log = logging.getLogger(__name__)


class NotDueError(DomainError):
    """The person does not qualify for a certificate."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What issuing looks at, read when it issues: standings, what each has already, approved final works."""

    standings: dict[int, Standing]
    newest: dict[int, tuple[str, int]]
    """State and version of each person's newest certificate."""
    final_works: dict[int, Localized]

    @classmethod
    def of(cls, edition: Edition, enrolments: Collection[Enrolment]) -> Self:
        states = db.session.execute(queries.states(edition))
        return cls(
            standings(edition, enrolments),
            {enrolment_id: (state, version) for enrolment_id, state, version in states},
            dict(db.session.execute(queries.approved_final_works(edition)).all()),
        )

    def due(self, enrolment: Enrolment) -> bool:
        """Qualifies and never had one. Who had theirs revoked is not given another with everybody's."""
        return self.standings[enrolment.id].complete and enrolment.id not in self.newest


def issue(enrolment: Enrolment, *, by: User, again: bool = False) -> Certificate:
    """The valid certificate of an enrolment: a new one if there is none yet. `again`: although the last was revoked.

    Raises NotDueError with what is missing, or UnprintableNameError.
    """
    db.session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    grounds = Grounds.of(enrolment.edition, [enrolment])
    certificate, _new = _issue(enrolment, grounds, by=by, again=again)
    return certificate


def issue_all(edition: Edition, *, by: User, only: Collection[int] | None = None) -> Issuing:
    """Issue to everybody who qualifies, or to the enrolments `only`, and record what came of each.

    One person who is refused, for whatever reason, never stops the others.
    """
    everybody = queries.participants(edition, only).with_for_update(of=Enrolment)
    enrolments = list(db.session.scalars(everybody).unique())
    grounds = Grounds.of(edition, enrolments)
    if only is None:
        enrolments = [enrolment for enrolment in enrolments if grounds.due(enrolment)]
    issuing = Issuing(edition=edition, issued_by=by, issued_at=clock.now())
    issuing.results = [_try_to_issue(enrolment, grounds, by=by) for enrolment in enrolments]
    db.session.add(issuing)
    db.session.flush()
    return issuing


def correct(certificate: Certificate, *, reason: str, by: User) -> Certificate:
    """Version 2 (3, ...): with the name and government that the person has now, all else as it was awarded.

    The code before says from now on that it was replaced. Raises DomainError where nothing would change.
    """
    enrolment = certificate.enrolment
    old = certificate.award
    award = replace(
        old,
        name=" ".join(enrolment.user.name.split()),
        government=enrolment.local_government.name,
        country=enrolment.local_government.country,
        issued_on=today(enrolment.edition),
        version=certificate.version + 1,
    )
    if (award.name, award.government, award.country) == (old.name, old.government, old.country):
        raise DomainError(
            _l(
                "The certificate says “%(name)s” already. Correct the person's name first, then come back.",
                name=old.name,
            )
        )
    fit_name(award.name)
    _end(certificate, REPLACED, reason=reason, by=by)
    certificate.replaced_by = _new_certificate(enrolment, award, by=by)
    db.session.flush()
    return certificate.replaced_by


def revoke(certificate: Certificate, *, reason: str, by: User) -> None:
    """From now on the code says that it was revoked, and when; why is for the person and who coordinates."""
    _end(certificate, REVOKED, reason=reason, by=by)
    db.session.flush()


def _issue(enrolment: Enrolment, grounds: Grounds, *, by: User, again: bool = False) -> tuple[Certificate, bool]:
    """The certificate, and whether it is new."""
    state, version = grounds.newest.get(enrolment.id, (None, 0))
    if state == VALID:
        return _valid_one(enrolment), False
    if state == REVOKED and not again:
        raise NotDueError(_l("The certificate of %(name)s was revoked.", name=enrolment.user.name))
    standing = grounds.standings[enrolment.id]
    if not standing.complete:
        missing = "; ".join(str(condition.sentence) for condition in standing.conditions if not condition.met)
        raise NotDueError(_l("%(name)s does not qualify yet: %(missing)s.", name=enrolment.user.name, missing=missing))
    award = award_of(enrolment, grounds.final_works.get(enrolment.id), version=version + 1)
    fit_name(award.name)
    try:
        return _new_certificate(enrolment, award, by=by), True
    except IntegrityError:  # somebody else issued it at this very moment
        return _valid_one(enrolment), False


def _try_to_issue(enrolment: Enrolment, grounds: Grounds, *, by: User) -> IssuingResult:
    result = IssuingResult(enrolment_id=enrolment.id)
    try:
        with db.session.begin_nested():
            certificate, new = _issue(enrolment, grounds, by=by)
    except DomainError as refusal:
        result.outcome, result.refusal = REFUSED, str(refusal.sentence)
    except Exception:  # whatever is wrong with one, the others get theirs
        log.exception("no certificate for enrolment %d", enrolment.id)
        result.outcome = REFUSED
        result.refusal = _(
            "Something failed on our side with %(name)s. Try again; if it fails again, tell an administrator.",
            name=enrolment.user.name,
        )
    else:
        result.outcome, result.certificate_id = ISSUED if new else KEPT, certificate.id
    return result


def _new_certificate(enrolment: Enrolment, award: Award, *, by: User) -> Certificate:
    """Raises IntegrityError where the enrolment has a valid one."""
    now = clock.now()
    certificate = Certificate(
        code=codes.new(),
        enrolment_id=enrolment.id,
        version=award.version,
        language=award.language,
        award=award,
        issued_at=now,
        issued_by_id=by.id,
        draw_at=now,
    )
    with db.session.begin_nested():
        db.session.add(certificate)
    return certificate


def _valid_one(enrolment: Enrolment) -> Certificate:
    valid = select(Certificate).where(Certificate.enrolment_id == enrolment.id, Certificate.state == VALID)
    return db.session.scalars(valid).one()


def _end(certificate: Certificate, state: str, *, reason: str, by: User) -> None:
    locked = select(Certificate).where(Certificate.id == certificate.id).with_for_update()
    db.session.execute(locked, execution_options={"populate_existing": True})
    if certificate.state != VALID:
        raise DomainError(
            _l(
                "This certificate was replaced or revoked already, on %(day)s.",
                day=day(certificate.ended_at or clock.now(), certificate.enrolment.edition.zone),
            )
        )
    certificate.ended_at, certificate.ended_by_id, certificate.ended_reason = clock.now(), by.id, reason
    certificate.state, certificate.draw_at = state, None
    db.session.flush()
