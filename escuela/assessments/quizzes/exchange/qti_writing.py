"""Questions as a QTI 3.0 package: a zip with a manifest, a file for each question, and the pictures they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l

from escuela.assessments.quizzes.asked import QuestionText
from escuela.assessments.quizzes.exchange.packages import zipped
from escuela.assessments.quizzes.exchange.qti_bodies import Body
from escuela.assessments.quizzes.exchange.report import Entry, Export, shown_by
from escuela.assessments.quizzes.exchange.sound import SkippedError
from escuela.assessments.quizzes.exchange.tree import Element, written
from escuela.section import Sentence

ASI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
LOM = "http://ltsc.ieee.org/xsd/LOM"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SCHEMAS = "https://purl.imsglobal.org/spec"
ITEM_SCHEMA = f"{SCHEMAS}/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
PACKAGE_SCHEMA = f"{SCHEMAS}/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd"
LOM_SCHEMA = f"{SCHEMAS}/md/v1p3/schema/xsd/imsmd_loose_v1p3p2.xsd"
ITEM_TYPE = "imsqti_item_xmlv3p0"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(slots=True)
class _Written:
    resources: list[Element] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    remarks: list[tuple[str, Sentence]] = field(default_factory=list)
    left_out: list[tuple[str, Sentence]] = field(default_factory=list)


def write(entries: Iterable[Entry], language: str, pictures: Mapping[str, bytes]) -> Export:
    """The questions in `language`, or in the first that has them, with those `pictures` that they show."""
    done = _Written()
    for entry in entries:
        _add(done, entry, language, pictures)
    manifest = {"imsmanifest.xml": (_HEAD + written([_manifest(done.resources)])).encode()}
    return Export(zipped({**manifest, **done.files}), tuple(done.remarks), tuple(done.left_out))


def _add(done: _Written, entry: Entry, language: str, pictures: Mapping[str, bytes]) -> None:
    question = entry.question
    body = Body(question, language)
    try:
        item = _item(question, body, language)
    except SkippedError as skipped:
        done.left_out.append((question.slug, skipped.sentence))
        return
    shown = list(dict.fromkeys(shown_by(question)))
    missing = [name for name in shown if name not in pictures]
    if missing:
        body.remarks.append(_l("The picture %(name)s does not come with the file.", name=missing[0]))
    if len({language for text in question.texts() for language in text}) > 1:
        body.remarks.append(_l("A QTI item holds one language: the others are left out."))
    done.remarks += [(question.slug, sentence) for sentence in body.remarks]
    files = [name for name in shown if name in pictures]
    done.files |= {f"media/{name}": pictures[name] for name in files}
    done.files[f"{question.slug}.xml"] = (_HEAD + written([item])).encode()
    done.resources.append(_resource(entry, [f"{question.slug}.xml", *(f"media/{name}" for name in files)], language))


def _item(question: QuestionText, body: Body, language: str) -> Element:
    attributes = {
        "xmlns": ASI,
        "xmlns:xsi": XSI,
        "xsi:schemaLocation": f"{ASI} {ITEM_SCHEMA}",
        "identifier": f"q-{question.slug}",
        "title": question.slug,
        "adaptive": "false",
        "time-dependent": "false",
        "xml:lang": next((said for said in (language, *question.text) if said in question.text), language),
    }
    return Element("qti-assessment-item", attributes, body.parts())


def _resource(entry: Entry, paths: Sequence[str], language: str) -> Element:
    children: list[Element | str] = [_lom(entry.tags, language)] if entry.tags else []
    children += [Element("file", {"href": path}) for path in paths]
    attributes = {"identifier": f"r-{entry.question.slug}", "type": ITEM_TYPE, "href": paths[0]}
    return Element("resource", attributes, children)


def _lom(tags: Iterable[str], language: str) -> Element:
    keywords: list[Element | str] = [
        Element("lom:keyword", {}, [Element("lom:string", {"language": language}, [tag])]) for tag in tags
    ]
    return Element("metadata", {}, [Element("lom:lom", {}, [Element("lom:general", {}, keywords)])])


def _manifest(resources: Sequence[Element]) -> Element:
    attributes = {
        "xmlns": PACKAGE,
        "xmlns:lom": LOM,
        "xmlns:xsi": XSI,
        "xsi:schemaLocation": f"{PACKAGE} {PACKAGE_SCHEMA} {LOM} {LOM_SCHEMA}",
        "identifier": "escuela-questions",
    }
    about = [Element("schema", {}, ["QTI Package"]), Element("schemaversion", {}, ["3.0.0"])]
    return Element(
        "manifest",
        attributes,
        [Element("metadata", {}, [*about]), Element("organizations"), Element("resources", {}, [*resources])],
    )
