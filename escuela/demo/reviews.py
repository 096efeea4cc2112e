"""What reviewing leaves behind: comments on places, versions, held decisions, questions, phrases, allocations."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image, ImageDraw

from escuela import clock
from escuela.admissions.models import Enrolment
from escuela.assessments.assignments import allocation, phrases, remarks, replies, services
from escuela.assessments.assignments.judgement import Judgement
from escuela.assessments.assignments.models import Assignment, Work, WorkFile
from escuela.assessments.assignments.renditions import MADE, NO_CONVERTER
from escuela.assessments.assignments.review_models import Rendition
from escuela.demo.cast import WORDS
from escuela.demo.stories import DAY, Stories
from escuela.extensions import db
from escuela.people.models import User
from escuela.storage import put

PHRASES = (
    "¿De dónde sale este dato? Nombre la fuente y el año.",
    "Diga quién responde por esta acción y desde qué mes.",
    "Muy concreto: así se puede empezar este año.",
)
SECOND = (
    "\n\nResponsables: la Dirección de Ambiente coordina, Defensa Civil conduce los simulacros de marzo y setiembre. "
    "El dato de las familias es del relevamiento municipal de 2024."
)
QUESTION = "¿Puedo usar el censo anterior si el relevamiento nuevo todavía no está publicado?"
ANSWERED = "¿La fuente va en una nota o dentro del texto?"
ANSWER = "Dentro del texto, con el año: así se lee una sola vez."
BUDGET = "Presupuesto del primer año: sensores, dos sirenas y la jornada de quienes cuidan el puente."
PAPER, INK, WATER, SPOT = (251, 250, 247), (19, 38, 44), (17, 96, 111), (245, 184, 46)


class Reviews:
    """What tutors and participants did with each other's words."""

    def __init__(self, stories: Stories, tutor: User) -> None:
        self.stories, self.tutor = stories, tutor

    def commented(self, work: Work, at: datetime) -> None:
        """The review that a work has already, with comments on its words and a question that waits for an answer."""
        review = next(version.review for version in work.submissions if version.review)
        with clock.stopped(at):
            remarks.on_passage(review, "Cuente cuántas personas mayores hay entre ellas.", "340 familias", None)
            remarks.on_passage(review, "Nombre a esa persona y a quien la reemplaza.", "una sola persona", None)
            replies.ask(review, QUESTION, by=work.enrolment.user)

    def corrected(self, who: Enrolment, assignment: Assignment, at: datetime) -> Work:
        """Returned with comments, a question answered, handed in again with more words and a plan: it waits."""
        said = WORDS[who.user.language]
        work = self.stories.work(who, assignment, at, outcome=None)
        db.session.flush()
        with clock.stopped(at + DAY):
            services.claim(work, by=self.tutor)
            review = services.save_review(work, Judgement(comment=said.corrections), by=self.tutor)
            remarks.on_passage(review, PHRASES[1], "tres puntos de encuentro", None)
            services.request_changes(work, Judgement.kept(review), by=self.tutor)
            replies.ask(review, ANSWERED, by=who.user)
        with clock.stopped(at + 2 * DAY):
            replies.answer(review, ANSWER, by=self.tutor)
            services.save_draft(work, said.work + SECOND, began_from=work.draft_mark)
            _attached(work, "plano-del-barrio.pdf", "pdf", _plan("PDF"), MADE, 1)
            _attached(work, "plano-del-barrio.png", "png", _plan("PNG"), MADE, 1)
            services.submit(work, by=who.user)
        return work

    def held(self, who: Enrolment, assignment: Assignment, at: datetime, *, good: bool) -> Work:
        """Decided, and to be told with the others."""
        said = WORDS[who.user.language]
        work = self.stories.work(who, assignment, at, outcome=None)
        db.session.flush()
        levels = {each.id: each.levels[-1 if good else 1].id for each in assignment.criteria}
        judgement = Judgement(levels=levels, comment=said.praise if good else said.corrections)
        with clock.stopped(at + 2 * DAY):
            services.claim(work, by=self.tutor)
            verb = services.approve if good else services.request_changes
            verb(work, judgement, by=self.tutor, hold=True)
        return work

    def allocated(self, works: list[Work], by: User) -> None:
        """To the tutor, and of one local government what comes later too; of a bank of phrases the first three."""
        allocation.allocate(works, {work.id: self.tutor for work in works}, by=by)
        allocation.put_in_charge(self.stories.edition, {works[-1].government: self.tutor}, by=by)
        for text in PHRASES:
            phrases.keep(text, by=self.tutor)


def with_document(work: Work) -> None:
    """A document among what was handed in, that no program here turned into pages yet."""
    _sent_along(work, "presupuesto.docx", "docx", _budget(), NO_CONVERTER, 0)


def with_plan(work: Work) -> None:
    """A plan among what was handed in, to be read beside the text."""
    _sent_along(work, "plano-del-barrio.pdf", "pdf", _plan("PDF"), MADE, 1)


def _sent_along(work: Work, name: str, kind: str, content: bytes, state: str, pages: int) -> None:
    version = work.submissions[-1]
    with clock.stopped(version.submitted_at):
        version.files.append(_attached(work, name, kind, content, state, pages))


def _attached(work: Work, name: str, kind: str, content: bytes, state: str, pages: int) -> WorkFile:
    stored = put(BytesIO(content), most=len(content))
    now = clock.now()
    receipt = {"size": stored.size, "sha256": stored.sha256, "key": stored.key, "uploaded_at": now}
    file = WorkFile(work=work, name=name, kind=kind, uploaded_by_id=work.enrolment.user_id, **receipt)
    file.rendition = Rendition(state=state, pages=pages, made_at=now)
    db.session.add(file)
    db.session.flush()
    db.session.refresh(work, ["files"])
    return file


def _budget() -> bytes:
    """As small as a document of a word processor can be."""
    formats, kind = "http://schemas.openxmlformats.org", "application/vnd.openxmlformats-"
    main = f"{kind}officedocument.wordprocessingml.document.main+xml"
    document = f"{formats}/officeDocument/2006/relationships/officeDocument"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{formats}/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{kind}package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{formats}/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{document}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{formats}/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>{BUDGET}</w:t></w:r></w:p></w:body></w:document>",
    }
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return kept.getvalue()


def _plan(kind: str) -> bytes:
    """A drawn map: a stream, two bridges, three meeting points."""
    image = Image.new("RGB", (1240, 1754), PAPER)
    draw = ImageDraw.Draw(image)
    for street in range(160, 1754, 190):
        draw.line((90, street, 1150, street + 60), fill=INK, width=4)
    for street in range(200, 1200, 240):
        draw.line((street, 90, street - 60, 1664), fill=INK, width=4)
    stream = [(60, 420), (320, 560), (560, 830), (820, 960), (1180, 1330)]
    draw.line(stream, fill=WATER, width=44, joint="curve")
    for x, y in ((300, 250), (940, 700), (420, 1360)):
        draw.ellipse((x - 36, y - 36, x + 36, y + 36), fill=SPOT, outline=INK, width=5)
    kept = BytesIO()
    image.save(kept, kind)
    return kept.getvalue()
