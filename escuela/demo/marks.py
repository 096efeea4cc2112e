"""Marks that a coordinator changed: another one, an excuse, and one that was taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.gradebook import services
from escuela.gradebook.models import Points
from escuela.people.models import User

POWER_CUT = (
    "La luz se cortó en Canelones durante el primer intento. Respondió las mismas preguntas por teléfono, con Renata."
)
LEAVE = "Licença médica de 10 a 24 do mês, comprovada. O módulo foi acompanhado em uma tutoria."
MISTAKEN, CORRECTED = "Participó en el taller presencial de Lima.", "El taller era de otra edición: vale su intento."


def changed(enrolled: Mapping[str, Enrolment], at: datetime, *, by: User) -> None:
    """In the running edition, from `at` on."""
    edition = enrolled["martin"].edition
    activities = {each.slug: each for module in edition.modules for each in module.activities}
    first, second = activities["quiz-datos"], activities["quiz-gobernanza"]
    with clock.stopped(at):
        services.give(enrolled["martin"], first, Points(750, 1000), reason=POWER_CUT, by=by)
        services.excuse(enrolled["maria"], second, reason=LEAVE, by=by)
        services.give(enrolled["rosa"], first, Points(1000, 1000), reason=MISTAKEN, by=by)
    with clock.stopped(at + timedelta(hours=3)):
        services.take_back(enrolled["rosa"], first, reason=CORRECTED, by=by)
