"""What saving an assignment in the browser does to the works that people have on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext
from sqlalchemy import func, or_, select

from escuela.assessments.assignments.forms import AssignmentForm
from escuela.assessments.assignments.models import POINTS, Assignment, Review, Submission, Work, WorkFile
from escuela.assessments.assignments.text import AssignmentText
from escuela.editions.kinds import Editor, register_editor
from escuela.extensions import db
from escuela.markdown.home import words_alone

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flask_babel.speaklater import LazyString
    from sqlalchemy import Select

    from escuela.editions.text import ActivityText


def effects(row: Assignment | None, text: ActivityText) -> list[LazyString]:
    """What `_protect` of the text refuses is not told here."""
    if row is None or not row.id or not isinstance(text, AssignmentText):
        return []
    return [
        *_instructions(row, text),
        *_rubric(row, text),
        *_files(row, text),
        *_lateness(row, text),
        *_deadline(row, text),
    ]


def _count(which: Select[Any]) -> int:
    return db.session.scalar(which) or 0


def _works(row: Assignment) -> Select[Any]:
    return select(func.count(Work.id.distinct())).select_from(Work).where(Work.assignment_id == row.id)


def _instructions(row: Assignment, text: AssignmentText) -> Iterator[LazyString]:
    if words_alone(row.instructions) == words_alone(text.instructions):
        return
    if count := _count(_works(row)):
        yield lazy_ngettext(
            "The instructions change: %(num)d work that was begun followed the old ones. Tell its author.",
            "The instructions change: %(num)d works that were begun followed the old ones. Tell their authors.",
            count,
        )


def _rubric(row: Assignment, text: AssignmentText) -> Iterator[LazyString]:
    reviewed = _count(
        _works(row).join(Work.submissions).join(Submission.reviews).where(Review.released_at.is_not(None))
    )
    words = [(each.title, each.text, [(level.title, level.text) for level in each.levels]) for each in row.criteria]
    if reviewed and words != [
        (each.title, each.text, [(level.title, level.text) for level in each.levels]) for each in text.criteria
    ]:
        yield lazy_ngettext(
            "The words of the rubric change: %(num)d work that was reviewed keeps its levels and points, and its "
            "author reads the new words beside them.",
            "The words of the rubric change: %(num)d works that were reviewed keep their levels and points, and their "
            "authors read the new words beside them.",
            reviewed,
        )
    most = text.points
    if not reviewed and most != row.points and (handed_in := _count(_works(row).join(Work.submissions))):
        yield lazy_ngettext(
            "It gives %(most)d points instead of %(before)d: %(num)d work that was handed in will be reviewed so.",
            "It gives %(most)d points instead of %(before)d: %(num)d works that were handed in will be reviewed so.",
            handed_in,
            most=most,
            before=row.points,
        )


def _files(row: Assignment, text: AssignmentText) -> Iterator[LazyString]:
    gone = [kind for kind in row.file_kinds if kind not in text.file_kinds] if text.files_most else list(row.file_kinds)
    attached = select(func.count(WorkFile.work_id.distinct())).join(WorkFile.work).where(Work.assignment_id == row.id)
    if gone and (count := _count(attached.where(WorkFile.kind.in_(gone), WorkFile.removed_at.is_(None)))):
        yield lazy_ngettext(
            "%(num)d work holds files of a kind that is no longer taken: they stay.",
            "%(num)d works hold files of a kind that is no longer taken: they stay.",
            count,
        )


def _lateness(row: Assignment, text: AssignmentText) -> Iterator[LazyString]:
    if row.takes_link and not text.takes_link and (count := _count(_works(row).where(Work.link != ""))):
        yield lazy_ngettext(
            "%(num)d work holds a link, which is no longer asked for: it stays.",
            "%(num)d works hold links, which are no longer asked for: they stay.",
            count,
        )
    fewer = text.late_days is not None and (row.late_days is None or text.late_days < row.late_days)
    if fewer and (count := _count(_works(row).where(Work.submitted_at.is_(None)))):
        yield lazy_ngettext(
            "What is late is accepted for fewer days: %(num)d draft has not been handed in.",
            "What is late is accepted for fewer days: %(num)d drafts have not been handed in.",
            count,
        )
    if row.due_at is None or row.late_deduction == text.late_deduction:
        return
    late = _works(row).join(Work.submissions).where(Submission.submitted_at >= row.due_at)
    if count := _count(late.where(or_(Work.due_at.is_(None), Submission.submitted_at >= Work.due_at))):
        yield lazy_ngettext(
            "A late work loses %(percent)d%% of its points instead of %(before)d%%: %(num)d work was late.",
            "A late work loses %(percent)d%% of its points instead of %(before)d%%: %(num)d works were late.",
            count,
            percent=text.late_deduction,
            before=row.late_deduction,
        )


def _deadline(row: Assignment, text: AssignmentText) -> Iterator[LazyString]:
    new = text.due.at if text.due else None
    if row.due_at is not None and (new is None or new > row.due_at):
        late = _works(row).join(Work.submissions).where(Submission.submitted_at >= row.due_at)
        if count := _count(late.where(Submission.submitted_at < new) if new else late):
            yield lazy_ngettext(
                "%(num)d work that was late is in time then.", "%(num)d works that were late are in time then.", count
            )
    if text.strict and not row.strict and (count := _count(_works(row).where(Work.submitted_at.is_(None)))):
        yield lazy_ngettext(
            "From now on nothing is accepted after it is due: %(num)d draft has not been handed in.",
            "From now on nothing is accepted after it is due: %(num)d drafts have not been handed in.",
            count,
        )


def lacks(text: ActivityText) -> Iterable[LazyString]:
    if isinstance(text, AssignmentText) and not text.criteria and text.grading == POINTS and not text.points_most:
        yield _l("Its rubric has no criteria.")


def copy(text: AssignmentText) -> AssignmentText:
    """An edition has one final work: a duplicate is none."""
    return replace(text, final_work=False)


register_editor(Editor("assignment", AssignmentForm, "assessments/assignments/editor.html", effects, lacks, copy))
