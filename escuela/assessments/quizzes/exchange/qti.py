"""Questions in QTI 2.1, 2.2 and 3.0: https://www.imsglobal.org/spec/qti/v3p0/impl.

A package is a zip with an imsmanifest.xml; an item is one XML file. Both versions are read as one: the names of QTI 3
(`qti-choice-interaction`) become those of QTI 2 (`choiceInteraction`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.exchange.packages import Package
from escuela.assessments.quizzes.exchange.qti_items import Item
from escuela.assessments.quizzes.exchange.report import QTI, Draft, Intake, Report
from escuela.assessments.quizzes.exchange.sound import SkippedError
from escuela.assessments.quizzes.exchange.tree import Element, read_xml
from escuela.errors import DomainError

MANIFEST = "imsmanifest.xml"
ITEM = "assessmentItem"
_ITEM_TYPE = re.compile(r"imsqti_\w*item_xmlv(2p[0-9]|3p[0-9])", re.IGNORECASE)
_TEST_TYPE, _OLD_TYPE = (
    re.compile(r"imsqti_\w*test_xmlv\w+", re.IGNORECASE),
    re.compile(r"imsqti_xmlv1p", re.IGNORECASE),
)


def read_package(package: Package, language: str) -> Report:
    """A report of the items that a package's manifest names. Raises DomainError."""
    home = next((name for name in sorted(package.names, key=len) if posixpath.basename(name) == MANIFEST), "")
    if not home:
        raise DomainError(_l("There is no imsmanifest.xml in this zip: export it as a QTI package."))
    resources = read_xml(package.read(home)).within("resource")
    if any(_OLD_TYPE.match(each.get("type")) for each in resources):
        raise DomainError(old_version())
    intake = Intake(QTI, language)
    items = [each for each in resources if _ITEM_TYPE.fullmatch(each.get("type")) and each.get("href")]
    tests = [each for each in resources if _TEST_TYPE.fullmatch(each.get("type"))]
    if tests:
        intake.remarks.append(_l("The tests of this package are left out; their questions are taken one by one."))
    for resource in items or [file for test in tests for file in test.all("file") if _is_item(package, home, file)]:
        _take(intake, package, _path(home, resource), resource)
    return intake.report()


def _path(home: str, resource: Element) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(home), unquote(resource.get("href"))))


def _is_item(package: Package, home: str, file: Element) -> bool:
    """Of a manifest that names its items as files of a test only."""
    path = _path(home, file)
    try:
        return path.endswith(".xml") and path in package and canonical(read_xml(package.read(path))).tag == ITEM
    except DomainError:
        return True  # its line says what is wrong


def old_version() -> str:
    return _l("This is QTI 1.2, which is not read here: export it as QTI 2.1, 2.2 or 3.")


def read_item(root: Element, language: str) -> Report:
    intake = Intake(QTI, language)
    item = canonical(root)
    intake.take(_builder(item), _name(item), place=root.line)
    return intake.report()


def _take(intake: Intake, package: Package, path: str, resource: Element) -> None:
    identifier = resource.get("identifier")
    if path not in package:
        intake.take(_missing, identifier, where=path)
        return
    try:
        item = canonical(read_xml(package.read(path)))
    except DomainError as refused:
        intake.take(_refusing(refused), identifier, where=path)
        return
    intake.take(
        _builder(item),
        _name(item) or identifier,
        where=path,
        tags=_keywords(resource),
        find=lambda address: package.beside(path, address),
    )


def _missing(_draft: Draft) -> QuestionText:
    raise SkippedError(_l("The manifest names this file, but it is not in the package."))


def _refusing(refused: DomainError) -> Callable[[Draft], QuestionText]:
    def build(_draft: Draft) -> QuestionText:
        raise SkippedError(refused.sentence)

    return build


def _builder(item: Element) -> Callable[[Draft], QuestionText]:
    def build(draft: Draft) -> QuestionText:
        if item.tag != ITEM:
            raise SkippedError(_l("This file is no QTI item."))
        return Item(item, draft).question()

    return build


def _name(item: Element) -> str:
    return item.get("title").strip() or item.get("identifier")


def _keywords(resource: Element) -> Iterator[str]:
    for keyword in resource.within("keyword"):
        yield from (string.words() for string in keyword.within("string", "langstring"))


def canonical(element: Element) -> Element:
    """The names of QTI 3 as those of QTI 2; HTML keeps its own."""
    tag = _joined(element.tag.removeprefix("qti-")) if element.tag.startswith("qti-") else element.tag
    attributes = {_joined(name): value for name, value in element.attributes.items()}
    children = [each if isinstance(each, str) else canonical(each) for each in element.children]
    return Element(tag, attributes, children, element.line)


def _joined(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
