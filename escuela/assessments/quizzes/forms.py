"""A quiz as whoever writes it fills it in: its rules, its questions, and what each kind of question has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from types import MappingProxyType, SimpleNamespace
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, ValidationError

from escuela.assessments.quizzes.asked import (
    CLASSIFY,
    ESSAY,
    GAPS,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    QuestionText,
)
from escuela.assessments.quizzes.folders import FOLDER_MOST, FOLDER_NAMES, TAG_MOST, path_of, tag_of
from escuela.assessments.quizzes.models import (
    AT_ONCE,
    BEST,
    LAST,
    MEAN,
    NEVER,
    SCHOOL,
    WHEN_CLOSED,
    WHEN_PASSED,
    Attempt,
    QuestionBank,
    Quiz,
)
from escuela.assessments.quizzes.question_forms import KIND_WORDS, QuestionForm, as_data, whole
from escuela.assessments.quizzes.text import GRACE, MINUTES, DrawText, QuizText
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.editions.rows import HandedInForm, RowForm, RowsField
from escuela.editions.slugs import slug_of
from escuela.editions.text import ActivityText
from escuela.extensions import db
from escuela.forms import LineField
from escuela.people.forms import in_words
from escuela.section import SLUG, SLUG_MOST

QUESTIONS = 100
"""The most that a quiz has."""
DRAWS = 10
SLUG_WORDS = 5
SCORING_WORDS = {BEST: _l("The best one"), LAST: _l("The last one"), MEAN: _l("All of them: their mean")}
REVEAL_WORDS = {
    WHEN_PASSED: _l("Once it is passed, or no attempt is left"),
    AT_ONCE: _l("After each attempt"),
    WHEN_CLOSED: _l("When the quiz is closed for everybody"),
    NEVER: _l("Never"),
}


def _choices(kind: str) -> dict[str, Any]:
    return {"kind": kind, "points": 1, "options": [{}, {}, {}]}


class FolderField(LineField):
    """The path of a folder of the bank."""

    def __init__(self, label: Any, **given: Any) -> None:
        super().__init__(label, required=False, most=FOLDER_MOST, **given)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if (self.data or "").count("/") >= FOLDER_NAMES:
            raise ValidationError(_("A folder of the bank has up to three names, such as Agua / Inundaciones."))


FRESH = {
    SINGLE: lambda: _choices(SINGLE),
    MULTIPLE: lambda: _choices(MULTIPLE),
    TRUE_FALSE: lambda: {"kind": TRUE_FALSE, "points": 1, "options": [{"key": "true"}, {"key": "false"}]},
    SHORT: lambda: {"kind": SHORT, "points": 1, "accepted": [{}]},
    NUMBER: lambda: {"kind": NUMBER, "points": 1, "accepted": [{}]},
    MATCHING: lambda: {"kind": MATCHING, "points": 1, "partial": True, "targets": [{}, {}], "options": [{}, {}]},
    ORDERING: lambda: {"kind": ORDERING, "points": 1, "options": [{}, {}, {}]},
    GAPS: lambda: {"kind": GAPS, "points": 1, "partial": True, "gaps": [{}]},
    CLASSIFY: lambda: {"kind": CLASSIFY, "points": 1, "partial": True, "targets": [{}, {}], "options": [{}, {}, {}]},
    ESSAY: lambda: {"kind": ESSAY, "points": 5},
}


class DrawForm(RowForm):
    bank = HiddenField()
    count = IntegerField(_l("How many"), validators=whole(1, 100), default=3)
    folder = FolderField(_l("Folder"))
    tag = LineField(_l("Tag"), required=False, most=TAG_MOST)
    same = BooleanField(_l("Everybody gets the same ones"))

    def validate_folder(self, field: Any) -> None:
        if not path_of(field.data or "") and not tag_of(self.tag.data or ""):
            raise ValidationError(_("Write a folder, a tag, or both."))

    def draw(self) -> DrawText:
        bank = self.bank.data or ""
        return DrawText(
            path_of(self.folder.data or ""),
            tag_of(self.tag.data or ""),
            self.count.data or 1,
            bool(self.same.data),
            bank if SLUG.fullmatch(bank) else SCHOOL,
        )


class QuizForm(HandedInForm):
    pass_mark = IntegerField(_l("Pass mark, percent of the points"), validators=whole(0, 100), default=60)
    attempts = IntegerField(_l("Attempts"), validators=whole(0, 100), default=3)
    minutes = IntegerField(_l("Minutes for an attempt"), validators=whole(0, MINUTES), default=0)
    grace = IntegerField(_l("Seconds of grace after that"), validators=whole(0, GRACE), default=30)
    scoring = SelectField(_l("Which attempt counts"), choices=in_words(SCORING_WORDS), default=BEST)
    reveals = SelectField(_l("The right answers are shown"), choices=in_words(REVEAL_WORDS), default=WHEN_PASSED)
    shuffle = BooleanField(_l("Show the options in another order in each attempt"), default=True)
    shuffle_questions = BooleanField(_l("Show the questions in another order in each attempt"))
    one_by_one = BooleanField(_l("Show one question at a time"))
    questions = RowsField(
        QuestionForm,
        _l("Questions"),
        title=lambda number: _l("Question %(number)d", number=number),
        fresh=FRESH,
        least=0,
        most=QUESTIONS,
        identity="slug",
        default=lambda: [_choices(SINGLE)],
    )
    draws = RowsField(
        DrawForm,
        _l("Drawn from the question bank"),
        title=lambda number: _l("Draw %(number)d", number=number),
        fresh={"": dict},
        least=0,
        most=DRAWS,
    )

    sorts = KIND_WORDS
    """The kinds of question that can be added."""
    banks: Mapping[str, Localized] = MappingProxyType({})
    """Titles of the banks that it can draw from, by slug; the School's first."""
    begun = 0
    """How many people have begun the quiz: they keep the questions that they saw."""

    @classmethod
    def from_text(cls, text: ActivityText, formdata: Any = None) -> Self:
        begun = {each.name: getattr(text, each.name) for each in fields(text)}
        if isinstance(text, QuizText):
            begun["questions"] = [as_data(question) for question in text.questions]
            begun["draws"] = [asdict(draw) for draw in text.draws]
        form = cls(formdata, obj=SimpleNamespace(**begun))
        form.before = text
        return form

    def validate_questions(self, field: Any) -> None:
        if not field.entries and not self.draws.entries:
            raise ValidationError(_("Write from %(min)d to %(max)d.", min=1, max=QUESTIONS))

    def speak(self, edition: Edition) -> None:
        super().speak(edition)
        self.banks = dict(
            db.session.execute(select(QuestionBank.slug, QuestionBank.title).order_by(QuestionBank.id)).all()
        )
        if self.before is not None:
            people = select(func.count(Attempt.enrolment_id.distinct())).join(Attempt.quiz)
            mine = people.where(Quiz.edition_id == edition.id, Quiz.slug == self.before.slug)
            self.begun = db.session.scalar(mine) or 0

    def text(self, slug: str, place: int) -> QuizText:
        return QuizText(
            **self.facts("quiz", slug, place),
            strict=self.strict.data,
            pass_mark=self.pass_mark.data or 0,
            attempts=self.attempts.data or 0,
            minutes=self.minutes.data or 0,
            grace=self.grace.data or 0,
            scoring=self.scoring.data,
            reveals=self.reveals.data,
            shuffle=self.shuffle.data,
            shuffle_questions=self.shuffle_questions.data,
            one_by_one=self.one_by_one.data,
            questions=tuple(self._questions()),
            draws=tuple(entry.form.draw() for entry in self.draws.entries),
        )

    def _questions(self) -> Iterator[QuestionText]:
        """Each under its slug, which answers are tied to; a new one gets one of its own, made from its words."""
        before = {each.slug: each for each in self.before.questions} if isinstance(self.before, QuizText) else {}
        forms = [entry.form for entry in self.questions.entries]
        typed = {form.slug.data for form in forms}
        used: set[str] = set()
        for form in forms:
            slug = form.slug.data or ""
            if slug in used or len(slug) > SLUG_MOST or not SLUG.fullmatch(slug):
                words = " ".join(next(iter(form.text.data.values())).split()[:SLUG_WORDS])
                slug = slug_of(words, {*typed, *before, *used}, otherwise="question")
            used.add(slug)
            yield form.question(slug, before.get(slug))
