"""Run by Alembic through Flask-Migrate (`flask db ...`): the School's engine and models, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

extension = current_app.extensions["migrate"]
db = extension.db


def render_item(kind: str, item: Any, _autogen_context: Any) -> Any:
    """Write our column types as what they are in the database: a migration must not change when the code does."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


@contextmanager
def rebuilding(connection: Any) -> Iterator[None]:
    """SQLite changes a table by making it anew; rows that point at the old one must not mind while it is done."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")  # has no effect once a transaction has begun
    try:
        yield
    finally:
        connection.rollback()  # of a migration that failed
        driver.execute("PRAGMA foreign_keys=ON")


def sound(connection: Any) -> None:
    """What was not watched meanwhile is looked at before it is kept."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        message = "the migration would leave rows that point at nothing: nothing was changed"
        raise RuntimeError(message)


def run_online() -> None:
    with db.engine.connect() as connection, rebuilding(connection):
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            transactional_ddl=True,  # on SQLite too, where Alembic would not: an interrupted migration leaves nothing
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
            sound(connection)


def run_offline() -> None:
    context.configure(
        url=db.engine.url.render_as_string(hide_password=False),
        target_metadata=db.metadata,
        literal_binds=True,
        **extension.configure_args,
    )
    with context.begin_transaction():
        context.run_migrations()


run_offline() if context.is_offline_mode() else run_online()
