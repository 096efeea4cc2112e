"""Rows by the hundred thousand: gathered by table, numbered here, written in bulk in the order of the foreign keys."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from escuela.extensions import Base

MOST = 20_000
"""How many rows are kept in memory before they are written."""


class Rows:
    """`add` numbers a row of a table with an `id` and returns its number; nothing is read back while filling."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.counts: Counter[str] = Counter()
        self._waiting: dict[Table, list[dict[str, Any]]] = {}

    def add(self, table: Table, **values: Any) -> int:
        self.counts[table.name] += 1
        number = self.counts[table.name]
        if "id" in table.c and "id" not in values:
            values["id"] = number
        self._waiting.setdefault(table, []).append(values)
        return number

    def write(self, *, when_more_than: int = 0) -> None:
        """Write what waits, parents first."""
        if sum(map(len, self._waiting.values())) <= when_more_than:
            return
        for table in Base.metadata.sorted_tables:
            if rows := self._waiting.pop(table, None):
                self.connection.execute(insert(table), rows)

    def finish(self) -> None:
        """Write the rest, and let PostgreSQL number on from here; both databases learn how many rows there are."""
        self.write()
        if self.connection.dialect.name == "postgresql":
            for table in Base.metadata.sorted_tables:
                if table.name in self.counts and "id" in table.c and table.c.id.autoincrement is not False:
                    self._number_on(table)
        self.connection.execute(text("ANALYZE"))

    def _number_on(self, table: Table) -> None:
        sequence = self.connection.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
        if sequence:
            self.connection.execute(select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery())))


def is_empty(connection: Connection) -> bool:
    """Whether no table of the School holds a row; a database without its tables is empty too."""
    present = set(connection.dialect.get_table_names(connection))
    tables = [table for table in Base.metadata.sorted_tables if table.name in present]
    return all(connection.execute(select(text("1")).select_from(table).limit(1)).first() is None for table in tables)
