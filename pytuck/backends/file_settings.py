"""Settings that belong to a `.pytuck` file, in its table `_pytuck_meta`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytuck import schema
from pytuck.compiler import compile_statement, ddl
from pytuck.compiler.dialects import SQLITE
from pytuck.query import Delete, Insert, TableSource, delete, insert, select
from pytuck.types import TYPES

if TYPE_CHECKING:
    from pytuck.backends.sqlite_transactions import SqliteTransactions

META = TableSource(
    schema.Table(
        "_pytuck_meta",
        (
            schema.Column("key", TYPES[str], nullable=False, primary_key=True),
            schema.Column("value", TYPES[str], nullable=False),
        ),
        primary_key=("key",),
    )
)


def read_setting(connection: SqliteTransactions, key: str) -> str | None:
    """Return a setting; None if the file has none of this name."""
    if not connection.pragma_rows("table_info", META.name):
        return None
    found = select(META.c.value).where(META.c.key == key)
    rows = connection.execute(compile_statement(found, SQLITE)).rows
    return str(rows[0][0]) if rows else None


def write_setting(connection: SqliteTransactions, key: str, value: str | None) -> None:
    """Keep a setting, as a part of the open transaction; None takes it away."""
    if not connection.pragma_rows("table_info", META.name):
        connection.fetch(ddl.create_table(META.schema, SQLITE))
    outdated: Delete[Any] = delete(META).where(META.c.key == key)
    connection.execute(compile_statement(outdated, SQLITE))
    if value is not None:
        new: Insert[Any] = insert(META).values(key=key, value=value)
        connection.execute(compile_statement(new, SQLITE))
