"""What DuckDB does not keep of our tables: Python types, foreign keys, keys never given again.

It stands in tables of the file itself, which are created when first needed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pytuck import schema
from pytuck.backends.catalogue import RESERVED_PREFIX
from pytuck.backends.connection import Connection
from pytuck.compiler import compile_statement, ddl
from pytuck.compiler.dialects import DUCKDB
from pytuck.compiler.dialects.duckdb import column_type
from pytuck.query import Delete, Insert, TableSource, case, delete, insert, select
from pytuck.schema import ForeignKey, Table
from pytuck.types import TYPES, ColumnType, type_from_sql

_TABLE_NAME = schema.Column("table_name", TYPES[str], nullable=False, primary_key=True)

DEFINITIONS = TableSource(
    Table(
        f"{RESERVED_PREFIX}definitions",
        (_TABLE_NAME, schema.Column("definition", TYPES[str], nullable=False)),
        primary_key=("table_name",),
    )
)
"""One row for each table of ours, with a `TableDefinition` as JSON."""

KEYS = TableSource(
    Table(
        f"{RESERVED_PREFIX}keys",
        (_TABLE_NAME, schema.Column("highest", TYPES[int], nullable=False)),
        primary_key=("table_name",),
    )
)
"""The highest keys that tables with `autoincrement` ever gave."""

TABLES = frozenset([DEFINITIONS.name, KEYS.name])


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """What is kept of a table beside what DuckDB keeps.

    Attributes:
        types: The declared types of columns, where DuckDB's own say less.
        row_id: The column that holds the row ids of a table without a primary key.
        never_reused: The key's column, if its values are never given again.
    """

    types: dict[str, str] = field(default_factory=dict)
    foreign_keys: tuple[ForeignKey, ...] = ()
    row_id: str | None = None
    never_reused: str | None = None


def definition_of(table: Table) -> TableDefinition:
    """Return what must be kept of a table that is being created."""
    never_reused = next((column.name for column in table.columns if column.autoincrement), None)
    return TableDefinition(
        {column.name: column.type.sql_name for column in table.columns},
        table.foreign_keys,
        None if table.primary_key else table.hidden_rowid,
        never_reused,
    )


def read_definitions(connection: Connection, tables: set[str]) -> dict[str, TableDefinition]:
    """Return what is kept of every table, by the table's name.

    Args:
        tables: The tables there are, our own included.
    """
    if DEFINITIONS.name not in tables:
        return {}
    found = select(DEFINITIONS.c.table_name, DEFINITIONS.c.definition)
    rows = connection.execute(compile_statement(found, DUCKDB)).rows
    return {str(name): _loaded(str(text)) for name, text in rows if name in tables}


def write_definition(
    connection: Connection, table: str, definition: TableDefinition, tables: set[str]
) -> None:
    """Keep what must be kept of a table, in place of what was kept so far.

    Args:
        tables: The tables there were before it.
    """
    if DEFINITIONS.name not in tables:
        connection.fetch(ddl.create_table(DEFINITIONS.schema, DUCKDB))
    if definition.never_reused is not None and KEYS.name not in tables:
        connection.fetch(ddl.create_table(KEYS.schema, DUCKDB))
    forget_definition(connection, table, {DEFINITIONS.name})
    row = {"table_name": table, "definition": _dumped(definition)}
    connection.execute(compile_statement(insert(DEFINITIONS).values(row), DUCKDB))


def forget_definition(connection: Connection, table: str, tables: set[str]) -> None:
    """Drop what is kept of a table."""
    for source in (DEFINITIONS, KEYS):
        if source.name in tables:
            outdated: Delete[Any] = delete(source).where(source.c.table_name == table)
            connection.execute(compile_statement(outdated, DUCKDB))


def forget_key(connection: Connection, table: str) -> None:
    """Forget the highest key that a table ever gave."""
    outdated: Delete[Any] = delete(KEYS).where(KEYS.c.table_name == table)
    connection.execute(compile_statement(outdated, DUCKDB))


def highest_key(connection: Connection, table: str) -> int:
    """Return the highest key that a table with `autoincrement` ever gave, or 0."""
    found = select(KEYS.c.highest).where(KEYS.c.table_name == table)
    rows = connection.execute(compile_statement(found, DUCKDB)).rows
    return int(rows[0][0] or 0) if rows else 0


def note_key(connection: Connection, table: str, key: int) -> None:
    """Keep a key as the highest one given, unless a higher one is known."""
    row: Insert[Any] = insert(KEYS).values({"table_name": table, "highest": key})
    new = row.excluded.highest
    highest = case((new > KEYS.c.highest, new), else_=KEYS.c.highest)
    statement = row.on_conflict_do_update(["table_name"], {"highest": highest})
    connection.execute(compile_statement(statement, DUCKDB))


def kept_type(declared: str, native: str) -> ColumnType[Any] | None:
    """Return the type that was kept of a column, if the column still is what it was then."""
    kind = type_from_sql(declared)
    is_same = column_type(kind).replace(" ", "") == native.replace(" ", "")
    return kind if is_same or (native == "BIGINT" and declared.startswith("ENUM(")) else None


def _dumped(definition: TableDefinition) -> str:
    return json.dumps(
        {
            "types": definition.types,
            "foreign_keys": [
                [
                    list(key.columns),
                    key.target_table,
                    list(key.target_columns),
                    key.on_delete,
                    key.on_update,
                ]
                for key in definition.foreign_keys
            ],
            "row_id": definition.row_id,
            "never_reused": definition.never_reused,
        },
        ensure_ascii=False,
    )


def _loaded(text: str) -> TableDefinition:
    """Return a kept definition; one that somebody else has changed says nothing."""
    try:
        data = json.loads(text)
        return TableDefinition(
            dict(data["types"]),
            tuple(
                ForeignKey(tuple(columns), target, tuple(target_columns), *actions)
                for columns, target, target_columns, *actions in data["foreign_keys"]
            ),
            data["row_id"],
            data["never_reused"],
        )
    except (ValueError, KeyError, TypeError):
        return TableDefinition()
