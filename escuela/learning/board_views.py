"""The edition board on screen and as a spreadsheet, for who reviews and who coordinates."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import StringIO
from itertools import groupby

from babel.dates import format_skeleton
from flask import Response, render_template, request, url_for
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from escuela import clock, web
from escuela.access import me, require
from escuela.columns import Localized
from escuela.editions.kinds import DONE, NOT_BEGUN, PART, RETURNED, WAITING, kind_of
from escuela.editions.models import Activity, Edition, Module
from escuela.editions.policies import can_review
from escuela.learning.board import FILTERS, LATE, Board, Cell, Filters, Group
from escuela.learning.views import bp, inside

web.TABS.append(web.Tab(20, _l("Board"), "learning.board", can_review))

STATES = {
    DONE: _l("done"),
    PART: _l("begun"),
    WAITING: _l("in review"),
    RETURNED: _l("changes requested"),
    LATE: _l("late"),
    NOT_BEGUN: _l("not begun"),
}
LETTERS = {NOT_BEGUN: "n", PART: "p p2", WAITING: "r", RETURNED: "p p3", DONE: "d", LATE: "l"}
"""What a cell of the style sheet's matrix is called: one letter for each of two thousand times thirty."""


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one activity's column."""

    address: str
    kind: LazyString
    place: str
    title: Localized


@dataclass(frozen=True, slots=True)
class Mark:
    """How the board writes a state: its letter, and a sign or the shortest word there is."""

    letter: str
    text: str


def _edition(slug: str) -> Edition:
    edition = inside(slug)
    require(can_review(me(), edition))
    return edition


def _filters() -> Filters:
    """What the address asks for; what makes no sense asks for nothing."""
    asked = request.args
    state = asked.get("estado", "")
    return Filters(
        search=asked.get("q", "").strip()[:200],
        country=asked.get("pais", ""),
        government=asked.get("gobierno", type=int),
        state=state if state in FILTERS else "",
    )


def _address(endpoint: str, edition: Edition, filters: Filters, page: int | None = None) -> str:
    """A page of the board with these filters; those that are empty stay out of the address."""
    return url_for(
        endpoint,
        edition=edition.slug,
        q=filters.search or None,
        pais=filters.country or None,
        gobierno=filters.government,
        estado=filters.state or None,
        pagina=page,
    )


@bp.get("/ediciones/<edition>/tablero")
def board(edition: str) -> str:
    shown, filters, mark = _edition(edition), _filters(), _marks()
    found = Board(shown, filters, clock.now())
    pages = found.pages()
    page = min(max(request.args.get("pagina", 1, type=int), 1), len(pages))
    return render_template(
        "learning/board.html",
        edition=shown,
        board=found,
        filters=filters,
        states=[(state, STATES[state]) for state in FILTERS],
        heads=_heads(found),
        legend=[(mark(Cell(state, days=5)), title) for state, title in STATES.items()],
        groups=found.groups(pages[page - 1]),
        totals=found.totals(),
        width=len(found.activities) + (5 if found.sessions else 4),
        people_found=_people_found(found),
        group_facts=_group_facts,
        mark=mark,
        short_day=_short_days(shown.zone),
        page=page,
        pages=len(pages),
        page_address=lambda number: _address("learning.board", shown, filters, number),
        csv_address=_address("learning.board_csv", shown, filters),
    )


@bp.get("/ediciones/<edition>/tablero.csv")
def board_csv(edition: str) -> Response:
    """Everybody found, on one sheet, with words instead of signs."""
    shown, filters, at = _edition(edition), _filters(), clock.now()
    found = Board(shown, filters, at)
    there = at.astimezone(clock.zone(shown.zone))
    answer = Response(_sheet(_lines(found, f"{there:%Y-%m-%d %H:%M} {shown.zone}")), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="tablero-{shown.slug}-{there:%Y-%m-%d}.csv"'
    return answer


def _people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count, count=format_decimal(count))


def _people_found(board: Board) -> str:
    """«200 personas en 18 gobiernos locales. 51 con atraso.»."""
    governments = ngettext("%(num)d local government", "%(num)d local governments", board.governments_found)
    late = ngettext("%(num)d is late.", "%(num)d are late.", board.late)
    return _(
        "%(people)s in %(governments)s. %(late)s", people=_people(len(board.found)), governments=governments, late=late
    )


def _group_facts(group: Group) -> str:
    """«14 personas, 63 % de avance, 4 con atraso»; nothing of lateness where nobody is late."""
    people = _people(len(group.rows))
    if not group.late:
        return _("%(people)s, %(done)d%% done", people=people, done=group.done)
    return _("%(people)s, %(done)d%% done, %(late)d late", people=people, done=group.done, late=group.late)


def _heads(board: Board) -> list[tuple[Module, list[Head]]]:
    """Each module with the heads of its columns."""
    return [
        (module, [_head(board.edition, activity) for activity in activities])
        for module, activities in groupby(board.activities, lambda activity: activity.module)
    ]


def _head(edition: Edition, activity: Activity) -> Head:
    kind = kind_of(activity)
    address = url_for(kind.endpoint, edition=edition.slug, activity=activity.slug)
    return Head(address, kind.title, f"{activity.module.position}.{activity.position}", activity.title)


def _marks() -> Callable[[Cell], Mark]:
    signs = {NOT_BEGUN: "–", PART: "…", WAITING: _("rev."), RETURNED: _("chg."), DONE: "✓"}

    @cache
    def mark(cell: Cell) -> Mark:
        return Mark(LETTERS[cell.state], signs.get(cell.state) or _("%(days)d d", days=cell.days))

    return mark


def _short_days(zone_name: str) -> Callable[[datetime | None], str]:
    """«18 oct» on the calendar of a zone, which the head of the column names; «–» for never."""
    zone, locale = clock.zone(zone_name), get_locale()

    @cache
    def written(day: date) -> str:
        return str(format_skeleton("MMMd", day, locale=locale))

    return lambda at: written(at.astimezone(zone).date()) if at else "–"


def _lines(board: Board, printed: str) -> Iterator[list[object]]:
    zone = clock.zone(board.edition.zone)
    yield [
        _("Participant"),
        _("Local government"),
        _("Country"),
        *(
            f"{activity.module.position}.{activity.position} {web.plain(activity.title)}"
            for activity in board.activities
        ),
        _("Required activities done, of %(count)d", count=board.required),
        _("Sessions attended, of %(count)d", count=board.sessions),
        _("Last activity (%(zone)s)", zone=web.place_of(board.edition.zone)),
        _("Days late"),
        _("As of"),
    ]
    for row in board.rows(board.found):
        person = row.person
        yield [
            person.name,
            person.government,
            web.country_name(person.country),
            *(str(STATES[cell.state]) for cell in row.cells),
            person.done,
            person.present,
            person.last.astimezone(zone).date() if person.last else "",
            row.late.days,
            printed,
        ]


def _sheet(lines: Iterable[list[object]]) -> str:
    """CSV as spreadsheets expect it: the byte order mark of UTF-8; semicolons where a comma is for decimals."""
    text = StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, delimiter="," if web.language() == "en" else ";")
    writer.writerows([_harmless(value) for value in line] for line in lines)
    return text.getvalue()


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run as a formula begins with an apostrophe instead."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
