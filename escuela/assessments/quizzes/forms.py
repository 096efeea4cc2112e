"""A quiz as whoever writes it fills it in: its rules, its questions, their options."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, ValidationError
from wtforms.validators import NumberRange

from escuela.assessments.quizzes.models import MULTIPLE, SINGLE, TRUE_FALSE, Attempt, Quiz
from escuela.assessments.quizzes.text import KEY, OptionText, QuestionText, QuizText
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.editions.rows import HandedInForm, MarkdownField, RowForm, RowsField
from escuela.editions.slugs import slug_of
from escuela.extensions import db
from escuela.forms import Required
from escuela.people.forms import in_words
from escuela.section import SLUG, SLUG_MOST

WORDS = {SINGLE: _l("One right answer"), MULTIPLE: _l("Several right answers"), TRUE_FALSE: _l("True or false")}
QUESTIONS, OPTIONS = 100, 20
"""The most that a quiz and a question have."""
LINE = 2000
SLUG_WORDS = 5


def _whole(least: int, most: int) -> list[Any]:
    return [Required, NumberRange(least, most, message=_l("From %(min)d to %(max)d."))]


class OptionForm(RowForm):
    key = HiddenField()
    text = MarkdownField(_l("Option"), most=LINE)
    right = BooleanField(_l("Right"))
    feedback = MarkdownField(_l("What is said to who chooses it"), required=False, most=LINE)

    @property
    def empty(self) -> bool:
        return not (self.text.data or self.right.data or self.feedback.data)

    def option(self, key: str) -> OptionText:
        return OptionText(key, self.text.data or Localized(), bool(self.right.data), self.feedback.data or Localized())


class QuestionForm(RowForm):
    slug = HiddenField()
    kind = SelectField(_l("Answers"), choices=in_words(WORDS), default=SINGLE)
    text = MarkdownField(_l("Question"), most=LINE)
    points = IntegerField(_l("Points"), validators=_whole(1, 100), default=1)
    options = RowsField(
        OptionForm,
        _l("Options"),
        title=lambda number: _l("Option %(number)d", number=number),
        fresh={"": dict},
        least=0,
        most=OPTIONS,
    )
    feedback = MarkdownField(_l("What is said to everybody"), required=False, most=LINE)

    words = WORDS

    @property
    def given(self) -> bool:
        """Whether the words of its options come from the platform."""
        return bool(self.kind.data == TRUE_FALSE)

    def written(self) -> list[Any]:
        """The options that are not left empty."""
        return [entry.form for entry in self.options.entries if self.given or not entry.form.empty]

    def validate(self, extra_validators: Any = None) -> bool:
        for entry in self.options.entries:
            entry.form.text.flags.required = not self.given and not entry.form.empty
        return bool(super().validate(extra_validators))

    def validate_options(self, _field: Any) -> None:
        options = self.written()
        right = sum(bool(option.right.data) for option in options)
        if self.given:
            if sorted(option.key.data or "" for option in options) != ["false", "true"]:
                raise ValidationError(_("True and false are its two options: take the question out and add it again."))
            if right != 1:
                raise ValidationError(_("Mark whether it is true or false."))
        elif len(options) < 2:
            raise ValidationError(_("Write at least two options."))
        elif not right:
            raise ValidationError(_("Mark the right option."))
        elif right > 1 and self.kind.data == SINGLE:
            raise ValidationError(_("Mark only one right option, or choose «%(kind)s».", kind=WORDS[MULTIPLE]))

    def question(self, slug: str, retired: set[str]) -> QuestionText:
        """The question that was typed. An option that is new gets none of the keys that were taken out."""
        given = [option.key.data or "" for option in self.written()]
        free = _keys({*given, *retired})
        keys: list[str] = []
        for key in given:
            keys.append(key if KEY.fullmatch(key) and key not in keys else next(free))
        return QuestionText(
            slug=slug,
            kind=self.kind.data,
            text=self.text.data,
            points=self.points.data or 1,
            feedback=self.feedback.data or Localized(),
            options=tuple(option.option(key) for option, key in zip(self.written(), keys, strict=True)),
        )


def _keys(taken: set[str]) -> Iterator[str]:
    """Names for new options: a, b, c ... a2, b2 ..."""
    names = (f"{letter}{lap or ''}" for lap in (0, *range(2, 100)) for letter in ascii_lowercase)
    return (name for name in names if name not in taken)


def _choices(kind: str) -> dict[str, Any]:
    return {"kind": kind, "points": 1, "options": [{}, {}, {}]}


def _true_false() -> dict[str, Any]:
    return {"kind": TRUE_FALSE, "points": 1, "options": [{"key": "true"}, {"key": "false"}]}


class QuizForm(HandedInForm):
    pass_mark = IntegerField(_l("Pass mark, percent of the points"), validators=_whole(0, 100), default=60)
    attempts = IntegerField(_l("Attempts"), validators=_whole(0, 100), default=3)
    shuffle = BooleanField(_l("Show the options in another order in each attempt"), default=True)
    questions = RowsField(
        QuestionForm,
        _l("Questions"),
        title=lambda number: _l("Question %(number)d", number=number),
        fresh={SINGLE: lambda: _choices(SINGLE), MULTIPLE: lambda: _choices(MULTIPLE), TRUE_FALSE: _true_false},
        most=QUESTIONS,
        identity="slug",
        default=lambda: [_choices(SINGLE)],
    )

    sorts = WORDS
    """The kinds of question that can be added."""
    begun = 0
    """How many people have begun the quiz: what decides about marks then stays."""

    def speak(self, edition: Edition) -> None:
        super().speak(edition)
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
            shuffle=self.shuffle.data,
            questions=tuple(self._questions()),
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
            kept = {option.key for option in before[slug].options} if slug in before else set()
            yield form.question(slug, kept)
