"""Every door of the School with an address that exists, and everybody who might try it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from escuela import storage
from escuela.access import is_public
from escuela.admissions.models import RosterImport
from escuela.applications.models import ApplicationFile
from escuela.assessments.assignments.models import CHANGES_REQUESTED, Review, SharedRubric, Work, WorkFile
from escuela.assessments.assignments.review_models import Phrase, Remark
from escuela.assessments.assignments.upload_models import Upload
from escuela.assessments.quizzes import services as quizzes
from escuela.assessments.quizzes.bank_models import BankEntry
from escuela.authoring.models import ActivityDraft
from escuela.calls.models import CallCriterion, CallQuestion
from escuela.certificates import services as certificates
from escuela.certificates.award import award_of
from escuela.certificates.models import Certificate
from escuela.editions.models import EditionStaff, Media
from escuela.evaluations.models import Evaluation
from escuela.extensions import db
from escuela.jury.models import Award, JuryDecision, Scoresheet
from escuela.messages.models import Message
from escuela.people.models import Membership
from escuela.selection.models import ACCEPTED, Decision, DecisionBatch
from tests import factories
from tests.cast import Cast
from tests.conftest import NOW

SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Door:
    """One method of one rule; with Lucía's things in it, an address that works for whom it belongs to."""

    method: str
    rule: Rule
    values: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def public(self) -> bool:
        return is_public(self.rule.endpoint)

    @property
    def address(self) -> str:
        return self._built(self.values)

    @property
    def has_number(self) -> bool:
        return "<int:" in self.rule.rule

    def with_number(self, number: int) -> str:
        """The same address with another number wherever there is one."""
        return self._built({name: number if isinstance(given, int) else given for name, given in self.values.items()})

    def with_text(self, text: str) -> str:
        """The same address with this after every word of it that could be another."""
        fixed = {name for name, given in self.values.items() if isinstance(given, int)} | {"sort", "verb"}
        return self._built({name: given if name in fixed else f"{given}{text}" for name, given in self.values.items()})

    def _built(self, values: dict[str, Any]) -> str:
        built = self.rule.build(values)
        assert built
        return built[1]


@dataclass(frozen=True)
class Things:
    """One of everything that an address names, all of it Lucía's or of her edition."""

    work: Work
    file: WorkFile
    certificate: Certificate
    message: Message
    question: CallQuestion
    criterion: CallCriterion
    evaluation: Evaluation
    letter: ApplicationFile
    batch: DecisionBatch
    roster: RosterImport
    medium: Media
    draft: ActivityDraft
    sheet: Scoresheet
    award: Award
    upload: Upload
    remark: Remark
    phrase: Phrase
    entry: BankEntry
    rubric: SharedRubric

    @classmethod
    def gather(cls, cast: Cast) -> Things:
        work = factories.work(cast.assignment, cast.lucias)
        file = factories.saved(
            WorkFile(
                work=work,
                name="mapa.pdf",
                kind="pdf",
                size=1,
                sha256="0" * 64,
                key="0" * 40,
                uploaded_at=NOW,
                uploaded_by_id=cast.lucia.id,
            )
        )
        quizzes.start(cast.quiz, enrolment=cast.lucias)
        certificate = certificates._new_certificate(cast.lucias, award_of(cast.lucias, None), by=cast.gabriela)
        message = Message(kind="x", address="a@example.org", language="es", subject="x", text="x", html="x")
        message.written_at = message.due_at = NOW
        call = factories.call(cast.edition)
        question, criterion = factories.call_question(call, "file", slug="carta"), call.criteria[0]
        application = factories.application(call, cast.canelones, user=cast.lucia, email=cast.lucia.email)
        evaluation = factories.evaluation(application, factories.evaluator(cast.elena, call))
        decided = {"outcome": ACCEPTED, "decided_at": NOW, "decided_by_id": cast.gabriela.id}
        factories.saved(Decision(application=application, call_id=call.id, **decided))
        batch = DecisionBatch(call_id=call.id, made_at=NOW, made_by_id=cast.gabriela.id, before={}, after={})
        columns = {"fields": {"email": 0}, "heads": ["Correo"], "governments": {}}
        roster = RosterImport(edition=cast.edition, name="lista.csv", key="1" * 40, size=1, columns=columns)
        roster.uploaded_at, roster.uploaded_by = NOW, cast.gabriela
        picture = storage.put(BytesIO(b"x"), most=1)
        medium = Media(edition_id=cast.edition.id, path="modulo/mapa.png", key=picture.key, sha256="0" * 64, size=1)
        medium.media_type = "image/png"
        draft = ActivityDraft(edition=cast.edition, module=cast.module, kind="lesson", fields={}, saved_at=NOW)
        draft.saved_by = cast.gabriela
        cast.assignment.final_work = True
        jury = factories.jury(cast.assignment, cast.gabriela)
        sheet = factories.scoresheet(work, factories.juror(cast.elena, jury))
        decided = {"final": 800, "reason": "x", "decided_at": NOW, "decided_by_id": cast.gabriela.id}
        factories.saved(JuryDecision(work_id=work.id, jury_id=jury.id, **decided))
        upload = Upload(work=work, by_id=cast.lucia.id, name="plan.pdf", size=9, sha256="1" * 64, touched_at=NOW)
        review = Review(submission_id=work.submissions[0].id, reviewer_id=cast.renata.id, comment="x", saved_at=NOW)
        review.outcome, review.released_at, work.state = CHANGES_REQUESTED, NOW, CHANGES_REQUESTED
        remark = Remark(review=review, text="x", start=0, stop=1, quote=work.submissions[0].text[0])
        factories.saved(remark)
        return cls(
            work,
            file,
            certificate,
            factories.saved(message),
            question,
            criterion,
            evaluation,
            factories.document(application),
            factories.saved(batch),
            factories.saved(roster),
            factories.saved(medium),
            factories.saved(draft),
            sheet,
            factories.award(work, jury),
            factories.saved(upload),
            remark,
            factories.saved(Phrase(owner_id=cast.renata.id, text="x", kept_at=NOW)),
            factories.banked(),
            factories.saved(SharedRubric(name="x", criteria=[], saved_at=NOW, saved_by_id=cast.renata.id)),
        )


def doors(app: Flask, cast: Cast, things: Things) -> Iterator[Door]:
    """Every method of every rule."""
    membership = db.session.query(Membership).filter_by(user_id=cast.lucia.id).one()
    member = db.session.query(EditionStaff).filter_by(user_id=cast.renata.id).one()
    values: dict[str, Any] = {
        "edition": cast.edition.slug,
        "session": cast.session.slug,
        "code": things.certificate.code,
        "path": "modulo/mapa.png",
        "number": 1,
        "enrolment": cast.lucias.id,
        "member": member.id,
        "work": things.work.id,
        "file": things.file.id,
        "government": cast.canelones.id,
        "message": things.message.id,
        "person": cast.lucia.id,
        "membership": membership.id,
        "token": "nada",
        "fingerprint": "x",
        "name": "escuela.css",
        "question": things.question.id,
        "criterion": things.criterion.id,
        "application": things.letter.application_id,
        "evaluator": things.evaluation.evaluator_id,
        "evaluation": things.evaluation.id,
        "batch": things.batch.id,
        "medium": things.medium.id,
        "draft": things.draft.id,
        "upload": things.upload.id,
        "review": things.remark.review_id,
        "remark": things.remark.id,
        "phrase": things.phrase.id,
        "rubric": things.rubric.id,
        "assignment": cast.assignment.id,
        "page": 1,
        "module": cast.module.slug,
        "kind": "lesson",
        "sort": "actividades",
        "slug": cast.lesson.slug,
        "verb": "archivar",
        "juror": things.sheet.juror_id,
        "sheet": things.sheet.id,
        "award": things.award.id,
        "form": "gift",
    }
    rooms: dict[str, dict[str, Any]] = {
        "quizzes": {"activity": cast.quiz.slug, "question": "p1"},
        "assignments": {"activity": cast.assignment.slug},
        "bank": {
            "activity": cast.quiz.slug,
            "slug": factories.bank().slug,
            "question": things.entry.question.slug,
            "kind": "single",
        },
        "learning": {"activity": cast.lesson.slug},
        "gradebook": {"activity": cast.quiz.slug},
        "authoring": {"activity": cast.lesson.slug},
        "admissions": {"number": things.roster.id},
        "jury": {"criterion": things.sheet.juror.jury.criteria[0].id},
        "applications": {"question": things.question.slug, "file": things.letter.id},
    }
    for rule in app.url_map.iter_rules():
        given = values | rooms.get(rule.endpoint.partition(".")[0], {})
        for method in sorted(rule.methods or ()):
            yield Door(method, rule, {name: given[name] for name in rule.arguments})
