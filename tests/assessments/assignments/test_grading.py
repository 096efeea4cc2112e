from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from escuela.assessments.assignments import policies, services, shared
from escuela.assessments.assignments.forms import AssignmentForm
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import PASS, POINTS, Assignment, SharedRubric, Work
from escuela.assessments.assignments.text import AssignmentText, CriterionText, LevelText
from escuela.columns import Localized
from escuela.content.printing import read_printed
from escuela.content.rows import home_of
from escuela.editions.kinds import EDITORS, FORMATS
from escuela.editions.policies import Moment
from escuela.editions.text import write_activity
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import Change, User
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW, Client
from tests.posted import sent

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
FORMAT = FORMATS["assignment"]
DUE = Moment(NOW + timedelta(days=2), "America/Montevideo")


@pytest.fixture(autouse=True)
def _english(_isolated: None) -> Iterator[None]:
    with force_locale("en"):
        yield


def text_of(row: Assignment) -> AssignmentText:
    found = FORMAT.text(row, home_of(row.module))
    assert isinstance(found, AssignmentText)
    return found


def write(row: Assignment, **changes: Any) -> AssignmentText:
    text = replace(text_of(row), **changes)
    FORMAT.write(row, text, home_of(row.module))
    write_activity(row, text, row.items)
    db.session.commit()
    return text


# --- there and back


def criterion(number: int, weight: int = 1) -> CriterionText:
    levels = tuple(LevelText(Localized(es=f"Nivel {points}"), Localized(), points) for points in range(3))
    return CriterionText(f"c{number}", Localized(es=f"Criterio {number}"), Localized(), levels, weight)


GRADES = st.one_of(
    st.fixed_dictionaries(
        {
            "criteria": st.lists(st.integers(1, 100), min_size=1, max_size=4).map(
                lambda weights: tuple(criterion(number, weight) for number, weight in enumerate(weights))
            ),
            "grading": st.sampled_from([POINTS, PASS]),
        }
    ),
    st.fixed_dictionaries({"criteria": st.just(()), "points_most": st.integers(1, 1000)}),
    st.fixed_dictionaries({"criteria": st.just(()), "grading": st.just(PASS)}),
)
LATE = st.one_of(
    st.just({"strict": True}),
    st.fixed_dictionaries({"late_days": st.none() | st.integers(1, 365), "late_deduction": st.integers(0, 100)}),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(GRADES, LATE, st.booleans(), st.booleans())
def test_whatever_can_be_said_comes_back_from_its_file_and_from_its_row(
    cast: Cast, grades: dict[str, Any], late: dict[str, Any], link: bool, team: bool
) -> None:
    row, home = cast.assignment, home_of(cast.module)
    text = replace(text_of(row), due=DUE, takes_link=link, by_team=team, strict=False, late_days=None, late_deduction=0)
    text = replace(text, grading=POINTS, points_most=None)
    text = replace(text, **grades, **late)
    printed = FORMAT.files(text, ["es", "pt"])
    again, faults = read_printed("assignment", text.slug, text.place, printed, languages=["es", "pt"], home=home)
    assert not faults
    assert again == text
    FORMAT.write(row, text, home)
    write_activity(row, text, [])
    db.session.flush()
    db.session.expire(row)
    assert text_of(row) == text
    assert row.points == text.points


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("late: {days: 3}\nstrict: true", "accepts nothing late"),
        ("late: {days: 0}", "from 1 to 365"),
        ("late: {deduction: 101}", "from 0 to 100"),
        ("by: city", "write person or team"),
        ("grading: stars", "write points or pass"),
        ("link: perhaps", "true or false"),
        ("points: 20", "without a `rubric`"),
    ],
)
def test_what_makes_no_sense_in_a_file_is_told(cast: Cast, lines: str, sentence: str) -> None:
    text = replace(text_of(cast.assignment), due=DUE)
    source = FORMAT.files(text, ["es", "pt"])[""] + lines + "\n"
    _text, faults = read_printed(
        "assignment", text.slug, 1, {"": source}, languages=["es", "pt"], home=home_of(cast.module)
    )
    assert any(sentence in str(fault.sentence) for fault in faults), [str(fault.sentence) for fault in faults]


def test_a_file_says_how_it_is_graded(cast: Cast) -> None:
    text = replace(text_of(cast.assignment), criteria=())
    source = FORMAT.files(text, ["es", "pt"])
    _text, faults = read_printed("assignment", text.slug, 1, source, languages=["es", "pt"], home=home_of(cast.module))
    assert "How is it graded?" in str(faults[0].sentence)
    late = replace(text_of(cast.assignment), late_days=3)
    source = FORMAT.files(late, ["es", "pt"])
    _text, faults = read_printed("assignment", text.slug, 1, source, languages=["es", "pt"], home=home_of(cast.module))
    assert "Nothing is late without" in str(faults[0].sentence)


# --- marking


def reviewed(work: Work, by: User, judgement: Judgement) -> None:
    services.claim(work, by=by)
    services.approve(work, judgement, by=by)
    db.session.commit()


def levels(assignment: Assignment) -> dict[int, int]:
    return {each.id: each.levels[2].id for each in assignment.criteria}


def test_a_weight_multiplies_the_points_of_its_criterion(cast: Cast, as_: As) -> None:
    first, second = text_of(cast.assignment).criteria
    write(cast.assignment, criteria=(replace(first, weight=3), second))
    work = factories.work(cast.assignment, cast.lucias)
    reviewed(work, cast.renata, Judgement(levels=levels(cast.assignment)))
    assert policies.points(work, work.submissions[0].review) == 8
    page = as_(cast.lucia).get(PAGE).text
    assert "8 of 8 points" in page
    assert "2 × 3" in page


def test_without_a_rubric_a_tutor_writes_the_points(cast: Cast, as_: As) -> None:
    write(cast.assignment, criteria=(), points_most=20)
    work = factories.work(cast.assignment, cast.lucias)
    assert "from 0 to 20 points" in as_(cast.lucia).get(PAGE).text
    renata, desk = as_(cast.renata), f"/ediciones/novena/revisiones/{work.id}"
    renata.post(f"{desk}/reclamar")
    assert 'name="points"' in renata.get(desk).text
    for wrong in ("", "21", "-1", "diez"):
        refused = renata.post(f"{desk}/aprobar", data={"points": wrong, "comment": "Bien"})
        assert refused.status_code == 422
        assert "Write the points first" in refused.text
    assert renata.post(f"{desk}/borrador", data={"points": "13"}).status_code == 303
    assert 'value="13"' in renata.get(desk).text
    assert renata.post(f"{desk}/aprobar", data={"points": "17", "comment": "Bien"}).status_code == 303
    assert "17 of 20 points" in as_(cast.lucia).get(PAGE).text


@pytest.mark.parametrize("rubric", [True, False])
def test_approved_or_not_shows_no_points(cast: Cast, as_: As, *, rubric: bool) -> None:
    criteria = text_of(cast.assignment).criteria if rubric else ()
    write(cast.assignment, criteria=criteria, grading=PASS)
    work = factories.work(cast.assignment, cast.lucias)
    reviewed(work, cast.renata, Judgement(levels=levels(cast.assignment), comment="Muy bien."))
    page = as_(cast.lucia).get(PAGE).text
    assert "Muy bien." in page
    assert "there are no points" in page.lower()
    assert " of 0 points" not in page
    assert ("Acciones claras" in page) is rubric


@pytest.mark.parametrize("change", [{"grading": PASS}, {"criteria": (), "points_most": 9}])
def test_what_a_reviewed_work_was_given_stays(cast: Cast, change: dict[str, Any]) -> None:
    work = factories.work(cast.assignment, cast.lucias)
    reviewed(work, cast.renata, Judgement(levels=levels(cast.assignment)))
    with pytest.raises(DomainError, match="works have been reviewed"):
        write(cast.assignment, **change)


def test_a_weight_of_a_reviewed_rubric_stays(cast: Cast) -> None:
    work = factories.work(cast.assignment, cast.lucias)
    reviewed(work, cast.renata, Judgement(levels=levels(cast.assignment)))
    first, second = text_of(cast.assignment).criteria
    with pytest.raises(DomainError, match="another weight"):
        write(cast.assignment, criteria=(replace(first, weight=2), second))


def test_what_a_late_reviewed_work_lost_stays(cast: Cast) -> None:
    write(cast.assignment, due=Moment(NOW - timedelta(days=1), "America/Montevideo"), late_deduction=10)
    work = factories.work(cast.assignment, cast.lucias)
    told = " ".join(
        str(each)
        for each in EDITORS["assignment"].effects(cast.assignment, replace(text_of(cast.assignment), late_deduction=30))
    )
    assert "loses 30% of its points instead of 10%: 1 work" in told
    reviewed(work, cast.renata, Judgement(levels=levels(cast.assignment)))
    with pytest.raises(DomainError, match="know their points"):
        write(cast.assignment, late_deduction=30)


# --- its form


def form(cast: Cast, **changes: str | None) -> AssignmentForm:
    blank = AssignmentForm.from_text(text_of(cast.assignment))
    blank.speak(cast.edition)
    values = sent(blank, cast.edition, "assignment")
    for name, value in changes.items():
        values.poplist(name)
        if value is not None:
            values[name] = value
    found = AssignmentForm.from_text(text_of(cast.assignment), values)
    found.speak(cast.edition)
    found.home = home_of(cast.module)
    return found


def without_criteria(values: MultiDict[str, str]) -> dict[str, None]:
    return {name: None for name in values if name.startswith("criteria-")}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"late_days": "3"}, "late_days"),
        ({"late_days": "0", "due": "2026-11-01T10:00"}, "late_days"),
        ({"late_deduction": "10"}, "late_deduction"),
        ({"late_deduction": "10", "due": "2026-11-01T10:00", "strict": "y"}, "late_deduction"),
        ({"late_deduction": "101", "due": "2026-11-01T10:00"}, "late_deduction"),
        ({"late_days": "3", "due": "2026-11-01T10:00", "strict": "y"}, "late_days"),
        ({"points_most": "20"}, "points_most"),
        ({"grading": "stars"}, "grading"),
        ({"criteria-0-weight": "0"}, "criteria"),
    ],
)
def test_the_form_tells_what_makes_no_sense(cast: Cast, changes: dict[str, str], field: str) -> None:
    found = form(cast, **changes)
    assert not found.validate()
    assert field in found.errors


def test_the_form_makes_an_assignment_of_every_sort(cast: Cast) -> None:
    blank = AssignmentForm.from_text(text_of(cast.assignment))
    blank.speak(cast.edition)
    gone = without_criteria(sent(blank, cast.edition, "assignment"))
    found = form(
        cast,
        **gone,
        points_most="20",
        by_team="y",
        takes_link="y",
        due="2026-11-01T10:00",
        late_days="5",
        late_deduction="10",
    )
    assert found.validate(), found.errors
    text = found.text("plan", 1)
    assert (text.criteria, text.points_most, text.by_team, text.takes_link) == ((), 20, True, True)
    assert (text.late_days, text.late_deduction) == (5, 10)
    assert not form(cast, **gone).validate()
    assert form(cast, **gone, grading=PASS).validate()


# --- shared rubrics


def test_a_rubric_is_kept_under_a_name_and_another_assignment_begins_from_it(cast: Cast, as_: As) -> None:
    gabriela = as_(cast.gabriela)
    assert gabriela.post(f"{PAGE}/rubrica", data={"name": " Dos  criterios "}).status_code == 303
    kept = db.session.query(SharedRubric).one()
    assert (kept.name, kept.saved_by) == ("Dos criterios", cast.gabriela)
    assert shared.criteria_of(kept.id) == list(text_of(cast.assignment).criteria)
    other = factories.assignment(cast.module, slug="otra")
    write(other, criteria=(criterion(1),))
    values = {"criteria-do": "begin", "criteria-shared": str(kept.id)}
    page = gabriela.post("/ediciones/novena/escribir/actividades/otra", data=values)
    assert page.status_code == 200
    assert "Acciones claras" in page.text
    assert "Criterio 1" not in page.text
    assert len(other.criteria) == 1, "nothing is saved by looking"


def test_the_same_name_is_replaced_and_the_history_says_so(cast: Cast) -> None:
    shared.keep(cast.assignment, name="Nuestra", by=cast.gabriela)
    write(cast.assignment, criteria=(criterion(7),))
    shared.keep(cast.assignment, name="Nuestra", by=cast.elena)
    assert db.session.query(SharedRubric).one().criteria[0]["slug"] == "c7"
    change = db.session.query(Change).filter_by(verb="rubric.replaced").one()
    assert change.before == {"criteria": ["Acciones claras", "Enfoque adecuado"]}
    assert change.after == {"criteria": ["Criterio 7"]}


def test_a_rubric_is_kept_by_who_coordinates_and_with_a_name(cast: Cast, as_: As) -> None:
    for person, status in ((cast.renata, 403), (cast.lucia, 403), (cast.rocio, 404), (None, 401)):
        assert as_(person).post(f"{PAGE}/rubrica", data={"name": "x"}).status_code == status
    for name in ("", " ", "x" * 121):
        assert as_(cast.gabriela).post(f"{PAGE}/rubrica", data={"name": name}).status_code == 422
    assert "Keep this rubric" not in as_(cast.renata).get(PAGE).text


RUBRICS = "/ediciones/novena/rubricas"


def test_a_shared_rubric_is_renamed_and_taken_out_and_no_assignment_changes(cast: Cast, as_: As) -> None:
    kept = shared.keep(cast.assignment, name="Nuestra", by=cast.elena)
    shared.keep(cast.assignment, name="De otros", by=cast.elena)
    db.session.commit()
    number, before, gabriela = kept.id, text_of(cast.assignment), as_(cast.gabriela)
    page = gabriela.get(RUBRICS).text
    assert "Nuestra" in page
    assert "Acciones claras" in page
    assert cast.elena.name in page
    assert RUBRICS in gabriela.get(PAGE).text
    for name in ("", " ", "x" * 121, "De  otros"):
        refused = gabriela.post(f"{RUBRICS}/{number}", data={"name": name})
        assert refused.status_code == 422
        assert "Error:" in refused.text
    assert gabriela.post(f"{RUBRICS}/{number}", data={"name": " La  nuestra "}).status_code == 303
    assert [name for _number, name in shared.names()] == ["De otros", "La nuestra"]
    assert gabriela.post(f"{RUBRICS}/{number}/quitar").status_code == 303
    assert [name for _number, name in shared.names()] == ["De otros"]
    assert gabriela.post(f"{RUBRICS}/{number}/quitar").status_code == 404
    assert text_of(cast.assignment) == before
    changes = {each.verb: each for each in db.session.query(Change).filter(Change.verb.startswith("rubric."))}
    assert changes["rubric.renamed"].after == {"name": "La nuestra"}
    assert changes["rubric.removed"].before == {
        "name": "La nuestra",
        "criteria": ["Acciones claras", "Enfoque adecuado"],
    }


def test_shared_rubrics_are_of_who_coordinates(cast: Cast, as_: As) -> None:
    number = shared.keep(cast.assignment, name="Nuestra", by=cast.elena).id
    db.session.commit()
    for person, status in ((cast.renata, 403), (cast.lucia, 403), (cast.rocio, 404), (None, 401)):
        assert as_(person).post(f"{RUBRICS}/{number}", data={"name": "x"}).status_code == status
        assert as_(person).post(f"{RUBRICS}/{number}/quitar").status_code == status
        if person:
            assert as_(person).get(RUBRICS).status_code == status
    assert [name for _number, name in shared.names()] == ["Nuestra"]
