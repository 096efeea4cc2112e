"""A jury at work: a final work of Catamarca and one of Canelones, jurors from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from escuela.assessments.assignments.models import Work
from escuela.extensions import db
from escuela.jury.models import Juror, Jury
from escuela.people.models import User
from tests import factories
from tests.cast import Cast


@dataclass
class Scene:
    jury: Jury
    alba: User
    otavio: User
    first: Juror
    """Alba's."""
    second: Juror
    """Otávio's."""
    work: Work
    """Of Lucía, for Canelones."""
    other: Work
    """Of Rocío, for Catamarca: she is in this edition too."""


@pytest.fixture
def scene(cast: Cast) -> Scene:
    cast.assignment.final_work = True
    db.session.commit()
    jury = factories.jury(cast.assignment, cast.gabriela)
    alba = factories.user("Alba Palosanto Urunday", email="alba@example.org")
    otavio = factories.user("Otávio Cambará Jacarandá", email="otavio@example.org")
    work = factories.work(cast.assignment, cast.lucias, text="Puntos de encuentro junto al arroyo.")
    rocios = factories.enrolment(cast.rocio, cast.edition, cast.catamarca)
    other = factories.work(cast.assignment, rocios, text="Sombra para la plaza.", state="approved")
    return Scene(jury, alba, otavio, factories.juror(alba, jury), factories.juror(otavio, jury), work, other)
