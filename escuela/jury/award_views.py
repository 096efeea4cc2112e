"""The coordinator's pages of awards: made, read as they will be mailed, published, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from escuela.access import get_or_404, me
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.jury import outcome, queries
from escuela.jury.desk_views import jury_of, work_of
from escuela.jury.forms import AwardForm, ReasonForm
from escuela.jury.models import Award, Jury
from escuela.jury.policies import KIND_WORDS
from escuela.jury.views import HOME, bp
from escuela.messages.services import link_to
from escuela.people.services import recipient

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


@bp.route(f"{HOME}/trabajos/<int:work>/premiar", methods=["GET", "POST"])
def award(edition: str, work: int) -> ResponseReturnValue:
    jury, form = jury_of(edition), AwardForm()
    found = work_of(jury, work)
    if form.validate_on_submit():
        try:
            outcome.award(jury, found, form.kind.data, reason=str(form.reason.data), by=me())
        except DomainError as refusal:
            form.form_errors.append(str(refusal.sentence))
        else:
            flash(_("%(name)s is awarded. Nobody is told until you publish.", name=found.owner), "good")
            return redirect(url_for(".board", edition=edition), 303)
    line = next(each for each in queries.ranking(jury) if each.entry.work == found.id)
    page = render_template(
        "jury/award.html", edition=jury.assignment.edition, jury=jury, work=found, line=line, form=form
    )
    return page, 422 if form.errors else 200


@bp.route(f"{HOME}/premios/<int:award>/revocar", methods=["GET", "POST"])
def revoke(edition: str, award: int) -> ResponseReturnValue:
    jury, form = jury_of(edition), ReasonForm()
    row = get_or_404(queries.awards_of(jury).where(Award.id == award))
    if form.validate_on_submit():
        outcome.revoke(row, reason=str(form.reason.data), by=me())
        flash(_("The award is revoked. It stays on the record, with the reason."), "good")
        return redirect(url_for(".board", edition=edition), 303)
    page = render_template(
        "jury/revoke.html", edition=jury.assignment.edition, jury=jury, row=row, form=form, kinds=KIND_WORDS
    )
    return page, 422 if form.errors else 200


@bp.route(f"{HOME}/publicar", methods=["GET", "POST"])
def publish(edition: str) -> ResponseReturnValue:
    """First what everybody awarded will read; then, once, the mails."""
    jury = jury_of(edition)
    if request.method == "GET":
        return _preview(jury)
    try:
        sent = outcome.publish(jury, request.form.get("fingerprint", ""), by=me())
    except DomainError as refusal:
        db.session.rollback()
        return _preview(jury_of(edition), refusal), 409
    sentence = ngettext(
        "The awards are published; %(num)d mail goes out.", "The awards are published; %(num)d mails go out.", sent
    )
    flash(sentence if sent else _("These awards were published already: nobody gets a second mail."), "good")
    return redirect(url_for(".board", edition=edition), 303)


def _preview(jury: Jury, refusal: DomainError | None = None) -> str:
    rows = outcome.to_announce(jury)
    letters = outcome.letters(rows)
    return render_template(
        "jury/publish.html",
        edition=jury.assignment.edition,
        jury=jury,
        awards=rows,
        teams={each.award.work_id: each.team for each in letters if each.team},
        letters=[_letter(jury, each) for each in letters],
        fingerprint=outcome.fingerprint(rows),
        kinds=KIND_WORDS,
        refusal=refusal,
    )


def _letter(jury: Jury, letter: outcome.Letter) -> dict[str, str]:
    """A mail as this person will get it."""
    to = recipient(letter.to)
    values = outcome.values(jury, letter)
    with force_locale(to.language):
        text = current_app.jinja_env.get_template("jury/mail/awarded.txt").render(
            link_to=link_to, public_url=current_app.config["SETTINGS"].public_url, to=to, **values
        )
    subject, _end, body = text.strip().partition("\n")
    return {"name": to.name, "address": to.address, "language": to.language, "subject": subject, "text": body.strip()}
