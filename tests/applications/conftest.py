"""A call that is open, with a question of each kind, and a browser that applies to it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from escuela.applications import draft, services
from escuela.applications.models import Application
from escuela.calls.models import Call
from escuela.extensions import db
from escuela.messages.models import Message
from tests import factories
from tests.cast import Cast
from tests.conftest import Client

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PAGE = "/convocatorias/novena/mi-postulacion"
START = "/convocatorias/novena/postular"


@pytest.fixture
def call(cast: Cast) -> Call:
    """Asks for a text, a choice with what hangs on it, and a letter; the rest is optional."""
    row = factories.call(cast.edition)
    factories.call_question(row, "long", slug="problema", text=factories.words("¿Qué problema?"))
    factories.call_question(row, "single", slug="viaja", text=factories.words("¿Puede viajar?"))
    factories.call_question(
        row, "short", slug="desde", text=factories.words("¿Desde dónde?"), shown_if="viaja", shown_value="a"
    )
    factories.call_question(row, "multiple", slug="areas", text=factories.words("¿Qué áreas?"), required=False)
    factories.call_question(row, "number", slug="personas", text=factories.words("¿Cuántas?"), required=False)
    factories.call_question(row, "date", slug="fecha", text=factories.words("¿Qué día?"), required=False)
    factories.call_question(row, "consent", slug="acepta", text=factories.words("Acepto"))
    factories.call_question(row, "file", slug="carta", text=factories.words("Carta firmada"))
    return row


@dataclass
class Applicant:
    """Somebody who applies, as their browser does: it sends back what the page began from."""

    client: Client
    call: Call
    email: str = "ana@municipio.example"
    typed: dict[str, Any] = field(default_factory=dict)

    def token(self) -> str:
        """The token of the newest mail to the address."""
        newest = select(Message.text).where(Message.address == self.email).order_by(Message.id.desc())
        found = re.search(r"/postular/([\w-]+)", db.session.scalars(newest).first() or "")
        assert found is not None
        return found[1]

    def enter(self) -> Applicant:
        self.client.post(START, data={"email": self.email})
        assert self.client.post(f"{START}/{self.token()}").location == PAGE
        return self

    def began(self) -> str:
        found = re.search(r'name="began_from" value="([^"]*)"', self.client.get(PAGE).text)
        assert found is not None
        return found[1].replace("&#34;", '"')

    def send(self, path: str = "borrador", *, script: bool = False, began: str | None = None, **data: Any) -> Any:
        self.typed |= data
        sent = {"began_from": self.began() if began is None else began} | self.typed
        headers = {"Accept": "application/json"} if script else {}
        return self.client.post(f"{PAGE}/{path}", data=sent, headers=headers)

    def upload(self, content: bytes = PDF, name: str = "carta.pdf", *, script: bool = False) -> Any:
        headers = {"Accept": "application/json"} if script else {}
        data = {"file-carta": (io.BytesIO(content), name)}
        return self.client.post(f"{PAGE}/archivos/carta", data=data, headers=headers)

    @property
    def row(self) -> Application:
        return db.session.scalars(select(Application).where(Application.email == self.email)).one()


def complete(government: int) -> dict[str, Any]:
    """All that the call wants, but the letter."""
    return {
        "name": "Ana Ceibo Tala",
        "gender": "woman",
        "position": "Directora de ambiente",
        "government": str(government),
        "q-problema": "El arroyo crece cada febrero.",
        "q-viaja": "b",
        "q-acepta": "yes",
    }


@pytest.fixture
def applicant(client: Client, call: Call) -> Applicant:
    return Applicant(client, call).enter()


@pytest.fixture
def ready(applicant: Applicant, cast: Cast) -> Applicant:
    """Has everything typed and sent, and has not handed in."""
    applicant.upload()
    applicant.send(**complete(cast.canelones.id))
    return applicant


Begin = Callable[..., Application]


def begun(call: Call, email: str, **values: Any) -> Application:
    """A draft of somebody, straight into the database."""
    row = services.begin(call, email, "es", factories.MONTEVIDEO)
    row.draft = values
    return factories.saved(row)


def marks(values: dict[str, Any]) -> str:
    return draft.marks(values, values)


def said(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.text)
    return found
