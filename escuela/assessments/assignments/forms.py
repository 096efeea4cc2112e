"""An assignment as whoever writes it fills it in: instructions, files, rubric."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import NumberRange, Optional
from wtforms.widgets import CheckboxInput

from escuela.assessments.assignments import shared
from escuela.assessments.assignments.filetypes import MEDIA_TYPES
from escuela.assessments.assignments.models import PASS, POINTS, Assignment, Submission, Work
from escuela.assessments.assignments.text import AssignmentText, CriterionText, LevelText
from escuela.columns import Localized
from escuela.editions.forms import LocalizedField, MomentField, WritingForm
from escuela.editions.models import Edition
from escuela.editions.rows import HandedInForm, MarkdownField, RowForm, RowsField
from escuela.editions.slugs import slug_of
from escuela.editions.text import ActivityText
from escuela.extensions import db
from escuela.forms import Form, LongField, Required
from escuela.section import LONG, SLUG, SLUG_MOST

FILE_KINDS = {
    "pdf": _l("PDF"),
    "docx": _l("Word document (docx)"),
    "xlsx": _l("Excel workbook (xlsx)"),
    "odt": _l("OpenDocument text (odt)"),
    "jpg": _l("Photo (jpg)"),
    "png": _l("Picture (png)"),
}
CRITERIA, LEVELS = 20, (2, 4)
"""The most criteria of a rubric; the fewest and most levels of a criterion."""

_MISSING = Localized(es="Falta", pt="Falta", en="Missing")
_PART = Localized(es="Incompleto", pt="Incompleto", en="Incomplete")
_GOOD = Localized(es="Logrado", pt="Alcançado", en="Achieved")
_SOUND = Localized(es="Sólido", pt="Sólido", en="Sound")
_BEST = Localized(es="Destacado", pt="Destacado", en="Outstanding")
PRESETS = {
    "2": (_MISSING, _GOOD),
    "3": (_MISSING, _PART, _SOUND),
    "4": (_MISSING, _PART, _SOUND, _BEST),
}
"""Levels that a criterion may begin with: 0 points, 1, 2 ..."""


def _whole(least: int, most: int) -> list[Any]:
    return [Required, NumberRange(least, most, message=_l("From %(min)d to %(max)d."))]


REASON = 1000


def _maybe(least: int, most: int) -> list[Any]:
    return [Optional(), NumberRange(least, most, message=_l("From %(min)d to %(max)d."))]


class WhyForm(Form):
    """Why something is granted, or taken back."""

    reason = LongField(_l("Reason"), most=REASON)


class ExtensionForm(WritingForm):
    """Until when somebody is given, on whose clock, and why."""

    until = MomentField(_l("New instant"), required=True)
    reason = LongField(_l("Reason"), most=REASON)


class LevelForm(RowForm):
    title = LocalizedField(_l("Level"), most=100)
    text = LocalizedField(_l("How it is recognised"), required=False, most=1000, long=True)
    points = IntegerField(_l("Points"), validators=_whole(0, 1000))

    def level(self) -> LevelText:
        return LevelText(self.title.data, self.text.data or Localized(), self.points.data or 0)


class CriterionForm(RowForm):
    slug = HiddenField()
    title = LocalizedField(_l("Criterion"), most=200)
    text = LocalizedField(_l("What is looked at"), required=False, most=1000, long=True)
    weight = IntegerField(_l("Its points count so many times"), validators=_maybe(1, 100), default=1)
    levels = RowsField(
        LevelForm,
        _l("Levels"),
        title=lambda number: _l("Level %(number)d", number=number),
        fresh={"": dict},
        least=LEVELS[0],
        most=LEVELS[1],
    )

    def validate_levels(self, field: Any) -> None:
        points = [entry.form.points.data for entry in field.entries]
        if None not in points and any(low >= high for low, high in pairwise(points)):
            raise ValidationError(_("Each level gives more points than the one before: the lowest stands first."))

    def criterion(self, slug: str) -> CriterionText:
        levels = tuple(entry.form.level() for entry in self.levels.entries)
        return CriterionText(slug, self.title.data, self.text.data or Localized(), levels, self.weight.data or 1)


def _begun(levels: Sequence[Localized]) -> dict[str, Any]:
    return {"levels": [{"title": title, "points": points} for points, title in enumerate(levels)]}


class RubricField(RowsField):
    """The criteria; the button «begin» puts those of a shared rubric in their place."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.chosen = formdata.get(f"{self.name}-shared", type=int) if formdata is not None else None
        super().process(formdata, data, extra_filters)

    def _do(self, command: str, rows: list[Any]) -> None:
        if command != "begin":
            super()._do(command, rows)
            return
        found = shared.criteria_of(self.chosen) if self.chosen else []
        if found:
            self.fresh = {
                **self.fresh,
                **{f"shared-{place}": partial(asdict, each) for place, each in enumerate(found)},
            }
            rows[:] = [f"shared-{place}" for place in range(len(found))]
            self.touched = 0


class AssignmentForm(HandedInForm):
    instructions = MarkdownField(_l("Instructions"), most=LONG)
    final_work = BooleanField(_l("It is the final work of the edition"))
    files_most = IntegerField(_l("Files with a work, at most"), validators=_whole(0, 20), default=3)
    file_kinds = SelectMultipleField(
        _l("Kinds of file"),
        choices=lambda: {kind: str(name) for kind, name in FILE_KINDS.items()},
        option_widget=CheckboxInput(),
        default=tuple(MEDIA_TYPES),
    )
    takes_link = BooleanField(_l("A link may go with a work"))
    by_team = BooleanField(_l("One work for each local government, of all who take part for it"))
    late_days = IntegerField(_l("Days for which what is late is accepted"), validators=_maybe(1, 365))
    late_deduction = IntegerField(_l("Percent of the points that a late work loses"), validators=_maybe(0, 100))
    grading = SelectField(
        _l("It is graded"),
        choices=lambda: [(POINTS, _("with points")), (PASS, _("approved or not, without points"))],
        default=POINTS,
    )
    points_most = IntegerField(_l("Points without a rubric, at most"), validators=_maybe(1, 1000))
    criteria = RubricField(
        CriterionForm,
        _l("Rubric"),
        title=lambda number: _l("Criterion %(number)d", number=number),
        fresh={
            "2": lambda: _begun(PRESETS["2"]),
            "3": lambda: _begun(PRESETS["3"]),
            "4": lambda: _begun(PRESETS["4"]),
        },
        least=0,
        most=CRITERIA,
        identity="slug",
        default=lambda: [_begun(PRESETS["3"])],
    )

    sorts = {  # noqa: RUF012
        "2": _l("Two levels: 0 or 1 point"),
        "3": _l("Three levels: 0, 1 or 2 points"),
        "4": _l("Four levels: 0 to 3 points"),
    }
    reviewed = 0
    """How many works have been reviewed with the rubric: its criteria and points then stay."""
    other_final_work = ""
    """Title of the activity that is the edition's final work, if it is not this one."""

    def speak(self, edition: Edition) -> None:
        super().speak(edition)
        self.grading.flags.required = True  # one of two is always chosen
        slug = self.before.slug if self.before else ""
        reviewed = select(func.count(Work.id.distinct())).join(Work.submissions).join(Submission.reviews)
        mine = reviewed.join(Work.assignment).where(Assignment.edition_id == edition.id, Assignment.slug == slug)
        self.reviewed = db.session.scalar(mine) or 0
        finals = select(Assignment.title).where(
            Assignment.edition_id == edition.id,
            Assignment.final_work,
            Assignment.slug != slug,
            Assignment.archived_at.is_(None),
        )
        title = db.session.scalar(finals.limit(1))
        self.other_final_work = title.words(edition.languages[0]).text if title else ""

    @property
    def points(self) -> int:
        """The most that the rubric gives, as far as it is filled in."""
        return sum(
            (row.form.weight.data or 1)
            * max((each.form.points.data or 0 for each in row.form.levels.entries), default=0)
            for row in self.criteria.entries
        )

    @property
    def shared_rubrics(self) -> list[tuple[int, str]]:
        """Number and name of what its rubric may begin from."""
        return shared.names()

    def validate_late_days(self, field: Any) -> None:
        if field.data and self.strict.data:
            raise ValidationError(_("Nothing late is accepted, as you marked above: take that mark away, or these."))
        if field.data and not self.due.data and not self.due.errors:
            raise ValidationError(_("Nothing is late before you write when it is due."))

    validate_late_deduction = validate_late_days

    def validate_points_most(self, field: Any) -> None:
        if field.data and (self.criteria.entries or self.grading.data == PASS):
            raise ValidationError(_("The rubric gives the points, or nothing does: leave this empty."))

    def validate_criteria(self, field: Any) -> None:
        if not field.entries and self.grading.data == POINTS and not self.points_most.data:
            raise ValidationError(_("Without a rubric write how many points a tutor may give."))

    def validate_final_work(self, field: Any) -> None:
        if field.data and self.other_final_work:
            sentence = _("An edition has one final work, and it is «%(title)s»: change that one first.")
            raise ValidationError(sentence % {"title": self.other_final_work})

    def validate_file_kinds(self, field: Any) -> None:
        if self.files_most.data and not field.data:
            raise ValidationError(_("Choose at least one kind of file, or write 0 files."))

    def text(self, slug: str, place: int) -> AssignmentText:
        return AssignmentText(
            **self.facts("assignment", slug, place),
            strict=self.strict.data,
            instructions=self.instructions.data,
            final_work=self.final_work.data,
            files_most=self.files_most.data or 0,
            file_kinds=_in_order(self.file_kinds.data or (), self.before),
            takes_link=self.takes_link.data,
            by_team=self.by_team.data,
            late_days=self.late_days.data,
            late_deduction=self.late_deduction.data or 0,
            grading=self.grading.data,
            points_most=self.points_most.data,
            criteria=tuple(self._criteria()),
        )

    def _criteria(self) -> Iterator[CriterionText]:
        """Each under its slug, which reviews are tied to; a new one gets one of its own, made from its title."""
        before = {each.slug for each in self.before.criteria} if isinstance(self.before, AssignmentText) else set()
        forms = [entry.form for entry in self.criteria.entries]
        typed = {form.slug.data for form in forms}
        used: set[str] = set()
        for form in forms:
            slug = form.slug.data or ""
            if slug in used or len(slug) > SLUG_MOST or not SLUG.fullmatch(slug):
                words = next(iter(form.title.data.values()))
                slug = slug_of(words, typed | before | used, otherwise="criterion")
            used.add(slug)
            yield form.criterion(slug)


def _in_order(kinds: Sequence[str], before: ActivityText | None) -> tuple[str, ...]:
    """In the order in which they were written; those that are new follow in that of the list."""
    order = [*(before.file_kinds if isinstance(before, AssignmentText) else ()), *MEDIA_TYPES]
    return tuple(kind for kind in dict.fromkeys(order) if kind in kinds)
