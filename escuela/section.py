"""One mapping of a YAML file, and typed takers that say in a sentence what is wrong with a value and what to write."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from escuela import clock
from escuela.columns import LANGUAGES, Localized

if TYPE_CHECKING:
    from escuela.source import Proof

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SLUG_MOST = 80
FIRST_YEAR, LAST_YEAR = 2000, 2100
ANY_ZONE = "America/Montevideo"
EXAMPLE = "2021-11-30 10:00 America/Montevideo"
LONG = 50_000
"""Characters of the longest text that a key may hold."""


class Section:
    """A mapping. Each taker reads one key, once; `close` then tells the keys that nobody asked for.

    A taker that finds a fault returns a harmless value of its type: what was read is used only where nothing was wrong.
    """

    def __init__(self, proof: Proof, path: Path, node: MappingNode) -> None:
        self.proof, self.path, self.line = proof, path, line_of(node)
        self._values: dict[str, tuple[int, Node]] = {}
        self._asked: list[str] = []
        for key, value in node.value:
            self._keep(key, value)

    def _keep(self, key: Node, value: Node) -> None:
        if not isinstance(key, ScalarNode):
            self.proof.fault(self.path, line_of(key), "A key is one word: write `key: value`.")
        elif key.value in self._values:
            first = self._values[key.value][0]
            self._fault(line_of(key), f"`{key.value}` stands here and in line {first}: keep one of them.")
        else:
            self._values[key.value] = line_of(key), value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fault(self, sentence: str, key: str = "") -> None:
        """Note a fault in the line of `key`, or in the section's first line."""
        self._fault(self._values[key][0] if key in self._values else self.line, sentence)

    def fault_within(self, key: str, language: str, line: int, sentence: str) -> None:
        """Note a fault in a line, counted from 0, of the text that `key` holds in a language."""
        node = self._values[key][1]
        if isinstance(node, MappingNode):
            node = next(value for name, value in node.value if name.value == language)
        literal = isinstance(node, ScalarNode) and node.style == "|"
        self._fault(line_of(node) + (line + 1 if literal else 0), sentence)

    def _fault(self, line: int, sentence: str) -> None:
        self.proof.fault(self.path, line, sentence)

    def close(self) -> None:
        """Every key has been asked for: the others are faults."""
        for key in self._values.keys() - set(self._asked):
            advice = meant(key, self._asked)
            if _is_null(self._values[key][1]) and not advice:
                advice = " A text between braces that holds a comma goes in quotes."
            self.fault(f"`{key}` means nothing here.{advice}", key)

    def text(self, key: str, *, default: str | None = None, most: int = 200) -> str:
        """One text. Without a `default` it must be there."""
        found = self._scalar(key, required=default is None)
        if found is None:
            return default or ""
        if len(found) > most:
            self.fault(f"`{key}` has {len(found)} characters: write at most {most}.", key)
        return found

    def localized(self, key: str, *, required: bool = True, most: int = 400) -> Localized:
        """A text in the first language, or a mapping of languages; the first language comes first and must be there."""
        node = self._take(key, required=required)
        if not isinstance(node, MappingNode):
            text = self._one(key, node)
            return Localized() if text is None else self._bounded(key, {self.proof.language: text}, most)
        texts = Section(self.proof, self.path, node)
        found = {language: texts.text(language, most=LONG) for language in self._languages() if language in texts}
        texts._asked = list(LANGUAGES)  # one that is missing may be meant
        texts.close()
        if self.proof.language not in found:
            self.fault(f"`{key}` is not in `{self.proof.language}`, the edition's first language: write it.", key)
        return self._bounded(key, found, most)

    def _bounded(self, key: str, texts: dict[str, str], most: int) -> Localized:
        for language, text in texts.items():
            if len(text) > most:
                self.fault(f"`{key}` in `{language}` has {len(text)} characters: write at most {most}.", key)
        return Localized(texts)

    def _languages(self) -> list[str]:
        return sorted(LANGUAGES, key=lambda language: language != self.proof.language)

    def slug(self, key: str = "slug") -> str:
        found = self.text(key, most=SLUG_MOST)
        if found and not SLUG.fullmatch(found):
            self.fault(f"`{key}: {found}` is no slug: use lower-case letters a-z, digits and hyphens.", key)
        return found

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number from `least` to `most`; without a `default` it must be there."""
        found = self._scalar(key, required=default is None)
        if found is None:
            return least if default is None else default
        if not re.fullmatch(r"-?[0-9]{1,9}", found) or not least <= int(found) <= most:
            self.fault(f"`{key}: {_short(found)}` cannot be: write a whole number from {least} to {most}.", key)
            return least
        return int(found)

    def boolean(self, key: str, *, default: bool) -> bool:
        found = self._scalar(key, required=False)
        if found is not None and found not in {"true", "false"}:
            self.fault(f"`{key}: {_short(found)}` cannot be: write true or false.", key)
        return default if found is None else found == "true"

    def one_of(self, key: str, allowed: Collection[str], *, default: str | None = None) -> str:
        found = self._scalar(key, required=default is None)
        if found is not None and found not in allowed:
            self.fault(f"`{key}: {_short(found)}` cannot be: write {' or '.join(allowed)}.{meant(found, allowed)}", key)
            found = None
        return found or default or next(iter(allowed))

    def several(
        self, key: str, allowed: Collection[str], *, what: str, default: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        """A list of different values, each one of `allowed`; `what` names one of them in the sentence."""
        found = self.texts(key)
        for line, value in found:
            if value not in allowed:
                self._fault(line, f"`{_short(value)}` is no {what}.{meant(value, allowed)}")
        return tuple(dict.fromkeys(value for _, value in found if value in allowed)) if key in self else default

    def texts(self, key: str, *, required: bool = False) -> list[tuple[int, str]]:
        """A list of different texts, each with its line."""
        found: dict[str, int] = {}
        for node in self._nodes(key, required=required):
            if not isinstance(node, ScalarNode):
                self._fault(line_of(node), f"Here stands {kind_of_node(node)}: `{key}` is a list of words.")
            elif node.value in found:
                self._fault(line_of(node), f"`{node.value}` stands twice in `{key}`: keep one.")
            else:
                found[node.value] = line_of(node)
        return [(line, value) for value, line in found.items()]

    def day(self, key: str) -> date | None:
        """A calendar day, which must be there."""
        found = self._scalar(key, required=True)
        if found is None:
            return None
        value = _day(found)
        if value is None:
            self.fault(f"`{key}: {_short(found)}` is no day: write it as 2021-11-30.", key)
        return value

    def zone(self, key: str) -> str:
        """The IANA name of a zone, which must be there."""
        found = self._scalar(key, required=True)
        return found if found and self._is_zone(key, found) else ANY_ZONE

    def instant(self, key: str, *, required: bool = False) -> tuple[datetime, str] | None:
        """An instant in UTC and the zone that it is announced in, written `2021-11-30 10:00 America/Montevideo`."""
        found = self._scalar(key, required=required)
        if found is None:
            return None
        written = re.fullmatch(r"(\S+)[ T](\d\d?:\d\d)(?::00)?(?: +(\S+))?", found)
        if written is None:
            self.fault(f"`{key}: {_short(found)}` is no instant: write it as {EXAMPLE}.", key)
            return None
        day, hour, zone = _day(written[1]), written[2], written[3]
        if zone is None:
            self.fault(f"`{key}: {found}` has no zone: write it as {EXAMPLE}.", key)
        elif day is None:
            self.fault(f"`{key}: {found}` has no real day: write it as {EXAMPLE}.", key)
        elif self._is_zone(key, zone):
            return self._instant(key, day, hour, zone)
        return None

    def _instant(self, key: str, day: date, hour: str, zone: str) -> tuple[datetime, str] | None:
        try:
            found = clock.instant(datetime.fromisoformat(f"{day} {hour:0>5}"), zone)
        except clock.SkippedTimeError as error:
            self.fault(f"`{key}`: {error}. Write an hour that exists.", key)
        except ValueError:
            self.fault(f"`{key}`: {hour} is no hour: write 00:00 to 23:59.", key)
        else:
            begins, ends = self.proof.begins or found, self.proof.ends or found
            if not begins <= found <= ends:
                self.fault(f"`{key}: {day} {hour}` is outside the days of the edition: correct one of them.", key)
            return found, zone
        return None

    def _is_zone(self, key: str, name: str) -> bool:
        try:
            clock.zone(name)
        except ValueError as error:
            self.fault(f"`{key}`: {error}.{meant(name, clock.zone_names())}", key)
            return False
        return True

    def section(self, key: str, *, required: bool = False) -> Section | None:
        """A mapping inside this one."""
        node = self._take(key, required=required)
        return None if node is None else self._section(key, node)

    def sections(self, key: str, *, required: bool = False) -> list[Section]:
        """A list of mappings."""
        found = (self._section(key, node) for node in self._nodes(key, required=required))
        return [section for section in found if section is not None]

    def named(self, key: str, *, required: bool = False) -> dict[str, Section]:
        """A mapping of mappings, in the order in which they are written."""
        outer = self.section(key, required=required)
        if outer is None:
            return {}
        found = {name: outer.section(name) for name in outer}
        return {name: section for name, section in found.items() if section is not None}

    def _section(self, key: str, node: Node) -> Section | None:
        if isinstance(node, MappingNode):
            return Section(self.proof, self.path, node)
        self._fault(line_of(node), f"In `{key}` stands {kind_of_node(node)}: write `key: value` lines.")
        return None

    def _nodes(self, key: str, *, required: bool) -> list[Node]:
        node = self._take(key, required=required)
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.fault(
                f"`{key}` holds {kind_of_node(node)}: write a list, `{key}: [..., ...]` or lines that begin with `- `.",
                key,
            )
            return []
        found: list[Node] = node.value
        if required and not found:
            self.fault(f"`{key}` is empty: write at least one.", key)
        return found

    def _scalar(self, key: str, *, required: bool) -> str | None:
        return self._one(key, self._take(key, required=required))

    def _one(self, key: str, node: Node | None) -> str | None:
        if node is None:
            return None
        if isinstance(node, ScalarNode):
            return str(node.value).strip()
        self.fault(f"`{key}` holds {kind_of_node(node)}: write one value.", key)
        return None

    def _take(self, key: str, *, required: bool) -> Node | None:
        """The value of a key; None where there is none, which is a fault if it is `required`."""
        self._asked.append(key)
        node = self._values[key][1] if key in self._values else None
        if node is not None and _is_null(node):
            self.fault(f"`{key}` is empty: write its value{'' if required else ' or take the line out'}.", key)
            return None
        if node is None and required:
            self.fault(f"`{key}` is missing.{meant(key, self._values)}")
        return node


def meant(word: str, among: Collection[str]) -> str:
    """A sentence that offers the word that was probably meant, or nothing."""
    near = get_close_matches(word, list(among), n=1, cutoff=0.6)
    return f" Did you mean `{near[0]}`?" if near else ""


def line_of(node: Node) -> int:
    line: int = node.start_mark.line
    return line + 1


def kind_of_node(node: Node) -> str:
    return "a mapping" if isinstance(node, MappingNode) else "a list" if isinstance(node, SequenceNode) else "a text"


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and (not node.value.strip() or str(node.tag).endswith(":null"))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
