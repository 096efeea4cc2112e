"""The outbox, for administrators: what waits, what could not be delivered and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import web
from escuela.access import get_or_404, me, require
from escuela.extensions import db
from escuela.gate import page_number
from escuela.messages import services
from escuela.messages.models import Message
from escuela.messages.queries import counts, troubled

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from escuela.people.models import User


def sees_outbox(user: User | None) -> bool:
    return user is not None and user.is_admin


bp = Blueprint("messages", __name__, url_prefix="/mensajes")
web.NAVIGATION.append(web.Entry(80, _l("Mail"), "messages.outbox", sees_outbox))


@bp.get("")
def outbox() -> ResponseReturnValue:
    require(sees_outbox(me()))
    page = db.paginate(troubled(), page=page_number(), per_page=50, max_per_page=50, error_out=False)
    return render_template(
        "messages/outbox.html",
        counts=db.session.execute(counts()).one(),
        page=page,
        href=lambda number: url_for(".outbox", page=number),
        most_tries=len(services.WAITS) + 1,
    )


@bp.post("/<int:message>/reintentar")
def try_again(message: int) -> ResponseReturnValue:
    require(sees_outbox(me()))
    row = get_or_404(select(Message).where(Message.id == message, Message.sent_at.is_(None)))
    services.try_again(row)
    flash(_("The mail to %(address)s goes out again in a moment.", address=row.address), "good")
    return redirect(url_for(".outbox"), 303)
