"""Who is in a jury, by what it scores, and why something is so."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField
from wtforms.validators import NumberRange

from escuela.admissions.services import Newcomer
from escuela.calls.forms import PointsField
from escuela.editions.forms import LocalizedField, WritingForm
from escuela.forms import AddressField, Form, LineField, LongField, Required
from escuela.jury.models import Jury, JuryCriterion
from escuela.jury.policies import KIND_WORDS
from escuela.jury.services import CriterionText, Rules
from escuela.people.forms import LanguageField, ZoneField, in_words

REASON = 2000


def _whole(least: int, most: int) -> list[Any]:
    return [Required, NumberRange(least, most, message=_l("From %(min)d to %(max)d."))]


def _points(least: str) -> list[Any]:
    return [Required, NumberRange(Decimal(least), Decimal(100), message=_l("From %(min)s to %(max)s."))]


class JurorForm(Form):
    """Somebody who will score final works."""

    email = AddressField(_l("E-mail"))
    name = LineField(_l("Full name"))
    language = LanguageField(_l("Language of screens and mails"), default="es")
    zone = ZoneField(_l("Time zone"))

    def newcomer(self) -> Newcomer:
        return Newcomer(str(self.email.data), str(self.name.data), self.language.data, self.zone.data)


class RulesForm(Form):
    """How many score each work, on which scale, when they disagree, how many are awarded."""

    wanted = IntegerField(_l("Jurors of each work"), validators=_whole(2, 20))
    scale = IntegerField(_l("Most points of a criterion"), validators=_whole(1, 100))
    gap = PointsField(_l("Points between two totals that are a disagreement"), places=2, validators=_points("0.01"))
    awards_most = IntegerField(_l("Awards, at most"), validators=_whole(0, 50))

    def rules(self) -> Rules:
        data = self.data
        return Rules(data["wanted"], data["scale"], round(data["gap"] * 100), data["awards_most"])


def rules_of(jury: Jury) -> dict[str, Any]:
    gap = Decimal(jury.gap) / 100
    return {"wanted": jury.wanted, "scale": jury.scale, "gap": gap, "awards_most": jury.awards_most}


class CriterionForm(WritingForm):
    """What jurors score."""

    title = LocalizedField(_l("Criterion"), most=200)
    text = LocalizedField(_l("What is looked at"), most=2000, long=True, required=False)
    weight = IntegerField(_l("Weight"), validators=_whole(1, 1000))

    def criterion(self) -> CriterionText:
        return CriterionText(self.data["title"], self.data["text"], self.data["weight"])


def criterion_of(row: JuryCriterion | None) -> dict[str, Any]:
    return {"title": row.title, "text": row.text, "weight": row.weight} if row else {"weight": 1}


class ReasonForm(Form):
    """Why scores are corrected or set aside, scoring is opened again, an award is revoked."""

    reason = LongField(_l("Reason"), most=REASON)


class DecisionForm(Form):
    """The final score of a work on which the jurors disagree."""

    final = PointsField(_l("Final score"), places=2, validators=_points("0"))
    reason = LongField(_l("Reason"), most=REASON)

    @property
    def hundredths(self) -> int:
        return round(self.data["final"] * 100)


class AwardForm(Form):
    """What a work is awarded with, and why."""

    kind = RadioField(_l("Award"), choices=in_words(KIND_WORDS), validators=[Required])
    reason = LongField(_l("What the jury says of the work"), most=REASON)
