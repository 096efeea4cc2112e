"""The applicant's pages: write, send documents, hand in, correct, withdraw."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    session,
    url_for,
)
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import FileStorage

from escuela import clock, storage
from escuela.access import get_or_404, me_or_none, public
from escuela.applications import draft, policies, queries, services
from escuela.applications.forms import WithdrawForm
from escuela.applications.models import SUBMITTED, Application, ApplicationFile
from escuela.calls.models import FILE, Call, CallQuestion
from escuela.calls.policies import accepts, stage
from escuela.columns import Localized
from escuela.errors import DomainError, wants_json
from escuela.extensions import db, limiter
from escuela.forms import LINE
from escuela.gate import takes_files
from escuela.people import places
from escuela.people.forms import BANDS
from escuela.people.models import LocalGovernment
from escuela.web import hour, language, place_of, reader_zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

bp = Blueprint("applications", __name__)
RESULTS: list[Callable[[Application], str | None]] = []
"""Where an applicant reads what was decided, once it is published. The room that decides registers it."""

CALL = "/convocatorias/<edition>"
FORM = f"{CALL}/mi-postulacion"
HELD = timedelta(hours=24)
"""How long a browser that used a link may write, before it needs another."""


@bp.after_request
def _keep_nothing(response: Response) -> Response:
    """What somebody applies with stays in no cache."""
    response.cache_control.no_store = True
    return response


# --- whose application this browser may open


def hold(application: Application) -> None:
    """Let this browser write an application, and no other; who was not signed in begins a new session."""
    if me_or_none() is None:
        session.clear()
    session["application"] = {"id": application.id, "until": int((clock.now() + HELD).timestamp())}


def held(call: Call) -> Application | None:
    """The application of a call that this browser may write: the one of the link it used, else of who is signed in."""
    kept = session.get("application")
    if kept and kept["until"] > clock.now().timestamp():
        found = db.session.get(Application, kept["id"])
        if found is not None and found.call_id == call.id:
            return found
    user = me_or_none()
    return db.session.scalars(queries.of_user(call, user)).one_or_none() if user is not None else None


def the_call(edition: str) -> Call:
    return get_or_404(queries.call_of(me_or_none(), edition))


def _mine(call: Call) -> Application:
    """One's own application; without one, back to where a link is asked for."""
    application = held(call)
    if application is None:
        _without_link(call)
    return application


def _without_link(call: Call) -> NoReturn:
    sentence = _("Your time on this device ran out. Ask for a new link: your draft is as you saved it.")
    if wants_json():
        abort(_json(sentence, 401))
    if request.method != "GET":
        flash(sentence, "warn")
    abort(redirect(url_for(".start", edition=call.edition.slug), 303))


def _json(sentence: str, status: int) -> Response:
    answer = jsonify(message=sentence)
    answer.status_code = status
    return answer


# --- the draft


@bp.get(FORM)
@public
def form(edition: str) -> ResponseReturnValue:
    call = the_call(edition)
    return _page(_mine(call))


@bp.post(f"{FORM}/borrador")
@public
@takes_files
def save(edition: str) -> ResponseReturnValue:
    """Keep the draft: from the script as it is typed, or with a button; searching saves too."""
    call = the_call(edition)
    application = _mine(call)
    try:
        saved = _keep(application)
        _receive(application)
    except DomainError as refusal:
        return _refused(application, refusal)
    sentence = " ".join([_saved_now(), *_told(call, saved.overwritten)])
    if wants_json():
        return jsonify(message=sentence, began_from=saved.began_from, **_live(application))
    if "search" in request.form:
        country, words = request.form.get("find_country"), request.form.get("find_name")
        return redirect(url_for(".form", edition=edition, pais=country, nombre=words, _anchor="government"), 303)
    flash(sentence, "warn" if saved.overwritten else "good")
    return redirect(url_for(".form", edition=edition), 303)


def _keep(application: Application) -> services.Saved:
    """Every button of the page sends what is typed along, so that none of them loses it."""
    typed = draft.sent(application.call, request.form.getlist)
    return services.save(application, typed, request.form.get("began_from", ""))


def _receive(application: Application) -> None:
    """Documents that were chosen and not sent by themselves go with whatever button is pressed."""
    for question in application.call.questions:
        sent = request.files.get(f"file-{question.slug}") if question.kind == FILE else None
        if sent is not None and sent.filename:
            services.attach(application, question, sent.stream, name=sent.filename)


def _told(call: Call, overwritten: dict[str, Any]) -> list[str]:
    """What another device had saved in the same fields: nothing of it is lost without a word."""
    return [
        _(
            "«%(field)s» was changed on another device too. What you see here stays; there it said: «%(text)s».",
            field=_label(draft.label_of(call, name)),
            text=_in_words(call, name, value),
        )
        for name, value in overwritten.items()
    ]


def _label(label: draft.Label) -> str:
    return label.words(language()).text if isinstance(label, Localized) else str(label)


def _in_words(call: Call, name: str, value: Any) -> str:
    """A value of a draft as people read it."""
    question = next((each for each in call.questions if draft.field_of(each) == name), None)
    if question is not None and question.options:
        return ", ".join(words.words(language()).text for words in queries.Answer(question, value).chosen)
    if name == "gender":
        return str(policies.GENDER_WORDS.get(value, value))
    if name == "government" and str(value).isdecimal():
        government = db.session.get(LocalGovernment, int(value))
        return government.name if government else ""
    return str(value)[:200]


def _saved_now() -> str:
    zone = reader_zone() or "America/Montevideo"
    return _("Saved at %(hour)s, %(zone)s.", hour=hour(clock.now(), zone), zone=place_of(zone))


def _live(application: Application) -> dict[str, Any]:
    """What the page shows anew after each save: what is missing, and which governments may be the proposed one."""
    call, values = application.call, application.draft
    checked = services.check(application)
    return {
        "checklist": render_template("applications/_checklist.html", checked=checked, call=call),
        "twins": render_template("applications/_twins.html", twins=_twins(values), values=values),
    }


def _twins(values: dict[str, Any]) -> list[LocalGovernment]:
    if values.get("government") != draft.NEW:
        return []
    country = str(values.get("proposed_subdivision") or "").partition("-")[0]
    return queries.twins_of(str(values.get("proposed_name") or ""), country)


@bp.get(f"{CALL}/gobiernos")
@public
@limiter.limit("200 per minute")
def governments(edition: str) -> ResponseReturnValue:
    """The local governments that come close to what is being typed."""
    if held(the_call(edition)) is None:
        abort(404)
    country = request.args.get("pais", "")
    found = queries.find_governments(
        request.args.get("nombre", "")[:200], country if country in places.COUNTRIES else ""
    )
    return jsonify(found=[{"id": each.id, "name": each.name, "place": _where(each)} for each in found])


def _where(government: LocalGovernment) -> str:
    country = places.countries(language()).get(government.country, government.country)
    return f"{places.subdivision_name(government.subdivision)}, {country}"


# --- documents


@bp.post(f"{FORM}/archivos/<question>")
@public
@takes_files
def upload(edition: str, question: str) -> ResponseReturnValue:
    """Receive the document that a question asks for, with what was typed on the page."""
    call = the_call(edition)
    application, asked = _mine(call), _document(call, question)
    try:
        if "began_from" in request.form:
            _keep(application)
        sent = request.files.get(f"file-{question}") or request.files.get("file") or FileStorage()
        file = services.attach(application, asked, sent.stream, name=sent.filename or "")
    except DomainError as refusal:
        return _refused(application, refusal)
    message = _("%(name)s was received whole.", name=file.name)
    if wants_json():
        html = render_template("applications/_file.html", call=call, question=asked, file=file)
        return jsonify(message=message, html=html, **_live(application))
    flash(message, "good")
    return redirect(url_for(".form", edition=edition, _anchor=draft.field_of(asked)), 303)


@bp.post(f"{FORM}/archivos/<question>/quitar")
@public
@takes_files
def detach(edition: str, question: str) -> ResponseReturnValue:
    call = the_call(edition)
    application, asked = _mine(call), _document(call, question)
    try:
        _keep(application)
        services.detach(application, asked)
    except DomainError as refusal:
        return _refused(application, refusal)
    flash(_("The document was removed from the draft."), "good")
    return redirect(url_for(".form", edition=edition, _anchor=draft.field_of(asked)), 303)


def _document(call: Call, slug: str) -> CallQuestion:
    found = services.document_question(call, slug)
    if found is None:
        abort(404)
    return found


@bp.get(f"{CALL}/archivos/<int:file>")
@public
def file(edition: str, file: int) -> ResponseReturnValue:
    """A document, always to be saved and never shown from our address: what people send is not ours to run."""
    call = the_call(edition)
    found = db.session.get(ApplicationFile, file, options=[joinedload(ApplicationFile.application)])
    if found is None or found.application.call_id != call.id:
        abort(404)
    mine = held(call)
    if (mine is None or mine.id != found.application_id) and not policies.can_download(me_or_none(), found):
        abort(404)
    answer = send_file(
        storage.read(found.key), mimetype="application/pdf", as_attachment=True, download_name=found.name
    )
    answer.content_length = found.size
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


# --- handing in


@bp.post(f"{FORM}/entregar")
@public
@takes_files
def hand_in(edition: str) -> ResponseReturnValue:
    call = the_call(edition)
    application = _mine(call)
    try:
        _keep(application)
        _receive(application)
        services.hand_in(application, language=language(), zone=reader_zone() or call.zone)
    except DomainError as refusal:
        return _refused(application, refusal)
    flash(
        _(
            "Your application is handed in. Its number is %(number)s. We wrote to %(email)s.",
            number=application.reference,
            email=application.email,
        ),
        "good",
    )
    return redirect(url_for(".form", edition=edition), 303)


@bp.route(f"{FORM}/retirar", methods=["GET", "POST"])
@public
def withdraw(edition: str) -> ResponseReturnValue:
    call, form = the_call(edition), WithdrawForm()
    application = _mine(call)
    if form.validate_on_submit():
        services.withdraw(application, reason=str(form.reason.data or "").strip())
        flash(_("Your application is withdrawn. Until the call closes you can take it up again here."), "good")
        return redirect(url_for(".form", edition=edition), 303)
    if request.method == "GET" and (application.state != SUBMITTED or not accepts(call, clock.now())):
        return redirect(url_for(".form", edition=edition), 303)
    page = render_template("applications/withdraw.html", call=call, application=application, form=form)
    return page, 422 if form.errors else 200


@bp.post(f"{FORM}/retomar")
@public
def resume(edition: str) -> ResponseReturnValue:
    services.resume(_mine(the_call(edition)))
    flash(_("Your application stands again, as you had handed it in."), "good")
    return redirect(url_for(".form", edition=edition), 303)


# --- the page


def _refused(application: Application, refusal: DomainError) -> ResponseReturnValue:
    """The page again with the reason and everything that was typed; for a script only the reason."""
    if wants_json():
        raise refusal
    call, typed = application.call, draft.sent(application.call, request.form.getlist)
    db.session.rollback()
    faults = refusal.checked.faults if isinstance(refusal, services.IncompleteError) else {}
    if isinstance(refusal, services.DocumentError):
        faults = {refusal.name: refusal.sentence}
    open_now = accepts(call, clock.now())
    began = request.form.get("began_from")
    values = draft.merge(application.draft, typed, began).values if began is not None and open_now else None
    return _page(application, values=values, refusal=refusal, faults=faults), 422 if open_now else 409


def _page(
    application: Application,
    *,
    values: dict[str, Any] | None = None,
    refusal: DomainError | None = None,
    faults: dict[str, Any] | None = None,
) -> str:
    call, kept = application.call, application.draft
    shown = kept if values is None else values
    checked = services.check(application, shown)
    answers = draft.draft_answers(call, shown)
    handed_in = application.number is not None
    return render_template(
        "applications/form.html",
        edition=call.edition,
        call=call,
        application=application,
        stage=stage(call, clock.now()),
        writable=policies.can_write(application, clock.now()),
        open=accepts(call, clock.now()),
        values=shown,
        unsaved=values is not None,
        began_from=draft.marks(kept, draft.fields(call)),
        checked=checked,
        asked={question.slug for question in checked.asked},
        answers=queries.read(application) if handed_in else queries.read_draft(application, answers),
        changed=handed_in and services.changed_since(application, checked),
        result=next((href for told in RESULTS if (href := told(application))), None),
        refusal=refusal,
        faults=faults or {},
        zone=reader_zone() or application.zone,
        **_choices(shown, application),
    )


def _choices(values: dict[str, Any], application: Application) -> dict[str, Any]:
    """What the page offers to choose from."""
    country, words = request.args.get("pais", ""), request.args.get("nombre", "")[:200]
    known = country if country in places.COUNTRIES else ""
    number = str(values.get("government") or "")
    chosen = db.session.get(LocalGovernment, int(number)) if number.isdecimal() and len(number) < 10 else None
    found = [each for each in queries.find_governments(words, known) if chosen is None or each.id != chosen.id]
    return {
        "files": {each.id: each for each in application.files},
        "genders": policies.GENDER_WORDS,
        "bands": BANDS,
        "countries": places.countries(language()),
        "subdivisions": places.subdivisions(language()),
        "chosen": chosen,
        "found": found,
        "searched": bool(words or known),
        "words": words,
        "country": known,
        "twins": _twins(values),
        "where": _where,
        "most": {
            "line": LINE,
            "short": draft.SHORT_MOST,
            "long": draft.LONG_MOST,
            "mb": current_app.config["SETTINGS"].upload_mb,
        },
        "field_of": draft.field_of,
    }


from escuela.applications import desk_views, start_views  # noqa: E402, F401 - other pages of the same blueprint
