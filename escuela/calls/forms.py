"""Forms of a call: its texts and hours, its questions and criteria, its deadline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DecimalField, Field, IntegerField, SelectField, ValidationError
from wtforms.validators import NumberRange

from escuela import clock
from escuela.calls import usual
from escuela.calls.models import SHORT, Call, CallCriterion, CallQuestion
from escuela.calls.policies import closing, opening, values_of
from escuela.calls.questions import CHOICES, Choice, QuestionText
from escuela.calls.services import CriterionText, Hours, Replies, Rules, Texts
from escuela.calls.words import KINDS
from escuela.columns import LANGUAGES, Localized
from escuela.editions.forms import LocalizedField, MomentField, WritingForm
from escuela.editions.models import Edition
from escuela.editions.policies import Moment
from escuela.forms import Form, LongField, Required, in_one_line, legible
from escuela.people.forms import ZoneField, in_words
from escuela.web import plain

OPTIONS, OPTION = 40, 200
"""Most options of a question, and characters of one."""


def _whole(least: int, most: int) -> list[Any]:
    return [Required, NumberRange(least, most, message=_l("From %(min)d to %(max)d."))]


class CallForm(WritingForm):
    """A form of a call, which is in all three languages whatever those of its edition."""

    def speak(self, edition: Edition) -> None:
        for field in self:
            if isinstance(field, LocalizedField | OptionsField):
                field.languages = usual.languages(edition)
            elif isinstance(field, MomentField):
                field.zone = edition.zone


class TextsForm(CallForm):
    """What a call says, and from when until when; of a published one the deadline is moved elsewhere."""

    title = LocalizedField(_l("Title"), most=200)
    summary = LocalizedField(_l("Summary"), most=600, long=True)
    text = LocalizedField(_l("What is offered and how people are chosen"), most=20_000, long=True)
    eligibility = LocalizedField(_l("Who may apply"), most=10_000, long=True)
    places = IntegerField(_l("Places"), validators=_whole(1, 5000))
    zone = ZoneField(_l("Hours are announced on the clock of"))
    opens = MomentField(_l("Opens"), required=True)
    closes = MomentField(_l("Closes"), required=True)

    def validate(self, *given: Any, **named: Any) -> bool:
        """Both hours are on the clock of the one zone that is chosen."""
        zone = self.data.get("zone")
        for field in self:
            if zone and isinstance(field, MomentField):
                field.zone = zone
        return bool(super().validate(*given, **named))

    def validate_closes(self, field: MomentField) -> None:
        if field.data and self.opens.data and field.data.at <= self.opens.data.at:
            raise ValidationError(_("It closes before it opens: choose a later instant."))

    def show_hours(self, call: Call) -> None:
        """Offer only what may still be changed here."""
        if call.published_at is not None:
            del self.closes, self.zone
            self.opens.zone = call.zone
            if call.opens_at <= clock.now():
                del self.opens

    def texts(self) -> Texts:
        data = self.data
        return Texts(data["title"], data["summary"], data["text"], data["eligibility"], data["places"])

    def new_hours(self) -> Hours:
        """Those of a call that nobody has seen."""
        return Hours(self.data["opens"].at, self.data["closes"].at, self.data["zone"])

    def hours(self, call: Call) -> Hours | None:
        """What was typed of them; None where nothing may be changed here."""
        if call.published_at is None:
            return self.new_hours()
        opens: Moment | None = self.data.get("opens")
        return Hours(opens.at, call.closes_at, call.zone) if opens else None


def texts_of(call: Call) -> dict[str, Any]:
    """A call as the data of its form."""
    return {
        "title": call.title,
        "summary": call.summary,
        "text": call.text,
        "eligibility": call.eligibility,
        "places": call.places,
        "zone": call.zone,
        "opens": opening(call),
        "closes": closing(call),
    }


def usual_texts(edition: Edition) -> dict[str, Any]:
    """What a new call begins with."""
    opens, closes = usual.hours(edition)
    return {
        "title": usual.title(edition),
        "summary": usual.SUMMARY,
        "text": usual.TEXT,
        "eligibility": usual.ELIGIBILITY,
        "places": usual.PLACES,
        "zone": edition.zone,
        "opens": Moment(opens, edition.zone),
        "closes": Moment(closes, edition.zone),
    }


# --- how applications are scored


class PointsField(DecimalField):
    """Points with decimals, written with a point or a comma; what stands is written as the reader does."""

    def _value(self) -> str:
        if self.raw_data or self.data is None:
            return str(super()._value())  # type: ignore[misc]  # its stubs leave it out
        return str(format_decimal(self.data, "0.##"))

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([str(value).replace(",", ".") for value in valuelist])
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(self.gettext("Not a valid decimal value."))


class RulesForm(Form):
    """How many score each application, and by which scale."""

    evaluations = IntegerField(_l("Evaluations of each application"), validators=_whole(1, 20))
    scale = IntegerField(_l("Most points of a criterion"), validators=_whole(1, 100))
    gap = PointsField(
        _l("Points between two totals that are a disagreement"),
        places=2,
        validators=[Required, NumberRange(Decimal("0.01"), Decimal(100), message=_l("From %(min)s to %(max)s."))],
    )

    def rules(self) -> Rules:
        return Rules(self.data["evaluations"], self.data["scale"], round(self.data["gap"] * 100))


def rules_of(call: Call) -> dict[str, Any]:
    return {"evaluations": call.evaluations, "scale": call.scale, "gap": Decimal(call.gap) / 100}


class CriterionForm(CallForm):
    """What evaluators score."""

    title = LocalizedField(_l("Criterion"), most=200)
    text = LocalizedField(_l("What is looked at"), most=2000, long=True, required=False)
    weight = IntegerField(_l("Weight"), validators=_whole(1, 1000))

    def criterion(self) -> CriterionText:
        return CriterionText(self.data["title"], self.data["text"], self.data["weight"])


def criterion_of(row: CallCriterion | None) -> dict[str, Any]:
    return {"title": row.title, "text": row.text, "weight": row.weight} if row else {"weight": 20}


class RepliesForm(CallForm):
    """What is said with the result."""

    accepted_note = LocalizedField(_l("To who is accepted"), most=3000, long=True, required=False)
    waitlisted_note = LocalizedField(_l("To who waits"), most=3000, long=True, required=False)
    rejected_note = LocalizedField(_l("To who is not accepted"), most=3000, long=True, required=False)
    reply_days = IntegerField(_l("Days that the accepted have to confirm"), validators=_whole(1, 90))

    def replies(self) -> Replies:
        data = self.data
        return Replies(data["accepted_note"], data["waitlisted_note"], data["rejected_note"], data["reply_days"])


# --- questions


class OptionsField(Field):
    """The options of a question in order: inputs `<name>-<i>-key` and `<name>-<i>-es` ..., as they stand in the page.

    A button `<name>-do` with `add`, `up-2`, `down-2` or `drop-2` changes the list and saves nothing.
    """

    def __init__(self, label: Any, **given: Any) -> None:
        super().__init__(label, **given)
        self.languages: Sequence[str] = LANGUAGES
        self.wrong: dict[tuple[int, str], str] = {}
        """By place and language: what is wrong with it."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, list(data or ()), extra_filters)
        if formdata is None:
            return
        named = re.compile(rf"{re.escape(self.name)}-(\d{{1,4}})-(?:key|es|pt|en)")
        places = dict.fromkeys(found[1] for key in formdata if (found := named.fullmatch(key)))
        if places:
            self.data = [self._typed(formdata, place) for place in list(places)[: OPTIONS + 1]]
        self._do(formdata.get(f"{self.name}-do", ""))

    def _typed(self, formdata: Any, place: str) -> Choice:
        def typed(end: str) -> str:
            return in_one_line(legible(formdata.get(f"{self.name}-{place}-{end}"))) or ""

        texts = {code: typed(code) for code in LANGUAGES}
        return Choice(typed("key")[:80], Localized({code: text for code, text in texts.items() if text}))

    def _do(self, command: str) -> None:
        """What a button of the list asks for."""
        verb, _dash, number = command.partition("-")
        place = int(number) if number.isdecimal() and len(number) < 4 else -1
        if verb == "add":
            self.data = [*self.data, Choice("", Localized())]
        elif not 0 <= place < len(self.data):
            return
        elif verb == "drop":
            del self.data[place]
        elif verb in {"up", "down"}:
            other = min(max(place + (1 if verb == "down" else -1), 0), len(self.data) - 1)
            self.data[place], self.data[other] = self.data[other], self.data[place]

    @property
    def rows(self) -> list[Choice]:
        """What the page shows: two empty ones where there is none yet."""
        return self.data or [Choice("", Localized())] * 2

    def spoken(self, choice: Choice) -> Choice:
        """With its languages in the order of the call."""
        return Choice(
            choice.key, Localized({code: choice.text[code] for code in self.languages if choice.text.get(code)})
        )

    def pre_validate(self, form: Any) -> None:
        if form.kind.data not in CHOICES:
            return
        first = self.languages[0]
        for place, choice in enumerate(self.data):
            if choice.text and not choice.text.get(first):
                self.wrong[place, first] = _("Write it in the first language of the edition.")
            for code, text in choice.text.items():
                if len(text) > OPTION:
                    self.wrong[place, code] = _("At most %(max)d characters.", max=OPTION)
        if self.wrong:
            raise ValidationError(" ".join(dict.fromkeys(self.wrong.values())))
        if not 2 <= len(self.choices) <= OPTIONS:
            raise ValidationError(_("Write from two to %(most)d options.", most=OPTIONS))

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Those that were written."""
        return tuple(self.spoken(choice) for choice in self.data if choice.text)


class QuestionForm(CallForm):
    """What is asked, how it is answered, and when."""

    text = LocalizedField(_l("Question"), most=400)
    help = LocalizedField(_l("Help"), most=1000, long=True, required=False)
    kind = SelectField(_l("Kind of answer"), choices=in_words(KINDS), default=SHORT, validators=[Required])
    options = OptionsField(_l("Options"))
    required = BooleanField(_l("It has to be answered"), default=True)
    shown = SelectField(_l("When it is asked"), default="")

    def offer(self, earlier: Sequence[CallQuestion], this: CallQuestion | None) -> None:
        """Answers of earlier questions that this one may wait for; and what it waits for now, even if that is lost."""
        choices: dict[str, Any] = {"": _("Always")}
        for question in earlier:
            texts = {option["key"]: plain(Localized(option["text"])) for option in question.options}
            group = {
                f"{question.slug}={value}": _("The answer is «%(answer)s»", answer=texts.get(value) or _("ticked"))
                for value in values_of(question)
            }
            if group:
                choices[plain(question.text)] = group
        present = shown_of(this)
        if present and not any(present in group for group in choices.values() if isinstance(group, dict)):
            choices[present] = _("An answer that is no longer there")
        self.shown.choices = choices

    def question(self) -> QuestionText:
        slug, _equals, value = (self.shown.data or "").partition("=")
        return QuestionText(
            kind=self.kind.data,
            text=self.text.data,
            help=self.help.data,
            required=self.required.data,
            choices=self.options.choices,
            shown_if=slug or None,
            shown_value=value or None,
        )


def shown_of(row: CallQuestion | None) -> str:
    return f"{row.shown_if}={row.shown_value}" if row is not None and row.shown_if else ""


def question_of(row: CallQuestion) -> dict[str, Any]:
    """A question as the data of its form."""
    return {
        "text": row.text,
        "help": row.help,
        "kind": row.kind,
        "options": [Choice(option["key"], Localized(option["text"])) for option in row.options],
        "required": row.required,
        "shown": shown_of(row),
    }


# --- the deadline


class ReasonForm(Form):
    """Why something is done; who reads the history reads it."""

    reason = LongField(_l("Reason"), most=1000)


class DeadlineForm(ReasonForm):
    """A new deadline, on the clock of the call's zone."""

    until = MomentField(_l("New deadline"), required=True)
