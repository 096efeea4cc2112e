"""A question of the bank as whoever writes it fills it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, SubmitField, ValidationError

from escuela.assessments.quizzes.bank import Place
from escuela.assessments.quizzes.bank_models import BankEntry
from escuela.assessments.quizzes.folders import TAG_MOST, TAGS
from escuela.assessments.quizzes.forms import FolderField
from escuela.assessments.quizzes.question_forms import QuestionForm, as_data
from escuela.columns import LANGUAGES, Localized
from escuela.editions.forms import FrameworksField, LocalizedField, fields_of
from escuela.editions.rows import MarkdownField
from escuela.errors import DomainError
from escuela.forms import Form, LineField
from escuela.markdown import Home
from escuela.web import language_name


class EntryForm(QuestionForm):
    class Meta:
        csrf = FlaskForm.Meta.csrf  # it is no row here

    folder = FolderField(_l("Folder"))
    tags = LineField(_l("Tags"), required=False, most=1000)
    frameworks = FrameworksField()
    picture = FileField(_l("Picture"))
    shown = LineField(_l("What it shows"), required=False, most=300)
    show = SubmitField(_l("Put it at the end of the question"))

    @classmethod
    def of(cls, entry: BankEntry) -> EntryForm:
        place = {
            "folder": entry.folder,
            "tags": ", ".join(entry.names),
            "frameworks": [item.id for item in entry.items],
        }
        return cls(data={**as_data(entry.question.asked), **place})

    def use(self, languages: Sequence[str]) -> None:
        """Texts are in these languages, the first one first, and their Markdown is proofread."""
        for field in fields_of(self):
            if isinstance(field, MarkdownField):
                field.home = Home()
            if hasattr(field, "languages"):
                field.languages = languages

    @property
    def rearranged(self) -> bool:
        """Whether a button was pressed that only changes what is being written."""
        return self.show.data or any(getattr(field, "rearranged", False) for field in fields_of(self))

    def take_picture(self, keep: Callable[[str, IO[bytes]], str]) -> None:
        """Put the chosen picture at the end of the question, in every language that it has, or say what is missing."""
        said = " ".join((self.shown.data or "").replace("[", "(").replace("]", ")").split())
        if not said:
            self.shown.errors = [_("Write it for who cannot see the picture.")]
        if not self.picture.data:
            self.picture.errors = [_("Choose a file.")]
        if self.errors:
            return
        try:
            address = keep(self.picture.data.filename, self.picture.data.stream)
        except DomainError as refusal:
            self.picture.errors = [str(refusal.sentence)]
            return
        texts = self.text.data or Localized({self.text.languages[0]: ""})
        self.text.data = Localized({each: f"{text}\n\n![{said}]({address})".strip() for each, text in texts.items()})
        self.shown.data = ""

    def validate_tags(self, _field: Any) -> None:
        names = self._tags()
        if len(names) > TAGS or any(len(name) > TAG_MOST for name in names):
            raise ValidationError(_("Write up to %(most)d tags, with a comma between them.", most=TAGS))

    def _tags(self) -> list[str]:
        return [name for each in (self.tags.data or "").split(",") if (name := each.strip())]

    def place(self) -> Place:
        return Place(self.folder.data or "", self._tags(), self.frameworks.data or [])


def _languages() -> list[tuple[str, str]]:
    return [(each, language_name(each)) for each in LANGUAGES]


class BankForm(Form):
    title = LocalizedField(_l("Its name"), most=120)


class ImportForm(Form):
    file = FileField(_l("File"), validators=[FileRequired(_l("Choose a file."))])
    language = SelectField(_l("Language of its texts"), choices=_languages)
    folder = FolderField(_l("Into which folder"))
