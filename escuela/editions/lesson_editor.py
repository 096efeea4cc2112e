"""How a lesson is written in the browser: its Markdown in each language, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup
from wtforms import IntegerField, ValidationError
from wtforms.validators import NumberRange

from escuela import markdown, printer
from escuela.columns import Localized
from escuela.editions.forms import ActivityForm, LocalizedField
from escuela.editions.kinds import Editor, register_editor
from escuela.editions.text import LessonSource
from escuela.forms import Required, legible
from escuela.section import LONG

SHOWN = 5
"""Faults of a text that are told at once."""


class BodyField(LocalizedField):
    """The Markdown of a lesson: a line of it may begin with spaces that mean something."""

    def _tidy(self, value: str | None) -> str:
        tidy = printer.tidy_body(legible(value) or "")
        return tidy if tidy.strip() else ""


class LessonForm(ActivityForm):
    """A lesson, in each language of its edition."""

    minutes = IntegerField(
        _l("Minutes of reading"),
        default=10,
        validators=[Required, NumberRange(1, 240, _l("Write a whole number from %(min)d to %(max)d.", min=1, max=240))],
    )
    body = BodyField(_l("Text"), most=LONG, long=True)

    def validate_body(self, field: Any) -> None:
        """A page in a language has its title and summary in it too, and participants can read all of it."""
        for language, text in field.data.items():
            for each in (self.title, self.summary):
                if language not in each.data:
                    each.wrong[language] = _("The text is in this language: write this in it too.")
                    each.errors = [*each.errors, each.wrong[language]]
            found = list(markdown.faults(text, self.home))[:SHOWN]
            if found and language not in field.wrong:
                told = [_("Line %(line)d: %(what)s", line=line + 1, what=sentence) for line, sentence in found]
                field.wrong[language] = " ".join(told)
        if field.wrong:
            raise ValidationError(" ".join(dict.fromkeys(field.wrong.values())))

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(super().validate(extra_validators)) and not self.errors

    def rendered(self, language: str) -> Markup:
        """What participants will read."""
        source = (self.body.data or {}).get(language, "")
        return Markup(markdown.lesson(source, self.home, language))  # noqa: S704 - cleaned by the allow-list

    def text(self, slug: str, place: int) -> LessonSource:
        return LessonSource(**self.facts("lesson", slug, place), minutes=self.minutes.data or 1, body=self.body.data)


def lacks(text: Any) -> Iterable[LazyString]:
    if isinstance(text, LessonSource) and not any((text.body or Localized()).values()):
        yield _l("It has no text.")


register_editor(
    Editor("lesson", LessonForm, "editions/lesson_editor.html", effects=lambda _row, _text: [], lacks=lacks)
)
