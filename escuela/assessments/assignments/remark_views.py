"""Comments on places of a work, the pages that they are on, and a tutor's own phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from escuela.access import get_or_404, me, require
from escuela.assessments.assignments import phrases, queries, remarks, services
from escuela.assessments.assignments.desk_views import DESK, has_queue, on_the_desk, refused, to_desk
from escuela.assessments.assignments.judgement import NOTE, Judgement
from escuela.assessments.assignments.models import WorkFile
from escuela.assessments.assignments.review_models import Phrase
from escuela.assessments.assignments.sending import page_sent
from escuela.assessments.assignments.views import PAGE, bp, found_assignment
from escuela.errors import DomainError, wants_json
from escuela.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

BANK = "/cola/frases"


@bp.post(f"{DESK}/comentarios")
def add_remark(edition: str, work: int) -> ResponseReturnValue:
    """Comment on the place that was chosen, and keep everything else that was typed."""
    found = on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        remark = remarks.placed(services.save_review(found, judgement, by=me()), request.form)
    except DomainError as refusal:
        return refused(found, judgement, refusal)
    return to_desk(found, f"c{remark.id}")


@bp.post(f"{DESK}/comentarios/<int:remark>/quitar")
def remove_remark(edition: str, work: int, remark: int) -> ResponseReturnValue:
    """Take a comment out, and keep everything else that was typed."""
    found = on_the_desk(edition, work)
    judgement = Judgement.typed(request.form, found.assignment)
    try:
        remarks.remove(services.save_review(found, judgement, by=me()), remark)
    except DomainError as refusal:
        return refused(found, judgement, refusal)
    return to_desk(found, "comentarios")


@bp.get(f"{PAGE}/archivos/<int:file>/paginas/<int:page>.png")
def page_of_file(edition: str, activity: str, file: int, page: int) -> ResponseReturnValue:
    """A page as a picture that we drew: nothing of what people send runs at our address."""
    files = queries.visible_files(me(), found_assignment(edition, activity)).options(joinedload(WorkFile.rendition))
    return page_sent(get_or_404(files.where(WorkFile.id == file)), page)


# --- phrases


@bp.get(BANK)
def bank() -> ResponseReturnValue:
    require(has_queue(me()))
    return _bank()


@bp.post(BANK)
def keep_phrase() -> ResponseReturnValue:
    """Keep a comment to use it again: from its page, or from the desk by a key."""
    require(has_queue(me()))
    text = request.form.get("text", "")
    try:
        phrases.keep(text, by=me())
    except DomainError as refusal:
        if wants_json():
            raise
        db.session.rollback()
        return _bank(refusal, text), 422
    if wants_json():
        found = db.session.scalars(phrases.phrases_of(me())).all()
        html = render_template("assessments/assignments/_phrases.html", phrases=found)
        return jsonify(message=_("Kept among your phrases."), html=html)
    flash(_("Kept among your phrases."), "good")
    return redirect(url_for("assignments.bank"), 303)


@bp.post(f"{BANK}/<int:phrase>")
def reword_phrase(phrase: int) -> ResponseReturnValue:
    found, text = _mine(phrase), request.form.get("text", "")
    try:
        phrases.reword(found, text)
    except DomainError as refusal:
        db.session.rollback()
        return _bank(refusal, text, phrase), 422
    flash(_("The phrase was changed."), "good")
    return redirect(url_for("assignments.bank"), 303)


@bp.post(f"{BANK}/<int:phrase>/quitar")
def remove_phrase(phrase: int) -> ResponseReturnValue:
    db.session.delete(_mine(phrase))
    flash(_("The phrase was taken out. Comments written with it stay."), "good")
    return redirect(url_for("assignments.bank"), 303)


def _mine(phrase: int) -> Phrase:
    require(has_queue(me()))
    return get_or_404(phrases.phrases_of(me()).where(Phrase.id == phrase))


def _bank(refusal: DomainError | None = None, typed: str = "", of: int | None = None) -> str:
    """`typed` is what was refused, of the phrase `of` or of a new one."""
    return render_template(
        "assessments/assignments/phrases.html",
        phrases=db.session.scalars(phrases.phrases_of(me())).all(),
        refusal=refusal,
        typed=typed,
        of=of,
        most=NOTE,
    )
