"""Questions in and out: files of other systems become questions with a report, questions become files of theirs.

Knows no database and no request. What each format holds stands in the README beside this file.
"""

from __future__ import annotations

import codecs

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.exchange import gift, moodle, own, qti, sheets
from escuela.assessments.quizzes.exchange.packages import MARK, Package
from escuela.assessments.quizzes.exchange.pictures import MEDIA_TYPES
from escuela.assessments.quizzes.exchange.report import BYTES, Entry, Export, Line, Report, digest
from escuela.assessments.quizzes.exchange.sheets import template, template_csv
from escuela.assessments.quizzes.exchange.tree import read_xml
from escuela.errors import DomainError

__all__ = ["MEDIA_TYPES", "Entry", "Export", "Line", "Report", "digest", "read", "template", "template_csv"]

_GZIP, _OLD_OFFICE = b"\x1f\x8b", b"\xd0\xcf\x11\xe0"
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read(name: str, data: bytes, language: str) -> Report:
    """What is in a file of questions, whichever format its content shows it to be; `name` is what people call it.

    Texts are taken to be in `language`. Raises DomainError where the file as a whole cannot be read.
    """
    if len(data) > BYTES:
        raise DomainError(_l("%(name)s is bigger than %(most)d MB. Divide it.", name=name, most=BYTES // 1_000_000))
    if not data.strip():
        raise DomainError(_l("%(name)s is empty. Check it and send it again.", name=name))
    if data.startswith(MARK):
        return _of_zip(data, language)
    if data.startswith(_GZIP):
        raise DomainError(
            _l("This is a backup of a course, or another packed file. Export the questions alone, as Moodle XML.")
        )
    if _is_xml(data):
        return _of_xml(data, language)
    if own.looks_like(data.decode("utf-8", "replace")):
        return own.read({own.NAME: _decoded(data)}, language)
    if data.startswith(_OLD_OFFICE) or sheets.is_table(data):
        return sheets.read(data, language)
    return _of_text(data, language)


def _of_zip(data: bytes, language: str) -> Report:
    package = Package(data)
    if names := own.texts_in(package):
        return own.read({name: _decoded(package.read(name)) for name in names}, language, package)
    return sheets.read(data, language) if "xl/workbook.xml" in package else qti.read_package(package, language)


def _is_xml(data: bytes) -> bool:
    head = data[:400].replace(b"\0", b"")
    for mark in _MARKS:
        head = head.removeprefix(mark)
    return head.lstrip().startswith(b"<")


def _of_xml(data: bytes, language: str) -> Report:
    root = read_xml(data)
    if root.tag == "quiz":
        return moodle.read(root, language)
    if root.tag in {"assessmentItem", "qti-assessment-item"}:
        return qti.read_item(root, language)
    if root.tag == "questestinterop":
        raise DomainError(qti.old_version())
    if root.tag in {"manifest", "assessmentTest", "qti-assessment-test"}:
        raise DomainError(_l("This is one file of a QTI package: send the whole zip."))
    raise DomainError(_l("This XML file holds no questions: send Moodle XML or QTI."))


def _of_text(data: bytes, language: str) -> Report:
    text = _decoded(data)
    if "\0" in text or not gift.looks_like(text):
        raise DomainError(
            _l("This is no file of questions: send GIFT, Moodle XML, a QTI package, or the template as CSV or XLSX.")
        )
    return gift.read(text, language)


def _decoded(data: bytes) -> str:
    try:
        if data.startswith(_MARKS[1:]):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DomainError(
            _l("The letters of this text are not in UTF-8. Save it as UTF-8 and send it again.")
        ) from None
