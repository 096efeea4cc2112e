"""The question bank of the demo world: what quizzes use, one without its Portuguese, one that is retired."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.quizzes import bank, services
from escuela.assessments.quizzes.asked import (
    GAPS,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SINGLE,
    WHOLE,
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
    UnitText,
)
from escuela.assessments.quizzes.bank import Place
from escuela.assessments.quizzes.models import QuestionBank, Quiz, QuizDraw
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.extensions import db
from escuela.people.models import User

WATER, HEAT, PLANS = "Agua / Inundaciones", "Calor", "Gobernanza / Planes"


def _said(es: str, pt: str = "") -> Localized:
    return Localized({"es": es, "pt": pt} if pt else {"es": es})


def _choice(kind: str, es: str, pt: str, *options: tuple[str, str, bool]) -> QuestionText:
    made = (OptionText(key, _said(*words), right=right) for key, (*words, right) in zip("abcd", options, strict=False))
    return QuestionText("x", kind, _said(es, pt), options=tuple(made), partial=kind == MULTIPLE)


QUESTIONS = (
    (
        _choice(
            SINGLE,
            "¿Qué conviene hacer primero cuando el pluviómetro del barrio marca 60 mm en una hora?",
            "O que convém fazer primeiro quando o pluviômetro do bairro marca 60 mm em uma hora?",
            ("Avisar a las familias de la ribera", "Avisar as famílias da margem", True),
            ("Esperar el parte de mañana", "Esperar o boletim de amanhã", False),
            ("Cerrar el registro del día", "Fechar o registro do dia", False),
        ),
        Place(WATER, ["alerta temprana", "básica"], ["sendai.p4"]),
    ),
    (
        QuestionText(
            "x",
            NUMBER,
            _said(
                "Caen 30 mm sobre una plaza de 2.000 m². ¿Cuántos metros cúbicos de agua son?",
                "Caem 30 mm sobre uma praça de 2.000 m². Quantos metros cúbicos de água são?",
            ),
            points=2,
            accepted=(AcceptedText("60", tolerance="1"),),
            units=(UnitText("m³"), UnitText("L", "0.001")),
        ),
        Place(WATER, ["cálculo"], ["ods.11.5"]),
    ),
    (
        QuestionText(
            "x",
            ORDERING,
            _said("Ordene los pasos de una alerta temprana.", "Ordene os passos de um alerta precoce."),
            points=2,
            options=(
                OptionText("a", _said("Conocer el riesgo", "Conhecer o risco")),
                OptionText("b", _said("Observar y pronosticar", "Observar e prever")),
                OptionText("c", _said("Comunicar el aviso", "Comunicar o aviso")),
                OptionText("d", _said("Responder", "Responder")),
            ),
        ),
        Place(WATER, ["alerta temprana"], ["sendai.p4"]),
    ),
    (
        _choice(
            MULTIPLE,
            "¿Qué reduce el calor en una calle sin árboles?",
            "O que reduz o calor em uma rua sem árvores?",
            ("Sombra de toldos", "Sombra de toldos", True),
            ("Pavimento claro", "Pavimento claro", True),
            ("Más equipos de aire hacia la calle", "Mais aparelhos de ar para a rua", False),
        ),
        Place(HEAT, ["básica"], ["ods.11.5"]),
    ),
    (
        QuestionText(
            "x",
            GAPS,
            _said("La noche también importa: un barrio que no baja de [[a]] °C de noche enferma a quien es mayor."),
            gaps=(GapText("a", accepted=(AcceptedText("25"), AcceptedText("26", 50))),),
        ),
        Place(HEAT, ["salud"]),
    ),
    (
        QuestionText(
            "x",
            SHORT,
            _said(
                "¿Qué documento dice quién hace qué, con qué dinero y hasta cuándo?",
                "Qual documento diz quem faz o quê, com que dinheiro e até quando?",
            ),
            accepted=(AcceptedText("plan de acción"), AcceptedText("plano de ação"), AcceptedText("plan", 50)),
        ),
        Place(PLANS, ["básica"]),
    ),
)


def filled(running: Edition, later: Edition, by: User) -> None:
    """Some written for the bank, some that the running edition's first quiz was made from; a quiz to come draws."""
    school = db.session.scalars(select(QuestionBank)).one()
    made = [bank.add(school, asked, place, by=by) for asked, place in QUESTIONS]
    first = _quizzes(running)[0]
    for question in first.questions:
        entry = bank.add(school, question.asked, Place("Datos / Inventarios", ["básica"]), by=by)
        question.source_id = entry.id
    old = bank.add(
        school,
        _choice(
            SINGLE,
            "¿Cuándo vence el plan de 2015?",
            "Quando vence o plano de 2015?",
            ("2020", "2020", True),
            ("2030", "2030", False),
        ),
        Place(PLANS),
        by=by,
    )
    bank.retire(old, school, by=by)
    quiz = _quizzes(later)[-1]
    bank.take(quiz, made[-1:], by=by)
    quiz.draws = [QuizDraw(position=1, bank=school.slug, folder="Agua", count=2, chosen=[])]
    db.session.flush()


def drawn(running: Edition, who: User) -> None:
    """The quiz of the third module asks one question at a time, the last one drawn; somebody is at it now."""
    quiz = next(each for each in _quizzes(running) if each.slug == "quiz-alerta")
    bank_slug = db.session.scalars(select(QuestionBank.slug)).one()
    quiz.one_by_one, quiz.draws = True, [QuizDraw(position=1, bank=bank_slug, folder="Agua", count=1, chosen=[])]
    mine = select(Enrolment).where(Enrolment.edition_id == running.id, Enrolment.user_id == who.id)
    db.session.flush()
    with clock.stopped(clock.now() - timedelta(minutes=6)):
        attempt = services.start(quiz, enrolment=db.session.scalars(mine).one())
        first = next(line for line in attempt.answers if line.version.asked.kind == SINGLE)
        key = first.version.asked.options[0].key
        services.save_answers(attempt, given={first.question.slug: {WHOLE: [key]}})


def _quizzes(edition: Edition) -> list[Quiz]:
    rows = select(Quiz).where(Quiz.edition_id == edition.id).order_by(Quiz.module_id, Quiz.position)
    return list(db.session.scalars(rows))
