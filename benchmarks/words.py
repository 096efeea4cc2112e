"""Names, places and prose for a world of any size. Sample people carry surnames of native trees."""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Country(NamedTuple):
    code: str
    subdivision: str
    title: str
    """How its local governments are called."""
    zone: str
    language: str


COUNTRIES = (
    Country("UY", "UY-CA", "Municipio de", "America/Montevideo", "es"),
    Country("AR", "AR-S", "Municipalidad de", "America/Argentina/Cordoba", "es"),
    Country("BR", "BR-RS", "Prefeitura Municipal de", "America/Sao_Paulo", "pt"),
    Country("CL", "CL-RM", "Municipalidad de", "America/Santiago", "es"),
    Country("PY", "PY-11", "Municipalidad de", "America/Asuncion", "es"),
    Country("BO", "BO-C", "Gobierno Autónomo Municipal de", "America/La_Paz", "es"),
    Country("PE", "PE-LIM", "Municipalidad Distrital de", "America/Lima", "es"),
    Country("EC", "EC-P", "Municipio de", "America/Guayaquil", "es"),
    Country("CO", "CO-ANT", "Alcaldía de", "America/Bogota", "es"),
    Country("MX", "MX-JAL", "Ayuntamiento de", "America/Mexico_City", "es"),
    Country("CR", "CR-SJ", "Municipalidad de", "America/Costa_Rica", "es"),
    Country("DO", "DO-01", "Ayuntamiento de", "America/Santo_Domingo", "es"),
)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


FIRST = _listed(
    """
    Lucía Martín Rocío Renata Thiago Gabriela Elena Bruno Camila Caio Florencia Iván Jussara Leandro Marisol
    Nicolás Paola Rafael Sofía Tainá Ximena Emiliano Antonella Beatriz Ernesto Facundo Milagros Rodrigo Valentina
    João
    """
)
TREES = _listed(
    """
    Ceibo Lapacho Ipê Timbó Quebracho Jacarandá Algarrobo Espinillo Tala Coronilla Araucaria Molle Canelo Arrayán
    Guayabo Pitanga Jatobá Peroba Lenga Coihue Quillay Boldo Aguaribay Urunday Ñandubay Guayacán Palosanto Tarumá
    Samán Tipa
    """
)
PLACES = _listed(
    """
    Río Cerro Arroyo Monte Puerto Bajo Alto Laguna Costa Paso Vado Isla
    """
)
POSITIONS = (
    "Técnica de planificación",
    "Responsable de gestión de riesgos",
    "Arquitecto municipal",
    "Analista de datos",
    "Directora de ambiente",
)
VOCABULARY = _listed(
    """
    agua aire alcance alerta alianza amenaza apoyo arroyo arbolado archivo asamblea atención avance banco barrio
    borde calor calle cambio capacidad casa cauce censo centro ciclo ciudad ciudadanía clima comercio comité
    comuna consulta corredor costa cuenca cuidado cultura daño datos decisión demanda derecho desagüe desarrollo
    diagnóstico diseño drenaje ecosistema edificio ejemplo empleo energía equipo escuela espacio estrategia
    estudio evaluación evento exposición familia financiamiento frontera función gestión gobierno grupo hábitat
    historia hogar hospital humedal impacto indicador información infraestructura ingreso instrumento inundación
    inversión isla jornada ladera lectura líder límite lluvia lugar mapa margen medida memoria mercado mesa método
    migración modelo movilidad mujer muro necesidad nivel norma obra oficina orden ordenanza organización paisaje
    parque participación paso patrimonio peligro periferia persona plan plaza población pobreza política
    presupuesto prevención prioridad proceso programa propuesta protección proyecto público puente recuperación
    recurso red reducción región registro relato reserva residuo resiliencia respuesta resultado riesgo río ruta
    salud sector seguimiento seguridad sequía servicio sistema sociedad suelo técnica tejido temperatura
    territorio tiempo trabajo tránsito transporte vecindad vegetación verano viento vivienda vulnerabilidad zona
    ampliar anticipar aprender compartir comparar comprender construir coordinar cuidar decidir describir discutir
    elegir escuchar explicar fortalecer incluir medir mejorar mostrar ordenar planear preguntar preparar prevenir
    probar reconocer recuperar reducir responder revisar sostener sumar trabajar ver
    """
)
SMALL = _listed(
    """
    de la el en y los las con por para que se del una un es a su más entre como sobre sin
    """
)


def address(login: str) -> str:
    return f"{login}@example.org"


def full_name(random: Random) -> str:
    return f"{random.choice(FIRST)} {random.choice(TREES)} {random.choice(TREES)}"


def place(number: int) -> str:
    """A different name for each number."""
    kind, rest = PLACES[number % len(PLACES)], number // len(PLACES)
    tree, again = TREES[rest % len(TREES)], rest // len(TREES)
    return f"{kind} {tree} {again + 1}" if again else f"{kind} {tree}"


def sentence(random: Random) -> str:
    found = [random.choice(SMALL if place % 2 else VOCABULARY) for place in range(random.randint(7, 17))]
    return f"{' '.join(found).capitalize()}."


def prose(random: Random, characters: int) -> str:
    """About so many characters of sentences, which compress like Spanish does."""
    found: list[str] = []
    length = 0
    while length < characters:
        found.append(sentence(random))
        length += len(found[-1]) + 1
    return " ".join(found)
