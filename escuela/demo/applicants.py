"""Who applies in the demo world, and what they write. Everybody carries surnames of native trees; nobody exists."""

from __future__ import annotations

from dataclasses import dataclass

from escuela.demo.cast import Place


@dataclass(frozen=True, slots=True)
class Applicant:
    key: str
    """Before the @ of their address."""
    name: str
    gender: str
    place: str
    position: str
    strength: int
    """How evaluators see it, from 3 to 10."""


MORE_PLACES = {
    "villa_maria": Place(
        "Municipalidad de Villa María", "AR-X", "municipal", "medium", "America/Argentina/Cordoba", "es"
    ),
    "rosario": Place("Municipalidad de Rosario", "AR-S", "municipal", "metropolis", "America/Argentina/Cordoba", "es"),
    "asuncion": Place("Municipalidad de Asunción", "PY-ASU", "municipal", "large", "America/Asuncion", "es"),
    "arequipa": Place("Municipalidad Provincial de Arequipa", "PE-ARE", "municipal", "large", "America/Lima", "es"),
    "pelotas": Place("Prefeitura Municipal de Pelotas", "BR-RS", "municipal", "large", "America/Sao_Paulo", "pt"),
    "sao_jose": Place(
        "Prefeitura Municipal de São José dos Campos", "BR-SP", "municipal", "large", "America/Sao_Paulo", "pt"
    ),
    "peñalolen": Place("Municipalidad de Peñalolén", "CL-RM", "municipal", "medium", "America/Santiago", "es"),
    "rivera": Place("Intendencia de Rivera", "UY-RV", "intermediate", "medium", "America/Montevideo", "es"),
    "ibague": Place("Alcaldía de Ibagué", "CO-TOL", "municipal", "large", "America/Bogota", "es"),
    "villa_el_carmen": Place(
        "Gobierno Autónomo Municipal de Villa El Carmen", "BO-S", "municipal", "small", "America/La_Paz", "es"
    ),
}

BEING_SCORED = (
    Applicant("ernesto", "Ernesto Palosanto Guabirá", "man", "villa_maria", "Defensa Civil", 10),
    Applicant("beatriz", "Beatriz Boldo Urunday", "woman", "niteroi", "Defesa Civil", 9),
    Applicant("lucia.q", "Lucía Quebracho Urunday", "woman", "arequipa", "Gestión del riesgo", 9),
    Applicant("ana.paula", "Ana Paula Araçá Cedro", "woman", "pelotas", "Secretaria de Planejamento", 9),
    Applicant("hernan", "Hernán Ñandubay Ombú", "man", "canelones", "Ordenamiento territorial", 8),
    Applicant("valeria", "Valeria Ceibo Ñandubay", "woman", "canelones", "Comunicación y alertas", 8),
    Applicant("carla", "Carla Lapacho Aromo", "woman", "rosario", "Cambio climático", 8),
    Applicant("joao", "João Jacarandá Pitanga", "man", "sao_jose", "Obras e drenagem", 8),
    Applicant("jazmin", "Jazmín Samuʼũ Guayaibí", "woman", "asuncion", "Medio ambiente", 8),
    Applicant("esteban", "Esteban Quillay Maitén", "man", "peñalolen", "Emergencias", 7),
    Applicant("ximena", "Ximena Boldo Tipa", "woman", "valparaiso", "Planificación urbana", 7),
    Applicant("gustavo", "Gustavo Ipê Palosanto", "man", "catamarca", "Obras públicas", 7),
    Applicant("natalia", "Natalia Caranday Espinillo", "woman", "echeverria", "Ambiente", 7),
    Applicant("paulo", "Paulo Cambará Angico", "man", "pelotas", "Defesa Civil", 7),
    Applicant("mayra", "Mayra Toborochi Cuchi", "woman", "villa_el_carmen", "Planificación", 7),
    Applicant("andres", "Andrés Yarumo Guadua", "man", "ibague", "Riesgo de desastres", 6),
    Applicant("rosario.h", "Rosario Huarango Queñua", "woman", "lima", "Defensa Civil", 6),
    Applicant("marcelo", "Marcelo Coronilla Tala", "man", "rivera", "Tránsito y movilidad", 6),
    Applicant("sandra", "Sandra Guabiyú Arazá", "woman", "rivera", "Desarrollo social", 6),
    Applicant("felipe", "Felipe Peroba Jatobá", "man", "niteroi", "Tecnologia", 5),
    Applicant("graciela", "Graciela Tipa Algarrobo", "woman", "rosario", "Educación", 5),
    Applicant("victor", "Víctor Molle Qolle", "man", "la_paz", "Cuencas", 5),
    Applicant("otilia", "Otilia Kantuta Molle", "woman", "la_paz", "Alerta temprana", 5),
    Applicant("ruben", "Rubén Espinillo Chañar", "man", "catamarca", "Tránsito", 4),
)
"""Applications to the call that has closed; two governments have several."""

STILL_WRITING = (
    Applicant("camila", "Camila Aguaribay Sauce", "woman", "villa_maria", "Ambiente", 0),
    Applicant("diego", "Diego Tarumán Sombra", "man", "rivera", "Planificación", 0),
)
"""People with a draft in the call that is open."""

HANDED_IN = (
    Applicant("paola", "Paola Petiribí Laurel", "woman", "asuncion", "Resiliencia urbana", 0),
    Applicant("renato", "Renato Guapuruvu Embaúba", "man", "sao_jose", "Meio ambiente", 0),
    Applicant("teresa", "Teresa Canelo Notro", "woman", "valparaiso", "Gestión hídrica", 0),
)

NOT_CHOSEN = (
    Applicant("liliana", "Liliana Viraró Palo Blanco", "woman", "asuncion", "Planificación", 7),
    Applicant("mateo", "Mateo Laurel Guatambú", "man", "rosario", "Movilidad", 6),
    Applicant("cecilia", "Cecilia Ombú Timbó", "woman", "rivera", "Comunicación", 5),
    Applicant("otavio", "Otávio Embaúba Ingá", "man", "pelotas", "Administração", 4),
)
"""In the call whose result is published: the first went into the waiting list behind who moved up."""

MOTIVES = {
    "es": (
        (
            "El arroyo entra en dos barrios cada verano y las familias se enteran por la vecina: unas 300 casas.",
            "Quiero volver con un plan de alerta que el municipio sostenga, y contarlo en la mesa de emergencias.",
        ),
        (
            "En las olas de calor el centro de salud atiende el doble y no sabemos qué manzanas avisar primero.",
            "Aprender a juntar los datos de tres áreas y a decidir con ellos. Lo que sirva será del equipo.",
        ),
        (
            "La ladera sur se mueve con cada lluvia larga. Viven allí 90 familias y el camino de salida es uno solo.",
            "Busco ejemplos de otras ciudades que hayan reubicado con acuerdo. Tengo el aval y el tiempo.",
        ),
    ),
    "pt": (
        (
            "O canal do bairro transborda todo mês de março e o hospital fica ilhado por horas: 400 famílias.",
            "Quero voltar com um plano de alerta que a cidade consiga manter e apresentá-lo à Defesa Civil.",
        ),
        (
            "Nas ondas de calor não sabemos quais quadras avisar primeiro: os dados estão em três secretarias.",
            "Aprender a juntar esses dados e decidir com eles. O que servir ficará com a equipe.",
        ),
    ),
}
"""Problem and motivation, by language."""

REMARKS = (
    "Problema concreto y bien medido; la carta respalda.",
    "Buena motivación. Falta decir a qué plan llegaría.",
    "Le convendría acotar el problema a un barrio.",
)
"""What evaluators note."""
