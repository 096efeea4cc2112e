"""One question as whoever writes it fills it in. What its kind does not use is not on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from escuela.assessments.quizzes import rules
from escuela.assessments.quizzes.asked import (
    CHOICES,
    CLASSIFY,
    ESSAY,
    GAPS,
    IN_PARTS,
    KINDS,
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SINGLE,
    SORTED,
    TRUE_FALSE,
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
    TargetText,
    UnitText,
)
from escuela.assessments.quizzes.question_text import KEY, MOST
from escuela.columns import Localized
from escuela.editions.forms import LocalizedField
from escuela.editions.rows import MarkdownField, RowForm, RowsField
from escuela.forms import Required
from escuela.people.forms import in_words

KIND_WORDS = {
    SINGLE: _l("One right answer"),
    MULTIPLE: _l("Several right answers"),
    TRUE_FALSE: _l("True or false"),
    SHORT: _l("A few words"),
    NUMBER: _l("A number"),
    MATCHING: _l("Pairs"),
    ORDERING: _l("An order"),
    GAPS: _l("A text with gaps"),
    CLASSIFY: _l("Groups"),
    ESSAY: _l("An essay that a tutor reads"),
}
OPTIONS, ANSWERS, GAPS_MOST = 100, 100, 100
"""The most that a question has."""


def whole(least: int, most: int) -> list[Any]:
    return [Required, NumberRange(least, most, message=_l("From %(min)d to %(max)d."))]


def _keys(taken: set[str]) -> Iterator[str]:
    """Names for new options: a, b, c ... a2, b2 ..."""
    names = (f"{letter}{lap or ''}" for lap in (0, *range(2, 100)) for letter in ascii_lowercase)
    return (name for name in names if name not in taken)


def _named(forms: Sequence[Any], retired: set[str]) -> list[str]:
    """A key for each row; one that is new gets none of the keys that were taken out."""
    given = [form.key.data or "" for form in forms]
    free = _keys({*given, *retired})
    keys: list[str] = []
    for key in given:
        keys.append(key if KEY.fullmatch(key) and key not in keys else next(free))
    return keys


class OptionForm(RowForm):
    key = HiddenField()
    text = MarkdownField(_l("Option"), most=MOST)
    right = BooleanField(_l("Right"))
    target = IntegerField(_l("Goes to number"), validators=[Optional()])
    feedback = MarkdownField(_l("What is said to who chooses it"), required=False, most=MOST)

    @property
    def empty(self) -> bool:
        return not (self.text.data or self.right.data or self.feedback.data)


class TargetForm(RowForm):
    key = HiddenField()
    text = MarkdownField(_l("Its words"), required=False, most=MOST)


class AcceptedForm(RowForm):
    answer = StringField(_l("Accepted answer"), validators=[Length(max=200)])
    tolerance = StringField(_l("Tolerance (±)"), validators=[Length(max=40)], default="0")
    share = IntegerField(_l("Percent of the points"), validators=whole(0, 100), default=100)
    feedback = MarkdownField(_l("What is said to who answers so"), required=False, most=MOST)

    def accepted(self, *, number: bool) -> AcceptedText:
        return AcceptedText(
            answer=_plain(self.answer.data, number=number),
            share=self.share.data or 0,
            tolerance=(_plain(self.tolerance.data, number=True) or "0") if number else "0",
            feedback=self.feedback.data or Localized(),
        )


def _plain(text: str | None, *, number: bool) -> str:
    """Words in one line; a number with a point."""
    words = " ".join((text or "").split())
    return words.replace(" ", "").replace(",", ".") if number else words


class GapForm(RowForm):
    """One answer in each line; a line `words | 50` earns half.

    Of a gap to choose, lines that begin with `*` are right; without any, the first one is.
    """

    key = StringField(_l("Name of the gap"), validators=[Length(max=10)])
    choose = BooleanField(_l("It is chosen from a list"))
    answers = LocalizedField(_l("Answers, one in each line"), most=MOST, long=True, required=False)

    def gap(self, key: str, before: GapText | None, first: str) -> GapText:
        if before is not None and (self.choose.data, self.answers.data) == _written(before, first):
            return before
        lines = {language: _lines(text) for language, text in (self.answers.data or {}).items()}
        known = before or GapText(key)
        if self.choose.data:
            return GapText(key, options=tuple(_noted(each, known.options) for each in _gap_options(lines)))
        return GapText(key, accepted=tuple(_noted(each, known.accepted) for each in _gap_words(lines)))


Filling = TypeVar("Filling", OptionText, AcceptedText)


def _noted(new: Filling, known: Sequence[Filling]) -> Filling:
    """With what is said to who fills a gap so, which a file brought: the form has no field for it."""
    same = (each for each in known if _filled(each) == _filled(new))
    return replace(new, feedback=next((each.feedback for each in same), Localized()))


def _filled(each: OptionText | AcceptedText) -> object:
    return each.text if isinstance(each, OptionText) else each.answer


STAR = "*"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _gap_options(lines: dict[str, list[str]]) -> tuple[OptionText, ...]:
    most = max(map(len, lines.values()), default=0)
    texts = [Localized({each: found[n] for each, found in lines.items() if n < len(found)}) for n in range(most)]
    right = {n for n, text in enumerate(texts) if any(said.startswith(STAR) for said in text.values())} or {0}
    bare = [Localized({each: said.removeprefix(STAR).strip() for each, said in text.items()}) for text in texts]
    return tuple(
        OptionText(key, text, right=n in right) for n, (key, text) in enumerate(zip(_keys(set()), bare, strict=False))
    )


def _gap_words(lines: dict[str, list[str]]) -> tuple[AcceptedText, ...]:
    found = dict.fromkeys(line for each in lines.values() for line in each)
    return tuple(_gap_answer(line) for line in found)


def _gap_answer(line: str) -> AcceptedText:
    words, bar, share = line.rpartition("|")
    if bar and share.strip().isdigit() and 0 <= int(share) <= 100:
        return AcceptedText(words.strip(), int(share))
    return AcceptedText(line)


def _written(gap: GapText, first: str) -> tuple[bool, Localized]:
    """How a gap stands in its form. What is typed has no language: it stands in the first one."""
    if gap.options:
        order = sorted(gap.options, key=lambda option: not option.right)
        languages = dict.fromkeys(language for option in order for language in option.text)
        star = STAR if sum(option.right for option in order) > 1 else ""
        said = [(star if option.right else "", option.text) for option in order]
        return True, Localized(
            {each: "\n".join(mark + text.get(each, "") for mark, text in said) for each in languages}
        )
    lines = [each.answer if each.share == 100 else f"{each.answer} | {each.share}" for each in gap.accepted]
    return False, Localized({first: "\n".join(lines)})


class QuestionForm(RowForm):
    slug = HiddenField()
    kind = SelectField(_l("Answers"), choices=in_words(KIND_WORDS), default=SINGLE)
    text = MarkdownField(_l("Question"), most=MOST)
    points = IntegerField(_l("Points"), validators=whole(1, 100), default=1)
    partial = BooleanField(_l("What is right in part earns a part of the points"))
    accents = BooleanField(_l("Accents count"))
    case = BooleanField(_l("Capitals count"))
    words = IntegerField(_l("Most words"), validators=[Optional(), NumberRange(0, 5000)], default=0)
    units = TextAreaField(_l("Units, one in each line"), validators=[Length(max=500)])
    targets = RowsField(
        TargetForm,
        _l("Partners or groups"),
        title=lambda number: _l("Number %(number)d", number=number),
        fresh={"": dict},
        least=0,
        most=OPTIONS,
    )
    options = RowsField(
        OptionForm,
        _l("Options"),
        title=lambda number: _l("Option %(number)d", number=number),
        fresh={"": dict},
        least=0,
        most=OPTIONS,
    )
    accepted = RowsField(
        AcceptedForm,
        _l("Accepted answers"),
        title=lambda number: _l("Answer %(number)d", number=number),
        fresh={"": dict},
        least=0,
        most=ANSWERS,
    )
    gaps = RowsField(
        GapForm,
        _l("Gaps"),
        title=lambda number: _l("Gap %(number)d", number=number),
        fresh={"": dict},
        least=0,
        most=GAPS_MOST,
    )
    feedback = MarkdownField(_l("What is said to everybody"), required=False, most=MOST)

    words_of_kinds = KIND_WORDS

    @property
    def is_choice(self) -> bool:
        return self.kind.data in CHOICES

    @property
    def given(self) -> bool:
        """Whether the words of its options come from the platform."""
        return bool(self.kind.data == TRUE_FALSE)

    def uses(self, *names: str) -> bool:
        """Whether its kind has one of these."""
        return any(self.kind.data in USED[name] for name in names)

    def written(self) -> list[Any]:
        """The options that are not left empty."""
        return [entry.form for entry in self.options.entries if self.given or not entry.form.empty]

    def validate(self, extra_validators: Any = None) -> bool:
        for entry in self.options.entries:
            entry.form.text.flags.required = not self.given and not entry.form.empty
        return bool(super().validate(extra_validators))

    def validate_kind(self, field: Any) -> None:
        if field.data not in KINDS:
            raise ValidationError(_("Choose one of these kinds of question."))

    def validate_options(self, _field: Any) -> None:
        if self.is_choice:
            self._validate_choice()
        self._obey("options")

    def validate_targets(self, _field: Any) -> None:
        self._obey("targets")

    def validate_accepted(self, _field: Any) -> None:
        self._obey("accepted")

    def validate_gaps(self, _field: Any) -> None:
        self._obey("gaps", "text")

    def validate_units(self, _field: Any) -> None:
        self._obey("units")

    def _obey(self, *keys: str) -> None:
        """The rules that files obey too."""
        if self.kind.data not in KINDS or not self.text.data:
            return
        found = [str(sentence) for key, sentence in rules.faults(self.question("x", None)) if key in keys]
        if found:
            raise ValidationError(" ".join(dict.fromkeys(found)))

    def _validate_choice(self) -> None:
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
            raise ValidationError(_("Mark only one right option, or choose «%(kind)s».", kind=KIND_WORDS[MULTIPLE]))

    def question(self, slug: str, before: QuestionText | None) -> QuestionText:
        """The question that was typed; `before` is what it was when the page was opened."""
        kind = self.kind.data
        targets = self._targets(before) if kind in SORTED else ()
        return QuestionText(
            slug=slug,
            kind=kind,
            text=self.text.data,
            points=self.points.data or 1,
            feedback=self.feedback.data or Localized(),
            options=self._options(targets, before) if kind in USED["options"] else (),
            targets=targets,
            accepted=self._accepted() if kind in USED["accepted"] else (),
            gaps=self._gaps(before) if kind == GAPS else (),
            units=read_units(self.units.data or "") if kind == NUMBER else (),
            accents=bool(self.accents.data) and kind in USED["accents"],
            case=bool(self.case.data) and kind in USED["accents"],
            partial=bool(self.partial.data) and kind in IN_PARTS,
            words=(self.words.data or 0) if kind == ESSAY else 0,
        )

    def _options(self, targets: Sequence[TargetText], before: QuestionText | None) -> tuple[OptionText, ...]:
        keys = _named(self.written(), {option.key for option in before.options} if before else set())
        return tuple(self._option(form, key, targets) for form, key in zip(self.written(), keys, strict=True))

    def _option(self, form: OptionForm, key: str, targets: Sequence[TargetText]) -> OptionText:
        place, choice = (form.target.data or 0) - 1, self.is_choice
        return OptionText(
            key,
            form.text.data or Localized(),
            right=choice and bool(form.right.data),
            feedback=form.feedback.data or Localized() if choice else Localized(),
            target=targets[place].key if 0 <= place < len(targets) else "",
        )

    def _targets(self, before: QuestionText | None) -> tuple[TargetText, ...]:
        forms = [entry.form for entry in self.targets.entries if entry.form.text.data]
        keys = _named(forms, {target.key for target in before.targets} if before else set())
        return tuple(TargetText(key, form.text.data) for form, key in zip(forms, keys, strict=True))

    def _accepted(self) -> tuple[AcceptedText, ...]:
        number = self.kind.data == NUMBER
        found = (entry.form.accepted(number=number) for entry in self.accepted.entries)
        return tuple(each for each in found if each.answer)

    def _gaps(self, before: QuestionText | None) -> tuple[GapText, ...]:
        forms = [entry.form for entry in self.gaps.entries if entry.form.key.data or entry.form.answers.data]
        old = {gap.key: gap for gap in before.gaps} if before else {}
        first = _first(self.text.data)
        return tuple(form.gap(key, old.get(key), first) for form, key in zip(forms, _named(forms, set()), strict=True))


USED = {
    "options": {*CHOICES, *SORTED, ORDERING},
    "targets": set(SORTED),
    "accepted": {SHORT, NUMBER},
    "gaps": {GAPS},
    "units": {NUMBER},
    "accents": {SHORT, GAPS},
    "partial": set(IN_PARTS),
    "words": {ESSAY},
    "right": set(CHOICES),
}
"""Which kinds have what."""


def _first(text: Localized | None) -> str:
    return next(iter(text or ()), "es")


def read_units(text: str) -> tuple[UnitText, ...]:
    """Lines such as `m³/s` and `L/s = 0.001`: how much of the first unit it is."""
    found = []
    for line in _lines(text):
        name, _sign, factor = line.partition("=")
        found.append(UnitText(" ".join(name.split()), _plain(factor, number=True) or "1"))
    return tuple(found)


def as_data(question: QuestionText) -> dict[str, Any]:
    """A question as the data of its form."""
    places = {target.key: place for place, target in enumerate(question.targets, 1)}
    names, first = ("key", "choose", "answers"), _first(question.text)
    gaps = [dict(zip(names, (gap.key, *_written(gap, first)), strict=True)) for gap in question.gaps]
    return {
        "slug": question.slug,
        "kind": question.kind,
        "text": question.text,
        "points": question.points,
        "feedback": question.feedback,
        "partial": question.partial,
        "accents": question.accents,
        "case": question.case,
        "words": question.words,
        "units": "\n".join(
            unit.name if unit.factor == "1" else f"{unit.name} = {unit.factor}" for unit in question.units
        ),
        "targets": [{"key": each.key, "text": each.text} for each in question.targets],
        "options": [_option_data(each, places) for each in question.options],
        "accepted": [
            {"answer": each.answer, "tolerance": each.tolerance, "share": each.share, "feedback": each.feedback}
            for each in question.accepted
        ],
        "gaps": gaps,
    }


def _option_data(option: OptionText, places: dict[str, int]) -> dict[str, Any]:
    return {
        "key": option.key,
        "text": option.text,
        "right": option.right,
        "feedback": option.feedback,
        "target": places.get(option.target),
    }
