"""One mapping of a YAML file, and typed takers that say in a sentence what is wrong with a value and what to write."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
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
MEANT_LONG, MEANT_AMONG = 100, 1_000
"""Characters of a word that may have been meant otherwise, and the words that it is looked for among."""

Sentence: TypeAlias = LazyString | str
"""Words for whoever reads them, in their language: a command speaks English."""


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
            self.proof.fault(self.path, line_of(key), _l("A key is one word: write `key: value`."))
        elif key.value in self._values:
            first = self._values[key.value][0]
            self._fault(
                line_of(key),
                _l("`%(key)s` stands here and in line %(line)d: keep one of them.", key=key.value, line=first),
            )
        else:
            self._values[key.value] = line_of(key), value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fault(self, sentence: Sentence, key: str = "") -> None:
        """Note a fault in the line of `key`, or in the section's first line."""
        self._fault(self._values[key][0] if key in self._values else self.line, sentence)

    def fault_within(self, key: str, language: str, line: int, sentence: Sentence) -> None:
        """Note a fault in a line, counted from 0, of the text that `key` holds in a language."""
        node = self._values[key][1]
        if isinstance(node, MappingNode):
            node = next(value for name, value in node.value if name.value == language)
        literal = isinstance(node, ScalarNode) and node.style == "|"
        self._fault(line_of(node) + (line + 1 if literal else 0), sentence)

    def _fault(self, line: int, sentence: Sentence) -> None:
        self.proof.fault(self.path, line, sentence)

    def _meant(self, word: str, among: Collection[str]) -> Sentence:
        return meant(word, among) if self.proof.suggests(self.path) else ""

    def close(self) -> None:
        """Every key has been asked for: the others are faults."""
        for key in self._values.keys() - set(self._asked):
            advice = self._meant(key, self._asked)
            if _is_null(self._values[key][1]) and not advice:
                advice = _l("A text between braces that holds a comma goes in quotes.")
            self.fault(joined(_l("`%(key)s` means nothing here.", key=key), advice), key)

    def text(self, key: str, *, default: str | None = None, most: int = 200) -> str:
        """One text. Without a `default` it must be there."""
        found = self._scalar(key, required=default is None)
        if found is None:
            return default or ""
        if len(found) > most:
            number = len(found)
            self.fault(
                _l("`%(key)s` has %(number)d characters: write at most %(most)d.", key=key, number=number, most=most),
                key,
            )
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
            first = self.proof.language
            self.fault(
                _l("`%(key)s` is not in `%(first)s`, the edition's first language: write it.", key=key, first=first),
                key,
            )
        return self._bounded(key, found, most)

    def _bounded(self, key: str, texts: dict[str, str], most: int) -> Localized:
        for language, text in texts.items():
            if len(text) > most:
                self.fault(
                    _l(
                        "`%(key)s` in `%(language)s` has %(number)d characters: write at most %(most)d.",
                        key=key,
                        language=language,
                        number=len(text),
                        most=most,
                    ),
                    key,
                )
        return Localized(texts)

    def _languages(self) -> list[str]:
        return sorted(LANGUAGES, key=lambda language: language != self.proof.language)

    def slug(self, key: str = "slug") -> str:
        found = self.text(key, most=SLUG_MOST)
        if found and not SLUG.fullmatch(found):
            self.fault(
                _l("`%(fact)s` is no slug: use lower-case letters a-z, digits and hyphens.", fact=f"{key}: {found}"),
                key,
            )
        return found

    def whole(self, key: str, *, least: int, most: int, default: int | None = None) -> int:
        """A whole number from `least` to `most`; without a `default` it must be there."""
        found = self._scalar(key, required=default is None)
        if found is None:
            return least if default is None else default
        if not re.fullmatch(r"-?[0-9]{1,9}", found) or not least <= int(found) <= most:
            self.fault(
                _l(
                    "`%(fact)s` cannot be: write a whole number from %(least)d to %(most)d.",
                    fact=_fact(key, found),
                    least=least,
                    most=most,
                ),
                key,
            )
            return least
        return int(found)

    def boolean(self, key: str, *, default: bool) -> bool:
        found = self._scalar(key, required=False)
        if found is not None and found not in {"true", "false"}:
            self.fault(_l("`%(fact)s` cannot be: write true or false.", fact=_fact(key, found)), key)
        return default if found is None else found == "true"

    def one_of(self, key: str, allowed: Collection[str], *, default: str | None = None) -> str:
        found = self._scalar(key, required=default is None)
        if found is not None and found not in allowed:
            sentence = _l("`%(fact)s` cannot be: write %(words)s.", fact=_fact(key, found), words=either(allowed))
            self.fault(joined(sentence, self._meant(found, allowed)), key)
            found = None
        return found or default or next(iter(allowed))

    def several(
        self, key: str, allowed: Collection[str], *, wrong: Callable[[str], Sentence], default: tuple[str, ...] = ()
    ) -> tuple[str, ...]:
        """A list of different values, each one of `allowed`; `wrong` is what to say of another one."""
        found = self.texts(key)
        for line, value in found:
            if value not in allowed:
                self._fault(line, joined(wrong(_short(value)), self._meant(value, allowed)))
        return tuple(dict.fromkeys(value for _, value in found if value in allowed)) if key in self else default

    def texts(self, key: str, *, required: bool = False) -> list[tuple[int, str]]:
        """A list of different texts, each with its line."""
        found: dict[str, int] = {}
        for node in self._nodes(key, required=required):
            if not isinstance(node, ScalarNode):
                sentence = _l("Here stands %(found)s: `%(key)s` is a list of words.", found=kind_of_node(node), key=key)
                self._fault(line_of(node), sentence)
            elif node.value in found:
                sentence = _l("`%(value)s` stands twice in `%(key)s`: keep one.", value=node.value, key=key)
                self._fault(line_of(node), sentence)
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
            self.fault(_l("`%(fact)s` is no day: write it as 2021-11-30.", fact=_fact(key, found)), key)
        return value

    def zone(self, key: str) -> str:
        """The IANA name of a zone, which must be there."""
        found = self._scalar(key, required=True)
        return found if found and self._is_zone(key, found) else ANY_ZONE

    def instant(self, key: str, *, required: bool = False) -> tuple[datetime, str] | None:
        """An instant in UTC and the zone that it is announced in, written `2021-11-30 10:00 America/Montevideo`.

        Between hour and zone may stand an offset, which says which one of two equal times is meant.
        """
        found = self._scalar(key, required=required)
        if found is None:
            return None
        written = re.fullmatch(r"(\S+)[ T](\d\d?:\d\d)(?::00)?(?: +([-+]\d\d:\d\d))?(?: +(\S+))?", found)
        if written is None:
            fact = _fact(key, found)
            self.fault(_l("`%(fact)s` is no instant: write it as %(example)s.", fact=fact, example=EXAMPLE), key)
            return None
        day, hour, offset, zone = _day(written[1]), written[2], written[3], written[4]
        if zone is None:
            fact = f"{key}: {found}"
            self.fault(_l("`%(fact)s` has no zone: write it as %(example)s.", fact=fact, example=EXAMPLE), key)
        elif day is None:
            fact = f"{key}: {found}"
            self.fault(_l("`%(fact)s` has no real day: write it as %(example)s.", fact=fact, example=EXAMPLE), key)
        elif self._is_zone(key, zone):
            return self._instant(key, day, hour, offset, zone)
        return None

    def _instant(self, key: str, day: date, hour: str, offset: str | None, zone: str) -> tuple[datetime, str] | None:
        try:
            found = clock.instant(datetime.fromisoformat(f"{day} {hour:0>5}"), zone, _offset(offset))
        except clock.StrangeOffsetError:
            self.fault(
                _l(
                    "`%(key)s`: the clocks of %(zone)s are not at %(offset)s then: correct it or take it out.",
                    key=key,
                    zone=zone,
                    offset=offset,
                ),
                key,
            )
        except clock.SkippedTimeError:
            self.fault(
                _l(
                    "`%(key)s`: %(time)s does not exist in %(zone)s: the clocks jump over it that day. Write an hour "
                    "that exists.",
                    key=key,
                    time=f"{day} {hour:0>5}",
                    zone=zone,
                ),
                key,
            )
        except ValueError:
            self.fault(_l("`%(key)s`: %(hour)s is no hour: write 00:00 to 23:59.", key=key, hour=hour), key)
        else:
            begins, ends = self.proof.begins or found, self.proof.ends or found
            if not begins <= found <= ends:
                fact = f"{key}: {day} {hour}"
                self.fault(_l("`%(fact)s` is outside the days of the edition: correct one of them.", fact=fact), key)
            return found, zone
        return None

    def _is_zone(self, key: str, name: str) -> bool:
        try:
            clock.zone(name)
        except ValueError:
            sentence = _l(
                "`%(key)s`: %(zone)s is not an IANA time zone such as America/Montevideo.", key=key, zone=name
            )
            self.fault(joined(sentence, self._meant(name, clock.zone_names())), key)
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
        sentence = _l("In `%(key)s` stands %(found)s: write `key: value` lines.", key=key, found=kind_of_node(node))
        self._fault(line_of(node), sentence)
        return None

    def _nodes(self, key: str, *, required: bool) -> list[Node]:
        node = self._take(key, required=required)
        if node is None:
            return []
        if not isinstance(node, SequenceNode):
            self.fault(
                _l(
                    "`%(key)s` holds %(found)s: write a list, `%(key)s: [..., ...]` or lines that begin with `- `.",
                    key=key,
                    found=kind_of_node(node),
                ),
                key,
            )
            return []
        found: list[Node] = node.value
        if required and not found:
            self.fault(_l("`%(key)s` is empty: write at least one.", key=key), key)
        return found

    def _scalar(self, key: str, *, required: bool) -> str | None:
        return self._one(key, self._take(key, required=required))

    def _one(self, key: str, node: Node | None) -> str | None:
        if node is None:
            return None
        if isinstance(node, ScalarNode):
            return str(node.value).strip()
        self.fault(_l("`%(key)s` holds %(found)s: write one value.", key=key, found=kind_of_node(node)), key)
        return None

    def _take(self, key: str, *, required: bool) -> Node | None:
        """The value of a key; None where there is none, which is a fault if it is `required`."""
        self._asked.append(key)
        node = self._values[key][1] if key in self._values else None
        if node is not None and _is_null(node):
            empty = _l("`%(key)s` is empty: write its value.", key=key)
            self.fault(
                empty if required else _l("`%(key)s` is empty: write its value or take the line out.", key=key), key
            )
            return None
        if node is None and required:
            self.fault(joined(_l("`%(key)s` is missing.", key=key), self._meant(key, self._values)))
        return node


def meant(word: str, among: Collection[str]) -> Sentence:
    """A sentence that offers the word that was probably meant, or nothing; it is not looked for among very many."""
    if len(word) > MEANT_LONG or len(among) > MEANT_AMONG:
        return ""
    near = get_close_matches(word, list(among), n=1, cutoff=0.6)
    return _l("Did you mean `%(word)s`?", word=near[0]) if near else ""


def joined(*sentences: Sentence) -> LazyString:
    """Sentences one after the other; those that say nothing are left out."""
    return LazyString(lambda: " ".join(str(sentence) for sentence in sentences if str(sentence)))


def either(words: Collection[str]) -> Sentence:
    """`a`, `a or b`, `a or b or c`."""
    first, *rest = words
    found: Sentence = first
    for word in rest:
        found = _l("%(one)s or %(other)s", one=found, other=word)
    return found


def line_of(node: Node) -> int:
    line: int = node.start_mark.line
    return line + 1


def kind_of_node(node: Node) -> LazyString:
    if isinstance(node, MappingNode):
        return _l("a mapping")
    return _l("a list") if isinstance(node, SequenceNode) else _l("a text")


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and (not node.value.strip() or str(node.tag).endswith(":null"))


def _fact(key: str, value: str) -> str:
    return f"{key}: {_short(value)}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."


def _offset(text: str | None) -> timedelta | None:
    """Of `-04:00`."""
    if text is None:
        return None
    size = timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return -size if text[0] == "-" else size


def _day(text: str) -> date | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
