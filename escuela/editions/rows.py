"""Rows of a form that are added, moved, copied and taken out, with a script (static/js/builder.js) or without.

And what the forms share that have such rows: Markdown without footnotes and players, a due instant that may close.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, TypeAlias

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, FieldList, FormField, ValidationError

from escuela import markdown
from escuela.columns import LANGUAGES, Localized
from escuela.editions.forms import ActivityForm, LocalizedField, fields_of
from escuela.forms import Form
from escuela.markdown import Home

Typed: TypeAlias = dict[str, list[str]]
"""What was typed into one row, by the end of the input's name."""
TOLD = 3
"""Faults of a text that are told at once."""
UNKNOWN = "new"
"""Stands for the number in the names of a row that the page copies when one is added."""


class MarkdownField(LocalizedField):
    """Markdown that is shown inside a page: instructions, a question. Its faults are told where its home is known."""

    home: Home | None = None

    def __init__(self, label: Any, **given: Any) -> None:
        super().__init__(label, long=True, **given)

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        for language, text in self.data.items():
            found = list(markdown.faults(text, self.home, short=True)) if self.home is not None else []
            if found:
                self.wrong[language] = " ".join(str(sentence) for _line, sentence in found[:TOLD])
        if self.wrong:
            raise ValidationError(" ".join(dict.fromkeys(self.wrong.values())))


class HandedInForm(ActivityForm):
    """An activity that people hand something in to: it may accept nothing after it is due."""

    strict = BooleanField(_l("Accept nothing after it is due"))

    def validate(self, extra_validators: Any = None) -> bool:
        for field in fields_of(self):
            if isinstance(field, MarkdownField):
                field.home = self.home
        return bool(super().validate(extra_validators))

    def validate_strict(self, field: Any) -> None:
        if field.data and not self.due.data and not self.due.errors:
            raise ValidationError(_("Write when it is due, or take this mark away."))


class RowForm(Form):
    """One row: the form that it stands in is the one that is protected."""

    class Meta:
        csrf = False


_List: Any = FieldList  # what it keeps for itself has no types


class RowsField(_List):  # type: ignore[misc]
    """A list of small forms: inputs `<name>-0-title-es`, `<name>-1-...`, in the order of their numbers.

    A button called `<name>-do` changes the list and saves nothing: `add` or `add-<sort>`, `up-2`, `down-2`, `copy-2`,
    `drop-2`. `fresh` is what an added row begins with, by sort; `identity` names what a copy does not take along.
    """

    entries: list[Any]

    def __init__(
        self,
        row: type[RowForm],
        label: Any,
        *,
        title: Callable[[int], LazyString],
        fresh: Mapping[str, Callable[[], dict[str, Any]]],
        most: int,
        least: int = 1,
        identity: str = "",
        **given: Any,
    ) -> None:
        super().__init__(FormField(row), label, **given)
        self.title, self.fresh, self.identity = title, fresh, identity
        self.least, self.most = least, most
        self.rearranged = False
        """Whether a button of the list was pressed."""
        self.touched: int | None = None
        """The place of the row that it was about."""
        self.wrong: list[str] = []
        """What is wrong with the list itself; `errors` tells what is wrong with its rows too."""
        self._begun: list[Field] = []
        self._languages: Sequence[str] = LANGUAGES

    @property
    def languages(self) -> Sequence[str]:
        return self._languages

    @languages.setter
    def languages(self, languages: Sequence[str]) -> None:
        """Rows that nobody typed yet begin in these languages only."""
        self._languages = languages
        for entry in self._begun:
            _speak(entry, languages)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is None:
            self._begun = [] if data else list(self.entries)
            return
        self.entries, self.last_index, self._begun = [], -1, []
        found = self._typed(formdata)
        typed: list[Typed | str] = [found[number] for number in sorted(found)[: self.most + 1]]
        command = formdata.get(f"{self.name}-do")
        if command is not None:
            self.rearranged = True
            self._do(command, typed)
        for row in typed:
            self._add(row)

    def _typed(self, formdata: Any) -> dict[int, Typed]:
        named, found = re.compile(rf"{re.escape(self.name)}-([0-9]{{1,4}})-(.+)"), dict[int, Typed]()
        for key, values in formdata.lists():
            if match := named.fullmatch(key):
                found.setdefault(int(match[1]), {})[match[2]] = values
        return found

    def _do(self, command: str, rows: list[Typed | str]) -> None:
        """What a button of the list asks for; a row that is added is the name of its sort."""
        verb, _dash, which = command.partition("-")
        place = int(which) if re.fullmatch("[0-9]{1,4}", which) else -1
        if verb == "add" and which in self.fresh and len(rows) < self.most:
            rows.append(which)
            self.touched = len(rows) - 1
        elif not 0 <= place < len(rows):
            return
        elif verb == "drop":
            del rows[place]
            self.touched = min(place, len(rows) - 1) if rows else None
        elif verb == "copy" and len(rows) < self.most:
            self.touched = place + 1
            row = rows[place]
            rows.insert(self.touched, {end: each for end, each in row.items() if end != self.identity})  # type: ignore[union-attr]
        elif verb in {"up", "down"}:
            self.touched = min(max(place + (1 if verb == "down" else -1), 0), len(rows) - 1)
            rows.insert(self.touched, rows.pop(place))

    def _add(self, row: Typed | str) -> None:
        if isinstance(row, str):
            self._begun.append(self._add_entry(None, self.fresh[row]()))
            return
        names = f"{self.name}-{len(self.entries)}-"
        self._add_entry(MultiDict([(names + end, each) for end, values in row.items() for each in values]))

    @property
    def blanks(self) -> dict[str, Field]:
        """A row of each sort as it is when it is added, under a number that is none."""
        found = {}
        for sort, fresh in self.fresh.items():
            names = {"name": f"{self.name}-{UNKNOWN}", "id": f"{self.id}-{UNKNOWN}"}
            options = {**names, "_meta": self.meta, "translations": self._translations}
            entry = self.meta.bind_field(self._form, self.unbound_field, options)
            entry.process(None, fresh())
            _speak(entry, self.languages)
            found[sort] = entry
        return found

    def validate(self, form: Any, extra_validators: Iterable[Any] = ()) -> bool:
        sound = [entry.validate(form) for entry in self.entries]
        self.errors = []
        if not self.least <= len(self.entries) <= self.most:
            self.errors = [_("Write from %(min)d to %(max)d.", min=self.least, max=self.most)]
        self._run_validation_chain(form, chain(self.validators, extra_validators))
        self.wrong = list(self.errors)
        for place, entry in enumerate(self.entries):
            if not sound[place]:
                self.errors.append(f"{self.title(place + 1)}: {' '.join(_faults(entry.form))}")
        return not self.errors


def _faults(form: Any) -> Iterable[str]:
    """What is wrong with a row, each sentence once."""
    found = [
        sentence if isinstance(field, RowsField) else f"{field.label.text}: {sentence}"
        for field in form
        for sentence in field.errors
    ]
    return dict.fromkeys([*map(str, form.form_errors), *map(str, found)])


def _speak(entry: Any, languages: Sequence[str]) -> None:
    for field in fields_of(entry):
        if isinstance(field, LocalizedField):
            field.languages = languages
            field.data = Localized({each: words for each, words in (field.data or {}).items() if each in languages})
        elif isinstance(field, RowsField):
            field.languages = languages
