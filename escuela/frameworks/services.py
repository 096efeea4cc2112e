"""The catalogue file, brought into the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from escuela.extensions import Model, db
from escuela.frameworks.catalogue import Item, catalogue, digest
from escuela.frameworks.models import Framework, FrameworkItem, FrameworkLink


def load_catalogue() -> int:
    """Bring frameworks, items and links into step with the catalogue; how many items were added or changed.

    An unchanged catalogue costs one query. An item that left the file stays in the database: something may be aligned
    to it.
    """
    if set(db.session.scalars(select(Framework.digest))) == {digest()}:
        return 0
    found = catalogue()
    _merge(Framework, [_framework(item, place) for place, item in enumerate(found.frameworks)])
    changed = _merge(FrameworkItem, [_row(item, place) for place, item in enumerate(found.items)])
    db.session.execute(update(Framework).values(digest=digest()))
    db.session.execute(delete(FrameworkLink))
    links = [{"item_id": link.item, "other_id": link.other, "basis": link.basis} for link in found.links]
    db.session.execute(insert(FrameworkLink), links)
    db.session.expire_all()
    return changed


def _merge(model: type[Model], rows: Sequence[dict[str, Any]]) -> int:
    """Insert the rows that are new and update those that differ, in two statements at most; how many."""
    columns = [getattr(model, name) for name in rows[0]]
    known = {row.id: row._asdict() for row in db.session.execute(select(*columns))}
    new = [row for row in rows if row["id"] not in known]
    changed = [row for row in rows if row["id"] in known and row != known[row["id"]]]
    if new:
        db.session.execute(insert(model), new)
    if changed:
        db.session.execute(update(model), changed)
    return len(new) + len(changed)


def _framework(item: Item, place: int) -> dict[str, Any]:
    return {"id": item.id, "position": place, "title": item.title, "short": item.short, "digest": digest()}


def _row(item: Item, place: int) -> dict[str, Any]:
    return {
        "id": item.id,
        "framework_id": item.framework,
        "parent_id": item.parent,
        "position": place,
        "code": item.code,
        "kind": item.kind,
        "title": item.title,
        "facts": item.facts,
    }
