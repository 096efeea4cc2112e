"""The coordinator's pages: what a call received, one application, local governments that were proposed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from escuela import clock, web
from escuela.access import get_or_404, me
from escuela.applications import policies, queries, services
from escuela.applications.forms import MergeForm
from escuela.applications.models import SUBMITTED, WITHDRAWN, Application
from escuela.applications.queries import Answer, Answers, Filters
from escuela.applications.views import bp
from escuela.calls.models import Call
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.gate import page_number
from escuela.people import places
from escuela.people.forms import BANDS, GovernmentForm
from escuela.people.models import LocalGovernment
from escuela.people.queries import all_governments
from escuela.people.services import record_government

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = "/ediciones/<edition>/convocatoria/postulaciones"
PER_PAGE = 50
web.TABS.append(web.Tab(20, _l("Applications"), "applications.received", coordinates, below="calls.manage"))


@bp.get(PAGE)
def received(edition: str) -> ResponseReturnValue:
    call, filters = _coordinated(edition), _filters()
    rows = queries.received(call, filters)
    page = db.paginate(rows, page=page_number(), per_page=PER_PAGE, max_per_page=PER_PAGE, error_out=False)
    found = queries.read_all(call, page.items)
    peers = queries.peers(call, {each.local_government_id for each in page.items if each.local_government_id})
    return render_template(
        "applications/received.html",
        edition=call.edition,
        call=call,
        page=page,
        groups=[(place, list(those)) for place, those in groupby(found, _place)],
        peers=peers,
        counts=queries.counts(call),
        proposals=queries.proposals(call),
        filters=filters,
        filtered=filters != Filters(),
        href=lambda number: url_for(".received", edition=edition, page=number, **_arguments(filters)),
        sheet=url_for(".sheet", edition=edition, **_arguments(filters)),
        countries=places.countries(web.language()),
        bands=BANDS,
        states={state: policies.STATE_WORDS[state] for state in (SUBMITTED, WITHDRAWN)},
    )


def _place(found: Answers) -> tuple[int | None, str, str]:
    application = found.application
    return application.local_government_id, application.place_name, application.country


def _filters() -> Filters:
    given = request.args
    return Filters(
        words=given.get("nombre", "").strip()[:200],
        country=given.get("pais", "") if given.get("pais") in places.COUNTRIES else "",
        band=given.get("tamano", "") if given.get("tamano") in BANDS else "",
        state=given.get("estado", "") if given.get("estado") in {SUBMITTED, WITHDRAWN} else "",
    )


def _arguments(filters: Filters) -> dict[str, Any]:
    return {
        "nombre": filters.words or None,
        "pais": filters.country or None,
        "tamano": filters.band or None,
        "estado": filters.state or None,
    }


@bp.get(f"{PAGE}/csv")
def sheet(edition: str) -> ResponseReturnValue:
    """The list as the filters leave it, with every answer, for a spreadsheet."""
    call = _coordinated(edition)
    found = queries.read_all(call, db.session.scalars(queries.received(call, _filters())).all())
    text = StringIO()
    text.write("\ufeff")  # Excel reads UTF-8 only so; semicolons where a comma is for decimals
    writer = csv.writer(text, delimiter="," if web.language() == "en" else ";")
    writer.writerows([_harmless(value) for value in line] for line in _lines(call, found))
    name = f"{call.edition.slug}-postulaciones-{clock.now():%Y-%m-%d}.csv"
    return Response(
        text.getvalue(), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _lines(call: Call, found: list[Answers]) -> Iterator[list[object]]:
    yield [
        _("Number"),
        _("Name"),
        _("E-mail"),
        _("Gender"),
        _("Position"),
        _("Local government"),
        _("Country"),
        _("Population"),
        _("State"),
        _("Received (%(zone)s)", zone=web.place_of(call.zone)),
        *(web.plain(question.text) for question in call.questions),
    ]
    for each in found:
        row = each.application
        said = {answer.question.id: _in_words(answer) for answer in each.rows}
        yield [
            row.reference,
            row.name,
            row.email,
            str(policies.GENDER_WORDS.get(row.gender or "", "")),
            row.position,
            row.place_name,
            web.country_name(row.country),
            str(BANDS.get(row.band, "")),
            str(policies.STATE_WORDS[row.state]),
            f"{row.submitted_at.astimezone(clock.zone(call.zone)):%Y-%m-%d %H:%M}" if row.submitted_at else "",
            *(said.get(question.id, "") for question in call.questions),
        ]


def _in_words(answer: Answer) -> str:
    if answer.value is None:
        return ""
    if answer.question.options:
        return ", ".join(web.plain(words) for words in answer.chosen)
    return _("Yes") if answer.question.kind == "consent" else str(answer.value)


def _harmless(value: object) -> object:
    """A text that a spreadsheet would run as a formula begins with an apostrophe instead."""
    return f"'{value}" if isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@")) else value


@bp.get(f"{PAGE}/<int:application>")
def read(edition: str, application: int) -> ResponseReturnValue:
    row = _received(_coordinated(edition), application)
    return render_template(
        "applications/read.html",
        edition=row.call.edition,
        call=row.call,
        application=row,
        found=queries.read(row),
        colleagues=db.session.scalars(queries.colleagues(row)).all(),
        genders=policies.GENDER_WORDS,
        bands=BANDS,
    )


# --- local governments that were proposed


@bp.get(f"{PAGE}/<int:application>/gobierno")
def place(edition: str, application: int) -> ResponseReturnValue:
    return _place_page(_received(_coordinated(edition), application))


@bp.post(f"{PAGE}/<int:application>/gobierno/unir")
def merge_place(edition: str, application: int) -> ResponseReturnValue:
    """It is one that the registry has."""
    row, form = _received(_coordinated(edition), application), MergeForm()
    form.local_government.offer(db.session.scalars(all_governments()))
    if not form.validate_on_submit():
        return _place_page(row, merge=form)
    return _placed(row, db.session.get_one(LocalGovernment, form.local_government.data))


@bp.post(f"{PAGE}/<int:application>/gobierno/confirmar")
def confirm_place(edition: str, application: int) -> ResponseReturnValue:
    """It is new: into the registry with it."""
    row, form = _received(_coordinated(edition), application), GovernmentForm()
    if form.validate_on_submit():
        try:
            government = record_government(LocalGovernment(), **form.values())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            return _placed(row, government)
    return _place_page(row, confirm=form)


def _placed(row: Application, government: LocalGovernment) -> ResponseReturnValue:
    moved = services.place(row, government, by=me())
    flash(
        ngettext(
            "%(num)d application is now of %(government)s.",
            "%(num)d applications are now of %(government)s.",
            len(moved),
            government=government.name,
        ),
        "good",
    )
    return redirect(url_for(".received", edition=row.call.edition.slug), 303)


def _place_page(
    row: Application, *, merge: MergeForm | None = None, confirm: GovernmentForm | None = None
) -> ResponseReturnValue:
    if row.proposed_name is None or row.proposed_country is None:
        return redirect(url_for(".read", edition=row.call.edition.slug, application=row.id), 303)
    twins = queries.twins_of(row.proposed_name, row.proposed_country)
    wrong = (merge is not None and merge.errors) or (confirm is not None and (confirm.errors or confirm.form_errors))
    if merge is None:
        merge = MergeForm(formdata=None, local_government=twins[0].id if twins else None)
        merge.local_government.offer(db.session.scalars(all_governments()))
    page = render_template(
        "applications/place.html",
        edition=row.call.edition,
        application=row,
        those=queries.same_place(row),
        twins=twins,
        subdivision_name=places.subdivision_name,
        bands=BANDS,
        merge=merge,
        confirm=confirm or GovernmentForm(formdata=None, **_as_proposed(row)),
    )
    return page, 422 if wrong else 200


def _as_proposed(row: Application) -> dict[str, Any]:
    zones = list(places.zones("es").get(places.countries("es").get(row.proposed_country or "", ""), {}))
    return {
        "name": row.proposed_name,
        "subdivision": row.proposed_subdivision,
        "population_band": row.proposed_band,
        "zone": zones[0] if len(zones) == 1 else None,
        "languages": ["pt" if row.proposed_country == "BR" else "es"],
    }


def _coordinated(edition: str) -> Call:
    return get_or_404(queries.coordinated_call(me(), edition))


def _received(call: Call, number: int) -> Application:
    return get_or_404(queries.received(call).where(Application.id == number))
