"""What a new call of the School begins with: its texts, questions and criteria in three languages, to be adjusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from escuela import clock
from escuela.calls.models import CONSENT, FILE, LONG, MULTIPLE
from escuela.columns import LANGUAGES, Localized
from escuela.editions.models import Edition


def _in(es: str, pt: str, en: str) -> Localized:
    return Localized(es=es, pt=pt, en=en)


@dataclass(frozen=True, slots=True)
class UsualQuestion:
    """A question that most calls ask; `always`: a new call begins with it."""

    slug: str
    kind: str
    text: Localized
    help: Localized
    required: bool = True
    options: tuple[tuple[str, Localized], ...] = ()
    always: bool = True


@dataclass(frozen=True, slots=True)
class UsualCriterion:
    slug: str
    weight: int
    title: Localized
    text: Localized


QUESTIONS: tuple[UsualQuestion, ...] = (
    UsualQuestion(
        "carta-de-aval",
        FILE,
        _in(
            "Carta de aval firmada por la máxima autoridad de su gobierno local",
            "Carta de apoio assinada pela autoridade máxima do seu governo local",
            "Letter signed by the highest authority of your local government",
        ),
        _in(
            "En PDF, con firma. Dice que el gobierno local respalda su postulación y que usted tendrá tiempo para "
            "cursar.",
            "Em PDF, com assinatura. Diz que o governo local apoia a sua candidatura e que você terá tempo para o "
            "curso.",
            "In PDF, signed. It says that the local government backs your application and that you will have time to "
            "take part.",
        ),
    ),
    UsualQuestion(
        "problema",
        LONG,
        _in(
            "¿Qué problema de su ciudad quiere trabajar en la Escuela?",
            "Que problema da sua cidade você quer trabalhar na Escola?",
            "Which problem of your city do you want to work on at the School?",
        ),
        _in(
            "A quiénes afecta, dónde y desde cuándo. Media página alcanza.",
            "A quem afeta, onde e desde quando. Meia página basta.",
            "Whom it affects, where and since when. Half a page is enough.",
        ),
    ),
    UsualQuestion(
        "motivacion",
        LONG,
        _in(
            "¿Por qué quiere participar y cómo usará lo que aprenda?",
            "Por que você quer participar e como usará o que aprender?",
            "Why do you want to take part, and how will you use what you learn?",
        ),
        _in(
            "Diga también a quiénes de su equipo se lo contará.",
            "Diga também a quem da sua equipe contará.",
            "Say too with whom of your team you will share it.",
        ),
    ),
    UsualQuestion(
        "redes",
        MULTIPLE,
        _in(
            "¿En qué redes participa su gobierno local?",
            "De que redes o seu governo local participa?",
            "Which networks does your local government take part in?",
        ),
        _in("Marque todas las que correspondan.", "Marque todas as que se aplicam.", "Tick all that apply."),
        required=False,
        options=(
            ("mercociudades", _in("Mercociudades", "Mercocidades", "Mercociudades")),
            (
                "r-cities",
                _in(
                    "Red Global de Ciudades Resilientes (R-Cities)",
                    "Rede Global de Cidades Resilientes (R-Cities)",
                    "Resilient Cities Network (R-Cities)",
                ),
            ),
            (
                "mcr2030",
                _in(
                    "Desarrollando Ciudades Resilientes 2030 (MCR2030)",
                    "Construindo Cidades Resilientes 2030 (MCR2030)",
                    "Making Cities Resilient 2030 (MCR2030)",
                ),
            ),
            ("ninguna", _in("Ninguna", "Nenhuma", "None")),
        ),
    ),
    UsualQuestion(
        "tiempo",
        CONSENT,
        _in(
            "Puedo dedicar cuatro horas por semana a la Escuela mientras dure la edición",
            "Posso dedicar quatro horas por semana à Escola enquanto durar a edição",
            "I can give the School four hours a week as long as the edition lasts",
        ),
        Localized(),
    ),
    UsualQuestion(
        "datos",
        CONSENT,
        _in(
            "Acepto que la Escuela use estos datos para evaluar mi postulación y comunicarse conmigo",
            "Aceito que a Escola use estes dados para avaliar a minha candidatura e entrar em contato comigo",
            "I agree that the School uses these data to evaluate my application and to write to me",
        ),
        _in(
            "Los ven quienes coordinan y evalúan esta convocatoria, y nadie más.",
            "Só os veem as pessoas que coordenam e avaliam esta chamada.",
            "They are seen by the people who coordinate and evaluate this call, and by nobody else.",
        ),
    ),
    UsualQuestion(
        "curriculum",
        FILE,
        _in("Currículum", "Currículo", "Curriculum vitae"),
        _in("En PDF, de hasta tres páginas.", "Em PDF, de até três páginas.", "In PDF, of at most three pages."),
        required=False,
        always=False,
    ),
    UsualQuestion(
        "experiencia",
        LONG,
        _in(
            "Cuente un trabajo suyo en gestión de riesgos, clima o resiliencia",
            "Conte um trabalho seu em gestão de riscos, clima ou resiliência",
            "Tell of some work of yours on risk, climate or resilience",
        ),
        _in("Qué hizo usted y qué resultó.", "O que você fez e o que resultou.", "What you did and what came of it."),
        required=False,
        always=False,
    ),
)

CRITERIA: tuple[UsualCriterion, ...] = (
    UsualCriterion(
        "problema",
        30,
        _in("Claridad del problema", "Clareza do problema", "Clarity of the problem"),
        _in(
            "El problema es real, es de la ciudad y puede trabajarse durante la edición.",
            "O problema é real, é da cidade e pode ser trabalhado durante a edição.",
            "The problem is real, belongs to the city and can be worked on during the edition.",
        ),
    ),
    UsualCriterion(
        "motivacion",
        25,
        _in("Motivación y compromiso", "Motivação e compromisso", "Motivation and commitment"),
        _in(
            "Quien postula explica por qué quiere participar y tendrá tiempo para hacerlo.",
            "Quem se candidata explica por que quer participar e terá tempo para isso.",
            "The applicant explains why they want to take part and will have time for it.",
        ),
    ),
    UsualCriterion(
        "aplicacion",
        25,
        _in("Aplicación en el gobierno local", "Aplicação no governo local", "Use in the local government"),
        _in(
            "Lo aprendido llegará al equipo y a una política, plan u obra de la ciudad.",
            "O que for aprendido chegará à equipe e a uma política, plano ou obra da cidade.",
            "What is learned will reach the team and a policy, plan or work of the city.",
        ),
    ),
    UsualCriterion(
        "respaldo",
        20,
        _in("Respaldo institucional", "Apoio institucional", "Backing of the institution"),
        _in(
            "La carta muestra que la máxima autoridad conoce la postulación y la sostiene.",
            "A carta mostra que a autoridade máxima conhece a candidatura e a sustenta.",
            "The letter shows that the highest authority knows the application and stands by it.",
        ),
    ),
)

SUMMARY = _in(
    "La Escuela de Resiliencia busca equipos municipales que quieran entender sus riesgos y escribir una estrategia "
    "para "
    "su ciudad. Participar no tiene costo.",
    "A Escola de Resiliência procura equipes municipais que queiram entender os seus riscos e escrever uma estratégia "
    "para "
    "a sua cidade. Participar não tem custo.",
    "The School of Resilience looks for municipal teams that want to understand their risks and write a strategy for "
    "their "
    "city. Taking part costs nothing.",
)
TEXT = _in(
    "Quienes participan reciben:\n\n- módulos breves, que se leen con poca conexión;\n- encuentros en vivo y "
    "tutorías;\n"
    "- la devolución de una tutora o un tutor sobre su trabajo final;\n- un certificado que cualquiera puede "
    "verificar.\n\n"
    "Cada postulación la leen dos personas por separado, con los criterios de esta página. La selección cuida el "
    "equilibrio "
    "entre países, tamaños de ciudad y géneros.",
    "Quem participa recebe:\n\n- módulos breves, que se leem com pouca conexão;\n- encontros ao vivo e tutorias;\n"
    "- a devolutiva de uma tutora ou um tutor sobre o trabalho final;\n- um certificado que qualquer pessoa pode "
    "verificar.\n\n"
    "Cada candidatura é lida por duas pessoas em separado, com os critérios desta página. A seleção cuida do "
    "equilíbrio entre "
    "países, tamanhos de cidade e gêneros.",
    "Those who take part receive:\n\n- short modules that are read with little connection;\n- live sessions and "
    "tutoring;\n"
    "- a tutor's review of their final work;\n- a certificate that anybody can verify.\n\n"
    "Two people read each application separately, by the criteria on this page. The selection minds the balance "
    "between "
    "countries, sizes of cities and genders.",
)
ELIGIBILITY = _in(
    "- Personas que trabajan en un gobierno local: municipio, intendencia, prefectura o gobierno regional.\n"
    "- Con el aval de la máxima autoridad de ese gobierno.\n- Que lean español o portugués.\n\n"
    "Pueden postularse varias personas del mismo gobierno local.",
    "- Pessoas que trabalham em um governo local: município, prefeitura, departamento ou governo regional.\n"
    "- Com o apoio da autoridade máxima desse governo.\n- Que leiam espanhol ou português.\n\n"
    "Várias pessoas do mesmo governo local podem se candidatar.",
    "- People who work in a local government: municipality, department or regional government.\n"
    "- Backed by the highest authority of that government.\n- Who read Spanish or Portuguese.\n\n"
    "Several people of one local government may apply.",
)
ACCEPTED = _in(
    "Nos alegra contar con usted. Confirme su lugar antes de la fecha de abajo: si no puede participar, díganoslo y "
    "otra "
    "persona podrá hacerlo.",
    "Ficamos felizes em contar com você. Confirme a sua vaga até a data abaixo: se não puder participar, avise e "
    "outra pessoa "
    "poderá ocupá-la.",
    "We are glad to have you. Confirm your place by the date below: if you cannot take part, tell us and somebody "
    "else can.",
)
WAITLISTED = _in(
    "Su postulación quedó en la lista de espera. Si se libera un lugar le escribiremos enseguida.",
    "A sua candidatura ficou na lista de espera. Se uma vaga for liberada, escreveremos em seguida.",
    "Your application is on the waiting list. If a place frees up we will write to you at once.",
)
REJECTED = _in(
    "Esta vez recibimos muchas más postulaciones que lugares. Le agradecemos el trabajo que puso en la suya y le "
    "invitamos a "
    "la próxima edición.",
    "Desta vez recebemos muito mais candidaturas do que vagas. Agradecemos o trabalho que você dedicou à sua e "
    "convidamos "
    "para a próxima edição.",
    "This time we received many more applications than places. We thank you for the work you put into yours and "
    "invite you "
    "to the next edition.",
)
PLACES, WEEKS = 25, 5
"""What a new call proposes: places, and how long it is open."""


def languages(edition: Edition) -> list[str]:
    """A call is always in the three languages, the edition's first one before the others."""
    first = edition.languages[0] if edition.languages else LANGUAGES[0]
    return [first, *(each for each in LANGUAGES if each != first)]


def title(edition: Edition) -> Localized:
    return _in(
        f"Convocatoria a la edición {edition.number}: {edition.title['es']}",
        f"Chamada para a edição {edition.number}: {edition.title['pt']}",
        f"Call for edition {edition.number}: {edition.title['en']}",
    )


def hours(edition: Edition) -> tuple[datetime, datetime]:
    """Opens tomorrow at nine and closes five weeks later at 23:59, on the clock of the edition's zone."""
    there = clock.zone(edition.zone)
    first = clock.now().astimezone(there).date() + timedelta(days=1)
    last = first + timedelta(weeks=WEEKS)
    return datetime.combine(first, time(9), there), datetime.combine(last, time(23, 59), there)
