"""Proving an address: the same answer for everybody, a link that works once, a browser that opens one application."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from escuela import clock
from escuela.applications.models import Application, ApplicationLink
from escuela.calls.models import Call
from escuela.extensions import db
from escuela.messages.models import Message
from tests import factories
from tests.applications.conftest import PAGE, START, Applicant
from tests.cast import Cast
from tests.conftest import NOW, Client


def test_the_answer_is_the_same_for_an_applicant_an_account_and_a_stranger(
    client: Client, call: Call, cast: Cast
) -> None:
    factories.application(call, cast.canelones, email="ya@municipio.example")
    answers = []
    for email in ("ya@municipio.example", cast.lucia.email, "nadie@municipio.example"):
        client.sign_in(None)
        sent = client.post(START, data={"email": email})
        answers.append((sent.status_code, sent.location, client.read(sent.location)))
    assert len(set(answers)) == 1
    assert "If the address can apply, we wrote to it" in answers[0][2]
    assert db.session.scalar(select(func.count()).select_from(ApplicationLink)) == 3


def test_what_is_asked_of_the_database_does_not_tell_addresses_apart(
    client: Client, call: Call, cast: Cast, count_queries: object
) -> None:
    factories.application(call, cast.canelones, email="ya@municipio.example")
    ran = []
    for email in ("ya@municipio.example", cast.lucia.email, "nadie@municipio.example"):
        with count_queries() as statements:  # type: ignore[operator]
            client.post(START, data={"email": email})
        ran.append(list(statements))
    assert ran[0] == ran[1] == ran[2]


def test_only_the_hash_of_a_token_is_kept_and_the_mail_says_until_when(client: Client, call: Call) -> None:
    client.post(START, data={"email": "Ana@Municipio.example "})
    link = db.session.scalars(select(ApplicationLink)).one()
    mail = db.session.scalars(select(Message)).one()
    assert (mail.address, link.email, mail.language, link.until) == (
        "ana@municipio.example",
        "ana@municipio.example",
        "en",
        NOW + timedelta(hours=2),
    )
    assert Applicant(client, call).token() not in str(vars(link))
    assert "14:00, Montevideo time" in mail.text


def test_opening_the_link_does_not_use_it_and_the_button_does_once(client: Client, call: Call) -> None:
    applicant = Applicant(client, call)
    client.post(START, data={"email": applicant.email})
    address = f"{START}/{applicant.token()}"
    assert [client.get(address).status_code for _ in range(2)] == [200, 200]
    assert client.post(address).location == PAGE
    assert "My application" in client.get(PAGE).text
    client.sign_in(None)
    again = client.post(address)
    assert again.status_code == 410
    assert "It was used already" in again.text
    assert client.get(PAGE).status_code == 303


def test_a_link_works_until_its_instant_and_a_new_one_is_one_click_away(client: Client, call: Call) -> None:
    applicant = Applicant(client, call)
    client.post(START, data={"email": applicant.email})
    address = f"{START}/{applicant.token()}"
    with clock.stopped(NOW + timedelta(hours=2)):
        answer = client.post(address)
        assert (answer.status_code, "It is too old" in answer.text) == (410, True)
        assert client.post(f"{address}/otro").status_code == 303
        assert client.post(f"{START}/{applicant.token()}").location == PAGE


def test_a_link_that_was_asked_for_before_still_works(client: Client, call: Call) -> None:
    applicant = Applicant(client, call)
    client.post(START, data={"email": applicant.email})
    first = applicant.token()
    client.post(START, data={"email": applicant.email})
    assert applicant.token() != first
    assert client.post(f"{START}/{first}").location == PAGE


def test_a_link_of_another_call_or_made_up_opens_nothing(client: Client, call: Call, cast: Cast) -> None:
    factories.call(cast.other)
    client.post("/convocatorias/octava/postular", data={"email": "ana@municipio.example"})
    token = Applicant(client, call).token()
    for path in (f"{START}/{token}", f"{START}/inventado"):
        assert client.post(path).status_code == 410
    assert db.session.scalar(select(func.count()).select_from(Application)) == 0


def test_nobody_is_written_to_without_end(client: Client, call: Call) -> None:
    codes = [client.post(START, data={"email": "ana@municipio.example"}).status_code for _ in range(6)]
    assert codes == [303] * 5 + [429]
    assert client.post(START, data={"email": "otra@municipio.example"}).status_code == 303
    assert client.post(START, data={"email": "ana@municipio.example", "mine": "1"}).status_code == 429


def test_who_writes_no_address_is_told_and_nothing_goes_out(client: Client, call: Call) -> None:
    answer = client.post(START, data={"email": "ana arroba"})
    assert (answer.status_code, "ana arroba" in answer.text) == (422, True)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_the_link_of_one_address_never_opens_the_application_of_another(client: Client, call: Call) -> None:
    other = factories.application(call, None, state="draft", email="otra@municipio.example", draft={"name": "Otra"})
    applicant = Applicant(client, call).enter()
    assert "Otra" not in client.get(PAGE).text
    applicant.send(name="Ana")
    db.session.refresh(other)
    assert (other.draft, applicant.row.draft["name"]) == ({"name": "Otra"}, "Ana")
    second = Applicant(client, call, email="otra@municipio.example").enter()
    assert "otra@municipio.example" in client.get(PAGE).text
    assert second.row.id == other.id


def test_a_browser_forgets_the_application_when_told_and_after_a_day(applicant: Applicant) -> None:
    with clock.stopped(NOW + timedelta(hours=25)):
        assert applicant.client.get(PAGE).location == START
        script = applicant.client.post(f"{PAGE}/borrador", headers={"Accept": "application/json"})
        assert script.status_code == 401
    assert applicant.client.get(PAGE).status_code == 200
    applicant.client.post(f"{PAGE}/cerrar")
    assert applicant.client.get(PAGE).status_code == 303


def test_who_is_signed_in_goes_straight_in(client: Client, call: Call, cast: Cast) -> None:
    client.sign_in(cast.lucia)
    assert "Apply with this address" in client.get(START).text
    for _ in range(7):  # no mail goes out: nothing to limit
        assert client.post(START, data={"mine": "1"}).location == PAGE
    assert client.get(START).location == PAGE
    row = db.session.scalars(select(Application)).one()
    assert (row.user_id, row.email, row.draft["name"]) == (cast.lucia.id, cast.lucia.email, cast.lucia.name)
    assert "Convocatoria" in client.get("/postulaciones").text
    assert "Convocatoria" not in client.sign_in(cast.martin).get("/postulaciones").text


def test_an_applicant_who_has_an_account_later_finds_the_application(client: Client, call: Call, cast: Cast) -> None:
    factories.application(call, cast.canelones, email=cast.lucia.email)
    assert client.sign_in(cast.lucia).get(PAGE).status_code == 200
    assert client.sign_in(cast.martin).get(PAGE).location == START


def test_before_it_opens_nobody_applies_and_a_hidden_call_is_not_there(client: Client, cast: Cast) -> None:
    soon = NOW + timedelta(days=1)
    row = factories.call(cast.edition, opens_at=soon)
    assert "It opens on" in client.get(START).text
    assert client.post(START, data={"email": "ana@municipio.example"}).status_code == 409
    row.published_at = None
    db.session.commit()
    assert client.get(START).status_code == 404
    assert client.sign_in(cast.gabriela).get(START).status_code == 200


def test_after_the_deadline_a_link_opens_the_draft_and_begins_nothing(
    client: Client, call: Call, applicant: Applicant
) -> None:
    applicant.send(name="Ana Ceibo")
    with clock.stopped(call.closes_at):
        client.sign_in(None)
        applicant.enter()
        page = client.get(PAGE).text
        assert "Ana Ceibo" in page
        assert "This application was not handed in" in page
        client.post(START, data={"email": "tarde@municipio.example"})
        late = Applicant(client, call, email="tarde@municipio.example")
        answer = client.post(f"{START}/{late.token()}")
        assert answer.status_code == 409
        assert "This call closed on" in answer.text


def test_pages_of_who_applies_stay_in_no_cache_and_tell_no_other_site_their_address(applicant: Applicant) -> None:
    headers = applicant.client.get(PAGE).headers
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "same-origin")


@pytest.mark.parametrize("path", ["", "/borrador", "/entregar", "/retirar", "/retomar", "/archivos/carta"])
def test_without_a_link_nothing_of_the_form_works(client: Client, call: Call, path: str) -> None:
    answer = client.post(f"{PAGE}{path}") if path else client.get(PAGE)
    assert answer.location == START
