"""The criteria of the School for final works, in its three languages: a new jury begins with them."""

from __future__ import annotations

from dataclasses import dataclass

from escuela.columns import Localized


@dataclass(frozen=True, slots=True)
class UsualCriterion:
    slug: str
    title: Localized
    text: Localized


CRITERIA = (
    UsualCriterion(
        "acciones",
        Localized(es="Acciones claras", pt="Ações claras", en="Clear actions"),
        Localized(
            es="Se entiende qué se hará, quién responde, con qué recursos y en qué orden.",
            pt="Entende-se o que será feito, quem responde, com quais recursos e em que ordem.",
            en="It is clear what will be done, who answers for it, with which resources and in which order.",
        ),
    ),
    UsualCriterion(
        "impactos",
        Localized(
            es="Impactos y tensiones claros",
            pt="Impactos e tensões claros",
            en="Clear impacts and tensions",
        ),
        Localized(
            es="Nombra los impactos agudos y las tensiones crónicas de la ciudad y a quiénes afectan.",
            pt="Nomeia os impactos agudos e as tensões crônicas da cidade e quem é afetado por eles.",
            en="It names the acute shocks and the chronic stresses of the city, and whom they affect.",
        ),
    ),
    UsualCriterion(
        "enfoque",
        Localized(
            es="Enfoque adecuado al problema",
            pt="Enfoque adequado ao problema",
            en="Right approach to the problem",
        ),
        Localized(
            es="Lo propuesto responde a las causas del problema y puede sostenerse en el tiempo.",
            pt="O que se propõe responde às causas do problema e pode se sustentar no tempo.",
            en="What is proposed answers the causes of the problem and can be kept up over time.",
        ),
    ),
)
