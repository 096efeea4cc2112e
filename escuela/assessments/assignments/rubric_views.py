"""The rubrics that are kept under a name, to read, rename and take out: pages of who coordinates an edition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from escuela.access import get_or_404, me, require
from escuela.admissions.queries import taught_editions
from escuela.assessments.assignments import shared
from escuela.assessments.assignments.models import SharedRubric
from escuela.assessments.assignments.views import bp
from escuela.editions.models import Edition
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.history import FIELDS, VERBS

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

PAGE = "/ediciones/<edition>/rubricas"

VERBS.update(
    {
        "rubric.replaced": _l("replaced a shared rubric"),
        "rubric.renamed": _l("renamed a shared rubric"),
        "rubric.removed": _l("took a shared rubric out"),
    }
)
FIELDS.setdefault("criteria", _l("Criteria"))
FIELDS.setdefault("name", _l("Name"))


@bp.get(PAGE)
def rubrics(edition: str) -> ResponseReturnValue:
    return _page(_edition(edition))


@bp.post(f"{PAGE}/<int:rubric>")
def rename_rubric(edition: str, rubric: int) -> ResponseReturnValue:
    within, found, name = _edition(edition), _rubric(rubric), request.form.get("name", "")
    try:
        shared.rename(found, name, within=within, by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _page(_edition(edition), refusal=refusal, typed=name, of=rubric), 422
    flash(_("It is called «%(name)s» now.", name=found.name), "good")
    return redirect(url_for("assignments.rubrics", edition=edition), 303)


@bp.post(f"{PAGE}/<int:rubric>/quitar")
def remove_rubric(edition: str, rubric: int) -> ResponseReturnValue:
    within, found = _edition(edition), _rubric(rubric)
    shared.remove(found, within=within, by=me())
    flash(_("«%(name)s» was taken out. Assignments that began from it stay as they are.", name=found.name), "good")
    return redirect(url_for("assignments.rubrics", edition=edition), 303)


def _edition(slug: str) -> Edition:
    found = get_or_404(taught_editions(me()).where(Edition.slug == slug).options(joinedload(Edition.staff)))
    require(coordinates(me(), found))
    return found


def _rubric(number: int) -> SharedRubric:
    return get_or_404(shared.all_of_them().where(SharedRubric.id == number))


def _page(edition: Edition, *, refusal: DomainError | None = None, typed: str = "", of: int | None = None) -> str:
    """`typed` is the name that was refused, of the rubric `of`."""
    return render_template(
        "assessments/assignments/rubrics.html",
        edition=edition,
        rubrics=[(each, shared.criteria_of(each.id)) for each in db.session.scalars(shared.all_of_them()).all()],
        most=shared.NAME,
        refusal=refusal,
        typed=typed,
        of=of,
    )
