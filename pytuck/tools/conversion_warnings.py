"""What another kind of store cannot keep of a database, found out before anything is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pytuck.backends import Connection, Engine
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.compiler import compile_statement
from pytuck.formats.base import Format, TableRows
from pytuck.query import TableSource, func, select
from pytuck.schema import Column, Table
from pytuck.types import TYPES, ColumnType, DecimalType, RawType, StorageClass, Stored

_CATALOGUE = TableSource(
    Table("sqlite_schema", tuple(Column(name, TYPES[str]) for name in ("type", "name", "sql")))
)
"""Where SQLite keeps the definitions of everything."""

_ONLY_SQLITE = {
    "conditions (CHECK)": r"\bCHECK\s*\(",
    "collations": r"\bCOLLATE\b",
    "what deleting does to rows that refer to a row": r"\bON\s+(DELETE|UPDATE)\s+(CASCADE|SET)",
    "WITHOUT ROWID": r"\bWITHOUT\s+ROWID\b",
    "STRICT": r"\)[\s\w,]*\bSTRICT\b",
    "how columns are computed (their values are kept)": r"\bAS\s*\(",
}
_TEXTS = (StorageClass.TEXT, StorageClass.JSON)


def losses(
    engine: Engine,
    connection: Connection,
    tables: Sequence[Table],
    target: str,
    document: Format | None,
) -> tuple[str, ...]:
    """Return what a new store of another kind would not keep, in words.

    Args:
        target: The engine of the new store.
        document: Its format, if it is a document.
    """
    found = [
        f"The view '{table.name}' is not taken over; make it anew, or copy its rows."
        for table in tables
        if table.kind == "view"
    ]
    tables = [table for table in tables if table.kind == "table"]
    if isinstance(connection, SqliteConnection) and engine.capabilities.document is None:
        found += _losses_of_sqlite(connection, {table.name for table in tables})
    for table in tables:
        found += document.losses(table) if document is not None else _losses(table, target)
    if document is not None and not document.capabilities.keeps_schema:
        found.append(
            f"Files of the engine '{document.name}' do not say types, keys, indexes, defaults and "
            "comments; types are found out from the values when they are read."
        )
    return tuple(dict.fromkeys(found))


def refusals(
    connection: Connection, rows: Sequence[TableRows], document: Format | None
) -> tuple[str, ...]:
    """Return why a document cannot be made of tables: what is too many or too long for it."""
    if document is None:
        return ()
    limits = document.capabilities
    found = []
    if not limits.can_write:
        found.append(f"Files of the engine '{document.name}' can only be read.")
    if not limits.several_tables and len(rows) > 1:
        found.append(f"A file of the engine '{document.name}' has one table, not {len(rows)}.")
    for item in rows:
        name, width = item.table.name, len(item.table.columns)
        if limits.most_rows is not None and item.row_count > limits.most_rows:
            found.append(f"Table '{name}' has more than {limits.most_rows:,} rows.")
        if limits.most_columns is not None and width > limits.most_columns:
            found.append(f"Table '{name}' has more than {limits.most_columns:,} columns.")
        if limits.largest_text is not None:
            found += _too_long(connection, item.table, limits.largest_text)
    return tuple(found)


def _may_be_long(type_: ColumnType[Any]) -> bool:
    return type_.storage_class in _TEXTS and type_ != TYPES[UUID]


def _too_long(connection: Connection, table: Table, limit: int) -> list[str]:
    source = TableSource(table)
    names = [item.name for item in table.columns if _may_be_long(item.type)]
    if not names:
        return []
    question = select(*(func.max(func.length(source.c[name])) for name in names))
    rows = connection.execute(compile_statement(question, connection.dialect)).rows
    return [
        f"Table '{table.name}', column '{name}': a text has {length:,} characters, the longest "
        f"that can be kept has {limit:,}."
        for name, length in zip(names, rows[0], strict=True)
        if isinstance(length, int) and length > limit
    ]


def _losses_of_sqlite(connection: SqliteConnection, tables: set[str]) -> list[str]:
    columns = _CATALOGUE.c
    question = select(columns.type, columns.name, columns.sql).order_by(_CATALOGUE.rowid)
    found = []
    rows = connection.execute(compile_statement(question, connection.dialect)).rows
    for kind, name, sql in (map(_text, row) for row in rows):
        if kind == "trigger":
            found.append(f"The trigger '{name}' is not taken over.")
        if kind == "table" and name in tables:
            lost = [what for what, sign in _ONLY_SQLITE.items() if _has(sign, sql)]
            if lost:
                found.append(f"Table '{name}' loses: {', '.join(lost)}.")
        if kind == "index" and _has(r"\bWHERE\b", sql):
            found.append(f"The index '{name}' holds some of the rows only; the new one holds all.")
    return found


def _text(stored: Stored) -> str:
    return stored if isinstance(stored, str) else ""


def _has(sign: str, sql: str) -> bool:
    return bool(re.search(sign, sql, re.IGNORECASE))


def _losses(table: Table, target: str) -> list[str]:
    found = [
        f"The index '{index.name}' of table '{table.name}' is on expressions and is not taken over."
        for index in table.indexes
        if not index.columns
    ]
    if target != "duckdb":
        return found
    for column in table.columns:
        kind = column.type
        if isinstance(kind, RawType):
            found.append(
                f"'{table.name}.{column.name}' has no type that DuckDB knows; every value must be "
                "of one kind."
            )
        if isinstance(kind, DecimalType) and (kind.precision or 0) > 38:
            found.append(f"'{table.name}.{column.name}' has more digits than DuckDB's 38.")
    return found
