"""The gradebook: the table of an edition and its sheets, one person's marks, the change of one; one's own marks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload

from escuela import clock, web
from escuela.access import get_or_404, me, require
from escuela.admissions.models import Enrolment
from escuela.admissions.queries import roll, taught_editions, visible_activities
from escuela.admissions.reader import enrolment_of
from escuela.editions.kinds import DONE, KINDS, NOT_BEGUN, PART, RETURNED, WAITING
from escuela.editions.models import ARCHIVED, Activity, Edition
from escuela.editions.policies import can_review, coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number, row_number
from escuela.gradebook import queries, services, sheets
from escuela.gradebook.book import FILTERS, Book, Cell, Filters, Group, record_of
from escuela.gradebook.forms import OverrideForm, TakeBackForm
from escuela.gradebook.models import EXCUSE, MARK, NONE, Override, Points
from escuela.gradebook.policies import can_change, marked_kinds
from escuela.gradebook.sheets import STATES, VERDICTS, in_points
from escuela.learning.outline import SIGNS
from escuela.learning.programme import ActivityFacts
from escuela.people.models import Change

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("gradebook", __name__, url_prefix="/ediciones/<edition>")
web.TABS.append(web.Tab(25, _l("Gradebook"), "gradebook.book", can_review))
web.TABS.append(
    web.Tab(65, _l("My marks"), "gradebook.mine", lambda user, edition: enrolment_of(user, edition) is not None)
)

PERSON = "/calificaciones/<int:enrolment>"
CELL = f"{PERSON}/<activity>"
LETTERS = {NOT_BEGUN: "n", PART: "p p2", WAITING: "r", RETURNED: "p p3", DONE: "d", MARK: "o", EXCUSE: "x"}
"""What a cell of the style sheet's matrix is called, by its state or by what was changed in it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one activity's column."""

    address: str
    kind: LazyString
    place: str
    title: Any


@dataclass(frozen=True, slots=True)
class Sign:
    """How the table writes a cell: its letter, and its mark with the shortest word there is for the state."""

    letter: str
    text: str


def _inside(slug: str) -> Edition:
    own = joinedload(Edition.staff)
    return get_or_404(taught_editions(me()).where(Edition.slug == slug).options(own))


def _read(slug: str) -> Edition:
    """An edition whose marks the reader may see: its tutors and who coordinates it."""
    edition = _inside(slug)
    require(can_review(me(), edition))
    return edition


# --- the table


def _filters() -> Filters:
    """What the address asks for; what makes no sense asks for nothing."""
    asked = request.args
    state = asked.get("estado", "")
    return Filters(
        search=asked.get("q", "").strip()[:200],
        country=asked.get("pais", ""),
        government=asked.get("gobierno", type=row_number),
        module=asked.get("modulo", type=row_number),
        state=state if state in FILTERS else "",
    )


def _address(endpoint: str, edition: Edition, filters: Filters, page: int | None = None) -> str:
    """The gradebook with these filters; those that are empty stay out of the address."""
    return url_for(
        endpoint,
        edition=edition.slug,
        q=filters.search or None,
        pais=filters.country or None,
        gobierno=filters.government,
        modulo=filters.module,
        estado=filters.state or None,
        pagina=page,
    )


@bp.get("/calificaciones")
def book(edition: str) -> str:
    shown, filters = _read(edition), _filters()
    found, sign = Book(shown, filters), _signs()
    pages = found.pages()
    page = min(page_number("pagina"), len(pages))
    return render_template(
        "gradebook/book.html",
        edition=shown,
        book=found,
        filters=filters,
        states=[(state, (STATES | VERDICTS)[state]) for state in FILTERS],
        heads=[(module, [_head(shown, each) for each in module.activities]) for module in found.shown],
        legend=_legend(sign),
        groups=found.groups(pages[page - 1]),
        averages=found.averages() if found.found else [],
        people_found=_people_found(found),
        group_facts=_group_facts,
        sign=sign,
        percent=_percent,
        page=page,
        pages=len(pages),
        page_address=lambda number: _address(".book", shown, filters, number),
        csv_address=_address(".book_csv", shown, filters),
        xlsx_address=_address(".book_xlsx", shown, filters),
    )


@bp.get("/calificaciones.csv")
def book_csv(edition: str) -> Response:
    """Everybody found, on one sheet, with words for states and numbers for marks."""
    found = Book(_read(edition), _filters())
    return _sheet(found, sheets.as_csv(sheets.lines(found, clock.now())), "text/csv", "csv")


@bp.get("/calificaciones.xlsx")
def book_xlsx(edition: str) -> Response:
    found = Book(_read(edition), _filters())
    return _sheet(found, sheets.as_xlsx(sheets.lines(found, clock.now()), _("Gradebook")), sheets.XLSX, "xlsx")


def _sheet(found: Book, content: str | bytes, mimetype: str, suffix: str) -> Response:
    there = clock.now().astimezone(clock.zone(found.edition.zone))
    name = f"calificaciones-{found.edition.slug}-{there:%Y-%m-%d}.{suffix}"
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _percent(percent: int | None) -> str:
    return "–" if percent is None else _("%(percent)d%%", percent=percent)


def _people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count, count=format_decimal(count))


def _marks(count: int) -> str:
    return ngettext("%(count)s mark", "%(count)s marks", count, count=format_decimal(count))


def _people_found(book: Book) -> str:
    """«200 personas en 18 gobiernos locales, 1.204 notas. Promedio: 81 %.»."""
    governments = ngettext("%(num)d local government", "%(num)d local governments", book.governments_found)
    said = {"people": _people(len(book.found)), "governments": governments, "marks": _marks(book.marks)}
    if book.average is None:
        return _("%(people)s in %(governments)s, no marks yet.", **said)
    return _("%(people)s in %(governments)s, %(marks)s. Average: %(average)d%%.", average=book.average, **said)


def _group_facts(group: Group) -> str:
    people = _people(len(group.rows))
    if group.average is None:
        return _("%(people)s, no marks yet", people=people)
    return _(
        "%(people)s, %(marks)s, average %(average)d%%", people=people, marks=_marks(group.marks), average=group.average
    )


def _head(edition: Edition, activity: ActivityFacts) -> Head:
    kind = KINDS[activity.kind]
    address = url_for(kind.endpoint, edition=edition.slug, activity=activity.slug)
    return Head(address, kind.title, f"{activity.module.position}.{activity.position}", activity.title)


def _signs() -> Callable[[Cell], Sign]:
    words = {NOT_BEGUN: "–", PART: "…", WAITING: _("rev."), RETURNED: _("chg."), DONE: "✓"}

    @cache
    def sign(cell: Cell) -> Sign:
        if cell.verdict == EXCUSE:
            return Sign(LETTERS[EXCUSE], _("exc."))
        mark = f"{in_points(cell.mark.earned)}/{in_points(cell.mark.possible)}" if cell.mark else ""
        if cell.verdict == MARK:
            return Sign(LETTERS[MARK], f"{mark} *")
        return Sign(LETTERS[cell.state], f"{mark} {words[cell.state]}".strip())

    return sign


def _legend(sign: Callable[[Cell], Sign]) -> list[tuple[Sign, LazyString]]:
    shown = [(sign(Cell(state)), words) for state, words in STATES.items()]
    return [
        *shown,
        (sign(Cell(mark=Points(800, 1000), verdict=MARK)), VERDICTS[MARK]),
        (sign(Cell(verdict=EXCUSE)), VERDICTS[EXCUSE]),
    ]


# --- one person's marks


@bp.get(PERSON)
def person(edition: str, enrolment: int) -> str:
    """What somebody has, as that person sees it, with the way to change it for who coordinates."""
    found = _read(edition)
    who = get_or_404(roll(found).where(Enrolment.id == enrolment))
    may_change = can_change(me(), who) and who.active and found.status != ARCHIVED

    def change(activity: ActivityFacts) -> str:
        return url_for(".cell", edition=found.slug, enrolment=who.id, activity=activity.slug)

    return render_template(
        "gradebook/person.html",
        enrolment=who,
        change_address=change if may_change else None,
        **_of(found, who),
    )


@bp.get("/mis-calificaciones")
def mine(edition: str) -> str:
    """One's own marks: the same numbers."""
    found = _inside(edition)
    own = enrolment_of(me(), found)
    if own is None:
        abort(403)
    return render_template("gradebook/mine.html", **_of(found, own))


def _of(edition: Edition, enrolment: Enrolment) -> dict[str, Any]:
    record = record_of(edition, enrolment.id)
    return {
        "edition": edition,
        "record": record,
        "history": _history(record.overrides),
        "signs": SIGNS,
        "kinds": KINDS,
        "marked": set(marked_kinds()),
        "address": lambda entry: _page_of(edition, entry.activity),
    }


def _history(overrides: list[Override]) -> list[Change]:
    return list(db.session.scalars(queries.history_of_marks(overrides))) if overrides else []


def _page_of(edition: Edition, activity: ActivityFacts) -> str:
    return url_for(KINDS[activity.kind].endpoint, edition=edition.slug, activity=activity.slug)


# --- one mark


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of the gradebook that the reader may change."""

    edition: Edition
    enrolment: Enrolment
    activity: Activity


def _place(slug: str, enrolment: int, activity: str) -> Place:
    edition = _inside(slug)
    require(coordinates(me(), edition))
    who = get_or_404(roll(edition).where(Enrolment.id == enrolment))
    require(can_change(me(), who))
    here = visible_activities(me(), slug).where(Activity.slug == activity, Activity.kind.in_(marked_kinds()))
    return Place(edition, who, get_or_404(here.options(joinedload(Activity.module))))


@bp.route(CELL, methods=["GET", "POST"])
def cell(edition: str, enrolment: int, activity: str) -> ResponseReturnValue:
    """Give another mark, or excuse."""
    place, form = _place(edition, enrolment, activity), OverrideForm()
    if not form.validate_on_submit():
        return _cell(place, form, TakeBackForm(formdata=None))
    told: dict[str, Any] = {"reason": str(form.reason.data), "by": me(), "seen": form.seen.data}
    try:
        if form.points is None:
            services.excuse(place.enrolment, place.activity, **told)
        else:
            services.give(place.enrolment, place.activity, form.points, **told)
    except DomainError as refusal:
        form.form_errors.append(str(refusal.sentence))
        return _cell(place, form, TakeBackForm(formdata=None))
    return _done(place, _("Changed: %(name)s reads the reason with the mark.", name=place.enrolment.user.name))


@bp.post(f"{CELL}/quitar")
def take_back(edition: str, enrolment: int, activity: str) -> ResponseReturnValue:
    """What the activity gave counts again."""
    place, form = _place(edition, enrolment, activity), TakeBackForm()
    if not form.validate_on_submit():
        return _cell(place, OverrideForm(formdata=None), form)
    told: dict[str, Any] = {"reason": str(form.why.data), "by": me(), "seen": form.seen.data}
    try:
        services.take_back(place.enrolment, place.activity, **told)
    except DomainError as refusal:
        form.form_errors.append(str(refusal.sentence))
        return _cell(place, OverrideForm(formdata=None), form)
    return _done(place, _("The change is taken back: what the activity gave counts again."))


def _done(place: Place, sentence: str) -> ResponseReturnValue:
    flash(sentence, "good")
    return redirect(url_for(".person", edition=place.edition.slug, enrolment=place.enrolment.id), 303)


def _cell(place: Place, form: OverrideForm, undo: TakeBackForm) -> ResponseReturnValue:
    record = record_of(place.edition, place.enrolment.id)
    entry = next(each for each in record.entries if each.activity.id == place.activity.id)
    form.seen.data = undo.seen.data = entry.override.stamp if entry.override else ""
    _suggest(form, entry.cell.mark or entry.given, entry.cell.verdict)
    page = render_template(
        "gradebook/cell.html",
        edition=place.edition,
        enrolment=place.enrolment,
        entry=entry,
        history=_history([entry.override] if entry.override else []),
        kind=KINDS[place.activity.kind],
        signs=SIGNS,
        form=form,
        undo=undo,
    )
    return page, 422 if form.errors or undo.errors else 200


def _suggest(form: OverrideForm, mark: Points | None, verdict: str) -> None:
    """Begin with what stands, unless something was typed."""
    if form.is_submitted() and form.errors:
        return
    if verdict != NONE:
        form.verdict.data = verdict
    if mark is not None:
        form.earned.data, form.possible.data = mark
