"""How the facts of an award are said, in the language of the sheet, the page or the mail that is being written."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from escuela.certificates.award import Award
from escuela.web import country_name, language

MODES = {"on_site": _l("On site"), "virtual": _l("Virtual"), "hybrid": _l("Hybrid")}


def award_edition(award: Award) -> str:
    """«9.ª edición», in Portuguese «9ª edição», «9th edition»."""
    return gettext("%(ordinal)s edition", ordinal=ordinal(award.number))


def award_mode(award: Award) -> str:
    """«Híbrida, con encuentro en Niterói, Brasil»."""
    mode = MODES[award.mode]
    if not award.host_city or award.mode == "virtual":
        return str(mode)
    host = f"{award.host_city}, {country_name(award.host_country)}" if award.host_country else award.host_city
    if award.mode == "on_site":
        return gettext("%(mode)s, in %(place)s", mode=mode, place=host)
    return gettext("%(mode)s, with a meeting in %(place)s", mode=mode, place=host)


def ordinal(number: int) -> str:
    """«9.ª», «9ª», «9th»: of an edition, which is feminine in Spanish and Portuguese."""
    if language() != "en":
        return f"{number}{'.ª' if language() == 'es' else 'ª'}"
    teen = number % 100 // 10 == 1
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


FILTERS = (award_edition, award_mode)
