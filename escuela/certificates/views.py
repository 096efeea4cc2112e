"""Certificates on screen: the coordinator's board, one's own, and the public verification."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from http.client import NOT_FOUND, OK
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from escuela import storage
from escuela.access import get_or_404, me, public, require
from escuela.admissions.queries import my_enrolments, taught_editions
from escuela.certificates import codes, drawing, queries, services
from escuela.certificates.board import board_of, last_round, progress
from escuela.certificates.forms import AgainForm, ReasonForm
from escuela.certificates.models import ISSUED, REFUSED, Certificate, Issuing
from escuela.columns import Localized
from escuela.editions.models import Edition
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.extensions import db, limiter
from escuela.forms import Form
from escuela.gate import page_number, row_number
from escuela.web import LANGUAGE_NAMES, NAVIGATION, TABS, Entry, Tab, reader_zone

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("certificates", __name__)

NAVIGATION.append(Entry(80, _l("Verify"), "certificates.verify", lambda user: user is None))
TABS.append(Tab(60, _l("Certificates"), "certificates.board", coordinates))

HOME_ZONE = "America/Montevideo"
DUE_PAGE, NOT_YET_PAGE, ISSUED_PAGE = "cumplen", "faltan", "emitidos"
"""Each list of the board has its own page number in the address."""


# --- who coordinates --------------------------------------------------------------------------------------------------


def _edition(slug: str) -> Edition:
    edition = get_or_404(taught_editions(me()).where(Edition.slug == slug))
    require(coordinates(me(), edition))
    return edition


@bp.get("/ediciones/<edition>/certificados")
def board(edition: str) -> ResponseReturnValue:
    """Who qualifies, who does not and why, what was issued and how far the drawing is."""
    return _board(_edition(edition))


def _board(edition: Edition, *, refusal: str = "") -> str:
    search = request.args.get("q", "").strip()[:200]
    return render_template(
        "certificates/board.html",
        edition=edition,
        search=search,
        refusal=refusal,
        board=board_of(
            edition,
            search=search,
            due=page_number(DUE_PAGE),
            not_yet=page_number(NOT_YET_PAGE),
            issued=page_number(ISSUED_PAGE),
        ),
        progress=progress(edition),
        round=last_round(edition),
        asks_final_work=db.session.execute(queries.final_works(edition)).first() is not None,
        signatories=[(each["name"], Localized(each["office"])) for each in edition.signatories],
        language_names=LANGUAGE_NAMES,
        due_href=_turner(edition, DUE_PAGE, "cumplen"),
        not_yet_href=_turner(edition, NOT_YET_PAGE, "no-cumplen"),
        issued_href=_turner(edition, ISSUED_PAGE, "emitidos"),
    )


def _turner(edition: Edition, name: str, anchor: str) -> Callable[[int], str]:
    """The address of another page of one list, with the other lists where they are."""

    def turn(number: int) -> str:
        asked: dict[str, Any] = {each: request.args.get(each) for each in ("q", DUE_PAGE, NOT_YET_PAGE, ISSUED_PAGE)}
        return url_for("certificates.board", edition=edition.slug, _anchor=anchor, **asked | {name: number})

    return turn


@bp.post("/ediciones/<edition>/certificados")
def issue(edition: str) -> ResponseReturnValue:
    """Issue to everybody who qualifies, or to the people who were chosen on the page."""
    found = _edition(edition)
    only = None if request.form.get("whom") == "all" else set(request.form.getlist("enrolment", type=row_number))
    if only is not None and not only:
        return _board(found, refusal=_("Choose at least one person.")), 422
    issuing = services.issue_all(found, by=me(), only=only)
    flash(*_what_came_of(issuing))
    return redirect(url_for("certificates.board", edition=found.slug), 303)


def _what_came_of(issuing: Issuing) -> tuple[str, str]:
    outcomes = [result.outcome for result in issuing.results]
    issued = ngettext("%(num)d certificate issued.", "%(num)d certificates issued.", outcomes.count(ISSUED))
    if REFUSED not in outcomes:
        return issued, "good"
    refused = ngettext("%(num)d could not be issued.", "%(num)d could not be issued.", outcomes.count(REFUSED))
    return f"{issued} {refused}", "warn"


@bp.get("/ediciones/<edition>/certificados/vista-previa.pdf")
def preview(edition: str) -> ResponseReturnValue:
    """The sheet with the longest name of the edition, to look at before issuing."""
    pdf = BytesIO(drawing.preview(_edition(edition)))
    return send_file(pdf, mimetype="application/pdf", as_attachment=True, download_name=f"muestra-{edition}.pdf")


@bp.route("/ediciones/<edition>/certificados/<code>/corregir", methods=["GET", "POST"])
def correct(edition: str, code: str) -> ResponseReturnValue:
    """Version 2, with the name that the person has now."""
    form = ReasonForm()

    def act(certificate: Certificate) -> str:
        new = services.correct(certificate, reason=form.reason.data or "", by=me())
        return _("Corrected: %(code)s is version %(version)d.", code=new.code, version=new.version)

    return _decide("correct", edition, code, form, act)


@bp.route("/ediciones/<edition>/certificados/<code>/revocar", methods=["GET", "POST"])
def revoke(edition: str, code: str) -> ResponseReturnValue:
    form = ReasonForm()

    def act(certificate: Certificate) -> str:
        services.revoke(certificate, reason=form.reason.data or "", by=me())
        return _("Revoked: %(code)s.", code=certificate.code)

    return _decide("revoke", edition, code, form, act)


@bp.route("/ediciones/<edition>/certificados/<code>/emitir-de-nuevo", methods=["GET", "POST"])
def again(edition: str, code: str) -> ResponseReturnValue:
    """A new certificate for somebody whose last one was revoked."""

    def act(certificate: Certificate) -> str:
        new = services.issue(certificate.enrolment, by=me(), again=True)
        return _("Issued again: %(code)s.", code=new.code)

    return _decide("again", edition, code, AgainForm(), act)


def _decide(what: str, slug: str, code: str, form: Form, act: Callable[[Certificate], str]) -> ResponseReturnValue:
    """A page that asks before something that cannot be undone. `act` does it and returns what to say of it."""
    edition = _edition(slug)
    certificate = get_or_404(queries.certificates_of(edition).where(Certificate.code == code))
    refusal: object = ""
    if form.validate_on_submit():
        try:
            done = act(certificate)
        except DomainError as error:
            refusal = error.sentence
        else:
            flash(done, "good")
            return redirect(url_for("certificates.board", edition=edition.slug), 303)
    page = render_template(
        f"certificates/{what}.html", edition=edition, certificate=certificate, form=form, refusal=refusal
    )
    return page, 422 if form.is_submitted() else 200


# --- one's own --------------------------------------------------------------------------------------------------------


@bp.get("/certificados")
def mine() -> ResponseReturnValue:
    """My certificates, for ever: of editions that are closed or archived too."""
    certificates = db.session.scalars(queries.own_certificates(me())).all()
    unfinished = None if certificates else db.session.scalar(my_enrolments(me()).limit(1))
    return render_template("certificates/mine.html", certificates=certificates, unfinished=unfinished)


@bp.get("/certificados/<code>.pdf")
def download(code: str) -> ResponseReturnValue:
    """The PDF, for its owner and who coordinates its edition."""
    certificate = get_or_404(queries.visible_certificates(me()).where(Certificate.code == code))
    if certificate.pdf_key is None:
        raise DomainError(_l("The PDF is not ready yet: it is being drawn. Come back in a minute."))
    return send_file(
        storage.read(certificate.pdf_key),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=_file_name(certificate),
        etag=certificate.pdf_sha256 or False,
        last_modified=certificate.drawn_at,
    )


def _file_name(certificate: Certificate) -> str:
    """«certificado-rocio-algarrobo-lapacho-EDR-2PX8-HW3C.pdf»: to be read in a folder of hundreds."""
    letters = unicodedata.normalize("NFKD", certificate.award.name).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:80]
    return f"certificado-{name}-{certificate.code}.pdf"


# --- everybody: verification ------------------------------------------------------------------------------------------

guessing = limiter.shared_limit(
    "20 per minute", scope="certificate codes", deduct_when=lambda response: response.status_code == NOT_FOUND
)
"""Only codes that are not found count: a ministry with a hundred certificates to verify is not stopped."""


@bp.get("/V")
@bp.get("/v")
@bp.get("/verificar")
@public
@guessing
def verify() -> ResponseReturnValue:
    """Ask for a code; with one, what the School says of it."""
    typed = request.args.get("codigo", "").strip()
    return _answer(typed) if typed else render_template("certificates/verify.html", typed="")


@bp.get("/V/<code>")
@bp.get("/v/<code>")
@public
@guessing
def check(code: str) -> ResponseReturnValue:
    """Where the QR leads, in capitals."""
    return _answer(code)


def _answer(typed: str) -> ResponseReturnValue:
    """The same page and the same query whatever was typed; robots keep no names."""
    code = codes.normalise(typed)
    certificate = db.session.scalar(select(Certificate).where(Certificate.code == code))
    page = render_template(
        "certificates/verify.html",
        typed=code or typed[:100],
        certificate=certificate,
        asked=True,
        zone=reader_zone() or HOME_ZONE,
    )
    return page, OK if certificate else NOT_FOUND, {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}
