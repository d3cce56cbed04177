"""Reading the structure of tables back from a SQLite database."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import cast

from pytuck.backends.catalogue import RESERVED_PREFIX, REVISIONS_NAME, read_comments
from pytuck.backends.results import StoredRow
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.exceptions import TableNotFoundError, TypeConversionError
from pytuck.compiler import compile_statement
from pytuck.compiler.ddl import literal_value
from pytuck.compiler.dialects import sqlite_changes, sqlite_tables
from pytuck.query import TableSource, select
from pytuck.schema import MISSING, Action, Column, ForeignKey, Index, Missing, Table, index_name
from pytuck.types import TYPES, ColumnType, type_from_sql

_SYSTEM_NAME = re.compile(rf"^(sqlite_|{re.escape(RESERVED_PREFIX)})", re.IGNORECASE)
_KINDS = {"table": "table", "virtual": "table", "view": "view"}


def is_reserved(name: str) -> bool:
    """Return whether a name belongs to SQLite or to this library, and never to the user."""
    return bool(_SYSTEM_NAME.match(name))


def table_names(connection: SqliteConnection) -> list[str]:
    """Return the names of the user's tables, then of the views, in the order of their names."""
    found = [
        (_KINDS[str(kind)], str(name))
        for schema, name, kind, *_ in connection.fetch("PRAGMA table_list")
        if schema == "main" and kind in _KINDS and not is_reserved(str(name))
    ]
    return [name for _, name in sorted(found, key=lambda item: (item[0], item[1].casefold()))]


def tables_in_order(connection: SqliteConnection, *, with_revisions: bool = False) -> list[Table]:
    """Return the structure of the user's tables and views, in the order they were made in.

    Args:
        with_revisions: With the table of the applied revisions, for copies that are to have it.
    """
    listed = set(table_names(connection)) | ({REVISIONS_NAME} if with_revisions else set())
    source = TableSource(Table("sqlite_schema", (Column("name", TYPES[str]),)))
    question = select(source.c.name).order_by(source.rowid)
    rows = connection.execute(compile_statement(question, connection.dialect)).rows
    names = dict.fromkeys(str(row[0]) for row in rows)
    return [reflect_table(connection, name) for name in names if name in listed]


def reflect_table(connection: SqliteConnection, name: str) -> Table:
    """Return the structure of one table or view, with the comments kept for it.

    Raises:
        TableNotFoundError: The database has no such table.
    """
    listed = _listed(connection, name)
    if listed is None:
        raise TableNotFoundError(name, known=tuple(table_names(connection)))
    _, actual_name, kind, _, without_rowid, *_ = listed
    comments = read_comments(connection, str(actual_name))
    details = connection.pragma_rows("table_xinfo", str(actual_name))
    indexes, unique_columns, has_key_index = _indexes(connection, str(actual_name))
    key = tuple(str(row[1]) for row in sorted(details, key=_key_position) if row[5])
    has_rowid = kind != "view" and not without_rowid
    alias = _rowid_alias(details, key) if has_rowid and not has_key_index else None
    counted = alias if alias is not None and _is_counted(connection, str(actual_name)) else None
    return Table(
        str(actual_name),
        tuple(_column(row, comments, unique_columns, counted) for row in details if row[6] != 1),
        primary_key=key,
        foreign_keys=_foreign_keys(connection, str(actual_name)),
        indexes=indexes,
        comment=comments.get(""),
        kind="view" if kind == "view" else "table",
        has_rowid=has_rowid,
        rowid_alias=alias,
    )


def _is_counted(connection: SqliteConnection, table: str) -> bool:
    """Return whether SQLite counts the keys of a table, so that none is given again."""
    for kind, _, sql in connection.fetch(sqlite_changes.definitions_of(table)):
        if kind == "table" and "AUTOINCREMENT" in str(sql).upper():
            return "AUTOINCREMENT" in sqlite_changes.key_clause(sqlite_tables.parse_table(str(sql)))
    return False


def _listed(connection: SqliteConnection, name: str) -> StoredRow | None:
    rows = connection.pragma_rows("table_list", name)
    return next((row for row in rows if row[0] == "main"), None)


def _key_position(row: StoredRow) -> int:
    return int(row[5] or 0)


def _rowid_alias(details: list[StoredRow], key: tuple[str, ...]) -> str | None:
    if len(key) != 1:
        return None
    declared = next(row[2] for row in details if row[1] == key[0])
    return key[0] if str(declared).strip().upper() == "INTEGER" else None


def _column(
    row: StoredRow, comments: dict[str, str], unique_columns: set[str], counted: str | None
) -> Column:
    _, name, declared, is_required, default_sql, key_position, hidden = row
    type_ = type_from_sql(str(declared or ""))
    return Column(
        str(name),
        type_,
        nullable=not is_required and not key_position,
        primary_key=bool(key_position),
        default=_default(default_sql, type_),
        unique=str(name) in unique_columns,
        autoincrement=name == counted,
        comment=comments.get(str(name)),
        generated=bool(hidden),
    )


def _default(sql: object, type_: ColumnType[object]) -> object:
    if sql is None:
        return MISSING
    stored = literal_value(str(sql))
    if isinstance(stored, Missing):
        return MISSING
    try:
        return type_.from_storage(stored)
    except TypeConversionError:
        return MISSING  # a default of a foreign file that is not of the column's type


def _indexes(connection: SqliteConnection, table: str) -> tuple[tuple[Index, ...], set[str], bool]:
    """Return the indexes made by name, or by a rule for several columns; the columns unique by themselves, and whether the
    primary key has an index of its own (then it is not the row id).
    """
    named: list[Index] = []
    unique_columns: set[str] = set()
    has_key_index = False
    for _, name, is_unique, origin, is_partial, *_ in connection.pragma_rows("index_list", table):
        parts = connection.pragma_rows("index_info", str(name))
        has_expressions = any(column is None for _, _, column in parts)
        columns = () if has_expressions else tuple(str(column) for _, _, column in parts)
        has_key_index = has_key_index or origin == "pk"
        if origin == "c":
            named.append(Index(str(name), columns, bool(is_unique), bool(is_partial)))
        elif origin == "u" and len(columns) == 1:
            unique_columns.add(columns[0])
        elif origin == "u":  # a rule of the table, which has no name of its own
            own_name = index_name(table, columns, is_unique=True)
            named.append(Index(own_name, columns, is_unique=True, is_constraint=True))
    return tuple(sorted(named, key=lambda index: index.name)), unique_columns, has_key_index


def _foreign_keys(connection: SqliteConnection, table: str) -> tuple[ForeignKey, ...]:
    parts: dict[int, list[StoredRow]] = defaultdict(list)
    for row in connection.pragma_rows("foreign_key_list", table):
        parts[int(row[0] or 0)].append(row)
    keys = []
    for rows in parts.values():
        rows.sort(key=lambda row: int(row[1] or 0))
        target = str(rows[0][2])
        # Without named columns the key refers to the target's primary key.
        to = tuple(str(row[4]) for row in rows if row[4] is not None)
        keys.append(
            ForeignKey(
                tuple(str(row[3]) for row in rows),
                target,
                to or _key_of(connection, target),
                on_delete=_action(rows[0][6]),
                on_update=_action(rows[0][5]),
            )
        )
    return tuple(reversed(keys))


def _action(value: object) -> Action:
    return cast(Action, str(value).upper())  # of SQLite's own words


def _key_of(connection: SqliteConnection, table: str) -> tuple[str, ...]:
    details = connection.pragma_rows("table_info", table)
    return tuple(str(row[1]) for row in sorted(details, key=_key_position) if row[5])
