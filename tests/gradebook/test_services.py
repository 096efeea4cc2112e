"""Changing one mark: what it does, what it leaves alone, what the history keeps."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from escuela.admissions.models import WITHDRAWN
from escuela.editions.models import ARCHIVED, CLOSED
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gradebook import services
from escuela.gradebook.book import record_of
from escuela.gradebook.models import EXCUSE, NONE, Override, Points
from escuela.learning.completion import standing
from escuela.people.history import differences, verb_of
from escuela.people.models import Change
from tests.conftest import NOW
from tests.gradebook.conftest import attempt

EIGHT = Points(800, 1000)


def lines() -> list[tuple[str, str | None, object, object]]:
    rows = db.session.scalars(select(Change).where(Change.verb.startswith("mark.")).order_by(Change.id)).all()
    return [(row.verb, row.reason, row.before.get("mark"), row.after.get("mark")) for row in rows]


def test_a_mark_a_better_one_an_excuse_and_back(cast):
    attempt(cast.quiz, cast.lucias, 4)
    told = {"by": cast.gabriela}
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Se cortó la luz.", **told)
    services.give(cast.lucias, cast.quiz, Points(850, 1000), reason="Media pregunta más.", **told)
    row = services.excuse(cast.lucias, cast.quiz, reason="Licencia médica.", **told)
    assert (row.verdict, row.points, row.set_by, row.set_at) == (EXCUSE, None, cast.gabriela, NOW)
    services.take_back(cast.lucias, cast.quiz, reason="Volvió.", **told)
    assert row.verdict == NONE
    assert lines() == [
        ("mark.mark", "Se cortó la luz.", "4/10", "8/10"),
        ("mark.mark", "Media pregunta más.", "8/10", "8.5/10"),
        ("mark.excuse", "Licencia médica.", "8.5/10", "excuse"),
        ("mark.none", "Volvió.", "excuse", "4/10"),
    ]
    assert db.session.scalar(select(func.count(Override.id))) == 1


def test_the_history_says_whose_mark_of_what_it_was(cast):
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Presentó por videollamada.", by=cast.gabriela)
    change = db.session.scalars(select(Change)).one()
    assert (change.by_name, change.within) == (cast.gabriela.name, f"edition:{cast.edition.id}")
    assert str(verb_of(change)) == "changed a mark"
    said = {each.title: (each.before, each.after) for each in differences(change)}
    assert said["Mark"] == ("no mark", "8/10")
    assert said["Person"] == ("", cast.lucia.name)
    assert said["Activity"][1].startswith("1.2 Quiz")


def test_what_was_answered_stays_as_it_is_and_so_does_completion(cast):
    failed = attempt(cast.quiz, cast.lucias, 4)
    before = standing(cast.lucias).states
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Corregido.", by=cast.gabriela)
    services.excuse(cast.lucias, cast.assignment, reason="Licencia.", by=cast.gabriela)
    db.session.commit()
    assert (failed.points, failed.passed) == (400, False)
    assert standing(cast.lucias).states == before


def test_a_second_click_changes_nothing(cast):
    for _ in range(2):
        services.give(cast.lucias, cast.quiz, EIGHT, reason="Corregido.", by=cast.gabriela)
    for _ in range(2):
        services.take_back(cast.lucias, cast.quiz, reason="Era de otra persona.", by=cast.gabriela)
    assert len(lines()) == 2


def test_taking_back_what_was_never_changed_is_nothing(cast):
    assert services.take_back(cast.lucias, cast.quiz, reason="Nada.", by=cast.gabriela) is None
    assert lines() == []


def test_a_change_is_of_one_person_and_one_activity(cast):
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Corregido.", by=cast.gabriela)
    db.session.commit()
    marks = [entry.cell.mark for entry in record_of(cast.edition, cast.lucias.id).entries]
    assert marks == [None, EIGHT, None]
    assert record_of(cast.edition, cast.martins.id).total is None


def test_what_is_excused_counts_neither_for_nor_against(cast):
    attempt(cast.quiz, cast.lucias, 1)
    services.excuse(cast.lucias, cast.quiz, reason="Licencia.", by=cast.gabriela)
    services.give(cast.lucias, cast.assignment, EIGHT, reason="En papel.", by=cast.gabriela)
    db.session.commit()
    record = record_of(cast.edition, cast.lucias.id)
    assert (record.total, record.marks, record.excused) == (EIGHT, 1, 1)
    assert [entry.given for entry in record.entries] == [None, Points(100, 1000), None]


def test_a_closed_edition_can_be_corrected_and_an_archived_one_not(cast):
    cast.edition.status = CLOSED
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Error de carga.", by=cast.gabriela)
    cast.edition.status = ARCHIVED
    with pytest.raises(DomainError):
        services.excuse(cast.lucias, cast.quiz, reason="Tarde.", by=cast.gabriela)


def test_who_withdrew_keeps_their_marks(cast):
    cast.lucias.status, cast.lucias.withdrawn_at = WITHDRAWN, NOW
    db.session.commit()
    with pytest.raises(DomainError):
        services.give(cast.lucias, cast.quiz, EIGHT, reason="Tarde.", by=cast.gabriela)
    assert db.session.scalar(select(Override.id)) is None


@pytest.mark.parametrize(
    "values",
    [{"earned": 1001}, {"possible": 0}, {"earned": -1}, {"earned": None}, {"verdict": EXCUSE}, {"verdict": ""}],
)
def test_the_database_holds_no_half_mark(cast, values):
    services.give(cast.lucias, cast.quiz, EIGHT, reason="Corregido.", by=cast.gabriela)
    wrong = update(Override).values(**values)
    with pytest.raises(IntegrityError):
        db.session.execute(wrong)
