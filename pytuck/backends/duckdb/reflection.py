"""Reading the structure of tables back from a DuckDB database."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pytuck.backends.catalogue import RESERVED_PREFIX
from pytuck.backends.duckdb.catalogue import TableDefinition, kept_type
from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import TableNotFoundError, TypeConversionError
from pytuck.compiler import duckdb_structure
from pytuck.compiler.ddl import literal_value
from pytuck.compiler.dialects.duckdb_changes import IndexText
from pytuck.schema import MISSING, Column, ForeignKey, Index, Missing, Table, index_name
from pytuck.types import TYPES, ChoiceType, ColumnType, DecimalType, RawType

if TYPE_CHECKING:
    from pytuck.backends.duckdb.connection import DuckDBConnection

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_TYPES: dict[str, type] = {
    **dict.fromkeys((*_INTEGERS, *(f"U{name}" for name in _INTEGERS)), int),
    "DOUBLE": float,
    "FLOAT": float,
    "VARCHAR": str,
    "BOOLEAN": bool,
    "BLOB": bytes,
    "DATE": date,
    "TIME": time,
    "TIMESTAMP": datetime,
    "TIMESTAMP WITH TIME ZONE": datetime,
    "UUID": UUID,
}
"""What the columns of files of others hold. Types that are not here stay as they are."""

_DECIMAL = re.compile(r"^DECIMAL\((\d+),(\d+)\)$")


def table_names(connection: DuckDBConnection) -> list[str]:
    """Return the names of the user's tables, then of the views, in the order of their names."""
    found = [
        (str(kind), str(name))
        for name, kind, _ in connection.fetch(duckdb_structure.TABLES)
        if not str(name).startswith(RESERVED_PREFIX)
    ]
    return [name for _, name in sorted(found, key=lambda item: (item[0], item[1].casefold()))]


def reflect_table(connection: DuckDBConnection, name: str) -> Table:
    """Return the structure of one table or view.

    Raises:
        TableNotFoundError: The database has no such table.
    """
    tables = connection.fetch(duckdb_structure.TABLES)
    listed = next((row for row in tables if str(row[0]).casefold() == name.casefold()), None)
    if listed is None:
        raise TableNotFoundError(name, known=tuple(table_names(connection)))
    actual, kind, comment = str(listed[0]), listed[1], listed[2]
    definition = connection.definitions().get(actual)
    kept = definition or TableDefinition()
    constraints = connection.fetch(duckdb_structure.CONSTRAINTS, (actual,))
    key = tuple(n for names in _named(constraints, "PRIMARY KEY") for n in names)
    key = tuple(name for name in key if name != kept.row_id)
    unique = {names[0] for names in _named(constraints, "UNIQUE") if len(names) == 1}
    rows = connection.fetch(duckdb_structure.COLUMNS, (actual,))
    columns = tuple(_column(row, kept, key, unique) for row in rows if row[0] != kept.row_id)
    return Table(
        actual,
        columns,
        primary_key=key,
        foreign_keys=(*kept.foreign_keys, *_foreign_keys(constraints)),
        indexes=_indexes(connection, actual, constraints),
        comment=None if comment is None else str(comment),
        kind="view" if kind == "view" else "table",
        # DuckDB's own row ids change when the file is tidied up, so rows are not known by them.
        has_rowid=kept.row_id is not None or _has_filled_key(columns, key),
        rowid_alias=key[0] if _has_filled_key(columns, key) else None,
    )


def _named(constraints: list[StoredRow], kind: str) -> list[tuple[str, ...]]:
    return [_names(row[1]) for row in constraints if row[0] == kind]


def _names(text: object) -> tuple[str, ...]:
    return tuple(json.loads(str(text))) if text is not None else ()


def _has_filled_key(columns: tuple[Column, ...], key: tuple[str, ...]) -> bool:
    """Return whether new rows get the next whole number as their key."""
    column = next((column for column in columns if (column.name,) == key), None)
    return column is not None and column.type == TYPES[int] and column.default is MISSING


def _column(
    row: StoredRow, kept: TableDefinition, key: tuple[str, ...], unique: set[str]
) -> Column:
    name, native, is_nullable, default_sql, comment, is_generated = row
    column = str(name)
    kind = _type(kept.types.get(column), str(native))
    return Column(
        column,
        kind,
        nullable=bool(is_nullable) and column not in key,
        primary_key=column in key,
        default=MISSING if is_generated else _default(default_sql, kind),
        unique=column in unique,
        autoincrement=column == kept.never_reused,
        comment=None if comment is None else str(comment),
        generated=bool(is_generated),
    )


def _type(declared: str | None, native: str) -> ColumnType[Any]:
    kept = None if declared is None else kept_type(declared, native)
    if kept is not None:
        return kept
    decimal = _DECIMAL.match(native)
    if decimal:
        return DecimalType(int(decimal[1]), int(decimal[2]))
    if native == "JSON":
        return RawType("JSON")
    if native.startswith("ENUM("):
        return ChoiceType.from_sql_name(native) or TYPES[str]
    known = _TYPES.get(native)
    return RawType(native) if known is None else TYPES[known]


def _default(sql: object, kind: ColumnType[Any]) -> object:
    if sql is None:
        return MISSING
    stored = literal_value(str(sql))
    if isinstance(stored, Missing):
        return MISSING
    try:
        return kind.from_storage(stored)
    except TypeConversionError:
        return MISSING


def _indexes(
    connection: DuckDBConnection, table: str, constraints: list[StoredRow]
) -> tuple[Index, ...]:
    found = connection.fetch(duckdb_structure.INDEXES, (table,))
    texts = [IndexText(str(row[0]), bool(row[1]), _names(row[2])) for row in found]
    named = [Index(text.name, text.columns, text.is_unique) for text in texts]
    rules = [
        Index(
            index_name(table, columns, is_unique=True), columns, is_unique=True, is_constraint=True
        )
        for columns in _named(constraints, "UNIQUE")
        if len(columns) > 1
    ]
    return tuple(sorted([*named, *rules], key=lambda index: index.name))


def _foreign_keys(constraints: list[StoredRow]) -> tuple[ForeignKey, ...]:
    """Return the foreign keys that DuckDB itself checks, in files of others."""
    return tuple(
        ForeignKey(_names(row[1]), str(row[2]), _names(row[3]))
        for row in constraints
        if row[0] == "FOREIGN KEY" and row[2] is not None
    )
