"""Questions of every kind, drawn by hypothesis as the School keeps them, and small pictures."""

from __future__ import annotations

import io
from collections.abc import Iterable

from hypothesis import strategies as st
from PIL import Image

from escuela.assessments.quizzes.asked import (
    AcceptedText,
    GapText,
    OptionText,
    QuestionText,
    TargetText,
    UnitText,
)
from escuela.assessments.quizzes.exchange import words
from escuela.columns import Localized

SIGNS = "aáñ Zéz019 .,:;!?¿*_#~={}[]<>&\\|/-+()'\"%$@`"


def spoken(alphabet: str = SIGNS) -> st.SearchStrategy[str]:
    """One line as people write it: no spaces at its ends, or two in a row."""
    return st.text(alphabet, min_size=1, max_size=25).map(lambda text: " ".join(text.split())).filter(bool)


def texts(alphabet: str = SIGNS) -> st.SearchStrategy[Localized]:
    paragraphs = st.lists(spoken(alphabet), min_size=1, max_size=3)
    return paragraphs.map(lambda lines: Localized({"es": words.plain("\n\n".join(lines))}))


def lines(alphabet: str = SIGNS) -> st.SearchStrategy[Localized]:
    return spoken(alphabet).map(lambda line: Localized({"es": words.plain(line)}))


def perhaps(strategy: st.SearchStrategy[Localized]) -> st.SearchStrategy[Localized]:
    return st.just(Localized()) | strategy


def named(count: int) -> Iterable[str]:
    return "abcdefghij"[:count]


@st.composite
def choices(draw: st.DrawFn, kind: str, *, feedback: bool = True) -> tuple[OptionText, ...]:
    said = draw(st.lists(lines(), min_size=2, max_size=5))
    if kind == "single":
        place = draw(st.integers(0, len(said) - 1))
        right = [each == place for each in range(len(said))]
    else:
        right = [True, *draw(st.lists(st.booleans(), min_size=len(said) - 1, max_size=len(said) - 1))]
    notes = perhaps(lines()) if feedback else st.just(Localized())
    return tuple(
        OptionText(key, text, is_right, draw(notes))
        for key, text, is_right in zip(named(len(said)), said, right, strict=True)
    )


@st.composite
def choosing(draw: st.DrawFn) -> QuestionText:
    kind = draw(st.sampled_from(("single", "multiple")))
    options = draw(choices(kind))
    return QuestionText("q", kind, draw(texts()), 1, draw(perhaps(texts())), options, partial=kind == "multiple")


@st.composite
def true_false(draw: st.DrawFn) -> QuestionText:
    right = draw(st.booleans())
    options = (
        OptionText("true", Localized(), right, draw(perhaps(lines()))),
        OptionText("false", Localized(), not right, draw(perhaps(lines()))),
    )
    return QuestionText("q", "true_false", draw(texts()), 1, draw(perhaps(texts())), options)


@st.composite
def accepted(draw: st.DrawFn, *, feedback: bool) -> tuple[AcceptedText, ...]:
    said = draw(st.lists(spoken(SIGNS.replace("*", "")), min_size=1, max_size=4, unique=True))
    shares = [100, *draw(st.lists(st.integers(1, 100), min_size=len(said) - 1, max_size=len(said) - 1))]
    notes = perhaps(lines()) if feedback else st.just(Localized())
    return tuple(AcceptedText(answer, share, "0", draw(notes)) for answer, share in zip(said, shares, strict=True))


@st.composite
def short(draw: st.DrawFn, *, feedback: bool = True) -> QuestionText:
    found = draw(accepted(feedback=feedback))
    return QuestionText("q", "short", draw(texts()), 1, draw(perhaps(texts())), accepted=found)


def figures() -> st.SearchStrategy[str]:
    from escuela.assessments.quizzes.exchange.sound import written  # noqa: PLC0415 - only for this

    return st.decimals(-10_000, 10_000, places=3).map(written)


@st.composite
def number(draw: st.DrawFn, *, feedback: bool = True) -> QuestionText:
    values = draw(st.lists(figures(), min_size=1, max_size=3, unique=True))
    shares = [100, 60, 30]
    notes = perhaps(lines()) if feedback else st.just(Localized())
    found = tuple(
        AcceptedText(value, share, draw(figures()).lstrip("-"), draw(notes))
        for value, share in zip(values, shares, strict=False)
    )
    return QuestionText("q", "number", draw(texts()), 1, draw(perhaps(texts())), accepted=found)


@st.composite
def pairs(draw: st.DrawFn, alphabet: str = SIGNS.replace(">", "")) -> QuestionText:
    targets = draw(st.lists(lines(alphabet), min_size=2, max_size=4, unique_by=lambda text: text["es"]))
    given = [TargetText(key, text) for key, text in zip(named(len(targets)), targets, strict=True)]
    kind = draw(st.sampled_from(("matching", "classify")))
    said = draw(st.lists(lines(alphabet), min_size=len(targets), max_size=len(targets)))
    homes = [each.key for each in given]
    if kind == "classify":
        said.append(draw(lines(alphabet)))
        homes.append(draw(st.sampled_from(homes)))
    options = tuple(
        OptionText(key, text, target=home) for key, text, home in zip(named(len(said)), said, homes, strict=True)
    )
    feedback = draw(perhaps(texts()))
    return QuestionText("q", kind, draw(texts()), 1, feedback, options, tuple(given), partial=True)


@st.composite
def essay(draw: st.DrawFn) -> QuestionText:
    return QuestionText("q", "essay", draw(texts()), 1, draw(perhaps(texts())))


@st.composite
def ordering(draw: st.DrawFn) -> QuestionText:
    said = draw(st.lists(lines(), min_size=2, max_size=5))
    options = tuple(OptionText(key, text) for key, text in zip(named(len(said)), said, strict=True))
    return QuestionText("q", "ordering", draw(texts()), 1, draw(perhaps(texts())), options, partial=draw(st.booleans()))


@st.composite
def gaps(draw: st.DrawFn, most: int = 3) -> QuestionText:
    count = draw(st.integers(1, most))
    plain = "abc áñ,"
    text = "".join(f"{words.plain(draw(spoken(plain)))} [[{key}]] " for key in range(1, count + 1)) + "fin"
    found = []
    for key in range(1, count + 1):
        if draw(st.booleans()):
            found.append(GapText(str(key), draw(choices("single", feedback=False))))
        else:
            found.append(GapText(str(key), accepted=draw(accepted(feedback=False))))
    partial = draw(st.booleans()) if count > 1 else True
    return QuestionText("q", "gaps", Localized(es=text), gaps=tuple(found), partial=partial)


UNITS = st.sampled_from([(), (UnitText("m"),)])


def picture(format_: str = "PNG", size: tuple[int, int] = (3, 2)) -> bytes:
    found = io.BytesIO()
    Image.new("RGB", size, "teal").save(found, format_)
    return found.getvalue()
