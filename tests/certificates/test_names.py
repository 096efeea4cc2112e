from __future__ import annotations

import pytest

from escuela.certificates.names import LINE, PARTICLES, UnprintableNameError, fit_name, width

LONGEST = "Marina da Conceição Aparecida Gonçalves de Albuquerque Cavalcanti Vasconcelos"
"""77 characters, as the longest real name."""


def test_a_short_name_is_one_line_in_the_largest_size() -> None:
    assert fit_name("Ana Ipê").size == 36
    assert fit_name("Ana Ipê").lines == ("Ana Ipê",)


def test_a_long_name_is_two_even_lines() -> None:
    fitted = fit_name("Maria Aparecida Gonçalves de Albuquerque Cavalcanti")
    assert (fitted.size, fitted.lines) == (32, ("Maria Aparecida Gonçalves", "de Albuquerque Cavalcanti"))


def test_the_longest_real_name_fits() -> None:
    fitted = fit_name(LONGEST)
    assert len(LONGEST) == 77
    assert fitted.size == 24
    assert " ".join(fitted.lines) == LONGEST
    assert all(width(line, fitted.size) <= LINE for line in fitted.lines)


@pytest.mark.parametrize(
    "name",
    [
        "João Pedro de Albuquerque e Cavalcanti dos Santos de Oliveira",
        "Ana de la Cruz de los Ríos y del Campo Largo y Ancho",
    ],
)
def test_the_first_line_never_ends_on_a_particle(name: str) -> None:
    first, second = fit_name(name).lines
    assert first.split()[-1].lower() not in PARTICLES
    assert f"{first} {second}" == name


def test_a_long_single_word_is_not_cut() -> None:
    assert fit_name("W" * 20).lines == ("W" * 20,)


@pytest.mark.parametrize("name", ["Wilhelmina " * 12, "W" * 60])
def test_a_name_that_fits_nowhere_is_refused_with_the_way_out(name: str) -> None:
    with pytest.raises(UnprintableNameError, match="shorter form"):
        fit_name(name)


@pytest.mark.parametrize("name", ["Łucja Дуб", "Yvaẽ Ỹvy", "g̃uarani"])
def test_letters_of_the_full_font_are_printed(name: str) -> None:
    assert fit_name(name).lines == (name,)


@pytest.mark.parametrize("name", ["Ana \u202eabc", "Ana 🙂", "安娜", "Ana\u200bIpê"])
def test_signs_that_no_font_of_ours_has_are_refused(name: str) -> None:
    with pytest.raises(UnprintableNameError, match="cannot print"):
        fit_name(name)
