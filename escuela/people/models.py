"""People, the local governments they work for, and since when."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from escuela.columns import Name, Pk, Zone
from escuela.extensions import Base, Model

ADMIN, COORDINATOR = "admin", "coordinator"

user_roles = Table(
    "user_roles",
    Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)


FOLDED = 400
"""Most letters of a folded name: a ligature of one comes apart into up to eighteen."""


def folded(words: str) -> str:
    """Words as they are searched and sorted: `São José` and `sao jose` are the same."""
    apart = unicodedata.normalize("NFKD", words.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _folded_name(row: Any) -> str:
    return folded(row.get_current_parameters()["name"])[:FOLDED]


class Named:
    """Has a name, kept a second time as it is searched: neither database folds accents by itself."""

    name: Mapped[Name]
    folded_name: Mapped[str] = mapped_column(String(FOLDED), default=_folded_name, deferred=True)

    @validates("name")
    def _fold(self, _key: str, name: str) -> str:
        self.folded_name = folded(name)[:FOLDED]
        return name


@dataclass(frozen=True, slots=True)
class Lens:
    """Somebody who prepares an edition looks at it as who takes part in it or as who tutors, and changes nothing."""

    edition_id: int
    role: str
    """`participant` or `tutor`."""
    language: str


class Role(Model, RoleMixin):
    """A global role: `admin` or `coordinator`. What a person is in one edition is a row of that edition."""

    __tablename__ = "roles"

    id: Mapped[Pk]
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str | None] = mapped_column(String(200))


class User(Named, Model, UserMixin):
    """A person who signs in. `name` is how they are addressed and, in full, what a certificate says."""

    __tablename__ = "users"

    id: Mapped[Pk]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(2), default="es")
    zone: Mapped[Zone] = mapped_column(default="America/Montevideo")
    invited_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None] = mapped_column(default=0)  # type: ignore[assignment]

    roles: Mapped[list[Role]] = relationship(secondary=user_roles, lazy="selectin")  # type: ignore[assignment]
    memberships: Mapped[list[Membership]] = relationship(back_populates="user", order_by="Membership.from_on.desc()")

    @property
    def first_name(self) -> str:
        return self.name.split()[0]

    @property
    def is_admin(self) -> bool:
        return any(role.name == ADMIN for role in self.roles)

    lens = cast("Lens | None", None)
    """A Lens while the person looks through one: of this request, not of the table."""

    @property
    def is_coordinator(self) -> bool:
        """Coordinates every edition; administrators do too."""
        return self.lens is None and any(role.name in {ADMIN, COORDINATOR} for role in self.roles)


class LocalGovernment(Named, Model):
    """A municipality, department or associated State: the unit that the School serves."""

    __tablename__ = "local_governments"
    __table_args__ = (
        UniqueConstraint("country", "subdivision", "name"),
        CheckConstraint("tier IN ('municipal', 'intermediate', 'associated_state')", name="tier"),
        CheckConstraint("population_band IN ('small', 'medium', 'large', 'metropolis')", name="population_band"),
    )

    id: Mapped[Pk]
    country: Mapped[str] = mapped_column(String(2))
    """ISO 3166-1 alpha-2."""
    subdivision: Mapped[str] = mapped_column(String(6))
    """ISO 3166-2, with its country: UY-CA."""
    tier: Mapped[str] = mapped_column(String(20), default="municipal")
    """municipal (municipio, partido, comuna), intermediate (intendencia, department) or associated_state."""
    statistics_code: Mapped[str | None] = mapped_column(String(20))
    """The national statistics office's code (INDEC, IBGE, CUT, Divipola ...): another thing than the ISO code."""
    population_band: Mapped[str] = mapped_column(String(20))
    """small: under 50,000; medium: under 250,000; large: under 1,000,000; metropolis: the rest."""
    zone: Mapped[Zone]
    languages: Mapped[list[str]] = mapped_column(JSON)


class Membership(Model):
    """A person works, or worked, for a local government."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="dates"),
        Index(
            "uq_memberships_current",
            "user_id",
            "local_government_id",
            unique=True,
            sqlite_where=text("to_on IS NULL"),
            postgresql_where=text("to_on IS NULL"),
        ),
    )

    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    local_government_id: Mapped[int] = mapped_column(ForeignKey("local_governments.id"), index=True)
    position: Mapped[Name]
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    focal_point: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship(back_populates="memberships")
    local_government: Mapped[LocalGovernment] = relationship()


class Change(Model):
    """A line of the history: who did what to a thing, when, and what it was before and after. It is never changed."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_subject", "subject", "id"), Index("ix_changes_within", "within", "id"))

    id: Mapped[Pk]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_name: Mapped[Name]
    """As it was then; an applicant's e-mail address, or empty for what the School did by itself."""
    subject: Mapped[str] = mapped_column(String(60))
    """`<thing>:<id>`, such as `application:12`."""
    within: Mapped[str] = mapped_column(String(60))
    """What it belongs to, such as `call:3` or `edition:2`: whose history shows it too."""
    verb: Mapped[str] = mapped_column(String(60))
    """`<thing>.<what>`: people.history.VERBS has the words for it."""
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What changed, by name; people.history.FIELDS has the words for names."""
