"""Forms: WTForms with the School's limits and its own words for what is wrong."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length

YEARS = (1900, 2199)
LINE, TEXT = 200, 50_000
"""Most characters of a one-line field and of a long text."""

ILLEGIBLE = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")

Required = InputRequired(_l("Fill this in."))
Written = DataRequired(_l("Fill this in."))
"""For a text: spaces alone do not fill it in."""


def at_most(characters: int) -> Length:
    return Length(max=characters, message=_l("At most %(max)d characters.", max=characters))


def trimmed(value: str | None) -> str | None:
    return value.strip() if value else value


def legible(value: str | None) -> str | None:
    """Without signs that nobody types: PostgreSQL refuses one of them, others show nothing or turn a text around."""
    return ILLEGIBLE.sub("", value) if value else value


def in_one_line(value: str | None) -> str | None:
    return " ".join(value.split()) if value else value


class Form(FlaskForm):
    """A form of ours: protected against forged requests, trimmed, bounded."""


class LineField(StringField):
    """One line of text, trimmed and bounded."""

    def __init__(self, label: Any, *, required: bool = True, most: int = LINE, **kwargs: Any) -> None:
        validators = [*([Written] if required else []), at_most(most), *kwargs.pop("validators", [])]
        super().__init__(label, validators=validators, filters=[legible, in_one_line], **kwargs)


class LongField(TextAreaField):
    """A long text, bounded."""

    def __init__(self, label: Any, *, required: bool = True, most: int = TEXT, **kwargs: Any) -> None:
        validators = [*([Written] if required else []), at_most(most), *kwargs.pop("validators", [])]
        super().__init__(label, validators=validators, filters=[legible], **kwargs)


class DayField(DateField):
    """A day of these times: nobody worked before 1900, and a clock of the year 9999 has no tomorrow."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data and not YEARS[0] <= self.data.year <= YEARS[1]:
            self.data = None
            raise ValueError(self.gettext("Not a valid date value."))


class AddressField(EmailField):
    """An e-mail address."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        wrong = _l("Write an e-mail address such as nombre@municipio.gub.uy.")
        super().__init__(label, validators=[Required, Email(wrong), at_most(254)], filters=[trimmed], **kwargs)
