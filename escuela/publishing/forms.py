"""What one says of an edition as a whole, and the days and hours of a copy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pycountry
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import NumberRange
from wtforms.widgets import CheckboxInput

from escuela.columns import LANGUAGES, Localized
from escuela.content.text import EditionText
from escuela.editions.forms import FrameworksField, LocalizedField, MomentField, WritingForm
from escuela.forms import DayField, Form, LineField, LongField, Required
from escuela.frameworks.catalogue import codes
from escuela.people.forms import NAMES, ZoneField, in_words, to_choose
from escuela.publishing.dates import Planned
from escuela.publishing.words import MODES
from escuela.web import country_name

COUNTRIES = tuple(sorted(country.alpha_2 for country in pycountry.countries))


def _countries() -> dict[str, str]:
    named = {code: country_name(code) for code in COUNTRIES}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def between(least: int, most: int) -> NumberRange:
    return NumberRange(least, most, _l("Write a whole number from %(min)d to %(max)d.", min=least, max=most))


class WholeField(IntegerField):
    """A whole number between two."""

    def __init__(self, label: Any, least: int, most: int, **given: Any) -> None:
        super().__init__(label, validators=[Required, between(least, most)], **given)

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write a whole number.")) from None


class EditionForm(WritingForm):
    """Everything that is said of an edition beside its modules."""

    languages = SelectMultipleField(
        _l("Languages of its content"),
        choices=NAMES,
        validators=[Required],
        option_widget=CheckboxInput(),
    )
    title = LocalizedField(_l("Title"), most=200)
    theme = LocalizedField(_l("Theme"), most=200)
    summary = LocalizedField(_l("Summary"), most=1000, long=True)
    notice = LocalizedField(_l("Notice on every page"), required=False, most=1000)
    number = WholeField(_l("Number"), 1, 999)
    year = WholeField(_l("Year"), 2000, 2100)
    starts_on = DayField(_l("First day"), validators=[Required])
    ends_on = DayField(_l("Last day"), validators=[Required])
    zone = ZoneField(_l("Time zone"))
    hours = WholeField(_l("Hours"), 1, 2000)
    mode = RadioField(_l("Mode"), choices=in_words(MODES), validators=[Required], default="virtual")
    host_city = LineField(_l("Host city"), required=False, most=120)
    host_country = SelectField(_l("Host country"), choices=to_choose(_countries))
    attendance = WholeField(_l("Percent of the sessions that a certificate asks for"), 0, 100, default=0)
    first_name = LineField(_l("First person who signs certificates"))
    first_office = LocalizedField(_l("Office of the first"), most=200)
    second_name = LineField(_l("Second person who signs certificates"))
    second_office = LocalizedField(_l("Office of the second"), most=200)
    frameworks = FrameworksField()
    seen = HiddenField()
    """The effects that were shown before saving, by their fingerprint."""
    based_on = HiddenField(default="")
    """What the edition said when the page was made, by its digest."""

    @classmethod
    def of(cls, text: EditionText) -> EditionForm:
        """The form as it shows a text."""
        first, second = (*text.signatories, {}, {})[:2]
        return cls(
            data={
                **{name: getattr(text, name) for name in _PLAIN},
                "languages": list(text.languages),
                "frameworks": list(text.frameworks),
                "first_name": first.get("name", ""),
                "first_office": Localized(first.get("office", {})),
                "second_name": second.get("name", ""),
                "second_office": Localized(second.get("office", {})),
            }
        )

    def speak_as_chosen(self) -> None:
        """Its texts are in the languages that are ticked, in the School's order."""
        chosen = self.languages.data or []
        self.use([code for code in LANGUAGES if code in chosen] or list(LANGUAGES), self.zone.data or "")

    def validate_ends_on(self, field: DayField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day comes before the first."))

    def validate_year(self, field: WholeField) -> None:
        days = [day.data.year for day in (self.starts_on, self.ends_on) if day.data]
        if field.data and days and field.data not in days:
            raise ValidationError(_("It is not the year of the first day, nor of the last."))

    def validate_host_city(self, field: LineField) -> None:
        if self.mode.data in {"on_site", "hybrid"} and not field.data:
            raise ValidationError(_("Say where people meet."))

    def validate_host_country(self, field: SelectField) -> None:
        if self.mode.data in {"on_site", "hybrid"} and not field.data:
            raise ValidationError(_("Say where people meet."))

    def applied_to(self, text: EditionText) -> EditionText:
        """The text with what was typed; only of a form that is valid."""
        somewhere = {} if self.mode.data != "virtual" else {"host_city": None, "host_country": None}
        return replace(
            text,
            **{name: self[name].data for name in _PLAIN} | somewhere,
            languages=tuple(code for code in LANGUAGES if code in (self.languages.data or ())),
            frameworks=tuple(code for code in codes() if code in (self.frameworks.data or ())),
            signatories=(
                {"name": self.first_name.data, "office": dict(self.first_office.data)},
                {"name": self.second_name.data, "office": dict(self.second_office.data)},
            ),
        )


_PLAIN = (
    "title",
    "theme",
    "summary",
    "notice",
    "number",
    "year",
    "starts_on",
    "ends_on",
    "zone",
    "hours",
    "mode",
    "host_city",
    "host_country",
    "attendance",
)


class CopyForm(Form):
    """The first step of a copy."""

    number = WholeField(_l("Number of the new edition"), 1, 999)
    starts_on = DayField(_l("First day"), validators=[Required])


class StepForm(Form):
    """A step in the life of an edition, with its reason."""

    to = HiddenField()
    reason = LongField(_l("Reason"), required=False, most=1000)


def dates_form(planned: list[Planned]) -> type[WritingForm]:
    """A form with one field for each instant of a copy, named as the plan names it."""
    fields = {each.key: MomentField(each.words, required=True) for each in planned}
    return type("DatesForm", (WritingForm,), fields)
