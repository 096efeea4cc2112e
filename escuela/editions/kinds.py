"""The kinds of activity. Each room that has one registers it here; nobody else asks which kind an activity is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel.speaklater import LazyString
from sqlalchemy import Select

from escuela.editions.models import Activity

if TYPE_CHECKING:
    from escuela.editions.forms import ActivityForm
    from escuela.editions.text import ActivityFiles, ActivityText
    from escuela.markdown import Home

NOT_BEGUN, PART, WAITING, RETURNED, DONE = "todo", "part", "waiting", "returned", "done"
"""Where a participant stands: not begun; begun; handed in and waiting for a tutor; changes requested; done."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rest of the School needs to know of one kind of activity."""

    name: str
    """The polymorphic identity: `lesson`, `quiz`, `assignment`."""
    title: LazyString
    icon: str
    endpoint: str
    """Its page: `url_for(endpoint, edition=edition.slug, activity=activity.slug)`."""
    progress: Callable[[int], Select[*tuple[Any, ...]]]
    """For an edition's id: rows (enrolment_id, activity_id, state, at) with state PART, WAITING, RETURNED or DONE and
    `at` the instant of it; at most one row for each pair, none where nothing was begun."""
    grades: Callable[[int], Select[*tuple[Any, ...]]] | None = None
    """For an edition's id: rows (enrolment_id, activity_id, earned, possible, at), points in HUNDREDTHS as integers; at
    most one row for each pair, only where there is a mark that its participant may know. None: never marked."""
    shared: tuple[Callable[[int], Select[*tuple[Any, ...]]], ...] = ()
    """More such rows, of what people do together: for other pairs than `progress` has."""
    extended: tuple[Callable[[int], Select[*tuple[Any, ...]]], ...] = ()
    """For an edition's id: rows (enrolment_id, activity_id, due_at, due_zone) of who was given longer than others."""

    @property
    def told(self) -> tuple[Callable[[int], Select[*tuple[Any, ...]]], ...]:
        """Everything that tells of progress."""
        return self.progress, *self.shared


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    KINDS[kind.name] = kind
    return kind


def kind_of(activity: Activity) -> Kind:
    return KINDS[activity.kind]


@dataclass(frozen=True, slots=True)
class Format:
    """How activities of one kind are written in `courses/`, and how that reaches their rows."""

    kind: str
    model: type[Activity]
    prefix: str
    """What a file's name begins with after its place: `quiz-`."""
    suffix: str
    """`.md` or `.yaml`."""
    read: Callable[[ActivityFiles], ActivityText | None]
    """The text of one activity, with its faults noted; None where nothing could be read."""
    write: Callable[[Any, Any, Home], None]
    """Bring a row into step with its text, all but what every activity has. Raises DomainError, before it changes
    anything, where that would take away or falsify what people did. The row is new if it has no id."""
    text: Callable[[Any, Home], ActivityText]
    """The text of a row, such that writing it would change nothing; the home is its module's."""
    files: Callable[[Any, Sequence[str]], dict[str, str]]
    """What writes a text down, such that `read` gives it back: the contents of its files, in the one way that they are
    printed. By language for a kind with a file for each (`es`, `pt`); `""` for one whose file holds every language.
    Takes the text and the languages of its edition, the first one first."""
    loads: Callable[[], Sequence[Any]] = tuple
    """Loader options that bring with many rows, in as many queries as for one, all that their texts say."""


FORMATS: dict[str, Format] = {}


def file_name(text: ActivityText, language: str, languages: Sequence[str]) -> str:
    """The file of a text in a language, as `Format.files` tells them apart."""
    letters = "" if language in {"", languages[0]} else f".{language}"
    return f"{text.place:02d}-{text.slug}{letters}{FORMATS[text.kind].suffix}"


def register_format(found: Format) -> None:
    FORMATS[found.kind] = found


@dataclass(frozen=True, slots=True)
class Editor:
    """How activities of one kind are written in the browser: each room registers its own."""

    kind: str
    form: type[ActivityForm]
    """Made from the fields of an ActivityText (`form(data=...)` or `form.from_text`); its `text` makes one."""
    template: str
    """A macro `fields(form, edition)` in the room's folder, which the editor's page shows."""
    effects: Callable[[Any, ActivityText], list[LazyString]]
    """What saving the text would do to what participants already did, in sentences; none where it does nothing."""
    lacks: Callable[[Any], Iterable[LazyString]] = lambda _text: ()
    """Of an ActivityText: what is missing without which nobody could do the activity."""
    copy: Callable[[Any], Any] = lambda text: text
    """What a duplicate of an ActivityText says: without what an edition has one of."""


EDITORS: dict[str, Editor] = {}


def register_editor(found: Editor) -> None:
    EDITORS[found.kind] = found
