"""Files that people write, YAML and front matter, read so that every fault is known by its file and line.

Reading never raises on what it finds. It notes a Fault and goes on, so that one run tells everything. The YAML is
composed into nodes and not constructed: each node knows its line, and a plain `true`, `4:20` or `2021-11-30` stays what
was written until somebody asks for it as something. The sentences say what to write instead, in the
reader's language.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.reader import ReaderError

from escuela.columns import LANGUAGES
from escuela.section import Section, Sentence, kind_of_node, line_of

FILE_MOST = 500_000
"""Bytes of a text file; the longest lesson has about 10,000."""
YAML_MOST, SIGNS_MOST = 1_000_000, 30_000
"""Bytes of all the YAML of one reading, and signs of YAML and line ends in it: each takes up to an eighth of a
millisecond. The largest edition of courses/ has 5,000."""
MARKUP_MOST = 120_000_000
"""Work on the Markdown of one reading, as `markdown.bounds` counts it."""
FAULTS_MOST, FAULTS_IN_ALL = 1_000, 5_000
"""Faults that are told of one file, and of one reading: who has more corrects these first."""
SUGGESTED = 100
"""Faults of a file that come with what was probably meant, which takes long to find."""

_SIGNS = re.compile(r"[-:,\[\]{}\n]")


def fits(text: str) -> bool:
    """Whether a text of YAML is small enough for a reading of its own."""
    return len(text.encode()) <= YAML_MOST and len(_SIGNS.findall(text)) <= SIGNS_MOST


_ADVICE: dict[str, Callable[[str], LazyString]] = {
    "mapping values are not allowed": lambda problem: _l(
        "This is not YAML (%(problem)s): put a text that holds a colon and a space in quotes.", problem=problem
    ),
    "could not find expected ':'": lambda problem: _l(
        "This is not YAML (%(problem)s): write `key: value`, and put long texts in quotes or after `>-`.",
        problem=problem,
    ),
    "expected <block end>": lambda problem: _l(
        "This is not YAML (%(problem)s): lines of one level begin in the same column.", problem=problem
    ),
    "expected ',' or": lambda problem: _l(
        "This is not YAML (%(problem)s): close the [ or { and put a text that holds a comma, a quote or a bracket in "
        "quotes.",
        problem=problem,
    ),
    "cannot start any token": lambda problem: _l(
        "This is not YAML (%(problem)s): put this text in quotes.", problem=problem
    ),
    "found unexpected end of stream": lambda problem: _l(
        "This is not YAML (%(problem)s): close the quotes.", problem=problem
    ),
    "single document": lambda problem: _l(
        "This is not YAML (%(problem)s): one file holds one document: take the `---` out.", problem=problem
    ),
}
"""By a part of what the parser says, in English: what it comes from and what to do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something to put right: where it stands and what to write instead."""

    path: Path
    line: int
    words: Sentence

    @property
    def sentence(self) -> str:
        """In the language of who reads it now; one line, whatever it quotes of the file."""
        return " ".join(str(self.words).split())

    def __lt__(self, other: Fault) -> bool:
        here, there = (self.path, self.line), (other.path, other.line)
        return self.sentence < other.sentence if here == there else here < there  # a sentence is made when it is asked

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
    markup: int = MARKUP_MOST
    _yaml: list[int] = field(default_factory=lambda: [YAML_MOST, SIGNS_MOST])
    _by_file: Counter[Path] = field(default_factory=Counter)

    def fault(self, path: Path, line: int, sentence: Sentence) -> None:
        """Note a fault, unless the file has very many."""
        number = self._by_file[path]
        if number > FAULTS_MOST or len(self.faults) > FAULTS_IN_ALL:
            return
        self._by_file[path] += 1
        if number == FAULTS_MOST or len(self.faults) == FAULTS_IN_ALL:
            sentence = _l("There are more faults than are told at once: correct these first.")
        self.faults.append(Fault(path, line, sentence))

    def suggests(self, path: Path) -> bool:
        """Whether what was probably meant is looked for: not in a file with very many faults."""
        return self._by_file[path] < SUGGESTED

    def spend(self, work: int) -> bool:
        """Take work on Markdown from what one reading may take; False where so much is not left."""
        self.markup -= work
        return self.markup >= 0

    def yaml(self, path: Path) -> Section | None:
        """The mapping that a YAML file holds; None, with its faults noted, where it holds none."""
        text = self._text(path)
        return None if text is None else self.mapping(path, text)

    def front_matter(self, path: Path) -> tuple[Section, Prose] | None:
        """The mapping between the two `---` at the beginning of a file, and the text that follows."""
        text = self._text(path)
        if text is None:
            return None
        lines = text.split("\n")
        end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
        if lines[0].rstrip() != "---" or end is None:
            self.fault(
                path, 1, _l("There is no front matter: begin with a line `---`, the facts, and a line `---` again.")
            )
            return None
        facts = self.mapping(path, "\n".join(["", *lines[1:end]]))
        return None if facts is None else (facts, Prose(path, end + 2, "\n".join(lines[end + 1 :])))

    def _text(self, path: Path) -> str | None:
        if not path.is_file():
            self.fault(path, 1, _l("This file is missing."))
            return None
        with path.open("rb") as stream:
            raw = stream.read(FILE_MOST + 1)
        if len(raw) > FILE_MOST:
            self.fault(
                path,
                1,
                _l(
                    "This file is over %(most)d KB: divide it; pictures and sound go in media/.", most=FILE_MOST // 1000
                ),
            )
            return None
        try:
            return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self.fault(path, line, _l("This is not UTF-8: save the file as UTF-8."))
            return None

    def mapping(self, path: Path, text: str) -> Section | None:
        """The mapping that a text holds, whose lines end as they do here; None, with its faults noted, without one."""
        node = self._compose(path, text)
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            sentence = _l("Here stands %(found)s: write `key: value` lines.", found=kind_of_node(node))
            self.fault(path, line_of(node), sentence)
            return None
        return Section(self, path, node)

    def _compose(self, path: Path, text: str) -> Node | None:
        tabs = [number for number, line in enumerate(text.split("\n"), 1) if re.match(r" *\t", line)]
        for number in tabs:
            self.fault(path, number, _l("A tab stands where the line begins: indent with spaces."))
        if tabs:
            return None
        self._yaml[0] -= len(text.encode())
        self._yaml[1] -= len(_SIGNS.findall(text))
        if min(self._yaml) < 0:
            self.fault(
                path,
                1,
                _l("The YAML of this edition is too large to be read up to here: put fewer and shorter things in it."),
            )
            return None
        try:
            node: Node | None = YAML(typ="safe", pure=True).compose(text)
        except RecursionError:
            self.fault(path, 1, _l("The values are nested too deeply."))
            return None
        except YAMLError as error:
            self.fault(path, *_explained(error, text))
            return None
        if node is None:
            self.fault(path, 1, _l("There are no facts here: write `key: value` lines."))
            return None
        repeated = list(_repeated(node))
        for line in repeated:
            self.fault(path, line, _l("Anchors and aliases (& and *) are not used here: write the value out."))
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


def _explained(error: YAMLError, text: str) -> tuple[int, Sentence]:
    """The line of a YAML error and a sentence on it."""
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return line, _l("Here stands an invisible control character: take it out.")
    if not isinstance(error, MarkedYAMLError):
        return 1, _l("This is not YAML.")
    mark = error.problem_mark or error.context_mark
    problem = error.problem or error.context or "it cannot be read"
    advise = next((advise for part, advise in _ADVICE.items() if part in f"{error.context} {problem}"), _plainly)
    return (mark.line + 1 if mark else 1), advise(problem)


def _plainly(problem: str) -> LazyString:
    return _l("This is not YAML (%(problem)s).", problem=problem)
