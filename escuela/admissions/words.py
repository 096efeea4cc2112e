"""How what happens to an enrolment is called in histories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

VERBS: dict[str, LazyString] = {
    "enrolment.enrolled": _l("enrolled the person"),
    "enrolment.confirmed": _l("took the place that was offered"),
    "enrolment.withdrawn": _l("withdrew the person"),
    "enrolment.reinstated": _l("reinstated the person"),
    "enrolment.transferred": _l("transferred the person to another edition"),
    "enrolment.received": _l("received the person from another edition"),
    "enrolment.government_changed": _l("changed the local government"),
    "enrolment.handed_over": _l("handed the place over to a colleague"),
    "enrolment.took_over": _l("gave the person a colleague's place"),
    "roster.confirmed": _l("enrolled the people of a list"),
}
FIELDS: dict[str, LazyString] = {
    "person": _l("Person"),
    "local_government": _l("Local government"),
    "enrolment": _l("Enrolment"),
    "edition": _l("Edition"),
    "place_of": _l("Place of"),
    "successor": _l("Who took the place over"),
    "list": _l("List"),
    "people": _l("People"),
}
VALUES: dict[str, LazyString] = {
    "enrolment:active": _l("taking part"),
    "enrolment:withdrawn": _l("no longer enrolled"),
}
