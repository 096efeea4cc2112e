"""Fields that whoever writes an edition fills in: a text in several languages, an instant with its zone, alignments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Self

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput

from escuela import clock
from escuela.columns import LANGUAGES, Localized
from escuela.editions.models import Edition
from escuela.editions.policies import Moment
from escuela.editions.text import ActivityText
from escuela.forms import Form, in_one_line, legible
from escuela.frameworks.catalogue import Item, catalogue, codes
from escuela.markdown import Home

EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2100, 12, 31)  # noqa: DTZ001 - on the clock of whatever zone


class LocalizedField(Field):
    """One text in the languages of an edition: inputs `<name>-es`, `<name>-pt` ...; its data is a Localized.

    The first language must be there if the field is required; the others may be missing, and the page says so.
    `languages` is set by the form (see `speak`).
    """

    def __init__(self, label: Any, *, required: bool = True, most: int = 400, long: bool = False, **given: Any) -> None:
        super().__init__(label, **given)
        self.most, self.long = most, long
        self.languages: Sequence[str] = LANGUAGES
        self.flags.required = required
        self.wrong: dict[str, str] = {}
        """By language: what is wrong with it."""

    @property
    def inputs(self) -> list[tuple[str, str, str]]:
        """For each language: it, the id and name of its input, what is in it."""
        return [
            (language, f"{self.name}-{language}", (self.data or {}).get(language) or "") for language in self.spoken
        ]

    @property
    def spoken(self) -> list[str]:
        """The edition's languages, and others that the text has already."""
        return [*self.languages, *(each for each in self.data or () if each not in self.languages)]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data if data is not None else Localized(), extra_filters)
        if formdata is None:
            return
        typed = {language: formdata.get(f"{self.name}-{language}") for language in LANGUAGES}
        if any(value is not None for value in typed.values()):
            self.data = Localized({each: self._tidy(typed[each]) for each in self._order() if self._tidy(typed[each])})

    def _order(self) -> list[str]:
        return [*self.languages, *(each for each in LANGUAGES if each not in self.languages)]

    def _tidy(self, value: str | None) -> str:
        tidy = legible(value) or ""
        return tidy.replace("\r\n", "\n").strip() if self.long else in_one_line(tidy) or ""

    def pre_validate(self, _form: Any) -> None:
        self.data = Localized({each: self.data[each] for each in self._order() if each in (self.data or {})})
        first = self.languages[0]
        if first not in self.data and (self.flags.required or self.data):
            self.wrong[first] = _("Write it in the first language of the edition.")
        for language, text in self.data.items():
            if len(text) > self.most:
                self.wrong[language] = _("At most %(max)d characters.", max=self.most)
        if self.wrong:
            raise ValidationError(" ".join(dict.fromkeys(self.wrong.values())))


class MomentField(Field):
    """An instant as a clock of its zone shows it: inputs `<name>` (`datetime-local`) and `<name>-zone`; or nothing."""

    def __init__(self, label: Any, *, required: bool = False, **given: Any) -> None:
        super().__init__(label, **given)
        self.flags.required = required
        self.zone = "America/Montevideo"
        """Offered where none was chosen: the form sets the edition's."""
        self.typed: tuple[str, str] | None = None

    @property
    def local(self) -> str:
        """What the input shows: 2026-11-30T10:00."""
        if self.typed is not None:
            return self.typed[0]
        return f"{self.data.at.astimezone(clock.zone(self.data.zone)):%Y-%m-%dT%H:%M}" if self.data else ""

    @property
    def of_two(self) -> str:
        """What is to be known of an hour that happens twice there, because the clocks go back: which one it is."""
        which = clock.of_two(self.data.at, self.data.zone) if isinstance(self.data, Moment) else 0
        if not which:
            return ""
        if which == 1:
            return _(
                "That hour happens twice there, as the clocks go back: this is the first. Choose another if unsure."
            )
        return _("That hour happens twice there, as the clocks go back: this is the second. Choose another if unsure.")

    @property
    def chosen_zone(self) -> str:
        return (self.typed[1] if self.typed else self.data.zone if self.data else "") or self.zone

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(None, data, extra_filters)
        if formdata is not None and self.name in formdata:
            self.typed = formdata[self.name].strip(), formdata.get(f"{self.name}-zone", "").strip()
            self.data = None

    def pre_validate(self, _form: Any) -> None:
        if self.typed is not None and self.typed[0]:
            self.data = self._read(*self.typed)
        elif self.flags.required and self.data is None:
            raise ValidationError(_("Fill this in."))

    def _read(self, local: str, zone: str) -> Moment:
        zone = zone or self.zone
        if zone not in clock.zone_names():
            raise ValidationError(_("Choose a time zone from the list."))
        try:
            there = datetime.fromisoformat(local).replace(tzinfo=None, second=0, microsecond=0)
            if not EARLIEST <= there <= LATEST:
                raise ValidationError(_("Write a day between 2000 and 2100."))
            kept = self.object_data
            if isinstance(kept, Moment) and kept.zone == zone and _on_clock(kept) == there:
                return Moment(kept.at.replace(second=0, microsecond=0), zone)  # of two equal times, the one it was
            return Moment(clock.instant(there, zone), zone)
        except clock.SkippedTimeError:
            raise ValidationError(_("That hour does not exist there: the clocks skip it. Choose another.")) from None
        except ValueError:
            raise ValidationError(_("Write a day and an hour.")) from None


def _on_clock(moment: Moment) -> datetime:
    """To the minute, naive: what the input shows."""
    return moment.at.astimezone(clock.zone(moment.zone)).replace(tzinfo=None, second=0, microsecond=0, fold=0)


class FrameworksField(SelectMultipleField):
    """Items of the catalogue, by code."""

    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, **given: Any) -> None:
        super().__init__(label or _l("Frameworks"), choices={code: code for code in codes()}, **given)

    @property
    def groups(self) -> list[tuple[Item, list[Item]]]:
        """Each framework with what it holds, itself among them."""
        items = catalogue().items
        return [(root, [item for item in items if item.framework == root.id]) for root in catalogue().frameworks]


class WritingForm(Form):
    """A form of somebody who writes an edition: its texts are in the edition's languages, its hours in its zone."""

    def speak(self, edition: Edition) -> None:
        """Set what depends on the edition. Call it before validating."""
        self.use(edition.languages, edition.zone)

    def use(self, languages: Sequence[str], zone: str) -> None:
        """Texts are in these languages, the first one first; hours are offered in this zone."""
        for field in fields_of(self):
            if isinstance(field, MomentField) and zone:
                field.zone = zone
            elif hasattr(field, "languages"):
                field.languages = languages


def fields_of(form: Any) -> Iterable[Field]:
    """Every field, those of nested forms and lists too."""
    for field in form:
        yield field
        if hasattr(field, "entries") or hasattr(field, "form"):
            yield from fields_of(field)


class ActivityForm(WritingForm):
    """What every activity says of itself. A kind's form adds its own fields and makes its text.

    Whoever shows one calls `from_text` for an activity that is there or the class itself for a new one, sets `home`,
    calls `speak`, and asks `rearranged` before validating. A kind overrides `text`, and `from_text` where its fields
    are not called as those of its text.
    """

    before: ActivityText | None = None
    """What it began from."""
    home: Home = Home()
    """What the addresses in its texts mean: its module's, set before validating so that its Markdown is proofread."""
    looked = False
    """Whether it is shown with its texts as participants will read them, for who has no script."""

    title = LocalizedField(_l("Title"), most=200)
    summary = LocalizedField(_l("Summary"), most=600)
    required = BooleanField(_l("A certificate asks for it"), default=True)
    opens = MomentField(_l("Opens"))
    due = MomentField(_l("Due"))
    frameworks = FrameworksField()

    def validate_due(self, field: Any) -> None:
        if field.data and self.opens.data and field.data.at <= self.opens.data.at:
            raise ValidationError(_("This is due before it opens."))

    def facts(self, kind: str, slug: str, place: int) -> dict[str, Any]:
        """What the form says of every activity, as fields of an ActivityText."""
        return {
            "kind": kind,
            "slug": slug,
            "place": place,
            "title": self.title.data,
            "summary": self.summary.data,
            "required": self.required.data,
            "opens": self.opens.data,
            "due": self.due.data,
            "frameworks": tuple(code for code in codes() if code in (self.frameworks.data or ())),
        }

    @classmethod
    def from_text(cls, text: ActivityText, formdata: Any = None) -> Self:
        """The form of an activity that is there; what was typed (a request's form, a draft) takes its place."""
        form = cls(formdata, obj=text)
        form.before = text
        return form

    @property
    def rearranged(self) -> bool:
        """Whether a button of the form was pressed that only moves its rows: show it again, and save nothing."""
        return any(getattr(field, "rearranged", False) for field in fields_of(self))

    def text(self, slug: str, place: int) -> ActivityText:
        """The text that was typed; only of a form that is valid."""
        raise NotImplementedError
