"""Who plays in the demo world, and what they say. Everybody carries surnames of native trees; nobody exists."""

from __future__ import annotations

from dataclasses import dataclass

from escuela.columns import Localized

PASSWORD = "resiliencia-2030"  # noqa: S105 - the demo's, printed for everybody
ZONE = "America/Montevideo"


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    subdivision: str
    tier: str
    band: str
    zone: str
    language: str


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    place: str
    position: str
    language: str = "es"
    focal_point: bool = False


NOTICE = Localized(
    es="Edición de demostración, con contenido escrito para esta plataforma y personas inventadas.",
    pt="Edição de demonstração, com conteúdo escrito para esta plataforma e pessoas inventadas.",
    en="A demonstration edition, with content written for this platform and invented people.",
)

PLACES = {
    "canelones": Place("Intendencia de Canelones", "UY-CA", "intermediate", "large", ZONE, "es"),
    "livramento": Place(
        "Prefeitura Municipal de Santana do Livramento", "BR-RS", "municipal", "medium", "America/Sao_Paulo", "pt"
    ),
    "catamarca": Place(
        "Municipalidad de San Fernando del Valle de Catamarca",
        "AR-K",
        "municipal",
        "medium",
        "America/Argentina/Catamarca",
        "es",
    ),
    "echeverria": Place(
        "Municipalidad de Esteban Echeverría", "AR-B", "municipal", "large", "America/Argentina/Buenos_Aires", "es"
    ),
    "niteroi": Place("Prefeitura Municipal de Niterói", "BR-RJ", "municipal", "large", "America/Sao_Paulo", "pt"),
    "lima": Place("Municipalidad Metropolitana de Lima", "PE-LMA", "municipal", "metropolis", "America/Lima", "es"),
    "la_paz": Place("Gobierno Autónomo Municipal de La Paz", "BO-L", "municipal", "large", "America/La_Paz", "es"),
    "valparaiso": Place("Municipalidad de Valparaíso", "CL-VS", "municipal", "large", "America/Santiago", "es"),
}

PEOPLE = {
    "lucia": Person("Lucía Ceibo Coronilla", "canelones", "Técnica de planificación territorial", focal_point=True),
    "martin": Person("Martín Tala Espinillo", "canelones", "Gestión ambiental"),
    "maria": Person(
        "Maria Aparecida Gonçalves de Albuquerque Cavalcanti", "livramento", "Defesa Civil", "pt", focal_point=True
    ),
    "jussara": Person("Jussara Peroba Timbó", "livramento", "Planejamento urbano", "pt"),
    "ramon": Person("Ramón Chañar Quebracho", "catamarca", "Obras públicas"),
    "silvia": Person("Silvia Jacarandá Ceibo", "echeverria", "Dirección de Ambiente", focal_point=True),
    "caio": Person("Caio Pau-Brasil Ipê", "niteroi", "Escritório de resiliência", "pt"),
    "rosa": Person("Rosa Huarango Molle", "lima", "Gestión del riesgo de desastres"),
    "wara": Person("Wara Queñua Kishuara", "la_paz", "Alerta temprana"),
    "ignacio": Person("Ignacio Peumo Boldo", "valparaiso", "Protección civil"),
    "rocio": Person("Rocío Algarrobo Lapacho", "catamarca", "Planificación", focal_point=True),
    "aurora": Person("Aurora Guayacán Lenga", "valparaiso", "Medio ambiente"),
    "davi": Person("Davi Jequitibá Cambuí", "niteroi", "Obras e infraestrutura", "pt"),
    "noemi": Person("Noemí Cedrón Aguaribay", "echeverria", "Desarrollo social"),
}

STAFF = {
    "renata": ("Renata Araucaria Molle", "America/Santiago", "es"),
    "iara": ("Iara Sucupira Angico", "America/Sao_Paulo", "pt"),
    "thiago": ("Thiago Jatobá Ipê", "America/Sao_Paulo", "pt"),
    "gabriela": ("Gabriela Timbó Palo", ZONE, "es"),
    "elena": ("Elena Arrayán Canelo", ZONE, "es"),
    "aldo": ("Aldo Guayabo Mora", ZONE, "es"),
}

LOGINS = (
    ("lucia", "participant of Canelones, half way"),
    ("martin", "her colleague, late, with a work to correct"),
    ("maria", "participant in Portuguese, with the longest name"),
    ("silvia", "has done everything: her certificate is due"),
    ("rocio", "took part in 2021, has her certificate"),
    ("renata", "tutor of the running edition"),
    ("iara", "tutor in Portuguese"),
    ("gabriela", "coordinates the running edition"),
    ("elena", "coordinates every edition"),
    ("nadia", "evaluates applications"),
    ("alba", "juror of the final works"),
    ("aldo", "administrator"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """Words that the demo's people write, in their language."""

    work: str
    praise: str
    corrections: str
    essay: str


WORDS = {
    "es": Said(
        work=(
            "El arroyo que cruza el barrio Las Violetas desborda una vez cada tres años y deja aisladas a unas "
            "340 familias.\n\n"
            "Impacto agudo: la crecida llega entre 40 y 90 minutos después de la lluvia fuerte. Tensiones crónicas: "
            "ocupación de la planicie, residuos en los desagües y una alerta que depende de una sola persona.\n\n"
            "Acciones: tres puntos de encuentro acordados con cada barrio; un sensor de nivel en dos puentes, con "
            "aviso por radio y mensaje de texto; limpieza programada de desagües antes de diciembre."
        ),
        praise="El problema está muy bien contado y las acciones se pueden empezar este año.",
        corrections="Buen comienzo. Falta decir quién responde por cada acción y de dónde sale el dato.",
        essay=(
            "Doña Elvira vive sola junto al arroyo, no oye bien y su teléfono no tiene datos. Acordaría con la vecina "
            "de enfrente que le golpee la ventana cuando suene la sirena, y lo pondría en la lista de la guardia."
        ),
    ),
    "pt": Said(
        work=(
            "O arroio que corta o bairro Passo da Guarda transborda a cada três anos e deixa cerca de 210 famílias "
            "isoladas.\n\n"
            "Impacto agudo: a cheia chega em menos de uma hora. Tensões crônicas: ocupação da várzea, lixo nos "
            "bueiros e um alerta que depende de uma só pessoa.\n\n"
            "Ações: pontos de encontro combinados com cada rua; régua com sensor em duas pontes; limpeza dos bueiros "
            "antes de dezembro, com as cooperativas do bairro."
        ),
        praise="O problema está muito bem contado e as ações podem começar neste ano.",
        corrections="Bom começo. Falta dizer quem responde por cada ação e de onde vem o dado das famílias.",
        essay=(
            "Seu Nelson trabalha à noite e dorme de dia com o telefone desligado. Combinaria com a portaria do armazém "
            "que o acorde quando o nível passar a laranja, e deixaria isso escrito no plano do bairro."
        ),
    ),
}
