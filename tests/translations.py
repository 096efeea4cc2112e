"""The catalogues in `escuela/translations/`: are they complete?

`python -m tests.translations` compares them with the messages in code and templates and names every fault.
With `--update` it brings the catalogues up to date first: new messages come in empty, those no longer used go out.
"""

import contextlib
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
CATALOGUES = ROOT / "escuela" / "translations"
LANGUAGES = ("es", "pt")
SHOWN = 60
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?\w+")


def faults() -> list[str]:
    """Every sentence that is missing, left over, empty, uncertain or with other placeholders than its original."""
    template = extracted()
    return [f"{language}: {fault}" for language in LANGUAGES for fault in _compare(template, catalogue(language))]


def extracted() -> Catalog:
    """The messages in code and templates, as `[tool.babel]` in pyproject.toml finds them."""
    with tempfile.TemporaryDirectory() as folder:
        return _read(_extract(Path(folder)), "en")


def catalogue(language: str) -> Catalog:
    """What is translated into `language`; empty where there is no file yet."""
    path = _path(language)
    return _read(path, language) if path.exists() else Catalog(language)


def update() -> None:
    """Rewrite the catalogues in the order of the files that their messages come from."""
    with tempfile.TemporaryDirectory() as folder:
        template = _extract(Path(folder))
        for language in LANGUAGES:
            target = ["--input-file", str(template), "--locale", language, "--output-file", str(_path(language))]
            if not _path(language).exists():
                _babel("init", *target)
            _babel("update", *target, "--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date")


def _extract(folder: Path) -> Path:
    template = folder / "messages.pot"
    about = ["--project", "Escuela de Resiliencia", "--version", "1", "--header-comment", "# Escuela de Resiliencia"]
    options = ["--mapping-file", "pyproject.toml", "--add-location", "file", "--sort-by-file", *about]
    with contextlib.chdir(ROOT):  # places are told from here
        _babel("extract", *options, "--output-file", str(template), ".")
    return template


def _babel(*arguments: str) -> None:
    CommandLineInterface().run(["pybabel", "--quiet", *arguments])


def _path(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _compare(template: Catalog, translated: Catalog) -> Iterator[str]:
    wanted, present = _by_key(template), _by_key(translated)
    for key in wanted.keys() - present.keys():
        yield f"missing: {_show(wanted[key])}"
    for key in present.keys() - wanted.keys():
        yield f"no longer used: {_show(present[key])}"
    for key in wanted.keys() & present.keys():
        if fault := _fault(present[key]):
            yield f"{fault}: {_show(present[key])}"


def _by_key(messages: Catalog) -> dict[tuple[str | None, str | tuple[str, ...]], Message]:
    return {(message.context, message.id): message for message in messages if message.id}


def _fault(message: Message) -> str | None:
    originals, translations = _texts(message.id), _texts(message.string)
    if not translations or not all(text.strip() for text in translations):
        return "empty"
    if message.fuzzy:
        return "fuzzy"
    if any(not _same_marks(originals, text, form) for form, text in enumerate(translations)):
        return "other placeholders or tags"
    return None


def _same_marks(originals: tuple[str, ...], translation: str, form: int) -> bool:
    """The singular ("one person") may leave out the number that its plural names."""
    marks = _marks(translation)
    if len(originals) > 1 and form == 0:
        return marks <= set().union(*map(_marks, originals))
    return marks == _marks(originals[-1])


def _marks(text: str) -> set[str]:
    return {*PLACEHOLDER.findall(text), *TAG.findall(text)}


def _texts(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _show(message: Message) -> str:
    place = message.locations[0][0] if message.locations else "?"
    return f"{_texts(message.id)[0]!r} ({place})"


if __name__ == "__main__":
    if "--update" in sys.argv:
        update()
    elif found := sorted(faults()):
        print("\n".join(found[:SHOWN]))
        print(f"{len(found)} faults in the translations, {min(len(found), SHOWN)} of them shown.")
        sys.exit(1)
    else:
        print(f"{len(extracted())} messages, complete in {', '.join(LANGUAGES)}.")
