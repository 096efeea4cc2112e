"""The pages: the ritual of each, and what each shows."""

from __future__ import annotations

import re

import pytest

from escuela.certificates import services
from escuela.certificates.models import REVOKED, VALID, Certificate
from escuela.extensions import db, limiter
from tests import factories

BOARD = "/ediciones/novena/certificados"


def code_in(page: str) -> list[str]:
    return re.findall(r"EDR-[2-9A-Z]{4}-[2-9A-Z]{4}", page)


def certificates() -> list[Certificate]:
    return db.session.query(Certificate).order_by(Certificate.id).all()


# --- the board --------------------------------------------------------------------------------------------------------


def test_the_board_says_who_qualifies_and_who_does_not_and_why(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    page = as_(cast.gabriela).get(BOARD).text
    due, not_yet = page.split('id="no-cumplen"')
    assert "Lucía Ceibo Coronilla" in due
    assert f'value="{cast.lucias.id}" checked' in due
    assert "Martín Tala Espinillo" in not_yet
    assert "0 of 1" in not_yet


def test_a_name_that_cannot_be_printed_is_seen_before_issuing(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    cast.lucia.name = "Lucía 🙂"
    db.session.commit()
    page = as_(cast.gabriela).get(BOARD).text
    assert "Cannot be printed" in page
    assert f'value="{cast.lucias.id}" disabled' in page


@pytest.mark.parametrize("path", ["", "/vista-previa.pdf"])
def test_the_board_is_for_who_coordinates(cast, as_, path) -> None:
    for person, status in (
        (cast.gabriela, 200),
        (cast.elena, 200),
        (cast.admin, 200),
        (cast.lucia, 403),
        (cast.renata, 403),
        (cast.rocio, 404),
        (cast.thiago, 404),
        (None, 303),
    ):
        with as_(person).get(BOARD + path) as answer:
            assert answer.status_code == status, person


def test_issuing_is_for_who_coordinates(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    for person, status in ((cast.lucia, 403), (cast.renata, 403), (cast.rocio, 404), (None, 401)):
        assert as_(person).post(BOARD, data={"whom": "all"}).status_code == status
    assert certificates() == []


def test_issuing_to_the_people_chosen(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    qualify(cast.martins)
    answer = as_(cast.gabriela).post(BOARD, data={"whom": "chosen", "enrolment": [cast.lucias.id, "x"]})
    assert (answer.status_code, answer.location) == (303, BOARD)
    assert [each.enrolment_id for each in certificates()] == [cast.lucias.id]
    page = as_(cast.gabriela).get(BOARD).text
    assert "0 of 1 drawn" in page
    assert "Being drawn" in page


def test_a_double_click_issues_once(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    for _ in range(2):
        as_(cast.gabriela).post(BOARD, data={"whom": "chosen", "enrolment": cast.lucias.id})
    assert len(certificates()) == 1
    assert "1 had theirs already" in as_(cast.gabriela).get(BOARD).text


def test_choosing_nobody_is_said_and_changes_nothing(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    answer = as_(cast.gabriela).post(BOARD, data={"whom": "chosen"})
    assert answer.status_code == 422
    assert "Choose at least one person." in answer.text


def test_a_person_of_another_edition_cannot_be_slipped_in(cast, as_, qualify) -> None:
    as_(cast.gabriela).post(BOARD, data={"whom": "chosen", "enrolment": cast.rocios.id})
    assert certificates() == []


def test_each_refusal_is_shown_with_its_reason(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    as_(cast.gabriela).post(BOARD, data={"whom": "chosen", "enrolment": [cast.lucias.id, cast.martins.id]})
    page = as_(cast.gabriela).get(BOARD).text
    assert "1 issued" in page
    assert "Martín Tala Espinillo does not qualify yet" in page


def test_all_means_everybody_and_not_the_page(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    for number in range(60):
        person = factories.user(f"Persona {number:02} Lapacho")
        qualify(factories.enrolment(person, cast.edition, cast.canelones))
    first = as_(cast.gabriela).get(BOARD).text
    assert "Issue to all 61 who qualify" in first
    assert first.count('name="enrolment"') == 50
    assert as_(cast.gabriela).get(f"{BOARD}?cumplen=2").text.count('name="enrolment"') == 11
    assert as_(cast.gabriela).get(f"{BOARD}?cumplen=999").text.count('name="enrolment"') == 11
    as_(cast.gabriela).post(BOARD, data={"whom": "all"})
    assert len(certificates()) == 61


def test_a_person_is_found_without_minding_accents(cast, as_, qualify) -> None:
    qualify(cast.lucias)
    page = as_(cast.gabriela).get(f"{BOARD}?q=CORONILLA+lucia").text
    assert "Lucía Ceibo Coronilla" in page
    assert "Martín Tala Espinillo" not in page
    assert "Nobody of that name." in as_(cast.gabriela).get(f"{BOARD}?q=%25").text


def test_the_board_asks_as_often_for_three_people_as_for_one(cast, as_, qualify, count_queries) -> None:
    as_(cast.gabriela).get(BOARD)  # what is asked once in a process

    def add(number: int) -> None:
        """A person in each of the three lists, and one who was refused."""
        due, done, refused = (
            factories.enrolment(factories.user(f"{word} {number} Molle"), cast.edition, cast.canelones)
            for word in ("Due", "Done", "Refused")
        )
        qualify(due)
        qualify(done)
        services.issue_all(cast.edition, by=cast.gabriela, only={done.id, refused.id})
        db.session.commit()

    add(1)
    with count_queries() as one:
        assert as_(cast.gabriela).get(BOARD).status_code == 200
    add(2)
    add(3)
    with count_queries() as three:
        assert as_(cast.gabriela).get(BOARD).status_code == 200
    assert len(one) == len(three) <= 22


def test_the_sample_is_a_pdf_that_certifies_nothing(cast, as_) -> None:
    answer = as_(cast.gabriela).get(f"{BOARD}/vista-previa.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=muestra-novena.pdf"
    assert answer.data.startswith(b"%PDF")


# --- deciding about one ----------------------------------------------------------------------------------------------


def test_a_correction_asks_for_a_reason_and_makes_version_two(cast, as_, issued) -> None:
    cast.lucia.name = "Lucía Ceibo"
    db.session.commit()
    path = f"{BOARD}/{issued.code}/corregir"
    assert "Lucía Ceibo<br>" in as_(cast.gabriela).get(path).text
    assert as_(cast.gabriela).post(path, data={"reason": "  "}).status_code == 422
    assert as_(cast.gabriela).post(path, data={"reason": "x" * 1001}).status_code == 422
    answer = as_(cast.gabriela).post(path, data={"reason": "Sobraba un apellido"})
    assert (answer.status_code, answer.location) == (303, BOARD)
    assert [(each.version, each.state) for each in certificates()] == [(1, "replaced"), (2, VALID)]


def test_a_correction_that_changes_nothing_keeps_what_was_typed(cast, as_, issued) -> None:
    answer = as_(cast.gabriela).post(f"{BOARD}/{issued.code}/corregir", data={"reason": "Faltaba una tilde"})
    assert answer.status_code == 422
    assert "Faltaba una tilde" in answer.text
    assert "already" in answer.text
    assert issued.state == VALID


def test_revoking_asks_for_a_reason_and_deletes_nothing(cast, as_, issued) -> None:
    path = f"{BOARD}/{issued.code}/revocar"
    assert as_(cast.gabriela).get(path).status_code == 200
    assert as_(cast.gabriela).post(path, data={"reason": ""}).status_code == 422
    assert issued.state == VALID
    assert as_(cast.gabriela).post(path, data={"reason": "Trabajo copiado"}).status_code == 303
    assert (issued.state, issued.ended_reason) == (REVOKED, "Trabajo copiado")
    assert as_(cast.gabriela).post(path, data={"reason": "Otra vez"}).status_code == 422


def test_after_revoking_a_new_one_can_be_issued(cast, as_, issued) -> None:
    path = f"{BOARD}/{issued.code}/emitir-de-nuevo"
    services.revoke(issued, reason="Error nuestro", by=cast.gabriela)
    db.session.commit()
    assert as_(cast.gabriela).get(path).status_code == 200
    assert as_(cast.gabriela).post(path).status_code == 303
    assert [each.version for each in certificates()] == [1, 2]


@pytest.mark.parametrize("decision", ["corregir", "revocar", "emitir-de-nuevo"])
def test_deciding_is_for_who_coordinates_that_edition(cast, as_, issued, decision) -> None:
    path = f"{BOARD}/{issued.code}/{decision}"
    for person, get, post in (
        (cast.lucia, 403, 403),
        (cast.renata, 403, 403),
        (cast.rocio, 404, 404),
        (cast.thiago, 404, 404),
        (None, 303, 401),
    ):
        assert as_(person).get(path).status_code == get
        assert as_(person).post(path, data={"reason": "Porque sí"}).status_code == post
    assert as_(cast.elena).get(f"/ediciones/octava/certificados/{issued.code}/{decision}").status_code == 404
    assert [(each.state, each.version) for each in certificates()] == [(VALID, 1)]


# --- one's own --------------------------------------------------------------------------------------------------------


def test_my_certificates_are_mine_with_their_state(cast, as_, drawn) -> None:
    page = as_(cast.lucia).get("/certificados").text
    assert f"/certificados/{drawn.code}.pdf" in page
    assert f"/v/{drawn.code}" in page
    assert drawn.code not in as_(cast.martin).get("/certificados").text
    assert as_(None).get("/certificados").status_code == 303


def test_who_has_none_is_shown_the_way(cast, as_) -> None:
    assert "/ediciones/novena/certificado" in as_(cast.lucia).get("/certificados").text
    assert "No certificate yet" in as_(cast.renata).get("/certificados").text


def test_my_certificates_ask_as_often_for_three_as_for_one(cast, as_, qualify, count_queries) -> None:
    def add(slug: str) -> None:
        edition = factories.edition(slug)
        factories.lesson(factories.module(edition), required=False)
        services.issue(factories.enrolment(cast.lucia, edition, cast.canelones), by=cast.elena)
        db.session.commit()

    add("uno")
    with count_queries() as one:
        assert as_(cast.lucia).get("/certificados").text.count('class="panel') == 1
    add("dos")
    add("tres")
    with count_queries() as three:
        assert as_(cast.lucia).get("/certificados").text.count('class="panel') == 3
    assert len(one) == len(three)


def test_the_pdf_is_for_its_owner_and_who_coordinates(cast, as_, drawn) -> None:
    path = f"/certificados/{drawn.code}.pdf"
    for person, status in (
        (cast.lucia, 200),
        (cast.gabriela, 200),
        (cast.elena, 200),
        (cast.martin, 404),
        (cast.renata, 404),
        (cast.rocio, 404),
        (None, 303),
    ):
        with as_(person).get(path) as answer:
            assert answer.status_code == status


def test_the_pdf_is_a_file_with_a_name_that_is_sent_once(cast, as_, drawn) -> None:
    path = f"/certificados/{drawn.code}.pdf"
    with as_(cast.lucia).get(path) as answer:
        assert answer.headers["Content-Disposition"] == (
            f"attachment; filename=certificado-lucia-ceibo-coronilla-{drawn.code}.pdf"
        )
        assert answer.headers["ETag"] == f'"{drawn.pdf_sha256}"'
        assert answer.data.startswith(b"%PDF")
    with as_(cast.lucia).get(path, headers={"If-None-Match": f'"{drawn.pdf_sha256}"'}) as answer:
        assert (answer.status_code, answer.data) == (304, b"")


def test_a_pdf_that_is_not_drawn_yet_says_so(cast, as_, issued) -> None:
    answer = as_(cast.lucia).get(f"/certificados/{issued.code}.pdf")
    assert answer.status_code == 409
    assert "not ready yet" in answer.text


# --- verification -----------------------------------------------------------------------------------------------------


def test_a_valid_code_shows_name_edition_hours_dates_and_nothing_else(cast, client, issued) -> None:
    page = client.get(f"/v/{issued.code}").text
    for shown in ("Valid certificate", "Lucía Ceibo Coronilla", "Ciudades inteligentes", "<dd>40</dd>", "2026"):
        assert shown in page
    for hidden in ("Canelones", "lucia@example.org", "Jacarandá"):
        assert hidden not in page


@pytest.mark.parametrize("path", ["/v/{}", "/V/{}", "/verificar?codigo={}", "/v?codigo={}", "/V?codigo={}"])
@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", "")])
def test_every_way_to_a_code_leads_there(client, issued, path, typed) -> None:
    answer = client.get(path.format(typed(issued.code)))
    assert answer.status_code == 200
    assert "Valid certificate" in answer.text


def test_a_replaced_code_says_so_without_the_name(cast, client, issued) -> None:
    cast.lucia.name = "Lucía Ceibo"
    new = services.correct(issued, reason="Apellido", by=cast.gabriela)
    db.session.commit()
    page = client.get(f"/v/{issued.code}").text
    assert "Replaced by a newer version" in page
    for hidden in ("Lucía", "Apellido", new.code):
        assert hidden not in page


def test_a_revoked_code_says_when_without_the_name_or_the_reason(cast, client, issued) -> None:
    services.revoke(issued, reason="Trabajo copiado", by=cast.gabriela)
    db.session.commit()
    page = client.get(f"/v/{issued.code}").text
    assert "Revoked" in page
    assert "20 de octubre de 2026" in page or "October 20, 2026" in page
    for hidden in ("Lucía", "copiado"):
        assert hidden not in page


@pytest.mark.parametrize(
    "typed", ["EDR-2222-2222", "EDR-0000-0000", "x", "<script>alert(1)</script>", "%27%20OR%201=1"]
)
def test_a_wrong_code_reveals_nothing(client, issued, typed) -> None:
    answer = client.get("/verificar", query_string={"codigo": typed})
    assert answer.status_code == 404
    assert "We do not find that code" in answer.text
    assert "<script>alert" not in answer.text
    assert set(code_in(answer.text)) <= {"EDR-7K4Q-9M2H", "EDR-2222-2222"}


def test_the_form_alone_judges_nothing(client) -> None:
    answer = client.get("/verificar")
    assert answer.status_code == 200
    assert "We do not find" not in answer.text


def test_verifying_leaves_no_cookie_and_no_trace_in_search_engines(client, issued) -> None:
    answer = client.get(f"/v/{issued.code}")
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_guessing_is_stopped_and_verifying_is_not(client, issued) -> None:
    for _ in range(30):
        assert client.get(f"/v/{issued.code}").status_code == 200
    for number in range(20):
        path = "/v/EDR-2222-2222" if number % 2 else "/verificar?codigo=EDR-3333-3333"
        assert client.get(path).status_code == 404
    assert client.get("/v/EDR-4444-4444").status_code == 429
    assert client.get("/v/EDR-2222-2222", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 404
    limiter.reset()
    assert client.get(f"/v/{issued.code}").status_code == 200


def test_visitors_find_verification_in_the_navigation(cast, as_, client) -> None:
    entry = re.compile(r'<nav class="masthead__nav".*?</nav>', re.DOTALL)
    assert 'href="/verificar"' in entry.search(as_(None).get("/verificar").text)[0]
    assert 'href="/verificar"' not in entry.search(as_(cast.lucia).get("/verificar").text)[0]


def test_the_tab_is_for_who_coordinates(cast, as_) -> None:
    assert f'href="{BOARD}"' in as_(cast.gabriela).get(BOARD).text
    assert f'href="{BOARD}"' not in as_(cast.lucia).get("/ediciones/novena").text
