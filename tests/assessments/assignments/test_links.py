from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escuela.assessments.assignments import links, services
from escuela.assessments.assignments.models import Submission, Work, mark_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.people.models import User
from tests.cast import Cast
from tests.conftest import Client

As = Callable[[User | None], Client]
PAGE = "/ediciones/novena/tareas/assignment-mapa"
MAP = "https://mapas.example.org/canelones?capa=agua#z=12"


@pytest.mark.parametrize(
    "link", [MAP, "https://ñandú.example.org/", "https://a.uy", "https://example.org:8443/a/b", "HTTPS://Example.org/x"]
)
def test_a_whole_https_address_is_sound(link: str) -> None:
    assert links.is_sound(link)


@pytest.mark.parametrize(
    "link",
    [
        "http://example.org",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://localhost/",
        "https://192.168.0.1/",
        "https://ana:clave@example.org/",
        "https://example.org/a b",
        'https://example.org/"onclick',
        "https://exa\\mple.org",
        "https://example.org:puerto/",
        "https://[::1",
        "example.org",
        f"https://example.org/{'x' * 500}",
    ],
)
def test_anything_else_is_not(link: str) -> None:
    assert not links.is_sound(link)


@given(st.text())
def test_whatever_is_typed_is_judged_without_an_error(text: str) -> None:
    links.is_sound(f"https://{text}")
    links.is_sound(links.tidy(text))


@pytest.fixture
def draft(cast: Cast) -> Work:
    cast.assignment.takes_link = True
    db.session.commit()
    return services.begin(cast.assignment, cast.lucias)


def test_a_half_typed_link_is_kept_and_refused_when_it_is_handed_in(cast: Cast, draft: Work) -> None:
    services.save_draft(draft, "Texto", "https://map", began_from=draft.draft_mark)
    assert draft.link == "https://map"
    with pytest.raises(DomainError):
        services.submit(draft, by=cast.lucia)


def test_a_link_alone_can_be_handed_in_and_each_version_keeps_its_own(cast: Cast, draft: Work) -> None:
    services.save_draft(draft, "", f" {MAP} ", began_from=draft.draft_mark)
    services.submit(draft, by=cast.lucia)
    services.save_draft(draft, "", f"{MAP}&otra", began_from=draft.draft_mark)
    db.session.refresh(draft)
    services.submit(draft, by=cast.lucia)
    assert [each.link for each in db.session.query(Submission).order_by(Submission.version)] == [MAP, f"{MAP}&otra"]


def test_a_page_of_an_older_link_does_not_overwrite_a_newer_one(draft: Work) -> None:
    old = draft.draft_mark
    services.save_draft(draft, "", MAP, began_from=old)
    with pytest.raises(services.OverwriteError):
        services.save_draft(draft, "", "https://otro.example.org", began_from=old)


def test_the_page_asks_for_a_link_and_shows_it_as_one_that_leads_elsewhere(cast: Cast, as_: As, draft: Work) -> None:
    db.session.commit()
    lucia = as_(cast.lucia)
    refused = lucia.post(
        f"{PAGE}/entregar", data={"text": "", "link": "javascript:alert(1)", "began_from": mark_of("")}
    )
    assert refused.status_code == 422
    assert 'value="javascript:alert(1)"' in refused.text
    assert 'href="javascript' not in refused.text
    assert lucia.post(f"{PAGE}/entregar", data={"text": "", "link": MAP, "began_from": mark_of("")}).status_code == 303
    page = lucia.get(PAGE).text
    assert 'rel="noopener noreferrer nofollow"' in page
    assert "mapas.example.org" in as_(cast.renata).get(f"/ediciones/novena/revisiones/{draft.id}").text


def test_without_the_field_no_link_is_kept(cast: Cast, as_: As) -> None:
    as_(cast.lucia).post(f"{PAGE}/borrador", data={"text": "x", "link": MAP, "began_from": mark_of("")})
    assert db.session.query(Work).one().link == ""
    assert 'name="link"' not in as_(cast.lucia).get(PAGE).text
