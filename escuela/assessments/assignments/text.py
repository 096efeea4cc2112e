"""How an assignment and its rubric are written in `courses/`, and how that reaches their rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import or_, select, true
from sqlalchemy.orm import selectinload

from escuela import printer
from escuela.assessments.assignments.filetypes import MEDIA_TYPES
from escuela.assessments.assignments.models import (
    GRADINGS,
    PASS,
    POINTS,
    Assignment,
    Criterion,
    Level,
    Review,
    Submission,
    Work,
)
from escuela.columns import Localized
from escuela.editions.kinds import Format, register_format
from escuela.editions.text import (
    ActivityFiles,
    ActivityText,
    facts_of_activity,
    proofread,
    read_activity,
    read_strict,
    text_of_activity,
)
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.markdown import Home
from escuela.section import LONG, Section

PERSON, TEAM = "person", "team"


@dataclass(frozen=True, slots=True)
class LevelText:
    title: Localized
    text: Localized
    points: int


@dataclass(frozen=True, slots=True)
class CriterionText:
    slug: str
    title: Localized
    text: Localized
    levels: tuple[LevelText, ...]
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentText(ActivityText):
    late_deduction: int = 0
    instructions: Localized
    final_work: bool
    files_most: int
    file_kinds: tuple[str, ...]
    takes_link: bool = False
    by_team: bool = False
    grading: str = POINTS
    points_most: int | None = None
    criteria: tuple[CriterionText, ...]

    @property
    def points(self) -> int:
        """The most that a review gives."""
        if self.grading == PASS:
            return 0
        best = (each.weight * max((level.points for level in each.levels), default=0) for each in self.criteria)
        return self.points_most or sum(best)


def _read(files: ActivityFiles) -> AssignmentText | None:
    section = files.proof.yaml(files.plain)
    if section is None:
        return None
    most, kinds = _files(section)
    strict = read_strict(section)
    late_days, late_deduction = _late(section, strict=strict)
    instructions = section.localized("instructions", most=LONG)
    final_work = section.boolean("final_work", default=False)
    if final_work:
        files.only_one("final work", section, "final_work", twice=_two_final_works)
    grading = section.one_of("grading", GRADINGS, default=POINTS)
    criteria = _criteria(section)
    found = AssignmentText(
        **read_activity(section, files, "assignment"),
        strict=strict,
        late_days=late_days,
        late_deduction=late_deduction,
        instructions=proofread(section, "instructions", instructions, files.home),
        final_work=final_work,
        files_most=most,
        file_kinds=kinds,
        takes_link=section.boolean("link", default=False),
        by_team=section.one_of("by", (PERSON, TEAM), default=PERSON) == TEAM,
        grading=grading,
        points_most=_points(section, grading, rubric=bool(criteria)),
        criteria=criteria,
    )
    section.close()
    return found


def _late(assignment: Section, *, strict: bool) -> tuple[int | None, int]:
    """For how many days what is late is accepted (None: until the edition ends), and the percent that it loses."""
    section = assignment.section("late")
    if section is None:
        return None, 0
    days = section.whole("days", least=1, most=365) if "days" in section else None
    deduction = section.whole("deduction", least=0, most=100, default=0)
    section.close()
    if strict:
        assignment.fault(_l("`strict: true` accepts nothing late: take `late` out, or `strict`."), "late")
        return None, 0
    if "due_at" not in assignment:
        assignment.fault(_l("Nothing is late without a `due_at`: write it, or take `late` out."), "late")
    return days, deduction


def _points(assignment: Section, grading: str, *, rubric: bool) -> int | None:
    """The most points where a tutor writes them without a rubric."""
    most = assignment.whole("points", least=1, most=1000) if "points" in assignment else None
    if most is not None and (rubric or grading == PASS):
        assignment.fault(
            _l("`points` is for an assignment without a `rubric` that gives points: take one of them out."), "points"
        )
        return None
    if most is None and not rubric and grading == POINTS:
        assignment.fault(
            _l("How is it graded? Write a `rubric`, or `points: 20` for points without one, or `grading: pass`.")
        )
    return most


def _two_final_works(file: str) -> LazyString:
    return _l("An edition has one final work, and %(file)s is it: change one.", file=file)


def _no_kind(name: str) -> LazyString:
    known = ", ".join(MEDIA_TYPES)
    return _l("`%(name)s` is no kind of file: it is one of %(known)s.", name=name, known=known)


def _files(assignment: Section) -> tuple[int, tuple[str, ...]]:
    """How many files may go with a work, and of which kinds."""
    known = tuple(MEDIA_TYPES)
    section = assignment.section("files")
    if section is None:
        return 3, known
    most = section.whole("most", least=0, most=20, default=3)
    kinds = section.several("kinds", known, wrong=_no_kind, default=known)
    section.close()
    if most and not kinds:
        section.fault(_l("`kinds` names no kind of file: write at least one, or `most: 0` for text only."), "kinds")
    return most, kinds


def _criteria(assignment: Section) -> tuple[CriterionText, ...]:
    slugs: dict[str, int] = {}
    found = []
    for section in assignment.sections("rubric"):
        criterion = CriterionText(
            slug=section.slug(),
            title=section.localized("title", most=200),
            text=section.localized("text", required=False, most=1000),
            levels=_levels(section),
            weight=section.whole("weight", least=1, most=100, default=1),
        )
        section.close()
        if criterion.slug in slugs:
            sentence = _l(
                "The criterion `%(slug)s` stands in line %(line)d too: rename one.",
                slug=criterion.slug,
                line=slugs[criterion.slug],
            )
            section.fault(sentence, "slug")
        slugs.setdefault(criterion.slug, section.line)
        found.append(criterion)
    return tuple(found)


def _levels(criterion: Section) -> tuple[LevelText, ...]:
    found: list[LevelText] = []
    for section in criterion.sections("levels", required=True):
        level = LevelText(
            title=section.localized("title", most=100),
            text=section.localized("text", required=False, most=1000),
            points=section.whole("points", least=0, most=1000),
        )
        section.close()
        if found and level.points <= found[-1].points:
            section.fault(
                _l("The levels go from the lowest to the highest: this one has no more points than the one before."),
                "points",
            )
        found.append(level)
    if found and not 2 <= len(found) <= 4:
        number = len(found)
        criterion.fault(_l("A criterion has two to four levels; this one has %(number)d.", number=number), "levels")
    return tuple(found)


def _write(row: Assignment, text: AssignmentText, home: Home) -> None:
    if row.id is not None:
        _protect(row, text)
    row.instructions, row.final_work = home.addressed(text.instructions), text.final_work
    row.files_most, row.file_kinds = text.files_most, list(text.file_kinds)
    row.takes_link, row.by_team = text.takes_link, text.by_team
    row.late_deduction, row.grading, row.points_most = text.late_deduction, text.grading, text.points_most
    kept = {criterion.slug: criterion for criterion in row.criteria}
    row.criteria = [
        _write_criterion(kept.get(criterion.slug) or Criterion(slug=criterion.slug), criterion, place)
        for place, criterion in enumerate(text.criteria, 1)
    ]


def _write_criterion(row: Criterion, text: CriterionText, place: int) -> Criterion:
    row.position, row.title, row.text, row.weight = place, text.title, text.text, text.weight
    kept = {level.position: level for level in row.levels}
    row.levels = [
        _write_level(kept.get(position) or Level(position=position), level)
        for position, level in enumerate(text.levels, 1)
    ]
    return row


def _write_level(row: Level, text: LevelText) -> Level:
    row.title, row.text, row.points = text.title, text.text, text.points
    return row


def _protect(row: Assignment, text: AssignmentText) -> None:
    """Reviews chose levels of the rubric as it was: its words may change, and its levels and points may not."""
    _protect_from_lateness(row, text)
    _protect_teams(row, text)
    reviewed = select(Review.id).join(Review.submission).join(Submission.work).where(Work.assignment_id == row.id)
    if db.session.scalar(reviewed.limit(1)) is None:
        return
    _protect_grades(row, text)
    before = {each.slug: (each.weight, [level.points for level in each.levels]) for each in row.criteria}
    after = {each.slug: (each.weight, [level.points for level in each.levels]) for each in text.criteria}
    for slug in {**before, **after}:
        if before.get(slug) != after.get(slug):
            raise DomainError(
                _l(
                    "%(assignment)s: works have been reviewed with this rubric, so its criterion %(criterion)s cannot "
                    "be added, taken out or given other levels or another weight. Correct its words only, or write a "
                    "new assignment.",
                    assignment=row.slug,
                    criterion=slug,
                )
            )


def _protect_grades(row: Assignment, text: AssignmentText) -> None:
    if (row.grading, row.points_most) != (text.grading, text.points_most):
        raise DomainError(
            _l(
                "%(assignment)s: works have been reviewed, so that it gives points, and how many, stays as it is. "
                "Write a new assignment.",
                assignment=row.slug,
            )
        )
    if row.late_deduction == text.late_deduction or row.due_at is None:
        return
    released = select(Review.id).join(Review.submission).join(Submission.work).where(Work.assignment_id == row.id)
    late = released.where(Review.released_at.is_not(None), Submission.submitted_at >= row.due_at)
    if db.session.scalar(late.limit(1)) is not None:
        raise DomainError(
            _l(
                "%(assignment)s: late works have been reviewed, and their people know their points: what is taken off "
                "for being late stays as it is.",
                assignment=row.slug,
            )
        )


def _protect_teams(row: Assignment, text: AssignmentText) -> None:
    """Whose a work is was said when it was begun."""
    if row.by_team == text.by_team:
        return
    if db.session.scalar(select(Work.id).where(Work.assignment_id == row.id).limit(1)) is not None:
        raise DomainError(
            _l(
                "%(assignment)s: works have been begun, so whether each person or each team hands in one stays as it "
                "is. Write a new assignment.",
                assignment=row.slug,
            )
        )


def _protect_from_lateness(row: Assignment, text: AssignmentText) -> None:
    if text.due is None:
        return
    was_in_time = Submission.submitted_at < row.due_at if row.due_at else true()
    late = (
        select(Submission.id)
        .join(Submission.work)
        .where(Work.assignment_id == row.id, Submission.submitted_at >= text.due.at, was_in_time)
        .where(or_(Work.due_at.is_(None), Submission.submitted_at >= Work.due_at))
    )
    if db.session.scalar(late.limit(1)) is not None:
        raise DomainError(
            _l("%(assignment)s: the new due_at would make late what people handed in in time.", assignment=row.slug)
        )


def _text(row: Assignment, home: Home) -> AssignmentText:
    return AssignmentText(
        **text_of_activity(row),
        late_deduction=row.late_deduction,
        takes_link=row.takes_link,
        by_team=row.by_team,
        grading=row.grading,
        points_most=row.points_most,
        instructions=home.written(row.instructions),
        final_work=row.final_work,
        files_most=row.files_most,
        file_kinds=tuple(row.file_kinds),
        criteria=criteria_texts(row),
    )


def criteria_texts(row: Assignment) -> tuple[CriterionText, ...]:
    return tuple(
        CriterionText(
            slug=criterion.slug,
            title=criterion.title,
            text=criterion.text,
            levels=tuple(LevelText(level.title, level.text, level.points) for level in criterion.levels),
            weight=criterion.weight,
        )
        for criterion in row.criteria
    )


def _printed(text: AssignmentText, languages: Sequence[str]) -> dict[str, str]:
    facts = facts_of_activity(text, languages)
    own = {
        "instructions": printer.spoken(text.instructions, languages),
        "final_work": True if text.final_work else None,
        "files": {"most": text.files_most, "kinds": text.file_kinds},
        "link": True if text.takes_link else None,
        "by": TEAM if text.by_team else None,
        "late": {"days": text.late_days, "deduction": text.late_deduction or None} if _says_late(text) else None,
        "grading": text.grading if text.grading != POINTS else None,
        "points": text.points_most,
    }
    rubric = [_facts_of_criterion(criterion, languages) for criterion in text.criteria]
    head = {"title": facts.pop("title"), "summary": facts.pop("summary")}
    return {"": printer.document({**head, **own, **facts, "rubric": rubric or None})}


def _says_late(text: AssignmentText) -> bool:
    return text.late_days is not None or bool(text.late_deduction)


def _facts_of_criterion(criterion: CriterionText, languages: Sequence[str]) -> dict[str, Any]:
    return {
        "slug": criterion.slug,
        "title": printer.spoken(criterion.title, languages),
        "text": printer.spoken(criterion.text, languages),
        "weight": criterion.weight if criterion.weight > 1 else None,
        "levels": [
            {
                "title": printer.spoken(level.title, languages),
                "points": level.points,
                "text": printer.spoken(level.text, languages),
            }
            for level in criterion.levels
        ],
    }


def _loads() -> list[Any]:
    return [selectinload(Assignment.criteria).selectinload(Criterion.levels)]


register_format(
    Format(
        "assignment",
        Assignment,
        prefix="assignment-",
        suffix=".yaml",
        read=_read,
        write=_write,
        text=_text,
        files=_printed,
        loads=_loads,
    )
)
