"""Selection: the ranking and its balance, decisions, their publication, free places; and the answer of the chosen."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from escuela import clock, web
from escuela.access import get_or_404, me, me_or_none, public
from escuela.applications.models import Application
from escuela.applications.policies import GENDER_WORDS
from escuela.applications.services import recipient
from escuela.applications.views import RESULTS
from escuela.calls.models import Call
from escuela.calls.policies import Stage, closing, stage
from escuela.calls.queries import coordinated_calls
from escuela.editions.models import Edition
from escuela.editions.policies import Moment, coordinates
from escuela.errors import DomainError
from escuela.evaluations.queries import criterion_means
from escuela.evaluations.services import ensure_owes_nothing
from escuela.extensions import db, limiter
from escuela.gate import page_number, row_number
from escuela.messages.services import link_to
from escuela.people import places
from escuela.people.forms import BANDS
from escuela.selection import queries, services
from escuela.selection.forms import AnswerForm, DeclineForm, ExtendForm, TakeOffForm
from escuela.selection.models import CONFIRMED, OUTCOMES, WAITLISTED, Decision, DecisionBatch
from escuela.selection.policies import OUTCOME_WORDS, REPLY_WORDS, SIZES, TONES, awaits_reply, waits
from escuela.selection.queries import SORTS, UNDECIDED, Filters

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp = Blueprint("selection", __name__)
PAGE = "/ediciones/<edition>/convocatoria/seleccion"
PER_PAGE = 50
ALL = "all"
"""What the box «all that match» sends."""

web.TABS.append(web.Tab(40, _l("Selection"), "selection.board", coordinates, below="calls.manage"))


def _call(edition: str) -> Call:
    whole = (joinedload(Call.edition).joinedload(Edition.staff), joinedload(Call.criteria))
    call = get_or_404(coordinated_calls(me()).where(Edition.slug == edition).options(*whole))
    ensure_owes_nothing(me(), call)
    return call


# --- the ranking


@bp.get(PAGE)
def board(edition: str) -> ResponseReturnValue:
    call, filters, sort = _call(edition), _filters(), _sort()
    rows = queries.ranked(call, filters, sort)
    total, scored = queries.counted(call, filters)
    number = min(page_number(), max(1, -(-total // PER_PAGE)))
    lines = [queries.line(row) for row in db.session.execute(rows.limit(PER_PAGE).offset((number - 1) * PER_PAGE))]
    balance = queries.balance(call)
    listed = balance.outcomes.get(WAITLISTED, 0)
    waiting = db.session.scalars(queries.waiting(call).limit(5)).all() if listed else []
    return render_template(
        "selection/board.html",
        edition=call.edition,
        call=call,
        closes=closing(call),
        stage=stage(call, clock.now()).value,
        lines=lines,
        means=criterion_means([each.application.id for each in lines]),
        total=total,
        scored=scored,
        page=number,
        pages=max(1, -(-total // PER_PAGE)),
        filters=filters,
        filtered=filters != Filters(),
        sort=sort,
        balance=balance,
        waiting=waiting,
        free=services.free(call),
        batch=db.session.scalars(queries.last_batch(call)).first() if call.announced_at is None else None,
        href=lambda to: url_for(".board", edition=edition, page=to, **_arguments(filters, sort)),
        sorted_by=lambda by: url_for(".board", edition=edition, **_arguments(filters, by)),
        sheet=url_for(".sheet", edition=edition, **_arguments(filters, sort)),
        countries=places.countries(web.language()),
        bands=BANDS,
        genders=GENDER_WORDS,
        outcomes=OUTCOME_WORDS,
        replies=REPLY_WORDS,
        sizes=SIZES,
        tones=TONES,
    )


def _filters() -> Filters:
    given = request.values
    return Filters(
        words=given.get("nombre", "").strip()[:200],
        country=given.get("pais", "") if given.get("pais") in places.COUNTRIES else "",
        band=given.get("tamano", "") if given.get("tamano") in BANDS else "",
        gender=given.get("genero", "") if given.get("genero") in GENDER_WORDS else "",
        outcome=given.get("decision", "") if given.get("decision") in {*OUTCOMES, UNDECIDED} else "",
        apart=given.get("diferencia") == "si",
        missing=given.get("faltan") == "si",
    )


def _sort() -> str:
    wanted = request.values.get("orden", "mean")
    return wanted if wanted in SORTS else "mean"


def _arguments(filters: Filters, sort: str) -> dict[str, Any]:
    return {
        "nombre": filters.words or None,
        "pais": filters.country or None,
        "tamano": filters.band or None,
        "genero": filters.gender or None,
        "decision": filters.outcome or None,
        "diferencia": "si" if filters.apart else None,
        "faltan": "si" if filters.missing else None,
        "orden": sort if sort != "mean" else None,
    }


@bp.get(f"{PAGE}/csv")
def sheet(edition: str) -> ResponseReturnValue:
    """The ranking as the filters leave it, for a spreadsheet."""
    call = _call(edition)
    lines = [queries.line(row) for row in db.session.execute(queries.ranked(call, _filters(), _sort()))]
    means = criterion_means([each.application.id for each in lines])
    text = StringIO()
    text.write("\ufeff")  # Excel reads UTF-8 only so; semicolons where a comma is for decimals
    writer = csv.writer(text, delimiter="," if web.language() == "en" else ";")
    heads = [_("Rank"), _("Number"), _("Name"), _("Local government"), _("Country"), _("Population"), _("Gender")]
    titles = [criterion.title.words(web.language()).text for criterion in call.criteria]
    writer.writerow(map(_harmless, [*heads, *titles, _("Mean"), _("Spread"), _("Scores given"), _("Decision")]))
    for each in lines:
        row = each.application
        facts = [each.rank, row.reference, row.name, row.place_name, web.country_name(row.country)]
        facts += [str(BANDS.get(row.band, "")), str(GENDER_WORDS.get(row.gender or "", ""))]
        given = means.get(row.id, {})
        scores = [_number(given.get(criterion.id)) for criterion in call.criteria]
        outcome = str(OUTCOME_WORDS[each.decision.outcome]) if each.decision else ""
        last = [_number(each.mean and each.mean / 100), _number(each.spread and each.spread / 100), each.given, outcome]
        writer.writerow(map(_harmless, [*facts, *scores, *last]))
    answer = Response(text.getvalue(), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{edition}-{_('selection')}.csv")
    return answer


def _number(value: float | None) -> str:
    return "" if value is None else str(format_decimal(round(value, 2)))


def _harmless(value: object) -> str:
    """A spreadsheet runs what begins with one of these signs."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# --- decisions


@bp.post(f"{PAGE}/decidir")
def decide(edition: str) -> ResponseReturnValue:
    """The ticked applications, or all that the filters match."""
    call, filters, wanted = _call(edition), _filters(), request.form.get("outcome", "")
    if wanted not in {*OUTCOMES, UNDECIDED}:
        abort(400)
    seen: dict[int, str] = {}
    if request.form.get("which") == ALL:
        numbers = queries.ids(call, filters)
    else:
        seen = dict(map(_ticked, request.form.getlist("application")))
        order = queries.ids(call, Filters()) if len(seen) > 1 else list(seen)
        numbers = [number for number in order if number in seen]
    if not numbers:
        raise DomainError(_("Tick at least one application."))
    batch = services.decide(call, numbers, None if wanted == UNDECIDED else wanted, by=me(), seen=seen)
    _tell(batch, wanted)
    return redirect(_back(edition, filters), 303)


def _ticked(raw: str) -> tuple[int, str]:
    """`12:accepted`: an application, and what the page said of it."""
    number, _colon, was = raw.partition(":")
    try:
        return row_number(number), was
    except ValueError:
        abort(400)


def _tell(batch: DecisionBatch | None, wanted: str) -> None:
    number = len(batch.after) if batch else 0
    if not number:
        flash(_("Nothing changed."), "info")
        return
    sentences = {
        "accepted": ngettext("%(num)d application accepted.", "%(num)d applications accepted.", number),
        "waitlisted": ngettext(
            "%(num)d application in the waiting list.", "%(num)d applications in the waiting list.", number
        ),
        "rejected": ngettext("%(num)d application not selected.", "%(num)d applications not selected.", number),
        UNDECIDED: ngettext("%(num)d application undecided again.", "%(num)d applications undecided again.", number),
    }
    flash(sentences[wanted], "good")


def _back(edition: str, filters: Filters) -> str:
    page = request.form.get("page", "1")
    return url_for(".board", edition=edition, page=page if page.isdecimal() else 1, **_arguments(filters, _sort()))


@bp.post(f"{PAGE}/deshacer/<int:batch>")
def undo(edition: str, batch: int) -> ResponseReturnValue:
    call = _call(edition)
    row = get_or_404(select(DecisionBatch).where(DecisionBatch.call_id == call.id, DecisionBatch.id == batch))
    number = services.undo(row, by=me())
    flash(ngettext("%(num)d decision undone.", "%(num)d decisions undone.", number), "good")
    return redirect(_back(edition, _filters()), 303)


@bp.get(f"{PAGE}/espera")
def waiting(edition: str) -> ResponseReturnValue:
    """The whole waiting list, to be put in order."""
    call = _call(edition)
    return render_template(
        "selection/waiting.html",
        edition=call.edition,
        call=call,
        rows=db.session.scalars(queries.waiting(call)).all(),
        gone=db.session.scalars(queries.left_the_list(call)).all() if call.announced_at else (),
        free=services.free(call),
        replies=REPLY_WORDS,
    )


@bp.post(f"{PAGE}/espera/<int:application>")
def move(edition: str, application: int) -> ResponseReturnValue:
    decision = _decision(_call(edition), application)
    step = {"up": -1, "down": 1}.get(request.form.get("place", ""))
    if step is None:
        abort(400)
    services.move(decision, step, by=me())
    return redirect(url_for(".waiting", edition=edition, _anchor=f"espera-{application}"), 303)


@bp.route(f"{PAGE}/espera/<int:application>/quitar", methods=["GET", "POST"])
def take_off(edition: str, application: int) -> ResponseReturnValue:
    """Somebody who waits no longer, with the reason."""
    call = _call(edition)
    decision, form = _decision(call, application), TakeOffForm()
    if form.validate_on_submit():
        services.take_off(decision, reason=str(form.reason.data), by=me())
        flash(_("%(name)s is off the waiting list.", name=decision.application.name), "good")
        return redirect(url_for(".waiting", edition=edition), 303)
    waiting = waits(decision)
    page = render_template(
        "selection/take_off.html", edition=call.edition, call=call, decision=decision, form=form, waiting=waiting
    )
    return page, 422 if form.errors else 200


def _decision(call: Call, application: int) -> Decision:
    rows = select(Decision).where(Decision.call_id == call.id, Decision.application_id == application)
    return get_or_404(rows)


# --- publishing


@bp.route(f"{PAGE}/publicar", methods=["GET", "POST"])
def publish(edition: str) -> ResponseReturnValue:
    """First what everybody will read; then, once, the mails."""
    call = _call(edition)
    if request.method == "POST":
        rest = request.form.get("rest") == "reject"
        try:
            sent = services.publish(call, request.form.get("fingerprint", ""), reject_rest=rest, by=me())
        except DomainError as refusal:
            db.session.rollback()
            return _preview(_call(edition), refusal), 409
        sentence = ngettext(
            "The result is published; %(num)d mail goes out.", "The result is published; %(num)d mails go out.", sent
        )
        flash(sentence if sent else _("The result was published already: nobody gets a second mail."), "good")
        return redirect(url_for(".board", edition=edition), 303)
    return _preview(call)


def _preview(call: Call, refusal: DomainError | None = None) -> str:
    found = services.preview(call)
    mails = [
        {"outcome": outcome, "language": language, "mail": _mail(call, outcome, application)}
        for (outcome, language), application in sorted(found.samples.items())
    ]
    return render_template(
        "selection/publish.html",
        edition=call.edition,
        call=call,
        found=found,
        total=sum(found.counts.values()) + found.undecided,
        mails=mails,
        outcomes=OUTCOME_WORDS,
        until=Moment(found.reply_by_at, call.zone),
        closed=stage(call, clock.now()) is Stage.CLOSED,
        refusal=refusal,
    )


def _mail(call: Call, outcome: str, application: Application, **more: Any) -> dict[str, str]:
    """A mail as this person will get it."""
    values = services.mail_values(call, application, None) | {"to": recipient(application), **more}
    with force_locale(application.language):
        text = current_app.jinja_env.get_template(f"selection/mail/{outcome}.txt").render(
            link_to=link_to, public_url=current_app.config["SETTINGS"].public_url, **values
        )
    subject, _end, body = text.strip().partition("\n")
    return {"subject": subject, "text": body.strip(), "name": application.name}


# --- free places and answers


@bp.route(f"{PAGE}/ofrecer/<int:application>", methods=["GET", "POST"])
def offer(edition: str, application: int) -> ResponseReturnValue:
    """Two clicks: what will be sent, and sent."""
    call = _call(edition)
    decision = _decision(call, application)
    if request.method == "POST":
        services.offer(decision, by=me())
        flash(_("The place is offered to %(name)s.", name=decision.application.name), "good")
        return redirect(url_for(".board", edition=edition), 303)
    return render_template(
        "selection/offer.html",
        edition=call.edition,
        call=call,
        decision=decision,
        free=services.free(call),
        mail=_mail(call, "accepted", decision.application, moved_up=True),
    )


@bp.route(f"{PAGE}/respuesta/<int:application>", methods=["GET", "POST"])
def answer(edition: str, application: int) -> ResponseReturnValue:
    """Answer for somebody who called, or give them more time."""
    call = _call(edition)
    decision = _decision(call, application)
    form, more = AnswerForm(prefix="answer-"), ExtendForm(prefix="more-")
    more.speak(call.edition)
    more.until.zone = call.zone
    try:
        if "answer" in request.form and form.validate():
            return _answered(edition, decision, form)
        if "more" in request.form and more.validate() and more.until.data:
            services.extend_reply(decision, more.until.data.at, reason=str(more.reason.data), by=me())
            flash(_("%(name)s has more time to answer.", name=decision.application.name), "good")
            return redirect(url_for(".board", edition=edition), 303)
    except DomainError as refusal:
        (form if "answer" in request.form else more).form_errors.append(str(refusal.sentence))
    page = render_template(
        "selection/answer.html",
        edition=call.edition,
        call=call,
        decision=decision,
        form=form,
        more=more,
        open=decision.reply not in {CONFIRMED, "declined"},
        replies=REPLY_WORDS,
    )
    return page, 422 if form.errors or more.errors else 200


def _answered(edition: str, decision: Decision, form: AnswerForm) -> ResponseReturnValue:
    verb = services.confirm if form.reply.data == CONFIRMED else services.decline
    verb(decision, by=me(), reason=str(form.reason.data))
    flash(_("The answer of %(name)s is kept.", name=decision.application.name), "good")
    return redirect(url_for(".board", edition=edition), 303)


def _told(application: Application) -> str | None:
    """Where an applicant reads the result and answers it, once it is published."""
    if application.call.announced_at is None or db.session.get(Decision, application.id) is None:
        return None
    return url_for("selection.reply", token=services.token_of(application))


RESULTS.append(_told)


@bp.route("/convocatorias/respuesta/<token>", methods=["GET", "POST"])
@public
@limiter.limit("60 per hour")
def reply(token: str) -> ResponseReturnValue:
    """The chosen say yes or no. Opening the link does nothing; the buttons do."""
    number = services.application_of(token)
    rows = select(Decision).where(Decision.application_id == number, Decision.announced_at.is_not(None))
    decision = get_or_404(rows)
    application = decision.application
    form, refusal = DeclineForm(), None
    if request.method == "POST":
        try:
            if request.form.get("reply") == CONFIRMED:
                services.confirm(decision)
            elif request.form.get("reply") == "declined" and form.validate():
                services.decline(decision, reason=form.reason.data or None)
            elif request.form.get("reply") == "leave" and form.validate():
                services.leave(decision, reason=form.reason.data or None)
            else:
                abort(400)
        except DomainError as found:
            refusal = found
        else:
            return redirect(url_for(".reply", token=token), 303)
    user = me_or_none()
    page = render_template(
        "selection/reply.html",
        edition=application.call.edition,
        call=application.call,
        application=application,
        decision=decision,
        open=awaits_reply(decision, clock.now()),
        waiting=waits(decision),
        until=Moment(decision.reply_by_at, application.call.zone) if decision.reply_by_at else None,
        form=form,
        refusal=refusal,
        here_already=user is not None and user.email.lower() == application.email,
        token=token,
    )
    return page, 409 if refusal else 200
