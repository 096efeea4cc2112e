from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from escuela.assessments.assignments.forms import AssignmentForm
from escuela.assessments.assignments.models import Assignment, Review
from escuela.assessments.assignments.text import AssignmentText
from escuela.columns import Localized
from escuela.config import ROOT
from escuela.content.check import everything
from escuela.content.load import apply
from escuela.content.rows import home_of
from escuela.editions.kinds import EDITORS, FORMATS
from escuela.editions.policies import Moment
from escuela.editions.text import write_activity
from escuela.errors import DomainError
from escuela.extensions import db
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW
from tests.posted import sent

FORMAT = FORMATS["assignment"]


@pytest.fixture
def assignment(cast: Cast) -> Assignment:
    return factories.assignment(factories.module(cast.edition))


def text_of(row: Assignment) -> AssignmentText:
    found = FORMAT.text(row, home_of(row.module))
    assert isinstance(found, AssignmentText)
    return found


def typed(row: Assignment, **changes: str | None) -> MultiDict[str, Any]:
    """What the page of an assignment sends, with some of it typed anew; None is a box that is not ticked."""
    form = AssignmentForm.from_text(text_of(row))
    form.speak(row.edition)
    return changed(sent(form, row.edition, "assignment"), **changes)


def changed(values: MultiDict[str, Any], **changes: str | None) -> MultiDict[str, Any]:
    for name, value in changes.items():
        key = name if name in {"files_most", "file_kinds", "final_work"} else name.replace("_", "-")
        values.poplist(key)
        if value is not None:
            values[key] = value
    return values


def form_of(row: Assignment, values: MultiDict[str, Any]) -> AssignmentForm:
    form = AssignmentForm.from_text(text_of(row), values)
    form.speak(row.edition)
    form.home = home_of(row.module)
    return form


def saved(row: Assignment, values: MultiDict[str, Any]) -> AssignmentText:
    form = form_of(row, values)
    assert form.validate(), form.errors
    return form.text(row.slug, row.position)


def review(row: Assignment, cast: Cast) -> None:
    work = factories.work(row, cast.lucias)
    factories.saved(
        Review(
            submission=work.submissions[0],
            reviewer_id=cast.renata.id,
            saved_at=NOW,
            outcome="approved",
            released_at=NOW,
        )
    )


def effects(row: Assignment, text: AssignmentText) -> str:
    return " ".join(str(each) for each in EDITORS["assignment"].effects(row, text))


# --- there and back


def test_every_assignment_of_the_courses_comes_back_from_its_form_as_it_was() -> None:
    for _folder, text, faults in everything(ROOT / "courses"):
        assert not faults
        apply(text)
    rows = db.session.scalars(select(Assignment)).all()
    assert len(rows) > 5
    for row in rows:
        before = text_of(row)
        after = saved(row, typed(row))
        assert after == before
        assert effects(row, after) == ""
        FORMAT.write(row, after, home_of(row.module))
        write_activity(row, after, row.items)
        db.session.flush()
        db.session.expire(row)
        assert text_of(row) == before


def test_a_new_assignment_begins_with_three_levels_in_the_languages_of_the_edition(cast: Cast) -> None:
    module = factories.module(cast.edition)
    form = AssignmentForm(None)
    form.speak(cast.edition)
    values = changed(
        sent(form, cast.edition, "assignment"),
        title_es="Plan",
        summary_es="Su plan.",
        instructions_es="Escriba **una** página.",
        criteria_0_title_es="Acciones claras",
        criteria_0_title_pt="Ações claras",
    )
    again = AssignmentForm(values)
    again.speak(cast.edition)
    assert again.validate(), again.errors
    text = again.text("plan", 1)
    row = Assignment(edition_id=cast.edition.id, module_id=module.id)
    FORMAT.write(row, text, home_of(module))
    write_activity(row, text, [])
    db.session.add(row)
    db.session.flush()
    assert text_of(row) == text
    (criterion,) = text.criteria
    assert criterion.slug == "acciones-claras"
    assert [(level.title, level.points) for level in criterion.levels] == [
        (Localized(es="Falta", pt="Falta"), 0),
        (Localized(es="Incompleto", pt="Incompleto"), 1),
        (Localized(es="Sólido", pt="Sólido"), 2),
    ]


# --- what is wrong, in sentences


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"criteria_0_levels_1_points": "0"}, "Criterion 1: Each level gives more points than the one before"),
        ({"criteria_1_levels_1_points": ""}, "Criterion 2: Level 2: Points: Fill this in."),
        ({"criteria_0_title_es": "", "criteria_0_title_pt": "Ações"}, "Criterion 1: Criterion: Write it in the first"),
        ({"criteria_0_levels_0_title_es": "x" * 101}, "At most 100 characters."),
        ({"instructions_es": ""}, "Write it in the first language"),
        ({"files_most": "21"}, "From 0 to 20."),
        ({"file_kinds": None}, "Choose at least one kind of file"),
        ({"instructions_es": "![Mapa](media/nada.svg)"}, "`media/nada.svg` is missing"),
        ({"strict": "y"}, "Write when it is due"),
    ],
)
def test_a_rubric_that_nobody_could_use_is_told(
    assignment: Assignment, changes: dict[str, str | None], sentence: str
) -> None:
    form = form_of(assignment, typed(assignment, **changes))
    assert not form.validate()
    assert sentence in " ".join(str(error) for field in form for error in field.errors)


def test_an_edition_has_one_final_work(cast: Cast, assignment: Assignment) -> None:
    other = factories.assignment(factories.module(cast.edition), final_work=True)
    values = typed(assignment, final_work="y")
    form = form_of(assignment, values)
    assert not form.validate()
    assert other.title["es"] in form.final_work.errors[0]
    assert saved(other, typed(other)).final_work
    other.archived_at = NOW
    db.session.flush()
    assert saved(assignment, values).final_work


# --- rows without a script


@pytest.mark.parametrize(
    ("command", "order"),
    [("up-1", [1, 0]), ("down-0", [1, 0]), ("copy-1", [0, 1, 1]), ("drop-0", [1])],
)
def test_buttons_move_copy_and_take_out_criteria_and_nothing_is_lost(
    assignment: Assignment, command: str, order: list[int]
) -> None:
    before = text_of(assignment).criteria
    form = form_of(assignment, MultiDict([*typed(assignment).items(multi=True), ("criteria-do", command)]))
    assert form.rearranged
    after = saved(assignment, sent(form, assignment.edition, "assignment")).criteria
    assert [(each.title, each.levels) for each in after] == [(before[n].title, before[n].levels) for n in order]
    assert len({each.slug for each in after}) == len(after)


@pytest.mark.parametrize(("sort", "points"), [("2", [0, 1]), ("3", [0, 1, 2]), ("4", [0, 1, 2, 3])])
def test_a_criterion_is_added_with_its_levels(assignment: Assignment, sort: str, points: list[int]) -> None:
    form = form_of(assignment, MultiDict([*typed(assignment).items(multi=True), ("criteria-do", f"add-{sort}")]))
    values = sent(form, assignment.edition, "assignment")
    values["criteria-2-title-es"] = "Enfoque adecuado"
    assert form.points == 4 + points[-1]
    *before, added = saved(assignment, values).criteria
    assert tuple(before) == text_of(assignment).criteria
    assert (added.slug, [level.points for level in added.levels]) == ("enfoque-adecuado", points)


def test_a_level_is_added_and_taken_out_within_its_bounds(assignment: Assignment) -> None:
    values = MultiDict([*typed(assignment).items(multi=True), ("criteria-0-levels-do", "add-")])
    form = form_of(assignment, values)
    values = sent(form, assignment.edition, "assignment")
    values["criteria-0-levels-3-title-es"], values["criteria-0-levels-3-points"] = "Destacado", "5"
    assert [level.points for level in saved(assignment, values).criteria[0].levels] == [0, 1, 2, 5]
    one = MultiDict((k, v) for k, v in typed(assignment).items(multi=True) if not k.startswith("criteria-0-levels-1"))
    one = MultiDict((k, v) for k, v in one.items(multi=True) if not k.startswith("criteria-0-levels-2"))
    few = form_of(assignment, one)
    assert not few.validate()
    assert "Write from 2 to 4." in few.criteria.errors[0]


# --- works that are there


def test_saving_tells_what_becomes_of_works(cast: Cast, assignment: Assignment) -> None:
    before = text_of(assignment)
    assert effects(assignment, replace(before, instructions=Localized(es="Otra cosa."))) == ""
    factories.work(assignment, cast.lucias)
    assert "1 work that was begun followed the old" in effects(
        assignment, replace(before, instructions=Localized(es="Otra cosa."))
    )
    top = replace(before.criteria[0].levels[2], points=9)
    more = replace(before.criteria[0], levels=(*before.criteria[0].levels[:2], top))
    assert "It gives 11 points instead of 4: 1 work" in effects(
        assignment, replace(before, criteria=(more, before.criteria[1]))
    )
    due = Moment(NOW - timedelta(hours=1), "America/Montevideo")
    assignment.due_at, assignment.due_zone = due.at, due.zone
    assert "1 work that was late is in time then." in effects(assignment, before)


def test_a_reviewed_rubric_keeps_its_points_and_says_so(cast: Cast, assignment: Assignment) -> None:
    review(assignment, cast)
    form = form_of(assignment, typed(assignment))
    assert form.reviewed == 1
    reworded = saved(assignment, typed(assignment, criteria_0_title_es="Acciones concretas"))
    assert "1 work that was reviewed keeps its levels" in effects(assignment, reworded)
    FORMAT.write(assignment, reworded, home_of(assignment.module))
    other = saved(assignment, typed(assignment, criteria_0_levels_2_points="7"))
    with pytest.raises(DomainError):
        FORMAT.write(assignment, other, home_of(assignment.module))
