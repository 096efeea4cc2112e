"""How a lesson is written in the browser."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, ValidationError
from wtforms.validators import NumberRange

from escuela import markdown
from escuela.columns import Localized
from escuela.editions.forms import ActivityForm, LocalizedField
from escuela.editions.kinds import Editor, register_editor
from escuela.editions.text import LessonSource
from escuela.forms import Required
from escuela.section import LONG

SHOWN = 5
"""Faults of a text that are told at once."""


class BodyField(LocalizedField):
    """The Markdown of a lesson: its lines keep their spaces."""

    def _tidy(self, value: str | None) -> str:
        return super()._tidy(value) if value and value.strip() else ""


class LessonForm(ActivityForm):
    """A lesson, in each language of its edition."""

    minutes = IntegerField(
        _l("Minutes of reading"),
        default=10,
        validators=[Required, NumberRange(1, 240, _l("Write a whole number from %(min)d to %(max)d.", min=1, max=240))],
    )
    body = BodyField(_l("Text"), most=LONG, long=True)

    def validate_body(self, field: Any) -> None:
        """A page in a language has its title and summary in it too, and a participant can read all of it."""
        for language, text in (field.data or Localized()).items():
            missing = [each for each in (self.title, self.summary) if language not in (each.data or {})]
            for each in missing:
                each.wrong[language] = _("The text is in this language: write this too.")
                each.errors = [*each.errors, each.wrong[language]]
            found = list(markdown.faults(text, self.home)) if self.home is not None else []
            if found:
                told = [_("Line %(line)d: %(what)s", line=line + 1, what=sentence) for line, sentence in found[:SHOWN]]
                field.wrong[language] = " ".join(told)
            elif missing:
                field.wrong[language] = _("Its title and its summary are missing in this language.")
        if field.wrong:
            raise ValidationError(" ".join(dict.fromkeys(field.wrong.values())))

    def text(self, slug: str, place: int) -> LessonSource:
        body = Localized({language: text for language, text in (self.body.data or {}).items() if text})
        return LessonSource(**self.facts("lesson", slug, place), minutes=self.minutes.data or 1, body=body)


register_editor(Editor("lesson", LessonForm, "editions/lesson_editor.html", effects=lambda _row, _text: []))
