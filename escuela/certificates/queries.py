"""Which certificates a person may see, and what issuing needs to know of an edition."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, lazyload

from escuela.admissions.models import ACTIVE, Enrolment
from escuela.assessments.assignments.models import APPROVED, Assignment, Work
from escuela.assessments.assignments.queries import whose
from escuela.certificates.models import REFUSED, Certificate, Issuing, IssuingResult
from escuela.columns import Localized
from escuela.editions.models import COORDINATOR, Edition
from escuela.editions.queries import staffed_editions
from escuela.people.models import User


def visible_certificates(user: User) -> Select[Certificate]:
    """One's own, of whatever edition, and those of the editions that one coordinates."""
    coordinated = staffed_editions(user, COORDINATOR).with_only_columns(Edition.id)
    return (
        select(Certificate)
        .join(Certificate.enrolment)
        .where(or_(Enrolment.user_id == user.id, Enrolment.edition_id.in_(coordinated)))
    )


def own_certificates(user: User) -> Select[Certificate]:
    """The newest first."""
    return (
        select(Certificate)
        .join(Certificate.enrolment)
        .options(
            contains_eager(Certificate.enrolment).joinedload(Enrolment.edition), joinedload(Certificate.replaced_by)
        )
        .where(Enrolment.user_id == user.id)
        .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
    )


def certificates_of(edition: Edition, only: Collection[int] | None = None) -> Select[Certificate]:
    """All of an edition's, by name, each person's newest first; `only` those of these enrolments."""
    rows = (
        select(Certificate)
        .join(Certificate.enrolment)
        .join(Enrolment.user)
        .where(Enrolment.edition_id == edition.id)
        .order_by(User.name, Enrolment.id, Certificate.version.desc())
    )
    return rows if only is None else rows.where(Enrolment.id.in_(only))


def participants(edition: Edition, only: Collection[int] | None = None) -> Select[Enrolment]:
    """Active enrolments with their people, by name; `only` those with these ids."""
    rows = (
        select(Enrolment)
        .join(Enrolment.user)
        .join(Enrolment.local_government)
        .options(
            contains_eager(Enrolment.user).options(lazyload(User.roles)),
            contains_eager(Enrolment.local_government),
        )
        .where(Enrolment.edition_id == edition.id, Enrolment.status == ACTIVE)
        .order_by(User.name, Enrolment.id)
    )
    return rows if only is None else rows.where(Enrolment.id.in_(only))


def names(edition: Edition) -> Select[int, str]:
    """(enrolment_id, name) of everybody who was ever enrolled: what a search looks through."""
    return select(Enrolment.id, User.name).join(Enrolment.user).where(Enrolment.edition_id == edition.id)


def states(edition: Edition) -> Select[int, str, int]:
    """(enrolment_id, state, version) of every certificate of an edition, each person's newest last."""
    return (
        select(Certificate.enrolment_id, Certificate.state, Certificate.version)
        .join(Certificate.enrolment)
        .where(Enrolment.edition_id == edition.id)
        .order_by(Certificate.version)
    )


def final_works(edition: Edition) -> Select[int, Localized]:
    """(edition_id, title) of the edition's final works."""
    return (
        select(Assignment.edition_id, Assignment.title)
        .where(Assignment.edition_id == edition.id, Assignment.final_work)
        .order_by(Assignment.id)
    )


def approved_final_works(edition: Edition) -> Select[int, Localized]:
    """(enrolment_id, title) of the final works that were approved; the last of an edition where it has several."""
    held = whose()
    approved = select(held.c.enrolment_id, Assignment.title).join(Work, Work.id == held.c.work_id).join(Work.assignment)
    return approved.where(Assignment.edition_id == edition.id, Assignment.final_work, Work.state == APPROVED).order_by(
        Assignment.id
    )


def last_issuing(edition: Edition) -> Select[Issuing]:
    by = joinedload(Issuing.issued_by).options(lazyload(User.roles))
    return select(Issuing).options(by).where(Issuing.edition_id == edition.id).order_by(Issuing.id.desc()).limit(1)


def refusals(issuing: Issuing) -> Select[str | None]:
    """The sentences."""
    refused = select(IssuingResult.refusal).where(IssuingResult.issuing_id == issuing.id)
    return refused.where(IssuingResult.outcome == REFUSED).order_by(IssuingResult.enrolment_id)
