"""Every door of the School with an address that exists, and everybody who might try it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from escuela.access import is_public
from escuela.assessments.assignments.models import Work, WorkFile
from escuela.assessments.quizzes import services as quizzes
from escuela.certificates import services as certificates
from escuela.certificates.award import award_of
from escuela.certificates.models import Certificate
from escuela.editions.models import EditionStaff
from escuela.extensions import db
from escuela.messages.models import Message
from escuela.people.models import Membership
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
        """The same address with this after every word of it."""
        return self._built(
            {name: given if isinstance(given, int) else f"{given}{text}" for name, given in self.values.items()}
        )

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
        return cls(work, file, certificate, factories.saved(message))


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
    }
    slugs = {"quizzes": cast.quiz.slug, "assignments": cast.assignment.slug, "learning": cast.lesson.slug}
    for rule in app.url_map.iter_rules():
        given = values | {"activity": slugs.get(rule.endpoint.partition(".")[0], "")}
        for method in sorted(rule.methods or ()):
            yield Door(method, rule, {name: given[name] for name in rule.arguments})
