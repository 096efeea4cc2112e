"""The dry run of a list of people: what would become of each line, before anything is written.

`dry_run` is the rule, pure; `Registry.of` reads all that it looks at, in four queries however long the list is.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Self

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from escuela import clock
from escuela.admissions.heads import NEEDED, Table, plainly
from escuela.admissions.models import ACTIVE, Enrolment
from escuela.admissions.sheets import Line
from escuela.columns import LANGUAGES
from escuela.editions.models import COORDINATOR, TUTOR, Edition, EditionStaff
from escuela.extensions import db
from escuela.forms import LINE
from escuela.people.models import LocalGovernment, Membership, User, folded

ADDRESS = 254
"""Most characters of an address."""
SUGGESTIONS = 3
CLOSE = 0.4
"""Of what two names have in common, how much makes one worth suggesting for the other."""
YES = frozenset(["si", "s", "sim", "y", "yes", "x", "1", "true", "verdadero", "verdadeiro"])
NO = frozenset(["", "no", "n", "nao", "0", "false", "falso"])
_KINDS = (
    "alcaldia ayuntamiento ciudad comuna da das de del departamental departamento do dos distrito e el estado gobierno"
    " governo intendencia la las los municipal municipalidad municipalidade municipio partido prefeitura provincia y"
)
KINDS_OF = frozenset(_KINDS.split())
"""Words that say which kind of government it is and not which one."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who has an account, and where they stand in the edition."""

    user_id: int
    name: str
    active: bool
    works_as: frozenset[str]
    """Roles in the edition."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An enrolment in the edition. `gone`: withdrawn, transferred or handed_over; empty while it is active."""

    government: str
    gone: str


@dataclass(frozen=True)
class Registry:
    """All that a dry run looks at."""

    governments: list[LocalGovernment]
    accounts: Mapping[str, Account]
    """By address."""
    standings: Mapping[int, Standing]
    """By user id."""
    jobs: Mapping[tuple[int, int], bool]
    """By user id and government id of those who work there now, whether they are its focal point."""

    @classmethod
    def of(cls, edition: Edition, addresses: Iterable[str]) -> Self:
        wanted = list(dict.fromkeys(addresses))
        accounts = _accounts(edition, wanted)
        ids = [account.user_id for account in accounts.values()]
        jobs = select(Membership.user_id, Membership.local_government_id, Membership.focal_point)
        governments = select(LocalGovernment).order_by(LocalGovernment.folded_name, LocalGovernment.id)
        return cls(
            list(db.session.scalars(governments)),
            accounts,
            _standings(edition, ids),
            {
                (user_id, government_id): focal_point
                for user_id, government_id, focal_point in db.session.execute(
                    jobs.where(Membership.user_id.in_(ids), Membership.to_on.is_(None))
                )
            },
        )

    @cached_property
    def by_name(self) -> dict[str, list[LocalGovernment]]:
        found: dict[str, list[LocalGovernment]] = defaultdict(list)
        for government in self.governments:
            found[plainly(government.name)].append(government)
        return dict(found)

    @cached_property
    def by_id(self) -> dict[int, LocalGovernment]:
        return {government.id: government for government in self.governments}

    @cached_property
    def _parts(self) -> tuple[dict[str, list[int]], list[int]]:
        """Where each three letters of the telling words occur, and how many of them each name has."""
        found: dict[str, list[int]] = defaultdict(list)
        sizes = []
        for place, government in enumerate(self.governments):
            parts = _trigrams(government.name)
            sizes.append(len(parts))
            for part in parts:
                found[part].append(place)
        return dict(found), sizes

    def nearest(self, name: str, country: str) -> list[LocalGovernment]:
        """Governments that the name may mean, those of the country first."""
        places, sizes = self._parts
        wanted = _trigrams(name)
        common = Counter(place for part in wanted for place in places.get(part, ()))
        figures = sorted(
            (
                (self.governments[place].country != country, -2 * count / (len(wanted) + sizes[place]), place)
                for place, count in common.items()
                if 2 * count / (len(wanted) + sizes[place]) >= CLOSE
            ),
        )
        return [self.governments[place] for _elsewhere, _figure, place in figures[:SUGGESTIONS]]


def _accounts(edition: Edition, addresses: list[str]) -> dict[str, Account]:
    here = (EditionStaff.user_id == User.id) & (EditionStaff.edition_id == edition.id)
    rows = db.session.execute(
        select(func.lower(User.email), User.id, User.name, User.active, EditionStaff.role)
        .outerjoin(EditionStaff, here)
        .where(func.lower(User.email).in_(addresses))
    ).all()
    roles: dict[str, set[str]] = defaultdict(set)
    for email, *_of_account, role in rows:
        roles[email] |= {role} if role else set()
    return {
        email: Account(number, name, active, frozenset(roles[email])) for email, number, name, active, _role in rows
    }


def _standings(edition: Edition, user_ids: list[int]) -> dict[int, Standing]:
    after = aliased(Enrolment)
    rows = db.session.execute(
        select(Enrolment.user_id, LocalGovernment.name, Enrolment.status, Enrolment.transferred_to_id, after.id)
        .join(Enrolment.local_government)
        .outerjoin(after, after.succeeds_id == Enrolment.id)
        .where(Enrolment.edition_id == edition.id, Enrolment.user_id.in_(user_ids))
    )
    found = {}
    for user_id, government, status, transferred, successor in rows:
        gone = "transferred" if transferred else "handed_over" if successor else "withdrawn"
        found[user_id] = Standing(government, "" if status == ACTIVE else gone)
    return found


def _trigrams(name: str) -> frozenset[str]:
    words = plainly(name).split()
    telling = [word for word in words if word not in KINDS_OF] or words
    return frozenset(f" {word} "[at : at + 3] for word in telling for at in range(len(word)))


# --- what would happen

FAULT, SKIP, NOTE = "fault", "skip", "note"
"""Stands against the whole list; leaves its line out; is only said."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of one line: its number, the address on it, how much it weighs, why."""

    number: int
    who: str
    weight: str
    sentence: LazyString
    field: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that no government has, or several have; where it stands and which it may mean."""

    key: str
    name: str
    country: str
    lines: list[int]
    nearest: list[LocalGovernment]


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who would be enrolled. `user_id` is None for who has no account; `joins`: begins to work there."""

    number: int
    email: str
    name: str
    language: str
    zone: str
    government_id: int
    user_id: int | None
    joins: bool
    position: str
    focal_point: bool


@dataclass
class Plan:
    """What a list would do."""

    entries: list[Entry] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unknown: dict[str, Unknown] = field(default_factory=dict)
    lines: int = 0
    missing: list[str] = field(default_factory=list)
    """Fields that have no column and are needed."""

    @property
    def faults(self) -> list[Remark]:
        return [remark for remark in self.remarks if remark.weight == FAULT]

    @property
    def skipped(self) -> int:
        return len({remark.number for remark in self.remarks if remark.weight == SKIP})

    @property
    def new_accounts(self) -> int:
        return sum(entry.user_id is None for entry in self.entries)

    @property
    def new_jobs(self) -> int:
        return sum(entry.joins for entry in self.entries)

    @property
    def bad_lines(self) -> int:
        return len({remark.number for remark in self.faults})

    @property
    def ready(self) -> bool:
        """Whether it can be confirmed."""
        return bool(self.entries) and not self.faults and not self.missing

    @property
    def mark(self) -> str:
        """Names what was shown: a list that would do something else by now is shown again first."""
        seen = repr((self.entries, [(each.number, each.weight, each.field) for each in self.remarks], self.missing))
        return hashlib.sha256(seen.encode()).hexdigest()[:16]


def dry_run(
    table: Table, fields: Mapping[str, int], resolved: Mapping[str, int], registry: Registry, edition: Edition
) -> Plan:
    """`fields`: by field the number of its column; `resolved`: by `unknown_key` the government that is meant."""
    plan = Plan(missing=[name for name in NEEDED if name not in fields])
    if plan.missing:
        plan.lines = len(table.lines)
        return plan
    reading = _Reading(plan, fields, resolved, registry, edition)
    for line in table.lines:
        reading.take(line)
    return plan


def addresses(table: Table, fields: Mapping[str, int]) -> list[str]:
    """The addresses of a list as they are looked up."""
    found = (_address(line.cell(fields.get("email"))) for line in table.lines)
    return [address for address in found if address]


def unknown_key(name: str, country: str) -> str:
    """What a government's name and country are remembered by."""
    return f"{country}:{plainly(name)}"


class _Reading:
    """Goes through the lines of one list."""

    def __init__(
        self,
        plan: Plan,
        fields: Mapping[str, int],
        resolved: Mapping[str, int],
        registry: Registry,
        edition: Edition,
    ) -> None:
        self.plan, self.fields, self.resolved, self.registry, self.edition = plan, fields, resolved, registry, edition
        self.seen: dict[str, int] = {}

    def take(self, line: Line) -> None:
        said = {name: line.cell(column) for name, column in self.fields.items()}
        if not any(said.values()):  # something stands beside the list
            return
        self.plan.lines += 1
        faults = _Faults(self.plan, line.number, said.get("email", ""))
        email = self._email(said["email"], faults)
        account = self.registry.accounts.get(email)
        if account is not None and not faults.found and self._is_there(account, said["government"], faults):
            return
        if account is not None:
            self._account(account, faults)
        name = self._name(said, faults)
        government = self._government(said, line.number, faults)
        language = self._language(said.get("language", ""), government, faults)
        zone = self._zone(said.get("zone", ""), government, faults)
        focal_point = self._yes(said.get("focal_point", ""), faults)
        position = said.get("position", "")
        faults.unless(len(position) <= LINE, "position", _too_long(LINE, "position"))
        if faults.found or government is None:
            return
        user_id = account.user_id if account else None
        if account is not None and folded(account.name) != folded(name):
            sentence = _l("The address has an account with the name «%(name)s»: it stays.", name=account.name)
            faults.say(NOTE, sentence, "name")
        joins = user_id is None or (user_id, government.id) not in self.registry.jobs
        if user_id is not None and focal_point and self.registry.jobs.get((user_id, government.id)) is False:
            sentence = _l("Works for %(government)s already, and becomes its focal point.", government=government.name)
            faults.say(NOTE, sentence, "focal_point")
        self.plan.entries.append(
            Entry(line.number, email, name, language, zone, government.id, user_id, joins, position, focal_point)
        )

    def _account(self, account: Account, faults: _Faults) -> None:
        """What is to be known of who has an account: a line whose person could not sign in enrols nobody."""
        if not account.active:
            sentence = _l(
                "The account of this address is deactivated: nobody can sign in with it. Ask who administers the School"
                " to activate it, or take the line out."
            )
            faults.say(FAULT, sentence, "email")
        for role in sorted(account.works_as):
            faults.say(NOTE, _WORKS_AS[role](account.name), "email")

    def _email(self, said: str, faults: _Faults) -> str:
        email = _address(said)
        if not said:
            faults.say(FAULT, _l("The address is missing."), "email")
        elif len(said) > ADDRESS:
            faults.say(FAULT, _too_long(ADDRESS, "email"), "email")
        elif not email:
            faults.say(FAULT, _l("«%(said)s» is not an e-mail address.", said=said[:80]), "email")
        elif email in self.seen:
            faults.say(FAULT, _l("The same address is on line %(line)d.", line=self.seen[email]), "email")
        else:
            self.seen[email] = faults.number
        return email

    def _name(self, said: Mapping[str, str], faults: _Faults) -> str:
        name = f"{said['name']} {said.get('surname', '')}".strip()
        faults.unless(name, "name", _l("The name is missing."))
        faults.unless(len(name) <= LINE, "name", _too_long(LINE, "name"))
        return name

    def _government(self, said: Mapping[str, str], number: int, faults: _Faults) -> LocalGovernment | None:
        name, country_said = said["government"], said.get("country", "")
        if not name:
            faults.say(FAULT, _l("The local government is missing."), "government")
            return None
        if len(name) > LINE:
            faults.say(FAULT, _too_long(LINE, "government"), "government")
            return None
        country = _countries().get(plainly(country_said), "")
        if country_said and not country:
            faults.say(FAULT, _l("«%(said)s» is not a country that is known here.", said=country_said[:80]), "country")
        key = unknown_key(name, country)
        if (chosen := self.registry.by_id.get(self.resolved.get(key, 0))) is not None:
            return chosen
        named = self.registry.by_name.get(plainly(name), [])
        found = [each for each in named if not country or each.country == country]
        if len(found) == 1:
            return found[0]
        self._unknown(key, name, country, number, found, faults)
        return None

    def _unknown(
        self, key: str, name: str, country: str, number: int, several: list[LocalGovernment], faults: _Faults
    ) -> None:
        known = self.plan.unknown.get(key)
        if known is None:
            nearest = several[:SUGGESTIONS] or self.registry.nearest(name, country)
            known = self.plan.unknown[key] = Unknown(key, name, country, [], nearest)
        known.lines.append(number)
        names = "; ".join(f"{each.name} ({each.subdivision})" for each in known.nearest)
        if several:
            sentence = _l("Several local governments are called «%(name)s»: %(names)s.", name=name, names=names)
        elif names:
            sentence = _l("No local government is called «%(name)s». Near it: %(names)s.", name=name, names=names)
        else:
            sentence = _l("No local government is called «%(name)s».", name=name)
        faults.say(FAULT, sentence, "government")

    def _language(self, said: str, government: LocalGovernment | None, faults: _Faults) -> str:
        """As the line says; else a language of the government, else the first of the edition."""
        if said:
            found = _languages().get(plainly(said)) or _languages().get(plainly(said)[:2] if "-" in said else "")
            faults.unless(
                found, "language", _l("«%(said)s» is not a language of the School: es, pt or en.", said=said[:80])
            )
            return found or ""
        own = government.languages if government else []
        return next((each for each in [*own, *self.edition.languages] if each in LANGUAGES), LANGUAGES[0])

    def _zone(self, said: str, government: LocalGovernment | None, faults: _Faults) -> str:
        if said:
            found = _zones().get(said.casefold().replace(" ", "_"))
            faults.unless(
                found,
                "zone",
                _l("«%(said)s» is not a time zone such as America/Montevideo.", said=said[:80]),
            )
            return found or ""
        return government.zone if government else self.edition.zone

    def _yes(self, said: str, faults: _Faults) -> bool:
        words = plainly(said)
        faults.unless(
            words in YES or words in NO, "focal_point", _l("«%(said)s» is neither yes nor no.", said=said[:80])
        )
        return words in YES

    def _is_there(self, account: Account, government: str, faults: _Faults) -> bool:
        """Whether the person is or was enrolled, which is said; their line does nothing."""
        standing = self.registry.standings.get(account.user_id)
        if standing is None:
            return False
        if not standing.gone and plainly(government) == plainly(standing.government):
            sentence = _l("%(name)s is enrolled already: nothing changes.", name=account.name)
        elif not standing.gone:
            sentence = _l(
                "%(name)s is enrolled already, for %(government)s: nothing changes. A change of local government is"
                " made on the page of the person.",
                name=account.name,
                government=standing.government,
            )
        else:
            sentence = _GONE[standing.gone](account.name)
        faults.say(SKIP, sentence, "email")
        return True


_GONE = {
    "withdrawn": lambda name: _l("%(name)s withdrew: reinstate the person in the list of people.", name=name),
    "transferred": lambda name: _l("%(name)s was transferred to another edition.", name=name),
    "handed_over": lambda name: _l("%(name)s handed the place over to a colleague.", name=name),
}


_WORKS_AS = {
    TUTOR: lambda name: _l(
        "%(name)s is on the team of this edition, for tutoring: they would take part as well.", name=name
    ),
    COORDINATOR: lambda name: _l("%(name)s coordinates this edition: they would take part as well.", name=name),
}


class _Faults:
    """What is said of one line."""

    def __init__(self, plan: Plan, number: int, who: str) -> None:
        self.plan, self.number, self.who, self.found = plan, number, who[:ADDRESS], False

    def say(self, weight: str, sentence: LazyString, of: str) -> None:
        self.found = self.found or weight == FAULT
        self.plan.remarks.append(Remark(self.number, self.who, weight, sentence, of))

    def unless(self, right: object, of: str, sentence: LazyString) -> None:
        if not right:
            self.say(FAULT, sentence, of)


def _too_long(most: int, of: str) -> LazyString:
    sentences = {
        "email": _l("The address has more than %(most)d characters.", most=most),
        "name": _l("The name has more than %(most)d characters. Is a quotation mark left open?", most=most),
        "government": _l("The local government has more than %(most)d characters.", most=most),
        "position": _l("The position has more than %(most)d characters.", most=most),
    }
    return sentences[of]


@lru_cache(maxsize=8192)
def _address(said: str) -> str:
    """As accounts are kept; empty for what is no address. «mailto:» and «Name <address>» are how programs copy one."""
    said = said.strip(" ;,").removeprefix("mailto:")
    if said.endswith(">") and "<" in said:
        said = said[said.rindex("<") + 1 : -1]
    if not said or len(said) > ADDRESS:
        return ""
    try:
        return validate_email(said, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return ""


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Codes by what a country is called in the School's languages, and by themselves."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in Locale.parse(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(plainly(name), code)
                found[code.casefold()] = code
    return found


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    found = {code: code for code in LANGUAGES}
    for language in LANGUAGES:
        names = Locale.parse(language).languages
        found |= {plainly(names[code]): code for code in LANGUAGES}
    return found | {"castellano": "es", "espanhol": "es", "ingles": "en"}


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in clock.zone_names()}
