"""Convene a jury, keep its criteria and its people, and divide the works among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from escuela import clock
from escuela.admissions.services import Newcomer
from escuela.assessments.assignments.models import Assignment, Work
from escuela.columns import Localized
from escuela.editions.slugs import slug_of
from escuela.errors import DomainError
from escuela.extensions import db
from escuela.jury import queries
from escuela.jury.models import Juror, Jury, JuryCriterion, JuryDecision, JuryScore, Scoresheet
from escuela.jury.policies import divided, scoring
from escuela.jury.usual import CRITERIA
from escuela.messages.services import enqueue
from escuela.people import services as people
from escuela.people.history import record
from escuela.people.models import User

SHEETS = 1000
"""Rows of one statement: databases bound how many values it may hold."""


def convene(assignment: Assignment, *, by: User) -> Jury:
    """The jury of a final work, with the School's criteria. One that is there already is given back as it is."""
    jury = Jury(assignment_id=assignment.id, convened_at=clock.now(), convened_by_id=by.id)
    jury.criteria = [
        JuryCriterion(slug=each.slug, position=place, title=each.title, text=each.text)
        for place, each in enumerate(CRITERIA, 1)
    ]
    try:
        with db.session.begin_nested():
            db.session.add(jury)
    except IntegrityError:  # a double click
        return db.session.scalars(select(Jury).where(Jury.assignment_id == assignment.id)).one()
    record(jury, "jury.convened", within=jury, by=by)
    return jury


def lock(jury: Jury) -> None:
    """Hold the jury until the request ends, and see it as it is now: whoever closes it or decides waits."""
    db.session.execute(select(Jury.id).where(Jury.id == jury.id).with_for_update())
    db.session.refresh(jury, ["closed_at", "published_at", "wanted", "scale", "gap", "awards_most"])


def ensure_scoring(jury: Jury) -> None:
    """Go on only while scores are given. Raises DomainError."""
    if not scoring(jury):
        raise DomainError(_l("Scoring is closed: what was given stays."))


# --- by what they score


@dataclass(frozen=True, slots=True)
class Rules:
    wanted: int
    scale: int
    gap: int
    awards_most: int


def locked(jury: Jury) -> LazyString | None:
    """Why criteria and scale rest, if they do: somebody has scored by them."""
    scored = select(JuryScore.sheet_id).join(JuryScore.sheet).join(Scoresheet.juror).where(Juror.jury_id == jury.id)
    if db.session.scalar(scored.limit(1)) is None:
        return None
    return _l("Somebody has begun to score by these criteria: they and their scale stay as they are.")


def change_rules(jury: Jury, rules: Rules, *, by: User) -> None:
    """How many score, on which scale, when they disagree, how many are awarded.

    Raises DomainError once the awards are published, for another scale once somebody scored, and for fewer awards than
    there are.
    """
    lock(jury)
    before = _rules(jury)
    after = {name: getattr(rules, name) for name in before}
    if before == after:
        return
    if jury.closed_at is not None and {**before, "awards_most": 0} != {**after, "awards_most": 0}:
        raise DomainError(_l("Scoring is closed: only the number of awards can change."))
    if rules.scale != jury.scale and (sentence := locked(jury)) is not None:
        raise DomainError(sentence)
    standing = sum(award.revoked_at is None for award in db.session.scalars(queries.awards_of(jury)))
    if rules.awards_most < standing:
        raise DomainError(_l("There are %(num)d awards already: revoke one first.", num=standing))
    for name, value in after.items():
        setattr(jury, name, value)
    db.session.flush()
    record(jury, "jury.changed", within=jury, by=by, before=before, after=after)


def _rules(jury: Jury) -> dict[str, Any]:
    return {name: getattr(jury, name) for name in ("wanted", "scale", "gap", "awards_most")}


@dataclass(frozen=True, slots=True)
class CriterionText:
    title: Localized
    text: Localized
    weight: int


def keep_criterion(jury: Jury, row: JuryCriterion | None, text: CriterionText, *, by: User) -> JuryCriterion:
    """Add a criterion, or change one. Raises DomainError once somebody has scored."""
    lock(jury)
    _ensure_unlocked(jury)
    before = _criterion(row) if row else {}
    if row is None:
        slug = slug_of(text.title.words("es").text, {each.slug for each in jury.criteria}, otherwise="criterio")
        row = JuryCriterion(slug=slug, position=1 + max((each.position for each in jury.criteria), default=0))
        jury.criteria.append(row)
    row.title, row.text, row.weight = text.title, text.text, text.weight
    db.session.flush()
    if before != _criterion(row):
        verb = "jury-criterion.changed" if before else "jury-criterion.added"
        record(row, verb, within=jury, by=by, before=before, after=_criterion(row))
    return row


def remove_criterion(row: JuryCriterion, *, by: User) -> None:
    """Raises DomainError once somebody has scored, and for the last one."""
    jury = row.jury
    lock(jury)
    _ensure_unlocked(jury)
    if len(jury.criteria) == 1:
        raise DomainError(_l("A jury scores by at least one criterion. Add another one before you remove this."))
    record(row, "jury-criterion.removed", within=jury, by=by, before=_criterion(row))
    jury.criteria.remove(row)
    db.session.flush()


def _ensure_unlocked(jury: Jury) -> None:
    ensure_scoring(jury)
    if (sentence := locked(jury)) is not None:
        raise DomainError(sentence)


def _criterion(row: JuryCriterion) -> dict[str, Any]:
    return {"criterion": dict(row.title), "text": dict(row.text), "weight": row.weight}


# --- who scores


def appoint(jury: Jury, newcomer: Newcomer, *, by: User) -> Juror:
    """Make somebody a juror, with an account where it is missing, and tell them.

    Raises DomainError when they are one already, or scoring is closed.
    """
    ensure_scoring(jury)
    user, _new = people.welcome(newcomer.email, newcomer.name, newcomer.language, newcomer.zone)
    row = Juror(jury_id=jury.id, user_id=user.id, appointed_at=clock.now(), appointed_by_id=by.id)
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise DomainError(_l("%(name)s is in this jury already.", name=user.name)) from None
    record(row, "juror.appointed", within=jury, by=by, after={"juror": user.name})
    invitation = None if user.login_count else people.issue_invitation(user)
    edition, once = jury.assignment.edition, f"juror:{row.id}"
    enqueue("jury/appointed", people.recipient(user), once=once, edition=edition, invitation=invitation)
    return row


def dismiss(juror: Juror, *, by: User) -> int:
    """End it; what was assigned and not given goes back. Returns how many. Raises DomainError once they gave scores."""
    lock(juror.jury)
    ensure_scoring(juror.jury)
    rows = db.session.scalars(select(Scoresheet).where(Scoresheet.juror_id == juror.id)).all()
    if any(row.given_at for row in rows):
        raise DomainError(
            _l("%(name)s has given scores: they count, so this person stays in the jury.", name=juror.user.name)
        )
    for row in rows:
        db.session.delete(row)
    before = {"juror": juror.user.name, "works": len(rows)}
    record(juror, "juror.dismissed", within=juror.jury, by=by, before=before)
    db.session.flush()
    db.session.delete(juror)
    db.session.flush()
    return sum(row.recused_at is None for row in rows)


def remind(juror: Juror, owed: int) -> bool:
    """Write to who owes scores, at most once a day. Whether it was written."""
    once = f"juror-reminder:{juror.id}:{clock.now().date().isoformat()}"
    edition, to = juror.jury.assignment.edition, people.recipient(juror.user)
    return enqueue("jury/reminder", to, once=once, edition=edition, owed=owed) is not None


# --- who scores what


@dataclass(frozen=True, slots=True)
class Plan:
    pairs: list[tuple[int, int]]
    """Work and juror."""
    loads: dict[int, int]
    """By id of juror: sheets afterwards."""
    short: dict[int, int]
    """By id of work: sheets for which nobody is left."""


def plan(jury: Jury) -> Plan:
    """How the missing sheets would be divided now; works that were decided on lack none."""
    rows = [each for each in queries.entries(jury) if each.final is None]
    wanting = {each.work: lack for each in rows if (lack := jury.wanted - len(each.sheets)) > 0}
    bars, known = queries.barred(jury), queries.had(jury)
    loads = {each.juror.id: each.assigned for each in queries.workloads(jury)}
    pairs = divided(wanting, loads, {work: bars.get(work, set()) | known.get(work, set()) for work in wanting})
    for work, who in pairs:
        loads[who] += 1
        wanting[work] -= 1
    return Plan(pairs, loads, {work: lack for work, lack in wanting.items() if lack})


def assign_evenly(jury: Jury, *, by: User) -> Plan:
    """Give every work the jurors it lacks, evenly. Writes in one statement."""
    lock(jury)
    ensure_scoring(jury)
    found = plan(jury)
    _insert(found.pairs, by=by)
    if found.pairs:
        record(jury, "sheets.assigned", within=jury, by=by, after={"sheets": len(found.pairs)})
    db.session.flush()
    return found


def assign(juror: Juror, works: Sequence[Work], *, by: User) -> int:
    """Give works to one juror; what they have already stays. Returns how many are new.

    Raises DomainError, and writes nothing, for a work of their own local government, one that they had and was set
    aside, and one that was decided on; each with its name.
    """
    jury = juror.jury
    lock(jury)
    ensure_scoring(jury)
    rows = db.session.scalars(select(Scoresheet).where(Scoresheet.juror_id == juror.id))
    known = {row.work_id: row.recused_at for row in rows}
    bars = queries.barred(jury)
    for work in works:
        if juror.id in bars.get(work.id, ()):
            raise DomainError(own_sentence(work, juror))
        if known.get(work.id):
            raise DomainError(
                _l(
                    "%(name)s does not judge the work of %(work)s: see why at that work.",
                    name=juror.user.name,
                    work=of(work),
                )
            )
        ensure_undecided(work)
    new = [work for work in works if work.id not in known]
    _insert([(work.id, juror.id) for work in new], by=by)
    if new:
        after = {"juror": juror.user.name, "works": of(*new)}
        record(juror, "sheets.assigned", within=jury, by=by, after=after)
    db.session.flush()
    return len(new)


def unassign(sheet: Scoresheet, *, by: User) -> None:
    """Take a work from a juror. Raises DomainError once its scores are given."""
    jury = sheet.juror.jury
    lock(jury)
    ensure_scoring(jury)
    db.session.refresh(sheet)
    if sheet.given_at is not None:
        raise DomainError(_l("These scores are given: they are not taken back. Set them aside, with a reason."))
    before = {"juror": sheet.juror.user.name, "work": of(sheet.work)}
    record(sheet, "sheets.unassigned", within=jury, by=by, before=before)
    db.session.execute(delete(JuryScore).where(JuryScore.sheet_id == sheet.id))
    db.session.delete(sheet)
    db.session.flush()


def _insert(pairs: Sequence[tuple[int, int]], *, by: User) -> None:
    now = clock.now()
    rows = [
        {"work_id": work, "juror_id": juror, "assigned_at": now, "assigned_by_id": by.id, "comment": ""}
        for work, juror in pairs
    ]
    for start in range(0, len(rows), SHEETS):
        db.session.execute(insert(Scoresheet), rows[start : start + SHEETS])


def of(*works: Work) -> str:
    """What sentences and the history call a work, or several."""
    people = made_by(works)
    return "; ".join(f"{people[work.id]}, {work.government.name}" for work in works)


def made_by(works: Sequence[Work]) -> dict[int, str]:
    """By id of work, whose it is: a person, or everybody of a team."""
    teams = queries.teams(works)
    return {each.id: ", ".join(teams.get(each.id) or [each.enrolment.user.name]) for each in works}


def own_sentence(work: Work, juror: Juror) -> LazyString:
    return _l(
        "%(juror)s is or was of %(government)s while this edition ran, or made the work, and so cannot judge it.",
        juror=juror.user.name,
        government=work.government.name,
    )


def ensure_undecided(work: Work) -> None:
    """Go on only where no final score was decided. Raises DomainError."""
    if db.session.get(JuryDecision, work.id) is not None:
        raise DomainError(
            _l(
                "A final score was decided on the work of %(work)s: its sheets stay. Take the decision back first.",
                work=of(work),
            )
        )
