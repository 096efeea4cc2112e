"""What becomes of an enrolment: it ends, goes on in another edition, changes government, passes to a colleague.

Each has a reason, which the history keeps, and nothing that was done is lost: works, grades and certificates stay with
the enrolment in which they were made. Every verb is harmless when it is sent twice.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from escuela import clock
from escuela.admissions.models import ACTIVE, WITHDRAWN, Enrolment
from escuela.admissions.services import Newcomer, employ, place, refuse_if_over, tell, today
from escuela.editions.models import ARCHIVED, CLOSED, Edition
from escuela.editions.policies import coordinates
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.messages.services import enqueue
from escuela.people import services as people
from escuela.people.history import record
from escuela.people.models import Change, LocalGovernment, Membership, User
from escuela.people.queries import current_membership
from escuela.web import plain


def _lock(enrolment: Enrolment) -> None:
    """Hold the row until the request ends, and see it as it is now."""
    db.session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    db.session.refresh(enrolment)


def withdraw(enrolment: Enrolment, *, reason: str, by: User) -> None:
    """End an enrolment; its work stays. Raises DomainError when it has ended already."""
    _lock(enrolment)
    if not enrolment.active:
        raise DomainError(_l("%(name)s had already withdrawn.", name=enrolment.user.name))
    _end(enrolment, reason, by)
    _note(enrolment, "enrolment.withdrawn", reason, by)


def reinstate(enrolment: Enrolment, *, reason: str, by: User, returns: bool = True) -> None:
    """Take back what ended an enrolment, with everything that the person had done.

    `returns`: a job at the local government that has ended begins again today, in the same position.

    A transfer is undone with it: the enrolment in the other edition ends. Raises DomainError where that edition, or a
    successor, stands against it.
    """
    _lock(enrolment)
    if enrolment.active:
        return
    refuse_if_over(enrolment.edition)
    _take_back_place(enrolment)
    if enrolment.transferred_to is not None:
        _take_back_transfer(enrolment, enrolment.transferred_to, reason, by)
    _begin_again(enrolment)
    job = left_job(enrolment)
    if returns and job is not None:
        employ(enrolment.user, enrolment.local_government, position=job.position)
    change = _note(enrolment, "enrolment.reinstated", reason, by)
    tell(enrolment.user, "admissions/reinstated", f"enrolment-change:{change.id}", enrolment.edition)


def left_job(enrolment: Enrolment) -> Membership | None:
    """The last job of the person at the local government of the enrolment, where all of them have ended."""
    jobs = select(Membership).where(
        Membership.user_id == enrolment.user_id, Membership.local_government_id == enrolment.local_government_id
    )
    found = db.session.scalars(jobs.order_by(Membership.from_on, Membership.id)).all()
    return found[-1] if found and all(job.to_on is not None for job in found) else None


def _take_back_place(enrolment: Enrolment) -> None:
    successor = enrolment.successor
    if successor is None:
        return
    if successor.active:
        values = {"name": enrolment.user.name, "successor": successor.user.name}
        raise DomainError(
            _l("%(successor)s has the place of %(name)s now. Withdraw %(successor)s first, then reinstate.", **values)
        )
    successor.succeeds_id = None


def _take_back_transfer(enrolment: Enrolment, there: Enrolment, reason: str, by: User) -> None:
    values = {"name": enrolment.user.name, "number": there.edition.number}
    if there.transferred_to is not None:
        raise DomainError(
            _l("%(name)s was transferred on from edition %(number)d. Reinstate the person there first.", **values)
        )
    enrolment.transferred_to_id = None
    if not there.active:
        return
    if there.edition.status in {CLOSED, ARCHIVED}:
        raise DomainError(
            _l("%(name)s was transferred to edition %(number)d, which is over: that cannot be undone.", **values)
        )
    if not coordinates(by, there.edition):
        raise DomainError(
            _l(
                "The enrolment of %(name)s in edition %(number)d would end: ask somebody who coordinates that edition.",
                **values,
            )
        )
    _end(there, reason, by)
    _note(there, "enrolment.withdrawn", reason, by)


def transfer(enrolment: Enrolment, edition: Edition, *, reason: str, by: User) -> Enrolment:
    """Go on in another edition from its beginning: a new enrolment there, and this one ends with everything in it."""
    _lock(enrolment)
    there = db.session.scalar(
        select(Enrolment).where(Enrolment.edition_id == edition.id, Enrolment.user_id == enrolment.user_id)
    )
    if there is not None and there.active and enrolment.transferred_to_id == there.id:  # a double click
        return there
    _refuse_if_ended(enrolment)
    refuse_if_over(enrolment.edition)
    refuse_if_over(edition)
    _refuse_unless_free(there, enrolment)
    if there is None:
        there = place(edition, enrolment.user, enrolment.local_government, by=by)
    else:
        there.local_government_id = enrolment.local_government_id
        _begin_again(there)
    _end(enrolment, reason, by)
    enrolment.transferred_to = there
    db.session.flush()
    _note(enrolment, "enrolment.transferred", reason, by, edition=_called(edition))
    change = _note(there, "enrolment.received", reason, by, edition=_called(enrolment.edition))
    tell(
        enrolment.user,
        "admissions/transferred",
        f"enrolment-change:{change.id}",
        edition,
        left=enrolment.edition,
        government=enrolment.local_government.name,
    )
    return there


def _refuse_unless_free(there: Enrolment | None, enrolment: Enrolment) -> None:
    if there is None or not (there.active or there.transferred_to_id or there.successor):
        return
    values = {"name": enrolment.user.name, "number": there.edition.number}
    if there.active:
        raise DomainError(
            _l(
                "%(name)s is enrolled in edition %(number)d already. Withdraw the person from this one instead.",
                **values,
            )
        )
    raise DomainError(
        _l("%(name)s was in edition %(number)d and left it. Reinstate the person there, and withdraw here.", **values)
    )


def change_government(
    enrolment: Enrolment, government: LocalGovernment, *, position: str, leaves: bool, reason: str, by: User
) -> None:
    """Take part on behalf of another local government, with everything that was done.

    `leaves`: the job at the one before ends today. A closed edition allows it too: the certificate that names a wrong
    government is corrected after it.
    """
    _lock(enrolment)
    before = enrolment.local_government
    if before.id == government.id:  # a double click
        return
    _refuse_if_ended(enrolment)
    if enrolment.edition.status == ARCHIVED:
        raise DomainError(_l("This edition is archived: nothing in it changes any more."))
    enrolment.local_government = government
    employ(enrolment.user, government, position=position)
    if leaves:
        _leave_job(enrolment.user, before)
    change = record(
        enrolment,
        "enrolment.government_changed",
        within=enrolment.edition,
        by=by,
        reason=reason,
        before={"local_government": before.name},
        after={"local_government": government.name, "person": enrolment.user.name},
    )
    db.session.flush()
    tell(
        enrolment.user,
        "admissions/moved",
        f"enrolment-change:{change.id}",
        enrolment.edition,
        government=government.name,
        before=before.name,
    )


def hand_over(
    enrolment: Enrolment, colleague: Newcomer, *, position: str, focal_point: bool, leaves: bool, reason: str, by: User
) -> Enrolment:
    """Give the place to a colleague, for the same local government and from the beginning.

    They read what was handed in and its reviews; progress, grades and certificates stay with the person. `leaves`:
    the person's job there ends today.
    """
    _lock(enrolment)
    refuse_if_over(enrolment.edition)
    user, _new = people.welcome(colleague.email, colleague.name, colleague.language, colleague.zone)
    if enrolment.successor is not None and enrolment.successor.user_id == user.id:  # a double click
        return enrolment.successor
    _refuse_hand_over(enrolment, user)
    successor = db.session.scalar(
        select(Enrolment).where(Enrolment.edition_id == enrolment.edition_id, Enrolment.user_id == user.id)
    )
    if successor is None:
        successor = place(enrolment.edition, user, enrolment.local_government, by=by)
    _refuse_successor(successor, enrolment)
    successor.succeeds = enrolment
    employ(user, enrolment.local_government, position=position, focal_point=focal_point)
    if enrolment.active:
        _end(enrolment, reason, by)
    if leaves:
        _leave_job(enrolment.user, enrolment.local_government)
    _note(enrolment, "enrolment.handed_over", reason, by, successor=user.name)
    change = _note(successor, "enrolment.took_over", reason, by, place_of=enrolment.user.name)
    values = {"government": enrolment.local_government.name, "before": enrolment.user.name, "after": user.name}
    once = f"enrolment-change:{change.id}"
    tell(user, "admissions/took_over", once, enrolment.edition, **values)
    goodbye = people.recipient(enrolment.user)
    enqueue("admissions/handed_over", goodbye, once=f"{once}:before", edition=enrolment.edition, **values)
    return successor


def _refuse_hand_over(enrolment: Enrolment, to: User) -> None:
    name = enrolment.user.name
    if to.id == enrolment.user_id:
        raise DomainError(_l("That is the address of %(name)s. Write the address of the colleague.", name=name))
    if enrolment.transferred_to is not None:
        number = enrolment.transferred_to.edition.number
        raise DomainError(_l("%(name)s goes on in edition %(number)d: the place goes along.", name=name, number=number))
    if enrolment.successor is not None:
        who = enrolment.successor.user.name
        raise DomainError(_l("%(successor)s has taken the place over already. Hand it over from there.", successor=who))


def _refuse_successor(successor: Enrolment, enrolment: Enrolment) -> None:
    """Somebody who is in the edition already takes a place over only for the same government, and only one."""
    values = {"name": successor.user.name, "government": successor.local_government.name}
    if not successor.active:
        raise DomainError(
            _l(
                "%(name)s was in this edition and left it. Reinstate the person first, then hand the place over.",
                **values,
            )
        )
    if successor.local_government_id != enrolment.local_government_id:
        raise DomainError(_l("%(name)s takes part for another local government, %(government)s.", **values))
    if successor.succeeds_id is not None:
        raise DomainError(_l("%(name)s has taken another colleague's place over already.", **values))


def _refuse_if_ended(enrolment: Enrolment) -> None:
    if not enrolment.active:
        raise DomainError(_l("%(name)s is no longer enrolled. Reinstate the person first.", name=enrolment.user.name))


def _end(enrolment: Enrolment, reason: str, by: User) -> None:
    enrolment.status = WITHDRAWN
    enrolment.withdrawn_at, enrolment.withdrawn_by_id, enrolment.withdrawn_reason = clock.now(), by.id, reason
    db.session.flush()


def _begin_again(enrolment: Enrolment) -> None:
    enrolment.status = ACTIVE
    enrolment.withdrawn_at = enrolment.withdrawn_by_id = enrolment.withdrawn_reason = None
    db.session.flush()


def _leave_job(user: User, government: LocalGovernment) -> None:
    """The membership ends today; one that has not begun, on its first day."""
    job = db.session.scalars(current_membership(user, government)).one_or_none()
    if job is not None:
        job.to_on = max(job.from_on, today(government))
        db.session.flush()


def _note(enrolment: Enrolment, verb: str, reason: str, by: User, **after: str) -> Change:
    """One line of the history, with its number."""
    state = {"person": enrolment.user.name, **after}
    change = record(enrolment, verb, within=enrolment.edition, by=by, reason=reason, after=state)
    db.session.flush()
    return change


def _called(edition: Edition) -> str:
    return f"{edition.number}: {plain(edition.title)}"
