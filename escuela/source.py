"""Files that people write, YAML and front matter, read so that every fault is known by its file and line.

Reading never raises on what it finds. It notes a Fault and goes on, so that one run tells everything. The YAML is
composed into nodes and not constructed: each node knows its line, and a plain `true`, `4:20` or `2021-11-30` stays what
was written until somebody asks for it as something. The sentences are for a command line: English, with what to write
instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from escuela.columns import LANGUAGES
from escuela.section import Section, kind_of_node, line_of

FILE_MOST = 500_000
"""Bytes of a text file; the longest lesson has about 10,000."""

_ADVICE = {
    "mapping values are not allowed": "put a text that holds a colon and a space in quotes",
    "could not find expected ':'": "write `key: value`, and put long texts in quotes or after `>-`",
    "expected <block end>": "lines of one level begin in the same column",
    "expected ',' or": "close the [ or { and put a text that holds a comma, a quote or a bracket in quotes",
    "cannot start any token": "put this text in quotes",
    "found unexpected end of stream": "close the quotes",
    "single document": "one file holds one document: take the `---` out",
}


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something to put right: where it stands and what to write instead."""

    path: Path
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Prose:
    """The text below a front matter; its first line is line `line` of the file."""

    path: Path
    line: int
    text: str


@dataclass
class Proof:
    """One proof-reading: the faults met so far, and the language that a text in one language is in.

    An instant before `begins` or after `ends` is a fault.
    """

    faults: list[Fault] = field(default_factory=list)
    language: str = LANGUAGES[0]
    begins: datetime | None = None
    ends: datetime | None = None

    def fault(self, path: Path, line: int, sentence: str) -> None:
        """Note a fault; what a sentence quotes of the file may hold line ends, and it stays one line."""
        self.faults.append(Fault(path, line, " ".join(sentence.split())))

    def yaml(self, path: Path) -> Section | None:
        """The mapping that a YAML file holds; None, with its faults noted, where it holds none."""
        text = self._text(path)
        return None if text is None else self._mapping(path, text)

    def front_matter(self, path: Path) -> tuple[Section, Prose] | None:
        """The mapping between the two `---` at the beginning of a file, and the text that follows."""
        text = self._text(path)
        if text is None:
            return None
        lines = text.split("\n")
        end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
        if lines[0].rstrip() != "---" or end is None:
            self.fault(path, 1, "There is no front matter: begin with a line `---`, the facts, and a line `---` again.")
            return None
        facts = self._mapping(path, "\n".join(["", *lines[1:end]]))
        return None if facts is None else (facts, Prose(path, end + 2, "\n".join(lines[end + 1 :])))

    def _text(self, path: Path) -> str | None:
        if not path.is_file():
            self.fault(path, 1, "This file is missing.")
            return None
        with path.open("rb") as stream:
            raw = stream.read(FILE_MOST + 1)
        if len(raw) > FILE_MOST:
            self.fault(
                path, 1, f"This file is over {FILE_MOST // 1000} KB: divide it; pictures and sound go in media/."
            )
            return None
        try:
            return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            self.fault(path, raw.count(b"\n", 0, error.start) + 1, "This is not UTF-8: save the file as UTF-8.")
            return None

    def _mapping(self, path: Path, text: str) -> Section | None:
        node = self._compose(path, text)
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            self.fault(path, line_of(node), f"Here stands {kind_of_node(node)}: write `key: value` lines.")
            return None
        return Section(self, path, node)

    def _compose(self, path: Path, text: str) -> Node | None:
        tabs = [number for number, line in enumerate(text.split("\n"), 1) if re.match(r" *\t", line)]
        for number in tabs:
            self.fault(path, number, "A tab stands where the line begins: indent with spaces.")
        if tabs:
            return None
        try:
            node: Node | None = YAML(typ="safe", pure=True).compose(text)
        except RecursionError:
            self.fault(path, 1, "The values are nested too deeply.")
            return None
        except YAMLError as error:
            self.fault(path, *_explained(error, text))
            return None
        if node is None:
            self.fault(path, 1, "There are no facts here: write `key: value` lines.")
            return None
        repeated = list(_repeated(node))
        for line in repeated:
            self.fault(path, line, "Anchors and aliases (& and *) are not used here: write the value out.")
        return None if repeated else node


def _repeated(root: Node) -> Iterator[int]:
    """Lines of nodes that are reached twice: what aliases make, endless ones too."""
    seen, waiting = set(), [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            yield line_of(node)
            continue
        seen.add(id(node))
        if isinstance(node, MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, SequenceNode):
            waiting += node.value


def _explained(error: YAMLError, text: str) -> tuple[int, str]:
    """The line of a YAML error and a sentence on it."""
    if isinstance(error, ReaderError):
        return text.count("\n", 0, error.position) + 1, "Here stands an invisible control character: take it out."
    if not isinstance(error, MarkedYAMLError):
        return 1, "This is not YAML."
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "it cannot be read"
    advice = next((f": {advice}" for part, advice in _ADVICE.items() if part in f"{error.context} {problem}"), "")
    return (mark.line + 1 if mark else 1), f"This is not YAML ({problem}){advice}."
