"""Issuing, correcting, revoking: what is refused, what is kept, what is never done twice."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from escuela.admissions.models import Enrolment
from escuela.certificates import services
from escuela.certificates.award import FrameworkLine
from escuela.certificates.models import ISSUED, KEPT, REFUSED, REPLACED, REVOKED, VALID, Certificate
from escuela.certificates.names import UnprintableNameError
from escuela.certificates.services import NotDueError
from escuela.columns import Localized
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.frameworks.models import Framework, FrameworkItem
from escuela.learning.models import LessonDone
from tests import factories


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Certificate))


def test_a_certificate_freezes_who_what_and_when(cast, qualify) -> None:
    qualify(cast.lucias)
    certificate = services.issue(cast.lucias, by=cast.gabriela)
    award = certificate.award
    assert (certificate.state, certificate.version, certificate.issued_by_id) == (VALID, 1, cast.gabriela.id)
    assert (award.name, award.government, award.country) == ("Lucía Ceibo Coronilla", "Intendencia de Canelones", "UY")
    assert (award.number, award.hours, award.modules, award.final_work) == (9, 40, 1, None)
    assert award.issued_on.isoformat() == "2026-10-20"
    cast.lucia.name = cast.edition.title["es"] = "Otra cosa"
    cast.edition.hours = 2
    db.session.commit()
    db.session.expire_all()
    assert (certificate.award.name, certificate.award.hours) == ("Lucía Ceibo Coronilla", 40)


def test_it_names_frameworks_by_their_codes_in_the_persons_language(cast, qualify) -> None:
    def framework(key: str, title: str, short: str, position: int) -> Framework:
        return factories.saved(
            Framework(id=key, position=position, title=Localized(es=title), short=Localized(es=short), digest="x")
        )

    def item(of: Framework, code: str | None, position: int) -> FrameworkItem:
        parent = None if code is None else of.id
        key = of.id if code is None else f"{of.id}.{code}"
        values = {"kind": "goal", "title": Localized(es="Título"), "facts": {}, "parent_id": parent}
        return factories.saved(FrameworkItem(id=key, framework=of, code=code or "X", position=position, **values))

    sendai = framework("sendai", "Marco de Sendai para la Reducción del Riesgo", "Sendai", 1)
    paris = framework("paris", "Acuerdo de París", "París", 2)
    items = [item(paris, None, 1), item(sendai, None, 2), *(item(sendai, f"P{i}", 2 + i) for i in range(1, 9))]
    cast.edition.items = items
    db.session.commit()
    qualify(cast.lucias)
    assert services.issue(cast.lucias, by=cast.gabriela).award.frameworks == (
        FrameworkLine("sendai", "Sendai", ("P1", "P2", "P3", "P4", "P5", "P6", "…")),
        FrameworkLine("paris", "Acuerdo de París", ()),
    )


def test_it_names_the_final_work_that_was_approved(cast, qualify) -> None:
    qualify(cast.lucias)
    cast.assignment.final_work = True
    factories.work(cast.assignment, cast.lucias, state="approved")
    assert services.issue(cast.lucias, by=cast.gabriela).award.final_work == cast.assignment.title["es"]


def test_who_does_not_qualify_is_refused_with_what_is_missing(cast) -> None:
    with pytest.raises(NotDueError, match=r"Lucía.*0 of 3"):
        services.issue(cast.lucias, by=cast.gabriela)
    assert count() == 0


def test_the_conditions_are_checked_when_it_is_issued_and_not_before(cast, qualify) -> None:
    qualify(cast.lucias)
    db.session.delete(db.session.get(LessonDone, (cast.lucias.id, cast.lesson.id)))
    db.session.commit()
    issuing = services.issue_all(cast.edition, by=cast.gabriela, only={cast.lucias.id})
    assert [(result.outcome, count()) for result in issuing.results] == [(REFUSED, 0)]


def test_issuing_twice_gives_the_same_certificate(issued, cast) -> None:
    assert services.issue(cast.lucias, by=cast.elena) is issued
    assert count() == 1


def test_a_race_for_one_enrolment_ends_with_one_certificate(cast, qualify, monkeypatch) -> None:
    """Another worker issues between our look and our insert: the unique index decides, and we return theirs."""
    qualify(cast.lucias)
    grounds = services.Grounds.of(cast.edition, [cast.lucias])
    theirs = services.issue(cast.lucias, by=cast.elena)
    ours, new = services._issue(cast.lucias, grounds, by=cast.gabriela)
    assert (ours, new, count()) == (theirs, False, 1)


def test_issuing_to_all_reaches_who_qualifies_and_leaves_the_others(cast, qualify) -> None:
    qualify(cast.lucias)
    issuing = services.issue_all(cast.edition, by=cast.gabriela)
    assert [(result.enrolment_id, result.outcome) for result in issuing.results] == [(cast.lucias.id, ISSUED)]
    assert services.issue_all(cast.edition, by=cast.gabriela).results == []


def test_issuing_to_chosen_people_says_what_came_of_each(cast, qualify, issued) -> None:
    chosen = {cast.lucias.id, cast.martins.id, cast.rocios.id, 999_999}
    issuing = services.issue_all(cast.edition, by=cast.gabriela, only=chosen)
    outcomes = {result.enrolment_id: (result.outcome, result.refusal) for result in issuing.results}
    assert outcomes[cast.lucias.id] == (KEPT, None)
    assert outcomes[cast.martins.id][0] == REFUSED
    assert "0 of 1" in outcomes[cast.martins.id][1]
    assert set(outcomes) == {cast.lucias.id, cast.martins.id}


@pytest.mark.parametrize("failure", ["a long name", "a fault of ours"])
def test_one_that_fails_never_stops_the_others(cast, qualify, monkeypatch, failure) -> None:
    qualify(cast.lucias)
    qualify(cast.martins)
    if failure == "a long name":
        cast.lucia.name = "Wilhelmina " * 15
        db.session.commit()
    else:
        award_of = services.award_of

        def broken(enrolment: Enrolment, *rest, **more):
            if enrolment.id == cast.lucias.id:
                raise KeyError("office")
            return award_of(enrolment, *rest, **more)

        monkeypatch.setattr(services, "award_of", broken)
    issuing = services.issue_all(cast.edition, by=cast.gabriela)
    db.session.commit()
    assert {(each.enrolment_id, each.outcome) for each in issuing.results} == {
        (cast.lucias.id, REFUSED),
        (cast.martins.id, ISSUED),
    }
    assert count() == 1


def test_a_correction_is_a_second_version_with_the_name_of_now(issued, cast) -> None:
    cast.lucia.name = "Lucía Ceibo Corondilla"
    cast.edition.hours = 3
    db.session.commit()
    second = services.correct(issued, reason="Faltaba una letra", by=cast.gabriela)
    db.session.commit()
    assert (issued.state, issued.replaced_by, issued.ended_reason) == (REPLACED, second, "Faltaba una letra")
    assert issued.ended_by_id == cast.gabriela.id
    assert (second.state, second.version, second.award.version) == (VALID, 2, 2)
    assert (second.award.name, second.award.hours) == ("Lucía Ceibo Corondilla", 40)
    assert second.code != issued.code
    assert issued.award.name == "Lucía Ceibo Coronilla"


def test_a_correction_of_nothing_is_refused(issued, cast) -> None:
    with pytest.raises(DomainError, match="already"):
        services.correct(issued, reason="?", by=cast.gabriela)
    assert issued.state == VALID


def test_a_correction_to_a_name_that_cannot_be_printed_leaves_the_old_one_valid(issued, cast) -> None:
    cast.lucia.name = "Lucía 🙂"
    db.session.commit()
    with pytest.raises(UnprintableNameError):
        services.correct(issued, reason="?", by=cast.gabriela)
    assert (issued.state, count()) == (VALID, 1)


def test_what_was_replaced_or_revoked_cannot_be_again(issued, cast) -> None:
    services.revoke(issued, reason="Copia", by=cast.gabriela)
    assert (issued.state, issued.ended_reason) == (REVOKED, "Copia")
    with pytest.raises(DomainError, match="already, on"):
        services.revoke(issued, reason="Otra vez", by=cast.gabriela)
    cast.lucia.name = "Otra"
    with pytest.raises(DomainError, match="already, on"):
        services.correct(issued, reason="Otra vez", by=cast.gabriela)
    assert issued.ended_reason == "Copia"


def test_who_had_theirs_revoked_gets_no_other_with_everybodys(issued, cast) -> None:
    services.revoke(issued, reason="Copia", by=cast.gabriela)
    assert services.issue_all(cast.edition, by=cast.gabriela).results == []
    chosen = services.issue_all(cast.edition, by=cast.gabriela, only={cast.lucias.id})
    assert [result.outcome for result in chosen.results] == [REFUSED]
    with pytest.raises(NotDueError, match="revoked"):
        services.issue(cast.lucias, by=cast.gabriela)


def test_after_revoking_it_can_be_issued_again_on_purpose(issued, cast) -> None:
    services.revoke(issued, reason="Error nuestro", by=cast.gabriela)
    second = services.issue(cast.lucias, by=cast.gabriela, again=True)
    assert (second.state, second.version, second.award.version) == (VALID, 2, 2)
