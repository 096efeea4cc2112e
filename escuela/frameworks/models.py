"""The catalogue of international frameworks, and the tables that align what is taught with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from escuela.columns import Localized
from escuela.extensions import Base, Model


class Framework(Model):
    """An instrument such as the Sendai Framework. `short` is its name on a chip, `digest` is of the catalogue file."""

    __tablename__ = "frameworks"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    position: Mapped[int]
    title: Mapped[Localized]
    short: Mapped[Localized]
    digest: Mapped[str] = mapped_column(String(64))


class FrameworkItem(Model):
    """A priority, goal, target, article, paragraph, Essential ... of a framework; `ods.11.5` is target 11.5."""

    __tablename__ = "framework_items"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    framework_id: Mapped[str] = mapped_column(ForeignKey("frameworks.id"), index=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("framework_items.id"))
    position: Mapped[int]
    """Its place in the whole catalogue: what lists are ordered by."""
    code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(30))
    title: Mapped[Localized]
    facts: Mapped[dict[str, Any]]
    """What else the catalogue says: colour, due year, source, paragraphs."""

    framework: Mapped[Framework] = relationship(lazy="joined", innerjoin=True)


class FrameworkLink(Model):
    """Two items that speak of the same thing: the instruments say so (`basis` published) or we do (editorial)."""

    __tablename__ = "framework_links"

    item_id: Mapped[str] = mapped_column(ForeignKey("framework_items.id"), primary_key=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("framework_items.id"), primary_key=True)
    basis: Mapped[str] = mapped_column(String(20))


def alignment_table(owners: str) -> Table:
    """The table that aligns rows of `owners` (a table's name) with items; each room makes its own."""
    return Table(
        f"{owners}_items",
        Base.metadata,
        Column("owner_id", ForeignKey(f"{owners}.id", ondelete="CASCADE"), primary_key=True),
        Column("item_id", ForeignKey("framework_items.id"), primary_key=True, index=True),
    )
